#include "milter/scan.h"

#include <string.h>

#include "milter/testing.h"

struct scanned {
	struct runtime *runtime;
	struct snapshot *snapshot;
	struct arena *arena;
	struct message *message;
	struct scan_envelope envelope;
	struct scan_result result;
	int status;
};

static void scan_text(struct scanned *s, const char *keys, const char *ip, const char *mail,
	size_t memory)
{
	struct message_options options;

	memset(s, 0, sizeof(*s));
	s->runtime = world_runtime(keys);
	s->snapshot = runtime_current(s->runtime);
	s->arena = arena_create(memory);
	s->envelope.has_client = ip != NULL;
	if (ip)
		t_need(ip_parse(str_from(ip), &s->envelope.client));
	s->envelope.day = 20000;
	options = scan_message_options(s->snapshot);
	s->message = s->arena ? message_create(&options, s->arena) : NULL;
	s->status = s->message && message_read(s->message, str_from(mail)) == 0
		? scan_message(s->snapshot, &s->envelope, message_view(s->message), s->arena, &s->result)
		: -1;
}

static void drop(struct scanned *s)
{
	arena_free(&s->arena);
	snapshot_release(&s->snapshot);
	runtime_free(&s->runtime);
}

static const char *rules_of(const struct scanned *s)
{
	static char text[500];
	size_t n = 0;

	text[0] = 0;
	for (size_t i = 0; i < s->result.verdict.hits_n; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", i ? " " : "",
			s->result.verdict.hits[i].rule);
	return text;
}

T_TEST(scan_looks_up_client_and_addresses_in_links)
{
	struct scanned s;

	scan_text(&s, "", "192.0.2.7", "Subject: x\n\nhttp://192.0.2.80/a http://192.0.2.80/b "
		"http://198.51.100.4/ http://name.example/pills\n", 1 << 24);
	t_need(s.status == 0);
	t_str(rules_of(&s), "CLIENT_IN_BAD URL_IN_BAD PILLS");
	t_int(s.result.client.asn, 64500);
	t_slice(s.result.client.org, "BULLETPROOF-EX");
	t_str(s.result.client.country, "XX");
	t_int(message_view(s.message)->urls_n, 4);
	t_true(s.result.url_networks[0] != NULL);
	/* each distinct address is looked up once */
	t_true(s.result.url_networks[0] == s.result.url_networks[1]);
	t_int(s.result.url_networks[2]->asn, 64496);
	t_true(s.result.url_networks[3] == NULL);
	t_int(s.result.action, ACTION_REJECT);
	drop(&s);
}

T_TEST(scan_without_a_client_is_not_a_clean_client)
{
	struct scanned s;

	scan_text(&s, "", NULL, "Subject: hold\n\nx\n", 1 << 24);
	t_need(s.status == 0);
	t_true(!s.result.has_client);
	t_str(rules_of(&s), "SUBJECT_HOLD");
	t_int(s.result.action, ACTION_QUARANTINE);
	drop(&s);
}

T_TEST(scan_without_a_client_takes_no_relay_for_it)
{
	static const char mail[] = "Received: from pool (pool.example [192.0.2.99])\n"
		"\tby mx.example with SMTP id 1; Mon, 23 Nov 2026 09:00:00 +0000\n\nx\n";
	struct scanned s;

	scan_text(&s, "", "192.0.2.99", mail, 1 << 24);
	t_str(rules_of(&s), "CLIENT_IN_BAD RELAY_FIRST");
	drop(&s);
	scan_text(&s, "", NULL, mail, 1 << 24);
	t_str(rules_of(&s), "");
	drop(&s);
}

T_TEST(scan_thresholds_make_the_action)
{
	static const struct { const char *keys; enum action action; } cases[] = {
		{ "", ACTION_TAG }, { "TagScore 6\n", ACTION_TAG }, { "TagScore 6.1\n", ACTION_ACCEPT },
		{ "QuarantineScore 6\n", ACTION_QUARANTINE }, { "RejectScore 6\n", ACTION_REJECT },
		{ "TagScore 0\n", ACTION_ACCEPT },
	};
	struct scanned s;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		scan_text(&s, cases[i].keys, "198.51.100.9", "\nhttp://x.example/pills\n", 1 << 24);
		t_int(s.status, 0);
		t_int(s.result.action, cases[i].action);
		drop(&s);
	}
}

