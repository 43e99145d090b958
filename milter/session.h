/* milter/session: one SMTP connection and the messages on it, as a milter sees them.
 *
 * Knows no libmilter and does no I/O: callbacks.c feeds it, apply.c carries out what it answers,
 * its log lines go to the function it was given; tests drive it alone. Not thread-safe, but one
 * connection's calls may come from different threads one after the other.
 *
 * Order of calls: connect, helo*, (mail, rcpt*, header*, end_of_headers, body*, end, abort)*,
 * close. Every call may be missing (a health check connects and hangs up; an idle session is
 * closed without abort): each copes. abort gives back all that a message took, and is called
 * after the outcome of end was carried out, too; an idle session holds less than 2 KiB and no
 * snapshot.
 *
 * What is let through unseen (SESSION_ACCEPT, decided at MAIL): clients of PeerList and, unless
 * IgnoreAuthenticatedClients is off, authenticated ones. Their mail is not touched at all: a relay
 * of one's own that runs depeer too has already put its headers there. One log line says so. Where
 * no answer to MAIL was agreed upon the same answer is given at every later stage of the mail, so
 * that the first one that may answer says it; nothing of the mail is kept or read meanwhile.
 *
 * Of everybody else's mail every header whose name begins with X-Depeer or X-Spam- is removed,
 * in any mode and also past the limits of what is read.
 */
#ifndef DEPEER_MILTER_SESSION_H
#define DEPEER_MILTER_SESSION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/log.h"
#include "base/str.h"
#include "milter/runtime.h"
#include "milter/scan.h"

struct session;
struct sockaddr;

enum session_answer {
	SESSION_CONTINUE,
	SESSION_ACCEPT,   /* let through unseen (peer, authenticated); at the end: taken */
	SESSION_REJECT, SESSION_TEMPFAIL, /* with session_reply */
	SESSION_SKIP                      /* body: more is not wanted */
};

/* One change to the message's header, to be carried out in the order given. */
enum session_edit_kind { SESSION_EDIT_DELETE, SESSION_EDIT_CHANGE, SESSION_EDIT_INSERT };
struct session_edit {
	enum session_edit_kind kind;
	const char *name, *value;
	int index;   /* DELETE/CHANGE: the nth header of this name, from 1; deletions come from the
	              * last down. INSERT: position, 0 = the top */
};

/* What is to be done with the message. Lives until the next mail, abort or close. */
struct session_outcome {
	enum session_answer answer;       /* ACCEPT, REJECT or TEMPFAIL */
	const struct session_edit *edits; /* empty unless the mail is taken */
	size_t edits_n;
	const char *quarantine;           /* reason, or NULL */
};

/* For REJECT and TEMPFAIL: codes and text. code is 550 or 451 and enhanced begins with the same
 * digit (Postfix refuses 550 4.7.1 and breaks the session: measured). */
struct session_reply {
	const char *code, *enhanced, *text;
};

/* What the session is told at birth: kept by reference but for the flags. */
struct session_options {
	struct runtime *runtime;
	/* one finished line; NULL: nobody listens */
	void (*log)(void *context, enum log_level level, const char *line);
	void *log_context;
	/* what the MTA offered: without it a mail to be quarantined is marked only (and the log
	 * says action=tag would=quarantine); without skip the rest of a body is passed over */
	bool can_quarantine, can_skip;
	/* no answer to RCPT was agreed upon: nobody is refused there, whatever a reload has made of
	 * Mode and RejectStage since then; the end of the message decides */
	bool silent_at_rcpt;
};

/* NULL when memory is spent. */
struct session *session_create(const struct session_options *options);
void session_free(struct session **session); /* close, at any time */

enum session_answer session_connect(struct session *session, const char *client_name,
	const struct sockaddr *address);
enum session_answer session_helo(struct session *session, const char *helo);
/* `auth` is {auth_authen} (NULL or "": not authenticated); `mail_from` with or without <>. */
enum session_answer session_mail(struct session *session, const char *mail_from,
	const char *auth);
enum session_answer session_rcpt(struct session *session, const char *recipient,
	const char *queue_id);
enum session_answer session_header(struct session *session, const char *name, const char *value);
enum session_answer session_end_of_headers(struct session *session);
enum session_answer session_body(struct session *session, struct str chunk);
/* The answer is out->answer. */
enum session_answer session_end(struct session *session, const char *queue_id,
	struct session_outcome *out);
void session_abort(struct session *session);

/* Of the last REJECT or TEMPFAIL, until the next call; never NULL. */
const struct session_reply *session_reply(const struct session *session);

#endif
