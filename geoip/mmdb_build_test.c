/* The writer against a slow search through the same networks. */
#include "geoip/mmdb_build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "geoip/mmdb.h"
#include "test-harness/t.h"

enum { NETWORKS = 400, ASKED = 4000 };

struct given {
	struct ip_prefix prefix;
	uint32_t asn;
};

/* The same numbers on every machine. */
static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Close together, so that they nest and repeat. */
static struct given random_network(uint64_t *state)
{
	struct ip ip = {{0}};
	struct given given;
	unsigned bits;

	if (next_random(state) % 2 == 0) {
		ip = ip_from_v4(0xc0000000u | (uint32_t)(next_random(state) % 0x20000));
		bits = 96 + (unsigned)(next_random(state) % 33);
	} else {
		ip.bytes[0] = 0x20;
		ip.bytes[1] = (uint8_t)(next_random(state) % 4); /* some lie in aliases */
		ip.bytes[5] = (uint8_t)(next_random(state) % 4);
		ip.bytes[15] = (uint8_t)next_random(state);
		bits = (unsigned)(next_random(state) % 129);
	}
	given.prefix = ip_prefix_make(&ip, (uint8_t)bits);
	given.asn = next_random(state) % 8 == 0 ? 0 : (uint32_t)(next_random(state) % 5 + 64500);
	return given;
}

static bool aliased(const struct ip_prefix *prefix)
{
	static const uint8_t teredo[4] = { 0x20, 0x01, 0, 0 };
	const uint8_t *bytes = prefix->base.bytes;

	return (prefix->bits >= 32 && memcmp(bytes, teredo, 4) == 0) ||
		(prefix->bits >= 16 && bytes[0] == 0x20 && bytes[1] == 0x02);
}

/* Does the prefix stand for this address in the tree, where IPv4 is ::/96? */
static bool contains(const struct ip_prefix *prefix, const struct ip *ip)
{
	struct ip place = *ip;

	if (ip_is_v4(ip) && !(prefix->bits >= 96 && ip_is_v4(&prefix->base)))
		memset(place.bytes, 0, 12);
	return ip_prefix_contains(prefix, &place);
}

static const struct given *search(const struct given *networks, size_t n, const struct ip *ip)
{
	const struct given *best = NULL;

	for (size_t i = 0; i < n; i++)
		if (!aliased(&networks[i].prefix) && contains(&networks[i].prefix, ip) &&
				(best == NULL || networks[i].prefix.bits >= best->prefix.bits))
			best = &networks[i]; /* later wins */
	return best;
}

static void add(struct mmdb_build *build, const struct ip_prefix *prefix, uint32_t asn)
{
	struct mmdb_build_record record = { .asn = asn };

	t_need(mmdb_build_add(build, prefix, &record, NULL) == 0);
}

static void round_of(uint64_t seed)
{
	static const uint8_t zero[12];
	struct mmdb_build *build = mmdb_build_create("random");
	struct given networks[NETWORKS];
	struct ip_prefix anchor = { .base = ip_from_v4(1), .bits = 128 };
	struct error error = {{0}};
	struct mmdb *db;

	for (size_t i = 0; i < NETWORKS; i++)
		networks[i] = random_network(&seed);
	/* One that is always there, so that the database answers at all. */
	networks[0] = (struct given){ anchor, 1 };
	for (size_t i = 0; i < NETWORKS; i++)
		add(build, &networks[i].prefix, networks[i].asn);
	t_int(mmdb_build_write(build, t_tmpfile("random.mmdb"), &error), 0);
	mmdb_build_free(&build);
	db = mmdb_open(t_tmpfile("random.mmdb"), &error);
	t_str(error.text, "");
	t_need(db != NULL);
	for (size_t i = 0; i < ASKED; i++) {
		struct given asked = random_network(&seed);
		struct network network = {0};
		const struct given *expected;
		char text[IP_TEXT_MAX];

		if (aliased(&(struct ip_prefix){ asked.prefix.base, 128 }) ||
				memcmp(asked.prefix.base.bytes, zero, sizeof zero) == 0)
			continue; /* IPv4 by another name */
		expected = search(networks, NETWORKS, &asked.prefix.base);
		t_int(mmdb_lookup(db, &asked.prefix.base, &network, NULL), 0);
		if (!t_int(network.asn, expected == NULL ? 0 : expected->asn))
			printf("# %s\n", ip_format(&asked.prefix.base, text));
		if (network.prefix_state == NETWORK_KNOWN)
			t_true(ip_prefix_contains(&network.prefix, &asked.prefix.base));
	}
	mmdb_close(&db);
}

T_TEST(agrees_with_a_slow_search)
{
	for (uint64_t seed = 1; seed <= 10; seed++)
		round_of(seed * 0x9e3779b97f4a7c15u);
}

static struct ip_prefix prefix_of(const char *text)
{
	struct ip_prefix prefix = {0};

	t_need(ip_prefix_parse(str_from(text), &prefix, NULL));
	return prefix;
}

static uint32_t asn_of(const struct mmdb *db, const char *text)
{
	struct network network = {0};
	struct ip ip = {{0}};

	t_need(ip_parse(str_from(text), &ip));
	t_int(mmdb_lookup(db, &ip, &network, NULL), 0);
	return network.asn;
}

