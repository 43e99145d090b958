/* message/html_links: see html_links.h. */
#include "message/html_links.h"

#include <string.h>

#include "message/html_anchors.h"
#include "message/html_css.h"
#include "message/html_reference.h"

#define B(at) HTML_BIT(HTML_AT_##at)

/* What SpamAssassin reads of the elements that it reads links of. */
static const uint32_t TYPED = B(HREF) | B(SRC) | B(BACKGROUND) | B(ACTION) | B(SAFE);

static bool wide_quote(const char *p)
{
	return (unsigned char)p[0] == 0xE2 && (unsigned char)p[1] == 0x80 &&
		((unsigned char)p[2] == 0x9C || (unsigned char)p[2] == 0x9D);
}

struct str html_links_unquoted(struct str target)
{
	if (target.len >= 3 && wide_quote(target.ptr))
		target = str_slice(target, 3, target.len);
	if (target.len >= 3 && wide_quote(target.ptr + target.len - 3))
		target.len -= 3;
	return target;
}

/* ---- the list ---- */

static bool grow(struct html_links *links)
{
	size_t capacity = links->capacity ? 2 * links->capacity : 16;
	struct html_link *grown;

	if (links->n < links->capacity)
		return true;
	grown = arena_resize(links->arena, links->items, links->capacity * sizeof *grown,
		capacity * sizeof *grown);
	if (!grown) {
		links->failed = true;
		return false;
	}
	links->items = grown;
	links->capacity = capacity;
	return true;
}

/* Browsers read U+FFFD for NUL, others nothing. */
static int without_nul(struct arena *arena, struct str *text)
{
	char *copy;
	size_t n = 0;

	if (!memchr(text->ptr, '\0', text->len))
		return 0;
	copy = arena_alloc_raw(arena, text->len);
	if (!copy)
		return -1;
	for (size_t i = 0; i < text->len; i++)
		if (text->ptr[i] != '\0')
			copy[n++] = text->ptr[i];
	*text = str_make(copy, n);
	return 0;
}

/* A new one with all but its target; NULL: it is left out. */
static struct html_link *add(struct html_links *links, enum html_link_kind kind, unsigned type,
	struct str source)
{
	struct html_link *link;

	if (links->comment)
		type = 0;
	if (links->dead)
		kind = HTML_NONE;
	if ((kind == HTML_NONE && type == 0) || str_trim(source).len == 0)
		return NULL;
	if (links->n == HTML_LINKS_MAX) {
		links->cut = true;
		return NULL;
	}
	if (!grow(links))
		return NULL;
	link = &links->items[links->n++];
	*link = (struct html_link){ .kind = kind, .type = type, .source = source,
		.hidden = links->hidden };
	return link;
}

/* False: it was left out. */
static bool add_link(struct html_links *links, enum html_link_kind kind, unsigned type,
	struct str target)
{
	struct html_link *link;

	target = html_links_unquoted(target);
	link = add(links, kind, type, target);
	if (!link)
		return false;
	if (html_plain_blanks(links->arena, &target) < 0 || without_nul(links->arena, &target) < 0 ||
		html_decode_all(links->arena, target, true, &link->target) < 0)
		links->failed = true;
	return true;
}

/* ---- lists, refresh, style ---- */

/* "a.png 1x, b.png 2x" (WHATWG 4.8.4.4.2): an URL may have commas, but not at its end. */
static void add_srcset(struct html_links *links, struct str set)
{
	while (set.len > 0) {
		size_t from = 0, to, comma;

		while (from < set.len && (html_blank(set.ptr[from]) || set.ptr[from] == ','))
			from++;
		for (to = from; to < set.len && !html_blank(set.ptr[to]); to++)
			;
		comma = to > from && set.ptr[to - 1] == ',' ? to : SIZE_MAX;
		for (size_t end = to; end > from; end = from) {
			while (end > from && set.ptr[end - 1] == ',')
				end--;
			add_link(links, HTML_LOAD, 0, str_slice(set, from, end));
		}
		if (comma == SIZE_MAX) {
			comma = str_find_byte(str_slice(set, to, set.len), ',');
			if (comma == SIZE_MAX)
				break;
			comma += to;
		}
		set = str_slice(set, comma, set.len);
	}
}

static void add_list(struct html_links *links, struct str list)
{
	while ((list = str_trim(list)).len > 0) {
		size_t end = 0;

		while (end < list.len && !html_blank(list.ptr[end]))
			end++;
		add_link(links, HTML_LOAD, 0, str_slice(list, 0, end));
		list = str_slice(list, end, list.len);
	}
}

