/* geoip/geoip: THE question of this project: in which network does an address stand?
 *
 * Databases and lists together: address -> AS number, organisation, prefix, country, lists. Built
 * once per snapshot, immutable afterwards, asked by many threads without a lock.
 */
#ifndef DEPEER_GEOIP_GEOIP_H
#define DEPEER_GEOIP_GEOIP_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/network.h"
#include "geoip/mmdb.h"
#include "geoip/network_list.h"

struct geoip;

struct geoip *geoip_create(void); /* NULL when memory is spent */
void geoip_free(struct geoip **geoip);

/* Opens a database and adds it; earlier ones are asked first. -1 with a text: nothing changed. */
int geoip_add_database(struct geoip *geoip, const char *path, struct error *error);
/* Adds a list under the next number (0, 1, ...); takes it over, also on failure. -1: memory. */
int geoip_add_list(struct geoip *geoip, struct network_list *list);
/* That list (the number of one that was added) is not asked about a day after `day`; by default it
 * always is. */
void geoip_limit_list(struct geoip *geoip, size_t index, int32_t day);

size_t geoip_databases(const struct geoip *geoip);
const struct mmdb_info *geoip_database_info(const struct geoip *geoip, size_t index);
size_t geoip_lists(const struct geoip *geoip);
const struct network_list_info *geoip_list_info(const struct geoip *geoip, size_t index);
/* Borrowed; network_list_hold() it to give it to a second geoip (a reload that keeps a list). */
struct network_list *geoip_list(const struct geoip *geoip, size_t index);
/* The last day that each list is asked about, by number (geoip_lists() of them; DATE_MAX: always).
 * NULL: none has a limit. Borrowed. */
const int32_t *geoip_last_days(const struct geoip *geoip);

/* Fills *out. `day` (base/date.h) is the day of the mail: dated list entries count for that day
 * only. Private addresses are asked like any other (an admin may list 10.1.0.0/16). A damaged
 * record is NETWORK_UNKNOWN. Lists past their last day (unless `day` is NETWORK_LIST_ANY_DAY) are
 * left out: who asks whether an address is on one looks at geoip_last_days() too. */
void geoip_lookup(const struct geoip *geoip, const struct ip *ip, int32_t day,
	struct network *out);

#endif
