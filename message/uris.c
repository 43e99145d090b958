/* message/uris: see uris.h.
 *
 * One table of hashes holds the strings, the links and the hosts that stand in them.
 */
#include "message/uris.h"


enum { SLOTS_FIRST = 64, PROBES_MAX = 64, RECENT_HOSTS = 16 };

enum space { SPACE_STRING, SPACE_LINK, SPACE_HOST };
struct slot {
	uint64_t hash;
	struct str text; /* ptr NULL: free */
	size_t item;     /* of SPACE_LINK: its index */
};

struct found_anchor {
	size_t link;
	struct link_anchor anchor;
};

struct uris {
	struct arena *arena;
	const struct uri_redirector *redirector;
	struct str *items;
	size_t n, capacity, max, bytes;
	struct link *links;
	size_t links_n, links_capacity;
	struct found_anchor *anchors;
	size_t anchors_n, anchors_capacity;
	uint64_t redirect_work; /* bytes of each link, squared */
	bool full, cut;
	/* what was found of them; no domain: they lead nowhere */
	struct link_host recent[RECENT_HOSTS];
	size_t recent_n;                       /* ever */
	bool domains;
	struct slot *slots;
	size_t slots_n, used; /* slots_n is a power of two */
};

struct uris *uris_create(struct arena *arena, size_t max, bool domains,
	const struct uri_redirector *redirector)
{
	struct uris *uris = ARENA_NEW(arena, struct uris);

	if (!uris)
		return NULL;
	uris->arena = arena;
	uris->max = max;
	uris->domains = domains;
	uris->redirector = redirector;
	return uris;
}

/* ---- the table ---- */

/* FNV-1a of 64 bits. Hosts: without case. */
static uint64_t hash_text(struct str text, enum space space)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ (uint64_t)space << 32;

	for (size_t i = 0; i < text.len; i++) {
		char c = space == SPACE_HOST ? ascii_lower(text.ptr[i]) : text.ptr[i];

		hash = (hash ^ (unsigned char)c) * UINT64_C(0x100000001b3);
	}
	return hash ? hash : 1;
}

/* The slot that holds the text, or the free one where it belongs; NULL: it is too crowded there
 * to tell, which only a sender who makes collisions brings about: then a text is listed twice. */
static struct slot *find_slot(const struct uris *uris, struct str text, enum space space,
	uint64_t hash)
{
	for (size_t i = 0; uris->slots_n > 0 && i < PROBES_MAX; i++) {
		struct slot *slot = &uris->slots[((hash ^ hash >> 32) + i) & (uris->slots_n - 1)];

		if (!slot->text.ptr || (slot->hash == hash && (space == SPACE_HOST ?
			str_equal_nocase(slot->text, text) : str_equal(slot->text, text))))
			return slot;
	}
	return NULL;
}

static int grow_table(struct uris *uris)
{
	struct slot *old = uris->slots;
	size_t old_n = uris->slots_n;

	if (2 * (uris->used + 2) <= old_n)
		return 0;
	uris->slots = ARENA_ARRAY(uris->arena, struct slot, old_n ? 4 * old_n : SLOTS_FIRST);
	if (!uris->slots)
		return uris->slots = old, -1;
	uris->slots_n = old_n ? 4 * old_n : SLOTS_FIRST;
	for (size_t i = 0; i < old_n; i++) { /* each text is in it once: the first free one */
		struct slot *slot = old[i].text.ptr ? find_slot(uris, str_make("", 0),
			SPACE_STRING, old[i].hash) : NULL;

		if (slot)
			*slot = old[i];
	}
	return 0;
}

/* Puts the text there. 1: it is a new one; 0: it was there, *item is its number; -1. */
static int note(struct uris *uris, struct str text, enum space space, size_t *item)
{
	uint64_t hash = hash_text(text, space);
	struct slot *slot;

	if (grow_table(uris) < 0)
		return -1;
	slot = find_slot(uris, text, space, hash);
	if (slot && slot->text.ptr) {
		*item = slot->item;
		return 0;
	}
	if (slot) {
		*slot = (struct slot){ hash, text.ptr ? text : STR(""), *item };
		uris->used++;
	}
	return 1;
}

/* An array that doubles. NULL: memory is spent. */
static void *room(struct uris *uris, void *items, size_t n, size_t *capacity, size_t size)
{
	size_t more = *capacity ? 2 * *capacity : 16;
	void *grown;

	if (n < *capacity)
		return items;
	grown = arena_resize(uris->arena, items, *capacity * size, more * size);
	if (grown)
		*capacity = more;
	return grown;
}

