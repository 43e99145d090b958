/* geoip/mmdb: one MaxMind DB file, opened, checked, and asked about an address.
 *
 * The schema is told by what is in the file, never by its name: GeoLite2/GeoIP2 ASN, Country,
 * City and ISP, DB-IP's, IPinfo's (asn is the string "AS13335"), ip-location-db's (country_code)
 * and our own (depeer-mmdb).
 *
 * The file is copied into a sealed memfd at open: a file that is truncated or overwritten while
 * it is mapped kills the process with SIGBUS (measured), a copy cannot be touched. The copy costs
 * the file's size in memory once.
 *
 * The only file that names libmaxminddb is mmdb.c. Look-ups are thread-safe and take no lock.
 */
#ifndef DEPEER_GEOIP_MMDB_H
#define DEPEER_GEOIP_MMDB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/ip.h"
#include "base/network.h"

struct mmdb;

/* What a database can answer, found out at open from its metadata and from the records at up to
 * 20,000 nodes spread over its tree. */
struct mmdb_info {
	const char *path;
	const char *type;      /* metadata's database_type, e.g. "GeoLite2-ASN" */
	int64_t build_epoch;   /* seconds since 1970 (UTC); the age of the data; 0: not told */
	unsigned ip_version;   /* 4 or 6 */
	uint32_t nodes;
	bool has_asn, has_country;
};

/* Opens and verifies. NULL with a clear text for a missing, empty, truncated or damaged file, and
 * for one that answers neither ASN nor country. Close with mmdb_close(&db). */
struct mmdb *mmdb_open(const char *path, struct error *error);
void mmdb_close(struct mmdb **db);
const struct mmdb_info *mmdb_info(const struct mmdb *db);

/* Fills those parts of `network` that this database answers and that are not NETWORK_KNOWN yet
 * (several databases complete one another; the first one that knows wins). A damaged record
 * leaves its parts NETWORK_UNKNOWN and returns -1 with the text; no record: NETWORK_NONE.
 * network->org points into the database.
 * The prefix is that of the record which gave the AS number, where there is one. A database of IP
 * version 4 leaves an IPv6 address unknown: it cannot be asked. */
int mmdb_lookup(const struct mmdb *db, const struct ip *ip, struct network *network,
	struct error *error);

#endif
