/* depeer lists: the network lists as they were loaded: what is in them, and of when they are. */
#include <inttypes.h>
#include <sysexits.h>

#include "base/clock.h"
#include "base/date.h"
#include "tool/command.h"
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

static void print_text(const struct output *output, const struct network_list_info *info)
{
	int64_t days = (clock_wall_seconds() - info->timestamp) / 86400;
	char text[DATE_TEXT_MAX];

	output_style(output, OUTPUT_BOLD);
	fputs(info->name, output->out);
	output_style(output, OUTPUT_PLAIN);
	fprintf(output->out, "  %zu entries: %zu AS numbers, %zu prefixes", info->entries,
		info->asns, info->prefixes);
	if (info->dated > 0)
		fprintf(output->out, "; %zu dated", info->dated);
	if (info->duplicates > 0)
		fprintf(output->out, "; %zu duplicates dropped", info->duplicates);
	fputs("\n  ", output->out);
	output_text(output, str_from(info->source));
	fprintf(output->out, ", %s", formats[info->format]);
	if (info->timestamp != 0)
		fprintf(output->out, ", of %s (%" PRId64 " day%s old)",
			date_format(date_from_time(info->timestamp), text), days, days == 1 ? "" : "s");
	putc('\n', output->out);
}

static int print_json(const struct output *output, const struct network_list_info *info)
{
	json_t *object = json_object();
	char text[DATE_TEXT_MAX];
	const struct { const char *key; size_t n; } counts[] = {
		{ "entries", info->entries }, { "asns", info->asns }, { "prefixes", info->prefixes },
		{ "duplicates", info->duplicates }, { "dated", info->dated }
	};
	int status = output_json_set(object, "name", output_json_text(str_from(info->name)));

	status |= output_json_set(object, "source", output_json_text(str_from(info->source)));
	status |= output_json_set(object, "format", json_string(formats[info->format]));
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		status |= output_json_set(object, counts[i].key,
			json_integer((json_int_t)counts[i].n));
	status |= output_json_set(object, "date", info->timestamp == 0 ? json_null()
		: json_string(date_format(date_from_time(info->timestamp), text)));
	if (status != 0) {
		json_decref(object);
		object = NULL;
	}
	return output_json_line(output, object);
}

static int print_lists(const struct world *world, bool json)
{
	struct output output = output_open();
	int status = EX_OK;
	struct snapshot *snapshot = world_open(world, &status);
	size_t n = snapshot ? geoip_lists(snapshot->geoip) : 0;

	for (size_t i = 0; i < n; i++) {
		if (!json)
			print_text(&output, geoip_list_info(snapshot->geoip, i));
		else if (print_json(&output, geoip_list_info(snapshot->geoip, i)) != 0)
			status = EX_OSERR;
	}
	if (snapshot && n == 0 && !json)
		fputs("no list: the rules declare none (network_list in depeer-rules(5))\n", output.out);
	snapshot_release(&snapshot);
	return output_close(&output, status);
}

static int lists_run(const struct command *command, int argc, char **argv)
{
	struct options options = { .command = command, .argc = argc, .argv = argv };
	struct world world = { 0 };
	bool json = false, failed = false, go_on = true;
	int id, status = EX_OK;

	while (go_on && (id = options_next(&options)) != OPTION_END) {
		go_on = id > 0;
		if (id == OPTION_WRONG)
			status = EX_USAGE;
		else if (id == OPTION_OPERAND)
			status = command_usage_error(command, "takes no arguments");
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
	.summary = "Shows the network lists as they were loaded",
	.options = options_table,
	.run = lists_run,
};
