/* message/uris: see uris.h.
 *
 * One table of hashes holds the strings and, with another seed, the hosts that stand in them.
 */
#include "message/uris.h"

#include <string.h>

#include "message/decode.h"
#include "message/domain.h"
#include "message/url.h"

enum { SLOTS_FIRST = 64, PROBES_MAX = 64 };

struct uris {
	struct arena *arena;
	struct str *items;
	size_t n, capacity, max, bytes;
	bool full;
	uint64_t *slots;      /* hashes; 0: free */
	size_t slots_n, used; /* slots_n is a power of two */
};

struct uris *uris_create(struct arena *arena, size_t max)
{
	struct uris *uris = ARENA_NEW(arena, struct uris);

	if (!uris)
		return NULL;
	uris->arena = arena;
	uris->max = max;
	return uris;
}

/* FNV-1a of 64 bits: two strings of one hash are taken for the same. `lower`: without case. */
static uint64_t hash_text(struct str text, bool lower)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ (lower ? 0x5bd1e995 : 0);

	for (size_t i = 0; i < text.len; i++) {
		char c = lower ? ascii_lower(text.ptr[i]) : text.ptr[i];

		hash = (hash ^ (unsigned char)c) * UINT64_C(0x100000001b3);
	}
	return hash ? hash : 1;
}

static uint64_t *find_slot(const struct uris *uris, uint64_t hash)
{
	for (size_t i = 0; uris->slots_n > 0 && i < PROBES_MAX; i++) {
		uint64_t *slot = &uris->slots[((hash ^ hash >> 32) + i) & (uris->slots_n - 1)];

		if (*slot == 0 || *slot == hash)
			return slot;
	}
	return NULL;
}

static int grow(struct uris *uris)
{
	uint64_t *old = uris->slots;
	size_t old_n = uris->slots_n;

	if (2 * (uris->used + 2) <= old_n)
		return 0;
	uris->slots = ARENA_ARRAY(uris->arena, uint64_t, old_n ? 4 * old_n : SLOTS_FIRST);
	if (!uris->slots)
		return uris->slots = old, -1;
	uris->slots_n = old_n ? 4 * old_n : SLOTS_FIRST;
	for (size_t i = 0; i < old_n; i++) {
		uint64_t *slot = old[i] ? find_slot(uris, old[i]) : NULL;

		if (slot)
			*slot = old[i];
	}
	return 0;
}

/* False when it is there already (or the table is too crowded there to tell). */
static bool is_new(struct uris *uris, uint64_t hash)
{
	uint64_t *slot = find_slot(uris, hash);

	if (!slot || *slot)
		return false;
	*slot = hash;
	uris->used++;
	return true;
}

static size_t find_any(struct str text, const char *set)
{
	size_t at = SIZE_MAX;

	for (; *set; set++) {
		size_t found = str_find_byte(text, *set);

		at = found < at ? found : at;
	}
	return at;
}

/* "http://" or "https://", any case: its length, else 0. */
static size_t http_scheme(struct str text)
{
	return str_starts_nocase(text, STR("http://")) ? 7 :
		str_starts_nocase(text, STR("https://")) ? 8 : 0;
}

/* Where user, host, port and the rest of an http URL stand. */
struct parts {
	struct str scheme, user, host, port, rest; /* rest: with the port */
};

static bool split(struct str uri, struct parts *out)
{
	size_t scheme = http_scheme(uri), end, at;
	struct str authority;

	if (!scheme)
		return false;
	out->scheme = str_slice(uri, 0, scheme);
	end = find_any(str_slice(uri, scheme, uri.len), "/?#");
	authority = str_slice(uri, scheme, end == SIZE_MAX ? uri.len : scheme + end);
	at = str_find_byte(authority, '@');
	out->user = at == SIZE_MAX ? str_make(NULL, 0) : str_slice(authority, 0, at + 1);
	authority = str_slice(authority, out->user.len, authority.len);
	out->host = str_slice(authority, 0, str_find_byte(authority, ':'));
	at = scheme + out->user.len + out->host.len;
	out->rest = str_slice(uri, at, uri.len);
	end = 1;
	while (end < out->rest.len && ascii_digit(out->rest.ptr[end]))
		end++;
	out->port = out->rest.len && out->rest.ptr[0] == ':' ? str_slice(out->rest, 1, end) :
		str_make(NULL, 0);
	return out->host.len > 0;
}

