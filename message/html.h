/* message/html: what a reader sees of HTML, and where it links to.
 *
 * A tokenizer after the WHATWG rules (tags, quotes, comments, raw text of script and style,
 * character references), not a DOM. Block elements become line ends as SpamAssassin renders
 * them: one for br and div, two (a paragraph) for p, hr, blockquote, pre, title; a space for
 * table cells, list items and headings. White space is folded. Linear in the input; no recursion;
 * memory is the input's size plus the links. Any thread.
 */
#ifndef DEPEER_MESSAGE_HTML_H
#define DEPEER_MESSAGE_HTML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/link.h"
#include "base/str.h"

enum html_link_kind {
	HTML_LINK,   /* a click opens it */
	HTML_LOAD,   /* fetched when shown: images, styles, frames */
	HTML_FORM,
	HTML_BASE,   /* <base href>: also in the result as `base`; opens nothing by itself */
	HTML_NONE,   /* only SpamAssassin takes it for a link (of type `type`) */
	HTML_DOCUMENT /* no link: the target is HTML that is shown there (srcdoc of an iframe) */
};

struct html_link {
	enum html_link_kind kind;
	unsigned type;      /* LINK_A ... (base/link.h); 0: SpamAssassin reads no such attribute */
	struct str target;  /* the attribute, character references (or CSS escapes) decoded */
	struct str source;  /* the same as it stands in the input: a slice of it */
	bool css;           /* of a style: `source` may be the whole attribute */
	bool hidden;        /* of an element that is not shown, or of a comment for Outlook */
	struct str anchor;  /* text of an <a>, as in `text`; empty for others */
};

/* An <a>, and what is shown in it as it stands (character references decoded): to SpamAssassin
 * it goes on until as many </a> came as <a>, and an image is "<img>\n". */
struct html_anchor {
	struct str target;  /* its href; empty if none */
	struct str text;
};

enum { HTML_LINKS_MAX = 20000 }; /* anchors too */

/* Bytes of `text` that a reader does not see. */
struct html_hidden {
	size_t from, to;
	bool dead;          /* of a title or textarea: no program makes links of it */
};

/* Slices point into the input or live in the arena. */
struct html {
	struct str text;             /* with what is hidden, as SpamAssassin has it */
	struct str shown;            /* without; the same slice as `text` when nothing is hidden */
	const struct html_hidden *hidden; /* in order, not overlapping */
	size_t hidden_n, hidden_bytes; /* without dead ones, blanks and fillers */
	struct str base;             /* of the first <base href>, empty if none */
	/* Where in `shown` a tag, a comment or hidden text stood within a word; rising. */
	const uint32_t *joints;
	size_t joints_n;
	const struct html_link *links; /* in order of appearance */
	size_t links_n;
	bool links_cut;              /* there were more than HTML_LINKS_MAX */
	const struct html_anchor *anchors; /* in order of appearance; of html_read_anchors */
	size_t anchors_n;
};

/* `source` in UTF-8 (or what is left of it). 0, or -1 when memory is spent. */
int html_read(struct arena *arena, struct str source, struct html *out);
int html_read_anchors(struct arena *arena, struct str source, struct html *out);

/* Is from..to of `shown` in pieces in the source? */
bool html_in_pieces(const struct html *html, size_t from, size_t to);

#endif
