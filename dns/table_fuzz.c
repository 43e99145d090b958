/* Any bytes as a table: refused with a finding, or one that answers. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "dns/table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "www.example", "shop.example", "a.b.c", "com" };
	struct diags diags = { 0 };
	struct dns_table *table = dns_table_parse("fuzz", str_make((const char *)data, size), &diags);
	struct dns_answer answer, *copy;
	size_t copied;

	if ((table == NULL) != (diags.errors > 0))
		abort(); /* refused in silence, or kept although broken */
	for (size_t i = 0; table != NULL && i < sizeof(names) / sizeof(names[0]); i++) {
		if (!dns_table_find(table, str_from(names[i]), i % 2 ? DNS_A : DNS_TXT, &answer))
			continue;
		if ((answer.status == DNS_FOUND) != (answer.n > 0))
			abort();
		copy = dns_answer_copy(&answer, &copied);
		if (copy != NULL && copy->n + copy->dropped != answer.n)
			abort();
		free(copy);
	}
	dns_table_free(&table);
	diags_clear(&diags);
	return 0;
}
