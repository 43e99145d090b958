/* depeer lists update: a fetched file becomes a list's file, if depeerd would read it.
 *
 * The very bytes that were checked are what is written. Only the file is looked at, not the rest
 * of the list's definition: the list may be missing or broken as it stands, since this is how it
 * gets its first good file.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/date.h"
#include "base/lex.h"
#include "base/save.h"
#include "base/suggest.h"
#include "tool/command.h"
#include "tool/daemon.h"
#include "tool/list_print.h"
#include "tool/world.h"

enum { OPT_DRY_RUN = 'n', OPT_FROM = 1000, OPT_FORCE, OPT_RELOAD };

static const struct option_info options_table[] = {
	{ OPT_FROM, "from", "FILE", "the new file; keeps its time, which may be the data's" },
	{ OPT_FORCE, "force", NULL, "also if less than half is left, or the data is older" },
	{ OPT_DRY_RUN, "dry-run", NULL, "say what would change, and change nothing" },
	{ OPT_RELOAD, "reload", NULL, "then have depeerd reload (by PidFile)" },
	WORLD_CONFIG_OPTION,
	WORLD_RULES_OPTION,
	WORLD_FORMAT_OPTION,
	{ 0, NULL, NULL, NULL }
};

struct side {
	struct lex_file file;
	struct network_list *list;     /* NULL: missing, or broken */
	struct network_list_info info; /* with the date of the file where the data has none */
	struct stat about;
};

struct updating {
	struct world world;
	struct output output;
	const char *name, *from;
	bool force, dry_run, reload, json;
	struct config *config;
	struct ruleset *rules;
	const struct ruleset_list *list;
	struct buf written;            /* path of the list's file, as the rules say it */
	char *path;                    /* the same, links resolved */
	bool exists;
	struct side old, new;
	struct network_list_changes changes;
	char why[200];                 /* it is refused; "": it is not */
};

static int complain(const struct updating *u, int status, const char *what)
{
	fprintf(stderr, "depeer lists update: %s: %s; nothing was changed\n", u->name, what);
	return status;
}

static int find_list(struct updating *u)
{
	struct suggest suggest = suggest_begin(str_from(u->name));
	char hint[80], text[160];

	for (size_t i = 0; i < ruleset_lists(u->rules); i++) {
		const struct ruleset_list *list = ruleset_list(u->rules, i);

		if (strcmp(list->name, u->name) == 0)
			u->list = list;
		suggest_offer(&suggest, list->name);
	}
	if (u->list)
		return EX_OK;
	snprintf(text, sizeof(text), "the rules declare no such list%s",
		suggest_text(&suggest, hint, sizeof(hint)));
	return complain(u, EX_DATAERR, text);
}

/* Where a link leads is what is replaced, not the link. */
static int resolve(struct updating *u)
{
	const char *written = buf_cstr(&u->written);
	struct error error;

	u->path = realpath(written, NULL);
	u->exists = u->path != NULL;
	if (!u->path && errno == ENOENT)
		u->path = strdup(written);
	if (u->path && (!u->exists || stat(u->path, &u->old.about) == 0))
		return EX_OK;
	error_set(&error, "%s: %s", written, strerror(errno));
	return complain(u, EX_NOINPUT, error.text);
}

static int find_file(struct updating *u)
{
	size_t files = 0;

	for (size_t i = 0; i < u->list->words_n; i++)
		files += network_list_word_file(u->list->words[i].text, u->list->directory,
			files == 0 ? &u->written : NULL);
	if (u->written.failed)
		return complain(u, EX_OSERR, "out of memory");
	if (files == 1)
		return resolve(u);
	return complain(u, EX_DATAERR, files == 0 ? "it has no file, but words in the rules"
		: "it has several files: declare a list for each (a rule may ask several lists)");
}

/* Reads a file as depeerd does. The findings are in diags. */
static void read_side(struct side *side, const char *name, const char *path, struct diags *diags)
{
	struct error error;

	if (lex_file_read(&side->file, path, &error) != 0) {
		diags_add(diags, DIAG_ERROR, (struct place){ path, 0, 0 }, "%s", error.text);
		return;
	}
	side->list = network_list_parse(name, path, str_make(side->file.text, side->file.len), diags);
	if (!side->list)
		return;
	side->info = *network_list_info(side->list);
	if (side->info.timestamp == 0)
		side->info.timestamp = (int64_t)side->about.st_mtime;
}

static int read_new(struct updating *u)
{
	struct diags diags = { 0 };
	char text[100];

	if (stat(u->from, &u->new.about) != 0) {
		fprintf(stderr, "depeer lists update: %s: %s\n", u->from, strerror(errno));
		return complain(u, EX_NOINPUT, "no new file");
	}
	read_side(&u->new, u->name, u->from, &diags);
	diags_print(&diags, stderr);
	snprintf(text, sizeof(text), "the new file is refused, %zu error%s", diags.errors,
		diags.errors == 1 ? "" : "s");
	diags_clear(&diags);
	return u->new.list ? EX_OK : complain(u, EX_DATAERR, text);
}

