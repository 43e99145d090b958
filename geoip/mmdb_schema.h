/* geoip/mmdb_schema: what the records of the known databases say, whoever made them.
 *
 *   GeoLite2/GeoIP2 ASN, DB-IP ASN, ours  autonomous_system_number, autonomous_system_organization
 *   GeoIP2 ISP                            the same, isp, organization
 *   GeoIP2 Enterprise                     the same within "traits"
 *   Country, City, DB-IP, ours            country.iso_code, else registered_country.iso_code
 *   IPinfo                                asn "AS13335", as_name or name, country_code; "country"
 *                                         is a code in some and a name in others
 *   ip-location-db                        country_code, and MaxMind's names for AS numbers
 *
 * Told by the keys of a record, never by the file's name or database_type.
 */
#ifndef DEPEER_GEOIP_MMDB_SCHEMA_H
#define DEPEER_GEOIP_MMDB_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "geoip/mmdb_data.h"

struct mmdb_facts {
	bool has_asn, has_country; /* a value, not only the key */
	uint32_t asn;
	struct str org;            /* points into the section; may be empty */
	char country[3];           /* upper case */
};

/* Reads the record at `at`. False when it is damaged. Values that say "nothing" in words (AS 0,
 * "", a country that is not two letters) are no value. */
bool mmdb_schema_read(const struct mmdb_data *data, size_t at, struct mmdb_facts *facts);

#endif
