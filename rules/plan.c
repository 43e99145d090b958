/* rules/plan: what of a checked set is asked, and in which groups.
 */
#include "rules/plan.h"

enum { HEADER_RULES_FILTERED = 8 };

static bool switched_off(const struct rule *rule)
{
	return rule->disabled || rule_counts_zero(rule);
}

static void mark_needed(struct ruleset *set, const size_t *order, size_t order_n)
{
	for (size_t i = 0; i < set->defined_n; i++)
		set->rules[i].needed = !set->rules[i].sub_rule && !switched_off(&set->rules[i]);
	for (size_t i = order_n; i--;) { /* users before the used */
		const struct rule *rule = &set->rules[order[i]];
		const struct meta *meta = &rule->definition.meta;
		for (size_t k = 0; rule->needed && k < meta->n; k++)
			if (meta->ops[k].code == META_RULE && !switched_off(&set->rules[meta->ops[k].rule]))
				set->rules[meta->ops[k].rule].needed = true;
	}
}

/* Who captures must be asked when somebody wants to know. */
static void mark_captures(struct ruleset *set)
{
	bool wanted = false;
	for (size_t i = 0; i < set->defined_n; i++)
		wanted = wanted || (set->rules[i].needed && set->rules[i].definition.templated);
	for (size_t i = 0; wanted && i < set->defined_n; i++)
		if (set->rules[i].definition.captures && !switched_off(&set->rules[i]))
			set->rules[i].needed = true;
}

static bool is_templated(const struct rule *rule)
{
	return rule->definition.templated;
}

static bool is_network(const struct rule *rule)
{
	return rule->definition.kind == RULE_NETWORK || rule->definition.kind == RULE_FLUX;
}

static bool is_detail(const struct rule *rule)
{
	return rule->definition.kind == RULE_URI_DETAIL;
}

static bool is_call(const struct rule *rule)
{
	return rule->definition.calls;
}

/* The needed rules of a kind, in order. */
static const size_t *collect(struct ruleset *set, bool (*is)(const struct rule *rule), size_t *n)
{
	size_t *rules = ARENA_ARRAY(set->arena, size_t, set->defined_n);
	*n = 0;
	for (size_t i = 0; rules && i < set->defined_n; i++)
		if (set->rules[i].needed && is(&set->rules[i]))
			rules[(*n)++] = i;
	return rules;
}

static void note_needs(struct ruleset *set, const struct view *view)
{
	set->needs_body = set->needs_body || view->kind == VIEW_BODY;
	set->needs_uris = set->needs_uris || view->kind == VIEW_URI;
	set->needs_rawbody = set->needs_rawbody || view->kind == VIEW_RAWBODY;
	set->needs_parts = set->needs_parts || view->kind == VIEW_MIME;
	set->needs_full = set->needs_full || view->kind == VIEW_FULL;
	set->needs_relays = set->needs_relays || view_needs_relays(view);
}

static void note_needs_of_network(struct ruleset *set, const struct network_rule *rule)
{
	static const unsigned DNS[] = {
		[NETWORK_URL] = RULESET_DNS_URL, [NETWORK_URL_NS] = RULESET_DNS_URL_NS,
		[NETWORK_MX] = RULESET_DNS_MX, [NETWORK_HELO] = RULESET_DNS_HELO,
		[NETWORK_FROM] = RULESET_DNS_FROM
	};
	set->needs_relays = set->needs_relays || rule->subject == NETWORK_RELAY;
	set->needs_dns |= DNS[rule->subject] |
		(network_rule_needs_dns(rule) ? RULESET_DNS_ONLY : 0u);
}

static void add_view(struct ruleset *set, struct rule *rule)
{
	const struct view *view = &rule->definition.view;
	note_needs(set, view);
	size_t i = 0;
	while (i < set->views_n && !view_equal(&set->views[i].view, view))
		i++;
	rule->view_number = i;
	if (i == set->views_n)
		set->views[set->views_n++].view = *view;
	set->views[i].rules_n++;
}

static int group_views(struct ruleset *set)
{
	set->views = ARENA_ARRAY(set->arena, struct set_view, set->defined_n + 1);
	if (!set->views)
		return -1;
	for (size_t i = 0; i < set->defined_n; i++) {
		struct rule *rule = &set->rules[i];
		rule->view_number = SIZE_MAX;
		if (rule->needed && rule_looks_at_view(rule))
			add_view(set, rule);
		if (rule->needed && is_templated(rule))
			note_needs(set, &rule->definition.view);
		if (rule->needed && is_network(rule))
			note_needs_of_network(set, &rule->definition.network);
	}
	for (size_t i = 0; i < set->views_n; i++) {
		size_t *rules = ARENA_ARRAY(set->arena, size_t, set->views[i].rules_n);
		if (!rules)
			return -1;
		set->views[i].rules = rules;
		set->views[i].rules_n = 0;
		for (size_t k = 0; k < set->defined_n; k++)
			if (set->rules[k].view_number == i)
				rules[set->views[i].rules_n++] = k;
	}
	return 0;
}

