/*
 * Plays a busy MTA: many connections at once to one filter, each with real mails, every answer
 * awaited as an MTA must. One thread and epoll, so that the load costs little beside what it
 * measures; no parsing, no edits carried out, nothing checked but that the filter answers.
 *
 *   milter_load --pid PID [-c CONNECTIONS] [-n MESSAGES] [-m MESSAGES-A-CONNECTION] [-w WARM-UP]
 *               [--hold idle|body --seconds S] SOCKET FILE|FOLDER...
 *
 * Sends as Postfix 3.7 does: connect, helo, mail, rcpt, data, headers, end of headers, body in
 * chunks of at most 65,535 bytes, end of message; before each its macros, as far as they have a
 * value and the filter asked for them; what was negotiated away is not sent, and what is left
 * unanswered is not waited for. Packets gather until an answer is needed (Postfix's buffer does
 * that), then leave in one write. Each connection has another client address.
 *
 * --hold: every connection carries its messages and then stays open, idle or with the body sent
 * and the end of the message not, and the server is looked at again after S seconds.
 *
 * Prints one line of key=value: CPU is the server's alone.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "test-harness/bench_mails.h"
#include "test-harness/bench_server.h"
#include "test-harness/fake_wire.h"

enum step {
	AT_NEGOTIATE, AT_CONNECT, AT_HELO, AT_MAIL, AT_RCPT, AT_DATA, AT_HEADERS, AT_EOH, AT_BODY,
	AT_EOM, HELD
};
enum verdict { ACCEPTED, REFUSED, TEMPFAILED, DISCARDED, QUARANTINED, VERDICTS };

enum {
	BODY_CHUNK = 65535, HEADER_MAX = 60000, /* as Postfix cuts */
	READ_SIZE = 16384, WAIT_MS = 20000, SETTLE_US = 50000, RETRY_US = 500,
	ACTIONS = SMFIF_ADDHDRS | SMFIF_CHGBODY | SMFIF_ADDRCPT | SMFIF_DELRCPT | SMFIF_CHGHDRS
		| SMFIF_QUARANTINE | SMFIF_CHGFROM | SMFIF_ADDRCPT_PAR | SMFIF_SETSYMLIST,
	STAGES = SMFIM_LAST + 1
};
/* What Postfix 3.7 offers: everything of version 6. */
#define STEPS (0x1fffffUL)

struct step_rule {
	char command;
	uint32_t no, no_reply;   /* SMFIP_*: not sent; not answered */
	int symlist;             /* SMFIM_*; -1: has no macros */
};

static const struct step_rule RULES[] = {
	[AT_NEGOTIATE] = { SMFIC_OPTNEG, 0, 0, -1 },
	[AT_CONNECT] = { SMFIC_CONNECT, SMFIP_NOCONNECT, SMFIP_NR_CONN, SMFIM_CONNECT },
	[AT_HELO] = { SMFIC_HELO, SMFIP_NOHELO, SMFIP_NR_HELO, -1 },
	[AT_MAIL] = { SMFIC_MAIL, SMFIP_NOMAIL, SMFIP_NR_MAIL, SMFIM_ENVFROM },
	[AT_RCPT] = { SMFIC_RCPT, SMFIP_NORCPT, SMFIP_NR_RCPT, SMFIM_ENVRCPT },
	[AT_DATA] = { SMFIC_DATA, SMFIP_NODATA, SMFIP_NR_DATA, SMFIM_DATA },
	[AT_HEADERS] = { SMFIC_HEADER, SMFIP_NOHDRS, SMFIP_NR_HDR, -1 },
	[AT_EOH] = { SMFIC_EOH, SMFIP_NOEOH, SMFIP_NR_EOH, SMFIM_EOH },
	[AT_BODY] = { SMFIC_BODY, SMFIP_NOBODY, SMFIP_NR_BODY, -1 },
	[AT_EOM] = { SMFIC_BODYEOB, 0, 0, SMFIM_EOM },
};

