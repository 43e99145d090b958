/* message/html_source: see html_source.h. */
#include "message/html_source.h"

#include <string.h>

#include "message/charset.h"
#include "message/decode.h"
#include "message/html_reference.h"

/* ---- characters ---- */

uint32_t html_source_first(struct str text, size_t *len)
{
	/* NOLINTNEXTLINE(*NullDereference): callers have at least one byte */
	unsigned char lead = (unsigned char)text.ptr[0];
	size_t n = lead < 0xC2 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 1;
	uint32_t code = lead;

	*len = 1;
	if (n == 1 || text.len < n)
		return lead;
	code &= 0x7Fu >> n;
	for (size_t i = 1; i < n; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		if ((c & 0xC0) != 0x80)
			return lead;
		code = code << 6 | (c & 63u);
	}
	*len = n;
	return code;
}

size_t html_source_length(struct str source)
{
	size_t n = 0, len;

	for (size_t at = 0; at < source.len; at += len, n++) {
		len = 1;
		if ((unsigned char)source.ptr[at] >= 0x80)
			html_source_first(str_slice(source, at, source.len), &len);
	}
	return n;
}

/* ---- before reading ---- */

static bool word_byte(char c)
{
	return ascii_alpha(c) || ascii_digit(c) || c == '_';
}

enum { BLANK_LINES_MOST = 20 };

/* The length of the line at `at`, its end included, if it is blank; else 0. */
static size_t blank_line(struct str source, size_t at, bool empty)
{
	size_t from = at;

	while (!empty && at < source.len && source.ptr[at] != '\n' && ascii_space(source.ptr[at]))
		at++;
	return at < source.len && source.ptr[at] == '\n' ? at + 1 - from : 0;
}

/* The blank lines from `at` on; *from and *to: those that are left out, if there are too many. */
static size_t blank_lines(struct str source, size_t at, bool empty, size_t *from, size_t *to)
{
	size_t last[BLANK_LINES_MOST] = { 0 };
	size_t n = 0, len;

	while ((len = blank_line(source, at, empty)) > 0) {
		if (n == 1)
			*from = at;
		last[n++ % BLANK_LINES_MOST] = at;
		at += len;
	}
	*to = n > BLANK_LINES_MOST ? last[(n + 1) % BLANK_LINES_MOST] : *from;
	return at;
}

int html_source_squeeze(struct arena *arena, bool empty, struct str *source)
{
	char *out = NULL;
	size_t n = 0, done = 0, from = 0, to = 0;

	for (size_t at = 0; at < source->len;) {
		size_t next;

		at = blank_lines(*source, at, empty, &from, &to);
		if (to > from) {
			if (!out)
				out = arena_alloc_raw(arena, source->len);
			if (!out)
				return -1;
			memcpy(out + n, source->ptr + done, from - done);
			n += from - done;
			done = to;
			from = to = 0;
		}
		next = str_find_byte(str_slice(*source, at, source->len), '\n');
		at = next == SIZE_MAX ? source->len : at + next + 1;
	}
	if (!out)
		return 0;
	memcpy(out + n, source->ptr + done, source->len - done);
	*source = str_make(out, n + source->len - done);
	return 0;
}

/* "&nbsp;" and quotation marks; the new length. */
static size_t replace(char *text, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		size_t left = len - i;

		if (text[i] == '&' && left >= 6 && memcmp(text + i, "&nbsp;", 6) == 0) {
			text[n++] = ' ';
			i += 5;
		} else if ((unsigned char)text[i] == 0xE2 && left >= 3 &&
			(memcmp(text + i, "\xE2\x80\x9C", 3) == 0 ||
			memcmp(text + i, "\xE2\x80\x9D", 3) == 0)) {
			text[n++] = '"';
			i += 2;
		} else {
			text[n++] = text[i];
		}
	}
	return n;
}

/* Where "word blanks />" behind the '<' at i has its '>'; 0: it is not that. */
static size_t empty_tag(const char *text, size_t len, size_t i, size_t *word)
{
	size_t at = i + 1;

	while (at < len && word_byte(text[at]))
		at++;
	*word = at;
	while (at < len && ascii_space(text[at]))
		at++;
	return *word > i + 1 && len - at >= 2 && text[at] == '/' && text[at + 1] == '>' ? at + 1 : 0;
}

