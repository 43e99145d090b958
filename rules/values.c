/* rules/values: arrays in file order, with a hash table over each once all files are read.
 */
#include "rules/values.h"

#include <string.h>

#include "rules/set.h"

static struct values *find(const struct values_table *table, const char *setting,
	struct str name)
{
	for (size_t i = 0; i < table->n; i++)
		if (!strcmp(table->lists[i].setting, setting) &&
		    str_equal_nocase(table->lists[i].name, name))
			return &table->lists[i];
	return NULL;
}

const struct values *values_find(const struct ruleset *set, const char *setting,
	struct str name)
{
	return find(&set->values, setting, name);
}

struct values *values_of(struct values_table *table, struct arena *arena, const char *setting,
	struct str name)
{
	struct values *values = find(table, setting, name);
	if (values)
		return values;
	if (table->n == table->capacity) {
		size_t more = table->capacity ? table->capacity * 2 : 16;
		struct values *lists = arena_resize(arena, table->lists,
			table->capacity * sizeof *lists, more * sizeof *lists);
		if (!lists)
			return NULL;
		table->lists = lists;
		table->capacity = more;
	}
	char *copy = arena_dup(arena, name);
	if (!copy)
		return NULL;
	table->lists[table->n] =
		(struct values){ .setting = setting, .name = str_make(copy, name.len) };
	return &table->lists[table->n++];
}

int values_add(struct values *values, struct arena *arena, struct str item)
{
	if (values->n == values->capacity) {
		size_t more = values->capacity ? values->capacity * 2 : 8;
		struct str *items = arena_resize(arena, values->items,
			values->capacity * sizeof *items, more * sizeof *items);
		if (!items)
			return -1;
		values->items = items;
		values->capacity = more;
	}
	values->items[values->n++] = item;
	return 0;
}

void values_remove(struct values *values, struct str item)
{
	size_t kept = 0;
	for (size_t i = 0; i < values->n; i++)
		if (!str_equal_nocase(values->items[i], item))
			values->items[kept++] = values->items[i];
	values->n = kept;
}

/* FNV-1a of the lower case */
static size_t hash(struct str item)
{
	uint64_t h = 0xcbf29ce484222325u;
	for (size_t i = 0; i < item.len; i++)
		h = (h ^ (unsigned char)ascii_lower(item.ptr[i])) * 0x100000001b3u;
	return (size_t)(h ^ h >> 32);
}

/* The slot that holds the item, or the free one where it belongs. */
static size_t slot_of(const struct values *values, struct str item)
{
	size_t at = hash(item) & (values->slots_n - 1);
	while (values->slots[at] && !str_equal_nocase(values->items[values->slots[at] - 1], item))
		at = (at + 1) & (values->slots_n - 1);
	return at;
}

bool values_have(const struct values *values, struct str item)
{
	return values && values->slots_n && values->slots[slot_of(values, item)];
}

int values_seal(struct values_table *table, struct arena *arena)
{
	for (size_t i = 0; i < table->n; i++) {
		struct values *values = &table->lists[i];
		size_t n = 4;
		while (n < values->n * 2)
			n *= 2;
		values->slots = ARENA_ARRAY(arena, size_t, n);
		if (!values->slots)
			return -1;
		values->slots_n = n;
		for (size_t k = 0; k < values->n; k++) {
			size_t slot = slot_of(values, values->items[k]);
			if (!values->slots[slot])
				values->slots[slot] = k + 1;
		}
	}
	return 0;
}
