/* rules/origin: the countries and AS numbers of relays, as texts for rules: X-Relay-Countries,
 * X-ASN, check_asn.
 *
 * Forms of SpamAssassin 4.0.1 (Plugin/RelayCountry.pm, Plugin/ASN.pm, GeoDB.pm). What the
 * database could not be asked makes the whole text unknown: "no database" is no country.
 */
#ifndef DEPEER_RULES_ORIGIN_H
#define DEPEER_RULES_ORIGIN_H

#include "base/str.h"
#include "rules/fact.h"

enum origin_which {
	ORIGIN_UNTRUSTED, ORIGIN_TRUSTED, ORIGIN_EXTERNAL, ORIGIN_INTERNAL,
	ORIGIN_AUTH,  /* trusted ones from the first on that has authenticated */
	ORIGIN_ALL
};

/* Each: NULL, or a static reason why it is unknown. */

/* "XX DE ** FR": the relays' countries, the connecting client first; XX where the database has
 * none, ** for private addresses. Relays without an address are left out; where the connecting
 * client has none, all are. */
const char *origin_countries(const struct facts *facts, enum origin_which which, struct buf *out);

/* Of the first relay that is not ours; NULL: there is none, or its address is private. */
const struct network *origin_network(const struct facts *facts);

/* "64500"; empty where the network has none. */
const char *origin_asn(const struct facts *facts, struct buf *out);

#endif
