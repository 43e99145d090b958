/* milter/names: what DNS says of the names in a mail, as facts for rules.
 *
 * Only names that the loaded rules ask for (ruleset_needs_dns), each once, under one budget of
 * questions and one deadline for the whole message: first the links' hosts, HELO and the domains,
 * then the addresses of the name servers and mail servers that were named. An address of a name is
 * taken by A, and by AAAA where there is no A. What was not answered in time, or not asked for want
 * of budget, is unknown and says why ("dns-timeout", "dns-over-budget", "dns-servfail" ...).
 */
#ifndef DEPEER_MILTER_NAMES_H
#define DEPEER_MILTER_NAMES_H

#include <stddef.h>

#include "base/arena.h"
#include "dns/resolver.h"
#include "rules/fact.h"

enum {
	NAMES_SERVERS = 4,      /* servers of one domain whose addresses are asked for */
	NAMES_ADDRESSES = 16    /* of one name that are looked up; of more of both, what they would
	                         * have said is unknown ("dns-over-budget") */
};

/* What an address is to rules; NULL when memory is spent. */
typedef const struct network *names_lookup(void *context, const struct ip *ip);

struct names_question {
	struct dns_batch *batch;
	unsigned needs;          /* enum ruleset_dns */
	struct arena *arena;     /* the facts live here */
	names_lookup *lookup;
	void *context;
};

/* Asks and waits, at most until the batch's deadline; fills in `dns` and `ns` of the links, helo_host,
 * from_host and mx. `urls` are facts->urls. 0, or -1 when memory is spent. */
int names_resolve(const struct names_question *question, struct facts *facts,
	struct fact_url *urls);

#endif
