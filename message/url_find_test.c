/* Tests of the finder of links in plain text. */
#include "message/url_find.h"

#include "message/domain.h"
#include "test-harness/t.h"

/* Expected links, with '|' between. */
static const struct { const char *text, *links; } CASES[] = {
	{ "see http://a.example/x, and (https://b.example/(y)).",
	  "http://a.example/x|https://b.example/(y)" },
	{ "<http://a.example/>\"http://b.example\"", "http://a.example/|http://b.example" },
	{ "www.example.com. Www.Example.org/x?", "www.example.com|Www.Example.org/x" },
	{ "example.com, sub.example.co.uk:8080/x!", "example.com|sub.example.co.uk:8080/x" },
	{ "end.Then 1.2.3 readme.txt setup.py e.g. i.e. a.b", "" },
	{ "setup.py/x report.zip", "setup.py/x" },
	{ "write me@example.com or mailto:you@example.org?x", "me@example.com|mailto:you@example.org?x" },
	{ "john.doe@example.com x@y z@nosuch.nosuchtld", "john.doe@example.com" },
	{ "http://a.examplehttp://b.example", "http://a.examplehttp://b.example" },
	{ "click here...www.example.com...", "www.example.com" },
	{ "HTTP://A.example ftp://b.example/f xhttp://c.example",
	  "HTTP://A.example|ftp://b.example/f|http://c.example" },
	{ "http:// http:/ http: mailto: www. .com @ a@ @b ://", "" },
	{ "\xE8\xAF\xB7www.example.com\xE8\xB4\xAD \xE3\x80\x8Chttp://a.example\xE3\x80\x8D",
	  "www.example.com|http://a.example" },
	{ "\xD0\xBF\xD1\x80\xD0\xB5\xD0\xB7\xD0\xB8\xD0\xB4\xD0\xB5\xD0\xBD\xD1\x82.\xD1\x80\xD1\x84",
	  "\xD0\xBF\xD1\x80\xD0\xB5\xD0\xB7\xD0\xB8\xD0\xB4\xD0\xB5\xD0\xBD\xD1\x82.\xD1\x80\xD1\x84" },
	{ "77.3.4.9/buy 77.3.4.9:8080 version 77.3.4.9", "77.3.4.9/buy|77.3.4.9:8080" },
	{ "http://www.good.example@pills.example/ http://user@pills.example",
	  "http://www.good.example@pills.example/|http://www.good.example|http://user@pills.example" },
	{ "URL:http://pills.example/a [x](http://a.example)[y] it's http://b.example/x's",
	  "http://pills.example/a|http://a.example|http://b.example/x" },
	{ "http://pills\xE3\x80\x82""example/\xE3\x80\x82 http://a.example\xE3\x80\x82",
	  "http://pills\xE3\x80\x82""example/|http://a.example" },
	{ "http://pills.\r\nexample/ http://host. Then", "http://host" },
	{ "http://a.com\xE2\x80\x8B.pills.example/ http://pi\xE2\x80\x8Blls.example",
	  "http://a.com\xE2\x80\x8B.pills.example/|http://a.com|http://pi\xE2\x80\x8Blls.example" },
	{ "http://# http://? mailto:bar //a.com", "//a.com" },
	{ "", "" },
};

T_TEST(finds)
{
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
		struct url_finder finder = url_find_begin(NULL, str_from(CASES[i].text));
		struct buf found = {0};
		struct url_found one;

		while (url_find_next(&finder, &one)) {
			if (found.len > 0)
				buf_add_byte(&found, '|');
			buf_add_str(&found, one.link);
		}
		t_slice(buf_str(&found), CASES[i].links);
		buf_free(&found);
	}
}

T_TEST(registered_domains)
{
	t_slice(domain_registered(STR("www.example.co.uk")), "example.co.uk");
	t_slice(domain_registered(STR("example.com.")), "example.com");
	t_slice(domain_registered(STR("co.uk")), "");
	t_slice(domain_registered(STR("a.b.nosuchtld")), "");
	t_slice(domain_registered(STR("localhost")), "");
	t_slice(domain_registered(STR("")), "");
	t_slice(domain_registered(STR("a.xn--p1ai")), "a.xn--p1ai");
	t_true(domain_has_suffix(STR("x.COM")));
	t_true(!domain_has_suffix(STR("x.txt")));
}

/* A reader's links: as mended, with '|' between. */
static const struct { const char *text, *links; } HUMAN[] = {
	{ "http:\\\\pills.example\\a", "http:\\\\pills.example\\a" },
	{ "www.pills[dot]example", "http://www.pills.example" },
	{ "http://pil ls.example (remove the space)", "http://pil" "ls.example" },
	{ "www.pil ls.example/buy (please delete the blank)", "http://www.pil" "ls.example/buy" },
	{ "http://pills. example/x - remove the space", "http://pills.example/x" },
	{ "\xEF\xBD\x88\xEF\xBD\x94\xEF\xBD\x94\xEF\xBD\x90\xEF\xBC\x9A\xEF\xBC\x8F"
	  "\xEF\xBC\x8Fpills.example",
	  "http://pills.example" },
	{ "http://pills[.]example/ http://pills(.)example http://a{.}pills<.>example/x?y.",
	  "http://pills.example/|http://pills.example|http://a.pills.example/x?y" },
	{ "hxxp://pills.example/ hxxps://a.com/b, (h**p://b.com) hXXp://1.2.3.4/x",
	  "http://pills.example/|https://a.com/b|http://b.com|http://1.2.3.4/x" },
	{ "hxxps[:]//pills[.]com/a hxxp[://]pills.com", "https://pills.com/a|http://pills.com" },
	{ "www DOT pills DOT example", "http://www.pills.example" },
	{ "www . pills . com. At noon", "http://www.pills.com" },
	{ "www. pills .com now", "http://www.pills.com" },
	{ "www(.)pills(.)example", "http://www.pills.example" },
	{ "pills[.]com pills (dot) com pills [d0t] com pills {dot}co.uk/x",
	  "http://pills.com|http://pills.com|http://pills.com|http://pills.co.uk/x" },
	{ "pills dot com (replace dot)", "http://pills.com" },
	{ "http: //pills.example/a http ://pills.com http:// pills.example https : //b.com",
	  "http://pills.example/a|http://pills.com|http://pills.example|https://b.com" },
	{ "the dot com boom, e.g. this, foo.Bar() etc.Next node.js is java.util.List v1.2.3", "" },
	{ "at 10.30 for $5.99 ... so . Then . com [...] (.) connect the dots dot dot dot", "" },
	{ "joe at example dot com, joe (at) example [dot] com, joe@mail[.]com", "" },
	{ "meow://a http: // see.this dotted.line foo[.]baz 'a'.'com' www. and http:// and", "" },
	{ "http://www.example.com dot the i", "" },
};

T_TEST(finds_what_readers_mend)
{
	for (size_t i = 0; i < sizeof HUMAN / sizeof *HUMAN; i++) {
		struct arena *arena = arena_create(1 << 20);
		struct url_finder finder = url_find_begin(arena, str_from(HUMAN[i].text));
		struct buf found = {0};
		struct url_found one;

		while (url_find_next(&finder, &one)) {
			if (!one.human)
				continue;
			if (found.len > 0)
				buf_add_byte(&found, '|');
			buf_add_str(&found, one.mended);
		}
		t_slice(buf_str(&found), HUMAN[i].links);
		buf_free(&found);
		arena_free(&arena);
	}
}
