/* geoip/mmdb_source: where the networks for a database of ours come from.
 *
 * A source calls the receiver for each network, in whatever order it has them.
 */
#ifndef DEPEER_GEOIP_MMDB_SOURCE_H
#define DEPEER_GEOIP_MMDB_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/ip.h"
#include "base/str.h"

/* One network; asn 0, org empty, country "": the source says that it has none. `org` is valid
 * during the call only. */
struct mmdb_source_network {
	struct ip_prefix prefix;
	uint32_t asn;
	struct str org;
	char country[3];
};

/* -1 with the text ends the reading, which then fails with it. */
typedef int mmdb_source_receive(void *context, const struct mmdb_source_network *network,
	struct error *error);

struct mmdb_source_info {
	int64_t epoch;               /* date of the data, seconds UTC; 0: not told */
	bool has_asn, has_country;   /* what the source says at all */
	char origin[256];            /* vendor or file, for the description */
	char licence[128];           /* "" when not told */
};

#endif