static size_t open_empty_tags(char *text, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		size_t word, end = text[i] == '<' ? empty_tag(text, len, i, &word) : 0;

		if (end > 0) {
			memmove(text + n, text + i, word - i);
			n += word - i;
			i = end;
		}
		text[n++] = text[i];
	}
	return n;
}

char *html_source_prepare(struct arena *arena, struct str source, size_t *len)
{
	char *copy = arena_alloc_raw(arena, source.len + 1);

	*len = 0;
	if (!copy || source.len == 0)
		return copy;
	memcpy(copy, source.ptr, source.len);
	*len = open_empty_tags(copy, replace(copy, source.len));
	return copy;
}

/* ---- text ---- */

/* "&#...;" at p; 0: not decoded, as what is no character. Other than in browsers, 128 to 159 stay
 * what they are. */
static size_t number(const char *p, const char *end, uint32_t *code)
{
	const char *at = p + 2, *digits;
	bool hex = at < end && (*at == 'x' || *at == 'X');

	*code = 0;
	at += hex;
	for (digits = at; at < end && *code <= 0x10FFFF; at++) {
		int digit = hex_digit(*at);

		if (digit < 0 || (digit > 9 && !hex))
			break;
		*code = *code * (hex ? 16u : 10u) + (uint32_t)digit;
	}
	if (at == digits || *code == 0 || *code > 0x10FFFF || *code == 0xFFFE || *code == 0xFFFF)
		return 0;
	at += at < end && *at == ';';
	return (size_t)(at - p);
}

void html_source_text(struct str text, struct buf *room, struct str *out, bool *wide)
{
	const char *end = text.ptr + text.len;

	*out = text;
	if (str_find_byte(text, '&') == SIZE_MAX)
		return;
	room->len = 0;
	for (const char *p = text.ptr; p < end;) {
		uint32_t code;
		size_t len = 0;

		if (*p == '&' && end - p > 1)
			len = p[1] == '#' ? number(p, end, &code) :
				html_reference(p, end, false, &code);
		if (len > 0) {
			*wide = *wide || code > 0xFF;
			utf8_add(room, code);
			p += len;
		} else {
			buf_add_byte(room, *p++);
		}
	}
	*out = buf_str(room);
}

int html_source_narrow(struct arena *arena, struct str *text)
{
	char *out;
	size_t n = 0, len;

	if (bytes_are_ascii(*text))
		return 0;
	out = arena_alloc_raw(arena, text->len);
	if (!out)
		return -1;
	for (size_t at = 0; at < text->len; at += len) {
		uint32_t code = html_source_first(str_slice(*text, at, text->len), &len);

		out[n++] = (char)(code < 0xFF ? code : 0xFF);
	}
	*text = str_make(out, n);
	return 0;
}

/* ---- fonts ---- */

/* A name at *at, behind its quotation mark: letters, blanks and dashes, at least two, ending in a
 * letter; then a digit and a quotation mark may follow. `blank`: a blank may be the first, and one
 * that stands before is taken for it. */
static bool face_name(struct str text, size_t *at, bool blank)
{
	size_t from = *at, to = from;

	while (to < text.len && (ascii_alpha(text.ptr[to]) || text.ptr[to] == ' ' ||
		text.ptr[to] == '-'))
		to++;
	if (blank && from > 0 && text.ptr[from - 1] == ' ')
		from--;
	if (to - from < 2 || !ascii_alpha(text.ptr[to - 1]) ||
		!(ascii_alpha(text.ptr[from]) || (blank && text.ptr[from] == ' ')))
		return false;
	to += to < text.len && ascii_digit(text.ptr[to]);
	to += to < text.len && (text.ptr[to] == '"' || text.ptr[to] == '\'');
	*at = to;
	return true;
}

static size_t past_blanks(struct str text, size_t at)
{
	while (at < text.len && ascii_space(text.ptr[at]))
		at++;
	return at;
}

bool html_source_face(struct str text)
{
	size_t at = past_blanks(text, 0);

	at += at < text.len && (text.ptr[at] == '"' || text.ptr[at] == '\'' || text.ptr[at] == '.');
	if (!face_name(text, &at, true))
		return false;
	while (at < text.len && text.ptr[at] == ',') {
		at = past_blanks(text, at + 1);
		at += at < text.len && (text.ptr[at] == '"' || text.ptr[at] == '\'');
		if (!face_name(text, &at, false))
			return false;
	}
	at += at < text.len && text.ptr[at] == ';';
	return at == text.len || (at + 1 == text.len && text.ptr[at] == '\n');
}
