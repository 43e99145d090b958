/* Budgets, deadlines, single flight and the cache, with answers that the test gives by hand. */
#include "dns/resolver.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "dns/backend.h"
#include "test-harness/t.h"

enum { HELD_MAX = DNS_FLIGHTS_MAX + 8 };

/* Keeps what it was asked until the test answers. */
struct hand {
	struct dns_resolver *resolver;
	struct dns_question *questions[HELD_MAX];
	struct str names[HELD_MAX];
	size_t n;
	bool freed;
};

static void hold_question(void *self, struct dns_question *question, struct str name,
	enum dns_type type)
{
	struct hand *hand = self;

	(void)type;
	t_need(hand->n < HELD_MAX);
	hand->names[hand->n] = name;
	hand->questions[hand->n++] = question;
}

static void free_hand(void *self)
{
	((struct hand *)self)->freed = true;
}

static void begin(struct hand *hand)
{
	static const struct dns_backend backend = { hold_question, free_hand };

	memset(hand, 0, sizeof(*hand));
	hand->resolver = dns_resolver_create(&backend, hand);
	t_need(hand->resolver != NULL);
}

static void answer(struct hand *hand, size_t number, enum dns_status status, uint32_t ttl)
{
	struct dns_record record = { .ip = ip_from_v4(0xc0000200 + (uint32_t)number) };
	struct dns_answer answer = { .status = status, .ttl = ttl, .records = &record,
		.n = status == DNS_FOUND };

	t_need(number < hand->n);
	dns_resolver_deliver(hand->questions[number], &answer);
}

static struct dns_batch *batch_of(struct hand *hand, size_t queries, unsigned ms)
{
	struct dns_batch *batch = dns_batch_create(hand->resolver, queries,
		clock_monotonic_us() + ms * (uint64_t)1000);

	t_need(batch != NULL);
	return batch;
}

static struct dns_stats stats(struct hand *hand)
{
	struct dns_stats stats;

	dns_resolver_stats(hand->resolver, &stats);
	return stats;
}

static struct hand hand;

T_TEST(asks_answers_and_tells_what_is_missing)
{
	struct dns_batch *batch;
	size_t first = 99, second = 99, again = 99;

	begin(&hand);
	batch = batch_of(&hand, 30, 20);
	t_int(dns_batch_ask(batch, STR("WWW.Example."), DNS_A, &first), DNS_PENDING);
	t_int(dns_batch_ask(batch, STR("www.example"), DNS_AAAA, &second), DNS_PENDING);
	t_int(dns_batch_ask(batch, STR("www.example"), DNS_A, &again), DNS_PENDING);
	t_int(first, 0);
	t_int(second, 1);
	t_int(again, 0);
	t_int(hand.n, 2);
	t_slice(hand.names[0], "www.example");
	t_int(dns_batch_answer(batch, first)->status, DNS_PENDING);
	answer(&hand, 0, DNS_FOUND, 100);
	t_int(dns_batch_answer(batch, first)->status, DNS_FOUND);
	t_int(dns_batch_wait(batch), 1); /* to the deadline: the other one never comes */
	t_int(dns_batch_answer(batch, first)->records[0].ip.bytes[12], 192);
	t_slice(dns_batch_answer(batch, first)->name, "www.example");
	t_int(dns_batch_answer(batch, first)->ttl, 100);
	t_int(dns_batch_answer(batch, second)->status, DNS_TIMEOUT);
	t_slice(dns_batch_answer(batch, second)->name, "www.example");
	t_int(stats(&hand).timeouts, 1);
	t_int(dns_batch_ask(batch, STR("late.example"), DNS_A, &again), DNS_TIMEOUT);
	t_int(dns_batch_asked(batch), 2);
	answer(&hand, 1, DNS_NODATA, 100); /* changes nothing for who gave up */
	t_int(dns_batch_answer(batch, second)->status, DNS_TIMEOUT);
	dns_batch_free(&batch);
	t_true(batch == NULL);
	dns_resolver_free(&hand.resolver);
	t_true(hand.freed);
}

