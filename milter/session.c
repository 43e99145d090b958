/* What belongs to the connection stands in struct session and is small; what belongs to a message
 * stands in the message's arena and goes with it. An internal failure never becomes "clean": it
 * is remembered in mail->error and answered by On-InternalError, from a second small arena, since
 * the first one may be what is spent. */
#include "milter/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/date.h"
#include "milter/headers.h"
#include "milter/report.h"

enum {
	ID_MAX = 16, NAME_MAX_KEPT = 255, HELO_MAX_KEPT = 512, ADDRESS_MAX_KEPT = 1000,
	RECIPIENTS_KEPT = 1000, SPARE_MEMORY = 16 * 1024 * 1024
};

/* One message, from MAIL to its end; stands in its own arena. */
struct mail {
	struct arena *arena, *spare;
	struct snapshot *snapshot;
	struct message *message;      /* made with the first header: refused mail needs none */
	struct scan_envelope envelope;
	struct str *recipients;
	size_t recipients_capacity;
	struct headers headers;       /* forged ones, and the Subject */
	bool connection_judged, ended_headers, body_done;
	struct scan_result connection;
	const char *error;            /* why there can be no verdict; static */
	uint64_t elapsed_us;
	char id[64];
};

struct session {
	struct session_options options;
	char id[ID_MAX];
	bool has_client, failed;      /* failed: name or HELO could not be kept; shows at MAIL */
	bool passing;                 /* this mail is let through unseen; there is no `mail` */
	struct ip client;
	char *client_name, *helo;
	struct mail *mail;            /* NULL between messages */
	struct session_reply reply;
};

static const struct session_reply reply_tempfail = { "451", "4.3.0",
	"Internal error, please try again later" };
static const struct session_reply reply_refuse = { "550", "5.3.0",
	"Internal error, mail could not be checked" };

/* Ten letters that differ between sessions, for replies and log lines before there is a queue id.
 * No vowels, so that no word comes of it. */
static void make_id(struct session *session)
{
	static const char letters[32] = "0123456789bcdfghjkmnpqrstvwxyzBC";
	uint64_t x = clock_monotonic_us() ^ (uint64_t)clock_wall_seconds() << 24
		^ (uint64_t)(uintptr_t)session << 13;

	x += UINT64_C(0x9e3779b97f4a7c15); /* splitmix64: neighbours in time look unlike */
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	x ^= x >> 31;
	session->id[0] = 's';
	for (size_t i = 1; i < 11; i++, x >>= 5)
		session->id[i] = letters[x & 31];
}

struct session *session_create(const struct session_options *options)
{
	struct session *session = calloc(1, sizeof(*session));

	if (!session)
		return NULL;
	session->options = *options;
	session->reply = reply_tempfail;
	make_id(session);
	return session;
}

void session_abort(struct session *session)
{
	struct mail *mail = session->mail;
	struct arena *arena, *spare;

	session->mail = NULL;
	session->passing = false;
	session->reply = reply_tempfail;
	if (!mail)
		return;
	snapshot_release(&mail->snapshot);
	arena = mail->arena;
	spare = mail->spare;
	arena_free(&spare);
	arena_free(&arena); /* the mail stood in it */
}

void session_free(struct session **session)
{
	struct session *s = *session;

	if (!s)
		return;
	session_abort(s);
	free(s->client_name);
	free(s->helo);
	free(s);
	*session = NULL;
}

const struct session_reply *session_reply(const struct session *session)
{
	return &session->reply;
}

static void log_text(const struct session *session, enum log_level level, const char *line)
{
	if (session->options.log)
		session->options.log(session->options.log_context, level, line);
}

static int keep(char **at, const char *text, size_t max)
{
	char *copy = strndup(text ? text : "", max);

	if (!copy)
		return -1;
	free(*at);
	*at = copy;
	return 0;
}

/* Before MAIL there is no snapshot whose policy could be asked: 451 is the safe answer. */
static enum session_answer no_memory(struct session *session)
{
	session->reply = reply_tempfail;
	return SESSION_TEMPFAIL;
}

enum session_answer session_connect(struct session *session, const char *client_name,
	const struct sockaddr *address)
{
	/* Postfix says "unknown" and Sendmail "[192.0.2.7]" for a client without a verified name */
	bool nameless = !client_name || client_name[0] == '['
		|| str_equal_nocase(str_from(client_name), STR("unknown"));

	session_abort(session);
	free(session->helo);
	session->helo = NULL;
	session->has_client = ip_from_sockaddr(address, &session->client);
	session->failed = keep(&session->client_name, nameless ? "" : client_name,
		NAME_MAX_KEPT) != 0;
	return SESSION_CONTINUE;
}

