/* URLs held against the test data of the WHATWG URL standard (web-platform-tests, shared data
 * url/wpt-via-ada): what a browser opens is what message/url says. Lives here for jansson.
 *
 * The `url` of message/url has percent-encoded unreserved characters decoded, and its hexadecimal
 * digits in upper case; the expected href is brought into that form. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "message/decode.h"
#include "message/url.h"
#include "message/url_host.h"
#include "test-harness/t.h"

static const char *arena_text(struct arena *arena, struct str text)
{
	const char *copy = arena_dup(arena, text);

	t_need(copy != NULL);
	return copy;
}

/* A lone surrogate is no Unicode text: jansson refuses the file, a browser reads U+FFFD. */
static void mend_surrogates(char *text)
{
	for (char *at = strstr(text, "\\u"); at; at = strstr(at + 2, "\\u")) {
		bool high = strncasecmp(at + 2, "d8", 2) >= 0 && strncasecmp(at + 2, "dc", 2) < 0;
		bool low = strncasecmp(at + 2, "dc", 2) >= 0 && strncasecmp(at + 2, "e0", 2) < 0;
		bool pair = high && at[6] == '\\' && at[7] == 'u' &&
			strncasecmp(at + 8, "dc", 2) >= 0 && strncasecmp(at + 8, "e0", 2) < 0;

		if (at > text && at[-1] == '\\')
			continue;
		if (pair)
			at += 6;
		else if (high || low)
			memcpy(at + 2, "fffd", 4);
	}
}

static json_t *load(const char *path)
{
	json_error_t error;
	char *text = t_read(t_shared(path), NULL);
	json_t *all;

	mend_surrogates(text);
	all = json_loads(text, JSON_ALLOW_NUL, &error);
	if (!all)
		printf("# %s:%d: %s\n", path, error.line, error.text);
	t_need(all != NULL);
	return all;
}

static struct str text_of(json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	return json_is_string(value) ? str_make(json_string_value(value),
		json_string_length(value)) : STR("");
}

/* The href as message/url writes it. */
static struct str normal(struct arena *arena, struct str href)
{
	struct buf out = { .arena = arena };

	for (size_t i = 0; i < href.len; i++) {
		char c = href.ptr[i];

		if (c == '%' && i + 2 < href.len && hex_digit(href.ptr[i + 1]) >= 0 &&
			hex_digit(href.ptr[i + 2]) >= 0) {
			char decoded = (char)(hex_digit(href.ptr[i + 1]) << 4 | hex_digit(href.ptr[i + 2]));

			i += 2;
			if (ascii_alpha(decoded) || ascii_digit(decoded) ||
				(decoded && strchr("-._~", decoded)))
				buf_add_byte(&out, decoded);
			else
				buf_addf(&out, "%%%02X", (unsigned char)decoded);
		} else {
			buf_add_byte(&out, c);
		}
	}
	return buf_str(&out);
}

static bool is_ours(struct str href)
{
	static const char *const SCHEMES[] = { "http:", "https:", "ftp:", "ws:", "wss:" };

	for (size_t i = 0; i < sizeof SCHEMES / sizeof *SCHEMES; i++)
		if (str_starts_nocase(href, str_from(SCHEMES[i])))
			return true;
	return false;
}

static struct str expected_host(json_t *one)
{
	struct str host = text_of(one, "hostname");

	return host.len > 0 && host.ptr[0] == '[' ? str_slice(host, 1, host.len - 1) : host;
}

/* Where we differ, and why that is right here. An empty `base`: any. */
static const struct { const char *input, *base, *why; } EXCEPTIONS[] = {
	{ "", "", "opens the base itself, which is a link of its own here" },
	{ "  \t", "", "the same" },
	{ "#", "", "a place within the mail: nothing is opened" },
	{ "#/", "", "the same" },
	{ "#\\", "", "the same" },
	{ "#;?", "", "the same" },
	{ "#\xCE\xB2", "", "the same" },
	{ "#link", "", "the same" },
	{ "\\\\\\.\\Y:", "", "mail programs take what begins with two slashes for http" },
	{ "\\\\\\.\\y:", "", "the same" },
	{ "https://www.google.com", "http://[0:0:0:0:0:0:0:0",
	  "browsers pass over a base that is none" },
	{ "example.com`x.example.com", "", "mail programs take the name at its start for a host" },
	{ "x01234567890123456789012345678901234567890123456789012345678901\xE2\x80\xA0", "",
	  "a label of over 63 letters is no name of the DNS: nothing is opened" },
	{ "\xF0\xAF\xA1\xA8.com", "", "U+2F868: UTS 46 maps it since after libidn2's Unicode 14" },
};