static int push(struct uris *uris, struct str uri)
{
	struct parts parts;

	uri = str_slice(uri, 0, URIS_LENGTH_MAX);
	if (grow(uris) < 0)
		return -1;
	if (!is_new(uris, hash_text(uri, false)))
		return 0;
	if (uris->n >= uris->max) {
		uris->full = true;
		return 0;
	}
	if (uris->n == uris->capacity) {
		size_t capacity = uris->capacity ? 2 * uris->capacity : 16;
		struct str *grown = arena_resize(uris->arena, uris->items,
			uris->capacity * sizeof *grown, capacity * sizeof *grown);

		if (!grown)
			return -1;
		uris->items = grown;
		uris->capacity = capacity;
	}
	uris->items[uris->n++] = uri;
	if (split(uri, &parts) && grow(uris) == 0)
		is_new(uris, hash_text(parts.host, true));
	return 0;
}

static int push_join(struct uris *uris, struct str a, struct str b, struct str c)
{
	struct buf out = { .arena = uris->arena };

	buf_add_str(&out, a);
	buf_add_str(&out, b);
	buf_add_str(&out, c);
	return out.failed ? -1 : push(uris, buf_str(&out));
}

/* The byte of "%41" at `at` if it is to be decoded (not blanks, controls, what is no ASCII); -1. */
static int decodable(struct str text, size_t at)
{
	int high = at + 2 < text.len ? hex_digit(text.ptr[at + 1]) : -1;
	int low = high >= 0 ? hex_digit(text.ptr[at + 2]) : -1;

	if (low < 0 || high < 2 || high > 7 || (high == 2 && low == 0) || (high == 7 && low == 15))
		return -1;
	return high * 16 + low;
}

static bool is_escape(struct str text, size_t at)
{
	return text.ptr[at] == '%' && at + 2 < text.len && hex_digit(text.ptr[at + 1]) >= 0 &&
		hex_digit(text.ptr[at + 2]) >= 0;
}

static bool has_escape(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (is_escape(text, i))
			return true;
	return false;
}

/* Decodes what is decodable, encodes what should not stand bare in a URL. */
static void recode(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];
		int decoded;

		if (is_escape(text, i)) {
			decoded = decodable(text, i);
			if (decoded < 0)
				buf_add(out, text.ptr + i, 3);
			else
				buf_add_byte(out, (char)decoded);
			i += 2;
		} else if (c <= 0x20 || c >= 0x7f || c == '"' || c == '%' || c == '<' || c == '>') {
			buf_addf(out, "%%%02x", c);
		} else {
			buf_add_byte(out, (char)c);
		}
	}
}

/* "&#119;" and "&#x77;" of printable ASCII, and the dots of other scripts; its length or 0. */
static size_t reference(struct str text, size_t at, char *out)
{
	static const unsigned DOTS[] = { 0x3002, 0xff0e, 0xff61 };
	struct str rest = str_slice(text, at, at + 12 < text.len ? at + 12 : text.len);
	bool hex = rest.len > 2 && ascii_lower(rest.ptr[2]) == 'x';
	size_t i = hex ? 3 : 2, first = i;
	unsigned code = 0;

	if (!str_starts_nocase(rest, STR("&#")))
		return 0;
	for (; i < rest.len && hex_digit(rest.ptr[i]) >= 0 && (hex || ascii_digit(rest.ptr[i])); i++)
		code = code * (hex ? 16 : 10) + (unsigned)hex_digit(rest.ptr[i]);
	if (i == first || i >= rest.len || rest.ptr[i] != ';')
		return 0;
	for (size_t k = 0; k < sizeof DOTS / sizeof *DOTS; k++)
		if (code == DOTS[k])
			code = '.';
	if (code < 0x21 || code > 0x7e)
		return 0;
	*out = (char)code;
	return i + 1;
}

