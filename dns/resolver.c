/* dns/resolver: see resolver.h.
 *
 * One mutex guards the table of questions, and of each batch what both sides touch: its waiters,
 * how many are pending, when to wake. A question in flight has a list of waiters, one for each
 * batch that asked it. An answer takes the list apart; a deadline or the end of a batch takes its
 * own waiters out of it.
 */
#include "dns/resolver.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "dns/backend.h"
#include "dns/name.h"
#include "dns/questions.h"

struct dns_resolver {
	atomic_uint owners;
	const struct dns_backend *backend;
	void *self;
	pthread_mutex_t lock; /* of all below, and of batches */
	struct dns_questions questions;
	struct dns_stats stats; /* its cache_ fields are filled in when asked for */
};

/* What a batch has of one question. */
struct dns_waiter {
	struct dns_waiter *next, **before; /* in the question's list while pending; before: or NULL */
	struct dns_batch *batch;
	struct dns_question *question;   /* held */
	const struct dns_answer *answer; /* the question's, or one of these */
	struct dns_answer unanswered;    /* is never changed: it may have been handed out */
	struct dns_answer failed;        /* for this batch alone */
};

struct dns_batch {
	struct dns_resolver *resolver;
	uint64_t deadline;
	size_t limit, n, over_budget; /* waiters: room for, used */
	size_t pending, seen;         /* seen: answered ones at the last wait_next */
	size_t wake;                  /* pending ones at which its thread is to be woken */
	bool waiting;
	pthread_cond_t answered;
	struct dns_waiter waiters[];
};

/* ---- the resolver ---- */

struct dns_resolver *dns_resolver_create(const struct dns_backend *backend, void *self)
{
	struct dns_resolver *resolver = calloc(1, sizeof(*resolver));

	if (resolver == NULL)
		return NULL;
	if (!dns_questions_init(&resolver->questions, DNS_CACHE_BYTES) ||
		pthread_mutex_init(&resolver->lock, NULL) != 0) {
		dns_questions_clear(&resolver->questions);
		free(resolver);
		return NULL;
	}
	atomic_init(&resolver->owners, 1);
	resolver->backend = backend;
	resolver->self = self;
	return resolver;
}

struct dns_resolver *dns_resolver_hold(struct dns_resolver *resolver)
{
	atomic_fetch_add(&resolver->owners, 1);
	return resolver;
}

void dns_resolver_free(struct dns_resolver **resolver)
{
	struct dns_resolver *old = *resolver;

	*resolver = NULL;
	if (old == NULL || atomic_fetch_sub(&old->owners, 1) != 1)
		return;
	old->backend->free(old->self);
	dns_questions_clear(&old->questions);
	pthread_mutex_destroy(&old->lock);
	free(old);
}

void dns_resolver_stats(struct dns_resolver *resolver, struct dns_stats *stats)
{
	pthread_mutex_lock(&resolver->lock);
	*stats = resolver->stats;
	stats->cache_entries = resolver->questions.answered;
	stats->cache_bytes = resolver->questions.bytes;
	pthread_mutex_unlock(&resolver->lock);
}

/* ---- waiters; under the lock ---- */

/* Whether it takes one of the DNS_FLIGHTS_MAX. */
static bool in_flight(const struct dns_question *question)
{
	return question->answer == NULL && (question->sent || question->waiters != NULL);
}

static void unlink_waiter(struct dns_waiter *waiter)
{
	*waiter->before = waiter->next;
	if (waiter->next != NULL)
		waiter->next->before = waiter->before;
	waiter->before = NULL;
	waiter->next = NULL;
	if (!in_flight(waiter->question))
		waiter->batch->resolver->stats.in_flight--;
}

/* It is in no list any more. */
static void settle(struct dns_waiter *waiter, const struct dns_answer *answer,
	enum dns_status failed)
{
	struct dns_batch *batch = waiter->batch;

	waiter->failed = waiter->unanswered;
	waiter->failed.status = failed;
	waiter->answer = answer != NULL ? answer : &waiter->failed;
	batch->pending--;
	if (batch->waiting && batch->pending <= batch->wake)
		pthread_cond_signal(&batch->answered);
}

