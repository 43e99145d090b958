/* dns/questions: the table of questions, in flight or answered, with the answers it keeps.
 *
 * A question is found by name and type. Answered ones stand in the order of their last use; the
 * least recently used go when more than `limit` bytes are kept. Whoever holds a question keeps it
 * and its answer, in the table or not. No lock: dns/resolver has it.
 */
#ifndef DEPEER_DNS_QUESTIONS_H
#define DEPEER_DNS_QUESTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/answer.h"

struct dns_resolver;
struct dns_waiter; /* dns/resolver's */

struct dns_question {
	struct dns_question *chain;            /* of its bucket */
	struct dns_question *newer, *older;    /* answered: by use; in flight: its asker's */
	struct dns_waiter *waiters;            /* while in flight */
	struct dns_resolver *resolver;         /* that asks it; dns/resolver sets it */
	void *asker;                           /* these two are for dns/resolver_x alone */
	uint64_t asked;
	struct dns_answer *answer;             /* NULL while in flight */
	uint64_t expires;                      /* clock_monotonic_us, once answered */
	size_t size;                           /* bytes, with its answer */
	unsigned holders;
	bool in_table;
	bool sent;                             /* in flight: it can no longer be withdrawn */
	enum dns_type type;
	struct str name;                       /* its own, NUL-terminated */
};

struct dns_questions {
	struct dns_question **buckets;
	size_t mask;
	struct dns_question *newest, *oldest;
	size_t answered, bytes, limit; /* of the answered */
	uint64_t seed;                 /* names are hostile: which share a bucket must not be known */
};

/* False when memory is spent. `limit`: bytes of questions and answers kept. */
bool dns_questions_init(struct dns_questions *questions, size_t limit);
/* Frees all in the table, held or not. */
void dns_questions_clear(struct dns_questions *questions);

/* The question in flight, or answered and not expired at `now`; one that is expired leaves the
 * table. NULL when there is none. What is found becomes the newest. */
struct dns_question *dns_questions_find(struct dns_questions *questions, struct str name,
	enum dns_type type, uint64_t now);
/* A new one, in flight, held by nobody but the table. NULL when memory is spent. There is none with
 * that name and type (dns_questions_find was asked). */
struct dns_question *dns_questions_add(struct dns_questions *questions, struct str name,
	enum dns_type type);
/* Gives it its answer (owned from here on; `size` bytes) until `expires`, and makes room. */
void dns_questions_answer(struct dns_questions *questions, struct dns_question *question,
	struct dns_answer *answer, size_t size, uint64_t expires);
/* Takes it out of the table. */
void dns_questions_drop(struct dns_questions *questions, struct dns_question *question);

void dns_question_hold(struct dns_question *question);
void dns_question_release(struct dns_question *question); /* the last one frees it */

#endif