enum session_answer session_helo(struct session *session, const char *helo)
{
	session_abort(session); /* a mail that has begun borrows the old one; HELO resets anyhow */
	session->failed |= keep(&session->helo, helo, HELO_MAX_KEPT) != 0;
	return SESSION_CONTINUE;
}

static struct str strip_angles(const char *address)
{
	struct str text = str_trim(str_from(address));

	if (text.len >= 2 && text.ptr[0] == '<' && text.ptr[text.len - 1] == '>')
		text = str_slice(text, 1, text.len - 1);
	return str_slice(text, 0, ADDRESS_MAX_KEPT);
}

static struct mail *mail_begin(struct session *session, const char *mail_from)
{
	struct snapshot *snapshot = runtime_current(session->options.runtime);
	struct arena *arena = arena_create(snapshot->config->message_memory);
	struct mail *mail = arena ? ARENA_NEW(arena, struct mail) : NULL;
	char *sender = mail ? arena_dup(arena, strip_angles(mail_from)) : NULL;

	if (!sender) {
		arena_free(&arena);
		snapshot_release(&snapshot);
		return NULL;
	}
	mail->arena = arena;
	mail->snapshot = snapshot;
	mail->headers = headers_begin(arena);
	mail->envelope = (struct scan_envelope){ .has_client = session->has_client,
		.client = session->client, .client_name = str_from(session->client_name),
		.helo = str_from(session->helo), .mail_from = str_from(sender), .has_mail_from = true,
		.day = date_from_time(clock_wall_seconds()), .received_at = clock_wall_seconds() };
	snprintf(mail->id, sizeof(mail->id), "%s", session->id);
	return mail;
}

static struct report_input report_of(const struct mail *mail, const char *stage,
	enum action action, const struct scan_result *result, const struct message_view *view)
{
	return (struct report_input){ .snapshot = mail->snapshot, .result = result,
		.envelope = &mail->envelope, .view = view, .id = mail->id, .stage = stage,
		.action = action, .error = mail->error, .elapsed_us = mail->elapsed_us };
}

enum session_answer session_mail(struct session *session, const char *mail_from,
	const char *auth)
{
	const struct config *config;
	struct report_input report;
	const char *pass = NULL, *line;
	char least[200];

	session_abort(session);
	session->mail = session->failed ? NULL : mail_begin(session, mail_from);
	if (!session->mail)
		return no_memory(session);
	config = session->mail->snapshot->config;
	if (session->has_client && config_is_peer(config, &session->client))
		pass = "peer";
	else if (config->ignore_authenticated && auth && auth[0])
		pass = "authenticated";
	if (!pass)
		return SESSION_CONTINUE;
	report = report_of(session->mail, "mail", ACTION_ACCEPT, NULL, NULL);
	line = report_pass_line(&report, pass, session->mail->arena);
	log_text(session, LOG_LEVEL_INFO, line ? line
		: report_short_line(&report, least, sizeof(least)));
	session_abort(session);
	session->passing = true;
	return SESSION_ACCEPT;
}

static void take_id(struct mail *mail, const char *queue_id)
{
	if (queue_id && queue_id[0])
		snprintf(mail->id, sizeof(mail->id), "%s", queue_id);
}

static int add_recipient(struct mail *mail, const char *recipient)
{
	struct scan_envelope *envelope = &mail->envelope;
	size_t n = envelope->recipients_n, capacity = mail->recipients_capacity;
	struct str *grown = mail->recipients;
	char *copy;

	if (n >= RECIPIENTS_KEPT)
		return 0;
	if (n == capacity) {
		capacity = capacity ? capacity * 2 : 4;
		grown = arena_resize(mail->arena, grown, n * sizeof(*grown), capacity * sizeof(*grown));
		if (!grown)
			return -1;
		mail->recipients_capacity = capacity;
		envelope->recipients = mail->recipients = grown;
	}
	copy = arena_dup(mail->arena, strip_angles(recipient));
	if (!copy)
		return -1;
	grown[n] = str_from(copy);
	envelope->recipients_n = n + 1;
	return 0;
}

/* Memory to say what is to be said when the message's own may be spent. */
static struct arena *spare_arena(struct mail *mail)
{
	if (!mail->spare)
		mail->spare = arena_create(SPARE_MEMORY);
	return mail->spare;
}

static void log_verdict(struct session *session, const struct report_input *report,
	struct arena *arena)
{
	bool why = report->snapshot->config->log_why && report->result;
	const char *line = arena ? report_log_line(report, arena) : NULL;
	char least[200];

