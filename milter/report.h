/* milter/report: every text that leaves depeer about a message: SMTP reply, headers, log line.
 *
 * Composed in one place, so that reply, header and log say the same; plain data in and out.
 * Whatever a sender put in is made harmless here: one line each, printable ASCII, URLs defanged
 * (hxxp, [.]), no CR, LF, ESC or 8-bit byte, lengths within what libmilter and the MTAs take.
 *
 * All functions give text that lives in the arena, or NULL when memory is spent.
 */
#ifndef DEPEER_MILTER_REPORT_H
#define DEPEER_MILTER_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"
#include "milter/scan.h"

enum { REPORT_REPLY_MAX = 500, REPORT_HEADER_MAX = 2000, REPORT_RULES_MAX = 1000 };

struct report_input {
	const struct snapshot *snapshot;
	const struct scan_result *result; /* NULL when there is no verdict (`error`) */
	const struct scan_envelope *envelope;
	const struct message_view *view; /* NULL at RCPT */
	const char *id;          /* queue id, or the session id before there is one */
	const char *stage;       /* "mail", "rcpt" or "eom" */
	enum action action;      /* what is done (ACTION_ACCEPT in Mode observe) */
	const char *error;       /* an internal error's text, or NULL */
	uint64_t elapsed_us;     /* spent on the message so far */
};

/* The SMTP reply's text without the codes: names the id, the client's network, that of the link
 * which a network rule counted against (if there is room for it), and how to appeal. No '%'
 * is doubled here (apply does that for libmilter). */
const char *report_reply(const struct report_input *input, struct arena *arena);
const char *report_quarantine_reason(const struct report_input *input, struct arena *arena);
/* X-Depeer-Score, X-Depeer-Rules, X-Depeer-Origin: values, folded with LF + HT if long. */
const char *report_score_header(const struct report_input *input, struct arena *arena);
const char *report_rules_header(const struct report_input *input, struct arena *arena);
const char *report_origin_header(const struct report_input *input, struct arena *arena);
/* One line: "4F2A1: action=reject stage=eom score=14.0/10.0 client=192.0.2.7 asn=64500
 * prefix=192.0.2.0/24 cc=XX rules=A:9.0,B:5.0 mode=enforce ms=3". Every field is there in each
 * line ("unknown": not known, "none": known to be nothing); would=, observed=, unknown=,
 * truncated= and error= follow rules= where there is something to say. A field's value has no
 * blank, quote, comma or '=' of a sender's: such bytes are written \xHH. */
const char *report_log_line(const struct report_input *input, struct arena *arena);
/* The least of it, for when there is no memory for the line; cut at size. Returns out. */
const char *report_short_line(const struct report_input *input, char *out, size_t size);
/* A mail let through unseen: "s7k2: action=pass stage=mail reason=peer client=192.0.2.7". */
const char *report_pass_line(const struct report_input *input, const char *reason,
	struct arena *arena);
/* With LogWhy: one line for one hit. */
const char *report_why_line(const struct report_input *input, size_t hit, struct arena *arena);

#endif
