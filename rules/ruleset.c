/* rules/ruleset: loads a set and shows what is in it; eval.c asks it.
 */
#include "rules/ruleset.h"

#include <stdlib.h>

#include "rules/check.h"
#include "rules/parse.h"
#include "rules/set.h"

struct ruleset *ruleset_load(const char *const *paths, size_t paths_n,
	const struct ruleset_options *options, struct diags *diags)
{
	struct ruleset *set = calloc(1, sizeof *set);
	size_t errors = diags->errors;
	if (set)
		set->arena = arena_create(SET_BYTES_MAX);
	if (!set || !set->arena) {
		diags_add(diags, DIAG_ERROR, (struct place){ NULL, 0, 0 }, "out of memory");
		free(set);
		return NULL;
	}
	for (size_t i = 0; i < paths_n; i++)
		parse_path(set, paths[i], diags);
	check_set(set, options, diags);
	/* wherever memory was spent a rule may be missing, and nobody would see it */
	if (diags->errors == errors && arena_spent(set->arena))
		diags_add(diags, DIAG_ERROR, (struct place){ NULL, 0, 0 }, "out of memory");
	if (diags->errors != errors)
		ruleset_free(&set);
	return set;
}

void ruleset_free(struct ruleset **rules)
{
	struct ruleset *set = *rules;
	if (set) {
		for (struct set_pattern *link = set->patterns; link; link = link->next)
			pattern_free(&link->pattern);
		arena_free(&set->arena);
		free(set);
	}
	*rules = NULL;
}

size_t ruleset_lists(const struct ruleset *rules)
{
	return rules->lists_n;
}

const struct ruleset_list *ruleset_list(const struct ruleset *rules, size_t index)
{
	return &rules->lists[index];
}

size_t ruleset_rules(const struct ruleset *rules)
{
	return rules->defined_n;
}

struct ruleset_rule ruleset_rule(const struct ruleset *rules, size_t index)
{
	const struct rule *rule = &rules->rules[index];
	return (struct ruleset_rule){
		.name = rule->name, .kind = rule_kind_name(rule->definition.kind),
		.describe = rule->describe ? rule->describe : "", .place = rule->definition.place,
		.score = rule->score, .observe = rule->observe, .sub_rule = rule->sub_rule,
		.runs = rule->needed, .absent = rule->absent, .stage = rule->stage
	};
}

bool ruleset_needs_full(const struct ruleset *rules)
{
	return rules->needs_full;
}

bool ruleset_needs_body(const struct ruleset *rules)
{
	return rules->needs_body;
}

bool ruleset_needs_uris(const struct ruleset *rules)
{
	return rules->needs_uris;
}

bool ruleset_needs_rawbody(const struct ruleset *rules)
{
	return rules->needs_rawbody;
}

bool ruleset_needs_parts(const struct ruleset *rules)
{
	return rules->needs_parts;
}

bool ruleset_needs_auth(const struct ruleset *rules)
{
	return rules->needs_auth;
}

bool ruleset_needs_tree(const struct ruleset *rules)
{
	return rules->needs_tree;
}

bool ruleset_needs_links(const struct ruleset *rules)
{
	return rules->needs_links;
}

bool ruleset_needs_signers(const struct ruleset *rules)
{
	const struct values *values = values_find(rules, "parse_dkim_uris", STR(""));
	return rules->needs_links &&
		!(values && values->n && str_equal(values->items[values->n - 1], STR("0")));
}

bool ruleset_has_redirectors(const struct ruleset *rules)
{
	return rules->redirectors_n > 0;
}

static int redirect(const struct ruleset *rules, struct matcher *matcher, struct str uri,
	struct str *target)
{
	for (size_t i = 0; i < rules->redirectors_n; i++) {
		struct str group;
		size_t start, end;
		enum pattern_result result = pattern_match(rules->redirectors[i], matcher, uri, 0,
			&start, &end);
		if (result == PATTERN_YES && pattern_first_group(rules->redirectors[i], matcher, uri,
		    &group))
			return -1;
		if (result == PATTERN_MEMORY)
			return -1;
		if (result == PATTERN_YES && str_find_byte(group, '.') != SIZE_MAX) {
			*target = group;
			return 0;
		}
	}
	return 0;
}

int ruleset_redirect(const struct ruleset *rules, struct str uri, struct str *target)
{
	struct matcher *matcher = matcher_create(NULL);
	*target = str_make(NULL, 0);
	int status = matcher ? redirect(rules, matcher, uri, target) : -1;
	matcher_free(&matcher);
	return status;
}

bool ruleset_needs_html(const struct ruleset *rules)
{
	return rules->needs_html;
}

const struct str *ruleset_origins(const struct ruleset *rules, size_t *n)
{
	*n = rules->origins_n;
	return rules->has_origins ? rules->origins : NULL;
}

unsigned ruleset_needs_dns(const struct ruleset *rules)
{
	return rules->needs_dns;
}

bool ruleset_needs_relays(const struct ruleset *rules)
{
	return rules->needs_relays;
}

bool ruleset_has_jit(const struct ruleset *rules)
{
	return !rules->no_jit;
}
