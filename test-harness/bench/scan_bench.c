/*
 * What a message costs in our own code, without libmilter and without a socket: every mail is in
 * memory, and is read and judged TIMES times on one thread. This is what we profile with.
 *
 *   scan_bench -c depeer.conf [-n TIMES] [-p read|lookups|scan|session] FILE|FOLDER...
 *
 * The parts, each measured in passes of its own over all mails (thread CPU; the best pass and the
 * median are printed: the best says what the code costs, the distance how noisy the machine is):
 *
 *   read      headers, MIME, text, HTML, URLs, as message/ is fed by a milter
 *   lookups   the networks of the client and of every address in links and relays
 *   scan      read, look-ups and rules, each mail in an arena of its own
 *   session   all that depeerd does between libmilter's callbacks: scan, headers, log line
 *
 * From them: rules = scan - read - lookups; report = session - scan. -p runs one part alone (for
 * perf and callgrind).
 */
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/date.h"
#include "milter/runtime.h"
#include "milter/scan.h"
#include "milter/session.h"
#include "test-harness/bench_mails.h"

enum { PASSES_MAX = 1000 };

struct bench {
	struct snapshot *snapshot;
	struct runtime *runtime;
	struct bench_mails mails;
	struct ip *addresses;   /* of all mails, in their order: client, relays, links */
	size_t addresses_n, addresses_capacity;
	size_t urls, hits, acted, cut, failed, log_bytes;
	int32_t day;
};

typedef void part_fn(struct bench *bench, size_t mail);

static void fatal(const char *what)
{
	fprintf(stderr, "scan_bench: %s\n", what);
	exit(1);
}

static const struct message_view *read_mail(struct bench *bench, size_t at, struct arena *arena)
{
	const struct bench_mail *mail = &bench->mails.items[at];
	struct message_options options = scan_message_options(bench->snapshot);
	struct message *message = message_create(&options, arena);
	int status = message ? 0 : -1;

	for (size_t i = 0; status == 0 && i < mail->parts.n; i++)
		status = message_header(message, str_from(mail->parts.headers[i].name),
			str_from(mail->parts.headers[i].value));
	if (status != 0 || message_end_of_headers(message) != 0
		|| message_body(message, buf_str(&mail->body)) < 0 || message_end(message) != 0)
		fatal("a mail cannot be read: memory");
	return message_view(message);
}

static struct arena *begin(const struct bench *bench)
{
	struct arena *arena = arena_create(bench->snapshot->config->message_memory);

	if (!arena)
		fatal("memory");
	return arena;
}

static void part_read(struct bench *bench, size_t at)
{
	struct arena *arena = begin(bench);
	const struct message_view *view = read_mail(bench, at, arena);

	bench->urls += view->urls_n;
	bench->cut += view->truncated != 0;
	arena_free(&arena);
}

static void add_address(struct bench *bench, const struct ip *ip)
{
	if (bench->addresses_n == bench->addresses_capacity) {
		bench->addresses_capacity = bench->addresses_capacity * 2 + 1024;
		bench->addresses = realloc(bench->addresses,
			bench->addresses_capacity * sizeof(*bench->addresses));
		if (!bench->addresses)
			fatal("memory");
	}
	bench->addresses[bench->addresses_n++] = *ip;
}

/* Before the measuring: what the mails will ask for. */
static void gather_addresses(struct bench *bench)
{
	for (size_t at = 0; at < bench->mails.n; at++) {
		struct arena *arena = begin(bench);
		const struct message_view *view = read_mail(bench, at, arena);
		struct ip client = bench_client(at);

		add_address(bench, &client);
		for (size_t i = 0; i < view->relays_n && ruleset_needs_relays(bench->snapshot->rules); i++)
			if (view->relays[i].has_ip && !ip_is_private(&view->relays[i].ip))
				add_address(bench, &view->relays[i].ip);
		for (size_t i = 0; i < view->urls_n; i++)
			if (view->urls[i].host_is_ip)
				add_address(bench, &view->urls[i].ip);
		arena_free(&arena);
	}
}

/* All at once, with the first mail. */
static void part_lookups(struct bench *bench, size_t at)
{
	struct network network;

	for (size_t i = 0; at == 0 && i < bench->addresses_n; i++)
		geoip_lookup(bench->snapshot->geoip, &bench->addresses[i], bench->day, &network);
}

static void part_scan(struct bench *bench, size_t at)
{
	static const struct str RECIPIENT = { "user@bench.example", 18 };
	struct arena *arena = begin(bench);
	const struct message_view *view = read_mail(bench, at, arena);
	struct scan_envelope envelope = { .has_client = true, .client = bench_client(at),
		.client_name = STR("client.bench.example"), .helo = STR("client.bench.example"),
		.mail_from = STR("sender@bench.example"), .has_mail_from = true,
		.recipients = &RECIPIENT, .recipients_n = 1, .day = bench->day };
	struct scan_result result;

	if (scan_message(bench->snapshot, &envelope, view, arena, &result) != 0)
		fatal("a mail cannot be judged: memory");
	bench->hits += result.verdict.hits_n;
	bench->acted += result.action != ACTION_ACCEPT;
	arena_free(&arena);
}

static void take_log(void *context, enum log_level level, const char *line)
{
	struct bench *bench = context;

	bench->failed += level == LOG_LEVEL_ERROR;
	bench->log_bytes += strlen(line);
}

