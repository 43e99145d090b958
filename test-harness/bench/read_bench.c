/* read_bench [-n TIMES] [-c DEPEER.CONF] [-t] FILE|FOLDER...: how fast message/ reads mails, on one
 * core.
 *
 * All files are read into memory first; then each is parsed TIMES times, in the order given, with
 * an arena of its own each time, as the milter does. In several ways, whose rounds alternate:
 *
 *   reading  headers, MIME, transfer encodings, charsets, HTML, URLs
 *   relays   and the Received lines
 *   body     and the text that `body` rules see
 *   rules    (with -c) and whatever else the rules of that config ask for, as in the milter
 *
 * Prints MB/s and us a mail of the best round and of the median one: the best says what the code
 * costs, the distance how noisy the machine is. -t: "WAY<tab>MB/s of the median round", for bench.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/lex.h"
#include "message/message.h"
#include "milter/runtime.h"
#include "milter/scan.h"
#include "test-harness/each_file.h"

enum { ARENA_BYTES = 64 * 1024 * 1024, ROUNDS_MAX = 1000, WAYS = 4 };

struct files {
	struct lex_file *items;
	size_t n, capacity;
};

struct way {
	const char *name;
	struct message_options options;
	uint64_t rounds[ROUNDS_MAX]; /* us */
	size_t bytes, urls, strings, headers, uris, failed, cut;
};

static int add_file(void *context, const char *path)
{
	struct files *files = context;
	struct error error;

	if (files->n == files->capacity) {
		files->capacity = 2 * files->capacity + 1024;
		files->items = realloc(files->items, files->capacity * sizeof *files->items);
		if (!files->items)
			exit(71);
	}
	if (lex_file_read(&files->items[files->n], path, &error) < 0) {
		fprintf(stderr, "%s\n", error.text);
		lex_file_clear(&files->items[files->n]);
		return -1;
	}
	files->n++;
	return 0;
}

static void read_one(struct str mail, struct way *way)
{
	struct arena *arena = arena_create(ARENA_BYTES);
	struct message *message = arena ? message_create(&way->options, arena) : NULL;

	if (!message || message_read(message, mail) < 0) {
		way->failed++;
	} else {
		const struct message_view *view = message_view(message);

		way->bytes += mail.len;
		way->urls += view->urls_n;
		way->strings += view->body_n;
		way->headers += view->headers_n;
		way->uris += view->uris_n;
		way->cut += view->truncated != 0;
	}
	arena_free(&arena);
}

static void run(struct way *way, const struct files *files, size_t round)
{
	uint64_t start = clock_thread_cpu_us();

	way->bytes = way->urls = way->strings = way->headers = way->uris = way->failed =
		way->cut = 0;
	for (size_t i = 0; i < files->n; i++)
		read_one(str_make(files->items[i].text, files->items[i].len), way);
	way->rounds[round] = clock_thread_cpu_us() - start;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void print_views(const struct message_options *options)
{
	printf("  views: headers, MIME, charsets, HTML, URLs%s%s%s%s%s%s%s%s%s\n",
		options->want_relays ? ", Received" : "",
		options->want_body ? ", body" : "", options->want_uris ? ", uri" : "",
		options->want_links ? ", uri_detail" : "", options->want_rawbody ? ", rawbody" : "",
		options->want_full ? ", full" : "", options->want_parts ? ", mimeheader" : "",
		options->want_tree ? ", tree of parts" : "", options->want_html ? ", HTML facts" : "");
}

static void print(struct way *way, size_t mails, size_t times, bool tabs)
{
	double best, median, bytes = (double)way->bytes, n = (double)mails;

	qsort(way->rounds, times, sizeof *way->rounds, compare);
	best = (double)way->rounds[0];
	median = (double)way->rounds[times / 2];
	if (tabs) {
		printf("%s\t%.1f\n", way->name, bytes / median);
		return;
	}
	printf("%s: best %.0f MB/s %.2f us/mail; median %.0f MB/s %.2f us/mail\n", way->name,
		bytes / best, best / n, bytes / median, median / n);
	print_views(&way->options);
	printf("  %zu mails, %zu bytes, %zu headers, %zu urls, %zu body strings, %zu uri strings, "
		"%zu cut, %zu failed\n", mails, way->bytes, way->headers, way->urls, way->strings,
		way->uris, way->cut, way->failed);
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

int main(int argc, char **argv)
{
	static struct way ways[WAYS] = { { .name = "reading" },
		{ .name = "relays", .options = { .want_relays = true } },
		{ .name = "body", .options = { .want_relays = true, .want_body = true } },
		{ .name = "rules" } };
	struct snapshot *snapshot = NULL;
	struct files files = { 0 };
	size_t times = 5, ways_n = WAYS - 1, failed = 0;
	bool tabs = false;
	int option;

	while ((option = getopt(argc, argv, "n:c:t")) != -1) {
		if (option == 'n')
			times = strtoul(optarg, NULL, 10);
		else if (option == 'c')
			snapshot = load(optarg);
		tabs = tabs || option == 't';
	}
	if (optind >= argc || times == 0 || times > ROUNDS_MAX) {
		fprintf(stderr, "usage: read_bench [-n TIMES] [-c DEPEER.CONF] [-t] FILE|FOLDER...\n");
		return 64;
	}
	for (int i = optind; i < argc; i++)
		each_file(argv[i], add_file, &files);
	if (snapshot)
		ways[ways_n++].options = scan_message_options(snapshot);
	for (size_t round = 0; round < times; round++)
		for (size_t i = 0; i < ways_n; i++)
			run(&ways[i], &files, round);
	for (size_t i = 0; i < ways_n; i++) {
		print(&ways[i], files.n, times, tabs);
		failed += ways[i].failed;
	}
	snapshot_release(&snapshot);
	for (size_t i = 0; i < files.n; i++)
		lex_file_clear(&files.items[i]);
	free(files.items);
	return failed > 0 || files.n == 0;
}
