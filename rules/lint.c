/* rules/lint: looks at a set as a whole, and at each regex under attack.
 */
#include "rules/lint.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "rules/attack.h"
#include "rules/set.h"

enum { ATTACK_BYTES_MAX = 8 * 1024 * 1024 };

#define LINT_GROWTH 5.0 /* between what is quadratic (4) and what is cubic (8) */

/* A rule that is not a meta: not at all, or as often as it may. */
static struct meta_value any_count(const struct rule *rule)
{
	if (rule->definition.calls)
		return meta_unknown();
	bool once = rule->definition.kind == RULE_URI_DETAIL || rule->definition.negated;
	double most = !rule->multiple || once ? 1 :
		rule->maxhits ? rule->maxhits : DBL_MAX;
	return (struct meta_value){ 0, most };
}

/* `idle`: rules that do not run count 0, as they do. */
static struct meta_value *value_metas(const struct ruleset *set, bool idle)
{
	struct meta_value *values = calloc(set->defined_n + 1, sizeof *values);
	for (size_t i = 0; values && i < set->defined_n; i++)
		if (set->rules[i].definition.kind != RULE_META && (!idle || set->rules[i].needed))
			values[i] = any_count(&set->rules[i]);
	for (size_t i = 0; values && !idle && i < set->defined_n; i++)
		if (set->rules[i].definition.kind == RULE_META && !set->rules[i].needed)
			values[i] = meta_unknown();
	for (size_t i = 0; values && i < set->metas_n; i++)
		values[set->metas[i]] = meta_eval(&set->rules[set->metas[i]].definition.meta, values);
	return values;
}

static int lint_metas(const struct ruleset *set, struct diags *diags)
{
	struct meta_value *free_values = value_metas(set, false), *values = value_metas(set, true);
	for (size_t i = 0; free_values && values && i < set->metas_n; i++) {
		const struct rule *rule = &set->rules[set->metas[i]];
		struct place place = rule->definition.place;
		struct meta_value whatever = free_values[set->metas[i]], now = values[set->metas[i]];
		if (meta_true(whatever))
			diags_add(diags, DIAG_WARNING, place, "'%s' hits every mail: its expression is "
				"always true", rule->name);
		else if (meta_false(whatever))
			diags_add(diags, DIAG_WARNING, place, "'%s' can never hit: its expression is never "
				"true", rule->name);
		else if (meta_true(now) || meta_false(now))
			diags_add(diags, DIAG_NOTE, place, "'%s' can %s: rules that it needs do not run",
				rule->name, meta_true(now) ? "only be true" : "never hit");
	}
	int status = free_values && values ? 0 : -1;
	free(free_values);
	free(values);
	return status;
}

static size_t longest_text(const struct rule *rule)
{
	static const size_t most[RULE_KINDS] = { [RULE_HEADER] = FACT_HEADER_MAX,
		[RULE_BODY] = FACT_BODY_STRING_MAX, [RULE_URI] = FACT_URL_MAX,
		[RULE_FULL] = FACT_FULL_MAX };
	return most[rule->definition.kind];
}

static void lint_length(const struct rule *rule, struct diags *diags)
{
	const struct definition *definition = &rule->definition;
	size_t most = longest_text(rule);
	size_t least = definition->pattern ? pattern_least(definition->pattern) : 0;
	if (most && least > most && !definition->negated)
		diags_add(diags, DIAG_WARNING, definition->place, "'%s' can never hit: a match has %zu "
			"bytes or more, and a %s rule sees %zu at a time", rule->name, least,
			rule_kind_name(definition->kind), most);
}

static void lint_idle(const struct rule *rule, struct diags *diags)
{
	if (rule->absent)
		diags_add(diags, DIAG_NOTE, rule->definition.place,
			"'%s' does not run: it needs %s, which is absent", rule->name, rule->absent);
	if (rule->needed || rule->disabled)
		return;
	if (rule->has_score && rule->score == 0)
		diags_add(diags, DIAG_NOTE, rule->score_place, "'%s' does not run: its score is 0",
			rule->name);
	else
		diags_add(diags, DIAG_NOTE, rule->definition.place,
			"'%s' does not run: no rule that runs uses it", rule->name);
}

static bool asks_list(const struct rule *rule, size_t list)
{
	const struct network_rule *network = &rule->definition.network;
	if (rule->definition.kind != RULE_NETWORK || network->what != NETWORK_IN)
		return false;
	for (size_t i = 0; i < network->words_n; i++)
		if (network->words[i].list == list)
			return true;
	return false;
}

static void lint_lists(const struct ruleset *set, struct diags *diags)
{
	for (size_t k = 0; k < set->lists_n; k++) {
		size_t i = 0;
		while (i < set->defined_n && !asks_list(&set->rules[i], k))
			i++;
		if (i == set->defined_n)
			diags_add(diags, DIAG_NOTE, set->lists[k].place, "no rule asks the list '%s'",
				set->lists[k].name);
	}
}

