/* message/decode: the transfer encodings base64 and quoted-printable, piece by piece.
 *
 * Made for hostile input: nothing is an error. What is no base64 is passed over, a '=' in the
 * middle ends one quantum and the next begins (mail programs read on there, and so hidden text
 * would be shown to the reader and not to us). The result does not depend on the pieces.
 * No allocation; any thread.
 */
#ifndef DEPEER_MESSAGE_DECODE_H
#define DEPEER_MESSAGE_DECODE_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/* Zero-initialise. */
struct base64_state {
	uint32_t bits;
	unsigned n; /* characters in `bits`, 0..3 */
};

/* Room `out` must have for a piece of `len` bytes. */
#define BASE64_ROOM(len) ((len) / 4 * 3 + 6)
#define QP_ROOM(len) ((len) + 4)

/* Bytes written to out. in and out must not overlap. */
size_t base64_decode(struct base64_state *state, struct str in, char *out);
/* What an unpadded end still holds, at most 2 bytes. */
size_t base64_finish(struct base64_state *state, char *out);

enum qp_mode { QP_TEXT, QP_EQUALS, QP_HEX, QP_BLANK, QP_CR };

/* Zero-initialise. */
struct qp_state {
	enum qp_mode mode;
	char first; /* of "=X" */
};

/* RFC 2045 section 6.7. A "=" that begins nothing known is kept as it stands; blanks between
 * "=" and the line end are passed over. */
size_t qp_decode(struct qp_state *state, struct str in, char *out);
size_t qp_finish(struct qp_state *state, char *out);

/* 0..15, or -1 */
int hex_digit(char c);

#endif
