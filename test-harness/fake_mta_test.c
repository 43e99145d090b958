/* The fake MTA against a filter that plays a part: it notes what arrives, answers by a script. */
#include "test-harness/fake_mta.h"

#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "test-harness/t.h"

/* What the filter says when a command arrives: packets, without their lengths. */
struct line {
	char command;
	struct str answers[8]; /* up to the first empty one */
};
#define P(content) { content, sizeof(content) - 1 }

struct actor {
	const struct line *lines;
	size_t n;
	int listener;
	char heard[512];  /* the commands, in order */
	pthread_t thread;
};

static bool read_exactly(int fd, unsigned char *out, size_t n)
{
	for (size_t got = 0; got < n;) {
		ssize_t r = read(fd, out + got, n - got);

		if (r <= 0)
			return false;
		got += (size_t)r;
	}
	return true;
}

static void say(int fd, const struct line *line)
{
	for (const struct str *answer = line->answers; answer->len > 0; answer++) {
		unsigned char length[4] = { 0, 0, 0, (unsigned char)answer->len };

		if (write(fd, length, 4) != 4 || write(fd, answer->ptr, answer->len) < 0)
			return;
	}
}

static void *act(void *arg)
{
	struct actor *actor = arg;
	static unsigned char packet[70000];
	int fd = accept(actor->listener, NULL, NULL);
	size_t heard = 0;

	while (fd >= 0 && read_exactly(fd, packet, 4)) {
		size_t len = (size_t)packet[2] << 8 | packet[3];

		if (len == 0 || !read_exactly(fd, packet, len) || packet[0] == SMFIC_QUIT)
			break;
		if (heard + 1 < sizeof(actor->heard) && packet[0] != SMFIC_MACRO)
			actor->heard[heard++] = (char)packet[0];
		for (size_t i = 0; i < actor->n; i++)
			if (actor->lines[i].command == (char)packet[0])
				say(fd, &actor->lines[i]);
	}
	if (fd >= 0)
		close(fd);
	return NULL;
}

static const char *begin(struct actor *actor, const struct line *lines, size_t n)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *path = t_tmpfile("s");

	*actor = (struct actor){ .lines = lines, .n = n };
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	actor->listener = socket(AF_UNIX, SOCK_STREAM, 0);
	t_need(bind(actor->listener, (struct sockaddr *)&address, sizeof(address)) == 0);
	t_need(listen(actor->listener, 4) == 0);
	t_need(pthread_create(&actor->thread, NULL, act, actor) == 0);
	return path;
}

static void end(struct actor *actor)
{
	pthread_join(actor->thread, NULL);
	close(actor->listener);
}

static const char *const rcpts[] = { "<a@here.example>", "<b@here.example>" };
static const struct fake_client client = { "c.example", "192.0.2.1", "c.example" };
static const char mail_text[] = "Subject: s\nX-Old: 1\nx-old: 2\n\nbody\n";

static struct fake_mail make_mail(void)
{
	return (struct fake_mail){ .queue_id = "Q1", .from = "<f@there.example>",
		.recipients = rcpts, .recipients_n = 2, .text = str_from(mail_text) };
}

/* One mail through the script; the outcome and the violations. */
static void play(const struct line *lines, size_t n, struct fake_outcome *out, char *heard,
	char *violations)
{
	struct actor actor;
	struct error error = { "" };
	struct fake_mail mail = make_mail();
	struct fake_mta *mta = fake_mta_open(begin(&actor, lines, n),
		&(struct fake_mta_options){ .timeout_ms = 5000 }, &error);

	t_str(error.text, "");
	t_need(mta != NULL);
	fake_mta_hello(mta, &client, out);
	fake_mta_send(mta, &mail, out);
	fake_mta_quit(mta);
	snprintf(violations, 512, "%s", fake_mta_violations(mta));
	fake_mta_drop(&mta);
	end(&actor);
	snprintf(heard, 512, "%s", actor.heard);
}

/* version 6; ADDHDRS, CHGHDRS, QUARANTINE; no answers but at RCPT and the end, no DATA */
#define OPTIONS { SMFIC_OPTNEG, { P("O\0\0\0\6\0\0\0\61\0\x0d\x72\x80") } }
#define CONTINUE_AT(command) { command, { P("c") } }