T_TEST(the_budget_is_held)
{
	struct dns_batch *batch;
	char name[32];
	size_t number, refused = 0;

	begin(&hand);
	batch = batch_of(&hand, 30, 60000);
	for (unsigned i = 0; i < 10000; i++) {
		snprintf(name, sizeof(name), "h%u.example", i);
		refused += dns_batch_ask(batch, str_from(name), DNS_A, &number) == DNS_OVER_BUDGET;
	}
	t_int(hand.n, 30);
	t_int(refused, 9970);
	t_int(dns_batch_over_budget(batch), 9970);
	t_int(dns_batch_asked(batch), 30);
	t_int(dns_batch_ask(batch, STR("h3.example"), DNS_A, &number), DNS_PENDING);
	t_int(number, 3);
	t_int(dns_batch_ask(batch, STR("a..b"), DNS_A, &number), DNS_BAD_NAME);
	t_int(number, 3);
	dns_batch_free(&batch);
	batch = batch_of(&hand, 0, 60000);
	t_int(dns_batch_ask(batch, STR("h3.example"), DNS_A, &number), DNS_OVER_BUDGET);
	t_int(dns_batch_wait(batch), 0);
	dns_batch_free(&batch);
	dns_resolver_free(&hand.resolver);
}

T_TEST(all_together_have_so_many_in_flight)
{
	struct dns_batch *batches[DNS_FLIGHTS_MAX / DNS_QUERIES_MAX + 1] = { NULL };
	size_t n = sizeof(batches) / sizeof(batches[0]), number, refused = 0;
	char name[32];

	begin(&hand);
	for (unsigned b = 0; b < n; b++) {
		batches[b] = batch_of(&hand, DNS_QUERIES_MAX + 1000, 60000);
		for (unsigned i = 0; i < DNS_QUERIES_MAX; i++) {
			snprintf(name, sizeof(name), "h%u.b%u.example", i, b);
			refused += dns_batch_ask(batches[b], str_from(name), DNS_A, &number) ==
				DNS_OVER_BUDGET;
		}
	}
	t_int(hand.n, DNS_FLIGHTS_MAX);
	t_int(refused, n * DNS_QUERIES_MAX - DNS_FLIGHTS_MAX);
	t_int(stats(&hand).in_flight, DNS_FLIGHTS_MAX);
	t_int(dns_batch_ask(batches[0], STR("more.example"), DNS_A, &number), DNS_OVER_BUDGET);
	answer(&hand, 0, DNS_NXDOMAIN, 100);
	dns_batch_free(&batches[n - 1]);
	batches[n - 1] = batch_of(&hand, 30, 60000);
	t_int(dns_batch_ask(batches[n - 1], STR("more.example"), DNS_A, &number), DNS_PENDING);
	for (unsigned b = 0; b < n; b++)
		dns_batch_free(&batches[b]);
	dns_resolver_free(&hand.resolver);
}

T_TEST(one_question_is_asked_once)
{
	struct dns_batch *batches[20], *later;
	size_t number = 99;

	begin(&hand);
	for (size_t i = 0; i < 20; i++) {
		batches[i] = batch_of(&hand, 30, 60000);
		t_int(dns_batch_ask(batches[i], STR("www.example"), DNS_A, &number), DNS_PENDING);
	}
	t_int(hand.n, 1);
	t_int(stats(&hand).joined, 19);
	dns_batch_free(&batches[0]); /* who asked first goes first */
	dns_batch_free(&batches[7]);
	dns_batch_free(&batches[19]);
	answer(&hand, 0, DNS_FOUND, 100);
	for (size_t i = 0; i < 20; i++)
		if (batches[i] != NULL) {
			t_int(dns_batch_wait(batches[i]), 0);
			t_int(dns_batch_answer(batches[i], 0)->n, 1);
			dns_batch_free(&batches[i]);
		}
	later = batch_of(&hand, 30, 60000);
	t_int(dns_batch_ask(later, STR("www.example"), DNS_A, &number), DNS_FOUND);
	t_int(hand.n, 1);
	t_int(stats(&hand).cached, 1);
	dns_batch_free(&later);
	dns_resolver_free(&hand.resolver);
}

