/* message/hops: the way a message came, by its headers: the Received lines from the top, then where
 * a web mailer or provider says it had it from.
 */
#ifndef DEPEER_MESSAGE_HOPS_H
#define DEPEER_MESSAGE_HOPS_H

#include "base/arena.h"
#include "message/message.h"

/* Fills relays and relays_unreadable of the view from its headers. `names`: of the header fields
 * that name a hop by its address, at most ORIGINS_MAX. 0, or -1 when memory is spent. */
int hops_read(struct arena *arena, const struct str *names, size_t names_n,
	struct message_view *view);

#endif
