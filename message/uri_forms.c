/* message/uri_forms: see uri_forms.h. */
#include "message/uri_forms.h"

#include <string.h>

#include "message/decode.h"

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

/* ---- the list ---- */

static int push(struct uri_forms *forms, struct str form)
{
	if (form.len > URI_LENGTH_MAX) {
		forms->cut = true;
		form.len = URI_LENGTH_MAX;
	}
	for (size_t i = 0; i < forms->n; i++)
		if (str_equal(forms->items[i], form))
			return 0;
	if (forms->n == forms->capacity) {
		size_t capacity = forms->capacity ? 2 * forms->capacity : 4;
		struct str *grown = arena_resize(forms->arena, forms->items,
			forms->capacity * sizeof *grown, capacity * sizeof *grown);

		if (!grown)
			return -1;
		forms->items = grown;
		forms->capacity = capacity;
	}
	forms->items[forms->n++] = form;
	return 0;
}

static int push_join(struct uri_forms *forms, struct str a, struct str b, struct str c)
{
	struct buf out = { .arena = forms->arena };

	if (!buf_reserve(&out, a.len + b.len + c.len + 1))
		return -1;
	buf_add_str(&out, a);
	buf_add_str(&out, b);
	buf_add_str(&out, c);
	return out.failed ? -1 : push(forms, buf_str(&out));
}

/* ---- percent-encoding, character references ---- */

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

/* Of an escape: printable ASCII is decoded, the rest stays. */
static bool decodable(int code)
{
	return code > 0x20 && code < 0x7f;
}

int uri_decode(struct arena *arena, struct str text, struct str *out)
{
	struct buf copy = { .arena = arena };

	*out = text;
	if (!has_escape(text))
		return 0;
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		if (is_escape(text, i)) {
			int code = hex_digit(text.ptr[i + 1]) << 4 | hex_digit(text.ptr[i + 2]);

			if (decodable(code))
				buf_add_byte(&copy, (char)code);
			else
				buf_add(&copy, text.ptr + i, 3);
			i += 2;
		} else if (c <= 0x20 || c >= 0x7f || c == '"' || c == '%' || c == '<' || c == '>') {
			buf_addf(&copy, "%%%02x", c);
		} else {
			buf_add_byte(&copy, (char)c);
		}
	}
	*out = buf_str(&copy);
	return copy.failed ? -1 : 0;
}

enum reference { REFERENCE_DECIMAL, REFERENCE_HEX, REFERENCE_DOT, REFERENCES };

static bool is_dot(unsigned code)
{
	return code == 0x2e || code == 0x3002 || code == 0xff0e || code == 0xff61;
}

/* "&#119;" at `at`, if it is of this kind and stands for printable ASCII or a dot: its length. */
static size_t reference(struct str text, size_t at, enum reference kind, char *out)
{
	struct str rest = str_slice(text, at, text.len);
	bool hex = rest.len > 2 && (rest.ptr[2] == 'x' || (kind == REFERENCE_DOT &&
		rest.ptr[2] == 'X'));
	size_t i = hex ? 3 : 2, first = i;
	unsigned code = 0;

	if (rest.len < 4 || rest.ptr[1] != '#' || (kind == REFERENCE_DECIMAL && hex) ||
		(kind == REFERENCE_HEX && !hex))
		return 0;
	for (; i < rest.len && hex_digit(rest.ptr[i]) >= 0 && (hex || ascii_digit(rest.ptr[i])); i++)
		if (code <= 0xffff)
			code = code * (hex ? 16 : 10) + (unsigned)hex_digit(rest.ptr[i]);
	if (i == first || i >= rest.len || rest.ptr[i] != ';')
		return 0;
	if (kind == REFERENCE_DOT ? !is_dot(code) : code < 0x21 || code > 0x7e)
		return 0;
	*out = kind == REFERENCE_DOT ? '.' : (char)code;
	return i + 1;
}

/* One kind after the other, as SpamAssassin does: the first may make more for the next. */
static int decode_references(struct arena *arena, struct str *text)
{
	for (int kind = 0; kind < REFERENCES && str_find(*text, STR("&#")) != SIZE_MAX; kind++) {
		struct buf copy = { .arena = arena };

		for (size_t i = 0; i < text->len; i++) {
			char c = text->ptr[i];
			size_t len = c == '&' ? reference(*text, i, (enum reference)kind, &c) : 0;

			buf_add_byte(&copy, c);
			i += len ? len - 1 : 0;
		}
		if (copy.failed)
			return -1;
		*text = buf_str(&copy);
	}
	return 0;
}

