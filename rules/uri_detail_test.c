/* Tests of uri_detail rules: what each key sees, and which lines are refused. */
#include "rules/testing.h"

static const struct str cleaned[] = { { "http://a.example.com/%41", 24 },
	{ "http://a.example.com/A", 22 } };
static const struct link_host hosts[] = {
	{ { "a.example.com", 13 }, { "example.com", 11 }, false, { { 0 } } },
	{ { "192.0.2.1", 9 }, { "192.0.2.1", 9 }, true, { { 0 } } } };
static const struct link_anchor anchors[] = { { { "Go\n to <img>\n", 13 }, 0 },
	{ { "https://bank.example/", 21 }, 0 } };
static const struct link links[] = {
	{ .raw = { "http://a.example.com/%41", 24 }, .types = LINK_A | LINK_PARSED,
		.cleaned = cleaned, .cleaned_n = 2, .hosts = hosts, .hosts_n = 2,
		.anchors = anchors, .anchors_n = 2 },
	{ .raw = { "domainkeys:b.example.org", 24 },
		.types = LINK_DOMAINKEYS | LINK_NOCANON | LINK_NOCLEAN, .hosts = hosts, .hosts_n = 1 },
};

T_TEST(each_key_sees_its_texts)
{
	static const struct { const char *keys; bool hits; } CASES[] = {
		{ "raw =~ /%41$/", true }, { "raw =~ /A$/", false }, { "raw !~ /^http/", true },
		{ "raw !~ /:/", false }, { "type =~ /^a$/", true }, { "type =~ /^img$/", false },
		{ "type !~ /^(?:a|parsed|domainkeys|noc.*)$/", false }, { "type !~ /^a$/", true },
		{ "cleaned =~ m!/A$!", true }, { "cleaned !~ /A$/", true },
		{ "cleaned !~ /a\\.example/", false }, { "text =~ /Go\\s+to/", true },
		{ "text =~ /<img>\\n$/ type =~ /^a$/", true }, { "text !~ /https/i", true },
		{ "text !~ /./s", false }, { "domain =~ /^example\\.com$/", true },
		{ "domain =~ /^192\\.0\\.2\\.1$/", true }, { "host =~ /^a\\.example/", true },
		{ "host !~ /^a\\./", true }, { "host =~ /^example/", false },
		/* all of the same link */
		{ "type =~ /domainkeys/ text =~ /./", false }, { "type =~ /domainkeys/ raw =~ /b\\.e/", true },
		{ "text =~ /\\bhttps:/  cleaned !~ /\\bhttps:/", true },
		/* delimiters and blanks in a regex */
		{ "text =~ /Go\\n to/ raw =~ m{/%41}", true }, { "raw=~/%41/i text=~/GO/i", true },
		{ "text =~ /bank.example\\// raw =~ m,http,", true }, { "text =~ /to \\<img/", true },
	};
	struct facts facts = { .links = links, .links_n = 2 };
	char rules[200];
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
		snprintf(rules, sizeof rules, "uri_detail A %s\n", CASES[i].keys);
		if (!t_str(rules_hits(rules, &facts), CASES[i].hits ? "A" : ""))
			printf("# %s\n", CASES[i].keys);
	}
	facts.links_n = 0;
	t_str(rules_hits("uri_detail A raw !~ /x/\nmeta B !A", &facts), "B");
}

T_TEST(a_hit_shows_the_link)
{
	struct facts facts = { .links = links, .links_n = 2 };
	struct ruleset *set = rules_load("uri_detail A host =~ /a/\ntflags A multiple\nscore A 2\n");
	struct asked asked = rules_ask(set, &facts, FACT_MESSAGE);
	t_true(ruleset_needs_links(set) && ruleset_needs_signers(set));
	t_need(asked.verdict.hits_n == 1);
	t_slice(asked.verdict.hits[0].evidence, "http://a.example.com/%41");
	t_int(asked.verdict.hits[0].count, 1);
	arena_free(&asked.arena);
	ruleset_free(&set);
	set = rules_load("uri_detail A host =~ /a/\nparse_dkim_uris 0\n");
	t_true(ruleset_needs_links(set) && !ruleset_needs_signers(set));
	ruleset_free(&set);
	set = rules_load("uri A /a/\nuri_detail __B host =~ /a/\n");
	t_true(!ruleset_needs_links(set)); /* no rule that runs uses it */
	ruleset_free(&set);
}

/* The rules' own lists of suffixes make the domain, as in SpamAssassin. */
T_TEST(domains_of_the_rules_own_lists)
{
	struct facts facts = { .links = links, .links_n = 1 };
	t_str(rules_hits("uri_detail A domain =~ /^a\\.example\\.com$/\n"
		"util_rb_tld com\nutil_rb_2tld example.com\n", &facts), "A");
	t_str(rules_hits("uri_detail A domain =~ /^example\\.com$/\nutil_rb_tld com\n", &facts), "A");
}

T_TEST(a_regex_that_gives_up_is_unknown)
{
	static const char text[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!";
	struct link link = { .raw = { text, sizeof text - 1 } };
	struct facts facts = { .links = &link, .links_n = 1 };
	t_str(rules_hits("uri_detail A raw =~ /^(?:a+)+[bc]/\nmeta B !A", &facts),
		"A:regex-limit B:part-unknown");
}

T_TEST(wrong_lines_are_refused)
{
	static const struct { const char *rest, *error; unsigned column; } CASES[] = {
		{ "", "key expected", 14 }, { "raw", "'=~' or '!~' expected", 17 },
		{ "rwa =~ /x/", "raw, type, cleaned, text, domain or host expected", 14 },
		{ "raw = /x/", "'=~' or '!~' expected", 18 },
		{ "raw =~ x",
		  "a regex with delimiters expected: /../ or m!..!, and a blank behind it", 21 },
		{ "raw =~ /x/text =~ /y/", "regex: unknown modifier 't'", 24 },
		{ "raw =~ /x/ raw =~ /y/", "this key was given before", 25 },
		{ "raw =~ /%{N}/", "%{NAME} is not known in these rules", 21 },
		{ "raw =~ /(/", "regex: missing closing parenthesis", 23 },
	};
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
		struct diags diags = { 0 };
		char rules[200];
		snprintf(rules, sizeof rules, "uri_detail A %s\n", CASES[i].rest);
		struct ruleset *set = rules_try(rules, &diags);
		t_true(!set);
		if (t_true(diags.n >= 1)) {
			t_str(diags.items[0].text, CASES[i].error);
			t_int(diags.items[0].place.column, CASES[i].column);
		}
		ruleset_free(&set);
		diags_clear(&diags);
	}
}
