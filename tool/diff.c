/* depeer diff: what another set of rules would do to the same mail, before it is loaded.
 *
 * Both sets judge each mail in the same envelope. What is compared is what an admin would see:
 * the action, the score, and the rules that hit with what they add. */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "tool/output.h"
#include "tool/replay.h"

enum { OPT_QUIET = 'q', OPT_ACTIONS = REPLAY_OWN, DIFF_SAME = 0, DIFF_CHANGED = 1 };

static const struct option_info options_table[] = {
	WORLD_CONFIG_OPTION,
	WORLD_DATABASE_OPTION,
	WORLD_FORMAT_OPTION,
	{ OPT_QUIET, "quiet", NULL, "the summary only" },
	{ OPT_ACTIONS, "actions", NULL, "only mails whose action changes" },
	REPLAY_OPTIONS,
	{ 0, NULL, NULL, NULL }
};

enum { ACTIONS = ACTION_REJECT + 1, SIDES = 2 };

struct run {
	struct replay replay;
	struct output output;
	struct world worlds[SIDES];
	struct snapshot *snapshots[SIDES]; /* old, new */
	bool quiet, only_actions;
	size_t changed, moves[ACTIONS][ACTIONS];
};

static bool take_option(void *context, int id, const char *value)
{
	struct run *run = context;

	(void)value;
	run->quiet |= id == OPT_QUIET;
	run->only_actions |= id == OPT_ACTIONS;
	return true;
}

/* A rule that one side has and the other has not, or has with another score. */
struct change {
	const struct verdict_hit *hits[SIDES]; /* NULL: it did not hit there */
};
struct changes {
	struct change *items;
	size_t n;
	bool action, score;
};

static const struct verdict_hit *find_hit(const struct verdict *verdict, const char *rule)
{
	for (size_t i = 0; i < verdict->hits_n; i++)
		if (strcmp(verdict->hits[i].rule, rule) == 0)
			return &verdict->hits[i];
	return NULL;
}

static bool differ(double a, double b)
{
	return a < b || a > b;
}

static bool same_hit(const struct verdict_hit *a, const struct verdict_hit *b)
{
	return b && a->observe == b->observe && !differ(a->would_score, b->would_score);
}

/* In the order of the old set, then what is new. -1: memory. */
static int find_changes(const struct scan_result *const results[SIDES], struct arena *arena,
	struct changes *out)
{
	const struct verdict *old = &results[0]->verdict, *new = &results[1]->verdict;

	*out = (struct changes){ .items = ARENA_ARRAY(arena, struct change,
		old->hits_n + new->hits_n + 1) };
	if (!out->items)
		return -1;
	out->action = results[0]->action != results[1]->action;
	out->score = differ(old->score, new->score);
	for (size_t i = 0; i < old->hits_n; i++) {
		const struct verdict_hit *there = find_hit(new, old->hits[i].rule);

		if (!same_hit(&old->hits[i], there))
			out->items[out->n++] = (struct change){ { &old->hits[i], there } };
	}
	for (size_t i = 0; i < new->hits_n; i++)
		if (!find_hit(old, new->hits[i].rule))
			out->items[out->n++] = (struct change){ { NULL, &new->hits[i] } };
	return 0;
}

static void print_change(const struct output *output, const struct change *change)
{
	const struct verdict_hit *old = change->hits[0], *new = change->hits[1];
	const struct verdict_hit *shown = new ? new : old;
	char text[32], before[32];

	output_style(output, !old ? OUTPUT_GOOD : !new ? OUTPUT_BAD : OUTPUT_WARN);
	/* NOLINTNEXTLINE(*NullDereference): a change has an old hit or a new one */
	fprintf(output->out, "  %c %s ", !old ? '+' : !new ? '-' : '!', shown->rule);
	output_style(output, OUTPUT_PLAIN);
	if (old && new && differ(old->would_score, new->would_score))
		fprintf(output->out, "%s -> ", output_score(old->would_score, before));
	fputs(output_score(shown->would_score, text), output->out);
	if (old && new && old->observe != new->observe)
		fputs(new->observe ? " (now only observed)" : " (was only observed)", output->out);
	else if (shown->observe)
		fputs(" (observed)", output->out);
	output_style(output, OUTPUT_DIM);
	fputs("  ", output->out);
	output_text(output, str_from(shown->place.file));
	fprintf(output->out, ":%u", shown->place.line);
	output_style(output, OUTPUT_PLAIN);
	if (shown->evidence.len > 0) {
		fputs("  ", output->out);
		output_text(output, shown->evidence);
	}
	putc('\n', output->out);
}

