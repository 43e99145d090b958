/*
 * A libmilter filter that does nothing: it takes every header and the whole body, and adds two
 * headers at the end of the message, with no answer asked for on the way (SMFIP_NR_*). It is the
 * base line of the bench (what any filter on libmilter costs) and, with --action, a filter of
 * known verdicts with which the throw-away MTAs are tried out.
 *
 *   noop_milter [--listen BACKLOG] [--stage rcpt|eom] [--answers]
 *               [--action accept|reject|quarantine|tempfail] [--macros] SOCKET
 *
 * --answers does answer at MAIL, at RCPT and to each body chunk, the stages at which a filter that
 * lets clients pass, refuses recipients and stops at a scan limit has something to say.
 * --stage rcpt answers at RCPT instead of at the end of the message. --macros adds a header
 * X-Noop-Macros with what the MTA told: client address, {auth_authen}, {i}.
 * It ends on SIGTERM.
 */
#include <arpa/inet.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <libmilter/mfapi.h>

struct noop_options {
	sfsistat rcpt_status;	/* SMFIS_CONTINUE: decide at the end of the message */
	sfsistat eom_status;
	bool quarantine;
	bool macros;
	bool answers;		/* at MAIL, RCPT and BODY, though there is nothing to say */
	int backlog;
};

struct noop_session {
	unsigned long steps;	/* SMFIP_*, as agreed with the MTA */
	char client[INET6_ADDRSTRLEN];
	uint64_t header_bytes;
	uint64_t body_bytes;
	unsigned sum;		/* every byte is looked at, so that the reading is real */
};

/* libmilter hands no pointer of the program's to the callbacks: set once, before smfi_main. */
static struct noop_options options = {
	.rcpt_status = SMFIS_CONTINUE,
	.eom_status = SMFIS_CONTINUE,
	.backlog = 128,
};

#define NR_STEPS (SMFIP_NR_CONN | SMFIP_NR_HELO | SMFIP_NR_MAIL | SMFIP_NR_RCPT | SMFIP_NR_DATA | \
	SMFIP_NR_UNKN | SMFIP_NR_HDR | SMFIP_NR_EOH | SMFIP_NR_BODY)

/* The session begins here, since what was agreed on must be known from the first stage on. */
static sfsistat noop_negotiate(SMFICTX *ctx, unsigned long actions, unsigned long steps,
	unsigned long unused2, unsigned long unused3, unsigned long *actions_out,
	unsigned long *steps_out, unsigned long *unused2_out, unsigned long *unused3_out)
{
	struct noop_session *session = calloc(1, sizeof(*session));
	unsigned long wanted = NR_STEPS | SMFIP_NOUNKNOWN | SMFIP_NODATA;

	(void)unused2;
	(void)unused3;
	if (session == NULL || smfi_setpriv(ctx, session) != MI_SUCCESS) {
		free(session);
		return SMFIS_REJECT;
	}
	if (options.rcpt_status != SMFIS_CONTINUE)
		wanted &= ~SMFIP_NR_RCPT;
	if (options.answers)
		wanted &= ~(SMFIP_NR_MAIL | SMFIP_NR_RCPT | SMFIP_NR_BODY);
	session->steps = steps & wanted;
	*actions_out = actions & (SMFIF_ADDHDRS | SMFIF_QUARANTINE);
	*steps_out = session->steps;
	*unused2_out = 0;
	*unused3_out = 0;
	return SMFIS_CONTINUE;
}

/* A stage agreed to have no answer must not give one; any other stage must. */
static sfsistat go_on(SMFICTX *ctx, unsigned long step)
{
	const struct noop_session *session = smfi_getpriv(ctx);

	return session != NULL && (session->steps & step) ? SMFIS_NOREPLY : SMFIS_CONTINUE;
}

/* libmilter declares what it only reads as char *. */
static char *writable(const char *text)
{
	union {
		const char *in;
		char *out;
	} u = { .in = text };

	return u.out;
}

