/* What an MTA's side can do to depeerd, and what must become of it: nothing.
 *
 *   protocol_test
 *
 * Starts a depeerd ($B/depeerd) with the world of protocol.scn, talks to it in every wrong way, and
 * asks each time whether it still judges a mail as before; at the end its descriptors must be what
 * they were, and it must end well (under ASan that includes: nothing leaked). Prints TAP.
 */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>

#include "base/clock.h"
#include "base/lex.h"
#include "test-harness/scenario_door.h"
#include "test-harness/scenario_expect.h"

enum { CONNECTIONS = 500, PATIENCE_S = 60 };

struct protocol {
	struct scenario_world world;
	struct scenario *scenario;
	int pid;
	struct buf mail;     /* refused at the end of the message */
	unsigned failures;
};

static const char *const rcpts[] = { "<user@here.example>", "<other@here.example>" };
static const struct fake_client client = { "mail.there.example", "192.0.2.25", "there.example" };
static const struct fake_client listed = { "x.listed.example", "203.0.113.9", "there.example" };

static void report(struct protocol *p, bool ok, const char *name, const char *why)
{
	printf("%sok - protocol_test: %s\n", ok ? "" : "not ", name);
	if (!ok)
		printf("# %s\n", why);
	p->failures += !ok;
}

/* ---- one mail ---- */

static struct fake_mail make_mail(struct str text)
{
	return (struct fake_mail){ .queue_id = "4F2A1", .from = "<shop@there.example>",
		.recipients = rcpts, .recipients_n = 2, .text = text };
}

/* Whether it was refused as it must be, and nothing was done that may not be done. */
static bool refused(struct fake_mta *mta, const struct fake_outcome *out, struct buf *why)
{
	bool ok = out->answer == FAKE_REJECT && out->stage == FAKE_AT_EOM &&
		strcmp(out->reply.code, "550") == 0 && strcmp(out->reply.enhanced, "5.7.1") == 0;

	if (!ok)
		buf_addf(why, "%s at %s %s %s %s; ", fake_answer_name(out->answer),
			fake_stage_name(out->stage), out->reply.code, out->reply.text,
			fake_mta_trouble(mta));
	if (*fake_mta_violations(mta) != '\0')
		buf_addf(why, "violations: %s; ", fake_mta_violations(mta));
	return ok && *fake_mta_violations(mta) == '\0';
}

static bool send_refused(struct protocol *p, struct fake_mta *mta, struct buf *why)
{
	struct fake_mail mail = make_mail(buf_str(&p->mail));
	struct fake_outcome out;
	bool ok;

	fake_mta_send(mta, &mail, &out);
	ok = refused(mta, &out, why);
	fake_outcome_clear(&out);
	return ok;
}

/* A connection, the mail, its verdict, quit. */
static bool still_judges(struct protocol *p, const struct fake_mta_options *options,
	struct buf *why)
{
	struct fake_outcome out = { 0 };
	struct error error;
	struct fake_mta *mta = fake_mta_open(p->world.socket, options, &error);
	bool ok = false;

	if (mta == NULL) {
		buf_addf(why, "%s; ", error.text);
		return false;
	}
	if (fake_mta_hello(mta, &client, &out) != FAKE_LOST)
		ok = send_refused(p, mta, why);
	fake_mta_quit(mta);
	if (ok && *fake_mta_violations(mta) != '\0') {
		buf_addf(why, "violations: %s; ", fake_mta_violations(mta));
		ok = false;
	}
	fake_mta_drop(&mta);
	return ok;
}

/* Reports under `name` whether all went well and the daemon still judges. */
static void conclude(struct protocol *p, const char *name, bool ok, struct buf *why)
{
	ok = still_judges(p, NULL, why) && ok;
	report(p, ok, name, buf_cstr(why));
	buf_free(why);
}

/* ---- pieces and chunks ---- */

static void test_pieces(struct protocol *p)
{
	static const size_t sizes[] = { 1, 2, 3, 5, 17 };
	struct buf why = { 0 };
	bool ok = true;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]) && ok; i++)
		ok = still_judges(p, &(struct fake_mta_options){ .piece = sizes[i] }, &why);
	conclude(p, "a conversation written in pieces of 1, 2, 3, 5, 17 bytes", ok, &why);
}

