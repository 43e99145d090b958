/* Our databases against libloc itself. */
#include "geoip/mmdb_source_loc.h"

#include <libloc/database.h>
#include <libloc/libloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "geoip/mmdb.h"
#include "geoip/mmdb_build.h"
#include "test-harness/t.h"

enum { ASKED = 20000, SAMPLE_STEP = 61 };

struct made {
	struct mmdb_build *asn, *country; /* two files, as depeer-mmdb makes them */
	struct ip_prefix *sample; /* every 61st network */
	size_t n, seen;
};

static int receive(void *context, const struct mmdb_source_network *network,
	struct error *error)
{
	struct made *made = context;
	struct mmdb_build_record asn = { .asn = network->asn, .org = network->org };
	struct mmdb_build_record country = {0};

	memcpy(country.country, network->country, sizeof country.country);
	if (made->seen++ % SAMPLE_STEP == 0 && made->n < ASKED * 2)
		made->sample[made->n++] = network->prefix;
	if (mmdb_build_add(made->asn, &network->prefix, &asn, error) != 0)
		return -1;
	return mmdb_build_add(made->country, &network->prefix, &country, error);
}

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* A quarter each: anywhere in IPv4, anywhere in 2000::/3, and (half) within a known network. */
static struct ip random_address(const struct made *made, uint64_t *state)
{
	struct ip ip = {{0}};
	uint64_t words[2] = { next_random(state), next_random(state) };
	uint64_t kind = next_random(state) % 4;

	if (kind == 0)
		return ip_from_v4((uint32_t)words[0]);
	memcpy(ip.bytes, words, sizeof words);
	if (kind == 1) {
		ip.bytes[0] = 0x20 | (ip.bytes[0] & 0x1f);
		return ip;
	}
	{
		const struct ip_prefix *prefix = &made->sample[next_random(state) % made->n];

		for (unsigned i = 0; i < prefix->bits; i++) {
			uint8_t bit = (uint8_t)(0x80 >> i % 8);

			ip.bytes[i / 8] = (uint8_t)((ip.bytes[i / 8] & ~bit) |
				(prefix->base.bytes[i / 8] & bit));
		}
	}
	return ip;
}

/* IPv4 by other names: libloc knows 2001::/32 and 2002::/16 as networks, we as aliases. */
static bool aliased(const struct ip *ip)
{
	return ip->bytes[0] == 0x20 && (ip->bytes[1] == 0x02 ||
		(ip->bytes[1] == 0x01 && ip->bytes[2] == 0 && ip->bytes[3] == 0));
}

static void libloc_answer(struct loc_database *loc, const struct ip *ip, uint32_t *asn,
	char country[3])
{
	struct loc_network *network = NULL;
	struct in6_addr address;
	const char *code;

	*asn = 0;
	memset(country, 0, 3);
	memcpy(&address, ip->bytes, 16);
	if (loc_database_lookup(loc, &address, &network) != 0 || network == NULL)
		return;
	*asn = loc_network_get_asn(network);
	code = loc_network_get_country_code(network);
	if (code != NULL && ascii_alpha(code[0]) && ascii_alpha(code[1]))
		memcpy(country, code, 2);
	loc_network_unref(network);
}

static struct mmdb *finish(struct mmdb_build *build, const char *name,
	const struct mmdb_source_info *info)
{
	struct error error = {{0}};
	struct mmdb *db;

	mmdb_build_describe(build, info->origin, info->licence, info->epoch);
	t_int(mmdb_build_write(build, t_tmpfile(name), &error), 0);
	mmdb_build_free(&build);
	db = mmdb_open(t_tmpfile(name), &error);
	t_str(error.text, "");
	t_need(db != NULL);
	t_int(mmdb_info(db)->build_epoch, info->epoch);
	return db;
}

