/* rules/eval: (rules, facts) -> verdict. No I/O; the clock is the caller's.
 *
 * Rules are asked by view, so that a view's texts are prepared once; then networks, then metas
 * in the order of their dependencies. Every rule has a value, known or not (rules/meta).
 *
 * Past half of the CPU budget the rest still gets a chance, each rule with a small share of its
 * own, so that one bad regex does not switch the others off; past all of it nothing runs.
 */
#include <float.h>
#include <math.h>

#include "rules/checks_text.h"
#include "rules/set.h"

enum {
	EVIDENCE_MAX = 200, EVIDENCE_CONTEXT = 24, /* bytes */
	BUDGET_SHARES = 64,                        /* a rule's share past half of it: 1/64 */
	BITMAPS_MAX = 1024                         /* a view of more texts shares them */
};

struct evaluation {
	const struct ruleset *set;
	const struct facts *facts;
	const struct eval_options *options;
	struct arena *arena;
	struct matcher *matcher;
	struct meta_value *values;
	struct str *evidence;
	const struct network **networks; /* of `network` rules, in their order in the set */
	const char **why;      /* unknown: why */
	struct captures *captures;
	uint64_t started_us;
	bool over;             /* half of the budget is spent */
};

static bool has_budget(const struct evaluation *ev)
{
	return ev->options->budget_us > 0 && ev->options->clock_us;
}

/* Sets how long the next rule may take; false: there is no time left for it. */
static bool budget_begin(struct evaluation *ev)
{
	if (!ev->over)
		return true;
	uint64_t now = ev->options->clock_us(), budget = ev->options->budget_us;
	if (now - ev->started_us >= budget)
		return false;
	matcher_deadline(ev->matcher, now + budget / BUDGET_SHARES + 1);
	return true;
}

static bool white(char c)
{
	return ascii_space(c) || c == '\0';
}

/* What matched, with the words around it, so that a person sees what it was about. */
static struct str with_context(struct str text, size_t start, size_t end)
{
	size_t from = start > EVIDENCE_CONTEXT ? start - EVIDENCE_CONTEXT : 0;
	size_t to = text.len - end > EVIDENCE_CONTEXT ? end + EVIDENCE_CONTEXT : text.len;
	while (from > 0 && from < start && !white(text.ptr[from - 1]))
		from++;
	while (to < text.len && to > end && !white(text.ptr[to]))
		to--;
	if (to - from > EVIDENCE_MAX)
		from = start, to = end;
	return str_slice(str_trim(str_slice(text, from, to)), 0, EVIDENCE_MAX);
}

static struct str evidence_of(const struct rule *rule, struct str text, size_t start, size_t end)
{
	if (rule->definition.kind == RULE_URI || !rule->definition.pattern)
		return str_slice(str_trim(text), 0, EVIDENCE_MAX);
	return with_context(text, start, end);
}

/* One rule's search through the texts of its view. */
struct search {
	struct evaluation *ev;
	const struct rule *rule;
	const struct pattern *pattern;
	unsigned count, most;  /* hits, and how many are enough */
	struct str evidence;
	const char *why;
};

static const char *const why_stopped[] = {
	[PATTERN_LIMIT] = "regex-limit", [PATTERN_BUDGET] = "budget"
};

static int keep_capture(void *context, struct str name, struct str value)
{
	struct evaluation *ev = context;
	capture_add(ev->captures, name, value);
	return 0;
}

/* 0, or -1 when memory was spent. Stops when enough was found or something was in the way. */
static int search_text(struct search *search, struct str text)
{
	struct matcher *matcher = search->ev->matcher;
	size_t from = 0, start, end;
	while (search->count < search->most && from <= text.len && !search->why) {
		enum pattern_result result = PATTERN_BUDGET;
		if (!matcher_late(matcher))
			result = pattern_match(search->pattern, matcher, text, from, &start,
				&end);
		if (result == PATTERN_MEMORY)
			return -1;
		if (result == PATTERN_NO)
			return 0;
		if (result != PATTERN_YES) {
			search->why = why_stopped[result];
			return 0;
		}
		if (search->rule->definition.captures && pattern_groups(search->pattern, matcher, text,
		    from, keep_capture, search->ev))
			return -1;
		if (search->count++ == 0)
			search->evidence = evidence_of(search->rule, text, start, end);
		size_t next = end > start ? end : end + 1; /* an empty match would be found again */
		from = next > from ? next : from + 1;
	}
	return 0;
}

