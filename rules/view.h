/* rules/view: the texts of a message that regexes are matched against.
 *
 * SpamAssassin's views: a header's value in one of several forms, the body's strings, the
 * links, the message as it came. Rules that look at the same view share its preparation.
 */
#ifndef DEPEER_RULES_VIEW_H
#define DEPEER_RULES_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"
#include "rules/fact.h"
#include "rules/narrow.h"

enum view_kind {
	VIEW_HEADER, VIEW_BODY, VIEW_URI, VIEW_FULL, VIEW_RAWBODY,
	VIEW_MIME /* a header of each part, the message itself being the first */
};
/* VIEW_NAME_RAW: names with their encoded words as they stand */
enum view_part { VIEW_DECODED, VIEW_RAW, VIEW_ADDR, VIEW_NAME, VIEW_NAME_RAW };
enum view_pick { VIEW_EVERY, VIEW_FIRST, VIEW_LAST };

struct view {
	enum view_kind kind;
	/* VIEW_HEADER; VIEW_MIME (VIEW_DECODED or VIEW_RAW) */
	struct str header;   /* name, or a pseudo-header's */
	enum view_part part;
	enum view_pick pick;
	enum narrow narrow;
};

/* Reads "From:addr", "ALL", "X-Foo:raw:first" (as a header rule names it) into `view`. On
 * failure returns a text that says what is wrong, with *at the offset of the offending part,
 * else NULL. `text` must outlive the view. */
const char *view_read_header(struct str text, struct view *view, size_t *at);

/* The same for a mimeheader rule: "Content-Type", "Content-Type:raw", "ALL". */
const char *view_read_mime(struct str text, struct view *view, size_t *at);

bool view_equal(const struct view *a, const struct view *b);
enum fact_stage view_stage(const struct view *view);
bool view_needs_relays(const struct view *view);

/* The view's texts. A header view has one, or none when the header is missing; its values are
 * joined by line feeds, and ordinary headers end with one, as in SpamAssassin. */
struct view_texts {
	const struct str *items; /* VIEW_MIME: ptr NULL for a part that lacks the header */
	size_t n;
	bool subject_first; /* VIEW_BODY: items[0] is the Subject */
	const char *unknown; /* static: why nobody can say what the texts are; NULL: they are these */
};
/* `set`: for the domains that it knows; may be NULL. 0, or -1 when the arena is spent. */
int view_texts(const struct view *view, const struct ruleset *set, const struct facts *facts,
	struct arena *arena, struct view_texts *out);

#endif
