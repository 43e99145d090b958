/* message/html_source: texts of HTML as SpamAssassin 4.0.1 sees them (Message/Node.pm, HTML.pm):
 * characters, references, names of fonts.
 *
 * All linear; no state; any thread.
 */
#ifndef DEPEER_MESSAGE_HTML_SOURCE_H
#define DEPEER_MESSAGE_HTML_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

/* Characters; what is no UTF-8 is one for each byte. */
size_t html_source_length(struct str source);

/* The character at the begin of `text` (not empty), and its length; a byte that is no UTF-8 is
 * itself. */
uint32_t html_source_first(struct str text, size_t *len);

/* A copy with what SpamAssassin changes before it reads: "&nbsp;" is a blank, "<br />" is "<br>",
 * wide double quotation marks are '"'. Never longer. NULL when memory is spent. */
char *html_source_prepare(struct arena *arena, struct str source, size_t *len);

/* Of more than 20 blank lines in a row SpamAssassin sees 20 (Message.pm). *source is a copy then.
 * `empty`: only lines with nothing at all are blank. 0, or -1 when memory is spent. */
int html_source_squeeze(struct arena *arena, bool empty, struct str *source);

/* Decodes the references of a text. *out stands in `room` until its next use, or is `text` itself.
 * *wide becomes true when one of them is past U+00FF. Spent memory shows in room->failed. */
void html_source_text(struct str text, struct buf *room, struct str *out, bool *wide);

/* One byte a character (base/html_facts.h). 0, or -1 when memory is spent. */
int html_source_narrow(struct arena *arena, struct str *text);

/* "Arial, 'Times New Roman', serif": names of fonts, as SpamAssassin thinks that honest mail has
 * them. */
bool html_source_face(struct str text);

#endif
