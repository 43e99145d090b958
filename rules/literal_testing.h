/* rules/literal_testing: one regex's words held against PCRE2; for literal_test and literal_fuzz.
 */
#ifndef DEPEER_RULES_LITERAL_TESTING_H
#define DEPEER_RULES_LITERAL_TESTING_H

#include <stdlib.h>
#include <string.h>

#include "rules/literal.h"
#include "rules/odd.h"
#include "rules/pattern.h"
#include "rules/prefilter.h"

struct literal_count {
	size_t regexes, with_words, texts, matches, excluded;
};
struct literal_check {
	struct arena *arena;
	struct pattern *pattern;
	struct matcher *matcher;
	struct literals literals;
	struct prefilter *prefilter; /* of the regex, several times; NULL: it has no words */
};

static inline void literal_check_end(struct literal_check *check)
{
	pattern_free(&check->pattern);
	matcher_free(&check->matcher);
	arena_free(&check->arena);
}

/* false: no regex */
static inline bool literal_check_begin(struct literal_check *check, struct str regex,
	struct str modifiers, struct literal_count *count)
{
	enum { COPIES = 3 };
	struct pattern_error error;
	struct prefilter_regex copies[COPIES];
	*check = (struct literal_check){ .pattern = pattern_compile(regex, modifiers, false, &error) };
	if (!check->pattern)
		return false;
	for (size_t i = 0; i < COPIES; i++)
		copies[i] = (struct prefilter_regex){ .text = regex, .modifiers = modifiers };
	check->arena = arena_create(512 * 1024 * 1024);
	check->matcher = matcher_create(NULL);
	if (!check->arena || !check->matcher ||
	    literal_read(regex, modifiers, check->arena, &check->literals) ||
	    prefilter_build(copies, COPIES, check->arena, &check->prefilter))
		abort();
	count->regexes++;
	count->with_words += check->literals.n > 0;
	return true;
}

static inline bool literal_word_in(const struct literals *literals,
	const struct factor_word *word, struct str text)
{
	for (size_t at = 0; at + word->n <= text.len; at++) {
		size_t i = 0;
		while (i < word->n && byte_set_has(&literals->sets[word->at[i]],
			(unsigned char)text.ptr[at + i]))
			i++;
		if (i == word->n)
			return true;
	}
	return false;
}

/* Whether one of the words (or what is odd) stands in the text, in the plainest way; true if there
 * is no word. */
static inline bool literal_any_in(const struct literals *literals, struct str text)
{
	if (odd_in_text(text, literals->odd))
		return true;
	for (size_t i = 0; i < literals->n; i++)
		if (literal_word_in(literals, &literals->words[i], text))
			return true;
	return literals->n == 0;
}

/* false: the text matches and would be left out, or the prefilter has it differently. */
static inline bool literal_check_text(struct literal_check *check, struct str text,
	struct literal_count *count)
{
	size_t start, end;
	uint64_t named = 0;
	char *exact = malloc(text.len + 1); /* so that a sanitizer sees a byte too far */
	if (!exact)
		abort();
	if (text.len)
		memcpy(exact, text.ptr, text.len);
	text.ptr = exact;
	bool any = literal_any_in(&check->literals, text);
	bool matches = pattern_match(check->pattern, check->matcher, text, 0, &start, &end) ==
		PATTERN_YES;
	if (check->prefilter)
		prefilter_scan(check->prefilter, text, &named);
	free(exact);
	count->texts++;
	count->matches += matches;
	count->excluded += !any;
	if (check->literals.times > 1) /* the filter counts them: it asks less often */
		return !check->prefilter || named == 7 || (named == 0 && !matches);
	return (any || !matches) && (!check->prefilter || named == (any ? 7 : 0));
}

#endif
