/* rules/trust: which relays are ours: trusted_networks, internal_networks, msa_networks.
 *
 * As SpamAssassin decides it (Message/Metadata/Received.pm), from the connecting client outward:
 * a relay is trusted if it and all before it are; the first one that is not ends that for all
 * behind it, whatever address a forger put there. Without any such setting, private addresses and
 * authenticated relays are trusted.
 */
#ifndef DEPEER_RULES_TRUST_H
#define DEPEER_RULES_TRUST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/ip.h"
#include "base/str.h"
#include "rules/fact.h"

struct trust_net {
	struct ip_prefix prefix;
	bool exclude;           /* "!": the first entry that an address is in decides */
};
struct trust_list {
	struct trust_net *nets;
	size_t n, capacity;
	bool configured;
};
struct trust {
	struct trust_list trusted, internal, msa;
};

/* Adds "192.0.2.0/24", "10/8", "192.168.", "!2001:db8::1", "[::1]/128". 0; -1: it is none; -2:
 * memory is spent. */
int trust_add(struct trust_list *list, struct arena *arena, struct str text);

/* Copies facts' relays to *out, marked; the connecting client is put first where facts have no
 * relays. 0, or -1 when memory is spent. */
int trust_mark(const struct trust *trust, const struct facts *facts, struct arena *arena,
	struct facts *out);

#endif
