/* message/html_tag: see html_tag.h. */
#include "message/html_tag.h"

#include <string.h>

#include "base/link.h"

enum { ATTRIBUTE_NAME_MAX = 20 };
#define B(at) HTML_BIT(HTML_AT_##at)

/* In order of their names; what is not here has neither effect nor links. */
static const struct html_element ELEMENTS[] = {
	{ "a", .is = HTML_EL_ANCHOR, .type = LINK_A, .load = B(PING),
		.link = B(HREF) | B(XLINK) | B(SAFE) },
	{ "applet", .load = B(CODEBASE) },
	{ "area", .type = LINK_AREA, .is_void = true, .load = B(PING), .link = B(HREF) | B(SAFE) },
	{ "audio", .load = B(SRC) },
	{ "base", .is = HTML_EL_BASE, .type = LINK_BASE, .is_void = true, .load = B(HREF) },
	{ "bgsound", .type = LINK_BGSOUND, .is_void = true, .load = B(SRC) },
	{ "blockquote", .effect = HTML_E_PARAGRAPH },
	{ "body", .is = HTML_EL_BODY, .type = LINK_BODY, .load = B(BACKGROUND) },
	{ "br", .effect = HTML_E_LINE, .is_void = true },
	{ "button", .link = B(FORMACTION) },
	{ "col", .is_void = true },
	{ "dd", .effect = HTML_E_SPACE, .is = HTML_EL_ITEM },
	{ "div", .effect = HTML_E_LINE },
	{ "dt", .effect = HTML_E_SPACE, .is = HTML_EL_ITEM },
	{ "embed", .effect = HTML_E_SPACE, .type = LINK_EMBED, .is_void = true, .load = B(SRC) },
	{ "feimage", .load = B(HREF) | B(XLINK) },
	{ "font", .is = HTML_EL_FONT },
	{ "form", .type = LINK_FORM, .link = B(ACTION) },
	{ "frame", .type = LINK_FRAME, .is_void = true, .load = B(SRC) },
	{ "h1", .effect = HTML_E_SPACE },
	{ "h2", .effect = HTML_E_SPACE },
	{ "h3", .effect = HTML_E_SPACE },
	{ "h4", .effect = HTML_E_SPACE },
	{ "h5", .effect = HTML_E_SPACE },
	{ "h6", .effect = HTML_E_SPACE },
	{ "hr", .effect = HTML_E_PARAGRAPH, .is_void = true },
	{ "iframe", .is = HTML_EL_IFRAME, .effect = HTML_E_RAW, .type = LINK_IFRAME, .load = B(SRC) },
	{ "image", .load = B(SRC) | B(HREF) | B(XLINK) },
	{ "img", .is = HTML_EL_IMG, .type = LINK_IMG, .is_void = true,
		.load = B(SRC) | B(LOWSRC) | B(DYNSRC) },
	{ "input", .is = HTML_EL_INPUT, .is_void = true, .load = B(SRC), .link = B(FORMACTION) },
	{ "li", .effect = HTML_E_SPACE, .is = HTML_EL_ITEM },
	{ "link", .is = HTML_EL_LINK, .type = LINK_LINK, .is_void = true, .load = B(HREF),
		.link = B(SAFE) },
	{ "listing", .effect = HTML_E_PARAGRAPH },
	{ "math", .is = HTML_EL_MATH, .link = B(HREF) | B(XLINK) },
	{ "meta", .is = HTML_EL_META, .is_void = true },
	{ "noembed", .effect = HTML_E_RAW },
	{ "noframes", .effect = HTML_E_RAW },
	{ "object", .load = B(DATA) | B(CODEBASE) },
	{ "option", .is = HTML_EL_ITEM },
	{ "p", .effect = HTML_E_PARAGRAPH, .is = HTML_EL_P },
	{ "param", .is = HTML_EL_PARAM, .is_void = true },
	{ "plaintext", .effect = HTML_E_PARAGRAPH },
	{ "pre", .effect = HTML_E_PARAGRAPH },
	{ "script", .effect = HTML_E_HIDDEN, .type = LINK_SCRIPT,
		.load = B(SRC) | B(HREF) | B(XLINK) },
	{ "source", .is_void = true, .load = B(SRC) },
	{ "style", .effect = HTML_E_HIDDEN, .is = HTML_EL_STYLE },
	{ "svg", .is = HTML_EL_SVG },
	{ "table", .is = HTML_EL_TABLE, .type = LINK_TABLE, .load = B(BACKGROUND) },
	{ "tbody", .is = HTML_EL_TABLE, .load = B(BACKGROUND) },
	{ "td", .effect = HTML_E_SPACE, .is = HTML_EL_CELL, .type = LINK_TD, .load = B(BACKGROUND) },
	{ "template", .is = HTML_EL_TEMPLATE },
	{ "textarea", .is = HTML_EL_TEXT_ONLY },
	{ "tfoot", .is = HTML_EL_TABLE, .load = B(BACKGROUND) },
	{ "th", .effect = HTML_E_SPACE, .is = HTML_EL_CELL, .load = B(BACKGROUND) },
	{ "thead", .is = HTML_EL_TABLE, .load = B(BACKGROUND) },
	{ "title", .effect = HTML_E_PARAGRAPH, .is = HTML_EL_TEXT_ONLY },
	{ "tr", .is = HTML_EL_ROW, .type = LINK_TR, .load = B(BACKGROUND) },
	{ "track", .is_void = true, .load = B(SRC) },
	{ "use", .load = B(HREF) | B(XLINK) },
	{ "video", .load = B(SRC) | B(POSTER) },
	{ "wbr", .is_void = true },
	{ "xmp", .effect = HTML_E_RAW, .is = HTML_EL_XMP },
};
/* Where the names begin that begin with "a", "b" ... "z", and the end. */
static const uint8_t ELEMENTS_FROM[28] = {
	0, 4, 10, 11, 14, 15, 19, 19, 26, 30, 30, 30, 33, 35, 37, 39, 43, 43, 43, 47, 58, 59, 60, 61,
	62, 62, 62
};
static const struct html_element OTHER = { "", .effect = HTML_E_NONE };