static void decode_references(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		size_t len = c == '&' ? reference(text, i, &c) : 0;

		buf_add_byte(out, c);
		i += len ? len - 1 : 0;
	}
}

static bool has_scheme(struct str text)
{
	size_t i = 0;

	while (i < text.len && (ascii_alpha(text.ptr[i]) || ascii_digit(text.ptr[i]) ||
		text.ptr[i] == '-' || text.ptr[i] == '_'))
		i++;
	return i > 0 && i < text.len && text.ptr[i] == ':';
}

/* "http:host", "http:/host" and "http://host" begin alike. */
static struct str without_slashes(struct str text, struct str *scheme)
{
	size_t len = str_starts_nocase(text, STR("http:")) ? 5 :
		str_starts_nocase(text, STR("https:")) ? 6 : 0;

	*scheme = str_slice(text, 0, len);
	text = str_slice(text, len, text.len);
	for (int i = 0; len && i < 2 && text.len && text.ptr[0] == '/'; i++)
		text = str_slice(text, 1, text.len);
	return text;
}

/* The form with everything plain that could hide something. */
static int plain_form(struct uris *uris, struct str uri, struct str *out)
{
	struct buf slashes = { .arena = uris->arena }, bare = { .arena = uris->arena },
		text = { .arena = uris->arena };
	struct str scheme, rest;
	size_t at, begin;

	rest = without_slashes(uri, &scheme);
	for (at = 0; at < uri.len && uri.ptr[at] != '\\'; at++)
		;
	if (at < uri.len) {
		for (size_t i = 0; i < uri.len; i++)
			buf_add_byte(&slashes, uri.ptr[i] == '\\' ? '/' : uri.ptr[i]);
		rest = without_slashes(buf_str(&slashes), &scheme);
	}
	buf_add_str(&bare, scheme);
	if (scheme.len)
		buf_add_cstr(&bare, "//");
	if (has_escape(rest)) {
		buf_add_str(&bare, rest);
		rest = buf_str(&bare);
		recode(&text, rest);
	} else {
		buf_add_str(&bare, rest);
		text = bare;
	}
	bare = (struct buf){ .arena = uris->arena };
	rest = buf_str(&text);
	if (!has_scheme(rest))
		buf_add_cstr(&bare, str_starts_nocase(rest, STR("ftp.")) ? "ftp://" : "http://");
	begin = http_scheme(rest);
	at = begin ? find_any(str_slice(rest, begin, rest.len), "/?#") : SIZE_MAX;
	if (at != SIZE_MAX && at > 0 && rest.ptr[begin + at] != '/') {
		buf_add_str(&bare, str_slice(rest, 0, begin + at));
		buf_add_byte(&bare, '/');
		rest = str_slice(rest, begin + at, rest.len);
	}
	decode_references(&bare, rest);
	*out = buf_str(&bare);
	return slashes.failed || text.failed || bare.failed ? -1 : 0;
}

/* A number as inet_aton reads it; false: none, or more than 32 bits. */
static bool number(struct str text, uint64_t *out)
{
	bool hex = str_starts_nocase(text, STR("0x")) && text.len > 2;
	unsigned base = hex ? 16 : text.len > 1 && text.ptr[0] == '0' ? 8 : 10;

	*out = 0;
	for (size_t i = hex ? 2 : 0; i < text.len; i++) {
		int digit = hex_digit(text.ptr[i]);

		if (digit < 0 || (unsigned)digit >= base)
			return false;
		*out = (*out * base + (unsigned)digit) & UINT32_MAX;
	}
	return text.len > 0;
}

static int push_address(struct uris *uris, const struct parts *parts)
{
	uint64_t chunks[4], whole = 0;
	struct str host = parts->host;
	struct buf text = { .arena = uris->arena };
	size_t n = 0;

	while (n < 4 && host.len > 0) {
		size_t dot = str_find_byte(host, '.');

		if (!number(str_slice(host, 0, dot), &chunks[n++]))
			return 0;
		host = dot == SIZE_MAX ? str_make(NULL, 0) : str_slice(host, dot + 1, host.len);
		if (dot != SIZE_MAX && host.len == 0)
			return 0;
	}
	if (host.len > 0 || (n != 1 && n != 4))
		return 0;
	for (size_t i = 0; i < n; i++)
		whole = n == 1 ? chunks[i] : whole << 8 | (chunks[i] & 255);
	buf_addf(&text, "%u.%u.%u.%u", (unsigned)(whole >> 24 & 255), (unsigned)(whole >> 16 & 255),
		(unsigned)(whole >> 8 & 255), (unsigned)(whole & 255));
	return text.failed ? -1 : push_join(uris, parts->scheme, buf_str(&text), parts->rest);
}

