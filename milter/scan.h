/* milter/scan: one message's way from what was read to what is thought of it.
 *
 * The only place that asks for look-ups (geoip; later dns and history). Knows no libmilter, so
 * that `depeer score FILE` runs the very same path as a live mail: one engine, two doors.
 */
#ifndef DEPEER_MILTER_SCAN_H
#define DEPEER_MILTER_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/network.h"
#include "message/message.h"
#include "milter/runtime.h"
#include "rules/fact.h"
#include "rules/verdict.h"

/* What is known before the message: of the connection and the envelope. Borrowed slices. */
struct scan_envelope {
	bool has_client;
	struct ip client;
	struct str client_name, helo, mail_from;
	bool has_mail_from;
	const struct str *recipients;
	size_t recipients_n;
	int32_t day;             /* of the mail: today's for live mail, --date's for a replay */
	int64_t received_at;     /* seconds since 1970; 0: a replay, whose Received lines tell */
	struct eval_costs *costs; /* for `depeer time`; NULL: not measured */
	/* What the client's Received line says, where the mail has it already: a replay. view->relays
	 * then begin behind it. */
	const struct message_relay *line;
	bool want_sub_rules;     /* the verdict with the sub-rules that hit: for tools */
};

struct scan_result {
	enum action action;      /* by the config's thresholds; Mode observe is the caller's affair */
	struct verdict verdict;
	bool has_client;
	struct network client;
	/* the addresses that stand in links, in the order of view->urls; NULL for names */
	const struct network *const *url_networks;
	uint64_t elapsed_us;
};

/* The connection alone: client rules, for RCPT. 0, or -1 when memory was spent (no verdict:
 * On-InternalError decides, and it is never clean). The result lives as long as the arena and the
 * snapshot. */
int scan_connection(const struct snapshot *snapshot, const struct scan_envelope *envelope,
	struct arena *arena, struct scan_result *out);
/* The whole message. `view` from message_end(). */
int scan_message(const struct snapshot *snapshot, const struct scan_envelope *envelope,
	const struct message_view *view, struct arena *arena, struct scan_result *out);
/* What its rules are asked about; `out` gets all but the verdict. The first half of scan_message(),
 * for who asks rules in another way (tests, benches). Lives as long as the arena, the view and
 * `out`. */
int scan_facts(const struct snapshot *snapshot, const struct scan_envelope *envelope,
	const struct message_view *view, struct arena *arena, struct facts *facts,
	struct scan_result *out);
/* How a message must be read for this snapshot's rules and config. */
struct message_options scan_message_options(const struct snapshot *snapshot);

#endif
