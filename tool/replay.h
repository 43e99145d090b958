/* tool/replay: stored mail on the milter's own way (milter/scan): what score, time and diff share.
 *
 * A stored mail differs from a live one in one thing: the receiving server has put its Received
 * line on top. That line names the client, so by default the client is read from it, and the
 * line is taken out of the relays, as it was not there when depeerd would have seen the mail.
 */
#ifndef DEPEER_TOOL_REPLAY_H
#define DEPEER_TOOL_REPLAY_H

#include <stdbool.h>

#include "milter/scan.h"
#include "tool/command.h"
#include "tool/envelopes.h"
#include "tool/mails.h"
#include "tool/world.h"

enum {
	REPLAY_CLIENT_IP = 1000, REPLAY_CLIENT_NAME, REPLAY_HELO, REPLAY_MAIL_FROM, REPLAY_RCPT,
	REPLAY_DATE, REPLAY_ENVELOPES, REPLAY_NO_RECEIVED, REPLAY_DNS, REPLAY_RESOLVE,
	REPLAY_OWN = 2000 /* the command's own long options begin here */
};
/* Rows for a command's table of options. */
#define REPLAY_OPTIONS \
	{ REPLAY_CLIENT_IP, "client-ip", "ADDRESS", "the connecting client" }, \
	{ REPLAY_CLIENT_NAME, "client-name", "NAME", "its verified name" }, \
	{ REPLAY_HELO, "helo", "NAME", "what it said in HELO or EHLO" }, \
	{ REPLAY_MAIL_FROM, "mail-from", "ADDRESS", "envelope sender; <> for a bounce" }, \
	{ REPLAY_RCPT, "rcpt", "ADDRESS", "envelope recipient (again for more)" }, \
	{ REPLAY_DATE, "date", "DAY", "judge as on YYYY-MM-DD, or `mail`: each on its own Date" }, \
	{ REPLAY_ENVELOPES, "envelopes", "FILE", "table with client and envelope of each mail" }, \
	{ REPLAY_NO_RECEIVED, "no-received-client", NULL, \
	  "do not take the client from the topmost Received" }, \
	{ REPLAY_DNS, "dns", "FILE", "what the DNS says, from a table" }, \
	{ REPLAY_RESOLVE, "resolve", NULL, "ask the DNS, as depeerd does" }

/* A run over all the operands. Zero-initialise; free with replay_clear. */
struct replay {
	const struct command *command;
	struct world world;
	struct scan_envelope given;     /* what the options say; the caller may add to it */
	const char **operands;          /* as given; the caller may take some off the front */
	size_t operands_n, mails_from;  /* the mails are operands[mails_from..] */
	bool json;
	size_t mails;                   /* judged so far: the caller counts */
	int status;                     /* exit status: the first thing that went wrong */
	/* private */
	struct str *recipients;
	struct envelopes *envelopes;
	const char *envelopes_path, *client_ip, *date;
	bool date_of_mail, no_received, progress_shown;
	size_t without_row;
	uint64_t began_us, shown_us;
};

/* Reads all options; `own` (may be NULL) takes those of the command's own and returns false when
 * the value is wrong, which it has said. -1: go on; else the exit status. */
int replay_read_options(struct replay *replay, const struct command *command, int argc,
	char **argv, bool (*own)(void *context, int id, const char *value), void *context);
/* Shows all mails of the operands to `mail`, until it returns false. False: nothing could be
 * begun, see status. Files that cannot be read are complained of. */
bool replay_mails(struct replay *replay, bool (*mail)(void *context, const struct mail *mail),
	void *context);

/* One mail's result; lives as long as the arena and the snapshot. */
struct replay_result {
	struct message_view *view;
	struct scan_envelope *envelope;
	const char *client_from; /* "option", "envelopes", "received"; NULL: there is no client */
	struct scan_result *result;
};
/* The same steps as the milter's, in one arena. -1: memory is spent; complain with
 * replay_not_judged. */
int replay_judge(const struct replay *replay, const struct snapshot *snapshot,
	const struct mail *mail, struct arena *arena, struct replay_result *out);
void replay_not_judged(struct replay *replay, const struct mail *mail);

/* Says on stderr what went wrong; `name` may be NULL. Keeps the first status. */
void replay_complain(struct replay *replay, int status, const char *name, const char *text);
/* Shows how many mails are done, only where it disturbs nobody: results go elsewhere (or come at
 * the end, `quiet`), and a person is looking. */
void replay_progress(struct replay *replay, bool quiet);
/* Takes the progress away and says how many mails had no row in the table. */
void replay_end(struct replay *replay);
void replay_clear(struct replay *replay);

#endif
