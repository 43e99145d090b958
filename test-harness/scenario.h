/* test-harness/scenario: a story in a text file: a world, mails, and what must become of them.
 *
 * One step a line; `#` begins a comment line; a word may be quoted. A text of several lines is
 * written as <<END, the lines, END.
 *
 *   the world, in any place, made before the first mail:
 *     asn 192.0.2.0/24 64500 "NAME OF THE NETWORK" XX   of the database (none: no database)
 *     dns NAME TYPE VALUE   a line of what the DNS says (dns/table.h; none: no server); other
 *                           names are refused
 *     rules LINE            a line of the scenario's rule file (also: rules <<END)
 *     rulefile PATH         an existing rule file or directory, relative to the scenario
 *     file NAME <<END       a file beside the rule file (a list)
 *     config KEY VALUE      a line of depeer.conf
 *     mta postfix|sendmail  when {i} is told: from DATA on (postfix, the default) or from MAIL on
 *     orders N              the mails below are run in N different orders on one connection
 *   the connection:
 *     connect ADDRESS [NAME]   IPv4, IPv6, unknown, local:/path; ends the one before
 *     helo NAME
 *     reconnect             the same again, on a new connection
 *     health-check          a connection that says nothing
 *   for the next mail only:
 *     auth USER · from <a@b> · rcpt <c@d> (repeatable) · chunks SIZE... (of its body packets)
 *     forge COUNT NAME VALUE   COUNT headers on top, in changing case, every third one folded
 *     pad BYTES             filler before the body's text
 *     abort STAGE           the client is gone after this stage (mail, rcpt, data, header ...)
 *   the mail:
 *     message FILE          relative to the scenario
 *     mail <<END            in the scenario itself
 *   what became of the last mail, any number of times:
 *     expect ACTION [CODE [ENHANCED]] [rules=A,B|none] [stage=S] [unknown=A,B] [score=N]
 *            [header NAME ~ TEXT] [no-header NAME] [count NAME N] [reply ~ TEXT] [log ~ TEXT]
 *            [no-log TEXT] [quarantine ~ TEXT] [recipients N]
 *        ACTION: accept, tag, quarantine, tempfail, reject; pass (taken without being looked at);
 *        aborted. rules= are all the hits, in any order.
 */
#ifndef DEPEER_TEST_HARNESS_SCENARIO_H
#define DEPEER_TEST_HARNESS_SCENARIO_H

#include <stddef.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/lex.h"
#include "base/str.h"

enum scenario_kind {
	SCENARIO_ASN, SCENARIO_DNS, SCENARIO_RULES, SCENARIO_RULEFILE, SCENARIO_FILE, SCENARIO_CONFIG,
	SCENARIO_MTA, SCENARIO_ORDERS,
	SCENARIO_CONNECT, SCENARIO_HELO, SCENARIO_RECONNECT, SCENARIO_HEALTH_CHECK,
	SCENARIO_AUTH, SCENARIO_FROM, SCENARIO_RCPT, SCENARIO_CHUNKS, SCENARIO_FORGE, SCENARIO_PAD,
	SCENARIO_ABORT,
	SCENARIO_MESSAGE, SCENARIO_MAIL, SCENARIO_EXPECT
};

enum { SCENARIO_WORDS_MAX = 40 };

struct scenario_step {
	enum scenario_kind kind;
	struct place place;
	const char *words[SCENARIO_WORDS_MAX]; /* after the keyword */
	size_t words_n;
	struct str text;  /* of a <<END, or the raw rest of a `rules` or `dns` line */
};

struct scenario {
	const char *path, *directory;
	struct scenario_step *steps;
	size_t n;
	/* private */
	struct arena *arena;
	struct lex_file file;
};

/* NULL when it cannot be read or anything in it is wrong: all findings are in `diags`. Free with
 * scenario_free. */
struct scenario *scenario_load(const char *path, struct diags *diags);
void scenario_free(struct scenario **scenario);

#endif
