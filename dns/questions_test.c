/* The table of questions: what is found, what expires, what makes room for what. */
#include "dns/questions.h"

#include <stdio.h>
#include <stdlib.h>

#include "test-harness/t.h"

static struct dns_questions questions;

static struct dns_question *add(const char *name, size_t size, uint64_t expires)
{
	struct dns_question *question = dns_questions_add(&questions, str_from(name), DNS_A);
	struct dns_answer *answer = calloc(1, sizeof(*answer));

	t_need(question != NULL && answer != NULL);
	dns_questions_answer(&questions, question, answer, size, expires);
	return question;
}

static bool there(const char *name, uint64_t now)
{
	return dns_questions_find(&questions, str_from(name), DNS_A, now) != NULL;
}

T_TEST(finds_by_name_and_type)
{
	struct dns_question *question;

	t_need(dns_questions_init(&questions, 10000));
	question = dns_questions_add(&questions, STR("a.example"), DNS_A);
	t_need(question != NULL);
	t_str(question->name.ptr, "a.example");
	t_true(dns_questions_find(&questions, STR("a.example"), DNS_A, 5) == question);
	t_true(dns_questions_find(&questions, STR("a.example"), DNS_AAAA, 5) == NULL);
	t_true(dns_questions_find(&questions, STR("b.example"), DNS_A, 5) == NULL);
	t_int(questions.answered, 0);
	dns_questions_clear(&questions);
}

T_TEST(answers_expire)
{
	t_need(dns_questions_init(&questions, 10000));
	add("a.example", 100, 1000);
	add("b.example", 100, 2000);
	t_true(there("a.example", 999));
	t_true(!there("a.example", 1000));
	t_int(questions.answered, 1);
	t_true(!there("a.example", 0)); /* it is gone, not hidden */
	t_true(there("b.example", 1000));
	dns_questions_clear(&questions);
}

T_TEST(the_least_recently_used_makes_room)
{
	t_need(dns_questions_init(&questions, 5000));
	add("a.example", 1000, 1000);
	add("b.example", 1000, 1000);
	add("c.example", 1000, 1000);
	t_true(there("a.example", 0)); /* used: b is the oldest now */
	add("d.example", 2000, 1000);
	t_true(!there("b.example", 0));
	t_true(there("a.example", 0) && there("c.example", 0) && there("d.example", 0));
	t_true(questions.bytes <= 5000);
	add("huge.example", 6000, 1000); /* all make room, itself too */
	t_int(questions.answered, 0);
	t_int(questions.bytes, 0);
	t_true(!there("huge.example", 0));
	dns_questions_clear(&questions);
}

T_TEST(who_holds_one_keeps_it)
{
	struct dns_question *question;

	t_need(dns_questions_init(&questions, 5000));
	question = add("a.example", 1000, 1000);
	dns_question_hold(question);
	t_true(!there("a.example", 1000));
	t_true(!question->in_table);
	t_slice(question->name, "a.example");
	t_int(question->answer->n, 0);
	dns_questions_drop(&questions, question); /* once more does nothing */
	dns_question_release(question);
	dns_questions_clear(&questions);
}

T_TEST(many)
{
	char name[32];
	size_t found = 0;

	t_need(dns_questions_init(&questions, 64 * 1024 * 1024));
	for (unsigned i = 0; i < 20000; i++) {
		snprintf(name, sizeof(name), "h%u.example", i);
		add(name, 100, i % 2 ? 1000 : 2000);
	}
	for (unsigned i = 0; i < 20000; i++) {
		snprintf(name, sizeof(name), "h%u.example", i);
		found += there(name, 1500);
	}
	t_int(found, 10000);
	t_int(questions.answered, 10000);
	dns_questions_clear(&questions);
}
