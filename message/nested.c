/* message/nested: see nested.h.
 *
 * The part behind the host is cut into pieces: the path, each parameter, each of the fragment. A
 * piece is searched as it stands, then with its percent-encoding undone, up to three times; what
 * was found as it stands has a place of its own, else the piece is its place. Most URLs have
 * nothing to search: a few looks for the bytes that all this needs come first.
 */
#include "message/nested.h"

#include <string.h>

#include "message/decode.h"
#include "message/nested_forms.h"
#include "message/url_find.h"

enum { ROUNDS = 3 };

struct finder {
	struct arena *arena;
	struct str url, host, path;
	struct nested_list *out;
	bool base64;       /* there is "http" in base64 somewhere */
	bool failed;
};

static void add(struct finder *finder, struct str place, struct str raw)
{
	struct nested_list *out = finder->out;

	if (out->n == NESTED_MAX || raw.len == 0)
		return;
	out->items[out->n++] = (struct nested){ (size_t)(place.ptr - finder->url.ptr), place.len, raw };
}

/* ---- decoding ---- */

/* Percent-encoding undone once; false when there is none. */
static bool undo_percent(struct finder *finder, struct str *text)
{
	size_t first = str_find_byte(*text, '%'), n = first;
	char *copy;

	if (first == SIZE_MAX)
		return false;
	copy = arena_alloc_raw(finder->arena, text->len);
	if (!copy) {
		finder->failed = true;
		return false;
	}
	memcpy(copy, text->ptr, first);
	for (size_t i = first; i < text->len; i++) {
		int high = -1, low = -1;

		if (text->ptr[i] == '%' && i + 2 < text->len) {
			high = hex_digit(text->ptr[i + 1]);
			low = hex_digit(text->ptr[i + 2]);
		}
		if (high >= 0 && low >= 0)
			i += 2;
		copy[n++] = high >= 0 && low >= 0 ? (char)(high << 4 | low) : text->ptr[i];
	}
	if (n == text->len)
		return false;
	*text = str_make(copy, n);
	return true;
}

/* The bytes of base64 at the start of `text` (also of its URL form), up to anything else. */
static struct str undo_base64(struct finder *finder, struct str *text)
{
	struct base64_state state = {0};
	size_t n = 0;
	char *copy, *out;

	while (n < text->len && (ascii_alpha(text->ptr[n]) || ascii_digit(text->ptr[n]) ||
		strchr("+-_", text->ptr[n])))
		n++;
	*text = str_slice(*text, 0, n);
	copy = arena_alloc_raw(finder->arena, n + 1);
	out = arena_alloc_raw(finder->arena, BASE64_ROOM(n) + 2);
	if (!copy || !out) {
		finder->failed = true;
		return str_make(NULL, 0);
	}
	for (size_t i = 0; i < n; i++)
		copy[i] = text->ptr[i] == '-' ? '+' : text->ptr[i] == '_' ? '/' : text->ptr[i];
	n = base64_decode(&state, str_make(copy, n), out);
	n += base64_finish(&state, out + n);
	return str_make(out, n);
}

/* ---- URLs in a piece ---- */

/* Behind "data:": is it a document? Many names of other things end in "data". */
static bool is_document(struct str rest)
{
	return str_starts_nocase(rest, STR("text/")) || str_starts_nocase(rest, STR("image/svg")) ||
		str_starts_nocase(rest, STR(";base64,")) || str_starts_nocase(rest, STR("application/x"));
}

/* The scheme that ends at `colon`, as its length; 0: none that we look for. */
static size_t scheme_before(struct str text, size_t from, size_t colon)
{
	static const struct str SCHEMES[] = { { "https", 5 }, { "http", 4 }, { "ftp", 3 },
		{ "data", 4 } };

	for (size_t i = 0; i < sizeof SCHEMES / sizeof *SCHEMES; i++) {
		size_t len = SCHEMES[i].len;

		if (colon - from >= len && str_equal_nocase(str_make(text.ptr + colon - len, len),
			SCHEMES[i]))
			return len;
	}
	return 0;
}

