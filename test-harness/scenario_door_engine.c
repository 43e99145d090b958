/* The engine in this process: session fed as callbacks.c feeds it, its outcome carried out on the
 * message as an MTA would. No libmilter, no socket: where the two doors differ, the fault is in
 * what lies between. */
#include "test-harness/scenario_door.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>

#include "milter/config.h"
#include "milter/runtime.h"
#include "milter/session.h"
#include "test-harness/fake_message.h"

struct engine {
	struct runtime *runtime;
	struct session *session;
	bool queue_id_at_mail;
	unsigned long silent;         /* SMFIP_NR_ that were agreed upon */
	enum session_answer standing; /* what connect or helo answered */
	enum fake_stage standing_stage;
	FILE *log;
};

union client_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_un local;
};

/* As libmilter makes it; NULL when the MTA does not know. */
static const struct sockaddr *make_address(const char *text, union client_address *out)
{
	*out = (union client_address){ 0 };
	if (strncmp(text, "local:", 6) == 0) {
		out->local.sun_family = AF_UNIX;
		snprintf(out->local.sun_path, sizeof(out->local.sun_path), "%s", text + 6);
		return &out->any;
	}
	if (inet_pton(AF_INET, text, &out->v4.sin_addr) == 1) {
		out->v4.sin_family = AF_INET;
		return &out->any;
	}
	if (inet_pton(AF_INET6, text, &out->v6.sin6_addr) == 1) {
		out->v6.sin6_family = AF_INET6;
		return &out->any;
	}
	return NULL;
}

static struct runtime *load(const char *path, struct error *error)
{
	struct diags diags = { 0 };
	struct config *config = config_load(path, &diags);
	struct snapshot *snapshot = config == NULL ? NULL : snapshot_build(config, &diags);
	struct runtime *runtime = NULL;
	struct error no_dns;
	char line[400] = "out of memory";

	if (snapshot && snapshot_open_dns(snapshot, NULL, &no_dns) != 0) {
		snapshot_release(&snapshot);
		snprintf(line, sizeof(line), "%.390s", no_dns.text);
	}
	if (snapshot)
		runtime = runtime_create(snapshot);

	for (size_t i = 0; i < diags.n && runtime == NULL; i++)
		if (diags.items[i].severity == DIAG_ERROR)
			diag_format(&diags.items[i], line, sizeof(line));
	if (runtime == NULL)
		error_set(error, "not loaded: %s", line);
	diags_clear(&diags);
	return runtime;
}

/* What the engine logs goes where a daemon's log would go. */
static void write_log(void *context, enum log_level level, const char *line)
{
	FILE *log = context;

	(void)level;
	fprintf(log, "%s\n", line);
	fflush(log);
}

static void *engine_start(const struct scenario_world *world, struct error *error)
{
	struct engine *engine = calloc(1, sizeof(*engine));

	if (engine == NULL) {
		error_set(error, "out of memory");
		return NULL;
	}
	engine->log = fopen(world->log, "ae");
	if (engine->log == NULL)
		error_set(error, "%s: cannot be written", world->log);
	else if ((engine->runtime = load(world->config, error)) != NULL)
		return engine;
	if (engine->log != NULL)
		fclose(engine->log);
	free(engine);
	return NULL;
}

/* Where a daemon and this MTA agree upon no answer; steps 0: the MTA offers all. */
static unsigned long silent_stages(struct runtime *runtime, unsigned long steps)
{
	unsigned long silent = SMFIP_NR_MAIL | SMFIP_NR_RCPT | SMFIP_NR_HDR | SMFIP_NR_EOH
		| SMFIP_NR_BODY;
	struct snapshot *snapshot = runtime_current(runtime);

	if (snapshot->refuses_at_rcpt)
		silent &= ~SMFIP_NR_RCPT;
	snapshot_release(&snapshot);
	return steps == 0 ? silent : silent & steps;
}