T_TEST(scan_the_connection_alone_asks_only_its_rules)
{
	struct scanned s;

	scan_text(&s, "", "192.0.2.7", "\nhttp://x.example/pills\n", 1 << 24);
	t_str(rules_of(&s), "CLIENT_IN_BAD PILLS");
	t_int(scan_connection(s.snapshot, &s.envelope, s.arena, &s.result), 0);
	t_str(rules_of(&s), "CLIENT_IN_BAD");
	drop(&s);
}

/* The public suffix list is lent to the rules, and our own clock: no Received line has that yet. */
T_TEST(scan_lends_rules_what_their_own_checks_ask)
{
	struct scanned s;
	struct facts facts;

	scan_text(&s, "", "192.0.2.7", "Subject: x\n\nx\n", 1 << 24);
	t_need(s.status == 0);
	s.envelope.received_at = 1768212000;
	t_int(scan_facts(s.snapshot, &s.envelope, message_view(s.message), s.arena, &facts,
		&s.result), 0);
	t_slice(facts.registered(STR("mx.one.co.uk")), "one.co.uk");
	t_slice(facts.registered(STR("pc.local")), "");
	t_int(facts.received_at, 1768212000);
	drop(&s);
}

/* What rules ask of links is prepared for them: details, and what a known redirector leads to. */
T_TEST(scan_prepares_links_for_the_rules_that_ask)
{
	struct scanned s;

	world_file("links.cf", "redirector_pattern m'^http://r\\.com/go/(.*)'\n"
		"uri_detail SHOWN text =~ /https:/ cleaned !~ /^https:/\nscore SHOWN 0.1\n"
		"uri_detail TARGET domain =~ /^target\\.org$/\nscore TARGET 0.1\n"
		"uri URI_TARGET m'^http://target\\.org/x$'\nscore URI_TARGET 0.1\n"
		"uri_block_cidr BLOCKED 192.0.2.0/24\nuri_block_cc ABROAD xx\n");
	scan_text(&s, "RulesDir links.cf\n", "198.51.100.9", "Content-Type: text/html\n\n"
		"<a href=http://r.com/go/target.org/x>https://bank.com</a> <a href=http://192.0.2.80/>",
		1 << 24);
	t_need(s.status == 0);
	t_str(rules_of(&s), "URL_IN_BAD SHOWN TARGET URI_TARGET BLOCKED ABROAD");
	drop(&s);
}

T_TEST(scan_shows_rules_the_results_of_trusted_servers_only)
{
	static const struct { const char *keys, *field, *rules; } cases[] = {
		{ "", "evil.example; spf=pass", "SPF_PASS" },
		{ "TrustedAuthservIDs mx.example\n", "evil.example; spf=pass", "" },
		{ "TrustedAuthservIDs mx.example\n", "(mx.example) evil.example; spf=pass", "" },
		{ "TrustedAuthservIDs mx.example\n", "MX.example 1; spf=pass", "SPF_PASS" },
		{ "TrustedAuthservIDs a.example, mx.example\n", "mx.example; spf=pass", "SPF_PASS" },
	};
	struct scanned s;
	char mail[200];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(mail, sizeof(mail), "Authentication-Results: %s\n\nx\n", cases[i].field);
		scan_text(&s, cases[i].keys, "198.51.100.9", mail, 1 << 24);
		t_need(s.status == 0);
		t_str(rules_of(&s), cases[i].rules);
		drop(&s);
	}
}

T_TEST(scan_out_of_memory_is_no_verdict)
{
	struct scanned s;
	size_t judged = 0, refused = 0;

	for (size_t memory = 1000; memory < 400000; memory += memory / 8) {
		scan_text(&s, "", "192.0.2.7", "Subject: x\n\nhttp://192.0.2.80/pills\n", memory);
		judged += s.status == 0;
		refused += s.status != 0;
		if (s.status == 0 && !message_view(s.message)->truncated)
			t_str(rules_of(&s), "CLIENT_IN_BAD URL_IN_BAD PILLS");
		drop(&s);
	}
	t_true(judged > 0 && refused > 0);
}
