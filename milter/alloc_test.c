/* Memory that is spent at any moment of a message: what comes of it is the policy of
 * On-InternalError, or exactly what would have come of it anyway; never a crash, a leak, or a mail
 * that passes for clean. The mail and the rules are such that every part of the way allocates. */
#include "test-harness/fault/alloc.h"

#include <stdlib.h>
#include <string.h>

#include "milter/testing.h"

#define FAULT_RULES WORLD_RULES \
	"uri IDN_HOST m{^https?://xn--bcher-kva\\.example/}\nscore IDN_HOST 0.25\n" \
	"body CYRILLIC /\\xd0\\xbf\\xd1\\x80\\xd0\\xb8/\nscore CYRILLIC 0.5\n" \
	"body BASE64 /in base64/\nscore BASE64 0.125\n" \
	"header WORDS Subject =~ /gr\\xc3\\xbc\\xc3\\x9fe/i\nscore WORDS 0.25\n" \
	"full FULL /boundary/\nscore FULL 0.25\n" \
	"header RELAYS X-Spam-Relays-External =~ /ip=203\\.0\\.113\\.5/\nscore RELAYS 0.25\n" \
	"meta BOTH PILLS && CYRILLIC\nscore BOTH 0.25\n" \
	"network RELAY_IN_BAD relay in bad_net\nscore RELAY_IN_BAD 0.25\n"

static const char *const headers[][2] = {
	{ "Received", "from a.example (a.example [203.0.113.5])\n\tby b.example with ESMTP id 1;\n"
	    "\tMon, 2 Mar 2020 10:00:00 +0000" },
	{ "X-Depeer-Score", "0.0 forged" },
	{ "Subject", "=?koi8-r?B?8NLJ18XU?= =?iso-8859-1?Q?Gr=FC=DFe?=" },
	{ "X-Spam-Flag", "NO" },
	{ "From", "\"A\" <a@b.example>" },
	{ "Content-Type", "multipart/mixed; boundary=\"x\"" },
};

static const char body[] = "--x\r\nContent-Type: text/plain; charset=koi8-r\r\n"
	"Content-Transfer-Encoding: 8bit\r\n\r\n\xf0\xd2\xc9\xd7\xc5\xd4 \xd0\xd2\xc9\r\n"
	"--x\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n"
	"dGhpcyBpcyBpbiBiYXNlNjQgd2F0Y2hlZA==\r\n"
	"--x\r\nContent-Type: text/html; charset=iso-8859-5\r\n\r\n"
	"<p>a &amp; b <a href=\"http://b\xfc" "cher.example/\">c</a>"
	"<a href=\"http://192.0.2.80/pills\">d</a> http://www.b&uuml;cher.example/x\r\n"
	"--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
	"http://b\xc3\xbc" "cher.example/y http://other.co.uk/ watched\r\n--x--\r\n";

/* All that came of one mail. */
struct outcome {
	char what[8000];
	size_t len;
};

static void tell(struct outcome *outcome, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static void tell(struct outcome *outcome, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(outcome->what + outcome->len, sizeof(outcome->what) - outcome->len, format,
		args);
	va_end(args);
	t_need(n >= 0 && (size_t)n < sizeof(outcome->what) - outcome->len);
	outcome->len += (size_t)n;
}

/* The one number that differs from run to run goes. */
static void take_line(void *context, enum log_level level, const char *line)
{
	const char *ms = strstr(line, " ms=");

	tell(context, "%d %.*s\n", level, ms ? (int)(ms - line) : (int)strlen(line), line);
}

static void tell_end(struct outcome *outcome, struct session *session,
	enum session_answer answer, const struct session_outcome *end)
{
	if (answer == SESSION_ACCEPT)
		tell(outcome, "accept");
	else
		tell(outcome, "%s %s %s", session_reply(session)->code, session_reply(session)->enhanced,
			session_reply(session)->text);
	tell(outcome, " quarantine=%s\n", end->quarantine ? end->quarantine : "-");
	for (size_t i = 0; i < end->edits_n; i++)
		tell(outcome, "%d %s %d %s\n", end->edits[i].kind, end->edits[i].name,
			end->edits[i].index, end->edits[i].value ? end->edits[i].value : "-");
}

/* As callbacks.c does it. */
static enum session_answer one_mail(struct session *session, const char *client,
	struct outcome *outcome)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	struct session_outcome end = { 0 };
	enum session_answer answer;

	inet_pton(AF_INET, client, &address.sin_addr);
	session_connect(session, "mail.example", (const struct sockaddr *)&address);
	session_helo(session, "helo.example");
	answer = session_mail(session, "<a@b.example>", NULL);
	for (int i = 0; i < 9 && answer == SESSION_CONTINUE; i++)
		answer = session_rcpt(session, "<c@d.example>", "Q1");
	if (answer != SESSION_CONTINUE) {
		tell_end(outcome, session, answer, &end);
		return answer;
	}
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		session_header(session, headers[i][0], headers[i][1]);
	session_end_of_headers(session);
	for (size_t i = 0, n; i < sizeof(body) - 1; i += n) {
		n = sizeof(body) - 1 - i < 400 ? sizeof(body) - 1 - i : 400;
		session_body(session, str_make(body + i, n));
	}
	answer = session_end(session, "Q1", &end);
	tell_end(outcome, session, answer, &end);
	session_abort(session);
	return answer;
}

