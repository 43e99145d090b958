/* depeer lists: the network lists: what is in them, of when they are, and whether they count. */
#include <inttypes.h>
#include <string.h>
#include <sysexits.h>

#include "base/clock.h"
#include "base/date.h"
#include "tool/command.h"
#include "tool/list_print.h"
#include "tool/output.h"
#include "tool/world.h"

static const struct option_info options_table[] = {
	WORLD_CONFIG_OPTION,
	WORLD_RULES_OPTION,
	WORLD_FORMAT_OPTION,
	{ 0, NULL, NULL, NULL }
};

static const char *const formats[] = {
	[NETWORK_LIST_WORDS] = "words", [NETWORK_LIST_TEXT] = "text",
	[NETWORK_LIST_NDJSON] = "ndjson", [NETWORK_LIST_CSV] = "csv"
};

struct listing {
	struct output output;
	int32_t today;
	bool json;
};

static void print_name(const struct listing *l, const char *name)
{
	output_style(&l->output, OUTPUT_BOLD);
	fputs(name, l->output.out);
	output_style(&l->output, OUTPUT_PLAIN);
}

static void print_text(const struct listing *l, const struct network_list_info *info,
	int32_t max_age)
{
	FILE *out = l->output.out;

	print_name(l, info->name);
	fprintf(out, "  %zu entries: %zu AS numbers, %zu prefixes", info->entries, info->asns,
		info->prefixes);
	if (info->dated > 0)
		fprintf(out, "; %zu dated", info->dated);
	if (info->duplicates > 0)
		fprintf(out, "; %zu duplicates dropped", info->duplicates);
	fputs("\n  ", out);
	output_text(&l->output, str_from(info->source));
	if (info->files > 1)
		fprintf(out, " and %zu more", info->files - 1);
	fprintf(out, ", %s", formats[info->format]);
	if (info->timestamp != 0) {
		fputs(", ", out);
		list_print_age(&l->output, info, max_age, l->today);
	}
	putc('\n', out);
}

static int print_json(const struct listing *l, const struct network_list_info *info,
	int32_t max_age)
{
	json_t *object = json_object();
	const struct { const char *key; size_t n; } counts[] = {
		{ "files", info->files }, { "entries", info->entries }, { "asns", info->asns },
		{ "prefixes", info->prefixes }, { "duplicates", info->duplicates },
		{ "dated", info->dated }
	};
	int status = output_json_set(object, "name", output_json_text(str_from(info->name)));

	status |= output_json_set(object, "source", output_json_text(str_from(info->source)));
	status |= output_json_set(object, "format", json_string(formats[info->format]));
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		status |= output_json_set(object, counts[i].key,
			json_integer((json_int_t)counts[i].n));
	status |= list_print_age_json(object, info, max_age, l->today);
	if (status != 0) {
		json_decref(object);
		object = NULL;
	}
	return output_json_line(&l->output, object);
}

/* What is wrong with it was said on stderr. */
static int print_broken(const struct listing *l, const struct ruleset_list *list)
{
	json_t *object;
	int status;

	if (!l->json) {
		print_name(l, list->name);
		fputs("  ", l->output.out);
		output_style(&l->output, OUTPUT_BAD);
		fputs("broken", l->output.out);
		output_style(&l->output, OUTPUT_PLAIN);
		fputs("\n  ", l->output.out);
		output_text(&l->output, str_from(list->place.file));
		fprintf(l->output.out, ":%u\n", list->place.line);
		return 0;
	}
	object = json_object();
	status = output_json_set(object, "name", output_json_text(str_from(list->name)));
	status |= output_json_set(object, "state", json_string("broken"));
	if (status != 0) {
		json_decref(object);
		object = NULL;
	}
	return output_json_line(&l->output, object);
}

/* 0, or an exit status. */
static int print_list(const struct listing *l, const struct ruleset_list *list)
{
	struct diags diags = { 0 };
	struct network_list *loaded = snapshot_load_list(list, &diags);
	int status = loaded ? EX_OK : EX_CONFIG, failed;

	diags_print(&diags, stderr);
	diags_clear(&diags);
	if (!loaded)
		failed = print_broken(l, list);
	else if (l->json)
		failed = print_json(l, network_list_info(loaded), list->max_age);
	else
		failed = (print_text(l, network_list_info(loaded), list->max_age), 0);
	network_list_free(&loaded);
	return failed ? EX_OSERR : status;
}

/* One that is broken does not hide the others. */
static int print_lists(const struct world *world, bool json)
{
	struct listing listing = { .output = output_open(), .json = json,
		.today = date_from_time(clock_wall_seconds()) };
	int status = EX_OK, worst = EX_OK;
	struct ruleset *rules = world_open_rules(world, NULL, &worst);
	size_t n = rules ? ruleset_lists(rules) : 0;

	for (size_t i = 0; i < n; i++) {
		status = print_list(&listing, ruleset_list(rules, i));
		if (status != EX_OK)
			worst = status;
	}
	if (rules && n == 0 && !json)
		fputs("no list: the rules declare none (network_list in depeer-rules(5))\n",
			listing.output.out);
	ruleset_free(&rules);
	return output_close(&listing.output, worst);
}

static int lists_run(const struct command *command, int argc, char **argv)
{
	struct options options = { .command = command, .argc = argc, .argv = argv };
	struct world world = { 0 };
	bool json = false, failed = false, go_on = true;
	int id, status = EX_OK;

	if (argc > 1 && strcmp(argv[1], "update") == 0)
		return lists_update_command.run(&lists_update_command, argc - 1, argv + 1);
	while (go_on && (id = options_next(&options)) != OPTION_END) {
		go_on = id > 0;
		if (id == OPTION_WRONG)
			status = EX_USAGE;
		else if (id == OPTION_OPERAND)
			status = command_usage_error(command, "unknown argument '%.40s': only `update` can "
				"stand here, and first", options.value);
		else if (id == WORLD_FORMAT && !command_format(command, options.value, &json))
			go_on = (status = EX_USAGE) == EX_OK;
		else if (id > 0 && id != WORLD_FORMAT)
			world_option(&world, id, options.value, &failed);
	}
	if (failed)
		status = (perror("depeer"), EX_OSERR);
	else if (go_on)
		status = print_lists(&world, json);
	world_clear(&world);
	return status;
}

const struct command lists_command = {
	.name = "lists",
	.arguments = "",
	.summary = "Shows the network lists, their age, and puts new ones in place",
	.about =
		"`depeer lists update NAME --from FILE` puts a new file in the place of a list's; see\n"
		"`depeer lists update --help`.\n",
	.options = options_table,
	.run = lists_run,
};