/* Headers and body are cut in two at every byte: the verdict hangs on the last line. */
static void test_chunks(struct protocol *p)
{
	struct buf why = { 0 };
	struct error error;
	struct fake_outcome out = { 0 };
	struct fake_mta *mta = fake_mta_open(p->world.socket, NULL, &error);
	bool ok = mta != NULL && fake_mta_hello(mta, &client, &out) != FAKE_LOST;
	size_t n = 1;

	for (; ok && n < p->mail.len; n++) {
		const size_t chunks[] = { n, 1 << 20 };

		fake_mta_set_chunks(mta, chunks, 2);
		ok = send_refused(p, mta, &why);
	}
	for (size_t each = 1; ok && each < 80; each++) {
		fake_mta_set_chunks(mta, &each, 1);
		ok = send_refused(p, mta, &why);
	}
	buf_addf(&why, "at byte %zu", n);
	fake_mta_drop(&mta);
	conclude(p, "a body cut in two at every byte, and in chunks of every size up to 80", ok,
		&why);
}

/* ---- cuts ---- */

/* The conversation with one of the cuts; false when it was not cut, which is its end. */
static bool cut_conversation(struct protocol *p, const struct fake_mta_options *options)
{
	struct fake_mail mail = make_mail(buf_str(&p->mail));
	struct fake_outcome out = { 0 };
	struct fake_mta *mta = fake_mta_dial(p->world.socket, options, NULL);
	bool cut;

	if (mta == NULL)
		return false;
	if (fake_mta_negotiate(mta, NULL) == 0 && fake_mta_hello(mta, &client, &out) != FAKE_LOST) {
		fake_mta_send(mta, &mail, &out);
		fake_outcome_clear(&out);
		fake_mta_packet(mta, SMFIC_QUIT, str_make(NULL, 0));
	}
	cut = fake_mta_counts(mta).cut;
	fake_mta_drop(&mta);
	return cut;
}

static void test_cuts(struct protocol *p)
{
	/* with answers to each step, and with none agreed: two ways through libmilter */
	static const uint32_t steps[] = { 0, FAKE_MTA_NOTHING };
	static const char *const ways[] = { "as agreed", "with every step answered" };
	char name[100];

	for (size_t way = 0; way < 2; way++) {
		struct fake_mta_options bytes = { .steps = steps[way] };
		struct fake_mta_options packets = { .steps = steps[way] };
		struct fake_mta_options replies = { .steps = steps[way] };
		struct buf why = { 0 };

		do
			bytes.cut_bytes++;
		while (cut_conversation(p, &bytes));
		do
			packets.cut_packets++;
		while (cut_conversation(p, &packets));
		do
			replies.cut_replies++;
		while (cut_conversation(p, &replies));
		snprintf(name, sizeof(name), "cut after every of %zu bytes, %zu packets, %zu "
			"replies (%s)", bytes.cut_bytes - 1, packets.cut_packets - 1,
			replies.cut_replies - 1, ways[way]);
		conclude(p, name, bytes.cut_bytes > p->mail.len && packets.cut_packets > 10 &&
			replies.cut_replies > 1, &why);
	}
}

static void test_aborts(struct protocol *p)
{
	struct buf why = { 0 };
	struct error error;
	struct fake_outcome out = { 0 };
	struct fake_mta *mta = fake_mta_open(p->world.socket, NULL, &error);
	bool ok = mta != NULL && fake_mta_hello(mta, &client, &out) != FAKE_LOST;

	for (enum fake_stage stage = FAKE_AT_MAIL; ok && stage < FAKE_AT_EOM; stage++) {
		struct fake_mail mail = make_mail(buf_str(&p->mail));

		mail.stop = true;
		mail.stop_after = stage;
		ok = fake_mta_send(mta, &mail, &out) != FAKE_LOST && out.aborted;
		fake_outcome_clear(&out);
		ok = ok && send_refused(p, mta, &why);
	}
	fake_mta_drop(&mta);
	conclude(p, "a mail given up after each step, another one on the same connection", ok, &why);
}

