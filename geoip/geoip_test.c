/* Databases and lists together. */
#include "geoip/geoip.h"

#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "geoip/mmdb_build.h"
#include "test-harness/t.h"

static const char *database(const char *name, const char *network, uint32_t asn,
	const char *country)
{
	struct mmdb_build *build = mmdb_build_create(name);
	struct mmdb_build_record record = { .asn = asn, .org = str_from(asn ? "ORG" : "") };
	struct ip_prefix prefix;

	t_need(build != NULL && ip_prefix_parse(str_from(network), &prefix, NULL));
	snprintf(record.country, sizeof record.country, "%s", country);
	t_int(mmdb_build_add(build, &prefix, &record, NULL), 0);
	t_int(mmdb_build_write(build, t_tmpfile(name), NULL), 0);
	mmdb_build_free(&build);
	return t_tmpfile(name);
}

static void add_list(struct geoip *geoip, const char *name, const char *text)
{
	struct diags diags = {0};
	struct network_list *list = network_list_parse(name, name, str_from(text), &diags);

	t_need(list != NULL);
	t_int(geoip_add_list(geoip, list), 0);
	diags_clear(&diags);
}

static struct network lookup(const struct geoip *geoip, const char *text, int32_t day)
{
	struct network network;
	struct ip ip = {{0}};

	memset(&network, 0xa5, sizeof network); /* geoip_lookup fills all of it */
	t_need(ip_parse(str_from(text), &ip));
	geoip_lookup(geoip, &ip, day, &network);
	t_true(ip_equal(&network.ip, &ip));
	return network;
}

T_TEST(answers_from_all_it_has)
{
	struct geoip *geoip = geoip_create();
	struct network network;

	t_need(geoip != NULL);
	t_int(geoip_add_database(geoip, database("cc", "192.0.0.0/16", 0, "NL"), NULL), 0);
	t_int(geoip_add_database(geoip, database("asn", "192.0.2.0/24", 64500, ""), NULL), 0);
	t_int(geoip_add_database(geoip, database("later", "192.0.2.0/24", 9, "DE"), NULL), 0);
	add_list(geoip, "first", "AS1\n10.1.0.0/16 inside\n");
	add_list(geoip, "second", "AS64000-AS64999 one entry a list\n192.0.2.0/25\n");
	add_list(geoip, "third", "AS64000-AS64999 range\n");
	t_int(geoip_databases(geoip), 3);
	t_int(geoip_lists(geoip), 3);
	t_str(geoip_list_info(geoip, 1)->name, "second");
	t_true(geoip_list_info(geoip, 3) == NULL && geoip_list(geoip, 3) == NULL);
	t_true(geoip_database_info(geoip, 3) == NULL);
	t_true(geoip_database_info(geoip, 0)->has_country);

	network = lookup(geoip, "192.0.2.1", 0);
	t_int(network.asn, 64500); /* the earlier database is asked first */
	t_str(network.country, "NL");
	t_slice(network.org, "ORG");
	t_int(network.prefix.bits, 120);
	t_int(network.listings_n, 2);
	t_int(network.listing_lists[0], 1);
	t_str(network.listings[0]->entry, "192.0.2.0/25");
	t_int(network.listing_lists[1], 2);
	t_str(network.listings[1]->note, "range");
	t_true(!network.listings_incomplete);

	network = lookup(geoip, "10.1.2.3", 0);
	t_int(network.asn_state, NETWORK_NONE);
	t_int(network.country_state, NETWORK_NONE);
	t_int(network.listings_n, 1);
	t_int(network.listing_lists[0], 0);
	t_true(!network.listings_incomplete); /* it has none, and that is known */
	geoip_free(&geoip);
	t_true(geoip == NULL);
}

T_TEST(without_a_database_asns_are_unknown)
{
	struct geoip *geoip = geoip_create();
	struct network network;

	t_need(geoip != NULL);
	add_list(geoip, "prefixes", "192.0.2.0/24\n");
	network = lookup(geoip, "192.0.2.1", 0);
	t_int(network.asn_state, NETWORK_UNKNOWN);
	t_int(network.listings_n, 1);
	t_true(!network.listings_incomplete);
	add_list(geoip, "asns", "AS64500\n");
	network = lookup(geoip, "192.0.2.1", 0);
	t_true(network.listings_incomplete);
	geoip_free(&geoip);
}

T_TEST(the_day_of_the_mail_counts)
{
	struct geoip *geoip = geoip_create();
	int32_t then = 0, now = 0;

	t_need(geoip != NULL && date_parse(STR("2007-06-01"), &then) &&
		date_parse(STR("2026-06-01"), &now));
	add_list(geoip, "old", "208.72.168.0/21 2006-11-17..2008-11-11 McColo\n");
	t_int(lookup(geoip, "208.72.168.1", then).listings_n, 1);
	t_int(lookup(geoip, "208.72.168.1", now).listings_n, 0);
	geoip_free(&geoip);
}