/* What stands there now may be broken: then there is nothing to compare with. */
static void read_old(struct updating *u)
{
	struct diags diags = { 0 };

	if (u->exists)
		read_side(&u->old, u->name, u->path, &diags);
	if (u->exists && !u->old.list)
		fprintf(stderr, "depeer lists update: %s: the file in place is broken, nothing to compare "
			"with: %s\n", u->name, u->path);
	diags_clear(&diags);
}

/* What no fetcher can mean: a source that lost most of its entries, or gave an old copy. */
static void judge(struct updating *u)
{
	const struct network_list_info *old = &u->old.info, *new = &u->new.info;
	char was[DATE_TEXT_MAX], is[DATE_TEXT_MAX];

	if (!u->old.list || u->force)
		return;
	if (new->entries < old->entries - old->entries / 2)
		snprintf(u->why, sizeof(u->why), "less than half is left: %zu entries of %zu "
			"(--force takes it all the same)",
			new->entries, old->entries);
	else if (new->dates_itself && old->dates_itself && new->timestamp < old->timestamp)
		snprintf(u->why, sizeof(u->why), "the data is older than what is in place: %s, not %s "
			"(--force takes it all the same)",
			date_format(date_from_time(new->timestamp), is),
			date_format(date_from_time(old->timestamp), was));
}

static bool is_the_same(const struct updating *u)
{
	return u->old.file.text && u->new.file.len == u->old.file.len
		&& memcmp(u->new.file.text, u->old.file.text, u->new.file.len) == 0
		&& u->new.about.st_mtime == u->old.about.st_mtime;
}

static int swap(struct updating *u)
{
	struct save_as as = { .mode = 0644, .mtime = (int64_t)u->new.about.st_mtime };
	struct error error;

	if (u->exists) {
		as.mode = u->old.about.st_mode & 07777 & ~(mode_t)S_IWOTH; /* depeerd refuses those */
		as.owned = true;
		as.uid = u->old.about.st_uid;
		as.gid = u->old.about.st_gid;
	}
	if (save_file(u->path, str_make(u->new.file.text, u->new.file.len), &as, &error) == 0)
		return EX_OK;
	return complain(u, EX_CANTCREAT, error.text);
}

static void print_changes(const struct updating *u, char sign, size_t n,
	const struct network_listing *const *shown)
{
	FILE *out = u->output.out;

	for (size_t i = 0; i < n && i < NETWORK_LIST_CHANGES_SHOWN; i++) {
		fprintf(out, "  %c ", sign);
		output_text(&u->output, str_from(shown[i]->entry));
		fputs(shown[i]->note[0] ? "  " : "", out);
		output_text(&u->output, str_from(shown[i]->note));
		putc('\n', out);
	}
	if (n > NETWORK_LIST_CHANGES_SHOWN)
		fprintf(out, "  %c %zu more\n", sign, n - NETWORK_LIST_CHANGES_SHOWN);
}

static void print_text(const struct updating *u, const char *result)
{
	FILE *out = u->output.out;

	output_style(&u->output, OUTPUT_BOLD);
	fputs(u->name, out);
	output_style(&u->output, OUTPUT_PLAIN);
	fprintf(out, "  %zu entries", u->new.info.entries);
	if (u->old.list)
		fprintf(out, ", were %zu", u->old.info.entries);
	fprintf(out, ": %zu added, %zu removed\n", u->changes.added, u->changes.removed);
	print_changes(u, '+', u->changes.added, u->changes.first_added);
	print_changes(u, '-', u->changes.removed, u->changes.first_removed);
	fputs("  ", out);
	list_print_age(&u->output, &u->new.info, u->list->max_age,
		date_from_time(clock_wall_seconds()));
	fputs("\n  ", out);
	output_text(&u->output, buf_str(&u->written));
	fprintf(out, ": %s\n", result);
}

static json_t *entries_json(size_t n, const struct network_listing *const *shown)
{
	json_t *entries = json_array();
	int status = entries ? 0 : -1;

	for (size_t i = 0; status == 0 && i < n && i < NETWORK_LIST_CHANGES_SHOWN; i++)
		status = json_array_append_new(entries, output_json_text(str_from(shown[i]->entry)));
	if (status == 0)
		return entries;
	json_decref(entries);
	return NULL;
}

