/* message/url: see url.h.
 *
 * Each step is a pass over the text: clean, cut into scheme, authority and the rest, read the
 * host, write it all down again in one spelling. Written for the attacker's forms: where the
 * standard refuses a link ("host no browser takes"), the link is kept without a host, because
 * rules may still want to see it.
 */
#include "message/url.h"

#include <idn2.h>
#include <stdlib.h>
#include <string.h>

#include "message/charset.h"
#include "message/decode.h"
#include "message/domain.h"

enum {
	HOST_TEXT_MAX = 3 * 1024, /* bytes of an authority's host as written, %-encoded */
	BASE_MAX = 1024           /* bytes of a <base href> that are used */
};

struct scheme {
	struct str name;
	const char *port;
};

static const struct scheme SPECIAL[] = {
	{ { "http", 4 }, "80" }, { { "https", 5 }, "443" }, { { "ftp", 3 }, "21" }
};

static const struct scheme *special_scheme(struct str name)
{
	for (size_t i = 0; i < sizeof SPECIAL / sizeof *SPECIAL; i++)
		if (str_equal_nocase(name, SPECIAL[i].name))
			return &SPECIAL[i];
	return NULL;
}

/* The hosts' forbidden code points of the standard (domain ones). */
static bool host_forbidden(unsigned char c)
{
	return c <= ' ' || c == 0x7F || (c < 0x80 && strchr("#%/:<>?@[\\]^|", c) != NULL);
}

/* One part of an IPv4 number: decimal, 0 octal, 0x hex. False when it is none. */
static bool ipv4_part(struct str part, uint64_t *value)
{
	unsigned base = 10;

	*value = 0;
	if (part.len == 0)
		return false;
	if (part.len > 1 && part.ptr[0] == '0') {
		bool hex = ascii_lower(part.ptr[1]) == 'x';

		base = hex ? 16 : 8;
		part = str_slice(part, hex ? 2 : 1, part.len);
	}
	for (size_t i = 0; i < part.len; i++) {
		int digit = hex_digit(part.ptr[i]);

		if (digit < 0 || (unsigned)digit >= base)
			return false;
		if (*value <= UINT32_MAX) /* more is an overflow all the same */
			*value = *value * base + (unsigned)digit;
	}
	return true;
}

/* Does the host end in a number (then it must be an IPv4 address)? */
static bool ends_in_number(struct str host)
{
	size_t at = host.len;
	struct str label;
	uint64_t value;

	while (at > 0 && host.ptr[at - 1] != '.')
		at--;
	label = str_slice(host, at, host.len);
	if (label.len == 0)
		return false;
	for (size_t i = 0; i < label.len; i++)
		if (!ascii_digit(label.ptr[i]))
			return ipv4_part(label, &value);
	return true;
}

static bool ipv4_parse(struct str host, struct ip *ip)
{
	uint64_t parts[4], address = 0;
	size_t n = 0, at = 0;

	while (at <= host.len) {
		size_t dot = str_find_byte(str_slice(host, at, host.len), '.');
		size_t end = dot == SIZE_MAX ? host.len : at + dot;

		if (n == 4 || !ipv4_part(str_slice(host, at, end), &parts[n++]))
			return false;
		at = end + 1;
	}
	for (size_t i = 0; i + 1 < n; i++) {
		if (parts[i] > 255)
			return false;
		address |= parts[i] << (24 - 8 * i);
	}
	if (parts[n - 1] >= UINT64_C(1) << (8 * (5 - n)))
		return false;
	*ip = ip_from_v4((uint32_t)(address | parts[n - 1]));
	return true;
}

static bool set_ip(struct arena *arena, const struct ip *ip, struct url *out)
{
	char text[IP_TEXT_MAX];
	char *copy = arena_dup(arena, str_from(ip_format(ip, text)));

	out->ip = *ip;
	out->host_is_ip = true;
	out->host = str_from(copy);
	return copy != NULL;
}

struct str url_percent_decode(struct arena *arena, struct str text)
{
	char *copy = arena_alloc_raw(arena, text.len + 1);
	size_t n = 0;

	if (!copy)
		return str_make(NULL, 0);
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '%' && i + 2 < text.len && hex_digit(text.ptr[i + 1]) >= 0 &&
			hex_digit(text.ptr[i + 2]) >= 0) {
			copy[n++] = (char)(hex_digit(text.ptr[i + 1]) << 4 |
				hex_digit(text.ptr[i + 2]));
			i += 2;
		} else {
			copy[n++] = text.ptr[i];
		}
	}
	copy[n] = '\0';
	return str_make(copy, n);
}

/* UTS 46 mapping and punycode; `host` is NUL-terminated. */
static struct str to_ascii(struct arena *arena, struct str host)
{
	char *ascii = NULL;
	struct str result = { NULL, 0 };
	int status;

