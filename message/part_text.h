/* message/part_text: a text part as it stands in the mail, made readable: first the transfer
 * encoding is undone, then the charset.
 *
 * A part that needs neither is used where it stands. Any thread.
 */
#ifndef DEPEER_MESSAGE_PART_TEXT_H
#define DEPEER_MESSAGE_PART_TEXT_H

#include "base/arena.h"
#include "base/str.h"
#include "message/mime.h"

/* Replaces *data by what it decodes to, in the arena; line ends become LF, as SpamAssassin does.
 * 0, or -1 when memory is spent. */
int part_text_decode(struct arena *arena, enum mime_encoding encoding, struct str *data);

/* Replaces *text by its UTF-8, in the arena, if it is not UTF-8 already; bytes that do not decode
 * are kept in some form (message/charset). 0, or -1 when memory is spent. */
int part_text_to_utf8(struct arena *arena, struct str charset, struct str *text);

#endif
