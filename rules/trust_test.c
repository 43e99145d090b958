/* Whose relays are whose, as SpamAssassin tells: and what rules see of it. */
#include "rules/testing.h"

#include <stdio.h>

/* The chain of all cases: the client, two private hops, one far away that says it is ours. */
static const struct fact_relay chain[] = {
	{ .ip_text = { "198.51.100.7", 12 }, .has_ip = true },
	{ .ip_text = { "10.1.2.3", 8 }, .has_ip = true, .received = 1 },
	{ .ip_text = { "203.0.113.9", 11 }, .has_ip = true, .received = 2 },
	{ .ip_text = { "198.51.100.8", 12 }, .has_ip = true, .received = 3 },
};
static const struct fact_header headers[] = {
	{ { "Received", 8 }, { " one", 4 }, { "one", 3 } }, { { "X-A", 3 }, { " a", 2 }, { "a", 1 } },
	{ { "Received", 8 }, { " two", 4 }, { "two", 3 } }, { { "X-B", 3 }, { " b", 2 }, { "b", 1 } },
	{ { "Received", 8 }, { " three", 6 }, { "three", 5 } },
	{ { "Subject", 7 }, { " s", 2 }, { "s", 1 } },
};

/* "trusted=n internal=n msa=n", of n relays from the client on. */
static const char *marked(const char *settings, const struct facts *facts)
{
	static char said[100];
	int found[3] = { -1, -1, -1 };
	for (int n = 0; n <= 4; n++) {
		char rules[2000];
		snprintf(rules, sizeof rules, "%s\nheader T X-Spam-Relays-Trusted =~ /^(?:\\[[^]]*\\] ?){%d}$/\n"
			"header I X-Spam-Relays-Internal =~ /^(?:\\[[^]]*\\] ?){%d}$/\n"
			"header M X-Spam-Relays-Trusted =~ /^(?:[^]]* msa=0 \\] ?){%d}[^]]* msa=1/\n",
			settings, n, n, n);
		const char *hits = rules_hits(rules, facts);
		found[0] = strchr(hits, 'T') ? n : found[0];
		found[1] = strchr(hits, 'I') ? n : found[1];
		found[2] = strchr(hits, 'M') ? n : found[2];
	}
	snprintf(said, sizeof said, "trusted=%d internal=%d msa=%d", found[0], found[1], found[2]);
	return said;
}

T_TEST(the_first_foreign_relay_ends_it)
{
	static const struct {
		const char *settings, *said;
	} cases[] = {
		{ "", "trusted=0 internal=0 msa=-1" },
		{ "trusted_networks 198.51.100.0/24", "trusted=1 internal=1 msa=-1" },
		{ "trusted_networks 198.51.100. 10/8", "trusted=2 internal=2 msa=-1" },
		{ "internal_networks 198.51.100. 10.1.2.3", "trusted=2 internal=2 msa=-1" },
		{ "trusted_networks 198.51.100. 10/8\ninternal_networks 198.51.100.7",
		  "trusted=2 internal=1 msa=-1" },
		{ "trusted_networks !198.51.100.7 0/0", "trusted=0 internal=0 msa=-1" },
		{ "trusted_networks 0/0 !198.51.100.7", "trusted=4 internal=4 msa=-1" },
		{ "trusted_networks 198.51.100.7\nmsa_networks 198.51.100.7",
		  "trusted=4 internal=4 msa=0" },
		{ "trusted_networks 198.51.100. 10/8\ninternal_networks 198.51.100.\n"
		  "msa_networks 10.1.2.3", "trusted=4 internal=1 msa=1" },
		{ "trusted_networks 0/0\nclear_trusted_networks", "trusted=0 internal=0 msa=-1" },
		{ "trusted_networks 0/0\nclear_trusted_networks\ntrusted_networks 2001:db8::/32",
		  "trusted=0 internal=0 msa=-1" },
	};
	struct facts facts = { .relays = chain, .relays_n = 4 };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (!t_str(marked(cases[i].settings, &facts), cases[i].said))
			t_str(cases[i].settings, "");
}

T_TEST(without_settings_private_and_authenticated_relays_are_trusted)
{
	struct fact_relay relays[] = { chain[1], chain[0], chain[2], chain[1] };
	struct facts facts = { .relays = relays, .relays_n = 4 };
	t_str(marked("", &facts), "trusted=1 internal=1 msa=-1");
	relays[1].authenticated = true;
	t_str(marked("", &facts), "trusted=2 internal=2 msa=-1");
	t_str(marked("trusted_networks 10/8", &facts), "trusted=2 internal=2 msa=-1");
	struct fact_relay local[] = { { .helo = STR("x") }, chain[1], chain[0] };
	facts = (struct facts){ .relays = local, .relays_n = 3 };
	t_str(marked("", &facts), "trusted=0 internal=0 msa=-1"); /* no client, no relays */
}

T_TEST(the_client_alone)
{
	struct network network = { .ip = ip_from_v4(0x7f000001) };
	struct facts facts = { .client = &network };
	t_str(marked("trusted_networks 192.0.2.1", &facts), "trusted=1 internal=1 msa=-1");
	network.ip = ip_from_v4(0xc0000201);
	t_str(marked("trusted_networks 192.0.2.1", &facts), "trusted=1 internal=1 msa=-1");
	t_str(marked("trusted_networks 192.0.2.2", &facts), "trusted=0 internal=0 msa=-1");
}

T_TEST(headers_of_trusted_relays)
{
	static const char rules[] = "header A ALL-TRUSTED =~ /X-A/\nheader B ALL-TRUSTED =~ /X-B/\n"
		"header C ALL-EXTERNAL =~ /X-A/\nheader D ALL-EXTERNAL =~ /^X-B: b\\nReceived: three/m\n"
		"header E ALL-TRUSTED =~ /Received: two/\nheader F ALL-UNTRUSTED:raw =~ /^Subject: s/m\n"
		"header G ALL-INTERNAL =~ /one/\n";
	struct facts facts = { .headers = headers, .headers_n = 6, .relays = chain, .relays_n = 4 };
	char text[2000];
	t_str(rules_hits(rules, &facts), "C D F"); /* none is trusted */
	snprintf(text, sizeof text, "trusted_networks 198.51.100.7\n%s", rules);
	t_str(rules_hits(text, &facts), "C D F G"); /* "one" may be written by ours */
	snprintf(text, sizeof text, "trusted_networks 198.51.100.7 10/8\n%s", rules);
	t_str(rules_hits(text, &facts), "A D E F G");
	struct fact_relay client = chain[0];
	client.received = 2; /* the second Received line is the client's, the first our own */
	facts.relays = &client;
	facts.relays_n = 1;
	t_str(rules_hits(rules, &facts), "A D E F G");
}