static bool excepted(struct str input, struct str base)
{
	for (size_t i = 0; i < sizeof EXCEPTIONS / sizeof *EXCEPTIONS; i++)
		if (str_equal(input, str_from(EXCEPTIONS[i].input)) &&
			(!*EXCEPTIONS[i].base || str_equal(base, str_from(EXCEPTIONS[i].base))))
			return true;
	return false;
}

/* No name of the DNS has a label of over 63 letters: nothing is opened. */
static bool too_long(struct str host)
{
	for (size_t i = 0, start = 0; i <= host.len; i++)
		if (i == host.len || host.ptr[i] == '.') {
			if (i - start > 63)
				return true;
			start = i + 1;
		}
	return false;
}

static bool as_expected(struct arena *arena, json_t *one, bool failure)
{
	struct str input = text_of(one, "input"), base = text_of(one, "base");
	struct url url;
	bool parsed = url_parse(arena, input, base, &url);

	if (failure) {
		if (!parsed || url.host.len == 0)
			return true;
		printf("# opens %.*s, base %.*s: refused, got %.*s\n", (int)input.len, input.ptr,
			(int)base.len, base.ptr, (int)url.host.len, url.host.ptr);
		return false;
	}
	if (parsed && str_equal(url.host, expected_host(one)) &&
		str_equal(url.url, normal(arena, text_of(one, "href"))))
		return true;
	printf("# %.*s, base %.*s: want %s %.*s, got %.*s %.*s\n", (int)input.len, input.ptr,
		(int)base.len, base.ptr, arena_text(arena, expected_host(one)),
		(int)text_of(one, "href").len, text_of(one, "href").ptr,
		(int)url.host.len, url.host.ptr, (int)url.url.len, url.url.ptr);
	return false;
}

static void run(const char *path)
{
	json_t *all = load(path), *one;
	size_t i, n = 0, right = 0, except = 0;

	json_array_foreach(all, i, one) {
		bool failure = json_is_true(json_object_get(one, "failure"));
		struct arena *arena;

		if (!json_is_object(one) || !(failure || is_ours(text_of(one, "href"))))
			continue;
		if (excepted(text_of(one, "input"), text_of(one, "base")) ||
			too_long(expected_host(one))) {
			except++;
			continue;
		}
		arena = arena_create(1 << 22);
		n++;
		right += as_expected(arena, one, failure);
		arena_free(&arena);
	}
	printf("# %s: %zu of %zu, and %zu exceptions\n", path, right, n, except);
	t_true(n + except > 0);
	t_int(right, n);
	json_decref(all);
}

T_TEST(opens_what_a_browser_opens)
{
	run("data/url/wpt-via-ada/urltestdata.json");
}

T_TEST(more_of_ada)
{
	run("data/url/wpt-via-ada/ada_extra_urltestdata.json");
}

T_TEST(long_ones)
{
	run("data/url/wpt-via-ada/ada_long_urltestdata.json");
}

/* Domain to ASCII. */
static void run_hosts(const char *path, unsigned percent)
{
	json_t *all = load(path), *one;
	size_t i, n = 0, right = 0, except = 0;

	json_array_foreach(all, i, one) {
		struct arena *arena;
		struct str input, output;
		struct url url = { .disguise = 0 };
		bool parsed;

		if (!json_is_object(one))
			continue;
		input = text_of(one, "input");
		output = text_of(one, "output");
		if (input.len == 0)
			continue;
		if (excepted(input, STR("")) || too_long(output)) {
			except++;
			continue;
		}
		arena = arena_create(1 << 22);
		t_need(arena != NULL);
		n++;
		parsed = url_parse_host(arena, input, &url);
		if (output.len == 0 ? !parsed : parsed && str_equal(url.host, output))
			right++;
		else
			printf("# host %.*s: want %.*s, got %.*s\n", (int)input.len, input.ptr,
				(int)output.len, output.ptr, (int)url.host.len, url.host.ptr);
		arena_free(&arena);
	}
	printf("# %s: %zu of %zu, and %zu exceptions\n", path, right, n, except);
	t_true(n + except > 0);
	t_true(right * 100 >= n * percent);
	json_decref(all);
}

T_TEST(hosts_to_ascii)
{
	run_hosts("data/url/wpt-via-ada/toascii.json", 100);
}

/* What is missed: letters that UTS 46 took in after libidn2's Unicode 14, and old Georgian and
 * symbols that decompose (U+226E) in labels that a generator made up. */
T_TEST(international_hosts)
{
	run_hosts("data/url/wpt-via-ada/IdnaTestV2.json", 96);
}
