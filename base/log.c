/* base/log: see log.h.
 *
 * The only module with state of its own: every room's events end in the one log of the process,
 * and handing a log through all calls would change nothing about that. Libraries do not call it.
 *
 * The queue belongs to the writer thread once it is stuck: when syslogd blocks at shutdown,
 * log_close leaves both behind, and the thread frees the queue if it ever comes back.
 */
#include "base/log.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

enum {
	LINE_SIZE = LOG_LINE_MAX + 16, /* with "warning: " and a NUL */
	GATHER_MS = 5,                 /* the writer is woken once for what comes within this time */
	BATCH = 32                     /* lines that it takes from the queue at once */
};

struct entry {
	enum log_level level;
	unsigned long lost; /* lines dropped between this one and the one before */
	char *text;
};

struct queue {
	struct log_target target;
	pthread_t thread;
	pthread_cond_t wake, done;
	struct entry entries[LOG_QUEUE_MAX];
	size_t first, n;
	unsigned long lost; /* since the last entry */
	bool closing;       /* write what is there and end */
	bool finished;      /* the thread touches nothing any more */
	bool abandoned;     /* nobody waits: the thread frees the queue */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of `open_queue` and of all queues */
static struct queue *open_queue;

static const struct { const char *prefix; int priority; } LEVELS[] = {
	[LOG_LEVEL_ERROR] = { "error: ", LOG_ERR },
	[LOG_LEVEL_WARNING] = { "warning: ", LOG_WARNING },
	[LOG_LEVEL_INFO] = { "", LOG_INFO }
};

/* Lines on their way to standard error: one system call for several. */
struct lines {
	char text[8 * 1024];
	size_t len;
};

/* All of it, or as much as standard error takes; there is nobody to tell. */
static void flush_lines(struct lines *lines)
{
	size_t at = 0, size = lines->len;

	lines->len = 0;
	while (at < size) {
		ssize_t n = write(STDERR_FILENO, lines->text + at, size - at);

		if (n >= 0) {
			at += (size_t)n;
		} else if (errno == EAGAIN) {
			struct pollfd wait = { STDERR_FILENO, POLLOUT, 0 };

			if (poll(&wait, 1, -1) < 0 && errno != EINTR)
				return;
		} else if (errno != EINTR) {
			return;
		}
	}
}

static void add_line(struct lines *lines, const char *ident, const char *text)
{
	enum { ROOM = LINE_SIZE + 128 };
	char *line;
	int len;

	if (lines->len + ROOM > sizeof(lines->text))
		flush_lines(lines);
	line = lines->text + lines->len;
	len = snprintf(line, ROOM, "%s%s%s\n", ident ? ident : "", ident ? ": " : "", text);
	lines->len += len < ROOM ? (size_t)len : ROOM - 1;
	lines->text[lines->len - 1] = '\n';
}

static void write_stderr(const char *text)
{
	struct lines lines;

	lines.len = 0;
	add_line(&lines, NULL, text);
	flush_lines(&lines);
}

static void write_line(const struct log_target *target, struct lines *lines,
	enum log_level level, const char *text)
{
	if (target->syslog)
		syslog(target->facility | LEVELS[level].priority, "%s", text);
	else
		add_line(lines, target->ident, text);
}

static void write_lost(const struct log_target *target, struct lines *lines, unsigned long lost)
{
	char text[96];

	if (lost == 0)
		return;
	snprintf(text, sizeof(text), "%s%lu log lines lost: the log did not take them in time",
		LEVELS[LOG_LEVEL_WARNING].prefix, lost);
	write_line(target, lines, LOG_LEVEL_WARNING, text);
}

static void free_queue(struct queue *queue)
{
	for (size_t i = 0; i < queue->n; i++)
		free(queue->entries[(queue->first + i) % LOG_QUEUE_MAX].text);
	pthread_cond_destroy(&queue->wake);
	pthread_cond_destroy(&queue->done);
	free(queue);
}

static struct timespec deadline_in(unsigned ms)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_sec += ms / 1000;
	at.tv_nsec += (long)(ms % 1000) * 1000000;
	if (at.tv_nsec >= 1000000000) {
		at.tv_nsec -= 1000000000;
		at.tv_sec++;
	}
	return at;
}

