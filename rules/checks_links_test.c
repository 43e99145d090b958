/* Tests of the checks of what links show and where they lead. */
#include "rules/testing.h"

#define TLDS "util_rb_tld com org\n"

static struct link link_to(const char *raw, const struct link_anchor *anchors, size_t n)
{
	return (struct link){ .raw = str_from(raw), .types = LINK_A, .anchors = anchors,
		.anchors_n = n };
}

T_TEST(https_mismatch)
{
	static const struct { const char *raw, *text; bool hits; } CASES[] = {
		{ "http://evil.com/", "https://bank.com/", true },
		{ "https://www.evil.com:8/x", "see HTTPS://login.bank.com/x now", true },
		{ "http://www.bank.com/", "https://bank.com/", false },
		{ "http://evil.com/", "http://bank.com/", false },
		{ "http://evil.com/", "https://bank.nosuchtld/", false },
		{ "http://evil.com/", "https://192.0.2.1/", true },
		{ "http://192.0.2.1/", "https://bank.com/", false },
		{ "http://evil.nosuchtld/", "https://bank.com/", false },
		{ "ftp://evil.com/", "https://bank.com/", false },
		{ "http://evil.com/", "https:///bank.com https://evil.com", false },
	};
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
		struct link_anchor anchor = { str_from(CASES[i].text), 0 };
		struct link link = link_to(CASES[i].raw, &anchor, 1);
		struct facts facts = { .links = &link, .links_n = 1 };
		if (!t_str(rules_hits(TLDS "body A eval:check_https_http_mismatch()", &facts),
		    CASES[i].hits ? "A" : ""))
			printf("# %s %s\n", CASES[i].raw, CASES[i].text);
	}
}

/* How many links an HTML part has; each part by itself. */
T_TEST(https_mismatch_counts_links)
{
	static const struct link_anchor bad[] = { { { "https://bank.com/", 17 }, 0 } };
	static const struct link_anchor good[] = { { { "x", 1 }, 0 }, { { "y", 1 }, 0 },
		{ { "z", 1 }, 1 } };
	struct link links[] = { link_to("http://evil.com/", bad, 1),
		link_to("http://a.com/", good, 3), link_to("http://b.com/", good + 2, 1),
		link_to("http://192.0.2.1/", good, 1) };
	struct facts facts = { .links = links, .links_n = 4 };
	t_str(rules_hits(TLDS "body A eval:check_https_http_mismatch('1','2')\n"
		"body B eval:check_https_http_mismatch('2','3')\n"
		"body C eval:check_https_http_mismatch('3')\n"
		"body D eval:check_https_http_mismatch('2')\n", &facts), "B D");
}

T_TEST(https_ip_mismatch)
{
	static const struct { const char *raw, *text; bool hits; } CASES[] = {
		{ "http://192.0.2.1/", "https://bank.com/", true },
		{ "https:/u@192.0.2.1/x", "at https:", true },
		{ "http://192.0.2.1/", "http://bank.com/", false },
		{ "http://192.0.2.1/", "https://192.0.2.9/ or https://bank.com", false },
		{ "http://192.0.2.1/", " https://192.0.2.9/", true },
		{ "http://a.com/192.0.2.1", "https://bank.com/", false },
		{ "192.0.2.1", "https://bank.com/", false },
	};
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
		struct link_anchor anchor = { str_from(CASES[i].text), 0 };
		struct link link = link_to(CASES[i].raw, &anchor, 1);
		struct facts facts = { .links = &link, .links_n = 1 };
		if (!t_str(rules_hits("body A eval:check_https_ip_mismatch()", &facts),
		    CASES[i].hits ? "A" : ""))
			printf("# %s %s\n", CASES[i].raw, CASES[i].text);
	}
}

/* A link to 192.0.2.1 in AS64500 of "Example Net", in Germany. */
struct place_of_link {
	struct network network;
	struct fact_url url;
	struct link_host hosts[2];
	struct link link;
	struct facts facts;
};

static void put(struct place_of_link *p)
{
	*p = (struct place_of_link){ .network = { .asn_state = NETWORK_KNOWN, .asn = 64500,
		.org = STR("Example Net"), .country_state = NETWORK_KNOWN, .country = "DE" } };
	t_need(ip_parse(STR("192.0.2.1"), &p->hosts[0].ip));
	p->network.ip = p->hosts[0].ip;
	p->hosts[0].host = p->hosts[0].domain = STR("192.0.2.1");
	p->hosts[0].is_ip = true;
	p->hosts[1] = (struct link_host){ .host = STR("www.a.com"), .domain = STR("a.com") };
	p->url = (struct fact_url){ .host = p->hosts[0].host, .host_is_ip = true,
		.network = &p->network };
	p->link = (struct link){ .raw = STR("http://192.0.2.1/"), .types = LINK_A,
		.hosts = p->hosts, .hosts_n = 1 };
	p->facts = (struct facts){ .links = &p->link, .links_n = 1, .urls = &p->url, .urls_n = 1 };
}

