/* gmime_bench [-n TIMES] [-t] FILE|FOLDER...: how fast GMime parses mails, on one core.
 *
 * The yardstick of read_bench, which does the same with the same files. Two ways, whose rounds
 * alternate:
 *
 *   gmime       each file, in memory, into a GMimeMessage, and nothing more
 *   gmime-text  and the text of its text parts: transfer encoding and charset undone
 *
 * GMime looks for no link, reads no HTML and no Received line in either. Nothing of depeer is
 * linked, and only this program needs libgmime.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <gmime/gmime.h>

#include "test-harness/each_file.h"

enum { ROUNDS_MAX = 1000, WAYS = 2 };

struct files {
	GByteArray **items;
	size_t n, capacity;
};

struct way {
	const char *name;
	bool decode;
	double rounds[ROUNDS_MAX]; /* us */
	size_t parsed, parts, text;
};

static int add_file(void *context, const char *path)
{
	struct files *files = context;
	gchar *bytes;
	gsize len;

	if (files->n == files->capacity) {
		files->capacity = 2 * files->capacity + 1024;
		files->items = realloc(files->items, files->capacity * sizeof *files->items);
		if (!files->items)
			exit(71);
	}
	if (!g_file_get_contents(path, &bytes, &len, NULL)) {
		fprintf(stderr, "%s: not read\n", path);
		return -1;
	}
	files->items[files->n++] = g_byte_array_new_take((guint8 *)bytes, len);
	return 0;
}

static void count_part(GMimeObject *parent, GMimeObject *part, gpointer context)
{
	struct way *way = context;
	char *text;

	(void)parent;
	way->parts++;
	if (!way->decode || !GMIME_IS_TEXT_PART(part))
		return;
	text = g_mime_text_part_get_text(GMIME_TEXT_PART(part));
	way->text += text ? strlen(text) : 0;
	g_free(text);
}

/* The stream borrows the bytes. */
static void parse_one(GByteArray *mail, struct way *way)
{
	GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(mail);
	GMimeParser *parser;
	GMimeMessage *message;

	g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
	parser = g_mime_parser_new_with_stream(stream);
	message = g_mime_parser_construct_message(parser, NULL);
	if (message) {
		way->parsed++;
		if (way->decode)
			g_mime_message_foreach(message, count_part, way);
		g_object_unref(message);
	}
	g_object_unref(parser);
	g_object_unref(stream);
}

static double cpu_us(void)
{
	struct timespec time;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static void run(struct way *way, const struct files *files, size_t round)
{
	double start = cpu_us();

	way->parsed = way->parts = way->text = 0;
	for (size_t i = 0; i < files->n; i++)
		parse_one(files->items[i], way);
	way->rounds[round] = cpu_us() - start;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void print(struct way *way, size_t bytes, size_t times, bool tabs)
{
	double best, median;

	qsort(way->rounds, times, sizeof *way->rounds, compare);
	best = way->rounds[0];
	median = way->rounds[times / 2];
	if (tabs)
		printf("%s\t%.1f\n", way->name, (double)bytes / median);
	else
		printf("%s: best %.0f MB/s, median %.0f MB/s; %zu parsed, %zu parts, %zu bytes of text\n",
			way->name, (double)bytes / best, (double)bytes / median, way->parsed, way->parts,
			way->text);
}

int main(int argc, char **argv)
{
	static struct way ways[WAYS] = { { .name = "gmime" },
		{ .name = "gmime-text", .decode = true } };
	struct files files = { 0 };
	size_t times = 5, bytes = 0;
	bool tabs = false;
	int option;

	while ((option = getopt(argc, argv, "n:t")) != -1) {
		if (option == 'n')
			times = strtoul(optarg, NULL, 10);
		tabs = tabs || option == 't';
	}
	if (optind >= argc || times == 0 || times > ROUNDS_MAX) {
		fprintf(stderr, "usage: gmime_bench [-n TIMES] [-t] FILE|FOLDER...\n");
		return 64;
	}
	g_mime_init();
	for (int i = optind; i < argc; i++)
		each_file(argv[i], add_file, &files);
	for (size_t i = 0; i < files.n; i++)
		bytes += files.items[i]->len;
	for (size_t round = 0; round < times; round++)
		for (int i = 0; i < WAYS; i++)
			run(&ways[i], &files, round);
	for (int i = 0; i < WAYS; i++)
		print(&ways[i], bytes, times, tabs);
	for (size_t i = 0; i < files.n; i++)
		g_byte_array_unref(files.items[i]);
	free(files.items);
	g_mime_shutdown();
	return files.n == 0;
}
