/* rules/lint: what is right in a set and yet hardly meant (depeer check).
 *
 * A set that is loaded is free of errors; these are warnings and notes about rules that can
 * never hit, hit always, or are slow on mail that was made for it.
 */
#ifndef DEPEER_RULES_LINT_H
#define DEPEER_RULES_LINT_H

#include "base/diag.h"
#include "rules/ruleset.h"

/* Bytes of the texts that regexes are tried on: what rules see of a view at most (rules/fact),
 * but not more than 8 KiB. */
enum { LINT_BODY_SIZE = FACT_BODY_STRING_MAX, LINT_SIZE = FACT_HEADER_MAX };
/* A regex is slow that tries more items of the pattern than this on one text: a count, which is
 * the same on every machine. */
enum { LINT_STEPS_MAX = 1000000 };

/* Warnings: a meta that is always or never true, whatever mail says; a regex whose matches are
 * longer than any text it is asked of. Notes: rules that do not run, a meta that is never true
 * because of such, a definition that stands in place of another file's, a list that no rule
 * asks. 0, or -1 when memory is spent. */
int lint_set(const struct ruleset *rules, struct diags *diags);

/* Tries the regex of one rule on texts that attack it (rules/attack): a note when it is slow on
 * one; a warning when its steps also grow faster than by the square of the text's length.
 * Milliseconds; a rule without a regex, or one that does not run, costs nothing. 0, or -1 when
 * memory is spent. */
int lint_slow(const struct ruleset *rules, size_t index, struct diags *diags);

#endif
