/* The checks of the client's name and of what the headers claim, each asked of what it hits and of
 * what it does not. */
#include "rules/checks.h"
#include "rules/testing.h"

#define TLDS "util_rb_tld com net example uk org de arpa\nutil_rb_2tld co.uk\n"

/* What a connection with these facts is: "hits then unknown", at RCPT already. */
static const char *client_hits(const char *rules, const char *address, const char *name,
	const char *helo)
{
	struct network network = { 0 };
	struct facts facts = { .client = &network, .client_name = str_from(name),
		.helo = str_from(helo) };
	t_need(ip_parse(str_from(address), &network.ip));
	struct ruleset *set = rules_load(rules);
	struct asked asked = rules_ask(set, &facts, FACT_CONNECT);
	const char *names = rules_names(&asked.verdict);
	arena_free(&asked.arena);
	ruleset_free(&set);
	return names;
}

T_TEST(helo_against_name)
{
	static const char rules[] = TLDS "header MATCH eval:check_helo_ptr('match')\n"
		"header MISMATCH eval:check_helo_ptr('mismatch')\n"
		"header NONE eval:check_helo_ptr('none')\n"
		"header LITERAL eval:check_helo_ptr('literal')\n"
		"header UNQUALIFIED eval:check_helo_ptr('unqualified')\n";
	static const struct { const char *name, *helo, *hits; } cases[] = {
		{ "mx1.one.example", "mx1.one.example", "MATCH" },
		{ "MX1.One.Example", "out.one.example.", "MATCH" },
		{ "a.one.co.uk", "b.two.co.uk", "MISMATCH" },
		{ "a.one.co.uk", "b.one.co.uk", "MATCH" },
		{ "a.one.example", "aone.example", "MISMATCH" },
		{ "", "mx1.one.example", "NONE" },
		{ "a.one.example", "[8.8.8.8]", "LITERAL" },
		{ "a.one.example", "[IPv6:2001:db8::1]", "LITERAL" },
		{ "a.one.example", "8.8.8.8", "LITERAL" },
		{ "", "8.8.8.8", "LITERAL" },
		{ "", "8.8.8.8.", "LITERAL" },
		{ "", "IPv6:2001:db8::1", "LITERAL" },
		{ "a.one.example", "friend", "UNQUALIFIED" },
		{ "a.one.example", "example.", "UNQUALIFIED" },
		{ "a.one.example", "pc.workgroup", "UNQUALIFIED" },
		{ "pc.workgroup", "pc.workgroup", "MATCH" },
		{ "", "localhost.localdomain", "UNQUALIFIED" },
		{ "a.one.example", "", "MATCH:no-helo MISMATCH:no-helo NONE:no-helo LITERAL:no-helo "
			"UNQUALIFIED:no-helo" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		t_str(client_hits(rules, "8.8.8.8", cases[i].name, cases[i].helo), cases[i].hits);
	/* our own */
	t_str(client_hits(rules, "10.1.2.3", "a.one.example", "pc"), "");
	t_str(client_hits(TLDS "header A eval:check_helo_ptr('odd')", "8.8.8.8", "a.one.example", "x"),
		"A:no-such-kind");
	t_str(client_hits("header A eval:check_helo_ptr('match')", "8.8.8.8", "a.one.example",
		"a.two.example"), "A:no-suffix-list");
	/* no client, at the end of the mail */
	t_str(rules_hits(TLDS "header A eval:check_helo_ptr('none')", &(struct facts){
		.helo = STR("a.one.example") }), "A:no-client");
}

/* A replay where nobody wrote down if there is a name. */
T_TEST(name_not_asked)
{
	struct network network = { 0 };
	struct fact_relay relay = { .ip_text = STR("8.8.8.8"), .has_ip = true,
		.helo = STR("a.one.example") };
	struct facts facts = { .client = &network, .helo = relay.helo, .relays = &relay,
		.relays_n = 1 };
	static const char rules[] = TLDS "header A eval:check_helo_ptr('none')\n"
		"header B eval:check_dynamic_ptr()";
	t_need(ip_parse(relay.ip_text, &network.ip));
	t_str(rules_hits(rules, &facts), "A:ptr-not-asked B:ptr-not-asked");
	relay.no_rdns = true;
	t_str(rules_hits(rules, &facts), "A");
	relay.authenticated = true;
	t_str(rules_hits(rules, &facts), "");
}

T_TEST(name_of_a_pool)
{
	static const struct { const char *address, *name; bool hit; } cases[] = {
		{ "203.0.113.77", "203-0-113-77.isp.example", true },
		{ "203.0.113.77", "77.113.0.203.isp.example", true },
		{ "203.0.113.77", "c077.113-0-203.isp.example", true },
		{ "203.0.113.77", "host203000113077.isp.example", true },
		{ "203.0.113.77", "h077113000203x.isp.example", true },
		{ "203.0.113.77", "x203011377.isp.example", true },
		{ "203.0.113.77", "pCB00714D.dip.isp.example", true },
		{ "203.0.113.77", "cb-00-71-4d.isp.example", true },
		{ "203.0.113.77", "4d.71.00.cb.isp.example", true },
		{ "203.0.113.77", "n3405803853.isp.example", true },
		{ "203.0.113.77", "w77.z203000113.isp.example", true },
		{ "203.0.113.77", "z203000113.isp.example", true },
		{ "203.0.113.77", "cb-0-71-4d.isp.example", true },
		{ "203.0.113.77", "n113077.isp.example", false },
		{ "203.0.113.77", "n113077.cust.isp.example", true },
		{ "203.0.113.77", "77-113.leased.cust.isp.example", false },
		{ "203.0.113.77", "a7.town.adsl.isp.example", true },
		{ "203.0.113.77", "203-0-113-78.isp.example", false },
		{ "203.0.113.77", "x1203000113077.isp.example", false },
		{ "203.0.113.77", "77-113.isp.example", false },
		{ "203.0.113.77", "customer-113-77.isp.example", true },
		{ "203.0.113.77", "customer-9.isp.example", false },
		{ "203.0.113.77", "dsl-9-12.isp.example", true },
		{ "203.0.113.77", "a7.dynamic.isp.example", true },
		{ "203.0.113.77", "dynamic.a7.isp.example", true },
		{ "203.0.113.77", "dsl.isp.example", false },
		{ "203.0.113.77", "a7.cable.example", false },
		{ "203.0.113.77", "a7.shop.pool.co.uk", false },
		{ "203.0.113.77", "203-0-113-77.static.isp.example", false },
		{ "203.0.113.77", "adsl-203-0-113-77.static.isp.example", false },
		{ "203.0.113.77", "mail.203-0-113-77.isp.example", false },
		{ "203.0.113.77", "mx7.pool9.isp.example", false },
		{ "203.0.113.77", "smtp-out-203-0-113-77.isp.example", false },
		{ "203.0.113.77", "mail-lf1-f46.isp.example", false },
		{ "1.2.3.4", "a1234.isp.example", false },
		{ "2001:db8:1:2:a00:27ff:fe4e:66a1", "p200300db8a0027fffe4e66a1.dip0.isp.example", true },
		{ "2001:db8:1:2:a00:27ff:fe4e:66a1", "x-0a00-27ff-fe4e-66a1.isp.example", true },
		{ "2001:db8::7:77", "2001-db8--7-77.isp.example", true },
		{ "2001:db8:1:2:a00:27ff:fe4e:66a1", "1.a.6.6.e.4.e.f.f.f.7.2.0.0.a.0.isp.example", true },
		{ "2001:db8:1:2:a00:27ff:fe4e:66a1", "host.isp.example", false },
		{ "203.0.113.77", "", false },
		{ "10.1.2.77", "10-1-2-77.isp.example", false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *hits = client_hits(TLDS "header A eval:check_dynamic_ptr()",
			cases[i].address, cases[i].name, "x");
		if (strcmp(hits, cases[i].hit ? "A" : "") != 0)
			printf("# %s %s\n", cases[i].address, cases[i].name);
		t_str(hits, cases[i].hit ? "A" : "");
	}
}

/* As a provider's private suffix has it: each name is registered by itself. */
static struct str whole(struct str host)
{
	return host;
}

T_TEST(name_that_is_registered_itself)
{
	struct network network = { 0 };
	struct facts facts = { .registered = whole, .client = &network,
		.client_name = STR("p7.dip.isp.example") };
	t_need(ip_parse(STR("8.8.8.8"), &network.ip));
	t_str(rules_hits("header A eval:check_dynamic_ptr()", &facts), "A");
}

enum { HEADERS_MAX = 12 };

/* Headers, one a line. */
static const char *header_hits(const char *call, const char *text)
{
	struct fact_header headers[HEADERS_MAX];
	static const struct fact_relay relays[] = {
		{ .rdns = { "a.relay.example", 15 }, .helo = { "b.greeter.example", 17 } }
	};
	struct facts facts = { .headers = headers, .mail_from = STR("x@bounce.example"),
		.has_mail_from = true, .relays = relays, .relays_n = 1 };
	char rules[400];
	snprintf(rules, sizeof rules, TLDS "header A eval:%s", call);
	for (struct str rest = str_from(text); rest.len;) {
		size_t end = str_find_byte(rest, '\n');
		struct str line = str_slice(rest, 0, end);
		size_t colon = str_find_byte(line, ':');
		rest = end == SIZE_MAX ? STR("") : str_slice(rest, end + 1, rest.len);
		t_need(facts.headers_n < HEADERS_MAX && colon != SIZE_MAX);
		struct str value = str_slice(line, colon + 1, line.len);
		headers[facts.headers_n++] = (struct fact_header){ str_slice(line, 0, colon), value,
			str_trim(value) };
	}
	return rules_hits(rules, &facts);
}

struct header_case {
	const char *call, *headers, *hits;
};

static void ask(const struct header_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *hits = header_hits(cases[i].call, cases[i].headers);
		if (strcmp(hits, cases[i].hits) != 0)
			printf("# %s of: %s\n", cases[i].call, cases[i].headers);
		t_str(hits, cases[i].hits);
	}
}

#define AT(time) "Received: from a by b; Mon, 12 Jan 2026 " time " +0000\n"

T_TEST(times)
{
	static const struct header_case cases[] = {
		{ "check_time_skew('forward', '2')", AT("10:00:00") "Date: Mon, 12 Jan 2026 12:00:01 +0000",
			"A" },
		{ "check_time_skew('forward', '2')", AT("10:00:00") "Date: Mon, 12 Jan 2026 12:00:00 +0000",
			"" },
		{ "check_time_skew('forward', '2')", AT("10:00:00") "Date: Mon, 12 Jan 2026 14:00:00 +0300",
			"" },
		/* the topmost that can be read */
		{ "check_time_skew('forward', '2')", "Received: from c by d; yesterday\n" AT("10:00:00")
			AT("13:00:00") "Date: Mon, 12 Jan 2026 13:00:00 +0000", "A" },
		{ "check_time_skew('backward', '2')", AT("10:00:00") "Date: Mon, 12 Jan 2026 07:00:00 GMT",
			"A" },
		{ "check_time_skew('backward', '2')", AT("10:00:00") "Date: Mon, 12 Jan 2026 13:00:00 GMT",
			"" },
		{ "check_time_skew('backward', '2')", AT("10:00:00") "Date: soon", "A:no-date" },
		{ "check_time_skew('forward', '2')", AT("10:00:00"), "A:no-date" },
		{ "check_time_skew('forward', '2')", "Date: Mon, 12 Jan 2026 12:00:01 +0000",
			"A:no-received-date" },
		{ "check_time_skew('received', '2')", AT("10:00:00") AT("12:00:01"), "A" },
		{ "check_time_skew('received', '2')", AT("10:00:00") AT("12:00:00"), "" },
		{ "check_time_skew('received', '2')", AT("10:00:00") "Received: by c; "
			"Mon, 12 Jan 2026 14:00:00 +0000 (a; b)", "A" },
		{ "check_time_skew('received', '2')", AT("23:00:00") AT("10:00:00") AT("14:00:00"), "A" },
		{ "check_time_skew('received', '2')", AT("14:00:00") AT("10:00:00"), "" },
		{ "check_time_skew('received', '2')", AT("14:00:00"), "" },
		{ "check_time_skew('received', '2')", AT("14:00:00") "Received: by c",
			"A:no-received-date" },
		{ "check_time_skew('sideways', '2')", AT("14:00:00"), "A:no-such-kind" },
	};
	ask(cases, sizeof cases / sizeof *cases);
}

/* A live mail: our own line is not in it. */
T_TEST(time_of_receipt)
{
	static const char rules[] = "header A eval:check_time_skew('forward', '2')\n"
		"header B eval:check_time_skew('backward', '2')\n"
		"header C eval:check_time_skew('received', '2')";
	struct fact_header headers[] = {
		{ STR("Date"), STR("Mon, 12 Jan 2026 10:00:00 +0000"),
		  STR("Mon, 12 Jan 2026 10:00:00 +0000") },
		{ STR("Received"), STR("by a; Mon, 12 Jan 2026 10:00:00 +0000"),
		  STR("by a; Mon, 12 Jan 2026 10:00:00 +0000") } };
	struct facts facts = { .headers = headers, .headers_n = 2, .received_at = 1768212000 };
	t_str(rules_hits(rules, &facts), "");
	facts.received_at += 3 * 3600;
	t_str(rules_hits(rules, &facts), "B");
	facts.received_at -= 6 * 3600;
	t_str(rules_hits(rules, &facts), "A C");
	facts.headers_n = 1;
	t_str(rules_hits(rules, &facts), "A");
	facts.headers_n = 0;
	t_str(rules_hits(rules, &facts), "A:no-date B:no-date");
}

#define FROM "From: Jo <jo@mail.one.example>\n"

T_TEST(message_ids)
{
	static const struct header_case cases[] = {
		{ "check_message_id_shape('missing')", FROM, "A" },
		{ "check_message_id_shape('missing')", FROM "Message-ID:", "A" },
		{ "check_message_id_shape('missing')", FROM "Message-Id: <1@one.example>", "" },
		{ "check_message_id_shape('no-brackets')", FROM "Message-ID: 1@one.example", "A" },
		{ "check_message_id_shape('no-brackets')", FROM "Message-ID: <1@one.example", "A" },
		{ "check_message_id_shape('no-brackets')", FROM "Message-ID: x <1@one.example>", "A" },
		{ "check_message_id_shape('no-brackets')", FROM "Message-ID: <1@one.example> (added)", "" },
		{ "check_message_id_shape('no-at')", FROM "Message-ID: <1.one.example>", "A" },
		{ "check_message_id_shape('no-at')", FROM "Message-ID: <1@one.example>", "" },
		{ "check_message_id_shape('literal')", FROM "Message-ID: <1@[8.8.8.8]>", "A" },
		{ "check_message_id_shape('literal')", FROM "Message-ID: <1@8.8.8.8>", "A" },
		{ "check_message_id_shape('literal')", FROM "Message-ID: <8.8.8.8@one.example>", "" },
		{ "check_message_id_shape('no-domain')", FROM "Message-ID: <1@>", "A" },
		{ "check_message_id_shape('no-domain')", FROM "Message-ID: <1@jos-pc>", "A" },
		{ "check_message_id_shape('no-domain')", FROM "Message-ID: <1@jos-pc.local>", "A" },
		{ "check_message_id_shape('no-domain')", FROM "Message-ID: <1@jos-pc.one.example>", "" },
		{ "check_message_id_shape('no-domain')", FROM "Message-ID: <1@[8.8.8.8]>", "" },
		{ "check_message_id_shape('foreign')", FROM "Message-ID: <1@two.example>", "A" },
		{ "check_message_id_shape('foreign')", FROM "Message-ID: <1@ONE.example>", "" },
		{ "check_message_id_shape('foreign')", FROM "Message-ID: <1@in.bounce.example>", "" },
		{ "check_message_id_shape('foreign')", FROM "Message-ID: <1@c.relay.example>", "" },
		{ "check_message_id_shape('foreign')", FROM "Message-ID: <1@greeter.example>", "" },
		{ "check_message_id_shape('foreign')", FROM "Sender: l@two.example\n"
			"Message-ID: <1@a.two.example>", "" },
		{ "check_message_id_shape('foreign')", FROM "Message-ID: <1@jos-pc>", "" },
		{ "check_message_id_shape('foreign')", "From: Jo\nMessage-ID: <1@two.example>",
			"A:no-from" },
		{ "check_message_id_shape('round')", FROM, "A:no-such-kind" },
	};
	ask(cases, sizeof cases / sizeof *cases);
}

T_TEST(from_names)
{
	static const struct header_case cases[] = {
		{ "check_from_name('address')", "From: \"help@bank.example\" <x@evil.example>", "A" },
		{ "check_from_name('address')", "From: \"Bank (help@bank.example)\" "
			"<x@evil.example>", "A" },
		{ "check_from_name('address')", "From: \"help\xef\xbc\xa0" "bank\xe3\x80\x82" "example\" "
			"<x@evil.example>", "A" },
		{ "check_from_name('address')", "From: \"help@ba\xe2\x80\x8bnk.example\" <x@evil.example>",
			"A" },
		{ "check_from_name('address')", "From: help@bank.example <x@evil.example>", "A" },
		{ "check_from_name('address')", "From: \"help@bank.example\" <x@bank.example>", "" },
		{ "check_from_name('address')", "From: \"help@in.bank.co.uk\" <x@mx.bank.com>", "" },
		{ "check_from_name('address')", "From: \"help@bank.com\" <x@bank.example>", "A" },
		{ "check_from_name('address')", "From: \"\xef\xbd\x88\xef\xbc\xa0\xef\xbd\x82\xef\xbd\x81"
			"\xef\xbd\x8e\xef\xbd\x8b\xef\xbc\x8e" "com\" <x@evil.example>", "A" },
		{ "check_from_name('address')", "From: \"h\xe2\x80\xae@ba\xc2\xadnk.com\xef\xbf\" "
			"<x@evil.example>", "A" },
		{ "check_from_name('address')", "From: \"jo.doe@bank.example\" <x@bank.example>", "" },
		{ "check_from_name('address')", "From: \"Jo @ bank.example\" <x@evil.example>", "" },
		{ "check_from_name('address')", "From: \"Jo @home\" <x@evil.example>", "" },
		{ "check_from_name('address')", "List-Id: <l.evil.example>\n"
			"From: \"help@bank.example via L\" <x@evil.example>", "" },
		{ "check_from_name('address')", "From: Bank.example <x@evil.example>", "" },
		{ "check_from_name('domain')", "From: \"Bank.example: help\" <x@evil.example>", "A" },
		{ "check_from_name('domain')", "From: \"www.bank.example\" <x@evil.example>", "A" },
		{ "check_from_name('domain')", "From: \"Bank.example\" <x@mail.bank.example>", "" },
		{ "check_from_name('domain')", "From: \"Bank.com\" <x@bank.de>", "" },
		{ "check_from_name('domain')", "From: \"Bank.com\" <x@bank.example>", "A" },
		{ "check_from_name('domain')", "From: \"Bank.com\" <x@bank.evil.example>", "A" },
		{ "check_from_name('domain')", "From: \"jo.uk@bank.example\" <x@evil.example>", "" },
		{ "check_from_name('domain')", "From: \"J.R.R. Doe Dr.No\" <x@evil.example>", "" },
		{ "check_from_name('domain')", "From: \"Will.I.com\" <x@evil.example>", "" },
		{ "check_from_name('domain')", "From: \"Bank.example\" <>", "A:no-from" },
		{ "check_from_name('domain')", "Subject: x", "A:no-from" },
		{ "check_from_name('colour')", "From: x", "A:no-such-kind" },
	};
	ask(cases, sizeof cases / sizeof *cases);
}
