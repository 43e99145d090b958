/* Tests of the list of URLs: what is found in text and HTML, and how many ways of hiding a URL
 * are seen through. */
#include "message/links.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message/decode.h"
#include "test-harness/t.h"

enum { ARENA_BYTES = 16 * 1024 * 1024 };

static const struct message_place NOWHERE;
static struct arena *arena;

static const struct message_view *read_part(const char *type, const char *charset,
	const char *encoding, struct str content)
{
	const struct message_options options = { .want_body = true };
	struct message *message;
	struct buf mail = {0};

	arena = arena_create(ARENA_BYTES);
	message = message_create(&options, arena);
	t_need(message != NULL);
	buf_addf(&mail, "Content-Type: %s; charset=%s\nContent-Transfer-Encoding: %s\n\n", type,
		charset, encoding);
	buf_add_str(&mail, content);
	t_int(message_read(message, buf_str(&mail)), 0);
	buf_free(&mail);
	return message_view(message);
}

static void done(void)
{
	arena_free(&arena);
}

T_TEST(keeps_each_url_once)
{
	const struct message_view *view = read_part("text/html", "utf-8", "7bit", STR(
		"<a href=\"http://A.example.com\">one</a> <a href=\"http://a.example.com/\">two</a>"
		"<img src='http://a.example.com/i.gif'> http://a.example.com/ b.example.com"
		"<form action=http://192.0.2.80/x>"));

	t_need(view->urls_n == 4);
	t_slice(view->urls[0].raw, "http://A.example.com");
	t_slice(view->urls[0].anchor, "one");
	t_int(view->urls[1].origin, MESSAGE_URL_HTML_LOAD);
	t_int(view->urls[2].origin, MESSAGE_URL_HTML_FORM);
	t_true(view->urls[2].host_is_ip);
	t_int(message_url_domain(&view->urls[2]).len, 0);
	t_slice(view->urls[3].url, "http://b.example.com/");
	t_int(view->urls[3].origin, MESSAGE_URL_HTML_TEXT);
	done();
}

T_TEST(resolves_against_the_base)
{
	const struct message_view *view = read_part("text/html", "utf-8", "7bit", STR(
		"<base href='http://h.example.com/d/f'><a href=x?y>1</a><a href=/z>2</a>"
		"<a href='//o.example.com/'>3</a><a href='#here'>4</a>"));

	t_need(view->urls_n == 3);
	t_slice(view->urls[0].url, "http://h.example.com/d/x?y");
	t_slice(view->urls[1].url, "http://h.example.com/z");
	t_slice(view->urls[2].url, "http://o.example.com/");
	done();
}

T_TEST(lists_redirect_targets_too)
{
	const struct message_view *view = read_part("text/plain", "utf-8", "7bit", STR(
		"http://r.example.com/?u=http%3A%2F%2Fone.example.net%2Fx&y "
		"http://r.example.com/;http://two.example.net/https://three.example.net/ "
		"mailto:a@example.org?body=http://four.example.net/"));

	t_need(view->urls_n == 7);
	t_slice(view->urls[1].host, "one.example.net");
	t_slice(view->urls[3].host, "two.example.net");
	t_slice(view->urls[4].host, "three.example.net");
	t_slice(view->urls[5].host, "");
	t_slice(view->urls[6].host, "four.example.net");
	done();
}

/* What stands at the URL's place. */
static struct str at_place(const struct message_view *view, size_t url)
{
	const struct message_place *place = &view->urls[url].place;
	const struct message_text *text = &view->texts[place->n];
	struct str in;

	if (place->in == PLACE_HEADER)
		in = view->headers[place->n].decoded;
	else if (place->in == PLACE_URL)
		in = view->urls[place->n].url;
	else
		in = place->in == PLACE_SOURCE ? text->source : place->in == PLACE_SHOWN ? text->shown :
			text->all;
	t_true(place->at + place->len <= in.len);
	return str_slice(in, place->at, place->at + place->len);
}

