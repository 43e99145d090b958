#include "base/prefix_set.h"

#include <stdlib.h>
#include <string.h>

#include "test-harness/t.h"

enum { MOST = 4096 };

static uint32_t state = 2463534242;

static uint32_t next_random(void)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

static struct ip_prefix prefix_of(const char *text)
{
	struct ip_prefix prefix = { .bits = 0 };

	t_need(ip_prefix_parse(str_from(text), &prefix, NULL));
	return prefix;
}

static struct prefix_set *build(const struct ip_prefix *prefixes, size_t n)
{
	struct prefix_set_builder *builder = prefix_set_builder_create();
	struct prefix_set *set;

	t_need(builder);
	for (size_t i = 0; i < n; i++)
		t_need(prefix_set_builder_add(builder, &prefixes[i], (uint32_t)i) == 0);
	set = prefix_set_builder_finish(builder);
	prefix_set_builder_free(&builder);
	t_true(builder == NULL);
	t_need(set);
	t_int(prefix_set_count(set), n);
	return set;
}

/* What the header promises, the slow way. */
static size_t brute_force(const struct ip_prefix *prefixes, size_t n, const struct ip *ip,
	uint32_t *out)
{
	size_t found = 0;

	for (int bits = 128; bits >= 0; bits--)
		for (size_t i = 0; i < n; i++)
			if (prefixes[i].bits == bits && ip_prefix_contains(&prefixes[i], ip))
				out[found++] = (uint32_t)i;
	return found;
}

static void compare(const struct prefix_set *set, const struct ip_prefix *prefixes, size_t n,
	const struct ip *ip)
{
	static uint32_t expected[MOST], actual[MOST];
	size_t expected_n = brute_force(prefixes, n, ip, expected);
	size_t actual_n = prefix_set_lookup(set, ip, actual, MOST);

	t_need(t_int(actual_n, expected_n));
	t_need(memcmp(actual, expected, expected_n * sizeof(expected[0])) == 0);
}

T_TEST(empty_set)
{
	struct prefix_set *set = build(NULL, 0);
	struct ip ip = ip_from_v4(1);
	uint32_t out;

	t_int(prefix_set_lookup(set, &ip, &out, 1), 0);
	t_int(prefix_set_lookup(NULL, &ip, &out, 1), 0);
	t_int(prefix_set_count(NULL), 0);
	prefix_set_free(&set);
	t_true(set == NULL);
	prefix_set_free(&set);
}

T_TEST(most_specific_first_and_duplicates_in_order)
{
	const struct ip_prefix prefixes[] = {
		prefix_of("192.0.2.0/24"), prefix_of("192.0.2.128/25"), prefix_of("192.0.0.0/16"),
		prefix_of("192.0.2.0/24"), prefix_of("192.0.3.0/24"), prefix_of("192.0.2.0/25"),
		prefix_of("2001:db8::/32"), prefix_of("192.0.2.200")
	};
	struct prefix_set *set = build(prefixes, sizeof(prefixes) / sizeof(prefixes[0]));
	struct ip ip = ip_from_v4(0xc0000281);
	uint32_t out[9];

	t_need(t_int(prefix_set_lookup(set, &ip, out, 9), 4));
	t_int(out[0], 1);
	t_int(out[1], 0);
	t_int(out[2], 3);
	t_int(out[3], 2);
	t_int(prefix_set_lookup(set, &ip, out, 2), 2);
	t_int(prefix_set_lookup(set, &ip, out, 0), 0);
	ip = ip_from_v4(0xc0010000);
	t_int(prefix_set_lookup(set, &ip, out, 9), 0);
	ip = ip_from_v4(0xc000ffff); /* after every network inside /16 */
	t_int(prefix_set_lookup(set, &ip, out, 9), 1);
	ip = ip_from_v4(0);
	t_int(prefix_set_lookup(set, &ip, out, 9), 0);
	prefix_set_free(&set);
}

