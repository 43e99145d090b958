/* dns/table: fixed answers, from a text file. For tests, for replay without a network, and what the
 * harness' DNS server serves.
 *
 *     # name          type   value
 *     www.example     A      192.0.2.80
 *     www.example     A      192.0.2.81           ttl 300
 *     www.example     AAAA   2001:db8::80
 *     shop.example    CNAME  www.example
 *     example         NS     ns1.example
 *     example         MX     10 mail.example
 *     example         TXT    "v=spf1 -all"        # strings in a row are joined; \" \\ \DDD
 *     80.2.0.192.in-addr.arpa  PTR  www.example
 *     gone.example    NXDOMAIN
 *     slow.example    TIMEOUT                     # whatever the type
 *     odd.example     AAAA   SERVFAIL             # NODATA, NXDOMAIN, REFUSED, TIMEOUT too
 *     *.dnsbl.example NXDOMAIN                    # every name below that has no line of its own
 *
 * '#' begins a comment where a word could begin. A TTL is in seconds (3600 where none is given), that of a
 * name and type the least of its lines; names' case does not matter. "*" alone stands for all names.
 *
 * What a question gets:
 *   - the lines of its name and type; else of its name alone (NXDOMAIN, TIMEOUT ...); CNAME is
 *     followed within the table, DNS_TABLE_CNAMES at most (then, and in a loop: SERVFAIL);
 *   - NODATA when its name has lines, but none of that type;
 *   - else the same from the nearest line with "*" above it;
 *   - else nothing: nobody recorded what the DNS says to it. That is not NXDOMAIN; the resolver
 *     says REFUSED, as a server that knows nothing of the name does. Write "* NXDOMAIN" as the last
 *     line where all that is not in the table shall be taken for not there.
 *
 * Refused, each with file:line:col: unknown types, what is no name or address, a name with both a
 * CNAME and other lines, a status beside values of the same type. Immutable once built; look-ups
 * from many threads.
 */
#ifndef DEPEER_DNS_TABLE_H
#define DEPEER_DNS_TABLE_H

#include <stdbool.h>

#include "base/diag.h"
#include "base/str.h"
#include "dns/answer.h"

enum { DNS_TABLE_TTL = 3600, DNS_TABLE_CNAMES = 8 };

struct dns_table;

/* NULL when anything was wrong: all that was found is in `diags`. Free with dns_table_free(&table).
 * An empty table is fine. */
struct dns_table *dns_table_load(const char *path, struct diags *diags);
struct dns_table *dns_table_parse(const char *file, struct str text, struct diags *diags);
void dns_table_free(struct dns_table **table);

/* False when the table has nothing on it. `name` as dns_name_normalise gives it. *answer points
 * into the table and, for its name, at `name`; a TIMEOUT is told at once. Unlike a resolver's, its
 * n may be above DNS_RECORDS_MAX and its TTL is as written. */
bool dns_table_find(const struct dns_table *table, struct str name, enum dns_type type,
	struct dns_answer *answer);

#endif
