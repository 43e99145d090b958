#include "base/ip.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "test-harness/t.h"

static const char *again(const char *text)
{
	static char out[IP_TEXT_MAX];
	struct ip ip;

	return ip_parse(str_from(text), &ip) ? ip_format(&ip, out) : NULL;
}

static const char *prefix_again(const char *text)
{
	static char out[IP_PREFIX_TEXT_MAX];
	struct ip_prefix prefix;

	return ip_prefix_parse(str_from(text), &prefix, NULL) ? ip_prefix_format(&prefix, out) : NULL;
}

static struct ip ip_of(const char *text)
{
	struct ip ip = { { 0 } };

	t_need(ip_parse(str_from(text), &ip));
	return ip;
}

T_TEST(reads_and_writes_addresses)
{
	static const struct { const char *in, *out; } CASES[] = {
		{ "0.0.0.0", "0.0.0.0" },
		{ "192.0.2.1", "192.0.2.1" },
		{ "255.255.255.255", "255.255.255.255" },
		{ "::ffff:1.2.3.4", "1.2.3.4" },
		{ "::FFFF:102:304", "1.2.3.4" },
		{ "0:0:0:0:0:ffff:1.2.3.4", "1.2.3.4" },
		{ "::", "::" },
		{ "::1", "::1" },
		{ "1::", "1::" },
		{ "::1.2.3.4", "::102:304" },
		{ "2001:DB8::", "2001:db8::" },
		{ "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" }, /* RFC 5952 4.2.3: the first */
		{ "2001:0:0:1:0:0:0:1", "2001:0:0:1::1" },       /* the longest */
		{ "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1" }, /* 4.2.2: not for one group */
		{ "2001:db8::0001", "2001:db8::1" },
		{ "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0" },
		{ "::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8" },
		{ "64:ff9b::192.0.2.33", "64:ff9b::c000:221" },
		{ "1:2:3:4:5:6:7.8.9.10", "1:2:3:4:5:6:708:90a" },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" }
	};

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++)
		t_str(again(CASES[i].in), CASES[i].out);
}

T_TEST(refuses_what_is_no_address)
{
	static const char *const CASES[] = {
		"", ".", ":", "1", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3", "1.2.3.256",
		"010.1.1.1", "1.2.3.04", "00.0.0.0", "0x1.2.3.4", "1.2.3.4 ", " 1.2.3.4", "+1.2.3.4",
		"-1.2.3.4", "1.2.3.a", "1.2.3.4294967297", "3232235777", ":::", "1:::2", "::1::",
		":1", "1:", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "1::2:",
		"::1:2:3:4:5:6:7:8", "12345::", "g::", "fe80::1%eth0", "[::1]", "::1.2.3",
		"::1.2.3.4:5", "1.2.3.4::", "1:2:3:4:5:6:7:1.2.3.4", "::ffff:010.1.1.1", "::1/128",
		"0000:0000:0000:0000:0000:0000:0000:0000:0000:0000", "::-1", "1:2:3:4::5:6:7:1.2.3.4"
	};
	struct ip ip;

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++)
		if (!t_str(again(CASES[i]), NULL))
			t_str(CASES[i], "refused");
	t_true(!ip_parse(STR("1.2.3.4\0"), &ip));
	t_true(!ip_parse(STR("1.2\0.3.4"), &ip));
	t_true(!ip_parse(STR("::1\0"), &ip));
	t_true(!ip_parse(str_make(NULL, 0), &ip));
}

/* The C library's own reading is the other opinion. */
T_TEST(agrees_with_inet_pton)
{
	static const char ALPHABET[] = "0123:::..fF";
	uint32_t state = 12345;
	unsigned valid = 0;

	for (int round = 0; round < 200000; round++) {
		unsigned char theirs[16];
		struct ip ours;
		char text[24];
		size_t len;

		state = state * 1664525 + 1013904223;
		len = 2 + state % 19;
		for (size_t i = 0; i < len; i++) {
			state = state * 1664525 + 1013904223;
			text[i] = ALPHABET[(state >> 16) % (sizeof(ALPHABET) - 1)];
		}
		text[len] = '\0';
		if (memchr(text, ':', len)) {
			bool good = inet_pton(AF_INET6, text, theirs) == 1;

			if (ip_parse(str_make(text, len), &ours) != good)
				t_need(t_str(text, good ? "accepted" : "refused"));
			if (good)
				t_need(memcmp(theirs, ours.bytes, 16) == 0);
			valid += good;
		} else {
			bool good = inet_pton(AF_INET, text, theirs) == 1;

			t_need(ip_parse(str_make(text, len), &ours) == good);
			if (good)
				t_need(memcmp(theirs, ours.bytes + 12, 4) == 0);
			valid += good;
		}
	}
	t_true(valid > 500);
}

T_TEST(mapped_and_plain_are_the_same)
{
	struct ip plain = ip_of("192.0.2.1"), mapped = ip_of("::ffff:192.0.2.1");
	struct ip made = ip_from_v4(0xc0000201), v6 = ip_of("2001:db8::1");

	t_true(ip_equal(&plain, &mapped));
	t_true(ip_equal(&plain, &made));
	t_true(ip_is_v4(&mapped));
	t_true(!ip_is_v4(&v6));
	t_true(ip_compare(&plain, &v6) < 0);
	t_true(ip_compare(&v6, &plain) > 0);
	t_int(ip_compare(&plain, &mapped), 0);
}

