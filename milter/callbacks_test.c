/* The callbacks under a libmilter of the test's own, which notes what they ask for. */
#include "milter/callbacks.h"

#include <string.h>

#include "milter/testing.h"
#include "test-harness/fault/alloc.h"

static struct {
	void *private_data;
	unsigned inserted, deleted;
	char score[200]; /* of our header */
	bool authenticated;
} mta;

int smfi_setpriv(SMFICTX *context, void *data)
{
	(void)context;
	mta.private_data = data;
	return MI_SUCCESS;
}

void *smfi_getpriv(SMFICTX *context)
{
	(void)context;
	return mta.private_data;
}

char *smfi_getsymval(SMFICTX *context, char *name)
{
	static char id[] = "Q1", user[] = "alice";

	(void)context;
	if (strcmp(name, "{auth_authen}") == 0)
		return mta.authenticated ? user : NULL;
	return strcmp(name, "i") == 0 ? id : NULL;
}

int smfi_setsymlist(SMFICTX *context, int stage, char *names)
{
	(void)context;
	(void)stage;
	(void)names;
	return MI_SUCCESS;
}

int smfi_setreply(SMFICTX *context, char *code, char *enhanced, char *text)
{
	(void)context;
	t_true(code[0] == enhanced[0] && text[0]);
	return MI_SUCCESS;
}

int smfi_quarantine(SMFICTX *context, char *reason)
{
	(void)context;
	(void)reason;
	return MI_SUCCESS;
}

int smfi_insheader(SMFICTX *context, int index, char *name, char *value)
{
	(void)context;
	t_int(index, 0);
	mta.inserted++;
	if (strcmp(name, "X-Depeer-Score") == 0)
		snprintf(mta.score, sizeof(mta.score), "%s", value);
	return MI_SUCCESS;
}

int smfi_chgheader(SMFICTX *context, char *name, int index, char *value)
{
	(void)context;
	(void)name;
	t_int(index, 1);
	mta.deleted += !value;
	return MI_SUCCESS;
}

static sfsistat one_mail(const struct smfiDesc *filter)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	char host[] = "mail.example", from[] = "<a@b.example>", to[] = "<c@d.example>";
	char name[] = "X-Depeer-Score", value[] = "0.0 forged";
	unsigned char body[] = "http://192.0.2.80/pills\r\n";
	char *sender[] = { from, NULL }, *recipient[] = { to, NULL };
	unsigned long actions, steps, unused;
	sfsistat status;

	memset(&mta, 0, sizeof(mta));
	inet_pton(AF_INET, "192.0.2.7", &address.sin_addr);
	status = filter->xxfi_negotiate(NULL, ~0UL, ~0UL, 0, 0, &actions, &steps, &unused, &unused);
	if (status != SMFIS_CONTINUE)
		return status;
	filter->xxfi_connect(NULL, host, (_SOCK_ADDR *)&address);
	filter->xxfi_helo(NULL, host);
	status = filter->xxfi_envfrom(NULL, sender);
	if (status == SMFIS_CONTINUE || status == SMFIS_NOREPLY)
		status = filter->xxfi_envrcpt(NULL, recipient);
	if (status != SMFIS_CONTINUE && status != SMFIS_NOREPLY)
		return status;
	filter->xxfi_header(NULL, name, value);
	filter->xxfi_eoh(NULL);
	filter->xxfi_body(NULL, body, sizeof(body) - 1);
	return filter->xxfi_eom(NULL);
}

