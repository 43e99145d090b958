/* dns/resolver_table: see resolver_table.h. */
#include "dns/resolver_table.h"

#include "dns/backend.h"

static void ask(void *self, struct dns_question *question, struct str name, enum dns_type type)
{
	struct dns_answer answer;

	if (!dns_table_find(self, name, type, &answer))
		answer.status = DNS_REFUSED;
	dns_resolver_deliver(question, &answer);
}

static void free_table(void *self)
{
	struct dns_table *table = self;

	dns_table_free(&table);
}

struct dns_resolver *dns_resolver_table(struct dns_table *table)
{
	static const struct dns_backend backend = { ask, free_table };

	return dns_resolver_create(&backend, table);
}
