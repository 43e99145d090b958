/* base/html_facts: what an HTML part is made of, as SpamAssassin's HTML checks ask it: plain data
 * that message/ makes and rules/ reads.
 *
 * The names behind the fields are those of the results in SpamAssassin 4.0.1 (HTML.pm,
 * Message/Node.pm), which rules name: html_range('max_size', ...). A ratio is not kept but made of
 * its two counts.
 *
 * Lengths are in characters, as SpamAssassin reads a part after its charset is undone. The strings
 * have one byte for each character: the character up to U+00FF, 0xFF for those past it; so a
 * pattern of bytes sees as many items as it does in SpamAssassin.
 */
#ifndef DEPEER_BASE_HTML_FACTS_H
#define DEPEER_BASE_HTML_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/* What is past these is left out, and `cut` says so: an answer that hangs on it is unknown. */
enum {
	HTML_FACT_TAGS_MAX = 4096,     /* different names of tags */
	HTML_FACT_STRINGS_MAX = 20000, /* of each kind */
	HTML_FACT_DEPTH_MAX = 50000    /* elements that change the text's style, open at once */
};
enum html_cut { HTML_CUT_TAGS = 1, HTML_CUT_STRINGS = 2, HTML_CUT_DEPTH = 4 };

/* `inside`: a tag that was seen, and how often it is open at the end (0: balanced). */
struct html_inside {
	struct str name;  /* lower case; "!doctype" too */
	uint32_t open;
};

struct html_strings {
	const struct str *items;
	size_t n;
};

struct html_facts {
	size_t source_bytes;       /* of the part, its transfer encoding undone, its charset not */
	size_t length;             /* `length`: the same in characters */
	size_t text_length;        /* `html_length`: the text that shows or hides */
	size_t text_spaces;        /* white space in it; `non_space_len` is the rest */
	double image_area;         /* `image_area`: of img with width and height, pixels */
	long min_size, max_size;   /* `min_size`, `max_size`: of <font size>, 3 is normal */
	size_t tags, elements;     /* all tags; those of HTML: `bad_tag_ratio` */
	size_t tags_seen, elements_seen; /* the same, each name once: `non_element_ratio` */
	size_t closed_extra;       /* end tags of nothing open: `closed_extra_ratio` */
	size_t obfuscation;        /* words that a tag cuts: `obfuscation_ratio` */
	size_t backhair;           /* `backhair_count`: in how many ways, by length */
	bool font_low_contrast, font_invalid_color, font_face_bad;
	bool form_action_mailto, embeds;
	bool uri_truncated;        /* a link of more than 8,192 characters */
	bool iframe_src;           /* an iframe with an address */
	struct html_strings title, anchor, comment, script;
	const struct html_inside *inside;
	size_t inside_n;
	bool broken;               /* SpamAssassin gives up within the part (message/html_style.h,
	                            * html_tokens.h): it has no other results then than the flags
	                            * and the text's length */
	unsigned cut;              /* bits, enum html_cut */
};

#endif
