/* What libmilter hands over is passed on; what the MTA does not want to hear is not said. A private
 * pointer may be missing at every stage (a health check hangs up before connect); where memory is
 * spent when it should be made, the connection ends with the negotiation. */
#include "milter/callbacks.h"

#include <libmilter/mfdef.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/log.h"
#include "milter/apply.h"
#include "milter/session.h"

struct connection {
	struct session *session;
	unsigned long actions;  /* SMFIF_ that were negotiated */
	unsigned long silent;   /* SMFIP_NR_ that were: these stages must not answer */
};

static struct {
	struct runtime *runtime;
	_Atomic unsigned open;
} served; /* libmilter hands nothing of ours to its callbacks: see callbacks.h */

enum {
	WANTED_ACTIONS = SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_QUARANTINE,
	/* DATA is not asked for: its macros alone cost 39 ms over inet (Nagle, measured).
	 * Each stage that is answered wakes a thread of libmilter, 25 to 40 us of CPU: MAIL, where only
	 * mail to be let through has an answer, is silent, and a later stage says it. So are body
	 * chunks, although past ScanBytes an MTA could be told to skip the rest: receiving it unread
	 * costs 0.11 to 0.16 ms a MB, a mail of 10 MB 1.0 to 1.4 ms, one of 2 MB nothing that could be
	 * measured, while every ordinary mail is 10 to 30 us cheaper. */
	WANTED_PROTOCOL = SMFIP_NODATA | SMFIP_NOUNKNOWN | SMFIP_SKIP | SMFIP_NR_CONN
		| SMFIP_NR_HELO | SMFIP_NR_MAIL | SMFIP_NR_HDR | SMFIP_NR_EOH | SMFIP_NR_BODY,
	ANY_SILENCE = SMFIP_NR_CONN | SMFIP_NR_HELO | SMFIP_NR_MAIL | SMFIP_NR_RCPT | SMFIP_NR_HDR
		| SMFIP_NR_EOH | SMFIP_NR_BODY
};

unsigned callbacks_open(void)
{
	return atomic_load(&served.open);
}

static void write_log(void *context, enum log_level level, const char *line)
{
	(void)context;
	log_line(level, "%s", line);
}

static void drop(SMFICTX *context, struct connection *connection)
{
	if (!connection)
		return;
	smfi_setpriv(context, NULL);
	session_free(&connection->session);
	free(connection);
	atomic_fetch_sub(&served.open, 1);
}

static struct connection *begin(SMFICTX *context, unsigned long actions, unsigned long protocol)
{
	struct session_options options = { .runtime = served.runtime, .log = write_log,
		.can_quarantine = (actions & SMFIF_QUARANTINE) != 0,
		.can_skip = (protocol & SMFIP_SKIP) != 0,
		.silent_at_rcpt = (protocol & SMFIP_NR_RCPT) != 0 };
	struct connection *connection = calloc(1, sizeof(*connection));

	if (!connection)
		return NULL;
	connection->session = session_create(&options);
	if (!connection->session || smfi_setpriv(context, connection) != MI_SUCCESS) {
		session_free(&connection->session);
		free(connection);
		return NULL;
	}
	atomic_fetch_add(&served.open, 1);
	connection->actions = actions;
	connection->silent = protocol & ANY_SILENCE;
	return connection;
}

/* At RCPT there is something to answer only when clients may be refused there. */
static bool answers_rcpt(void)
{
	struct snapshot *snapshot = runtime_current(served.runtime);
	bool answers = snapshot->refuses_at_rcpt;

	snapshot_release(&snapshot);
	return answers;
}

static char *macros(const char *names)
{
	return (char *)(uintptr_t)names; /* libmilter copies them */
}

/* A stage that is not named would bring the MTA's own default; an empty list asks for none, and
 * spares the packet. j always has a value: of a stage without any macro libmilter keeps those of
 * the mail before, and {auth_authen} would hold for the next mail of the connection. */
static void ask_macros(SMFICTX *context)
{
	static const struct { int stage; const char *names; } wanted[] = {
		{ SMFIM_CONNECT, "" }, { SMFIM_HELO, "" }, { SMFIM_ENVFROM, "{auth_authen} j" },
		{ SMFIM_ENVRCPT, "i j" }, { SMFIM_DATA, "" }, { SMFIM_EOH, "" }, { SMFIM_EOM, "i" },
	};

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		smfi_setsymlist(context, wanted[i].stage, macros(wanted[i].names));
}