static bool all_digits(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!ascii_digit(text.ptr[i]))
			return false;
	return text.len > 0;
}

/* "http://foobar/" opens www.foobar.com in Firefox. */
static int push_dot_com(struct uris *uris, const struct parts *parts)
{
	struct str name = parts->host;
	struct buf text = { .arena = uris->arena };

	if (str_starts_nocase(name, STR("www.")))
		name = str_slice(name, 4, name.len);
	if (name.len == 0 || str_find_byte(name, '.') != SIZE_MAX || all_digits(name) ||
		str_starts_nocase(name, STR("0x")) || parts->user.len || parts->port.len ||
		!str_equal(parts->scheme, STR("http://")) ||
		str_equal_nocase(name, STR("localhost")) ||
		(name.len < parts->host.len && domain_has_suffix(parts->host)))
		return 0;
	buf_add_cstr(&text, "www.");
	for (size_t i = 0; i < name.len; i++)
		buf_add_byte(&text, ascii_lower(name.ptr[i]));
	buf_add_cstr(&text, ".com");
	return text.failed ? -1 : push_join(uris, parts->scheme, buf_str(&text), parts->rest);
}

static bool is_ascii(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.ptr[i] >= 0x80)
			return false;
	return true;
}

/* Forms of the host: without the default port, in punycode, without what is behind it. */
static int push_hosts(struct uris *uris, struct parts *parts)
{
	struct str port = parts->scheme.len == 7 ? STR("80") : STR("443"), empty = STR("");
	struct url url;

	if (str_equal(parts->port, port)) {
		if (push_join(uris, parts->scheme, parts->host,
			str_slice(parts->rest, port.len + 1, parts->rest.len)) < 0)
			return -1;
		parts->port = empty;
	}
	if (!is_ascii(parts->host) && url_parse_host(uris->arena, parts->host, &url)) {
		parts->host = url.host;
		if (push_join(uris, parts->scheme, parts->host, parts->rest) < 0)
			return -1;
	}
	size_t len = parts->host.len;
	while (len > 0 && !ascii_alpha(parts->host.ptr[len - 1]) &&
		!ascii_digit(parts->host.ptr[len - 1]))
		len--;
	if (len < parts->host.len) {
		parts->host.len = len;
		if (push_join(uris, parts->scheme, parts->host, parts->rest) < 0)
			return -1;
	}
	if (push_address(uris, parts) < 0)
		return -1;
	return push_dot_com(uris, parts);
}

/* The target in "/?u=http:..."; empty when there is none. */
static struct str redirect_target(struct str rest)
{
	for (;;) {
		size_t at = str_find_nocase(rest, STR("http"));
		size_t colon = at == SIZE_MAX ? 0 : at + 4;
		struct str target;

		if (at == SIZE_MAX)
			return str_make(NULL, 0);
		if (colon < rest.len && ascii_lower(rest.ptr[colon]) == 's')
			colon++;
		target = str_slice(rest, at, rest.len);
		rest = str_slice(rest, at + 4, rest.len);
		if (colon - at >= target.len || target.ptr[colon - at] != ':')
			continue;
		target = str_slice(target, 0, find_any(target, "&#"));
		if (target.len > colon - at + 1)
			return str_find_byte(target, '.') == SIZE_MAX ? str_make(NULL, 0) : target;
	}
}