/* ---- steps ---- */

/* Without line ends, and what surrounds it. */
static int trimmed(struct arena *arena, struct str text, struct str *out)
{
	struct buf clean = { .arena = arena };

	if (find_any(text, "\r\n") == SIZE_MAX) {
		*out = str_trim(text);
		return 0;
	}
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] != '\n')
			buf_add_byte(&clean, text.ptr[i]);
	struct str line = str_trim(buf_str(&clean));
	struct buf bare = { .arena = arena };
	for (size_t i = 0; i < line.len; i++)
		if (line.ptr[i] != '\r')
			buf_add_byte(&bare, line.ptr[i]);
	*out = buf_str(&bare);
	return clean.failed || bare.failed ? -1 : 0;
}

static bool has_scheme(struct str text)
{
	size_t i = 0;

	while (i < text.len && (ascii_alpha(text.ptr[i]) || ascii_digit(text.ptr[i]) ||
		text.ptr[i] == '-' || text.ptr[i] == '_'))
		i++;
	return i > 0 && i < text.len && text.ptr[i] == ':';
}

/* "\" is "/" to some programs; "http:host", "http:/host" and "http://host" begin alike. */
static int plain_slashes(struct arena *arena, struct str uri, struct str *out)
{
	size_t scheme = str_starts_nocase(uri, STR("http:")) ? 5 :
		str_starts_nocase(uri, STR("https:")) ? 6 : 0, behind = scheme;
	struct buf text = { .arena = arena };

	*out = uri;
	for (int i = 0; scheme && i < 2 && behind < uri.len && (uri.ptr[behind] == '/' ||
		uri.ptr[behind] == '\\'); i++)
		behind++;
	if (str_find_byte(uri, '\\') == SIZE_MAX && (!scheme || behind == scheme + 2))
		return 0;
	if (!buf_reserve(&text, uri.len + 2))
		return -1;
	buf_add_str(&text, str_slice(uri, 0, scheme));
	if (scheme)
		buf_add_cstr(&text, "//");
	for (size_t i = scheme ? behind : 0; i < uri.len; i++)
		buf_add_byte(&text, uri.ptr[i] == '\\' ? '/' : uri.ptr[i]);
	*out = buf_str(&text);
	return text.failed ? -1 : 0;
}

/* The form with everything plain that could hide something. */
static int plain_form(struct arena *arena, struct str uri, struct str *out)
{
	struct buf text = { .arena = arena };
	size_t begin, at;

	if (plain_slashes(arena, uri, out) < 0 || uri_decode(arena, *out, out) < 0)
		return -1;
	begin = http_scheme(*out);
	at = begin ? find_any(str_slice(*out, begin, out->len), "/?#") : SIZE_MAX;
	if (!has_scheme(*out)) {
		buf_add_cstr(&text, str_equal(str_slice(*out, 0, 4), STR("ftp.")) ? "ftp://" :
			"http://");
		buf_add_str(&text, *out);
		*out = buf_str(&text);
		begin = http_scheme(*out);
		at = begin ? find_any(str_slice(*out, begin, out->len), "/?#") : SIZE_MAX;
		text = (struct buf){ .arena = arena, .failed = text.failed };
	}
	if (at != SIZE_MAX && at > 0 && out->ptr[begin + at] != '/') {
		buf_add_str(&text, str_slice(*out, 0, begin + at));
		buf_add_byte(&text, '/');
		buf_add_str(&text, str_slice(*out, begin + at, out->len));
		*out = buf_str(&text);
	}
	return text.failed ? -1 : decode_references(arena, out);
}