struct connection {
	int fd;
	enum step step;
	bool waiting, blocked;   /* for an answer; for room in the socket */
	uint32_t steps;          /* SMFIP_* agreed */
	bool own_macros[STAGES]; /* the filter said which macros it wants at this stage */
	char macros[STAGES][64];
	const struct bench_mail *mail;
	size_t number;           /* of the message, from 0 over the whole run */
	size_t header, body_at;  /* next to be sent */
	unsigned sent;           /* messages on this connection */
	bool quarantined;
	uint64_t eom_at;
	struct buf out, in;
	size_t out_at, in_at;
};

struct load {
	/* options */
	const char *socket;
	pid_t pid;
	size_t slots, messages, warm_up, per_connection;
	enum step hold;          /* AT_NEGOTIATE: no; AT_EOM: before it; HELD: after it */
	unsigned seconds;
	/* the run */
	struct bench_mails mails;
	struct connection *connections;
	int epoll;
	size_t started, finished, target, held, opened, number;
	size_t verdicts[VERDICTS], edits, bytes;
	uint32_t *latency;       /* us from the end of message to its answer */
};

static void fatal(const char *what)
{
	fprintf(stderr, "milter_load: %s: %s\n", what, errno ? strerror(errno) : "protocol");
	exit(1);
}

/* --- composing */

static void add_packet(struct buf *out, char command, struct str payload)
{
	fake_wire_add_u32(out, (uint32_t)payload.len + 1);
	buf_add_byte(out, command);
	buf_add_str(out, payload);
}

static bool asked(const struct connection *c, int symlist, const char *name)
{
	const char *list = c->macros[symlist], *at = list;
	size_t n = strlen(name);

	if (!c->own_macros[symlist])
		return true;
	while ((at = strstr(at, name)) != NULL) {
		if ((at == list || at[-1] == ' ' || at[-1] == ',')
			&& (at[n] == '\0' || at[n] == ' ' || at[n] == ','))
			return true;
		at += n;
	}
	return false;
}

static void add_macros(struct connection *c, const struct step_rule *rule)
{
	static const struct { int symlist; const char *name, *value; } MACROS[] = {
		{ SMFIM_CONNECT, "j", "mx.bench.example" },
		{ SMFIM_CONNECT, "{daemon_name}", "mx.bench.example" },
		{ SMFIM_CONNECT, "{daemon_addr}", "198.51.100.25" },
		{ SMFIM_CONNECT, "v", "Postfix 3.7.11" },
		{ SMFIM_ENVFROM, "{mail_addr}", "sender@bench.example" },
		{ SMFIM_ENVFROM, "{mail_host}", "bench.example" },
		{ SMFIM_ENVFROM, "{mail_mailer}", "smtp" },
		{ SMFIM_ENVRCPT, "{rcpt_addr}", "user@bench.example" },
		{ SMFIM_ENVRCPT, "{rcpt_host}", "bench.example" },
		{ SMFIM_ENVRCPT, "{rcpt_mailer}", "local" },
		{ SMFIM_DATA, "i", NULL }, { SMFIM_EOH, "i", NULL }, { SMFIM_EOM, "i", NULL },
	};
	struct buf payload = { 0 };
	char id[24];

	if (rule->symlist < 0)
		return;
	snprintf(id, sizeof(id), "4F%06zX", c->number);
	buf_add_byte(&payload, rule->command);
	for (size_t i = 0; i < sizeof(MACROS) / sizeof(MACROS[0]); i++) {
		if (MACROS[i].symlist != rule->symlist || !asked(c, rule->symlist, MACROS[i].name))
			continue;
		fake_wire_add_text(&payload, MACROS[i].name);
		fake_wire_add_text(&payload, MACROS[i].value ? MACROS[i].value : id);
	}
	if (payload.len > 1)
		add_packet(&c->out, SMFIC_MACRO, buf_str(&payload));
	buf_free(&payload);
}

static void add_client(struct buf *payload, size_t number)
{
	struct ip client = bench_client(number);
	char text[IP_TEXT_MAX];

	ip_format(&client, text);
	fake_wire_add_text(payload, number % 4 ? "client.bench.example" : "unknown");
	buf_add(payload, ip_is_v4(&client) ? "4\x9c\x40" : "6\x9c\x40", 3);
	if (!ip_is_v4(&client))
		buf_add_cstr(payload, "IPv6:");
	fake_wire_add_text(payload, text);
}