/* Returns a moment after the first line, so that a busy filter does not wake this thread for each
 * of them: waking cost more than writing (measured, 20 us a message in all). */
static void wait_for_lines(struct queue *queue)
{
	struct timespec until;

	while (queue->n == 0 && queue->lost == 0 && !queue->closing)
		pthread_cond_wait(&queue->wake, &lock);
	until = deadline_in(GATHER_MS);
	while (queue->n < LOG_QUEUE_MAX / 2 && !queue->closing)
		if (pthread_cond_timedwait(&queue->wake, &lock, &until) != 0)
			break;
}

/* Takes the next entries; when only a count of lost lines is left, that (text NULL). How many: 0
 * when the thread shall end. Called and left with the lock held. */
static size_t next_entries(struct queue *queue, struct entry batch[BATCH])
{
	size_t n = 0;

	if (queue->n == 0 && queue->lost == 0)
		wait_for_lines(queue);
	if (queue->abandoned)
		return 0;
	if (queue->n == 0 && queue->lost > 0) {
		batch[n++] = (struct entry){ .lost = queue->lost };
		queue->lost = 0;
	}
	for (; n < BATCH && queue->n > 0; queue->n--) {
		batch[n++] = queue->entries[queue->first];
		queue->first = (queue->first + 1) % LOG_QUEUE_MAX;
	}
	return n;
}

static void write_batch(const struct queue *queue, const struct entry *batch, size_t n)
{
	struct lines lines;

	lines.len = 0;
	for (size_t i = 0; i < n; i++) {
		write_lost(&queue->target, &lines, batch[i].lost);
		if (batch[i].text)
			write_line(&queue->target, &lines, batch[i].level, batch[i].text);
		free(batch[i].text);
	}
	flush_lines(&lines);
}

static void *write_out(void *argument)
{
	struct queue *queue = argument;
	struct entry batch[BATCH];
	bool abandoned;
	size_t n;

	pthread_mutex_lock(&lock);
	while ((n = next_entries(queue, batch)) > 0) {
		pthread_mutex_unlock(&lock);
		write_batch(queue, batch, n);
		pthread_mutex_lock(&lock);
	}
	queue->finished = true;
	abandoned = queue->abandoned;
	pthread_cond_signal(&queue->done);
	pthread_mutex_unlock(&lock);
	if (abandoned)
		free_queue(queue);
	return NULL;
}

static struct queue *create_queue(const struct log_target *target)
{
	struct queue *queue = calloc(1, sizeof(*queue));
	pthread_condattr_t monotonic;

	if (!queue)
		return NULL;
	queue->target = *target;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&queue->wake, &monotonic);
	pthread_cond_init(&queue->done, &monotonic);
	pthread_condattr_destroy(&monotonic);
	return queue;
}

int log_open(const struct log_target *target)
{
	struct queue *queue;
	sigset_t all, before;
	int status;

	if (open_queue)
		return -1;
	queue = create_queue(target);
	if (!queue)
		return -1;
	if (target->syslog)
		openlog(target->ident, LOG_PID | LOG_NDELAY, target->facility);
	/* signals are for the thread that waits for them, never for the writer */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	status = pthread_create(&queue->thread, NULL, write_out, queue);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (status != 0) {
		free_queue(queue);
		return -1;
	}
	pthread_mutex_lock(&lock);
	open_queue = queue;
	pthread_mutex_unlock(&lock);
	return 0;
}

