/* dns/resolver_unbound: see resolver_unbound.h. */
#include "dns/resolver_unbound.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unbound.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/lex.h"
#include "dns/backend.h"
#include "dns/name.h"
#include "dns/questions.h"

enum { CLASS_IN = 1, TYPE_SOA = 6, RCODE_NXDOMAIN = 3, RCODE_REFUSED = 5, HEADER_BYTES = 12 };
enum { SWEEP_MS = 100, LONG_MS = DNS_TIMEOUT_MS / 8 };

struct unbound {
	struct ub_ctx *context;
	pthread_t thread;
	bool running;
	int wake[2];       /* a pipe to the thread: there is something in the queue, or it is to end */
	size_t asking;     /* questions that libunbound has; only the thread looks at it */
	size_t asking_max;
	pthread_mutex_t lock; /* of what follows */
	struct dns_question *newest, *oldest; /* to be handed on; by ->newer and ->older */
	bool ending;
};

/* ---- answers ---- */

/* What the records of an answer are read into, before they are copied. */
struct reading {
	struct dns_record records[DNS_RECORDS_MAX];
	char texts[DNS_TEXT_MAX];
	size_t used;
	char canonical[DNS_NAME_TEXT_MAX];
};

/* NULL when it is full. */
static char *room(struct reading *reading, size_t size)
{
	char *at = reading->texts + reading->used;

	if (size > sizeof(reading->texts) - reading->used)
		return NULL;
	reading->used += size;
	return at;
}