/* In order of their lengths. */
static const struct { struct str name; enum html_at at; } ATTRIBUTES[] = {
	{ { "id", 2 }, HTML_AT_ID }, { { "rel", 3 }, HTML_AT_REL }, { { "src", 3 }, HTML_AT_SRC },
	{ { "data", 4 }, HTML_AT_DATA }, { { "href", 4 }, HTML_AT_HREF },
	{ { "name", 4 }, HTML_AT_NAME }, { { "ping", 4 }, HTML_AT_PING },
	{ { "text", 4 }, HTML_AT_TEXT }, { { "type", 4 }, HTML_AT_TYPE },
	{ { "class", 5 }, HTML_AT_CLASS }, { { "color", 5 }, HTML_AT_COLOR },
	{ { "style", 5 }, HTML_AT_STYLE }, { { "value", 5 }, HTML_AT_VALUE },
	{ { "action", 6 }, HTML_AT_ACTION }, { { "dynsrc", 6 }, HTML_AT_DYNSRC },
	{ { "hidden", 6 }, HTML_AT_HIDDEN }, { { "lowsrc", 6 }, HTML_AT_LOWSRC },
	{ { "poster", 6 }, HTML_AT_POSTER }, { { "srcdoc", 6 }, HTML_AT_SRCDOC },
	{ { "srcset", 6 }, HTML_AT_SRCSET },
	{ { "bgcolor", 7 }, HTML_AT_BGCOLOR }, { { "content", 7 }, HTML_AT_CONTENT },
	{ { "codebase", 8 }, HTML_AT_CODEBASE }, { { "background", 10 }, HTML_AT_BACKGROUND },
	{ { "formaction", 10 }, HTML_AT_FORMACTION }, { { "http-equiv", 10 }, HTML_AT_HTTP_EQUIV },
	{ { "imagesrcset", 11 }, HTML_AT_IMAGESRCSET },
	{ { "data-saferedirecturl", 20 }, HTML_AT_SAFE },
};
/* Where the names begin of 0, 1 ... bytes, and the end. */
static const uint8_t ATTRIBUTES_FROM[ATTRIBUTE_NAME_MAX + 2] = {
	0, 0, 0, 1, 3, 9, 13, 20, 22, 23, 23, 26, 27, 27, 27, 27, 27, 27, 27, 27, 27, 28
};

enum { T_SPACE = 1, T_CLOSE = 2, T_SLASH = 4, T_EQUALS = 8, T_NUL = 16, T_COLON = 32 };
enum { T_NAME_ENDS = T_SPACE | T_CLOSE | T_SLASH /* of a tag; an attribute's at '=' too */ };
static const unsigned char TAG_CLASS[256] = {
	['\t'] = T_SPACE, ['\n'] = T_SPACE, ['\f'] = T_SPACE, ['\r'] = T_SPACE, [' '] = T_SPACE,
	['>'] = T_CLOSE, ['/'] = T_SLASH, ['='] = T_EQUALS, ['\0'] = T_NUL, [':'] = T_COLON
};

