/* message/html_tag: one tag of HTML: which element it is, and the attributes that matter to links
 * and to what is shown.
 *
 * After the WHATWG states (HTML 13.2.5.6 to 13.2.5.40). Where programs differ, it reads what any
 * of them reads: NUL is left out of names (browsers put U+FFFD there, others drop it), and a tag
 * that is never closed counts with what it has (browsers drop it, others do not). For message/html
 * and its parts only.
 */
#ifndef DEPEER_MESSAGE_HTML_TAG_H
#define DEPEER_MESSAGE_HTML_TAG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum { HTML_TAG_NAME_MAX = 16 };

enum html_at { /* bits of `seen` by their number */
	HTML_AT_HREF, HTML_AT_SRC, HTML_AT_BACKGROUND, HTML_AT_POSTER, HTML_AT_ACTION,
	HTML_AT_FORMACTION, HTML_AT_XLINK /* any "x:href" */, HTML_AT_SAFE, HTML_AT_DATA,
	HTML_AT_CODEBASE, HTML_AT_LOWSRC, HTML_AT_DYNSRC, HTML_AT_PING,
	HTML_AT_LINKS, /* up to here: what may be a link as it stands */
	HTML_AT_SRCSET = HTML_AT_LINKS, HTML_AT_IMAGESRCSET, HTML_AT_CONTENT, HTML_AT_HTTP_EQUIV,
	HTML_AT_REL, HTML_AT_TYPE, HTML_AT_NAME, HTML_AT_VALUE, HTML_AT_SRCDOC,
	HTML_AT_STYLE, /* from here on: how it looks */
	HTML_AT_CLASS, HTML_AT_ID, HTML_AT_COLOR, HTML_AT_BGCOLOR, HTML_AT_TEXT, HTML_AT_HIDDEN,
	HTML_ATS
};
#define HTML_BIT(at) (UINT32_C(1) << (at))
#define HTML_BITS_LOOK (UINT32_MAX << HTML_AT_STYLE)

/* What a tag does to the text. */
enum html_effect {
	HTML_E_NONE, HTML_E_LINE, HTML_E_SPACE, HTML_E_PARAGRAPH,
	HTML_E_HIDDEN,      /* raw text that is not shown */
	HTML_E_RAW          /* raw text that some programs show; SpamAssassin too */
};

/* Elements that are asked for by name. */
enum html_el {
	HTML_EL_NONE, HTML_EL_ANCHOR, HTML_EL_BASE, HTML_EL_META, HTML_EL_LINK, HTML_EL_IMG,
	HTML_EL_INPUT, HTML_EL_PARAM, HTML_EL_STYLE, HTML_EL_TEXT_ONLY /* title, textarea */,
	HTML_EL_SVG, HTML_EL_MATH, HTML_EL_XMP, HTML_EL_TEMPLATE, HTML_EL_FONT, HTML_EL_BODY,
	HTML_EL_P, HTML_EL_ITEM /* ended by the next of its name */, HTML_EL_ROW, HTML_EL_CELL,
	HTML_EL_TABLE, HTML_EL_IFRAME
};

struct html_element {
	char name[HTML_TAG_NAME_MAX];
	uint8_t effect, is;  /* enum html_effect, enum html_el */
	uint16_t type;        /* LINK_A ... (base/link.h) of its links that SpamAssassin reads */
	bool is_void;         /* has no content */
	uint32_t load, link;  /* bits: attributes that are fetched when shown, opened by a click */
};

struct html_tag {
	char name[HTML_TAG_NAME_MAX];        /* lower case, zeros behind it; cut when longer */
	const struct html_element *element;  /* never NULL */
	bool prefixed;                       /* "v:rect" */
	bool closing;
	uint32_t seen;
	struct str values[HTML_ATS];         /* as they stand; set where `seen` is */
};

/* Reads the tag at p, behind its '<' or "</"; returns behind its '>' or at the end. */
const char *html_tag_read(struct html_tag *tag, const char *p, const char *end);

/* A blank between attributes. */
static inline bool html_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

#endif
