/* tool/score: one mail's result, and the two ways to show it. */
#ifndef DEPEER_TOOL_SCORE_H
#define DEPEER_TOOL_SCORE_H

#include <stdbool.h>

#include "milter/scan.h"
#include "tool/mails.h"
#include "tool/output.h"

/* All is borrowed. */
struct score_report {
	const struct mail *mail;
	const struct snapshot *snapshot;
	const struct message_view *view;
	const struct scan_envelope *envelope;
	const struct scan_result *result;
	const char *client_from; /* "option", "envelopes", "received"; NULL: there is no client */
	bool quiet;              /* text: the first line only */
	bool verbose;            /* text: the links too */
};

void score_print_text(const struct output *output, const struct score_report *report);
/* 0, or -1 (memory, said on stderr). */
int score_print_json(const struct output *output, const struct score_report *report);

#endif
