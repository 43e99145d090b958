/* rules/check: from records to something that can be asked. What then runs, and in which order, is
 * rules/plan's.
 */
#include "rules/check.h"

#include <string.h>

#include "base/date.h"
#include "base/suggest.h"
#include "rules/plan.h"

enum { SUGGESTED_MAX = 100 };

struct checker {
	struct ruleset *set;
	struct diags *diags;
	const struct ruleset_options *options;
	size_t *path;       /* metas being walked, for the text of a cycle */
	size_t path_n;
	size_t *order;      /* metas, each after those it uses */
	size_t order_n;
	unsigned suggested; /* searches for "did you mean" */
};

static int spent(struct checker *checker)
{
	diags_add(checker->diags, DIAG_ERROR, (struct place){ NULL, 0, 0 }, "out of memory");
	return -1;
}

/* Records in the order of their definitions; names without one go to the end. */
static int sort_records(struct checker *checker)
{
	struct ruleset *set = checker->set;
	struct rule *sorted = ARENA_ARRAY(set->arena, struct rule, set->rules_n);
	if (!sorted)
		return spent(checker);
	set->defined_n = set->order_next;
	size_t others = set->defined_n;
	for (size_t i = 0; i < set->rules_n; i++)
		sorted[set->rules[i].defined ? set->rules[i].order : others++] = set->rules[i];
	set->rules = sorted;
	set->rules_capacity = set->rules_n;
	return set_rehash(set) ? spent(checker) : 0;
}

/* Each search looks at every rule: a file with very many wrong names gets no more of them. */
static const char *suggest_rule(struct checker *checker, struct str name, char *out, size_t size)
{
	const struct ruleset *set = checker->set;
	struct suggest suggest = suggest_begin(name);
	for (size_t i = 0; i < set->defined_n && checker->suggested < SUGGESTED_MAX; i++)
		suggest_offer(&suggest, set->rules[i].name);
	checker->suggested++;
	return suggest_text(&suggest, out, size);
}

static void check_undefined(struct checker *checker)
{
	char hint[RULE_NAME_MAX + 40];
	for (size_t i = checker->set->defined_n; i < checker->set->rules_n; i++) {
		const struct rule *rule = &checker->set->rules[i];
		const struct {
			struct place place;
			const char *what;
			enum diag_severity severity;
		} settings[] = {
			{ rule->score_place, "score", DIAG_WARNING },
			{ rule->describe_place, "describe", DIAG_WARNING },
			{ rule->tflags_place, "tflags", DIAG_WARNING },
			{ rule->expires_place, "expires", DIAG_ERROR },
		};
		if (rule->skipped)
			continue;
		suggest_rule(checker, str_from(rule->name), hint, sizeof hint);
		for (size_t k = 0; k < sizeof settings / sizeof *settings; k++)
			if (settings[k].place.file)
				diags_add(checker->diags, settings[k].severity, settings[k].place,
					"'%s' for unknown rule '%s'%s", settings[k].what, rule->name, hint);
	}
}

static void set_score(struct rule *rule)
{
	double usual = !strncmp(rule->name, "T_", 2) ? 0.01 : 1.0;
	rule->sub_rule = !strncmp(rule->name, "__", 2);
	rule->score = rule->has_score ? rule->scores[RULE_SCORE_SET] : rule->nice ? -usual : usual;
}

static void check_expiry(struct checker *checker, struct rule *rule)
{
	char day[DATE_TEXT_MAX];
	if (!rule->has_expiry || checker->options->today <= rule->expires)
		return;
	rule->disabled = true;
	diags_add(checker->diags, DIAG_WARNING, rule->expires_place,
		"'%s' has expired on %s and is left out", rule->name, date_format(rule->expires, day));
}

