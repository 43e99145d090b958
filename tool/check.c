/* depeer check: reads all that depeerd would read, and says all that is wrong with it. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/date.h"
#include "rules/lint.h"
#include "tool/command.h"
#include "tool/output.h"
#include "tool/world.h"

enum {
	OPT_VERBOSE = 'v', OPT_WERROR = 1000, OPT_STALE,
	FINDING_MAX = 5120
};

static const struct option_info options_table[] = {
	WORLD_CONFIG_OPTION,
	WORLD_FORMAT_OPTION,
	{ OPT_VERBOSE, "verbose", NULL, "notes too: rules that do not run, overriding" },
	{ OPT_WERROR, "werror", NULL, "warnings are errors too" },
	{ OPT_STALE, "stale-days", "N", "warn of lists without max_age whose data is older (30); 0: never" },
	{ 0, NULL, NULL, NULL }
};

/* The files that were looked at, each once. */
struct names {
	char **items;
	size_t n;
	bool failed;
};

static void names_add(struct names *names, const char *name)
{
	char **grown;

	for (size_t i = 0; i < names->n; i++)
		if (strcmp(names->items[i], name) == 0)
			return;
	grown = realloc(names->items, (names->n + 1) * sizeof(*grown));
	names->failed |= !grown;
	if (!grown)
		return;
	names->items = grown;
	grown[names->n] = strdup(name);
	names->failed |= !grown[names->n];
	names->n += grown[names->n] != NULL;
}

static void names_clear(struct names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->items[i]);
	free(names->items);
}

static int is_rule_file(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > 3 && strcmp(entry->d_name + len - 3, ".cf") == 0;
}

