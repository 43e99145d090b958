/* read_bench [-n TIMES] FILE...: how fast message/ reads mails, on one core.
 *
 * All files are read into memory first; then each is parsed TIMES times, in the order given, with
 * an arena of its own each time, as the milter does. Prints MB/s and us a mail of the best round
 * and of the median one: the best says what the code costs, the distance how noisy the machine
 * is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/lex.h"
#include "message/message.h"

enum { ARENA_BYTES = 64 * 1024 * 1024 };

struct totals {
	size_t mails, bytes, urls, strings, headers, failed, cut;
};

static void read_one(struct str mail, struct totals *totals)
{
	static const struct message_options OPTIONS = { .want_body = true };
	struct arena *arena = arena_create(ARENA_BYTES);
	struct message *message = arena ? message_create(&OPTIONS, arena) : NULL;

	if (!message || message_read(message, mail) < 0) {
		totals->failed++;
	} else {
		const struct message_view *view = message_view(message);

		totals->mails++;
		totals->bytes += mail.len;
		totals->urls += view->urls_n;
		totals->strings += view->body_n;
		totals->headers += view->headers_n;
		totals->cut += view->truncated != 0;
	}
	arena_free(&arena);
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	size_t times = 5, n = 0;
	int first = 1;
	struct totals totals = {0};

	if (argc > 2 && strcmp(argv[1], "-n") == 0) {
		times = strtoul(argv[2], NULL, 10);
		first = 3;
	}
	if (first >= argc || times == 0) {
		fprintf(stderr, "usage: read_bench [-n TIMES] FILE...\n");
		return 64;
	}
	struct lex_file *files = calloc((size_t)(argc - first), sizeof *files);
	uint64_t *rounds = calloc(times, sizeof *rounds);
	if (!files || !rounds)
		exit(71);
	for (int i = first; i < argc; i++) {
		struct error error;

		if (lex_file_read(&files[n], argv[i], &error) < 0)
			fprintf(stderr, "%s: not read\n", argv[i]);
		else
			n++;
	}
	for (size_t round = 0; round < times; round++) {
		uint64_t start = clock_thread_cpu_us();

		memset(&totals, 0, sizeof totals);
		for (size_t i = 0; i < n; i++)
			read_one(str_make(files[i].text, files[i].len), &totals);
		rounds[round] = clock_thread_cpu_us() - start;
	}
	qsort(rounds, times, sizeof *rounds, compare);
	printf("%zu mails, %zu bytes, %zu headers, %zu body strings, %zu urls, %zu cut, %zu failed\n",
		totals.mails, totals.bytes, totals.headers, totals.strings, totals.urls, totals.cut,
		totals.failed);
	printf("best %.0f MB/s %.2f us/mail; median %.0f MB/s %.2f us/mail\n",
		(double)totals.bytes / (double)rounds[0], (double)rounds[0] / (double)n,
		(double)totals.bytes / (double)rounds[times / 2],
		(double)rounds[times / 2] / (double)n);
	for (size_t i = 0; i < n; i++)
		lex_file_clear(&files[i]);
	free(files);
	free(rounds);
	return totals.failed > 0;
}