/* Its number; SIZE_MAX, and complained of: there is none of that name. */
static size_t find_list(struct checker *checker, struct str name, struct place place)
{
	const struct ruleset *set = checker->set;
	struct suggest suggest = suggest_begin(name);
	char hint[160];
	for (size_t i = 0; i < set->lists_n; i++) {
		suggest_offer(&suggest, set->lists[i].name);
		if (str_equal(name, str_from(set->lists[i].name)))
			return i;
	}
	diags_add(checker->diags, DIAG_ERROR, place, "unknown list '%.*s'%s",
		(int)(name.len < 100 ? name.len : 100), name.ptr,
		suggest_text(&suggest, hint, sizeof hint));
	return SIZE_MAX;
}

static void check_network(struct checker *checker, struct rule *rule)
{
	struct network_rule *test = &rule->definition.network;
	for (size_t i = 0; test->what == NETWORK_IN && i < test->words_n; i++)
		test->words[i].list = find_list(checker, test->words[i].text, test->words[i].place);
}

/* Of several for one list the last counts, and stands first. */
static void check_list_ages(struct checker *checker)
{
	for (struct list_age *age = checker->set->list_ages; age; age = age->next) {
		size_t i = find_list(checker, age->list, age->place);
		struct ruleset_list *list = i == SIZE_MAX ? NULL : &checker->set->lists[i];
		if (!list || list->max_age)
			continue;
		list->max_age = age->days;
		list->max_age_place = age->place;
	}
}

static bool resolve_rule(void *context, const struct meta_name *name, struct meta_op *op)
{
	struct checker *checker = context;
	char hint[RULE_NAME_MAX + 40];
	int shown = (int)(name->name.len < 100 ? name->name.len : 100);
	if (name->has_argument) {
		diags_add(checker->diags, DIAG_ERROR, name->place, "'%.*s(...)' is no function: only "
			"rules_matching(GLOB)", shown, name->name.ptr);
		return false;
	}
	size_t index = set_find(checker->set, name->name);
	if (index < checker->set->defined_n) {
		*op = (struct meta_op){ META_RULE, 0, index };
		return true;
	}
	if (index != SIZE_MAX && checker->set->rules[index].skipped) {
		struct rule *skipped = &checker->set->rules[index];
		skipped->absent = skipped->name;
		skipped->disabled = true;
		/* with a score of 0 it would not run either, and count 0 */
		*op = (struct meta_op){ rule_counts_zero(skipped) ? META_NUMBER : META_RULE, 0, index };
		return true;
	}
	diags_add(checker->diags, DIAG_ERROR, name->place, "unknown rule '%.*s'%s", shown,
		name->name.ptr, suggest_rule(checker, name->name, hint, sizeof hint));
	return false;
}

/* "*" is any letters, "?" one. Linear but for the last star. */
static bool glob(struct str pattern, struct str name)
{
	size_t p = 0, n = 0, star = SIZE_MAX, mark = 0;
	while (n < name.len) {
		if (p < pattern.len && pattern.ptr[p] == '*') {
			star = p++;
			mark = n;
		} else if (p < pattern.len && (pattern.ptr[p] == '?' || pattern.ptr[p] == name.ptr[n])) {
			p++, n++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			n = ++mark;
		} else {
			return false;
		}
	}
	while (p < pattern.len && pattern.ptr[p] == '*')
		p++;
	return p == pattern.len;
}

/* The sum of the rules that a glob names, but the one that asks. */
static void add_matching(const struct checker *checker, const struct rule *rule, struct str pattern,
	struct buf *out)
{
	buf_add_cstr(out, "(0");
	for (size_t i = 0; i < checker->set->defined_n; i++) {
		const struct rule *other = &checker->set->rules[i];
		if (other == rule || !glob(pattern, str_from(other->name)))
			continue;
		buf_add_cstr(out, " + ");
		buf_add_cstr(out, other->name);
	}
	buf_add_byte(out, ')');
}

/* Writes rules_matching(GLOB) out. What comes behind it is reported further right than it stands.
 * An incomplete one is left to the reader of expressions. */