/* ---- an MTA that offers less ---- */

static const struct offer {
	const char *name;
	struct fake_mta_options options;
} offers[] = {
	{ "version 2", { .version = 2, .actions = SMFI_V2_ACTS, .steps = SMFI_V2_PROT } },
	{ "version 3", { .version = 3, .actions = SMFI_V2_ACTS, .steps = 0x1ff } },
	{ "version 4", { .version = 4, .actions = SMFI_V2_ACTS, .steps = 0x3ff } },
	{ "no NR_*", { .steps = 0x100fff } },
	{ "no SKIP", { .steps = SMFI_CURR_PROT & ~SMFIP_SKIP } },
	{ "no NODATA, no NOUNKNOWN", { .steps = SMFI_CURR_PROT & ~(SMFIP_NODATA |
		SMFIP_NOUNKNOWN) } },
	{ "no leading blanks", { .steps = SMFI_CURR_PROT & ~SMFIP_HDR_LEADSPC } },
	{ "version 1's steps", { .steps = FAKE_MTA_NOTHING } },
	{ "no QUARANTINE", { .actions = SMFI_CURR_ACTS & ~SMFIF_QUARANTINE } },
	{ "no SETSYMLIST", { .actions = SMFI_CURR_ACTS & ~SMFIF_SETSYMLIST } },
	{ "no CHGHDRS", { .actions = SMFI_CURR_ACTS & ~SMFIF_CHGHDRS } },
	{ "version 1's actions", { .actions = FAKE_MTA_NOTHING } },
	{ "no action that we want", { .actions = SMFIF_ADDRCPT } },
	{ "{i} from MAIL on", { .queue_id_at_mail = true } },
};

static void test_offers(struct protocol *p)
{
	char name[100];

	for (size_t i = 0; i < sizeof(offers) / sizeof(offers[0]); i++) {
		struct buf why = { 0 };
		bool ok = still_judges(p, &offers[i].options, &why);

		snprintf(name, sizeof(name), "an MTA that offers %s", offers[i].name);
		conclude(p, name, ok, &why);
	}
}

/* A mail that is to be held, before an MTA that cannot hold: taken and marked, no violation. */
static void test_no_quarantine(struct protocol *p)
{
	struct fake_mta_options options = { .actions = SMFI_CURR_ACTS & ~SMFIF_QUARANTINE };
	struct fake_mail mail = make_mail(STR("Subject: hold me\n\nhello\n"));
	struct fake_outcome out = { 0 };
	struct fake_message message = { 0 };
	struct buf why = { 0 };
	struct error error;
	struct fake_mta *mta = fake_mta_open(p->world.socket, &options, &error);
	bool ok = mta != NULL && fake_mta_hello(mta, &client, &out) != FAKE_LOST;

	if (ok) {
		fake_mta_send(mta, &mail, &out);
		fake_message_parse(&message, buf_str(&out.message));
		ok = out.answer == FAKE_ACCEPT && !out.quarantined &&
			fake_message_count(&message, "X-Depeer-Score") == 1 &&
			*fake_mta_violations(mta) == '\0';
		buf_addf(&why, "%s, violations: %s", fake_answer_name(out.answer),
			fake_mta_violations(mta));
	}
	fake_message_clear(&message);
	fake_outcome_clear(&out);
	fake_mta_drop(&mta);
	conclude(p, "a mail to be held is marked where the MTA cannot hold", ok, &why);
}

/* ---- connections that are none ---- */

static void test_health_checks(struct protocol *p)
{
	struct buf why = { 0 };
	bool ok = true;

	for (int i = 0; i < CONNECTIONS && ok; i++) {
		struct fake_mta *mta = fake_mta_dial(p->world.socket, NULL, NULL);

		ok = mta != NULL;
		if (ok && i % 3 > 0)
			ok = fake_mta_negotiate(mta, NULL) == 0;
		if (ok && i % 3 > 1)
			fake_mta_quit(mta);
		fake_mta_drop(&mta);
	}
	conclude(p, "500 connections that say nothing, or only negotiate", ok, &why);
}