void log_close(unsigned wait_ms)
{
	struct timespec deadline = deadline_in(wait_ms);
	struct queue *queue = open_queue;
	bool finished;

	if (!queue)
		return;
	pthread_mutex_lock(&lock);
	open_queue = NULL;
	queue->closing = true;
	pthread_cond_signal(&queue->wake);
	while (!queue->finished)
		if (pthread_cond_timedwait(&queue->done, &lock, &deadline) != 0)
			break;
	finished = queue->finished;
	queue->abandoned = !finished;
	if (!finished)
		pthread_detach(queue->thread);
	pthread_mutex_unlock(&lock);
	if (!finished)
		return;
	pthread_join(queue->thread, NULL);
	if (queue->target.syslog)
		closelog();
	free_queue(queue);
}

/* `in` as printable ASCII; what does not fit ends in "...". `size` counts the NUL. */
static void escape(const char *in, char *out, size_t size)
{
	static const char DIGITS[] = "0123456789abcdef";
	size_t n = 0, fits = 0; /* fits: where "..." can still follow */

	for (; *in; in++) {
		unsigned char c = (unsigned char)*in;
		bool plain = c >= 0x20 && c < 0x7f;
		size_t need = plain ? 1 : 4;

		if (n + need + 1 > size) {
			memcpy(out + fits, "...", 4);
			return;
		}
		if (plain) {
			out[n++] = *in;
		} else {
			const char code[4] = { '\\', 'x', DIGITS[c >> 4], DIGITS[c & 15] };

			memcpy(out + n, code, 4);
			n += 4;
		}
		if (n + 4 <= size)
			fits = n;
	}
	out[n] = '\0';
}

/* Puts the line into the queue. False when there is no queue. */
static bool enqueue(enum log_level level, const char *line)
{
	char *copy = strdup(line);
	struct queue *queue;

	pthread_mutex_lock(&lock);
	queue = open_queue;
	if (queue && copy && queue->n < LOG_QUEUE_MAX) {
		size_t at = (queue->first + queue->n) % LOG_QUEUE_MAX;

		queue->entries[at] = (struct entry){ level, queue->lost, copy };
		queue->lost = 0;
		queue->n++;
		copy = NULL;
	} else if (queue) {
		queue->lost++;
	}
	if (queue && (queue->n <= 1 || queue->n == LOG_QUEUE_MAX / 2))
		pthread_cond_signal(&queue->wake);
	pthread_mutex_unlock(&lock);
	free(copy);
	return queue != NULL;
}

void log_line(enum log_level level, const char *format, ...)
{
	char raw[LINE_SIZE], line[LOG_LINE_MAX + 1];
	int errno_before = errno, prefix;
	va_list args;

	prefix = snprintf(raw, sizeof(raw), "%s", LEVELS[level].prefix);
	va_start(args, format);
	if (vsnprintf(raw + prefix, sizeof(raw) - (size_t)prefix, format, args) < 0)
		raw[prefix] = '\0';
	va_end(args);
	escape(raw, line, sizeof(line));
	if (!enqueue(level, line))
		write_stderr(line);
	errno = errno_before;
}

bool log_facility(struct str name, int *out)
{
	static const struct { const char *name; int facility; } FACILITIES[] = {
		{ "auth", LOG_AUTH }, { "authpriv", LOG_AUTHPRIV }, { "cron", LOG_CRON },
		{ "daemon", LOG_DAEMON }, { "ftp", LOG_FTP }, { "lpr", LOG_LPR },
		{ "mail", LOG_MAIL }, { "news", LOG_NEWS }, { "syslog", LOG_SYSLOG },
		{ "user", LOG_USER }, { "uucp", LOG_UUCP },
		{ "local0", LOG_LOCAL0 }, { "local1", LOG_LOCAL1 }, { "local2", LOG_LOCAL2 },
		{ "local3", LOG_LOCAL3 }, { "local4", LOG_LOCAL4 }, { "local5", LOG_LOCAL5 },
		{ "local6", LOG_LOCAL6 }, { "local7", LOG_LOCAL7 }
	};

	for (size_t i = 0; i < sizeof(FACILITIES) / sizeof(FACILITIES[0]); i++) {
		if (str_equal_nocase(name, str_from(FACILITIES[i].name))) {
			*out = FACILITIES[i].facility;
			return true;
		}
	}
	return false;
}
