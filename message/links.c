/* message/links: see links.h.
 *
 * One open-addressing table holds hashes of raw texts and of parsed URLs, at most half full. Its
 * slots name the item; colliding texts are told apart by comparing. The hash is keyed by nothing:
 * a sender who makes collisions is stopped by PROBES_MAX, at the price of URLs listed twice.
 */
#include "message/links.h"

#include <string.h>

#include "message/url.h"
#include "message/url_find.h"

enum { PROBES_MAX = 64, SLOTS_FIRST = 64, NESTED_MAX = 4 };

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
	enum message_url_origin origin, struct str anchor)
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
	item->host = url->host;
	item->host_is_ip = url->host_is_ip;
	item->ip = url->ip;
	item->origin = origin;
	item->anchor = anchor;
	return 0;
}

/* *kept: the URL when it is a new one, or empty. */
static int add_one(struct links *links, struct str raw, struct str base,
	enum message_url_origin origin, struct str anchor, struct str *kept)
{
	/* A relative link depends on its base: other bases, other raw texts. */
	uint32_t raw_hash = hash_text(raw, base.len ? hash_text(base, 1) : 0), hash;
	struct slot *raw_slot, *slot;
	struct url url;
	size_t before = links->n;

	*kept = str_make(NULL, 0);
	if (links->full)
		return 0;
	if (grow_slots(links) < 0)
		return -1;
	raw_slot = find_slot(links, raw, raw_hash);
	if (raw_slot && raw_slot->item)
		return 0;
	if (links->parsed++ >= LINKS_PARSED_A_URL * links->max) {
		links->full = true;
		return 0;
	}
	if (!url_parse(links->arena, raw, base, &url))
		return arena_spent(links->arena) ? -1 : 0;
	hash = hash_text(url.url, 2);
	slot = find_slot(links, url.url, hash);
	if (slot && slot->item) {
		fill_slot(links, find_slot(links, raw, raw_hash), raw, raw_hash, slot->item - 1);
		return 0;
	}
	if (keep(links, raw, &url, origin, anchor) < 0)
		return -1;
	if (links->n > before) {
		*kept = url.host.len > 0 && !str_equal(url.scheme, STR("mailto")) ? url.url : *kept;
		fill_slot(links, slot, url.url, hash, before);
		fill_slot(links, find_slot(links, raw, raw_hash), raw, raw_hash, before);
	}
	return 0;
}

/* Where is the next "http://" or "https://" of `text`, from `from` on? */
static size_t find_http(struct str text, size_t from)
{
	for (;;) {
		size_t at = str_find_nocase(str_slice(text, from, text.len), STR("http"));
		struct str tail;

		if (at == SIZE_MAX)
			return SIZE_MAX;
		from += at;
		tail = str_slice(text, from + 4, text.len);
		if (str_starts_nocase(tail, STR("://")) || str_starts_nocase(tail, STR("s://")))
			return from;
		from += 4;
	}
}

/* A redirector's target stands in the URL, plain or percent-encoded: where the click ends up. */
static int add_nested(struct links *links, struct str url, enum message_url_origin origin,
	struct str anchor)
{
	struct str ignored;
	size_t at = 0;

	if (str_find_nocase(str_slice(url, 8, url.len), STR("http")) == SIZE_MAX)
		return 0;
	url = url_percent_decode(links->arena, url);
	if (url.len == 0)
		return -1;
	for (int i = 0; i < NESTED_MAX && (at = find_http(url, at + 8)) != SIZE_MAX; i++)
		if (add_one(links, str_slice(url, at, url.len), STR(""), origin, anchor,
			&ignored) < 0)
			return -1;
	return 0;
}

int links_add(struct links *links, struct str raw, struct str base,
	enum message_url_origin origin, struct str anchor)
{
	struct str kept;

	if (add_one(links, raw, base, origin, anchor, &kept) < 0)
		return -1;
	return kept.len > 0 ? add_nested(links, kept, origin, anchor) : 0;
}

int links_find(struct links *links, struct str text, enum message_url_origin origin)
{
	struct url_finder finder = url_find_begin(text);
	struct str raw;

	while (!links->full && url_find_next(&finder, &raw))
		if (links_add(links, raw, STR(""), origin, STR("")) < 0)
			return -1;
	return 0;
}

/* First what a reader sees, then what is hidden from him, with the words that it stands in: some
 * programs show it. */
static int find_text(struct links *links, const struct html *html)
{
	enum { WORD_MAX = 300 };
	size_t before;

	if (links_find(links, html->shown, MESSAGE_URL_HTML_TEXT) < 0)
		return -1;
	before = links->n;
	for (size_t i = 0; i < html->hidden_n; i++) {
		size_t from = html->hidden[i].from, to = html->hidden[i].to;

		if (html->hidden[i].dead)
			continue;
		for (int n = 0; n < WORD_MAX && from > 0 && !ascii_space(html->text.ptr[from - 1]); n++)
			from--;
		for (int n = 0; n < WORD_MAX && to < html->text.len &&
			!ascii_space(html->text.ptr[to]); n++)
			to++;
		if (links_find(links, str_slice(html->text, from, to), MESSAGE_URL_HTML_TEXT) < 0)
			return -1;
	}
	for (; before < links->n; before++)
		links->items[before].disguise |= DISGUISE_NOT_SHOWN;
	return 0;
}

int links_of_html(struct links *links, const struct html *html)
{
	static const enum message_url_origin ORIGINS[] = {
		[HTML_LINK] = MESSAGE_URL_HTML_LINK, [HTML_LOAD] = MESSAGE_URL_HTML_LOAD,
		[HTML_FORM] = MESSAGE_URL_HTML_FORM
	};

	for (size_t i = 0; i < html->links_n; i++) {
		const struct html_link *link = &html->links[i];
		size_t before = links->n;

		if (link->kind >= HTML_BASE)
			continue;
		if (links_add(links, link->target, html->base, ORIGINS[link->kind], link->anchor) < 0)
			return -1;
		for (; link->hidden && before < links->n; before++)
			links->items[before].disguise |= DISGUISE_NOT_SHOWN;
	}
	return find_text(links, html);
}

void links_disguise(struct links *links, size_t from, unsigned bits)
{
	for (; from < links->n; from++)
		links->items[from].disguise |= bits;
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
