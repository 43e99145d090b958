/* message/form: see form.h. Recursion is as deep as a form is long, whatever the line. */
#include "message/form.h"

#include <string.h>

#include "base/bytes.h"
#include "base/ip.h"
#include "message/decode.h"

struct match {
	struct form_line *line;
	struct str text;
	struct form_kept kept;
};

static bool match_at(struct match *match, const char *form, size_t at);

static bool word_byte(char c)
{
	return ascii_alpha(c) || ascii_digit(c) || c == '_';
}

static bool in_v6(char c)
{
	return hex_digit(c) >= 0 || c == ':' || c == '.';
}

/* Four numbers, whatever stands behind them but a letter or digit. */
static size_t v4_length(struct str text)
{
	size_t at = 0, numbers = 0;
	struct ip ip;

	while (at < text.len && numbers < 4) {
		size_t from = at;

		while (at < text.len && at < from + 3 && ascii_digit(text.ptr[at]))
			at++;
		if (at == from)
			return 0;
		if (++numbers < 4 && (at == text.len || text.ptr[at++] != '.'))
			return 0;
	}
	if (numbers < 4 || (at < text.len && word_byte(text.ptr[at])))
		return 0;
	return ip_parse(str_slice(text, 0, at), &ip) ? at : 0;
}

size_t form_address(struct str text)
{
	size_t prefix = str_starts_nocase(text, STR("IPv6:")) ? 5 : 0, end = prefix;
	size_t v4 = prefix ? 0 : v4_length(text);
	struct ip ip;

	if (v4 > 0)
		return v4;
	while (end < text.len && end < prefix + 50 && in_v6(text.ptr[end]))
		end++;
	while (end > prefix && text.ptr[end - 1] == '.')
		end--;
	return end > prefix + 1 && memchr(text.ptr + prefix, ':', end - prefix) &&
		ip_parse(str_slice(text, prefix, end), &ip) ? end : 0;
}

/* No letter, digit or colon before it, of which it would be the tail. */
static size_t address_at(struct str text, size_t at)
{
	if (at > 0 && (word_byte(text.ptr[at - 1]) || text.ptr[at - 1] == ':'))
		return 0;
	return form_address(str_slice(text, at, text.len));
}

static size_t localhost_at(struct str text, size_t at)
{
	static const struct str NAMES[] = {
		{ "localhost.localdomain", 21 }, { "localhost", 9 }, { "127.0.0.1", 9 },
		{ "::1", 3 }, { "IPv6:::1", 8 }, { "::ffff:127.0.0.1", 16 }
	};
	struct str rest = str_slice(text, at, text.len);

	for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
		if (str_starts_nocase(rest, NAMES[i]))
			return NAMES[i].len;
	return 0;
}

/* Where %x keeps what it matches; NULL: nowhere. */
static struct str *place_of(struct form_kept *kept, char code)
{
	switch (code) {
	case 'h': case 'H': case 'g': return &kept->helo;
	case 'r': case 'R': case 'm': return &kept->rdns;
	case 'b': return &kept->by;
	case 'd': case 'D': return &kept->ident;
	case 'e': return &kept->envfrom;
	case 'k': return &kept->id;
	case 'i': return &kept->ip;
	case 'o': return &kept->options;
	default: return NULL;
	}
}

static bool keep_and_go_on(struct match *match, const char *form, size_t from, size_t to)
{
	struct str text = str_make(match->text.ptr + from, to - from);
	struct str *place = place_of(&match->kept, form[1]);

	if (place)
		*place = text;
	if (form[1] == 'n')
		match->kept.helo = match->kept.rdns = text;
	return match_at(match, form + 2, to);
}

/* The fixed byte that follows the code; '\0': something else does. */
static char byte_behind(const char *form)
{
	char next = form[2];

	return next == '%' || next == '{' || next == '}' ? '\0' : next;
}

/* Lengths from the longest to the shortest. */
static bool longest(struct match *match, const char *form, size_t at, size_t end, size_t least)
{
	char next = byte_behind(form);

	for (size_t to = end; to >= at + least; to--) {
		bool may = !next || (to < match->text.len && match->text.ptr[to] == next);

		if (may && keep_and_go_on(match, form, at, to))
			return true;
		if (to == 0)
			break;
	}
	return false;
}

