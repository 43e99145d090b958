/* `network` rules, with what is known and what is not. */
#include "rules/testing.h"

static const struct network_listing listed = { .name = "bad", .file = "lists/bad.list",
	.line = 12, .entry = "AS64500", .note = "", .from = INT32_MIN, .until = INT32_MAX };
static const struct network_listing dated = { .name = "bad", .file = "lists/bad.list",
	.line = 3, .entry = "AS64500", .note = "McBulk", .from = 10000, .until = 10100 };

static struct network known(void)
{
	struct ip base = ip_from_v4(0xc0000200);
	return (struct network){ .ip = ip_from_v4(0xc0000207), .asn_state = NETWORK_KNOWN,
		.asn = 64500, .org = STR("Bulletproof Hosting Ltd"), .prefix_state = NETWORK_KNOWN,
		.prefix = ip_prefix_make(&base, 120), .country_state = NETWORK_KNOWN, .country = "XX" };
}

/* as of the second list declared */
static void add(struct network *network, const struct network_listing *entry)
{
	network->listing_lists[network->listings_n] = 1;
	network->listings[network->listings_n++] = entry;
}

#define LISTS "network_list good AS1\nnetwork_list bad AS64500\n"

static const char *hits_of_client(const char *rules, const struct network *client)
{
	struct facts facts = { .client = client, .day = 20000 };
	return rules_hits(rules, &facts);
}

T_TEST(tests_of_the_client)
{
	struct network network = known();
	t_str(hits_of_client("network A client asn AS1 64500-64510\nnetwork B client asn as64501",
		&network), "A");
	t_str(hits_of_client("network A client cc yy xx\nnetwork B client cc YY", &network), "A");
	t_str(hits_of_client("network A client org /\\bbulletproof\\b/i\nnetwork B client org /x/",
		&network), "A");
	t_str(hits_of_client("network A client cidr 2001:db8::/32 192.0.2.0/24\n"
		"network B client cidr 192.0.2.8", &network), "A");
	t_str(hits_of_client(LISTS "network A client in bad", &network), "");
	add(&network, &listed);
	t_str(hits_of_client(LISTS "network A client in bad\nnetwork B client in good bad\n"
		"network C client in good", &network), "A B");
}

T_TEST(evidence_says_network_and_entry)
{
	static const struct {
		const char *rule, *evidence;
	} cases[] = {
		{ "network A client in bad", "AS64500 192.0.2.0/24 in bad (lists/bad.list:12)" },
		{ "network A client asn AS64500", "AS64500 192.0.2.0/24 Bulletproof Hosting Ltd" },
		{ "network A client cc XX", "AS64500 192.0.2.0/24 in country XX" },
		{ "network A client cidr 192.0.2.0/25", "192.0.2.7 in 192.0.2.0/25" },
	};
	struct network network = known();
	add(&network, &listed);
	struct facts facts = { .client = &network };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char rules[300];
		snprintf(rules, sizeof rules, LISTS "%s", cases[i].rule);
		struct ruleset *set = rules_load(rules);
		struct asked asked = rules_ask(set, &facts, FACT_CONNECT);
		t_need(asked.verdict.hits_n == 1);
		t_slice(asked.verdict.hits[0].evidence, cases[i].evidence);
		arena_free(&asked.arena);
		ruleset_free(&set);
	}
}

T_TEST(a_dated_entry_counts_in_its_time)
{
	struct network network = known();
	add(&network, &dated);
	struct facts facts = { .client = &network };
	static const struct {
		int32_t day;
		const char *hits;
	} cases[] = { { 9999, "" }, { 10000, "A" }, { 10100, "A" }, { 10101, "" } };
	for (size_t i = 0; i < 4; i++) {
		facts.day = cases[i].day;
		t_str(rules_hits(LISTS "network A client in bad", &facts), cases[i].hits);
	}
}

