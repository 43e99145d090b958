/* message/links: see links.h.
 *
 * One open-addressing table holds hashes of raw texts and of parsed URLs, at most half full. Its
 * slots name the item; colliding texts are told apart by comparing. The hash is keyed by nothing:
 * a sender who makes collisions is stopped by PROBES_MAX, at the price of URLs listed twice.
 */
#include "message/links.h"

#include <string.h>

#include "message/domain.h"
#include "message/nested.h"
#include "message/url.h"
#include "message/url_find.h"

enum { PROBES_MAX = 64, SLOTS_FIRST = 64 };
enum { ANCHOR_MAX = 512 }; /* bytes of one that is a link and nothing else */

/* Disguises that only stay while all findings have them. */
enum { ONLY = DISGUISE_NOT_SHOWN | DISGUISE_READING | DISGUISE_NESTED | DISGUISE_DATA };

/* Where a link was found, and what is known of it there. */
struct finding {
	struct message_place place;
	enum message_url_origin origin;
	struct str anchor;
	unsigned disguise;
};

struct slot {
	uint32_t hash;
	uint32_t item;  /* + 1; 0: free */
	struct str text;
};

struct links {
	struct arena *arena;
	struct message_url *items;
	size_t n, capacity, max;
	struct slot *slots;
	size_t slots_n, used; /* slots_n is a power of two */
	size_t parsed;        /* texts, whatever became of them */
	unsigned disguise;    /* of all that comes */
	bool full;
};

struct links *links_create(struct arena *arena, size_t max)
{
	struct links *links = ARENA_NEW(arena, struct links);

	if (!links)
		return NULL;
	links->arena = arena;
	links->max = max;
	return links;
}

/* Eight bytes at a time; good enough to spread URLs. */
static uint32_t hash_text(struct str text, uint64_t seed)
{
	uint64_t h = seed ^ text.len * UINT64_C(0x9E3779B97F4A7C15);
	size_t i = 0;

	for (; i + 8 <= text.len; i += 8) {
		uint64_t word;

		memcpy(&word, text.ptr + i, 8);
		h = (h ^ word) * UINT64_C(0xFF51AFD7ED558CCD);
		h ^= h >> 32;
	}
	for (; i < text.len; i++)
		h = (h ^ (unsigned char)text.ptr[i]) * UINT64_C(0xC4CEB9FE1A85EC53);
	h ^= h >> 29;
	return (uint32_t)(h ^ h >> 32);
}

static struct slot *find_slot(struct links *links, struct str text, uint32_t hash)
{
	size_t mask = links->slots_n - 1;

	for (size_t i = 0; i < PROBES_MAX; i++) {
		struct slot *slot = &links->slots[(hash + i) & mask];

		if (slot->item == 0 || (slot->hash == hash && str_equal(slot->text, text)))
			return slot;
	}
	return NULL;
}

static int grow_slots(struct links *links)
{
	struct slot *old = links->slots;
	size_t old_n = links->slots_n;

	if (2 * (links->used + 2) <= old_n)
		return 0;
	links->slots_n = old_n ? 4 * old_n : SLOTS_FIRST;
	links->slots = ARENA_ARRAY(links->arena, struct slot, links->slots_n);
	if (!links->slots) {
		links->slots = old;
		links->slots_n = old_n;
		return -1;
	}
	for (size_t i = 0; i < old_n; i++) {
		struct slot *slot = old[i].item ? find_slot(links, old[i].text, old[i].hash) : NULL;

		if (slot)
			*slot = old[i];
	}
	return 0;
}

static void fill_slot(struct links *links, struct slot *slot, struct str text, uint32_t hash,
	size_t item)
{
	if (!slot)
		return;
	*slot = (struct slot){ hash, (uint32_t)item + 1, text };
	links->used++;
}

static struct message_url *add_item(struct links *links)
{
	if (links->n == links->capacity) {
		size_t capacity = links->capacity ? 2 * links->capacity : 16;
		struct message_url *grown = arena_resize(links->arena, links->items,
			links->capacity * sizeof *grown, capacity * sizeof *grown);

		if (!grown)
			return NULL;
		links->items = grown;
		links->capacity = capacity;
	}
	memset(&links->items[links->n], 0, sizeof *links->items);
	return &links->items[links->n++];
}

