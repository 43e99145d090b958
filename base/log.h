/* base/log: one event, one line: to syslog or to standard error.
 *
 * The daemon's callbacks never wait for the log: lines go into a bounded queue that one thread of
 * the log's own writes out, so that a blocked syslogd costs no mail a delay; when the queue is
 * full lines are dropped and the number dropped is logged once there is room again.
 * Thread-safe, except log_open and log_close.
 */
#ifndef DEPEER_BASE_LOG_H
#define DEPEER_BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO };

enum {
	LOG_LINE_MAX = 2000,  /* bytes; longer lines are cut and end in "..." (RFC 3164 relays cut
	                       * at 1,024, rsyslog and journald take 8 KiB and more) */
	LOG_QUEUE_MAX = 4096  /* lines */
};

struct log_target {
	bool syslog;      /* false: standard error */
	int facility;     /* LOG_MAIL, ... of <syslog.h> */
	const char *ident; /* kept by reference */
};

/* Starts the writer thread; without log_open, lines go to standard error at once. 0; -1
 * when memory or threads are spent, or when it is open already. All signals are blocked in that
 * thread. Threads do not survive fork: open it in the process that stays. */
int log_open(const struct log_target *target);
/* Writes what is queued (waiting at most `wait_ms`), ends the thread. What could not be written
 * by then is lost. */
void log_close(unsigned wait_ms);

/* Every byte that is not printable ASCII is written as \xHH, so that one event is one line
 * whatever a sender put into it. Errors, warnings and debug lines begin with "error: " and so on,
 * because a log file usually keeps the text and not the level. errno is kept. */
void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "mail" -> LOG_MAIL; false when there is no facility of this name. */
bool log_facility(struct str name, int *out);

#endif