T_TEST(what_is_not_known_is_neither_hit_nor_miss)
{
	struct network network = known();
	network.asn_state = network.country_state = NETWORK_UNKNOWN;
	network.listings_incomplete = true;
	t_str(hits_of_client(LISTS "network A client in bad\nmeta M !A\nmeta N A\nscore N 9", &network),
		"A:asn-unknown M:part-unknown N:part-unknown");
	t_str(hits_of_client("network A client asn AS1", &network), "A:asn-unknown");
	t_str(hits_of_client("network A client org /x/", &network), "A:asn-unknown");
	t_str(hits_of_client("network A client cc YY\nmeta M !A", &network),
		"A:country-unknown M:part-unknown");
	t_str(hits_of_client("network A client cidr 10.0.0.0/8\nmeta M !A", &network), "M");
	add(&network, &listed); /* by prefix, say */
	t_str(hits_of_client(LISTS "network A client in bad\nnetwork B client in good", &network),
		"A B:asn-unknown");
	network = known();
	network.asn_state = network.country_state = NETWORK_NONE; /* asked, and there is nothing */
	t_str(hits_of_client("network A client asn AS1\nnetwork B client cc YY\nmeta M !A && !B",
		&network), "M");
	t_str(hits_of_client("network A client asn AS1\nmeta M !A", NULL), "M"); /* no address */
}

T_TEST(a_list_that_is_too_old_is_unknown)
{
	static const int32_t last_days[] = { INT32_MAX, 20000 }; /* of good, bad */
	static const char rules[] = LISTS "network A client in bad\nnetwork B client in good\n"
		"network C client in bad good\nmeta M !A\nmeta N A\nnetwork R relay in bad\n"
		"network U url in bad\nnetwork O client asn AS64500";
	struct network network = known();
	struct facts facts = { .client = &network, .day = 20000, .list_last_days = last_days };

	t_str(rules_hits(rules, &facts), "M O"); /* its last day */
	facts.day = 20001;
	t_str(rules_hits(rules, &facts), "O A:list-too-old C:list-too-old M:part-unknown "
		"N:part-unknown");
	add(&network, &listed);
	network.listing_lists[0] = 0; /* on the other one: that decides */
	t_str(rules_hits(rules, &facts), "B C O A:list-too-old M:part-unknown N:part-unknown");
	facts.list_last_days = NULL;
	t_str(rules_hits(rules, &facts), "B C M O");
	facts.list_last_days = last_days;
	facts.client = NULL; /* no address: nothing is asked of the list */
	t_str(rules_hits(rules, &facts), "M");
}

T_TEST(relays_and_links)
{
	struct network bad = known(), other = known();
	add(&bad, &listed);
	other.asn = 1;
	struct fact_relay relays[] = { { .network = &bad }, { .network = NULL },
		{ .network = &other } };
	struct facts facts = { .client = &bad, .relays = relays, .relays_n = 3, .day = 20000 };
	static const char rules[] = LISTS "network R relay in bad\nnetwork C client in bad\n"
		"network U url in bad\n";
	t_str(rules_hits(rules, &facts), "C"); /* the first relay is the client itself */
	relays[2].network = &bad;
	t_str(rules_hits(rules, &facts), "R C");
	facts.client = NULL; /* a replay without a client: all of the chain are relays */
	relays[2].network = &other;
	t_str(rules_hits(rules, &facts), "R");
	facts.client = &bad;
	struct fact_url urls[] = {
		{ .url = STR("http://a.example/"), .host = STR("a.example") },
		{ .url = STR("http://192.0.2.7/x"), .host = STR("192.0.2.7"), .host_is_ip = true,
		  .network = &bad } };
	facts.urls = urls;
	facts.urls_n = 1;
	facts.relays_n = 0;
	t_str(rules_hits(rules, &facts), "C");
	facts.urls_n = 2;
	struct ruleset *set = rules_load(rules);
	struct asked asked = rules_ask(set, &facts, FACT_MESSAGE);
	t_str(rules_names(&asked.verdict), "C U");
	t_slice(asked.verdict.hits[1].evidence,
		"http://192.0.2.7/x AS64500 192.0.2.0/24 in bad (lists/bad.list:12)");
	arena_free(&asked.arena);
	ruleset_free(&set);
}

/* ---- what DNS said ---- */

