/* The MTA's side of the milter protocol.
 *
 * A step is a row of a table: its command, the bit by which a filter says it does not want it, and
 * the bit by which it says that it will not answer. */
#include "test-harness/fake_mta.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>

#include "test-harness/fake_message.h"
#include "test-harness/fake_wire.h"

enum { STAGES = FAKE_AT_EOM + 1, TIMEOUT_MS = 20000 };
#define ALL_ACTIONS SMFI_CURR_ACTS
#define ALL_STEPS SMFI_CURR_PROT

struct fake_mta {
	struct fake_mta_options options;
	struct fake_wire wire;
	uint32_t steps, actions;       /* agreed */
	/* the macros that the filter asked for, by libmilter's stage number; NULL: it did not say */
	char *symlist[8];
	struct buf violations;
	const struct fake_client *client;
	enum fake_answer standing;     /* of connect or helo, for the whole connection */
	enum fake_stage standing_stage;
	struct fake_reply standing_reply;
	struct fake_message message;
};

static const struct step {
	char command;
	uint32_t not_wanted, no_reply;
	int macros; /* libmilter's SMFIM_*; -1: none of their own */
} step_table[STAGES] = {
	[FAKE_AT_CONNECT] = { SMFIC_CONNECT, SMFIP_NOCONNECT, SMFIP_NR_CONN, SMFIM_CONNECT },
	[FAKE_AT_HELO] = { SMFIC_HELO, SMFIP_NOHELO, SMFIP_NR_HELO, SMFIM_HELO },
	[FAKE_AT_MAIL] = { SMFIC_MAIL, SMFIP_NOMAIL, SMFIP_NR_MAIL, SMFIM_ENVFROM },
	[FAKE_AT_RCPT] = { SMFIC_RCPT, SMFIP_NORCPT, SMFIP_NR_RCPT, SMFIM_ENVRCPT },
	[FAKE_AT_DATA] = { SMFIC_DATA, SMFIP_NODATA, SMFIP_NR_DATA, SMFIM_DATA },
	[FAKE_AT_HEADER] = { SMFIC_HEADER, SMFIP_NOHDRS, SMFIP_NR_HDR, -1 },
	[FAKE_AT_EOH] = { SMFIC_EOH, SMFIP_NOEOH, SMFIP_NR_EOH, SMFIM_EOH },
	[FAKE_AT_BODY] = { SMFIC_BODY, SMFIP_NOBODY, SMFIP_NR_BODY, -1 },
	[FAKE_AT_EOM] = { SMFIC_BODYEOB, 0, 0, SMFIM_EOM },
};

const char *fake_answer_name(enum fake_answer answer)
{
	static const char *const names[] = { "continue", "accept", "reject", "tempfail", "discard",
		"skip", "conn-fail", "shutdown", "none", "lost" };

	return names[answer];
}

const char *fake_stage_name(enum fake_stage stage)
{
	static const char *const names[STAGES] = { "connect", "helo", "mail", "rcpt", "data",
		"header", "eoh", "body", "eom" };

	return names[stage];
}

