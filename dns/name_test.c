/* Names as text and on the wire, and what is none. */
#include "dns/name.h"

#include <stdio.h>
#include <string.h>

#include "test-harness/t.h"

static const char *normal(const char *name)
{
	static char out[DNS_NAME_TEXT_MAX];

	return dns_name_normalise(str_from(name), out) > 0 ? out : NULL;
}

T_TEST(names_are_lower_case_without_the_last_dot)
{
	t_str(normal("WWW.Example.COM."), "www.example.com");
	t_str(normal("_dmarc.example"), "_dmarc.example");
	t_str(normal("xn--bcher-kva.example"), "xn--bcher-kva.example");
	t_str(normal("1.2.0.192.zen.example"), "1.2.0.192.zen.example");
	t_str(normal("localhost"), "localhost");
}

T_TEST(what_is_no_name)
{
	static const char *const none[] = { "", ".", "..", "a..b", ".a", "a.b..", "192.0.2.1",
		"example.123", "1", "a b.example", "a\\b.example", "a\nb.example", "caf\xc3\xa9.example",
		"a\x7f.example" };

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		if (!t_true(!dns_name_ok(str_from(none[i]))))
			printf("# %s\n", none[i]);
	t_true(!dns_name_ok(str_make("a\0b.example", 11)));
}

T_TEST(lengths)
{
	char text[300];

	memset(text, 'a', sizeof(text));
	t_true(dns_name_ok(str_make(text, 63)));
	t_true(!dns_name_ok(str_make(text, 64)));
	for (size_t i = 49; i < sizeof(text); i += 50)
		text[i] = '.';
	t_true(dns_name_ok(str_make(text, 253)));
	text[253] = '.';
	t_true(dns_name_ok(str_make(text, 254)));
	text[253] = 'a';
	t_true(!dns_name_ok(str_make(text, 254)));
}

T_TEST(to_the_wire_and_back)
{
	unsigned char wire[DNS_NAME_MAX + 2];
	char text[DNS_NAME_TEXT_MAX];
	size_t used = 0;

	t_int(dns_name_to_wire(STR("Www.Example."), wire), 13);
	t_true(memcmp(wire, "\3www\7example\0", 13) == 0);
	t_int(dns_name_from_wire(str_make((char *)wire, sizeof(wire)), text, &used), 11);
	t_str(text, "www.example");
	t_int(used, 13);
	t_int(dns_name_to_wire(STR("a..b"), wire), 0);
}

T_TEST(wire_that_is_no_name)
{
	static const struct str none[] = { { "", 0 }, { "\0", 1 }, { "\3ww", 3 }, { "\3www", 4 },
		{ "\xc0\x0c", 2 }, { "\3www\xc0\x0c", 6 }, { "\3w.w\0", 5 }, { "\3w\0w\0", 5 },
		{ "\3w\\w\0", 5 }, { "\3w\xffw\0", 5 }, { "\x40", 1 } };
	char text[DNS_NAME_TEXT_MAX], wire[400];

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		if (!t_int(dns_name_from_wire(none[i], text, NULL), 0))
			printf("# number %zu\n", i);
	memset(wire, 'a', sizeof(wire));
	for (size_t i = 0; i < sizeof(wire); i += 64)
		wire[i] = 63;
	wire[256] = 0;
	t_int(dns_name_from_wire(str_make(wire, sizeof(wire)), text, NULL), 0); /* 255 as text */
	wire[192] = 0;
	t_int(dns_name_from_wire(str_make(wire, sizeof(wire)), text, NULL), 191);
}

static const char *reverse(const char *ip, const char *zone)
{
	static char out[DNS_NAME_TEXT_MAX];
	struct ip parsed;

	t_need(ip_parse(str_from(ip), &parsed));
	return dns_name_reverse(&parsed, str_from(zone), out) > 0 ? out : NULL;
}

T_TEST(reversed_addresses)
{
	char zone[260];

	t_str(reverse("192.0.2.1", ""), "1.2.0.192.in-addr.arpa");
	t_str(reverse("192.0.2.255", "Zen.Example"), "255.2.0.192.zen.example");
	t_str(reverse("2001:db8::1f", "bl.example"), "f.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0."
		"8.b.d.0.1.0.0.2.bl.example");
	t_str(reverse("::1", ""), "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0."
		"ip6.arpa");
	memset(zone, 'a', sizeof(zone));
	for (size_t i = 40; i < sizeof(zone); i += 40)
		zone[i] = '.';
	zone[sizeof(zone) - 1] = '\0';
	t_str(reverse("192.0.2.1", zone), NULL);
	zone[250] = '\0';
	t_str(reverse("192.0.2.1", zone), NULL);
	zone[230] = '\0';
	t_true(reverse("192.0.2.1", zone) != NULL);
}