/* ---- strings and links ---- */

static int push(struct uris *uris, struct str form)
{
	struct str *items;
	size_t item = 0;
	int status = note(uris, form, SPACE_STRING, &item);

	if (status <= 0)
		return status;
	if (uris->n >= uris->max) {
		uris->full = true;
		return 0;
	}
	items = room(uris, uris->items, uris->n, &uris->capacity, sizeof *items);
	if (!items)
		return -1;
	uris->items = items;
	uris->items[uris->n++] = form;
	return 0;
}

/* Most links of a mail go to a few hosts. */
static const struct link_host *host_of(struct uris *uris, struct str name)
{
	size_t n = uris->recent_n < RECENT_HOSTS ? uris->recent_n : RECENT_HOSTS;

	for (size_t i = 0; i < n; i++)
		if (str_equal(uris->recent[i].host, name))
			return &uris->recent[i];
	struct link_host *host = &uris->recent[uris->recent_n++ % RECENT_HOSTS];
	if (!uri_host_leads(name, uris->domains, host))
		*host = (struct link_host){ .host = name };
	return host;
}

/* The hosts of a link's forms, each once. */
static int find_hosts(struct uris *uris, const struct uri_forms *forms, struct link *link)
{
	struct link_host *hosts = NULL;
	struct str last = str_make(NULL, 0);

	for (size_t i = 0; i < forms->n; i++) {
		struct str name = uri_host_text(uris->arena, forms->items[i]);
		const struct link_host *host;
		bool known = name.len == 0 || (last.ptr && str_equal(name, last));

		last = name;
		for (size_t k = 0; k < link->hosts_n && !known; k++)
			known = str_equal(hosts[k].host, name);
		host = known ? NULL : host_of(uris, name);
		if (!host || host->domain.len == 0)
			continue;
		hosts = hosts ? hosts : ARENA_ARRAY(uris->arena, struct link_host, forms->n - i);
		if (!hosts)
			return -1;
		hosts[link->hosts_n++] = *host;
	}
	link->hosts = hosts;
	return arena_spent(uris->arena) ? -1 : 0;
}

/* What a new link brings to the lists. */
static int publish(struct uris *uris, const struct link *link)
{
	for (size_t i = 0; i < link->cleaned_n; i++)
		if (push(uris, link->cleaned[i]) < 0)
			return -1;
	for (size_t i = 0; i < link->hosts_n; i++) {
		size_t item = 0;

		if (note(uris, link->hosts[i].host, SPACE_HOST, &item) < 0)
			return -1;
	}
	return 0;
}

static int make_link(struct uris *uris, struct str raw, unsigned types, struct link *out)
{
	struct uri_forms forms = { .arena = uris->arena, .redirector = uris->redirect_work <
		URIS_REDIRECT_WORK_MAX ? uris->redirector : NULL };

	*out = (struct link){ .raw = raw, .types = types };
	if (types & LINK_NOCANON) {
		forms.items = &raw;
		forms.n = 1;
	} else if (uri_forms(&forms, raw) < 0) {
		return -1;
	}
	uris->bytes += forms.bytes;
	uris->redirect_work += (uint64_t)forms.bytes * forms.bytes;
	uris->cut = uris->cut || (uris->redirector && !forms.redirector);
	uris->full = uris->full || uris->bytes > URIS_BYTES_MAX || uris->links_n >= uris->max;
	if (!(types & LINK_NOCLEAN)) {
		out->cleaned = forms.items;
		out->cleaned_n = forms.n;
	}
	return find_hosts(uris, &forms, out);
}

/* `must_lead`: only where a host comes of it. *index: of the link; SIZE_MAX: it is left out. */
static int add(struct uris *uris, struct str raw, unsigned types, bool must_lead, size_t *index)
{
	struct link link, *links;
	size_t item = uris->links_n;
	struct slot *slot = find_slot(uris, raw, SPACE_LINK, hash_text(raw, SPACE_LINK));

	*index = SIZE_MAX;
	if (slot && slot->text.ptr) {
		struct link *known = &uris->links[slot->item];

		*index = slot->item;
		if (!must_lead || known->hosts_n > 0)
			known->types |= types;
		return 0;
	}
	if (uris->full)
		return 0;
	if (make_link(uris, raw, types, &link) < 0)
		return -1;
	if (uris->full || (must_lead && link.hosts_n == 0))
		return 0;
	links = room(uris, uris->links, uris->links_n, &uris->links_capacity, sizeof *links);
	if (!links || note(uris, raw, SPACE_LINK, &item) < 0)
		return -1;
	uris->links = links;
	*index = uris->links_n++;
	uris->links[*index] = link;
	return publish(uris, &link);
}

