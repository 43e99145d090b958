#include "milter/report.h"

#include <stdio.h>
#include <string.h>

#include "milter/testing.h"

struct world {
	struct snapshot snapshot;
	struct scan_result result;
	struct scan_envelope envelope;
	struct message_view view;
	struct verdict_hit hits[60];
	struct verdict_unknown unknown[2];
	struct report_input input;
	struct arena *arena;
};

static void begin(struct world *w)
{
	struct diags diags = { 0 };

	memset(w, 0, sizeof(*w));
	w->arena = arena_create(1 << 20);
	w->snapshot.config = config_load(NULL, &diags);
	t_need(w->arena && w->snapshot.config);
	t_int(config_set(w->snapshot.config, "Mode", "enforce", &diags), 0);
	w->envelope.has_client = w->result.has_client = true;
	t_need(ip_parse(STR("192.0.2.7"), &w->envelope.client));
	w->result.client = (struct network){ .ip = w->envelope.client, .asn_state = NETWORK_KNOWN,
		.asn = 64500, .org = STR("BULLETPROOF-EX"), .prefix_state = NETWORK_KNOWN,
		.country_state = NETWORK_KNOWN, .country = "XX" };
	t_need(ip_prefix_parse(STR("192.0.2.0/24"), &w->result.client.prefix, NULL));
	w->hits[0] = (struct verdict_hit){ .rule = "URL_IN_DROP", .describe = "",
		.place = { "rules/a.cf", 3, 1 }, .score = 9, .would_score = 9, .count = 1,
		.evidence = STR("see http://Www.pills.example/a.b?x=1 and www.x.example") };
	w->hits[1] = (struct verdict_hit){ .rule = "PHARMA_URL", .describe = "", .score = 5,
		.would_score = 5, .count = 1, .place = { "rules/a.cf", 4, 1 } };
	w->result.verdict = (struct verdict){ .score = 14, .hits = w->hits, .hits_n = 2,
		.unknown = w->unknown };
	w->result.action = ACTION_REJECT;
	w->input = (struct report_input){ .snapshot = &w->snapshot, .result = &w->result,
		.envelope = &w->envelope, .view = &w->view, .id = "4F2A1", .stage = "eom",
		.action = ACTION_REJECT, .elapsed_us = 3100 };
}

static void end(struct world *w)
{
	config_free(&w->snapshot.config);
	arena_free(&w->arena);
}

T_TEST(report_log_line_is_of_the_documented_form)
{
	struct world w;

	begin(&w);
	t_str(report_log_line(&w.input, w.arena), "4F2A1: action=reject stage=eom score=14.0/10.0 "
		"client=192.0.2.7 asn=64500 prefix=192.0.2.0/24 cc=XX "
		"rules=URL_IN_DROP:9.0,PHARMA_URL:5.0 mode=enforce ms=3");
	w.hits[1].observe = true;
	w.hits[1].score = 0;
	w.unknown[0] = (struct verdict_unknown){ "SLOW", "budget" };
	w.result.verdict.unknown_n = 1;
	w.view.truncated = MESSAGE_CUT_URLS | MESSAGE_CUT_SCAN_BYTES;
	w.input.action = ACTION_ACCEPT;
	t_str(report_log_line(&w.input, w.arena), "4F2A1: action=accept stage=eom score=14.0/10.0 "
		"client=192.0.2.7 asn=64500 prefix=192.0.2.0/24 cc=XX rules=URL_IN_DROP:9.0 would=reject "
		"observed=PHARMA_URL:5.0 unknown=SLOW:budget truncated=scan-bytes,urls mode=enforce ms=3");
	end(&w);
}

T_TEST(report_says_unknown_and_none_for_what_is_not_known)
{
	struct world w;

	begin(&w);
	w.envelope.has_client = w.result.has_client = false;
	w.result.verdict.hits_n = 0;
	w.result.verdict.score = -0.01;
	w.snapshot.config->thresholds.reject = 0;
	t_str(report_log_line(&w.input, w.arena), "4F2A1: action=reject stage=eom score=0.0/off "
		"client=unknown asn=unknown prefix=unknown cc=unknown rules=none mode=enforce ms=3");
	w.input.result = NULL;
	w.input.error = "out of memory";
	t_str(report_log_line(&w.input, w.arena), "4F2A1: action=reject stage=eom score=unknown/off "
		"client=unknown asn=unknown prefix=unknown cc=unknown rules=unknown "
		"error=out\\x20of\\x20memory mode=enforce ms=3");
	t_str(report_score_header(&w.input, w.arena), "unknown (internal error)");
	end(&w);
}