/* A word with a dot in its middle. */
static bool dotted(struct match *match, const char *form, size_t at, size_t end)
{
	size_t dot = end > at + 1 ? str_find_byte(str_slice(match->text, at + 1, end), '.') : SIZE_MAX;

	return dot != SIZE_MAX && longest(match, form, at, end, dot + 3);
}

static bool shortest(struct match *match, const char *form, size_t at, size_t from, size_t end)
{
	char next = byte_behind(form);

	for (size_t to = from; to <= end; to++) {
		if (next) {
			size_t last = end < match->text.len ? end + 1 : end;
			const char *hit = to < last ? memchr(match->text.ptr + to, next, last - to) : NULL;

			if (!hit)
				return false;
			to = (size_t)(hit - match->text.ptr);
		}
		if (keep_and_go_on(match, form, at, to))
			return true;
	}
	return false;
}

static size_t digits_end(struct str text, size_t at)
{
	while (at < text.len && ascii_digit(text.ptr[at]))
		at++;
	return at;
}

static size_t closing_end(struct str text, size_t at)
{
	const char *hit = at < text.len ? memchr(text.ptr + at, ')', text.len - at) : NULL;

	return hit ? (size_t)(hit - text.ptr) : text.len;
}

size_t form_word_end(struct str text, size_t at)
{
	const char *end = text.ptr + text.len, *p = text.ptr + at;

	while ((p = bytes_plain_end(p, end, ' ')) < end && !ascii_space(*p))
		p++;
	return (size_t)(p - text.ptr);
}

/* A word: where a blank is to follow, it can only end where it does. */
static bool word(struct match *match, const char *form, size_t at, size_t least)
{
	size_t end = form_word_end(match->text, at);

	if (form[2] != ' ')
		return longest(match, form, at, end, least);
	return end >= at + least && keep_and_go_on(match, form, at, end);
}

static bool boundary(struct str text, size_t at)
{
	bool before = at > 0 && word_byte(text.ptr[at - 1]);
	bool after = at < text.len && word_byte(text.ptr[at]);

	return before != after;
}

/* Nothing of a form follows it. */
static bool qmail_protocol(struct str text, size_t from)
{
	for (size_t at = from; at + 4 <= text.len; at++) {
		struct str rest = str_slice(text, at, text.len);

		if ((at == from || text.ptr[at - 1] == ' ') &&
			(str_equal(str_slice(rest, 0, 4), STR("SMTP")) ||
			 str_equal(str_slice(rest, 0, 4), STR("QMQP"))) &&
			!str_equal(str_slice(rest, 4, 8), STR(" id ")))
			return true;
	}
	return false;
}

/* A length that is fixed: go on behind it if there is any. */
static bool fixed(struct match *match, const char *form, size_t at, size_t len)
{
	return len > 0 && keep_and_go_on(match, form, at, at + len);
}

static bool match_code(struct match *match, const char *form, size_t at)
{
	struct str text = match->text, rest = str_slice(text, at, text.len);

	switch (form[1]) {
	case 'i': case 'j':
		return fixed(match, form, at, address_at(text, at));
	case 'L':
		return fixed(match, form, at, localhost_at(text, at));
	case 'E':
		return (str_starts_nocase(rest, STR("HELO")) || str_starts_nocase(rest, STR("EHLO"))) &&
			fixed(match, form, at, 4);
	case 'p':
		return longest(match, form, at, digits_end(text, at), 1);
	case 'c': case 'C':
		return longest(match, form, at, closing_end(text, at), form[1] == 'C');
	case 'g':
		return longest(match, form, at, closing_end(text, at), 0);
	case 'o': case '?':
		return shortest(match, form, at, at, text.len);
	case 't':
		return shortest(match, form, at, at + 10, at + 80 < text.len ? at + 80 : text.len);
	case 'm':
		return dotted(match, form, at, form_word_end(text, at));
	case 'q':
		return qmail_protocol(text, at);
	case '%':
		return rest.len > 0 && rest.ptr[0] == '%' && match_at(match, form + 2, at + 1);
	case '*':
		return longest(match, form, at, text.len, 0);
	case 'B':
		return boundary(text, at) && match_at(match, form + 2, at);
	case '$':
		return at == text.len;
	default:
		return word(match, form, at, form[1] >= 'a' && form[1] <= 'z');
	}
}