static bool is_slash(char c)
{
	return c == '/' || c == '\\';
}

/* The next URL of `text` from *at on, and *at behind it. One slash is enough: servers fold them. */
static bool next_url(struct str text, size_t *at, struct str *url)
{
	size_t from = *at;

	for (;;) {
		size_t colon = str_find_byte(str_slice(text, *at, text.len), ':'), scheme, end;

		if (colon == SIZE_MAX)
			return false;
		colon += *at;
		*at = colon + 1;
		scheme = scheme_before(text, from, colon);
		end = colon + 1;
		while (end < text.len && is_slash(text.ptr[end]))
			end++;
		if (scheme == 4 && ascii_lower(text.ptr[colon - 4]) == 'd') {
			if (!is_document(str_slice(text, colon + 1, text.len)))
				continue;
			*url = str_slice(text, colon - scheme, text.len);
			*at = text.len;
			return true;
		}
		if (scheme == 0 || end == colon + 1 || end == text.len)
			continue;
		/* a host has no comma, but a list of URLs */
		end = str_until(text, end, " \t\r\n\"'`<>|,;/\\?#");
		if (end < text.len && text.ptr[end] != ',' && text.ptr[end] != ';')
			end = str_until(text, end, " \t\r\n\"'`<>|");
		*url = str_slice(text, colon - scheme, end);
		*at = end;
		return true;
	}
}

/* All URLs of a text that stands at `place`; whether there were any. */
static bool find_urls(struct finder *finder, struct str place, struct str text)
{
	struct str url;
	size_t at = 0, before = finder->out->n;

	while (finder->out->n < NESTED_MAX && next_url(text, &at, &url))
		add(finder, place.ptr == text.ptr ? url : place, url);
	return finder->out->n > before;
}

static void find_with_percent(struct finder *finder, struct str place, struct str text)
{
	for (int round = 0; round <= ROUNDS; round++)
		if (find_urls(finder, place, text) || !undo_percent(finder, &text))
			return;
}

/* "http" in base64 at each of the three places within a quantum: the offset of the quantum of the
 * first. All have an 'H' but that of "HTTP", which is looked for last. */
static size_t find_base64(struct str text, size_t from)
{
	static const struct { struct str text; size_t h, before; } FORMS[] = {
		{ { "aHR0c", 5 }, 1, 0 }, { { "SHR0c", 5 }, 1, 0 }, { { "odHRw", 5 }, 2, 3 },
		{ { "h0dHA6", 6 }, 3, 2 }, { { "h0dHBz", 6 }, 3, 2 }
	};
	size_t at = from, h;

	while ((h = str_find_byte(str_slice(text, at, text.len), 'H')) != SIZE_MAX) {
		h += at;
		at = h + 1;
		for (size_t i = 0; i < sizeof FORMS / sizeof *FORMS; i++) {
			size_t before = FORMS[i].h + FORMS[i].before;

			if (h - from >= before && str_equal(FORMS[i].text, str_slice(text, h - FORMS[i].h,
				h - FORMS[i].h + FORMS[i].text.len)))
				return h - before;
		}
	}
	at = str_find(str_slice(text, from, text.len), STR("SFRUU"));
	return at == SIZE_MAX ? SIZE_MAX : from + at;
}

static void find_encoded(struct finder *finder, struct str place, struct str text)
{
	size_t at = 0;

	/* a quarter of the list's room is enough; each look may read all of the text */
	for (int i = 0; i < NESTED_MAX && finder->out->n < NESTED_MAX; i++) {
		struct str code, plain;

		at = find_base64(text, at);
		if (at == SIZE_MAX)
			return;
		code = str_slice(text, at, text.len);
		plain = undo_base64(finder, &code);
		at += code.len > 0 ? code.len : 1;
		if (place.ptr == text.ptr)
			find_with_percent(finder, code, plain);
		else
			find_with_percent(finder, place, plain);
	}
}

