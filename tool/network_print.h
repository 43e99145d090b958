/* tool/network_print: what is known of an address, for score and lookup. */
#ifndef DEPEER_TOOL_NETWORK_PRINT_H
#define DEPEER_TOOL_NETWORK_PRINT_H

#include "base/network.h"
#include "tool/output.h"

/* "AS64500 Bulletproof Ex, 192.0.2.0/24, XX"; what is not known is said so. No newline. */
void network_print_text(const struct output *output, const struct network *network);
/* One list entry: "asn_drop: AS64500 (note), rules/lists/x.list:12". No newline. */
void network_print_listing(const struct output *output, const struct network_listing *listing);
/* {"ip","asn","org","prefix","country","lists":[{"name","entry","note","file","line"}]}; null
 * where the database has nothing, and the key's name in "unknown":[] where it could not be
 * asked. NULL: memory. */
json_t *network_print_json(const struct network *network);
/* Its "lists" alone. NULL: memory. */
json_t *network_print_listings(const struct network *network);

#endif
