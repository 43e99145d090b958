/* message/html_names: see html_names.h. */
#include "message/html_names.h"

#include <string.h>

#define LINE { "\n", 1 }
#define BLANK { " ", 1 }
#define PARAGRAPH { "\n\n", 2 }
#define BIT(attribute) (1u << HTML_A_##attribute)
#define URI_BACKGROUND BIT(BACKGROUND)
#define URI_HREF (BIT(HREF) | BIT(SAFE_HREF) | BIT(LOST_HREF))
#define URI_SRC (BIT(SRC) | BIT(LOST_SRC))
#define URI_ACTION BIT(ACTION)
#define URI_BASE BIT(HREF)

#define NAME(text) .name = { (text), sizeof(text) - 1 }, .shown = true
#define ELEMENT(text) NAME(text), .element = true

/* In strcmp() order. */
static const struct html_name NAMES[] = {
	{ ELEMENT("a"), .styled = HTML_S_A, .uris = URI_HREF, .what = HTML_IS_A,
		.place = HTML_IN_A },
	{ ELEMENT("abbr") }, { ELEMENT("acronym") }, { ELEMENT("address") },
	{ ELEMENT("applet") }, { ELEMENT("area"), .uris = URI_HREF }, { ELEMENT("b") },
	{ ELEMENT("base"), .uris = URI_BASE }, { ELEMENT("basefont"), .styled = HTML_S_BASEFONT },
	{ ELEMENT("bdo") }, { NAME("bgsound"), .uris = URI_SRC },
	{ ELEMENT("big"), .styled = HTML_S_BIG }, { ELEMENT("blockquote"), .space = PARAGRAPH },
	{ ELEMENT("body"), .styled = HTML_S_BODY, .uris = URI_BACKGROUND },
	{ ELEMENT("br"), .space = LINE }, { ELEMENT("button") }, { ELEMENT("caption") },
	{ ELEMENT("center") }, { ELEMENT("cite") }, { ELEMENT("code") }, { ELEMENT("col") },
	{ ELEMENT("colgroup") }, { ELEMENT("dd"), .space = BLANK }, { ELEMENT("del") },
	{ ELEMENT("dfn") }, { ELEMENT("dir") },
	{ ELEMENT("div"), .styled = HTML_S_DIV, .space = LINE }, { ELEMENT("dl") },
	{ ELEMENT("dt"), .space = BLANK }, { ELEMENT("em") },
	{ NAME("embed"), .space = BLANK, .uris = URI_SRC, .what = HTML_IS_EMBED },
	{ ELEMENT("fieldset") }, { ELEMENT("font"), .styled = HTML_S_FONT, .what = HTML_IS_FONT },
	{ ELEMENT("form"), .uris = URI_ACTION, .what = HTML_IS_FORM },
	{ ELEMENT("frame"), .uris = URI_SRC }, { ELEMENT("frameset") },
	{ ELEMENT("h1"), .space = BLANK }, { ELEMENT("h2"), .space = BLANK },
	{ ELEMENT("h3"), .space = BLANK }, { ELEMENT("h4"), .space = BLANK },
	{ ELEMENT("h5"), .space = BLANK }, { ELEMENT("h6"), .space = BLANK }, { ELEMENT("head") },
	{ ELEMENT("hr"), .space = PARAGRAPH }, { ELEMENT("html") }, { ELEMENT("i") },
	{ ELEMENT("iframe"), .uris = URI_SRC, .what = HTML_IS_IFRAME },
	{ ELEMENT("img"), .uris = URI_SRC, .what = HTML_IS_IMG }, { ELEMENT("input") },
	{ ELEMENT("ins") }, { ELEMENT("isindex") }, { ELEMENT("kbd") }, { ELEMENT("label") },
	{ ELEMENT("legend") }, { ELEMENT("li"), .space = BLANK },
	{ ELEMENT("link"), .uris = URI_HREF }, { NAME("listing"), .space = PARAGRAPH },
	{ ELEMENT("map") }, { ELEMENT("menu") }, { ELEMENT("meta") }, { ELEMENT("nobr") },
	{ ELEMENT("noframes") }, { ELEMENT("noscript") },
	{ ELEMENT("object"), .what = HTML_IS_EMBED }, { ELEMENT("ol") }, { ELEMENT("optgroup") },
	{ ELEMENT("option") }, { ELEMENT("p"), .styled = HTML_S_P, .space = PARAGRAPH },
	{ ELEMENT("param") }, { NAME("plaintext"), .space = PARAGRAPH },
	{ ELEMENT("pre"), .space = PARAGRAPH }, { ELEMENT("q") }, { ELEMENT("s") },
	{ ELEMENT("samp") }, { ELEMENT("script"), .uris = URI_SRC, .place = HTML_IN_SCRIPT },
	{ ELEMENT("select") }, { ELEMENT("small"), .styled = HTML_S_SMALL },
	{ ELEMENT("span"), .styled = HTML_S_SPAN }, { ELEMENT("strike") }, { ELEMENT("strong") },
	{ ELEMENT("style"), .place = HTML_IN_STYLE }, { ELEMENT("sub") }, { ELEMENT("sup") },
	{ ELEMENT("table"), .styled = HTML_S_TABLE, .uris = URI_BACKGROUND },
	{ ELEMENT("tbody") },
	{ ELEMENT("td"), .styled = HTML_S_TD, .space = BLANK, .uris = URI_BACKGROUND },
	{ ELEMENT("textarea") }, { ELEMENT("tfoot") },
	{ ELEMENT("th"), .styled = HTML_S_TD, .space = BLANK }, { ELEMENT("thead") },
	{ ELEMENT("title"), .space = PARAGRAPH, .what = HTML_IS_TITLE, .place = HTML_IN_TITLE },
	{ ELEMENT("tr"), .styled = HTML_S_TR, .uris = URI_BACKGROUND }, { ELEMENT("tt") },
	{ ELEMENT("u") }, { ELEMENT("ul") }, { ELEMENT("var") }, { ELEMENT("x-sigsep") },
	{ ELEMENT("x-tab") }, { NAME("xmp"), .space = PARAGRAPH }
};
static const struct html_name OTHER = { .element = false };
static const struct html_name MICROSOFT = { .element = true };

