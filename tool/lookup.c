/* depeer lookup: what is known of an address: its network, its lists, and how old the data is. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/clock.h"
#include "base/date.h"
#include "tool/command.h"
#include "tool/list_print.h"
#include "tool/network_print.h"
#include "tool/world.h"

enum { OPT_DATE = 1000 };

static const struct option_info options_table[] = {
	WORLD_CONFIG_OPTION,
	WORLD_RULES_OPTION,
	WORLD_DATABASE_OPTION,
	WORLD_FORMAT_OPTION,
	{ OPT_DATE, "date", "DAY", "lists as they count on YYYY-MM-DD" },
	{ 0, NULL, NULL, NULL }
};

struct looking {
	struct world world;
	struct output output;
	struct snapshot *snapshot;
	const char **operands;
	size_t operands_n;
	int32_t day;
	bool json;
};

static void print_age(const struct output *output, int64_t epoch)
{
	int64_t days = (clock_wall_seconds() - epoch) / 86400;
	char text[DATE_TEXT_MAX];

	fprintf(output->out, "%s", date_format(date_from_time(epoch), text));
	if (days >= 0)
		fprintf(output->out, " (%" PRId64 " day%s old)", days, days == 1 ? "" : "s");
}

static void print_databases(const struct looking *l)
{
	if (geoip_databases(l->snapshot->geoip) == 0)
		fputs("no database: networks are not known (GeoDatabase in depeer.conf, or --database)\n",
			l->output.out);
	for (size_t i = 0; i < geoip_databases(l->snapshot->geoip); i++) {
		const struct mmdb_info *info = geoip_database_info(l->snapshot->geoip, i);

		fprintf(l->output.out, "data: %s, ", info->path);
		output_text(&l->output, str_from(info->type));
		fputs(", of ", l->output.out);
		print_age(&l->output, info->build_epoch);
		putc('\n', l->output.out);
	}
}

/* The list is too old to be asked on that day. */
static bool too_old(const struct looking *l, size_t list)
{
	const int32_t *last_days = geoip_last_days(l->snapshot->geoip);

	return last_days && l->day > last_days[list];
}

static size_t too_old_lists(const struct looking *l)
{
	size_t n = 0;

	for (size_t i = 0; i < geoip_lists(l->snapshot->geoip); i++)
		n += too_old(l, i);
	return n;
}

/* The listings of those lists that do not count on the day asked for: for others to know why an
 * address that is in the file is "on no list". */
static void other_days(const struct looking *l, const struct network *network,
	struct network *others)
{
	struct network all = { 0 };

	*others = *network;
	others->listings_n = 0;
	geoip_lookup(l->snapshot->geoip, &network->ip, NETWORK_LIST_ANY_DAY, &all);
	for (size_t i = 0; i < all.listings_n; i++) {
		bool counts = false;

		for (size_t k = 0; k < network->listings_n; k++)
			counts |= network->listing_lists[k] == all.listing_lists[i];
		if (counts)
			continue;
		others->listings[others->listings_n] = all.listings[i];
		others->listing_lists[others->listings_n++] = all.listing_lists[i];
	}
}

/* Why the answer is not all that could be said, and what is in the lists that were not asked. */
static void print_rest(const struct looking *l, const struct network *network)
{
	const struct geoip *geoip = l->snapshot->geoip;
	struct network others;

	for (size_t i = 0; i < geoip_lists(geoip); i++) {
		if (!too_old(l, i))
			continue;
		fprintf(l->output.out, "  unknown  %s, ", geoip_list_info(geoip, i)->name);
		list_print_age(&l->output, geoip_list_info(geoip, i),
			ruleset_list(l->snapshot->rules, i)->max_age, l->day);
		putc('\n', l->output.out);
	}
	other_days(l, network, &others);
	for (size_t i = 0; i < others.listings_n; i++) {
		fputs(too_old(l, others.listing_lists[i]) ? "  too old  " : "  not on this day  ",
			l->output.out);
		network_print_listing(&l->output, others.listings[i]);
		putc('\n', l->output.out);
	}
}

static void print_text(const struct looking *l, const struct network *network)
{
	char text[IP_TEXT_MAX];

	output_style(&l->output, OUTPUT_BOLD);
	fputs(ip_format(&network->ip, text), l->output.out);
	output_style(&l->output, OUTPUT_PLAIN);
	fputs(": ", l->output.out);
	network_print_text(&l->output, network);
	if (ip_is_private(&network->ip))
		fputs(" (a private address)", l->output.out);
	putc('\n', l->output.out);
	for (size_t i = 0; i < network->listings_n; i++) {
		fputs("  listed  ", l->output.out);
		network_print_listing(&l->output, network->listings[i]);
		putc('\n', l->output.out);
	}
	if (network->listings_incomplete)
		fputs("  lists of AS numbers: unknown, since its AS number is\n", l->output.out);
	else if (network->listings_n == 0)
		fputs(too_old_lists(l) > 0 ? "  on no list that counts\n" : "  on no list\n",
			l->output.out);
	print_rest(l, network);
}

