/* message/part_text: a text part as it stands in the mail, made readable: first the transfer
 * encoding is undone, then the charset.
 *
 * A part that needs neither is used where it stands. Any thread.
 */
#ifndef DEPEER_MESSAGE_PART_TEXT_H
#define DEPEER_MESSAGE_PART_TEXT_H

#include "base/arena.h"
#include "base/str.h"
#include "message/charset.h"
#include "message/mime.h"

enum part_reading { READ_NOTHING, READ_TEXT, READ_HTML };
struct part_treatment {
	enum part_reading reading;
	bool shown; /* in the body view */
};
/* How a part is read. The body view has what SpamAssassin puts there: text but calendars and cards,
 * and what is named like HTML, whatever its type. URLs are taken from all text, and from files that
 * open in a browser. */
struct part_treatment part_treat(const struct mime_part *part);

/* Replaces *data by what it decodes to, in the arena; line ends become LF, as SpamAssassin does.
 * *odd (may be NULL): what programs read in other ways. 0, or -1 when memory is spent. */
enum { PART_TEXT_JUNK = 1, PART_TEXT_RESUMED = 2 }; /* bits; of struct base64_state */
int part_text_decode(struct arena *arena, enum mime_encoding encoding, struct str *data,
	unsigned *odd);

/* Replaces *text by its UTF-8, in the arena, if it is not UTF-8 already; bytes that do not decode
 * are kept in some form (message/charset). Returns which kinds of bytes (base/bytes.h) it had
 * before, or -1 when memory is spent. */
int part_text_to_utf8(struct arena *arena, const struct charset *charset, struct str *text);

#endif