/* The question goes on, and its answer is there for the next mail. */
T_TEST(an_answer_that_nobody_waits_for_is_kept)
{
	struct dns_batch *batch;
	size_t number;

	begin(&hand);
	batch = batch_of(&hand, 30, 1);
	dns_batch_ask(batch, STR("www.example"), DNS_A, &number);
	t_int(dns_batch_wait(batch), 1);
	dns_batch_free(&batch);
	answer(&hand, 0, DNS_NXDOMAIN, 100);
	batch = batch_of(&hand, 30, 60000);
	t_int(dns_batch_ask(batch, STR("www.example"), DNS_A, &number), DNS_NXDOMAIN);
	dns_batch_free(&batch);
	dns_resolver_free(&hand.resolver);
}

/* One that has not been sent and that all have given up counts no more, and can be withdrawn; one
 * who asks the same before that joins it. */
T_TEST(what_nobody_waits_for_is_withdrawn)
{
	struct dns_batch *batch;
	size_t number;

	begin(&hand);
	batch = batch_of(&hand, 30, 60000);
	dns_batch_ask(batch, STR("a.example"), DNS_A, &number);
	dns_batch_ask(batch, STR("b.example"), DNS_A, &number);
	t_true(!dns_resolver_withdraw(hand.questions[0], false));
	t_true(!dns_resolver_withdraw(hand.questions[1], true)); /* it goes out */
	t_int(stats(&hand).in_flight, 2);
	dns_batch_free(&batch);
	t_int(stats(&hand).in_flight, 1);
	batch = batch_of(&hand, 30, 60000);
	t_int(dns_batch_ask(batch, STR("a.example"), DNS_A, &number), DNS_PENDING);
	t_int(hand.n, 2);
	t_int(stats(&hand).asked, 2);
	t_int(stats(&hand).in_flight, 2);
	answer(&hand, 1, DNS_FOUND, 60);
	t_int(stats(&hand).in_flight, 1);
	dns_batch_set_deadline(batch, 0);
	t_int(dns_batch_wait(batch), 1);
	t_int(stats(&hand).in_flight, 0);
	t_true(dns_resolver_withdraw(hand.questions[0], true));
	t_int(stats(&hand).withdrawn, 1);
	dns_batch_free(&batch);
	batch = batch_of(&hand, 30, 60000);
	t_int(dns_batch_ask(batch, STR("a.example"), DNS_A, &number), DNS_PENDING);
	t_int(hand.n, 3); /* asked anew */
	answer(&hand, 2, DNS_FOUND, 60);
	t_int(stats(&hand).in_flight, 0);
	dns_batch_free(&batch);
	dns_resolver_free(&hand.resolver);
}

T_TEST(wait_next_gives_each_answer_once)
{
	struct dns_batch *batch;
	size_t number;

	begin(&hand);
	batch = batch_of(&hand, 30, 40);
	t_true(!dns_batch_wait_next(batch));
	dns_batch_ask(batch, STR("a.example"), DNS_NS, &number);
	dns_batch_ask(batch, STR("b.example"), DNS_NS, &number);
	answer(&hand, 1, DNS_SERVFAIL, 0);
	t_true(dns_batch_wait_next(batch));
	t_int(dns_batch_answer(batch, 1)->status, DNS_SERVFAIL);
	t_int(dns_batch_answer(batch, 0)->status, DNS_PENDING);
	dns_batch_ask(batch, STR("ns.b.example"), DNS_A, &number);
	answer(&hand, 2, DNS_FOUND, 60);
	t_true(dns_batch_wait_next(batch));
	t_int(dns_batch_answer(batch, 0)->status, DNS_PENDING);
	t_true(dns_batch_wait_next(batch)); /* the deadline */
	t_int(dns_batch_answer(batch, 0)->status, DNS_TIMEOUT);
	t_true(!dns_batch_wait_next(batch));
	dns_batch_free(&batch);
	dns_resolver_free(&hand.resolver);
}

