/* message/authserv: see authserv.h. */
#include "message/authserv.h"

bool authserv_header(struct str name)
{
	return str_equal_nocase(name, STR("Authentication-Results"));
}

/* Blanks, line ends and comments (which nest, RFC 5322 section 3.2.2); an unclosed comment takes
 * all: what it hides must not be believed. */
static size_t skip_cfws(struct str value)
{
	size_t depth = 0, at = 0;

	for (; at < value.len; at++) {
		char c = value.ptr[at];

		if (depth > 0 && c == '\\')
			at++;
		else if (c == '(')
			depth++;
		else if (depth > 0 && c == ')')
			depth--;
		else if (depth == 0 && !ascii_space(c))
			break;
	}
	return at < value.len ? at : value.len;
}

struct str authserv_id(struct str value)
{
	size_t end;

	value = str_slice(value, skip_cfws(value), value.len);
	if (value.len > 0 && value.ptr[0] == '"') {
		value = str_slice(value, 1, value.len);
		end = str_find_byte(value, '"');
		return end == SIZE_MAX ? str_make(NULL, 0) : str_slice(value, 0, end);
	}
	for (end = 0; end < value.len; end++) {
		char c = value.ptr[end];

		if (ascii_space(c) || c == ';' || c == '(')
			break;
	}
	return str_slice(value, 0, end);
}

bool authserv_trusted(struct str id, char *const *names, size_t n)
{
	for (size_t i = 0; i < n && id.len > 0; i++)
		if (str_equal_nocase(id, str_from(names[i])))
			return true;
	return false;
}
