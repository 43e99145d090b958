/* message/html_anchors: what SpamAssassin takes for links, and the texts of the <a> of an HTML
 * part, for rules that compare them with where the link leads.
 *
 * As Mail::SpamAssassin 4.0.1 gathers them (HTML.pm): what is shown from an <a> on belongs to it
 * until as many </a> came as <a>, also across another <a>, which begins a text of its own; an
 * image there is "<img>\n". For message/html only.
 */
#ifndef DEPEER_MESSAGE_HTML_ANCHORS_H
#define DEPEER_MESSAGE_HTML_ANCHORS_H

#include "message/html.h"

/* LINK_IMG for "src" of "img" (names in lower case); 0: SpamAssassin reads no link there. */
unsigned html_link_type(struct str tag, struct str attribute);

/* "&nbsp;" is a plain blank to SpamAssassin, in attributes too. 0, or -1 when memory is spent. */
int html_plain_blanks(struct arena *arena, struct str *text);

/* Zero-initialise but for the arena. When memory is spent `text.failed` is set. */
struct html_anchors {
	struct arena *arena;
	struct html_anchor *items;
	size_t n, capacity;
	size_t open;      /* <a> without its </a> */
	struct buf text;  /* of all of them */
	size_t *begins;   /* by item */
};

/* `target` empty: an <a> without href. */
void html_anchors_open(struct html_anchors *anchors, struct str target);
void html_anchors_close(struct html_anchors *anchors);
/* Text between two tags; `references`: it may have character references. */
void html_anchors_text(struct html_anchors *anchors, struct str text, bool references);
void html_anchors_image(struct html_anchors *anchors);
/* At the end: fills in the items' texts. */
void html_anchors_finish(struct html_anchors *anchors);

#endif
