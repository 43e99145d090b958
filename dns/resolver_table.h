/* dns/resolver_table: a resolver that asks a table and nobody else. */
#ifndef DEPEER_DNS_RESOLVER_TABLE_H
#define DEPEER_DNS_RESOLVER_TABLE_H

#include "dns/resolver.h"
#include "dns/table.h"

/* Takes the table over; NULL when memory is spent (the table is then the caller's still). Answers
 * while it is asked, TIMEOUT too: a replay does not wait. What the table has nothing on is
 * DNS_REFUSED (see table.h). It has no thread. */
struct dns_resolver *dns_resolver_table(struct dns_table *table);

#endif
