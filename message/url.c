/* message/url: see url.h.
 *
 * Each step is a pass over the text: clean, cut into scheme, authority and the rest, read the
 * host, write it all down again in one spelling. Written for the attacker's forms: where the
 * standard refuses a link ("host no browser takes"), the link is kept without a host, because
 * rules may still want to see it.
 */
#include "message/url.h"

#include <string.h>

#include "base/disguise.h"
#include "message/decode.h"
#include "message/domain.h"
#include "message/url_host.h"

enum { BASE_MAX = 1024 }; /* bytes of a <base href> that are used */

struct scheme {
	struct str name;
	const char *port;
};

static const struct scheme SPECIAL[] = {
	{ { "http", 4 }, "80" }, { { "https", 5 }, "443" }, { { "ftp", 3 }, "21" },
	{ { "ws", 2 }, "80" }, { { "wss", 3 }, "443" }
};

static const struct scheme *special_scheme(struct str name)
{
	for (size_t i = 0; i < sizeof SPECIAL / sizeof *SPECIAL; i++)
		if (str_equal_nocase(name, SPECIAL[i].name))
			return &SPECIAL[i];
	return NULL;
}

/* A link without what browsers take out of it. */
struct cleaned {
	struct str text;
	size_t gap;     /* where the first of them was within `text`; SIZE_MAX: none */
};

/* Without blanks and controls at both ends, and without tabs and line ends anywhere. */
static struct cleaned clean(struct arena *arena, struct str raw)
{
	struct cleaned out = { raw, SIZE_MAX };
	char *copy;
	size_t n = 0;

	while (raw.len > 0 && (unsigned char)raw.ptr[0] <= ' ') {
		if (!ascii_space(raw.ptr[0]))
			out.gap = 0;
		raw = str_slice(raw, 1, raw.len);
	}
	while (raw.len > 0 && (unsigned char)raw.ptr[raw.len - 1] <= ' ')
		raw.len--;
	out.text = raw;
	if (raw.len == 0 || (!memchr(raw.ptr, '\n', raw.len) && !memchr(raw.ptr, '\t', raw.len) &&
		!memchr(raw.ptr, '\r', raw.len)))
		return out;
	copy = arena_alloc_raw(arena, raw.len);
	for (size_t i = 0; copy && i < raw.len; i++) {
		if (raw.ptr[i] != '\n' && raw.ptr[i] != '\t' && raw.ptr[i] != '\r')
			copy[n++] = raw.ptr[i];
		else if (out.gap == SIZE_MAX)
			out.gap = n;
	}
	out.text = str_make(copy, n);
	return out;
}

/* The length of a scheme at the start, 0 if there is none. */
static size_t scheme_length(struct str text)
{
	size_t i = 0;

	if (text.len == 0 || !ascii_alpha(text.ptr[0]))
		return 0;
	while (i < text.len && (ascii_alpha(text.ptr[i]) || ascii_digit(text.ptr[i]) ||
		text.ptr[i] == '+' || text.ptr[i] == '-' || text.ptr[i] == '.'))
		i++;
	return i < text.len && text.ptr[i] == ':' ? i : 0;
}

/* What is percent-encoded where, beside controls and what is not ASCII (WHATWG URL 1.3), and the
 * unreserved characters of RFC 3986, which are not. */
enum encode { IN_FRAGMENT = 1, IN_QUERY = 2, IN_PATH = 4, IN_USER = 8, UNRESERVED = 16,
	SPECIAL_ONE = 32 /* '%', and what ends a piece of a path: not taken in runs */
};
#define F IN_FRAGMENT
#define Q IN_QUERY
#define P IN_PATH
#define U IN_USER
#define N UNRESERVED
#define S SPECIAL_ONE
#define ALL (F | Q | P | U)
static const unsigned char ENCODE[128] = {
	ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL,
	ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL,
	ALL, 0, ALL, Q | P | U | S, 0, S, 0, Q, 0, 0, 0, 0, 0, N, N, U | S,
	N, N, N, N, N, N, N, N, N, N, U, U, ALL, U, ALL, P | U | S,
	U, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
	N, N, N, N, N, N, N, N, N, N, N, U, U | S, U, P | U, N,
	F | P | U, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
	N, N, N, N, N, N, N, N, N, N, N, P | U, U, P | U, N, ALL
};
#undef F
#undef Q
#undef P
#undef U
#undef N
#undef S
#undef ALL