static void read_piece(struct finder *finder, struct str piece)
{
	size_t before = finder->out->n;

	find_with_percent(finder, piece, piece);
	if (finder->base64 && finder->out->n == before)
		find_encoded(finder, piece, piece);
}

/* ---- parameters ---- */

/* A target without scheme: "//host", or "host/path" to which slashes are given. */
static bool add_bare(struct finder *finder, struct str place, struct str text)
{
	struct str host;
	char *copy;
	size_t slashes = 0;

	text = str_trim(text);
	if (str_starts_nocase(text, STR("http:")) || str_starts_nocase(text, STR("https:")))
		text = str_slice(text, str_find_byte(text, ':') + 1, text.len);
	while (slashes < text.len && is_slash(text.ptr[slashes]))
		slashes++;
	host = str_slice(text, slashes, text.len);
	if (slashes == 1 || !nested_is_host(host))
		return false;
	if (slashes == 2) {
		add(finder, place, text);
		return true;
	}
	copy = arena_alloc_raw(finder->arena, host.len + 2);
	if (!copy) {
		finder->failed = true;
		return false;
	}
	memcpy(copy, "//", 2);
	/* NOLINTNEXTLINE(*NonNullParamChecker): a host has at least one byte */
	memcpy(copy + 2, host.ptr, host.len);
	add(finder, place, str_make(copy, host.len + 2));
	return true;
}

/* A host in base64 has a dot when that is undone. */
static void read_token(struct finder *finder, struct str value)
{
	enum { SHORTEST = 8, LONGEST = 400 };
	struct str code = value, plain;

	if (value.len < SHORTEST || value.len > LONGEST)
		return;
	plain = undo_base64(finder, &code);
	for (size_t i = 0; i < plain.len; i++)
		if (plain.ptr[i] < ' ' || plain.ptr[i] == 0x7F) /* from 0x80 on, too */
			return;
	if (code.len == value.len || str_find(str_slice(value, code.len, value.len), STR("%3D")) == 0 ||
		value.ptr[code.len] == '=')
		add_bare(finder, value, plain);
}

static void read_target(struct finder *finder, struct str value)
{
	struct str text = value;

	for (int round = 0; round <= ROUNDS; round++) {
		if (add_bare(finder, value, text))
			return;
		if (!undo_percent(finder, &text))
			break;
	}
	if (str_find_byte(value, '.') == SIZE_MAX)
		read_token(finder, value);
}

/* "http-3A__host_path" */
static void read_dashed(struct finder *finder, struct str value)
{
	char *copy = arena_alloc_raw(finder->arena, value.len);

	if (!copy) {
		finder->failed = true;
		return;
	}
	for (size_t i = 0; i < value.len; i++)
		copy[i] = value.ptr[i] == '-' ? '%' : value.ptr[i] == '_' ? '/' : value.ptr[i];
	find_with_percent(finder, value, str_make(copy, value.len));
}

/* The links of a text that a mail will have. */
static void read_words(struct finder *finder, struct str value)
{
	struct str text = value;
	struct url_finder words;
	struct url_found found;

	undo_percent(finder, &text);
	words = url_find_begin(NULL, text);
	while (finder->out->n < NESTED_MAX && url_find_next(&words, &found))
		if (str_find_byte(found.link, '@') == SIZE_MAX ||
			str_find(found.link, STR("://")) != SIZE_MAX)
			add(finder, text.ptr == value.ptr ? found.link : value, found.link);
}

static void read_parameter(struct finder *finder, struct str text, bool mail)
{
	size_t before = finder->out->n, sign = str_find_byte(text, '='), start;
	struct str name, value;

	if (sign != SIZE_MAX) {
		for (start = sign; start > 0 && (ascii_alpha(text.ptr[start - 1]) ||
			ascii_digit(text.ptr[start - 1]) || strchr("_-", text.ptr[start - 1]));)
			start--;
		name = str_slice(text, start, sign);
		value = str_slice(text, sign + 1, text.len);
		if (mail && (str_equal_nocase(name, STR("body")) ||
			str_equal_nocase(name, STR("subject")))) {
			read_words(finder, value);
		} else if (value.len > 3 && nested_leads(name, finder->host, finder->path)) {
			if (nested_is_dashed(finder->host, finder->path))
				read_dashed(finder, value);
			if (finder->out->n == before)
				read_target(finder, value);
		}
	}
	if (finder->out->n == before)
		read_piece(finder, text);
}