T_TEST(nested_to_the_last_bit)
{
	struct ip_prefix prefixes[129 * 2];
	struct ip ip = { { 0x20, 1, 0xd, 0xb8, 0xaa, 0x55 } }, far = { { 0xff } };
	struct prefix_set *set;
	uint32_t out[300];

	for (int i = 0; i < 258; i++) /* each twice, the widest last */
		prefixes[i] = ip_prefix_make(&ip, (uint8_t)(128 - i / 2));
	set = build(prefixes, 258);
	t_int(prefix_set_lookup(set, &ip, out, 300), 258);
	for (uint32_t i = 0; i < 258; i++)
		t_need(out[i] == i);
	t_int(prefix_set_lookup(set, &far, out, 300), 2); /* ::/0 */
	for (int bit = 0; bit < 128; bit++) {
		struct ip near = ip;

		near.bytes[bit / 8] ^= (uint8_t)(0x80 >> (bit % 8));
		compare(set, prefixes, 258, &near);
	}
	prefix_set_free(&set);
}

T_TEST(host_bits_are_masked)
{
	struct ip_prefix prefix = { ip_from_v4(0xc0000237), 120 };
	struct prefix_set *set = build(&prefix, 1);
	struct ip ip = ip_from_v4(0xc0000201);
	uint32_t out;

	t_int(prefix_set_lookup(set, &ip, &out, 1), 1);
	prefix_set_free(&set);
}

/* Addresses from few values of few bytes, so that networks nest and repeat. */
static struct ip crowded_ip(void)
{
	struct ip ip = ip_from_v4(next_random() & 0x0f0300ff);

	if (next_random() % 4 == 0)
		ip.bytes[next_random() % 16] = (uint8_t)next_random();
	return ip;
}

T_TEST(agrees_with_brute_force)
{
	static struct ip_prefix prefixes[1500];

	for (int round = 0; round < 20; round++) {
		size_t n = 1 + next_random() % (round < 10 ? 30 : 1500);
		struct prefix_set *set;

		for (size_t i = 0; i < n; i++) {
			struct ip ip = crowded_ip();
			uint32_t bits = next_random() % 3 ? 96 + next_random() % 33
			                                  : next_random() % 129;

			prefixes[i] = ip_prefix_make(&ip, (uint8_t)bits);
		}
		set = build(prefixes, n);
		for (int i = 0; i < 200; i++) {
			struct ip ip = i % 2 ? crowded_ip() : prefixes[next_random() % n].base;

			compare(set, prefixes, n, &ip);
		}
		prefix_set_free(&set);
	}
}

static bool count_to_three(void *context, uint32_t value)
{
	unsigned *n = context;

	(void)value;
	return ++*n < 3;
}

T_TEST(visitor_can_stop)
{
	struct ip_prefix prefixes[10];
	struct ip ip = ip_from_v4(0x01020304);
	struct prefix_set *set;
	unsigned n = 0;

	for (int i = 0; i < 10; i++)
		prefixes[i] = ip_prefix_make(&ip, (uint8_t)(128 - i / 2));
	set = build(prefixes, 10);
	prefix_set_each(set, &ip, count_to_three, &n);
	t_int(n, 3);
	prefix_set_free(&set);
}

T_TEST(a_million_entries)
{
	struct prefix_set_builder *builder = prefix_set_builder_create();
	struct prefix_set *set;
	uint32_t out[40];

	t_need(builder);
	for (uint32_t i = 0; i < 1000000; i++) {
		struct ip ip = ip_from_v4(i * 2654435761u);
		struct ip_prefix prefix = ip_prefix_make(&ip, (uint8_t)(112 + i % 17));

		t_need(prefix_set_builder_add(builder, &prefix, i) == 0);
	}
	set = prefix_set_builder_finish(builder);
	prefix_set_builder_free(&builder);
	t_need(set);
	for (uint32_t i = 0; i < 1000000; i += 997) {
		struct ip ip = ip_from_v4(i * 2654435761u);
		size_t n = prefix_set_lookup(set, &ip, out, 40), at = 0;

		while (at < n && out[at] != i)
			at++;
		/* /16 networks hold 15 entries of each length: some have more than 40 */
		t_need(at < n || n == 40);
	}
	prefix_set_free(&set);
}