	/* NOLINTNEXTLINE(*NonNullParamChecker): an empty host is ASCII and does not come here */
	if (memchr(host.ptr, '\0', host.len))
		return result;
	status = idn2_to_ascii_8z(host.ptr, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
	if (status == IDN2_MALLOC)
		arena_set_spent(arena); /* a host that rules do not see would pass for clean */
	if (status != IDN2_OK)
		return result;
	result = str_from(arena_dup(arena, str_from(ascii)));
	idn2_free(ascii);
	return result;
}

bool url_parse_host(struct arena *arena, struct str text, struct url *out)
{
	struct str host;
	struct ip ip;

	out->host = str_make(NULL, 0);
	out->host_is_ip = false;
	if (text.len == 0 || text.len > HOST_TEXT_MAX)
		return false;
	if (text.ptr[0] == '[') {
		return text.ptr[text.len - 1] == ']' &&
			ip_parse(str_slice(text, 1, text.len - 1), &ip) &&
			memchr(text.ptr, ':', text.len) && set_ip(arena, &ip, out);
	}
	host = url_percent_decode(arena, text);
	if (!bytes_are_ascii(host)) /* "xn--" labels are looked up as they stand, valid or not */
		host = to_ascii(arena, host);
	if (host.len == 0)
		return false;
	for (size_t i = 0; i < host.len; i++)
		if (host_forbidden((unsigned char)host.ptr[i]))
			return false;
	/* The memory is ours, made just now. */
	char *lower = (char *)(uintptr_t)host.ptr;
	for (size_t i = 0; i < host.len; i++)
		lower[i] = ascii_lower(lower[i]);
	struct str bare = host;
	if (bare.ptr[bare.len - 1] == '.')
		bare.len--;
	if (ends_in_number(bare))
		return ipv4_parse(bare, &ip) && set_ip(arena, &ip, out);
	out->host = host;
	return true;
}

/* Without blanks and controls at both ends, and without tabs and line ends anywhere. */
static struct str clean(struct arena *arena, struct str raw)
{
	char *copy;
	size_t n = 0;

	while (raw.len > 0 && (unsigned char)raw.ptr[0] <= ' ')
		raw = str_slice(raw, 1, raw.len);
	while (raw.len > 0 && (unsigned char)raw.ptr[raw.len - 1] <= ' ')
		raw.len--;
	if (raw.len == 0 || (!memchr(raw.ptr, '\n', raw.len) && !memchr(raw.ptr, '\t', raw.len) &&
		!memchr(raw.ptr, '\r', raw.len)))
		return raw;
	copy = arena_alloc_raw(arena, raw.len);
	if (!copy)
		return str_make(NULL, 0);
	for (size_t i = 0; i < raw.len; i++)
		if (raw.ptr[i] != '\n' && raw.ptr[i] != '\t' && raw.ptr[i] != '\r')
			copy[n++] = raw.ptr[i];
	return str_make(copy, n);
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

static bool unreserved(char c)
{
	return ascii_alpha(c) || ascii_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

static void add_encoded(struct buf *out, char c)
{
	static const char HEX[] = "0123456789ABCDEF";
	unsigned char byte = (unsigned char)c;
	char text[3] = { '%', HEX[byte >> 4], HEX[byte & 15] };

	buf_add(out, text, sizeof text);
}

/* One character of a path, query or fragment at `i`; returns the next index. */
static size_t add_char(struct buf *out, struct str text, size_t i)
{
	char c = text.ptr[i];

	if (c == '%' && i + 2 < text.len && hex_digit(text.ptr[i + 1]) >= 0 &&
		hex_digit(text.ptr[i + 2]) >= 0) {
		char decoded = (char)(hex_digit(text.ptr[i + 1]) << 4 | hex_digit(text.ptr[i + 2]));

		if (unreserved(decoded))
			buf_add_byte(out, decoded);
		else
			add_encoded(out, decoded);
		return i + 3;
	}
	if (c <= ' ' || c == 0x7F || c == '"' || c == '<' || c == '>') /* c is signed: 0x80.. too */
		add_encoded(out, c);
	else
		buf_add_byte(out, c);
	return i + 1;
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
			i = add_char(out, text, i);
			continue;
		}
		if (!drop_dots(out, start, segment))
			buf_add_byte(out, '/');
		segment = out->len;
		i++;
	}
	if (!out->failed)
		drop_dots(out, start, segment);
	while (i < text.len && !out->failed)
		i = add_char(out, text, i);
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

static bool parse_special(struct arena *arena, const struct scheme *scheme, struct str rest,
	struct url *out)
{
	struct buf text = { .arena = arena, .limit = URL_TEXT_MAX };
	struct str authority, user, host, port;
	bool opens;