static bool read_address(struct reading *reading, struct str data, struct dns_record *record)
{
	const unsigned char *bytes = (const unsigned char *)data.ptr;

	(void)reading;
	if (data.len == sizeof(record->ip.bytes)) {
		memcpy(record->ip.bytes, bytes, sizeof(record->ip.bytes));
		return true;
	}
	if (data.len != 4)
		return false;
	record->ip = ip_from_v4((uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
		(uint32_t)bytes[2] << 8 | bytes[3]);
	return true;
}

static bool read_name(struct reading *reading, struct str data, struct dns_record *record)
{
	char *text = room(reading, DNS_NAME_TEXT_MAX);
	size_t len = text == NULL ? 0 : dns_name_from_wire(data, text, NULL);

	if (len == 0)
		return false;
	reading->used -= DNS_NAME_TEXT_MAX - (len + 1);
	record->text = str_make(text, len);
	return true;
}

static bool read_mx(struct reading *reading, struct str data, struct dns_record *record)
{
	if (data.len < 2)
		return false;
	record->preference = (uint16_t)((unsigned char)data.ptr[0] << 8 | (unsigned char)data.ptr[1]);
	return read_name(reading, str_slice(data, 2, data.len), record);
}

/* Strings of up to 255 bytes, each behind its length. */
static bool read_txt(struct reading *reading, struct str data, struct dns_record *record)
{
	char *text = room(reading, data.len);
	size_t len = 0;

	for (size_t at = 0; text != NULL && at < data.len;) {
		struct str part = str_slice(data, at + 1, at + 1 + (unsigned char)data.ptr[at]);

		if (part.len != (unsigned char)data.ptr[at])
			return false;
		if (part.len > 0)
			memcpy(text + len, part.ptr, part.len);
		len += part.len;
		at += 1 + part.len;
	}
	record->text = str_make(text, len);
	return text != NULL;
}

static const struct {
	enum dns_type type;
	bool (*read)(struct reading *reading, struct str data, struct dns_record *record);
} readers[] = {
	{ DNS_A, read_address }, { DNS_AAAA, read_address }, { DNS_NS, read_name },
	{ DNS_PTR, read_name }, { DNS_MX, read_mx }, { DNS_TXT, read_txt },
};

static void read_records(struct reading *reading, const struct ub_result *result,
	struct dns_answer *answer)
{
	size_t reader = 0, n = 0;

	while (readers[reader].type != (enum dns_type)result->qtype)
		reader++; /* asked were only these */
	for (size_t i = 0; result->data[i] != NULL; i++) {
		struct dns_record record = { .preference = 0 };
		struct str data = str_make(result->data[i], (size_t)result->len[i]);

		if (n < DNS_RECORDS_MAX && readers[reader].read(reading, data, &record))
			reading->records[n++] = record;
		else
			answer->dropped++;
	}
	answer->records = reading->records;
	answer->n = n;
}

/* The number of 16 bits at an offset; 0 where the packet has none. */
static size_t number_at(struct str packet, size_t at)
{
	if (at + 2 > packet.len)
		return 0;
	return (size_t)((unsigned char)packet.ptr[at] << 8 | (unsigned char)packet.ptr[at + 1]);
}

/* The offset behind a name, compressed or not (RFC 1035 4.1.4). */
static size_t behind_name(struct str packet, size_t at)
{
	while (at < packet.len && packet.ptr[at] != 0) {
		unsigned char label = (unsigned char)packet.ptr[at];

		if (label > DNS_LABEL_MAX)
			return at + 2;
		at += 1 + (size_t)label;
	}
	return at + 1;
}

/* Whether somebody stands for it that there is nothing: an SOA in the authority section (RFC 2308
 * 2.2). With NS records alone it is a referral, which a forwarder should not give. */
static bool vouched_for(const struct ub_result *result)
{
	struct str packet = str_make(result->answer_packet, (size_t)result->answer_len);
	size_t answers = number_at(packet, 6), records = answers + number_at(packet, 8);
	size_t at = behind_name(packet, HEADER_BYTES) + 4;

	for (size_t i = 0; i < records && at < packet.len; i++) {
		at = behind_name(packet, at);
		if (i >= answers && number_at(packet, at) == TYPE_SOA)
			return true;
		at += 10 + number_at(packet, at + 8);
	}
	return false;
}

/* An answer about another name is empty once libunbound has thrown out what was not asked. So an
 * empty answer that nobody stands for says nothing: unknown. Of AAAA alone it is taken for "none",
 * since most hosts have none and small forwarders leave the SOA out. */
static enum dns_status status_of(const struct ub_result *result)
{
	if (result->bogus)
		return DNS_SERVFAIL;
	if (result->havedata)
		return DNS_FOUND;
	if (result->rcode == 0)
		return vouched_for(result) || result->qtype == DNS_AAAA ? DNS_NODATA : DNS_SERVFAIL;
	if (result->rcode == RCODE_NXDOMAIN)
		return DNS_NXDOMAIN;
	return result->rcode == RCODE_REFUSED ? DNS_REFUSED : DNS_SERVFAIL;
}

/* On our thread, within ub_process(). */
static void take_answer(void *self, int failed, struct ub_result *result)
{
	struct dns_answer answer = { .status = DNS_SERVFAIL };
	struct dns_question *question = self;
	struct unbound *unbound = question->asker;
	struct reading reading;

	reading.used = 0;
	if (failed == 0 && result != NULL) {
		answer.status = status_of(result);
		if (result->ttl > 0 && (result->havedata || vouched_for(result)))
			answer.ttl = (uint32_t)result->ttl; /* RFC 2308 5: no SOA, no time to keep it */
		if (result->canonname != NULL && result->canonname != result->qname)
			answer.canonical = str_make(reading.canonical,
				dns_name_normalise(str_from(result->canonname), reading.canonical));
		if (answer.status == DNS_FOUND)
			read_records(&reading, result, &answer);
	}
	unbound->asking--;
	dns_resolver_deliver(question, &answer);
	ub_resolve_free(result);
}

/* ---- asking ---- */

/* Where the pipe is full, the thread will look anyway. */
static void wake(struct unbound *unbound)
{
	while (write(unbound->wake[1], "", 1) < 0 && errno == EINTR)
		;
}

/* ub_resolve_async() may wait, for its pipe and for libunbound's thread. So whoever asks only puts
 * the question into a queue, and our thread hands it on. */
static void ask(void *self, struct dns_question *question, struct str name, enum dns_type type)
{
	struct unbound *unbound = self;
	bool none; /* was there to be handed on; then the thread may sleep */

	(void)name; /* both are in the question, too */
	(void)type;
	question->asker = unbound;
	question->asked = clock_monotonic_us();
	pthread_mutex_lock(&unbound->lock);
	none = unbound->newest == NULL;
	question->newer = NULL;
	question->older = unbound->newest;
	*(none ? &unbound->oldest : &unbound->newest->newer) = question;
	unbound->newest = question;
	pthread_mutex_unlock(&unbound->lock);
	if (none)
		wake(unbound);
}

/* Under the lock. */
static void take_out(struct unbound *unbound, struct dns_question *question)
{
	*(question->newer ? &question->newer->older : &unbound->newest) = question->older;
	*(question->older ? &question->older->newer : &unbound->oldest) = question->newer;
	question->newer = question->older = NULL;
}

/* The next that somebody still waits for, while libunbound may have one more. It is the oldest; but
 * once that has waited long, there are more than can be asked in time: each would be answered just
 * too late. Then the newest goes first, which has the most time left. */
static struct dns_question *next_question(struct unbound *unbound)
{
	uint64_t long_ago = clock_monotonic_us() - LONG_MS * (uint64_t)1000;
	struct dns_question *question;

	do {
		pthread_mutex_lock(&unbound->lock);
		question = unbound->asking < unbound->asking_max ? unbound->oldest : NULL;
		if (question != NULL && question->asked < long_ago)
			question = unbound->newest;
		if (question != NULL)
			take_out(unbound, question);
		pthread_mutex_unlock(&unbound->lock);
	} while (question != NULL && dns_resolver_withdraw(question, true));
	return question;
}

/* Forgets those for whom nobody waits any more, wherever they stand. Only this thread takes
 * questions out, so the one that it looks at stays; askers wait for a moment. */
static void sweep(struct unbound *unbound)
{
	struct dns_question *question, *newer;

	pthread_mutex_lock(&unbound->lock);
	for (question = unbound->oldest; question != NULL; question = newer) {
		struct dns_question *older = question->older;

		newer = question->newer;
		take_out(unbound, question);
		if (dns_resolver_withdraw(question, false))
			continue;
		question->older = older;
		question->newer = newer;
		*(older ? &older->newer : &unbound->oldest) = question;
		*(newer ? &newer->older : &unbound->newest) = question;
	}
	pthread_mutex_unlock(&unbound->lock);
}

/* True when some are left, because libunbound has enough. */
static bool hand_on(struct unbound *unbound)
{
	struct dns_question *question;

	while ((question = next_question(unbound)) != NULL) {
		unbound->asking++;
		if (ub_resolve_async(unbound->context, question->name.ptr, question->type, CLASS_IN,
				question, take_answer, NULL) != 0)
			take_answer(question, UB_NOMEM, NULL);
	}
	return unbound->asking >= unbound->asking_max;
}

static void *run(void *self)
{
	struct unbound *unbound = self;
	struct pollfd fds[2] = { { .fd = ub_fd(unbound->context), .events = POLLIN },
		{ .fd = unbound->wake[0], .events = POLLIN } };
	bool ending = false, queued = false;
	uint64_t swept = 0;
	char bytes[1024];

	while (!ending) {
		int ready = poll(fds, 2, queued ? SWEEP_MS : -1);
		uint64_t now = clock_monotonic_us();

		if (queued && now - swept >= SWEEP_MS * (uint64_t)1000) {
			sweep(unbound);
			swept = now;
		}
		if (ready <= 0)
			continue; /* or EINTR, or no memory for a moment */
		if (fds[1].revents != 0)
			(void)!read(unbound->wake[0], bytes, sizeof(bytes));
		if (fds[0].revents != 0)
			ub_process(unbound->context);
		pthread_mutex_lock(&unbound->lock);
		ending = unbound->ending;
		pthread_mutex_unlock(&unbound->lock);
		if (!ending)
			queued = hand_on(unbound);
	}
	return NULL;
}

/* ---- making ---- */

bool dns_nameserver_ok(struct str text)
{
	size_t at = str_find_byte(text, '@');
	uint64_t port;
	struct ip ip;

	return ip_parse(str_slice(text, 0, at), &ip) && (at == SIZE_MAX ||
		(str_to_u64(str_slice(text, at + 1, text.len), UINT16_MAX, &port) && port > 0));
}

static int add_nameserver(struct ub_ctx *context, const char *text, struct error *error)
{
	int failed = ub_ctx_set_fwd(context, text);

	return failed == 0 ? 0 : error_set(error, "name server '%s': %s", text, ub_strerror(failed));
}

/* The lines "nameserver ADDRESS" of resolv.conf(5), without those that cannot be read, as glibc
 * does. Returns how many, -1 with an error. */
static int read_resolv_conf(struct ub_ctx *context, const char *path, struct error *error)
{
	struct lex_file file;
	struct lex_line line;
	struct str word;
	struct lex lex;
	char text[64];
	int n = 0, unreadable = 0;

	if (lex_file_read(&file, path, error) != 0)
		return -1;
	lex = lex_begin(path, str_make(file.text, file.len));
	while (n < DNS_NAMESERVERS_MAX && lex_next(&lex, &line)) {
		if (!lex_word(&line, &word, NULL) || !str_equal(word, STR("nameserver")) ||
			!lex_word(&line, &word, NULL))
			continue;
		snprintf(text, sizeof(text), "%.*s", (int)(word.len < 60 ? word.len : 60), word.ptr);
		++*(add_nameserver(context, text, error) == 0 ? &n : &unreadable);
	}
	lex_file_clear(&file);
	if (n == 0 && unreadable > 0)
		return -1;
	if (n == 0) /* as resolv.conf(5) has it */
		return add_nameserver(context, "127.0.0.1", error) == 0 ? 1 : -1;
	return n;
}

/* Returns how many, -1 with an error. */
static int set_nameservers(struct ub_ctx *context, const struct dns_unbound_options *options,
	struct error *error)
{
	if (options->n == 0)
		return read_resolv_conf(context, options->resolv_conf == NULL ? "/etc/resolv.conf"
			: options->resolv_conf, error);
	if (options->n > DNS_NAMESERVERS_MAX)
		return error_set(error, "more than %d name servers", DNS_NAMESERVERS_MAX);
	for (size_t i = 0; i < options->n; i++) {
		if (!dns_nameserver_ok(str_from(options->nameservers[i])))
			return error_set(error, "'%s' is not a name server's ADDRESS or ADDRESS@PORT",
				options->nameservers[i]);
		if (add_nameserver(context, options->nameservers[i], error) != 0)
			return -1;
	}
	return (int)options->n;
}

/* See unbound.conf(5). What is not plain there was measured against test-harness/fake_dns:
 *
 * infra-cache-min-rtt, outbound-msg-retry: a forwarder takes long over names that it does not know,
 * and libunbound, used to 1 ms from its cache, repeats the question after 50 ms, and nine times in
 * two seconds. So the first repetition comes after 1 s, for a packet lost, and SERVFAIL is taken at
 * its word: at most two packets a question in the budget, one while nothing is lost. Of several
 * servers one is left for the next after two silences: 0.5 s each, so that the next has its time.
 *
 * infra-host-ttl: how long it remembers that a server was silent. By its own 15 minutes all mail is
 * "unknown" for so long when the forwarder was away for two. infra-cache-max-rtt and
 * infra-keep-probing, which promise the same, made it worse: silent for 12 s was "down". Of several
 * servers a dead one is tried again that often, and delays what is asked in that second. */
static const char *const settings[][2] = {
	{ "module-config:", "iterator" }, /* no DNSSEC */
	{ "do-not-query-localhost:", "no" },
	{ "unblock-lan-zones:", "yes" },  /* PTR of private addresses: the site's servers know them */
	{ "cache-min-ttl:", "30" },       /* DNS_TTL_MIN ... */
	{ "cache-max-ttl:", "86400" },
	{ "cache-max-negative-ttl:", "3600" },
	{ "edns-buffer-size:", "1232" },  /* no fragments */
	{ "outbound-msg-retry:", "1" },
	{ "max-query-restarts:", "1" },   /* a forwarder follows CNAMEs itself */
};

static unsigned sockets_of(const struct dns_unbound_options *options)
{
	return options->sockets == 0 ? DNS_SOCKETS : options->sockets;
}

static int set_up(struct ub_ctx *context, const struct dns_unbound_options *options,
	struct error *error)
{
	int servers = set_nameservers(context, options, error);
	const struct { const char *name; unsigned value; } numbers[] = {
		{ "infra-cache-min-rtt:", servers > 1 ? 500 : 1000 },
		{ "infra-host-ttl:", servers > 1 ? 30 : 5 },
		{ "outgoing-range:", sockets_of(options) },
		{ "outgoing-num-tcp:", DNS_TCP_SOCKETS },
		{ "num-queries-per-thread:", DNS_FLIGHTS_MAX },
	};
	char text[16];
	int failed = 0;

	if (servers < 0)
		return -1;
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]) && failed == 0; i++)
		failed = ub_ctx_set_option(context, settings[i][0], settings[i][1]);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]) && failed == 0; i++) {
		snprintf(text, sizeof(text), "%u", numbers[i].value);
		failed = ub_ctx_set_option(context, numbers[i].name, text);
	}
	if (failed == 0)
		failed = ub_ctx_async(context, 1); /* a thread, no process */
	return failed == 0 ? 0 : error_set(error, "libunbound: %s", ub_strerror(failed));
}

