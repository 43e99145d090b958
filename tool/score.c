/* depeer score: the milter's own scan (milter/scan) on stored mail, explained.
 *
 * A stored mail differs from a live one in one thing: the receiving server has put its Received
 * line on top. That line names the client, so by default the client is read from it, and the
 * line is taken out of the relays, as it was not there when depeerd would have seen the mail.
 */
#include "tool/score.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/date.h"
#include "tool/command.h"
#include "tool/envelopes.h"
#include "tool/world.h"

enum {
	OPT_QUIET = 'q', OPT_VERBOSE = 'v', OPT_CLIENT_IP = 1000, OPT_CLIENT_NAME, OPT_HELO,
	OPT_MAIL_FROM, OPT_RCPT, OPT_DATE, OPT_ENVELOPES, OPT_NO_RECEIVED, OPT_SUB_RULES
};

static const struct option_info options_table[] = {
	WORLD_CONFIG_OPTION,
	WORLD_RULES_OPTION,
	WORLD_DATABASE_OPTION,
	WORLD_FORMAT_OPTION,
	{ OPT_QUIET, "quiet", NULL, "one line a mail" },
	{ OPT_VERBOSE, "verbose", NULL, "show the mail's links too" },
	{ OPT_CLIENT_IP, "client-ip", "ADDRESS", "the connecting client" },
	{ OPT_CLIENT_NAME, "client-name", "NAME", "its verified name" },
	{ OPT_HELO, "helo", "NAME", "what it said in HELO or EHLO" },
	{ OPT_MAIL_FROM, "mail-from", "ADDRESS", "envelope sender; <> for a bounce" },
	{ OPT_RCPT, "rcpt", "ADDRESS", "envelope recipient (again for more)" },
	{ OPT_DATE, "date", "DAY", "judge as on YYYY-MM-DD, or `mail`: each on its own Date" },
	{ OPT_ENVELOPES, "envelopes", "FILE", "table with client and envelope of each mail" },
	{ OPT_NO_RECEIVED, "no-received-client", NULL,
	  "do not take the client from the topmost Received" },
	{ OPT_SUB_RULES, "sub-rules", NULL, "show the sub-rules (__NAME) that hit too" },
	{ 0, NULL, NULL, NULL }
};

/* A run over all the operands. */
struct run {
	struct world world;
	struct output output;
	struct snapshot *snapshot;
	struct message_options message_options;
	struct scan_envelope given;     /* what the options say */
	struct str *recipients;
	struct envelopes *envelopes;
	const char *envelopes_path, *client_ip, *date;
	const char **operands;
	size_t operands_n;
	bool json, quiet, verbose, no_received, date_of_mail;
	/* what came of it */
	size_t mails, actions[ACTION_REJECT + 1], without_row;
	int status;
	uint64_t began_us, shown_us;
	bool progress_shown;
};