static void make_databases(const char *source, struct made *made, struct mmdb *dbs[2])
{
	struct mmdb_source_info info;
	struct error error = {{0}};

	made->asn = mmdb_build_create("loc-asn");
	made->country = mmdb_build_create("loc-country");
	made->sample = calloc(ASKED * 2, sizeof *made->sample);
	t_need(made->asn != NULL && made->country != NULL && made->sample != NULL);
	t_int(mmdb_source_loc_read(source, receive, made, &info, &error), 0);
	t_str(error.text, "");
	t_true(info.epoch > 1500000000 && info.has_asn && info.has_country);
	dbs[0] = finish(made->asn, "asn.mmdb", &info);
	dbs[1] = finish(made->country, "country.mmdb", &info);
	t_true(!mmdb_info(dbs[0])->has_country && !mmdb_info(dbs[1])->has_asn);
}

static struct loc_database *open_libloc(const char *source, struct loc_ctx **context)
{
	struct loc_database *loc = NULL;
	FILE *file = fopen(source, "r");

	t_need(file != NULL && loc_new(context) == 0);
	t_need(loc_database_new(*context, &loc, file) == 0);
	fclose(file);
	return loc;
}

T_TEST(agrees_with_libloc)
{
	const char *source = mmdb_source_loc_default();
	uint64_t state = 0x2545f4914f6cdd1du;
	struct made made = {0};
	struct loc_database *loc;
	struct loc_ctx *context;
	size_t known = 0, v4 = 0;
	struct mmdb *dbs[2];

	if (source == NULL)
		t_skip("libloc-database is not installed");
	make_databases(source, &made, dbs);
	loc = open_libloc(source, &context);
	for (size_t asked = 0; asked < ASKED; ) {
		struct ip ip = random_address(&made, &state);
		struct network network = {0};
		char country[3], text[IP_TEXT_MAX];
		uint32_t asn;

		if (aliased(&ip))
			continue;
		asked++;
		libloc_answer(loc, &ip, &asn, country);
		for (size_t i = 0; i < 2; i++)
			t_int(mmdb_lookup(dbs[i], &ip, &network, NULL), 0);
		if (!t_int(network.asn, asn) || !t_str(network.country, country))
			printf("# %s\n", ip_format(&ip, text));
		known += network.asn_state == NETWORK_KNOWN;
		v4 += ip_is_v4(&ip);
	}
	printf("# %d addresses, %zu of them IPv4, %zu with an AS number\n", ASKED, v4, known);
	t_true(known > ASKED / 2 && v4 > ASKED / 4);
	loc_database_unref(loc);
	loc_unref(context);
	mmdb_close(&dbs[0]);
	mmdb_close(&dbs[1]);
	free(made.sample);
}

T_TEST(refuses_what_is_cut_off)
{
	const char *source = mmdb_source_loc_default();
	struct mmdb_source_info info;
	struct made made = {0};
	struct error error;
	size_t len;
	char *bytes;

	if (source == NULL)
		t_skip("libloc-database is not installed");
	bytes = t_read(source, &len);
	for (size_t i = 0; i < 4; i++) {
		static const size_t parts[] = { 0, 1, 400000, 999999 };

		t_write(t_tmpfile("cut.db"), bytes, parts[i] == 1 ? 100 :
			(size_t)((unsigned long long)len * parts[i] / 1000000));
		t_int(mmdb_source_loc_read(t_tmpfile("cut.db"), receive, &made, &info, &error), -1);
		t_true(strstr(error.text, "cut off") != NULL);
	}
	t_int(made.seen, 0);
}

T_TEST(refuses_what_libloc_did_not_write)
{
	struct mmdb_source_info info;
	struct made made = {0};
	struct error error;

	t_write(t_tmpfile("junk.db"), "<html>502</html>", 16);
	t_int(mmdb_source_loc_read(t_tmpfile("junk.db"), receive, &made, &info, &error), -1);
	t_true(strstr(error.text, "not a libloc database") != NULL);
	t_int(mmdb_source_loc_read(t_tmpfile("missing.db"), receive, &made, &info, &error), -1);
	t_true(strstr(error.text, "No such file") != NULL);
}