/* Where the user, the host and the rest of an http URL stand. */
struct parts {
	struct str scheme, user, host, rest;
	struct str port;     /* its digits; empty: the scheme's own */
	bool default_port;
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
	if (at != SIZE_MAX && (at + 1 == authority.len || authority.ptr[at + 1] == ':'))
		at = SIZE_MAX; /* no host would be left behind it */
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

/* ---- addresses ---- */

/* One of four, as SpamAssassin writes it: decimal, without leading zeros (of 0 nothing is left),
 * not bounded. False: it is none. */
static bool octet(struct str text, struct buf *out)
{
	bool hex = str_starts_nocase(text, STR("0x")) && text.len > 2;
	uint64_t value = 0;
	size_t at = 0, octal;

	for (size_t i = hex ? 2 : 0; i < text.len; i++) {
		int digit = hex_digit(text.ptr[i]);

		if (digit < 0 || (!hex && digit > 9))
			return false;
		if (value < UINT64_C(1) << 59)
			value = value * (hex ? 16 : 10) + (unsigned)digit;
	}
	if (hex) {
		if (value)
			buf_addf(out, "%llu", (unsigned long long)value);
		return true;
	}
	while (at < text.len && text.ptr[at] == '0')
		at++;
	octal = text.len - at;
	text = str_slice(text, at, text.len);
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] > '7')
			octal = 0;
	if (at > 0 && octal > 0 && octal <= (text.ptr[0] <= '3' ? 3 : 2)) {
		value = 0;
		for (size_t i = 0; i < text.len; i++)
			value = value * 8 + (unsigned)(text.ptr[i] - '0');
		buf_addf(out, "%u", (unsigned)value);
	} else {
		buf_add_str(out, text);
	}
	return text.len > 0 || at > 0;
}

static int push_quad(struct uri_forms *forms, const struct parts *parts, bool *is)
{
	struct str host = parts->host;
	struct buf text = { .arena = forms->arena }, whole = { .arena = forms->arena };
	size_t n = 0;

	*is = false;
	for (;; n++) {
		size_t dot = str_find_byte(host, '.'), before = text.len;

		if (n == 4 || !octet(str_slice(host, 0, dot), &text))
			return text.failed ? -1 : 0;
		/* a browser's form, where nothing is left of a zero */
		buf_add_str(&whole, text.len == before ? STR("0") :
			str_slice(buf_str(&text), before, text.len));
		if (dot == SIZE_MAX)
			break;
		buf_add_byte(&text, '.');
		buf_add_byte(&whole, '.');
		host = str_slice(host, dot + 1, host.len);
	}
	if (n != 3)
		return 0;
	*is = true;
	return text.failed || whole.failed || push_join(forms, parts->scheme, buf_str(&text),
		parts->rest) < 0 ? -1 : push_join(forms, parts->scheme, buf_str(&whole), parts->rest);
}

/* "0x7f000001", of which the last eight digits count, and "2130706433", of which the first do. */
static int push_number(struct uri_forms *forms, const struct parts *parts, bool *is)
{
	struct str digits = parts->host;
	bool hex = str_starts_nocase(digits, STR("0x")) && digits.len > 2;
	struct buf text = { .arena = forms->arena };
	uint64_t value = 0;

	*is = digits.len > 0;
	for (size_t i = hex ? 2 : 0; i < digits.len && *is; i++) {
		int digit = hex_digit(digits.ptr[i]);

		*is = digit >= 0 && (hex || digit <= 9);
		if (hex)
			value = (value << 4 | (unsigned)digit) & UINT32_MAX;
		else if (value > (UINT64_MAX - 9) / 10)
			value = UINT64_MAX;
		else
			value = value * 10 + (unsigned)digit;
	}
	if (!*is)
		return 0;
	while (value > UINT32_MAX)
		value >>= 4;
	buf_addf(&text, "%u.%u.%u.%u", (unsigned)(value >> 24), (unsigned)(value >> 16 & 255),
		(unsigned)(value >> 8 & 255), (unsigned)(value & 255));
	return text.failed ? -1 : push_join(forms, parts->scheme, buf_str(&text), parts->rest);
}

/* "http://foobar/" opens www.foobar.com in Firefox. */
static int push_dot_com(struct uri_forms *forms, const struct parts *parts, struct str name)
{
	struct buf text = { .arena = forms->arena };
	struct str whole = name;

	if (str_starts_nocase(name, STR("www.")) && name.len > 4)
		name = str_slice(name, 4, name.len);
	if (name.len == 0 || str_find_byte(name, '.') != SIZE_MAX || parts->user.len ||
		!(parts->port.len == 0 || str_equal(parts->port, STR("80"))) ||
		!str_equal(parts->scheme, STR("http://")) || str_equal(name, STR("localhost")) ||
		uri_known_end(forms->arena, whole))
		return 0;
	buf_add_cstr(&text, "www.");
	buf_add_str(&text, name);
	buf_add_cstr(&text, ".com");
	return text.failed ? -1 : push_join(forms, parts->scheme, buf_str(&text), parts->rest);
}