static void ignore_answer(void *self, int failed, struct ub_result *result)
{
	(void)self;
	(void)failed;
	ub_resolve_free(result);
}

/* libunbound begins its thread with the first question: one that it answers itself, so that this
 * happens here, with signals blocked, and a failure is seen. */
static int start_threads(struct unbound *unbound, struct error *error)
{
	sigset_t all, before;
	int failed;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = ub_resolve_async(unbound->context, "localhost", DNS_A, CLASS_IN, NULL,
		ignore_answer, NULL);
	if (failed != 0)
		error_set(error, "libunbound: %s", ub_strerror(failed));
	else {
		failed = pthread_create(&unbound->thread, NULL, run, unbound);
		if (failed != 0)
			error_set(error, "cannot start a thread: %s", strerror(failed));
		unbound->running = failed == 0;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return failed == 0 ? 0 : -1;
}

static void end(void *self)
{
	struct unbound *unbound = self;

	pthread_mutex_lock(&unbound->lock);
	unbound->ending = true;
	pthread_mutex_unlock(&unbound->lock);
	if (unbound->running) {
		wake(unbound);
		pthread_join(unbound->thread, NULL);
	}
	for (int i = 0; i < 2; i++)
		if (unbound->wake[i] >= 0)
			close(unbound->wake[i]);
	ub_ctx_delete(unbound->context); /* ends its thread and what is being asked */
	pthread_mutex_destroy(&unbound->lock);
	free(unbound);
}

struct dns_resolver *dns_resolver_unbound(const struct dns_unbound_options *options,
	struct error *error)
{
	static const struct dns_backend backend = { ask, end };
	struct unbound *unbound = calloc(1, sizeof(*unbound));
	struct dns_resolver *resolver = NULL;

	if (unbound == NULL) {
		error_set(error, "memory is spent");
		return NULL;
	}
	unbound->wake[0] = unbound->wake[1] = -1;
	pthread_mutex_init(&unbound->lock, NULL); /* does not fail in glibc */
	unbound->asking_max = sockets_of(options);
	unbound->context = ub_ctx_create();
	if (unbound->context == NULL)
		error_set(error, "libunbound cannot begin: memory or descriptors are spent");
	else if (pipe(unbound->wake) != 0 || fcntl(unbound->wake[1], F_SETFL, O_NONBLOCK) != 0)
		error_set(error, "cannot make a pipe: %s", strerror(errno));
	else if (ub_ctx_debugout(unbound->context, NULL) == 0 &&
		set_up(unbound->context, options, error) == 0 &&
		start_threads(unbound, error) == 0) {
		resolver = dns_resolver_create(&backend, unbound);
		if (resolver == NULL)
			error_set(error, "memory is spent");
	}
	if (resolver == NULL)
		end(unbound);
	return resolver;
}