static void client_text(const _SOCK_ADDR *address, char *text, size_t size)
{
	union {
		const _SOCK_ADDR *any;
		const struct sockaddr_in *v4;
		const struct sockaddr_in6 *v6;
	} a = { .any = address };

	snprintf(text, size, "unknown");
	if (address == NULL)
		return;
	if (address->sa_family == AF_INET)
		inet_ntop(AF_INET, &a.v4->sin_addr, text, (socklen_t)size);
	else if (address->sa_family == AF_INET6)
		inet_ntop(AF_INET6, &a.v6->sin6_addr, text, (socklen_t)size);
}

static sfsistat noop_connect(SMFICTX *ctx, char *name, _SOCK_ADDR *address)
{
	struct noop_session *session = smfi_getpriv(ctx);

	(void)name;
	if (session != NULL)
		client_text(address, session->client, sizeof(session->client));
	return go_on(ctx, SMFIP_NR_CONN);
}

static sfsistat noop_helo(SMFICTX *ctx, char *name)
{
	(void)name;
	return go_on(ctx, SMFIP_NR_HELO);
}

static sfsistat noop_mail(SMFICTX *ctx, char **args)
{
	(void)args;
	return go_on(ctx, SMFIP_NR_MAIL);
}

/* Sets the reply text that belongs to a status, and returns the status. */
static sfsistat refuse(SMFICTX *ctx, sfsistat status, const char *text)
{
	if (status == SMFIS_REJECT)
		smfi_setreply(ctx, writable("550"), writable("5.7.1"), writable(text));
	else if (status == SMFIS_TEMPFAIL)
		smfi_setreply(ctx, writable("451"), writable("4.7.1"), writable(text));
	return status;
}

static sfsistat noop_rcpt(SMFICTX *ctx, char **args)
{
	(void)args;
	if (options.rcpt_status == SMFIS_CONTINUE)
		return go_on(ctx, SMFIP_NR_RCPT);
	return refuse(ctx, options.rcpt_status, "noop: at RCPT");
}

static void look_at(struct noop_session *session, const void *data, size_t length)
{
	const unsigned char *bytes = data;

	for (size_t i = 0; i < length; i++)
		session->sum += bytes[i];
}

static sfsistat noop_header(SMFICTX *ctx, char *name, char *value)
{
	struct noop_session *session = smfi_getpriv(ctx);

	if (session != NULL) {
		look_at(session, name, strlen(name));
		look_at(session, value, strlen(value));
		session->header_bytes += strlen(name) + strlen(value);
	}
	return go_on(ctx, SMFIP_NR_HDR);
}

static sfsistat noop_eoh(SMFICTX *ctx)
{
	return go_on(ctx, SMFIP_NR_EOH);
}

static sfsistat noop_body(SMFICTX *ctx, unsigned char *chunk, size_t length)
{
	struct noop_session *session = smfi_getpriv(ctx);

	if (session != NULL) {
		look_at(session, chunk, length);
		session->body_bytes += length;
	}
	return go_on(ctx, SMFIP_NR_BODY);
}

static const char *macro(SMFICTX *ctx, const char *name)
{
	const char *value = smfi_getsymval(ctx, writable(name));

	return value != NULL ? value : "-";
}

static bool add_header(SMFICTX *ctx, const char *name, const char *value)
{
	return smfi_addheader(ctx, writable(name), writable(value)) == MI_SUCCESS;
}

static bool add_headers(SMFICTX *ctx, const struct noop_session *session)
{
	char text[512];

	snprintf(text, sizeof(text), "header=%llu body=%llu",
		(unsigned long long)session->header_bytes,
		(unsigned long long)session->body_bytes);
	if (!add_header(ctx, "X-Noop-Bytes", text))
		return false;
	snprintf(text, sizeof(text), "%u", session->sum);
	if (!add_header(ctx, "X-Noop-Sum", text))
		return false;
	if (!options.macros)
		return true;
	snprintf(text, sizeof(text), "client=%s auth_authen=%s i=%s", session->client,
		macro(ctx, "{auth_authen}"), macro(ctx, "i"));
	return add_header(ctx, "X-Noop-Macros", text);
}

static void forget_message(struct noop_session *session)
{
	session->header_bytes = 0;
	session->body_bytes = 0;
	session->sum = 0;
}