T_TEST(networks_of_names)
{
	struct network bad = known();
	add(&bad, &listed);
	const struct network *at[] = { &bad };
	struct fact_host host = { .name = STR("pills.example"), .networks = at, .networks_n = 1,
		.ttl = 60 };
	struct fact_url url = { .url = STR("http://pills.example/"), .host = STR("pills.example"),
		.dns = &host };
	struct facts facts = { .urls = &url, .urls_n = 1, .day = 20000, .has_dns = true };
	static const char rules[] = LISTS "network U url in bad\nnetwork N url_ns in bad\n"
		"network M mx in bad\nnetwork H helo asn AS64500\nnetwork F from_domain cc XX\n";
	t_str(rules_hits(rules, &facts), "U");
	url.dns = NULL;
	url.ns = &host;
	t_str(rules_hits(rules, &facts), "N");
	url.ns = NULL;
	facts.mx = &host;
	t_str(rules_hits(rules, &facts), "M");
	facts.mx = NULL;
	facts.helo_host = facts.from_host = &host;
	t_str(rules_hits(rules, &facts), "H F");
	facts.has_dns = false;
	facts.helo_host = facts.from_host = NULL;
	t_str(rules_hits(rules, &facts), "N:no-dns M:no-dns H:no-dns F:no-dns");
}

T_TEST(a_name_that_was_not_answered_is_unknown)
{
	struct network bad = known();
	const struct network *at[] = { &bad };
	struct fact_host host = { .name = STR("pills.example"), .unknown = "dns-timeout" };
	struct fact_url url = { .url = STR("http://pills.example/"), .dns = &host };
	struct facts facts = { .urls = &url, .urls_n = 1, .has_dns = true };
	static const char rules[] = "network U url asn AS64500\nnetwork D url dns nxdomain\n"
		"meta M !U\n";
	t_str(rules_hits(rules, &facts), "U:dns-timeout D:dns-timeout M:part-unknown");
	host.networks = at; /* some of the answers came */
	host.networks_n = 1;
	t_str(rules_hits("network U url asn AS64500\nnetwork V url asn AS1\n", &facts),
		"U V:dns-timeout");
	host = (struct fact_host){ .name = STR("pills.example"), .nxdomain = true };
	t_str(rules_hits(rules, &facts), "D M");
}

T_TEST(in_the_clients_network)
{
	struct network client = known(), same = known(), other = known();
	same.ip = ip_from_v4(0xc0000299);
	other.asn = 64501;
	const struct network *at[] = { &same };
	struct fact_host host = { .name = STR("a.example"), .networks = at, .networks_n = 1 };
	struct fact_url url = { .url = STR("http://a.example/"), .dns = &host };
	struct facts facts = { .client = &client, .urls = &url, .urls_n = 1, .has_dns = true };
	t_str(rules_hits("network S url same client", &facts), "S");
	at[0] = &other;
	t_str(rules_hits("network S url same client", &facts), "");
	other.asn_state = NETWORK_UNKNOWN;
	t_str(rules_hits("network S url same client", &facts), "S:asn-unknown");
	facts.client = NULL;
	t_str(rules_hits("network S url same client", &facts), "");
}

T_TEST(flux_counts_distinct_networks)
{
	struct network n[4] = { known(), known(), known(), known() };
	const struct network *all[4] = { &n[0], &n[1], &n[2], &n[3] };
	struct fact_host host = { .name = STR("a.example"), .networks = all, .networks_n = 4,
		.ttl = 120 };
	struct fact_url url = { .url = STR("http://a.example/"), .dns = &host };
	struct facts facts = { .urls = &url, .urls_n = 1, .has_dns = true };
	static const char rules[] = "flux A url networks >= 3 ttl <= 300\n"
		"flux B url networks <= 1\nflux C url ttl >= 121\nflux D url_ns networks >= 1\n";
	n[1].asn = 1;
	t_str(rules_hits(rules, &facts), ""); /* two */
	n[2].asn_state = n[3].asn_state = NETWORK_NONE; /* of one prefix: a third */
	t_str(rules_hits(rules, &facts), "A");
	host.ttl = 301;
	t_str(rules_hits(rules, &facts), "C");
	host.networks_n = 1;
	t_str(rules_hits(rules, &facts), "B C");
	host.unknown = "dns-timeout"; /* more may come, and sooner go */
	t_str(rules_hits(rules, &facts), "A:dns-timeout B:dns-timeout C:dns-timeout");
	facts.has_dns = false;
	url.dns = NULL;
	t_str(rules_hits("flux A url networks >= 3\nnetwork B url dns nxdomain\nnetwork C url asn AS1",
		&facts), "A:no-dns B:no-dns"); /* C: there is no literal address */
	facts.has_dns = true;
	url.dns = &host;
	host.networks_n = 4;
	host.ttl = 20;
	t_str(rules_hits(rules, &facts), "A B:dns-timeout C:dns-timeout");
}