T_TEST(socket_addresses)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	struct sockaddr local = { .sa_family = AF_UNIX };
	char text[IP_TEXT_MAX];
	struct ip ip;

	v4.sin_addr.s_addr = htonl(0x7f000001);
	t_true(ip_from_sockaddr((struct sockaddr *)&v4, &ip));
	t_str(ip_format(&ip, text), "127.0.0.1");
	v6.sin6_addr.s6_addr[15] = 1;
	t_true(ip_from_sockaddr((struct sockaddr *)&v6, &ip));
	t_str(ip_format(&ip, text), "::1");
	t_true(!ip_from_sockaddr(&local, &ip));
	t_true(!ip_from_sockaddr(NULL, &ip));
}

T_TEST(private_addresses)
{
	static const char *const PRIVATE[] = {
		"0.0.0.0", "0.1.2.3", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255",
		"127.0.0.1", "169.254.1.1", "172.16.0.0", "172.31.255.255", "192.168.255.255", "::",
		"::1", "fe80::1", "febf::", "fc00::", "fdff::1", "::ffff:10.0.0.1"
	};
	static const char *const PUBLIC[] = {
		"1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
		"126.255.255.255", "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255",
		"172.32.0.0", "192.167.255.255", "192.169.0.0", "255.255.255.255", "::2", "fec0::",
		"fbff::", "fe00::", "2001:db8::"
	};

	for (size_t i = 0; i < sizeof(PRIVATE) / sizeof(PRIVATE[0]); i++) {
		struct ip ip = ip_of(PRIVATE[i]);

		t_str(ip_is_private(&ip) ? "private" : PRIVATE[i], "private");
	}
	for (size_t i = 0; i < sizeof(PUBLIC) / sizeof(PUBLIC[0]); i++) {
		struct ip ip = ip_of(PUBLIC[i]);

		t_str(ip_is_private(&ip) ? PUBLIC[i] : "public", "public");
	}
}

T_TEST(reads_and_writes_prefixes)
{
	t_str(prefix_again("192.0.2.0/24"), "192.0.2.0/24");
	t_str(prefix_again("192.0.2.1"), "192.0.2.1/32");
	t_str(prefix_again("0.0.0.0/0"), "0.0.0.0/0");
	t_str(prefix_again("128.0.0.0/1"), "128.0.0.0/1");
	t_str(prefix_again("2001:db8::/32"), "2001:db8::/32");
	t_str(prefix_again("2001:db8::1"), "2001:db8::1/128");
	t_str(prefix_again("::/0"), "::/0");
	t_str(prefix_again("::ffff:192.0.2.0/120"), "192.0.2.0/24");
	t_str(prefix_again("::ffff:0:0/96"), "0.0.0.0/0");
	t_str(prefix_again("1.2.3.0/33"), NULL);
	t_str(prefix_again("1.2.3.0/"), NULL);
	t_str(prefix_again("/24"), NULL);
	t_str(prefix_again("1.2.3.0/024"), NULL);
	t_str(prefix_again("1.2.3.0/-1"), NULL);
	t_str(prefix_again("1.2.3.0/24/24"), NULL);
	t_str(prefix_again("1.2.3.0/ 24"), NULL);
	t_str(prefix_again("2001:db8::/129"), NULL);
	t_str(prefix_again("2001:db8::/4294967328"), NULL);
}

T_TEST(host_bits_are_an_error_of_their_own)
{
	struct ip_prefix prefix = { .bits = 7 };
	bool host_bits = false;

	t_true(!ip_prefix_parse(STR("192.0.2.1/24"), &prefix, &host_bits));
	t_true(host_bits);
	t_true(!ip_prefix_parse(STR("192.0.2/24"), &prefix, &host_bits));
	t_true(!host_bits);
	t_true(!ip_prefix_parse(STR("2001:db8::/28"), &prefix, &host_bits));
	t_true(host_bits);
	t_int(prefix.bits, 7);
	t_true(ip_prefix_parse(STR("192.0.2.0/23"), &prefix, &host_bits));
	t_true(!host_bits);
	t_int(prefix.bits, 119);
}

T_TEST(prefixes_contain_by_bits)
{
	struct ip ones = ip_of("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");

	for (int bits = 0; bits <= 128; bits++) {
		struct ip_prefix prefix = ip_prefix_make(&ones, (uint8_t)bits);
		struct ip changed = ones;

		for (int i = 0; i < 128; i++)
			t_need(((prefix.base.bytes[i / 8] >> (7 - i % 8)) & 1) == (i < bits));
		t_need(ip_prefix_contains(&prefix, &ones));
		if (bits > 0) {
			changed.bytes[(bits - 1) / 8] ^= (uint8_t)(0x80 >> ((bits - 1) % 8));
			t_need(!ip_prefix_contains(&prefix, &changed));
		}
		if (bits < 128) {
			changed = ones;
			changed.bytes[bits / 8] ^= (uint8_t)(0x80 >> (bits % 8));
			t_need(ip_prefix_contains(&prefix, &changed));
		}
	}
	t_int(ip_prefix_make(&ones, 255).bits, 128);
}

T_TEST(prefixes_cover)
{
	struct ip_prefix wide, narrow, other;

	t_need(ip_prefix_parse(STR("192.0.2.0/24"), &wide, NULL));
	t_need(ip_prefix_parse(STR("192.0.2.128/25"), &narrow, NULL));
	t_need(ip_prefix_parse(STR("192.0.3.0/25"), &other, NULL));
	t_true(ip_prefix_covers(&wide, &narrow));
	t_true(ip_prefix_covers(&wide, &wide));
	t_true(!ip_prefix_covers(&narrow, &wide));
	t_true(!ip_prefix_covers(&wide, &other));
}
