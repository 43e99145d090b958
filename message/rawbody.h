/* message/rawbody: SpamAssassin's view of the decoded text parts, for `rawbody` rules.
 *
 * As Mail::SpamAssassin 4.0 makes it (Message.pm, get_decoded_body_text_array; measured against
 * it): each text part without its transfer encoding, HTML, line ends and charset as they came, cut
 * at 500,000 bytes and into chunks of 2 to 4 KiB, after a line end, a '>' or a space if there is
 * one in the second half of a chunk.
 */
#ifndef DEPEER_MESSAGE_RAWBODY_H
#define DEPEER_MESSAGE_RAWBODY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"

enum { RAWBODY_CHUNK_MAX = 4096, RAWBODY_PART_MAX = 500000 };

/* Zero-initialise, set arena. The items are slices of the texts added. */
struct rawbody {
	struct arena *arena;
	struct str *items;
	size_t n, capacity;
};

/* One part; its text must outlive the items. *cut is set to true when something was left out.
 * 0, or -1 when memory is spent. */
int rawbody_add(struct rawbody *rawbody, struct str text, bool *cut);

/* Of more than 20 blank lines in a row SpamAssassin keeps 20 (21 where a body begins with them),
 * before it takes a body apart. *body becomes a copy in the arena where it has such a run, and is
 * left alone else. 0, or -1 when memory is spent. */
int rawbody_squash(struct arena *arena, struct str *body);

#endif
