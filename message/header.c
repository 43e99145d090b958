/* message/header: see header.h.
 *
 * Most fields have neither folding nor encoded words; they are found so with memchr and never
 * copied.
 */
#include "message/header.h"

#include <string.h>

#include "base/bytes.h"
#include "message/charset.h"
#include "message/decode.h"

enum {
	CHARSET_MAX = 75,   /* RFC 2047 section 2: a whole word has at most 75; be no stricter */
	SECTIONS_MAX = 100, /* of an RFC 2231 parameter */
	PARAMS_MAX = 1000
};

/* The length of the name that the line begins with; *colon: where that is. 0: no field. */
static size_t name_length(struct str line, size_t *colon)
{
	size_t len = 0, i;

	while (len < line.len && line.ptr[len] > 32 && line.ptr[len] < 127 && line.ptr[len] != ':')
		len++;
	for (i = len; i < line.len && (line.ptr[i] == ' ' || line.ptr[i] == '\t'); i++)
		;
	*colon = i;
	return i < line.len && line.ptr[i] == ':' ? len : 0;
}

bool header_line(struct str line)
{
	size_t colon;

	return name_length(line, &colon) > 0;
}

/* The length of the line at `text` with its LF. */
static size_t line_length(struct str text)
{
	const char *lf = memchr(text.ptr, '\n', text.len);

	return lf ? (size_t)(lf - text.ptr) + 1 : text.len;
}

static struct str without_line_end(struct str text)
{
	if (text.len > 0 && text.ptr[text.len - 1] == '\n')
		text.len--;
	if (text.len > 0 && text.ptr[text.len - 1] == '\r')
		text.len--;
	return text;
}

bool header_next(struct str *rest, struct str *name, struct str *value)
{
	size_t len, colon, name_len;
	struct str line;

	if (rest->len == 0)
		return false;
	len = line_length(*rest);
	line = without_line_end(str_make(rest->ptr, len));
	if (line.len == 0) {
		*rest = str_slice(*rest, len, rest->len);
		return false;
	}
	name_len = name_length(line, &colon);
	if (name_len == 0)
		return false;
	while (len < rest->len && (rest->ptr[len] == ' ' || rest->ptr[len] == '\t'))
		len += line_length(str_slice(*rest, len, rest->len));
	*name = str_make(line.ptr, name_len);
	*value = without_line_end(str_make(rest->ptr + colon + 1, len - colon - 1));
	*rest = str_slice(*rest, len, rest->len);
	return true;
}

/* The first CR or LF, or the end. */
static const char *line_break(const char *p, const char *end)
{
	return bytes_find3(p, end, '\n', '\r', '\n');
}

/* Without CR, LF; the blanks after them become one space. A copy only if there is any. */
static int unfold(struct arena *arena, struct str raw, struct str *out)
{
	const char *p = raw.ptr, *end = raw.len > 0 ? p + raw.len : p;
	char *copy;
	size_t n = 0;

	*out = raw;
	if (raw.len == 0 || line_break(p, end) == end)
		return 0;
	copy = arena_alloc_raw(arena, raw.len);
	if (!copy)
		return -1;
	while (p < end) {
		const char *stop = line_break(p, end);

		memcpy(copy + n, p, (size_t)(stop - p));
		n += (size_t)(stop - p);
		if (stop == end)
			break;
		for (p = stop + 1; p < end && (*p == ' ' || *p == '\t'); p++)
			;
		if (p > stop + 1)
			copy[n++] = ' ';
	}
	*out = str_make(copy, n);
	return 0;
}

struct word {
	struct str charset, text;
	char encoding; /* 'b', 'q' */
	size_t len;    /* of the whole word */
};

/* Is there an encoded word at the start of `text` ("=?" is there)? Looks no further than the
 * third '?' from here, so that a flood of beginnings stays linear. */
static bool parse_word(struct str text, struct word *word)
{
	size_t mark, star, body;
	char encoding;

	mark = str_find_byte(str_slice(text, 2, 2 + CHARSET_MAX), '?');
	if (mark == SIZE_MAX || mark == 0 || mark + 5 > text.len || text.ptr[mark + 4] != '?')
		return false;
	word->charset = str_slice(text, 2, 2 + mark);
	star = str_find_byte(word->charset, '*'); /* RFC 2231 language */
	if (star != SIZE_MAX)
		word->charset.len = star;
	encoding = ascii_lower(text.ptr[mark + 3]);
	if (encoding != 'b' && encoding != 'q')
		return false;
	word->encoding = encoding;
	text = str_slice(text, mark + 5, text.len);
	body = str_find_byte(text, '?');
	if (body == SIZE_MAX || body + 1 >= text.len || text.ptr[body + 1] != '=')
		return false;
	word->text = str_make(text.ptr, body);
	word->len = mark + 5 + body + 2;
	return true;
}