/* A view as it is being asked. */
struct asked {
	struct view_texts texts;
	/* what the prefilter says: a bitmap of rules for each `share` texts in a row; NULL: all */
	uint64_t *bitmaps;
	size_t bitmap_words, share;
	uint64_t *any;         /* those that are in any of the bitmaps */
};

/* A header that is missing is matched as the empty text, or as what [if-unset: ] says. */
static int search_view(struct search *search, const struct asked *asked, size_t position)
{
	const struct definition *definition = &search->rule->definition;
	if (asked->texts.n == 0 && definition->kind == RULE_HEADER)
		return search_text(search, definition->if_unset);
	size_t first = asked->texts.subject_first && search->rule->nosubject;
	for (size_t i = first; i < asked->texts.n; i++) {
		if (asked->bitmaps && !prefilter_has(asked->bitmaps +
		    i / asked->share * asked->bitmap_words, position))
			continue;
		struct str text = asked->texts.items[i];
		if (!text.ptr && definition->kind == RULE_MIMEHEADER) /* this part lacks the header */
			text = definition->if_unset;
		if (search_text(search, text))
			return -1;
	}
	return 0;
}

static void search_end(struct search *search, const struct view_texts *texts, size_t index)
{
	struct evaluation *ev = search->ev;
	bool negated = search->rule->definition.negated;
	if (negated && !search->why) {
		search->count = !search->count;
		search->evidence = search->count && texts->n ?
			str_slice(str_trim(texts->items[0]), 0, EVIDENCE_MAX) : STR("");
	}
	/* stopped on the way: at least what was found; of a negated rule, nothing is known */
	bool undecided = search->why && (negated ? !search->count : search->count < search->most);
	unsigned found = negated && search->why ? 0 : search->count;
	ev->values[index] = (struct meta_value){ found, undecided ? DBL_MAX : found };
	ev->evidence[index] = search->evidence;
	ev->why[index] = undecided ? search->why : NULL;
	if (search->why == why_stopped[PATTERN_BUDGET])
		ev->over = true;
}

static uint64_t cost_begin(const struct evaluation *ev)
{
	return ev->options->costs ? ev->options->costs->clock_ns() : 0;
}

/* Since cost_begin; call it only if costs are asked for. */
static uint64_t cost_since(const struct evaluation *ev, uint64_t began)
{
	return ev->options->costs->clock_ns() - began;
}

static void cost_of_rule(const struct evaluation *ev, size_t index, uint64_t began)
{
	if (!ev->options->costs)
		return;
	struct eval_cost *cost = &ev->options->costs->rules[index];
	cost->ns += cost_since(ev, began);
	cost->asked++;
}

static int ask_regex(struct evaluation *ev, size_t index, const struct asked *asked,
	size_t position)
{
	const struct view_texts *texts = &asked->texts;
	const struct rule *rule = &ev->set->rules[index];
	struct search search = { .ev = ev, .rule = rule, .pattern = rule->definition.pattern,
		.most = 1 };
	if (!rule->definition.pattern) { /* exists: */
		search.count = texts->n > 0;
		search.evidence = texts->n ? evidence_of(rule, texts->items[0], 0, 0) : STR("");
	} else if (!budget_begin(ev)) {
		search.why = why_stopped[PATTERN_BUDGET];
	} else {
		if (rule->multiple && !rule->definition.negated)
			search.most = rule->maxhits ? rule->maxhits : UINT32_MAX;
		if (search_view(&search, asked, position))
			return -1;
	}
	search_end(&search, texts, index);
	return 0;
}

/* `position`: of the rule in its view, for the bitmaps. */
static int run_regex(struct evaluation *ev, size_t index, const struct asked *asked,
	size_t position)
{
	uint64_t began = cost_begin(ev);
	int status = ask_regex(ev, index, asked, position);
	cost_of_rule(ev, index, began);
	return status;
}

/* Asks the prefilter about every text of a view. 0, or -1 when memory was spent. */
static int filter_texts(const struct evaluation *ev, const struct prefilter *prefilter,
	struct asked *asked)
{
	size_t n = asked->texts.n, words = prefilter_bitmap_words(prefilter);
	asked->share = n / BITMAPS_MAX + 1;
	asked->bitmap_words = words;
	asked->bitmaps = ARENA_ARRAY(ev->arena, uint64_t, (n / asked->share + 1) * words);
	asked->any = ARENA_ARRAY(ev->arena, uint64_t, words);
	if (!asked->bitmaps || !asked->any)
		return -1;
	for (size_t i = 0; i < n; i++) {
		uint64_t *bitmap = asked->bitmaps + i / asked->share * words;
		prefilter_scan(prefilter, asked->texts.items[i], bitmap);
		for (size_t k = 0; k < words; k++)
			asked->any[k] |= bitmap[k];
	}
	return 0;
}