static struct str expand_matching(struct checker *checker, const struct rule *rule)
{
	static const struct str call = { "rules_matching(", 15 };
	struct str rest = rule->definition.expression;
	struct buf out = { .arena = checker->set->arena };
	size_t at = str_find(rest, call), close = SIZE_MAX;
	if (at == SIZE_MAX)
		return rest;
	for (; at != SIZE_MAX; at = str_find(rest, call)) {
		close = str_find_byte(str_slice(rest, at, rest.len), ')');
		if (close == SIZE_MAX)
			break;
		buf_add_str(&out, str_slice(rest, 0, at));
		add_matching(checker, rule, str_trim(str_slice(rest, at + call.len, at + close)), &out);
		rest = str_slice(rest, at + close + 1, rest.len);
	}
	buf_add_str(&out, rest);
	return buf_str(&out);
}

static void check_meta(struct checker *checker, struct rule *rule)
{
	struct definition *definition = &rule->definition;
	struct meta_resolver resolver = { resolve_rule, checker };
	if (meta_compile(expand_matching(checker, rule), definition->expression_place, &resolver,
		checker->set->arena, checker->diags, &definition->meta))
		rule->broken = true;
}

static void report_cycle(struct checker *checker, size_t from)
{
	const struct rule *rule = &checker->set->rules[checker->path[from]];
	struct buf text = { .limit = 300 };
	for (size_t i = from; i < checker->path_n; i++) {
		buf_add_cstr(&text, checker->set->rules[checker->path[i]].name);
		buf_add_cstr(&text, " -> ");
	}
	buf_add_cstr(&text, rule->name);
	diags_add(checker->diags, DIAG_ERROR, rule->definition.place, "'%s' depends on itself: %.*s%s",
		rule->name, (int)text.len, text.ptr ? text.ptr : "", text.failed ? "..." : "");
	buf_free(&text);
}

enum { MARK_NONE, MARK_OPEN, MARK_DONE };

/* Depth first: puts each meta behind those it uses. */
static void walk(struct checker *checker, size_t index)
{
	struct rule *rule = &checker->set->rules[index];
	if (rule->definition.kind != RULE_META || rule->mark == MARK_DONE)
		return;
	if (rule->mark == MARK_OPEN) {
		size_t from = checker->path_n;
		while (from && checker->path[--from] != index)
			;
		report_cycle(checker, from);
		return;
	}
	if (checker->path_n == CHECK_META_CHAIN_MAX) {
		diags_add(checker->diags, DIAG_ERROR, rule->definition.place,
			"'%s' ends a chain of more than %d metas", rule->name, CHECK_META_CHAIN_MAX);
		return;
	}
	rule->mark = MARK_OPEN;
	checker->path[checker->path_n++] = index;
	const struct meta *meta = &rule->definition.meta;
	for (size_t i = 0; i < meta->n; i++)
		if (meta->ops[i].code == META_RULE)
			walk(checker, meta->ops[i].rule);
	checker->path_n--;
	rule->mark = MARK_DONE;
	checker->order[checker->order_n++] = index;
}

/* Told in words of its own: the check is here, and nobody is whom it could ask. */
static const char needs_authserv[] = "TrustedAuthservIDs";

/* What a rule's own definition needs and is not here. */
static void set_absent(struct rule *rule, const struct ruleset_options *options)
{
	const struct definition *definition = &rule->definition;
	if (definition->kind == RULE_ASKDNS)
		rule->absent = "askdns";
	else if (definition->calls && definition->call.entry && !check_is_here(&definition->call))
		rule->absent = definition->call.entry->name;
	else if (definition->calls && definition->call.entry &&
	    (definition->call.entry->needs & CHECK_AUTH) && !options->trusts_authserv)
		rule->absent = needs_authserv;
	rule->local_off = rule->absent && rule->net && options->local_tests_only;
	if (rule->local_off)
		rule->absent = NULL;
	rule->disabled = rule->disabled || rule->absent;
}

/* SpamAssassin has names of its own, and they are not here: only what a rule captures is. */
static void check_template(struct checker *checker, struct rule *rule)
{
	const struct ruleset *set = checker->set;
	struct str name;
	for (size_t at = 0; capture_next(rule->definition.regex.body, &at, &name);) {
		bool set_by_any = false;
		for (size_t i = 0; i < set->defined_n && !set_by_any; i++)
			set_by_any = set->rules[i].definition.captures &&
				capture_sets(set->rules[i].definition.regex.body, name);
		if (set_by_any)
			continue;
		struct buf text = { .arena = set->arena };
		buf_addf(&text, "%%{%.*s}", (int)name.len, name.ptr);
		rule->absent = buf_cstr(&text);
		rule->disabled = true;
	}
}