static sfsistat noop_eom(SMFICTX *ctx)
{
	struct noop_session *session = smfi_getpriv(ctx);

	if (session == NULL || !add_headers(ctx, session))
		return SMFIS_TEMPFAIL;
	forget_message(session);
	if (options.quarantine && smfi_quarantine(ctx, writable("noop: held")) != MI_SUCCESS)
		return SMFIS_TEMPFAIL;
	return refuse(ctx, options.eom_status, "noop: at the end of the message");
}

static sfsistat noop_abort(SMFICTX *ctx)
{
	struct noop_session *session = smfi_getpriv(ctx);

	if (session != NULL)
		forget_message(session);
	return SMFIS_CONTINUE;
}

static sfsistat noop_close(SMFICTX *ctx)
{
	free(smfi_getpriv(ctx));
	smfi_setpriv(ctx, NULL);
	return SMFIS_CONTINUE;
}

static bool parse_action(const char *action, bool at_rcpt)
{
	sfsistat status;

	if (strcmp(action, "accept") == 0)
		status = SMFIS_CONTINUE;
	else if (strcmp(action, "reject") == 0)
		status = SMFIS_REJECT;
	else if (strcmp(action, "tempfail") == 0)
		status = SMFIS_TEMPFAIL;
	else if (strcmp(action, "quarantine") == 0 && !at_rcpt) {
		options.quarantine = true;
		return true;
	} else {
		return false;
	}
	if (at_rcpt)
		options.rcpt_status = status;
	else
		options.eom_status = status;
	return true;
}

static int usage(void)
{
	fputs("usage: noop_milter [--listen BACKLOG] [--stage rcpt|eom] [--answers]\n"
		"                   [--action accept|reject|quarantine|tempfail] [--macros] SOCKET\n",
		stderr);
	return 64;
}

/* Fills options and leaves optind at the socket. */
static bool parse_options(int argc, char **argv)
{
	static const struct option table[] = {
		{ "listen", required_argument, NULL, 'l' },
		{ "stage", required_argument, NULL, 's' },
		{ "action", required_argument, NULL, 'a' },
		{ "macros", no_argument, NULL, 'm' },
		{ "answers", no_argument, NULL, 'n' },
		{ NULL, 0, NULL, 0 },
	};
	const char *action = "accept";
	bool at_rcpt = false;
	int c;

	while ((c = getopt_long(argc, argv, "", table, NULL)) != -1) {
		if (c == 'l')
			options.backlog = atoi(optarg);
		else if (c == 's' && (strcmp(optarg, "rcpt") == 0 || strcmp(optarg, "eom") == 0))
			at_rcpt = optarg[0] == 'r';
		else if (c == 'a')
			action = optarg;
		else if (c == 'm')
			options.macros = true;
		else if (c == 'n')
			options.answers = true;
		else
			return false;
	}
	return options.backlog > 0 && optind + 1 == argc && parse_action(action, at_rcpt);
}

int main(int argc, char **argv)
{
	char name[] = "noop";
	struct smfiDesc desc = {
		.xxfi_name = name,
		.xxfi_version = SMFI_VERSION,
		.xxfi_flags = SMFIF_ADDHDRS | SMFIF_QUARANTINE,
		.xxfi_connect = noop_connect,
		.xxfi_helo = noop_helo,
		.xxfi_envfrom = noop_mail,
		.xxfi_envrcpt = noop_rcpt,
		.xxfi_header = noop_header,
		.xxfi_eoh = noop_eoh,
		.xxfi_body = noop_body,
		.xxfi_eom = noop_eom,
		.xxfi_abort = noop_abort,
		.xxfi_close = noop_close,
		.xxfi_negotiate = noop_negotiate,
	};

	if (!parse_options(argc, argv))
		return usage();
	if (smfi_setconn(argv[optind]) != MI_SUCCESS || smfi_register(desc) != MI_SUCCESS ||
	    smfi_setbacklog(options.backlog) != MI_SUCCESS || smfi_opensocket(true) != MI_SUCCESS) {
		fprintf(stderr, "noop_milter: cannot listen on %s\n", argv[optind]);
		return 1;
	}
	return smfi_main() == MI_SUCCESS ? 0 : 1;
}