T_TEST(callbacks_no_mail_passes_unmarked_when_memory_is_spent)
{
	static const char *const judged = "22.0/10.0 action=accept would=reject mode=observe id=Q1";
	struct runtime *runtime = world_runtime("Mode observe\n");
	struct smfiDesc filter = callbacks_describe(runtime);
	size_t last, passed = 0;

	t_int(one_mail(&filter), SMFIS_ACCEPT);
	t_str(mta.score, judged);
	filter.xxfi_close(NULL);
	fault_begin(0, false);
	one_mail(&filter);
	filter.xxfi_close(NULL);
	last = fault_end();
	for (size_t nth = 1; nth <= last; nth++) {
		sfsistat status;

		fault_begin(nth, false);
		status = one_mail(&filter);
		fault_end();
		if (status == SMFIS_ACCEPT) {
			passed++;
			if (strcmp(mta.score, "unknown (internal error)") != 0)
				t_str(mta.score, judged);
			t_int(mta.inserted, 3);
			t_int(mta.deleted, 1);
		} else {
			t_true(status == SMFIS_TEMPFAIL || (status == SMFIS_REJECT && !mta.private_data));
		}
		filter.xxfi_close(NULL);
		t_int(callbacks_open(), 0);
	}
	t_true(last > 20 && passed < last);
	runtime_free(&runtime);
}

/* What each stage answers to a client that is let through: the first that may, says so. */
T_TEST(callbacks_let_through_where_an_answer_was_agreed_upon)
{
	static const struct {
		const char *keys;
		unsigned long offered;
		sfsistat mail, rcpt, header, body;
	} cases[] = {
		{ "Mode enforce\n", ~0UL, SMFIS_NOREPLY, SMFIS_ACCEPT, SMFIS_NOREPLY, SMFIS_NOREPLY },
		{ "Mode observe\n", ~0UL, SMFIS_NOREPLY, SMFIS_NOREPLY, SMFIS_NOREPLY, SMFIS_NOREPLY },
		{ "Mode enforce\n", 0x7f, SMFIS_ACCEPT, SMFIS_ACCEPT, SMFIS_ACCEPT, SMFIS_ACCEPT },
	};
	char text[] = "x.example";
	char *arguments[] = { text, NULL };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct runtime *runtime = world_runtime(cases[i].keys);
		struct smfiDesc filter = callbacks_describe(runtime);
		unsigned long actions, steps, unused;

		memset(&mta, 0, sizeof(mta));
		mta.authenticated = true;
		t_int(filter.xxfi_negotiate(NULL, ~0UL, cases[i].offered, 0, 0, &actions, &steps, &unused,
			&unused), SMFIS_CONTINUE);
		t_int(steps & ~cases[i].offered, 0);
		filter.xxfi_connect(NULL, text, NULL);
		t_int(filter.xxfi_envfrom(NULL, arguments), cases[i].mail);
		t_int(filter.xxfi_envrcpt(NULL, arguments), cases[i].rcpt);
		t_int(filter.xxfi_header(NULL, text, text), cases[i].header);
		t_int(filter.xxfi_body(NULL, (unsigned char *)text, 1), cases[i].body);
		t_int(filter.xxfi_eom(NULL), SMFIS_ACCEPT);
		t_int(mta.inserted + mta.deleted, 0);
		filter.xxfi_close(NULL);
		runtime_free(&runtime);
	}
}

/* A health check hangs up at once; a filter that was never told to begin says 451. */
T_TEST(callbacks_without_a_session_cope)
{
	struct runtime *runtime = world_runtime("");
	struct smfiDesc filter = callbacks_describe(runtime);
	char name[] = "x";
	char *arguments[] = { name, NULL };

	memset(&mta, 0, sizeof(mta));
	filter.xxfi_close(NULL);
	filter.xxfi_abort(NULL);
	filter.xxfi_connect(NULL, name, NULL);
	filter.xxfi_header(NULL, name, name);
	t_int(filter.xxfi_envfrom(NULL, arguments), SMFIS_TEMPFAIL);
	t_int(filter.xxfi_envrcpt(NULL, arguments), SMFIS_TEMPFAIL);
	t_int(filter.xxfi_eom(NULL), SMFIS_TEMPFAIL);
	t_int(callbacks_open(), 0);
	runtime_free(&runtime);
}