static struct runtime *fault_runtime(const char *keys)
{
	struct diags diags = { 0 };
	struct config *config;
	struct snapshot *snapshot;
	struct runtime *runtime;
	const char *path = world_write(keys);

	world_file("rules.cf", FAULT_RULES);
	config = config_load(path, &diags);
	snapshot = config ? snapshot_build(config, &diags) : NULL;
	diags_print(&diags, stdout);
	diags_clear(&diags);
	t_need(snapshot != NULL);
	runtime = runtime_create(snapshot);
	t_need(runtime != NULL);
	return runtime;
}

/* A connection and the failure that happens on it. */
struct stretch {
	struct runtime *runtime;
	const char *client;
	bool lasting; /* the failing allocation is not the only one */
};

/* One mail with the nth allocation failing. How many there were. */
static size_t run(const struct stretch *stretch, size_t nth, struct outcome *outcome,
	enum session_answer *answer)
{
	struct session_options options = { .runtime = stretch->runtime, .log = take_line,
		.log_context = outcome, .can_quarantine = true, .can_skip = true };
	struct session *session;
	size_t asked;

	outcome->len = 0;
	outcome->what[0] = 0;
	*answer = SESSION_TEMPFAIL; /* what callbacks.c says without a session */
	fault_begin(nth, stretch->lasting);
	session = session_create(&options);
	if (session)
		*answer = one_mail(session, stretch->client, outcome);
	session_free(&session);
	asked = fault_end();
	return asked;
}

/* The verdict stands, only the log line or the reply became short: they still say what was done. */
static bool is_short_text(const struct outcome *got, const struct outcome *whole)
{
	const char *end = strstr(got->what, " stage=eom error=out-of-memory");
	const char *rest = strchr(got->what, '\n'), *begin = strstr(whole->what, "Q1: action=");

	if (strstr(whole->what, "\n550 "))
		return strstr(got->what, " Q1: action=reject stage=")
			&& strstr(got->what, "\n550 5.7.1 Mail refused by local policy");
	if (!end || !rest || !begin ||
			strncmp(got->what + 2, begin, (size_t)(end - got->what) - 2) != 0)
		return false;
	return strlen(rest) < strlen(whole->what)
		&& strcmp(whole->what + strlen(whole->what) - strlen(rest), rest) == 0;
}

/* What On-InternalError made of it: `answer`, and if that was ACCEPT then marked as not judged and
 * without the forged headers. */
static bool is_policy(const struct outcome *got, enum session_answer answer,
	enum session_answer policy)
{
	if (answer == SESSION_TEMPFAIL) /* always allowed: no memory even for the policy */
		return !strstr(got->what, "accept quarantine");
	return answer == policy && (policy != SESSION_ACCEPT
		|| (strstr(got->what, "0 X-Depeer-Score 1 -\n")
			&& strstr(got->what, "0 X-Spam-Flag 1 -\n")
			&& strstr(got->what, "2 X-Depeer-Score 0 unknown (internal error)\n")
			&& strstr(got->what, "error=out-of-memory")));
}

