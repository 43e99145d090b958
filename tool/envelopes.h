/* tool/envelopes: who brought a stored mail: a table beside the mails, for replaying a corpus.
 *
 * Tab-separated; the first line names the columns: `file` (needed), `corpus` (the last folder of
 * the mail's path), `client_ip`, `client_name`, `helo`, `mail_from`, `rcpt`; others are passed
 * over. A mail is found by its file name, and by its folder too where the table has `corpus`.
 */
#ifndef DEPEER_TOOL_ENVELOPES_H
#define DEPEER_TOOL_ENVELOPES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/ip.h"
#include "base/str.h"

struct envelopes;

/* One line of the table; slices live as long as it. Empty where the table says nothing. */
struct envelope_row {
	struct str folder, file;
	bool has_client;
	struct ip client;
	struct str client_name, helo, mail_from, rcpt;
};

/* NULL with a text that names file and line (a bad address, a line of too few columns, the same
 * mail twice). */
struct envelopes *envelopes_load(const char *path, struct error *error);
void envelopes_free(struct envelopes **envelopes);
/* The row of the mail at `path`, or NULL. */
const struct envelope_row *envelopes_find(const struct envelopes *envelopes, const char *path);

#endif
