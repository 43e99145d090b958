/* base/prefix_set: see prefix_set.h.
 *
 * The networks stand sorted by address, then by length, so that one stands behind all that
 * contain it. The last network that begins at or before an address is then either one that
 * contains it or lies inside all that do: from there the links to the next enclosing network
 * give the answer. No tree of bits: nothing here depends on how a hostile list nests.
 */
#include "base/prefix_set.h"

#include <stdlib.h>
#include <string.h>

#define NO_PARENT UINT32_MAX

struct entry {
	struct ip_prefix prefix;
	uint32_t value;
	uint32_t order; /* of adding; makes the sort deterministic */
};

struct prefix_set_builder {
	struct entry *entries;
	size_t n, capacity;
};

/* One array for each field: the search touches the addresses only. */
struct prefix_set {
	size_t n;            /* networks */
	size_t values_n;
	struct ip *bases;
	uint8_t *bits;
	uint32_t *parents;   /* the nearest network around it, or NO_PARENT */
	uint32_t *values_at; /* n + 1: network i has values [values_at[i], values_at[i + 1]) */
	uint32_t *values;
};

struct prefix_set_builder *prefix_set_builder_create(void)
{
	return calloc(1, sizeof(struct prefix_set_builder));
}

int prefix_set_builder_add(struct prefix_set_builder *builder, const struct ip_prefix *prefix,
	uint32_t value)
{
	if (builder->n >= UINT32_MAX - 1)
		return -1;
	if (builder->n == builder->capacity) {
		size_t capacity = builder->capacity ? builder->capacity * 2 : 64;
		struct entry *entries;

		if (capacity > SIZE_MAX / sizeof(*entries))
			return -1;
		entries = realloc(builder->entries, capacity * sizeof(*entries));
		if (!entries)
			return -1;
		builder->entries = entries;
		builder->capacity = capacity;
	}
	builder->entries[builder->n] = (struct entry){
		ip_prefix_make(&prefix->base, prefix->bits), value, (uint32_t)builder->n
	};
	builder->n++;
	return 0;
}

void prefix_set_builder_free(struct prefix_set_builder **builder)
{
	if (!builder || !*builder)
		return;
	free((*builder)->entries);
	free(*builder);
	*builder = NULL;
}

static int compare_prefixes(const struct ip_prefix *a, const struct ip_prefix *b)
{
	int order = ip_compare(&a->base, &b->base);

	return order != 0 ? order : (a->bits > b->bits) - (a->bits < b->bits);
}

static int compare_entries(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;
	int order = compare_prefixes(&a->prefix, &b->prefix);

	return order != 0 ? order : (a->order > b->order) - (a->order < b->order);
}

/* An array of at least one item, so that NULL always means that memory is spent. */
static void *array(size_t n, size_t size)
{
	return calloc(n ? n : 1, size);
}

static struct prefix_set *create_set(size_t networks, size_t values)
{
	struct prefix_set *set = calloc(1, sizeof(*set));

	if (!set)
		return NULL;
	set->bases = array(networks, sizeof(*set->bases));
	set->bits = array(networks, sizeof(*set->bits));
	set->parents = array(networks, sizeof(*set->parents));
	set->values_at = array(networks + 1, sizeof(*set->values_at));
	set->values = array(values, sizeof(*set->values));
	if (!set->bases || !set->bits || !set->parents || !set->values_at || !set->values)
		prefix_set_free(&set);
	return set;
}

static struct ip_prefix network(const struct prefix_set *set, uint32_t i)
{
	return (struct ip_prefix){ set->bases[i], set->bits[i] };
}

/* The nearest network around number `i` is the one before it or one of those around that. */
static uint32_t find_parent(const struct prefix_set *set, uint32_t i)
{
	struct ip_prefix inner = network(set, i);
	uint32_t outer = i > 0 ? i - 1 : NO_PARENT;

	while (outer != NO_PARENT) {
		struct ip_prefix around = network(set, outer);

		if (ip_prefix_covers(&around, &inner))
			break;
		outer = set->parents[outer];
	}
	return outer;
}

static void fill(struct prefix_set *set, const struct entry *entries, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct ip_prefix *prefix = &entries[i].prefix;

		if (i == 0 || compare_prefixes(prefix, &entries[i - 1].prefix) != 0) {
			set->bases[set->n] = prefix->base;
			set->bits[set->n] = prefix->bits;
			set->values_at[set->n] = (uint32_t)i;
			set->parents[set->n] = find_parent(set, (uint32_t)set->n);
			set->n++;
		}
		set->values[i] = entries[i].value;
	}
	set->values_at[set->n] = (uint32_t)n;
	set->values_n = n;
}

struct prefix_set *prefix_set_builder_finish(struct prefix_set_builder *builder)
{
	size_t networks = builder->n > 0;
	struct prefix_set *set;

	if (builder->n > 0)
		qsort(builder->entries, builder->n, sizeof(*builder->entries), compare_entries);
	for (size_t i = 1; i < builder->n; i++)
		networks += compare_prefixes(&builder->entries[i].prefix,
			&builder->entries[i - 1].prefix) != 0;
	set = create_set(networks, builder->n);
	if (set)
		fill(set, builder->entries, builder->n);
	return set;
}

/* The last network that begins at or before `ip`, or NO_PARENT. */
static uint32_t find_last(const struct prefix_set *set, const struct ip *ip)
{
	size_t low = 0, high = set->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (ip_compare(&set->bases[middle], ip) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 ? (uint32_t)(low - 1) : NO_PARENT;
}

void prefix_set_each(const struct prefix_set *set, const struct ip *ip, prefix_set_visit *visit,
	void *context)
{
	bool inside = false; /* once inside, all further ones contain it too */
	uint32_t at = set ? find_last(set, ip) : NO_PARENT;

	for (; at != NO_PARENT; at = set->parents[at]) {
		struct ip_prefix prefix = network(set, at);

		inside = inside || ip_prefix_contains(&prefix, ip);
		if (!inside)
			continue;
		for (uint32_t i = set->values_at[at]; i < set->values_at[at + 1]; i++)
			if (!visit(context, set->values[i]))
				return;
	}
}

struct room {
	uint32_t *out;
	size_t n, max;
};

static bool store(void *context, uint32_t value)
{
	struct room *room = context;

	if (room->n == room->max)
		return false;
	room->out[room->n++] = value;
	return true;
}

size_t prefix_set_lookup(const struct prefix_set *set, const struct ip *ip, uint32_t *out,
	size_t max)
{
	struct room room = { out, 0, max };

	prefix_set_each(set, ip, store, &room);
	return room.n;
}

size_t prefix_set_count(const struct prefix_set *set)
{
	return set ? set->values_n : 0;
}

void prefix_set_free(struct prefix_set **set)
{
	if (!set || !*set)
		return;
	free((*set)->bases);
	free((*set)->bits);
	free((*set)->parents);
	free((*set)->values_at);
	free((*set)->values);
	free(*set);
	*set = NULL;
}
