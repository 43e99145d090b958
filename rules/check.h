/* rules/check: what the files say, as a whole.
 *
 * Resolves names (metas' rules, network rules' lists), refuses cycles, leaves expired rules out,
 * tells what is absent, and has rules/plan decide what runs. All errors are found.
 */
#ifndef DEPEER_RULES_CHECK_H
#define DEPEER_RULES_CHECK_H

#include "base/diag.h"
#include "rules/set.h"

enum { CHECK_META_CHAIN_MAX = 1000 }; /* metas that use metas */

void check_set(struct ruleset *set, const struct ruleset_options *options, struct diags *diags);

#endif
