/* A rule is seldom wrong by itself: what it is made of and who builds on it are shown with it. */
#include "tool/rule_show.h"

#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "rules/detail.h"

const char *const rule_stages[] = {
	[FACT_CONNECT] = "connect", [FACT_ENVELOPE] = "envelope", [FACT_MESSAGE] = "message"
};

static const char *const idle_texts[] = {
	[RULE_RUNS] = NULL,
	[RULE_LEFT_OUT] = "it has expired or is absent, or depends on a rule that is",
	[RULE_SCORE_0] = "its score is 0",
	[RULE_LOCAL_OFF] = "it is a network test, and LocalTestsOnly is set",
	[RULE_UNUSED] = "no rule that runs uses it"
};

static bool names_rule(const struct ruleset *rules, size_t user, size_t part)
{
	size_t one;

	for (size_t k = 0; (one = rule_part(rules, user, k)) != SIZE_MAX; k++)
		if (one == part)
			return true;
	return false;
}

/* The k-th rule one step away, SIZE_MAX: no more. *at is a cursor that begins with 0. */
static size_t neighbour(const struct ruleset *rules, size_t index, bool down, size_t *at)
{
	if (down)
		return rule_part(rules, index, (*at)++);
	while (*at < ruleset_rules(rules))
		if (names_rule(rules, (*at)++, index))
			return *at - 1;
	return SIZE_MAX;
}

int rule_closure_find(const struct ruleset *rules, size_t index, bool down,
	struct rule_closure *out)
{
	size_t n = ruleset_rules(rules), next, depth = 0;
	/* the way from `index` down to where we are, each with its cursor */
	size_t *path = calloc(n + 1, sizeof(*path)), *cursors = calloc(n + 1, sizeof(*cursors));
	bool *seen = calloc(n + 1, sizeof(*seen));

	*out = (struct rule_closure){ .items = calloc(n + 1, sizeof(*out->items)),
		.depths = calloc(n + 1, sizeof(*out->depths)) };
	if (path && cursors && seen && out->items && out->depths) {
		path[0] = index;
		seen[index] = true;
		for (;;) {
			next = neighbour(rules, path[depth], down, &cursors[depth]);
			if (next == SIZE_MAX && depth-- == 0)
				break;
			if (next == SIZE_MAX || seen[next])
				continue;
			seen[next] = true;
			path[++depth] = next;
			cursors[depth] = 0;
			out->items[out->n] = next;
			out->depths[out->n++] = (unsigned)depth;
		}
		depth = 1;
	}
	free(path);
	free(cursors);
	free(seen);
	if (depth == 1)
		return 0;
	rule_closure_clear(out);
	return -1;
}

void rule_closure_clear(struct rule_closure *closure)
{
	free(closure->items);
	free(closure->depths);
	*closure = (struct rule_closure){ 0 };
}

static void print_place(const struct output *output, struct place place)
{
	if (place.file) {
		output_style(output, OUTPUT_DIM);
		fputs("  ", output->out);
		output_text(output, str_from(place.file));
		fprintf(output->out, ":%u", place.line);
		output_style(output, OUTPUT_PLAIN);
	}
	putc('\n', output->out);
}

static void print_scores(const struct output *output, const struct rule_detail *detail)
{
	char text[32];
	bool alike = true;

	if (!detail->score_place.file)
		return;
	for (size_t i = 1; i < RULE_DETAIL_SCORES; i++)
		alike = alike && detail->scores[i] >= detail->scores[0]
			&& detail->scores[i] <= detail->scores[0];
	fputs("  score     ", output->out);
	for (size_t i = 0; i < (alike ? 1 : RULE_DETAIL_SCORES); i++)
		fprintf(output->out, "%s%s%s", i ? " " : "", output_score(detail->scores[i], text),
			!alike && i == detail->score_used ? " (counts)" : "");
	print_place(output, detail->score_place);
}