static bool option_text(struct run *run, int id, const char *value)
{
	struct scan_envelope *given = &run->given;

	if (id == OPT_CLIENT_IP)
		run->client_ip = value;
	else if (id == OPT_CLIENT_NAME)
		given->client_name = str_from(value);
	else if (id == OPT_HELO)
		given->helo = str_from(value);
	else if (id == OPT_DATE)
		run->date = value;
	else if (id == OPT_ENVELOPES)
		run->envelopes_path = value;
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

static void take_option(struct run *run, int id, const char *value)
{
	if (option_text(run, id, value))
		return;
	if (id == OPT_MAIL_FROM) {
		run->given.mail_from = without_angles(str_from(value));
		run->given.has_mail_from = true;
	} else if (id == OPT_RCPT) {
		run->recipients[run->given.recipients_n++] = without_angles(str_from(value));
	} else if (id == OPT_QUIET) {
		run->quiet = true;
	} else if (id == OPT_VERBOSE) {
		run->verbose = true;
	} else if (id == OPT_NO_RECEIVED) {
		run->no_received = true;
	} else if (id == OPT_SUB_RULES) {
		run->given.want_sub_rules = true;
	}
}

static int check_values(struct run *run, const struct command *command)
{
	run->given.day = date_from_time(clock_wall_seconds());
	run->date_of_mail = run->date && strcmp(run->date, "mail") == 0;
	if (run->client_ip && !ip_parse(str_from(run->client_ip), &run->given.client))
		return command_usage_error(command, "--client-ip '%.60s' is no IP address",
			run->client_ip);
	run->given.has_client = run->client_ip != NULL;
	if (run->date && !run->date_of_mail && !date_parse(str_from(run->date), &run->given.day))
		return command_usage_error(command, "--date '%.40s' is neither YYYY-MM-DD nor `mail`",
			run->date);
	if (run->client_ip && run->envelopes_path)
		return command_usage_error(command, "--client-ip and --envelopes exclude one another");
	if (run->operands_n == 0)
		return command_usage_error(command, "no FILE is named; - is standard input");
	return EX_OK;
}

/* -1: go on; else the exit status. */
static int read_options(struct run *run, const struct command *command, int argc, char **argv)
{
	struct options options = { .command = command, .argc = argc, .argv = argv };
	bool failed = false;
	int id, status;

	run->operands = calloc((size_t)argc, sizeof(*run->operands));
	run->recipients = calloc((size_t)argc, sizeof(*run->recipients));
	if (!run->operands || !run->recipients)
		return perror("depeer"), EX_OSERR;
	run->given.recipients = run->recipients;
	while ((id = options_next(&options)) != OPTION_END) {
		if (id == OPTION_WRONG)
			return EX_USAGE;
		if (id == OPTION_HELP)
			return EX_OK;
		if (id == OPTION_OPERAND)
			run->operands[run->operands_n++] = options.value;
		else if (id == WORLD_FORMAT && !command_format(command, options.value, &run->json))
			return EX_USAGE;
		else if (id != WORLD_FORMAT && !world_option(&run->world, id, options.value, &failed))
			take_option(run, id, options.value);
	}
	if (failed)
		return perror("depeer"), EX_OSERR;
	status = check_values(run, command);
	return status == EX_OK ? -1 : status;
}

static void hide_progress(struct run *run)
{
	if (run->progress_shown)
		fputs("\r\033[K", stderr);
	run->progress_shown = false;
}

/* Only where it disturbs nobody: results go elsewhere, and a person is looking. */
static void show_progress(struct run *run)
{
	uint64_t now = clock_monotonic_us();

	if (now - run->began_us < 1000000 || now - run->shown_us < 200000
			|| isatty(STDOUT_FILENO) || !isatty(STDERR_FILENO))
		return;
	run->shown_us = now;
	run->progress_shown = true;
	fprintf(stderr, "\r%zu mails, %" PRIu64 " a second\033[K", run->mails,
		run->mails * 1000000 / (now - run->began_us));
}

static void complain(struct run *run, int status, const char *name, const char *text)
{
	struct output errors = { .out = stderr };

	hide_progress(run);
	fputs("depeer score: ", stderr);
	if (name) {
		output_text(&errors, str_from(name));
		fputs(": ", stderr);
	}
	output_text(&errors, str_from(text));
	fputs("\n", stderr);
	if (run->status == EX_OK)
		run->status = status;
}

/* What the line of relay `i` says of the client, where nothing else said it. That line, and those
 * of our own hosts above it, were not in the mail when the client brought it. */
static void client_is_relay(struct message_view *view, size_t i, struct scan_envelope *envelope)
{
	const struct message_relay *relay = &view->relays[i];

	envelope->has_client = true;
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

static void find_envelope(struct run *run, const struct mail *mail, struct message_view *view,
	struct scan_envelope *envelope, const char **client_from)
{
	const struct message_header *path;

	*client_from = envelope->has_client ? "option" : NULL;
	if (run->envelopes) {
		const struct envelope_row *row = envelopes_find(run->envelopes, mail->name);

		run->without_row += row == NULL;
		if (row)
			apply_row(row, envelope, client_from);
		if (envelope->has_client)
			complete_from_received(view, envelope);
	} else if (!envelope->has_client && !run->no_received) {
		client_from_received(view, envelope, client_from);
	}
	path = message_find_header(view, STR("Return-Path"));
	if (!envelope->has_mail_from && path) {
		envelope->mail_from = without_angles(str_trim(path->raw));
		envelope->has_mail_from = true;
	}
	if (run->date_of_mail && view->date != INT64_MIN)
		envelope->day = date_from_time(view->date);
}

/* The same steps as the milter's, in one arena. -1: memory is spent. */
static int judge(struct run *run, const struct mail *mail, struct arena *arena,
	struct score_report *report)
{
	struct message *message = message_create(&run->message_options, arena);
	struct scan_envelope *envelope = ARENA_NEW(arena, struct scan_envelope);
	struct scan_result *result = ARENA_NEW(arena, struct scan_result);
	struct message_view *view = ARENA_NEW(arena, struct message_view);

	if (!message || !envelope || !result || !view || message_read(message, mail->bytes) != 0)
		return -1;
	*view = *message_view(message);
	*envelope = run->given;
	find_envelope(run, mail, view, envelope, &report->client_from);
	if (scan_message(run->snapshot, envelope, view, arena, result) != 0)
		return -1;
	report->view = view;
	report->envelope = envelope;
	report->result = result;
	return 0;
}

static bool score_mail(void *context, const struct mail *mail)
{
	struct run *run = context;
	struct score_report report = { .mail = mail, .snapshot = run->snapshot,
		.quiet = run->quiet, .verbose = run->verbose };
	struct arena *arena = arena_create(run->snapshot->config->message_memory);

	if (!arena || judge(run, mail, arena, &report) != 0) {
		complain(run, EX_SOFTWARE, mail->name,
			"not judged: it needs more memory than MessageMemory allows");
	} else {
		run->mails++;
		run->actions[report.result->action]++;
		if (!run->json)
			score_print_text(&run->output, &report);
		else if (score_print_json(&run->output, &report) != 0)
			run->status = EX_OSERR;
	}
	arena_free(&arena);
	show_progress(run);
	return !ferror(run->output.out);
}

static void score_failed(void *context, const char *text)
{
	complain(context, EX_NOINPUT, NULL, text);
}

/* On stderr, so that the results in a pipe stay what they are. */
static void print_summary(struct run *run)
{
	const char *separator = "";

	hide_progress(run);
	if (run->without_row > 0)
		fprintf(stderr, "depeer score: %zu mails have no line in %s: their client is not known\n",
			run->without_row, run->envelopes_path);
	if (run->mails < 2 || (run->json && !isatty(STDERR_FILENO)))
		return;
	fflush(run->output.out);
	fprintf(stderr, "%zu mails: ", run->mails);
	for (int action = ACTION_ACCEPT; action <= ACTION_REJECT; action++) {
		if (run->actions[action] == 0)
			continue;
		fprintf(stderr, "%s%zu %s", separator, run->actions[action],
			action_name((enum action)action));
		separator = ", ";
	}
	fputs("\n", stderr);
}

static int score_all(struct run *run)
{
	struct mails_visitor visitor = { score_mail, score_failed, run };
	struct error error;

	if (run->envelopes_path) {
		run->envelopes = envelopes_load(run->envelopes_path, &error);
		if (!run->envelopes) {
			complain(run, EX_NOINPUT, NULL, error.text);
			return run->status;
		}
	}
	run->snapshot = world_open(&run->world, &run->status);
	if (!run->snapshot)
		return run->status;
	run->message_options = scan_message_options(run->snapshot);
	run->began_us = clock_monotonic_us();
	for (size_t i = 0; i < run->operands_n; i++)
		if (!mails_each(run->operands[i], &visitor))
			break;
	print_summary(run);
	return output_close(&run->output, run->status);
}

static int score_run(const struct command *command, int argc, char **argv)
{
	struct run run = { .output = output_open(), .status = EX_OK };
	int status = read_options(&run, command, argc, argv);

	if (status < 0)
		status = score_all(&run);
	snapshot_release(&run.snapshot);
	envelopes_free(&run.envelopes);
	world_clear(&run.world);
	free(run.operands);
	free(run.recipients);
	return status;
}

const struct command score_command = {
	.name = "score",
	.arguments = "FILE...",
	.summary = "Says what depeerd would do with a stored mail, and why",
	.about =
		"FILE is a mail, an mbox, a folder with mails (and folders) or - for standard input.\n"
		"The client is taken from the topmost Received line with a public address, unless\n"
		"--client-ip or --envelopes says who it was. The day is today, unless --date says it.\n",
	.options = options_table,
	.run = score_run,
};
