#include "milter/session.h"

#include <stdlib.h>
#include <string.h>

#include "milter/headers.h"
#include "milter/testing.h"

/* One kind of mail, and what comes of it. */
struct kind {
	const char *ip, *auth, *headers, *body; /* headers: "Name: value" lines */
};

static void feed_headers(struct session *session, const char *headers)
{
	char name[100], value[400];
	int used;

	/* a folded line stays with its header */
	while (sscanf(headers, "%99[^:]: %399[^|]|%n", name, value, &used) == 2) {
		t_int(session_header(session, name, value), SESSION_CONTINUE);
		headers += used;
	}
}

static const char *edits_text(const struct session_outcome *outcome)
{
	static char text[4000];
	size_t n = 0;

	text[0] = 0;
	for (size_t i = 0; i < outcome->edits_n && n < sizeof(text); i++) {
		const struct session_edit *e = &outcome->edits[i];

		n += (size_t)snprintf(text + n, sizeof(text) - n, "%c %s %d%s%s\n", "-=+"[e->kind],
			e->name, e->index, e->value ? " " : "", e->value ? e->value : "");
	}
	return text;
}

/* Sends one mail on a connection and tells all that came of it, without the session's id. */
static const char *deliver(struct session *session, const struct kind *kind)
{
	static char text[6000];
	struct session_outcome outcome;
	enum session_answer answer;

	if (session_mail(session, "<a@b.example>", kind->auth) == SESSION_ACCEPT)
		return "passed";
	answer = session_rcpt(session, "<c@d.example>", "Q1");
	if (answer != SESSION_CONTINUE) {
		snprintf(text, sizeof(text), "rcpt %d %s %s", answer, session_reply(session)->code,
			session_reply(session)->text);
		session_abort(session);
		return text;
	}
	feed_headers(session, kind->headers);
	session_end_of_headers(session);
	session_body(session, str_from(kind->body));
	answer = session_end(session, "Q1", &outcome);
	t_int(answer, outcome.answer);
	snprintf(text, sizeof(text), "eom %d %s\n%s%s", answer,
		answer == SESSION_ACCEPT ? "" : session_reply(session)->text, edits_text(&outcome),
		outcome.quarantine ? outcome.quarantine : "");
	session_abort(session);
	return text;
}