/* A rule that is not asked does not hit: its value is 0 already. */
static int run_filtered(struct evaluation *ev, const struct set_view *view,
	struct asked *asked)
{
	uint64_t began = cost_begin(ev);
	if (filter_texts(ev, view->prefilter, asked))
		return -1;
	if (ev->options->costs)
		ev->options->costs->prefilter_ns += cost_since(ev, began);
	for (size_t word = 0; word < asked->bitmap_words; word++) {
		for (uint64_t left = asked->any[word]; left; left &= left - 1) {
			size_t k = word * 64 + (size_t)__builtin_ctzll(left);
			if (run_regex(ev, view->rules[k], asked, k))
				return -1;
		}
	}
	return 0;
}

static int run_all(struct evaluation *ev, const size_t *rules, size_t n,
	const struct asked *asked)
{
	for (size_t i = 0; i < n; i++)
		if (run_regex(ev, rules[i], asked, i))
			return -1;
	return 0;
}

static void set_unknown(struct evaluation *ev, size_t index, const char *why)
{
	ev->values[index] = meta_unknown();
	ev->why[index] = why;
}

static int run_views(struct evaluation *ev)
{
	for (size_t i = 0; i < ev->set->views_n; i++) {
		const struct set_view *view = &ev->set->views[i];
		struct asked asked = { .bitmaps = NULL };
		int status;
		if (view->stage > ev->options->stage)
			continue;
		uint64_t began = cost_begin(ev);
		if (view_texts(&view->view, ev->set, ev->facts, ev->arena, &asked.texts))
			return -1;
		if (ev->options->costs)
			ev->options->costs->texts_ns += cost_since(ev, began);
		for (size_t k = 0; asked.texts.unknown && k < view->rules_n; k++)
			set_unknown(ev, view->rules[k], asked.texts.unknown);
		if (asked.texts.unknown)
			continue;
		if (!asked.texts.n)
			status = run_all(ev, view->absent, view->absent_n, &asked);
		else if (view->prefilter)
			status = run_filtered(ev, view, &asked);
		else
			status = run_all(ev, view->rules, view->rules_n, &asked);
		if (status)
			return -1;
	}
	return 0;
}

static int run_networks(struct evaluation *ev)
{
	for (size_t i = 0; i < ev->set->networks_n; i++) {
		size_t index = ev->set->networks[i];
		const struct rule *rule = &ev->set->rules[index];
		struct network_answer answer = { 0 };
		if (rule->stage > ev->options->stage)
			continue;
		uint64_t began = cost_begin(ev);
		bool regex = rule->definition.network.what == NETWORK_ORG;
		if (regex && !budget_begin(ev))
			answer.unknown = why_stopped[PATTERN_BUDGET];
		else if (network_rule_ask(&rule->definition.network, ev->facts, ev->matcher, ev->arena,
			&answer))
			return -1;
		ev->values[index] = answer.unknown ? meta_unknown() : meta_number(answer.hit);
		ev->why[index] = answer.unknown;
		ev->evidence[index] = answer.evidence;
		ev->networks[i] = answer.network;
		cost_of_rule(ev, index, began);
	}
	return 0;
}

static int run_details(struct evaluation *ev)
{
	for (size_t i = 0; i < ev->set->details_n; i++) {
		size_t index = ev->set->details[i];
		const struct rule *rule = &ev->set->rules[index];
		struct uri_detail_answer answer = { .stopped = PATTERN_BUDGET };
		if (rule->stage > ev->options->stage)
			continue;
		uint64_t began = cost_begin(ev);
		if (budget_begin(ev) && uri_detail_ask(rule->definition.detail, ev->facts, ev->matcher,
		    &answer))
			return -1;
		ev->values[index] = answer.stopped == PATTERN_NO ? meta_number(answer.hit) :
			meta_unknown();
		ev->why[index] = answer.stopped == PATTERN_NO ? NULL : why_stopped[answer.stopped];
		ev->evidence[index] = str_slice(answer.evidence, 0, EVIDENCE_MAX);
		ev->over = ev->over || answer.stopped == PATTERN_BUDGET;
		cost_of_rule(ev, index, began);
	}
	return 0;
}