/* The names of the lists that were not asked. */
static json_t *too_old_json(const struct looking *l)
{
	json_t *names = json_array();

	for (size_t i = 0; names && i < geoip_lists(l->snapshot->geoip); i++)
		if (too_old(l, i) && json_array_append_new(names, output_json_text(
				str_from(geoip_list_info(l->snapshot->geoip, i)->name))) != 0) {
			json_decref(names);
			return NULL;
		}
	return names;
}

static json_t *databases_json(const struct looking *l)
{
	json_t *databases = json_array();
	int status = databases ? 0 : -1;

	for (size_t i = 0; status == 0 && i < geoip_databases(l->snapshot->geoip); i++) {
		const struct mmdb_info *info = geoip_database_info(l->snapshot->geoip, i);
		char text[DATE_TEXT_MAX];
		json_t *one = json_object();

		status |= output_json_set(one, "file", output_json_text(str_from(info->path)));
		status |= output_json_set(one, "type", output_json_text(str_from(info->type)));
		status |= output_json_set(one, "date",
			json_string(date_format(date_from_time(info->build_epoch), text)));
		status |= json_array_append_new(databases, one);
	}
	if (status == 0)
		return databases;
	json_decref(databases);
	return NULL;
}

static int print_json(const struct looking *l, const struct network *network)
{
	struct network others, said = *network;
	json_t *object;

	said.listings_incomplete |= too_old_lists(l) > 0;
	object = network_print_json(&said);
	other_days(l, network, &others);
	if (object && (output_json_set(object, "lists_too_old", too_old_json(l)) != 0
			|| output_json_set(object, "other_days", network_print_listings(&others)) != 0
			|| output_json_set(object, "databases", databases_json(l)) != 0)) {
		json_decref(object);
		object = NULL;
	}
	return output_json_line(&l->output, object);
}

static int look_up_all(struct looking *l)
{
	int status = EX_OK;

	l->snapshot = world_open(&l->world, &status);
	if (!l->snapshot)
		return status;
	for (size_t i = 0; i < l->operands_n; i++) {
		struct network network = { 0 };
		struct ip ip;

		if (!ip_parse(str_from(l->operands[i]), &ip)) {
			fprintf(stderr, "depeer lookup: '%.60s' is no IP address\n", l->operands[i]);
			status = EX_DATAERR;
			continue;
		}
		geoip_lookup(l->snapshot->geoip, &ip, l->day, &network);
		network.ip = ip;
		if (!l->json)
			print_text(l, &network);
		else if (print_json(l, &network) != 0)
			status = EX_OSERR;
	}
	if (!l->json)
		print_databases(l);
	return output_close(&l->output, status);
}

/* -1: go on; else the exit status. */
static int read_options(struct looking *l, const struct command *command, int argc, char **argv)
{
	struct options options = { .command = command, .argc = argc, .argv = argv };
	bool failed = false;
	int id;

	l->operands = calloc((size_t)argc, sizeof(*l->operands));
	if (!l->operands)
		return perror("depeer"), EX_OSERR;
	while ((id = options_next(&options)) != OPTION_END) {
		if (id == OPTION_WRONG)
			return EX_USAGE;
		if (id == OPTION_HELP)
			return EX_OK;
		if (id == OPTION_OPERAND)
			l->operands[l->operands_n++] = options.value;
		else if (id == OPT_DATE && !date_parse(str_from(options.value), &l->day))
			return command_usage_error(command, "--date '%.40s' is not YYYY-MM-DD",
				options.value);
		else if (id == WORLD_FORMAT && !command_format(command, options.value, &l->json))
			return EX_USAGE;
		else if (id != OPT_DATE && id != WORLD_FORMAT)
			world_option(&l->world, id, options.value, &failed);
	}
	if (failed)
		return perror("depeer"), EX_OSERR;
	return l->operands_n > 0 ? -1 : command_usage_error(command, "no ADDRESS is given");
}

static int lookup_run(const struct command *command, int argc, char **argv)
{
	struct looking looking = { .output = output_open(),
		.day = date_from_time(clock_wall_seconds()) };
	int status = read_options(&looking, command, argc, argv);

	if (status < 0)
		status = look_up_all(&looking);
	snapshot_release(&looking.snapshot);
	world_clear(&looking.world);
	free(looking.operands);
	return status;
}

const struct command lookup_command = {
	.name = "lookup",
	.arguments = "ADDRESS...",
	.summary = "Says in which network an address stands and on which lists it is",
	.options = options_table,
	.run = lookup_run,
};
