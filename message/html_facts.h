/* message/html_facts: base/html_facts.h of one HTML part.
 *
 * A pass of its own beside message/html's, made only when rules ask for it: it takes markup apart
 * as HTML::Parser does (message/html_tokens.h) instead of as a browser does; of one tokenizer one
 * of the two answers would be wrong.
 *
 * Linear in the part; memory is a copy of it, its strings and what base/html_facts.h bounds. Not
 * exact: names of entities that only HTML 5 has are decoded too; letters past ASCII are guessed by
 * block for `backhair_count`. Any thread.
 */
#ifndef DEPEER_MESSAGE_HTML_FACTS_H
#define DEPEER_MESSAGE_HTML_FACTS_H

#include "base/arena.h"
#include "base/html_facts.h"
#include "base/str.h"
#include "message/mime.h"

/* `source` in UTF-8, `source_bytes`: its length before its charset was undone. *out lives in the
 * arena. 0, or -1 when memory is spent. */
int html_facts_read(struct arena *arena, struct str source, size_t source_bytes,
	struct html_facts *out);

/* Those of one mail; zero-initialise. */
struct html_facts_list {
	struct html_facts *items;
	size_t n, capacity;
};
/* Adds a part, unless it is empty. `encoding`: that was undone: SpamAssassin leaves out blank lines
 * as they stand in the mail. 0 or -1. */
int html_facts_add(struct html_facts_list *list, struct arena *arena, struct str source,
	size_t source_bytes, enum mime_encoding encoding);

#endif
