/* message/decode: the transfer encodings base64 (piece by piece), quoted-printable and uuencode.
 *
 * Made for hostile input: nothing is an error. What is no base64 is passed over, a '=' in the
 * middle ends one quantum and the next begins (mail programs read on there, and so hidden text
 * would be shown to the reader and not to us). What base64 gives does not depend on the pieces.
 * No allocation; any thread.
 */
#ifndef DEPEER_MESSAGE_DECODE_H
#define DEPEER_MESSAGE_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/* Zero-initialise. */
struct base64_state {
	uint32_t bits;
	unsigned n; /* characters in `bits`, 0..3 */
	/* What programs read in other ways. */
	size_t junk;  /* bytes that are neither of the alphabet nor white space */
	bool ended;   /* a '=' came */
	bool resumed; /* and something behind it */
};

/* Room `out` must have for a piece of `len` bytes. */
#define BASE64_ROOM(len) ((len) / 4 * 3 + 6)

/* Bytes written to out. in and out must not overlap. */
size_t base64_decode(struct base64_state *state, struct str in, char *out);
/* What an unpadded end still holds, at most 2 bytes. */
size_t base64_finish(struct base64_state *state, char *out);

/* RFC 2045 section 6.7, a whole text at once: soft line ends and the blanks at the end of a line
 * are taken out (SpamAssassin 4.0.1 Util.pm: not in a last line without line end), then "=XX"
 * decoded. A "=" that begins nothing known is kept as it stands. `out` has room for in.len bytes;
 * returns the bytes written. */
size_t qp_decode(struct str in, char *out);

/* A file within text, "begin 644 name" to "end", from `*at` on; *at is then behind it. */
struct uu_file {
	struct str name;
	struct str lines;    /* encoded: for uu_decode */
};
bool uu_find(struct str text, size_t *at, struct uu_file *file);
/* Room for in.len bytes; returns those written. What a line is short of or has too many is passed
 * over, as uudecode does. */
size_t uu_decode(struct str lines, char *out);

/* 0..15, or -1 */
int hex_digit(char c);

#endif
