/* rules/capture: see capture.h.
 */
#include "rules/capture.h"

static bool name_byte(char c)
{
	return (c >= 'A' && c <= 'Z') || ascii_digit(c) || c == '_';
}

static size_t name_length(struct str text)
{
	size_t n = 0;
	while (n < text.len && name_byte(text.ptr[n]) && (n || ascii_alpha(text.ptr[0])))
		n++;
	return n;
}

void capture_add(struct captures *captures, struct str name, struct str value)
{
	if (!value.len || value.len > CAPTURE_VALUE_MAX || captures->n == CAPTURE_MAX ||
	    name_length(name) != name.len)
		return;
	for (size_t i = 0; i < captures->n; i++)
		if (str_equal(captures->items[i].name, name) &&
		    str_equal(captures->items[i].value, value))
			return;
	captures->items[captures->n].name = name;
	captures->items[captures->n++].value = value;
}

bool capture_next(struct str regex, size_t *at, struct str *name)
{
	for (size_t i = *at; i + 3 < regex.len; i++) {
		size_t n = regex.ptr[i] == '%' && regex.ptr[i + 1] == '{' ?
			name_length(str_slice(regex, i + 2, regex.len)) : 0;
		if (!n || i + 2 + n >= regex.len || regex.ptr[i + 2 + n] != '}' ||
		    (i && regex.ptr[i - 1] == '\\'))
			continue;
		*name = str_slice(regex, i + 2, i + 2 + n);
		*at = i + 3 + n;
		return true;
	}
	return false;
}

bool capture_sets(struct str regex, struct str name)
{
	for (size_t i = 0; i + 3 < regex.len; i++) {
		if (regex.ptr[i] != '(' || regex.ptr[i + 1] != '?')
			continue;
		size_t from = i + 2 + (regex.ptr[i + 2] == 'P');
		if (from >= regex.len || (regex.ptr[from] != '<' && regex.ptr[from] != '\''))
			continue;
		size_t n = name_length(str_slice(regex, from + 1, regex.len));
		if (n && (!name.len || str_equal(name, str_slice(regex, from + 1, from + 1 + n))))
			return true;
	}
	return false;
}

/* Each byte that could mean something with a backslash. */
static void add_quoted(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		if (!ascii_alpha(c) && !ascii_digit(c) && c != '_')
			buf_add_byte(out, '\\');
		buf_add_byte(out, c);
	}
}

static bool add_values(struct buf *out, const struct captures *captures, struct str name)
{
	bool any = false;
	for (size_t i = 0; i < captures->n; i++) {
		if (!str_equal(captures->items[i].name, name))
			continue;
		buf_add_cstr(out, any ? "|" : "(?:");
		add_quoted(out, captures->items[i].value);
		any = true;
	}
	buf_add_byte(out, ')');
	return any;
}

struct str capture_fill(struct str regex, const struct captures *captures, struct arena *arena)
{
	struct buf out = { .arena = arena };
	struct str name;
	size_t at = 0, from = 0;
	while (capture_next(regex, &at, &name)) {
		buf_add_str(&out, str_slice(regex, from, at - name.len - 3));
		if (!captures)
			add_quoted(&out, str_slice(regex, at - name.len - 3, at));
		else if (!add_values(&out, captures, name))
			return str_make(NULL, 0);
		from = at;
	}
	buf_add_str(&out, str_slice(regex, from, regex.len));
	return out.failed ? str_make(NULL, 0) : buf_str(&out);
}
