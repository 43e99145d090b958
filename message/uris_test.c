/* What SpamAssassin 4.0.1 makes of the same text: observed by running it. */
#include "message/uris.h"
#include <stdio.h>

#include "test-harness/t.h"

static struct arena *arena;

static const char *joined(const struct uris *uris)
{
	static char text[4096];
	size_t n, used = 0;
	const struct str *items = uris_items(uris, &n);

	text[0] = '\0';
	for (size_t i = 0; i < n && used < sizeof text; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "%s%.*s", i ? " " : "",
			(int)items[i].len, items[i].ptr);
	return text;
}

static const char *found(const char *text)
{
	struct uris *uris = uris_create(arena, 100, true, NULL);

	t_need(uris && uris_find(uris, str_from(text)) == 0);
	return joined(uris);
}

static const char *added(const char *target)
{
	struct uris *uris = uris_create(arena, 100, true, NULL);

	t_need(uris && uris_add(uris, str_from(target), LINK_A) == 0);
	return joined(uris);
}

T_TEST(links_in_text)
{
	static const struct { const char *text, *uris; } CASES[] = {
		{ "see http://a.com/X.", "http://a.com/X" },
		{ "HTTP://A.Com", "HTTP://A.Com" },
		{ "<http://a.com/b>c", "http://a.com/b" },
		{ "(http://a.com/b) c", "http://a.com/b" },
		{ "http://a.com/b(c)d", "http://a.com/b(c)d" },
		{ "go www.a.com/b!", "http://www.a.com/b" },
		{ "go www2.a.com", "http://www2.a.com" },
		{ "ftp.a.com/x", "ftp://ftp.a.com/x" },
		{ "mail x@a.com, y@b.org", "mailto:x@a.com mailto:y@b.org" },
		{ "Email:x@a.com", "mailto:x@a.com" },
		{ "mailto:x@a.com?subject=y", "mailto:x@a.com?subject=y mailto:x@a.com" },
		{ "buy at a.com now", "http://a.com" },
		{ "buy at a.com/b now", "http://a.com/b" },
		{ "buy at a.com:80 now", "http://a.com:80 http://a.com" },
		{ "a.com, b.com! c.com.", "http://c.com" }, /* only what ends there */
		{ "readme.nosuchtld x@nosuch.tldnone http://a.nosuchtld/", "" },
		{ "a.com@ www1.a.com http:// x@a.co.za", "http://www1.a.com mailto:x@a.co.za" },
		{ "see x@a.com%20", "mailto:x@a.com%20 mailto:x@a.com" },
		{ "so...you IT...YOU -.com .com a..com", "" },
		{ "1983@http://a.com/", "" },
		{ "x@a", "" }, { "@a.com", "http://a.com" }, { "cid:x@a.com", "" },
	};

	arena = arena_create(1 << 20);
	t_need(arena);
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
		t_str(found(CASES[i].text), CASES[i].uris);
	arena_free(&arena);
}