int lint_set(const struct ruleset *rules, struct diags *diags)
{
	for (size_t i = 0; i < rules->defined_n; i++) {
		const struct rule *rule = &rules->rules[i];
		const struct place *shadows = &rule->definition.shadows;
		if (shadows->file)
			diags_add(diags, DIAG_NOTE, rule->definition.place,
				"'%s' takes the place of the definition at %s:%u", rule->name, shadows->file,
				shadows->line);
		lint_length(rule, diags);
		lint_idle(rule, diags);
	}
	lint_lists(rules, diags);
	return lint_metas(rules, diags);
}

/* A regex under attack. */
struct trial {
	struct pattern *pattern;
	struct matcher *matcher;
	uint64_t worst;       /* steps; more than LINT_STEPS_MAX: it gave up */
	struct str text;      /* on this one */
};

static void try_text(struct trial *trial, struct str text)
{
	size_t start, end;
	matcher_count(trial->matcher, LINT_STEPS_MAX);
	enum pattern_result result = pattern_match(trial->pattern, trial->matcher, text, 0, &start,
		&end);
	uint64_t steps = matcher_counted(trial->matcher);
	if (result == PATTERN_LIMIT || result == PATTERN_BUDGET)
		steps = LINT_STEPS_MAX + 1;
	if (steps > trial->worst) {
		trial->worst = steps;
		trial->text = text;
	}
}

/* How many times the steps grow when the text does to twice its length: from shorter texts of the
 * same make, that are quick enough to be counted to the end. 0: not even 64 bytes are. */
static double growth(const struct trial *trial, char *copy)
{
	struct str text = trial->text;
	for (size_t size = text.len / 2; size >= 64; size /= 2) {
		uint64_t steps[2];
		for (size_t i = 0; i < 2; i++) {
			struct trial part = { .pattern = trial->pattern, .matcher = trial->matcher };
			size_t n = size >> i;
			memcpy(copy, text.ptr, n - 2);
			memcpy(copy + n - 2, text.ptr + text.len - 2, 2); /* its end is of weight */
			try_text(&part, str_make(copy, n));
			steps[i] = part.worst;
		}
		if (steps[0] <= LINT_STEPS_MAX && steps[1])
			return (double)steps[0] / (double)steps[1];
	}
	return 0;
}

/* What grows as the square of the text is long is common and bearable (8 KiB: some 30 ms); what
 * grows faster can hold up a message until its budget is spent. */
static int report(const struct trial *trial, const struct rule *rule, struct diags *diags)
{
	char ratio[80] = "and on 64 bytes too", shown[25], *copy = malloc(trial->text.len);
	double times = copy ? growth(trial, copy) : 0;
	size_t n = 0;
	for (; n < sizeof shown - 1 && n < trial->text.len; n++)
		shown[n] = trial->text.ptr[n] < ' ' || trial->text.ptr[n] > '~' ? '?' : trial->text.ptr[n];
	shown[n] = '\0';
	if (times > 0)
		snprintf(ratio, sizeof ratio, "%.1f times as many for twice the text", times);
	diags_add(diags, times > 0 && times < LINT_GROWTH ? DIAG_NOTE : DIAG_WARNING,
		rule->definition.place, "'%s' is slow on hostile text: more than %d steps on %zu bytes "
		"of '%s...', %s", rule->name, LINT_STEPS_MAX, trial->text.len, shown, ratio);
	bool good = copy != NULL;
	free(copy);
	return good ? 0 : -1;
}

static int attack_rule(const struct rule *rule, struct arena *arena, struct diags *diags)
{
	const struct regex_text *regex = &rule->definition.regex;
	struct pattern_error error;
	struct attack *attack = ARENA_NEW(arena, struct attack);
	/* one for long subjects counts its steps */
	struct trial trial = { .matcher = matcher_create(NULL),
		.pattern = pattern_compile(regex->body, regex->modifiers, true, &error) };
	/* a very long regex has no room for counting: it is not tried */
	int status = !attack || !trial.matcher ? -1 : trial.pattern ? attack_make(regex->body,
		regex->modifiers, rule->definition.kind == RULE_BODY ? LINT_BODY_SIZE : LINT_SIZE, arena,
		attack) : 0;
	if (!status && trial.pattern && attack->n)
		pattern_jit(trial.pattern);
	for (size_t i = 0; !status && i < attack->n && trial.worst <= LINT_STEPS_MAX; i++)
		try_text(&trial, attack->texts[i]);
	if (!status && trial.worst > LINT_STEPS_MAX)
		status = report(&trial, rule, diags);
	pattern_free(&trial.pattern);
	matcher_free(&trial.matcher);
	return status;
}

int lint_slow(const struct ruleset *rules, size_t index, struct diags *diags)
{
	const struct rule *rule = &rules->rules[index];
	if (!rule->needed || rule->definition.kind >= RULE_META || !rule->definition.pattern)
		return 0;
	struct arena *arena = arena_create(ATTACK_BYTES_MAX);
	int status = arena ? attack_rule(rule, arena, diags) : -1;
	arena_free(&arena);
	return status;
}