/* An address is kept without "?subject=" and what else programs leave out. */
static int push_mail(struct uris *uris, struct str uri)
{
	size_t sign = str_find_byte(uri, '@'), end;

	if (sign == SIZE_MAX || sign == 0)
		return 0;
	end = str_find_byte(str_slice(uri, sign + 1, uri.len), '?');
	if (end != SIZE_MAX && end > 0 && push(uris, str_slice(uri, 0, sign + 1 + end)) < 0)
		return -1;
	end = find_any(str_slice(uri, sign + 1, uri.len), "?&");
	if (end != SIZE_MAX && end > 0 && uri.ptr[sign + 1 + end] == '&' &&
		push(uris, str_slice(uri, 0, sign + 1 + end)) < 0)
		return -1;
	size_t open = str_find_byte(uri, '<'), close = str_find_byte(uri, '>');
	if (open < sign && close != SIZE_MAX && close > sign + 1 && open + 1 < sign)
		return push_join(uris, STR("mailto:"), str_slice(uri, open + 1, close), STR(""));
	return 0;
}

static bool is_mail(struct str uri)
{
	return str_starts_nocase(uri, STR("mailto:")) ||
		str_find_byte(uri, '@') < str_find_byte(uri, ':');
}

/* All forms of one link, and of what it redirects to. */
static int add_forms(struct uris *uris, struct str uri)
{
	for (int i = 0; i < URIS_NESTED_MAX && uri.len > 0; i++) {
		struct str plain;
		struct parts parts;

		uris->bytes += uri.len;
		if (uris->bytes > URIS_BYTES_MAX)
			uris->full = true;
		if (uris->full)
			return 0;
		if (push(uris, uri) < 0)
			return -1;
		if (uri.len <= 1 || str_find_byte(STR("#?&"), uri.ptr[0]) != SIZE_MAX ||
			(uri.ptr[0] == '/' && uri.ptr[1] != '/'))
			return 0;
		if (is_mail(uri))
			return push_mail(uris, uri);
		if (plain_form(uris, uri, &plain) < 0 || push(uris, plain) < 0)
			return -1;
		if (!split(plain, &parts))
			return 0;
		uri = redirect_target(parts.rest);
		if (push_hosts(uris, &parts) < 0)
			return -1;
	}
	return 0;
}

/* Without line ends and what surrounds it. */
static int trimmed(struct uris *uris, struct str text, struct str *out)
{
	struct buf clean = { .arena = uris->arena };

	*out = str_slice(str_trim(text), 0, URIS_LENGTH_MAX);
	if (find_any(*out, "\r\n") == SIZE_MAX)
		return 0;
	for (size_t i = 0; i < out->len; i++)
		if (out->ptr[i] != '\r' && out->ptr[i] != '\n')
			buf_add_byte(&clean, out->ptr[i]);
	*out = buf_str(&clean);
	return clean.failed ? -1 : 0;
}

int uris_add(struct uris *uris, struct str target)
{
	struct str uri;

	if (uris->full)
		return 0;
	if (trimmed(uris, target, &uri) < 0)
		return -1;
	return add_forms(uris, uri);
}

int uris_add_hidden(struct uris *uris, struct str url, struct str host)
{
	if (grow(uris) < 0)
		return -1;
	return is_new(uris, hash_text(host, true)) ? push(uris, url) : 0;
}

/* Labels as in the DNS, the last of them a known top-level domain; '_' only from the third on.
 * Names in other scripts are judged by their end only: SpamAssassin asks IDNA. */
static bool is_name(struct str host)
{
	size_t labels = 0, label = 0;
	bool underscore[2] = { false, false };

	while (host.len > 0 && host.ptr[host.len - 1] == '.')
		host.len--;
	for (size_t i = host.len; i > 0; i--) {
		unsigned char c = (unsigned char)host.ptr[i - 1];
		bool edge = label == 0 || i == 1 || host.ptr[i - 2] == '.';

		if (c == '.') {
			if (label == 0)
				return false;
			labels++;
			label = 0;
			continue;
		}
		if (!ascii_alpha((char)c) && !ascii_digit((char)c) && c != '_' && c < 0x80 &&
			(c != '-' || edge))
			return false;
		if (c == '_' && labels < 2)
			underscore[labels] = true;
		if (++label > 63)
			return false;
	}
	return labels > 0 && label > 0 && !underscore[0] && !underscore[1] &&
		host.len <= DOMAIN_NAME_MAX && domain_has_suffix(host);
}

