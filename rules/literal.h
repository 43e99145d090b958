/* rules/literal: the text that a regex cannot match without.
 *
 * Reads a regex and names a small set of words (rules/factor) such that every match of it
 * contains at least one: "viagra" or "cialis" for /\b(?:viagra|cialis)\b/i; of a regex with many
 * letters of other scripts, at least one or some of those (rules/odd). A subject that has none of
 * them needs no regex (rules/prefilter). It says "none" whenever it is in doubt:
 * conditions, recursion, verbs, \Q..\E, Unicode properties, whatever it does not know.
 *
 * What holds for PCRE2 on bytes in the C locale with the options of rules/pattern: only ASCII
 * letters have two cases; what assertions ask is ignored; a lower case regex is treated as if
 * it were caseless. literal_test and literal_fuzz hold it against PCRE2.
 */
#ifndef DEPEER_RULES_LITERAL_H
#define DEPEER_RULES_LITERAL_H

#include "base/arena.h"
#include "base/str.h"
#include "rules/factor.h"

enum { LITERAL_DEPTH_MAX = 60 }; /* groups within each other; deeper: none */

struct literals {
	const struct factor_word *words;   /* n 0: none, the regex must always be asked */
	size_t n;
	const struct byte_set *sets;       /* what the words refer to */
	const uint32_t *classes;           /* of the sets (rules/factor), */
	const double *key_weights;         /* and their weights */
	uint64_t odd;                      /* of rules/odd: a match may have one of these instead */
	unsigned times;                    /* how many words a match has, at least: 1, or more */
	double cost;                       /* how often a word is expected in a byte of text */
};

/* Reads a regex that pattern_compile has accepted. All memory is the arena's (some 100 KiB).
 * 0, or -1 when it is spent. */
int literal_read(struct str text, struct str modifiers, struct arena *arena,
	struct literals *out);

#endif