/* Length and command are there, the rest is not: the reader waits. */
static void test_half_frames(struct protocol *p)
{
	static const char half[] = { 0, 0, 0, 40, SMFIC_OPTNEG, 0, 0 };
	struct fake_mta **open = calloc(CONNECTIONS, sizeof(struct fake_mta *));
	struct buf why = { 0 };
	bool ok = open != NULL;

	for (size_t i = 0; ok && i < CONNECTIONS; i++) {
		open[i] = fake_mta_dial(p->world.socket, NULL, NULL);
		if (open[i] != NULL)
			fake_mta_raw(open[i], str_make(half, 1 + i % sizeof(half)));
		else
			buf_addf(&why, "connection %zu was refused; ", i);
		ok = open[i] != NULL;
	}
	ok = ok && still_judges(p, NULL, &why);
	for (size_t i = 0; open != NULL && i < CONNECTIONS; i++)
		fake_mta_drop(&open[i]);
	free(open);
	conclude(p, "500 half-sent frames: mail is judged beside them and after them", ok, &why);
}

/* ---- rubbish ---- */

static const struct rubbish {
	const char *name;
	bool negotiated;
	const char *bytes;
	size_t len;
} rubbish[] = {
#define RUBBISH(name, negotiated, bytes) { name, negotiated, bytes, sizeof(bytes) - 1 }
	RUBBISH("a length of 0", true, "\0\0\0\0"),
	RUBBISH("a length of 2^32-1", true, "\xff\xff\xff\xff" "B"),
	RUBBISH("a length of 2^31", false, "\x80\0\0\0" "O"),
	RUBBISH("a packet of 65,537 bytes", true, "\0\1\0\1" "B"),
	RUBBISH("an unknown command", true, "\0\0\0\1" "z"),
	RUBBISH("the command NUL", true, "\0\0\0\1" "\0"),
	RUBBISH("an option negotiation without content", false, "\0\0\0\1" "O"),
	RUBBISH("an option negotiation twice", true,
		"\0\0\0\15" "O\0\0\0\6\0\0\1\xff\0\x1f\xff\xff"),
	RUBBISH("version 0", false, "\0\0\0\15" "O\0\0\0\0\0\0\1\xff\0\x1f\xff\xff"),
	RUBBISH("version 2^32-1", false, "\0\0\0\15" "O\xff\xff\xff\xff\0\0\1\xff\0\x1f\xff\xff"),
	RUBBISH("everything offered", false, "\0\0\0\15" "O\0\0\0\6\xff\xff\xff\xff\xff\xff\xff\xff"),
	RUBBISH("connect without content", true, "\0\0\0\1" "C"),
	RUBBISH("connect without NUL", true, "\0\0\0\5" "Cabc4"),
	RUBBISH("connect with a family nobody knows", true, "\0\0\0\7" "Cabc\0!\0"),
	RUBBISH("connect with a cut port", true, "\0\0\0\7" "Cabc\0" "4\1"),
	RUBBISH("connect with a bad address", true, "\0\0\0\20" "Cabc\0" "4\1\1bad.add\0"),
	RUBBISH("helo without content", true, "\0\0\0\1" "H"),
	RUBBISH("mail without content", true, "\0\0\0\1" "M"),
	RUBBISH("rcpt without mail", true, "\0\0\0\6" "R<a@b\0"),
	RUBBISH("a header without mail", true, "\0\0\0\6" "La\0bc\0"),
	RUBBISH("a header without value", true, "\0\0\0\3" "La\0"),
	RUBBISH("body without mail", true, "\0\0\0\4" "Babc"),
	RUBBISH("the end without mail", true, "\0\0\0\1" "E"),
	RUBBISH("abort without mail", true, "\0\0\0\1" "A\0\0\0\1" "A"),
	RUBBISH("quit, then more", true, "\0\0\0\1" "Q\0\0\0\1" "E"),
	RUBBISH("macros without a command", true, "\0\0\0\1" "D"),
	RUBBISH("macros without values", true, "\0\0\0\4" "DMi\0"),
	RUBBISH("macros of an unknown command", true, "\0\0\0\6" "D!i\0x\0"),
	RUBBISH("HTTP", false, "GET / HTTP/1.0\r\n\r\n"),
	RUBBISH("mail, then mail, then the end", true,
		"\0\0\0\6" "M<a@b\0" "\0\0\0\6" "M<c@d\0" "\0\0\0\1" "E"),
};