static void print_text(const struct output *output, const struct mail *mail,
	const struct scan_result *const results[SIDES], const struct changes *changes)
{
	char text[32];

	output_text(output, str_from(mail->name));
	putc(':', output->out);
	for (int side = 0; side < SIDES; side++) {
		putc(' ', output->out);
		if (side == 1)
			fputs("-> ", output->out);
		output_style(output, output_action_style(results[side]->action));
		fputs(action_name(results[side]->action), output->out);
		output_style(output, OUTPUT_PLAIN);
		fprintf(output->out, " %s", output_score(results[side]->verdict.score, text));
	}
	putc('\n', output->out);
	for (size_t i = 0; i < changes->n; i++)
		print_change(output, &changes->items[i]);
}

static json_t *hit_json(const struct verdict_hit *hit)
{
	json_t *object;
	int status;

	if (!hit)
		return json_null();
	object = json_object();
	status = output_json_set(object, "score", json_real(hit->score));
	status |= output_json_set(object, "would_score", json_real(hit->would_score));
	status |= output_json_set(object, "observe", json_boolean(hit->observe));
	status |= output_json_set(object, "evidence", output_json_text(hit->evidence));
	status |= output_json_set(object, "file", output_json_text(str_from(hit->place.file)));
	status |= output_json_set(object, "line", json_integer(hit->place.line));
	if (status == 0)
		return object;
	json_decref(object);
	return NULL;
}

static json_t *changes_json(const struct changes *changes)
{
	json_t *array = json_array();
	int status = array ? 0 : -1;

	for (size_t i = 0; status == 0 && i < changes->n; i++) {
		const struct change *change = &changes->items[i];
		json_t *one = json_object();

		status |= output_json_set(one, "name", output_json_text(str_from(
			(change->hits[0] ? change->hits[0] : change->hits[1])->rule)));
		status |= output_json_set(one, "old", hit_json(change->hits[0]));
		status |= output_json_set(one, "new", hit_json(change->hits[1]));
		if (one)
			status |= json_array_append_new(array, one);
	}
	if (status == 0)
		return array;
	json_decref(array);
	return NULL;
}

static int print_json(const struct output *output, const struct mail *mail,
	const struct scan_result *const results[SIDES], const struct changes *changes)
{
	json_t *object = json_object();
	int status = output_json_set(object, "file", output_json_text(str_from(mail->name)));

	status |= output_json_set(object, "old_action",
		json_string(action_name(results[0]->action)));
	status |= output_json_set(object, "new_action",
		json_string(action_name(results[1]->action)));
	status |= output_json_set(object, "old_score", json_real(results[0]->verdict.score));
	status |= output_json_set(object, "new_score", json_real(results[1]->verdict.score));
	status |= output_json_set(object, "rules", changes_json(changes));
	if (status != 0) {
		json_decref(object);
		object = NULL;
	}
	return output_json_line(output, object);
}

static void report(struct run *run, const struct mail *mail,
	const struct scan_result *const results[SIDES], const struct changes *changes)
{
	bool changed = changes->action
		|| (!run->only_actions && (changes->score || changes->n > 0));

	run->replay.mails++;
	run->moves[results[0]->action][results[1]->action]++;
	run->changed += changed;
	if (!changed || run->quiet)
		return;
	if (!run->replay.json)
		print_text(&run->output, mail, results, changes);
	else if (print_json(&run->output, mail, results, changes) != 0)
		run->replay.status = EX_OSERR;
}

static bool diff_mail(void *context, const struct mail *mail)
{
	struct run *run = context;
	const struct scan_result *results[SIDES] = { NULL };
	struct arena *arenas[SIDES] = { NULL };
	struct changes changes;
	bool good = true;

	for (int side = 0; good && side < SIDES; side++) {
		struct replay_result judged;

		arenas[side] = arena_create(run->snapshots[side]->config->message_memory);
		good = arenas[side] && replay_judge(&run->replay, run->snapshots[side], mail,
			arenas[side], &judged) == 0;
		results[side] = good ? judged.result : NULL;
	}
	if (good && find_changes(results, arenas[1], &changes) == 0)
		report(run, mail, results, &changes);
	else
		replay_not_judged(&run->replay, mail);
	for (int side = 0; side < SIDES; side++)
		arena_free(&arenas[side]);
	replay_progress(&run->replay, run->quiet);
	return !ferror(run->output.out);
}

