/* The resolver of the network against a DNS server that fails in every way: a definite status each
 * time, within the budget as counted at the server; nothing asked twice, nothing leaked. */
#include "dns/resolver_unbound.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "test-harness/fake_dns.h"
#include "test-harness/t.h"

static const char zone[] =
	"www.example    A      192.0.2.80\n"
	"www.example    A      192.0.2.81     ttl 300\n"
	"www.example    AAAA   2001:db8::80\n"
	"www.example    TXT    \"v=spf1\\000\" \" -all\"\n"
	"www.example    MX     10 mx1.example\n"
	"www.example    MX     20 MX2.Example\n"
	"www.example    NS     ns1.example\n"
	"80.2.0.192.in-addr.arpa PTR www.example\n"
	"1.0.0.10.in-addr.arpa PTR inside.example\n"
	"shop.example   CNAME  www.example    ttl 40\n"
	"gone.example   NXDOMAIN ttl 77\n"
	"none.example   A      NODATA\n"
	"inside.example A      10.0.0.1\n"
	"short.example  A      192.0.2.1      ttl 1\n"
	"*.tar.example  TIMEOUT\n"
	"*.example      A      192.0.2.7\n";

struct world {
	struct fake_dns *server;
	struct dns_resolver *resolver;
};

static void begin(struct world *world)
{
	const char *nameservers[1];
	struct dns_unbound_options options = { .nameservers = nameservers, .n = 1 };
	struct error error = { "" };

	world->server = fake_dns_start(zone);
	t_need(world->server != NULL);
	nameservers[0] = fake_dns_address(world->server);
	world->resolver = dns_resolver_unbound(&options, &error);
	t_str(error.text, "");
	t_need(world->resolver != NULL);
}

static void end(struct world *world)
{
	dns_resolver_free(&world->resolver);
	fake_dns_stop(&world->server);
}

static struct dns_batch *batch_of(const struct world *world, size_t queries, unsigned ms)
{
	struct dns_batch *batch = dns_batch_create(world->resolver, queries,
		clock_monotonic_us() + ms * (uint64_t)1000);

	t_need(batch != NULL);
	return batch;
}

enum { PATIENCE = 60000 }; /* milliseconds, where an answer comes */

/* Asks and waits; the batch is the caller's. */
static const struct dns_answer *ask(struct dns_batch *batch, const char *name, enum dns_type type)
{
	size_t number = 0;

	dns_batch_ask(batch, str_from(name), type, &number);
	t_need(dns_batch_asked(batch) > number);
	dns_batch_wait(batch);
	return dns_batch_answer(batch, number);
}

static const char *address_of(const struct dns_answer *answer, size_t i)
{
	static char text[IP_TEXT_MAX];

	t_need(i < answer->n);
	return ip_format(&answer->records[i].ip, text);
}

T_TEST(reads_every_type)
{
	struct world world;
	struct dns_batch *batch;
	const struct dns_answer *answer;

	begin(&world);
	batch = batch_of(&world, 30, PATIENCE);
	answer = ask(batch, "WWW.example", DNS_A);
	t_int(answer->status, DNS_FOUND);
	t_int(answer->n, 2);
	t_int(answer->ttl, 300);
	t_int(answer->canonical.len, 0);
	t_int(answer->records[0].ip.bytes[15] + answer->records[1].ip.bytes[15], 80 + 81);
	t_str(address_of(ask(batch, "www.example", DNS_AAAA), 0), "2001:db8::80");
	answer = ask(batch, "www.example", DNS_TXT);
	t_need(answer->n == 1);
	t_true(str_equal(answer->records[0].text, str_make("v=spf1\0 -all", 12)));
	answer = ask(batch, "www.example", DNS_MX);
	t_need(answer->n == 2);
	t_int(answer->records[0].preference + answer->records[1].preference, 30);
	t_slice(answer->records[answer->records[0].preference == 10 ? 1 : 0].text, "mx2.example");
	answer = ask(batch, "www.example", DNS_NS);
	t_need(answer->n == 1);
	t_slice(answer->records[0].text, "ns1.example");
	answer = ask(batch, "80.2.0.192.in-addr.arpa", DNS_PTR);
	t_need(answer->n == 1);
	t_slice(answer->records[0].text, "www.example");
	t_slice(ask(batch, "1.0.0.10.in-addr.arpa", DNS_PTR)->records[0].text, "inside.example");
	dns_batch_free(&batch);
	end(&world);
}