T_TEST(ttls_are_brought_between_their_bounds)
{
	static const uint32_t said[] = { 0, 29, 30, 86400, 86401, UINT32_MAX };
	static const uint32_t kept[] = { 30, 30, 30, 86400, 86400, 86400 };
	struct dns_batch *batch;
	char name[32];
	size_t number;

	begin(&hand);
	batch = batch_of(&hand, 30, 60000);
	for (unsigned i = 0; i < 6; i++) {
		snprintf(name, sizeof(name), "h%u.example", i);
		dns_batch_ask(batch, str_from(name), DNS_A, &number);
		answer(&hand, i, DNS_FOUND, said[i]);
		t_int(dns_batch_answer(batch, i)->ttl, kept[i]);
	}
	dns_batch_free(&batch);
	dns_resolver_free(&hand.resolver);
}

/* Long answers push old ones out; a batch keeps what it has. */
T_TEST(the_cache_is_bounded)
{
	enum { TEXT = 12 * 1024, N = DNS_CACHE_BYTES / TEXT + 100 };
	static char text[TEXT];
	struct dns_record record = { .text = { text, TEXT } };
	struct dns_answer long_answer = { .status = DNS_FOUND, .ttl = 3600, .records = &record,
		.n = 1 };
	struct dns_batch *batch, *first = NULL;
	char name[32];
	size_t number;

	begin(&hand);
	memset(text, 'x', sizeof(text));
	for (unsigned i = 0; i < N; i++) {
		batch = batch_of(&hand, 1, 60000);
		snprintf(name, sizeof(name), "h%u.example", i);
		dns_batch_ask(batch, str_from(name), DNS_TXT, &number);
		dns_resolver_deliver(hand.questions[i], &long_answer);
		if (i == 0)
			first = batch;
		else
			dns_batch_free(&batch);
	}
	t_true(stats(&hand).cache_bytes <= DNS_CACHE_BYTES);
	t_true(stats(&hand).cache_bytes > DNS_CACHE_BYTES - 2 * TEXT);
	t_int(dns_batch_answer(first, 0)->records[0].text.len, TEXT);
	t_int(dns_batch_answer(first, 0)->records[0].text.ptr[TEXT - 1], 'x');
	batch = batch_of(&hand, 3, 60000);
	t_int(dns_batch_ask(batch, STR("h0.example"), DNS_TXT, &number), DNS_PENDING);
	t_int(dns_batch_ask(batch, STR("h200.example"), DNS_TXT, &number), DNS_FOUND);
	dns_batch_free(&batch);
	dns_batch_free(&first);
	dns_resolver_free(&hand.resolver);
}

T_TEST(an_answer_has_a_bound)
{
	static char text[6000];
	struct dns_record records[DNS_RECORDS_MAX + 448];
	struct dns_answer many = { .status = DNS_FOUND, .ttl = 3600, .records = records,
		.n = DNS_RECORDS_MAX + 448 };
	struct dns_batch *batch;
	size_t number;

	begin(&hand);
	memset(records, 0, sizeof(records));
	batch = batch_of(&hand, 30, 60000);
	dns_batch_ask(batch, STR("a.example"), DNS_A, &number);
	dns_resolver_deliver(hand.questions[0], &many);
	t_int(dns_batch_answer(batch, 0)->n, DNS_RECORDS_MAX);
	t_int(dns_batch_answer(batch, 0)->dropped, 448);
	for (size_t i = 0; i < 5; i++)
		records[i].text = str_make(text, sizeof(text));
	many.n = 5;
	dns_batch_ask(batch, STR("b.example"), DNS_TXT, &number);
	dns_resolver_deliver(hand.questions[1], &many);
	t_int(dns_batch_answer(batch, 1)->n, 2);
	t_int(dns_batch_answer(batch, 1)->dropped, 3);
	dns_batch_free(&batch);
	dns_resolver_free(&hand.resolver);
}

T_TEST(a_batch_keeps_its_resolver)
{
	struct dns_batch *batch;
	struct dns_resolver *other;
	size_t number;

	begin(&hand);
	batch = batch_of(&hand, 30, 60000);
	dns_batch_ask(batch, STR("a.example"), DNS_A, &number);
	other = dns_resolver_hold(hand.resolver);
	dns_resolver_free(&other);
	other = hand.resolver;
	dns_resolver_free(&other);
	t_true(!hand.freed);
	answer(&hand, 0, DNS_FOUND, 60);
	t_int(dns_batch_wait(batch), 0);
	dns_batch_free(&batch);
	t_true(hand.freed);
}

