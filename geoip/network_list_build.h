/* geoip/network_list_build: a network_list while it is read. For geoip/network_list*.c only.
 *
 * A reader goes through the whole text, adds what it understands, and reports what it does not;
 * whether the list is refused is decided at the end, by the number of errors.
 */
#ifndef DEPEER_GEOIP_NETWORK_LIST_BUILD_H
#define DEPEER_GEOIP_NETWORK_LIST_BUILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/error.h"
#include "base/ip.h"
#include "base/network.h"
#include "geoip/network_list.h"

enum { NETWORK_LIST_NOTE_MAX = 200 }; /* bytes of a note; the rest is cut */

/* What an entry covers: a prefix, or the AS numbers low..high. */
struct network_list_key {
	bool is_prefix;
	struct ip_prefix prefix;
	uint32_t low, high;
};

struct network_list_entry {
	struct network_listing listing;
	struct network_list_key key;
};

struct network_list_build {
	const char *name;
	struct arena *arena; /* the list's: names, notes */
	struct diags *diags;
	struct network_list_entry *entries;
	size_t n, capacity;
	const char *file;    /* being read; in the arena */
	int64_t timestamp;   /* what that file says of itself; 0: nothing */
	bool spent;          /* memory: what was added is not all */
};

struct network_list_new {
	struct network_list_key key;
	struct str text, note; /* copied */
	int32_t from, until;
	unsigned line;
};

/* Of a finished list, in the order of reading. */
const struct network_list_entry *network_list_entries(const struct network_list *list, size_t *n);
/* AS numbers first, then prefixes, each by value, then by their days; 0: the same but for the
 * note. */
int network_list_entry_compare(const struct network_list_entry *a,
	const struct network_list_entry *b);

void network_list_add(struct network_list_build *build, const struct network_list_new *entry);

/* "AS64500", "AS1-AS9", "192.0.2.0/24", "2001:db8::1"; -1 with what is wrong, without a place. */
int network_list_key_parse(struct str text, struct network_list_key *key, struct error *error);
/* A plain number as AS number. */
int network_list_asn_parse(struct str text, struct network_list_key *key, struct error *error);

/* The readers, one for each format. */
typedef void network_list_read(struct network_list_build *build, struct str text);
network_list_read network_list_read_text, network_list_read_ndjson, network_list_read_csv;

/* Told by content; true also for the format of last resort, text. False, with the finding
 * reported, for what is no list at all (HTML, one JSON document). */
bool network_list_guess(struct network_list_build *build, struct str text,
	enum network_list_format *format);

#endif