T_TEST(knows_the_place_of_each_link)
{
	const struct message_options options = { .want_body = true };
	const struct message_view *view;
	struct message *message;

	arena = arena_create(ARENA_BYTES);
	message = message_create(&options, arena);
	t_need(message && message_read(message, STR("X: y\nSubject: www.s.example now\n"
		"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nsee http://t.example/ now\n--b\n"
		"Content-Type: text/html\n\n<base href='http://b.example/'><a href='x&#47;y'>1</a> "
		"<i>www.</i>v.example/?u=http%3A%2F%2Fn.example <p hidden>www.h.example</p>\n--b--\n"))
		== 0);
	view = message_view(message);
	t_need(view->urls_n == 6);
	t_slice(at_place(view, 0), "www.s.example");
	t_int(view->urls[0].place.n, 1);
	t_slice(at_place(view, 1), "http://t.example/");
	t_slice(view->urls[2].url, "http://b.example/x/y");
	t_int(view->urls[2].place.in, PLACE_SOURCE);
	t_slice(at_place(view, 2), "x&#47;y");
	t_int(view->urls[3].place.in, PLACE_SHOWN);
	t_slice(at_place(view, 3), "www.v.example/?u=http%3A%2F%2Fn.example");
	t_int(view->urls[3].disguise, DISGUISE_TAGS);
	t_int(view->urls[4].place.in, PLACE_URL);
	t_int(view->urls[4].place.n, 3);
	t_slice(view->urls[4].host, "n.example");
	t_int(view->urls[4].disguise & DISGUISE_NESTED, DISGUISE_NESTED);
	t_int(view->urls[5].place.in, PLACE_ALL);
	t_slice(at_place(view, 5), "www.h.example");
	t_int(view->urls[5].disguise, DISGUISE_NOT_SHOWN);
	done();
}

/* What is found a second time keeps its place; what makes it hard to come by goes. */
T_TEST(adds_up_what_is_known_of_a_link)
{
	const struct message_view *view = read_part("text/html", "utf-8", "7bit", STR(
		"<p hidden><a href='http://a.example/'>1</a><a href='http://b.example/'>1</a></p>"
		"<a href='http://a.example'>2</a> http://<b>c.ex</b>ample/ <p hidden>http://c.example</p>"
		"http://d.example/ "));

	t_need(view->urls_n == 4);
	t_slice(at_place(view, 0), "http://a.example/");
	t_int(view->urls[0].disguise, 0);
	t_int(view->urls[1].disguise, DISGUISE_NOT_SHOWN);
	t_int(view->urls[2].disguise, DISGUISE_TAGS);
	t_int(view->urls[3].disguise, 0);
	done();
}

T_TEST(compares_what_a_link_says_with_where_it_leads)
{
	static const struct { const char *html; unsigned disguise; } LINKS[] = {
		{ "<a href='http://pills.com/'>www.good.com</a>", DISGUISE_SAYS_OTHER },
		{ "<a href='http://pills.com/'> <b>http://good.com/</b>login. </a>", DISGUISE_SAYS_OTHER },
		{ "<a href='http://pills.com/'>go<i style='font-size:0'>zz</i>od.c<b></b>om</a>",
			DISGUISE_SAYS_OTHER },
		{ "<a href='http://www.good.com/'>shop.good.com</a>", 0 },
		{ "<a href='http://r.com/?u=http://a.com/?v=http%3A%2F%2Fgood.com'>good.com</a>", 0 },
		{ "<a href='http://pills.com/'>buy at good.com</a>", 0 },
		{ "<a href='http://pills.com/'>good.com buy</a>", 0 },
		{ "<a href='http://pills.com/'>me@good.com</a>", 0 },
		{ "<a href='mailto:me@pills.com'>good.com</a>", 0 },
		{ "<a href='http://a.example'>http://b.example</a>", DISGUISE_SAYS_OTHER },
		{ "<a href='http://b.a.example'>http://a.example</a>", 0 },
		{ "<a href='http://p&#105;lls.com/'>x</a>", DISGUISE_REFERENCES },
		{ "<a href='http&colon;//pills.com/'>x</a>", DISGUISE_REFERENCES },
		{ "<a href='&sol;/pills.com/'>x</a>", DISGUISE_REFERENCES },
		{ "<a href='http://pills.com/?a=1&amp;b=2'>x</a>", 0 },
		{ "<a href='http://pills.com/?a=1&b=2'>x</a>", 0 },
		{ "<base href='http://pills.com'><a href='a&amp;b'>x</a>", 0 }
	};

	for (size_t i = 0; i < sizeof LINKS / sizeof *LINKS; i++) {
		const struct message_view *view = read_part("text/html", "utf-8", "7bit",
			str_from(LINKS[i].html));

		t_need(view->urls_n > 0);
		if (!t_int(view->urls[0].disguise, LINKS[i].disguise))
			printf("# %s\n", LINKS[i].html);
		done();
	}
}