static void add_encoded(struct buf *out, char c)
{
	static const char HEX[] = "0123456789ABCDEF";
	unsigned char byte = (unsigned char)c;
	char text[3] = { '%', HEX[byte >> 4], HEX[byte & 15] };

	buf_add(out, text, sizeof text);
}

/* One character of a path, query or fragment at `i`; returns the next index. */
static size_t add_char(struct buf *out, struct str text, size_t i, enum encode where)
{
	char c = text.ptr[i];
	unsigned char byte = (unsigned char)c;

	if (c == '%' && i + 2 < text.len && hex_digit(text.ptr[i + 1]) >= 0 &&
		hex_digit(text.ptr[i + 2]) >= 0) {
		char decoded = (char)(hex_digit(text.ptr[i + 1]) << 4 | hex_digit(text.ptr[i + 2]));

		if ((unsigned char)decoded < 0x80 && ENCODE[(unsigned char)decoded] & UNRESERVED)
			buf_add_byte(out, decoded);
		else
			add_encoded(out, decoded);
		return i + 3;
	}
	if (byte >= 0x80 || ENCODE[byte] & where)
		add_encoded(out, c);
	else
		buf_add_byte(out, c);
	return i + 1;
}

/* Those from `i` on that stay as they are and end nothing, all at once; returns where they end. */
static size_t add_run(struct buf *out, struct str text, size_t i, enum encode where)
{
	size_t from = i;

	while (i < text.len && (unsigned char)text.ptr[i] < 0x80 &&
		!(ENCODE[(unsigned char)text.ptr[i]] & (where | SPECIAL_ONE)))
		i++;
	buf_add(out, text.ptr + from, i - from);
	return i;
}

static void add_text(struct buf *out, struct str text, enum encode where)
{
	for (size_t i = 0; i < text.len && !out->failed;) {
		i = add_run(out, text, i, where);
		if (i < text.len)
			i = add_char(out, text, i, where);
	}
}

/* The segment that `out` ends in is "." or "..": take it away, and what it climbs over. `start`
 * is where the path begins. True when it was one. */
static bool drop_dots(struct buf *out, size_t start, size_t segment)
{
	size_t len = out->len - segment;
	const char *p = out->ptr + segment;

	if (len == 1 && p[0] == '.') {
		out->len = segment;
		return true;
	}
	if (len != 2 || p[0] != '.' || p[1] != '.')
		return false;
	out->len = segment;
	if (out->len > start + 1) {
		out->len--; /* the slash before */
		while (out->len > start + 1 && out->ptr[out->len - 1] != '/')
			out->len--;
	}
	return true;
}

/* Path, query and fragment. */
static void add_rest(struct buf *out, struct str text)
{
	size_t i = 0, start = out->len, segment;

	buf_add_byte(out, '/');
	if (text.len > 0 && (text.ptr[0] == '/' || text.ptr[0] == '\\'))
		i++;
	segment = out->len;
	while (i < text.len && text.ptr[i] != '?' && text.ptr[i] != '#' && !out->failed) {
		if (text.ptr[i] != '/' && text.ptr[i] != '\\') {
			size_t end = add_run(out, text, i, IN_PATH);

			i = end > i ? end : add_char(out, text, i, IN_PATH);
			continue;
		}
		if (!drop_dots(out, start, segment))
			buf_add_byte(out, '/');
		segment = out->len;
		i++;
	}
	if (!out->failed)
		drop_dots(out, start, segment);
	text = str_slice(text, i, text.len);
	if (text.len > 0 && text.ptr[0] == '?') {
		size_t place = str_find_byte(text, '#');

		buf_add_byte(out, '?');
		add_text(out, str_slice(text, 1, place), IN_QUERY);
		text = place == SIZE_MAX ? STR("") : str_slice(text, place, text.len);
	}
	if (text.len > 0)
		buf_add_byte(out, '#');
	add_text(out, str_slice(text, 1, text.len), IN_FRAGMENT);
}

