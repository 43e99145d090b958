/* rules/addresses: the addresses and names of a From, To or Cc header (RFC 5322 section 3.4).
 *
 * Lenient as SpamAssassin is: junk gives fewer addresses, never an error.
 */
#ifndef DEPEER_RULES_ADDRESSES_H
#define DEPEER_RULES_ADDRESSES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"

struct addresses_entry {
	struct str address; /* without <> and comments; empty: none */
	struct str name;    /* display name without its quotes, blanks kept, or else the comment */
};

/* One entry for each address or name of the value, in order. Slices point into `value` or into the
 * arena. 0, or -1 when the arena is spent. */
int addresses_read(struct str value, struct arena *arena, struct addresses_entry **out,
	size_t *n);

/* The part behind the last '@'; empty: there is none. */
struct str addresses_domain(struct str address);

/* Could it be a host in DNS, with a dot? Bytes above 127 may stand for letters of an IDN. */
bool addresses_is_host(struct str host);

#endif
