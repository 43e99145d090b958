/* message/html_shown: which of the text of HTML a reader sees.
 *
 * Each open element that has a look of its own, and those within it, stand on a stack with what
 * they inherit: not displayed, invisible, letters of no size, the colour of the ground (each
 * channel within COLOR_NEAR of it). The ground is white until something says otherwise; where it
 * is an image it is unknown, and nothing on it is hidden by its colour. Of style sheets, rules
 * count whose selector is one class, one id or one element, outside of @media, from where the
 * sheet stands on; "!important" is not heeded.
 *
 * Bounded: HTML_SHOWN_DEPTH elements deep, what is deeper is as the innermost of them;
 * HTML_SHOWN_RULES selectors. Linear; no recursion. For message/html only.
 */
#ifndef DEPEER_MESSAGE_HTML_SHOWN_H
#define DEPEER_MESSAGE_HTML_SHOWN_H

#include "message/html.h"
#include "message/html_look.h"
#include "message/html_tag.h"

enum { HTML_SHOWN_DEPTH = 256, HTML_SHOWN_RULES = 256 };

struct html_shown_open;
struct html_shown_rule;

/* Zero-initialise but for the arena. */
struct html_shown {
	struct arena *arena;
	struct html_shown_open *open; /* HTML_SHOWN_DEPTH + 1: the first is the page */
	size_t n;                     /* of them; 0: nothing has a look yet */
	size_t over;                  /* elements open beyond */
	struct html_shown_rule *rules; /* HTML_SHOWN_RULES, by hash */
	size_t rules_n;
	bool box_hidden;              /* here: nothing is shown */
	bool hidden;                  /* here: text is not shown */
	bool in_range;                /* the last range goes on */
	struct html_hidden *ranges;
	size_t ranges_n, ranges_capacity;
	struct { struct str style; struct html_look look; } last; /* styles come in rows */
	bool failed;
};

/* Is html_shown_tag() to be called for it? */
static inline bool html_shown_wants(const struct html_shown *shown, const struct html_tag *tag)
{
	const uint32_t looks = (HTML_BITS_LOOK & ~(HTML_BIT(HTML_AT_CLASS) | HTML_BIT(HTML_AT_ID))) |
		HTML_BIT(HTML_AT_BACKGROUND);

	return shown->n > 0 || (!tag->closing && (tag->seen & looks || shown->rules_n > 0 ||
		tag->element->is == HTML_EL_TEMPLATE));
}

/* A tag; the text has `at` bytes here. A start tag's own look is in force until the next one, also
 * when the element has no content: then html_shown_void() ends it. */
void html_shown_tag(struct html_shown *shown, const struct html_tag *tag, size_t at);
void html_shown_void(struct html_shown *shown, size_t at);
/* A style sheet. */
void html_shown_sheet(struct html_shown *shown, struct str sheet);
/* Text from..to is not shown whatever its look is. They come in order. */
void html_shown_hide(struct html_shown *shown, size_t from, size_t to, bool dead);
/* Is there something to be seen in text from..to, where it ends now? */
bool html_shown_any(const struct html_shown *shown, struct str text, size_t from);
/* At the end: the ranges, and the text without them. 0, or -1 when memory is spent. */
int html_shown_finish(struct html_shown *shown, struct html *html);

#endif
