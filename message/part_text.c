/* message/part_text: see part_text.h. */
#include "message/part_text.h"

#include <string.h>

#include "message/charset.h"
#include "message/decode.h"

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

int part_text_decode(struct arena *arena, enum mime_encoding encoding, struct str *data)
{
	size_t room = encoding == MIME_BASE64 ? BASE64_ROOM(data->len) : data->len;
	size_t len;
	char *out;

	if (encoding == MIME_IDENTITY)
		return 0;
	out = arena_alloc_raw(arena, room);
	if (!out)
		return -1;
	if (encoding == MIME_BASE64) {
		struct base64_state state = {0};

		len = base64_decode(&state, *data, out);
		len += base64_finish(&state, out + len);
	} else {
		len = qp_decode(*data, out);
	}
	len = drop_cr(out, len);
	char *kept = arena_resize(arena, out, room, len); /* gives back the rest */

	*data = str_make(kept ? kept : out, len); /* a large block may move when it shrinks */
	return 0;
}

int part_text_to_utf8(struct arena *arena, struct str charset, struct str *text)
{
	struct buf out = { .arena = arena };

	if (charset_is_utf8(charset, *text))
		return 0;
	buf_reserve(&out, text->len + text->len / 2);
	charset_to_utf8(charset, *text, &out);
	*text = buf_str(&out);
	return out.failed ? -1 : 0;
}
