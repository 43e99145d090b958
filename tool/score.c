/* depeer score: the milter's own scan on stored mail (tool/replay), explained. */
#include "tool/score.h"

#include <sysexits.h>
#include <unistd.h>

#include "tool/replay.h"

enum { OPT_QUIET = 'q', OPT_VERBOSE = 'v', OPT_SUB_RULES = REPLAY_OWN };

static const struct option_info options_table[] = {
	WORLD_CONFIG_OPTION,
	WORLD_RULES_OPTION,
	WORLD_DATABASE_OPTION,
	WORLD_FORMAT_OPTION,
	{ OPT_QUIET, "quiet", NULL, "one line a mail" },
	{ OPT_VERBOSE, "verbose", NULL, "show the mail's links too" },
	REPLAY_OPTIONS,
	{ OPT_SUB_RULES, "sub-rules", NULL, "show the sub-rules (__NAME) that hit too" },
	{ 0, NULL, NULL, NULL }
};

struct run {
	struct replay replay;
	struct output output;
	struct snapshot *snapshot;
	bool quiet, verbose;
	size_t actions[ACTION_REJECT + 1];
};

static bool take_option(void *context, int id, const char *value)
{
	struct run *run = context;

	(void)value;
	run->quiet |= id == OPT_QUIET;
	run->verbose |= id == OPT_VERBOSE;
	run->replay.given.want_sub_rules |= id == OPT_SUB_RULES;
	return true;
}

static void print_mail(struct run *run, const struct mail *mail,
	const struct replay_result *judged)
{
	struct score_report report = { .mail = mail, .snapshot = run->snapshot,
		.quiet = run->quiet, .verbose = run->verbose, .view = judged->view,
		.envelope = judged->envelope, .result = judged->result,
		.client_from = judged->client_from };

	run->replay.mails++;
	run->actions[judged->result->action]++;
	if (!run->replay.json)
		score_print_text(&run->output, &report);
	else if (score_print_json(&run->output, &report) != 0)
		run->replay.status = EX_OSERR;
}

static bool score_mail(void *context, const struct mail *mail)
{
	struct run *run = context;
	struct replay_result judged;
	struct arena *arena = arena_create(run->snapshot->config->message_memory);

	if (!arena || replay_judge(&run->replay, run->snapshot, mail, arena, &judged) != 0)
		replay_not_judged(&run->replay, mail);
	else
		print_mail(run, mail, &judged);
	arena_free(&arena);
	replay_progress(&run->replay, false);
	return !ferror(run->output.out);
}

/* On stderr, so that the results in a pipe stay what they are. */
static void print_summary(struct run *run)
{
	const char *separator = "";

	replay_end(&run->replay);
	if (run->replay.mails < 2 || (run->replay.json && !isatty(STDERR_FILENO)))
		return;
	fflush(run->output.out);
	fprintf(stderr, "%zu mails: ", run->replay.mails);
	for (int action = ACTION_ACCEPT; action <= ACTION_REJECT; action++) {
		if (run->actions[action] == 0)
			continue;
		fprintf(stderr, "%s%zu %s", separator, run->actions[action],
			action_name((enum action)action));
		separator = ", ";
	}
	fputs("\n", stderr);
}

static int score_run(const struct command *command, int argc, char **argv)
{
	struct run run = { .output = output_open() };
	int status = replay_read_options(&run.replay, command, argc, argv, take_option, &run);

	if (status < 0) {
		run.snapshot = world_open(&run.replay.world, &run.replay.status);
		if (run.snapshot && replay_mails(&run.replay, score_mail, &run))
			print_summary(&run);
		status = output_close(&run.output, run.replay.status);
	}
	snapshot_release(&run.snapshot);
	replay_clear(&run.replay);
	return status;
}

const struct command score_command = {
	.name = "score",
	.arguments = "FILE...",
	.summary = "Says what depeerd would do with a stored mail, and why",
	.about =
		"FILE is a mail, an mbox, a folder with mails (and folders) or - for standard input.\n"
		"The client is taken from the topmost Received line with a public address, unless\n"
		"--client-ip or --envelopes says who it was. The day is today, unless --date says it.\n",
	.options = options_table,
	.run = score_run,
};