static void decode_q(struct str text, struct buf *out)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (c == '=' && i + 2 < text.len && hex_digit(text.ptr[i + 1]) >= 0 &&
			hex_digit(text.ptr[i + 2]) >= 0) {
			c = (char)(hex_digit(text.ptr[i + 1]) << 4 | hex_digit(text.ptr[i + 2]));
			i += 2;
		} else if (c == '_') {
			c = ' ';
		}
		buf_add_byte(out, c);
	}
}

static void decode_word(const struct word *word, struct buf *out)
{
	struct base64_state state = {0};

	if (word->encoding == 'q') {
		decode_q(word->text, out);
		return;
	}
	if (!buf_reserve(out, BASE64_ROOM(word->text.len)))
		return;
	out->len += base64_decode(&state, word->text, out->ptr + out->len);
	out->len += base64_finish(&state, out->ptr + out->len);
}

/* Bytes of adjacent words of one charset are joined before they are converted: a character may
 * be cut in two by them. */
static void flush_words(struct str charset, struct buf *bytes, struct buf *out)
{
	if (bytes->len > 0)
		charset_to_utf8(charset, buf_str(bytes), out);
	bytes->len = 0;
}

static int decode_words(struct arena *arena, struct str text, struct str *result)
{
	struct buf out = { .arena = arena }, bytes = { .arena = arena };
	struct str charset = { NULL, 0 };
	size_t done = 0, at = 0;
	bool after_word = false;

	buf_reserve(&out, text.len + 8);
	buf_reserve(&bytes, text.len + 8);
	for (;;) {
		size_t next = str_find_byte(str_slice(text, at, text.len), '=');
		struct word word;

		if (next == SIZE_MAX)
			break;
		at += next;
		if (at + 1 >= text.len || text.ptr[at + 1] != '?' ||
			!parse_word(str_slice(text, at, text.len), &word)) {
			at++;
			continue;
		}
		struct str between = str_slice(text, done, at);
		bool joined = after_word && str_trim(between).len == 0;
		if (!joined || !str_equal_nocase(charset, word.charset))
			flush_words(charset, &bytes, &out);
		if (!joined)
			buf_add_str(&out, between);
		charset = word.charset;
		decode_word(&word, &bytes);
		after_word = true;
		at += word.len;
		done = at;
	}
	flush_words(charset, &bytes, &out);
	buf_add_str(&out, str_slice(text, done, text.len));
	*result = buf_str(&out);
	return out.failed || bytes.failed ? -1 : 0;
}

int header_decode(struct arena *arena, struct str raw, struct str *out)
{
	struct buf utf8 = { .arena = arena };
	const char *end = raw.len > 0 ? raw.ptr + raw.len : raw.ptr;
	struct str text;

	if (raw.len == 0 || bytes_plain_end(raw.ptr, end, '=') == end) { /* most of them */
		*out = str_trim(raw);
		return 0;
	}
	if (unfold(arena, raw, &text) < 0)
		return -1;
	text = str_trim(text);
	if (!bytes_are_ascii(text) && !charset_is_utf8(charset_find(STR("")), text, false)) {
		charset_decode(charset_find(STR("")), text, &utf8);
		if (utf8.failed)
			return -1;
		text = buf_str(&utf8);
	}
	if (str_find(text, STR("=?")) != SIZE_MAX && decode_words(arena, text, &text) < 0)
		return -1;
	*out = text;
	return 0;
}

struct str header_first_word(struct str value)
{
	size_t end = 0;

	value = str_trim(value);
	while (end < value.len && value.ptr[end] != ';' && value.ptr[end] != ',' &&
		!ascii_space(value.ptr[end]) && value.ptr[end] != '(')
		end++;
	return str_make(value.ptr, end);
}

struct param {
	struct str name, value;
	bool quoted;
};

/* Past blanks and (nested) comments; an unclosed one reaches to the end. */
static void skip_blanks(struct str *text)
{
	size_t i = 0, depth = 0;

	for (; i < text->len; i++) {
		char c = text->ptr[i];

		if (c == '\\' && depth > 0)
			i++;
		else if (c == '(')
			depth++;
		else if (c == ')' && depth > 0)
			depth--;
		else if (depth == 0 && !ascii_space(c))
			break;
	}
	*text = str_slice(*text, i, text->len);
}