int uris_add(struct uris *uris, struct str target, unsigned type)
{
	size_t index;

	return add(uris, target, type, false, &index);
}

int uris_add_anchor(struct uris *uris, struct str target, struct str text, unsigned part)
{
	struct found_anchor *anchors;
	struct slot *slot = find_slot(uris, target, SPACE_LINK, hash_text(target, SPACE_LINK));
	size_t index = slot && slot->text.ptr ? slot->item : SIZE_MAX;

	/* where the link was made another one of, the anchor's is taken for one of the text */
	if (index == SIZE_MAX && add(uris, target, LINK_PARSED, false, &index) < 0)
		return -1;
	if (index == SIZE_MAX)
		return 0;
	anchors = room(uris, uris->anchors, uris->anchors_n, &uris->anchors_capacity,
		sizeof *anchors);
	if (!anchors)
		return -1;
	uris->anchors = anchors;
	uris->anchors[uris->anchors_n++] = (struct found_anchor){ index, { text, part } };
	return 0;
}

int uris_add_signer(struct uris *uris, struct str domain)
{
	struct buf raw = { .arena = uris->arena };
	size_t index;

	buf_add_cstr(&raw, "domainkeys:");
	for (size_t i = 0; i < domain.len; i++)
		if (!ascii_space(domain.ptr[i]))
			buf_add_byte(&raw, domain.ptr[i]);
	return raw.failed ? -1 : add(uris, buf_str(&raw),
		LINK_DOMAINKEYS | LINK_NOCANON | LINK_NOCLEAN, true, &index);
}

bool uris_have_host(const struct uris *uris, struct str host)
{
	const struct slot *slot = find_slot(uris, host, SPACE_HOST, hash_text(host, SPACE_HOST));

	return slot && slot->text.ptr;
}

int uris_add_hidden(struct uris *uris, struct str url, struct str host)
{
	size_t item = 0;
	int status = note(uris, host, SPACE_HOST, &item);

	return status > 0 ? push(uris, url) : status;
}

/* ---- links of a text ---- */

/* "Email:name@host" */
static struct str without_label(struct str link)
{
	static const struct str LABELS[] = { { "skype:", 6 }, { "email:", 6 }, { "e-mail:", 7 },
		{ "mail:", 5 }, { "-mail:", 6 }, { ":", 1 } };

	for (size_t i = 0; i < sizeof LABELS / sizeof *LABELS; i++) {
		if (!str_starts_nocase(link, LABELS[i]))
			continue;
		link = str_slice(link, LABELS[i].len, link.len);
		while (link.len > 0 && link.ptr[0] == ':')
			link = str_slice(link, 1, link.len);
		break;
	}
	return link;
}

/* "www." and "www12." */
static bool is_www(struct str link)
{
	size_t i = 3;

	if (!str_starts_nocase(link, STR("www")))
		return false;
	while (i < link.len && i < 5 && ascii_digit(link.ptr[i]))
		i++;
	return i < link.len && link.ptr[i] == '.';
}

/* A '/' before an '@', and something between them: no address. */
static bool is_path(struct str link)
{
	size_t slash = str_find_byte(link, '/'), sign = link.len;

	while (sign > 0 && link.ptr[sign - 1] != '@')
		sign--;
	return slash != SIZE_MAX && sign > slash + 2;
}

/* The scheme that SpamAssassin thinks it has; NULL: it takes this for no link. */
static const char *missing_scheme(struct str link, unsigned *types)
{
	size_t sign = str_find_byte(link, '@');

	*types |= LINK_SCHEMELESS;
	if (str_starts_nocase(link, STR("ftp.")))
		return "ftp://";
	if (is_www(link) || is_path(link))
		return "http://";
	if (sign != SIZE_MAX) {
		if (str_find_byte(str_slice(link, sign + 2, link.len), '.') == SIZE_MAX ||
			str_find(link, STR("&nbsp;")) != SIZE_MAX)
			return NULL;
		return "mailto:";
	}
	*types |= LINK_UNLINKED;
	return str_find_byte(link, '.') == SIZE_MAX ? NULL : "http://";
}