static int engine_connect(void *door, const struct fake_client *client,
	const struct fake_mta_options *options, struct error *error)
{
	struct engine *engine = door;
	union client_address address;

	engine->queue_id_at_mail = options->queue_id_at_mail;
	engine->silent = silent_stages(engine->runtime, options->steps);
	engine->session = session_create(&(struct session_options){ .runtime = engine->runtime,
		.log = write_log, .log_context = engine->log,
		.silent_at_rcpt = (engine->silent & SMFIP_NR_RCPT) != 0,
		.can_quarantine = options->actions == 0 || (options->actions & SMFIF_QUARANTINE),
		.can_skip = options->steps == 0 || (options->steps & SMFIP_SKIP) });
	engine->standing = SESSION_CONTINUE;
	if (engine->session == NULL)
		return error_set(error, "out of memory");
	if (client == NULL)
		return 0;
	engine->standing_stage = FAKE_AT_CONNECT;
	engine->standing = session_connect(engine->session, client->name,
		make_address(client->address, &address));
	if (engine->standing != SESSION_CONTINUE || client->helo == NULL)
		return 0;
	engine->standing_stage = FAKE_AT_HELO;
	engine->standing = session_helo(engine->session, client->helo);
	return 0;
}

static enum fake_answer to_answer(enum session_answer answer)
{
	static const enum fake_answer answers[] = { [SESSION_CONTINUE] = FAKE_CONTINUE,
		[SESSION_ACCEPT] = FAKE_ACCEPT, [SESSION_REJECT] = FAKE_REJECT,
		[SESSION_TEMPFAIL] = FAKE_TEMPFAIL, [SESSION_SKIP] = FAKE_SKIP };

	return answers[answer];
}

static void copy_reply(const struct session *session, struct fake_outcome *out)
{
	const struct session_reply *reply = session_reply(session);

	if (reply == NULL)
		return;
	snprintf(out->reply.code, sizeof(out->reply.code), "%s", reply->code);
	snprintf(out->reply.enhanced, sizeof(out->reply.enhanced), "%s", reply->enhanced);
	snprintf(out->reply.text, sizeof(out->reply.text), "%s", reply->text);
}

static void apply_edit(struct fake_message *message, const struct session_edit *edit)
{
	struct buf value = { 0 };

	if (edit->kind != SESSION_EDIT_DELETE)
		buf_addf(&value, " %s", edit->value);
	if (edit->kind == SESSION_EDIT_INSERT)
		fake_message_insert(message, (size_t)edit->index, edit->name, buf_cstr(&value));
	else
		fake_message_change(message, edit->name, (size_t)edit->index, buf_cstr(&value));
	buf_free(&value);
}

/* One message on its way through the session. */
struct passage {
	struct engine *engine;
	const struct fake_mail *mail;
	const struct fake_mta_options *options;
	struct fake_message *message;
	struct fake_outcome *out;
};

/* What the MTA is told of an answer. */
static enum session_answer heard(const struct passage *p, unsigned long silence,
	enum session_answer answer)
{
	return p->engine->silent & silence ? SESSION_CONTINUE : answer;
}

static enum session_answer pass_mail(const struct passage *p)
{
	return heard(p, SMFIP_NR_MAIL, session_mail(p->engine->session, p->mail->from,
		p->mail->auth));
}

static enum session_answer pass_rcpts(const struct passage *p)
{
	enum session_answer answer = SESSION_CONTINUE;

	for (size_t i = 0; i < p->mail->recipients_n; i++) {
		answer = heard(p, SMFIP_NR_RCPT, session_rcpt(p->engine->session,
			p->mail->recipients[i], p->out->recipients_taken > 0
			|| p->engine->queue_id_at_mail ? p->mail->queue_id : NULL));
		if (answer == SESSION_CONTINUE)
			p->out->recipients_taken++;
		else if (answer == SESSION_ACCEPT)
			return answer;
		else
			copy_reply(p->engine->session, p->out);
	}
	return p->out->recipients_taken > 0 ? SESSION_CONTINUE : answer;
}

static enum session_answer pass_headers(const struct passage *p)
{
	enum session_answer answer = SESSION_CONTINUE;

	for (size_t i = 0; i < p->message->n && answer == SESSION_CONTINUE; i++) {
		const char *value = p->message->headers[i].value;

		answer = heard(p, SMFIP_NR_HDR, session_header(p->engine->session,
			p->message->headers[i].name, value + (*value == ' ')));
		if (p->mail->stop && p->mail->stop_after == FAKE_AT_HEADER)
			break;
	}
	return answer;
}