static void add_css(struct html_links *links, struct str css, struct str whole)
{
	struct html_css reader = { .text = css };
	struct str target;

	while (html_css_next(&reader, &target)) {
		struct html_link *link = add(links, HTML_LOAD, 0, target);

		if (!link)
			continue;
		link->css = true;
		link->source = whole.len > 0 ? whole : target;
		if (without_nul(links->arena, &target) < 0 ||
			html_css_decode(links->arena, target, &link->target) < 0)
			links->failed = true;
	}
}

static void add_style(struct html_links *links, struct str style)
{
	struct str text = style;

	if (html_decode_all(links->arena, style, true, &text) < 0)
		links->failed = true;
	else if (html_css_may_link(text))
		add_css(links, text, text.ptr == style.ptr ? STR("") : style);
}

void html_links_of_sheet(struct html_links *links, struct str sheet)
{
	if (html_css_may_link(sheet))
		add_css(links, sheet, STR(""));
}

static struct str in_quotes(struct str text)
{
	if (text.len > 1 && (text.ptr[0] == '"' || text.ptr[0] == '\''))
		return str_slice(text, 1, 1 + str_until(str_slice(text, 1, text.len), 0,
			text.ptr[0] == '"' ? "\"" : "'"));
	return text;
}

/* "0; url=http://..." as SpamAssassin reads it. */
static struct str loose_refresh(struct str content)
{
	size_t at = str_find_nocase(content, STR("url"));

	if (at == SIZE_MAX)
		return STR("");
	content = str_trim(str_slice(content, at + 3, content.len));
	if (content.len > 0 && content.ptr[0] == '=')
		content = str_trim(str_slice(content, 1, content.len));
	return in_quotes(content);
}

/* The same as browsers do: WHATWG 4.2.5.3, "shared declarative refresh steps". */
static struct str strict_refresh(struct str content)
{
	size_t at = 0;
	struct str rest;

	content = str_trim(content);
	while (at < content.len && (ascii_digit(content.ptr[at]) || content.ptr[at] == '.'))
		at++;
	if (at == 0 || at == content.len || (content.ptr[at] != ';' && content.ptr[at] != ',' &&
		!html_blank(content.ptr[at])))
		return STR("");
	rest = str_trim(str_slice(content, at, content.len));
	if (rest.len > 0 && (rest.ptr[0] == ';' || rest.ptr[0] == ','))
		rest = str_trim(str_slice(rest, 1, rest.len));
	if (str_starts_nocase(rest, STR("url"))) {
		struct str value = str_trim(str_slice(rest, 3, rest.len));

		if (value.len == 0 || value.ptr[0] != '=')
			return rest;
		rest = str_trim(str_slice(value, 1, value.len));
	}
	return in_quotes(rest);
}

/* Where the target of a refresh whose words have references ("url&#61;...") stands in it: what
 * decodes to the target. Few places are tried; empty: at none of them. */
static struct str refresh_source(struct html_links *links, struct str content)
{
	enum { TRIES_MAX = 16 };
	struct str text, target, tail;
	int tries = 0;

	if (html_decode_all(links->arena, content, true, &text) < 0)
		return STR("");
	target = strict_refresh(text);
	for (size_t i = 1; target.len > 0 && i < content.len && tries < TRIES_MAX; i++) {
		if (content.ptr[i - 1] != ';' && content.ptr[i - 1] != '=' &&
			!html_blank(content.ptr[i - 1]))
			continue;
		tries++;
		if (html_decode_all(links->arena, str_slice(content, i, content.len), true, &tail) == 0 &&
			str_equal(str_trim(tail), target))
			return str_trim(str_slice(content, i, content.len));
	}
	return STR("");
}

static void add_refresh(struct html_links *links, struct str content)
{
	struct str loose = loose_refresh(content), strict = strict_refresh(content);

	if (str_find_byte(content, '&') != SIZE_MAX) {
		struct str source = refresh_source(links, content);

		strict = source.len > 0 ? source : strict;
	}
	if (loose.len > 0)
		add_link(links, strict.len > 0 && strict.ptr == loose.ptr ? HTML_LINK : HTML_NONE,
			LINK_META, loose);
	if (strict.len > 0 && strict.ptr != loose.ptr)
		add_link(links, HTML_LINK, 0, strict);
}

/* ---- tags ---- */

/* Is the attribute one of these words, or, if it is a list, is one of its words? */
static bool is_one_of(struct html_links *links, const struct html_tag *tag, enum html_at at,
	const char *const *words)
{
	struct str value;

	if (!(tag->seen & HTML_BIT(at)))
		return false;
	if (html_decode_all(links->arena, tag->values[at], true, &value) < 0) {
		links->failed = true;
		return false;
	}
	while ((value = str_trim(value)).len > 0) {
		size_t end = str_until(value, 0, " \t\n\r\f");

		for (size_t i = 0; words[i]; i++)
			if (str_equal_nocase(str_slice(value, 0, end), str_from(words[i])))
				return true;
		value = str_slice(value, end, value.len);
	}
	return false;
}