static void violation(struct fake_mta *mta, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static void violation(struct fake_mta *mta, const char *format, ...)
{
	struct error line;
	va_list args;

	va_start(args, format);
	error_set_va(&line, format, args);
	va_end(args);
	buf_addf(&mta->violations, "%s\n", line.text);
}

/* ---- opening ---- */

struct fake_mta *fake_mta_dial(const char *socket, const struct fake_mta_options *options,
	struct error *error)
{
	struct fake_mta *mta = calloc(1, sizeof(*mta));

	if (mta == NULL) {
		error_set(error, "out of memory");
		return NULL;
	}
	if (options != NULL)
		mta->options = *options;
	if (mta->options.version == 0)
		mta->options.version = 6;
	if (mta->options.actions == 0)
		mta->options.actions = ALL_ACTIONS;
	if (mta->options.steps == 0)
		mta->options.steps = ALL_STEPS;
	if (mta->options.actions == FAKE_MTA_NOTHING)
		mta->options.actions = 0;
	if (mta->options.steps == FAKE_MTA_NOTHING)
		mta->options.steps = 0;
	if (mta->options.timeout_ms == 0)
		mta->options.timeout_ms = TIMEOUT_MS;
	if (mta->options.body_chunk == 0 || mta->options.body_chunk > MILTER_CHUNK_SIZE)
		mta->options.body_chunk = MILTER_CHUNK_SIZE;
	mta->standing = FAKE_NONE;
	mta->wire = (struct fake_wire){ .timeout_ms = mta->options.timeout_ms,
		.piece = mta->options.piece, .cut_bytes = mta->options.cut_bytes,
		.cut_packets = mta->options.cut_packets, .cut_replies = mta->options.cut_replies };
	if (fake_wire_dial(&mta->wire, socket, error) == 0)
		return mta;
	free(mta);
	return NULL;
}

/* What follows the twelve bytes: stage number, list of macro names, again and again. */
static void take_symlists(struct fake_mta *mta, struct str rest)
{
	while (rest.len > 4) {
		uint32_t stage = fake_wire_get_u32(rest.ptr);
		size_t end = str_find_byte(str_slice(rest, 4, rest.len), '\0');

		if (end == SIZE_MAX || stage >= sizeof(mta->symlist) / sizeof(mta->symlist[0])) {
			violation(mta, "a list of macros that cannot be read");
			return;
		}
		free(mta->symlist[stage]);
		mta->symlist[stage] = strdup(rest.ptr + 4);
		rest = str_slice(rest, 4 + end + 1, rest.len);
	}
}

static void check_agreed(struct fake_mta *mta, const char *what, uint32_t taken,
	uint32_t offered, uint32_t version_1)
{
	uint32_t more = taken & ~(offered ? offered : version_1);

	if (more)
		violation(mta, "takes %s that were not offered: %#x", what, (unsigned)more);
}

int fake_mta_negotiate(struct fake_mta *mta, struct error *error)
{
	struct buf offer = { 0 };
	struct str answer = { 0 };
	int status, got;

	fake_wire_add_u32(&offer, mta->options.version);
	fake_wire_add_u32(&offer, mta->options.actions);
	fake_wire_add_u32(&offer, mta->options.steps);
	status = fake_mta_packet(mta, SMFIC_OPTNEG, buf_str(&offer));
	buf_free(&offer);
	got = status == 0 ? fake_mta_read(mta, &answer) : -1;
	if (got != SMFIC_OPTNEG || answer.len < 12)
		return error_set(error, "no option negotiation: %s", mta->wire.cut ? "cut" :
			got <= 0 ? mta->wire.trouble.text[0] ? mta->wire.trouble.text : "hung up" :
			"another answer");
	mta->actions = fake_wire_get_u32(answer.ptr + 4);
	mta->steps = fake_wire_get_u32(answer.ptr + 8);
	check_agreed(mta, "actions", mta->actions, mta->options.actions, SMFI_V1_ACTS);
	check_agreed(mta, "steps", mta->steps, mta->options.steps, SMFI_V1_PROT);
	take_symlists(mta, str_slice(answer, 12, answer.len));
	return 0;
}

struct fake_mta *fake_mta_open(const char *socket, const struct fake_mta_options *options,
	struct error *error)
{
	struct fake_mta *mta = fake_mta_dial(socket, options, error);

	if (mta != NULL && fake_mta_negotiate(mta, error) != 0)
		fake_mta_drop(&mta);
	return mta;
}

/* ---- answers ---- */

static bool enhanced_fits(const char *code, const char *text)
{
	return text[0] == code[0] && text[1] == '.' && text[2] >= '0' && text[2] <= '9';
}

/* "%%" is how libmilter's callers write '%'; Postfix refuses a '%' that stands alone. */
static void add_reply_text(struct fake_mta *mta, struct fake_reply *reply, const char *text)
{
	size_t n = strlen(reply->text);

	if (n > 0 && n + 1 < sizeof(reply->text))
		reply->text[n++] = '\n';
	for (; *text != '\0' && n + 1 < sizeof(reply->text); text++) {
		if (*text == '%' && text[1] != '%')
			violation(mta, "a reply with a '%%' that is not doubled");
		else if (*text == '%')
			text++;
		if ((unsigned char)*text < ' ' || (unsigned char)*text > '~')
			violation(mta, "a reply with byte %#x", (unsigned)(unsigned char)*text);
		reply->text[n++] = *text;
	}
	reply->text[n] = '\0';
}

static void take_reply_line(struct fake_mta *mta, struct fake_reply *reply, char *line)
{
	if (strlen(line) < 4 || (line[0] != '4' && line[0] != '5') || (line[3] != ' ' &&
		line[3] != '-')) {
		violation(mta, "a malformed reply: %s", line);
		return;
	}
	memcpy(reply->code, line, 3);
	line += 4;
	size_t word = strcspn(line, " ");
	if (strspn(line, "0123456789.") == word && word >= 5 && word < sizeof(reply->enhanced)) {
		/* Postfix takes such a reply for malformed and breaks the session */
		if (!enhanced_fits(reply->code, line))
			violation(mta, "reply %s with enhanced code %.*s", reply->code, (int)word,
				line);
		memcpy(reply->enhanced, line, word);
		reply->enhanced[word] = '\0';
		line += word + (line[word] == ' ');
	}
	add_reply_text(mta, reply, line);
}

static enum fake_answer take_reply(struct fake_mta *mta, struct str payload,
	struct fake_reply *reply)
{
	char line[1024];
	size_t at = 0;

	*reply = (struct fake_reply){ 0 };
	if (payload.len > 0 && payload.ptr[payload.len - 1] == '\0')
		payload.len--;
	if (payload.len > 980)
		violation(mta, "a reply of %zu bytes", payload.len);
	while (at < payload.len) {
		struct str rest = str_slice(payload, at, payload.len);
		size_t end = str_find(rest, STR("\r\n"));
		size_t len = end == SIZE_MAX ? rest.len : end;

		snprintf(line, sizeof(line), "%.*s", (int)len, rest.ptr);
		take_reply_line(mta, reply, line);
		at += end == SIZE_MAX ? len : len + 2;
	}
	return reply->code[0] == '4' ? FAKE_TEMPFAIL : FAKE_REJECT;
}

static bool edit_header(struct fake_mta *mta, char command, struct str payload)
{
	bool indexed = command != SMFIR_ADDHEADER;
	uint32_t index = indexed && payload.len > 4 ? fake_wire_get_u32(payload.ptr) : 0;
	struct str rest = str_slice(payload, indexed ? 4 : 0, payload.len);
	size_t end = str_find_byte(rest, '\0');
	struct buf value = { 0 };
	const char *name = rest.ptr;
	int status;

	if (end == SIZE_MAX || end == 0 || rest.ptr[rest.len - 1] != '\0') {
		violation(mta, "an edit of a header that cannot be read");
		return false;
	}
	if ((mta->steps & SMFIP_HDR_LEADSPC) == 0 && rest.ptr[end + 1] != '\0')
		buf_add_byte(&value, ' ');
	buf_add_cstr(&value, rest.ptr + end + 1);
	if (command == SMFIR_CHGHEADER)
		status = fake_message_change(&mta->message, name, index, buf_cstr(&value));
	else
		status = fake_message_insert(&mta->message, indexed ? index : SIZE_MAX, name,
			buf_cstr(&value));
	buf_free(&value);
	return status == 0;
}

static const struct edit {
	char command;
	uint32_t action;
	const char *name;
} edits[] = {
	{ SMFIR_ADDHEADER, SMFIF_ADDHDRS, "addheader" },
	{ SMFIR_INSHEADER, SMFIF_ADDHDRS, "insheader" },
	{ SMFIR_CHGHEADER, SMFIF_CHGHDRS, "chgheader" },
	{ SMFIR_QUARANTINE, SMFIF_QUARANTINE, "quarantine" },
	{ SMFIR_REPLBODY, SMFIF_CHGBODY, "replacebody" },
	{ SMFIR_ADDRCPT, SMFIF_ADDRCPT, "addrcpt" },
	{ SMFIR_ADDRCPT_PAR, SMFIF_ADDRCPT_PAR, "addrcpt_par" },
	{ SMFIR_DELRCPT, SMFIF_DELRCPT, "delrcpt" },
	{ SMFIR_CHGFROM, SMFIF_CHGFROM, "chgfrom" },
};

/* True when the packet was an edit, be it a forbidden one. */
static bool take_edit(struct fake_mta *mta, enum fake_stage stage, char command,
	struct str payload, struct fake_outcome *out)
{
	const struct edit *edit = NULL;

	for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++)
		if (edits[i].command == command)
			edit = &edits[i];
	if (edit == NULL)
		return false;
	out->edits++;
	if (stage != FAKE_AT_EOM)
		violation(mta, "%s at %s", edit->name, fake_stage_name(stage));
	else if ((mta->actions & edit->action) == 0)
		violation(mta, "%s, which was not agreed", edit->name);
	else if (command == SMFIR_QUARANTINE) {
		out->quarantined = true;
		out->quarantine.len = 0;
		buf_add(&out->quarantine, payload.ptr, payload.len ? payload.len - 1 : 0);
	} else if (edit->action == SMFIF_ADDHDRS || edit->action == SMFIF_CHGHDRS)
		edit_header(mta, command, payload);
	else
		violation(mta, "%s, which depeer never asks for", edit->name);
	return true;
}

