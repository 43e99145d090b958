/* Every allocation that one whole message makes fails in turn. malloc is defined here, before
 * libc's; the sanitizers own theirs, so under them the test is skipped by name. */
#include <errno.h>
#include <string.h>

#include "milter/testing.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { CAN_FAIL = 0 };
static long countdown;
#else
enum { CAN_FAIL = 1 };
static long countdown = -1; /* allocations until one fails; negative: none does */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *ptr, size_t size);
void *malloc(size_t size);
void *calloc(size_t n, size_t size);
void *realloc(void *ptr, size_t size);

static int fails(void)
{
	if (countdown < 0 || countdown-- > 0)
		return 0;
	errno = ENOMEM;
	return 1;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	return fails() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *ptr, size_t size)
{
	return fails() ? NULL : __libc_realloc(ptr, size);
}
#endif

struct result {
	enum session_answer answer;
	bool quarantined, deleted, marked_unknown;
	char rules[100];
};

/* One mail that is to be quarantined, from the connection's birth to its close. */
static struct result deliver(struct runtime *runtime, long fail_at)
{
	static const char body[] = "see http://192.0.2.80/ and http://x.example/\r\n";
	struct session_options options = { .runtime = runtime, .can_quarantine = true };
	struct sockaddr_in address = { .sin_family = AF_INET };
	struct result result = { .answer = SESSION_TEMPFAIL };
	struct session_outcome out = { .answer = SESSION_TEMPFAIL };
	struct session *session;

	address.sin_addr.s_addr = htonl(0xc6336409); /* 198.51.100.9 */
	countdown = fail_at;
	session = session_create(&options);
	if (!session)
		goto end;
	session_connect(session, "mail.example", (const struct sockaddr *)&address);
	session_helo(session, "helo.example");
	if (session_mail(session, "<a@b.example>", NULL) != SESSION_CONTINUE
		|| session_rcpt(session, "<c@d.example>", "Q1") != SESSION_CONTINUE)
		goto end;
	session_header(session, "X-Depeer-Score", "forged");
	session_header(session, "Subject", "on hold");
	session_end_of_headers(session);
	session_body(session, STR(body));
	result.answer = session_end(session, "Q1", &out);
	result.quarantined = out.quarantine != NULL;
	for (size_t i = 0; i < out.edits_n; i++) {
		const struct session_edit *e = &out.edits[i];

		result.deleted |= e->kind == SESSION_EDIT_DELETE;
		if (e->value && strcmp(e->name, "X-Depeer-Rules") == 0) {
			snprintf(result.rules, sizeof(result.rules), "%s", e->value);
			result.marked_unknown = strstr(e->value, "unknown (internal") != NULL;
		}
	}
end:
	countdown = -1;
	session_free(&session);
	return result;
}

static void fail_each(const char *keys, enum session_answer policy)
{
	struct runtime *runtime = world_runtime(keys);
	struct result whole = deliver(runtime, -1), one;
	long at = 0, failures = 0;

	t_int(whole.answer, SESSION_ACCEPT);
	t_true(whole.quarantined && whole.deleted);
	for (;; at++) {
		bool as_ever;

		one = deliver(runtime, at);
		as_ever = one.answer == whole.answer && one.quarantined == whole.quarantined
			&& one.deleted && strcmp(one.rules, whole.rules) == 0;
		if (as_ever && at > 200)
			break; /* more than a message needs */
		if (as_ever)
			continue;
		failures++;
		/* before there is a message only 451 is possible; accepted means marked and cleaned */
		t_true(one.answer == SESSION_TEMPFAIL || one.answer == policy);
		if (one.answer == SESSION_ACCEPT)
			t_true(one.deleted && one.marked_unknown);
		if (at > 10000)
			break;
	}
	t_true(failures > 3);
	runtime_free(&runtime);
}

T_TEST(session_each_allocation_fails_in_turn)
{
	if (!CAN_FAIL)
		t_skip("the sanitizer owns malloc");
	fail_each("Mode enforce\nRejectScore 0\nOn-InternalError tempfail\n", SESSION_TEMPFAIL);
	fail_each("Mode enforce\nRejectScore 0\nOn-InternalError reject\n", SESSION_REJECT);
	fail_each("Mode enforce\nRejectScore 0\nOn-InternalError accept\n", SESSION_ACCEPT);
}
