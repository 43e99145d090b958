/* message/html_css: what style sheets and style attributes fetch, after CSS Syntax 3: url(), src(),
 * image-set() with strings, @import. Comments, strings, escapes and bad strings as there; what
 * stands in a comment or in another string is no link, nor is the name of a namespace.
 *
 * Linear; no memory; any thread. For message/html only.
 */
#ifndef DEPEER_MESSAGE_HTML_CSS_H
#define DEPEER_MESSAGE_HTML_CSS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

/* Zero-initialise but for `text` (of an attribute: its references decoded). */
struct html_css {
	struct str text;
	size_t at;
	unsigned open, set;  /* "(" that are open; of them, up to the image-set, or 0 */
	bool import;         /* behind @import: a string is a link */
	bool name;           /* behind @namespace: nothing is */
};

/* False: there is no link in it, found out cheaply. */
bool html_css_may_link(struct str text);
/* The next link as it stands, with its escapes; false at the end. */
bool html_css_next(struct html_css *css, struct str *link);
/* Undoes escapes. *out points into `text` when there is none. 0, or -1 when memory is spent. */
int html_css_decode(struct arena *arena, struct str text, struct str *out);

#endif