/* Splits "user@host:port". False when the port is none. */
static bool split_authority(struct str text, struct str *user, struct str *host,
	struct str *port)
{
	size_t at = text.len, colon;

	while (at > 0 && text.ptr[at - 1] != '@')
		at--;
	*user = str_make(text.ptr, at > 0 ? at - 1 : 0);
	*host = str_slice(text, at, text.len);
	*port = str_make(NULL, 0);
	for (colon = host->len; colon > 0 && ascii_digit(host->ptr[colon - 1]); colon--)
		;
	if (colon > 0 && host->ptr[colon - 1] == ':') {
		*port = str_slice(*host, colon, host->len);
		host->len = colon - 1;
	} else if (str_find_byte(*host, ':') != SIZE_MAX && host->len > 0 && host->ptr[0] != '[') {
		host->len = str_find_byte(*host, ':');
		return false;
	}
	while (port->len > 1 && port->ptr[0] == '0')
		*port = str_slice(*port, 1, port->len);
	uint64_t number;
	return port->len == 0 || str_to_u64(*port, 65535, &number);
}

static size_t authority_length(struct str text)
{
	size_t i = 0;

	while (i < text.len && text.ptr[i] != '/' && text.ptr[i] != '\\' && text.ptr[i] != '?' &&
		text.ptr[i] != '#')
		i++;
	return i;
}

static bool finish(struct buf *text, struct url *out)
{
	out->url = buf_str(text);
	return text->len > 0; /* cut at the limit; spent memory shows in the arena */
}

/* "user:password@"; the last '@' ends it, others are part of it. */
static void add_user(struct buf *text, struct str user)
{
	size_t colon = str_find_byte(user, ':');
	struct str name = str_slice(user, 0, colon);
	struct str password = colon == SIZE_MAX ? STR("") : str_slice(user, colon + 1, user.len);

	if (name.len + password.len == 0)
		return;
	add_text(text, name, IN_USER);
	if (password.len > 0)
		buf_add_byte(text, ':');
	add_text(text, password, IN_USER);
	buf_add_byte(text, '@');
}

/* IPv6 in brackets. */
static void add_host(struct buf *text, const struct url *url)
{
	bool v6 = url->host_is_ip && str_find_byte(url->host, ':') != SIZE_MAX;

	buf_add(text, "[", v6);
	buf_add_str(text, url->host);
	buf_add(text, "]", v6);
}

/* The slashes behind a scheme, however many and of whatever kind. */
static struct str skip_slashes(struct str rest, size_t expected, unsigned *disguise)
{
	size_t n = 0;
	bool back = false;

	for (; n < rest.len && (rest.ptr[n] == '/' || rest.ptr[n] == '\\'); n++)
		back = back || rest.ptr[n] == '\\';
	if (n != expected || back)
		*disguise |= DISGUISE_SLASHES;
	return str_slice(rest, n, rest.len);
}

/* `slashes`: as many as there should be. */
static bool parse_special(struct arena *arena, const struct scheme *scheme, struct str rest,
	size_t slashes, struct url *out)
{
	struct buf text = { .arena = arena, .limit = URL_TEXT_MAX };
	struct str authority, user, host, port;
	bool opens;

	rest = skip_slashes(rest, slashes, &out->disguise);
	authority = str_make(rest.ptr, authority_length(rest));
	rest = str_slice(rest, authority.len, rest.len);
	if (rest.len > 0 && rest.ptr[0] == '\\')
		out->disguise |= DISGUISE_SLASHES;
	opens = split_authority(authority, &user, &host, &port);
	opens = url_parse_host(arena, host, out) && opens;
	if (!opens) {
		out->host = str_make(NULL, 0);
		out->host_is_ip = false;
	}
	out->disguise |= user.len > 0 ? DISGUISE_USERINFO : 0u;
	out->scheme = scheme->name;
	buf_reserve(&text, 16 + authority.len + rest.len < URL_TEXT_MAX ?
		16 + authority.len + rest.len : URL_TEXT_MAX);
	buf_add_str(&text, scheme->name);
	buf_add_cstr(&text, "://");
	add_user(&text, user);
	if (out->host.len > 0)
		add_host(&text, out);
	else
		buf_add_str(&text, host);
	if (port.len > 0 && !str_equal(port, str_from(scheme->port))) {
		buf_add_byte(&text, ':');
		buf_add_str(&text, port);
	}
	add_rest(&text, rest);
	return finish(&text, out);
}