static const char honest[] = "198.51.100.9", refused[] = "192.0.2.7";

/* For each allocation of a mail. */
static void fail_each(struct stretch stretch, const char *keys, enum session_answer policy)
{
	struct outcome *whole = calloc(1, sizeof(*whole)), *got = calloc(1, sizeof(*got));
	enum session_answer expected, answer;
	size_t failed = 0, last;

	t_need(whole && got);
	stretch.runtime = fault_runtime(keys);
	run(&stretch, 0, whole, &expected); /* what libraries set up once */
	last = run(&stretch, 0, whole, &expected);
	for (size_t nth = 1; nth <= last; nth++) {
		run(&stretch, nth, got, &answer);
		if (answer == expected && strcmp(got->what, whole->what) == 0)
			continue; /* something that could be done without */
		failed++;
		if (!t_true(is_policy(got, answer, policy) || is_short_text(got, whole)))
			printf("# allocation %zu of %zu: %.400s\n", nth, last, got->what);
	}
	t_true(failed >= 5);
	printf("# %zu allocations, %zu failures that showed\n", last, failed);
	run(&stretch, 0, got, &answer);
	t_str(got->what, whole->what); /* nothing is left of it */
	free(whole);
	free(got);
	runtime_free(&stretch.runtime);
}

T_TEST(alloc_each_fails_once)
{
	struct stretch stretch = { .client = honest };

	fail_each(stretch, "Mode enforce\nRejectScore 0\nSubjectPrefix [SPAM]\nLogWhy yes\n",
		SESSION_TEMPFAIL);
	fail_each(stretch, "Mode observe\nOn-InternalError reject\n", SESSION_ACCEPT);
}

T_TEST(alloc_each_fails_and_all_after_it)
{
	struct stretch stretch = { .client = honest, .lasting = true };

	fail_each(stretch, "Mode enforce\nRejectScore 0\n", SESSION_TEMPFAIL);
	fail_each(stretch, "Mode enforce\nOn-InternalError accept\n", SESSION_ACCEPT);
}

T_TEST(alloc_each_fails_under_the_other_policies)
{
	struct stretch stretch = { .client = honest };

	fail_each(stretch, "Mode enforce\nOn-InternalError accept\n", SESSION_ACCEPT);
	fail_each(stretch, "Mode enforce\nRejectScore 0\nOn-InternalError reject\n", SESSION_REJECT);
}

T_TEST(alloc_each_fails_for_a_client_refused_at_rcpt)
{
	struct stretch stretch = { .client = refused };

	fail_each(stretch, "Mode enforce\n", SESSION_TEMPFAIL);
	fail_each(stretch, "Mode enforce\nOn-InternalError accept\n", SESSION_ACCEPT);
}

/* A reload that had not the memory is refused, or has loaded everything. */
T_TEST(alloc_each_fails_of_a_reload)
{
	struct stretch stretch = { .client = honest };
	struct outcome *whole = calloc(1, sizeof(*whole)), *got = calloc(1, sizeof(*got));
	enum session_answer answer;
	size_t last = 1, refusals = 0;

	t_need(whole && got);
	stretch.runtime = fault_runtime("Mode enforce\nSubjectPrefix [SPAM]\nLogWhy yes\n"
		"PeerList 203.0.113.9\nTrustedAuthservIDs mx.example\n");
	run(&stretch, 0, whole, &answer);
	for (size_t nth = 1; nth <= last; nth++) {
		struct diags diags = { 0 };
		int status;

		fault_begin(nth, false);
		status = runtime_reload(stretch.runtime, &diags);
		last = fault_end();
		refusals += status != 0;
		t_true(status == 0 || diags.errors > 0);
		diags_clear(&diags);
		run(&stretch, 0, got, &answer);
		if (!t_true(strcmp(got->what, whole->what) == 0))
			printf("# allocation %zu of %zu: %.400s\n", nth, last, got->what);
	}
	printf("# %zu allocations, %zu reloads refused\n", last, refusals);
	t_true(refusals > 50);
	free(whole);
	free(got);
	runtime_free(&stretch.runtime);
}