/* ---- many threads ---- */

enum { THREADS = 8, ROUNDS = 300 };

struct crowd {
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct dns_question *queue[THREADS * 8 + 64];
	size_t n;
	bool end;
	struct dns_resolver *resolver;
};

static void queue_question(void *self, struct dns_question *question, struct str name,
	enum dns_type type)
{
	struct crowd *crowd = self;

	(void)name;
	(void)type;
	pthread_mutex_lock(&crowd->lock);
	if (crowd->n < sizeof(crowd->queue) / sizeof(crowd->queue[0]))
		crowd->queue[crowd->n++] = question;
	pthread_cond_signal(&crowd->more);
	pthread_mutex_unlock(&crowd->lock);
}

static void end_nothing(void *self)
{
	(void)self;
}

static void *answer_all(void *self)
{
	struct dns_record record = { .ip = ip_from_v4(0xc0000201) };
	struct dns_answer found = { .status = DNS_FOUND, .ttl = 60, .records = &record, .n = 1 };
	struct crowd *crowd = self;

	pthread_mutex_lock(&crowd->lock);
	while (!crowd->end || crowd->n > 0) {
		struct dns_question *question;

		if (crowd->n == 0) {
			pthread_cond_wait(&crowd->more, &crowd->lock);
			continue;
		}
		question = crowd->queue[--crowd->n];
		pthread_mutex_unlock(&crowd->lock);
		dns_resolver_deliver(question, &found);
		pthread_mutex_lock(&crowd->lock);
	}
	pthread_mutex_unlock(&crowd->lock);
	return NULL;
}

/* Half of the names are the others', too; some batches give up at once. */
static void *ask_much(void *self)
{
	struct crowd *crowd = self;
	size_t wrong = 0, number = 0;
	char name[48];

	for (unsigned i = 0; i < ROUNDS; i++) {
		bool hasty = i % 7 == 0;
		struct dns_batch *batch = dns_batch_create(crowd->resolver, 30,
			clock_monotonic_us() + (hasty ? 0 : 60000000));

		for (unsigned j = 0; batch != NULL && j < 6; j++) {
			snprintf(name, sizeof(name), "h%u.%u.example", j, j % 2 ? i : (unsigned)number % 50);
			dns_batch_ask(batch, str_from(name), DNS_A, &number);
		}
		wrong += batch == NULL || (dns_batch_wait(batch) != 0 && !hasty);
		dns_batch_free(&batch);
	}
	return (void *)(uintptr_t)wrong;
}

T_TEST(many_threads)
{
	static const struct dns_backend backend = { queue_question, end_nothing };
	static struct crowd crowd = { .lock = PTHREAD_MUTEX_INITIALIZER,
		.more = PTHREAD_COND_INITIALIZER };
	pthread_t threads[THREADS], answerer;
	struct dns_stats now;

	crowd.resolver = dns_resolver_create(&backend, &crowd);
	t_need(crowd.resolver != NULL);
	t_int(pthread_create(&answerer, NULL, answer_all, &crowd), 0);
	for (size_t i = 0; i < THREADS; i++)
		t_int(pthread_create(&threads[i], NULL, ask_much, &crowd), 0);
	for (size_t i = 0; i < THREADS; i++) {
		void *wrong = &crowd;

		pthread_join(threads[i], &wrong);
		t_true(wrong == NULL);
	}
	pthread_mutex_lock(&crowd.lock);
	crowd.end = true;
	pthread_cond_signal(&crowd.more);
	pthread_mutex_unlock(&crowd.lock);
	pthread_join(answerer, NULL);
	dns_resolver_stats(crowd.resolver, &now);
	t_int(now.in_flight, 0);
	t_int(now.asked, now.answers[DNS_FOUND]);
	dns_resolver_free(&crowd.resolver);
}