	if (!line && (arena = spare_arena(session->mail)) != NULL)
		line = report_log_line(report, arena);
	/* what is done with a mail is said in any case */
	log_text(session, report->error || !line ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO,
		line ? line : report_short_line(report, least, sizeof(least)));
	for (size_t i = 0; why && arena && i < report->result->verdict.hits_n; i++) {
		line = report_why_line(report, i, arena);
		if (line)
			log_text(session, LOG_LEVEL_INFO, line);
	}
}

/* REJECT or TEMPFAIL, with the text that goes with it. */
static enum session_answer refuse(struct session *session, const struct report_input *report,
	struct arena *arena)
{
	bool reject = report->action == ACTION_REJECT;
	const char *text = arena ? report_reply(report, arena) : NULL;

	session->reply = reject ? reply_refuse : reply_tempfail;
	if (!report->error) {
		session->reply.enhanced = reject ? "5.7.1" : "4.7.1";
		session->reply.text = reject ? "Mail refused by local policy" : "Mail not taken now";
	}
	if (text)
		session->reply.text = text;
	return reject ? SESSION_REJECT : SESSION_TEMPFAIL;
}

/* At RCPT: an error that shall not stop the mail is tried again at the end of message. */
static enum session_answer rcpt_error(struct session *session)
{
	struct mail *mail = session->mail;
	enum action action = mail->snapshot->config->on_internal_error;
	struct arena *arena = spare_arena(mail);
	struct report_input report;

	if (action == ACTION_ACCEPT || mail->snapshot->config->mode == CONFIG_OBSERVE)
		return SESSION_CONTINUE;
	mail->error = "out-of-memory";
	if (session->options.silent_at_rcpt)
		return SESSION_CONTINUE; /* said at the end of the message */
	report = report_of(mail, "rcpt", action, NULL, NULL);
	log_verdict(session, &report, arena);
	return refuse(session, &report, arena);
}

enum session_answer session_rcpt(struct session *session, const char *recipient,
	const char *queue_id)
{
	struct mail *mail = session->mail;
	struct report_input report;

	if (session->passing)
		return SESSION_ACCEPT;
	if (!mail)
		return no_memory(session);
	take_id(mail, queue_id);
	if (add_recipient(mail, recipient) != 0)
		return rcpt_error(session);
	if (!mail->snapshot->refuses_at_rcpt || session->options.silent_at_rcpt)
		return SESSION_CONTINUE;
	if (!mail->connection_judged) {
		if (scan_connection(mail->snapshot, &mail->envelope, mail->arena, &mail->connection) != 0)
			return rcpt_error(session);
		mail->connection_judged = true;
		mail->elapsed_us += mail->connection.elapsed_us;
	}
	if (mail->connection.action != ACTION_REJECT)
		return SESSION_CONTINUE;
	report = report_of(mail, "rcpt", ACTION_REJECT, &mail->connection, NULL);
	log_verdict(session, &report, mail->arena);
	return refuse(session, &report, mail->arena);
}

/* The reader, made when first needed. NULL: mail->error says why. */
static struct message *reader(struct mail *mail)
{
	struct message_options options;

	if (!mail->message && !mail->error) {
		options = scan_message_options(mail->snapshot);
		mail->message = message_create(&options, mail->arena);
		if (!mail->message)
			mail->error = "out-of-memory";
	}
	return mail->error ? NULL : mail->message;
}

enum session_answer session_header(struct session *session, const char *name, const char *value)
{
	struct mail *mail = session->mail;
	struct message *message;

	if (!mail)
		return session->passing ? SESSION_ACCEPT : SESSION_CONTINUE;
	headers_note(&mail->headers, str_from(name), str_from(value));
	message = reader(mail);
	if (message && message_header(message, str_from(name), str_from(value)) != 0)
		mail->error = "out-of-memory";
	return SESSION_CONTINUE; /* not timed: storing it costs no more than two looks at the clock */
}

enum session_answer session_end_of_headers(struct session *session)
{
	struct mail *mail = session->mail;
	struct message *message = mail ? reader(mail) : NULL;
	uint64_t begin;

	if (session->passing)
		return SESSION_ACCEPT;
	if (!message || mail->ended_headers)
		return SESSION_CONTINUE;
	begin = clock_monotonic_us();
	mail->ended_headers = true;
	if (message_end_of_headers(message) != 0)
		mail->error = "out-of-memory";
	mail->elapsed_us += clock_monotonic_us() - begin;
	return SESSION_CONTINUE;
}

enum session_answer session_body(struct session *session, struct str chunk)
{
	struct mail *mail = session->mail;
	struct message *message;
	uint64_t begin;
	int status;

