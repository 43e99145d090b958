#include "base/number_set.h"

#include <stdlib.h>
#include <string.h>

#include "test-harness/t.h"

struct given {
	uint32_t low, high;
};

enum { MOST = 2000 };

static uint32_t state = 88172645;

static uint32_t next_random(void)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

static struct number_set *build(const struct given *given, size_t n)
{
	struct number_set_builder *builder = number_set_builder_create();
	struct number_set *set;

	t_need(builder);
	for (size_t i = 0; i < n; i++)
		t_need(number_set_builder_add(builder, given[i].low, given[i].high, (uint32_t)i)
			== 0);
	set = number_set_builder_finish(builder);
	number_set_builder_free(&builder);
	t_true(builder == NULL);
	t_need(set);
	return set;
}

/* What the header promises, the slow way: lowest start first, then the order of adding. */
static size_t brute_force(const struct given *given, size_t n, uint32_t number, uint32_t *out)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++) {
		size_t at = found;

		if (given[i].low > number || given[i].high < number)
			continue;
		for (; at > 0 && given[out[at - 1]].low > given[i].low; at--)
			out[at] = out[at - 1];
		out[at] = (uint32_t)i;
		found++;
	}
	return found;
}

static void compare(const struct number_set *set, const struct given *given, size_t n,
	uint32_t number)
{
	static uint32_t expected[MOST], actual[MOST];
	size_t expected_n = brute_force(given, n, number, expected);

	t_need(t_int(number_set_lookup(set, number, actual, MOST), expected_n));
	t_need(memcmp(actual, expected, expected_n * sizeof(expected[0])) == 0);
}

T_TEST(empty_set)
{
	struct number_set *set = build(NULL, 0);
	uint32_t out;

	t_int(number_set_lookup(set, 0, &out, 1), 0);
	t_int(number_set_lookup(NULL, 0, &out, 1), 0);
	t_int(number_set_count(set), 0);
	t_int(number_set_count(NULL), 0);
	number_set_free(&set);
	t_true(set == NULL);
	number_set_free(&set);
}

T_TEST(both_ends_belong_to_it)
{
	const struct given given[] = {
		{ 10, 20 }, { 0, 0 }, { UINT32_MAX, UINT32_MAX }, { 15, 15 }, { 0, UINT32_MAX },
		{ 10, 20 }, { 21, 9 }
	};
	struct number_set *set = build(given, 7);
	uint32_t out[8];

	t_int(number_set_count(set), 6); /* the reversed one contains nothing */
	t_need(t_int(number_set_lookup(set, 15, out, 8), 4));
	t_int(out[0], 4);
	t_int(out[1], 0);
	t_int(out[2], 5);
	t_int(out[3], 3);
	t_int(number_set_lookup(set, 15, out, 2), 2);
	t_int(number_set_lookup(set, 15, out, 0), 0);
	t_int(number_set_lookup(set, 9, out, 8), 1);
	t_int(number_set_lookup(set, 10, out, 8), 3);
	t_int(number_set_lookup(set, 20, out, 8), 3);
	t_int(number_set_lookup(set, 21, out, 8), 1);
	t_int(number_set_lookup(set, 0, out, 8), 2);
	t_need(t_int(number_set_lookup(set, UINT32_MAX, out, 8), 2));
	t_int(out[1], 2);
	number_set_free(&set);
}

T_TEST(agrees_with_brute_force)
{
	static struct given given[MOST];

	for (int round = 0; round < 40; round++) {
		size_t n = 1 + next_random() % (round < 20 ? 12 : MOST);
		uint32_t span = round % 2 ? 300 : UINT32_MAX;
		struct number_set *set;

		for (size_t i = 0; i < n; i++) {
			uint32_t low = next_random() % span, width = next_random() % span;

			if (next_random() % 4)
				width /= 50;
			given[i].low = low;
			given[i].high = width > UINT32_MAX - low ? UINT32_MAX : low + width;
		}
		set = build(given, n);
		t_int(number_set_count(set), n);
		for (int i = 0; i < 200; i++) {
			const struct given *one = &given[next_random() % n];

			compare(set, given, n, next_random() % span);
			compare(set, given, n, one->low);
			compare(set, given, n, one->high);
			compare(set, given, n, one->low - 1);
			compare(set, given, n, one->high + 1);
		}
		number_set_free(&set);
	}
}

/* Each inside the one before it: the search must go up and down for each. */
T_TEST(nested_ranges)
{
	static struct given given[MOST];
	struct number_set *set;

	for (uint32_t i = 0; i < MOST; i++)
		given[i] = (struct given){ i, UINT32_MAX - i };
	set = build(given, MOST);
	compare(set, given, MOST, MOST / 2);
	compare(set, given, MOST, UINT32_MAX / 2);
	compare(set, given, MOST, UINT32_MAX - 3);
	number_set_free(&set);
}

static bool count_to_three(void *context, uint32_t value)
{
	unsigned *n = context;

	(void)value;
	return ++*n < 3;
}

T_TEST(visitor_can_stop)
{
	struct given given[20];
	struct number_set *set;
	unsigned n = 0;

	for (uint32_t i = 0; i < 20; i++)
		given[i] = (struct given){ i, 100 };
	set = build(given, 20);
	number_set_each(set, 50, count_to_three, &n);
	t_int(n, 3);
	number_set_free(&set);
}

T_TEST(a_million_ranges)
{
	struct number_set_builder *builder = number_set_builder_create();
	struct number_set *set;
	uint32_t out[8];

	t_need(builder);
	for (uint32_t i = 0; i < 1000000; i++)
		t_need(number_set_builder_add(builder, i * 4096, i * 4096 + 4095, i) == 0);
	set = number_set_builder_finish(builder);
	number_set_builder_free(&builder);
	t_need(set);
	for (uint32_t i = 0; i < 1000000; i += 499) {
		t_need(t_int(number_set_lookup(set, i * 4096 + i % 4096, out, 8), 1));
		t_need(t_int(out[0], i));
	}
	t_int(number_set_lookup(set, UINT32_MAX, out, 8), 0);
	number_set_free(&set);
}
