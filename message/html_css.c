/* message/html_css: see html_css.h. */
#include "message/html_css.h"

#include <string.h>

#include "message/charset.h"
#include "message/decode.h"

enum { NAME_MAX_BYTES = 20, ESCAPE_DIGITS = 6 };

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool name_byte(char c)
{
	return ascii_alpha(c) || ascii_digit(c) || c == '-' || c == '_' || (unsigned char)c >= 0x80;
}

/* The escape at `at` ('\\'), of one character; returns behind it. 0 in *code: a line end, which is
 * nothing. */
static size_t escape(struct str text, size_t at, uint32_t *code)
{
	size_t digits = 0;

	*code = 0;
	at++;
	while (digits < ESCAPE_DIGITS && at < text.len && hex_digit(text.ptr[at]) >= 0) {
		*code = *code * 16 + (uint32_t)hex_digit(text.ptr[at++]);
		digits++;
	}
	if (digits > 0) {
		if (at + 1 < text.len && text.ptr[at] == '\r' && text.ptr[at + 1] == '\n')
			at++;
		at += at < text.len && blank(text.ptr[at]);
		*code = *code && *code <= 0x10FFFF ? *code : 0xFFFD;
		return at;
	}
	if (at >= text.len)
		return at;
	if (text.ptr[at] == '\r' && at + 1 < text.len && text.ptr[at + 1] == '\n')
		return at + 2;
	if (text.ptr[at] != '\n' && text.ptr[at] != '\r' && text.ptr[at] != '\f')
		*code = (unsigned char)text.ptr[at];
	return at + 1;
}

int html_css_decode(struct arena *arena, struct str text, struct str *out)
{
	char *copy;
	size_t n = 0, at = 0;

	*out = text;
	if (str_find_byte(text, '\\') == SIZE_MAX)
		return 0;
	/* two bytes ("\1") make one, three ("\80") two, four ("\800") three, six ("\10000") four */
	copy = arena_alloc_raw(arena, text.len + 4);
	if (!copy)
		return -1;
	while (at < text.len) {
		uint32_t code;

		if (text.ptr[at] != '\\') {
			copy[n++] = text.ptr[at++];
			continue;
		}
		at = escape(text, at, &code);
		if (code >= 0x80 && hex_digit(text.ptr[at - 1]) < 0 && !blank(text.ptr[at - 1]))
			copy[n++] = text.ptr[at - 1]; /* a byte of a longer character */
		else if (code > 0)
			n += utf8_encode(code, copy + n);
	}
	*out = str_make(copy, n);
	return 0;
}

/* The name at css->at, escapes undone, in lower case; cut when it is longer. Its length. */
static size_t read_name(struct html_css *css, char name[NAME_MAX_BYTES])
{
	struct str text = css->text;
	size_t n = 0;

	while (css->at < text.len) {
		uint32_t code = (unsigned char)text.ptr[css->at];

		if (code == '\\')
			css->at = escape(text, css->at, &code);
		else if (name_byte((char)code))
			css->at++;
		else
			break;
		if (n < NAME_MAX_BYTES)
			name[n++] = code < 0x80 ? ascii_lower((char)code) : '?';
	}
	return n;
}

static void skip_blanks(struct html_css *css)
{
	while (css->at < css->text.len && blank(css->text.ptr[css->at]))
		css->at++;
}

static void skip_comment(struct html_css *css)
{
	size_t end = str_find(str_slice(css->text, css->at + 2, css->text.len), STR("*/"));

	css->at = end == SIZE_MAX ? css->text.len : css->at + 2 + end + 2;
}

/* The string at css->at, without its quotes. A line end ends it, too. */
static struct str read_string(struct html_css *css)
{
	struct str text = css->text;
	char quote = text.ptr[css->at];
	size_t from = ++css->at, to;
	uint32_t code;

	while (css->at < text.len && text.ptr[css->at] != quote && text.ptr[css->at] != '\n') {
		if (text.ptr[css->at] == '\\')
			css->at = escape(text, css->at, &code);
		else
			css->at++;
	}
	to = css->at;
	css->at += css->at < text.len;
	return str_slice(text, from, to);
}

/* Behind "url(". */
static struct str read_url(struct html_css *css)
{
	struct str text = css->text;
	size_t from;
	uint32_t code;

	skip_blanks(css);
	if (css->at < text.len && (text.ptr[css->at] == '"' || text.ptr[css->at] == '\''))
		return read_string(css);
	from = css->at;
	while (css->at < text.len && text.ptr[css->at] != ')' && !blank(text.ptr[css->at])) {
		if (text.ptr[css->at] == '\\')
			css->at = escape(text, css->at, &code);
		else
			css->at++;
	}
	return str_slice(text, from, css->at);
}

static bool is_name(const char *name, size_t n, const char *wanted)
{
	return n == strlen(wanted) && memcmp(name, wanted, n) == 0;
}

/* A name, a function or an at-rule at css->at; true: it is a link. */
static bool take_name(struct html_css *css, struct str *link)
{
	char name[NAME_MAX_BYTES];
	bool rule = css->text.ptr[css->at] == '@';
	size_t n;

	css->at += rule;
	n = read_name(css, name);
	if (rule) {
		css->import = is_name(name, n, "import");
		css->name = is_name(name, n, "namespace") || is_name(name, n, "document") ||
			is_name(name, n, "-moz-document");
		return false;
	}
	if (css->at >= css->text.len || css->text.ptr[css->at] != '(')
		return false;
	css->at++;
	css->open++;
	if (is_name(name, n, "url") || is_name(name, n, "src")) {
		*link = read_url(css);
		return !css->name;
	}
	if (is_name(name, n, "image-set") || is_name(name, n, "-webkit-image-set"))
		css->set = css->set ? css->set : css->open;
	return false;
}

bool html_css_next(struct html_css *css, struct str *link)
{
	struct str text = css->text;

	while (css->at < text.len) {
		char c = text.ptr[css->at];

		if (name_byte(c) || c == '\\' || c == '@') {
			if (take_name(css, link))
				return true;
		} else if (c == '/' && css->at + 1 < text.len && text.ptr[css->at + 1] == '*') {
			skip_comment(css);
		} else if (c == '"' || c == '\'') {
			*link = read_string(css);
			if (css->import || css->set)
				return true;
		} else {
			if (c == '(') {
				css->open++;
			} else if (c == ')' && css->open > 0) {
				css->set = css->set == css->open ? 0 : css->set;
				css->open--;
			} else if (c == ';' || c == '{' || c == '}') {
				css->import = css->name = false;
				css->open = css->set = 0;
			}
			css->at++;
		}
	}
	return false;
}

bool html_css_may_link(struct str text)
{
	size_t at;

	if (str_find_byte(text, '\\') != SIZE_MAX)
		return true;
	for (struct str rest = text; (at = str_find_byte(rest, '(')) != SIZE_MAX;
		rest = str_slice(rest, at + 1, rest.len)) {
		struct str before = str_slice(rest, at < 3 ? 0 : at - 3, at);

		if (str_equal_nocase(before, STR("url")) || str_equal_nocase(before, STR("src")) ||
			str_equal_nocase(before, STR("set")))
			return true;
	}
	for (struct str rest = text; (at = str_find_byte(rest, '@')) != SIZE_MAX;
		rest = str_slice(rest, at + 1, rest.len))
		if (str_starts_nocase(str_slice(rest, at + 1, rest.len), STR("import")))
			return true;
	return false;
}
