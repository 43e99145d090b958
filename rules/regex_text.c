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