static int keep(struct links *links, struct str raw, const struct url *url,
	const struct finding *found)
{
	struct message_url *item;

	if (links->n >= links->max) {
		links->full = true;
		return 0;
	}
	item = add_item(links);
	if (!item)
		return -1;
	item->raw = raw;
	item->url = url->url;
	if (!str_equal(url->scheme, STR("mailto"))) { /* an address leads to no web host */
		item->host = url->host;
		item->host_is_ip = url->host_is_ip;
		item->ip = url->ip;
	}
	item->origin = found->origin;
	item->anchor = found->anchor;
	item->disguise = found->disguise;
	item->place = found->place;
	return 0;
}

static void find_again(struct links *links, size_t item, unsigned disguise)
{
	unsigned *bits = &links->items[item].disguise;

	*bits = ((*bits | disguise) & ~(unsigned)ONLY) | (*bits & disguise & ONLY);
}

/* *item: of the list; SIZE_MAX when it is none. */
static int add_one(struct links *links, struct str raw, struct str base, struct finding found,
	size_t *item)
{
	/* A relative link depends on its base: other bases, other raw texts. */
	uint32_t raw_hash = hash_text(raw, base.len ? hash_text(base, 1) : 0), hash;
	struct slot *raw_slot, *slot;
	struct url url;

	*item = SIZE_MAX;
	if (links->full)
		return 0;
	if (grow_slots(links) < 0)
		return -1;
	found.disguise |= links->disguise;
	raw_slot = find_slot(links, raw, raw_hash);
	if (raw_slot && raw_slot->item) {
		*item = raw_slot->item - 1;
		find_again(links, *item, found.disguise);
		return 0;
	}
	if (links->parsed++ >= LINKS_PARSED_A_URL * links->max) {
		links->full = true;
		return 0;
	}
	if (!url_parse(links->arena, raw, base, &url))
		return arena_spent(links->arena) ? -1 : 0;
	found.disguise |= url.disguise;
	hash = hash_text(url.url, 2);
	slot = find_slot(links, url.url, hash);
	if (slot && slot->item) {
		*item = slot->item - 1;
		find_again(links, *item, found.disguise);
	} else {
		if (keep(links, raw, &url, &found) < 0)
			return -1;
		if (links->full)
			return 0;
		*item = links->n - 1;
		fill_slot(links, slot, url.url, hash, *item);
	}
	fill_slot(links, find_slot(links, raw, raw_hash), raw, raw_hash, *item);
	return 0;
}

/* How many links it stands within, of those from `first` on. */
static unsigned depth_of(const struct links *links, size_t item, size_t first)
{
	unsigned depth = 0;

	while (links->items[item].place.in == PLACE_URL && links->items[item].place.n >= first) {
		item = links->items[item].place.n;
		depth++;
	}
	return depth;
}

/* What stands within the item, behind the others. */
static int add_nested(struct links *links, size_t item)
{
	struct nested_list nested;
	size_t ignored;

	if (nested_find(links->arena, links->items[item].url, links->items[item].host, &nested) < 0)
		return -1;
	for (size_t i = 0; i < nested.n; i++) {
		const struct nested *in = &nested.items[i];
		struct message_place place = { PLACE_URL, (unsigned)item, in->at, in->len };
		unsigned disguise = links->items[item].disguise & (unsigned)ONLY;

		if (add_one(links, in->raw, STR(""), (struct finding){ place,
			links->items[item].origin, links->items[item].anchor,
			disguise | DISGUISE_NESTED }, &ignored) < 0)
			return -1;
	}
	return 0;
}

/* The links of a data: document, behind the others. */
static int add_document(struct links *links, size_t item)
{
	enum { MOST = 64 };
	struct nested_document document;
	struct html html = {0};
	struct finding found = { .origin = links->items[item].origin };
	struct url_finder finder;
	struct url_found one;
	size_t ignored;

	if (nested_read(links->arena, links->items[item].raw, links->items[item].url, &document) < 0)
		return -1;
	if (document.text.len == 0)
		return 0;
	if (document.html && html_read(links->arena, document.text, &html) < 0)
		return -1;
	found.place = (struct message_place){ PLACE_URL, (unsigned)item, document.at, document.len };
	found.disguise = (links->items[item].disguise & (unsigned)ONLY) | DISGUISE_NESTED |
		DISGUISE_DATA;
	for (size_t i = 0; i < html.links_n && i < MOST; i++)
		if (html.links[i].kind < HTML_BASE && add_one(links, html.links[i].target, html.base,
			found, &ignored) < 0)
			return -1;
	finder = url_find_begin(NULL, document.html ? html.text : document.text);
	for (size_t i = 0; i < MOST && url_find_next(&finder, &one); i++)
		if (add_one(links, one.link, STR(""), found, &ignored) < 0)
			return -1;
	return 0;
}