/* A daemon that is not reloaded holds rules that have expired meanwhile. They no longer hit, and
 * what asks for their absence does not hit for it: both are unknown. */
static bool expire(struct evaluation *ev, size_t index)
{
	const struct rule *rule = &ev->set->rules[index];
	if (!rule->has_expiry || ev->facts->day <= rule->expires)
		return false;
	set_unknown(ev, index, "expired");
	return true;
}

/* Rules with %{NAME}: after those that capture, each compiled for this mail. */
static int run_template(struct evaluation *ev, size_t index)
{
	const struct rule *rule = &ev->set->rules[index];
	const struct definition *definition = &rule->definition;
	struct asked asked = { .bitmaps = NULL };
	struct pattern_error error;
	struct str text = capture_fill(definition->regex.body, ev->captures, ev->arena);
	if (!text.ptr)
		return arena_spent(ev->arena) ? -1 : 0;
	if (view_texts(&definition->view, ev->set, ev->facts, ev->arena, &asked.texts))
		return -1;
	if (asked.texts.unknown) {
		set_unknown(ev, index, asked.texts.unknown);
		return 0;
	}
	struct pattern *pattern = pattern_compile(text, definition->regex.modifiers,
		definition->kind == RULE_FULL, &error);
	struct search search = { .ev = ev, .rule = rule, .pattern = pattern, .most = 1 };
	if (rule->multiple && !definition->negated)
		search.most = rule->maxhits ? rule->maxhits : UINT32_MAX;
	int status = 0;
	if (!pattern)
		search.why = "capture";
	else if (!budget_begin(ev))
		search.why = why_stopped[PATTERN_BUDGET];
	else
		status = search_view(&search, &asked, 0);
	if (!status)
		search_end(&search, &asked.texts, index);
	pattern_free(&pattern);
	return status;
}

static int run_templates(struct evaluation *ev)
{
	for (size_t i = 0; i < ev->set->templates_n; i++)
		if (ev->set->rules[ev->set->templates[i]].stage <= ev->options->stage &&
		    run_template(ev, ev->set->templates[i]))
			return -1;
	return 0;
}

static int run_calls(struct evaluation *ev)
{
	struct check_context context = { ev->set, ev->facts, ev->arena, ev->matcher };
	for (size_t i = 0; i < ev->set->calls_n; i++) {
		size_t index = ev->set->calls[i];
		const struct rule *rule = &ev->set->rules[index];
		struct check_answer answer = { 0 };
		if (rule->stage > ev->options->stage)
			continue;
		uint64_t began = cost_begin(ev);
		if (!budget_begin(ev))
			answer.unknown = why_stopped[PATTERN_BUDGET];
		else if (rule->definition.call.entry->ask(&context, &rule->definition.call, &answer))
			return -1;
		ev->values[index] = answer.unknown ? meta_unknown() : meta_number(answer.value);
		ev->why[index] = answer.unknown;
		ev->evidence[index] = str_slice(answer.evidence, 0, EVIDENCE_MAX);
		cost_of_rule(ev, index, began);
	}
	return 0;
}

static void run_metas(struct evaluation *ev)
{
	for (size_t i = 0; i < ev->set->metas_n; i++) {
		size_t index = ev->set->metas[i];
		const struct rule *rule = &ev->set->rules[index];
		if (rule->stage > ev->options->stage)
			continue;
		if (expire(ev, index))
			continue;
		struct meta_value value = meta_eval(&rule->definition.meta, ev->values);
		ev->values[index] = value;
		if (!meta_true(value) && !meta_false(value))
			ev->why[index] = "part-unknown";
	}
}

static void cost_end(const struct evaluation *ev, uint64_t began)
{
	struct eval_costs *costs = ev->options->costs;
	costs->metas_ns += cost_since(ev, began);
	for (size_t i = 0; i < ev->set->defined_n; i++)
		costs->rules[i].hits += meta_true(ev->values[i]);
}

/* A meta's value need not be a count: it is at least one hit if it is a hit. */
static unsigned count_of(struct meta_value value)
{
	double n = value.lo > 0 ? value.lo : value.hi < 0 ? -value.hi : 0;
	return n < 1 ? 1 : n > 1000000 ? 1000000 : (unsigned)n;
}

