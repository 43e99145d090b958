/* base/suggest: "did you mean ...?"
 *
 * Feed every valid word; the nearest by edit distance (insert, delete, replace, swap of
 * neighbours; ASCII case is ignored) wins, if it is near enough to be a typing error: at most a
 * third of the word's length, and at least one edit is allowed from three letters on.
 */
#ifndef DEPEER_BASE_SUGGEST_H
#define DEPEER_BASE_SUGGEST_H

#include <stddef.h>

#include "base/str.h"

struct suggest {
	struct str wanted;  /* what the admin wrote */
	const char *best;   /* NULL: nothing near */
	size_t distance;
};

struct suggest suggest_begin(struct str wanted);
void suggest_offer(struct suggest *suggest, const char *candidate); /* kept by reference */
/* " (did you mean 'x'?)" or "" into out; returns out. */
const char *suggest_text(const struct suggest *suggest, char *out, size_t size);

#endif
