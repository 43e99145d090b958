/* message/html_names: the names of tags: what SpamAssassin 4.0.1 knows of each (HTML.pm), and which
 * of them a part has.
 */
#ifndef DEPEER_MESSAGE_HTML_NAMES_H
#define DEPEER_MESSAGE_HTML_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/html_facts.h"
#include "base/str.h"
#include "message/html_style.h"

/* What a start tag is asked for beside its style and its links. */
enum html_what {
	HTML_IS_OTHER, HTML_IS_A, HTML_IS_TITLE, HTML_IS_IMG, HTML_IS_FONT, HTML_IS_FORM,
	HTML_IS_EMBED /* object too */, HTML_IS_IFRAME, HTML_WHATS
};
/* Where text is something else than text, or that too. */
enum html_place { HTML_IN_TEXT, HTML_IN_SCRIPT, HTML_IN_STYLE, HTML_IN_A, HTML_IN_TITLE,
	HTML_PLACES };

struct html_name {
	struct str name;
	bool element;            /* of HTML 4, and what Microsoft calls "o:p" */
	bool shown;              /* has an effect; few do that are no elements */
	enum html_styled styled;
	struct str space;        /* what it puts into the text, start and end tag alike */
	unsigned uris;           /* bits: attributes that name what is linked */
	enum html_what what;
	enum html_place place;
};

/* Zero-initialise, set `arena`, then html_names_begin(). */
struct html_names {
	struct arena *arena;
	struct html_inside *items;
	const struct html_name **kinds;     /* of the items */
	size_t n, capacity;
	uint16_t *slots;                    /* index + 1 by hash, 0: free */
	size_t slots_n;                     /* a power of 2 */
};

enum { HTML_NAMES_FULL = HTML_FACT_TAGS_MAX };

/* 0, or -1 when memory is spent. */
int html_names_begin(struct html_names *names);
/* Looks for the tag `name` (lower case) and adds it if it is new. *index into `items`, or
 * HTML_NAMES_FULL where there are too many; *kind is never NULL. 0, or -1 when memory is spent. */
int html_names_take(struct html_names *names, struct str name, size_t *index,
	const struct html_name **kind, bool *is_new);

#endif