/* The host of what is no http URL. */
static struct str other_host(struct str uri)
{
	size_t colon = str_find_byte(uri, ':'), sign;
	struct str rest = str_slice(uri, colon == SIZE_MAX ? 0 : colon + 1, uri.len);

	if (!str_starts_nocase(uri, STR("mailto:"))) {
		while (rest.len > 0 && rest.ptr[0] == '/')
			rest = str_slice(rest, 1, rest.len);
		return str_slice(rest, 0, find_any(rest, "/?#:"));
	}
	rest = str_slice(rest, 0, find_any(rest, "?&>"));
	sign = str_find_byte(rest, '@');
	return sign == SIZE_MAX ? str_make(NULL, 0) : str_slice(rest, sign + 1, rest.len);
}

/* Does a host of this name exist, perhaps without what a sentence put behind it? */
static bool leads_somewhere(struct uris *uris, struct str uri)
{
	struct parts parts;
	struct str host = split(uri, &parts) ? parts.host : other_host(uri);
	struct url url;

	if (has_escape(host)) /* the decoded form is looked at */
		return true;
	if (is_name(host) || (host.len > 0 && ascii_digit(host.ptr[0]) &&
		url_parse_host(uris->arena, host, &url) && url.host_is_ip))
		return true;
	while (host.len > 0 && !ascii_alpha(host.ptr[host.len - 1]) &&
		!ascii_digit(host.ptr[host.len - 1]))
		host.len--;
	return http_scheme(uri) > 0 && is_name(host);
}

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

/* With the scheme that SpamAssassin thinks it has. Empty: it takes this for no link. */
static int with_scheme(struct uris *uris, struct str link, struct str *out)
{
	struct buf text = { .arena = uris->arena };
	size_t sign = str_find_byte(link, '@'), slash = str_find_byte(link, '/');
	const char *scheme = "";
	bool mail = false;

	*out = link;
	if (str_starts_nocase(link, STR("mailto:")))
		mail = true;
	else if (str_starts_nocase(link, STR("http:")) || str_starts_nocase(link, STR("https:")) ||
		str_starts_nocase(link, STR("ftp:")))
		return 0;
	else if (str_starts_nocase(link, STR("ftp.")))
		scheme = "ftp://";
	else if (str_starts_nocase(link, STR("www")))
		scheme = "http://";
	else if (sign != SIZE_MAX && slash < sign)
		scheme = "http://";
	else if (sign != SIZE_MAX)
		scheme = "mailto:", mail = true;
	else
		scheme = "http://";
	if (mail && *scheme) {
		if (str_find(link, STR("&nbsp;")) != SIZE_MAX)
			return *out = str_make(NULL, 0), 0;
		link = without_label(link);
		sign = str_find_byte(link, '@');
	}
	if (mail && str_find_byte(str_slice(link, sign == SIZE_MAX ? 0 : sign, link.len), '.') ==
		SIZE_MAX)
		return *out = str_make(NULL, 0), 0;
	buf_add_cstr(&text, scheme);
	if (mail && has_escape(link))
		recode(&text, link);
	else
		buf_add_str(&text, link);
	*out = buf_str(&text);
	return text.failed ? -1 : 0;
}

int uris_find(struct uris *uris, struct str text)
{
	struct str link, host, uri;
	size_t at = 0;

	while (!uris->full && uris_next(text, &at, &link, &host)) {
		if (link.len == 0 || str_starts_nocase(link, STR("cid:")) ||
			str_starts_nocase(link, STR("mid:")))
			continue;
		if (host.len > 0 && !is_name(host))
			continue;
		if (with_scheme(uris, link, &uri) < 0)
			return -1;
		if (uri.len > 0 && leads_somewhere(uris, uri) && add_forms(uris, uri) < 0)
			return -1;
	}
	return 0;
}

bool uris_full(const struct uris *uris)
{
	return uris->full;
}

const struct str *uris_items(const struct uris *uris, size_t *n)
{
	*n = uris->n;
	return uris->items;
}