static void add_rule_path(struct names *names, const char *path)
{
	struct dirent **entries;
	struct stat status;
	int n;

	if (stat(path, &status) != 0 || !S_ISDIR(status.st_mode)) {
		names_add(names, path);
		return;
	}
	n = scandir(path, &entries, is_rule_file, alphasort);
	for (int i = 0; i < n; i++) {
		struct buf name = { 0 };

		buf_addf(&name, "%s%s%s", path, path[strlen(path) - 1] == '/' ? "" : "/",
			entries[i]->d_name);
		names_add(names, buf_cstr(&name));
		buf_free(&name);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
}

static void add_config_files(struct names *names, const struct config *config)
{
	if (config->path)
		names_add(names, config->path);
	for (size_t i = 0; i < config->rules.n; i++)
		add_rule_path(names, config->rules.items[i]);
	for (size_t i = 0; i < config->databases.n; i++)
		names_add(names, config->databases.items[i]);
}

/* Files that others name: includes and lists. */
static void add_loaded_files(struct names *names, const struct snapshot *snapshot)
{
	for (size_t i = 0; i < ruleset_rules(snapshot->rules); i++)
		names_add(names, ruleset_rule(snapshot->rules, i).place.file);
	for (size_t i = 0; i < geoip_lists(snapshot->geoip); i++)
		names_add(names, geoip_list_info(snapshot->geoip, i)->source);
}

struct checking {
	struct output output;
	struct diags diags;
	struct names files;
	size_t rules, lists;
	unsigned stale_days;
	bool loaded, json, werror, verbose, progress_shown;
};

static json_t *diag_json(const struct diag *diag)
{
	json_t *object = json_object();
	int status = output_json_set(object, "severity",
		json_string(diag_severity_name(diag->severity)));

	status |= output_json_set(object, "file", output_json_text(str_from(diag->place.file)));
	status |= output_json_set(object, "line", json_integer(diag->place.line));
	status |= output_json_set(object, "column", json_integer(diag->place.column));
	status |= output_json_set(object, "text", output_json_text(str_from(diag->text)));
	if (status == 0)
		return object;
	json_decref(object);
	return NULL;
}

static int print_json(const struct checking *c)
{
	json_t *summary = json_object();
	int status = 0;

	for (size_t i = 0; i < c->diags.n; i++)
		if (c->verbose || c->diags.items[i].severity != DIAG_NOTE)
			status |= output_json_line(&c->output, diag_json(&c->diags.items[i]));
	status |= output_json_set(summary, "files", json_integer((json_int_t)c->files.n));
	status |= output_json_set(summary, "rules", c->loaded
		? json_integer((json_int_t)c->rules) : json_null());
	status |= output_json_set(summary, "lists", c->loaded
		? json_integer((json_int_t)c->lists) : json_null());
	status |= output_json_set(summary, "errors", json_integer((json_int_t)c->diags.errors));
	status |= output_json_set(summary, "warnings",
		json_integer((json_int_t)c->diags.warnings));
	if (status != 0) {
		json_decref(summary);
		summary = NULL;
	}
	return output_json_line(&c->output, summary);
}

static void print_count(const struct output *output, const char *separator, size_t n,
	const char *what)
{
	fprintf(output->out, "%s%zu %s%s", separator, n, what, n == 1 ? "" : "s");
}

/* Notes come among the rest, but only for who wants them. */
static void print_findings(const struct checking *c)
{
	size_t lost = c->diags.errors + c->diags.warnings + c->diags.notes - c->diags.n;

	for (size_t i = 0; i < c->diags.n; i++) {
		char line[FINDING_MAX];

		if (c->diags.items[i].severity == DIAG_NOTE && !c->verbose)
			continue;
		diag_format(&c->diags.items[i], line, sizeof(line));
		fprintf(c->output.out, "%s\n", line);
	}
	if (lost > 0)
		fprintf(c->output.out, "%zu more findings are not shown\n", lost);
}

static void print_text(const struct checking *c)
{
	/* the lines are those of the compilers: editors jump to them */
	print_findings(c);
	output_style(&c->output, c->diags.errors ? OUTPUT_BAD
		: c->diags.warnings ? OUTPUT_WARN : OUTPUT_GOOD);
	print_count(&c->output, "", c->files.n, "file");
	if (c->loaded) {
		print_count(&c->output, ", ", c->rules, "rule");
		print_count(&c->output, ", ", c->lists, "list");
	}
	print_count(&c->output, ", ", c->diags.errors, "error");
	print_count(&c->output, ", ", c->diags.warnings, "warning");
	output_style(&c->output, OUTPUT_PLAIN);
	putc('\n', c->output.out);
}

static void check_lists(struct checking *c, const struct snapshot *snapshot)
{
	int32_t today = date_from_time(clock_wall_seconds());
	char text[FINDING_MAX / 2];

	for (size_t i = 0; i < geoip_lists(snapshot->geoip); i++)
		if (snapshot_list_warning(snapshot, i, (int32_t)c->stale_days, today, text,
				sizeof(text)))
			diags_add(&c->diags, DIAG_WARNING, (struct place){
				geoip_list_info(snapshot->geoip, i)->source, 0, 0 }, "%s", text);
}

/* On stderr, while a person waits. */
static void show_progress(struct checking *c, uint64_t *shown_us, size_t done, size_t all)
{
	uint64_t now = clock_monotonic_us();

	if (!isatty(STDERR_FILENO) || now - *shown_us < 200000)
		return;
	*shown_us = now;
	c->progress_shown = true;
	fprintf(stderr, "\rtrying regexes on hostile text: %zu of %zu rules\033[K", done, all);
}

/* What is right and yet hardly meant. */
static void check_more(struct checking *c, const struct snapshot *snapshot)
{
	size_t n = ruleset_rules(snapshot->rules);
	uint64_t shown_us = clock_monotonic_us();
	int status = lint_set(snapshot->rules, &c->diags);

	for (size_t i = 0; status == 0 && i < n; i++) {
		status = lint_slow(snapshot->rules, i, &c->diags);
		show_progress(c, &shown_us, i + 1, n);
	}
	if (c->progress_shown)
		fputs("\r\033[K", stderr);
	if (status != 0)
		diags_add(&c->diags, DIAG_ERROR, (struct place){ NULL, 0, 0 }, "out of memory");
	check_lists(c, snapshot);
}

static int check_all(struct checking *c, const struct world *world)
{
	struct config *config = world_load_config(world, &c->diags);
	struct snapshot *snapshot;

	if (config)
		add_config_files(&c->files, config);
	else
		names_add(&c->files, world->config ? world->config : WORLD_CONFIG_DEFAULT);
	snapshot = config ? snapshot_build(config, &c->diags) : NULL;
	if (snapshot) {
		c->loaded = true;
		c->rules = ruleset_rules(snapshot->rules);
		c->lists = ruleset_lists(snapshot->rules);
		add_loaded_files(&c->files, snapshot);
		check_more(c, snapshot);
	}
	for (size_t i = 0; i < c->diags.n; i++)
		if (c->diags.items[i].place.line)
			names_add(&c->files, c->diags.items[i].place.file);
	snapshot_release(&snapshot);
	if (c->files.failed)
		return perror("depeer"), EX_OSERR;
	if (!c->json)
		print_text(c);
	else if (print_json(c) != 0)
		return EX_OSERR;
	return c->diags.errors > 0 || (c->werror && c->diags.warnings > 0) ? EX_CONFIG : EX_OK;
}

static bool take_option(struct checking *checking, const struct command *command, int id,
	const char *value)
{
	uint64_t days;

	checking->werror |= id == OPT_WERROR;
	checking->verbose |= id == OPT_VERBOSE;
	if (id == WORLD_FORMAT)
		return command_format(command, value, &checking->json);
	if (id != OPT_STALE)
		return true;
	if (!str_to_u64(str_from(value), 36500, &days)) {
		command_usage_error(command, "--stale-days '%.40s' is no number of days", value);
		return false;
	}
	checking->stale_days = (unsigned)days;
	return true;
}

/* Named files are checked by themselves: no config, no databases. */
static int check_run(const struct command *command, int argc, char **argv)
{
	struct options options = { .command = command, .argc = argc, .argv = argv };
	struct checking checking = { .output = output_open(), .stale_days = NETWORK_LIST_STALE_DAYS };
	struct world world = { 0 };
	bool failed = false;
	int id, status = EX_OK;

	while ((id = options_next(&options)) != OPTION_END && status == EX_OK) {
		if (id == OPTION_HELP)
			return world_clear(&world), EX_OK;
		if (id == OPTION_WRONG)
			status = EX_USAGE;
		else if (id == OPTION_OPERAND)
			failed |= world_set(&world, "RulesDir", options.value) != 0;
		else if (!world_option(&world, id, options.value, &failed)
				&& !take_option(&checking, command, id, options.value))
			status = EX_USAGE;
	}
	if (status == EX_OK && world.settings_n > 0 && world.config)
		status = command_usage_error(command, "-c and FILES exclude one another");
	world.no_config = world.settings_n > 0;
	if (status == EX_OK && failed)
		status = (perror("depeer"), EX_OSERR);
	if (status == EX_OK)
		status = output_close(&checking.output, check_all(&checking, &world));
	names_clear(&checking.files);
	diags_clear(&checking.diags);
	world_clear(&world);
	return status;
}

const struct command check_command = {
	.name = "check",
	.arguments = "[FILE...]",
	.summary = "Checks config, rules, lists and databases, and names every error",
	.about =
		"Without FILE: the config and all that it names. With FILEs: these rule files (or\n"
		"folders of them) and the lists that they name, without a config; a file that builds\n"
		"upon others is checked together with them. Status 78 when there is an error.\n",
	.options = options_table,
	.run = check_run,
};
