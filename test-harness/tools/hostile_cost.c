/* hostile_cost: what hostile mails cost to read and judge, and whether twice the mail is twice the
 * work.
 *
 *     hostile_cost [-b BYTES] [-l LIMIT] [-c DEPEER.CONF] [KIND...]
 *     hostile_cost -1 [-b BYTES] [-c DEPEER.CONF] KIND      once, for valgrind to count
 *
 * Each kind of test-harness/hostile_mails (or those named), of BYTES (9.9 MB; 250 KB where the
 * flood stands in the headers) and of half as many; read with all views and ScanBytes above its
 * size, so that nothing bounds the work but the reading itself. With -c: with the views that the
 * config's rules ask for, and judged by them. The least thread CPU of several runs counts; a line
 * each, with tabs: kind, bytes, ms, ratio of the two, KiB of the arena, what was truncated.
 * LIMIT: then only those with a greater ratio, and exit 1 when there are any.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "milter/runtime.h"
#include "milter/scan.h"
#include "test-harness/hostile_mails.h"

enum { BYTES = 9900000, HEADER_BYTES = 250000, SCAN_BYTES = 64 * 1024 * 1024,
	ARENA_BYTES = 512 * 1024 * 1024, RUNS = 5, RUNS_MAX = 40, ENOUGH_US = 60000 };

struct cost {
	uint64_t us;
	size_t arena, bytes;
	unsigned truncated;
};

static void fatal(const char *what)
{
	fprintf(stderr, "hostile_cost: %s\n", what);
	exit(1);
}

static struct message_options all_views(void)
{
	return (struct message_options){ .limits = { .scan_bytes = SCAN_BYTES }, .want_full = true,
		.want_body = true, .want_uris = true, .want_links = true, .want_signers = true,
		.want_rawbody = true, .want_parts = true, .want_tree = true, .want_html = true,
		.want_relays = true };
}

/* What valgrind counts (test-harness/torture), hence never a part of its caller. */
__attribute__((noinline)) static void read_and_judge(const struct snapshot *snapshot,
	struct str mail, struct cost *cost)
{
	struct message_options options = snapshot ? scan_message_options(snapshot) : all_views();
	struct scan_envelope envelope = { .day = 20000 };
	struct arena *arena = arena_create(ARENA_BYTES);
	struct message *message = arena ? message_create(&options, arena) : NULL;
	struct scan_result result;

	if (!message || message_read(message, mail) < 0)
		fatal("memory was spent while reading");
	if (snapshot && scan_message(snapshot, &envelope, message_view(message), arena, &result) < 0)
		fatal("memory was spent while judging");
	cost->truncated = message_view(message)->truncated;
	cost->arena = arena_used(arena);
	arena_free(&arena);
}

static struct cost measure(const struct snapshot *snapshot, size_t kind, size_t bytes, bool once)
{
	struct cost cost = { .us = UINT64_MAX };
	char *text = hostile_mails_make(kind, bytes, &cost.bytes);
	uint64_t all = 0;

	if (!text)
		fatal("memory");
	for (int i = 0; i < (once ? 1 : RUNS) || (!once && i < RUNS_MAX && all < ENOUGH_US); i++) {
		uint64_t start = clock_thread_cpu_us(), took;

		read_and_judge(snapshot, str_make(text, cost.bytes), &cost);
		took = clock_thread_cpu_us() - start;
		cost.us = took < cost.us ? took : cost.us;
		all += took;
	}
	free(text);
	return cost;
}

/* The ratio. */
static double show(const struct snapshot *snapshot, size_t kind, size_t bytes, double limit)
{
	size_t most = hostile_mails_in_headers(kind) && bytes > HEADER_BYTES ? HEADER_BYTES : bytes;
	struct cost half = measure(snapshot, kind, most / 2, false);
	struct cost whole = measure(snapshot, kind, most, false);
	double ratio = (double)whole.us / (double)(half.us ? half.us : 1);
	char truncated[100];

	if (ratio > limit)
		printf("%s\t%zu\t%.1f\t%.2f\t%zu\t%s\n", hostile_mails_name(kind), whole.bytes,
			(double)whole.us / 1000, ratio, whole.arena / 1024,
			message_truncated_text(whole.truncated, truncated, sizeof truncated));
	fflush(stdout);
	return ratio;
}

static struct snapshot *load(const char *path)
{
	struct diags diags = { 0 };
	struct config *config = config_load(path, &diags);
	struct snapshot *snapshot = config ? snapshot_build(config, &diags) : NULL;

	diags_print(&diags, stderr);
	diags_clear(&diags);
	if (!snapshot)
		exit(78);
	return snapshot;
}

static bool wanted(const char *name, char **names, int n)
{
	for (int i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return n == 0;
}

int main(int argc, char **argv)
{
	struct snapshot *snapshot = NULL;
	size_t bytes = BYTES, above = 0;
	double limit = 0;
	bool once = false;
	int option;

	/* The kernel's zeroing of new pages is not what is measured: memory is kept. */
	mallopt(M_MMAP_MAX, 0);
	mallopt(M_TRIM_THRESHOLD, 1 << 30);
	while ((option = getopt(argc, argv, "1b:c:l:")) != -1) {
		if (option == '?')
			return 64;
		once = once || option == '1';
		if (option == 'b')
			bytes = strtoul(optarg, NULL, 10);
		if (option == 'c')
			snapshot = load(optarg);
		if (option == 'l')
			limit = strtod(optarg, NULL);
	}
	for (size_t kind = 0; kind < hostile_mails_n(); kind++) {
		if (bytes == 0 || !wanted(hostile_mails_name(kind), argv + optind, argc - optind))
			continue;
		if (once)
			measure(snapshot, kind, bytes, true);
		else
			above += show(snapshot, kind, bytes, limit) > limit;
	}
	snapshot_release(&snapshot);
	return limit > 0 && above > 0;
}
