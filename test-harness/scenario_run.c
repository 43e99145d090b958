/* Runs the steps one after the other. What is said for the next mail only is kept in `next` and
 * forgotten when the mail was sent, so that mails may be run in any order. */
#include "test-harness/scenario_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/lex.h"
#include "test-harness/scenario_expect.h"

enum { RCPTS_MAX = 32, CHUNKS_MAX = 16, BLOCKS_MAX = 64, LOG_WAIT_S = 10 };

struct next_mail {
	const char *auth, *from;
	const char *rcpts[RCPTS_MAX];
	size_t rcpts_n;
	struct buf forged;
	size_t pad;
	bool stop;
	enum fake_stage stop_after;
};

struct run {
	const struct scenario *scenario;
	const struct scenario_door *door;
	void *state;
	struct scenario_world world;
	struct fake_client client;
	bool connected;
	struct fake_mta_options options;
	size_t chunks[CHUNKS_MAX];
	struct next_mail next;
	struct scenario_result result;
	struct buf problems;
	struct buf *transcript;
	size_t log_read;  /* bytes of the log that belong to earlier mails */
	unsigned mails, order, failures;
};

/* ---- TAP ---- */

static void print_text(const char *head, struct str text)
{
	while (text.len > 0) {
		size_t end = str_find_byte(text, '\n');
		size_t n = end == SIZE_MAX ? text.len : end;

		printf("# %s%.*s\n", head, (int)n, text.ptr);
		text = str_slice(text, end == SIZE_MAX ? n : n + 1, text.len);
	}
}

static void print_name(struct run *run, bool ok, const char *what, const struct place *place)
{
	printf("%sok - %s", ok ? "" : "not ", run->scenario->path);
	if (place != NULL)
		printf(":%u", place->line);
	printf(" (%s", run->door->name);
	if (run->order > 0)
		printf(", order %u", run->order);
	printf("): %s\n", what);
	run->failures += !ok;
}

static void fail(struct run *run, const char *what, const struct place *place)
{
	print_name(run, false, what, place);
}

/* ---- connections ---- */

static void disconnect(struct run *run)
{
	if (!run->connected)
		return;
	run->door->disconnect(run->state, &run->problems);
	run->connected = false;
}

static void connect_with(struct run *run, const struct fake_client *client,
	const struct place *place)
{
	struct error error;

	disconnect(run);
	if (run->door->connect(run->state, client, &run->options, &error) != 0)
		fail(run, error.text, place);
	else
		run->connected = true;
}

/* ---- one mail ---- */

static void flip_case(char *text)
{
	for (; *text != '\0'; text++)
		*text = (char)(ascii_alpha(*text) ? *text ^ 32 : *text);
}

static void forge(struct run *run, const struct scenario_step *step)
{
	unsigned long count = strtoul(step->words[0], NULL, 10);
	char name[100];

	for (unsigned long i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "%s", step->words[1]);
		if (i % 2 == 1)
			flip_case(name);
		buf_addf(&run->next.forged, "%s:%s%s\n", name, i % 3 == 2 ? "\n\t" : " ",
			step->words[2]);
	}
}

static bool stage_named(const char *name, enum fake_stage *out)
{
	for (*out = FAKE_AT_CONNECT; *out < FAKE_AT_EOM; (*out)++)
		if (strcmp(fake_stage_name(*out), name) == 0)
			return true;
	return false;
}

/* Forged headers on top; the filler behind the header. */
static void build_text(struct run *run, struct str mail, struct buf *text)
{
	size_t end = str_find(mail, STR("\n\n"));
	size_t crlf = str_find(mail, STR("\r\n\r\n"));
	size_t body = end < crlf ? end + 2 : crlf == SIZE_MAX ? mail.len : crlf + 4;

	buf_add_str(text, buf_str(&run->next.forged));
	buf_add_str(text, str_slice(mail, 0, body));
	for (size_t left = run->next.pad; left > 0;) {
		size_t n = left > 64 ? 64 : left;

		for (size_t i = 1; i < n; i++)
			buf_add_byte(text, i % 8 ? 'x' : ' ');
		buf_add_byte(text, '\n');
		left -= n;
	}
	buf_add_str(text, str_slice(mail, body, mail.len));
}

static void read_new_log(struct run *run)
{
	struct lex_file file = { 0 };
	struct error error;

	run->result.log.len = 0;
	if (lex_file_read(&file, run->world.log, &error) == 0 && file.len > run->log_read)
		buf_add(&run->result.log, file.text + run->log_read, file.len - run->log_read);
	lex_file_clear(&file);
}

static size_t count_verdicts(const struct buf *log)
{
	struct str rest = buf_str(log);
	size_t n = 0, at;

	while ((at = str_find(rest, STR(" action="))) != SIZE_MAX) {
		rest = str_slice(rest, at + 1, rest.len);
		n += str_find_byte(rest, '\n') != SIZE_MAX;
	}
	return n;
}

