/* message/form: forms that servers write, matched against a line: words between fixed text.
 *
 *   %h %r %b %e %k  a word (bytes that are no blank, at least one), kept as helo, rdns, by,
 *                 envfrom, id
 *   %H %R %D      such a word, perhaps empty; %D is kept as ident
 *   %m            a word with a dot in it, kept as rdns
 *   %n            a word that is both helo and rdns
 *   %i            an address as SpamAssassin knows them, kept; %j one that is not kept
 *   %w %W         a word that is not kept; perhaps empty
 *   %p            digits
 *   %c %C %g      anything but ')', perhaps empty; at least one byte; perhaps empty, kept as helo
 *   %t            10 to 80 bytes, as few as can be
 *   %q            what qmail writes behind "with": words, then SMTP or QMQP, with no id behind it
 *   %o            what stands there up to what follows, kept as options ("helo=x ident=y")
 *   %* %?         anything, as much as can be; as little as can be
 *   %E            HELO or EHLO
 *   %L            localhost, as a name or as an address
 *   %B            where a word ends or begins
 *   %$            the end of the line; %% is the character
 *   {...}         perhaps; not one within another
 *
 * All other bytes are themselves, with case. Where several readings are possible the longest words
 * win, from left to right, as in a regex.
 */
#ifndef DEPEER_MESSAGE_FORM_H
#define DEPEER_MESSAGE_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/* What was kept; ptr NULL where nothing was. Slices of the line. */
struct form_kept {
	struct str helo, rdns, by, ident, envfrom, id, ip, options;
};

/* A line of at most FORM_LINE_MAX bytes; `steps` is what may still be tried, over all forms:
 * hostile lines have many readings. */
enum { FORM_LINE_MAX = 4096, FORM_STEPS = 50000 };
struct form_line {
	struct str text;
	unsigned steps;      /* 0 after a match that was given up: what it said is worth nothing */
};

/* Does the line begin like the form? `kept` changes only if so. */
bool form_match(struct form_line *line, const char *form, struct form_kept *kept);
/* Is there anything like it in the line? */
bool form_find(struct form_line *line, const char *form, struct form_kept *kept);

/* Which four bytes in a row stand in a line, by a hash and without case: most lines are told at a
 * glance not to have what a form is made of. What it denies is not there; what it affirms may be.
 * A byte each: setting bits was a tenth of what a line costs. */
enum { FORM_INDEX_SIZE = 2048, FORM_NEEDS = 6 };
struct form_index {
	unsigned char has[FORM_INDEX_SIZE];
};
void form_index_clear(struct form_index *index);
void form_index_add(struct form_index *index, struct str text);

/* What a line must have for a form to fit or a text to be there. Any form has some; of one that is
 * all words it is empty. */
struct form_needs {
	uint16_t n, at[FORM_NEEDS];
};
struct form_needs form_needs_of_form(const char *form);
struct form_needs form_needs_of_text(const char *text);
static inline bool form_may(const struct form_index *index, const struct form_needs *needs)
{
	for (unsigned i = 0; i < needs->n; i++)
		if (!index->has[needs->at[i]])
			return false;
	return true;
}

/* Where the word ends that goes on at `at`: at a blank, or with the text. */
size_t form_word_end(struct str text, size_t at);

/* The address at the start of `text`, its length; 0: there is none. */
size_t form_address(struct str text);

#endif