/* ---- hosts ---- */

static int push_without_port(struct uri_forms *forms, const struct parts *parts)
{
	struct str port = str_equal(parts->scheme, STR("http://")) ? STR("80") : STR("443");

	if (!str_equal(parts->port, port) || (parts->rest.len > port.len + 1 &&
		parts->rest.ptr[port.len + 1] == '_'))
		return 0;
	return push_join(forms, parts->scheme, parts->host,
		str_slice(parts->rest, port.len + 1, parts->rest.len));
}

static int push_host(struct uri_forms *forms, const struct parts *parts)
{
	return push_join(forms, parts->scheme, parts->host, parts->rest);
}

/* Without blanks and controls, which browsers pass over. */
static int push_unspaced_host(struct uri_forms *forms, struct parts *parts)
{
	struct buf text = { .arena = forms->arena };
	size_t i = 0;

	while (i < parts->host.len && (unsigned char)parts->host.ptr[i] > ' ')
		i++;
	if (i == parts->host.len)
		return 0;
	for (i = 0; i < parts->host.len; i++)
		if ((unsigned char)parts->host.ptr[i] > ' ')
			buf_add_byte(&text, parts->host.ptr[i]);
	parts->host = buf_str(&text);
	return text.failed ? -1 : push_host(forms, parts);
}

/* Without what a sentence puts behind the host; nothing where it ends in a letter or digit. */
static int push_bare(struct uri_forms *forms, struct parts *parts)
{
	size_t end = parts->host.len;

	while (end > 0 && !ascii_alpha(parts->host.ptr[end - 1]) &&
		!ascii_digit(parts->host.ptr[end - 1]))
		end--;
	if (end == parts->host.len)
		return 0;
	parts->host.len = end;
	return push_host(forms, parts);
}

/* The host in punycode, and without what a program passes over. */
static int push_hosts(struct uri_forms *forms, struct parts *parts)
{
	struct str name = uri_ascii(forms->arena, parts->host);
	size_t sign;
	bool is;

	if (!name.ptr || push_without_port(forms, parts) < 0)
		return -1;
	if (!str_equal_nocase(name, parts->host)) {
		struct parts written = *parts; /* other letters may follow the name in a text */

		parts->host = name;
		if (push_bare(forms, &written) < 0 || push_host(forms, parts) < 0 ||
			push_without_port(forms, parts) < 0)
			return -1;
	}
	if (push_unspaced_host(forms, parts) < 0)
		return -1;
	sign = str_find_byte(parts->host, '@');
	if (sign != SIZE_MAX && sign > 0) {
		parts->host = str_slice(parts->host, sign + 1, parts->host.len);
		if (push_host(forms, parts) < 0)
			return -1;
	}
	if (push_bare(forms, parts) < 0)
		return -1;
	if (push_quad(forms, parts, &is) < 0 || (!is && push_number(forms, parts, &is) < 0))
		return -1;
	return is ? 0 : push_dot_com(forms, parts, name);
}

/* ---- redirectors ---- */

/* The target in "/?u=http:..."; empty when there is none. */
static struct str next_http(struct str rest)
{
	for (;;) {
		size_t at = str_find_nocase(rest, STR("http"));
		struct str target;
		size_t colon = 4;

		if (at == SIZE_MAX)
			return str_make(NULL, 0);
		target = str_slice(rest, at, rest.len);
		rest = str_slice(target, 4, target.len);
		if (colon < target.len && ascii_lower(target.ptr[colon]) == 's')
			colon++;
		if (colon >= target.len || target.ptr[colon] != ':')
			continue;
		target = str_slice(target, 0, find_any(target, "&#"));
		if (target.len > colon + 1)
			return str_find_byte(target, '.') == SIZE_MAX ? str_make(NULL, 0) : target;
	}
}

