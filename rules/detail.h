/* rules/detail: all that is known of a rule, for who looks into a set (depeer rules NAME).
 */
#ifndef DEPEER_RULES_DETAIL_H
#define DEPEER_RULES_DETAIL_H

#include "rules/ruleset.h"

enum { RULE_DETAIL_SCORES = 4 };

enum rule_idle {
	RULE_RUNS,
	RULE_LEFT_OUT,   /* expired or absent, or it depends on a rule that is: a warning said so */
	RULE_SCORE_0,    /* switched off */
	RULE_LOCAL_OFF,  /* switched off by local_tests_only (rules/ruleset.h) */
	RULE_UNUSED      /* a sub-rule that no rule that runs uses */
};

/* Slices and names live as long as the set. A place whose file is NULL: there is no such line. */
struct rule_detail {
	struct str definition;    /* what stands after the name, as written (comments cut off) */
	struct str tflags;        /* as written; empty: none */
	double scores[RULE_DETAIL_SCORES]; /* SpamAssassin's score sets; all alike when one is given */
	size_t score_used;        /* which of them counts */
	struct place score_place, describe_place, tflags_place, expires_place;
	struct place shadows;     /* the definition that this one took the place of */
	int32_t expires;          /* the last day; DATE_MAX: never */
	enum rule_idle idle;
};
struct rule_detail rule_detail(const struct ruleset *rules, size_t index);

/* The k-th rule that a meta's expression names (one may come twice); SIZE_MAX after the last. */
size_t rule_part(const struct ruleset *rules, size_t index, size_t k);

/* The words that begin a statement here, in the parser's order (also those whose rules are
 * refused, but not settings that have no effect); NULL after the last. For editors' files. */
const char *rule_keyword(size_t k);
/* Whether a word is known at all: a keyword, or one of SpamAssassin's that depeer passes over or
 * refuses. */
bool rule_keyword_known(const char *word);

#endif
