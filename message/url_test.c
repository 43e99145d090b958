/* Tests of URLs: the WHATWG rules as far as an attacker uses them. */
#include "message/url.h"

#include <stdio.h>

#include "base/disguise.h"
#include "test-harness/t.h"

static const struct { const char *raw, *url, *host; } CASES[] = {
	{ "http://Example.COM", "http://example.com/", "example.com" },
	{ "  HTTPS:\\\\Example.com\\a\\..\\b?c\\d#e ", "https://example.com/b?c\\d#e", "example.com" },
	{ "ht\ntp://exa\tmple.com/", "http://example.com/", "example.com" },
	{ "http:example.com/x", "http://example.com/x", "example.com" },
	{ "http:////example.com", "http://example.com/", "example.com" },
	{ "http://user:pw@good.example@example.com:80/", "http://user:pw%40good.example@example.com/",
	  "example.com" },
	{ "https://example.com:0443/", "https://example.com/", "example.com" },
	{ "http://example.com:8080/%7e%2f%41", "http://example.com:8080/~%2FA", "example.com" },
	{ "http://%65xample%2ecom/", "http://example.com/", "example.com" },
	{ "http://a/b/./c/../../d/..", "http://a/", "a" },
	{ "http://a/%2e%2e/b/%2E/c", "http://a/b/c", "a" },
	{ "http://0x7f.1/", "http://127.0.0.1/", "127.0.0.1" },
	{ "http://3232235521", "http://192.168.0.1/", "192.168.0.1" },
	{ "http://0300.0250.1", "http://192.168.0.1/", "192.168.0.1" },
	{ "http://192.0.2.1./", "http://192.0.2.1/", "192.0.2.1" },
	{ "http://[2001:DB8::1]:80/", "http://[2001:db8::1]/", "2001:db8::1" },
	{ "http://b\xC3\xBC" "cher.example/", "http://xn--bcher-kva.example/",
	  "xn--bcher-kva.example" },
	{ "http://pi\xC2\xADlls.example", "http://pills.example/", "pills.example" },
	{ "http://ex\xE3\x80\x82" "ample.com", "http://ex.ample.com/", "ex.ample.com" },
	{ "//example.com/x", "http://example.com/x", "example.com" },
	{ "www.example.com", "http://www.example.com/", "www.example.com" },
	{ "example.com:8080/x", "http://example.com:8080/x", "example.com" },
	{ "ftp.example.com", "ftp://ftp.example.com/", "ftp.example.com" },
	{ "mailto:Me@Example.com?subject=x", "mailto:Me@example.com?subject=x", "example.com" },
	{ "me@example.com", "mailto:me@example.com", "example.com" },
	{ "JavaScript:void(0)", "javascript:void(0)", "" },
	{ "data:text/html,x", "data:text/html,x", "" },
	{ "http://exa mple.com/", "http://exa mple.com/", "" }, { "http:///", "http:///", "" },
	{ "http://example.com:99999/", "http://example.com:99999/", "" },
	{ "192.0.2.1:8080/x", "http://192.0.2.1:8080/x", "192.0.2.1" },
	{ "http://256.1.1.1/", "http://256.1.1.1/", "" },
	{ "http://1.2.3.4.5/", "http://1.2.3.4.5/", "" },
	{ "http://[::1/", "http://[::1/", "" }, { "http://a<b/", "http://a<b/", "" },
};

T_TEST(parses)
{
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
		struct arena *arena = arena_create(1 << 20);
		struct url url;

		if (t_true(url_parse(arena, str_from(CASES[i].raw), STR(""), &url))) {
			t_slice(url.url, CASES[i].url);
			t_slice(url.host, CASES[i].host);
		}
		arena_free(&arena);
	}
}

T_TEST(no_links)
{
	static const char *const NONE[] = {
		"", " \n", "#x", "x.html", "/x", "?x", "hello", "a.b.nosuchtld"
	};
	struct arena *arena = arena_create(1 << 20);
	struct url url;

	for (size_t i = 0; i < sizeof NONE / sizeof *NONE; i++)
		t_true(!url_parse(arena, str_from(NONE[i]), STR(""), &url));
	arena_free(&arena);
}

T_TEST(joins_with_a_base)
{
	static const struct { const char *raw, *url; } JOINS[] = {
		{ "x", "http://h/a/x" }, { "../x", "http://h/x" }, { "/x", "http://h/x" },
		{ "?q", "http://h/a/b?q" }, { "//o/x", "http://o/x" }, { "http://p/", "http://p/" },
	};
	struct arena *arena = arena_create(1 << 20);

	for (size_t i = 0; i < sizeof JOINS / sizeof *JOINS; i++) {
		struct url url;

		t_true(url_parse(arena, str_from(JOINS[i].raw), STR("http://h/a/b?c#d"), &url));
		t_slice(url.url, JOINS[i].url);
	}
	arena_free(&arena);
}

