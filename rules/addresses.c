/* rules/addresses: cuts a header at its commas, then each piece at its angle brackets.
 */
#include "rules/addresses.h"

/* Steps over one byte, quoted pair, quoted string or comment at `at`; the offset after it. An
 * unclosed quote or comment counts as one byte, so that a stray one hides nothing. */
static size_t step(struct str value, size_t at)
{
	char open = value.ptr[at];
	if (open == '\\')
		return at + 2 < value.len ? at + 2 : value.len;
	if (open != '"' && open != '(')
		return at + 1;
	unsigned depth = 1;
	for (size_t i = at + 1; i < value.len; i++) {
		char c = value.ptr[i];
		if (c == '\\')
			i++;
		else if (c == (open == '"' ? '"' : ')') && --depth == 0)
			return i + 1;
		else if (c == '(' && open == '(')
			depth++;
	}
	return at + 1;
}

/* Offset of `byte` outside quotes and comments, from `at` on; value.len when there is none. */
static size_t find(struct str value, size_t at, char byte)
{
	while (at < value.len && value.ptr[at] != byte)
		at = step(value, at);
	return at < value.len ? at : value.len;
}

static struct str unquote(struct str text)
{
	text = str_trim(text);
	if (text.len >= 2 && text.ptr[0] == '"' && text.ptr[text.len - 1] == '"')
		text = str_trim(str_slice(text, 1, text.len - 1));
	return text;
}

/* "local@host (comment)": the address is what stands before, between or after comments. */
static struct addresses_entry read_bare(struct str piece)
{
	struct addresses_entry entry = { { NULL, 0 }, { NULL, 0 } };
	size_t from = 0;
	while (from < piece.len) {
		size_t open = find(piece, from, '(');
		struct str text = str_trim(str_slice(piece, from, open));
		if (text.len && !entry.address.len)
			entry.address = text;
		if (open == piece.len)
			break;
		from = step(piece, open);
		if (from > open + 1 && !entry.name.len)
			entry.name = str_trim(str_slice(piece, open + 1, from - 1));
	}
	return entry;
}

static struct addresses_entry read_piece(struct str piece)
{
	size_t open = find(piece, 0, '<');
	if (open == piece.len)
		return read_bare(piece);
	size_t close = open + 1;
	while (close < piece.len && piece.ptr[close] != '>')
		close = piece.ptr[close] == '"' ? step(piece, close) : close + 1;
	struct addresses_entry entry = { str_trim(str_slice(piece, open + 1, close)),
		unquote(str_slice(piece, 0, open)) };
	if (!entry.name.len && close < piece.len)
		entry.name = read_bare(str_slice(piece, close + 1, piece.len)).name;
	return entry;
}

int addresses_read(struct str value, struct arena *arena, struct addresses_entry **out,
	size_t *n)
{
	size_t pieces = 1;
	for (size_t at = find(value, 0, ','); at < value.len; at = find(value, at + 1, ','))
		pieces++;
	*n = 0;
	*out = ARENA_ARRAY(arena, struct addresses_entry, pieces);
	if (!*out)
		return -1;
	for (size_t at = 0; at < value.len;) {
		size_t end = find(value, at, ',');
		struct addresses_entry entry = read_piece(str_slice(value, at, end));
		if (entry.address.len || entry.name.len)
			(*out)[(*n)++] = entry;
		at = end + 1;
	}
	return 0;
}
