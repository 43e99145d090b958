/* dns/table_parse: the lines of a table; see table.h for their form. */
#include <stdlib.h>

#include "base/lex.h"
#include "base/suggest.h"
#include "dns/name.h"
#include "dns/table.h"
#include "dns/table_rows.h"

#define SHOWN(text) (int)((text).len < 60 ? (text).len : 60), (text).ptr == NULL ? "" : (text).ptr

struct reader {
	struct table_rows *rows;
	struct diags *diags;
	struct lex_line line;
};

static bool fail_memory(struct reader *reader)
{
	diags_add(reader->diags, DIAG_ERROR, reader->line.place, "memory is spent");
	return false;
}

/* A comment is no word. */
static bool next_word(struct reader *reader, struct str *word, struct place *place)
{
	if (lex_word(&reader->line, word, place) && word->ptr[0] != '#')
		return true;
	reader->line.offset = reader->line.text.len;
	return false;
}

static bool need_word(struct reader *reader, const char *what, struct str *word,
	struct place *place)
{
	if (next_word(reader, word, place))
		return true;
	diags_add(reader->diags, DIAG_ERROR, *place, "%s is missing", what);
	return false;
}

static bool copy_text(struct reader *reader, struct str text, struct str *out)
{
	char *copy = arena_dup(reader->rows->arena, text);

	*out = str_make(copy, text.len);
	return copy != NULL || fail_memory(reader);
}

static bool name_of(struct reader *reader, struct str word, struct place place, struct str *out)
{
	char text[DNS_NAME_TEXT_MAX];
	size_t len = dns_name_normalise(word, text);

	if (len > 0)
		return copy_text(reader, str_make(text, len), out);
	diags_add(reader->diags, DIAG_ERROR, place, "'%.*s' is not a name of the DNS", SHOWN(word));
	return false;
}

/* "*" is the empty name, with everything below it. */
static bool owner_of(struct reader *reader, struct table_row *row, struct str word)
{
	if (str_equal(word, STR("*"))) {
		row->wildcard = true;
		row->name = STR("");
		return true;
	}
	if (str_starts_nocase(word, STR("*."))) {
		row->wildcard = true;
		word = str_slice(word, 2, word.len);
	}
	return name_of(reader, word, row->place, &row->name);
}

/* ---- values ---- */

static bool read_address(struct reader *reader, struct table_row *row)
{
	bool v4 = row->type == DNS_A;
	struct place place;
	struct str word;

	if (!need_word(reader, "an address", &word, &place))
		return false;
	if (ip_parse(word, &row->record.ip) && (str_find_byte(word, ':') == SIZE_MAX) == v4)
		return true;
	diags_add(reader->diags, DIAG_ERROR, place, "'%.*s' is not an %s address", SHOWN(word),
		v4 ? "IPv4" : "IPv6");
	return false;
}

static bool read_name(struct reader *reader, struct table_row *row)
{
	struct place place;
	struct str word;

	return need_word(reader, "a name", &word, &place) &&
		name_of(reader, word, place, &row->record.text);
}

static bool read_mx(struct reader *reader, struct table_row *row)
{
	struct place place;
	struct str word;
	uint64_t number;

	if (!need_word(reader, "a preference", &word, &place))
		return false;
	if (!str_to_u64(word, UINT16_MAX, &number)) {
		diags_add(reader->diags, DIAG_ERROR, place, "'%.*s' is not a preference (0..65535)",
			SHOWN(word));
		return false;
	}
	row->record.preference = (uint16_t)number;
	return read_name(reader, row);
}

/* Behind a backslash: three decimal digits, or the byte itself. Returns how many bytes that is, 0
 * when it is none. */
static size_t escaped(struct str text, char *byte)
{
	uint64_t number;

	if (text.len == 0)
		return 0;
	*byte = text.ptr[0];
	if (!ascii_digit(text.ptr[0]))
		return 1;
	if (text.len < 3 || !str_to_u64(str_slice(text, 0, 3), UINT8_MAX, &number))
		return 0;
	*byte = (char)number;
	return 3;
}

/* One string in quotes from line->offset on, behind the first quote. */
static bool read_quoted(struct reader *reader, struct buf *out)
{
	struct lex_line *line = &reader->line;
	const char *begin = line->text.ptr + line->offset - 1;

	while (line->offset < line->text.len) {
		char c = line->text.ptr[line->offset++];
		size_t used = 0;

		if (c == '"')
			return true;
		if (c == '\\') {
			used = escaped(str_slice(line->text, line->offset, line->text.len), &c);
			if (used == 0) {
				diags_add(reader->diags, DIAG_ERROR,
					lex_place(line, line->text.ptr + line->offset - 1),
					"a backslash is followed by \", \\ or three digits up to 255");
				return false;
			}
		}
		line->offset += used;
		buf_add_byte(out, c);
	}
	diags_add(reader->diags, DIAG_ERROR, lex_place(line, begin), "a quote is not closed");
	return false;
}

