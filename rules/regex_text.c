/* rules/regex_text: delimiters and modifiers, as Mail::SpamAssassin::Util reads them.
 */
#include "rules/regex_text.h"


#include <stdbool.h>

static char closing(char open)
{
	static const char pairs[] = "{}()<>[]";
	for (size_t i = 0; pairs[i]; i += 2)
		if (pairs[i] == open)
			return pairs[i + 1];
	return open;
}

static bool word_byte(char c)
{
	return ascii_alpha(c) || ascii_digit(c) || c == '_';
}

/* Offset of the opening delimiter, or SIZE_MAX. */
static size_t opening(struct str text)
{
	size_t at = text.len > 1 && text.ptr[0] == 'q' && text.ptr[1] == 'r' ? 2 :
		text.len > 0 && text.ptr[0] == 'm' ? 1 : 0;
	if (at == 0)
		return text.len && text.ptr[0] == '/' ? 0 : SIZE_MAX;
	return at < text.len && !word_byte(text.ptr[at]) && !ascii_space(text.ptr[at]) &&
		text.ptr[at] != '\\' ? at : SIZE_MAX;
}

const char *regex_text_read(struct str text, struct regex_text *out, size_t *at)
{
	size_t open = opening(text);
	*at = 0;
	if (open == SIZE_MAX)
		return text.len ? "a regex begins with '/', 'm{' or the like" : "regex expected";
	char close = closing(text.ptr[open]);
	size_t end = text.len;
	while (end > open + 1 && ascii_alpha(text.ptr[end - 1]))
		end--;
	*at = text.len;
	if (end <= open + 1 || text.ptr[end - 1] != close)
		return "the regex has no end";
	out->body = str_slice(text, open + 1, end - 1);
	out->modifiers = str_slice(text, end, text.len);
	for (size_t i = 0; close == text.ptr[open] && i < out->body.len; i++) {
		if (out->body.ptr[i] == '\\') {
			i++;
		} else if (out->body.ptr[i] == close) {
			*at = open + 1 + i;
			return "the delimiter stands unescaped in the regex";
		}
	}
	*at = 0;
	return NULL;
}

/* The length of "\\x{...}" above 255 at the start of `text`; 0: it is none. */
static size_t wide_length(struct str text)
{
	uint64_t value = 0;
	size_t i = 3;
	if (text.len < 5 || text.ptr[0] != '\\' || text.ptr[1] != 'x' || text.ptr[2] != '{')
		return 0;
	for (; i < text.len && text.ptr[i] != '}'; i++) {
		char c = ascii_lower(text.ptr[i]);
		if (!ascii_digit(c) && (c < 'a' || c > 'f'))
			return 0;
		value = value < 256 ? value * 16 + (uint64_t)(ascii_digit(c) ? c - '0' : c - 'a' + 10) :
			value;
	}
	return i < text.len && value > 255 ? i + 1 : 0;
}

/* The rest of a class from `at`, behind its '[' and '^', without its wide members. */
static size_t narrow_class(struct str text, size_t at, bool negated, struct buf *out)
{
	size_t begin = out->len, first = at;
	while (at < text.len && (text.ptr[at] != ']' || at == first)) {
		struct str rest = str_slice(text, at, text.len);
		size_t n = wide_length(rest);
		if (n && out->len > begin && text.ptr[at - 1] == '-')
			buf_add_cstr(out, "\\xff"); /* a range that goes on above */
		if (n) {
			at += n;
			size_t next = at + 1 < text.len && text.ptr[at] == '-' ?
				wide_length(str_slice(text, at + 1, text.len)) : 0;
			at += next ? 1 + next : 0;
			continue;
		}
		size_t step = text.ptr[at] == '\\' && at + 1 < text.len ? 2 : 1;
		buf_add_str(out, str_slice(rest, 0, step));
		at += step;
	}
	if (out->len == begin) { /* nothing is left of it */
		out->len -= negated;
		buf_add_cstr(out, negated ? "\\d\\D" : "^\\d\\D");
	}
	return at;
}

struct str regex_text_narrow(struct str text, struct arena *arena)
{
	struct buf out = { .arena = arena };
	bool wide = false;
	for (size_t at = 0; at < text.len && !wide; at++)
		wide = wide_length(str_slice(text, at, text.len)) > 0;
	if (!wide)
		return text;
	for (size_t at = 0; at < text.len;) {
		size_t n = wide_length(str_slice(text, at, text.len));
		bool escaped = text.ptr[at] == '\\' && at + 1 < text.len;
		if (n) {
			buf_add_cstr(&out, "(?!)");
			at += n;
			continue;
		}
		buf_add_str(&out, str_slice(text, at, at + 1 + escaped));
		at += 1 + (size_t)escaped;
		if (escaped || text.ptr[at - 1] != '[')
			continue;
		bool negated = at < text.len && text.ptr[at] == '^';
		if (negated) {
			buf_add_byte(&out, '^');
			at++;
		}
		at = narrow_class(text, at, negated, &out);
	}
	return out.failed ? str_make(NULL, 0) : buf_str(&out);
}