T_TEST(forms_of_an_attribute)
{
	static const struct { const char *target, *uris; } CASES[] = {
		{ " http://a.com/ ", "http://a.com/" },
		{ "HTTP://A.com/%41%20%2e", "HTTP://A.com/%41%20%2e HTTP://A.com/A%20." },
		{ "http:a.com\\b", "http:a.com\\b http://a.com/b" },
		{ "//a.com/x", "//a.com/x http:////a.com/x" },
		{ "a.com/x", "a.com/x http://a.com/x" },
		{ "http://a.com?x", "http://a.com?x http://a.com/?x" },
		{ "http://a.com:80/x", "http://a.com:80/x http://a.com/x" },
		{ "https://a.com:443/x", "https://a.com:443/x https://a.com/x" },
		{ "http://a.com:8080/x", "http://a.com:8080/x" },
		{ "http://u:p@a.com/x", "http://u:p@a.com/x" },
		{ "http://0x7f.1.0.010/", "http://0x7f.1.0.010/ http://127.1..8/ http://127.1.0.8/" },
		{ "http://2130706433/", "http://2130706433/ http://127.0.0.1/" },
		{ "http://089.0160.0x00000000000068.1/",
		  "http://089.0160.0x00000000000068.1/ http://89.112.104.1/" },
		{ "http://0x1f000001/", "http://0x1f000001/ http://31.0.0.1/" },
		{ "http://foo/", "http://foo/ http://www.foo.com/" },
		{ "http://localhost/", "http://localhost/" }, { "http://www.ch/", "http://www.ch/" },
		{ "http://a.com./", "http://a.com./ http://a.com/" },
		{ "http://u@v@a.com/", "http://u@v@a.com/ http://a.com/" },
		{ "h\rttp://a.\ncom/", "http://a.com/" },
		{ "http://a.com/&#119;&#X2e;&#x78;", "http://a.com/&#119;&#X2e;&#x78; http://a.com/w.x" },
		{ "http://a&#46;com/", "http://a&#46;com/ http://a&/#46;com/ http://a/#46;com/ "
		  "http://www.a&.com/#46;com/" },
		{ "mailto:%20x@a.com%20", "mailto:%20x@a.com%20 mailto:x@a.com" },
		{ "mailto:X <x@a.com>", "mailto:X <x@a.com> mailto:x@a.com" },
		{ "http://r.com/?u=http%3A%2F%2Fb.com%2F",
		  "http://r.com/?u=http%3A%2F%2Fb.com%2F http://r.com/?u=http://b.com/ http://b.com/" },
		{ "http://r.com/http:/b.com/&c", "http://r.com/http:/b.com/&c http:/b.com/ http://b.com/" },
		{ "mailto:x@a.com?subject=1&b", "mailto:x@a.com?subject=1&b mailto:x@a.com" },
		{ "#top", "#top" }, { "cid:1@x", "cid:1@x" }, { "", "" },
		{ "http://b\xc3\xbc.com/", "http://b\xc3\xbc.com/ http://xn--b-eha.com/" },
		{ "http://b\xfc.com/", "http://b\xfc.com/ http://xn--b-eha.com/" },
	};

	arena = arena_create(1 << 20);
	t_need(arena);
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
		t_str(added(CASES[i].target), CASES[i].uris);
	arena_free(&arena);
}

/* A copy of its own, as message/html makes them. */
static struct str arena_str(const struct buf *text)
{
	return str_make(arena_dup(arena, buf_str(text)), text->len);
}

T_TEST(each_once_and_not_without_end)
{
	arena = arena_create(1 << 26);
	t_need(arena);
	struct uris *uris = uris_create(arena, 3, true, NULL);
	size_t n;

	t_need(uris);
	t_int(uris_find(uris, STR("http://a.com/ http://a.com/ http://b.com/")), 0);
	t_str(joined(uris), "http://a.com/ http://b.com/");
	t_int(uris_add_hidden(uris, STR("http://A.com/y"), STR("a.com")), 0); /* is not hidden */
	t_true(!uris_full(uris));
	t_int(uris_add_hidden(uris, STR("http://c.com/y"), STR("c.com")), 0);
	t_str(joined(uris), "http://a.com/ http://b.com/ http://c.com/y");
	t_int(uris_find(uris, STR("http://d.com/")), 0);
	t_true(uris_full(uris));
	/* what is worked on is bounded, whatever redirects to whatever */
	uris = uris_create(arena, 100000, true, NULL);
	struct buf deep = { 0 };
	for (int i = 0; i < 1000; i++)
		buf_add_cstr(&deep, "http://a.com/");
	for (int i = 0; i < 300 && uris; i++) {
		deep.ptr[12] = (char)('a' + i % 26);
		deep.ptr[14] = (char)('a' + i / 26);
		t_int(uris_add(uris, arena_str(&deep), LINK_A), 0);
	}
	buf_free(&deep);
	t_true(uris_full(uris));
	uris_items(uris, &n);
	t_true(n < 1000);
	arena_free(&arena);
}