T_TEST(long_urls_are_cut_not_lost)
{
	struct arena *arena = arena_create(1 << 20);
	struct buf raw = {0};
	struct url url;

	buf_add_cstr(&raw, "http://");
	for (int i = 0; i < 20000; i++)
		buf_add_byte(&raw, 'u');
	buf_add_cstr(&raw, "@example.com/");
	t_true(url_parse(arena, buf_str(&raw), STR(""), &url));
	t_slice(url.host, "example.com");
	t_int(url.url.len, URL_TEXT_MAX);
	buf_free(&raw);
	arena_free(&arena);
}

static const struct { const char *raw, *host, *ip; unsigned disguise; } SHOWN[] = {
	{ "http://example.com/a%20b@c\\d\n?x", "example.com", "", 0 },
	{ "http://192.0.2.1./", "192.0.2.1", "192.0.2.1", 0 },
	{ "http://[2001:db8::1]/", "2001:db8::1", "2001:db8::1", 0 },
	{ "www.example.com", "www.example.com", "", 0 }, { "//example.com/", "example.com", "", 0 },
	{ "me@example.com", "example.com", "", 0 },
	{ "http://ex%61mple.com/", "example.com", "", DISGUISE_PERCENT },
	{ "http://0x7f.1/", "127.0.0.1", "127.0.0.1", DISGUISE_NUMERIC },
	{ "http://017.0.0.1/", "15.0.0.1", "15.0.0.1", DISGUISE_NUMERIC },
	{ "http://[::ffff:77.3.4.9]/", "::ffff:4d03:409", "77.3.4.9", DISGUISE_CARRIED },
	{ "http://[64:ff9b::4d03:409]/", "64:ff9b::4d03:409", "77.3.4.9", DISGUISE_CARRIED },
	{ "http://[2002:4d03:409::1]/", "2002:4d03:409::1", "77.3.4.9", DISGUISE_CARRIED },
	{ "http://[2001:0:5ef5:79fb:0:0:b2fc:fbf6]/", "2001:0:5ef5:79fb::b2fc:fbf6", "77.3.4.9",
	  DISGUISE_CARRIED },
	{ "http://[2001:db8::200:5efe:4d03:409]/", "2001:db8::200:5efe:4d03:409", "77.3.4.9",
	  DISGUISE_CARRIED },
	{ "http://[2001:db8::5efe:10.0.0.1]/", "2001:db8::5efe:a00:1", "2001:db8::5efe:a00:1", 0 },
	{ "http://[::1]/", "::1", "::1", 0 },
	{ "http://good.example@example.com/", "example.com", "", DISGUISE_USERINFO },
	{ "http:/example.com/", "example.com", "", DISGUISE_SLASHES },
	{ "http://\\example.com/", "example.com", "", DISGUISE_SLASHES },
	{ "http://example.com\\x", "example.com", "", DISGUISE_SLASHES },
	{ "///example.com/", "example.com", "", DISGUISE_SLASHES },
	{ "ht\ntp://example.com/", "example.com", "", DISGUISE_BLANKS },
	{ "http://exa\tmple.com/", "example.com", "", DISGUISE_BLANKS },
	{ "\001http://example.com/", "example.com", "", DISGUISE_BLANKS },
	{ " http://example.com/\n", "example.com", "", 0 },
	{ "http://exa\xC2\xADmple.com/", "example.com", "", DISGUISE_INVISIBLE },
	{ "http://exa\xE2\x81\xA4mple.com/", "example.com", "", DISGUISE_INVISIBLE },
	{ "http://\xEF\xBD\x85xample.com/", "example.com", "", DISGUISE_COMPATIBLE },
	{ "http://example\xE3\x80\x82" "com/", "example.com", "", DISGUISE_COMPATIBLE },
	{ "http://p\xD1\x96lls.example/", "xn--plls-l9d.example", "", DISGUISE_CONFUSABLE },
	{ "http://xn--plls-l9d.example/", "xn--plls-l9d.example", "", DISGUISE_CONFUSABLE },
	/* a snowman, which IDNA 2008 refuses and browsers take */
	{ "http://i\xE2\x98\x83.example/", "xn--i-1xp.example", "", 0 },
	{ "http://b\xC3\xBC" "cher-.example/", "xn--bcher--3ya.example", "", 0 },
};

T_TEST(sees_disguises)
{
	for (size_t i = 0; i < sizeof SHOWN / sizeof *SHOWN; i++) {
		struct arena *arena = arena_create(1 << 20);
		char ip[IP_TEXT_MAX] = "";
		struct url url;

		t_need(url_parse(arena, str_from(SHOWN[i].raw), STR(""), &url));
		if (url.host_is_ip)
			ip_format(&url.ip, ip);
		bool host = t_slice(url.host, SHOWN[i].host), address = t_str(ip, SHOWN[i].ip);

		if (!t_int(url.disguise, SHOWN[i].disguise) || !host || !address)
			printf("# %s\n", SHOWN[i].raw);
		arena_free(&arena);
	}
}