static const struct verdict_packet {
	char command;
	enum fake_answer answer;
} verdict_packets[] = {
	{ SMFIR_CONTINUE, FAKE_CONTINUE }, { SMFIR_ACCEPT, FAKE_ACCEPT },
	{ SMFIR_REJECT, FAKE_REJECT }, { SMFIR_TEMPFAIL, FAKE_TEMPFAIL },
	{ SMFIR_DISCARD, FAKE_DISCARD }, { SMFIR_SKIP, FAKE_SKIP },
	{ SMFIR_CONN_FAIL, FAKE_CONN_FAIL }, { SMFIR_SHUTDOWN, FAKE_SHUTDOWN },
};

static enum fake_answer read_answer(struct fake_mta *mta, enum fake_stage stage,
	struct fake_outcome *out)
{
	for (;;) {
		struct str payload;
		int command = fake_mta_read(mta, &payload);

		if (command <= 0) {
			if (command == 0)
				error_set(&mta->wire.trouble, "hung up at %s", fake_stage_name(stage));
			return FAKE_LOST;
		}
		if (command == SMFIR_PROGRESS) {
			out->progress++;
			continue;
		}
		if (command == SMFIR_REPLYCODE)
			return take_reply(mta, payload, &out->reply);
		if (take_edit(mta, stage, (char)command, payload, out))
			continue;
		for (size_t i = 0; i < sizeof(verdict_packets) / sizeof(verdict_packets[0]); i++) {
			if (verdict_packets[i].command != command)
				continue;
			if (command == SMFIR_SKIP && ((mta->steps & SMFIP_SKIP) == 0 ||
				stage != FAKE_AT_BODY))
				violation(mta, "skip at %s", fake_stage_name(stage));
			return verdict_packets[i].answer;
		}
		violation(mta, "answer %#x at %s", (unsigned)command, fake_stage_name(stage));
		return FAKE_LOST;
	}
}

