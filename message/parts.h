/* message/parts: the tree of a message's MIME parts, as SpamAssassin 4.0.1 sees it.
 *
 * Filled from the events of message/mime: every entity with headers is a part, multiparts and
 * attached messages too, in their order; the message itself is `top`. What is read is in
 * base/part.h. Works within one arena; time linear in the message.
 */
#ifndef DEPEER_MESSAGE_PARTS_H
#define DEPEER_MESSAGE_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/part.h"
#include "base/str.h"
#include "message/message.h"

/* Zero-initialise, set the first four. */
struct parts {
	struct arena *arena;
	size_t limit;               /* of items */
	size_t depth_max;           /* of what parts_add is told */
	bool want_tree;             /* else only the headers are kept */
	struct part top;
	struct message_part *items;
	size_t n, capacity;
	size_t *open;               /* the last part of each depth, as base/part.h numbers them */
	struct part *last;          /* added last; NULL: it was left out */
};

/* The message's own headers; before all others. 0, or -1 when memory is spent. */
int parts_begin(struct parts *parts, const struct message_header *headers, size_t n);
/* The headers of an entity within `depth` containers. 0 or -1. */
int parts_add(struct parts *parts, struct str block, size_t depth);
/* The part that was added last is a leaf; `raw` is what of it stands in the mail. Reads its
 * lines and, of an image, its size. The tree's part, or NULL: there is no tree. */
struct part *parts_leaf(struct parts *parts, struct str raw);

/* The lines of a leaf. */
struct part_lines parts_lines(struct str raw);

#endif
