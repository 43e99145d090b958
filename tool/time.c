/* depeer time: what each rule costs on given mail.
 *
 * A rule takes less time than reading the clock does: the clock's own cost is measured first and
 * taken off, so that thousands of cheap rules do not look dear. The ranking is of use, not the
 * last digit. */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/clock.h"
#include "tool/output.h"
#include "tool/replay.h"

enum { OPT_TOP = 'n', TOP_DEFAULT = 20, CLOCK_ROUNDS = 2000 };

static const struct option_info options_table[] = {
	WORLD_CONFIG_OPTION,
	WORLD_RULES_OPTION,
	WORLD_DATABASE_OPTION,
	WORLD_FORMAT_OPTION,
	{ OPT_TOP, "top", "N", "show the N dearest rules (20); 0: all" },
	REPLAY_OPTIONS,
	{ 0, NULL, NULL, NULL }
};

struct run {
	struct replay replay;
	struct output output;
	struct snapshot *snapshot;
	struct eval_costs costs;
	size_t top;
	uint64_t clock_ns; /* what two readings of it take */
};

static bool take_option(void *context, int id, const char *value)
{
	struct run *run = context;
	uint64_t n;

	(void)id; /* there is one */
	if (!str_to_u64(str_from(value), 1000000, &n)) {
		command_usage_error(run->replay.command, "--top '%.40s' is no number", value);
		return false;
	}
	run->top = (size_t)n;
	return true;
}

static uint64_t measure_clock(void)
{
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < CLOCK_ROUNDS; i++) {
		uint64_t began = clock_thread_cpu_ns(), took = clock_thread_cpu_ns() - began;

		if (took < least)
			least = took;
	}
	return least;
}

static bool time_mail(void *context, const struct mail *mail)
{
	struct run *run = context;
	struct replay_result judged;
	struct arena *arena = arena_create(run->snapshot->config->message_memory);

	if (!arena || replay_judge(&run->replay, run->snapshot, mail, arena, &judged) != 0)
		replay_not_judged(&run->replay, mail);
	else
		run->replay.mails++;
	arena_free(&arena);
	replay_progress(&run->replay, true);
	return true;
}

/* One rule's line. */
struct row {
	struct ruleset_rule rule;
	const struct eval_cost *cost;
	uint64_t ns;
};

static int compare_rows(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->ns != y->ns)
		return x->ns < y->ns ? 1 : -1;
	return strcmp(x->rule.name, y->rule.name);
}

/* The rules that were asked, the dearest first. NULL: memory. */
static struct row *make_rows(const struct run *run, size_t *n, uint64_t *total_ns)
{
	size_t rules = ruleset_rules(run->snapshot->rules);
	struct row *rows = calloc(rules + 1, sizeof(*rows));

	*n = 0;
	*total_ns = 0;
	for (size_t i = 0; rows && i < rules; i++) {
		const struct eval_cost *cost = &run->costs.rules[i];
		uint64_t clock = cost->asked * run->clock_ns;
		struct ruleset_rule rule = ruleset_rule(run->snapshot->rules, i);

		/* metas are not asked one by one */
		if (!rule.runs || strcmp(rule.kind, "meta") == 0)
			continue;
		rows[*n] = (struct row){ rule, cost, cost->ns > clock ? cost->ns - clock : 0 };
		*total_ns += rows[(*n)++].ns;
	}
	if (*n > 1)
		qsort(rows, *n, sizeof(*rows), compare_rows);
	return rows;
}

static double us_each(const struct run *run, uint64_t ns)
{
	return run->replay.mails ? (double)ns / 1000 / (double)run->replay.mails : 0;
}

static double share_of(const struct row *row, uint64_t total_ns)
{
	return total_ns ? (double)row->ns / (double)total_ns : 0;
}

static void print_text(const struct run *run, const struct row *rows, size_t n, uint64_t total_ns)
{
	const struct output *output = &run->output;
	size_t shown = run->top && run->top < n ? run->top : n;

	fprintf(output->out, "%zu mail%s; a mail takes of CPU: texts %.1f us, prefilter %.1f us, "
		"rules %.1f us, metas %.1f us\n", run->replay.mails, run->replay.mails == 1 ? "" : "s",
		us_each(run, run->costs.texts_ns), us_each(run, run->costs.prefilter_ns),
		us_each(run, total_ns), us_each(run, run->costs.metas_ns));
	output_style(output, OUTPUT_BOLD);
	fprintf(output->out, "%9s %6s %8s %8s %8s  rule\n", "us/mail", "share", "hits", "asked",
		"skipped");
	output_style(output, OUTPUT_PLAIN);
	for (size_t i = 0; i < shown; i++) {
		const struct row *row = &rows[i];

		fprintf(output->out, "%9.2f %5.1f%% %8zu %8zu %8zu  %s ", us_each(run, row->ns),
			100 * share_of(row, total_ns), row->cost->hits, row->cost->asked,
			run->replay.mails - row->cost->asked, row->rule.name);
		output_style(output, OUTPUT_DIM);
		fprintf(output->out, " %s  ", row->rule.kind);
		output_text(output, str_from(row->rule.place.file));
		fprintf(output->out, ":%u\n", row->rule.place.line);
		output_style(output, OUTPUT_PLAIN);
	}
	if (shown < n)
		fprintf(output->out, "and %zu rules more (--top 0 shows all)\n", n - shown);
}

