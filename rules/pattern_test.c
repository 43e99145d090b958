/* Perl's regexes on bytes, and what bounds them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/pattern.h"
#include "test-harness/t.h"

static struct pattern *compile(const char *text, const char *modifiers, bool jit)
{
	struct pattern_error error;
	struct pattern *pattern = pattern_compile(str_from(text), str_from(modifiers), false,
		&error);
	t_need(pattern != NULL);
	if (jit)
		t_need(pattern_jit(pattern));
	return pattern;
}

static enum pattern_result search(const char *text, const char *modifiers, struct str subject,
	bool jit, size_t *start, size_t *end)
{
	struct pattern *pattern = compile(text, modifiers, jit);
	struct matcher *matcher = matcher_create(NULL);
	t_need(matcher != NULL);
	enum pattern_result result = pattern_match(pattern, matcher, subject, 0, start, end);
	matcher_free(&matcher);
	pattern_free(&pattern);
	return result;
}

/* What perl -e 'print $& if $subject =~ /text/' prints; NULL: no match */
struct perl_case {
	const char *text, *modifiers, *subject, *match;
};
static const struct perl_case perl_cases[] = {
	{ "b+", "", "abbb", "bbb" }, { "B", "", "b", NULL }, { "B", "i", "b", "b" },
	{ "a.c", "", "a\nc", NULL }, { "a.c", "s", "a\nc", "a\nc" }, { "^b", "", "a\nb", NULL },
	{ "^b", "m", "a\nb", "b" }, { "a$", "", "a\n", "a" }, { "a\\z", "", "a\n", NULL },
	{ "a\\Z", "", "a\n", "a" }, { "a b", "x", "ab", "ab" }, { "(?i)A", "", "a", "a" },
	{ "(?<x>a)\\k<x>", "", "aa", "aa" }, { "(a)(?<!b)\\1", "", "aa", "aa" },
	{ "a{,2}b", "", "a{,2}b", "a{,2}b" }, { "\\xe9", "i", "\xc9", NULL },
	{ "\\x{41}\\x41\\101", "", "AAA", "AAA" }, { "[[:upper:]]+", "", "abCD", "CD" },
	{ "(?^:a.b)", "s", "a\nb", NULL }, { "\\R", "", "\r\n", "\r\n" }, { "a++a", "", "aaa", NULL },
	{ "(?:a|ab)(?:c|bcd)(?:d*)", "", "abcd", "abcd" }, { "\\bx\\b", "", "\xe9x\xe9", "x" },
};

T_TEST(matches_as_perl_does)
{
	for (size_t i = 0; i < sizeof perl_cases / sizeof *perl_cases; i++) {
		for (int jit = 0; jit < 2; jit++) {
			const struct perl_case *c = &perl_cases[i];
			size_t start = 0, end = 0;
			enum pattern_result result = search(c->text, c->modifiers, str_from(c->subject), jit,
				&start, &end);
			bool good = t_int(result, c->match ? PATTERN_YES : PATTERN_NO);
			if (good && c->match)
				good = t_slice(str_slice(str_from(c->subject), start, end), c->match);
			if (!good)
				printf("# of /%s/%s\n", c->text, c->modifiers);
		}
	}
}

static char *repeat(char c, size_t n)
{
	char *text = malloc(n + 1);
	t_need(text != NULL);
	memset(text, c, n);
	text[n] = '\0';
	return text;
}

T_TEST(a_limit_is_neither_yes_nor_no)
{
	char *text = repeat('a', 2000);
	size_t start, end;
	text[1999] = 'b';
	for (int jit = 0; jit < 2; jit++)
		t_int(search("(a+)+$", "", str_make(text, 2000), jit, &start, &end), PATTERN_LIMIT);
	free(text);
}

T_TEST(a_long_match_gets_the_stack_it_needs)
{
	char *text = repeat('a', 8000);
	size_t start = 1, end = 0;
	t_int(search("(?:(a)|b)*$", "", str_make(text, 8000), true, &start, &end), PATTERN_YES);
	t_int(start, 0);
	t_int(end, 8000);
	free(text);
}

/* The pieces of a long search must not be seen in its result. */
T_TEST(long_subjects_are_searched_to_the_end)
{
	enum { LEN = 5000 };
	char *text = repeat('a', LEN);
	size_t start, end;
	/* around the ends of the pieces: 128 starts, then twice as many each time */
	static const size_t places[] = { 0, 1, 127, 128, 383, 384, 895, 896, 1919, 1920, 3967, 3968,
		LEN - 1 };
	/* the first branch makes every start dear, so that the quick try is given up */
	struct pattern *word = compile("[ax]*[ax]b|(?<=a)xa*\\z|^x", "", true);
	struct matcher *matcher = matcher_create(NULL);
	t_need(matcher != NULL);
	t_int(pattern_match(word, matcher, str_make(text, LEN), 0, &start, &end), PATTERN_NO);
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		text[places[i]] = 'x';
		t_int(pattern_match(word, matcher, str_make(text, LEN), 0, &start, &end), PATTERN_YES);
		t_int(start, places[i]);
		text[places[i]] = 'a';
	}
	matcher_free(&matcher);
	pattern_free(&word);
	free(text);
}

static uint64_t fake_now;
static uint64_t fake_clock(void)
{
	return fake_now += 1000;
}

T_TEST(a_deadline_ends_a_long_search)
{
	enum { LEN = 100000 };
	char *text = repeat('a', LEN);
	size_t start, end;
	struct pattern *pattern = compile("a.*?[xy]", "", true);
	struct matcher *matcher = matcher_create(fake_clock);
	t_need(matcher != NULL);
	fake_now = 0;
	matcher_deadline(matcher, 3000);
	t_int(pattern_match(pattern, matcher, str_make(text, LEN), 0, &start, &end), PATTERN_BUDGET);
	t_true(matcher_late(matcher));
	matcher_deadline(matcher, UINT64_MAX);
	t_true(!matcher_late(matcher));
	matcher_free(&matcher);
	pattern_free(&pattern);
	free(text);
}

T_TEST(code_in_a_regex_is_refused)
{
	struct pattern_error error;
	t_true(!pattern_compile(STR("a(?{ die })"), STR(""), false, &error));
	t_int(error.offset, 1);
	t_true(!pattern_compile(STR("(??{ die })"), STR(""), false, &error));
	t_true(!pattern_compile(STR("(*UTF)a"), STR(""), false, &error));
}

/* One start alone would run for minutes here: the clock is read on the way. */
T_TEST(a_deadline_ends_a_search_through_a_whole_message)
{
	enum { LEN = 500000 };
	char *text = repeat('a', LEN);
	size_t start, end;
	struct pattern_error error;
	for (int jit = 0; jit < 2; jit++) {
		struct pattern *pattern = pattern_compile(STR("a[^x]*a[^x]*[xy]"), STR(""), true, &error);
		struct matcher *matcher = matcher_create(fake_clock);
		t_need(pattern && matcher && (!jit || pattern_jit(pattern)));
		fake_now = 0;
		matcher_deadline(matcher, 3000);
		t_int(pattern_match(pattern, matcher, str_make(text, LEN), 0, &start, &end),
			PATTERN_BUDGET);
		matcher_free(&matcher);
		pattern_free(&pattern);
	}
	free(text);
}