static inline unsigned class_of(char c)
{
	return TAG_CLASS[(unsigned char)c];
}

static inline const char *skip_blanks(const char *p, const char *end)
{
	while (p < end && class_of(*p) & T_SPACE)
		p++;
	return p;
}

static const struct html_element *element_of(const char name[HTML_TAG_NAME_MAX])
{
	unsigned letter = (unsigned)((unsigned char)name[0] - 'a');

	if (letter > 'z' - 'a')
		return &OTHER;
	for (size_t i = ELEMENTS_FROM[letter]; i < ELEMENTS_FROM[letter + 1]; i++)
		if (name[1] == ELEMENTS[i].name[1] &&
			memcmp(name, ELEMENTS[i].name, HTML_TAG_NAME_MAX) == 0)
			return &ELEMENTS[i];
	return &OTHER;
}

/* `odd`: the classes of its bytes. HTML_ATS: none that matters. */
static enum html_at attribute_of(struct str name, unsigned odd)
{
	char clean[ATTRIBUTE_NAME_MAX + 1];
	size_t n = 0;
	char letter;

	if (odd & T_NUL && name.len <= sizeof clean) {
		for (size_t i = 0; i < name.len; i++)
			if (name.ptr[i] != '\0')
				clean[n++] = name.ptr[i];
		name = str_make(clean, n);
	}
	if (name.len > ATTRIBUTE_NAME_MAX || name.len == 0)
		return HTML_ATS;
	letter = ascii_lower(name.ptr[0]);
	for (size_t i = ATTRIBUTES_FROM[name.len]; i < ATTRIBUTES_FROM[name.len + 1]; i++)
		if (letter == ATTRIBUTES[i].name.ptr[0] &&
			str_equal_nocase(name, ATTRIBUTES[i].name))
			return ATTRIBUTES[i].at;
	/* in XML the name before the colon is free */
	if (odd & T_COLON && name.len > 5 && name.ptr[name.len - 5] == ':' &&
		str_equal_nocase(str_slice(name, name.len - 4, name.len), STR("href")))
		return HTML_AT_XLINK;
	return HTML_ATS;
}

/* One attribute at p (not '>'); returns behind it. */
static const char *read_attribute(struct html_tag *tag, const char *p, const char *end)
{
	const char *from = p;
	struct str name, value = { NULL, 0 };
	unsigned odd = 0, class;
	enum html_at at;

	p += *p == '='; /* belongs to the name */
	for (; p < end && !((class = class_of(*p)) & (T_NAME_ENDS | T_EQUALS)); p++)
		odd |= class;
	name = str_make(from, (size_t)(p - from));
	p = skip_blanks(p, end);
	if (p < end && *p == '=') {
		p = from = skip_blanks(p + 1, end);
		if (p < end && (*p == '"' || *p == '\'')) {
			const char *quote = memchr(p + 1, *p, (size_t)(end - p) - 1);

			from = p + 1;
			value = str_make(from, (size_t)((quote ? quote : end) - from));
			p = quote ? quote + 1 : end;
		} else {
			while (p < end && !(class_of(*p) & (T_SPACE | T_CLOSE)))
				p++;
			value = str_make(from, (size_t)(p - from));
		}
	}
	at = attribute_of(name, odd);
	if (at < HTML_ATS && !(tag->seen & HTML_BIT(at))) { /* the first one wins */
		tag->values[at] = value;
		tag->seen |= HTML_BIT(at);
	}
	return p;
}

const char *html_tag_read(struct html_tag *tag, const char *p, const char *end)
{
	unsigned odd = 0, class;
	size_t n = 0;

	memset(tag->name, 0, sizeof tag->name);
	tag->seen = 0;
	for (; p < end && !((class = class_of(*p)) & T_NAME_ENDS); p++) {
		odd |= class;
		if (n < HTML_TAG_NAME_MAX)
			tag->name[n] = ascii_lower(*p);
		n += class != T_NUL;
	}
	tag->prefixed = odd & T_COLON;
	tag->element = n <= HTML_TAG_NAME_MAX ? element_of(tag->name) : &OTHER;
	while (p < end && *p != '>') {
		if (class_of(*p) & (T_SPACE | T_SLASH))
			p++;
		else
			p = read_attribute(tag, p, end);
	}
	return p + (p < end);
}
