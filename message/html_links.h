/* message/html_links: which attributes of which elements are links, by what a click opens or a
 * rendering fetches (WHATWG HTML, SVG 2, MathML Core, and what Outlook and older programs did:
 * VML, lowsrc, bgsound, applet). For message/html only.
 */
#ifndef DEPEER_MESSAGE_HTML_LINKS_H
#define DEPEER_MESSAGE_HTML_LINKS_H

#include "message/html.h"
#include "message/html_tag.h"

/* Zero-initialise but for the arena. */
struct html_links {
	struct arena *arena;
	struct html_link *items;
	size_t n, capacity;
	struct str base;     /* of the first <base href> */
	bool svg, math;      /* one was opened before */
	bool hidden;         /* what is added is not shown */
	bool dead;           /* what is added is text that no program makes a link of */
	bool comment;        /* what is added stands where only some programs look */
	bool cut, failed;
};

/* Double quotation marks of typography around it, which mail programs forgive, taken off. */
struct str html_links_unquoted(struct str target);
/* The index of its href in `items`, + 1; 0: none. */
size_t html_links_of_tag(struct html_links *links, const struct html_tag *tag);
/* Of a style sheet in its element. */
void html_links_of_sheet(struct html_links *links, struct str sheet);

#endif
