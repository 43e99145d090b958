/* rules/capture: what named groups of some rules matched, for %{NAME} in the regexes of others.
 *
 * As SpamAssassin 4 has it: (?<NAME>...) with a name of capitals, digits and underscores sets NAME
 * to all that the rule's hits matched there; %{NAME} matches any of these, letter by letter, and a
 * rule whose NAME was not set is not asked. "\\%{NAME}" is text.
 */
#ifndef DEPEER_RULES_CAPTURE_H
#define DEPEER_RULES_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"

enum { CAPTURE_MAX = 100, CAPTURE_VALUE_MAX = 1000 }; /* values a mail; bytes of one */

/* Zero-initialise. */
struct captures {
	struct {
		struct str name, value; /* borrowed */
	} items[CAPTURE_MAX];
	size_t n;
};
/* Keeps what is not kept yet, not empty and within the limits. */
void capture_add(struct captures *captures, struct str name, struct str value);

/* The next "%{NAME}" of a regex from *at on, which is set behind it; false: none is left. */
bool capture_next(struct str regex, size_t *at, struct str *name);
/* Does the regex have a group of this name (empty: of any name that counts)? */
bool capture_sets(struct str regex, struct str name);

/* The regex with each %{NAME} as what it may match; with `captures` NULL, as text that compiles.
 * ptr NULL: a NAME was not set, or memory is spent (arena_spent). */
struct str capture_fill(struct str regex, const struct captures *captures, struct arena *arena);

#endif
