/*
 * What look-ups in the DNS cost, and what a failing DNS server may do, on loopback.
 *
 *   dns_bench [-m MESSAGES] [-c AT_ONCE] [-b BUDGET_MS] [-q QUERIES]
 *
 *   warm     a name that the cache knows: CPU and time of a look-up, from one thread and from eight
 *   cold     500 messages wait at once for a server that takes 500 ms; what a warm name takes
 *            meanwhile
 *   faults   each mode of test-harness/fake_dns, MESSAGES (1,000) messages, AT_ONCE (100) at a
 *            time, of 100 names each: how late the latest wait ended after its BUDGET_MS (1,000),
 *            the packets and the different questions that the server saw, of QUERIES (30) a message
 *            that it may see; descriptors at once
 */
#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "dns/resolver_unbound.h"
#include "test-harness/fake_dns.h"

enum { NAMES = 100, THREADS_MAX = 1000, WARM_ROUNDS = 20000, WARM_NAMES = 30, COLD = 500 };

struct bench {
	unsigned messages, at_once, budget_ms, queries;
	struct fake_dns *server;
	struct dns_resolver *resolver;
	enum fake_dns_mode mode;
	atomic_uint next;                 /* message */
	atomic_uint_least64_t late_us;    /* the worst */
	atomic_size_t known, unknown, over_budget;
	atomic_uint_least64_t cpu_ns, wall_ns; /* of warm look-ups, summed over threads */
};

static void fatal(const char *what)
{
	fprintf(stderr, "dns_bench: %s\n", what);
	exit(1);
}

static void begin(struct bench *bench)
{
	const char *nameservers[1];
	struct dns_unbound_options options = { .nameservers = nameservers, .n = 1 };
	struct error error;

	bench->server = fake_dns_start("*.example A 192.0.2.1\n");
	if (bench->server == NULL)
		fatal("no DNS server can be started");
	nameservers[0] = fake_dns_address(bench->server);
	bench->resolver = dns_resolver_unbound(&options, &error);
	if (bench->resolver == NULL)
		fatal(error.text);
}

static void end(struct bench *bench)
{
	dns_resolver_free(&bench->resolver);
	fake_dns_stop(&bench->server);
}

static struct dns_batch *batch_of(struct bench *bench, size_t queries, uint64_t ms)
{
	struct dns_batch *batch = dns_batch_create(bench->resolver, queries,
		clock_monotonic_us() + ms * 1000);

	if (batch == NULL)
		fatal("out of memory");
	return batch;
}

static void start(pthread_t *thread, void *(*run)(void *), void *argument)
{
	pthread_attr_t small;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 256 * 1024);
	if (pthread_create(thread, &small, run, argument) != 0)
		fatal("no thread can be started");
	pthread_attr_destroy(&small);
}

static size_t descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	size_t n = 0;

	while (directory != NULL && readdir(directory) != NULL)
		n++;
	if (directory != NULL)
		closedir(directory);
	return n;
}

/* ---- warm ---- */

/* One message that asks `n` names; all of it counts, making the batch too. */
static size_t ask_warm(struct bench *bench, size_t n)
{
	struct dns_batch *batch = batch_of(bench, DNS_QUERIES, 60000);
	size_t number, unknown;
	char name[32];

	for (size_t i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "warm%zu.example", i);
		dns_batch_ask(batch, str_from(name), DNS_A, &number);
	}
	unknown = dns_batch_wait(batch);
	dns_batch_free(&batch);
	return unknown;
}

static void *run_warm(void *self)
{
	struct bench *bench = self;
	uint64_t cpu = clock_thread_cpu_ns(), wall = clock_monotonic_us();

	for (unsigned i = 0; i < WARM_ROUNDS; i++)
		if (ask_warm(bench, bench->queries) != 0)
			fatal("a warm name is unknown");
	atomic_fetch_add(&bench->cpu_ns, clock_thread_cpu_ns() - cpu);
	atomic_fetch_add(&bench->wall_ns, (clock_monotonic_us() - wall) * 1000);
	return NULL;
}

static void warm(struct bench *bench, unsigned threads, unsigned names)
{
	pthread_t started[8];
	double looked = (double)threads * WARM_ROUNDS * names;

	bench->queries = names;
	atomic_store(&bench->cpu_ns, 0);
	atomic_store(&bench->wall_ns, 0);
	ask_warm(bench, names);
	for (unsigned i = 0; i < threads; i++)
		start(&started[i], run_warm, bench);
	for (unsigned i = 0; i < threads; i++)
		pthread_join(started[i], NULL);
	printf("warm    %u thread%s, %2u names a message: %.2f us of CPU a name, %.2f us until answered\n",
		threads, threads == 1 ? "" : "s", names, (double)bench->cpu_ns / looked / 1000,
		(double)bench->wall_ns / looked / 1000);
}

/* ---- cold ---- */

static void *run_cold(void *self)
{
	struct bench *bench = self;
	struct dns_batch *batch = batch_of(bench, DNS_QUERIES, 30000);
	char name[48];
	size_t number;

	snprintf(name, sizeof(name), "cold%u.example", atomic_fetch_add(&bench->next, 1));
	dns_batch_ask(batch, str_from(name), DNS_A, &number);
	atomic_fetch_add(dns_batch_wait(batch) == 0 ? &bench->known : &bench->unknown, 1);
	dns_batch_free(&batch);
	return NULL;
}

