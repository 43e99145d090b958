/* rules/detail: reads a set's records for people.
 */
#include "rules/detail.h"

#include <string.h>

#include "base/date.h"
#include "rules/set.h"

static enum rule_idle idle_of(const struct rule *rule)
{
	if (rule->needed)
		return RULE_RUNS;
	if (rule->disabled)
		return RULE_LEFT_OUT;
	if (rule->local_off)
		return RULE_LOCAL_OFF;
	return rule->has_score && rule->score == 0 ? RULE_SCORE_0 : RULE_UNUSED;
}

struct rule_detail rule_detail(const struct ruleset *rules, size_t index)
{
	const struct rule *rule = &rules->rules[index];
	struct rule_detail detail = {
		.definition = rule->definition.text, .tflags = rule->tflags,
		.score_used = RULE_SCORE_SET, .score_place = rule->score_place,
		.describe_place = rule->describe_place, .tflags_place = rule->tflags_place,
		.expires_place = rule->expires_place, .shadows = rule->definition.shadows,
		.expires = rule->has_expiry ? rule->expires : DATE_MAX, .idle = idle_of(rule)
	};
	_Static_assert((int)RULE_DETAIL_SCORES == (int)RULE_SCORES, "scores are copied one by one");
	for (size_t i = 0; i < RULE_SCORES; i++)
		detail.scores[i] = rule->has_score ? rule->scores[i] : rule->score;
	return detail;
}

size_t rule_part(const struct ruleset *rules, size_t index, size_t k)
{
	const struct definition *definition = &rules->rules[index].definition;
	if (definition->kind != RULE_META)
		return SIZE_MAX;
	for (size_t i = 0; i < definition->meta.n; i++)
		if (definition->meta.ops[i].code == META_RULE && k-- == 0)
			return definition->meta.ops[i].rule;
	return SIZE_MAX;
}
