/* base/number_set: see number_set.h.
 *
 * The ranges stand sorted by their start and are read as a balanced search tree: the middle of a
 * span is its root, the halves are its children. Each root knows the highest end in its span, so
 * that spans that end too early are not entered.
 */
#include "base/number_set.h"

#include <stdlib.h>

struct range {
	uint32_t low, high, value;
	/* While it is built: the order of adding, which makes the sort deterministic. Afterwards:
	 * the highest `high` of the span whose root this is. */
	union {
		uint32_t order, highest;
	};
};

struct number_set_builder {
	struct range *ranges;
	size_t n, capacity;
};

struct number_set {
	size_t n;
	struct range ranges[];
};

struct number_set_builder *number_set_builder_create(void)
{
	return calloc(1, sizeof(struct number_set_builder));
}

int number_set_builder_add(struct number_set_builder *builder, uint32_t low, uint32_t high,
	uint32_t value)
{
	if (low > high)
		return 0;
	if (builder->n >= UINT32_MAX - 1)
		return -1;
	if (builder->n == builder->capacity) {
		size_t capacity = builder->capacity ? builder->capacity * 2 : 64;
		struct range *ranges;

		if (capacity > SIZE_MAX / sizeof(*ranges))
			return -1;
		ranges = realloc(builder->ranges, capacity * sizeof(*ranges));
		if (!ranges)
			return -1;
		builder->ranges = ranges;
		builder->capacity = capacity;
	}
	builder->ranges[builder->n] = (struct range){
		.low = low, .high = high, .value = value, .order = (uint32_t)builder->n
	};
	builder->n++;
	return 0;
}

void number_set_builder_free(struct number_set_builder **builder)
{
	if (!builder || !*builder)
		return;
	free((*builder)->ranges);
	free(*builder);
	*builder = NULL;
}

static int compare_ranges(const void *left, const void *right)
{
	const struct range *a = left, *b = right;

	if (a->low != b->low)
		return a->low < b->low ? -1 : 1;
	return (a->order > b->order) - (a->order < b->order);
}

/* The depth of these recursions is that of the tree: 32 at most. */
static uint32_t mark_highest(struct range *ranges, size_t from, size_t to)
{
	size_t root = from + (to - from) / 2;
	uint32_t highest, below;

	if (from == to)
		return 0;
	highest = ranges[root].high;
	below = mark_highest(ranges, from, root);
	highest = below > highest ? below : highest;
	below = mark_highest(ranges, root + 1, to);
	highest = below > highest ? below : highest;
	ranges[root].highest = highest;
	return highest;
}

struct number_set *number_set_builder_finish(struct number_set_builder *builder)
{
	struct number_set *set;

	if (builder->n > (SIZE_MAX - sizeof(*set)) / sizeof(set->ranges[0]))
		return NULL;
	set = malloc(sizeof(*set) + builder->n * sizeof(set->ranges[0]));
	if (!set)
		return NULL;
	set->n = builder->n;
	for (size_t i = 0; i < set->n; i++)
		set->ranges[i] = builder->ranges[i];
	if (set->n > 0)
		qsort(set->ranges, set->n, sizeof(set->ranges[0]), compare_ranges);
	mark_highest(set->ranges, 0, set->n);
	return set;
}

struct search {
	const struct range *ranges;
	uint32_t number;
	number_set_visit *visit;
	void *context;
};

/* False when the visitor has seen enough. */
static bool visit_span(const struct search *search, size_t from, size_t to)
{
	size_t root = from + (to - from) / 2;
	const struct range *range;

	if (from == to)
		return true;
	range = &search->ranges[root];
	if (range->highest < search->number)
		return true;
	if (!visit_span(search, from, root))
		return false;
	if (range->low > search->number)
		return true; /* and so is all that follows */
	if (range->high >= search->number && !search->visit(search->context, range->value))
		return false;
	return visit_span(search, root + 1, to);
}

void number_set_each(const struct number_set *set, uint32_t number, number_set_visit *visit,
	void *context)
{
	if (set) {
		struct search search = { set->ranges, number, visit, context };

		visit_span(&search, 0, set->n);
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

size_t number_set_lookup(const struct number_set *set, uint32_t number, uint32_t *out, size_t max)
{
	struct room room = { out, 0, max };

	number_set_each(set, number, store, &room);
	return room.n;
}

size_t number_set_count(const struct number_set *set)
{
	return set ? set->n : 0;
}

void number_set_free(struct number_set **set)
{
	if (!set || !*set)
		return;
	free(*set);
	*set = NULL;
}