T_TEST(statuses_and_ttls)
{
	struct world world;
	struct dns_batch *batch;
	const struct dns_answer *answer;

	begin(&world);
	batch = batch_of(&world, 30, PATIENCE);
	answer = ask(batch, "shop.example", DNS_A);
	t_int(answer->status, DNS_FOUND);
	t_slice(answer->canonical, "www.example");
	t_int(answer->ttl, 40);
	answer = ask(batch, "gone.example", DNS_A);
	t_int(answer->status, DNS_NXDOMAIN);
	t_int(answer->ttl, 77);
	t_int(ask(batch, "none.example", DNS_A)->status, DNS_NODATA);
	t_int(ask(batch, "none.example", DNS_AAAA)->status, DNS_NODATA);
	t_str(address_of(ask(batch, "inside.example", DNS_A), 0), "10.0.0.1");
	t_int(ask(batch, "short.example", DNS_A)->ttl, DNS_TTL_MIN);
	t_int(ask(batch, "www.test", DNS_A)->status, DNS_NXDOMAIN); /* RFC 6761: nobody is asked */
	t_int(fake_dns_asked(world.server, "www.test", DNS_A), 0);
	dns_batch_free(&batch);
	end(&world);
}

/* ---- faults ---- */

static const struct fault {
	enum fake_dns_mode mode;
	unsigned argument;
	bool found;   /* else unknown */
	size_t names; /* that the server may see for one, at most; a CNAME leads to more */
	size_t packets; /* for one; with room for a machine so busy that it looks like a loss */
} faults[] = {
	{ FAKE_DNS_ZONE, 0, true, 1, 2 },
	{ FAKE_DNS_SILENT, 0, false, 1, 2 },
	{ FAKE_DNS_SLOW, 200, true, 1, 2 },
	{ FAKE_DNS_SERVFAIL, 0, false, 1, 2 },
	{ FAKE_DNS_REFUSED, 0, false, 1, 2 },
	{ FAKE_DNS_TRUNCATED, 0, true, 1, 4 },
	{ FAKE_DNS_CNAME_LOOP, 0, false, 2, 4 },
	{ FAKE_DNS_MANY, 0, true, 1, 4 },
	{ FAKE_DNS_LYING, 0, false, 1, 2 },
	{ FAKE_DNS_REFERRAL, 0, false, 1, 2 },
	{ FAKE_DNS_OTHER_QUESTION, 0, false, 1, 2 },
	{ FAKE_DNS_WRONG_ID, 0, false, 1, 2 },
	{ FAKE_DNS_HALF, 0, false, 1, 6 },
	{ FAKE_DNS_DYING, 0, false, 1, 2 },
};

static void check_fault(const struct world *world, const struct fault *fault)
{
	struct dns_batch *batch = batch_of(world, 10, fault->found ? PATIENCE : 300);
	uint64_t begun = clock_monotonic_us();
	size_t number, wrong = 0;
	char name[64];

	fake_dns_set(world->server, fault->mode, fault->argument);
	for (unsigned i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "h%u.example", i);
		dns_batch_ask(batch, str_from(name), DNS_A, &number);
	}
	t_int(dns_batch_wait(batch), fault->found ? 0 : 10);
	t_true(clock_monotonic_us() - begun < PATIENCE * (uint64_t)1000);
	t_int(dns_batch_asked(batch), 10);
	for (size_t i = 0; i < dns_batch_asked(batch); i++) {
		enum dns_status status = dns_batch_answer(batch, i)->status;

		wrong += fault->found ? status != DNS_FOUND : status != DNS_SERVFAIL &&
			status != DNS_TIMEOUT && status != DNS_REFUSED;
	}
	t_int(wrong, 0);
	t_true(fake_dns_questions(world->server) <= 10 * fault->names);
	if (!t_true(fake_dns_packets(world->server) <= 10 * fault->packets))
		printf("# %s: %zu packets, %zu questions\n", fake_dns_mode_name(fault->mode),
			fake_dns_packets(world->server), fake_dns_questions(world->server));
	if (fault->mode == FAKE_DNS_MANY) {
		t_int(dns_batch_answer(batch, 0)->n, DNS_RECORDS_MAX);
		t_int(dns_batch_answer(batch, 0)->dropped, 512 - DNS_RECORDS_MAX);
	}
	dns_batch_free(&batch);
}

/* A minute instead of a tenth of a second: the machine may be busy; a resolver that does not hold
 * the deadline hangs, or gives another status after 300 ms. */
T_TEST(each_fault_gives_a_status_in_time)
{
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		struct world world;

		begin(&world);
		check_fault(&world, &faults[i]);
		end(&world);
	}
}