	if (session->passing)
		return SESSION_ACCEPT;
	session_end_of_headers(session); /* an MTA that offers less may not have said it */
	message = mail && !mail->body_done ? reader(mail) : NULL;
	if (message) {
		begin = clock_monotonic_us();
		status = message_body(message, chunk);
		if (status < 0)
			mail->error = "out-of-memory";
		mail->body_done = status != 0;
		mail->elapsed_us += clock_monotonic_us() - begin;
	}
	return mail && (mail->body_done || mail->error) && session->options.can_skip ? SESSION_SKIP
		: SESSION_CONTINUE;
}

/* What enforcing comes to, within what the MTA can do. */
static enum action action_of(const struct session *session, const struct scan_result *result)
{
	if (session->mail->snapshot->config->mode == CONFIG_OBSERVE)
		return ACTION_ACCEPT;
	if (result->action == ACTION_QUARANTINE && !session->options.can_quarantine)
		return ACTION_TAG;
	return result->action;
}

static int compose_edits(const struct report_input *report, struct headers *headers,
	struct arena *arena, struct session_outcome *out)
{
	const struct config *config = report->snapshot->config;
	bool marked = report->action == ACTION_TAG || report->action == ACTION_QUARANTINE;
	struct headers_plan plan = {
		.score = report_score_header(report, arena),
		.rules = report_rules_header(report, arena),
		.origin = report_origin_header(report, arena),
		.spam_flag = marked && config->spam_flag_header,
		.subject_prefix = marked ? config->subject_prefix : NULL,
	};

	if (!plan.score || !plan.rules || !plan.origin)
		return -1;
	return headers_edit(headers, &plan, arena, &out->edits, &out->edits_n);
}

/* Carries the report's action into `out`. -1: memory is spent. */
static int decide(struct session *session, const struct report_input *report,
	struct arena *arena, struct session_outcome *out)
{
	if (report->action >= ACTION_TEMPFAIL) {
		out->answer = refuse(session, report, arena);
		return 0;
	}
	if (!arena || compose_edits(report, &session->mail->headers, arena, out) != 0)
		return -1;
	if (report->action == ACTION_QUARANTINE) {
		out->quarantine = report_quarantine_reason(report, arena);
		if (!out->quarantine)
			return -1;
	}
	out->answer = SESSION_ACCEPT;
	return 0;
}

static enum session_answer end_with_error(struct session *session,
	struct session_outcome *out)
{
	struct mail *mail = session->mail;
	struct arena *arena = spare_arena(mail);
	const struct config *config = mail->snapshot->config;
	struct report_input report = report_of(mail, "eom",
		config->mode == CONFIG_OBSERVE ? ACTION_ACCEPT : config->on_internal_error, NULL, NULL);

	*out = (struct session_outcome){ .answer = SESSION_TEMPFAIL };
	if (headers_failed(&mail->headers))
		report.action = ACTION_TEMPFAIL; /* forged ones could not be counted: never let through */
	if (decide(session, &report, arena, out) != 0) {
		*out = (struct session_outcome){ .answer = SESSION_TEMPFAIL };
		report.action = ACTION_TEMPFAIL;
		session->reply = reply_tempfail;
	}
	log_verdict(session, &report, arena);
	return out->answer;
}

enum session_answer session_end(struct session *session, const char *queue_id,
	struct session_outcome *out)
{
	struct mail *mail = session->mail;
	const struct message_view *view;
	struct scan_result result;
	struct report_input report;
	struct message *message;
	uint64_t begin;

	*out = (struct session_outcome){ .answer = session->passing ? SESSION_ACCEPT
		: SESSION_TEMPFAIL };
	if (session->passing)
		return SESSION_ACCEPT;
	if (!mail)
		return no_memory(session);
	take_id(mail, queue_id);
	session_end_of_headers(session);
	begin = clock_monotonic_us();
	message = reader(mail);
	if (headers_failed(&mail->headers) || !message || mail->error)
		mail->error = "out-of-memory";
	else if (message_end(message) != 0 || scan_message(mail->snapshot, &mail->envelope,
			message_view(message), mail->arena, &result) != 0)
		mail->error = "out-of-memory";
	mail->elapsed_us += clock_monotonic_us() - begin;
	if (mail->error)
		return end_with_error(session, out);
	view = message_view(message);
	report = report_of(mail, "eom", action_of(session, &result), &result, view);
	if (decide(session, &report, mail->arena, out) != 0) {
		mail->error = "out-of-memory";
		return end_with_error(session, out);
	}
	log_verdict(session, &report, mail->arena);
	return out->answer;
}
