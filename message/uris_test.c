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
	struct uris *uris = uris_create(arena, 100);

	t_need(uris && uris_find(uris, str_from(text)) == 0);
	return joined(uris);
}

static const char *added(const char *target)
{
	struct uris *uris = uris_create(arena, 100);

	t_need(uris && uris_add(uris, str_from(target)) == 0);
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
		{ "http://0x7f.1.0.010/", "http://0x7f.1.0.010/ http://127.1.0.8/" },
		{ "http://2130706433/", "http://2130706433/ http://127.0.0.1/" },
		{ "http://foo/", "http://foo/ http://www.foo.com/" },
		{ "http://r.com/?u=http%3A%2F%2Fb.com%2F",
		  "http://r.com/?u=http%3A%2F%2Fb.com%2F http://r.com/?u=http://b.com/ http://b.com/" },
		{ "http://r.com/http:/b.com/&c", "http://r.com/http:/b.com/&c http:/b.com/ http://b.com/" },
		{ "mailto:x@a.com?subject=1&b", "mailto:x@a.com?subject=1&b mailto:x@a.com" },
		{ "#top", "#top" }, { "cid:1@x", "cid:1@x" }, { "", "" },
		{ "http://b\xc3\xbc.com/", "http://b\xc3\xbc.com/ http://xn--b-eha.com/" },
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
	struct uris *uris = uris_create(arena, 3);
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
	uris = uris_create(arena, 100000);
	struct buf deep = { 0 };
	for (int i = 0; i < 1000; i++)
		buf_add_cstr(&deep, "http://a.com/");
	for (int i = 0; i < 300 && uris; i++) {
		deep.ptr[12] = (char)('a' + i % 26);
		deep.ptr[14] = (char)('a' + i / 26);
		t_int(uris_add(uris, arena_str(&deep)), 0);
	}
	buf_free(&deep);
	t_true(uris_full(uris));
	uris_items(uris, &n);
	t_true(n < 1000);
	arena_free(&arena);
}
