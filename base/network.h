/* base/network: what is known about the network an address stands in (plain data).
 *
 * geoip/ fills it, rules/ reads it, milter/ and tool/ print it; so it stands below them all.
 * Each part is known, or known to be nothing, or not known: "unknown" is what a look-up that
 * could not be made answers, and it is never taken for clean nor for spam.
 */
#ifndef DEPEER_BASE_NETWORK_H
#define DEPEER_BASE_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"
#include "base/str.h"

enum network_state {
	NETWORK_UNKNOWN = 0, /* no database for it, or the look-up failed */
	NETWORK_NONE,        /* asked, and the database has nothing on this address */
	NETWORK_KNOWN
};

/* lists that one address is on; of more, listings_incomplete tells */
enum { NETWORK_LISTINGS_MAX = 16 };

/* One entry of a network_list that covers the address. Lives as long as the list, which several
 * snapshots may share: so it does not know the list's number. */
struct network_listing {
	const char *name;   /* the list's name */
	const char *file;   /* where the entry stands */
	unsigned line;
	const char *entry;  /* as written: "AS26780", "208.72.168.0/21" */
	const char *note;   /* what the list says of it ("McColo"), or "" */
	int32_t from, until; /* days (base/date.h) it counts for; DATE_MIN..DATE_MAX when undated */
};

struct network {
	struct ip ip;
	enum network_state asn_state;
	uint32_t asn;
	struct str org;           /* may be empty; lives as long as the database set */
	enum network_state prefix_state;
	struct ip_prefix prefix;  /* the database's own netmask for this record */
	enum network_state country_state;
	char country[3];          /* ISO 3166-1 alpha-2, upper case */
	/* The lists it is on, one entry each (the most specific that counts on that day), and
	 * beside each the list's number, in the order of declaration. */
	const struct network_listing *listings[NETWORK_LISTINGS_MAX];
	uint32_t listing_lists[NETWORK_LISTINGS_MAX];
	size_t listings_n;
	/* A list has AS-number entries, and this address's AS number is unknown, or it is on more
	 * lists than there is room for: "not in a list" then means "unknown". */
	bool listings_incomplete;
};

#endif
