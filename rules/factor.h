/* rules/factor: what every match of a regex must contain: the arithmetic of rules/literal.
 *
 * A word is a short sequence of byte sets: /v[i1]a/ is one word of three sets. A factor says of
 * a piece of a regex, as a set of words each:
 *   exact   all that it can match, if that is little;
 *   prefix  one of them begins every match, suffix: one of them ends it ("" says nothing);
 *   best    one of them stands somewhere in every match: the rarest such set seen so far.
 * Everything here may say too little, never too much: a set of words may hold strings that the
 * piece does not match, but no match lacks all of them. (The idea is that of Russ Cox, "Regular
 * Expression Matching with a Trigram Index", 2012; ours keeps words in place of trigrams.)
 *
 * All of it holds for the matches that have none of the letters of other scripts in `odd`
 * (rules/odd); where there are many of these among the alternatives, they are shed.
 *
 * Case is ignored: a set that has a letter has it in both cases, which is weaker, thus safe.
 */
#ifndef DEPEER_RULES_FACTOR_H
#define DEPEER_RULES_FACTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"
#include "rules/key.h"

enum {
	FACTOR_WORD_MAX = 16,   /* sets in a word; a longer one is cut */
	FACTOR_WORDS_MAX = 128, /* words in exact, prefix and suffix; more: nothing is known */
	FACTOR_BEST_MAX = 512   /* words in best */
};

struct factor_word {
	uint16_t at[FACTOR_WORD_MAX]; /* numbers of sets in the pool; the unused ones are 0 */
	uint8_t n;
};
struct factor_words {
	struct factor_word *items; /* never changed once made: may be shared */
	size_t n;
};
struct factor {
	bool exact;                 /* then prefix and suffix are all that it matches */
	struct factor_words prefix, suffix;
	struct factor_words best;   /* n 0: none */
	double cost;                /* of best: how often it is expected in a byte of text */
	uint64_t odd;               /* bits of rules/odd: other matches have one of these */
	/* of a piece that is repeated: words that stand in every match so many times, at places that
	 * do not overlap; n 0: none */
	struct factor_words often;
	unsigned times;
};

/* The sets of a regex, each once. Sets 0..255 are that byte alone (a letter: in both cases, the
 * set of 'A' is that of 'a'). */
struct factor_pool {
	struct arena *arena;
	struct key_table table;
	struct byte_set *sets;
	uint32_t *classes;          /* of its bytes (rules/key) */
	double *weights;            /* how often a byte of the set is expected in a byte of text */
	double *key_weights;        /* and one of its classes */
	size_t n, capacity;
	bool shedding;              /* may words be shed? */
	bool failed;                /* memory was spent: what was made since is not to be used */
};
/* 0, or -1 when memory is spent. */
int factor_pool_start(struct factor_pool *pool, struct arena *arena);

struct factor factor_empty(struct factor_pool *pool);    /* matches "" only */
struct factor factor_any(struct factor_pool *pool);      /* anything at all */
/* One byte of the set, or of the other case of its letters. */
struct factor factor_set(struct factor_pool *pool, const struct byte_set *set);
struct factor factor_byte(struct factor_pool *pool, unsigned char byte);
struct factor factor_join(struct factor_pool *pool, const struct factor *a,
	const struct factor *b);
struct factor factor_either(struct factor_pool *pool, const struct factor *a,
	const struct factor *b);
enum { FACTOR_UNBOUNDED = -1 };
/* From `min` to `max` (or FACTOR_UNBOUNDED) times. */
struct factor factor_repeat(struct factor_pool *pool, const struct factor *a, int min, int max);

/* The rarest set of words of which every match contains one, with its cost (a little more
 * than how often it is expected: what it costs to look for it is in it); n 0: none, and the
 * cost is infinite. */
struct factor_words factor_best(struct factor_pool *pool, const struct factor *a, double *cost);

#endif