static void add_plain(struct load *load, struct connection *c)
{
	static const char *const TEXTS[] = { [AT_HELO] = "client.bench.example",
		[AT_MAIL] = "<sender@bench.example>", [AT_RCPT] = "<user@bench.example>",
		[AT_DATA] = NULL, [AT_EOM] = NULL };
	struct buf payload = { 0 };

	if (c->step == AT_NEGOTIATE) {
		fake_wire_add_u32(&payload, 6);
		fake_wire_add_u32(&payload, ACTIONS);
		fake_wire_add_u32(&payload, STEPS);
	} else if (c->step == AT_CONNECT) {
		add_client(&payload, load->opened++);
	} else if (TEXTS[c->step]) {
		fake_wire_add_text(&payload, TEXTS[c->step]);
	}
	add_packet(&c->out, RULES[c->step].command, buf_str(&payload));
	buf_free(&payload);
}

static void add_header(struct connection *c)
{
	const struct fake_header *header = &c->mail->parts.headers[c->header++];
	size_t name = strlen(header->name) + 1;
	const char *value = header->value;
	size_t n;

	if (!(c->steps & SMFIP_HDR_LEADSPC) && *value == ' ')
		value++;
	n = strlen(value) > HEADER_MAX ? HEADER_MAX : strlen(value);
	fake_wire_add_u32(&c->out, (uint32_t)(1 + name + n + 1));
	buf_add_byte(&c->out, SMFIC_HEADER);
	buf_add(&c->out, header->name, name);
	buf_add(&c->out, value, n);
	buf_add_byte(&c->out, '\0');
}

static void add_chunk(struct connection *c)
{
	struct str body = buf_str(&c->mail->body);

	add_packet(&c->out, SMFIC_BODY, str_slice(body, c->body_at, c->body_at + BODY_CHUNK));
	c->body_at += BODY_CHUNK;
}

static bool step_is_done(const struct connection *c)
{
	if (c->step == AT_HEADERS)
		return c->header >= c->mail->parts.n;
	return c->step != AT_BODY || c->body_at >= c->mail->body.len;
}

/* Goes on from the step at hand until an answer is needed or the connection is to be held. */
static void compose(struct load *load, struct connection *c)
{
	while (!c->waiting && c->step != HELD) {
		const struct step_rule *rule = &RULES[c->step];

		if (c->step == AT_EOM && load->hold == AT_EOM && c->sent + 1 >= load->per_connection)
			break;
		if (c->steps & rule->no || ((c->step == AT_HEADERS || c->step == AT_BODY)
				&& step_is_done(c))) {
			c->step++;
			continue;
		}
		add_macros(c, rule);
		if (c->step == AT_HEADERS)
			add_header(c);
		else if (c->step == AT_BODY)
			add_chunk(c);
		else
			add_plain(load, c);
		c->waiting = !(c->steps & rule->no_reply);
		if (!c->waiting && step_is_done(c))
			c->step++;
	}
}

/* --- the sockets */

static void watch(struct load *load, struct connection *c, int how, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = c };

	if (epoll_ctl(load->epoll, how, c->fd, &event) != 0)
		fatal("epoll_ctl");
}