/* The patterns that stand beside the rules' own. */
static void make_code_of_links(struct ruleset *set)
{
	for (size_t i = 0; i < set->redirectors_n; i++)
		set->no_jit = !pattern_jit(set->redirectors[i]) || set->no_jit;
	for (size_t i = 0; i < set->defined_n; i++) {
		const struct uri_detail *detail = set->rules[i].definition.detail;
		for (size_t key = 0; set->rules[i].needed && detail && key < URI_DETAIL_KEYS; key++)
			if (detail->keys[key].pattern && !pattern_jit(detail->keys[key].pattern))
				set->no_jit = true;
	}
}

static void make_code(struct ruleset *set, const struct ruleset_options *options)
{
	set->no_jit = options->no_jit;
	if (!options->no_jit)
		make_code_of_links(set);
	for (size_t i = 0; i < set->defined_n && !options->no_jit; i++) {
		const struct definition *definition = &set->rules[i].definition;
		struct pattern *pattern = definition->kind == RULE_NETWORK ? definition->network.org :
			definition->pattern;
		if (set->rules[i].needed && pattern && !pattern_jit(pattern))
			set->no_jit = true;
	}
}

/* A missing header is the same text each time, so what rules say of it is known now. */
static bool silent_when_absent(const struct rule *rule, struct matcher *matcher)
{
	const struct definition *definition = &rule->definition;
	size_t start, end;
	if (definition->kind != RULE_HEADER || !definition->pattern)
		return true;
	return !definition->negated && pattern_match(definition->pattern, matcher,
		definition->if_unset, 0, &start, &end) == PATTERN_NO;
}

static int prepare_view(struct ruleset *set, struct set_view *view, bool shortcuts,
	struct matcher *matcher)
{
	size_t *absent = ARENA_ARRAY(set->arena, size_t, view->rules_n);
	struct prefilter_regex *regexes = ARENA_ARRAY(set->arena, struct prefilter_regex,
		view->rules_n);
	if (!absent || !regexes)
		return -1;
	view->stage = view_stage(&view->view);
	view->absent = absent;
	for (size_t i = 0; i < view->rules_n; i++) {
		const struct rule *rule = &set->rules[view->rules[i]];
		const struct definition *definition = &rule->definition;
		if (!shortcuts || !silent_when_absent(rule, matcher))
			absent[view->absent_n++] = view->rules[i];
		regexes[i] = (struct prefilter_regex){ .text = definition->regex.body,
			.modifiers = definition->regex.modifiers,
			.always = definition->negated || !definition->pattern ||
				definition->has_if_unset };
	}
	/* a header is short, and most regexes on headers are anchored: few of them are sooner asked */
	bool filter = shortcuts && (view->view.kind != VIEW_HEADER ||
		view->rules_n >= HEADER_RULES_FILTERED);
	return filter ? prefilter_build(regexes, view->rules_n, set->arena, &view->prefilter) : 0;
}

static int prepare_views(struct ruleset *set, bool shortcuts)
{
	struct matcher *matcher = matcher_create(NULL);
	int status = matcher ? 0 : -1;
	for (size_t i = 0; !status && i < set->views_n; i++)
		status = prepare_view(set, &set->views[i], shortcuts, matcher);
	matcher_free(&matcher);
	return status;
}

/* What the needed checks look at. */
static void note_needs_of_calls(struct ruleset *set)
{
	for (size_t i = 0; i < set->calls_n; i++) {
		unsigned needs = set->rules[set->calls[i]].definition.call.entry->needs;
		set->needs_relays = set->needs_relays ||
			(needs & (CHECK_RELAYS | CHECK_AUTH));
		set->needs_auth = set->needs_auth || (needs & CHECK_AUTH);
		set->needs_body = set->needs_body || (needs & CHECK_BODY);
		set->needs_parts = set->needs_parts || (needs & CHECK_PARTS);
		set->needs_rawbody = set->needs_rawbody || (needs & CHECK_RAWBODY);
		set->needs_tree = set->needs_tree || (needs & CHECK_TREE);
		set->needs_links = set->needs_links || (needs & CHECK_LINKS);
		set->needs_uris = set->needs_uris || (needs & CHECK_URIS);
		set->needs_html = set->needs_html || (needs & CHECK_HTML);
	}
}

static int collect_all(struct ruleset *set, const size_t *order, size_t order_n)
{
	size_t *metas = ARENA_ARRAY(set->arena, size_t, order_n);
	set->networks = collect(set, is_network, &set->networks_n);
	set->calls = collect(set, is_call, &set->calls_n);
	set->details = collect(set, is_detail, &set->details_n);
	set->templates = collect(set, is_templated, &set->templates_n);
	if (!metas || !set->networks || !set->calls || !set->templates || !set->details)
		return -1;
	for (size_t i = 0; i < order_n; i++)
		if (set->rules[order[i]].needed)
			metas[set->metas_n++] = order[i];
	set->metas = metas;
	set->needs_links = set->details_n > 0;
	note_needs_of_calls(set);
	return 0;
}

int plan_set(struct ruleset *set, const size_t *order, size_t order_n,
	const struct ruleset_options *options)
{
	mark_needed(set, order, order_n);
	mark_captures(set);
	if (group_views(set))
		return -1;
	make_code(set, options);
	if (prepare_views(set, !options->no_prefilter))
		return -1;
	return collect_all(set, order, order_n);
}