/* What a meta takes over from what it uses; the used ones are done already. */
static void inherit(struct checker *checker, struct rule *rule)
{
	const struct meta *meta = &rule->definition.meta;
	for (size_t i = 0; i < meta->n; i++) {
		if (meta->ops[i].code != META_RULE)
			continue;
		const struct rule *used = &checker->set->rules[meta->ops[i].rule];
		if (used->stage > rule->stage)
			rule->stage = used->stage;
		if (!used->disabled || rule->disabled || rule_counts_zero(used))
			continue;
		rule->disabled = true;
		rule->absent = used->absent;
		if (rule->absent) /* told by report_absent, all at once */
			continue;
		diags_add(checker->diags, DIAG_WARNING, rule->definition.place,
			"'%s' is left out: it depends on '%s', which is", rule->name, used->name);
	}
}

static void set_stage(struct rule *rule)
{
	const struct definition *definition = &rule->definition;
	if (definition->kind == RULE_META)
		rule->stage = FACT_CONNECT; /* and what it inherits */
	else if (definition->kind == RULE_NETWORK || definition->kind == RULE_FLUX)
		rule->stage = network_rule_stage(&definition->network);
	else if (definition->calls)
		rule->stage = definition->call.entry ? definition->call.entry->stage : FACT_MESSAGE;
	else if (definition->kind == RULE_ASKDNS || definition->kind == RULE_URI_DETAIL)
		rule->stage = FACT_MESSAGE;
	else
		rule->stage = definition->templated ? FACT_MESSAGE : view_stage(&definition->view);
}

static int order_metas(struct checker *checker)
{
	struct ruleset *set = checker->set;
	checker->path = ARENA_ARRAY(set->arena, size_t, CHECK_META_CHAIN_MAX);
	checker->order = ARENA_ARRAY(set->arena, size_t, set->defined_n + 1);
	if (!checker->path || !checker->order)
		return spent(checker);
	for (size_t i = 0; i < set->defined_n; i++)
		walk(checker, i);
	for (size_t i = 0; i < checker->order_n; i++)
		inherit(checker, &set->rules[checker->order[i]]);
	return 0;
}

struct absence {
	const char *what;
	struct place place;       /* of the first rule */
	size_t rules, metas;
};

/* One line for each thing that is absent; which rules lack it, `depeer rules` says. */
static int report_absent(struct checker *checker)
{
	const struct ruleset *set = checker->set;
	struct absence *absences = ARENA_ARRAY(set->arena, struct absence, set->defined_n);
	size_t n = 0;
	if (!absences)
		return spent(checker);
	for (size_t i = 0; i < set->defined_n; i++) {
		const struct rule *rule = &set->rules[i];
		size_t k = 0;
		if (!rule->absent || rule_counts_zero(rule))
			continue;
		while (k < n && absences[k].what != rule->absent)
			k++;
		if (k == n)
			absences[n++] = (struct absence){ rule->absent, rule->definition.place, 0, 0 };
		if (rule->definition.kind == RULE_META)
			absences[k].metas++;
		else
			absences[k].rules++;
	}
	for (size_t k = 0; k < n; k++)
		diags_add(checker->diags, DIAG_WARNING, absences[k].place,
			"'%s' %s, from this one on: %zu; metas that need them: %zu", absences[k].what,
			absences[k].what == needs_authserv ?
			"is not set: rules left out that ask for the results of such servers" :
			"is not here yet: rules left out that ask for it", absences[k].rules,
			absences[k].metas);
	return 0;
}

