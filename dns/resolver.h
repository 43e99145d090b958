/* dns/resolver: questions to the DNS, many at once, under one message's budget.
 *
 *     struct dns_resolver *resolver = dns_resolver_unbound(&options, &error); // or _table
 *     struct dns_batch *batch = dns_batch_create(resolver, 30, clock_monotonic_us() + 2000000);
 *     if (dns_batch_ask(batch, STR("www.example.com"), DNS_A, &number) == DNS_PENDING) ...
 *     dns_batch_wait(batch);                       // until all are answered or the deadline
 *     answer = dns_batch_answer(batch, number);    // lives as long as the batch
 *     dns_batch_free(&batch);
 *
 * A resolver is one cache and one way to ask (dns/resolver_unbound.h, dns/resolver_table.h); a
 * process has one. A batch is what one message asks. Ask as soon as a name is seen, wait once at
 * the end: nothing but dns_batch_wait() and dns_batch_wait_next() ever waits for an answer.
 *
 * Bounds, so that no mail costs more than was said:
 *   a batch: its number of questions and its deadline. Every different question counts, also one
 *     that the cache answers: what a mail is found to be must not depend on the mails before it.
 *   the process: DNS_FLIGHTS_MAX questions asked and not answered, DNS_CACHE_BYTES of answers.
 *
 * One question that many batches ask is asked once ("single flight"), and its answer is kept for
 * its TTL (DNS_TTL_MIN..MAX; of "no such name" the zone's, RFC 2308; of failures DNS_FAILED_TTL).
 * The least recently used answers make room. A question that is on its way goes on when the batch
 * that asked it is gone or its deadline has passed: the next mail with that name finds the answer.
 *
 * Answers are immutable and shared; a batch holds those it asked for until it is freed. Copy what
 * has to live longer.
 *
 * Thread-safe: a resolver for all threads. A batch for one thread after the other, not for two at
 * once. One lock guards table and cache for some hundred nanoseconds at a time; nothing is asked
 * and nobody waits under it.
 */
#ifndef DEPEER_DNS_RESOLVER_H
#define DEPEER_DNS_RESOLVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "dns/answer.h"

enum {
	DNS_QUERIES = 30,       /* of one batch, where the admin says nothing else */
	DNS_TIMEOUT_MS = 2000,
	DNS_QUERIES_MAX = 1000, /* a batch is never larger */
	DNS_FLIGHTS_MAX = 4096,
	DNS_CACHE_BYTES = 16 * 1024 * 1024
};

struct dns_resolver;
struct dns_batch;

/* One owner more (counted atomically). Returns resolver. */
struct dns_resolver *dns_resolver_hold(struct dns_resolver *resolver);
/* Gives one back and sets NULL; the last one ends its threads and what is still being asked. A
 * batch is an owner, too, so the order of both frees does not matter. */
void dns_resolver_free(struct dns_resolver **resolver);

/* Since the resolver was made; for logs and metrics. */
struct dns_stats {
	uint64_t asked;       /* questions handed to the way of asking */
	uint64_t withdrawn;   /* of them: not sent, who waited had gone before its turn came */
	uint64_t cached;      /* answered by the cache */
	uint64_t joined;      /* another batch was asking the same */
	uint64_t over_budget; /* not asked: too many by one batch, or in flight */
	uint64_t timeouts;    /* questions of batches whose deadline passed */
	uint64_t answers[DNS_STATUSES]; /* what came back to `asked`, by status */
	size_t in_flight;     /* now: on their way, or waited for */
	size_t cache_entries, cache_bytes; /* now */
};
void dns_resolver_stats(struct dns_resolver *resolver, struct dns_stats *stats);

/* At most `queries` questions (0: none, more than DNS_QUERIES_MAX: that many), answers until
 * `deadline` (clock_monotonic_us). NULL when memory is spent. */
struct dns_batch *dns_batch_create(struct dns_resolver *resolver, size_t queries,
	uint64_t deadline);
/* Detaches it from what is still being asked; NULL is fine. Sets NULL. */
void dns_batch_free(struct dns_batch **batch);
void dns_batch_set_deadline(struct dns_batch *batch, uint64_t deadline);

/* Asks, without waiting. DNS_PENDING, or the answer's status when it is there at once: *number is
 * that of the question, from 0, the same for the same question. Not asked, *number unchanged:
 * DNS_BAD_NAME, DNS_OVER_BUDGET, DNS_TIMEOUT (the deadline has passed and the cache does not know),
 * DNS_SERVFAIL when memory is spent (then dns_batch_asked() did not grow). */
enum dns_status dns_batch_ask(struct dns_batch *batch, struct str name, enum dns_type type,
	size_t *number);

/* Waits until every question is answered or the deadline has passed. From then on none is
 * DNS_PENDING: those without an answer are DNS_TIMEOUT for this batch, whatever comes later. More
 * may be asked afterwards (name servers' addresses, say), and waited for again. Returns how many
 * questions have no known answer (dns_status_known). */
size_t dns_batch_wait(struct dns_batch *batch);
/* For who asks on by the answers: waits until there is one that was not there when this was called
 * last (at the deadline as above, once). False when there is none and none is pending. */
bool dns_batch_wait_next(struct dns_batch *batch);

/* Of a question asked. Its status is DNS_PENDING while there is none; a later call may give another
 * one then. Lives as long as the batch. */
const struct dns_answer *dns_batch_answer(struct dns_batch *batch, size_t number);
size_t dns_batch_asked(const struct dns_batch *batch); /* questions; numbers are below this */
/* Questions that were refused as over the budget: what they would have said is unknown. */
size_t dns_batch_over_budget(const struct dns_batch *batch);

#endif