/* The value at `text`; a quoted string keeps its backslashes here. */
static struct str take_value(struct str *text, bool *quoted)
{
	struct str value;
	size_t i = 0;

	*quoted = text->len > 0 && text->ptr[0] == '"';
	if (*quoted) {
		for (i = 1; i < text->len && text->ptr[i] != '"'; i++)
			if (text->ptr[i] == '\\')
				i++;
		value = str_slice(*text, 1, i);
		*text = str_slice(*text, i + 1, text->len);
		return value;
	}
	while (i < text->len && text->ptr[i] != ';' && !ascii_space(text->ptr[i]))
		i++;
	value = str_make(text->ptr, i);
	*text = str_slice(*text, i, text->len);
	return value;
}

/* The next parameter of `text`. Without ';' between two the second is found all the same. */
static bool next_param(struct str *text, struct param *param)
{
	for (;;) {
		size_t i = 0;

		skip_blanks(text);
		if (text->len == 0)
			return false;
		while (i < text->len && text->ptr[i] != '=' && text->ptr[i] != ';' &&
			!ascii_space(text->ptr[i]))
			i++;
		param->name = str_make(text->ptr, i);
		*text = str_slice(*text, i, text->len);
		skip_blanks(text);
		if (text->len == 0)
			return false;
		if (text->ptr[0] != '=') {
			if (text->ptr[0] == ';' || i == 0)
				*text = str_slice(*text, 1, text->len);
			continue;
		}
		*text = str_slice(*text, 1, text->len);
		skip_blanks(text);
		param->value = take_value(text, &param->quoted);
		return true;
	}
}

static void add_unquoted(const struct param *param, struct buf *out)
{
	for (size_t i = 0; i < param->value.len; i++) {
		if (param->quoted && param->value.ptr[i] == '\\' && i + 1 < param->value.len)
			i++;
		if (param->value.ptr[i] != '\r' && param->value.ptr[i] != '\n')
			buf_add_byte(out, param->value.ptr[i]);
	}
}

/* RFC 2231 section 4: percent-encoding; the first section begins with charset'language'. */
static void add_extended(struct str value, bool first, struct buf *out)
{
	if (first) {
		size_t quote = str_find_byte(value, '\'');
		size_t second = quote == SIZE_MAX ? SIZE_MAX :
			str_find_byte(str_slice(value, quote + 1, value.len), '\'');

		if (second != SIZE_MAX)
			value = str_slice(value, quote + 1 + second + 1, value.len);
	}
	for (size_t i = 0; i < value.len; i++) {
		if (value.ptr[i] == '%' && i + 2 < value.len && hex_digit(value.ptr[i + 1]) >= 0 &&
			hex_digit(value.ptr[i + 2]) >= 0) {
			buf_add_byte(out, (char)(hex_digit(value.ptr[i + 1]) << 4 |
				hex_digit(value.ptr[i + 2])));
			i += 2;
		} else {
			buf_add_byte(out, value.ptr[i]);
		}
	}
}

/* Is this parameter `name`, or section `section` of it? */
static bool is_section(const struct param *param, struct str name, unsigned section,
	bool *extended)
{
	struct str tail = str_slice(param->name, name.len, param->name.len);
	uint64_t number;

	if (!str_starts_nocase(param->name, name))
		return false;
	*extended = tail.len > 0 && tail.ptr[tail.len - 1] == '*';
	if (*extended)
		tail.len--;
	if (section == 0 && tail.len == 0)
		return true;
	return tail.len > 1 && tail.ptr[0] == '*' && (tail.ptr[1] != '0' || tail.len == 2) &&
		str_to_u64(str_slice(tail, 1, tail.len), SECTIONS_MAX, &number) && number == section;
}

bool header_param(struct arena *arena, struct str value, struct str name, struct str *out)
{
	struct buf text = { .arena = arena };
	struct param param;
	struct str rest = value;
	unsigned section = 0, seen = 0;
	size_t semicolon = str_find_byte(value, ';');

	/* A broken "text/plain charset=x" has no ';' at all. */
	rest = semicolon == SIZE_MAX ? value : str_slice(value, semicolon + 1, value.len);
	while (seen++ < PARAMS_MAX && section < SECTIONS_MAX && next_param(&rest, &param)) {
		bool extended;

		if (!is_section(&param, name, section, &extended))
			continue;
		if (extended)
			add_extended(param.value, section == 0, &text);
		else
			add_unquoted(&param, &text);
		if (param.name.len == name.len)
			break;
		section++;
	}
	*out = buf_str(&text);
	return (text.len > 0 || section > 0) && !text.failed;
}