static void flush(struct load *load, struct connection *c)
{
	if (c->out.failed)
		fatal("memory");
	while (c->out_at < c->out.len) {
		ssize_t n = send(c->fd, c->out.ptr + c->out_at, c->out.len - c->out_at, MSG_NOSIGNAL);

		if (n < 0 && errno == EAGAIN) {
			if (!c->blocked)
				watch(load, c, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
			c->blocked = true;
			return;
		}
		if (n < 0 && errno != EINTR)
			fatal("the filter hung up");
		if (n > 0)
			c->out_at += (size_t)n;
	}
	if (c->blocked)
		watch(load, c, EPOLL_CTL_MOD, EPOLLIN);
	c->blocked = false;
	load->bytes += c->out.len;
	c->out.len = c->out_at = 0;
	if (c->step == AT_EOM && c->waiting)
		c->eom_at = clock_monotonic_us();
}

/* Sends what can be sent; counts those that need nothing more. */
static void go_on(struct load *load, struct connection *c)
{
	compose(load, c);
	flush(load, c);
	if (!c->waiting)
		load->held++;
}

static void begin_message(struct load *load, struct connection *c)
{
	load->started++;
	c->step = AT_MAIL;
	c->number = load->number++;
	/* a prime far from their number: any part of the corpus is a fair sample of the whole */
	/* NOLINTNEXTLINE(*DivideZero): parse_options() refuses a corpus of none */
	c->mail = &load->mails.items[c->number * 1000003 % load->mails.n];
	c->header = c->body_at = 0;
	c->quarantined = false;
}

static void open_connection(struct load *load, struct connection *c)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", load->socket);
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (c->fd < 0)
		fatal("socket");
	while (connect(c->fd, (const struct sockaddr *)&address, sizeof(address)) != 0) {
		if (errno != EAGAIN) /* the backlog is full: the server is about to take them */
			fatal(load->socket);
		usleep(RETRY_US);
	}
	watch(load, c, EPOLL_CTL_ADD, EPOLLIN);
	c->sent = 0;
	c->steps = 0;
	c->waiting = c->blocked = false;
	c->in.len = c->in_at = c->out.len = c->out_at = 0;
	memset(c->own_macros, 0, sizeof(c->own_macros));
	begin_message(load, c);
	c->step = AT_NEGOTIATE;
	go_on(load, c);
}

static void close_connection(struct connection *c)
{
	if (c->fd < 0)
		return;
	close(c->fd);
	c->fd = -1;
	c->step = AT_NEGOTIATE;
}

static void end_message(struct load *load, struct connection *c, enum verdict verdict, bool abort)
{
	static const struct str NOTHING = { NULL, 0 };

	if (c->step == AT_EOM)
		load->latency[load->finished] = (uint32_t)(clock_monotonic_us() - c->eom_at);
	load->verdicts[c->quarantined ? QUARANTINED : verdict]++;
	load->finished++;
	c->sent++;
	c->waiting = false;
	if (abort)
		add_packet(&c->out, SMFIC_ABORT, NOTHING);
	if (load->hold != AT_NEGOTIATE && c->sent >= load->per_connection) {
		c->step = HELD;
		go_on(load, c);
		return;
	}
	if (c->sent < load->per_connection && load->started < load->target) {
		begin_message(load, c);
		go_on(load, c);
		return;
	}
	add_packet(&c->out, SMFIC_QUIT, NOTHING);
	flush(load, c);
	close_connection(c);
	if (load->started < load->target)
		open_connection(load, c);
}

/* --- answers */

static void take_agreement(struct connection *c, struct str payload)
{
	const char *end = payload.ptr + payload.len, *at = payload.ptr + 12;

	if (payload.len < 12)
		fatal("negotiation");
	c->steps = fake_wire_get_u32(payload.ptr + 8);
	while (end - at > 4) {
		uint32_t stage = fake_wire_get_u32(at);
		size_t n = strnlen(at + 4, (size_t)(end - at - 4));

		if (stage < STAGES) {
			c->own_macros[stage] = true;
			snprintf(c->macros[stage], sizeof(c->macros[stage]), "%.*s", (int)n, at + 4);
		}
		at += 4 + n + 1;
	}
}

static bool is_edit(char command)
{
	return command != '\0' && strchr("hime+-2b", command) != NULL;
}

static void take_answer(struct load *load, struct connection *c, char command, struct str payload)
{
	if (!c->waiting)
		fatal("an answer that was not agreed");
	if (command == SMFIR_PROGRESS)
		return;
	if (c->step == AT_EOM && (is_edit(command) || command == SMFIR_QUARANTINE)) {
		load->edits += is_edit(command);
		c->quarantined |= command == SMFIR_QUARANTINE;
		return;
	}
	if (c->step == AT_NEGOTIATE && command == SMFIC_OPTNEG)
		take_agreement(c, payload);
	else if (c->step == AT_BODY && command == SMFIR_SKIP)
		c->body_at = c->mail->body.len;
	else if (command == SMFIR_ACCEPT || (c->step == AT_EOM && command == SMFIR_CONTINUE))
		return end_message(load, c, ACCEPTED, c->step != AT_EOM);
	else if (command == SMFIR_REJECT
		|| (command == SMFIR_REPLYCODE && payload.len > 0 && payload.ptr[0] == '5'))
		return end_message(load, c, REFUSED, c->step != AT_EOM);
	else if (command == SMFIR_TEMPFAIL || command == SMFIR_REPLYCODE)
		return end_message(load, c, TEMPFAILED, c->step != AT_EOM);
	else if (command == SMFIR_DISCARD)
		return end_message(load, c, DISCARDED, c->step != AT_EOM);
	else if (command != SMFIR_CONTINUE)
		fatal("an answer nobody knows");
	c->waiting = false;
	if (step_is_done(c))
		c->step++;
	go_on(load, c);
}

