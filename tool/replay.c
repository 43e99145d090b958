/* The options come first, then the table's row, then what the mail itself says. */
#include "tool/replay.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/date.h"
#include "tool/output.h"
#include "tool/sender.h"

static bool option_text(struct replay *replay, int id, const char *value)
{
	struct scan_envelope *given = &replay->given;

	if (id == REPLAY_CLIENT_IP)
		replay->client_ip = value;
	else if (id == REPLAY_CLIENT_NAME)
		given->client_name = str_from(value);
	else if (id == REPLAY_HELO)
		given->helo = str_from(value);
	else if (id == REPLAY_DATE)
		replay->date = value;
	else if (id == REPLAY_ENVELOPES)
		replay->envelopes_path = value;
	else if (id == REPLAY_DNS)
		replay->world.dns_table = value;
	else
		return false;
	return true;
}

static struct str without_angles(struct str address)
{
	if (address.len >= 2 && address.ptr[0] == '<' && address.ptr[address.len - 1] == '>')
		return str_slice(address, 1, address.len - 1);
	return address;
}

/* False: not one of ours. */
static bool take_option(struct replay *replay, int id, const char *value)
{
	struct scan_envelope *given = &replay->given;

	if (option_text(replay, id, value))
		return true;
	if (id == REPLAY_MAIL_FROM) {
		given->mail_from = without_angles(str_from(value));
		given->has_mail_from = true;
	} else if (id == REPLAY_RCPT) {
		replay->recipients[given->recipients_n++] = without_angles(str_from(value));
	} else if (id == REPLAY_NO_RECEIVED) {
		replay->no_received = true;
	} else if (id == REPLAY_RESOLVE) {
		replay->world.resolve = true;
	} else {
		return false;
	}
	return true;
}

static int check_values(struct replay *replay)
{
	const struct command *command = replay->command;

	replay->given.day = date_from_time(clock_wall_seconds());
	replay->date_of_mail = replay->date && strcmp(replay->date, "mail") == 0;
	if (replay->client_ip && !ip_parse(str_from(replay->client_ip), &replay->given.client))
		return command_usage_error(command, "--client-ip '%.60s' is no IP address",
			replay->client_ip);
	replay->given.has_client = replay->client_ip != NULL;
	if (replay->date && !replay->date_of_mail
			&& !date_parse(str_from(replay->date), &replay->given.day))
		return command_usage_error(command, "--date '%.40s' is neither YYYY-MM-DD nor `mail`",
			replay->date);
	if (replay->client_ip && replay->envelopes_path)
		return command_usage_error(command, "--client-ip and --envelopes exclude one another");
	if (replay->operands_n <= replay->mails_from)
		return command_usage_error(command, "%sno FILE is named; - is standard input",
			replay->mails_from ? "OLD and NEW come first; " : "");
	return EX_OK;
}

int replay_read_options(struct replay *replay, const struct command *command, int argc,
	char **argv, bool (*own)(void *context, int id, const char *value), void *context)
{
	struct options options = { .command = command, .argc = argc, .argv = argv };
	bool failed = false;
	int id, status;

	replay->command = command;
	replay->operands = calloc((size_t)argc, sizeof(*replay->operands));
	replay->recipients = calloc((size_t)argc, sizeof(*replay->recipients));
	if (!replay->operands || !replay->recipients)
		return perror("depeer"), EX_OSERR;
	replay->given.recipients = replay->recipients;
	while ((id = options_next(&options)) != OPTION_END) {
		if (id == OPTION_WRONG)
			return EX_USAGE;
		if (id == OPTION_HELP)
			return EX_OK;
		if (id == OPTION_OPERAND)
			replay->operands[replay->operands_n++] = options.value;
		else if (id == WORLD_FORMAT && !command_format(command, options.value, &replay->json))
			return EX_USAGE;
		else if (id != WORLD_FORMAT && !world_option(&replay->world, id, options.value, &failed)
				&& !take_option(replay, id, options.value)
				&& !own(context, id, options.value))
			return EX_USAGE;
	}
	if (failed)
		return perror("depeer"), EX_OSERR;
	status = check_values(replay);
	return status == EX_OK ? -1 : status;
}

