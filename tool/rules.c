/* depeer rules: the rules as they were loaded, after all overriding. */
#include <fnmatch.h>
#include <stdlib.h>
#include <sysexits.h>

#include "base/suggest.h"
#include "tool/command.h"
#include "tool/output.h"
#include "tool/rule_show.h"
#include "tool/world.h"

enum { OPT_ALL = 'a' };

static const struct option_info options_table[] = {
	WORLD_CONFIG_OPTION,
	WORLD_RULES_OPTION,
	WORLD_FORMAT_OPTION,
	{ OPT_ALL, "all", NULL, "the sub-rules (__NAME) too" },
	{ 0, NULL, NULL, NULL }
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
		rule_stages[rule->stage], rule->place.file, rule->place.line,
		rule->observe ? "  (observed)" : "");
	if (rule->absent)
		fprintf(output->out, "  (needs absent %s)", rule->absent);
	fputs("\n", output->out);
	output_style(output, OUTPUT_PLAIN);
}

/* What was asked for. */
struct request {
	const char **names; /* each a name, or a pattern with * ? [ */
	size_t names_n;
	bool json, all;
};

static int show_list(const struct output *output, const struct ruleset *rules,
	const struct request *request)
{
	int status = 0;

	for (size_t i = 0; i < ruleset_rules(rules); i++) {
		struct ruleset_rule rule = ruleset_rule(rules, i);

		if (rule.sub_rule && !request->all)
			continue;
		if (request->json)
			status |= output_json_line(output, rule_show_object(&rule));
		else
			print_text(output, &rule);
	}
	return status;
}

static void complain_no_rule(const struct ruleset *rules, const char *name)
{
	struct suggest suggest = suggest_begin(str_from(name));
	struct output errors = { .out = stderr };
	char hint[160];

	for (size_t i = 0; i < ruleset_rules(rules); i++)
		suggest_offer(&suggest, ruleset_rule(rules, i).name);
	fputs("depeer rules: no rule '", stderr);
	output_text(&errors, str_slice(str_from(name), 0, 100));
	fprintf(stderr, "'%s\n", suggest_text(&suggest, hint, sizeof(hint)));
}

static int show_named(const struct output *output, const struct ruleset *rules,
	const struct request *request)
{
	size_t shown = 0;
	int status = EX_OK;

	for (size_t k = 0; k < request->names_n; k++) {
		size_t before = shown;

		for (size_t i = 0; i < ruleset_rules(rules); i++) {
			if (fnmatch(request->names[k], ruleset_rule(rules, i).name, 0) != 0)
				continue;
			if (shown++ > 0 && !request->json)
				putc('\n', output->out);
			if ((request->json ? rule_show_json(output, rules, i)
					: rule_show_text(output, rules, i)) != 0)
				return EX_OSERR;
		}
		if (shown > before)
			continue;
		complain_no_rule(rules, request->names[k]);
		status = EX_DATAERR;
	}
	return status;
}

static int print_rules(const struct world *world, const struct request *request)
{
	struct output output = output_open();
	int status = EX_OK;
	struct snapshot *snapshot = world_open(world, &status);

	if (snapshot && request->names_n > 0)
		status = show_named(&output, snapshot->rules, request);
	else if (snapshot && show_list(&output, snapshot->rules, request) != 0)
		status = EX_OSERR;
	snapshot_release(&snapshot);
	return output_close(&output, status);
}

static int rules_run(const struct command *command, int argc, char **argv)
{
	struct options options = { .command = command, .argc = argc, .argv = argv };
	struct world world = { 0 };
	struct request request = { .names = calloc((size_t)argc, sizeof(*request.names)) };
	bool failed = !request.names, go_on = !failed;
	int id, status = EX_OK;

	while (go_on && (id = options_next(&options)) != OPTION_END) {
		go_on = id > 0 || id == OPTION_OPERAND;
		if (id == OPTION_WRONG)
			status = EX_USAGE;
		else if (id == OPTION_OPERAND)
			request.names[request.names_n++] = options.value;
		else if (id == OPT_ALL)
			request.all = true;
		else if (id == WORLD_FORMAT && !command_format(command, options.value, &request.json))
			go_on = (status = EX_USAGE) == EX_OK;
		else if (id > 0 && id != WORLD_FORMAT)
			world_option(&world, id, options.value, &failed);
	}
	if (failed)
		status = (perror("depeer"), EX_OSERR);
	else if (go_on)
		status = print_rules(&world, &request);
	world_clear(&world);
	free(request.names);
	return status;
}

const struct command rules_command = {
	.name = "rules",
	.arguments = "[NAME...]",
	.summary = "Shows the rules as they were loaded, each with its place",
	.about =
		"Without NAME: a line a rule. With NAME (or a pattern: 'PILL*'): all that is known of\n"
		"these rules, what they need and which rules need them. Status 65: no such rule.\n",
	.options = options_table,
	.run = rules_run,
};