static void cold(struct bench *bench)
{
	static pthread_t threads[COLD];
	uint64_t begun = clock_monotonic_us(), asked, worst = 0;
	size_t open = 0;

	fake_dns_set(bench->server, FAKE_DNS_SLOW, 500);
	for (size_t i = 0; i < COLD; i++)
		start(&threads[i], run_cold, bench);
	for (unsigned i = 0; i < 100; i++) {
		asked = clock_monotonic_us();
		ask_warm(bench, 1);
		asked = clock_monotonic_us() - asked;
		worst = asked > worst ? asked : worst;
		if (i == 50)
			open = descriptors();
		usleep(3000);
	}
	for (size_t i = 0; i < COLD; i++)
		pthread_join(threads[i], NULL);
	printf("cold    %d messages wait at once for 500 ms: all answered after %.0f ms (%zu unknown);"
		" a warm name meanwhile at most %.2f ms; %zu descriptors\n", COLD,
		(double)(clock_monotonic_us() - begun) / 1000, (size_t)bench->unknown,
		(double)worst / 1000, open);
	fake_dns_set(bench->server, FAKE_DNS_ZONE, 0);
}

/* ---- faults ---- */

static void one_message(struct bench *bench, unsigned message)
{
	uint64_t deadline = clock_monotonic_us() + bench->budget_ms * (uint64_t)1000, late;
	struct dns_batch *batch = dns_batch_create(bench->resolver, bench->queries, deadline);
	uint_least64_t worst;
	size_t number, unknown;
	char name[64];

	if (batch == NULL)
		fatal("out of memory");
	for (unsigned i = 0; i < NAMES; i++) {
		snprintf(name, sizeof(name), "h%u.m%u.%s.example", i, message,
			fake_dns_mode_name(bench->mode));
		dns_batch_ask(batch, str_from(name), DNS_A, &number);
	}
	unknown = dns_batch_wait(batch);
	late = clock_monotonic_us();
	late = late > deadline ? late - deadline : 0;
	worst = atomic_load(&bench->late_us);
	while (late > worst && !atomic_compare_exchange_weak(&bench->late_us, &worst, late))
		;
	atomic_fetch_add(&bench->unknown, unknown);
	atomic_fetch_add(&bench->known, dns_batch_asked(batch) - unknown);
	atomic_fetch_add(&bench->over_budget, dns_batch_over_budget(batch));
	dns_batch_free(&batch);
}

static void *run_messages(void *self)
{
	struct bench *bench = self;
	unsigned message;

	while ((message = atomic_fetch_add(&bench->next, 1)) < bench->messages)
		one_message(bench, message);
	return NULL;
}

static void fault(struct bench *bench, enum fake_dns_mode mode)
{
	static pthread_t threads[THREADS_MAX];
	struct dns_stats stats;
	size_t open = 0, now;

	begin(bench);
	fake_dns_set(bench->server, mode, mode == FAKE_DNS_SLOW ? 200 : 1000);
	bench->mode = mode;
	bench->next = 0;
	bench->late_us = 0;
	bench->known = bench->unknown = bench->over_budget = 0;
	for (unsigned i = 0; i < bench->at_once; i++)
		start(&threads[i], run_messages, bench);
	while (atomic_load(&bench->next) < bench->messages) {
		now = descriptors();
		open = now > open ? now : open;
		usleep(5000);
	}
	for (unsigned i = 0; i < bench->at_once; i++)
		pthread_join(threads[i], NULL);
	dns_resolver_stats(bench->resolver, &stats);
	printf("%-15s %8.1f %9zu %9zu %9u %8zu %8zu %9zu %6zu\n", fake_dns_mode_name(mode),
		(double)bench->late_us / 1000, fake_dns_packets(bench->server),
		fake_dns_questions(bench->server), bench->messages * bench->queries,
		(size_t)bench->known, (size_t)bench->unknown, (size_t)bench->over_budget, open);
	end(bench);
}

int main(int argc, char **argv)
{
	struct bench bench = { .messages = 1000, .at_once = 100, .budget_ms = 1000 };
	unsigned queries = DNS_QUERIES;
	int option;

	while ((option = getopt(argc, argv, "m:c:b:q:")) != -1) {
		unsigned value = optarg == NULL ? 0 : (unsigned)atoi(optarg);

		if (option == 'm')
			bench.messages = value;
		else if (option == 'c')
			bench.at_once = value < THREADS_MAX ? value : THREADS_MAX;
		else if (option == 'b')
			bench.budget_ms = value;
		else if (option == 'q')
			queries = value;
		else
			return 64;
	}
	begin(&bench);
	warm(&bench, 1, 1);
	warm(&bench, 1, WARM_NAMES);
	warm(&bench, 8, WARM_NAMES);
	cold(&bench);
	end(&bench);
	bench.queries = queries;
	printf("\n%-15s %8s %9s %9s %9s %8s %8s %9s %6s\n", "server", "late ms", "packets",
		"questions", "allowed", "known", "unknown", "refused", "fds");
	for (int mode = 0; mode < FAKE_DNS_MODES; mode++)
		if (mode != FAKE_DNS_ODD && mode != FAKE_DNS_REFERRAL)
			fault(&bench, (enum fake_dns_mode)mode);
	return 0;
}
