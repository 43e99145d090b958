/* message/html_measure: the text that HTML makes, measured as SpamAssassin 4.0.1 renders it
 * (HTML.pm, display_text): how long it is, how much of it is white space, and how often a tag
 * cuts a word.
 *
 * Nothing is kept but the last piece. Linear; any thread.
 */
#ifndef DEPEER_MESSAGE_HTML_MEASURE_H
#define DEPEER_MESSAGE_HTML_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/* Zero-initialise; set `arena` of both buffers. */
struct html_measure {
	size_t length, obfuscation;  /* length: characters */
	size_t spaces, spaces_ascii; /* of Unicode, of ASCII */
	bool wide;                   /* a piece was: then SpamAssassin counts those of Unicode */
	uint64_t backhair;           /* bits: pairs of lengths 1 to 7 */
	/* the last piece, and room for the next */
	struct buf last, next;
	bool any, last_is_space, last_is_hidden, last_is_wide;
};

/* What a tag puts there: " ", "\n" or "\n\n". */
void html_measure_space(struct html_measure *measure, struct str space);
/* A piece of text in UTF-8, references decoded. `wide`: Perl holds it as Unicode (it had more than
 * ASCII in the mail, or a reference past U+00FF), and letters and white space are those of Unicode.
 * Spent memory shows in `next.failed` and `last.failed`. */
void html_measure_text(struct html_measure *measure, struct str text, bool wide, bool hidden);

/* Is it only blanks? Then nothing can hide it. */
bool html_measure_blank(struct str text);

#endif