static bool parse_mailto(struct arena *arena, struct str rest, struct url *out)
{
	struct buf text = { .arena = arena, .limit = URL_TEXT_MAX };
	size_t query = str_find_byte(rest, '?');
	struct str address = str_slice(rest, 0, query == SIZE_MAX ? rest.len : query);
	size_t at = address.len;

	while (at > 0 && address.ptr[at - 1] != '@')
		at--;
	if (at > 0)
		url_parse_host(arena, str_slice(address, at, address.len), out);
	out->scheme = STR("mailto");
	buf_add_cstr(&text, "mailto:");
	if (out->host.len > 0 && at > 0) {
		add_text(&text, str_slice(address, 0, at), IN_FRAGMENT);
		add_host(&text, out);
		rest = str_slice(rest, address.len, rest.len);
	}
	add_text(&text, rest, IN_FRAGMENT);
	return rest.len + at > 0 && finish(&text, out);
}

/* A scheme we know nothing of: as it stands. */
static bool parse_opaque(struct arena *arena, struct str text, size_t scheme, struct url *out)
{
	struct buf copy = { .arena = arena, .limit = URL_TEXT_MAX };

	for (size_t i = 0; i <= scheme; i++)
		buf_add_byte(&copy, ascii_lower(text.ptr[i]));
	out->scheme = str_make(copy.ptr, copy.failed ? 0 : scheme);
	add_text(&copy, str_slice(text, scheme + 1, text.len), IN_FRAGMENT);
	if (!finish(&copy, out))
		return false;
	out->scheme = str_slice(out->url, 0, scheme);
	return true;
}

/* Joins a relative link to an absolute base: "http://host/path/file". */
static bool join_base(struct str base, struct str link, struct buf *text)
{
	size_t scheme, host, path, end;

	/* A base of megabytes under thousands of links is an attack. */
	base = str_slice(base, 0, BASE_MAX);
	scheme = scheme_length(base);
	if (scheme == 0 || !special_scheme(str_make(base.ptr, scheme)))
		return false;
	for (host = scheme + 1; host < base.len && (base.ptr[host] == '/' || base.ptr[host] == '\\');)
		host++;
	path = host + authority_length(str_slice(base, host, base.len));
	for (end = path; end < base.len && base.ptr[end] != '?' && base.ptr[end] != '#';)
		end++;
	if (link.len > 0 && (link.ptr[0] == '/' || link.ptr[0] == '\\')) {
		bool net = link.len > 1 && (link.ptr[1] == '/' || link.ptr[1] == '\\');

		end = net ? scheme + 1 : path;
	} else if (link.len == 0 || link.ptr[0] == '#') {
		end = base.len < BASE_MAX ? str_until(base, end, "#") : end; /* the query stays */
	} else if (link.ptr[0] != '?') {
		while (end > path && base.ptr[end - 1] != '/' && base.ptr[end - 1] != '\\')
			end--;
	}
	buf_add_str(text, str_slice(base, 0, end));
	if (end == path && (link.len == 0 || (link.ptr[0] != '/' && link.ptr[0] != '\\')))
		buf_add_byte(text, '/');
	buf_add_str(text, link);
	return !text->failed;
}

/* The joined text is not kept in the arena: only what is parsed from it is. */
static bool parse_relative(struct arena *arena, struct str text, struct str base,
	struct url *out)
{
	struct buf joined = {0};
	bool parsed = false;