enum { SLOTS_FIRST = 64, NAMES_FIRST = 32 };

/* "o:p", "st1:City/" */
static bool is_microsoft(struct str name)
{
	size_t at = 0;

	if (name.len > 2 && name.ptr[0] == 'o' && name.ptr[1] == ':')
		at = 2;
	else if (name.len > 4 && name.ptr[0] == 's' && name.ptr[1] == 't' &&
		ascii_digit(name.ptr[2]) && name.ptr[3] == ':')
		at = 4;
	else
		return false;
	if (name.ptr[name.len - 1] == '/')
		name.len--;
	for (size_t i = at; i < name.len; i++)
		if (!ascii_alpha(name.ptr[i]) && !ascii_digit(name.ptr[i]) && name.ptr[i] != '_' &&
			name.ptr[i] != '-')
			return false;
	return name.len > at;
}

static const struct html_name *kind_of(struct str name)
{
	size_t low = 0, high = sizeof NAMES / sizeof *NAMES;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = str_compare(name, NAMES[middle].name);

		if (order == 0)
			return &NAMES[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return is_microsoft(name) ? &MICROSOFT : &OTHER;
}

/* FNV-1a */
static size_t hash(struct str name)
{
	uint64_t value = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < name.len; i++)
		value = (value ^ (unsigned char)name.ptr[i]) * UINT64_C(0x100000001b3);
	return (size_t)(value ^ value >> 32);
}

int html_names_begin(struct html_names *names)
{
	names->capacity = NAMES_FIRST;
	names->slots_n = SLOTS_FIRST;
	names->items = ARENA_ARRAY(names->arena, struct html_inside, names->capacity);
	names->kinds = ARENA_ARRAY(names->arena, const struct html_name *, names->capacity);
	names->slots = ARENA_ARRAY(names->arena, uint16_t, names->slots_n);
	return names->items && names->kinds && names->slots ? 0 : -1;
}

/* At most half of the slots are taken. */
static int grow(struct html_names *names)
{
	size_t capacity = 2 * names->capacity;
	struct html_inside *items = arena_resize(names->arena, names->items,
		names->capacity * sizeof *items, capacity * sizeof *items);
	const struct html_name **kinds = arena_resize(names->arena, names->kinds,
		names->capacity * sizeof *kinds, capacity * sizeof *kinds);
	uint16_t *slots = ARENA_ARRAY(names->arena, uint16_t, 2 * names->slots_n);

	if (!items || !kinds || !slots)
		return -1;
	names->items = items;
	names->kinds = kinds;
	names->slots = slots;
	names->capacity = capacity;
	names->slots_n *= 2;
	for (size_t i = 0; i < names->n; i++) {
		size_t at = hash(items[i].name) & (names->slots_n - 1);

		while (slots[at])
			at = (at + 1) & (names->slots_n - 1);
		slots[at] = (uint16_t)(i + 1);
	}
	return 0;
}

int html_names_take(struct html_names *names, struct str name, size_t *index,
	const struct html_name **kind, bool *is_new)
{
	size_t at = hash(name) & (names->slots_n - 1);

	*is_new = false;
	for (; names->slots[at]; at = (at + 1) & (names->slots_n - 1)) {
		*index = names->slots[at] - 1u;
		*kind = names->kinds[*index];
		if (str_equal(names->items[*index].name, name))
			return 0;
	}
	*kind = kind_of(name);
	*index = HTML_NAMES_FULL;
	if (names->n == HTML_FACT_TAGS_MAX)
		return 0;
	names->slots[at] = (uint16_t)(names->n + 1);
	*index = names->n++;
	*is_new = true;
	names->items[*index] = (struct html_inside){ name, 0 };
	names->kinds[*index] = *kind;
	return names->n == names->capacity ? grow(names) : 0;
}
