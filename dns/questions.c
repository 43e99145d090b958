/* dns/questions: see questions.h. */
#include "dns/questions.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { BUCKET_BYTES = 1024 }; /* what a question and its answer take, about */

bool dns_questions_init(struct dns_questions *questions, size_t limit)
{
	size_t n = 1024;

	while (n < limit / BUCKET_BYTES)
		n *= 2;
	*questions = (struct dns_questions){ .mask = n - 1, .limit = limit };
	if (getrandom(&questions->seed, sizeof(questions->seed), GRND_NONBLOCK) < 0)
		questions->seed = (uint64_t)(uintptr_t)questions;
	questions->buckets = calloc(n, sizeof(questions->buckets[0]));
	return questions->buckets != NULL;
}

void dns_questions_clear(struct dns_questions *questions)
{
	for (size_t i = 0; questions->buckets != NULL && i <= questions->mask; i++) {
		struct dns_question *next;

		for (struct dns_question *q = questions->buckets[i]; q != NULL; q = next) {
			next = q->chain;
			free(q->answer);
			free(q);
		}
	}
	free(questions->buckets);
	*questions = (struct dns_questions){ 0 };
}

static struct dns_question **bucket(struct dns_questions *questions, struct str name,
	enum dns_type type)
{
	uint64_t hash = questions->seed ^ (uint64_t)type;

	for (size_t i = 0; i < name.len; i++) {
		hash = (hash ^ (unsigned char)name.ptr[i]) * 0x9e3779b97f4a7c15;
		hash ^= hash >> 29;
	}
	return &questions->buckets[hash & questions->mask];
}

/* ---- the order of use ---- */

static void unlink_used(struct dns_questions *questions, struct dns_question *q)
{
	if (questions->oldest == q)
		questions->oldest = q->newer;
	else
		q->older->newer = q->newer;
	if (questions->newest == q)
		questions->newest = q->older;
	else
		q->newer->older = q->older;
	q->newer = q->older = NULL;
	questions->answered--;
	questions->bytes -= q->size;
}

static void link_newest(struct dns_questions *questions, struct dns_question *q)
{
	q->older = questions->newest;
	q->newer = NULL;
	*(q->older ? &q->older->newer : &questions->oldest) = q;
	questions->newest = q;
	questions->answered++;
	questions->bytes += q->size;
}

/* ---- the table ---- */

struct dns_question *dns_questions_find(struct dns_questions *questions, struct str name,
	enum dns_type type, uint64_t now)
{
	struct dns_question *q = *bucket(questions, name, type);

	while (q != NULL && (q->type != type || !str_equal(q->name, name)))
		q = q->chain;
	if (q == NULL || q->answer == NULL)
		return q;
	if (q->expires <= now) {
		dns_questions_drop(questions, q);
		return NULL;
	}
	if (q != questions->newest) {
		unlink_used(questions, q);
		link_newest(questions, q);
	}
	return q;
}

struct dns_question *dns_questions_add(struct dns_questions *questions, struct str name,
	enum dns_type type)
{
	struct dns_question **at = bucket(questions, name, type);
	size_t size = sizeof(struct dns_question) + name.len + 1;
	struct dns_question *q = malloc(size);
	char *text;

	if (q == NULL)
		return NULL;
	text = (char *)(q + 1);
	memcpy(text, name.ptr, name.len);
	text[name.len] = '\0';
	*q = (struct dns_question){ .chain = *at, .size = size, .holders = 1, .in_table = true,
		.type = type, .name = str_make(text, name.len) };
	*at = q;
	return q;
}

static void take_out(struct dns_questions *questions, struct dns_question *question)
{
	struct dns_question **at = bucket(questions, question->name, question->type);

	while (*at != question)
		at = &(*at)->chain;
	*at = question->chain;
	question->in_table = false;
	dns_question_release(question);
}

void dns_questions_drop(struct dns_questions *questions, struct dns_question *question)
{
	if (question->in_table && question->answer != NULL)
		unlink_used(questions, question);
	if (question->in_table)
		take_out(questions, question);
}

void dns_questions_answer(struct dns_questions *questions, struct dns_question *question,
	struct dns_answer *answer, size_t size, uint64_t expires)
{
	question->answer = answer;
	question->expires = expires;
	question->size += size;
	link_newest(questions, question);
	while (questions->bytes > questions->limit && questions->oldest != NULL) {
		struct dns_question *oldest = questions->oldest;

		unlink_used(questions, oldest);
		take_out(questions, oldest);
	}
}

void dns_question_hold(struct dns_question *question)
{
	question->holders++;
}

void dns_question_release(struct dns_question *question)
{
	if (--question->holders > 0)
		return;
	free(question->answer);
	free(question);
}