static json_t *row_json(const struct run *run, const struct row *row, uint64_t total_ns)
{
	json_t *object = json_object();
	const struct { const char *key; size_t n; } counts[] = {
		{ "hits", row->cost->hits }, { "asked", row->cost->asked },
		{ "skipped", run->replay.mails - row->cost->asked }, { "line", row->rule.place.line }
	};
	int status = output_json_set(object, "name", output_json_text(str_from(row->rule.name)));

	status |= output_json_set(object, "kind", json_string(row->rule.kind));
	status |= output_json_set(object, "us_per_mail", json_real(us_each(run, row->ns)));
	status |= output_json_set(object, "share", json_real(share_of(row, total_ns)));
	status |= output_json_set(object, "file", output_json_text(str_from(row->rule.place.file)));
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		status |= output_json_set(object, counts[i].key,
			json_integer((json_int_t)counts[i].n));
	if (status == 0)
		return object;
	json_decref(object);
	return NULL;
}

static int print_json(const struct run *run, const struct row *rows, size_t n, uint64_t total_ns)
{
	size_t shown = run->top && run->top < n ? run->top : n;
	const struct { const char *key; uint64_t ns; } sums[] = {
		{ "texts_us", run->costs.texts_ns }, { "prefilter_us", run->costs.prefilter_ns },
		{ "rules_us", total_ns }, { "metas_us", run->costs.metas_ns }
	};
	json_t *summary = json_object();
	int status = output_json_set(summary, "mails", json_integer((json_int_t)run->replay.mails));

	for (size_t i = 0; i < shown; i++)
		status |= output_json_line(&run->output, row_json(run, &rows[i], total_ns));
	status |= output_json_set(summary, "rules", json_integer((json_int_t)n));
	for (size_t i = 0; i < sizeof(sums) / sizeof(sums[0]); i++)
		status |= output_json_set(summary, sums[i].key, json_real(us_each(run, sums[i].ns)));
	if (status != 0) {
		json_decref(summary);
		summary = NULL;
	}
	return output_json_line(&run->output, summary);
}

static int time_all(struct run *run)
{
	struct row *rows;
	uint64_t total_ns;
	size_t n;

	run->snapshot = world_open(&run->replay.world, &run->replay.status);
	if (!run->snapshot)
		return run->replay.status;
	run->costs.clock_ns = clock_thread_cpu_ns;
	run->costs.rules = calloc(ruleset_rules(run->snapshot->rules) + 1,
		sizeof(*run->costs.rules));
	if (!run->costs.rules)
		return perror("depeer"), EX_OSERR;
	run->replay.given.costs = &run->costs;
	run->clock_ns = measure_clock();
	if (!replay_mails(&run->replay, time_mail, run))
		return run->replay.status;
	replay_end(&run->replay);
	rows = make_rows(run, &n, &total_ns);
	if (!rows)
		return perror("depeer"), EX_OSERR;
	if (!run->replay.json)
		print_text(run, rows, n, total_ns);
	else if (print_json(run, rows, n, total_ns) != 0)
		run->replay.status = EX_OSERR;
	free(rows);
	return output_close(&run->output, run->replay.status);
}

static int time_run(const struct command *command, int argc, char **argv)
{
	struct run run = { .output = output_open(), .top = TOP_DEFAULT };
	int status = replay_read_options(&run.replay, command, argc, argv, take_option, &run);

	if (status < 0)
		status = time_all(&run);
	free(run.costs.rules);
	snapshot_release(&run.snapshot);
	replay_clear(&run.replay);
	return status;
}

const struct command time_command = {
	.name = "time",
	.arguments = "FILE...",
	.summary = "Ranks the rules by what they cost on stored mail",
	.about =
		"FILE, client and envelope as with `depeer score`. A rule is skipped where a mail has\n"
		"nothing that it could hit: no such header, or none of the words that it needs.\n",
	.options = options_table,
	.run = time_run,
};