/* ---- pieces ---- */

/* "a=1&b=2" */
static void read_parameters(struct finder *finder, struct str text, bool mail)
{
	for (size_t at = 0; at < text.len && finder->out->n < NESTED_MAX;) {
		size_t end = str_find_byte(str_slice(text, at, text.len), '&');

		end = end == SIZE_MAX ? text.len : at + end;
		read_parameter(finder, str_slice(text, at, end), mail);
		at = end + 1;
	}
}

static void read_path(struct finder *finder, struct str rest)
{
	struct str url, target;
	size_t at = 0;

	/* what stands plainly in the path goes on to the end */
	if (next_url(finder->path, &at, &url)) {
		url.len = rest.len - (size_t)(url.ptr - rest.ptr);
		add(finder, url, url);
		return;
	}
	at = nested_in_path(finder->host, finder->path);
	target = str_slice(rest, at, rest.len);
	if (at == 0 || !add_bare(finder, target, target))
		read_piece(finder, finder->path);
}

/* "my--shop-example.translate.goog": a dot is a hyphen, a hyphen is two. */
static void read_host(struct finder *finder, struct str rest)
{
	size_t len = nested_in_host(finder->host), n = 2;
	size_t at = str_find(finder->url, finder->host);
	char *copy;

	if (len == 0 || at == SIZE_MAX)
		return;
	copy = arena_alloc_raw(finder->arena, 2 + len + rest.len);
	if (!copy) {
		finder->failed = true;
		return;
	}
	memcpy(copy, "//", 2);
	for (size_t i = 0; i < len; i++) {
		bool hyphen = finder->host.ptr[i] == '-';
		bool two = hyphen && i + 1 < len && finder->host.ptr[i + 1] == '-';

		copy[n++] = hyphen && !two ? '.' : finder->host.ptr[i];
		i += two;
	}
	if (rest.len > 0)
		memcpy(copy + n, rest.ptr, rest.len);
	add(finder, str_slice(finder->url, at, at + len), str_make(copy, n + rest.len));
}

/* "view-source:http://...", "feed://host/", "mailto:...?body=": no host of its own. */
static void read_opaque(struct finder *finder, struct str scheme, struct str rest)
{
	size_t query = str_until(rest, 0, "?");

	if (str_equal(scheme, STR("mailto"))) {
		read_parameters(finder, str_slice(rest, query, rest.len), true);
	} else if (str_equal(scheme, STR("data"))) {
		return; /* nested_read() */
	} else if (nested_is_prefix(scheme) && str_starts_nocase(rest, STR("//")) &&
		nested_is_host(str_slice(rest, 2, rest.len))) {
		add(finder, rest, rest);
	} else {
		struct str url;
		size_t at = 0;

		while (finder->out->n < NESTED_MAX && next_url(rest, &at, &url))
			add(finder, url, url);
		if (finder->out->n == 0)
			read_parameters(finder, rest, false);
	}
}

/* Is there anything in it that a link needs? One pass; most URLs end here. */
static bool may_hold(struct finder *finder, struct str rest)
{
	enum { MARK = 1, H = 2, F = 4, CODE = H | F, SHORTEST = 8 };
	static const unsigned char CLASS[256] = {
		[':'] = MARK, ['%'] = MARK, ['='] = MARK, ['H'] = H, ['F'] = F
	};
	unsigned seen = 0;

	for (size_t i = 0; i < rest.len; i++)
		seen |= CLASS[(unsigned char)rest.ptr[i]];
	if (seen & CODE && rest.len > SHORTEST)
		finder->base64 = find_base64(rest, 0) != SIZE_MAX;
	return finder->base64 || seen & MARK || nested_in_path(finder->host, finder->path) > 0;
}