static void test_rubbish(struct protocol *p)
{
	char name[100];

	for (size_t i = 0; i < sizeof(rubbish) / sizeof(rubbish[0]); i++) {
		const struct rubbish *r = &rubbish[i];
		struct fake_mta *mta = fake_mta_dial(p->world.socket, NULL, NULL);
		struct buf why = { 0 };
		bool ok = mta != NULL && (!r->negotiated || fake_mta_negotiate(mta, NULL) == 0);

		if (ok) {
			fake_mta_raw(mta, str_make(r->bytes, r->len));
			fake_mta_quit(mta); /* what it answers, if anything, is its affair */
		}
		fake_mta_drop(&mta);
		snprintf(name, sizeof(name), "rubbish: %s", r->name);
		conclude(p, name, ok, &why);
	}
}

static void test_noise(struct protocol *p)
{
	struct buf why = { 0 };
	uint64_t x = 88172645463325252u;
	bool ok = true;

	for (int i = 0; i < CONNECTIONS && ok; i++) {
		struct fake_mta *mta = fake_mta_dial(p->world.socket, NULL, NULL);
		char bytes[64] = { 0, 0, 0, 0 };

		for (size_t j = 0; j < sizeof(bytes); j++) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			bytes[j] = j < 3 && i % 2 ? 0 : (char)x;
		}
		ok = mta != NULL && (i % 4 == 0 || fake_mta_negotiate(mta, NULL) == 0);
		if (ok)
			fake_mta_raw(mta, str_make(bytes, sizeof(bytes)));
		fake_mta_drop(&mta);
	}
	conclude(p, "500 connections of noise", ok, &why);
}

/* ---- several mails, several clients ---- */

/* libmilter does not serve what comes after quit_nc (fake_mta.h); it must only do no harm. */
static void test_quit_nc(struct protocol *p)
{
	struct fake_mta_options options = { .timeout_ms = 50 };
	struct buf why = { 0 };
	bool ok = true;

	for (int i = 0; ok && i < 20; i++) {
		struct fake_outcome out = { 0 };
		struct fake_mta *mta = fake_mta_open(p->world.socket, &options, NULL);

		ok = mta != NULL;
		if (ok && fake_mta_hello(mta, &listed, &out) != FAKE_LOST &&
			fake_mta_quit_nc(mta) == 0)
			fake_mta_hello(mta, &client, &out);
		fake_mta_drop(&mta);
	}
	conclude(p, "20 connections with quit_nc", ok, &why);
}

/* A client of a listed network is refused at RCPT: each recipient, and never more than that. */
static void test_rcpt(struct protocol *p)
{
	struct buf why = { 0 };
	struct error error;
	struct fake_outcome out = { 0 };
	struct fake_mta *mta = fake_mta_open(p->world.socket, NULL, &error);
	bool ok = mta != NULL && fake_mta_hello(mta, &listed, &out) != FAKE_LOST;

	for (int i = 0; ok && i < 10; i++) {
		struct fake_mail mail = make_mail(buf_str(&p->mail));

		fake_mta_send(mta, &mail, &out);
		ok = out.answer == FAKE_REJECT && out.stage == FAKE_AT_RCPT &&
			out.recipients_taken == 0 && strcmp(out.reply.code, "550") == 0 &&
			*fake_mta_violations(mta) == '\0';
		buf_addf(&why, "%s at %s; ", fake_answer_name(out.answer),
			fake_stage_name(out.stage));
		fake_outcome_clear(&out);
	}
	fake_mta_drop(&mta);
	conclude(p, "10 mails of a listed client on one connection, refused at RCPT", ok, &why);
}