static void print_settings(const struct output *output, const struct ruleset_rule *rule,
	const struct rule_detail *detail)
{
	char day[DATE_TEXT_MAX];

	if (rule->describe[0]) {
		fputs("  describe  ", output->out);
		output_text(output, str_from(rule->describe));
		print_place(output, detail->describe_place);
	}
	print_scores(output, detail);
	if (detail->tflags_place.file) {
		fputs("  tflags    ", output->out);
		output_text(output, detail->tflags);
		print_place(output, detail->tflags_place);
	}
	if (detail->expires_place.file) {
		fprintf(output->out, "  expires   %s", date_format(detail->expires, day));
		print_place(output, detail->expires_place);
	}
	if (detail->shadows.file) {
		fputs("  instead of another definition", output->out);
		print_place(output, detail->shadows);
	}
}

static void print_definition(const struct output *output, const struct ruleset *rules,
	size_t index)
{
	struct ruleset_rule rule = ruleset_rule(rules, index);

	fprintf(output->out, "%s %s ", rule.kind, rule.name);
	output_text(output, rule_detail(rules, index).definition);
	print_place(output, rule.place);
}

static void print_head(const struct output *output, const struct ruleset_rule *rule,
	const struct rule_detail *detail)
{
	const char *idle = idle_texts[detail->idle];
	char text[32];

	output_style(output, OUTPUT_BOLD);
	fputs(rule->name, output->out);
	output_style(output, OUTPUT_PLAIN);
	if (!rule->sub_rule)
		fprintf(output->out, "  score %s%s%s", output_score(rule->score, text),
			detail->score_place.file ? "" : " (the default)",
			rule->observe ? ", only observed" : "");
	output_style(output, idle ? OUTPUT_WARN : OUTPUT_PLAIN);
	if (idle)
		fprintf(output->out, "  does not run: %s%s\n", rule->absent ? "it needs absent " : idle,
			rule->absent ? rule->absent : "");
	else
		fprintf(output->out, "  runs at stage %s\n", rule_stages[rule->stage]);
	output_style(output, OUTPUT_PLAIN);
}

int rule_show_text(const struct output *output, const struct ruleset *rules, size_t index)
{
	struct ruleset_rule rule = ruleset_rule(rules, index);
	struct rule_detail detail = rule_detail(rules, index);
	struct rule_closure needs, users = { 0 };

	if (rule_closure_find(rules, index, true, &needs) != 0
			|| rule_closure_find(rules, index, false, &users) != 0) {
		rule_closure_clear(&needs);
		return perror("depeer"), -1;
	}
	print_head(output, &rule, &detail);
	fputs("  ", output->out);
	print_definition(output, rules, index);
	print_settings(output, &rule, &detail);
	for (size_t i = 0; i < needs.n; i++) {
		const char *idle = idle_texts[rule_detail(rules, needs.items[i]).idle];
		const char *absent = ruleset_rule(rules, needs.items[i]).absent;

		fprintf(output->out, "%s%*s", i ? "            " : "  needs     ",
			2 * (int)(needs.depths[i] - 1), "");
		if (idle)
			fprintf(output->out, "(does not run: %s%s) ",
				absent ? "it needs absent " : idle, absent ? absent : "");
		print_definition(output, rules, needs.items[i]);
	}
	for (size_t i = 0; i < users.n; i++) {
		fprintf(output->out, "%s%*s", i ? "            " : "  used by   ",
			2 * (int)(users.depths[i] - 1), "");
		print_definition(output, rules, users.items[i]);
	}
	rule_closure_clear(&needs);
	rule_closure_clear(&users);
	return 0;
}

