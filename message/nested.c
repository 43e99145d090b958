/* message/nested: see nested.h.
 *
 * The part behind the host is cut into pieces: the path, each parameter's value, the fragment. A
 * piece is searched as it stands, then with its percent-encoding undone, up to three times; what
 * was found as it stands has a place of its own, else the piece is its place.
 */
#include "message/nested.h"

#include <string.h>

#include "message/decode.h"

enum { ROUNDS = 3 };

struct finder {
	struct arena *arena;
	struct str url;
	struct nested_list *out;
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

/* ---- URLs in a piece ---- */

/* The scheme that ends at `colon`, as its length; 0: none that we look for. */
static size_t scheme_before(struct str text, size_t from, size_t colon)
{
	static const struct str SCHEMES[] = { { "https", 5 }, { "http", 4 }, { "ftp", 3 } };

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

/* All URLs of a piece that stands at `place`; whether there were any. */
static bool find_urls(struct finder *finder, struct str place, struct str text)
{
	struct str url;
	size_t at = 0, before = finder->out->n;

	while (finder->out->n < NESTED_MAX && next_url(text, &at, &url))
		add(finder, place.ptr == text.ptr ? url : place, url);
	return finder->out->n > before;
}

static void read_piece(struct finder *finder, struct str piece)
{
	struct str text = piece;

	for (int round = 0; round <= ROUNDS; round++)
		if (find_urls(finder, piece, text) || !undo_percent(finder, &text))
			return;
}

/* ---- pieces ---- */

/* Parameters, "a=1&b=2"; a name is part of what is searched. */
static void read_parameters(struct finder *finder, struct str text)
{
	for (size_t at = 0; at < text.len && finder->out->n < NESTED_MAX;) {
		size_t end = str_until(text, at, "&");

		read_piece(finder, str_slice(text, at, end));
		at = end + 1;
	}
}

static void read_pieces(struct finder *finder, struct str rest)
{
	size_t query = str_until(rest, 0, "?#"), fragment = str_until(rest, query, "#");
	struct str url, path = str_slice(rest, 0, query);
	size_t at = 0;

	/* what stands plainly in the path goes on to the end */
	if (next_url(path, &at, &url)) {
		url.len = rest.len - (size_t)(url.ptr - rest.ptr);
		add(finder, url, url);
		return;
	}
	read_piece(finder, path);
	read_parameters(finder, str_slice(rest, query, fragment));
	read_parameters(finder, str_slice(rest, fragment, rest.len));
}

/* Where the host, or the scheme of a link without host, ends. */
static size_t host_end(struct str url)
{
	size_t scheme = str_find_byte(url, ':');

	if (scheme == SIZE_MAX)
		return url.len;
	scheme++;
	if (scheme < url.len && url.ptr[scheme] == '/')
		return str_until(url, scheme + 2, "/?#");
	return scheme;
}

int nested_find(struct arena *arena, struct str url, struct str host, struct nested_list *out)
{
	struct finder finder = { .arena = arena, .url = url, .out = out };
	struct str rest = str_slice(url, host_end(url), url.len);

	(void)host;
	out->n = 0;
	if (str_find_byte(rest, ':') == SIZE_MAX && str_find_byte(rest, '%') == SIZE_MAX)
		return 0;
	read_pieces(&finder, rest);
	return finder.failed ? -1 : 0;
}