static int redirect_target(struct uri_forms *forms, const struct parts *parts, struct str *out)
{
	struct buf text = { .arena = forms->arena };

	*out = str_make(NULL, 0);
	if (forms->redirector) {
		buf_add_str(&text, parts->scheme);
		buf_add_str(&text, parts->host);
		buf_add_str(&text, parts->rest);
		if (text.failed || forms->redirector->find(forms->redirector->set, buf_str(&text),
			out) < 0)
			return -1;
		if (out->len > 0)
			return 0;
	}
	*out = next_http(parts->rest);
	return 0;
}

/* ---- mail addresses ---- */

static bool is_mail(struct str uri)
{
	return str_starts_nocase(uri, STR("mailto:")) ||
		str_find_byte(uri, '@') < str_find_byte(uri, ':');
}

/* "%20name@host%20": without the blanks. */
static int push_unspaced(struct uri_forms *forms, struct str uri)
{
	size_t sign, end;

	if (str_find(uri, STR("%20")) == SIZE_MAX)
		return 0;
	if (str_equal(str_slice(uri, 0, 7), STR("mailto:")))
		uri = str_slice(uri, 7, uri.len);
	while (uri.len > 3 && str_equal(str_slice(uri, 0, 3), STR("%20")) && uri.ptr[3] != '@')
		uri = str_slice(uri, 3, uri.len);
	sign = str_find_byte(uri, '@');
	if (sign == SIZE_MAX || sign == 0)
		return 0;
	end = find_any(str_slice(uri, sign + 1, uri.len), "?&%");
	if (end == 0 || sign + 1 == uri.len)
		return 0;
	return push_join(forms, STR("mailto:"), str_slice(uri, 0, end == SIZE_MAX ? uri.len :
		sign + 1 + end), STR(""));
}

/* "Name <name@host>": what is in the last such brackets before any "?" or "&". */
static int push_bracketed(struct uri_forms *forms, struct str uri)
{
	size_t last = find_any(uri, "?&"), sign = SIZE_MAX, close = SIZE_MAX;

	for (size_t i = uri.len; i > 0;) {
		i--;
		if (uri.ptr[i] == '@')
			sign = i; /* the nearest one on the right */
		if (uri.ptr[i] == '>')
			close = i;
		if (i < last && uri.ptr[i] == '<' && sign != SIZE_MAX && sign > i + 1 &&
			close != SIZE_MAX && close > sign + 1)
			return push_join(forms, STR("mailto:"), str_slice(uri, i + 1, close), STR(""));
	}
	return 0;
}

/* An address is kept without "?subject=" and what else programs leave out. */
static int push_mail(struct uri_forms *forms, struct str uri)
{
	size_t sign = str_find_byte(uri, '@'), end;

	if (sign != SIZE_MAX && sign > 0) {
		end = str_find_byte(str_slice(uri, sign + 1, uri.len), '?');
		if (end != SIZE_MAX && end > 0 &&
			push(forms, str_slice(uri, 0, sign + 1 + end)) < 0)
			return -1;
		end = find_any(str_slice(uri, sign + 1, uri.len), "?&");
		if (end != SIZE_MAX && end > 0 && uri.ptr[sign + 1 + end] == '&' &&
			push(forms, str_slice(uri, 0, sign + 1 + end)) < 0)
			return -1;
	}
	return push_unspaced(forms, uri) < 0 ? -1 : push_bracketed(forms, uri);
}

int uri_forms(struct uri_forms *forms, struct str uri)
{
	for (int i = 0; i < URI_NESTED_MAX; i++) {
		struct str plain;
		struct parts parts;

		if (trimmed(forms->arena, uri, &uri) < 0)
			return -1;
		forms->bytes += uri.len;
		if (push(forms, uri) < 0)
			return -1;
		uri = str_slice(uri, 0, URI_LENGTH_MAX);
		if (uri.len <= 1 || str_find_byte(STR("#?&"), uri.ptr[0]) != SIZE_MAX ||
			(uri.ptr[0] == '/' && uri.ptr[1] != '/'))
			return 0;
		if (is_mail(uri))
			return push_mail(forms, uri);
		if (plain_form(forms->arena, uri, &plain) < 0 || push(forms, plain) < 0)
			return -1;
		if (!split(plain, &parts))
			return 0;
		if (redirect_target(forms, &parts, &uri) < 0 || push_hosts(forms, &parts) < 0)
			return -1;
		if (uri.len == 0)
			return 0;
	}
	return 0;
}