/* What has no SOA is kept as short as can be, and only of AAAA believed. */
T_TEST(nothing_that_nobody_stands_for)
{
	struct world world;
	struct dns_batch *batch;

	begin(&world);
	fake_dns_set(world.server, FAKE_DNS_LYING, 0);
	batch = batch_of(&world, 30, PATIENCE);
	t_int(ask(batch, "www.example", DNS_AAAA)->status, DNS_NODATA);
	t_int(ask(batch, "www.example", DNS_AAAA)->ttl, DNS_TTL_MIN);
	t_int(ask(batch, "www.example", DNS_MX)->status, DNS_SERVFAIL);
	fake_dns_set(world.server, FAKE_DNS_REFERRAL, 0);
	t_int(ask(batch, "shop.example", DNS_TXT)->status, DNS_SERVFAIL);
	dns_batch_free(&batch);
	end(&world);
}

T_TEST(names_with_odd_bytes_are_dropped)
{
	static const enum dns_type types[] = { DNS_NS, DNS_MX, DNS_PTR };
	struct world world;
	struct dns_batch *batch;
	const struct dns_answer *answer;
	size_t first;

	begin(&world);
	fake_dns_set(world.server, FAKE_DNS_ODD, 0);
	batch = batch_of(&world, 30, PATIENCE);
	for (size_t i = 0; i < 3; i++) {
		answer = ask(batch, "www.example", types[i]);
		t_need(answer->n == 1);
		t_int(answer->dropped, 1);
		t_slice(answer->records[0].text, "good.example");
	}
	answer = ask(batch, "www.example", DNS_TXT);
	t_need(answer->n == 2);
	first = answer->records[0].text.ptr[0] == 'a' ? 0 : 1; /* any order is fine */
	t_true(str_equal(answer->records[first].text, str_make("a.b\0\xff\x1b", 6)));
	t_slice(answer->records[1 - first].text, "goodexample");
	dns_batch_free(&batch);
	end(&world);
}

/* Silence of the one and only server, then it is back: nothing stays blocked. */
T_TEST(recovers_when_the_server_does)
{
	struct world world;
	struct dns_batch *batch;
	char name[32];
	size_t number;

	begin(&world);
	fake_dns_set(world.server, FAKE_DNS_SILENT, 0);
	batch = batch_of(&world, 30, 1500);
	for (unsigned i = 0; i < 30; i++) {
		snprintf(name, sizeof(name), "h%u.example", i);
		dns_batch_ask(batch, str_from(name), DNS_A, &number);
	}
	t_int(dns_batch_wait(batch), 30);
	fake_dns_set(world.server, FAKE_DNS_ZONE, 0);
	dns_batch_free(&batch);
	batch = batch_of(&world, 30, PATIENCE);
	t_int(ask(batch, "www.example", DNS_A)->status, DNS_FOUND);
	dns_batch_free(&batch);
	end(&world);
}

/* The dead one has its turn sooner or later: each question is answered all the same. */
T_TEST(the_second_server_answers_for_the_first)
{
	struct world world;
	struct fake_dns *dead = fake_dns_start("");
	const char *nameservers[2];
	struct dns_unbound_options options = { .nameservers = nameservers, .n = 2 };
	struct dns_batch *batch;
	struct error error;
	char name[32];
	size_t number;

	begin(&world);
	t_need(dead != NULL);
	fake_dns_set(dead, FAKE_DNS_SILENT, 0);
	dns_resolver_free(&world.resolver);
	nameservers[0] = fake_dns_address(dead);
	nameservers[1] = fake_dns_address(world.server);
	world.resolver = dns_resolver_unbound(&options, &error);
	t_need(world.resolver != NULL);
	batch = batch_of(&world, 30, PATIENCE);
	for (unsigned i = 0; i < 30; i++) {
		snprintf(name, sizeof(name), "h%u.example", i);
		dns_batch_ask(batch, str_from(name), DNS_A, &number);
	}
	t_int(dns_batch_wait(batch), 0);
	t_true(fake_dns_packets(dead) > 0);
	dns_batch_free(&batch);
	end(&world);
	fake_dns_stop(&dead);
}

