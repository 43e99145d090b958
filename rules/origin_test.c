/* Countries and AS numbers of relays, as header rules and check_asn see them. */
#include <stdio.h>

#include "rules/testing.h"

enum { RELAYS_MAX = 4 };

struct mail {
	struct network networks[RELAYS_MAX];
	struct fact_relay relays[RELAYS_MAX];
	struct facts facts;
};

/* A relay whose network is "CC ASN"; "** 0": a private address; "? 0": no database; "- 0": the
 * database has nothing. */
static void add_relay(struct mail *mail, const char *ip, const char *network, bool authenticated)
{
	char country[3] = "";
	unsigned asn = 0;
	t_need(mail->facts.relays_n < RELAYS_MAX);
	t_need(sscanf(network, "%2s %u", country, &asn) == 2);
	struct fact_relay *relay = &mail->relays[mail->facts.relays_n];
	struct network *known = &mail->networks[mail->facts.relays_n];
	mail->facts.relays = mail->relays;
	*relay = (struct fact_relay){ .ip_text = str_from(ip), .has_ip = *ip != '\0',
		.authenticated = authenticated, .received = (unsigned)mail->facts.relays_n++ };
	if (!strcmp(country, "**"))
		return;
	relay->network = known;
	if (!strcmp(country, "?"))
		return;
	*known = (struct network){ .asn_state = asn ? NETWORK_KNOWN : NETWORK_NONE,
		.asn = asn, .org = STR("BULLETPROOF-EX"), .prefix_state = NETWORK_KNOWN,
		.country_state = strcmp(country, "-") ? NETWORK_KNOWN : NETWORK_NONE };
	memcpy(known->country, country, sizeof country);
	t_need(ip_prefix_parse(STR("198.51.100.0/24"), &known->prefix, NULL));
}

static struct mail empty_mail(void)
{
	struct mail mail = { .facts = { .day = 20000 } };
	return mail;
}

/* 10.0.0.1 is ours; behind it come the client's relays. */
static void fill(struct mail *mail)
{
	*mail = empty_mail();
	add_relay(mail, "10.0.0.1", "** 0", false);
	add_relay(mail, "198.51.100.7", "YY 64501", false);
	add_relay(mail, "203.0.113.9", "- 0", false);
	add_relay(mail, "192.168.1.1", "** 0", false);
}

static void check_header(const struct mail *mail, const char *field, const char *regex,
	const char *expected)
{
	char rules[300];
	snprintf(rules, sizeof rules, "header A %s =~ /%s/\n", field, regex);
	const char *hits = rules_hits(rules, &mail->facts);
	if (strcmp(hits, expected) != 0)
		printf("# %s =~ /%s/\n", field, regex);
	t_str(hits, expected);
}

T_TEST(countries_of_relays)
{
	struct mail mail;
	fill(&mail);
	check_header(&mail, "X-Relay-Countries", "\\AYY XX \\*\\*\\z", "A");
	check_header(&mail, "x-relay-countries-untrusted", "\\AYY XX \\*\\*\\z", "A");
	check_header(&mail, "X-Relay-Countries-External", "\\AYY XX \\*\\*\\z", "A");
	check_header(&mail, "X-Relay-Countries-Trusted", "\\A\\*\\*\\z", "A");
	check_header(&mail, "X-Relay-Countries-Internal", "\\A\\*\\*\\z", "A");
	check_header(&mail, "X-Relay-Countries-All", "\\A\\*\\* YY XX \\*\\*\\z", "A");
	check_header(&mail, "X-Relay-Countries-Auth", "\\A\\z", "A");
	check_header(&mail, "X-Relay-Countries", "ZZ", "");
	mail = empty_mail();
	add_relay(&mail, "10.0.0.1", "** 0", false);
	add_relay(&mail, "198.51.100.7", "YY 1", true);
	add_relay(&mail, "10.0.0.2", "** 0", false);
	check_header(&mail, "X-Relay-Countries-Auth", "\\AYY \\*\\*\\z", "A");
	mail = empty_mail();
	add_relay(&mail, "", "** 0", false); /* mail of this host's own */
	add_relay(&mail, "198.51.100.7", "YY 64501", false);
	check_header(&mail, "X-Relay-Countries-All", "\\A\\z", "A");
	check_header(&mail, "X-ASN", ".", "");
}