T_TEST(carries_out_edits_in_order)
{
	static const struct line lines[] = { OPTIONS,
		CONTINUE_AT(SMFIC_RCPT),
		{ SMFIC_BODYEOB, { P("m\0\0\0\2X-Old\0\0"), P("m\0\0\0\1X-OLD\0\0"),
			P("i\0\0\0\0Top\0t\0"), P("hEnd\0e\0"), P("qwhy\0"), P("p"), P("a") } } };
	struct fake_outcome out = { 0 };
	char heard[512], violations[512];

	play(lines, 3, &out, heard, violations);
	t_str(violations, "");
	t_str(heard, "OCHMRRLLLNBE");
	t_int(out.answer, FAKE_ACCEPT);
	t_int(out.stage, FAKE_AT_EOM);
	t_int(out.recipients_taken, 2);
	t_int(out.progress, 1);
	t_true(out.quarantined);
	t_slice(buf_str(&out.quarantine), "why");
	t_slice(buf_str(&out.message), "Top: t\nSubject: s\nEnd: e\n\nbody\n");
	fake_outcome_clear(&out);
}

T_TEST(takes_replies_apart_and_aborts_after_rcpt)
{
	static const struct line lines[] = { OPTIONS,
		{ SMFIC_RCPT, { P("y550 5.7.1 no, 100%%\0") } } };
	struct fake_outcome out = { 0 };
	char heard[512], violations[512];

	play(lines, 2, &out, heard, violations);
	t_str(violations, "");
	t_str(heard, "OCHMRRA");
	t_int(out.answer, FAKE_REJECT);
	t_int(out.stage, FAKE_AT_RCPT);
	t_str(out.reply.code, "550");
	t_str(out.reply.enhanced, "5.7.1");
	t_str(out.reply.text, "no, 100%");
	t_int(out.message.len, 0);
	fake_outcome_clear(&out);
}

T_TEST(writes_down_what_a_filter_may_not_do)
{
	static const struct line lines[] = { OPTIONS,
		{ SMFIC_RCPT, { P("i\0\0\0\0Early\0x\0"), P("c") } },
		{ SMFIC_BODYEOB, { P("+a@b\0"), P("y550 4.7.1 50% x\0") } } };
	struct fake_outcome out = { 0 };
	char heard[512], violations[512];

	play(lines, 3, &out, heard, violations);
	t_true(strstr(violations, "insheader at rcpt") != NULL);
	t_true(strstr(violations, "addrcpt, which was not agreed") != NULL);
	t_true(strstr(violations, "reply 550 with enhanced code 4.7.1") != NULL);
	t_true(strstr(violations, "not doubled") != NULL);
	fake_outcome_clear(&out);
}

T_TEST(notices_an_answer_where_none_was_agreed)
{
	static const struct line lines[] = { OPTIONS,
		CONTINUE_AT(SMFIC_RCPT), { SMFIC_BODYEOB, { P("c"), P("c") } } };
	struct fake_outcome out = { 0 };
	char heard[512], violations[512];

	play(lines, 3, &out, heard, violations);
	t_true(strstr(violations, "after quit") != NULL);
	fake_outcome_clear(&out);
}

T_TEST(notices_more_than_was_offered)
{
	static const struct line lines[] = {
		{ SMFIC_OPTNEG, { P("O\0\0\0\6\0\0\2\0\0\0\0\0") } } };
	struct actor actor;
	struct fake_mta *mta = fake_mta_open(begin(&actor, lines, 1), NULL, NULL);

	t_need(mta != NULL);
	t_true(strstr(fake_mta_violations(mta), "actions that were not offered: 0x200") != NULL);
	fake_mta_drop(&mta);
	end(&actor);
}

T_TEST(loses_a_filter_that_hangs_up)
{
	static const struct line lines[] = { OPTIONS,
		{ SMFIC_RCPT, { P("z") } } };
	struct fake_outcome out = { 0 };
	char heard[512], violations[512];

	play(lines, 2, &out, heard, violations);
	t_int(out.answer, FAKE_LOST);
	t_true(strstr(violations, "answer 0x7a at rcpt") != NULL);
	fake_outcome_clear(&out);
}

T_TEST(cuts_where_it_is_told)
{
	static const struct line lines[] = { OPTIONS,
		CONTINUE_AT(SMFIC_RCPT), CONTINUE_AT(SMFIC_BODYEOB) };
	struct actor actor;
	struct fake_mail mail = make_mail();
	struct fake_outcome out = { 0 };
	struct fake_mta *mta = fake_mta_open(begin(&actor, lines, 3),
		&(struct fake_mta_options){ .cut_bytes = 100, .piece = 7 }, NULL);

	t_need(mta != NULL);
	fake_mta_hello(mta, &client, &out);
	t_int(fake_mta_send(mta, &mail, &out), FAKE_LOST);
	t_true(fake_mta_counts(mta).cut);
	t_int(fake_mta_counts(mta).bytes_out, 100);
	fake_outcome_clear(&out);
	fake_mta_drop(&mta);
	end(&actor);
}