	if (join_base(base, text, &joined)) {
		struct str all = buf_str(&joined);
		size_t scheme = scheme_length(all);

		out->disguise = 0;
		parsed = parse_special(arena, special_scheme(str_make(all.ptr, scheme)),
			str_slice(all, scheme + 1, all.len), 2, out);
	}
	buf_free(&joined);
	return parsed;
}

/* Would a mail program make a link of "www.example.com/x", "example.com" or "192.0.2.1/x"? */
static bool looks_like_host(struct str text)
{
	struct str host = str_make(text.ptr, authority_length(text));
	size_t colon = str_find_byte(host, ':');
	struct ip ip;

	if (colon != SIZE_MAX)
		host.len = colon;
	if (str_find_byte(host, '.') == SIZE_MAX)
		return false;
	if (ascii_digit(host.ptr[0]) && ip_parse(host, &ip))
		return true;
	return str_starts_nocase(host, STR("www.")) || domain_has_suffix(host);
}

static bool is_slash(struct str text, size_t at)
{
	return text.len > at && (text.ptr[at] == '/' || text.ptr[at] == '\\');
}

/* Was something taken out of scheme or host? */
static bool blanks_hide(struct str text, size_t gap)
{
	size_t at = scheme_length(text);

	if (gap == SIZE_MAX)
		return false;
	at += at > 0;
	while (is_slash(text, at))
		at++;
	return gap < at + authority_length(str_slice(text, at, text.len));
}

/* "http:x" beside a base of the same scheme is a relative link (WHATWG URL 4.4, "special relative
 * or authority state"). */
static bool is_relative(const struct scheme *scheme, struct str rest, struct str base)
{
	size_t length = base.len > 0 ? scheme_length(base) : 0;

	return length > 0 && str_equal_nocase(str_make(base.ptr, length), scheme->name) &&
		!(is_slash(rest, 0) && is_slash(rest, 1));
}

static bool parse_scheme(struct arena *arena, struct str text, size_t scheme, struct str base,
	struct url *out)
{
	const struct scheme *special = special_scheme(str_make(text.ptr, scheme));
	struct str rest = str_slice(text, scheme + 1, text.len);

	if (special)
		return is_relative(special, rest, base) ? parse_relative(arena, rest, base, out) :
			parse_special(arena, special, rest, 2, out);
	if (str_equal_nocase(str_make(text.ptr, scheme), STR("mailto")))
		return parse_mailto(arena, rest, out);
	/* "www.example.com:8080/x" is a host and a port */
	if (!looks_like_host(text) || rest.len == 0 || !ascii_digit(rest.ptr[0]))
		return parse_opaque(arena, text, scheme, out);
	return parse_special(arena, &SPECIAL[0], text, 0, out);
}

bool url_parse(struct arena *arena, struct str raw, struct str base, struct url *out)
{
	struct cleaned cleaned = clean(arena, raw);
	struct str text = cleaned.text;
	size_t scheme = scheme_length(text);
	bool parsed;

	memset(out, 0, sizeof *out);
	if (text.len == 0 || text.ptr[0] == '#')
		return false;
	if (scheme > 0)
		parsed = parse_scheme(arena, text, scheme, base, out);
	else if (base.len > 0)
		parsed = parse_relative(arena, text, base, out);
	else if (is_slash(text, 0) && is_slash(text, 1))
		parsed = parse_special(arena, &SPECIAL[0], text, 2, out);
	else if (str_find_byte(text, '@') != SIZE_MAX && str_find_byte(text, '/') == SIZE_MAX)
		parsed = parse_mailto(arena, text, out);
	else if (looks_like_host(text))
		parsed = parse_special(arena, &SPECIAL[str_starts_nocase(text, STR("ftp.")) ? 2 : 0],
			text, 0, out);
	else
		return false;
	if (blanks_hide(text, cleaned.gap))
		out->disguise |= DISGUISE_BLANKS;
	return parsed;
}