static enum session_answer pass_body(const struct passage *p)
{
	enum session_answer answer = SESSION_CONTINUE;
	struct buf body = { 0 };
	size_t at = 0, turn = 0;

	fake_message_body_crlf(p->message, &body);
	while (at < body.len && answer == SESSION_CONTINUE) {
		size_t n = p->options->chunks_n ? p->options->chunks[turn % p->options->chunks_n]
			: 65535;

		turn++;
		answer = heard(p, SMFIP_NR_BODY, session_body(p->engine->session,
			str_slice(buf_str(&body), at, at + (n ? n : 1))));
		at += n ? n : 1;
		if (p->mail->stop && p->mail->stop_after == FAKE_AT_BODY)
			break;
	}
	buf_free(&body);
	return answer == SESSION_SKIP ? SESSION_CONTINUE : answer;
}

static enum session_answer pass_end(const struct passage *p)
{
	struct session_outcome outcome = { 0 };
	enum session_answer answer = session_end(p->engine->session, p->mail->queue_id, &outcome);

	for (size_t i = 0; i < outcome.edits_n; i++)
		apply_edit(p->message, &outcome.edits[i]);
	p->out->edits = (unsigned)outcome.edits_n;
	if (outcome.quarantine != NULL) {
		p->out->quarantined = true;
		buf_add_cstr(&p->out->quarantine, outcome.quarantine);
	}
	return answer;
}

static enum session_answer pass_stage(const struct passage *p, enum fake_stage stage)
{
	switch (stage) {
	case FAKE_AT_MAIL: return pass_mail(p);
	case FAKE_AT_RCPT: return pass_rcpts(p);
	case FAKE_AT_HEADER: return pass_headers(p);
	case FAKE_AT_EOH:
		return heard(p, SMFIP_NR_EOH, session_end_of_headers(p->engine->session));
	case FAKE_AT_BODY: return pass_body(p);
	case FAKE_AT_EOM: return pass_end(p);
	default: return SESSION_CONTINUE;
	}
}

static void pass(const struct passage *p)
{
	enum session_answer answer = SESSION_CONTINUE;
	enum fake_stage stage = FAKE_AT_MAIL;

	for (;; stage++) {
		answer = pass_stage(p, stage);
		p->out->aborted = p->mail->stop && p->mail->stop_after == stage;
		if (answer != SESSION_CONTINUE || stage == FAKE_AT_EOM || p->out->aborted)
			break;
	}
	p->out->stage = stage;
	p->out->answer = answer == SESSION_CONTINUE ? FAKE_ACCEPT : to_answer(answer);
	if (answer == SESSION_REJECT || answer == SESSION_TEMPFAIL)
		copy_reply(p->engine->session, p->out);
	else
		p->out->reply = (struct fake_reply){ 0 };
	if (p->out->answer == FAKE_ACCEPT && !p->out->aborted)
		fake_message_render(p->message, &p->out->message);
	session_abort(p->engine->session);
}

static void engine_send(void *door, const struct fake_mail *mail,
	const struct fake_mta_options *options, struct fake_outcome *out)
{
	struct engine *engine = door;
	struct fake_message message = { 0 };
	struct passage passage = { engine, mail, options, &message, out };

	*out = (struct fake_outcome){ .stage = engine->standing_stage };
	fake_message_parse(&message, mail->text);
	if (engine->standing == SESSION_CONTINUE) {
		pass(&passage);
	} else {
		out->answer = to_answer(engine->standing);
		copy_reply(engine->session, out);
		if (out->answer == FAKE_ACCEPT)
			fake_message_render(&message, &out->message);
	}
	fake_message_clear(&message);
}

static void engine_disconnect(void *door, struct buf *problems)
{
	struct engine *engine = door;

	(void)problems;
	if (engine->session != NULL)
		session_free(&engine->session);
}

static void engine_stop(void *door, struct buf *problems)
{
	struct engine *engine = door;

	engine_disconnect(door, problems);
	runtime_free(&engine->runtime);
	fclose(engine->log);
	free(engine);
}

const struct scenario_door scenario_door_engine = {
	"engine", engine_start, engine_connect, engine_send, engine_disconnect, engine_stop
};
