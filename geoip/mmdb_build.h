/* geoip/mmdb_build: writes a MaxMind DB file.
 *
 * Networks come in any order; the more specific one wins inside the wider one, and of two
 * records for the same network the later one. A network without a record makes a hole in a wider
 * one. Neighbours that say the same are merged. Equal records are stored once.
 *
 * The file is of IP version 6: IPv4 stands at ::/96, and ::ffff:0:0/96, 2001::/32 (Teredo) and
 * 2002::/16 (6to4) are aliases of it, as in the databases of MaxMind. Networks that lie in an
 * alias, or IPv6 networks within ::/96, are left out and counted.
 *
 * Memory while building: about 40 bytes for each network, then 8 for each node.
 */
#ifndef DEPEER_GEOIP_MMDB_BUILD_H
#define DEPEER_GEOIP_MMDB_BUILD_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/ip.h"
#include "base/str.h"

struct mmdb_build;

enum { MMDB_BUILD_NAME_MAX = 1024 }; /* bytes of an organisation; a longer one is cut */

/* What one record says. A field that is 0, empty or "" is left out; all of them: a hole. */
struct mmdb_build_record {
	uint32_t asn;        /* autonomous_system_number */
	struct str org;      /* autonomous_system_organization; copied */
	char country[3];     /* country.iso_code */
};

struct mmdb_build_stats {
	size_t networks;     /* given */
	size_t skipped;      /* in an aliased network */
	size_t records;      /* different ones */
	size_t nodes;
	size_t bytes;        /* of the file */
	unsigned record_size;
};

/* `type` is the database_type. NULL when memory is spent. */
struct mmdb_build *mmdb_build_create(const char *type);
/* For the metadata, at any time before it is written (a source tells it while it is read): whose
 * data it is, under which licence ("": not told), and its date (seconds, UTC;
 * not told: 1, since libmaxminddb refuses a 0). Cut at 400 bytes. */
void mmdb_build_describe(struct mmdb_build *build, const char *origin, const char *licence,
	int64_t epoch);
void mmdb_build_free(struct mmdb_build **build);

/* -1 when memory is spent or more than 2^31 - 2 networks come. */
int mmdb_build_add(struct mmdb_build *build, const struct ip_prefix *prefix,
	const struct mmdb_build_record *record, struct error *error);

/* Writes the file beside `path`, syncs it and renames it: whoever opens `path` sees the old file
 * or the whole new one. Mode 0644. Nothing may be added afterwards. */
int mmdb_build_write(struct mmdb_build *build, const char *path, struct error *error);
struct mmdb_build_stats mmdb_build_stats(const struct mmdb_build *build);

#endif