void dns_resolver_deliver(struct dns_question *question, const struct dns_answer *answer)
{
	struct dns_resolver *resolver = question->resolver;
	struct dns_answer whole = *answer, *copy;
	uint64_t now = clock_monotonic_us(), ttl;
	struct dns_waiter *waiter;
	size_t size;

	whole.name = question->name;
	whole.type = question->type;
	copy = dns_answer_copy(&whole, &size);
	pthread_mutex_lock(&resolver->lock);
	resolver->stats.in_flight -= in_flight(question);
	resolver->stats.answers[copy == NULL ? DNS_SERVFAIL : copy->status]++;
	waiter = question->waiters;
	question->waiters = NULL;
	for (struct dns_waiter *next; waiter != NULL; waiter = next) {
		next = waiter->next;
		waiter->before = NULL;
		waiter->next = NULL;
		settle(waiter, copy, DNS_SERVFAIL);
	}
	if (copy == NULL) {
		dns_questions_drop(&resolver->questions, question);
	} else {
		ttl = dns_status_known(copy->status) ? copy->ttl : DNS_FAILED_TTL;
		dns_questions_answer(&resolver->questions, question, copy, size, now + ttl * 1000000);
	}
	pthread_mutex_unlock(&resolver->lock);
}

bool dns_resolver_withdraw(struct dns_question *question, bool turn)
{
	struct dns_resolver *resolver = question->resolver;
	bool unwanted;

	pthread_mutex_lock(&resolver->lock);
	unwanted = question->waiters == NULL;
	question->sent = turn && !unwanted;
	if (unwanted) {
		resolver->stats.withdrawn++;
		dns_questions_drop(&resolver->questions, question);
	}
	pthread_mutex_unlock(&resolver->lock);
	return unwanted;
}

/* ---- a batch ---- */

struct dns_batch *dns_batch_create(struct dns_resolver *resolver, size_t queries,
	uint64_t deadline)
{
	size_t limit = queries < DNS_QUERIES_MAX ? queries : DNS_QUERIES_MAX;
	struct dns_batch *batch = calloc(1, sizeof(*batch) + limit * sizeof(batch->waiters[0]));
	pthread_condattr_t monotonic;

	if (batch == NULL)
		return NULL;
	pthread_condattr_init(&monotonic); /* neither fails in glibc, nor does the next */
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&batch->answered, &monotonic);
	pthread_condattr_destroy(&monotonic);
	batch->resolver = dns_resolver_hold(resolver);
	batch->limit = limit;
	batch->deadline = deadline;
	return batch;
}

void dns_batch_free(struct dns_batch **batch)
{
	struct dns_batch *old = *batch;

	*batch = NULL;
	if (old == NULL)
		return;
	pthread_mutex_lock(&old->resolver->lock);
	for (size_t i = 0; i < old->n; i++) {
		if (old->waiters[i].before != NULL)
			unlink_waiter(&old->waiters[i]);
		dns_question_release(old->waiters[i].question);
	}
	pthread_mutex_unlock(&old->resolver->lock);
	pthread_cond_destroy(&old->answered);
	dns_resolver_free(&old->resolver);
	free(old);
}

void dns_batch_set_deadline(struct dns_batch *batch, uint64_t deadline)
{
	batch->deadline = deadline;
}

/* A waiter for the question, which is in flight or answered. */
static struct dns_waiter *attach(struct dns_batch *batch, struct dns_question *question)
{
	struct dns_waiter *waiter = &batch->waiters[batch->n++];

	*waiter = (struct dns_waiter){ .batch = batch, .question = question };
	dns_question_hold(question);
	waiter->unanswered = (struct dns_answer){ .status = DNS_PENDING, .type = question->type,
		.name = question->name };
	waiter->answer = question->answer;
	if (question->answer != NULL)
		return waiter;
	waiter->answer = &waiter->unanswered;
	waiter->next = question->waiters;
	waiter->before = &question->waiters;
	if (waiter->next != NULL)
		waiter->next->before = &waiter->next;
	question->waiters = waiter;
	batch->pending++;
	return waiter;
}

static bool asked_before(const struct dns_batch *batch, struct str name, enum dns_type type,
	size_t *number)
{
	for (size_t i = 0; i < batch->n; i++) {
		const struct dns_question *question = batch->waiters[i].question;

		if (question->type == type && str_equal(question->name, name)) {
			*number = i;
			return true;
		}
	}
	return false;
}

/* In flight or answered already; or a new one, *fresh, that is to be asked. NULL: see *status. */
static struct dns_question *question_for(struct dns_batch *batch, struct str name,
	enum dns_type type, bool *fresh, enum dns_status *status)
{
	struct dns_resolver *resolver = batch->resolver;
	uint64_t now = clock_monotonic_us();
	struct dns_question *question;

