/* One cursor runs over the value from left to right and never back, whatever it meets. */
#include "message/authres.h"

#include <string.h>

#include "message/authserv.h"

struct cursor {
	struct str text;
	size_t at;
	struct arena *arena;
	struct str comment;    /* the first one since it was emptied */
	bool broken, spent;
};

static bool ended(const struct cursor *cursor)
{
	return cursor->at >= cursor->text.len;
}

static char next(const struct cursor *cursor)
{
	return ended(cursor) ? '\0' : cursor->text.ptr[cursor->at];
}

/* From '(' to behind the ')' that closes it; all the rest, if none does: what an unclosed comment
 * hides must not be believed. */
static void skip_comment(struct cursor *cursor)
{
	size_t begin = cursor->at + 1, depth = 0;

	for (; !ended(cursor); cursor->at++) {
		char c = next(cursor);

		if (c == '\\')
			cursor->at++;
		else if (c == '(')
			depth++;
		else if (c == ')' && --depth == 0)
			break;
	}
	if (ended(cursor)) {
		cursor->at = cursor->text.len;
		cursor->broken = true;
		return;
	}
	if (!cursor->comment.ptr)
		cursor->comment = str_slice(cursor->text, begin, cursor->at);
	cursor->at++;
}

static void skip_cfws(struct cursor *cursor)
{
	while (!ended(cursor)) {
		if (next(cursor) == '(')
			skip_comment(cursor);
		else if (ascii_space(next(cursor)))
			cursor->at++;
		else
			return;
	}
}

static bool take(struct cursor *cursor, char c)
{
	skip_cfws(cursor);
	if (ended(cursor) || next(cursor) != c)
		return false;
	cursor->at++;
	return true;
}

static bool keyword_byte(char c)
{
	return ascii_alpha(c) || ascii_digit(c) || c == '-' || c == '_';
}

/* RFC 5321's Keyword, and '_', which some write. Empty: there is none. */
static struct str take_keyword(struct cursor *cursor)
{
	size_t begin;

	skip_cfws(cursor);
	begin = cursor->at;
	while (!ended(cursor) && keyword_byte(next(cursor)))
		cursor->at++;
	return str_slice(cursor->text, begin, cursor->at);
}

/* Whether a word may end here. */
static bool at_end_of_word(const struct cursor *cursor)
{
	char c = next(cursor);

	return ended(cursor) || ascii_space(c) || c == ';' || c == '(';
}

/* Adds what is between two quotes to `out` (NULL: passes over it); false: the second is missing. */
static bool take_quoted(struct cursor *cursor, struct buf *out)
{
	for (cursor->at++; !ended(cursor); cursor->at++) {
		if (next(cursor) == '"') {
			cursor->at++;
			return true;
		}
		if (next(cursor) == '\\')
			cursor->at++;
		if (out && !ended(cursor))
			buf_add_byte(out, next(cursor));
	}
	cursor->at = cursor->text.len;
	cursor->broken = true;
	return false;
}

/* A value, quoted or not, or both: "Jo Doe"@b.example. False: a quote is not closed. */
static bool take_value(struct cursor *cursor, struct str *out)
{
	struct buf text = { .arena = cursor->arena };
	size_t begin;

	skip_cfws(cursor);
	begin = cursor->at;
	while (!at_end_of_word(cursor) && next(cursor) != '"')
		cursor->at++;
	*out = str_slice(cursor->text, begin, cursor->at);
	if (next(cursor) != '"')
		return true;
	buf_add_str(&text, *out);
	while (!at_end_of_word(cursor)) {
		if (next(cursor) == '"') {
			if (!take_quoted(cursor, &text))
				return false;
			continue;
		}
		buf_add_byte(&text, next(cursor));
		cursor->at++;
	}
	cursor->spent = cursor->spent || text.failed;
	*out = buf_str(&text);
	return true;
}

/* To the ';' that ends this result, or to the end. */
static void skip_result(struct cursor *cursor)
{
	for (;;) {
		skip_cfws(cursor);
		if (ended(cursor) || next(cursor) == ';')
			return;
		if (next(cursor) == '"')
			take_quoted(cursor, NULL);
		else
			cursor->at++;
	}
}

/* "/1"; false: of another version than the only one there is. */
static bool version_known(struct cursor *cursor)
{
	if (!take(cursor, '/'))
		return true;
	return str_equal(take_keyword(cursor), STR("1"));
}

/* What stands behind method=result: reason=..., type.name=... up to the ';'. */
static int read_properties(struct cursor *cursor, struct auth_result *out)
{
	struct auth_property found[AUTHRES_PROPERTIES_MAX], *kept;
	size_t n = 0;

	for (;;) {
		struct auth_property property = { .type = take_keyword(cursor) };
		bool dotted = take(cursor, '.');

		if (property.type.len == 0)
			break;
		if (dotted)
			property.name = take_keyword(cursor);
		if ((dotted && property.name.len == 0) || !take(cursor, '=')
			|| !take_value(cursor, &property.value))
			break;
		if (dotted && n < AUTHRES_PROPERTIES_MAX)
			found[n++] = property;
		else if (!dotted && str_equal_nocase(property.type, STR("reason")))
			out->reason = property.value;
		else
			cursor->broken = true;
	}
	skip_cfws(cursor);
	cursor->broken = cursor->broken || (!ended(cursor) && next(cursor) != ';');
	out->comment = cursor->comment;
	kept = ARENA_ARRAY(cursor->arena, struct auth_property, n);
	if (!kept)
		return -1;
	if (n > 0)
		memcpy(kept, found, n * sizeof(*found));
	out->properties = kept;
	out->properties_n = n;
	return 0;
}