	while (rest.len > 0 && (rest.ptr[0] == '/' || rest.ptr[0] == '\\'))
		rest = str_slice(rest, 1, rest.len);
	authority = str_make(rest.ptr, authority_length(rest));
	rest = str_slice(rest, authority.len, rest.len);
	opens = split_authority(authority, &user, &host, &port);
	opens = url_parse_host(arena, host, out) && opens;
	if (!opens) {
		out->host = str_make(NULL, 0);
		out->host_is_ip = false;
	}
	out->scheme = scheme->name;
	buf_reserve(&text, 16 + authority.len + rest.len < URL_TEXT_MAX ?
		16 + authority.len + rest.len : URL_TEXT_MAX);
	buf_add_str(&text, scheme->name);
	buf_add_cstr(&text, "://");
	for (size_t i = 0; i < user.len && !text.failed;) {
		if (user.ptr[i] == '@') {
			add_encoded(&text, '@'); /* only the last one ends it */
			i++;
		} else {
			i = add_char(&text, user, i);
		}
	}
	if (user.len > 0)
		buf_add_byte(&text, '@');
	if (out->host_is_ip && !ip_is_v4(&out->ip))
		buf_addf(&text, "[%.*s]", (int)out->host.len, out->host.ptr);
	else
		buf_add_str(&text, out->host.len > 0 ? out->host : host);
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
		for (size_t i = 0; i < at && !text.failed;)
			i = add_char(&text, address, i);
		buf_add_str(&text, out->host);
		rest = str_slice(rest, address.len, rest.len);
	}
	for (size_t i = 0; i < rest.len && !text.failed;)
		i = add_char(&text, rest, i);
	return rest.len + at > 0 && finish(&text, out);
}

/* A scheme we know nothing of: as it stands. */
static bool parse_opaque(struct arena *arena, struct str text, size_t scheme, struct url *out)
{
	struct buf copy = { .arena = arena, .limit = URL_TEXT_MAX };

	for (size_t i = 0; i <= scheme; i++)
		buf_add_byte(&copy, ascii_lower(text.ptr[i]));
	out->scheme = str_make(copy.ptr, copy.failed ? 0 : scheme);
	for (size_t i = scheme + 1; i < text.len && !copy.failed;)
		i = add_char(&copy, text, i);
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
	} else if (link.len > 0 && link.ptr[0] != '?') {
		while (end > path && base.ptr[end - 1] != '/' && base.ptr[end - 1] != '\\')
			end--;
	}
	buf_add_str(text, str_slice(base, 0, end));
	if (end == path && link.len > 0 && link.ptr[0] != '/' && link.ptr[0] != '\\')
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

		parsed = parse_special(arena, special_scheme(str_make(all.ptr, scheme)),
			str_slice(all, scheme + 1, all.len), out);
	}
	buf_free(&joined);
	return parsed;
}

/* Would a mail program make a link of "www.example.com/x" or "example.com"? */
static bool looks_like_host(struct str text)
{
	struct str host = str_make(text.ptr, authority_length(text));
	size_t colon = str_find_byte(host, ':');

	if (colon != SIZE_MAX)
		host.len = colon;
	if (str_find_byte(host, '.') == SIZE_MAX)
		return false;
	return str_starts_nocase(host, STR("www.")) || domain_has_suffix(host);
}

static bool is_slash(struct str text, size_t at)
{
	return text.len > at && (text.ptr[at] == '/' || text.ptr[at] == '\\');
}

bool url_parse(struct arena *arena, struct str raw, struct str base, struct url *out)
{
	const struct scheme *special;
	struct str text = clean(arena, raw);
	size_t scheme = scheme_length(text);

	memset(out, 0, sizeof *out);
	if (text.len == 0 || text.ptr[0] == '#')
		return false;
	if (scheme > 0) {
		struct str rest = str_slice(text, scheme + 1, text.len);

		special = special_scheme(str_make(text.ptr, scheme));
		if (special)
			return parse_special(arena, special, rest, out);
		if (str_equal_nocase(str_make(text.ptr, scheme), STR("mailto")))
			return parse_mailto(arena, rest, out);
		/* "www.example.com:8080/x" is a host and a port */
		if (!looks_like_host(text) || rest.len == 0 || !ascii_digit(rest.ptr[0]))
			return parse_opaque(arena, text, scheme, out);
		return parse_special(arena, &SPECIAL[0], text, out);
	}
	if (base.len > 0)
		return parse_relative(arena, text, base, out);
	if (is_slash(text, 0) && is_slash(text, 1))
		return parse_special(arena, &SPECIAL[0], text, out);
	if (str_find_byte(text, '@') != SIZE_MAX && str_find_byte(text, '/') == SIZE_MAX)
		return parse_mailto(arena, text, out);
	if (!looks_like_host(text))
		return false;
	return parse_special(arena, &SPECIAL[str_starts_nocase(text, STR("ftp.")) ? 2 : 0], text,
		out);
}