/* ---- steps ---- */

struct macro {
	const char *name, *value; /* name as the protocol has it: "i", "{auth_authen}" */
};

static bool listed(const char *list, const char *name)
{
	size_t len = strlen(name);
	const char *at = list;

	while (list != NULL && (at = strstr(at, name)) != NULL) {
		if ((at == list || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
			return true;
		at += len;
	}
	return list == NULL;
}

/* Those that have a value and that the filter asked for, if it asked; an empty packet when there is
 * none, as from Postfix. (libmilter then keeps what it was told for the message before.) */
static int send_macros(struct fake_mta *mta, enum fake_stage stage, const struct macro *macros,
	size_t n)
{
	const struct step *step = &step_table[stage];
	struct buf payload = { 0 };
	int status;

	buf_add_byte(&payload, step->command);
	for (size_t i = 0; i < n; i++) {
		if (macros[i].value == NULL || *macros[i].value == '\0')
			continue;
		if (step->macros >= 0 && !listed(mta->symlist[step->macros], macros[i].name))
			continue;
		fake_wire_add_text(&payload, macros[i].name);
		fake_wire_add_text(&payload, macros[i].value);
	}
	status = fake_mta_packet(mta, SMFIC_MACRO, buf_str(&payload));
	buf_free(&payload);
	return status;
}

/* FAKE_NONE when the filter wants no such step or gives no answer to it. */
static enum fake_answer take_step(struct fake_mta *mta, enum fake_stage stage,
	struct str payload, const struct macro *macros, size_t macros_n, struct fake_outcome *out)
{
	const struct step *step = &step_table[stage];

	if (mta->steps & step->not_wanted)
		return FAKE_NONE;
	if (mta->wire.fd >= 0 && fake_wire_readable(&mta->wire, 0))
		violation(mta, "something was said before %s was asked", fake_stage_name(stage));
	if ((macros_n > 0 && send_macros(mta, stage, macros, macros_n) != 0) ||
		fake_mta_packet(mta, step->command, payload) != 0)
		return FAKE_LOST;
	if (mta->steps & step->no_reply)
		return FAKE_NONE;
	return read_answer(mta, stage, out);
}

static bool goes_on(enum fake_answer answer)
{
	return answer == FAKE_CONTINUE || answer == FAKE_NONE || answer == FAKE_SKIP;
}

static void add_client(struct buf *payload, const struct fake_client *client)
{
	static const char port[2] = { (char)(12345 >> 8), (char)(12345 & 255) };
	const char *address = client->address;

	fake_wire_add_text(payload, client->name);
	if (strcmp(address, "unknown") == 0) {
		buf_add_byte(payload, SMFIA_UNKNOWN);
	} else if (strncmp(address, "local:", 6) == 0) {
		buf_add(payload, "L\0\0", 3);
		fake_wire_add_text(payload, address + 6);
	} else if (strchr(address, ':') != NULL) {
		buf_add_byte(payload, SMFIA_INET6);
		buf_add(payload, port, sizeof(port));
		buf_add_cstr(payload, "IPv6:");
		fake_wire_add_text(payload, address);
	} else {
		buf_add_byte(payload, SMFIA_INET);
		buf_add(payload, port, sizeof(port));
		fake_wire_add_text(payload, address);
	}
}

enum fake_answer fake_mta_hello(struct fake_mta *mta, const struct fake_client *client,
	struct fake_outcome *out)
{
	const struct macro macros[] = { { "j", "mx.here.example" }, { "{daemon_name}", "smtpd" },
		{ "v", "fake" }, { "{client_addr}", client->address } };
	struct buf payload = { 0 };

	out->stage = FAKE_AT_CONNECT;
	add_client(&payload, client);
	out->answer = take_step(mta, FAKE_AT_CONNECT, buf_str(&payload), macros, 4, out);
	if (goes_on(out->answer) && client->helo != NULL) {
		payload.len = 0;
		fake_wire_add_text(&payload, client->helo);
		out->stage = FAKE_AT_HELO;
		out->answer = take_step(mta, FAKE_AT_HELO, buf_str(&payload), macros, 0, out);
	}
	buf_free(&payload);
	mta->standing = goes_on(out->answer) ? FAKE_NONE : out->answer;
	mta->standing_stage = out->stage;
	mta->standing_reply = out->reply;
	return out->answer;
}

static enum fake_answer send_mail_from(struct fake_mta *mta, const struct fake_mail *mail,
	struct fake_outcome *out)
{
	const struct macro macros[] = { { "j", "mx.here.example" }, { "{mail_addr}", mail->from },
		{ "i", mta->options.queue_id_at_mail ? mail->queue_id : NULL },
		{ "{auth_authen}", mail->auth }, { "{auth_type}", mail->auth ? "PLAIN" : NULL } };
	struct buf payload = { 0 };
	enum fake_answer answer;

	fake_wire_add_text(&payload, mail->from);
	fake_wire_add_text(&payload, "SIZE=1000");
	answer = take_step(mta, FAKE_AT_MAIL, buf_str(&payload), macros, 5, out);
	buf_free(&payload);
	return answer;
}

/* CONTINUE when at least one recipient was taken; else the answer to the last one. */
static enum fake_answer send_rcpts(struct fake_mta *mta, const struct fake_mail *mail,
	struct fake_outcome *out)
{
	enum fake_answer answer = FAKE_CONTINUE;

	for (size_t i = 0; i < mail->recipients_n; i++) {
		/* Postfix opens its queue file with the first recipient that is taken */
		bool queued = out->recipients_taken > 0 || mta->options.queue_id_at_mail;
		const struct macro macros[] = { { "j", "mx.here.example" },
			{ "{rcpt_addr}", mail->recipients[i] },
			{ "i", queued ? mail->queue_id : NULL } };
		struct buf payload = { 0 };

		fake_wire_add_text(&payload, mail->recipients[i]);
		answer = take_step(mta, FAKE_AT_RCPT, buf_str(&payload), macros, 3, out);
		buf_free(&payload);
		if (goes_on(answer))
			out->recipients_taken++;
		else if (answer != FAKE_REJECT && answer != FAKE_TEMPFAIL)
			return answer;
	}
	return out->recipients_taken > 0 ? FAKE_CONTINUE : answer;
}

static enum fake_answer send_headers(struct fake_mta *mta, const struct fake_mail *mail,
	struct fake_outcome *out)
{
	enum fake_answer answer = FAKE_CONTINUE;

	for (size_t i = 0; i < mta->message.n && goes_on(answer); i++) {
		const struct fake_header *header = &mta->message.headers[i];
		const char *value = header->value;
		struct buf payload = { 0 };

		if ((mta->steps & SMFIP_HDR_LEADSPC) == 0 && *value == ' ')
			value++;
		fake_wire_add_text(&payload, header->name);
		fake_wire_add_text(&payload, value);
		answer = take_step(mta, FAKE_AT_HEADER, buf_str(&payload), NULL, 0, out);
		buf_free(&payload);
		if (mail->stop && mail->stop_after == FAKE_AT_HEADER)
			break;
	}
	return answer;
}

static enum fake_answer send_body(struct fake_mta *mta, const struct fake_mail *mail,
	struct fake_outcome *out)
{
	enum fake_answer answer = FAKE_CONTINUE;
	struct buf body = { 0 };
	size_t at = 0, turn = 0;

	fake_message_body_crlf(&mta->message, &body);
	while (at < body.len && (answer == FAKE_CONTINUE || answer == FAKE_NONE)) {
		size_t n = mta->options.chunks_n ? mta->options.chunks[turn % mta->options.chunks_n]
			: mta->options.body_chunk;

		turn++;
		answer = take_step(mta, FAKE_AT_BODY,
			str_slice(buf_str(&body), at, at + (n ? n : 1)), NULL, 0, out);
		at += n ? n : 1;
		if (mail->stop && mail->stop_after == FAKE_AT_BODY)
			break;
	}
	buf_free(&body);
	return answer == FAKE_SKIP ? FAKE_CONTINUE : answer;
}

static enum fake_answer send_plain(struct fake_mta *mta, const struct fake_mail *mail,
	enum fake_stage stage, struct fake_outcome *out)
{
	const struct macro macros[] = { { "i", mail->queue_id } };

	return take_step(mta, stage, str_make(NULL, 0), macros, 1, out);
}

static enum fake_answer send_stage(struct fake_mta *mta, const struct fake_mail *mail,
	enum fake_stage stage, struct fake_outcome *out)
{
	switch (stage) {
	case FAKE_AT_MAIL: return send_mail_from(mta, mail, out);
	case FAKE_AT_RCPT: return send_rcpts(mta, mail, out);
	case FAKE_AT_HEADER: return send_headers(mta, mail, out);
	case FAKE_AT_BODY: return send_body(mta, mail, out);
	default: return send_plain(mta, mail, stage, out);
	}
}

static void finish(struct fake_mta *mta, enum fake_stage stage, struct fake_outcome *out)
{
	bool refused = out->answer == FAKE_REJECT || out->answer == FAKE_TEMPFAIL;

	if (out->answer == FAKE_CONTINUE || out->answer == FAKE_NONE)
		out->answer = FAKE_ACCEPT;
	if (stage != FAKE_AT_EOM || out->aborted)
		fake_mta_packet(mta, SMFIC_ABORT, str_make(NULL, 0));
	if (out->answer == FAKE_ACCEPT && !out->aborted)
		fake_message_render(&mta->message, &out->message);
	if (!refused)
		out->reply = (struct fake_reply){ 0 };
	if (out->quarantined && out->answer != FAKE_ACCEPT)
		violation(mta, "quarantine and %s together", fake_answer_name(out->answer));
}

enum fake_answer fake_mta_send(struct fake_mta *mta, const struct fake_mail *mail,
	struct fake_outcome *out)
{
	enum fake_stage stage = FAKE_AT_MAIL;

	*out = (struct fake_outcome){ .answer = mta->standing, .stage = mta->standing_stage };
	fake_message_clear(&mta->message);
	if (fake_message_parse(&mta->message, mail->text) != 0) {
		error_set(&mta->wire.trouble, "out of memory");
		return out->answer = FAKE_LOST;
	}
	if (mta->standing != FAKE_NONE) {
		out->reply = mta->standing_reply;
		if (mta->standing == FAKE_ACCEPT)
			fake_message_render(&mta->message, &out->message);
		return out->answer;
	}
	for (;; stage++) {
		out->answer = send_stage(mta, mail, stage, out);
		out->aborted = mail->stop && mail->stop_after == stage;
		if (!goes_on(out->answer) || stage == FAKE_AT_EOM || out->aborted)
			break;
	}
	out->stage = stage;
	if (out->answer == FAKE_LOST)
		return FAKE_LOST;
	finish(mta, stage, out);
	return out->answer;
}

void fake_outcome_clear(struct fake_outcome *outcome)
{
	buf_free(&outcome->quarantine);
	buf_free(&outcome->message);
	*outcome = (struct fake_outcome){ 0 };
}

/* ---- the end ---- */

void fake_mta_drop(struct fake_mta **mta)
{
	if (*mta == NULL)
		return;
	fake_wire_clear(&(*mta)->wire);
	for (size_t i = 0; i < sizeof((*mta)->symlist) / sizeof((*mta)->symlist[0]); i++)
		free((*mta)->symlist[i]);
	fake_message_clear(&(*mta)->message);
	buf_free(&(*mta)->violations);
	free(*mta);
	*mta = NULL;
}

void fake_mta_quit(struct fake_mta *mta)
{
	struct str payload;
	int command = 0;

	if (mta->wire.fd >= 0 && fake_mta_packet(mta, SMFIC_QUIT, str_make(NULL, 0)) == 0)
		command = fake_mta_read(mta, &payload);
	if (command > 0)
		violation(mta, "answer %#x after quit", (unsigned)command);
	else if (command < 0 && !mta->wire.cut)
		violation(mta, "does not hang up after quit: %s", mta->wire.trouble.text);
	fake_wire_hang_up(&mta->wire);
}

int fake_mta_packet(struct fake_mta *mta, char command, struct str payload)
{
	return fake_wire_packet(&mta->wire, command, payload);
}

int fake_mta_raw(struct fake_mta *mta, struct str bytes)
{
	return fake_wire_raw(&mta->wire, bytes);
}

int fake_mta_read(struct fake_mta *mta, struct str *payload)
{
	return fake_wire_read(&mta->wire, payload);
}

int fake_mta_quit_nc(struct fake_mta *mta)
{
	mta->standing = FAKE_NONE;
	return fake_mta_packet(mta, SMFIC_QUIT_NC, str_make(NULL, 0));
}

void fake_mta_set_chunks(struct fake_mta *mta, const size_t *chunks, size_t n)
{
	mta->options.chunks = chunks;
	mta->options.chunks_n = n;
}

struct fake_mta_counts fake_mta_counts(const struct fake_mta *mta)
{
	return (struct fake_mta_counts){ mta->steps, mta->actions, mta->wire.bytes_out,
		mta->wire.packets_out, mta->wire.replies_in, mta->wire.cut };
}

const char *fake_mta_violations(struct fake_mta *mta)
{
	return buf_cstr(&mta->violations);
}

const char *fake_mta_trouble(const struct fake_mta *mta)
{
	return mta->wire.trouble.text;
}