/* Names that never answer do not take the others along. */
T_TEST(slow_names_do_not_block_others)
{
	struct world world;
	struct dns_batch *slow, *batch;
	char name[32];
	size_t number;

	begin(&world);
	slow = batch_of(&world, DNS_QUERIES_MAX, PATIENCE);
	for (unsigned i = 0; i < DNS_QUERIES_MAX; i++) {
		snprintf(name, sizeof(name), "h%u.tar.example", i);
		dns_batch_ask(slow, str_from(name), DNS_A, &number);
	}
	batch = batch_of(&world, 30, PATIENCE);
	t_int(ask(batch, "www.example", DNS_A)->status, DNS_FOUND);
	t_int(ask(batch, "gone.example", DNS_A)->status, DNS_NXDOMAIN);
	dns_batch_free(&slow);
	dns_batch_free(&batch);
	end(&world);
}

/* Of a thousand names as many are sent as there are sockets; when the message is gone the rest is
 * forgotten, not sent later. */
T_TEST(what_nobody_waits_for_is_not_sent)
{
	struct world world;
	struct dns_batch *batch;
	struct dns_stats stats;
	uint64_t begun;
	char name[32];
	size_t number;

	begin(&world);
	fake_dns_set(world.server, FAKE_DNS_SILENT, 0);
	batch = batch_of(&world, DNS_QUERIES_MAX, 200);
	for (unsigned i = 0; i < DNS_QUERIES_MAX; i++) {
		snprintf(name, sizeof(name), "h%u.example", i);
		dns_batch_ask(batch, str_from(name), DNS_A, &number);
	}
	t_int(dns_batch_wait(batch), DNS_QUERIES_MAX);
	dns_batch_free(&batch);
	begun = clock_monotonic_us();
	do {
		usleep(10000);
		dns_resolver_stats(world.resolver, &stats);
	} while (stats.in_flight > 0 && clock_monotonic_us() - begun < PATIENCE * (uint64_t)1000);
	t_int(stats.in_flight, 0);
	t_int(stats.withdrawn + fake_dns_questions(world.server), DNS_QUERIES_MAX);
	t_true(fake_dns_questions(world.server) <= DNS_SOCKETS);
	end(&world);
}

/* ---- how often it asks ---- */

T_TEST(the_server_sees_no_more_than_the_budget)
{
	struct world world;
	struct dns_batch *batch;
	char name[32];
	size_t number;

	begin(&world);
	batch = batch_of(&world, 30, PATIENCE);
	for (unsigned i = 0; i < 10000; i++) {
		snprintf(name, sizeof(name), "h%u.example", i);
		dns_batch_ask(batch, str_from(name), i % 2 ? DNS_A : DNS_AAAA, &number);
	}
	dns_batch_wait(batch);
	t_int(fake_dns_questions(world.server), 30);
	t_true(fake_dns_packets(world.server) <= 60);
	t_int(dns_batch_over_budget(batch), 9970);
	dns_batch_free(&batch);
	end(&world);
}

T_TEST(the_cache_answers_the_second_time)
{
	static const char *const names[] = { "www.example", "gone.example", "shop.example" };
	struct world world;

	begin(&world);
	for (unsigned i = 0; i < 5; i++) {
		struct dns_batch *batch = batch_of(&world, 30, PATIENCE);

		for (size_t j = 0; j < 3; j++)
			t_true(dns_status_known(ask(batch, names[j], DNS_A)->status));
		dns_batch_free(&batch);
	}
	for (size_t j = 0; j < 3; j++)
		t_int(fake_dns_asked(world.server, names[j], DNS_A), 1);
	end(&world);
}

enum { WAITING = 500 };

struct waiting {
	const struct world *world;
	unsigned number;
	bool good;
};

/* A name of its own and one that all ask. */
static void *wait_for_answers(void *self)
{
	struct waiting *waiting = self;
	struct dns_batch *batch = dns_batch_create(waiting->world->resolver, 30,
		clock_monotonic_us() + PATIENCE * (uint64_t)1000);
	char name[32];
	size_t number;

	if (batch == NULL)
		return NULL;
	snprintf(name, sizeof(name), "h%u.example", waiting->number);
	dns_batch_ask(batch, str_from(name), DNS_A, &number);
	dns_batch_ask(batch, STR("www.example"), DNS_A, &number);
	waiting->good = dns_batch_wait(batch) == 0;
	dns_batch_free(&batch);
	return NULL;
}

