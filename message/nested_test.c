/* Tests of links within links: each form of redirector, and what is none. */
#include "message/nested.h"

#include <stdio.h>
#include <string.h>

#include "message/url.h"
#include "test-harness/t.h"

enum { ARENA_BYTES = 1 << 20 };

/* Of `url`: the hosts of what stands within it, with blanks between; where the first stands. */
static const struct { const char *url, *hosts, *place; } FORMS[] = {
	/* plain and encoded, anywhere */
	{ "http://r.example/?http://a.example/x&y", "a.example", "http://a.example/x" },
	{ "http://r.example/to/http://a.example/x?y#z", "a.example", "http://a.example/x?y#z" },
	{ "http://r.example/to/https:/a.example/x", "a.example", "https:/a.example/x" },
	{ "http://r.example/#ftp://a.example/", "a.example", "ftp://a.example/" },
	{ "http://r.example/?v=HTTPS%3a%2F%2Fa.example", "a.example", "?v=HTTPS%3A%2F%2Fa.example" },
	{ "http://r.example/?v=http%253A%252F%252Fa.example", "a.example", NULL },
	{ "http://r.example/?v=http%25253A%25252F%25252Fa.example", "a.example", NULL },
	{ "http://r.example/?v=http%2525253A%2525252F%2525252Fa.example", "", NULL },
	{ "http://r.example/?u=http:%5C%5Ca.example", "a.example", NULL },
	{ "http://r.example/?v=http%3A%2F%2Fa.example&w=http://b.example", "a.example b.example",
		NULL },
	{ "http://r.example/?v=http://a.example,http://b.example", "a.example b.example",
		"http://a.example" },
	{ "https://secure.example/1a2b/http%3A%2F%2Fa.example%2Fx", "a.example", NULL },
	{ "https://r.search.example/_ylt=A/RU=https%3a%2f%2fa.example%2f/RK=2/", "a.example", NULL },
	/* base64, at each place in a quantum, of the URL form too */
	{ "http://r.example/?v=aHR0cDovL2EuZXhhbXBsZS8", "a.example", "aHR0cDovL2EuZXhhbXBsZS8" },
	{ "http://r.example/x/aHR0cHM6Ly9hLmV4YW1wbGUveA/y", "a.example",
		"aHR0cHM6Ly9hLmV4YW1wbGUveA" },
	{ "http://r.example/?v=SFRUUDovL0EuRVhBTVBMRS8=", "a.example", NULL },
	{ "http://r.example/?v=eGh0dHA6Ly9hLmV4YW1wbGUv", "a.example", NULL },
	{ "http://r.example/?v=eHlodHRwOi8vYS5leGFtcGxlLw", "a.example", NULL },
	{ "http://r.example/?v=aHR0cCUzQSUyRiUyRmEuZXhhbXBsZQ%3D%3D", "a.example", NULL },
	{ "http://r.example/?u=cGlsbHMuZXhhbXBsZS9idXk%3D", "pills.example", NULL },
	{ "http://r.example/?id=cGlsbHMuZXhhbXBsZS9idXk%3D", "", NULL },
	/* without scheme, where the name leads somewhere */
	{ "http://r.example/?u=//a.example/", "a.example", "//a.example/" },
	{ "http://r.example/?u=%2F%2Fa.example%2F", "a.example", "%2F%2Fa.example%2F" },
	{ "http://r.example/?u=%5C%5Ca.example", "a.example", NULL },
	{ "http://r.example/?redirect_uri=a.example/buy", "a.example", "a.example/buy" },
	{ "http://r.example/?Redirect-To=a.example:8080", "a.example", NULL },
	{ "http://r.example/?to=http:a.example", "a.example", NULL },
	{ "http://r.example/#dest=77.3.4.9/x", "77.3.4.9", NULL },
	{ "http://r.example/?u=site.md/x", "site.md", NULL },
	{ "http://r.example/?q=what+is+a.example", "", NULL },
	{ "http://r.example/?q=a.example", "", NULL },
	{ "http://r.example/?next=/home.html&to=index.php&u=setup.py&r=1.5", "", NULL },
	{ "http://r.example/?to=me@a.example&url=x&next=//&u=a..b", "", NULL },
	{ "http://r.example/?sku=http&v=http:&w=https://", "", NULL },
	/* services */
	{ "https://www.google.co.uk/url?q=a.example&sa=D", "a.example", NULL },
	{ "https://www.google.com/amp/s/a.example/x?y", "a.example", "a.example/x?y" },
	{ "https://a-example.cdn.ampproject.org/wp/s/a.example/", "a.example", NULL },
	{ "https://cdn.ampproject.org/v/a.example/", "a.example", NULL },
	{ "https://web.archive.org/web/2020/a.example/", "a.example", "a.example/" },
	{ "https://web.archive.org/web/2020/http://a.example/", "a.example", NULL },
	{ "https://a--b-example.translate.goog/x?y", "a-b.example", "a--b-example" },
	{ "https://translate.google.com/translate?sl=a&u=a.example/b", "a.example", NULL },
	{ "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example%2F&data=1",
		"a.example", NULL },
	{ "https://urldefense.proofpoint.com/v1/url?u=http://a.example/&k=1", "a.example", NULL },
	{ "https://urldefense.proofpoint.com/v2/url?u=http-3A__a.example_b-3Fx&d=Dw", "a.example",
		"http-3A__a.example_b-3Fx" },
	{ "https://urldefense.com/v3/__https:/a.example/b__;!!abc$", "a.example", NULL },
	{ "https://linkprotect.cudasvc.com/url?a=a.example&c=E", "a.example", NULL },
	/* other kinds of link */
	{ "feed:http://a.example/rss", "a.example", "http://a.example/rss" },
	{ "feed://a.example/rss", "a.example", "//a.example/rss" },
	{ "view-source:https://a.example/", "a.example", NULL },
	{ "jar:http://a.example/a.jar!/", "a.example", NULL },
	{ "webcal://a.example/c.ics", "a.example", NULL },
	{ "javascript:location='http://a.example/'", "a.example", "http://a.example/" },
	{ "javascript:location=%27http:\\/\\/a.example\\/%27", "a.example", NULL },
	{ "mailto:b@b.example?subject=x&body=see%20www.pills.example%20c@c.example", "www.pills.example",
		NULL },
	{ "mailto:?body=http%3A%2F%2Fa.example%2F", "a.example", NULL },
	{ "mailto:b@b.example", "", NULL },
	{ "tel:+1555", "", NULL },
	{ "cid:part1@a.example", "", NULL },
	{ "x-app://open?url=a.example/x", "a.example", NULL },
	/* nothing */
	{ "http://a.example/", "", NULL },
	{ "http://a.example/x?y=z&httpd=1&time=12:30", "", NULL }
};