/* "\n", "\t", "\\", "\xHH" */
static void unescape(struct str text, struct buf *out)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (c == '\\' && i + 1 < text.len) {
			c = text.ptr[++i];
			if (c == 'x' && i + 2 < text.len) {
				c = (char)(hex_digit(text.ptr[i + 1]) << 4 | hex_digit(text.ptr[i + 2]));
				i += 2;
			} else {
				c = c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
			}
		}
		buf_add_byte(out, c);
	}
}

static struct str field(struct str *line)
{
	size_t tab = str_find_byte(*line, '\t');
	struct str value = str_slice(*line, 0, tab);

	*line = tab == SIZE_MAX ? str_make(NULL, 0) : str_slice(*line, tab + 1, line->len);
	return value;
}

/* "-": a link that opens no host is as good as none. */
static bool has_host(const struct message_view *view, struct str host)
{
	bool none = str_equal(host, STR("-"));

	if (host.len > 0 && host.ptr[0] == '[')
		host = str_slice(host, 1, host.len - 1);
	for (size_t i = 0; i < view->urls_n; i++) {
		if (none && view->urls[i].host.len > 0 &&
			!str_starts_nocase(view->urls[i].url, STR("mailto:")))
			return false;
		if (str_equal(view->urls[i].host, host))
			return true;
	}
	return none;
}

/* id, technique, raw, type, host, class, nested host, charset, transfer encoding */
static bool evasion_seen(struct str line, bool *counts)
{
	struct str f[9];
	char type[100], charset[100], encoding[100];
	struct buf content = {0};
	bool seen;

	for (size_t i = 0; i < 9; i++)
		f[i] = field(&line);
	snprintf(type, sizeof type, "%.*s", (int)f[3].len, f[3].ptr);
	snprintf(charset, sizeof charset, "%.*s", (int)f[7].len, f[7].ptr);
	snprintf(encoding, sizeof encoding, "%.*s", (int)f[8].len, f[8].ptr);
	unescape(f[2], &content);
	const struct message_view *view = read_part(type, charset, encoding, buf_str(&content));
	*counts = !str_equal(f[5], STR("ambiguous"));
	seen = has_host(view, f[4]);
	if (!seen) {
		printf("# missed %.*s %.*s: %.*s, want %.*s, got", (int)f[0].len, f[0].ptr,
			(int)f[1].len, f[1].ptr, (int)f[2].len, f[2].ptr, (int)f[4].len, f[4].ptr);
		for (size_t i = 0; i < view->urls_n; i++)
			printf(" %.*s", (int)view->urls[i].host.len, view->urls[i].host.ptr);
		printf("\n");
	}
	buf_free(&content);
	done();
	return seen;
}

T_TEST(sees_through_most_evasions)
{
	size_t len, n = 0, seen = 0;
	char *text = t_read(t_shared("data/url/evasion.tsv"), &len);
	struct str rest = str_make(text, len);

	while (rest.len > 0) {
		size_t lf = str_find_byte(rest, '\n');
		struct str line = str_slice(rest, 0, lf);
		bool counts;

		rest = lf == SIZE_MAX ? str_make(NULL, 0) : str_slice(rest, lf + 1, rest.len);
		if (line.len == 0 || line.ptr[0] != 'U')
			continue;
		bool right = evasion_seen(line, &counts);
		n += counts;
		seen += counts && right;
	}
	printf("# %zu of %zu\n", seen, n);
	t_true(seen * 100 >= n * 90);
}

T_TEST(tires_of_one_url_in_many_spellings)
{
	enum { MAX = 2 };
	struct links *links;
	size_t n;

	arena = arena_create(ARENA_BYTES);
	links = links_create(arena, MAX);
	t_need(links != NULL);
	for (int i = 0; i < LINKS_PARSED_A_URL * MAX; i++) {
		struct buf raw = { .arena = arena };

		buf_addf(&raw, "http://a.example/%d/../", i);
		t_int(links_add(links, buf_str(&raw), STR(""), NOWHERE, MESSAGE_URL_TEXT, STR("")), 0);
		/* a spelling that was there costs nothing */
		t_int(links_add(links, buf_str(&raw), STR(""), NOWHERE, MESSAGE_URL_TEXT, STR("")), 0);
	}
	t_true(!links_full(links));
	t_int(links_add(links, STR("http://b.example/"), STR(""), NOWHERE, MESSAGE_URL_TEXT,
		STR("")), 0);
	t_true(links_full(links));
	links_items(links, &n);
	t_int(n, 1);
	done();
}