/* Within those that came since there were `from`, too. */
static int add_all_nested(struct links *links, size_t from)
{
	for (size_t i = from; i < links->n; i++)
		if (depth_of(links, i, from) < NESTED_DEPTH && (str_starts_nocase(links->items[i].url,
			STR("data:")) ? add_document(links, i) : add_nested(links, i)) < 0)
			return -1;
	return 0;
}

static int add_found(struct links *links, struct str raw, struct str base,
	struct finding found, size_t *item)
{
	size_t before = links->n;

	return add_one(links, raw, base, found, item) < 0 || add_all_nested(links, before) < 0 ?
		-1 : 0;
}

int links_add(struct links *links, struct str raw, struct str base, struct message_place place,
	enum message_url_origin origin, struct str anchor)
{
	size_t ignored;

	return add_found(links, raw, base, (struct finding){ place, origin, anchor, 0 }, &ignored);
}

/* `html`: of what the text is shown; or NULL. */
static int find_in(struct links *links, struct str text, struct finding found,
	const struct html *html)
{
	struct url_finder finder = url_find_begin(links->arena, text);
	unsigned disguise = found.disguise;
	size_t start = found.place.at, ignored;
	struct url_found one;

	while (!links->full && url_find_next(&finder, &one)) {
		size_t at = (size_t)(one.link.ptr - text.ptr);

		found.place.at = start + at;
		found.place.len = one.link.len;
		found.disguise = disguise | (one.human ? DISGUISE_HUMAN : 0u) |
			(html && html_in_pieces(html, at, at + one.link.len) ? DISGUISE_TAGS : 0u);
		if (add_found(links, one.mended, STR(""), found, &ignored) < 0)
			return -1;
	}
	return arena_spent(links->arena) ? -1 : 0;
}

int links_find(struct links *links, struct str text, struct message_place place,
	enum message_url_origin origin)
{
	return find_in(links, text, (struct finding){ .place = place, .origin = origin }, NULL);
}

/* First what a reader sees, then what is hidden from him, with the words that it stands in: some
 * programs show it. */
static int find_text(struct links *links, const struct html *html, unsigned text)
{
	enum { WORD_MAX = 300 };
	struct finding found = { .place = { .in = PLACE_SHOWN, .n = text },
		.origin = MESSAGE_URL_HTML_TEXT };

	if (find_in(links, html->shown, found, html) < 0)
		return -1;
	found.place.in = PLACE_ALL;
	found.disguise = DISGUISE_NOT_SHOWN;
	for (size_t i = 0; i < html->hidden_n; i++) {
		size_t from = html->hidden[i].from, to = html->hidden[i].to;

		if (html->hidden[i].dead)
			continue;
		for (int n = 0; n < WORD_MAX && from > 0 && !ascii_space(html->text.ptr[from - 1]); n++)
			from--;
		for (int n = 0; n < WORD_MAX && to < html->text.len &&
			!ascii_space(html->text.ptr[to]); n++)
			to++;
		found.place.at = from;
		if (find_in(links, str_slice(html->text, from, to), found, NULL) < 0)
			return -1;
	}
	return 0;
}

/* Do references of HTML stand in scheme or host? Up to the first, source and target are alike. */
static bool has_references(const struct html_link *link)
{
	size_t at, end;

	if (link->css || link->target.ptr == link->source.ptr)
		return false;
	at = str_find_byte(link->source, '&');
	if (at == SIZE_MAX)
		return false;
	end = str_until(link->target, 0, ":/\\?#");
	if (end < link->target.len && link->target.ptr[end] == ':')
		end++;
	else if (end > 0)
		return false; /* relative */
	while (end < link->target.len && (link->target.ptr[end] == '/' ||
		link->target.ptr[end] == '\\'))
		end++;
	return at < str_until(link->target, end, "/\\?#");
}

/* The registered domain, or what comes nearest to it. */
static struct str domain_of(struct str host, bool is_ip)
{
	struct str domain = is_ip ? host : domain_registered(host);
	int dots = 0;

	if (domain.len > 0)
		return domain;
	for (size_t i = host.len; i-- > 0;)
		if (host.ptr[i] == '.' && i + 1 < host.len && ++dots == 2)
			return str_slice(host, i + 1, host.len);
	return host;
}