/* With what stands in braces, else without. */
static bool match_optional(struct match *match, const char *form, size_t at)
{
	struct form_kept before = match->kept;

	if (match_at(match, form + 1, at))
		return true;
	match->kept = before;
	return match_at(match, strchr(form, '}') + 1, at);
}

static bool match_at(struct match *match, const char *form, size_t at)
{
	if (match->line->steps == 0)
		return false;
	match->line->steps--;
	for (; *form; form++) {
		if (*form == '%')
			return match_code(match, form, at);
		if (*form == '{')
			return match_optional(match, form, at);
		if (*form == '}')
			continue;
		if (at == match->text.len || match->text.ptr[at] != *form)
			return false;
		at++;
	}
	return true;
}

static bool match_from(struct form_line *line, size_t from, const char *form,
	struct form_kept *kept)
{
	struct match match = { line, line->text, *kept };

	if (!match_at(&match, form, from) || line->steps == 0)
		return false;
	*kept = match.kept;
	return true;
}

/* The fixed text that the form begins with; empty: it begins with something else. */
static struct str fixed_start(const char *form)
{
	return str_make(form, strcspn(form, "%{}"));
}

static bool stands_at(struct str text, size_t at, struct str word)
{
	return text.len - at >= word.len && memcmp(text.ptr + at, word.ptr, word.len) == 0;
}

bool form_match(struct form_line *line, const char *form, struct form_kept *kept)
{
	return stands_at(line->text, 0, fixed_start(form)) && match_from(line, 0, form, kept);
}

/* Looks for the fixed text first: few lines have it. */
bool form_find(struct form_line *line, const char *form, struct form_kept *kept)
{
	struct str start = fixed_start(form[0] == '%' && form[1] == 'B' ? form + 2 : form);
	struct str rest = line->text;

	for (size_t at = 0; at < line->text.len && line->steps > 0; at++) {
		size_t next = start.len > 0 ? str_find(rest, start) : 0;

		if (next == SIZE_MAX)
			return false;
		at += next;
		if (match_from(line, at, form, kept))
			return true;
		rest = str_slice(line->text, at + 1, line->text.len);
	}
	return false;
}

/* ---- what a line has ---- */

/* ASCII letters without case; other bytes may fall together, which only affirms more. */
static uint16_t gram(const char *p)
{
	uint32_t four;

	memcpy(&four, p, sizeof four);
	return (uint16_t)(((four | UINT32_C(0x20202020)) * UINT32_C(2654435761)) >> 21);
}

void form_index_clear(struct form_index *index)
{
	memset(index, 0, sizeof *index);
}

void form_index_add(struct form_index *index, struct str text)
{
	for (size_t i = 0; i + 4 <= text.len; i++)
		index->has[gram(text.ptr + i)] = 1;
}

/* Those of a text, two bytes apart and the last: neighbours say nearly the same. */
static void add_needs(struct form_needs *needs, struct str text)
{
	for (size_t i = 0; i + 4 <= text.len && needs->n < FORM_NEEDS; i += 2)
		needs->at[needs->n++] = gram(text.ptr + i);
	if (text.len > 4 && text.len % 2 && needs->n < FORM_NEEDS)
		needs->at[needs->n++] = gram(text.ptr + text.len - 4);
}

struct form_needs form_needs_of_text(const char *text)
{
	struct form_needs needs = { .n = 0 };

	add_needs(&needs, str_from(text));
	return needs;
}

struct form_needs form_needs_of_form(const char *form)
{
	struct form_needs needs = { .n = 0 };

	while (*form) {
		size_t len = strcspn(form, "%{");

		add_needs(&needs, str_make(form, len));
		form += len;
		if (*form == '{')
			form = strchr(form, '}') + 1;
		else if (*form == '%')
			form += 2;
	}
	return needs;
}