/* A test is matched against the text alone, which is what SpamAssassin's own lines mean. */
static void run_test(struct checker *checker, const struct rule_test *test,
	struct matcher *matcher)
{
	size_t index = set_find(checker->set, test->rule), start, end;
	char hint[RULE_NAME_MAX + 40];
	int shown = (int)(test->rule.len < 100 ? test->rule.len : 100);
	if (index >= checker->set->defined_n) {
		diags_add(checker->diags, DIAG_WARNING, test->place, "'test' for unknown rule '%.*s'%s",
			shown, test->rule.ptr,
			suggest_rule(checker, test->rule, hint, sizeof hint));
		return;
	}
	const struct definition *definition = &checker->set->rules[index].definition;
	if (!rule_looks_at_view(&checker->set->rules[index]) || !definition->pattern)
		return; /* no text alone decides it */
	enum pattern_result result = pattern_match(definition->pattern, matcher,
		str_slice(test->text, 0, FACT_HEADER_MAX), 0, &start, &end);
	bool hit = (result == PATTERN_YES) != definition->negated;
	if (hit != test->ok)
		diags_add(checker->diags, DIAG_WARNING, test->place, test->ok ?
			"test failed: '%.*s' does not hit this text" : "test failed: '%.*s' hits this text",
			shown, test->rule.ptr);
}

static int run_tests(struct checker *checker)
{
	struct matcher *matcher = checker->set->tests ? matcher_create(NULL) : NULL;
	struct rule_test *test = checker->set->tests, *forward = NULL;
	if (test && !matcher)
		return spent(checker);
	while (test) { /* they were kept in reverse order */
		struct rule_test *next = test->next;
		test->next = forward;
		forward = test;
		test = next;
	}
	for (test = forward; test; test = test->next)
		run_test(checker, test, matcher);
	matcher_free(&matcher);
	return 0;
}

/* A regex with tags is compiled when all tags are known; the literals are read from the form that
 * has them written out. */
static void replace_tags(struct checker *checker, struct rule *rule)
{
	struct ruleset *set = checker->set;
	struct definition *definition = &rule->definition;
	struct pattern_error error;
	struct str text = replace_written(&set->replace, definition->regex.body, set->arena);
	bool full = definition->kind == RULE_FULL;
	struct pattern *pattern = text.ptr ?
		pattern_compile(text, definition->regex.modifiers, full, &error) : NULL;
	if (text.ptr && !pattern) {
		struct str called = replace_called(&set->replace, definition->regex.body, set->arena);
		pattern = called.ptr ?
			pattern_compile(called, definition->regex.modifiers, full, &error) : NULL;
	}
	if (!pattern || set_keep_pattern(set, pattern)) {
		diags_add(checker->diags, DIAG_ERROR, definition->place, "with its tags replaced: %s",
			text.ptr && !pattern ? error.text : "out of memory");
		rule->broken = true;
		return;
	}
	definition->pattern = pattern;
	definition->regex.body = text;
}

static void check_one(struct checker *checker, struct rule *rule)
{
	set_stage(rule);
	check_expiry(checker, rule);
	set_absent(rule, checker->options);
	if (rule->broken)
		return;
	if (rule->definition.templated)
		check_template(checker, rule);
	if (rule->replaced && rule->definition.pattern && !rule->definition.templated)
		replace_tags(checker, rule);
	if (rule->definition.kind == RULE_META)
		check_meta(checker, rule);
	else if (rule->definition.kind == RULE_NETWORK)
		check_network(checker, rule);
}

void check_set(struct ruleset *set, const struct ruleset_options *options, struct diags *diags)
{
	struct checker checker = { .set = set, .diags = diags, .options = options };
	if (sort_records(&checker))
		return;
	check_undefined(&checker);
	check_list_ages(&checker);
	for (size_t i = 0; i < set->rules_n; i++)
		set_score(&set->rules[i]);
	for (size_t i = 0; i < set->defined_n; i++)
		check_one(&checker, &set->rules[i]);
	if (values_seal(&set->values, set->arena)) {
		spent(&checker);
		return;
	}
	if (order_metas(&checker) || diags->errors || report_absent(&checker))
		return;
	if (plan_set(set, checker.order, checker.order_n, options))
		spent(&checker);
	else
		run_tests(&checker);
}
