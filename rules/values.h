/* rules/values: the lists of names that settings make: freemail_domains, welcomelist_from,
 * enlist_uri_host (NAME) ... : data for checks, kept as they are written.
 */
#ifndef DEPEER_RULES_VALUES_H
#define DEPEER_RULES_VALUES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"
#include "rules/ruleset.h"

/* All lines of one setting (and name). Owned by the set. */
struct values {
	const char *setting;       /* SpamAssassin 4's name: "welcomelist_from", not "whitelist_..." */
	struct str name;           /* of a named list, else empty */
	struct str *items;         /* in file order, case kept */
	size_t n, capacity;
	/* by values_seal */
	size_t *slots, slots_n;    /* hash of the lower case -> index + 1 */
};

/* NULL: no line of the files says anything there. Names are compared with case ignored. */
const struct values *values_find(const struct ruleset *set, const char *setting,
	struct str name);
/* Is `item` in it (case ignored, no wildcards)? `values` may be NULL: it is not. */
bool values_have(const struct values *values, struct str item);

/* While the files are read. 0, or -1 when memory is spent; `item` must outlive the set. */
struct values_table {
	struct values *lists;
	size_t n, capacity;
};
struct values *values_of(struct values_table *table, struct arena *arena, const char *setting,
	struct str name);
int values_add(struct values *values, struct arena *arena, struct str item);
void values_remove(struct values *values, struct str item);
int values_seal(struct values_table *table, struct arena *arena);

#endif
