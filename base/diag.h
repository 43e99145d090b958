/* base/diag: what is wrong with an admin's files, each with its place.
 *
 * Config, rule files and lists are read to the end even when they are broken, so that one run
 * names every error of every file. Each finding is one line, in the form compilers use and
 * editors jump to:
 *     rules/local.cf:12:27: error: unknown list 'asn_dorp' (did you mean 'asn_drop'?)
 */
#ifndef DEPEER_BASE_DIAG_H
#define DEPEER_BASE_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* A note is for who asks for all there is to say (depeer check --verbose). */
enum diag_severity { DIAG_ERROR, DIAG_WARNING, DIAG_NOTE, DIAG_SEVERITIES };
const char *diag_severity_name(enum diag_severity severity); /* "error", "warning", "note" */

/* Where a thing stands. `line` and `column` count from 1, in bytes; 0 = not known (a missing
 * file, say) and is not printed. */
struct place {
	const char *file;
	unsigned line, column;
};

struct diag {
	enum diag_severity severity;
	struct place place; /* place.file is owned by the list */
	char *text;
};

enum { DIAGS_MAX = 1000 }; /* more are counted and not kept */

/* Zero-initialise (`struct diags d = {0}`), free with diags_clear(). Not thread-safe. */
struct diags {
	struct diag *items;
	size_t n, capacity;
	size_t errors, warnings, notes; /* counted even when not kept */
};

/* Adds one finding; the file name and the text are copied (the text up to 1023 bytes). Control
 * characters become '?'. When memory is spent the finding is still counted. */
void diags_add(struct diags *diags, enum diag_severity severity, struct place place,
	const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Prints all findings in the order they were added, one line each, then a line that says how
 * many were not kept, if any. */
void diags_print(const struct diags *diags, FILE *out);
/* The line of one finding into `out` (cut at size), without a newline. */
void diag_format(const struct diag *diag, char *out, size_t size);
void diags_clear(struct diags *diags);

#endif