/* The first of two bytes, from `at` on; the end if there is none. */
static size_t first_of(struct str text, size_t at, char one, char other)
{
	while (at < text.len && text.ptr[at] != one && text.ptr[at] != other)
		at++;
	return at;
}

int nested_find(struct arena *arena, struct str url, struct str host, struct nested_list *out)
{
	struct finder finder = { .arena = arena, .url = url, .host = host, .out = out };
	size_t scheme = str_find_byte(url, ':'), query, fragment;
	struct str rest;
	bool opaque;

	out->n = 0;
	if (scheme == SIZE_MAX)
		return 0;
	opaque = host.len == 0 || str_starts_nocase(url, STR("mailto:"));
	rest = str_slice(url, scheme + 1, url.len);
	if (!opaque) {
		size_t at = first_of(rest, 2, '/', '/'); /* an URL with a host has a path */

		rest = str_slice(rest, at, rest.len);
	}
	query = first_of(rest, 0, '?', '#');
	finder.path = str_slice(rest, 0, query);
	if (!opaque && nested_in_host(host) > 0)
		read_host(&finder, rest);
	if (!may_hold(&finder, rest) && !opaque)
		return finder.failed ? -1 : 0;
	if (opaque) {
		read_opaque(&finder, str_slice(url, 0, scheme), rest);
		return finder.failed ? -1 : 0;
	}
	fragment = first_of(rest, query, '#', '#');
	read_path(&finder, rest);
	if (out->n == 0 || out->items[out->n - 1].at + out->items[out->n - 1].len < url.len) {
		read_parameters(&finder, str_slice(rest, query, fragment), false);
		read_parameters(&finder, str_slice(rest, fragment, rest.len), false);
	}
	return finder.failed ? -1 : 0;
}

/* ---- data: documents ---- */

/* HTML, also as XML; plain text, which is what no type means. */
static bool is_text(struct str type, bool *html)
{
	static const struct { struct str name; bool html; } TYPES[] = {
		{ { "text/html", 9 }, true }, { { "image/svg+xml", 13 }, true },
		{ { "application/xhtml+xml", 21 }, true }, { { "text/xml", 8 }, true },
		{ { "application/xml", 15 }, true }, { { "text/", 5 }, false }
	};

	type = str_trim(type);
	*html = false;
	for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++) {
		if (!str_starts_nocase(type, TYPES[i].name))
			continue;
		*html = TYPES[i].html;
		return true;
	}
	return type.len == 0 || type.ptr[0] == ';';
}

int nested_read(struct arena *arena, struct str raw, struct str url, struct nested_document *out)
{
	struct finder finder = { .arena = arena };
	size_t start = str_find_byte(raw, ':'), comma = str_find_byte(raw, ',');
	struct str type, text;
	bool base64;

	*out = (struct nested_document){ 0, 0, { NULL, 0 }, false };
	if (!str_starts_nocase(url, STR("data:")) || start == SIZE_MAX || comma == SIZE_MAX ||
		comma < start || comma + 1 == raw.len)
		return 0;
	type = str_slice(raw, start + 1, comma);
	if (str_find_byte(type, '%') != SIZE_MAX)
		undo_percent(&finder, &type);
	if (!is_text(type, &out->html))
		return 0;
	text = str_slice(raw, comma + 1, raw.len);
	undo_percent(&finder, &text);
	base64 = str_find_nocase(type, STR("base64")) != SIZE_MAX;
	if (base64) {
		struct base64_state state = {0};
		char *copy = arena_alloc_raw(arena, BASE64_ROOM(text.len) + 2);
		size_t n;

		if (!copy)
			return -1;
		n = base64_decode(&state, text, copy);
		n += base64_finish(&state, copy + n);
		text = str_make(copy, n);
	}
	comma = str_find_byte(url, ',');
	out->at = comma == SIZE_MAX ? 0 : comma + 1;
	out->len = url.len - out->at;
	out->text = text;
	return finder.failed ? -1 : 0;
}
