/* dns/resolver_table: see resolver_table.h. */
#include "dns/resolver_table.h"

#include <stdlib.h>

#include "dns/backend.h"

struct asker {
	struct dns_resolver *resolver;
	struct dns_table *table;
};

static void ask(void *self, struct dns_question *question, struct str name, enum dns_type type)
{
	struct asker *asker = self;
	struct dns_answer answer;

	if (!dns_table_find(asker->table, name, type, &answer))
		answer.status = DNS_REFUSED;
	dns_resolver_deliver(asker->resolver, question, &answer);
}

static void free_asker(void *self)
{
	struct asker *asker = self;

	dns_table_free(&asker->table);
	free(asker);
}

struct dns_resolver *dns_resolver_table(struct dns_table *table)
{
	static const struct dns_backend backend = { ask, free_asker };
	struct asker *asker = malloc(sizeof(*asker));

	if (asker == NULL)
		return NULL;
	asker->table = table;
	asker->resolver = dns_resolver_create(&backend, asker);
	if (asker->resolver != NULL)
		return asker->resolver;
	free(asker);
	return NULL;
}