/* The daemon writes its log from a thread of its own, after it has answered. */
static void await_log(struct run *run)
{
	const struct fake_outcome *out = &run->result.outcome;
	uint64_t until = clock_monotonic_us() + LOG_WAIT_S * 1000000ull;
	size_t wanted = out->stage != FAKE_AT_RCPT || out->answer == FAKE_ACCEPT ? 1
		: run->next.rcpts_n;

	for (;;) {
		read_new_log(run);
		if (out->aborted || out->answer == FAKE_LOST ||
			count_verdicts(&run->result.log) >= wanted || clock_monotonic_us() > until)
			break;
		nanosleep(&(struct timespec){ .tv_nsec = 2 * 1000 * 1000 }, NULL);
	}
	run->log_read += run->result.log.len;
}

static void write_transcript(struct run *run)
{
	static const char *const keys[] = { "action", "score", "rules", "unknown", "would" };
	const struct fake_outcome *out = &run->result.outcome;

	buf_addf(run->transcript, "mail %u: %s at %s %s %s recipients=%zu quarantine=%.*s",
		run->mails, fake_answer_name(out->answer), fake_stage_name(out->stage),
		out->reply.code, out->reply.enhanced, out->recipients_taken,
		(int)out->quarantine.len, out->quarantine.ptr ? out->quarantine.ptr : "");
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		buf_addf(run->transcript, " %s=", keys[i]);
		buf_add_str(run->transcript, scenario_log_field(&run->result.log, keys[i]));
	}
	buf_add_byte(run->transcript, '\n');
	buf_add_str(run->transcript, buf_str(&out->message));
}

static void send_mail(struct run *run, struct str mail, const struct place *place)
{
	static const char *const default_rcpt = "<user@here.example>";
	struct buf text = { 0 };
	char queue_id[24];
	struct fake_mail fake = { .queue_id = queue_id, .auth = run->next.auth,
		.from = run->next.from ? run->next.from : "<sender@there.example>",
		.stop = run->next.stop, .stop_after = run->next.stop_after };

	if (!run->connected)
		connect_with(run, &run->client, place);
	if (!run->connected)
		return;
	if (run->next.rcpts_n == 0)
		run->next.rcpts[run->next.rcpts_n++] = default_rcpt;
	fake.recipients = run->next.rcpts;
	fake.recipients_n = run->next.rcpts_n;
	snprintf(queue_id, sizeof(queue_id), "4F2A%03X", ++run->mails);
	build_text(run, mail, &text);
	fake.text = buf_str(&text);
	scenario_result_clear(&run->result);
	run->door->send(run->state, &fake, &run->options, &run->result.outcome);
	run->result.sent = true;
	fake_message_parse(&run->result.message, buf_str(&run->result.outcome.message));
	await_log(run);
	write_transcript(run);
	if (run->result.outcome.answer == FAKE_LOST)
		disconnect(run);
	buf_free(&text);
	buf_free(&run->next.forged);
	run->next = (struct next_mail){ 0 };
	run->options.chunks_n = 0;
}

static void send_file(struct run *run, const struct scenario_step *step)
{
	struct lex_file file = { 0 };
	struct error error;
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", run->scenario->directory, step->words[0]);
	if (lex_file_read(&file, path, &error) != 0)
		fail(run, error.text, &step->place);
	else
		send_mail(run, str_make(file.text, file.len), &step->place);
	lex_file_clear(&file);
}

/* ---- steps ---- */

static void expect(struct run *run, const struct scenario_step *step)
{
	struct buf why = { 0 }, what = { 0 };
	bool ok = scenario_expect(step, &run->result, &why);

	for (size_t i = 0; i < step->words_n; i++)
		buf_addf(&what, "%s%s", i ? " " : "", step->words[i]);
	print_name(run, ok, buf_cstr(&what), &step->place);
	if (!ok) {
		print_text("", buf_str(&why));
		print_text("reply: ", str_from(run->result.outcome.reply.text));
		print_text("log: ", buf_str(&run->result.log));
		print_text("", buf_str(&run->problems));
	}
	buf_free(&why);
	buf_free(&what);
}

static void next_rcpt(struct run *run, const struct scenario_step *step)
{
	if (run->next.rcpts_n < RCPTS_MAX)
		run->next.rcpts[run->next.rcpts_n++] = step->words[0];
	else
		fail(run, "too many recipients", &step->place);
}

static void next_chunks(struct run *run, const struct scenario_step *step)
{
	for (size_t i = 0; i < step->words_n && i < CHUNKS_MAX; i++)
		run->chunks[i] = strtoul(step->words[i], NULL, 10);
	run->options.chunks = run->chunks;
	run->options.chunks_n = step->words_n;
}

static void do_connect(struct run *run, const struct scenario_step *step)
{
	run->client.address = step->words[0];
	run->client.name = step->words_n > 1 ? step->words[1] : "unknown";
	run->client.helo = "mail.there.example";
	disconnect(run); /* opened with the first mail: a helo may follow */
}

