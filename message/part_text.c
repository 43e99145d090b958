/* message/part_text: see part_text.h. */
#include "message/part_text.h"

#include <string.h>

#include "base/bytes.h"
#include "message/decode.h"

struct part_treatment part_treat(const struct mime_part *part)
{
	if (str_equal(part->type, STR("text/html")) || str_ends_nocase(part->name, STR(".html")) ||
		str_ends_nocase(part->name, STR(".htm")) || str_ends_nocase(part->name, STR(".shtml")))
		return (struct part_treatment){ READ_HTML, true };
	if (str_starts_nocase(part->type, STR("text/")) &&
		!str_equal(part->type, STR("text/calendar")) &&
		!str_equal(part->type, STR("text/x-vcard")))
		return (struct part_treatment){ READ_TEXT, part->kind == MIME_LEAF };
	if (str_equal(part->type, STR("application/xhtml+xml")) ||
		str_ends_nocase(part->name, STR(".xhtml")) || str_ends_nocase(part->name, STR(".svg")))
		return (struct part_treatment){ READ_HTML, false };
	if (str_starts_nocase(part->type, STR("text/")) ||
		str_starts_nocase(part->type, STR("message/")))
		return (struct part_treatment){ READ_TEXT, false };
	return (struct part_treatment){ READ_NOTHING, false };
}

/* What was encoded may have any line ends; those of the text become LF, as SpamAssassin does. */
static size_t drop_cr(char *text, size_t len)
{
	size_t n = 0;

	if (len == 0 || !memchr(text, '\r', len))
		return len;
	for (size_t i = 0; i < len; i++)
		if (text[i] != '\r' || i + 1 == len || text[i + 1] != '\n')
			text[n++] = text[i];
	return n;
}

/* Blanks at a line's end are none of the text (RFC 2045 section 6.7 (3)): the sender encoded those
 * that are. */
static int drop_line_blanks(struct arena *arena, struct str *data)
{
	char *copy = NULL;
	size_t n = 0, from = 0;

	for (size_t lf; (lf = str_find_byte(str_slice(*data, from, data->len), '\n')) != SIZE_MAX;) {
		size_t end = from + lf, text;

		end -= end > from && data->ptr[end - 1] == '\r';
		for (text = end; text > from && (data->ptr[text - 1] == ' ' ||
			data->ptr[text - 1] == '\t');)
			text--;
		if (text < end && !copy) {
			copy = arena_dup(arena, *data);
			if (!copy)
				return -1;
			n = from;
		}
		if (copy) {
			memmove(copy + n, data->ptr + from, text - from);
			n += text - from;
			memmove(copy + n, data->ptr + end, from + lf + 1 - end);
			n += from + lf + 1 - end;
		}
		from += lf + 1;
	}
	if (copy) {
		memmove(copy + n, data->ptr + from, data->len - from);
		*data = str_make(copy, n + data->len - from);
	}
	return 0;
}

int part_text_decode(struct arena *arena, enum mime_encoding encoding, struct str *data,
	unsigned *odd)
{
	size_t room = encoding == MIME_BASE64 ? BASE64_ROOM(data->len) : data->len;
	size_t len;
	char *out;

	if (encoding == MIME_IDENTITY)
		return 0;
	if (encoding != MIME_BASE64 && drop_line_blanks(arena, data) < 0)
		return -1;
	out = arena_alloc_raw(arena, room);
	if (!out)
		return -1;
	if (encoding == MIME_BASE64) {
		struct base64_state state = { .bits = 0 };

		len = base64_decode(&state, *data, out);
		len += base64_finish(&state, out + len);
		if (odd)
			*odd = (state.junk ? PART_TEXT_JUNK : 0u) |
				(state.resumed ? PART_TEXT_RESUMED : 0u);
	} else {
		len = qp_decode(*data, out);
	}
	len = drop_cr(out, len);
	char *kept = arena_resize(arena, out, room, len); /* gives back the rest */

	*data = str_make(kept ? kept : out, len); /* a large block may move when it shrinks */
	return 0;
}

int part_text_to_utf8(struct arena *arena, const struct charset *charset, struct str *text)
{
	struct buf out = { .arena = arena };
	char *kept;
	unsigned kinds = text->len > 0 ? bytes_kinds(text->ptr, text->ptr + text->len) : 0;

	if (charset_is_utf8(charset, *text, !(kinds & BYTES_HIGH)))
		return (int)kinds;
	buf_reserve(&out, text->len + text->len / 2);
	charset_decode(charset, *text, &out);
	if (out.failed)
		return -1;
	/* gives back the rest, as much as the text where it grew; a large block may move */
	kept = arena_resize(arena, out.ptr, out.capacity, out.len);
	*text = str_make(kept ? kept : out.ptr, out.len);
	return (int)kinds;
}
