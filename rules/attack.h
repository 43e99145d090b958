/* rules/attack: texts that a careless regex is slow on.
 *
 * What makes a backtracking matcher slow is a long run of what a repeated piece takes, behind
 * what must come before it, and no match in the end: for /<a[^>]*b/ a run of "<a<a<a...". The
 * texts are made of the regex's own pieces: before each piece that repeats without a near end,
 * what leads to it; then the piece again and again, in a byte that it alone takes and in one
 * that the next repeated piece takes as well (/\s+[\s\d]+x/). A guess, and no proof: a regex that
 * is quick on all of them may be slow on another.
 */
#ifndef DEPEER_RULES_ATTACK_H
#define DEPEER_RULES_ATTACK_H

#include "base/arena.h"
#include "base/str.h"

enum { ATTACK_TEXTS_MAX = 48 };

struct attack {
	struct str texts[ATTACK_TEXTS_MAX]; /* `size` (>= 2) bytes each, in the arena */
	size_t n;
};

/* For a regex that pattern_compile has accepted. Nothing repeats: n is 0. 0, or -1 when the
 * arena is spent. */
int attack_make(struct str regex, struct str modifiers, size_t size, struct arena *arena,
	struct attack *out);

#endif