T_TEST(the_client_alone_has_a_country)
{
	struct network network = { .country_state = NETWORK_KNOWN, .country = "YY",
		.asn_state = NETWORK_KNOWN, .asn = 64501 };
	struct mail mail = { .facts = { .client = &network } };
	t_need(ip_parse(STR("198.51.100.7"), &network.ip));
	check_header(&mail, "X-Relay-Countries", "\\AYY\\z", "A");
	check_header(&mail, "X-ASN", "\\A64501\\z", "A");
	t_need(ip_parse(STR("10.0.0.1"), &network.ip));
	check_header(&mail, "X-Relay-Countries-All", "\\A\\*\\*\\z", "A");
}

T_TEST(without_a_database_nothing_is_said)
{
	struct mail mail = empty_mail();
	add_relay(&mail, "198.51.100.7", "? 0", false);
	check_header(&mail, "X-Relay-Countries", "YY", "A:country-unknown");
	check_header(&mail, "X-ASN", "64501", "A:asn-unknown");
	t_str(rules_hits("header A X-Relay-Countries !~ /YY/\nheader B exists:X-ASN\n"
		"header C eval:check_asn('/^AS64501/')\nmeta M !A\n", &mail.facts),
		"A:country-unknown B:asn-unknown C:asn-unknown M:part-unknown");
	t_str(rules_hits("header __C Subject =~ /(?<CC>[A-Z]+)/\n"
		"header A X-Relay-Countries =~ /%{CC}/\n",
		&mail.facts), "");
	/* what needs no database is known */
	check_header(&mail, "X-Relay-Countries-Internal", "\\A\\z", "A");
	mail = empty_mail();
	add_relay(&mail, "10.0.0.1", "** 0", false);
	check_header(&mail, "X-Relay-Countries-All", "\\A\\*\\*\\z", "A");
	check_header(&mail, "X-ASN", ".", "");
	t_str(rules_hits("header C eval:check_asn('/./')\n", &mail.facts), "");
}

T_TEST(a_template_on_what_is_unknown_is_unknown)
{
	struct fact_header subject = { STR("Subject"), STR(" YY"), STR("YY") };
	struct mail mail = empty_mail();
	add_relay(&mail, "198.51.100.7", "? 0", false);
	mail.facts.headers = &subject;
	mail.facts.headers_n = 1;
	t_str(rules_hits("header __C Subject =~ /(?<CC>[A-Z]+)/\n"
		"header A X-Relay-Countries =~ /%{CC}/\n",
		&mail.facts), "A:country-unknown");
}

T_TEST(as_number_of_the_first_relay_that_is_not_ours)
{
	static const struct { const char *call, *hits; } cases[] = {
		{ "check_asn('/^AS64501\\b/')", "A" }, { "check_asn('^AS64501 BULLETPROOF-EX$')", "A" },
		{ "check_asn('/bulletproof/i')", "A" }, { "check_asn('/bulletproof/')", "" },
		{ "check_asn('/^64501/')", "" }, { "check_asn('/^AS6450$/', 'ASN')", "" },
		{ "check_asn('m{^198\\.51\\.100\\.0/24$}', 'ASNCIDR')", "A" },
		{ "check_asn('/^10/', 'ASNCIDR')", "" }, { "check_asn('/./', 'MYASN')", "A:no-such-tag" },
		{ "check_asn('/(/')", "A:regex" }, { "check_asn()", "" },
	};
	struct mail mail;
	fill(&mail);
	check_header(&mail, "X-ASN", "\\A64501\\z", "A");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char rules[200];
		snprintf(rules, sizeof rules, "header A eval:%s\n", cases[i].call);
		t_str(rules_hits(rules, &mail.facts), cases[i].hits);
	}
	mail.networks[1].asn_state = NETWORK_NONE;
	t_str(rules_hits("header A exists:X-ASN\nheader B eval:check_asn('/./')\n", &mail.facts), "");
}

T_TEST(plugins_are_here)
{
	struct mail mail;
	fill(&mail);
	t_str(rules_hits("ifplugin Mail::SpamAssassin::Plugin::RelayCountry\n"
		"header A X-Relay-Countries =~ /YY/\nendif\n"
		"if can(Mail::SpamAssassin::Plugin::ASN::has_check_asn)\n"
		"header B eval:check_asn('/^AS64501\\b/')\nendif\n", &mail.facts), "A B");
}