static void run_step(struct run *run, const struct scenario_step *step)
{
	switch (step->kind) {
	case SCENARIO_CONNECT: do_connect(run, step); break;
	case SCENARIO_HELO: run->client.helo = step->words[0]; disconnect(run); break;
	case SCENARIO_RECONNECT: disconnect(run); break;
	case SCENARIO_HEALTH_CHECK: connect_with(run, NULL, &step->place); disconnect(run); break;
	case SCENARIO_AUTH: run->next.auth = step->words[0]; break;
	case SCENARIO_FROM: run->next.from = step->words[0]; break;
	case SCENARIO_RCPT: next_rcpt(run, step); break;
	case SCENARIO_CHUNKS: next_chunks(run, step); break;
	case SCENARIO_FORGE: forge(run, step); break;
	case SCENARIO_PAD: run->next.pad = strtoul(step->words[0], NULL, 10); break;
	case SCENARIO_ABORT:
		run->next.stop = stage_named(step->words[0], &run->next.stop_after);
		if (!run->next.stop)
			fail(run, "no such stage", &step->place);
		break;
	case SCENARIO_MESSAGE: send_file(run, step); break;
	case SCENARIO_MAIL: send_mail(run, step->text, &step->place); break;
	case SCENARIO_EXPECT: expect(run, step); break;
	default: break; /* the world's: already made */
	}
}

/* A block is a mail with what is said for it and expected of it. */
struct block {
	size_t begin, end;
};

static bool begins_blocks(enum scenario_kind kind)
{
	return kind >= SCENARIO_AUTH;
}

static size_t find_blocks(const struct scenario *scenario, struct block *blocks)
{
	size_t n = 0;

	for (size_t i = 0; i < scenario->n; i++) {
		bool after_expect = i > 0 && scenario->steps[i - 1].kind == SCENARIO_EXPECT;

		if (!begins_blocks(scenario->steps[i].kind))
			continue;
		if (n == 0 || (after_expect && scenario->steps[i].kind != SCENARIO_EXPECT)) {
			if (n == BLOCKS_MAX)
				return n;
			blocks[n++].begin = i;
		}
		blocks[n - 1].end = i + 1;
	}
	return n;
}

/* The first order is the file's; the others are shuffled by a fixed sequence. */
static void shuffle(struct block *blocks, size_t n, unsigned order)
{
	uint32_t x = order * 2654435761u;

	for (size_t i = n; order > 0 && i > 1; i--) {
		x = x * 1664525u + 1013904223u;
		size_t j = (x >> 8) % i;
		struct block swapped = blocks[i - 1];

		blocks[i - 1] = blocks[j];
		blocks[j] = swapped;
	}
}

static void run_orders(struct run *run, unsigned long orders)
{
	struct block blocks[BLOCKS_MAX];
	size_t n = find_blocks(run->scenario, blocks);

	for (size_t i = 0; i < run->scenario->n && n > 0 && i < blocks[0].begin; i++)
		run_step(run, &run->scenario->steps[i]);
	for (run->order = 0; run->order < orders; run->order++) {
		find_blocks(run->scenario, blocks);
		shuffle(blocks, n, run->order);
		disconnect(run);
		for (size_t i = 0; i < n; i++)
			for (size_t j = blocks[i].begin; j < blocks[i].end; j++)
				run_step(run, &run->scenario->steps[j]);
	}
	run->order = 0;
}

static void run_all(struct run *run)
{
	unsigned long orders = 0;

	for (size_t i = 0; i < run->scenario->n; i++) {
		const struct scenario_step *step = &run->scenario->steps[i];

		if (step->kind == SCENARIO_ORDERS)
			orders = strtoul(step->words[0], NULL, 10);
		if (step->kind == SCENARIO_MTA)
			run->options.queue_id_at_mail = strcmp(step->words[0], "sendmail") == 0;
	}
	if (orders > 0)
		run_orders(run, orders);
	for (size_t i = 0; i < run->scenario->n && orders == 0; i++)
		run_step(run, &run->scenario->steps[i]);
}

unsigned scenario_run(const struct scenario *scenario, const struct scenario_door *door,
	struct buf *transcript)
{
	struct run run = { .scenario = scenario, .door = door, .transcript = transcript,
		.client = { "mail.there.example", "198.51.100.7", "mail.there.example" } };
	struct error error;

	if (scenario_world_make(&run.world, scenario, &error) != 0) {
		fail(&run, error.text, NULL);
		return run.failures;
	}
	run.state = door->start(&run.world, &error);
	if (run.state == NULL) {
		fail(&run, "does not start", NULL);
		print_text("", str_from(error.text));
	} else {
		run_all(&run);
		disconnect(&run);
		door->stop(run.state, &run.problems);
		if (run.problems.len > 0) {
			fail(&run, "violations or troubles", NULL);
			print_text("", buf_str(&run.problems));
		}
	}
	scenario_result_clear(&run.result);
	buf_free(&run.problems);
	buf_free(&run.next.forged);
	scenario_world_remove(&run.world);
	return run.failures;
}