	*fresh = false;
	*status = DNS_OVER_BUDGET;
	if (batch->n == batch->limit)
		return NULL;
	question = dns_questions_find(&resolver->questions, name, type, now);
	if (question != NULL && (question->answer != NULL || in_flight(question))) {
		++*(question->answer != NULL ? &resolver->stats.cached : &resolver->stats.joined);
		return question;
	}
	*status = now >= batch->deadline ? DNS_TIMEOUT : DNS_OVER_BUDGET;
	if (*status == DNS_TIMEOUT || resolver->stats.in_flight >= DNS_FLIGHTS_MAX)
		return NULL;
	*fresh = question == NULL; /* or given up by all before it was sent: its turn still comes */
	if (*fresh)
		question = dns_questions_add(&resolver->questions, name, type);
	*status = DNS_SERVFAIL;
	if (question == NULL)
		return NULL;
	question->resolver = resolver;
	resolver->stats.asked += *fresh;
	resolver->stats.in_flight++;
	return question;
}

enum dns_status dns_batch_ask(struct dns_batch *batch, struct str name, enum dns_type type,
	size_t *number)
{
	struct dns_resolver *resolver = batch->resolver;
	char text[DNS_NAME_TEXT_MAX];
	struct str normal = str_make(text, dns_name_normalise(name, text));
	struct dns_question *question;
	enum dns_status status;
	bool fresh;

	if (normal.len == 0)
		return DNS_BAD_NAME;
	if (asked_before(batch, normal, type, number))
		return dns_batch_answer(batch, *number)->status;
	pthread_mutex_lock(&resolver->lock);
	question = question_for(batch, normal, type, &fresh, &status);
	if (question != NULL) {
		*number = batch->n;
		status = attach(batch, question)->answer->status;
	} else if (status == DNS_OVER_BUDGET) {
		batch->over_budget++;
		resolver->stats.over_budget++;
	}
	pthread_mutex_unlock(&resolver->lock);
	if (question == NULL || !fresh)
		return status;
	resolver->backend->ask(resolver->self, question, question->name, type);
	return dns_batch_answer(batch, *number)->status; /* it may have answered at once */
}

/* ---- waiting ---- */

/* Under the lock: until at most `pending` are left, or the deadline; then none is. */
static void wait_until(struct dns_batch *batch, size_t pending)
{
	struct timespec until = { .tv_sec = (time_t)(batch->deadline / 1000000),
		.tv_nsec = (long)(batch->deadline % 1000000) * 1000 };

	batch->wake = pending;
	batch->waiting = true;
	while (batch->pending > pending && clock_monotonic_us() < batch->deadline)
		pthread_cond_timedwait(&batch->answered, &batch->resolver->lock, &until);
	batch->waiting = false;
	if (batch->pending <= pending)
		return;
	for (size_t i = 0; i < batch->n; i++) {
		if (batch->waiters[i].before == NULL)
			continue;
		unlink_waiter(&batch->waiters[i]);
		settle(&batch->waiters[i], NULL, DNS_TIMEOUT);
		batch->resolver->stats.timeouts++;
	}
}

size_t dns_batch_wait(struct dns_batch *batch)
{
	size_t unknown = 0;

	pthread_mutex_lock(&batch->resolver->lock);
	wait_until(batch, 0);
	for (size_t i = 0; i < batch->n; i++)
		unknown += !dns_status_known(batch->waiters[i].answer->status);
	pthread_mutex_unlock(&batch->resolver->lock);
	return unknown;
}

bool dns_batch_wait_next(struct dns_batch *batch)
{
	size_t answered;
	bool more;

	pthread_mutex_lock(&batch->resolver->lock);
	if (batch->n - batch->pending == batch->seen && batch->pending > 0)
		wait_until(batch, batch->pending - 1);
	answered = batch->n - batch->pending;
	more = answered > batch->seen;
	batch->seen = answered;
	pthread_mutex_unlock(&batch->resolver->lock);
	return more;
}

const struct dns_answer *dns_batch_answer(struct dns_batch *batch, size_t number)
{
	const struct dns_answer *answer;

	pthread_mutex_lock(&batch->resolver->lock);
	answer = batch->waiters[number].answer;
	pthread_mutex_unlock(&batch->resolver->lock);
	return answer;
}

size_t dns_batch_asked(const struct dns_batch *batch)
{
	return batch->n;
}

size_t dns_batch_over_budget(const struct dns_batch *batch)
{
	return batch->over_budget;
}
