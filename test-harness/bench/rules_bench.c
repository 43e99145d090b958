/* rules_bench [-n TIMES] [-i] [-p] RULES MAIL...: what asking the rules costs, on one core.
 *
 * RULES is a file or a directory. Mails are read first, each is then asked TIMES times (10 when
 * not said), with an arena of its own each time and the budget's clock, as the milter does; a
 * mail's figure is its best time. Prints load time, mean, median, 99th percentile and maximum
 * over the mails in microseconds, and the hits, so that two builds can be seen to agree.
 * -i: interpret the regexes (systems that forbid machine code); -p: without the prefilter.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/lex.h"
#include "rules/ruleset.h"
#include "test-harness/mail_facts.h"

enum { ARENA_BYTES = 64 * 1024 * 1024, BUDGET_US = 100000 };

struct bench {
	struct snapshot *snapshot; /* how mails are read */
	struct ruleset *rules;     /* which are timed */
	unsigned times;
	double *microseconds;
	size_t mails, hits, unknown, failed;
	double score;
};

static uint64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Nanoseconds of one evaluation; `count`: add what it found. */
static uint64_t ask_once(struct bench *bench, const struct facts *facts, bool count)
{
	struct eval_options options = { .stage = FACT_MESSAGE, .budget_us = BUDGET_US,
		.clock_us = clock_thread_cpu_us };
	struct verdict verdict;
	uint64_t begin = now_ns();
	struct arena *arena = arena_create(ARENA_BYTES);
	int status = arena ? ruleset_eval(bench->rules, facts, &options, arena, &verdict) : -1;
	if (count && !status) {
		bench->hits += verdict.hits_n;
		bench->unknown += verdict.unknown_n;
		bench->score += verdict.score;
	}
	bench->failed += count && status;
	arena_free(&arena);
	return now_ns() - begin;
}

static void ask_mail(struct bench *bench, struct str mail)
{
	struct arena *arena = arena_create(ARENA_BYTES);
	struct facts facts;
	if (!arena || mail_facts_read(bench->snapshot, mail, arena, &facts)) {
		bench->failed++;
	} else {
		uint64_t best = UINT64_MAX;
		for (unsigned i = 0; i < bench->times; i++) {
			uint64_t spent = ask_once(bench, &facts, i == 0);
			best = spent < best ? spent : best;
		}
		bench->microseconds[bench->mails++] = (double)best / 1000;
	}
	arena_free(&arena);
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void report(const struct bench *bench)
{
	double sum = 0;
	size_t n = bench->mails;
	qsort(bench->microseconds, n, sizeof(double), ascending);
	for (size_t i = 0; i < n; i++)
		sum += bench->microseconds[i];
	if (n)
		printf("us a mail: mean %.1f median %.1f p99 %.1f max %.1f\n", sum / (double)n,
			bench->microseconds[n / 2], bench->microseconds[n * 99 / 100],
			bench->microseconds[n - 1]);
	printf("mails %zu hits %zu score %.3f unknown %zu failed %zu\n", n, bench->hits, bench->score,
		bench->unknown, bench->failed);
}

int main(int argc, char **argv)
{
	struct bench bench = { .times = 10 };
	struct ruleset_options options = { .today = 20000, .local_tests_only = true };
	struct diags diags = { 0 };
	int c;
	while ((c = getopt(argc, argv, "n:ip")) != -1) {
		if (c == 'n')
			bench.times = (unsigned)strtoul(optarg, NULL, 10);
		options.no_jit = options.no_jit || c == 'i';
		options.no_prefilter = options.no_prefilter || c == 'p';
	}
	if (argc - optind < 2 || !bench.times) {
		fprintf(stderr, "usage: rules_bench [-n TIMES] [-i] [-p] RULES MAIL...\n");
		return 64;
	}
	uint64_t begin = now_ns();
	bench.rules = ruleset_load((const char *const *)argv + optind, 1, &options, &diags);
	printf("loading: %.1f ms\n", (double)(now_ns() - begin) / 1e6);
	bench.snapshot = mail_facts_snapshot((const char *const *)argv + optind, 1);
	bench.microseconds = calloc((size_t)argc, sizeof(double));
	if (!bench.rules || !bench.snapshot || !bench.microseconds) {
		diags_print(&diags, stderr);
		exit(78);
	}
	for (int i = optind + 1; i < argc; i++) {
		struct lex_file file = { 0 };
		if (lex_file_read(&file, argv[i], NULL) == 0)
			ask_mail(&bench, str_make(file.text, file.len));
		else
			bench.failed++;
		lex_file_clear(&file);
	}
	report(&bench);
	free(bench.microseconds);
	ruleset_free(&bench.rules);
	snapshot_release(&bench.snapshot);
	diags_clear(&diags);
	return bench.failed ? 1 : 0;
}