json_t *rule_show_object(const struct ruleset_rule *rule)
{
	json_t *object = json_object();
	int status = output_json_set(object, "name", output_json_text(str_from(rule->name)));

	status |= output_json_set(object, "kind", json_string(rule->kind));
	status |= output_json_set(object, "score", json_real(rule->score));
	status |= output_json_set(object, "stage", json_string(rule_stages[rule->stage]));
	status |= output_json_set(object, "runs", json_boolean(rule->runs));
	status |= output_json_set(object, "observe", json_boolean(rule->observe));
	status |= output_json_set(object, "sub_rule", json_boolean(rule->sub_rule));
	status |= output_json_set(object, "needs_absent", rule->absent ?
		json_string(rule->absent) : json_null());
	status |= output_json_set(object, "describe", output_json_text(str_from(rule->describe)));
	status |= output_json_set(object, "file", output_json_text(str_from(rule->place.file)));
	status |= output_json_set(object, "line", json_integer(rule->place.line));
	if (status == 0)
		return object;
	json_decref(object);
	return NULL;
}

/* null where there is no such line */
static json_t *place_json(struct place place)
{
	json_t *object;

	if (!place.file)
		return json_null();
	object = json_object();
	if (output_json_set(object, "file", output_json_text(str_from(place.file))) == 0
			&& output_json_set(object, "line", json_integer(place.line)) == 0)
		return object;
	json_decref(object);
	return NULL;
}

static json_t *closure_json(const struct ruleset *rules, size_t index, bool down)
{
	struct rule_closure closure;
	json_t *array = json_array();
	int status = rule_closure_find(rules, index, down, &closure);

	for (size_t i = 0; status == 0 && i < closure.n; i++) {
		struct ruleset_rule rule = ruleset_rule(rules, closure.items[i]);
		struct rule_detail detail = rule_detail(rules, closure.items[i]);
		json_t *one = json_object();

		status |= output_json_set(one, "name", output_json_text(str_from(rule.name)));
		status |= output_json_set(one, "kind", json_string(rule.kind));
		status |= output_json_set(one, "definition", output_json_text(detail.definition));
		status |= output_json_set(one, "depth", json_integer(closure.depths[i]));
		status |= output_json_set(one, "runs", json_boolean(rule.runs));
		status |= output_json_set(one, "file", output_json_text(str_from(rule.place.file)));
		status |= output_json_set(one, "line", json_integer(rule.place.line));
		status |= json_array_append_new(array, one);
	}
	rule_closure_clear(&closure);
	if (status == 0)
		return array;
	json_decref(array);
	return NULL;
}

static json_t *scores_json(const struct rule_detail *detail)
{
	json_t *array = json_array();

	for (size_t i = 0; array && i < RULE_DETAIL_SCORES; i++)
		if (json_array_append_new(array, json_real(detail->scores[i])) != 0) {
			json_decref(array);
			array = NULL;
		}
	return array;
}

int rule_show_json(const struct output *output, const struct ruleset *rules, size_t index)
{
	struct ruleset_rule rule = ruleset_rule(rules, index);
	struct rule_detail detail = rule_detail(rules, index);
	json_t *object = rule_show_object(&rule);
	const char *idle = idle_texts[detail.idle];
	char day[DATE_TEXT_MAX];
	int status = output_json_set(object, "definition", output_json_text(detail.definition));

	status |= output_json_set(object, "idle", idle ? json_string(idle) : json_null());
	status |= output_json_set(object, "scores", scores_json(&detail));
	status |= output_json_set(object, "score_used", json_integer((json_int_t)detail.score_used));
	status |= output_json_set(object, "score_at", place_json(detail.score_place));
	status |= output_json_set(object, "describe_at", place_json(detail.describe_place));
	status |= output_json_set(object, "tflags", output_json_text(detail.tflags));
	status |= output_json_set(object, "tflags_at", place_json(detail.tflags_place));
	status |= output_json_set(object, "expires", detail.expires == DATE_MAX ? json_null()
		: json_string(date_format(detail.expires, day)));
	status |= output_json_set(object, "instead_of", place_json(detail.shadows));
	status |= output_json_set(object, "needs", closure_json(rules, index, true));
	status |= output_json_set(object, "used_by", closure_json(rules, index, false));
	if (status != 0) {
		json_decref(object);
		object = NULL;
	}
	return output_json_line(output, object);
}