T_TEST(local_block_lists)
{
	static const struct { const char *rules; bool hits; } CASES[] = {
		{ "uri_block_cc A us de", true }, { "uri_block_cc A us", false },
		{ "uri_block_cc A !us !fr", true }, { "uri_block_cc A !us !de", false },
		{ "uri_block_cc A us\nuri_block_cc A de", true },
		{ "uri_block_cont A EU", true }, { "uri_block_cont A na as", false },
		{ "uri_block_cont A !EU", false }, { "uri_block_cont A !na", true },
		{ "uri_block_isp A Other \"example  NET\"", true }, { "uri_block_isp A Example Net", false },
		{ "uri_block_cidr A 198.51.100.0/24 192.0.2.7/24", true },
		{ "uri_block_cidr A 192.0.2.1", true }, { "uri_block_cidr A 192.0.2.128/25", false },
		{ "uri_block_asn A 64499 AS64500", true }, { "uri_block_asn A 64501", false },
		{ "uri_block_cc A us\nuri_block_asn A 64500", true },
		{ "uri_block_cc A de\nuri_block_exclude A 192.0.2.1", false },
		{ "uri_block_cc A de\nuri_block_exclude A 192.0.2.2", true },
		{ "body A eval:check_uri_local_bl()\nuri_block_cc A de", true },
		{ "uri_block_cc A de\nbody A eval:check_uri_local_bl()", true },
		{ "uri_block_exclude A 192.0.2.2", false },
	};
	struct place_of_link p;
	put(&p);
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
		if (!t_str(rules_hits(CASES[i].rules, &p.facts), CASES[i].hits ? "A" : ""))
			printf("# %s\n", CASES[i].rules);
	p.link.types = LINK_IMG;
	t_str(rules_hits("uri_block_cc A de", &p.facts), "");
	p.link.types = LINK_PARSED;
	t_str(rules_hits("uri_block_cc A de", &p.facts), "A");
}

/* What could not be looked up is neither there nor not there. */
T_TEST(local_block_lists_know_what_they_do_not_know)
{
	struct place_of_link p;
	put(&p);
	p.link.hosts_n = 2;
	t_str(rules_hits("uri_block_cc A de", &p.facts), "A");
	t_str(rules_hits("uri_block_cc A us\nmeta B !A", &p.facts),
		"A:host-not-looked-up B:part-unknown");
	t_str(rules_hits("uri_block_cc A us\nuri_block_exclude A A.com", &p.facts), "");
	p.link.hosts_n = 1;
	p.network.country_state = NETWORK_UNKNOWN;
	t_str(rules_hits("uri_block_cc A !us", &p.facts), "A:country-unknown");
	t_str(rules_hits("uri_block_cc A us\nuri_block_asn A 64500", &p.facts), "A");
	p.network.country_state = NETWORK_NONE; /* in no country: in any other */
	t_str(rules_hits("uri_block_cc A !us\nuri_block_cont B eu", &p.facts), "A");
	p.network.asn_state = NETWORK_UNKNOWN;
	t_str(rules_hits("uri_block_isp A x\nuri_block_cidr B 192.0.2.0/24", &p.facts),
		"B A:asn-unknown");
	p.facts.urls_n = 0;
	t_str(rules_hits("uri_block_asn A 64500\nuri_block_cidr B 192.0.2.0/24", &p.facts),
		"B A:asn-unknown");
}

T_TEST(wrong_block_lists_are_refused)
{
	static const struct { const char *rules, *error; } CASES[] = {
		{ "uri_block_cc A", "a word is expected" },
		{ "uri_block_cc A de germany", "'germany' is not a country's code (US, !US)" },
		{ "uri_block_cc A de !us", "all words or none begin with '!'" },
		{ "uri_block_cont A e1", "'e1' is not a continent's code (AF, AN, AS, EU, NA, OC, SA)" },
		{ "uri_block_cidr A 192.0.2.0/33", "'192.0.2.0/33' is not an address or a prefix" },
		{ "uri_block_asn A ASX", "'ASX' is not an AS number" },
		{ "redirector_pattern", "a regex is expected" },
		{ "redirector_pattern /(/", "regex: missing closing parenthesis" },
	};
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
		struct diags diags = { 0 };
		struct ruleset *set = rules_try(CASES[i].rules, &diags);
		t_true(!set);
		if (t_true(diags.n >= 1))
			t_str(diags.items[0].text, CASES[i].error);
		ruleset_free(&set);
		diags_clear(&diags);
	}
}

T_TEST(redirectors)
{
	static const struct { const char *uri, *target; } CASES[] = {
		{ "http://r.com/?to=a.com&x", "a.com" }, { "http://r.com/?to=a&x", "" },
		{ "http://s.com/go/b.com/c", "b.com/c" }, { "http://t.com/x", "" },
	};
	struct ruleset *set = rules_load("redirector_pattern m'^http://[rs]\\.com/\\?to=([^&\\#]*)'i\n"
		"redirector_pattern /^http:\\/\\/s\\.com\\/(?:go)\\/(.*)(x)?/\n"
		"redirector_pattern /t\\.com/\nbody A /x/\n");
	t_true(ruleset_has_redirectors(set));
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
		struct str target;
		t_int(ruleset_redirect(set, str_from(CASES[i].uri), &target), 0);
		t_slice(target, CASES[i].target);
	}
	ruleset_free(&set);
}