T_TEST(finds_links_within_links)
{
	for (size_t i = 0; i < sizeof FORMS / sizeof *FORMS; i++) {
		struct arena *arena = arena_create(ARENA_BYTES);
		struct buf hosts = { .arena = arena };
		struct nested_list list;
		struct url url, in;

		t_need(arena && url_parse(arena, str_from(FORMS[i].url), STR(""), &url));
		t_int(nested_find(arena, url.url, url.host, &list), 0);
		for (size_t k = 0; k < list.n; k++) {
			t_true(list.items[k].at + list.items[k].len <= url.url.len);
			t_true(url_parse(arena, list.items[k].raw, STR(""), &in));
			buf_addf(&hosts, "%s%.*s", k > 0 ? " " : "", (int)in.host.len, in.host.ptr);
		}
		if (!t_slice(buf_str(&hosts), FORMS[i].hosts))
			printf("# of %s\n", FORMS[i].url);
		if (FORMS[i].place && list.n > 0)
			t_slice(str_slice(url.url, list.items[0].at, list.items[0].at + list.items[0].len),
				FORMS[i].place);
		arena_free(&arena);
	}
}

static const struct { const char *raw, *text; bool html; } DOCUMENTS[] = {
	{ "data:text/html,%3Cb%3Ex", "<b>x", true },
	{ "data:text/html;charset=utf-8;base64,PGI+eA==", "<b>x", true },
	{ "data:text/html;base64,PGI%2BeA%3D%3D", "<b>x", true },
	{ "data:TEXT/HTML;BASE64,PGI+eA", "<b>x", true },
	{ "data:text%2Fhtml,x", "x", true },
	{ "data:image/svg+xml;utf8,<svg>", "<svg>", true },
	{ "data:application/xhtml+xml,<a>", "<a>", true },
	{ "data:,see", "see", false },
	{ "data:;base64,c2Vl", "see", false },
	{ "data:text/plain,see", "see", false },
	{ "data:image/png;base64,c2Vl", "", false },
	{ "data:text/html", "", false },
	{ "data:text/html,", "", false },
	{ "date:,see", "", false }
};

T_TEST(reads_data_documents)
{
	for (size_t i = 0; i < sizeof DOCUMENTS / sizeof *DOCUMENTS; i++) {
		struct arena *arena = arena_create(ARENA_BYTES);
		struct nested_document document;
		struct url url;

		t_need(arena && url_parse(arena, str_from(DOCUMENTS[i].raw), STR(""), &url));
		t_int(nested_read(arena, str_from(DOCUMENTS[i].raw), url.url, &document), 0);
		if (!t_slice(document.text, DOCUMENTS[i].text) ||
			!t_int(document.text.len > 0 && document.html, DOCUMENTS[i].html))
			printf("# of %s\n", DOCUMENTS[i].raw);
		t_true(document.at + document.len <= url.url.len);
		arena_free(&arena);
	}
}

/* Many links, long pieces: what it takes from the arena is bound by the URL's length. */
T_TEST(takes_no_more_than_some_links_and_some_memory)
{
	static const char *const PIECES[] = { "?u=http://a.example/&", "aHR0cDov", "h0dHA6", "odHRw",
		"%25", "://", "data:;base64,", "u=a.a&", "http:" };

	for (size_t i = 0; i < sizeof PIECES / sizeof *PIECES; i++) {
		struct arena *arena = arena_create(ARENA_BYTES);
		struct buf url = { .arena = arena };
		struct nested_list list;

		buf_add_cstr(&url, "http://r.example/?u=");
		while (url.len < URL_TEXT_MAX)
			buf_add_cstr(&url, PIECES[i]);
		t_int(nested_find(arena, buf_str(&url), STR("r.example"), &list), 0);
		t_true(list.n <= NESTED_MAX);
		t_true(arena_used(arena) < ARENA_BYTES / 2);
		arena_free(&arena);
	}
}