static int print_json(const struct updating *u, const char *result)
{
	json_t *object = json_object();
	int status = output_json_set(object, "name", output_json_text(str_from(u->name)));

	status |= output_json_set(object, "file", output_json_text(buf_str(&u->written)));
	status |= output_json_set(object, "entries",
		json_integer((json_int_t)u->new.info.entries));
	status |= output_json_set(object, "entries_before", !u->old.list ? json_null()
		: json_integer((json_int_t)u->old.info.entries));
	status |= output_json_set(object, "added", json_integer((json_int_t)u->changes.added));
	status |= output_json_set(object, "removed", json_integer((json_int_t)u->changes.removed));
	status |= output_json_set(object, "first_added",
		entries_json(u->changes.added, u->changes.first_added));
	status |= output_json_set(object, "first_removed",
		entries_json(u->changes.removed, u->changes.first_removed));
	status |= list_print_age_json(object, &u->new.info, u->list->max_age,
		date_from_time(clock_wall_seconds()));
	status |= output_json_set(object, "result", json_string(result));
	if (status != 0) {
		json_decref(object);
		object = NULL;
	}
	return output_json_line(&u->output, object) == 0 ? EX_OK : EX_OSERR;
}

/* Decides, does it, and says what was done. */
static int carry_out(struct updating *u)
{
	bool same = is_the_same(u);
	const char *result = u->why[0] ? "refused" : same ? "unchanged"
		: u->dry_run ? "would be replaced" : "replaced";
	int status = u->why[0] || same || u->dry_run ? EX_OK : swap(u);

	if (status != EX_OK)
		return status;
	if (u->json)
		status = print_json(u, result);
	else
		print_text(u, result);
	if (u->why[0])
		return complain(u, EX_DATAERR, u->why);
	if (status == EX_OK && u->reload && !same && !u->dry_run)
		status = daemon_reload(u->config);
	return status;
}

static int update(struct updating *u)
{
	int status = EX_OK;

	u->rules = world_open_rules(&u->world, &u->config, &status);
	if (u->rules && u->reload && !u->config->pid_file)
		status = complain(u, EX_CONFIG, "--reload needs PidFile (depeer.conf(5)); under systemd: "
			"systemctl reload depeer");
	if (status == EX_OK)
		status = find_list(u);
	if (status == EX_OK)
		status = find_file(u);
	if (status == EX_OK)
		status = read_new(u);
	if (status != EX_OK)
		return status;
	read_old(u);
	if (network_list_compare(u->old.list, u->new.list, &u->changes) != 0)
		return complain(u, EX_OSERR, "out of memory");
	judge(u);
	return output_close(&u->output, carry_out(u));
}

static void side_clear(struct side *side)
{
	network_list_free(&side->list);
	lex_file_clear(&side->file);
}

static bool take_option(struct updating *u, int id, const char *value)
{
	bool failed = false;

	u->force |= id == OPT_FORCE;
	u->dry_run |= id == OPT_DRY_RUN;
	u->reload |= id == OPT_RELOAD;
	if (id == OPT_FROM)
		u->from = value;
	else
		world_option(&u->world, id, value, &failed);
	return !failed;
}

/* False: nothing more is to be done, *status says why. */
static bool read_options(struct updating *u, const struct command *command, int argc, char **argv,
	int *status)
{
	struct options options = { .command = command, .argc = argc, .argv = argv };
	int id;

	*status = EX_USAGE;
	while ((id = options_next(&options)) != OPTION_END) {
		if (id == OPTION_HELP)
			*status = EX_OK;
		if (id == OPTION_HELP || id == OPTION_WRONG)
			return false;
		if (id == OPTION_OPERAND && u->name)
			return command_usage_error(command, "one NAME at a time"), false;
		if (id == OPTION_OPERAND)
			u->name = options.value;
		else if (id == WORLD_FORMAT && !command_format(command, options.value, &u->json))
			return false;
		else if (id != WORLD_FORMAT && !take_option(u, id, options.value))
			return perror("depeer"), *status = EX_OSERR, false;
	}
	if (!u->name || !u->from)
		command_usage_error(command, u->name ? "no --from FILE is given"
			: "no NAME of a list is given");
	return u->name && u->from;
}

static int lists_update_run(const struct command *command, int argc, char **argv)
{
	struct updating u = { .output = output_open() };
	int status;

	if (read_options(&u, command, argc, argv, &status))
		status = update(&u);
	side_clear(&u.old);
	side_clear(&u.new);
	buf_free(&u.written);
	free(u.path);
	ruleset_free(&u.rules);
	config_free(&u.config);
	world_clear(&u.world);
	return status;
}

const struct command lists_update_command = {
	.name = "lists update",
	.arguments = "NAME --from FILE",
	.summary = "Puts a new file in the place of a network list's, if depeerd would read it",
	.about =
		"Says what the new file adds and removes. A file with an error, and without --force one\n"
		"with less than half of the entries, changes nothing (status 65). depeerd uses the new\n"
		"list after its next reload. Fetching is yours: depeer asks no server for anything.\n",
	.options = options_table,
	.run = lists_update_run,
};
