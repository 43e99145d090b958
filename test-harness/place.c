/* test-harness/place: see place.h. */
#include "test-harness/place.h"

#include "message/html.h"
#include "message/html_anchors.h"
#include "message/html_css.h"
#include "message/html_reference.h"
#include "message/nested.h"
#include "message/url.h"
#include "message/url_find.h"

/* What a place is in; false: there is no such text. */
static bool text_of(const struct message_view *view, size_t url, struct str *out)
{
	const struct message_place *place = &view->urls[url].place;

	if (place->in == PLACE_HEADER ? place->n >= view->headers_n :
		place->in == PLACE_URL ? place->n >= url : place->n >= view->texts_n)
		return false;
	switch (place->in) {
	case PLACE_HEADER: *out = view->headers[place->n].decoded; break;
	case PLACE_SOURCE: *out = view->texts[place->n].source; break;
	case PLACE_SHOWN: *out = view->texts[place->n].shown; break;
	case PLACE_ALL: *out = view->texts[place->n].all; break;
	case PLACE_URL: *out = view->urls[place->n].url; break;
	}
	return place->at <= out->len && place->len <= out->len - place->at;
}

static bool opens(struct arena *arena, struct str raw, struct str base,
	const struct message_url *wanted)
{
	struct url url;

	return url_parse(arena, raw, base, &url) && str_equal(url.host, wanted->host) &&
		str_equal(url.url, wanted->url);
}

static struct str without_nul(struct arena *arena, struct str text)
{
	struct buf out = { .arena = arena };

	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] != '\0')
			buf_add_byte(&out, text.ptr[i]);
	return buf_str(&out);
}

/* A slice of HTML, as an attribute's value, as a link of a style element, as a style attribute. */
static bool source_opens(struct arena *arena, struct str slice, struct str base,
	const struct message_url *wanted)
{
	struct html_css css = { 0 };
	struct str text = slice, link;

	if (html_plain_blanks(arena, &text) < 0)
		return false;
	text = without_nul(arena, text);
	if (html_decode_all(arena, text, true, &text) < 0)
		return false;
	if (opens(arena, text, base, wanted))
		return true;
	if (html_css_decode(arena, slice, &link) == 0 && opens(arena, link, base, wanted))
		return true;
	if (html_css_decode(arena, text, &link) == 0 && opens(arena, link, base, wanted))
		return true;
	css.text = text;
	while (html_css_next(&css, &link))
		if (html_css_decode(arena, link, &link) == 0 && opens(arena, link, base, wanted))
			return true;
	return false;
}

/* Plain text: the link that stands at `slice`, as it is or mended as a reader does. Of the slice
 * alone if that will do: each link of a mail asks. */
static bool text_opens(struct arena *arena, struct str text, struct str slice,
	const struct message_url *wanted)
{
	struct str texts[] = { slice, text };

	if (opens(arena, slice, STR(""), wanted))
		return true;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct url_finder finder = url_find_begin(arena, texts[i]);
		struct url_found found;

		while (url_find_next(&finder, &found))
			if (found.link.ptr == slice.ptr && found.link.len == slice.len &&
				opens(arena, found.mended, STR(""), wanted))
				return true;
	}
	return false;
}

static bool any_of_text(struct arena *arena, struct str text, const struct message_url *wanted)
{
	struct url_finder finder = url_find_begin(arena, text);
	struct url_found found;

	while (url_find_next(&finder, &found))
		if (opens(arena, found.mended, STR(""), wanted))
			return true;
	return false;
}

/* The text of a data: document has no place of its own: any link of it will do. */
static bool document_opens(struct arena *arena, const struct nested_document *document,
	const struct message_url *wanted)
{
	struct html html;

	if (!document->html)
		return any_of_text(arena, document->text, wanted);
	if (html_read(arena, document->text, &html) < 0)
		return false;
	for (size_t i = 0; i < html.links_n; i++)
		if (opens(arena, html.links[i].target, html.base, wanted))
			return true;
	return any_of_text(arena, html.text, wanted) || any_of_text(arena, html.shown, wanted);
}

static bool nested_opens(struct arena *arena, const struct message_url *outer,
	const struct message_url *wanted)
{
	const struct message_place *place = &wanted->place;
	struct nested_document document;
	struct nested_list list;

	if (nested_find(arena, outer->url, outer->host, &list) < 0 ||
		nested_read(arena, outer->raw, outer->url, &document) < 0)
		return false;
	for (size_t i = 0; i < list.n; i++)
		if (list.items[i].at == place->at && list.items[i].len == place->len &&
			opens(arena, list.items[i].raw, STR(""), wanted))
			return true;
	return document.text.len > 0 && document.at == place->at && document.len == place->len &&
		document_opens(arena, &document, wanted);
}

enum place_found place_look(const struct message_view *view, size_t url, struct arena *arena)
{
	const struct message_url *wanted = &view->urls[url];
	const struct message_place *place = &wanted->place;
	struct str text, slice;
	struct html html;
	bool found;

	if (wanted->host.len == 0)
		return PLACE_NONE;
	if (!text_of(view, url, &text))
		return PLACE_WRONG;
	slice = str_make(text.ptr + place->at, place->len);
	if (place->in == PLACE_URL)
		found = nested_opens(arena, &view->urls[place->n], wanted);
	else if (place->in != PLACE_SOURCE)
		found = text_opens(arena, text, slice, wanted);
	else /* the base is asked for only where it matters */
		found = source_opens(arena, slice, STR(""), wanted) ||
			(html_read(arena, text, &html) == 0 && html.base.len > 0 &&
			source_opens(arena, slice, html.base, wanted));
	/* memory that is spent says nothing */
	return found ? PLACE_RIGHT : arena_spent(arena) ? PLACE_NONE : PLACE_WRONG;
}
