/*
 * session: the client's side of one SMTP connection (RFC 5321, with RFC 2920 pipelining and
 * Postfix's XCLIENT), for tests. It says exactly at which stage the server gave which answer,
 * and can hang up in the middle. Blocking; one session belongs to one thread at a time, different
 * sessions are independent.
 */
#ifndef DEPEER_TEST_HARNESS_SMTP_SESSION_H
#define DEPEER_TEST_HARNESS_SMTP_SESSION_H

#include <stdbool.h>
#include <stddef.h>

enum smtp_stage {
	SMTP_CONNECT,		/* TCP, greeting */
	SMTP_HELO,		/* EHLO and XCLIENT */
	SMTP_MAIL,
	SMTP_RCPT,
	SMTP_DATA,
	SMTP_EOM,		/* the answer to the final dot */
	SMTP_STAGES
};

extern const char *const smtp_stage_names[SMTP_STAGES];

/* code 0: no answer (refused connection, hung up, timeout); text then says which. */
struct smtp_reply {
	enum smtp_stage stage;
	int code;
	char enhanced[12];	/* "5.7.1", or "-" where there was none */
	char text[1024];	/* lines joined by " | ", no control characters */
	bool cut;		/* we hung up on purpose */
};

/* Where and as whom to connect. All strings are borrowed for the time of the session. */
struct smtp_target {
	const char *server;	/* "HOST:PORT", "[IPv6]:PORT" or "unix:/path" */
	const char *bind;	/* numeric source address, or NULL */
	const char *helo;
	const char *xclient;	/* "ADDR=.. NAME=..", sent as it is, or NULL */
	int timeout;		/* seconds for each read and write */
	bool pipelining;
	int cut_stage;		/* hang up after this stage's answer; -1: never */
	long cut_after;		/* hang up after so many bytes of content; -1: never */
};

/* One mail. content is already in wire form (see smtp_wire_form), without the final dot. */
struct smtp_mail {
	const char *from;	/* without <>; "" is the null sender */
	const char *const *rcpts;
	size_t rcpt_count;
	const char *head;	/* header lines to send first, with CRLF; "" for none */
	const char *content;
	size_t content_length;
};

struct smtp_session {
	int fd;			/* -1: not connected */
	unsigned sent;		/* mails tried on this connection */
	size_t filled, taken;	/* of buffer */
	char buffer[4096];
};

void smtp_session_init(struct smtp_session *session);

/* Connects, reads the greeting, says EHLO (and XCLIENT). True when MAIL may follow. Else the
 * session is closed and reply tells why. */
bool smtp_session_open(struct smtp_session *session, const struct smtp_target *target,
	struct smtp_reply *reply);

/* Sends one mail on an open session. reply is the last answer that decided: a refused stage, or
 * the end of the message. Where some recipients were refused, the mail goes to the others;
 * *accepted is how many took it. After an answer 421, a lost connection or a cut the session is
 * closed, otherwise it is ready for the next mail. */
void smtp_session_send(struct smtp_session *session, const struct smtp_target *target,
	const struct smtp_mail *mail, struct smtp_reply *reply, size_t *accepted);

/* QUIT (its answer is waited for, so that the server has seen it) and close. */
void smtp_session_close(struct smtp_session *session);

/* The bytes of a mail file as they go over the wire: every line end CRLF (a bare LF is one, a
 * bare CR is kept), dots stuffed, a line end at the end, an mbox "From " line before the headers
 * left out. Returns malloc'd memory and its length, or NULL when there is no memory. */
char *smtp_wire_form(const char *file, size_t length, size_t *wire_length);

#endif
