/* rules/plan: what of a checked set is asked, and in which groups.
 *
 * Rules that are neither scored nor observed nor used by one that is do not run. The others are
 * grouped by the view that they look at, so that a message's text is prepared once and searched
 * once for the words of all of them (rules/prefilter); their patterns become machine code; and the
 * set says what the reader of a message has to prepare.
 */
#ifndef DEPEER_RULES_PLAN_H
#define DEPEER_RULES_PLAN_H

#include "rules/set.h"

/* `order`: the metas, each after those it uses. 0, or -1 when memory is spent. */
int plan_set(struct ruleset *set, const size_t *order, size_t order_n,
	const struct ruleset_options *options);

#endif
