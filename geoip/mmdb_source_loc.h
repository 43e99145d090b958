/* geoip/mmdb_source_loc: the networks of a libloc database (Debian's libloc-database).
 *
 * mmdb_source_loc.c and its test are the only files that name libloc.
 */
#ifndef DEPEER_GEOIP_MMDB_SOURCE_LOC_H
#define DEPEER_GEOIP_MMDB_SOURCE_LOC_H

#include "geoip/mmdb_source.h"

/* Where location(8) keeps the updated database, and where the package puts the first one. The
 * newest that is there; NULL when none is. */
const char *mmdb_source_loc_default(void);

/* 0, or -1 with the text (missing, no libloc database, or what `receive` said). */
int mmdb_source_loc_read(const char *path, mmdb_source_receive *receive, void *context,
	struct mmdb_source_info *info, struct error *error);

#endif