T_TEST(ipv4_stands_behind_its_aliases)
{
	static const char *const networks[] = { "192.0.2.0/24", "2001::/32", "2002:c000::/24",
		"::192.0.2.0/120", "2001:db8::/32" };
	struct mmdb_build *build = mmdb_build_create("aliases");
	struct mmdb *db;

	for (size_t i = 0; i < 5; i++) {
		struct ip_prefix prefix = prefix_of(networks[i]);

		add(build, &prefix, (uint32_t)(64500 + i));
	}
	t_int(mmdb_build_write(build, t_tmpfile("aliases.mmdb"), NULL), 0);
	t_int(mmdb_build_stats(build).networks, 5);
	t_int(mmdb_build_stats(build).skipped, 3);
	t_int(mmdb_build_stats(build).records, 2);
	mmdb_build_free(&build);
	db = mmdb_open(t_tmpfile("aliases.mmdb"), NULL);
	t_need(db != NULL);
	t_int(asn_of(db, "192.0.2.1"), 64500);
	t_int(asn_of(db, "2002:c000:0201::1"), 64500);
	t_int(asn_of(db, "2001:0:c000:0201::1"), 64500);
	t_int(asn_of(db, "2001:db8::1"), 64504);
	t_int(asn_of(db, "192.0.3.1"), 0);
	mmdb_close(&db);
}

/* All of IPv4 in one leaf of the IPv6 tree, above ::/96. */
T_TEST(wide_ipv6_network_covers_ipv4)
{
	struct ip_prefix wide = prefix_of("::/8"), narrow = prefix_of("2001:db8::/32");
	struct mmdb_build *build = mmdb_build_create("wide");
	struct network network = {0};
	struct ip ip = ip_from_v4(0xc0000201);
	char text[IP_PREFIX_TEXT_MAX];
	struct mmdb *db;

	add(build, &wide, 64500);
	add(build, &narrow, 64501);
	t_int(mmdb_build_write(build, t_tmpfile("wide.mmdb"), NULL), 0);
	mmdb_build_free(&build);
	db = mmdb_open(t_tmpfile("wide.mmdb"), NULL);
	t_need(db != NULL);
	t_int(mmdb_lookup(db, &ip, &network, NULL), 0);
	t_int(network.asn, 64500);
	t_str(ip_prefix_format(&network.prefix, text), "0.0.0.0/0");
	t_int(asn_of(db, "2002:c000:201::"), 64500);
	t_int(asn_of(db, "2001:db8::1"), 64501);
	t_int(asn_of(db, "3001:db8::1"), 0);
	mmdb_close(&db);
}

T_TEST(equal_neighbours_become_one)
{
	struct mmdb_build *build = mmdb_build_create("merge");
	struct network network = {0};
	struct ip ip = ip_from_v4(0xc0000203);
	struct mmdb *db;

	for (uint32_t i = 0; i < 256; i++) {
		struct ip one = ip_from_v4(0xc0000200 + (i * 7 & 255)); /* out of order */
		struct ip_prefix prefix = ip_prefix_make(&one, 128);

		add(build, &prefix, 64500);
	}
	t_int(mmdb_build_write(build, t_tmpfile("merge.mmdb"), NULL), 0);
	t_int(mmdb_build_stats(build).records, 1);
	mmdb_build_free(&build);
	db = mmdb_open(t_tmpfile("merge.mmdb"), NULL);
	t_need(db != NULL);
	t_int(mmdb_lookup(db, &ip, &network, NULL), 0);
	t_int(network.prefix.bits, 120);
	mmdb_close(&db);
}

/* 24, 28 and 32 bit records: the data must be large, so the names are. */
static void many_names(size_t n, unsigned record_size)
{
	struct mmdb_build *build = mmdb_build_create("large");
	char name[MMDB_BUILD_NAME_MAX + 1];
	struct mmdb *db;

	memset(name, 'x', sizeof name);
	for (size_t i = 0; i < n; i++) {
		struct ip ip = ip_from_v4((uint32_t)(0x0a000000 + i));
		struct ip_prefix prefix = ip_prefix_make(&ip, 128);
		struct mmdb_build_record record = { .asn = (uint32_t)i + 1,
			.org = str_make(name, sizeof name) };

		t_need(mmdb_build_add(build, &prefix, &record, NULL) == 0);
	}
	t_int(mmdb_build_write(build, t_tmpfile("large.mmdb"), NULL), 0);
	t_int(mmdb_build_stats(build).record_size, record_size);
	mmdb_build_free(&build);
	db = mmdb_open(t_tmpfile("large.mmdb"), NULL);
	t_need(db != NULL);
	for (size_t i = 0; i < n; i += 997) {
		struct ip ip = ip_from_v4((uint32_t)(0x0a000000 + i));
		struct network network = {0};

		t_int(mmdb_lookup(db, &ip, &network, NULL), 0);
		t_int(network.asn, i + 1);
		t_int(network.org.len, MMDB_BUILD_NAME_MAX); /* cut */
	}
	mmdb_close(&db);
}

T_TEST(records_are_as_wide_as_needed)
{
	many_names(1000, 24);
	many_names(20000, 28);
}

T_TEST(old_file_stays_when_the_new_one_fails)
{
	struct mmdb_build *build = mmdb_build_create("fails");
	struct error error;
	struct stat state;
	char path[512];

	snprintf(path, sizeof path, "%s/missing/x.mmdb", t_tmpdir());
	t_int(mmdb_build_write(build, path, &error), -1);
	t_true(strstr(error.text, "No such file") != NULL);
	snprintf(path, sizeof path, "%s/dir", t_tmpdir());
	t_int(mkdir(path, 0755), 0);
	t_int(mmdb_build_write(build, path, &error), -1); /* cannot be renamed over a directory */
	t_int(stat(path, &state), 0);
	t_true(S_ISDIR(state.st_mode));
	t_int(rmdir(path), 0);
	mmdb_build_free(&build);
}