static sfsistat on_negotiate(SMFICTX *context, unsigned long actions, unsigned long protocol,
	unsigned long unused2, unsigned long unused3, unsigned long *want_actions,
	unsigned long *want_protocol, unsigned long *want2, unsigned long *want3)
{
	(void)unused2;
	(void)unused3;
	*want_actions = actions & WANTED_ACTIONS;
	*want_protocol = protocol & (WANTED_PROTOCOL | (answers_rcpt() ? 0 : SMFIP_NR_RCPT));
	*want2 = *want3 = 0;
	if (~*want_actions & (SMFIF_ADDHDRS | SMFIF_CHGHDRS))
		log_line(LOG_LEVEL_WARNING, "the MTA offers no header edits: mail will not be marked");
	if (actions & SMFIF_SETSYMLIST) {
		*want_actions |= SMFIF_SETSYMLIST;
		ask_macros(context);
	}
	drop(context, smfi_getpriv(context));
	/* without a session the connection is given up, and the MTA's default action decides; one made
	 * later would know neither the client nor what was agreed upon */
	return begin(context, *want_actions, *want_protocol) ? SMFIS_CONTINUE : SMFIS_REJECT;
}

/* NULL before the negotiation only, whatever the MTA says then. */
static struct connection *connection_of(SMFICTX *context)
{
	return smfi_getpriv(context);
}

/* The answer to a stage whose silence was perhaps agreed upon. */
static sfsistat answer(SMFICTX *context, const struct connection *connection,
	unsigned long silence, enum session_answer said)
{
	if (!connection)
		return SMFIS_TEMPFAIL;
	if (connection->silent & silence)
		return SMFIS_NOREPLY;
	return apply_answer(context, connection->session, said);
}

static sfsistat on_connect(SMFICTX *context, char *name, _SOCK_ADDR *address)
{
	struct connection *c = connection_of(context);

	return answer(context, c, SMFIP_NR_CONN,
		c ? session_connect(c->session, name, address) : SESSION_TEMPFAIL);
}

static sfsistat on_helo(SMFICTX *context, char *helo)
{
	struct connection *c = connection_of(context);

	return answer(context, c, SMFIP_NR_HELO,
		c ? session_helo(c->session, helo) : SESSION_TEMPFAIL);
}

static sfsistat on_mail(SMFICTX *context, char **arguments)
{
	struct connection *c = connection_of(context);

	return answer(context, c, SMFIP_NR_MAIL, c ? session_mail(c->session, arguments[0],
		smfi_getsymval(context, macros("{auth_authen}"))) : SESSION_TEMPFAIL);
}

static sfsistat on_rcpt(SMFICTX *context, char **arguments)
{
	struct connection *c = connection_of(context);

	return answer(context, c, SMFIP_NR_RCPT, c ? session_rcpt(c->session, arguments[0],
		smfi_getsymval(context, macros("i"))) : SESSION_TEMPFAIL);
}

static sfsistat on_header(SMFICTX *context, char *name, char *value)
{
	struct connection *c = connection_of(context);

	return answer(context, c, SMFIP_NR_HDR,
		c ? session_header(c->session, name, value) : SESSION_TEMPFAIL);
}

static sfsistat on_end_of_headers(SMFICTX *context)
{
	struct connection *c = connection_of(context);

	return answer(context, c, SMFIP_NR_EOH,
		c ? session_end_of_headers(c->session) : SESSION_TEMPFAIL);
}

static sfsistat on_body(SMFICTX *context, unsigned char *bytes, size_t n)
{
	struct connection *c = connection_of(context);

	return answer(context, c, SMFIP_NR_BODY,
		c ? session_body(c->session, str_make((const char *)bytes, n)) : SESSION_TEMPFAIL);
}

static sfsistat on_end(SMFICTX *context)
{
	struct connection *c = connection_of(context);
	struct session_outcome outcome;
	sfsistat status;

	if (!c)
		return SMFIS_TEMPFAIL;
	session_end(c->session, smfi_getsymval(context, macros("i")), &outcome);
	status = apply_outcome(context, c->session, &outcome, c->actions);
	session_abort(c->session);
	return status;
}

static sfsistat on_abort(SMFICTX *context)
{
	struct connection *c = smfi_getpriv(context);

	if (c)
		session_abort(c->session);
	return SMFIS_CONTINUE;
}

static sfsistat on_close(SMFICTX *context)
{
	drop(context, smfi_getpriv(context));
	return SMFIS_CONTINUE;
}

struct smfiDesc callbacks_describe(struct runtime *runtime)
{
	static char name[] = "depeer";

	served.runtime = runtime;
	return (struct smfiDesc){
		.xxfi_name = name, .xxfi_version = SMFI_VERSION,
		.xxfi_flags = WANTED_ACTIONS | SMFIF_SETSYMLIST,
		.xxfi_negotiate = on_negotiate, .xxfi_connect = on_connect, .xxfi_helo = on_helo,
		.xxfi_envfrom = on_mail, .xxfi_envrcpt = on_rcpt, .xxfi_header = on_header,
		.xxfi_eoh = on_end_of_headers, .xxfi_body = on_body, .xxfi_eom = on_end,
		.xxfi_abort = on_abort, .xxfi_close = on_close,
	};
}
