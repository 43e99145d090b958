/* test-harness/fake_mta: the MTA's side of the milter protocol, for tests.
 *
 * Speaks the protocol, version 6 (or any older one, offering less), to a filter on a unix or inet
 * socket: option negotiation, macros by the filter's own list of them, every step from connect to
 * quit, the answers, and at the end of the message the header edits, carried out on a copy of the
 * message one after the other, as Postfix does it. What the filter may not do (an answer where none
 * was agreed, an edit that was not offered, a reply code that Postfix would refuse) is written
 * down as a violation. The constants are libmilter's (libmilter/mfdef.h, libmilter/mfapi.h).
 *
 * The conversation can be sent in pieces, cut at any byte, packet or reply, and anything at all
 * can be sent instead of a packet.
 *
 * Not thread-safe: one fake_mta belongs to one thread; several of them may run at once.
 */
#ifndef DEPEER_TEST_HARNESS_FAKE_MTA_H
#define DEPEER_TEST_HARNESS_FAKE_MTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"

enum fake_answer {
	FAKE_CONTINUE, FAKE_ACCEPT, FAKE_REJECT, FAKE_TEMPFAIL, FAKE_DISCARD,
	FAKE_SKIP, FAKE_CONN_FAIL, FAKE_SHUTDOWN,
	FAKE_NONE, /* the step was not sent, or no answer was agreed for it */
	FAKE_LOST  /* the filter hung up, said nothing in time or broke the protocol; or we cut */
};
const char *fake_answer_name(enum fake_answer answer);

enum fake_stage {
	FAKE_AT_CONNECT, FAKE_AT_HELO, FAKE_AT_MAIL, FAKE_AT_RCPT, FAKE_AT_DATA, FAKE_AT_HEADER,
	FAKE_AT_EOH, FAKE_AT_BODY, FAKE_AT_EOM
};
const char *fake_stage_name(enum fake_stage stage); /* "connect" ... "eom" */

struct fake_mta_options {
	uint32_t version;      /* 0: 6 */
	uint32_t actions;      /* SMFIF_* offered; 0: all that there are */
	uint32_t steps;        /* SMFIP_* offered; 0: all that there are */
#define FAKE_MTA_NOTHING (1u << 31) /* for both: 0, which means what version 1 had */
	unsigned timeout_ms;   /* of each answer; 0: 20,000 */
	size_t body_chunk;     /* bytes of a body packet; 0: 65,535 */
	/* When given, body packets have these sizes, over and over; body_chunk is not used. */
	const size_t *chunks;
	size_t chunks_n;
	bool queue_id_at_mail; /* {i} from MAIL on, as Sendmail; else from DATA on, as Postfix */
	/* how the bytes leave: */
	size_t piece;          /* bytes a write(2); 0: a packet in one */
	/* Where to hang up; 0: nowhere. After this many bytes or packets were sent, or answers read. */
	size_t cut_bytes, cut_packets, cut_replies;
};

/* A reply that the filter composed (smfi_setreply), taken apart as an MTA does. */
struct fake_reply {
	char code[4];          /* "550"; "" when the filter gave none */
	char enhanced[12];     /* "5.7.1" or "" */
	char text[1024];       /* the lines joined by LF, '%%' already one '%' */
};

struct fake_client {
	const char *name;      /* of the PTR record, or "[192.0.2.1]" */
	/* An IPv4 or IPv6 address; "unknown" (family U) or "local:/path" (family L). */
	const char *address;
	const char *helo;
};

struct fake_mail {
	const char *queue_id;
	const char *auth;      /* {auth_authen}; NULL: not authenticated */
	const char *from;      /* with <> */
	const char *const *recipients;
	size_t recipients_n;
	struct str text;       /* the whole message, LF or CRLF */
	bool stop;             /* abort once `stop_after` was sent (RSET, or the client is gone) */
	enum fake_stage stop_after;
};

/* What the SMTP client would see, and what would be delivered. */
struct fake_outcome {
	enum fake_answer answer;  /* ACCEPT: taken (also for CONTINUE at the end of the message) */
	enum fake_stage stage;    /* where it was decided */
	struct fake_reply reply;
	size_t recipients_taken;
	bool quarantined;
	struct buf quarantine;    /* the reason */
	struct buf message;       /* after the edits, LF line ends; empty unless taken */
	unsigned edits, progress;
	bool aborted;             /* by fake_mail.stop */
};
void fake_outcome_clear(struct fake_outcome *outcome);

struct fake_mta;

/* Connects to "unix:/path", "local:/path", "/path" or "inet:port@address" and does nothing more.
 * NULL with a text. Close with fake_mta_drop, after
 * fake_mta_quit or without it. */
struct fake_mta *fake_mta_dial(const char *socket, const struct fake_mta_options *options,
	struct error *error);
/* Option negotiation. -1 with a text. */
int fake_mta_negotiate(struct fake_mta *mta, struct error *error);
/* dial and negotiate. */
struct fake_mta *fake_mta_open(const char *socket, const struct fake_mta_options *options,
	struct error *error);

/* connect and helo. An answer other than CONTINUE, NONE and ACCEPT holds for the connection. */
enum fake_answer fake_mta_hello(struct fake_mta *mta, const struct fake_client *client,
	struct fake_outcome *out);
/* One message, from MAIL to its end; may be called again and again. After an answer that ended
 * the message early the filter gets an abort, as from Postfix. Returns out->answer. */
enum fake_answer fake_mta_send(struct fake_mta *mta, const struct fake_mail *mail,
	struct fake_outcome *out);

/* From the next message on; see fake_mta_options. */
void fake_mta_set_chunks(struct fake_mta *mta, const size_t *chunks, size_t n);

/* Says quit and waits for the filter to hang up; what it still says is a violation: ask for those
 * before fake_mta_drop, which must follow. */
void fake_mta_quit(struct fake_mta *mta);
/* "Quit, but a new connection follows" on the same socket (version 6): hello comes next. Debian's
 * libmilter 8.17.1.9 does not answer after it, neither connect nor a new negotiation (measured). */
int fake_mta_quit_nc(struct fake_mta *mta);
/* Closes (without a word, unless quit was called) and frees. */
void fake_mta_drop(struct fake_mta **mta);

struct fake_mta_counts {
	uint32_t steps, actions; /* as agreed in the negotiation */
	size_t bytes_out, packets_out, replies_in;
	bool cut; /* by one of the cut_* options */
};
struct fake_mta_counts fake_mta_counts(const struct fake_mta *mta);
/* What the filter did that it may not, one a line; "" when nothing. Until the next call. */
const char *fake_mta_violations(struct fake_mta *mta);
/* Why FAKE_LOST was answered; "" when it was not. */
const char *fake_mta_trouble(const struct fake_mta *mta);

/* Lower level: one packet with any command and content; any bytes; one packet from the filter
 * (its command, *payload until the next call; 0 at its end of file, -1 on time-out or rubbish). */
int fake_mta_packet(struct fake_mta *mta, char command, struct str payload);
int fake_mta_raw(struct fake_mta *mta, struct str bytes);
int fake_mta_read(struct fake_mta *mta, struct str *payload);

#endif