static bool read_txt(struct reader *reader, struct table_row *row)
{
	struct lex_line *line = &reader->line;
	struct buf text = { .arena = reader->rows->arena, .limit = UINT16_MAX };
	struct place place;
	struct str word;

	if (!need_word(reader, "a text", &word, &place))
		return false;
	if (word.ptr[0] != '"')
		return copy_text(reader, word, &row->record.text);
	line->offset -= word.len;
	do {
		line->offset++;
		if (!read_quoted(reader, &text))
			return false;
		while (line->offset < line->text.len && ascii_space(line->text.ptr[line->offset]))
			line->offset++;
	} while (line->offset < line->text.len && line->text.ptr[line->offset] == '"');
	row->record.text = buf_str(&text);
	if (!text.failed)
		return true;
	diags_add(reader->diags, DIAG_ERROR, place, "a text of more than 65535 bytes, or memory is spent");
	return false;
}

/* ---- a line ---- */

static const struct type_row {
	const char *name;
	int type;
	bool (*read)(struct reader *reader, struct table_row *row);
} types[] = {
	{ "A", DNS_A, read_address }, { "AAAA", DNS_AAAA, read_address }, { "NS", DNS_NS, read_name },
	{ "MX", DNS_MX, read_mx }, { "TXT", DNS_TXT, read_txt }, { "PTR", DNS_PTR, read_name },
	{ "CNAME", ROW_CNAME, read_name },
};
static const struct status_row {
	const char *name;
	enum dns_status status;
} statuses[] = {
	{ "NXDOMAIN", DNS_NXDOMAIN }, { "NODATA", DNS_NODATA }, { "SERVFAIL", DNS_SERVFAIL },
	{ "REFUSED", DNS_REFUSED }, { "TIMEOUT", DNS_TIMEOUT },
};
enum {
	TYPES = sizeof(types) / sizeof(types[0]),
	STATUSES = sizeof(statuses) / sizeof(statuses[0])
};

static bool status_of(struct str word, enum dns_status *status)
{
	for (size_t i = 0; i < STATUSES; i++)
		if (str_equal(word, str_from(statuses[i].name))) {
			*status = statuses[i].status;
			return true;
		}
	return false;
}

static bool fail_type(struct reader *reader, struct str word, struct place place)
{
	struct suggest suggest = suggest_begin(word);
	char text[80];

	for (size_t i = 0; i < TYPES; i++)
		suggest_offer(&suggest, types[i].name);
	for (size_t i = 0; i < STATUSES; i++)
		suggest_offer(&suggest, statuses[i].name);
	diags_add(reader->diags, DIAG_ERROR, place, "'%.*s' is neither a type nor a status%s",
		SHOWN(word), suggest_text(&suggest, text, sizeof(text)));
	return false;
}

/* "A 192.0.2.1", "A SERVFAIL", "NXDOMAIN" */
static bool read_what(struct reader *reader, struct table_row *row)
{
	struct lex_line ahead;
	struct place place;
	struct str word;

	if (!need_word(reader, "a type or a status", &word, &place))
		return false;
	row->type = ROW_ANY;
	if (status_of(word, &row->status))
		return true;
	for (size_t i = 0; i < TYPES; i++) {
		if (!str_equal_nocase(word, str_from(types[i].name)))
			continue;
		row->type = types[i].type;
		ahead = reader->line;
		if (row->type != ROW_CNAME && lex_word(&ahead, &word, NULL) &&
			status_of(word, &row->status)) {
			reader->line = ahead;
			return true;
		}
		return types[i].read(reader, row);
	}
	return fail_type(reader, word, place);
}

static bool read_ttl(struct reader *reader, struct table_row *row)
{
	struct place place;
	struct str word;
	uint64_t ttl;

	row->ttl = DNS_TABLE_TTL;
	if (!next_word(reader, &word, &place))
		return true;
	if (!str_equal_nocase(word, STR("ttl"))) {
		diags_add(reader->diags, DIAG_ERROR, place, "'%.*s' is too much: only 'ttl SECONDS'"
			" or a comment may follow", SHOWN(word));
		return false;
	}
	if (!need_word(reader, "seconds", &word, &place))
		return false;
	if (!str_to_u64(word, INT32_MAX, &ttl)) {
		diags_add(reader->diags, DIAG_ERROR, place, "'%.*s' are no seconds", SHOWN(word));
		return false;
	}
	row->ttl = (uint32_t)ttl;
	if (!next_word(reader, &word, &place))
		return true;
	diags_add(reader->diags, DIAG_ERROR, place, "'%.*s' is too much", SHOWN(word));
	return false;
}

static void append(struct reader *reader, const struct table_row *row)
{
	struct table_rows *rows = reader->rows;

	if (rows->n == rows->capacity) {
		size_t capacity = rows->capacity == 0 ? 64 : rows->capacity * 2;
		struct table_row *items = realloc(rows->items, capacity * sizeof(*items));

		if (items == NULL) {
			fail_memory(reader);
			return;
		}
		rows->items = items;
		rows->capacity = capacity;
	}
	rows->items[rows->n++] = *row;
}

void table_rows_parse(struct table_rows *rows, const char *file, struct str text,
	struct diags *diags)
{
	struct reader reader = { .rows = rows, .diags = diags };
	struct lex lex = lex_begin(file, text);
	struct str word;

	while (lex_next(&lex, &reader.line)) {
		struct table_row row = { .status = DNS_FOUND };

		if (next_word(&reader, &word, &row.place) && owner_of(&reader, &row, word) &&
			read_what(&reader, &row) && read_ttl(&reader, &row))
			append(&reader, &row);
	}
}
