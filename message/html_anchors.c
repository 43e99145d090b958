/* message/html_anchors: see html_anchors.h. */
#include "message/html_anchors.h"

#include "message/html_reference.h"

static const struct { struct str tag, attribute; unsigned type; } TYPES[] = {
	{ { "a", 1 }, { "href", 4 }, LINK_A },
	{ { "a", 1 }, { "data-saferedirecturl", 20 }, LINK_A },
	{ { "area", 4 }, { "href", 4 }, LINK_AREA },
	{ { "area", 4 }, { "data-saferedirecturl", 20 }, LINK_AREA },
	{ { "link", 4 }, { "href", 4 }, LINK_LINK },
	{ { "link", 4 }, { "data-saferedirecturl", 20 }, LINK_LINK },
	{ { "img", 3 }, { "src", 3 }, LINK_IMG }, { { "frame", 5 }, { "src", 3 }, LINK_FRAME },
	{ { "iframe", 6 }, { "src", 3 }, LINK_IFRAME },
	{ { "embed", 5 }, { "src", 3 }, LINK_EMBED },
	{ { "script", 6 }, { "src", 3 }, LINK_SCRIPT },
	{ { "bgsound", 7 }, { "src", 3 }, LINK_BGSOUND },
	{ { "form", 4 }, { "action", 6 }, LINK_FORM },
	{ { "base", 4 }, { "href", 4 }, LINK_BASE },
	{ { "body", 4 }, { "background", 10 }, LINK_BODY },
	{ { "table", 5 }, { "background", 10 }, LINK_TABLE },
	{ { "tr", 2 }, { "background", 10 }, LINK_TR },
	{ { "td", 2 }, { "background", 10 }, LINK_TD }
};

unsigned html_link_type(struct str tag, struct str attribute)
{
	for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++)
		if (str_equal(tag, TYPES[i].tag) && str_equal(attribute, TYPES[i].attribute))
			return TYPES[i].type;
	return 0;
}

int html_plain_blanks(struct arena *arena, struct str *text)
{
	static const struct str NBSP = { "&nbsp;", 6 };
	struct buf out = { .arena = arena };
	struct str rest = *text;
	size_t at = str_find(rest, NBSP);

	if (at == SIZE_MAX)
		return 0;
	for (; at != SIZE_MAX; at = str_find(rest, NBSP)) {
		buf_add_str(&out, str_slice(rest, 0, at));
		buf_add_byte(&out, ' ');
		rest = str_slice(rest, at + NBSP.len, rest.len);
	}
	buf_add_str(&out, rest);
	*text = buf_str(&out);
	return out.failed ? -1 : 0;
}

static bool grow(struct html_anchors *anchors)
{
	size_t capacity = anchors->capacity ? 2 * anchors->capacity : 16;
	struct html_anchor *items;
	size_t *begins;

	if (anchors->n < anchors->capacity)
		return true;
	items = arena_resize(anchors->arena, anchors->items, anchors->capacity * sizeof *items,
		capacity * sizeof *items);
	if (items)
		anchors->items = items;
	begins = arena_resize(anchors->arena, anchors->begins, anchors->capacity * sizeof *begins,
		capacity * sizeof *begins);
	if (begins)
		anchors->begins = begins;
	if (!items || !begins)
		return false;
	anchors->capacity = capacity;
	return true;
}

void html_anchors_open(struct html_anchors *anchors, struct str target)
{
	anchors->text.arena = anchors->arena;
	if (anchors->n == HTML_LINKS_MAX)
		return;
	if (!grow(anchors)) {
		anchors->text.failed = true;
		return;
	}
	anchors->open++;
	anchors->begins[anchors->n] = anchors->text.len;
	anchors->items[anchors->n++] = (struct html_anchor){ .target = target };
}

void html_anchors_close(struct html_anchors *anchors)
{
	anchors->open -= anchors->open > 0;
}

/* The double quotation marks U+201C and U+201D are plain ones to SpamAssassin, unless they are
 * character references. */
static int plain_quotes(struct arena *arena, struct str *text)
{
	struct buf out = { .arena = arena };
	struct str rest = *text;
	size_t at = str_find(rest, STR("\xe2\x80"));

	if (at == SIZE_MAX)
		return 0;
	for (; at != SIZE_MAX; at = str_find(rest, STR("\xe2\x80"))) {
		bool quote = at + 2 < rest.len && (rest.ptr[at + 2] == '\x9c' ||
			rest.ptr[at + 2] == '\x9d');

		buf_add_str(&out, str_slice(rest, 0, at));
		buf_add_str(&out, quote ? STR("\"") : STR("\xe2\x80"));
		rest = str_slice(rest, at + (quote ? 3 : 2), rest.len);
	}
	buf_add_str(&out, rest);
	*text = buf_str(&out);
	return out.failed ? -1 : 0;
}

void html_anchors_text(struct html_anchors *anchors, struct str text, bool references)
{
	if (anchors->open == 0)
		return;
	if (plain_quotes(anchors->arena, &text) < 0 || (references &&
		(html_plain_blanks(anchors->arena, &text) < 0 ||
		html_decode(anchors->arena, text, false, &text) < 0)))
		anchors->text.failed = true;
	else
		buf_add_str(&anchors->text, text);
}

void html_anchors_image(struct html_anchors *anchors)
{
	if (anchors->open > 0)
		buf_add_cstr(&anchors->text, "<img>\n");
}

void html_anchors_finish(struct html_anchors *anchors)
{
	struct str all = buf_str(&anchors->text);

	for (size_t i = 0; i < anchors->n; i++)
		anchors->items[i].text = str_slice(all, anchors->begins[i],
			i + 1 < anchors->n ? anchors->begins[i + 1] : all.len);
}
