/* rules/testing: what the tests of this room share. Included by x_test.c files only.
 */
#ifndef DEPEER_RULES_TESTING_H
#define DEPEER_RULES_TESTING_H

#include <string.h>

#include "base/arena.h"
#include "rules/ruleset.h"
#include "test-harness/t.h"

/* Writes `text` as NAME in the test's directory and returns its path. */
static inline const char *rules_file(const char *name, const char *text)
{
	const char *path = t_tmpfile(name);
	t_write(path, text, strlen(text));
	return path;
}

static inline struct ruleset *rules_try(const char *text, struct diags *diags)
{
	const char *path = rules_file("x.cf", text);
	struct ruleset_options options = { .today = 20000 }; /* 2024-10-04 */
	return ruleset_load(&path, 1, &options, diags);
}

/* Loads rules that must be good. */
static inline struct ruleset *rules_load(const char *text)
{
	struct diags diags = { 0 };
	struct ruleset *set = rules_try(text, &diags);
	if (!set)
		diags_print(&diags, stdout);
	diags_clear(&diags);
	t_need(set != NULL);
	return set;
}

struct asked {
	struct arena *arena;
	struct verdict verdict;
	int status;
};

static inline struct asked rules_ask(const struct ruleset *set, const struct facts *facts,
	enum fact_stage stage)
{
	struct eval_options options = { .stage = stage };
	struct asked asked = { .arena = arena_create(16 * 1024 * 1024) };
	t_need(asked.arena != NULL);
	asked.status = ruleset_eval(set, facts, &options, asked.arena, &asked.verdict);
	t_int(asked.status, 0);
	return asked;
}

/* "A B:why" : the hits in order, then the unknown ones with their reasons; in a static buffer */
static inline const char *rules_names(const struct verdict *verdict)
{
	static char text[2000];
	size_t n = 0;
	text[0] = '\0';
	for (size_t i = 0; i < verdict->hits_n && n < sizeof text; i++)
		n += (size_t)snprintf(text + n, sizeof text - n, "%s%s", n ? " " : "",
			verdict->hits[i].rule);
	for (size_t i = 0; i < verdict->unknown_n && n < sizeof text; i++)
		n += (size_t)snprintf(text + n, sizeof text - n, "%s%s:%s", n ? " " : "",
			verdict->unknown[i].rule, verdict->unknown[i].why);
	return text;
}

/* Loads, asks at FACT_MESSAGE and forgets: what hit, as rules_names says it. */
static inline const char *rules_hits(const char *text, const struct facts *facts)
{
	struct ruleset *set = rules_load(text);
	struct asked asked = rules_ask(set, facts, FACT_MESSAGE);
	const char *names = rules_names(&asked.verdict);
	arena_free(&asked.arena);
	ruleset_free(&set);
	return names;
}

#endif