/* What a <link> is for that a program fetches. */
static bool fetched(struct html_links *links, const struct html_tag *tag)
{
	static const char *const RELS[] = { "stylesheet", "icon", "apple-touch-icon", "preload",
		"apple-touch-icon-precomposed", "prefetch", "prerender", "dns-prefetch", "preconnect",
		"modulepreload", "manifest", "mask-icon", "import", NULL };

	return is_one_of(links, tag, HTML_AT_REL, RELS);
}

/* HTML_NONE: no link of this element. */
static enum html_link_kind kind_of(struct html_links *links, const struct html_tag *tag,
	enum html_at at)
{
	static const char *const IMAGE[] = { "image", NULL };
	const struct html_element *element = tag->element;
	bool href = at == HTML_AT_HREF || at == HTML_AT_XLINK, foreign = links->svg || links->math;

	if (at == HTML_AT_XLINK && !foreign && !tag->prefixed)
		return HTML_NONE;
	if (element->link & HTML_BIT(at))
		return at == HTML_AT_ACTION || at == HTML_AT_FORMACTION ? HTML_FORM : HTML_LINK;
	if (element->load & HTML_BIT(at)) {
		if (element->is == HTML_EL_BASE)
			return HTML_BASE;
		if ((element->is == HTML_EL_LINK && !fetched(links, tag)) ||
			(element->is == HTML_EL_INPUT && !is_one_of(links, tag, HTML_AT_TYPE, IMAGE)))
			return HTML_NONE;
		return HTML_LOAD;
	}
	if (tag->prefixed && (href || at == HTML_AT_SRC)) /* VML of Outlook */
		return href ? HTML_LINK : HTML_LOAD;
	if (foreign && href && element->type == 0)
		return links->math ? HTML_LINK : HTML_LOAD;
	return HTML_NONE;
}

/* Attributes that are links in another way than as they stand. */
static void odd_links(struct html_links *links, const struct html_tag *tag)
{
	static const char *const REFRESH[] = { "refresh", NULL };
	static const char *const PARAMS[] = { "movie", "src", "url", "data", "filename", "href", NULL };
	enum html_el is = tag->element->is;

	if (tag->seen & B(SRCSET) && tag->element->load & B(SRC))
		add_srcset(links, tag->values[HTML_AT_SRCSET]);
	if (tag->seen & B(IMAGESRCSET) && is == HTML_EL_LINK)
		add_srcset(links, tag->values[HTML_AT_IMAGESRCSET]);
	if (tag->seen & B(STYLE))
		add_style(links, tag->values[HTML_AT_STYLE]);
	if (is == HTML_EL_META && tag->seen & B(CONTENT) &&
		is_one_of(links, tag, HTML_AT_HTTP_EQUIV, REFRESH))
		add_refresh(links, tag->values[HTML_AT_CONTENT]);
	if (is == HTML_EL_IFRAME && tag->seen & B(SRCDOC))
		add_link(links, HTML_DOCUMENT, 0, tag->values[HTML_AT_SRCDOC]);
	if (is == HTML_EL_PARAM && tag->seen & B(VALUE) &&
		is_one_of(links, tag, HTML_AT_NAME, PARAMS))
		add_link(links, HTML_LOAD, 0, tag->values[HTML_AT_VALUE]);
}

size_t html_links_of_tag(struct html_links *links, const struct html_tag *tag)
{
	uint32_t seen = tag->seen & (HTML_BIT(HTML_AT_LINKS) - 1);
	size_t href = 0;

	for (unsigned at = 0; seen; at++, seen >>= 1) {
		enum html_link_kind kind;
		unsigned type = TYPED & HTML_BIT(at) ? tag->element->type : 0;

		if (!(seen & 1))
			continue;
		kind = kind_of(links, tag, at);
		if (at == HTML_AT_PING && kind != HTML_NONE) {
			add_list(links, tag->values[at]);
			continue;
		}
		if (!((tag->element->load | tag->element->link) & HTML_BIT(at)))
			type = 0;
		if (!add_link(links, kind, type, tag->values[at]) || at != HTML_AT_HREF)
			continue;
		href = links->n;
		if (kind == HTML_BASE && links->base.len == 0)
			links->base = links->items[href - 1].target;
	}
	if (tag->seen & (B(SRCSET) | B(IMAGESRCSET) | B(STYLE) | B(CONTENT) | B(VALUE) |
		B(SRCDOC)))
		odd_links(links, tag);
	return href;
}