T_TEST(many_messages_wait_at_once)
{
	static struct waiting waiting[WAITING];
	static pthread_t threads[WAITING];
	struct world world;
	pthread_attr_t small;
	size_t good = 0, started = 0;

	begin(&world);
	fake_dns_set(world.server, FAKE_DNS_SLOW, 500);
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 256 * 1024);
	for (unsigned i = 0; i < WAITING; i++) {
		waiting[i] = (struct waiting){ .world = &world, .number = i };
		if (pthread_create(&threads[i], &small, wait_for_answers, &waiting[i]) != 0)
			break;
		started++;
	}
	for (size_t i = 0; i < started; i++) {
		pthread_join(threads[i], NULL);
		good += waiting[i].good;
	}
	pthread_attr_destroy(&small);
	t_int(good, WAITING);
	t_int(fake_dns_asked(world.server, "www.example", DNS_A), 1);
	t_int(fake_dns_questions(world.server), WAITING + 1);
	end(&world);
}

/* ---- beginning and ending ---- */

/* Under a sanitizer this shows leaks and uses after the end. */
T_TEST(ends_with_questions_in_flight)
{
	struct world world;
	struct dns_batch *batch, *other;
	char name[32];
	size_t number;

	begin(&world);
	fake_dns_set(world.server, FAKE_DNS_SILENT, 0);
	batch = batch_of(&world, 30, PATIENCE);
	other = batch_of(&world, 30, PATIENCE);
	for (unsigned i = 0; i < 30; i++) {
		snprintf(name, sizeof(name), "h%u.example", i);
		dns_batch_ask(batch, str_from(name), DNS_A, &number);
		dns_batch_ask(other, str_from(name), i % 2 ? DNS_A : DNS_MX, &number);
	}
	dns_batch_free(&batch);
	dns_resolver_free(&world.resolver);
	dns_batch_free(&other); /* the last owner */
	fake_dns_stop(&world.server);
}

T_TEST(writes_nothing_to_stderr)
{
	struct world world;
	struct dns_batch *batch;
	int before = dup(STDERR_FILENO);
	const char *path = t_tmpfile("stderr");
	FILE *file = fopen(path, "w");
	struct stat info;

	t_need(file != NULL && before >= 0);
	fflush(stderr);
	dup2(fileno(file), STDERR_FILENO);
	begin(&world);
	batch = batch_of(&world, 30, 100);
	fake_dns_set(world.server, FAKE_DNS_SERVFAIL, 0);
	ask(batch, "www.example", DNS_A);
	fake_dns_set(world.server, FAKE_DNS_WRONG_ID, 0);
	ask(batch, "www.example", DNS_MX);
	dns_batch_free(&batch);
	end(&world);
	dup2(before, STDERR_FILENO);
	close(before);
	fclose(file);
	t_need(stat(path, &info) == 0);
	t_int(info.st_size, 0);
}

T_TEST(name_servers)
{
	static const char *const good[] = { "192.0.2.53", "127.0.0.1@5353", "2001:db8::53",
		"::1@65535" };
	static const char *const bad[] = { "", "ns.example", "192.0.2.53:53", "127.0.0.1@", "@53",
		"127.0.0.1@0", "127.0.0.1@65536", "127.0.0.1@53 ", "010.0.0.1" };

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!t_true(dns_nameserver_ok(str_from(good[i]))))
			printf("# %s\n", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (!t_true(!dns_nameserver_ok(str_from(bad[i]))))
			printf("# %s\n", bad[i]);
}

T_TEST(what_it_cannot_begin_with)
{
	const char *nameservers[DNS_NAMESERVERS_MAX + 1] = { "192.0.2.53", "ns.example" };
	struct dns_unbound_options options = { .nameservers = nameservers, .n = 2 };
	struct dns_unbound_options file = { .resolv_conf = t_tmpfile("resolv.conf") };
	struct dns_resolver *resolver;
	struct error error = { "" };

	t_true(dns_resolver_unbound(&options, &error) == NULL);
	t_str(error.text, "'ns.example' is not a name server's ADDRESS or ADDRESS@PORT");
	options.n = DNS_NAMESERVERS_MAX + 1;
	t_true(dns_resolver_unbound(&options, &error) == NULL);
	t_str(error.text, "more than 16 name servers");
	t_true(dns_resolver_unbound(&file, &error) == NULL);
	t_true(strstr(error.text, "resolv.conf': No such file") != NULL);
	t_write(file.resolv_conf, "nameserver ns.example\n", 22);
	t_true(dns_resolver_unbound(&file, &error) == NULL);
	t_str(error.text, "name server 'ns.example': syntax error");
	t_write(file.resolv_conf, "search example\nnameserver x\nnameserver 127.0.0.1 \nnameserver", 60);
	resolver = dns_resolver_unbound(&file, &error);
	t_need(resolver != NULL);
	dns_resolver_free(&resolver);
}
