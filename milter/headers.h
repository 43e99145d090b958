/* milter/headers: which headers of a mail must go, and the edits that end a judged mail.
 *
 * Only our side may say what depeer or a spam filter thinks: a sender's own X-Depeer... and
 * X-Spam-... (SpamAssassin's and rspamd's prefix, which mail clients sort by) are forgeries. An
 * MTA's other filters that set such headers must stand behind depeer in its list.
 *
 * Headers are counted as libmilter counts them: per name in any case, from 1. Counting does not
 * end at the limit of what is read.
 */
#ifndef DEPEER_MILTER_HEADERS_H
#define DEPEER_MILTER_HEADERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"
#include "milter/session.h"

struct headers { /* private */
	struct arena *arena;
	char **forged;       /* the names, in order of appearance */
	size_t forged_n, forged_capacity;
	const char *subject; /* value of the first Subject, or NULL */
	bool failed;
};

bool headers_is_forged(struct str name);
struct headers headers_begin(struct arena *arena);
void headers_note(struct headers *headers, struct str name, struct str value);
/* A header could not be kept for lack of memory: the edits would be incomplete. */
bool headers_failed(const struct headers *headers);

struct headers_plan {
	const char *score, *rules, *origin; /* values of our three headers */
	bool spam_flag;
	const char *subject_prefix;         /* NULL: leave the Subject */
};

/* Deletions (from the last of each name down), the Subject, then ours at the top. The values are
 * borrowed from the plan. -1: memory. */
int headers_edit(const struct headers *headers, const struct headers_plan *plan,
	struct arena *arena, const struct session_edit **edits, size_t *edits_n);

#endif
