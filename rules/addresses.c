/* rules/addresses: cuts a header at its commas, then each piece at its angle brackets.
 */
#include "rules/addresses.h"

/* Steps over one byte, quoted pair, quoted string or comment at `at`; the offset after it. An
 * unclosed quote or comment counts as one byte, so that a stray one hides nothing. A comment
 * ends at the first ')': with nesting, "((((((..." would cost the square of its length. */
static size_t step(struct str value, size_t at)
{
	char open = value.ptr[at];
	if (open == '\\')
		return at + 2 < value.len ? at + 2 : value.len;
	if (open == '(') {
		size_t close = str_find_byte(str_slice(value, at, value.len), ')');
		return close == SIZE_MAX ? at + 1 : at + close + 1;
	}
	for (size_t i = at + 1; open == '"' && i < value.len; i++) {
		if (value.ptr[i] == '\\')
			i++;
		else if (value.ptr[i] == '"')
			return i + 1;
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

static bool wrapped(struct str text, char quote)
{
	return text.len >= 2 && text.ptr[0] == quote && text.ptr[text.len - 1] == quote;
}

/* A display name: quoted strings without their quotes and backslashes, what stands between them as
 * it is, runs of blanks as one. */
static struct str name_of(struct str text, struct arena *arena)
{
	struct buf copy = { .arena = arena };
	text = str_trim(text);
	for (size_t at = 0; at < text.len;) {
		size_t after = text.ptr[at] == '"' ? step(text, at) : at + 1;
		bool quoted = after > at + 1;
		struct str part = quoted ? str_slice(text, at + 1, after - 1) : str_slice(text, at, after);
		for (size_t i = 0; i < part.len; i++) {
			i += quoted && part.ptr[i] == '\\' && i + 1 < part.len;
			bool again = copy.len && ascii_space(copy.ptr[copy.len - 1]);
			if (!ascii_space(part.ptr[i]) || !again)
				buf_add_byte(&copy, ascii_space(part.ptr[i]) ? ' ' : part.ptr[i]);
		}
		at = after;
	}
	text = str_trim(buf_str(&copy));
	return wrapped(text, '\'') ? str_slice(text, 1, text.len - 1) : text;
}

/* Takes the comments out; *comment is the first one's text, if any. */
static struct str without_comments(struct str text, struct arena *arena, struct str *comment)
{
	struct buf copy = { .arena = arena };
	for (size_t at = 0; at < text.len;) {
		size_t open = find(text, at, '(');
		size_t after = open < text.len ? step(text, open) : open;
		bool closed = after > open + 1;
		if (at == 0 && open == text.len)
			return str_trim(text); /* the usual case: nothing to copy */
		buf_add_str(&copy, str_slice(text, at, closed ? open : after));
		if (closed && !comment->len)
			*comment = str_trim(str_slice(text, open + 1, after - 1));
		at = after;
	}
	return str_trim(buf_str(&copy));
}

/* "local@host (comment)", or words without an address: a name. */
static struct addresses_entry read_bare(struct str piece, struct arena *arena)
{
	struct addresses_entry entry = { { NULL, 0 }, { NULL, 0 } };
	struct str comment = { NULL, 0 };
	struct str text = without_comments(piece, arena, &comment);
	if (wrapped(text, '"') && find(text, 0, '@') == text.len)
		text = name_of(text, arena); /* "a@b" in quotes as a whole */
	if (str_find_byte(text, '@') == SIZE_MAX) {
		entry.name = name_of(text, arena);
		return entry;
	}
	return (struct addresses_entry){ text, name_of(comment, arena) };
}

/* Of "group: a@b, c@d ;" the pieces are "group: a@b" and "c@d ;". */
static struct str without_group(struct str piece)
{
	size_t colon = find(piece, 0, ':');
	if (colon < piece.len && colon < find(piece, 0, '@') && colon < find(piece, 0, '<'))
		piece = str_slice(piece, colon + 1, piece.len);
	piece = str_trim(piece);
	if (piece.len && piece.ptr[piece.len - 1] == ';')
		piece = str_trim(str_slice(piece, 0, piece.len - 1));
	return piece;
}

static struct addresses_entry read_piece(struct str piece, struct arena *arena)
{
	struct str comment = { NULL, 0 };
	piece = without_group(piece);
	size_t open = find(piece, 0, '<');
	if (open == piece.len)
		return read_bare(piece, arena);
	size_t close = open + 1;
	while (close < piece.len && piece.ptr[close] != '>')
		close = piece.ptr[close] == '"' ? step(piece, close) : close + 1;
	struct str inside = str_slice(piece, open + 1, close);
	if (close >= piece.len) { /* never closed: no name; perhaps an address */
		if (str_find_byte(inside, '@') == SIZE_MAX)
			return (struct addresses_entry){ 0 };
		return read_bare(inside, arena);
	}
	struct addresses_entry entry = { without_comments(inside, arena, &comment),
		name_of(str_slice(piece, 0, open), arena) };
	if (str_find_byte(entry.address, '@') == SIZE_MAX)
		entry.address = str_make(NULL, 0);
	if (!entry.name.len) {
		comment = str_make(NULL, 0);
		without_comments(str_slice(piece, close + 1, piece.len), arena, &comment);
		entry.name = name_of(comment, arena);
	}
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
		struct addresses_entry entry = read_piece(str_slice(value, at, end), arena);
		if (entry.address.len || entry.name.len)
			(*out)[(*n)++] = entry;
		at = end + 1;
	}
	return arena_spent(arena) ? -1 : 0;
}
