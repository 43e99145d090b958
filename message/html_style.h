/* message/html_style: how text looks, as far as it is hidden by that: colours, size, display.
 *
 * The elements that SpamAssassin 4.0.1 looks at (HTML.pm, text_style), each with the style that it
 * inherits, on a stack. It is not what a browser computes: no style sheets, the attribute bgcolor
 * has no effect, font-size neither. What counts is that the answer is SpamAssassin's.
 *
 * Bounded: HTML_FACT_DEPTH_MAX elements open at once; further ones are passed over and `cut` is
 * set. Closing one is constant time on average. Any thread.
 */
#ifndef DEPEER_MESSAGE_HTML_STYLE_H
#define DEPEER_MESSAGE_HTML_STYLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"
#include "message/html_tokens.h"

/* The elements; th is td. */
enum html_styled {
	HTML_S_NONE, HTML_S_BODY, HTML_S_FONT, HTML_S_TABLE, HTML_S_TR, HTML_S_TD, HTML_S_BIG,
	HTML_S_SMALL, HTML_S_BASEFONT, HTML_S_SPAN, HTML_S_P, HTML_S_DIV, HTML_S_A, HTML_STYLED
};

/* 0xRRGGBB, or: */
enum { HTML_COLOR_INVALID = -1, HTML_COLOR_EMPTY = -2 /* "#" */ };
/* Of an attribute: a name, "#rgb", "#rrggbb", "rgb(...)"; what is not is invalid. */
int32_t html_color(struct str text);

struct html_style {
	int32_t front, back;
	int32_t size;          /* 3 is normal */
	uint8_t element;       /* enum html_styled */
	bool no_display, hidden;
};

/* Zero-initialise, set `arena`, then html_styles_begin(). */
struct html_styles {
	struct arena *arena;
	struct html_style *items;
	size_t n, capacity;
	size_t open[HTML_STYLED];
	int32_t base_size, min_size, max_size;
	bool cut;
};

/* Each: 0, or -1 when memory is spent. */
int html_styles_begin(struct html_styles *styles);
/* Attributes with their references decoded. 1: SpamAssassin stops reading the part here (an empty
 * "background:" is fatal to it). */
int html_styles_open(struct html_styles *styles, enum html_styled element,
	const struct html_tag_token *tag);
void html_styles_close(struct html_styles *styles, enum html_styled element);

enum html_hidden {
	HTML_SHOWN, HTML_LOW_CONTRAST, HTML_INVALID_COLOR, HTML_TOO_SMALL, HTML_NOT_DISPLAYED
};
/* Why text at this place cannot be read. */
enum html_hidden html_styles_hidden(const struct html_styles *styles);

#endif
