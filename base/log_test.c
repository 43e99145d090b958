#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "test-harness/t.h"

static const struct log_target TARGET = { .ident = "depeerd" };
static int real_stderr = -1;

/* Standard error goes to `fd` (which is closed) until restore_stderr. */
static void redirect_stderr(int fd)
{
	t_need(fd >= 0);
	fflush(stderr);
	real_stderr = dup(STDERR_FILENO);
	t_need(real_stderr >= 0);
	t_need(dup2(fd, STDERR_FILENO) >= 0);
	close(fd);
}

static void restore_stderr(void)
{
	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
}

static void stderr_to_file(const char *path)
{
	redirect_stderr(open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600));
}

T_TEST(writes_at_once_when_not_open)
{
	const char *path = t_tmpfile("log");

	stderr_to_file(path);
	log_line(LOG_LEVEL_INFO, "plain %d", 1);
	log_line(LOG_LEVEL_ERROR, "bad");
	restore_stderr();
	t_str(t_read(path, NULL), "plain 1\nerror: bad\n");
}

T_TEST(keeps_errno)
{
	redirect_stderr(open("/dev/null", O_RDONLY)); /* writing fails */
	errno = ENOENT;
	log_line(LOG_LEVEL_INFO, "x");
	t_int(errno, ENOENT);
	restore_stderr();
}

T_TEST(one_event_is_one_line)
{
	const char *path = t_tmpfile("log");

	stderr_to_file(path);
	t_int(log_open(&TARGET), 0);
	t_int(log_open(&TARGET), -1);
	log_line(LOG_LEVEL_INFO, "from=<%s>", "a\r\nb\x1b[0m\x7f\xc3\xa9\\");
	log_line(LOG_LEVEL_WARNING, "%s", "");
	log_close(10000);
	restore_stderr();
	t_str(t_read(path, NULL),
		"depeerd: from=<a\\x0d\\x0ab\\x1b[0m\\x7f\\xc3\\xa9\\>\ndepeerd: warning: \n");
}

static void check_cut(const char *text, size_t line_len, const char *end)
{
	const char *path = t_tmpfile("log");
	char *written;
	size_t len;

	stderr_to_file(path);
	log_line(LOG_LEVEL_INFO, "%s", text);
	restore_stderr();
	written = t_read(path, &len);
	t_need(len > strlen(end) && written[len - 1] == '\n');
	written[--len] = '\0';
	t_int(len, line_len);
	t_str(written + len - strlen(end), end);
}

T_TEST(long_lines_are_cut)
{
	char text[3 * LOG_LINE_MAX];

	memset(text, 'x', sizeof(text));
	text[LOG_LINE_MAX] = '\0';
	check_cut(text, LOG_LINE_MAX, "xxxx");
	text[LOG_LINE_MAX] = 'x';
	text[LOG_LINE_MAX + 1] = '\0';
	check_cut(text, LOG_LINE_MAX, "x...");
	text[LOG_LINE_MAX + 1] = 'x';
	text[sizeof(text) - 1] = '\0';
	check_cut(text, LOG_LINE_MAX, "x...");
	memset(text, '\n', sizeof(text) - 1);
	check_cut(text, LOG_LINE_MAX - 1, "\\x0a..."); /* no half of an escape */
	text[LOG_LINE_MAX / 4] = '\0';
	check_cut(text, LOG_LINE_MAX, "\\x0a\\x0a");
}

enum { THREADS = 4, LINES = 500 };

static void *write_lines(void *argument)
{
	const char *name = argument;

	for (int i = 0; i < LINES; i++)
		log_line(LOG_LEVEL_INFO, "%s %d", name, i);
	return NULL;
}

T_TEST(lines_of_threads_stay_whole_and_in_order)
{
	static char names[THREADS][2] = { "a", "b", "c", "d" };
	const char *path = t_tmpfile("log");
	int next[THREADS] = { 0 }, n;
	pthread_t threads[THREADS];
	char who, *text;

	stderr_to_file(path);
	t_int(log_open(&TARGET), 0);
	for (int i = 0; i < THREADS; i++)
		t_need(pthread_create(&threads[i], NULL, write_lines, names[i]) == 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	log_close(10000);
	restore_stderr();
	text = t_read(path, NULL);
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		t_need(sscanf(line, "depeerd: %c %d", &who, &n) == 2);
		t_need(who >= 'a' && who < 'a' + THREADS);
		t_need(t_int(n, next[who - 'a']++));
	}
	for (int i = 0; i < THREADS; i++)
		t_int(next[i], LINES);
}

struct reader {
	int fd;
	size_t lines, lost, bytes;
	bool torn;
};

/* Reads to the end: counts lines of the test and adds up what the log says it lost. */
static void *read_lines(void *argument)
{
	struct reader *reader = argument;
	FILE *file = fdopen(reader->fd, "r");
	char line[4096];
	size_t lost;

	while (fgets(line, sizeof(line), file)) {
		if (strncmp(line, "depeerd: line ", 14) == 0)
			reader->lines++;
		else if (sscanf(line, "depeerd: warning: %zu log lines lost", &lost) == 1)
			reader->lost += lost;
		else
			reader->torn = true;
		reader->bytes += strlen(line);
	}
	fclose(file);
	return NULL;
}

T_TEST(full_queue_loses_lines_and_counts_them)
{
	enum { SENT = LOG_QUEUE_MAX + 5000 };
	struct reader reader = { 0 };
	pthread_t thread;
	int ends[2];

	t_need(pipe(ends) == 0);
	redirect_stderr(ends[1]);
	t_int(log_open(&TARGET), 0);
	/* nobody reads: the pipe takes 64 KiB, the queue its share, and log_line must not wait */
	for (int i = 0; i < SENT; i++)
		log_line(LOG_LEVEL_INFO, "line %d %0100d", i, 0);
	reader.fd = ends[0];
	t_need(pthread_create(&thread, NULL, read_lines, &reader) == 0);
	log_close(20000);
	restore_stderr();
	pthread_join(thread, NULL);
	t_true(!reader.torn);
	t_true(reader.lost > 0);
	t_true(reader.lines >= LOG_QUEUE_MAX);
	t_int(reader.lines + reader.lost, SENT);
}

T_TEST(close_does_not_wait_for_a_stuck_reader)
{
	struct reader reader = { 0 };
	pthread_t thread;
	int ends[2];

	t_need(pipe(ends) == 0);
	redirect_stderr(ends[1]);
	t_int(log_open(&TARGET), 0);
	for (int i = 0; i < 2000; i++)
		log_line(LOG_LEVEL_INFO, "line %d %0100d", i, 0);
	log_close(50); /* comes back although nobody reads */
	restore_stderr();
	reader.fd = ends[0];
	/* the thread that was left behind finishes its line and ends, and the pipe closes */
	t_need(pthread_create(&thread, NULL, read_lines, &reader) == 0);
	pthread_join(thread, NULL);
	t_true(reader.lines > 0);
	t_true(reader.lines < 2000);
}

T_TEST(facilities_by_name)
{
	int facility = -1;

	t_true(log_facility(STR("mail"), &facility));
	t_int(facility, LOG_MAIL);
	t_true(log_facility(STR("Local7"), &facility));
	t_int(facility, LOG_LOCAL7);
	t_true(!log_facility(STR("local8"), &facility));
	t_true(!log_facility(STR(""), &facility));
	t_true(!log_facility(STR("mail\0"), &facility));
	t_int(facility, LOG_LOCAL7);
}
