/* The shipped rules against test-harness/corpus/rule_cases.tsv: links and lines of text that they
 * must hit, and honest ones close by that they must let pass.
 *
 * A verdict does not name sub-rules, so each case's rule is asked through a scored meta of its
 * own in a rule file that the test writes.
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "rules/ruleset.h"
#include "test-harness/t.h"

enum { CASES_MAX = 1000, ARENA_LIMIT = 8 * 1024 * 1024 };
static const char cases_file[] = "test-harness/corpus/rule_cases.tsv";

struct rule_case {
	const char *rule, *want, *kind, *text;
	int line;
};

/* Cuts the file in place; the test fails at a line without four fields. */
static int read_cases(char *text, struct rule_case *cases)
{
	int n = 0, line = 0;
	char *next = NULL;

	for (char *at = text; at && *at; at = next) {
		char *fields[4] = { at, NULL, NULL, NULL };

		line++;
		next = strchr(at, '\n');
		if (next)
			*next++ = '\0';
		if (*at == '#' || *at == '\0')
			continue;
		for (int i = 1; i < 4; i++) {
			char *tab = strchr(fields[i - 1], '\t');

			if (!tab)
				fprintf(stderr, "%s:%d: four fields are wanted\n", cases_file, line);
			t_need(tab);
			*tab = '\0';
			fields[i] = tab + 1;
		}
		t_need(n < CASES_MAX);
		cases[n++] = (struct rule_case){ fields[0], fields[1], fields[2], fields[3], line };
	}
	return n;
}

static bool asked_before(const struct rule_case *cases, int i)
{
	for (int before = 0; before < i; before++)
		if (strcmp(cases[before].rule, cases[i].rule) == 0)
			return true;
	return false;
}

/* A scored meta for each rule. */
static const char *write_probes(const struct rule_case *cases, int n)
{
	const char *path = t_tmpfile("probes.cf");
	struct buf out = { 0 };

	for (int i = 0; i < n; i++)
		if (!asked_before(cases, i))
			buf_addf(&out, "meta CASE_%s %s\nscore CASE_%s 0.1\n", cases[i].rule,
				cases[i].rule, cases[i].rule);
	t_need(!out.failed);
	t_write(path, out.ptr, out.len);
	buf_free(&out);
	return path;
}

/* The host of "scheme://[user@]host[:port]..." as it stands; enough for rules on the text. */
static struct str host_of(const char *url)
{
	const char *at = strstr(url, "://"), *user;
	size_t len;

	if (!at)
		return STR("");
	at += 3;
	len = strcspn(at, "/?#");
	user = memchr(at, '@', len);
	if (user) {
		len -= (size_t)(user + 1 - at);
		at = user + 1;
	}
	return str_make(at, strcspn(at, ":/?#") < len ? strcspn(at, ":/?#") : len);
}

static bool case_hits(const struct ruleset *rules, const struct rule_case *one)
{
	struct arena *arena = arena_create(ARENA_LIMIT);
	struct str text = str_from(one->text);
	struct fact_url url = { .raw = text, .url = text, .host = host_of(one->text) };
	struct facts facts = { 0 };
	struct eval_options options = { .stage = FACT_MESSAGE };
	struct verdict verdict = { 0 };
	char probe[128];
	bool hit = false;

	t_need(arena);
	if (strcmp(one->kind, "uri") == 0) {
		facts.urls = &url;
		facts.urls_n = 1;
		facts.uris = &text;
		facts.uris_n = 1;
	} else {
		facts.body = &text;
		facts.body_n = 1;
	}
	snprintf(probe, sizeof probe, "CASE_%s", one->rule);
	t_need(ruleset_eval(rules, &facts, &options, arena, &verdict) == 0);
	for (size_t i = 0; i < verdict.hits_n; i++)
		hit = hit || strcmp(verdict.hits[i].rule, probe) == 0;
	arena_free(&arena);
	return hit;
}

T_TEST(shipped_rules_decide_the_cases)
{
	static struct rule_case cases[CASES_MAX];
	size_t len;
	int n = read_cases(t_read(cases_file, &len), cases), hits = 0;
	const char *paths[] = { "rules/d", write_probes(cases, n) };
	struct ruleset_options options = { 0 };
	struct diags diags = { 0 };
	struct ruleset *rules = ruleset_load(paths, 2, &options, &diags);

	if (!rules)
		diags_print(&diags, stderr);
	t_need(rules);
	t_int(diags.warnings, 0);
	for (int i = 0; i < n; i++) {
		bool want = strcmp(cases[i].want, "hit") == 0;
		bool hit = case_hits(rules, &cases[i]);

		hits += hit;
		if (hit != want)
			fprintf(stderr, "%s:%d: %s should %s: %s\n", cases_file, cases[i].line,
				cases[i].rule, cases[i].want, cases[i].text);
		t_int(hit, want);
	}
	t_true(n >= 120);
	t_true(hits > 0 && hits < n); /* neither "all" nor "none" is an answer */
	ruleset_free(&rules);
	diags_clear(&diags);
}