/* One result, behind its ';'. 1: there is one; 0: none; -1: memory is spent. */
static int read_result(struct cursor *cursor, struct auth_result *out)
{
	bool known;

	*out = (struct auth_result){ .method = take_keyword(cursor) };
	if (out->method.len == 0) {
		skip_cfws(cursor);
		cursor->broken = cursor->broken || (!ended(cursor) && next(cursor) != ';');
		return 0;
	}
	known = version_known(cursor);
	if (!take(cursor, '=')) {
		/* "none": the server has looked at nothing */
		cursor->broken = cursor->broken || !str_equal_nocase(out->method, STR("none"));
		return 0;
	}
	out->result = take_keyword(cursor);
	cursor->comment = str_make(NULL, 0);
	if (!known || out->result.len == 0 || !at_end_of_word(cursor)) {
		cursor->broken = true;
		return 0;
	}
	return read_properties(cursor, out) == 0 ? 1 : -1;
}

/* The authserv-id, as message/authserv sees it, and the version. False: not to be read on. */
static bool read_start(struct cursor *cursor, struct authres *out)
{
	struct str version;

	out->id = authserv_id(cursor->text);
	if (out->id.len == 0) {
		out->broken = true;
		return false;
	}
	cursor->at = (size_t)(out->id.ptr - cursor->text.ptr) + out->id.len;
	if (next(cursor) == '"')
		cursor->at++;
	version = take_keyword(cursor);
	if (version.len == 0 || str_equal(version, STR("1")))
		return true;
	out->broken = true;
	return false;
}

static size_t count_results(struct str value)
{
	size_t n = 0;

	for (size_t i = 0; i < value.len && n < AUTHRES_RESULTS_MAX; i++)
		n += value.ptr[i] == ';';
	return n;
}

int authres_read(struct str value, struct arena *arena, struct authres *out)
{
	struct cursor cursor = { .text = value, .arena = arena };
	struct auth_result *results = ARENA_ARRAY(arena, struct auth_result, count_results(value));

	*out = (struct authres){ .results = results };
	if (!results)
		return -1;
	if (!read_start(&cursor, out))
		return 0;
	for (;;) {
		struct auth_result result;
		int status;

		skip_result(&cursor);
		if (!take(&cursor, ';'))
			break;
		status = read_result(&cursor, &result);
		if (status < 0 || cursor.spent)
			return -1;
		if (status > 0 && out->n == AUTHRES_RESULTS_MAX) {
			out->cut = true;
			break;
		}
		if (status > 0)
			results[out->n++] = result;
	}
	out->broken = cursor.broken;
	return 0;
}

static int add_field(struct auth_results *all, struct auth_result *items, struct str value,
	unsigned field, unsigned received, struct arena *arena)
{
	struct authres read;

	if (authres_read(value, arena, &read) != 0)
		return -1;
	for (size_t i = 0; i < read.n; i++) {
		items[all->n] = read.results[i];
		items[all->n].field = field;
		items[all->n++].received = received;
	}
	all->cut = read.cut;
	return 0;
}

static bool is_trusted(const struct message_header *header, char *const *trusted,
	size_t trusted_n)
{
	return trusted_n > 0 && authserv_header(header->name)
		&& authserv_trusted(authserv_id(header->raw), trusted, trusted_n);
}

int authres_collect(const struct message_view *view, char *const *trusted,
	size_t trusted_n, struct arena *arena, struct auth_results *out)
{
	struct auth_result *items;
	unsigned fields = 0, received = 0;
	size_t most = 0;

	*out = (struct auth_results){ .n = 0 };
	for (size_t i = 0; i < view->headers_n; i++)
		if (is_trusted(&view->headers[i], trusted, trusted_n))
			most += count_results(view->headers[i].raw);
	items = ARENA_ARRAY(arena, struct auth_result, most);
	if (!items)
		return -1;
	out->items = items;
	for (size_t i = 0; i < view->headers_n && !out->cut; i++) {
		const struct message_header *header = &view->headers[i];

		received += str_equal_nocase(header->name, STR("Received"));
		if (!is_trusted(header, trusted, trusted_n))
			continue;
		if (fields == AUTHRES_FIELDS_MAX)
			out->cut = true;
		else if (add_field(out, items, header->raw, ++fields, received, arena) != 0)
			return -1;
	}
	out->cut = out->cut || view->truncated & MESSAGE_CUT_HEADERS;
	return 0;
}