static const struct kind kinds[] = {
	{ "198.51.100.9", NULL, "Subject: hello|", "nothing" },
	{ "198.51.100.9", NULL, "Subject: buy|", "http://x.example/pills" },
	{ "198.51.100.9", NULL, "Subject: hold|X-Depeer-Score: forged|x-spam-FLAG: NO|", "watched" },
	{ "198.51.100.9", NULL, "Subject: on hold|", "http://192.0.2.80/pills" },
	{ "198.51.100.9", "joe", "Subject: hold|", "http://192.0.2.80/pills" },
	{ "198.51.100.9", NULL, "", "" },
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

T_TEST(session_six_kinds_of_mail_in_six_orders_on_one_connection)
{
	struct runtime *runtime = world_runtime("Mode enforce\nSubjectPrefix [SPAM]\n");
	char alone[KINDS][3000];
	struct world_log log = { 0 };
	struct session *session;

	for (size_t i = 0; i < KINDS; i++) {
		session = world_session(runtime, &log);
		world_connect(session, kinds[i].ip);
		snprintf(alone[i], sizeof(alone[i]), "%s", deliver(session, &kinds[i]));
		session_free(&session);
		for (size_t k = 0; k < i; k++)
			t_true(strcmp(alone[i], alone[k]) != 0 || (k == 0 && i == 5));
	}
	session = world_session(runtime, &log);
	world_connect(session, "198.51.100.9");
	for (size_t order = 0; order < 6; order++)
		for (size_t i = 0; i < KINDS; i++) {
			/* steps 1 and 5 walk all six, forwards and backwards, from each start */
			size_t k = (order + i * (order % 2 ? 5 : 1)) % KINDS;

			t_str(deliver(session, &kinds[k]), alone[k]);
		}
	session_free(&session);
	runtime_free(&runtime);
}

T_TEST(session_verdicts_and_what_is_done)
{
	struct runtime *runtime = world_runtime("Mode enforce\nSubjectPrefix [SPAM]\n"
		"SpamFlagHeader yes\n");
	struct world_log log = { 0 };
	struct session *session = world_session(runtime, &log);

	world_connect(session, "198.51.100.9");
	t_str(deliver(session, &kinds[0]), "eom 1 \n"
		"+ X-Depeer-Origin 0 client=198.51.100.9 asn=64496 prefix=198.51.100.0/24\n"
		"\tcc=DE org=\"HONEST-EX\"\n+ X-Depeer-Rules 0 none\n"
		"+ X-Depeer-Score 0 0.0/10.0 action=accept mode=enforce id=Q1\n");
	t_str(deliver(session, &kinds[1]), "eom 1 \n= Subject 1 [SPAM] buy\n"
		"+ X-Depeer-Origin 0 client=198.51.100.9 asn=64496 prefix=198.51.100.0/24\n"
		"\tcc=DE org=\"HONEST-EX\"\n+ X-Depeer-Rules 0 PILLS:6.0\n"
		"+ X-Depeer-Score 0 6.0/10.0 action=tag mode=enforce id=Q1\n+ X-Spam-Flag 0 YES\n");
	t_str(deliver(session, &kinds[2]), "eom 1 \n- X-Depeer-Score 1\n- x-spam-FLAG 1\n"
		"= Subject 1 [SPAM] hold\n"
		"+ X-Depeer-Origin 0 client=198.51.100.9 asn=64496 prefix=198.51.100.0/24\n"
		"\tcc=DE org=\"HONEST-EX\"\n+ X-Depeer-Rules 0 SUBJECT_HOLD:8.5; observed WATCHED:3.0\n"
		"+ X-Depeer-Score 0 8.5/10.0 action=quarantine mode=enforce id=Q1\n"
		"+ X-Spam-Flag 0 YES\ndepeer: score 8.5/10.0, rules SUBJECT_HOLD:8.5");
	t_str(deliver(session, &kinds[3]), "eom 2 Mail refused by local policy (id Q1); client "
		"198.51.100.9 in network 198.51.100.0/24 (AS64496 HONEST-EX); link to 192.0.2.80 in "
		"network 192.0.2.0/24 (AS64500 BULLETPROOF-EX). If this is an error, write to postmaster "
		"and name this id.\n");
	t_str(session_reply(session)->code, "451"); /* nothing is left of it */
	t_str(deliver(session, &kinds[4]), "passed");
	t_int(log.lines, 5);
	session_free(&session);
	runtime_free(&runtime);
}

T_TEST(session_a_list_that_is_too_old_is_neither_clean_nor_spam)
{
	static const struct kind kind = { "192.0.2.9", NULL, "Subject: hello|", "http://192.0.2.80/" };
	struct runtime *runtime = world_runtime("Mode enforce\n");
	struct world_log log = { 0 };
	struct session *session = world_session(runtime, &log);
	struct diags diags = { 0 };

	world_file("rules.cf", WORLD_RULES "max_age bad_net 30d\nmeta CLEAN !CLIENT_IN_BAD\n"
		"score CLEAN -1\n");
	for (int days = 30; days <= 31; days++) {
		world_age_list(days);
		t_int(runtime_reload(runtime, &diags), 0);
		log.len = 0;
		log.text[0] = 0;
		world_connect(session, kind.ip);
		t_true(strstr(deliver(session, &kind), days == 30 ? "rcpt " : "+ X-Depeer-Rules 0 none; "
			"unknown CLIENT_IN_BAD:list-too-old,\n\tURL_IN_BAD:list-too-old, "
			"CLEAN:part-unknown\n+ X-Depeer-Score 0 0.0/10.0 action=accept") != NULL);
		t_true(strstr(log.text, days == 30 ? "rules=CLIENT_IN_BAD:12.0" : "rules=none "
			"unknown=CLIENT_IN_BAD:list-too-old,URL_IN_BAD:list-too-old,CLEAN:part-unknown")
			!= NULL);
	}
	diags_clear(&diags);
	session_free(&session);
	runtime_free(&runtime);
}

T_TEST(session_subject_prefix_is_parted_by_one_blank)
{
	struct runtime *runtime = world_runtime("Mode enforce\nSubjectPrefix \" [SPAM] \"\n");
	struct kind marked = { "198.51.100.9", NULL, "Subject: [spam]|", "http://x.example/pills" };
	struct world_log log = { 0 };
	struct session *session = world_session(runtime, &log);

	world_connect(session, "198.51.100.9");
	t_true(strstr(deliver(session, &kinds[1]), "\n= Subject 1 [SPAM] buy\n") != NULL);
	t_true(strstr(deliver(session, &marked), "Subject") == NULL); /* it begins so already */
	marked.headers = "";
	t_true(strstr(deliver(session, &marked), "\n+ Subject 0 [SPAM]\n") != NULL);
	session_free(&session);
	runtime_free(&runtime);
}

T_TEST(session_a_bad_network_is_refused_at_each_rcpt)
{
	struct runtime *runtime = world_runtime("Mode enforce\n");
	struct world_log log = { 0 };
	struct session *session = world_session(runtime, &log);
	const struct session_reply *reply;

	world_connect(session, "192.0.2.7");
	t_int(session_mail(session, "<>", ""), SESSION_CONTINUE);
	t_int(session_rcpt(session, "<a@b.example>", NULL), SESSION_REJECT);
	reply = session_reply(session);
	t_str(reply->code, "550");
	t_str(reply->enhanced, "5.7.1");
	t_true(strstr(reply->text, "192.0.2.0/24 (AS64500 BULLETPROOF-EX)") != NULL);
	t_true(strstr(reply->text, "(id s") != NULL);
	t_int(session_rcpt(session, "<a2@b.example>", "4F2A1"), SESSION_REJECT);
	t_true(strstr(session_reply(session)->text, "(id 4F2A1)") != NULL);
	t_int(log.lines, 2);
	t_true(strstr(log.text, "\n4F2A1: action=reject stage=rcpt score=12.0/10.0 client=192.0.2.7 "
		"asn=64500 prefix=192.0.2.0/24 cc=XX rules=CLIENT_IN_BAD:12.0 mode=enforce") != NULL);
	t_true(strstr(log.text, "b.example") == NULL);
	session_free(&session);
	runtime_free(&runtime);
}

/* Mode or RejectStage were turned on after this connection had agreed to be silent at RCPT. */
T_TEST(session_silent_at_rcpt_decides_once_at_the_end)
{
	struct runtime *runtime = world_runtime("Mode enforce\n");
	struct world_log log = { 0 };
	struct session_options options = { .runtime = runtime, .log = world_log,
		.log_context = &log, .silent_at_rcpt = true };
	struct session *session = session_create(&options);

	t_need(session != NULL);
	world_connect(session, "192.0.2.7");
	t_true(strncmp(deliver(session, &kinds[0]), "eom 2 Mail refused", 18) == 0);
	t_int(log.lines, 1);
	t_true(strstr(log.text, "action=reject stage=eom") != NULL);
	session_free(&session);
	runtime_free(&runtime);
}

/* No answer to MAIL was agreed upon: every later stage has it, and nothing is read. */
T_TEST(session_passes_at_any_stage)
{
	struct runtime *runtime = world_runtime("Mode enforce\nPeerList 192.0.2.7\n");
	struct world_log log = { 0 };
	struct session *session = world_session(runtime, &log);
	struct session_outcome outcome;

	world_connect(session, "192.0.2.7");
	t_int(session_mail(session, "<>", NULL), SESSION_ACCEPT);
	t_int(session_rcpt(session, "<a@b.example>", NULL), SESSION_ACCEPT);
	t_int(session_header(session, "X-Depeer-Score", "a"), SESSION_ACCEPT);
	t_int(session_end_of_headers(session), SESSION_ACCEPT);
	t_int(session_body(session, STR("pills")), SESSION_ACCEPT);
	t_int(session_end(session, "Q1", &outcome), SESSION_ACCEPT);
	t_int(outcome.answer, SESSION_ACCEPT);
	t_int(outcome.edits_n, 0);
	t_true(outcome.quarantine == NULL);
	t_int(log.lines, 1);
	session_abort(session); /* it holds for one mail only */
	t_int(session_end(session, NULL, &outcome), SESSION_TEMPFAIL);
	t_int(session_helo(session, "helo.example"), SESSION_CONTINUE);
	t_int(session_rcpt(session, "<a@b.example>", NULL), SESSION_TEMPFAIL);
	session_free(&session);
	runtime_free(&runtime);
}

T_TEST(session_reject_stage_eom_and_observe_wait_for_the_end)
{
	static const struct kind bad = { "192.0.2.7", NULL, "X-Depeer-Rules: x|Subject: a|", "b" };
	struct runtime *runtime = world_runtime("Mode enforce\nRejectStage eom\n");
	struct world_log log = { 0 };
	struct session *session = world_session(runtime, &log);

	world_connect(session, "192.0.2.7");
	t_true(strncmp(deliver(session, &bad), "eom 2 Mail refused", 18) == 0);
	session_free(&session);
	runtime_free(&runtime);

	runtime = world_runtime("Mode observe\nSubjectPrefix [SPAM]\nSpamFlagHeader yes\n");
	session = world_session(runtime, &log);
	world_connect(session, "192.0.2.7");
	t_str(deliver(session, &bad), "eom 1 \n- X-Depeer-Rules 1\n"
		"+ X-Depeer-Origin 0 client=192.0.2.7 asn=64500 prefix=192.0.2.0/24 cc=XX\n"
		"\torg=\"BULLETPROOF-EX\" lists=bad_net\n+ X-Depeer-Rules 0 CLIENT_IN_BAD:12.0\n"
		"+ X-Depeer-Score 0 12.0/10.0 action=accept would=reject mode=observe id=Q1\n");
	t_true(strstr(log.text, "action=accept stage=eom score=12.0/10.0") != NULL);
	t_true(strstr(log.text, "would=reject") != NULL);
	session_free(&session);
	runtime_free(&runtime);
}

T_TEST(session_peers_and_authenticated_clients_pass)
{
	struct runtime *runtime = world_runtime("Mode enforce\nPeerList 192.0.2.7\n");
	struct world_log log = { 0 };
	struct session *session = world_session(runtime, &log);

	world_connect(session, "192.0.2.7");
	t_int(session_mail(session, "<a@b.example>", NULL), SESSION_ACCEPT);
	t_true(strstr(log.text, ": action=pass stage=mail reason=peer client=192.0.2.7\n") != NULL);
	world_connect(session, "192.0.2.8");
	t_int(session_mail(session, "<a@b.example>", ""), SESSION_CONTINUE);
	t_int(session_mail(session, "<a@b.example>", "joe"), SESSION_ACCEPT);
	t_true(strstr(log.text, "reason=authenticated client=192.0.2.8\n") != NULL);
	/* the next one on the connection is not */
	t_int(session_mail(session, "<a@b.example>", NULL), SESSION_CONTINUE);
	t_int(session_rcpt(session, "<c@d.example>", NULL), SESSION_REJECT);
	session_free(&session);
	runtime_free(&runtime);
	runtime = world_runtime("Mode enforce\nIgnoreAuthenticatedClients no\n");
	session = world_session(runtime, &log);
	world_connect(session, "192.0.2.7");
	t_int(session_mail(session, "<a@b.example>", "joe"), SESSION_CONTINUE);
	session_free(&session);
	runtime_free(&runtime);
}

T_TEST(session_forged_headers_go_from_the_last_down)
{
	struct runtime *runtime = world_runtime("");
	struct world_log log = { 0 };
	struct session *session = world_session(runtime, &log);
	struct session_outcome outcome;
	const char *expected = "- X-Depeer-New 1\n"
		"- X-DEPEER-SCORE 3\n- X-DEPEER-SCORE 2\n- X-DEPEER-SCORE 1\n- X-Spam-Status 2\n- X-Spam-Status 1\n+";
	size_t deleted = 0;

	world_connect(session, "198.51.100.9");
	session_mail(session, "<>", NULL);
	session_rcpt(session, "<c@d.example>", NULL);
	feed_headers(session, "X-DEPEER-SCORE: a|X-Spam-Status: b|X-Spammer: stays|"
		"X-DEPEER-SCORE: c\n\td|From: x|X-Depeer-New: 1|X-Spam-Status: e|X-DEPEER-SCORE: f|");
	session_end(session, NULL, &outcome);
	t_true(strncmp(edits_text(&outcome), expected, strlen(expected)) == 0);
	/* past all limits of what is read, and with names made up by the thousand */
	session_mail(session, "<>", NULL);
	for (int i = 0; i < 20000; i++) {
		char name[40];

		snprintf(name, sizeof(name), i % 2 ? "x-depEER-score" : "X-Spam-%d", i);
		session_header(session, name, "x");
	}
	session_end(session, NULL, &outcome);
	for (size_t i = 0; i < outcome.edits_n; i++)
		deleted += outcome.edits[i].kind == SESSION_EDIT_DELETE;
	t_int(deleted, 20000);
	session_free(&session);
	runtime_free(&runtime);
}

/* The name and HELO of the connection are lent to the mail; a new HELO (RFC 5321 section 4.1.4:
 * it resets) or a new connect ends it, and what was said before is forgotten. */
T_TEST(session_a_new_helo_or_connect_ends_the_mail)
{
	struct runtime *runtime;
	struct world_log log = { 0 };
	struct session *session;
	struct session_outcome outcome;

	world_file("helo.cf", "header HELO_NEW X-Spam-Relays-External =~ /helo=new.example /\n"
		"header HELO_OLD X-Spam-Relays-External =~ /helo=helo.example /\n");
	runtime = world_runtime("RulesDir helo.cf\n");
	session = world_session(runtime, &log);
	world_connect(session, "198.51.100.9");
	session_mail(session, "<a@b.example>", NULL);
	t_int(session_helo(session, "new.example"), SESSION_CONTINUE);
	t_int(session_end(session, "Q1", &outcome), SESSION_TEMPFAIL);
	session_mail(session, "<a@b.example>", NULL);
	session_end(session, "Q2", &outcome);
	t_true(strstr(log.text, "rules=HELO_NEW:1.0") != NULL);
	world_connect(session, "198.51.100.9");
	t_int(session_connect(session, NULL, NULL), SESSION_CONTINUE);
	session_mail(session, "<a@b.example>", NULL);
	session_end(session, "Q3", &outcome);
	t_true(strstr(log.text, "HELO_OLD") == NULL);
	session_free(&session);
	runtime_free(&runtime);
}

T_TEST(session_missing_and_repeated_calls_do_no_harm)
{
	struct runtime *runtime = world_runtime("Mode enforce\n");
	struct world_log log = { 0 };
	struct session *session = world_session(runtime, &log);
	struct session_outcome outcome;

	session_free(&session); /* a health check */
	session_free(&session);
	session = world_session(runtime, &log);
	t_int(session_header(session, "a", "b"), SESSION_CONTINUE);
	t_int(session_end_of_headers(session), SESSION_CONTINUE);
	t_int(session_body(session, STR("x")), SESSION_CONTINUE);
	t_int(session_end(session, NULL, &outcome), SESSION_TEMPFAIL);
	t_int(session_rcpt(session, "a", NULL), SESSION_TEMPFAIL);
	session_abort(session);
	t_int(session_connect(session, NULL, NULL), SESSION_CONTINUE);
	t_int(session_helo(session, NULL), SESSION_CONTINUE);
	t_int(session_mail(session, NULL, NULL), SESSION_CONTINUE);
	t_int(session_rcpt(session, NULL, NULL), SESSION_CONTINUE);
	t_int(session_end(session, NULL, &outcome), SESSION_ACCEPT);
	t_true(strstr(log.text, "client=unknown") != NULL);
	session_mail(session, "<a@b>", NULL);
	session_header(session, "Subject", "hold");
	session_free(&session); /* closed in the middle, without abort */
	runtime_free(&runtime);
}

T_TEST(session_a_message_keeps_the_snapshot_it_began_with)
{
	struct runtime *runtime = world_runtime("Mode enforce\n");
	struct world_log log = { 0 };
	struct session *session = world_session(runtime, &log);
	struct diags diags = { 0 };
	struct session_outcome outcome;

	world_connect(session, "198.51.100.9");
	session_mail(session, "<>", NULL);
	world_file("rules.cf", "header NOTHING Subject =~ /never/\nscore NOTHING 1\n");
	t_int(runtime_reload(runtime, &diags), 0);
	session_header(session, "Subject", "on hold");
	session_end(session, NULL, &outcome);
	t_true(outcome.quarantine != NULL);
	session_abort(session);
	session_mail(session, "<>", NULL);
	session_header(session, "Subject", "on hold");
	session_end(session, NULL, &outcome);
	t_true(outcome.quarantine == NULL);
	session_free(&session);
	diags_clear(&diags);
	runtime_free(&runtime);
}

T_TEST(session_an_mta_that_offers_less)
{
	struct runtime *runtime = world_runtime("Mode enforce\nScanBytes 1k\n");
	struct session_options options = { .runtime = runtime };
	struct session *session = session_create(&options);
	struct session_outcome outcome;
	char big[3000];

	memset(big, 'x', sizeof(big));
	world_connect(session, "198.51.100.9");
	session_mail(session, "<>", NULL);
	session_header(session, "Subject", "on hold");
	t_int(session_body(session, str_make(big, sizeof(big))), SESSION_CONTINUE);
	t_int(session_body(session, str_make(big, sizeof(big))), SESSION_CONTINUE);
	session_end(session, NULL, &outcome);
	t_true(outcome.quarantine == NULL);
	t_true(strstr(edits_text(&outcome), "action=tag would=quarantine") != NULL);
	session_free(&session);
	options.can_skip = true;
	session = session_create(&options);
	session_mail(session, "<>", NULL);
	t_int(session_body(session, str_make(big, sizeof(big))), SESSION_SKIP);
	session_free(&session);
	runtime_free(&runtime);
}

/* Each size of memory: judged as ever, or the policy, and the log says error=. Never "clean". */
static void starve(const char *mode, const char *policy, enum session_answer expected)
{
	size_t judged = 0, starved = 0;
	char keys[200];

	for (unsigned memory = 65536; memory < 1 << 20; memory += memory / 16) {
		struct world_log log = { 0 };
		struct session_outcome outcome;
		struct session *session;
		struct runtime *runtime;
		char big[40000];

		snprintf(keys, sizeof(keys), "Mode %s\nOn-InternalError %s\nMessageMemory %u\n",
			mode, policy, memory);
		runtime = world_runtime(keys);
		session = world_session(runtime, &log);
		world_connect(session, "198.51.100.9");
		session_mail(session, "<>", NULL);
		session_header(session, "X-Depeer-Score", "forged");
		session_header(session, "Subject", "on hold");
		memset(big, 'y', sizeof(big));
		session_body(session, str_make(big, sizeof(big)));
		session_body(session, STR("\r\nhttp://192.0.2.80/pills\r\n"));
		session_end(session, "Q1", &outcome);
		if (strstr(log.text, "error=")) {
			starved++;
			t_int(outcome.answer, expected);
			if (strcmp(mode, "observe") == 0)
				t_true(strstr(log.text, "action=accept") && strstr(log.text, " would=reject"));
			if (expected == SESSION_ACCEPT)
				t_true(strstr(edits_text(&outcome), "- X-Depeer-Score 1\n") != NULL
					&& strstr(edits_text(&outcome), "unknown (internal error)") != NULL);
		} else {
			judged++;
			t_true(strstr(log.text, "SUBJECT_HOLD") != NULL);
			t_true(strstr(log.text, "=reject ") != NULL || strstr(log.text, "truncated=") != NULL);
		}
		session_free(&session);
		runtime_free(&runtime);
	}
	t_true(judged > 0 && starved > 0);
}

T_TEST(session_spent_memory_is_the_policy_and_never_clean)
{
	starve("enforce", "tempfail", SESSION_TEMPFAIL);
	starve("enforce", "accept", SESSION_ACCEPT);
	starve("enforce", "reject", SESSION_REJECT);
	starve("observe", "reject", SESSION_ACCEPT);
}

T_TEST(session_forged_headers_that_could_not_be_counted_never_pass)
{
	struct runtime *runtime = world_runtime("On-InternalError accept\nMessageMemory 64k\n");
	struct world_log log = { 0 };
	struct session *session = world_session(runtime, &log);
	struct session_outcome outcome;

	world_connect(session, "198.51.100.9");
	session_mail(session, "<>", NULL);
	for (int i = 0; i < 20000; i++)
		session_header(session, "X-Spam-Flag", "NO");
	t_int(session_end(session, "Q1", &outcome), SESSION_TEMPFAIL);
	t_int(outcome.edits_n, 0);
	t_true(strstr(log.text, "action=tempfail") != NULL);
	session_free(&session);
	runtime_free(&runtime);
}

T_TEST(session_log_why_explains_each_hit)
{
	struct runtime *runtime = world_runtime("Mode enforce\nLogWhy yes\n");
	struct world_log log = { 0 };
	struct session *session = world_session(runtime, &log);

	world_connect(session, "198.51.100.9");
	deliver(session, &kinds[3]);
	t_int(log.lines, 4);
	t_true(strstr(log.text, "Q1: why rule=PILLS score=6.0") != NULL);
	t_true(strstr(log.text, "hxxp://192[.]0[.]2[.]80/pills") != NULL);
	session_free(&session);
	runtime_free(&runtime);
}
