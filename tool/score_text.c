/* One mail's result for a person: what, then why, each reason with its place to look at. */
#include "tool/score.h"

#include <string.h>

#include "tool/network_print.h"

/* "14.0 (tag 5, quarantine 8, reject 10)" */
static void print_score(const struct output *output, const struct score_report *report)
{
	const struct thresholds *limits = &report->snapshot->config->thresholds;
	const struct { const char *name; double from; } steps[] = {
		{ "tag", limits->tag }, { "quarantine", limits->quarantine },
		{ "reject", limits->reject }
	};
	const char *separator = " (";
	char text[32];

	fprintf(output->out, "score %s", output_score(report->result->verdict.score, text));
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (steps[i].from <= 0)
			continue;
		fprintf(output->out, "%s%s %g", separator, steps[i].name, steps[i].from);
		separator = ", ";
	}
	if (separator[0] == ',')
		putc(')', output->out);
}

static void print_client(const struct output *output, const struct score_report *report)
{
	const struct scan_result *result = report->result;
	char text[IP_TEXT_MAX];

	if (!result->has_client) {
		fputs("  client  not known\n", output->out);
		return;
	}
	fprintf(output->out, "  client  %s ", ip_format(&result->client.ip, text));
	if (strcmp(report->client_from, "option") != 0)
		fprintf(output->out, "(from %s) ", strcmp(report->client_from, "received") == 0
			? "Received" : "--envelopes");
	network_print_text(output, &result->client);
	putc('\n', output->out);
	for (size_t i = 0; i < result->client.listings_n; i++) {
		fputs("  listed  ", output->out);
		network_print_listing(output, result->client.listings[i]);
		putc('\n', output->out);
	}
}

static void print_hit(const struct output *output, const struct verdict_hit *hit)
{
	char text[32];

	output_style(output, hit->observe ? OUTPUT_DIM : OUTPUT_BOLD);
	fprintf(output->out, "  %5s  %s", output_score(hit->observe ? hit->would_score : hit->score,
		text), hit->rule);
	output_style(output, OUTPUT_PLAIN);
	if (hit->observe)
		fputs(" (observed: counts 0)", output->out);
	if (hit->count > 1)
		fprintf(output->out, " x%u", hit->count);
	if (hit->describe[0]) {
		fputs("  ", output->out);
		output_text(output, str_from(hit->describe));
	}
	output_style(output, OUTPUT_DIM);
	fprintf(output->out, "  %s:%u\n", hit->place.file, hit->place.line);
	output_style(output, OUTPUT_PLAIN);
	if (hit->evidence.len > 0) {
		fputs("         ", output->out);
		output_text(output, hit->evidence);
		putc('\n', output->out);
	}
}

static void print_sub_rules(const struct output *output, const struct verdict *verdict)
{
	for (size_t i = 0; i < verdict->sub_rules_n; i++) {
		fprintf(output->out, "      -  %s", verdict->sub_rules[i].rule);
		if (verdict->sub_rules[i].count > 1)
			fprintf(output->out, " x%u", verdict->sub_rules[i].count);
		putc('\n', output->out);
	}
}

static void print_disguise(const struct output *output, unsigned disguise)
{
	const char *before = "  hidden: ";

	for (unsigned i = 0; i < DISGUISES; i++) {
		if (!(disguise >> i & 1))
			continue;
		fprintf(output->out, "%s%s", before, disguise_name(i));
		before = ", ";
	}
}

static void print_urls(const struct output *output, const struct score_report *report)
{
	for (size_t i = 0; i < report->view->urls_n; i++) {
		const struct message_url *url = &report->view->urls[i];

		fputs("  link    ", output->out);
		output_text(output, url->url);
		if (report->result->url_networks[i]) {
			fputs("  ", output->out);
			network_print_text(output, report->result->url_networks[i]);
		}
		print_disguise(output, url->disguise);
		putc('\n', output->out);
	}
}

void score_print_text(const struct output *output, const struct score_report *report)
{
	const struct scan_result *result = report->result;
	char text[100];

	output_text(output, str_from(report->mail->name));
	fputs(": ", output->out);
	output_style(output, output_action_style(result->action));
	fputs(action_name(result->action), output->out);
	output_style(output, OUTPUT_PLAIN);
	fputs("  ", output->out);
	print_score(output, report);
	if (report->quiet) {
		for (size_t i = 0; i < result->verdict.hits_n; i++)
			fprintf(output->out, "%s%s", i ? "," : "  ", result->verdict.hits[i].rule);
		putc('\n', output->out);
		return;
	}
	putc('\n', output->out);
	print_client(output, report);
	for (size_t i = 0; i < result->verdict.hits_n; i++)
		print_hit(output, &result->verdict.hits[i]);
	print_sub_rules(output, &result->verdict);
	for (size_t i = 0; i < result->verdict.unknown_n; i++)
		fprintf(output->out, "  unknown %s: %s\n", result->verdict.unknown[i].rule,
			result->verdict.unknown[i].why);
	if (report->view->truncated || report->mail->cut)
		fprintf(output->out, "  not all of it was read: %s%s\n",
			message_truncated_text(report->view->truncated, text, sizeof(text)),
			report->mail->cut ? " (file)" : "");
	if (report->verbose)
		print_urls(output, report);
}