T_TEST(report_urls_are_defanged)
{
	struct world w;

	begin(&w);
	t_str(report_why_line(&w.input, 0, w.arena), "4F2A1: why rule=URL_IN_DROP score=9.0 count=1 "
		"at=rules/a.cf:3 evidence=see\\x20hxxp://Www[.]pills[.]example/a.b?x\\x3D1\\x20and"
		"\\x20www[.]x[.]example");
	t_str(report_why_line(&w.input, 1, w.arena),
		"4F2A1: why rule=PHARMA_URL score=5.0 count=1 at=rules/a.cf:4 evidence=-");
	end(&w);
}

T_TEST(report_reply_names_id_network_and_appeal)
{
	struct world w;

	begin(&w);
	t_str(report_reply(&w.input, w.arena), "Mail refused by local policy (id 4F2A1); client "
		"192.0.2.7 in network 192.0.2.0/24 (AS64500 BULLETPROOF-EX). If this is an error, write "
		"to postmaster and name this id.");
	t_str(report_quarantine_reason(&w.input, w.arena),
		"depeer: score 14.0/10.0, rules URL_IN_DROP:9.0, PHARMA_URL:5.0");
	t_str(report_score_header(&w.input, w.arena),
		"14.0/10.0 action=reject mode=enforce id=4F2A1");
	t_str(report_rules_header(&w.input, w.arena), "URL_IN_DROP:9.0, PHARMA_URL:5.0");
	t_str(report_origin_header(&w.input, w.arena),
		"client=192.0.2.7 asn=64500 prefix=192.0.2.0/24 cc=XX\n\torg=\"BULLETPROOF-EX\"");
	end(&w);
}

T_TEST(report_reply_names_the_network_of_a_link_that_counted)
{
	struct network network = { .asn_state = NETWORK_KNOWN, .asn = 64511,
		.org = STR("HOSTER \"EX\"") };
	struct diags diags = { 0 };
	char appeal[201];
	struct world w;

	begin(&w);
	t_need(ip_parse(STR("192.0.2.80"), &network.ip));
	t_true(strstr(report_reply(&w.input, w.arena), "link") == NULL);
	w.hits[1].link_network = &network;
	t_true(strstr(report_reply(&w.input, w.arena), "(AS64500 BULLETPROOF-EX); link to 192.0.2.80 "
		"(AS64511 HOSTER ?EX?). If this is an error") != NULL);
	w.hits[1].link_server = true;
	t_true(strstr(report_reply(&w.input, w.arena), "; name server of link 192.0.2.80 (AS64511 ")
		!= NULL);
	/* what is only observed, or speaks for the mail, was no reason */
	w.hits[1].score = 0;
	t_true(strstr(report_reply(&w.input, w.arena), "link") == NULL);
	w.hits[1].score = 5;
	/* the way to appeal is never cut for it */
	memset(appeal, 'a', 200);
	appeal[199] = 'z';
	appeal[200] = 0;
	t_int(config_set(w.snapshot.config, "AppealText", appeal, &diags), 0);
	network.org = w.result.client.org = STR("AN ORGANISATION WHOSE NAME IS AS LONG AS IT MAY BE HERE, "
		"OR LONGER");
	w.input.id = "0123456789012345678901234567890123456789012345678901234567890123";
	t_true(strchr(report_reply(&w.input, w.arena), 'z') != NULL);
	end(&w);
}

/* Printable ASCII, but for a header's folds. */
static bool harmless(const char *text, bool header)
{
	for (; *text; text++)
		if ((*text < ' ' || *text > '~')
			&& !(header && ((*text == '\n' && text[1] == '\t') || *text == '\t')))
			return false;
	return true;
}

