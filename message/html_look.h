/* message/html_look: what a style (attribute, or rule of a style sheet) says about whether its
 * element can be read. As CSS 2.2 has it, as far as spammers use it to hide: display, visibility,
 * opacity, font-size and font, color and background, sizes of nothing with overflow hidden, places
 * far off. "mso-hide:all" is nothing of the kind: it hides from Outlook what all others show.
 *
 * No state; linear. For message/html only.
 */
#ifndef DEPEER_MESSAGE_HTML_LOOK_H
#define DEPEER_MESSAGE_HTML_LOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

enum { /* in place of 0xRRGGBB */
	HTML_LOOK_UNSET = -1, HTML_LOOK_UNKNOWN = -2 /* an image, or what we do not read */,
	HTML_LOOK_INHERIT = -3, HTML_LOOK_NO_COLOR = -4 /* transparent */
};
enum html_said { HTML_UNSAID, HTML_YES, HTML_NO };

struct html_look {
	int32_t color, back;
	uint8_t gone;        /* enum html_said: no display, or nothing of it can be seen */
	uint8_t invisible;   /* which a child may undo */
	uint8_t tiny;        /* letters of no size; a child may undo it */
	bool empty, clipped; /* a size of nothing; what overflows is cut off */
	bool moved, far;     /* out of its place; by more than a screen */
};

#define HTML_LOOK_NONE ((struct html_look){ .color = HTML_LOOK_UNSET, .back = HTML_LOOK_UNSET })

/* Adds what the declarations say, references decoded; later ones win. */
void html_look_add(struct html_look *look, struct arena *arena, struct str style);
/* Of an attribute: a name, "#rgb", "#rrggbb", "rrggbb". */
int32_t html_look_color(struct str text);

#endif
