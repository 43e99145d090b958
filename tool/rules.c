/* depeer rules: the rules as they were loaded, after all overriding. */
#include <sysexits.h>

#include "tool/command.h"
#include "tool/output.h"
#include "tool/world.h"

enum { OPT_ALL = 'a' };

static const struct option_info options_table[] = {
	WORLD_CONFIG_OPTION,
	WORLD_RULES_OPTION,
	WORLD_FORMAT_OPTION,
	{ OPT_ALL, "all", NULL, "the sub-rules (__NAME) too" },
	{ 0, NULL, NULL, NULL }
};

static const char *const stages[] = {
	[FACT_CONNECT] = "connect", [FACT_ENVELOPE] = "envelope", [FACT_MESSAGE] = "message"
};

static void print_text(const struct output *output, const struct ruleset_rule *rule)
{
	char text[32];

	output_style(output, rule->observe ? OUTPUT_DIM : OUTPUT_PLAIN);
	if (rule->sub_rule)
		fprintf(output->out, "%8s", "-");
	else
		fprintf(output->out, "%8s", output_score(rule->score, text));
	fprintf(output->out, "  %-28s %-8s %-8s %s:%u%s", rule->name, rule->kind,
		stages[rule->stage], rule->place.file, rule->place.line,
		rule->observe ? "  (observed)" : "");
	if (rule->absent)
		fprintf(output->out, "  (needs absent %s)", rule->absent);
	fputs("\n", output->out);
	output_style(output, OUTPUT_PLAIN);
}

static int print_json(const struct output *output, const struct ruleset_rule *rule)
{
	json_t *object = json_object();
	int status = output_json_set(object, "name", output_json_text(str_from(rule->name)));

	status |= output_json_set(object, "kind", json_string(rule->kind));
	status |= output_json_set(object, "score", json_real(rule->score));
	status |= output_json_set(object, "stage", json_string(stages[rule->stage]));
	status |= output_json_set(object, "observe", json_boolean(rule->observe));
	status |= output_json_set(object, "sub_rule", json_boolean(rule->sub_rule));
	status |= output_json_set(object, "needs_absent", rule->absent ?
		json_string(rule->absent) : json_null());
	status |= output_json_set(object, "describe", output_json_text(str_from(rule->describe)));
	status |= output_json_set(object, "file", output_json_text(str_from(rule->place.file)));
	status |= output_json_set(object, "line", json_integer(rule->place.line));
	if (status != 0) {
		json_decref(object);
		object = NULL;
	}
	return output_json_line(output, object);
}

static int print_rules(const struct world *world, bool json, bool all)
{
	struct output output = output_open();
	int status = EX_OK;
	struct snapshot *snapshot = world_open(world, &status);
	size_t n = snapshot ? ruleset_rules(snapshot->rules) : 0;

	for (size_t i = 0; i < n; i++) {
		struct ruleset_rule rule = ruleset_rule(snapshot->rules, i);

		if (rule.sub_rule && !all)
			continue;
		if (!json)
			print_text(&output, &rule);
		else if (print_json(&output, &rule) != 0)
			status = EX_OSERR;
	}
	snapshot_release(&snapshot);
	return output_close(&output, status);
}

static int rules_run(const struct command *command, int argc, char **argv)
{
	struct options options = { .command = command, .argc = argc, .argv = argv };
	struct world world = { 0 };
	bool json = false, failed = false, all = false, go_on = true;
	int id, status = EX_OK;

	while (go_on && (id = options_next(&options)) != OPTION_END) {
		go_on = id > 0;
		if (id == OPTION_WRONG)
			status = EX_USAGE;
		else if (id == OPTION_OPERAND)
			status = command_usage_error(command, "takes no arguments");
		else if (id == OPT_ALL)
			all = true;
		else if (id == WORLD_FORMAT && !command_format(command, options.value, &json))
			go_on = (status = EX_USAGE) == EX_OK;
		else if (id > 0 && id != WORLD_FORMAT)
			world_option(&world, id, options.value, &failed);
	}
	if (failed)
		status = (perror("depeer"), EX_OSERR);
	else if (go_on)
		status = print_rules(&world, json, all);
	world_clear(&world);
	return status;
}

const struct command rules_command = {
	.name = "rules",
	.arguments = "",
	.summary = "Shows the rules as they were loaded, each with its place",
	.options = options_table,
	.run = rules_run,
};
