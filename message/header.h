/* message/header: header fields: split, unfold, RFC 2047 words, parameters.
 *
 * Everything is forgiving: what does not parse is kept as it stands. Linear in the input.
 * Results live in the arena or point into the input. Any thread.
 */
#ifndef DEPEER_MESSAGE_HEADER_H
#define DEPEER_MESSAGE_HEADER_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

/* Takes the next field off a header block: `value` is all after the colon, folding kept, without
 * the last line end. False at the end of the block: `rest` is then the body (the empty line is
 * taken off; a line that is no field ends the block and belongs to the body, as in Postfix). */
bool header_next(struct str *rest, struct str *name, struct str *value);

/* True when the line could begin a field: a name of printable ASCII, then ':'. */
bool header_line(struct str line);

/* Unfolds (a line end and the blanks after it become one space), trims, reads bytes that are no
 * UTF-8 as Windows-1252 (as SpamAssassin 4 does, Message/Node.pm), decodes encoded words
 * (RFC 2047: B and Q, adjacent ones joined, also in the middle of a word as Outlook shows them)
 * to UTF-8. *out points into `raw` when there was nothing to do. 0, or -1 when memory is spent. */
int header_decode(struct arena *arena, struct str raw, struct str *out);

/* "text/html" of 'Text/HTML; charset=...', as it stands without blanks. */
struct str header_first_word(struct str value);

/* The value of a parameter: quoted strings unquoted, comments passed over, RFC 2231
 * (name*=charset'lang'text, name*0=, name*1*=) put together, without charset conversion. The
 * first of several wins. False when it is not there or memory is spent. */
bool header_param(struct arena *arena, struct str value, struct str name, struct str *out);

#endif