/* "raw [type type] (text)(text)" of each link of an HTML part */
static const char *links_of(const char *source)
{
	static char text[4096];
	struct uris *uris = uris_create(arena, 100, true, NULL);
	struct html html;
	size_t n, used = 0;

	t_need(uris && html_read_anchors(arena, str_from(source), &html) == 0);
	t_int(uris_of_html(uris, arena, 0, &html), 0);
	const struct link *links = uris_links(uris, &n);
	t_need(links != NULL);
	text[0] = '\0';
	for (size_t i = 0; i < n && used < sizeof text - 200; i++) {
		used += (size_t)snprintf(text + used, sizeof text - used, "%s%.*s", i ? " " : "",
			(int)links[i].raw.len, links[i].raw.ptr);
		for (unsigned k = 0; k < LINK_TYPES; k++)
			if (links[i].types & 1u << k)
				used += (size_t)snprintf(text + used, sizeof text - used, " %s",
					link_type_name(k));
		for (size_t k = 0; k < links[i].anchors_n; k++)
			used += (size_t)snprintf(text + used, sizeof text - used, "(%.*s)",
				(int)links[i].anchors[k].text.len, links[i].anchors[k].text.ptr);
	}
	return text;
}

T_TEST(links_of_html)
{
	static const struct { const char *source, *links; } CASES[] = {
		{ "<a href='http://a.com/x'>Go  <b>on</b>&amp;</a> not",
		  "http://a.com/x a(Go  on&)" },
		{ "<a href=http://a.com/>1</a><a href=http://a.com/>2<img src=http://b.com/i>",
		  "http://a.com/ a(1)(2<img>\n) http://b.com/i img" },
		{ "<a href=http://a.com/>1<a href=http://b.com/>2</a>3</a>4",
		  "http://a.com/ a(1) http://b.com/ a(23)" },
		{ "<p background=x><td background=http://a.com/b><form action=http://c.com/>"
		  "<link href=http://d.com/><div style='x:url(http://e.com/)'>",
		  "http://a.com/b td http://c.com/ form http://d.com/ link" },
		{ "<a href=http://a.com/x/../y/./z#f>t</a>",
		  "http://a.com/y/z#f a http://a.com/x/../y/./z#f parsed(t)" },
		{ "<a href=c.html>1</a><base href=http://a.com/b/i.html><a href='c.html?x'>2</a>"
		  "<a href=/d>3</a><img src=//www.e.com/f><a href=mailto:x@a.com>4</a>",
		  "c.html a(1) http://a.com/b/i.html base http://a.com/b/c.html?x a "
		  "http://a.com/d a http://www.e.com/f img mailto:x@a.com a(4) c.html?x parsed(2) "
		  "/d parsed(3)" },
		{ "<a href='http://a.com/&nbsp;b '>x&nbsp;y</a>", "http://a.com/ b a(x y)" },
		{ "<a>nothing</a>", " parsed(nothing)" },
	};

	arena = arena_create(1 << 20);
	t_need(arena);
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
		t_str(links_of(CASES[i].source), CASES[i].links);
	arena_free(&arena);
}

T_TEST(hosts_of_forms)
{
	static const struct { const char *form, *host, *domain; } CASES[] = {
		{ "http://www.A.co.uk:80/x?y@z", "www.a.co.uk", "a.co.uk" },
		{ "mailto:x@mail.a.com?subject=b@c.com", "mail.a.com", "a.com" },
		{ "mailto:x@y@a.com", NULL, NULL }, { "mailto:nobody", NULL, NULL },
		{ "cid:1@a.com", NULL, NULL }, { "javascript:a.com", NULL, NULL },
		{ "http://192.0.2.1/", "192.0.2.1", "192.0.2.1" }, { "http://192.0.2.256/", NULL, NULL },
		{ "http://u:p@a.com", "a.com", "a.com" }, { "http://a..com", NULL, NULL },
		{ "http://%61.com/", NULL, NULL }, { "http://a.com./", NULL, NULL },
		{ "a_b.c.com", "a_b.c.com", "c.com" }, { "a_b.com", NULL, NULL },
		{ "http://-a.com/", NULL, NULL }, { "readme.nosuchtld", NULL, NULL },
		{ "domainkeys:a.com", "a.com", "a.com" }, { "co.uk", "co.uk", "co.uk" },
		{ "b\xc3\xbc.com", "xn--b-eha.com", "xn--b-eha.com" },
	};
	struct link_host host;

	arena = arena_create(1 << 20);
	t_need(arena);
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
		bool is = uri_host(arena, str_from(CASES[i].form), &host);

		t_int(is, CASES[i].host != NULL);
		if (!is || !CASES[i].host)
			continue;
		t_slice(host.host, CASES[i].host);
		t_slice(host.domain, CASES[i].domain);
	}
	arena_free(&arena);
}