/* The part of an anchor that a reader sees, in `out`; false when it is long. */
static bool shown_anchor(const struct html *html, struct str anchor, char out[ANCHOR_MAX],
	size_t *len)
{
	size_t at = (size_t)(anchor.ptr - html->text.ptr), end = at + anchor.len, hidden = 0;

	*len = 0;
	if (anchor.ptr < html->text.ptr || end > html->text.len)
		return false;
	while (hidden < html->hidden_n && html->hidden[hidden].to <= at)
		hidden++;
	while (at < end) {
		size_t to = hidden < html->hidden_n && html->hidden[hidden].from < end ?
			html->hidden[hidden].from : end;

		if (to > at) {
			if (to - at > ANCHOR_MAX - *len)
				return false;
			memcpy(out + *len, html->text.ptr + at, to - at);
			*len += to - at;
		}
		if (to == end)
			break;
		at = html->hidden[hidden++].to;
	}
	return true;
}

/* Does the item, or a link within it, lead to that domain? Those within it come soon behind it. */
static bool leads_to(const struct links *links, size_t item, struct str domain)
{
	enum { BEHIND = 256 };

	for (size_t i = item; i < links->n && i - item < BEHIND; i++) {
		struct str host = links->items[i].host;
		size_t holder = i;

		while (holder > item && links->items[holder].place.in == PLACE_URL)
			holder = links->items[holder].place.n;
		if (holder != item || host.len < domain.len || !str_equal(domain,
			str_slice(host, host.len - domain.len, host.len)))
			continue;
		if (host.len == domain.len || host.ptr[host.len - domain.len - 1] == '.')
			return true;
	}
	return false;
}

/* Is the anchor's text a link, and does it name another domain than where a click leads? */
static int compare_anchor(struct links *links, const struct html *html, struct str anchor,
	size_t item)
{
	struct message_url *target = &links->items[item];
	struct url_finder finder;
	struct url_found found;
	char copy[ANCHOR_MAX];
	struct str text, rest;
	struct url url;
	size_t len;

	if (target->host.len == 0 || target->url.ptr[0] == 'm' || !shown_anchor(html, anchor, copy,
		&len))
		return 0;
	text = str_trim(str_make(copy, len));
	for (size_t i = 0; i < text.len; i++) /* words: most anchors */
		if (ascii_space(text.ptr[i]))
			return 0;
	finder = url_find_begin(NULL, text);
	if (!url_find_next(&finder, &found) || found.link.ptr != text.ptr)
		return 0;
	rest = str_slice(text, found.link.len, text.len);
	for (size_t i = 0; i < rest.len; i++)
		if (ascii_alpha(rest.ptr[i]) || ascii_digit(rest.ptr[i]) ||
			(unsigned char)rest.ptr[i] >= 0x80)
			return 0;
	if (!url_parse(links->arena, found.link, STR(""), &url))
		return arena_spent(links->arena) ? -1 : 0;
	if (url.host.len == 0 || str_equal(url.scheme, STR("mailto")))
		return 0;
	if (!leads_to(links, item, domain_of(url.host, url.host_is_ip)))
		links->items[item].disguise |= DISGUISE_SAYS_OTHER;
	return 0;
}

int links_of_html(struct links *links, const struct html *html, struct str source, size_t text)
{
	static const enum message_url_origin ORIGINS[] = {
		[HTML_LINK] = MESSAGE_URL_HTML_LINK, [HTML_LOAD] = MESSAGE_URL_HTML_LOAD,
		[HTML_FORM] = MESSAGE_URL_HTML_FORM
	};

	for (size_t i = 0; i < html->links_n; i++) {
		const struct html_link *link = &html->links[i];
		struct finding found = { .anchor = link->anchor };
		size_t item;

		if (link->kind >= HTML_BASE)
			continue;
		found.place = (struct message_place){ PLACE_SOURCE, (unsigned)text,
			(size_t)(link->source.ptr - source.ptr), link->source.len };
		found.origin = ORIGINS[link->kind];
		found.disguise = (link->hidden ? DISGUISE_NOT_SHOWN : 0u) |
			(has_references(link) ? DISGUISE_REFERENCES : 0u);
		if (add_found(links, link->target, html->base, found, &item) < 0)
			return -1;
		if (item != SIZE_MAX && str_find_byte(link->anchor, '.') != SIZE_MAX &&
			compare_anchor(links, html, link->anchor, item) < 0)
			return -1;
	}
	return find_text(links, html, (unsigned)text);
}

void links_disguise(struct links *links, unsigned bits)
{
	links->disguise = bits;
}

bool links_full(const struct links *links)
{
	return links->full;
}

const struct message_url *links_items(const struct links *links, size_t *n)
{
	*n = links->n;
	return links->items;
}