/* `network`: that a `network` rule hit. */
static void add_hit(const struct evaluation *ev, size_t index, const struct network *network,
	struct verdict *out)
{
	const struct rule *rule = &ev->set->rules[index];
	struct verdict_hit *hit = &out->hits[out->hits_n++];
	*hit = (struct verdict_hit){
		.rule = rule->name, .describe = rule->describe ? rule->describe : "",
		.place = rule->definition.place, .score = rule->observe ? 0 : rule->score,
		.would_score = rule->score, .observe = rule->observe,
		.count = count_of(ev->values[index]), .evidence = ev->evidence[index]
	};
	if (network && (rule->definition.network.subject == NETWORK_URL ||
	    rule->definition.network.subject == NETWORK_URL_NS)) {
		hit->link_network = network;
		hit->link_server = rule->definition.network.subject == NETWORK_URL_NS;
	}
	out->score += hit->score;
}

static int add_sub_rules(const struct evaluation *ev, struct verdict *out)
{
	const struct rule *rules = ev->set->rules;
	size_t hits = 0;
	for (size_t i = 0; i < ev->set->defined_n; i++)
		hits += rules[i].sub_rule && meta_true(ev->values[i]);
	out->sub_rules = ARENA_ARRAY(ev->arena, struct verdict_sub_rule, hits);
	if (!out->sub_rules)
		return -1;
	for (size_t i = 0; i < ev->set->defined_n; i++)
		if (rules[i].sub_rule && meta_true(ev->values[i]))
			out->sub_rules[out->sub_rules_n++] =
				(struct verdict_sub_rule){ rules[i].name, count_of(ev->values[i]) };
	return 0;
}

static int make_verdict(const struct evaluation *ev, struct verdict *out)
{
	size_t hits = 0, unknown = 0, k = 0;
	for (size_t i = 0; i < ev->set->defined_n; i++) {
		hits += meta_true(ev->values[i]);
		unknown += ev->why[i] != NULL;
	}
	*out = (struct verdict){ .hits = ARENA_ARRAY(ev->arena, struct verdict_hit, hits),
		.unknown = ARENA_ARRAY(ev->arena, struct verdict_unknown, unknown) };
	if (!out->hits || !out->unknown)
		return -1;
	for (size_t i = 0; i < ev->set->defined_n; i++) {
		const struct rule *rule = &ev->set->rules[i];
		if (ev->why[i])
			out->unknown[out->unknown_n++] = (struct verdict_unknown){ rule->name, ev->why[i] };
		const struct network *network = k < ev->set->networks_n && ev->set->networks[k] == i ?
			ev->networks[k++] : NULL;
		if (meta_true(ev->values[i]) && !rule->sub_rule)
			add_hit(ev, i, network, out);
	}
	out->score = round(out->score * 1000) / 1000;
	return ev->options->want_sub_rules ? add_sub_rules(ev, out) : 0;
}

int ruleset_eval(const struct ruleset *rules, const struct facts *facts,
	const struct eval_options *options, struct arena *arena, struct verdict *out)
{
	struct facts marked;
	struct evaluation ev = { .set = rules, .facts = &marked, .options = options, .arena = arena };
	int status = -1;
	ev.values = ARENA_ARRAY(arena, struct meta_value, rules->defined_n);
	ev.evidence = ARENA_ARRAY(arena, struct str, rules->defined_n);
	ev.networks = ARENA_ARRAY(arena, const struct network *, rules->networks_n);
	ev.captures = ARENA_NEW(arena, struct captures);
	ev.why = arena_alloc_array(arena, rules->defined_n, sizeof *ev.why);
	ev.matcher = matcher_create(has_budget(&ev) ? options->clock_us : NULL);
	if (ev.values && ev.evidence && ev.networks && ev.captures && ev.why && ev.matcher &&
	    !trust_mark(&rules->trust, facts, arena, &marked) &&
	    !checks_mark_links(rules, arena, &marked)) {
		if (has_budget(&ev)) {
			ev.started_us = options->clock_us();
			matcher_deadline(ev.matcher, ev.started_us + options->budget_us / 2);
		}
		if (!run_views(&ev) && !run_templates(&ev) && !run_networks(&ev) && !run_details(&ev) &&
		    !run_calls(&ev)) {
			for (size_t i = 0; i < rules->defined_n; i++)
				if (rules->rules[i].needed && rules->rules[i].stage <= options->stage)
					expire(&ev, i);
			uint64_t began = cost_begin(&ev);
			run_metas(&ev);
			if (options->costs)
				cost_end(&ev, began);
			status = make_verdict(&ev, out);
		}
	}
	matcher_free(&ev.matcher);
	return status;
}