static void hide_progress(struct replay *replay)
{
	if (replay->progress_shown)
		fputs("\r\033[K", stderr);
	replay->progress_shown = false;
}

void replay_progress(struct replay *replay, bool quiet)
{
	uint64_t now = clock_monotonic_us();

	if (now - replay->began_us < 1000000 || now - replay->shown_us < 200000
			|| (!quiet && isatty(STDOUT_FILENO)) || !isatty(STDERR_FILENO))
		return;
	replay->shown_us = now;
	replay->progress_shown = true;
	fprintf(stderr, "\r%zu mails, %" PRIu64 " a second\033[K", replay->mails,
		replay->mails * 1000000 / (now - replay->began_us));
}

void replay_complain(struct replay *replay, int status, const char *name, const char *text)
{
	struct output errors = { .out = stderr };

	hide_progress(replay);
	fprintf(stderr, "depeer %s: ", replay->command->name);
	if (name) {
		output_text(&errors, str_from(name));
		fputs(": ", stderr);
	}
	output_text(&errors, str_from(text));
	fputs("\n", stderr);
	if (replay->status == EX_OK)
		replay->status = status;
}

/* What the line of relay `i` says of the client, where nothing else said it. That line, and those
 * of our own hosts above it, were not in the mail when the client brought it. */
static void client_is_relay(struct message_view *view, size_t i, struct scan_envelope *envelope)
{
	const struct message_relay *relay = &view->relays[i];

	envelope->has_client = true;
	envelope->line = relay;
	envelope->client = relay->ip;
	if (envelope->client_name.len == 0)
		envelope->client_name = relay->rdns;
	if (envelope->helo.len == 0)
		envelope->helo = relay->helo;
	view->relays += i + 1;
	view->relays_n -= i + 1;
}

/* The first relay with a public address: the lines above it are of hosts of our own. */
static void client_from_received(struct message_view *view, struct scan_envelope *envelope,
	const char **client_from)
{
	for (size_t i = 0; i < view->relays_n; i++) {
		if (!view->relays[i].has_ip || ip_is_private(&view->relays[i].ip))
			continue;
		client_is_relay(view, i, envelope);
		*client_from = "received";
		return;
	}
}

/* A table names the address at least; the mail may have its line too. */
static void complete_from_received(struct message_view *view, struct scan_envelope *envelope)
{
	for (size_t i = 0; i < view->relays_n; i++)
		if (view->relays[i].has_ip && ip_equal(&view->relays[i].ip, &envelope->client)) {
			client_is_relay(view, i, envelope);
			return;
		}
}

/* Options first, then the table's row. */
static void apply_row(const struct envelope_row *row, struct scan_envelope *envelope,
	const char **client_from)
{
	envelope->has_client = row->has_client;
	envelope->client = row->client;
	*client_from = row->has_client ? "envelopes" : NULL;
	if (envelope->client_name.len == 0)
		envelope->client_name = row->client_name;
	if (envelope->helo.len == 0)
		envelope->helo = row->helo;
	if (!envelope->has_mail_from && row->mail_from.len > 0) {
		envelope->mail_from = without_angles(row->mail_from);
		envelope->has_mail_from = true;
	}
	if (envelope->recipients_n == 0 && row->rcpt.len > 0) {
		envelope->recipients = &row->rcpt;
		envelope->recipients_n = 1;
	}
}

/* Where nothing else said it. The hop that counts is the client's, or the oldest one where all
 * are of ours. 0 or -1. */
static int find_sender(const struct message_view *view, struct scan_envelope *envelope,
	struct arena *arena)
{
	const struct message_relay *hop = envelope->line;
	struct str sender;
	int status;