/* Rows are what the old rules did, columns what the new ones do. */
static void print_moves(const struct run *run)
{
	const struct output *output = &run->output;
	bool used[ACTIONS] = { false };

	for (int from = 0; from < ACTIONS; from++)
		for (int to = 0; to < ACTIONS; to++)
			if (run->moves[from][to])
				used[from] = used[to] = true;
	fprintf(output->out, "%12s", "old \\ new");
	for (int to = 0; to < ACTIONS; to++)
		if (used[to])
			fprintf(output->out, " %10s", action_name((enum action)to));
	putc('\n', output->out);
	for (int from = 0; from < ACTIONS; from++) {
		if (!used[from])
			continue;
		fprintf(output->out, "%12s", action_name((enum action)from));
		for (int to = 0; to < ACTIONS; to++) {
			if (!used[to])
				continue;
			output_style(output, from != to && run->moves[from][to] ? OUTPUT_WARN
				: OUTPUT_PLAIN);
			fprintf(output->out, " %10zu", run->moves[from][to]);
			output_style(output, OUTPUT_PLAIN);
		}
		putc('\n', output->out);
	}
}

static int print_summary_json(const struct run *run)
{
	json_t *summary = json_object(), *moves = json_array();
	int status = moves ? 0 : -1;

	for (int from = 0; from < ACTIONS; from++)
		for (int to = 0; to < ACTIONS; to++) {
			json_t *one = run->moves[from][to] ? json_object() : NULL;

			if (!run->moves[from][to])
				continue;
			status |= output_json_set(one, "old", json_string(action_name((enum action)from)));
			status |= output_json_set(one, "new", json_string(action_name((enum action)to)));
			status |= output_json_set(one, "mails",
				json_integer((json_int_t)run->moves[from][to]));
			status |= json_array_append_new(moves, one);
		}
	status |= output_json_set(summary, "mails", json_integer((json_int_t)run->replay.mails));
	status |= output_json_set(summary, "changed", json_integer((json_int_t)run->changed));
	status |= output_json_set(summary, "moves", moves);
	if (status != 0) {
		json_decref(summary);
		summary = NULL;
	}
	return output_json_line(&run->output, summary);
}

/* What is no config is rules: a file or a folder, in place of those that the config names. */
static struct snapshot *open_side(struct run *run, int side)
{
	const char *path = run->replay.operands[side];
	struct world *world = &run->worlds[side];
	size_t len = strlen(path);
	bool failed = false;

	if (len > 5 && strcmp(path + len - 5, ".conf") == 0)
		world->config = path;
	else
		world->config = run->replay.world.config;
	for (size_t i = 0; i < run->replay.world.settings_n; i++)
		failed |= world_set(world, run->replay.world.settings[i].key,
			run->replay.world.settings[i].value) != 0;
	if (world->config != path)
		failed |= world_set(world, "RulesDir", path) != 0;
	if (failed) {
		perror("depeer");
		run->replay.status = EX_OSERR;
		return NULL;
	}
	return world_open(world, &run->replay.status);
}

/* The status of diff(1): 0 the same, 1 not the same, more: trouble. */
static int diff_all(struct run *run)
{
	for (int side = 0; side < SIDES; side++) {
		run->snapshots[side] = open_side(run, side);
		if (!run->snapshots[side])
			return run->replay.status;
	}
	if (!replay_mails(&run->replay, diff_mail, run))
		return run->replay.status;
	replay_end(&run->replay);
	if (run->replay.json) {
		if (print_summary_json(run) != 0)
			run->replay.status = EX_OSERR;
	} else {
		fprintf(run->output.out, "%zu of %zu mails changed\n", run->changed,
			run->replay.mails);
		if (run->changed > 0)
			print_moves(run);
	}
	return output_close(&run->output, run->replay.status ? run->replay.status
		: run->changed ? DIFF_CHANGED : DIFF_SAME);
}

static int diff_run(const struct command *command, int argc, char **argv)
{
	struct run run = { .output = output_open(), .replay = { .mails_from = SIDES } };
	int status = replay_read_options(&run.replay, command, argc, argv, take_option, &run);

	if (status < 0)
		status = diff_all(&run);
	for (int side = 0; side < SIDES; side++) {
		snapshot_release(&run.snapshots[side]);
		world_clear(&run.worlds[side]);
	}
	replay_clear(&run.replay);
	return status;
}

const struct command diff_command = {
	.name = "diff",
	.arguments = "OLD NEW FILE...",
	.summary = "Says which stored mails other rules would judge otherwise, and why",
	.about =
		"OLD and NEW are each a config (its name ends in .conf), or a rule file or a folder of\n"
		"rule files that is taken in place of the config's. FILE, client and envelope as with\n"
		"`depeer score`. Status as of diff(1): 0 all the same, 1 not, more: trouble.\n",
	.options = options_table,
	.run = diff_run,
};
