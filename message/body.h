/* message/body: SpamAssassin's view of the text of a mail, for `body` rules.
 *
 * As Mail::SpamAssassin 4.0 makes it (Message.pm, get_body_text_array_common; measured against
 * it): the text of the parts one after the other with a line end between; cut at empty lines into
 * paragraphs; in each, runs of white space become one space; strings longer than 2,048 bytes are
 * split after a space, which may be one more. The Subject and each paragraph end in a line end, so
 * that "\s$" matches; the last paragraph in what it had. Difference: from BODY_STRINGS_MAX strings
 * on paragraphs are no longer told apart (the text stays, in strings of 2,048): a mail of two
 * million one-letter paragraphs else costs five times its size, and each rule a call for each.
 *
 * The text is UTF-8, but where nothing in the mail is beyond ASCII but HTML's references to
 * characters of Latin-1 ("&eacute;"): then SpamAssassin's strings are Latin-1, a byte each.
 */
#ifndef DEPEER_MESSAGE_BODY_H
#define DEPEER_MESSAGE_BODY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"

enum { BODY_STRING_MAX = 2048, BODY_STRINGS_MAX = 20000 };

/* Zero-initialise, set arena. */
struct body {
	struct arena *arena;
	struct buf text;
	struct str *items;
	size_t n, capacity;
	bool wide;  /* set when a text held more than ASCII before its HTML was read */
};

/* One leaf of the mail; `text` empty for a part that is no text. What is past `limit` characters is
 * left out, as SpamAssassin does: at a line end or space within the next 1,024. *cut is set to true
 * then, and else left alone. 0 or -1. */
int body_add(struct body *body, struct str text, size_t limit, bool *cut);

/* Makes items of all that was added, behind the Subject (NULL: there is none). 0 or -1. */
int body_finish(struct body *body, const struct str *subject);

/* Does a white-space character of Unicode, as Perl's \s has it, begin here? Its length. */
size_t body_space(const char *p, const char *end);

#endif
