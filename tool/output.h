/* tool/output: what the commands write: colour to a terminal, clean text to a pipe, and nothing
 * from a mail that could move a cursor or hide text.
 */
#ifndef DEPEER_TOOL_OUTPUT_H
#define DEPEER_TOOL_OUTPUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/str.h"
#include "rules/verdict.h"

enum output_style {
	OUTPUT_PLAIN, OUTPUT_BOLD, OUTPUT_DIM, OUTPUT_GOOD, OUTPUT_WARN, OUTPUT_BAD
};

struct output {
	FILE *out;
	bool colour;
};

/* On standard output; in colour when that is a terminal, TERM is not "dumb" and NO_COLOR is not
 * set (no-color.org). */
struct output output_open(void);
/* Begins a style; OUTPUT_PLAIN ends it. Writes nothing without colour. */
void output_style(const struct output *output, enum output_style style);
enum output_style output_action_style(enum action action);
/* Text that came from a mail, a file's name or a list, on one line: printable ASCII and valid
 * UTF-8 as they are; control characters (C0, DEL, C1), characters that turn or hide text (bidi
 * controls, zero width, tags) and bytes that are no UTF-8 as \xHH, a backslash as \\. */
void output_text(const struct output *output, struct str text);
void output_escape(struct str text, struct buf *out); /* the same into a buffer */
/* "14.0", "2.5", "0.125": at least one digit behind the point, at most three. */
const char *output_score(double score, char out[32]);

/* Flushes standard output. Exit status: `status`, or EX_IOERR (said on stderr) when something
 * could not be written (a full disk must not pass for a result). */
int output_close(const struct output *output, int status);

/* A JSON string: bytes that are no UTF-8 become U+FFFD, NUL stays. NULL: memory is spent. */
json_t *output_json_text(struct str text);
/* Adds it; a NULL value (memory) makes it fail. 0 or -1. */
int output_json_set(json_t *object, const char *key, json_t *value);
/* Writes one value as one line of ASCII and frees it. NULL or memory spent: -1, said on stderr. */
int output_json_line(const struct output *output, json_t *value);

/* Length of the valid UTF-8 sequence at the start of text (1..4) and its code point; 0 if there
 * is none. No overlong forms, no surrogates, none above U+10FFFF (RFC 3629). */
size_t output_utf8(struct str text, uint32_t *code);

#endif