static void take_input(struct load *load, struct connection *c)
{
	ssize_t n;

	if (!buf_reserve(&c->in, READ_SIZE))
		fatal("memory");
	n = recv(c->fd, c->in.ptr + c->in.len, READ_SIZE, 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0)
		fatal("the filter hung up");
	c->in.len += (size_t)n;
	while (c->in.len - c->in_at >= 5) {
		const char *at = c->in.ptr + c->in_at;
		size_t size = fake_wire_get_u32(at);

		if (size == 0)
			fatal("an empty packet");
		if (c->in.len - c->in_at - 4 < size)
			break;
		c->in_at += 4 + size;
		take_answer(load, c, at[4], str_make(at + 5, size - 1));
		if (c->in_at == 0) /* another connection in its place */
			return;
	}
	memmove(c->in.ptr, c->in.ptr + c->in_at, c->in.len - c->in_at);
	c->in.len -= c->in_at;
	c->in_at = 0;
}

static void run(struct load *load, size_t messages)
{
	struct epoll_event events[256];
	bool holds;

	load->started = load->finished = load->held = load->bytes = load->edits = 0;
	memset(load->verdicts, 0, sizeof(load->verdicts));
	load->target = messages;
	holds = load->hold != AT_NEGOTIATE;
	for (size_t i = 0; i < load->slots && load->started < load->target; i++)
		open_connection(load, &load->connections[i]);
	while (holds ? load->held < load->slots : load->finished < load->target) {
		int n = epoll_wait(load->epoll, events, 256, WAIT_MS);

		if (n == 0 || (n < 0 && errno != EINTR)) {
			errno = n == 0 ? ETIMEDOUT : errno;
			fatal("waiting for answers");
		}
		for (int i = 0; i < n; i++) {
			struct connection *c = events[i].data.ptr;

			if (c->fd >= 0 && events[i].events & EPOLLOUT)
				flush(load, c);
			if (c->fd >= 0 && events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
				take_input(load, c);
		}
	}
}

/* --- the report */

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void look(const struct load *load, struct bench_server *server)
{
	if (bench_server_look(load->pid, server) != 0)
		fatal("the filter's process");
}

static void report(struct load *load, const struct bench_server *before,
	const struct bench_server *after, uint64_t wall_us)
{
	double n = (double)load->finished;

	qsort(load->latency, load->finished, sizeof(*load->latency), compare);
	printf("connections=%zu messages=%zu seconds=%.3f rate=%.0f cpu_us=%.1f user_us=%.1f "
		"sys_us=%.1f p50_us=%u p99_us=%u", load->slots, load->finished,
		(double)wall_us / 1e6, n * 1e6 / (double)wall_us,
		(double)(after->cpu_us - before->cpu_us) / n,
		(double)(after->user_ms - before->user_ms) * 1000 / n,
		(double)(after->sys_ms - before->sys_ms) * 1000 / n,
		load->latency[load->finished / 2], load->latency[load->finished * 99 / 100]);
	printf(" accepted=%zu refused=%zu tempfailed=%zu discarded=%zu quarantined=%zu edits=%zu "
		"bytes=%zu rss_kib=%zu peak_kib=%zu anon_kib=%zu threads=%u fds=%u\n",
		load->verdicts[ACCEPTED], load->verdicts[REFUSED], load->verdicts[TEMPFAILED],
		load->verdicts[DISCARDED], load->verdicts[QUARANTINED], load->edits, load->bytes,
		after->rss_kib, after->peak_kib, after->anon_kib, after->threads, after->descriptors);
}

static void measure(struct load *load)
{
	struct bench_server before, after;
	uint64_t begin, wall;

	if (load->warm_up > 0) {
		run(load, load->warm_up);
		usleep(SETTLE_US);
	}
	look(load, &before);
	begin = clock_monotonic_us();
	run(load, load->messages);
	wall = clock_monotonic_us() - begin;
	usleep(SETTLE_US); /* the last connections' close is part of what a message costs */
	look(load, &after);
	report(load, &before, &after, wall);
}

static void measure_held(struct load *load)
{
	struct bench_server empty, before, after;

	look(load, &empty);
	run(load, load->slots * load->per_connection);
	usleep(SETTLE_US);
	look(load, &before);
	sleep(load->seconds);
	look(load, &after);
	printf("held=%zu at=%s seconds=%u cpu_percent=%.2f rss_kib=%zu anon_kib=%zu peak_kib=%zu "
		"rss_before_kib=%zu kib_a_session=%.1f threads=%u fds=%u\n", load->held,
		load->hold == HELD ? "idle" : "body", load->seconds,
		(double)(after.cpu_us - before.cpu_us) / 1e4 / load->seconds, after.rss_kib,
		after.anon_kib, after.peak_kib, empty.rss_kib,
		((double)after.rss_kib - (double)empty.rss_kib) / (double)load->held, after.threads,
		after.descriptors);
}

/* --- the start */

static bool parse_options(struct load *load, int argc, char **argv)
{
	static const struct option TABLE[] = {
		{ "pid", required_argument, NULL, 'p' },
		{ "hold", required_argument, NULL, 'h' },
		{ "seconds", required_argument, NULL, 's' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "c:n:m:w:", TABLE, NULL)) != -1) {
		size_t number = optarg ? strtoul(optarg, NULL, 10) : 0;

		switch (option) {
		case 'p': load->pid = (pid_t)number; break;
		case 's': load->seconds = (unsigned)number; break;
		case 'c': load->slots = number; break;
		case 'n': load->messages = number; break;
		case 'm': load->per_connection = number; break;
		case 'w': load->warm_up = number; break;
		case 'h': load->hold = optarg && strcmp(optarg, "idle") == 0 ? HELD : AT_EOM; break;
		default: return false;
		}
	}
	if (optind + 2 > argc || load->pid <= 0 || load->slots == 0 || load->messages == 0
		|| load->per_connection == 0 || load->seconds == 0)
		return false;
	load->socket = argv[optind];
	for (int i = optind + 1; i < argc; i++)
		if (bench_mails_add(&load->mails, argv[i]) != 0)
			exit(66);
	if (load->mails.n == 0) {
		fputs("milter_load: no mail in these folders\n", stderr);
		exit(66);
	}
	return true;
}

