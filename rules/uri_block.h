/* rules/uri_block: the settings uri_block_cc, uri_block_cidr and their like: which networks the
 * hosts of links must not be in, rule by rule, for check_uri_local_bl (SpamAssassin 4.0.1,
 * Plugin/URILocalBL.pm).
 *
 * They are kept as lists of words (rules/values) under the setting and the rule's name; each line
 * adds to its list, and defines the rule.
 */
#ifndef DEPEER_RULES_URI_BLOCK_H
#define DEPEER_RULES_URI_BLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ip.h"
#include "base/str.h"

enum uri_block {
	URI_BLOCK_CC, URI_BLOCK_CONT, URI_BLOCK_ISP, URI_BLOCK_CIDR, URI_BLOCK_ASN,
	URI_BLOCK_EXCLUDE, URI_BLOCKS
};
const char *uri_block_setting(enum uri_block which);

/* Readers of one word; false: it is none. */
bool uri_block_code(struct str word, bool digit, bool *negated, char code[2]); /* "!cc" */
bool uri_block_asn(struct str word, uint32_t *asn);                /* "64500", "AS64500" */
bool uri_block_prefix(struct str word, struct ip_prefix *prefix);  /* host bits may be set */

/* The continent of a country (ISO 3166-1 alpha-2), as MaxMind's databases have it: "EU"; NULL. */
const char *uri_block_continent(const char *country);

#endif