/* What a mail set (reply, headers) must not be seen in the next one. */
static void test_no_leak_between_mails(struct protocol *p)
{
	struct buf why = { 0 };
	struct error error;
	struct fake_outcome out = { 0 };
	struct fake_mta *mta = fake_mta_open(p->world.socket, NULL, &error);
	bool ok = mta != NULL && fake_mta_hello(mta, &client, &out) != FAKE_LOST;

	for (int i = 0; ok && i < 50; i++) {
		struct fake_mail mail = make_mail(STR("Subject: clean\n\nhello\n"));

		ok = send_refused(p, mta, &why);
		fake_mta_send(mta, &mail, &out);
		ok = ok && out.answer == FAKE_ACCEPT && out.reply.code[0] == '\0' &&
			!out.quarantined && str_find(buf_str(&out.message), STR("SHOP_URL")) ==
			SIZE_MAX;
		fake_outcome_clear(&out);
	}
	fake_mta_drop(&mta);
	conclude(p, "50 times a refused and a clean mail on one connection", ok, &why);
}

/* ---- descriptors ---- */

static int count_descriptors(int pid)
{
	char path[64];
	DIR *dir;
	int n = 0;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	while (dir != NULL && readdir(dir) != NULL)
		n++;
	if (dir != NULL)
		closedir(dir);
	return n;
}

/* Waits: a connection that we closed is closed by the daemon a little later. */
static void test_descriptors(struct protocol *p, int before)
{
	uint64_t until = clock_monotonic_us() + PATIENCE_S * 1000000ull;
	int after;
	char why[80];

	while ((after = count_descriptors(p->pid)) > before && clock_monotonic_us() < until)
		nanosleep(&(struct timespec){ .tv_nsec = 20 * 1000 * 1000 }, NULL);
	snprintf(why, sizeof(why), "%d before, %d after", before, after);
	report(p, after > 0 && after <= before, "no descriptor is left open", why);
}

static void test_end(struct protocol *p)
{
	struct lex_file log = { 0 };
	struct error error = { "" }, ignored;
	bool ok = scenario_daemon_stop(p->pid, &error) == 0;

	report(p, ok, "depeerd ends well on SIGTERM", error.text);
	ok = !scenario_daemon_sanitizer(&p->world);
	report(p, ok, "no sanitizer has anything to say", "see below");
	if (!ok && lex_file_read(&log, p->world.log, &ignored) == 0 && log.len > 0)
		fwrite(log.text, 1, log.len > 20000 ? 20000 : log.len, stdout);
	lex_file_clear(&log);
}

static int begin(struct protocol *p)
{
	struct diags diags = { 0 };
	struct error error;

	p->scenario = scenario_load("test-harness/tools/protocol.scn", &diags);
	diags_print(&diags, stdout);
	diags_clear(&diags);
	if (p->scenario == NULL)
		return -1;
	buf_add_str(&p->mail, p->scenario->steps[p->scenario->n - 1].text);
	if (scenario_world_make(&p->world, p->scenario, &error) == 0) {
		p->pid = scenario_daemon_start(&p->world, &error);
		if (p->pid > 0)
			return 0;
		scenario_world_remove(&p->world);
	}
	report(p, false, "depeerd starts", error.text);
	scenario_free(&p->scenario);
	buf_free(&p->mail);
	return -1;
}

int main(void)
{
	struct protocol p = { 0 };
	struct buf why = { 0 };
	int before;

	signal(SIGPIPE, SIG_IGN);
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (begin(&p) != 0)
		return 1;
	conclude(&p, "a mail is refused at its end", true, &why);
	test_health_checks(&p); /* first: the worker pool takes its descriptors now */
	before = count_descriptors(p.pid);
	test_pieces(&p);
	test_chunks(&p);
	test_cuts(&p);
	test_aborts(&p);
	test_offers(&p);
	test_no_quarantine(&p);
	test_half_frames(&p);
	test_rubbish(&p);
	test_noise(&p);
	test_rcpt(&p);
	test_quit_nc(&p);
	test_no_leak_between_mails(&p);
	test_health_checks(&p);
	test_descriptors(&p, before);
	test_end(&p);
	scenario_world_remove(&p.world);
	scenario_free(&p.scenario);
	buf_free(&p.mail);
	return p.failures ? 1 : 0;
}