	if (envelope->has_mail_from)
		return 0;
	if (!envelope->has_client && view->relays_n > 0)
		hop = &view->relays[view->relays_n - 1];
	status = sender_of_mail(view, hop, arena, &sender);
	if (status > 0) {
		envelope->mail_from = sender;
		envelope->has_mail_from = true;
	}
	return status < 0 ? -1 : 0;
}

static int find_envelope(const struct replay *replay, const struct mail *mail,
	struct arena *arena, struct message_view *view, struct scan_envelope *envelope,
	const char **client_from)
{
	*client_from = envelope->has_client ? "option" : NULL;
	if (replay->envelopes) {
		const struct envelope_row *row = envelopes_find(replay->envelopes, mail->name);

		if (row)
			apply_row(row, envelope, client_from);
		if (envelope->has_client)
			complete_from_received(view, envelope);
	} else if (!envelope->has_client && !replay->no_received) {
		client_from_received(view, envelope, client_from);
	}
	if (replay->date_of_mail && view->date != INT64_MIN)
		envelope->day = date_from_time(view->date);
	return find_sender(view, envelope, arena);
}

int replay_judge(const struct replay *replay, const struct snapshot *snapshot,
	const struct mail *mail, struct arena *arena, struct replay_result *out)
{
	struct message_options options = scan_message_options(snapshot);
	struct message *message;

	options.want_relays = true; /* they may tell who the client was */
	message = message_create(&options, arena);
	out->envelope = ARENA_NEW(arena, struct scan_envelope);
	out->result = ARENA_NEW(arena, struct scan_result);
	out->view = ARENA_NEW(arena, struct message_view);
	if (!message || !out->envelope || !out->result || !out->view
			|| message_read(message, mail->bytes) != 0)
		return -1;
	*out->view = *message_view(message);
	*out->envelope = replay->given;
	if (find_envelope(replay, mail, arena, out->view, out->envelope, &out->client_from) != 0)
		return -1;
	return scan_message(snapshot, out->envelope, out->view, arena, out->result);
}

void replay_not_judged(struct replay *replay, const struct mail *mail)
{
	replay_complain(replay, EX_SOFTWARE, mail->name,
		"not judged: it needs more memory than MessageMemory allows");
}

struct walk {
	struct replay *replay;
	bool (*mail)(void *context, const struct mail *mail);
	void *context;
};

static bool walk_mail(void *context, const struct mail *mail)
{
	struct walk *walk = context;
	struct replay *replay = walk->replay;

	replay->without_row += replay->envelopes && !envelopes_find(replay->envelopes, mail->name);
	return walk->mail(walk->context, mail);
}

static void walk_failed(void *context, const char *text)
{
	replay_complain(((struct walk *)context)->replay, EX_NOINPUT, NULL, text);
}

bool replay_mails(struct replay *replay, bool (*mail)(void *context, const struct mail *mail),
	void *context)
{
	struct walk walk = { replay, mail, context };
	struct mails_visitor visitor = { walk_mail, walk_failed, &walk };
	struct error error;

	if (replay->envelopes_path) {
		replay->envelopes = envelopes_load(replay->envelopes_path, &error);
		if (!replay->envelopes) {
			replay_complain(replay, EX_NOINPUT, NULL, error.text);
			return false;
		}
	}
	replay->began_us = clock_monotonic_us();
	for (size_t i = replay->mails_from; i < replay->operands_n; i++)
		if (!mails_each(replay->operands[i], &visitor))
			break;
	return true;
}

void replay_end(struct replay *replay)
{
	hide_progress(replay);
	if (replay->without_row > 0)
		fprintf(stderr, "depeer %s: %zu mails have no line in %s: their client is not known\n",
			replay->command->name, replay->without_row, replay->envelopes_path);
}

void replay_clear(struct replay *replay)
{
	envelopes_free(&replay->envelopes);
	world_clear(&replay->world);
	free(replay->operands);
	free(replay->recipients);
}
