/* geoip/mmdb_source_csv: networks from tables of address ranges.
 *
 *   ip-location-db   start,end,asn,organisation      start,end,country_code
 *   iptoasn.com      start end asn country organisation (tabs)   start end country (tabs)
 *
 * Told by the first row. Addresses are written as text or as one decimal number (up to 2^32 - 1:
 * IPv4). A range that is no prefix is split. AS 0 and a country that is not two letters ("None")
 * say: nothing here. '#' starts a comment line; a first row without digits is a header.
 */
#ifndef DEPEER_GEOIP_MMDB_SOURCE_CSV_H
#define DEPEER_GEOIP_MMDB_SOURCE_CSV_H

#include "geoip/mmdb_source.h"

/* 0, or -1 with the text, file:line: for a row that cannot be read. */
int mmdb_source_csv_read(const char *path, mmdb_source_receive *receive, void *context,
	struct mmdb_source_info *info, struct error *error);
/* The same for text in memory; `path` is only printed. info->epoch is left 0. */
int mmdb_source_csv_parse(const char *path, struct str text, mmdb_source_receive *receive,
	void *context, struct mmdb_source_info *info, struct error *error);

#endif