static void prepare(struct load *load)
{
	size_t most = load->messages + load->warm_up + load->slots * load->per_connection;

	load->connections = calloc(load->slots, sizeof(*load->connections));
	load->latency = calloc(most, sizeof(*load->latency));
	load->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (!load->connections || !load->latency || load->epoll < 0)
		fatal("start");
	for (size_t i = 0; i < load->slots; i++)
		load->connections[i].fd = -1;
}

int main(int argc, char **argv)
{
	struct load load = { .slots = 1, .messages = 1000, .per_connection = 1, .seconds = 3 };

	if (!parse_options(&load, argc, argv)) {
		fputs("usage: milter_load --pid PID [-c CONNECTIONS] [-n MESSAGES] [-m A-CONNECTION]\n"
			"       [-w WARM-UP] [--hold idle|body --seconds S] SOCKET FILE|FOLDER...\n", stderr);
		return 64;
	}
	prepare(&load);
	if (load.hold != AT_NEGOTIATE)
		measure_held(&load);
	else
		measure(&load);
	for (size_t i = 0; i < load.slots; i++) {
		close_connection(&load.connections[i]);
		buf_free(&load.connections[i].in);
		buf_free(&load.connections[i].out);
	}
	bench_mails_clear(&load.mails);
	free(load.connections);
	free(load.latency);
	close(load.epoll);
	return 0;
}
