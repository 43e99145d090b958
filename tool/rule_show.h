/* tool/rule_show: one rule with all that is known of it: where each line stands, what it depends
 * on and what depends on it.
 */
#ifndef DEPEER_TOOL_RULE_SHOW_H
#define DEPEER_TOOL_RULE_SHOW_H

#include "rules/ruleset.h"
#include "tool/output.h"

extern const char *const rule_stages[]; /* by enum fact_stage */

/* The rules that the roots' metas name, and those that these name, and so on. */
struct rule_closure {
	size_t *items;     /* depth first; the rule itself is not among them */
	unsigned *depths;  /* 1: named by the rule itself */
	size_t n;
};
/* down: what `index` needs; else: what needs it. Free with rule_closure_clear. -1: memory. */
int rule_closure_find(const struct ruleset *rules, size_t index, bool down,
	struct rule_closure *out);
void rule_closure_clear(struct rule_closure *closure);

/* 0, or -1 (memory, said on stderr). */
int rule_show_text(const struct output *output, const struct ruleset *rules, size_t index);
int rule_show_json(const struct output *output, const struct ruleset *rules, size_t index);

/* The keys that every rule has, also in a list of rules. NULL: memory. */
json_t *rule_show_object(const struct ruleset_rule *rule);

#endif
