/* :host, :domain, :ip, :revip, as header rules use them. */
#include "rules/narrow.h"

#include <stdio.h>

#include "rules/testing.h"

static const struct {
	enum narrow narrow;
	bool is_address;
	const char *line, *found;
} CASES[] = {
	{ NARROW_HOST, false, "Jo <jo@a.example.com>, mo@b.example.com", "b.example.com" },
	{ NARROW_HOST, false, "see a.example.com (b.example.com)", "a.example.com" },
	{ NARROW_HOST, false, "see (a.example.com) b.example.com", "b.example.com" },
	{ NARROW_HOST, false, "user.com@a.example.com", "a.example.com" },
	{ NARROW_HOST, false, "jo@a.example.org", "" }, { NARROW_HOST, false, "a.com.", "" },
	{ NARROW_HOST, false, "a.com-x", "" }, { NARROW_HOST, false, "a.co.uk/x", "a.co.uk" },
	{ NARROW_HOST, false, ".a.com x.com", "x.com" }, { NARROW_HOST, false, "", "" },
	{ NARROW_HOST, true, "jo@anything", "anything" }, { NARROW_HOST, true, "jo", "" },
	{ NARROW_DOMAIN, false, "jo@a.b.Example.co.uk", "example.co.uk" },
	{ NARROW_DOMAIN, true, "jo@a.example.com", "example.com" },
	{ NARROW_IP, false, "[192.0.2.1] 192.0.2.2", "192.0.2.1" },
	{ NARROW_IP, false, "1.192.0.2.1 x192.0.2.3 192.0.2.2", "192.0.2.2" },
	{ NARROW_IP, false, "at 192.0.2.1:25", "192.0.2.1" },
	{ NARROW_IP, false, "[IPv6:2001:db8::1]", "IPv6:2001:db8::1" },
	{ NARROW_IP, false, "2001:db8::1", "2001:db8::1" }, { NARROW_IP, false, "none", "" },
	{ NARROW_REVIP, false, "192.0.2.1", "1.2.0.192" }, { NARROW_REVIP, false, "[IPv6:::1]", "" },
	{ NARROW_REVIP, false, "2001:db8::12",
	  "2.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2" },
};

T_TEST(finds_hosts_and_addresses)
{
	struct ruleset *set = rules_load("util_rb_tld com uk\nutil_rb_2tld co.uk");

	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
		struct arena *arena = arena_create(1 << 16);
		struct str found;

		t_int(narrow_line(set, CASES[i].narrow, CASES[i].is_address,
			str_from(CASES[i].line), arena, &found), 0);
		if (!t_slice(found, CASES[i].found))
			printf("# of %s\n", CASES[i].line);
		arena_free(&arena);
	}
	ruleset_free(&set);
}

static const char *hits(const char *rules)
{
	static const struct fact_header headers[] = {
		{ { "From", 4 }, { " Jo <jo@a.example.com>, mo@b.example.com", 40 },
		  { "Jo <jo@a.example.com>, mo@b.example.com", 39 } },
		{ { "X-Ip", 4 }, { " [192.0.2.1]", 12 }, { "[192.0.2.1]", 11 } },
		{ { "X-Ip", 4 }, { " 192.0.2.2", 10 }, { "192.0.2.2", 9 } },
	};
	struct facts facts = { .headers = headers, .headers_n = 3, .day = 20000 };
	return rules_hits(rules, &facts);
}

T_TEST(in_rules)
{
	const char *tld = "util_rb_tld com\n";
	char rules[300];

	snprintf(rules, sizeof rules, "%sheader A From:host =~ /^b.example.com\\z/\n"
		"header B From:addr:host =~ /^a.example.com\\nb.example.com\\z/\n"
		"header C From:domain:addr =~ /^example.com\\nexample.com\\z/", tld);
	t_str(hits(rules), "A B C");
	t_str(hits("header A X-Ip:ip =~ /^192.0.2.1\\n192.0.2.2\\z/\n"
		"header B X-Ip:last:revip =~ /^2.2.0.192\\z/\nheader C exists:From:ip"), "A B");
}

/* A word of 8 KiB without a host, or with only dots, costs no square of its length. */
T_TEST(floods_end)
{
	struct ruleset *set = rules_load("util_rb_tld com");
	static const char *const FLOODS[] = { "a", ".", "@", "a.", "a.com@", "1.", ":" };

	for (size_t i = 0; i < sizeof FLOODS / sizeof *FLOODS; i++) {
		struct arena *arena = arena_create(1 << 20);
		struct buf text = { .arena = arena };
		struct str found;

		while (text.len < 8192)
			buf_add_cstr(&text, FLOODS[i]);
		for (int narrow = NARROW_HOST; narrow <= NARROW_REVIP; narrow++)
			t_int(narrow_line(set, (enum narrow)narrow, false, buf_str(&text), arena,
				&found), 0);
		arena_free(&arena);
	}
	ruleset_free(&set);
}