static void feed(struct session *session, const struct bench_mail *mail)
{
	struct session_outcome outcome;

	session_mail(session, "<sender@bench.example>", NULL);
	if (session_rcpt(session, "<user@bench.example>", NULL) != SESSION_CONTINUE)
		return;
	for (size_t i = 0; i < mail->parts.n; i++)
		session_header(session, mail->parts.headers[i].name, mail->parts.headers[i].value);
	session_end_of_headers(session);
	for (size_t from = 0; from < mail->body.len; from += 65535)
		if (session_body(session, str_slice(buf_str(&mail->body), from, from + 65535))
			== SESSION_SKIP)
			break;
	session_end(session, "4F2A1B0C3D", &outcome);
}

static void part_session(struct bench *bench, size_t at)
{
	struct session_options options = { .runtime = bench->runtime, .log = take_log,
		.log_context = bench, .can_quarantine = true, .can_skip = true };
	struct session *session = session_create(&options);
	struct ip client = bench_client(at);
	struct sockaddr_in6 address = { .sin6_family = AF_INET6 };

	if (!session)
		fatal("memory");
	memcpy(&address.sin6_addr, client.bytes, sizeof(client.bytes));
	session_connect(session, "client.bench.example", (const struct sockaddr *)&address);
	session_helo(session, "client.bench.example");
	feed(session, &bench->mails.items[at]);
	session_free(&session);
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

struct cost {
	double best, median; /* us a mail */
};

static struct cost measure(struct bench *bench, part_fn *part, size_t passes)
{
	uint64_t times[PASSES_MAX];
	double n = (double)bench->mails.n;

	for (size_t pass = 0; pass < passes; pass++) {
		uint64_t start = clock_thread_cpu_us();

		bench->urls = bench->hits = bench->acted = bench->cut = bench->log_bytes = 0;
		for (size_t i = 0; i < bench->mails.n; i++)
			part(bench, i);
		times[pass] = clock_thread_cpu_us() - start;
	}
	qsort(times, passes, sizeof(*times), compare);
	return (struct cost){ (double)times[0] / n, (double)times[passes / 2] / n };
}

static void print(const struct bench *bench, const char *name, double best, double median)
{
	double mean = (double)bench->mails.bytes / (double)bench->mails.n;

	printf("%-9s %8.2f %8.2f %8.0f\n", name, best, median, best > 0 ? mean / best : 0);
}

static void measure_all(struct bench *bench, size_t passes)
{
	struct cost read = measure(bench, part_read, passes);
	size_t urls = bench->urls, cut = bench->cut;
	struct cost lookups = measure(bench, part_lookups, passes);
	struct cost scan = measure(bench, part_scan, passes);
	size_t hits = bench->hits, acted = bench->acted;
	struct cost session = measure(bench, part_session, passes);

	printf("mails=%zu bytes=%zu mean=%zu urls=%zu addresses=%zu hits=%zu acted=%zu cut=%zu "
		"log=%zu failed=%zu passes=%zu\n", bench->mails.n, bench->mails.bytes,
		bench->mails.bytes / bench->mails.n, urls, bench->addresses_n, hits, acted, cut,
		bench->log_bytes / bench->mails.n, bench->failed, passes);
	printf("%-9s %8s %8s %8s\n", "us/mail", "best", "median", "MB/s");
	print(bench, "read", read.best, read.median);
	print(bench, "lookups", lookups.best, lookups.median);
	print(bench, "rules", scan.best - read.best - lookups.best,
		scan.median - read.median - lookups.median);
	print(bench, "report", session.best - scan.best, session.median - scan.median);
	print(bench, "all", session.best, session.median);
}

static int measure_one(struct bench *bench, const char *name, size_t passes)
{
	static const struct { const char *name; part_fn *run; } PARTS[] = { { "read", part_read },
		{ "lookups", part_lookups }, { "scan", part_scan }, { "session", part_session } };

	for (size_t i = 0; i < sizeof(PARTS) / sizeof(PARTS[0]); i++)
		if (strcmp(PARTS[i].name, name) == 0) {
			struct cost cost = measure(bench, PARTS[i].run, passes);

			print(bench, name, cost.best, cost.median);
			return 0;
		}
	return 64;
}

static struct snapshot *load(const char *path)
{
	struct diags diags = { 0 };
	struct config *config = config_load(path, &diags);
	struct snapshot *snapshot = config ? snapshot_build(config, &diags) : NULL;

	diags_print(&diags, stderr);
	diags_clear(&diags);
	if (!snapshot)
		exit(78);
	return snapshot;
}

int main(int argc, char **argv)
{
	struct bench bench = { .day = date_from_time(clock_wall_seconds()) };
	const char *config = NULL, *part = NULL;
	size_t passes = 5;
	int option, status = 0;

	while ((option = getopt(argc, argv, "c:n:p:")) != -1) {
		if (option == 'c')
			config = optarg;
		else if (option == 'p')
			part = optarg;
		else if (option == 'n')
			passes = strtoul(optarg, NULL, 10);
	}
	if (!config || optind >= argc || passes == 0 || passes > PASSES_MAX) {
		fputs("usage: scan_bench -c depeer.conf [-n TIMES] [-p read|lookups|scan|session]\n"
			"       FILE|FOLDER...\n", stderr);
		return 64;
	}
	for (int i = optind; i < argc; i++)
		if (bench_mails_add(&bench.mails, argv[i]) != 0)
			return 66;
	bench.snapshot = load(config);
	bench.runtime = runtime_create(snapshot_hold(bench.snapshot));
	if (!bench.runtime)
		fatal("memory");
	gather_addresses(&bench);
	if (part)
		status = measure_one(&bench, part, passes);
	else
		measure_all(&bench, passes);
	runtime_free(&bench.runtime);
	snapshot_release(&bench.snapshot);
	bench_mails_clear(&bench.mails);
	free(bench.addresses);
	return status;
}