T_TEST(report_any_byte_anywhere_is_one_harmless_line)
{
	struct world w;
	char bytes[8] = "a?b c";

	begin(&w);
	w.input.id = bytes;
	w.result.client.org = str_make(bytes, 5);
	w.hits[0].evidence = str_make(bytes, 5);
	w.input.error = bytes;
	for (int byte = 0; byte < 256; byte++) {
		bytes[1] = (char)byte;
		t_true(harmless(report_log_line(&w.input, w.arena), false));
		t_true(harmless(report_why_line(&w.input, 0, w.arena), false));
		t_true(harmless(report_reply(&w.input, w.arena), false));
		t_true(harmless(report_quarantine_reason(&w.input, w.arena), false));
		t_true(harmless(report_score_header(&w.input, w.arena), true));
		t_true(harmless(report_rules_header(&w.input, w.arena), true));
		t_true(harmless(report_origin_header(&w.input, w.arena), true));
		t_true(harmless(report_pass_line(&w.input, "peer", w.arena), false));
	}
	end(&w);
}

T_TEST(report_long_texts_are_cut_and_folded)
{
	struct world w;
	const char *text, *line;

	begin(&w);
	for (size_t i = 0; i < 60; i++) {
		w.hits[i] = w.hits[0];
		w.hits[i].rule = "A_RULE_WITH_A_NAME_OF_SOME_LENGTH";
	}
	w.result.verdict.hits_n = 60;
	text = report_log_line(&w.input, w.arena);
	t_true(strlen(text) < 1000 && strstr(text, ",+") && strstr(text, " ms=3"));
	text = report_rules_header(&w.input, w.arena);
	t_true(strlen(text) <= REPORT_HEADER_MAX + 100);
	for (line = text; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
		t_true(strcspn(line, "\n") < 100);
	t_true(strlen(report_reply(&w.input, w.arena)) <= REPORT_REPLY_MAX);
	end(&w);
}

T_TEST(report_no_header_line_is_too_long_for_mail)
{
	struct network_listing listing;
	const char *text, *line;
	char name[2001];
	struct world w;

	begin(&w);
	memset(name, 'n', 2000);
	name[2000] = 0;
	listing = (struct network_listing){ .name = name };
	for (size_t i = 0; i < NETWORK_LISTINGS_MAX; i++)
		w.result.client.listings[i] = &listing;
	w.result.client.listings_n = NETWORK_LISTINGS_MAX;
	w.input.id = "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80";
	for (int i = 0; i < 2; i++) {
		text = i ? report_origin_header(&w.input, w.arena) : report_score_header(&w.input, w.arena);
		for (line = text; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
			t_true(strcspn(line, "\n") + strlen("X-Depeer-Origin: ") <= 998);
	}
	t_true(strstr(text, "lists=nnn") && strstr(text, "nnn,\n\tnnn"));
	end(&w);
}

T_TEST(report_spent_memory_gives_null)
{
	struct world w;

	begin(&w);
	for (size_t limit = 1; limit < 6000; limit += 97) {
		struct arena *small = arena_create(limit);

		if (small && !report_log_line(&w.input, small))
			t_true(arena_spent(small));
		if (small && !report_origin_header(&w.input, small))
			t_true(arena_spent(small));
		arena_free(&small);
	}
	end(&w);
}

/* The quick way writes what printf would. */
T_TEST(report_scores_have_one_decimal_as_printf_rounds)
{
	static const struct { double score; const char *text; } cases[] = {
		{ 0, "0.0" }, { 0.049, "0.0" }, { -0.049, "0.0" }, { -0.051, "-0.1" }, { 0.15, "0.1" },
		{ 2.25, "2.2" }, { 2.35, "2.4" }, { 2.251, "2.3" }, { 9.949, "9.9" }, { 9.951, "10.0" },
		{ -99.951, "-100.0" }, { 1234567.8, "1234567.8" }, { 12.34567, "12.3" }
	};
	char text[100];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct world w;

		begin(&w);
		w.result.verdict.score = cases[i].score;
		snprintf(text, sizeof(text), "%s/10.0 action=reject mode=enforce id=4F2A1", cases[i].text);
		t_str(report_score_header(&w.input, w.arena), text);
		end(&w);
	}
}
