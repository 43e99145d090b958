/* test-harness/place: see place.h. */
#include "test-harness/place.h"

#include <string.h>

#include "message/html_css.h"
#include "message/html_reference.h"
#include "message/nested.h"
#include "message/url.h"
#include "message/url_host.h"

/* The bytes that a place names; false: outside. */
static bool slice_of(const struct message_view *view, size_t url, struct str *out)
{
	const struct message_place *place = &view->urls[url].place;
	struct str text = STR("");

	switch (place->in) {
	case PLACE_HEADER:
		if (place->n >= view->headers_n)
			return false;
		text = view->headers[place->n].decoded;
		break;
	case PLACE_SOURCE:
	case PLACE_SHOWN:
	case PLACE_ALL:
		if (place->n >= view->texts_n)
			return false;
		text = place->in == PLACE_SOURCE ? view->texts[place->n].source :
			place->in == PLACE_ALL ? view->texts[place->n].all : view->texts[place->n].shown;
		break;
	case PLACE_URL: /* an earlier one: no circle */
		if (place->n >= url)
			return false;
		text = view->urls[place->n].url;
		break;
	}
	if (place->at > text.len || place->len > text.len - place->at)
		return false;
	*out = str_make(text.ptr + place->at, place->len);
	return true;
}

static bool same_host(struct arena *arena, struct str text, const struct message_url *wanted)
{
	struct url url;

	return url_parse(arena, text, STR(""), &url) && str_equal(url.host, wanted->host);
}

/* What a reader mends: hxxp, and dots in brackets or spelled out. */
static struct str mended(struct arena *arena, struct str text)
{
	static const char *const DOTS[] = { "[.]", "(.)", "{.}", "[dot]", "(dot)", "{dot}", " dot " };
	struct buf out = { .arena = arena };

	for (size_t i = 0; i < text.len;) {
		struct str rest = str_slice(text, i, text.len);
		size_t len = 0;

		for (size_t k = 0; k < sizeof DOTS / sizeof *DOTS && len == 0; k++)
			len = str_starts_nocase(rest, str_from(DOTS[k])) ? strlen(DOTS[k]) : 0;
		if (len > 0)
			buf_add_byte(&out, '.');
		else if (i == 0 && str_starts_nocase(rest, STR("hxxp")))
			buf_add_cstr(&out, "http");
		else
			buf_add_byte(&out, rest.ptr[0]);
		i += len > 0 ? len : i == 0 && str_starts_nocase(rest, STR("hxxp")) ? 4 : 1;
	}
	return buf_str(&out);
}

/* Each more undone than the one before. */
static bool found_in(struct arena *arena, struct str text, bool markup,
	const struct message_url *wanted)
{
	if (same_host(arena, text, wanted))
		return true;
	if (markup) {
		if (html_decode_all(arena, text, true, &text) < 0)
			return false;
		if (same_host(arena, text, wanted))
			return true;
		if (html_css_decode(arena, text, &text) < 0)
			return false;
		if (same_host(arena, text, wanted))
			return true;
	}
	if (same_host(arena, mended(arena, text), wanted))
		return true;
	for (int i = 0; i < 3; i++) {
		text = url_percent_decode(arena, text);
		if (same_host(arena, text, wanted))
			return true;
	}
	return false;
}

/* Its host is that of a base which stands elsewhere. */
static bool relative(struct arena *arena, struct str raw)
{
	struct url url;

	return !url_parse(arena, raw, STR(""), &url);
}

/* Within the URL that holds it, in one of the forms that only message/nested knows. */
static bool nested_in(struct arena *arena, const struct message_url *holder,
	const struct message_url *wanted)
{
	struct nested_list list;
	struct nested_document document;

	if (nested_find(arena, holder->url, holder->host, &list) < 0 ||
		nested_read(arena, holder->raw, holder->url, &document) < 0)
		return false;
	for (size_t i = 0; i < list.n; i++)
		if (list.items[i].at == wanted->place.at && list.items[i].len == wanted->place.len &&
			same_host(arena, list.items[i].raw, wanted))
			return true;
	return document.text.len > 0 && document.at == wanted->place.at &&
		document.len == wanted->place.len;
}

enum place_found place_look(const struct message_view *view, size_t url, struct arena *arena)
{
	const struct message_url *wanted = &view->urls[url];
	struct str text;

	if (wanted->place.len == 0 || wanted->host.len == 0)
		return PLACE_NONE;
	if (!slice_of(view, url, &text))
		return PLACE_WRONG;
	if (wanted->place.in == PLACE_URL && nested_in(arena, &view->urls[wanted->place.n], wanted))
		return PLACE_RIGHT;
	return relative(arena, wanted->raw) || found_in(arena, text, wanted->place.in == PLACE_SOURCE,
		wanted) ? PLACE_RIGHT : PLACE_WRONG;
}