/* Is there a known top-level domain behind the '@' of a mail address? */
static bool address_leads(struct uris *uris, struct str uri)
{
	size_t sign = str_find_byte(uri, '@'), end;
	struct str host;

	if (sign == SIZE_MAX)
		return false;
	host = str_slice(uri, sign + 1, uri.len);
	for (end = 0; end < host.len && host.ptr[end] != '?' && host.ptr[end] != '&' &&
		host.ptr[end] != '>';)
		end++;
	host = str_slice(host, 0, end);
	while (host.len >= 3 && str_equal(str_slice(host, host.len - 3, host.len), STR("%20")))
		host.len -= 3;
	return uri_known_end(uris->arena, host);
}

static bool has_scheme(struct str link)
{
	return str_starts_nocase(link, STR("http:")) || str_starts_nocase(link, STR("https:")) ||
		str_starts_nocase(link, STR("ftp:")) || str_starts_nocase(link, STR("mailto:"));
}

/* "http:", "http://": nothing behind it */
static bool is_bare_scheme(struct str link)
{
	size_t i = 0;

	while (i < link.len && (ascii_alpha(link.ptr[i]) || ascii_digit(link.ptr[i]) ||
		link.ptr[i] == '_'))
		i++;
	if (i == 0 || i == link.len || link.ptr[i] != ':' || link.len > i + 3)
		return false;
	for (i++; i < link.len; i++)
		if (link.ptr[i] != '/')
			return false;
	return true;
}

static int add_found(struct uris *uris, struct str link)
{
	unsigned types = LINK_PARSED;
	size_t index;
	struct buf text = { .arena = uris->arena };
	struct str uri = link;

	if (!has_scheme(link)) {
		const char *scheme = missing_scheme(link, &types);

		if (!scheme)
			return 0;
		buf_add_cstr(&text, scheme);
		buf_add_str(&text, *scheme == 'm' ? without_label(link) : link);
		uri = buf_str(&text);
	}
	if (text.failed)
		return -1;
	if (str_starts_nocase(uri, STR("mailto:"))) {
		if (uri_decode(uris->arena, uri, &uri) < 0)
			return -1;
		if (!address_leads(uris, uri))
			return 0;
	}
	return add(uris, uri, types, true, &index);
}

/* The host of a bare name: labels as in the DNS. */
static bool bare_host(struct uris *uris, struct str host)
{
	struct str name = uri_host_text(uris->arena, host);

	return name.len > 0 && host_of(uris, name)->domain.len > 0;
}

int uris_find(struct uris *uris, struct str text)
{
	struct str link, host;
	enum uris_kind kind;
	size_t at = 0;

	while (!uris->full && uris_next(text, &at, &link, &host, &kind)) {
		if (link.len == 0 || str_starts_nocase(link, STR("cid:")) ||
			str_starts_nocase(link, STR("mid:")) || is_bare_scheme(link) ||
			(kind == URIS_MAIL && str_find_byte(link, '@') == SIZE_MAX) ||
			(kind == URIS_BARE && !bare_host(uris, host)))
			continue;
		if (add_found(uris, link) < 0)
			return -1;
	}
	return arena_spent(uris->arena) ? -1 : 0;
}

/* ---- results ---- */

bool uris_full(const struct uris *uris)
{
	return uris->full || uris->cut;
}

const struct str *uris_items(const struct uris *uris, size_t *n)
{
	*n = uris->n;
	return uris->items;
}

/* Anchors come part by part: sorted by link they stay so. */
const struct link *uris_links(struct uris *uris, size_t *n)
{
	struct link_anchor *anchors = ARENA_ARRAY(uris->arena, struct link_anchor, uris->anchors_n);
	size_t at = 0;

	*n = uris->links_n;
	if (!anchors)
		return NULL;
	for (size_t i = 0; i < uris->anchors_n; i++)
		uris->links[uris->anchors[i].link].anchors_n++;
	for (size_t i = 0; i < uris->links_n; i++) {
		uris->links[i].anchors = anchors + at;
		at += uris->links[i].anchors_n;
		uris->links[i].anchors_n = 0;
	}
	for (size_t i = 0; i < uris->anchors_n; i++) {
		struct link *link = &uris->links[uris->anchors[i].link];

		anchors[link->anchors - anchors + (ptrdiff_t)link->anchors_n++] =
			uris->anchors[i].anchor;
	}
	return uris->links ? uris->links : ARENA_NEW(uris->arena, struct link);
}