T_TEST(a_list_past_its_last_day_is_not_asked)
{
	struct geoip *geoip = geoip_create();

	t_need(geoip != NULL);
	add_list(geoip, "old", "192.0.2.0/24\nAS64500\n");
	t_true(geoip_last_days(geoip) == NULL);
	geoip_limit_list(geoip, 0, DATE_MAX);
	t_true(geoip_last_days(geoip) == NULL);
	geoip_limit_list(geoip, 0, 100);
	add_list(geoip, "mine", "192.0.2.7\n");
	t_need(geoip_last_days(geoip) != NULL);
	t_int(geoip_last_days(geoip)[0], 100);
	t_int(geoip_last_days(geoip)[1], DATE_MAX);
	t_int(lookup(geoip, "192.0.2.7", 100).listings_n, 2);
	t_true(lookup(geoip, "192.0.2.7", 100).listings_incomplete); /* without a database */
	t_int(lookup(geoip, "192.0.2.7", 101).listings_n, 1);
	t_str(lookup(geoip, "192.0.2.7", 101).listings[0]->name, "mine");
	t_true(!lookup(geoip, "192.0.2.7", 101).listings_incomplete); /* the other has no ASNs */
	t_int(lookup(geoip, "192.0.2.7", NETWORK_LIST_ANY_DAY).listings_n, 2);
	geoip_free(&geoip);
}

T_TEST(at_most_so_many_listings)
{
	struct geoip *geoip = geoip_create();
	struct network network;

	t_need(geoip != NULL);
	for (size_t i = 0; i < NETWORK_LISTINGS_MAX + 3; i++)
		add_list(geoip, "same", "192.0.2.0/24\n192.0.0.0/16\n");
	network = lookup(geoip, "192.0.2.1", 0);
	t_int(network.listings_n, NETWORK_LISTINGS_MAX);
	t_true(network.listings_incomplete); /* not "not in the last three" */
	network = lookup(geoip, "10.9.9.9", 0);
	t_true(!network.listings_incomplete);
	geoip_free(&geoip);
}

T_TEST(a_refused_database_changes_nothing)
{
	struct geoip *geoip = geoip_create();
	struct error error = {{0}};

	t_need(geoip != NULL);
	t_write(t_tmpfile("junk"), "junk", 4);
	t_int(geoip_add_database(geoip, t_tmpfile("junk"), &error), -1);
	t_true(strstr(error.text, "no MaxMind DB") != NULL);
	t_int(geoip_databases(geoip), 0);
	t_int(lookup(geoip, "192.0.2.1", 0).asn_state, NETWORK_UNKNOWN);
	geoip_free(&geoip);
}

/* One database is damaged for this address, the next one has nothing on it: unknown. */
T_TEST(nothing_elsewhere_does_not_heal_damage)
{
	struct mmdb_build *build = mmdb_build_create("two");
	struct mmdb_build_record good = { .asn = 1 }, bad = { .asn = 0x123456 };
	struct ip_prefix a, b;
	struct geoip *geoip = geoip_create();
	struct network network;
	size_t len, at;
	char *bytes;

	t_need(geoip != NULL && build != NULL);
	t_need(ip_prefix_parse(STR("10.0.0.0/8"), &a, NULL) &&
		ip_prefix_parse(STR("192.0.2.0/24"), &b, NULL));
	t_int(mmdb_build_add(build, &a, &good, NULL), 0);
	t_int(mmdb_build_add(build, &b, &bad, NULL), 0);
	t_int(mmdb_build_write(build, t_tmpfile("two"), NULL), 0);
	mmdb_build_free(&build);
	bytes = t_read(t_tmpfile("two"), &len);
	at = str_find(str_make(bytes, len), STR("\xc3\x12\x34\x56"));
	t_need(at != SIZE_MAX);
	bytes[at] = '\x68';
	t_write(t_tmpfile("two"), bytes, len);
	t_int(geoip_add_database(geoip, t_tmpfile("two"), NULL), 0);
	t_int(geoip_add_database(geoip, database("other", "10.0.0.0/8", 7, "DE"), NULL), 0);
	add_list(geoip, "asns", "AS64500\n");
	network = lookup(geoip, "192.0.2.1", 0);
	t_int(network.asn_state, NETWORK_UNKNOWN);
	t_int(network.country_state, NETWORK_NONE); /* the damaged one has no countries */
	t_true(network.listings_incomplete);
	network = lookup(geoip, "10.0.0.1", 0);
	t_int(network.asn, 1);
	geoip_free(&geoip);
}
