/* base/lex: text files of an admin, line by line and word by word, each with its place.
 *
 * Config, rules and lists are read through this, so that all three fail alike. The whole file is
 * read into memory first: a file that changes under us is seen in one state or the other.
 */
#ifndef DEPEER_BASE_LEX_H
#define DEPEER_BASE_LEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/str.h"

enum { LEX_FILE_MAX = 256 * 1024 * 1024 }; /* bytes; a larger file is refused */

struct lex_file {
	char *path; /* owned */
	char *text; /* owned, len bytes and a final NUL */
	size_t len;
};

/* Reads a regular file. Refused, with a clear text: missing, unreadable, a directory or device,
 * larger than LEX_FILE_MAX, writable by everybody (rule files are trusted data: who can write
 * them decides about mail). Free with lex_file_clear, also after a failure. */
int lex_file_read(struct lex_file *file, const char *path, struct error *error);
void lex_file_clear(struct lex_file *file);

/* A cursor over lines. `text` must outlive it; `file` is only printed. A byte order mark of UTF-8
 * at the start is passed over. */
struct lex {
	const char *file;
	struct str rest;
	unsigned line; /* of the line returned last, from 1 */
};

struct lex_line {
	struct str text;    /* without its line end (LF or CRLF) */
	struct place place; /* column is 1 */
	size_t offset;      /* of the next word, bytes into text */
};

struct lex lex_begin(const char *file, struct str text);
bool lex_next(struct lex *lex, struct lex_line *line); /* false at the end */

/* The next run of bytes without blanks, with its place; false when none is left. */
bool lex_word(struct lex_line *line, struct str *word, struct place *place);
/* What is left of the line, without blanks at both ends, with the place of its first byte. */
struct str lex_rest(struct lex_line *line, struct place *place);
/* The place of a byte within the line (`at` points into line->text). */
struct place lex_place(const struct lex_line *line, const char *at);

#endif
