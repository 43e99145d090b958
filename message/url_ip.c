/* message/url_ip: see url_ip.h. */
#include "message/url_ip.h"

#include <stdio.h>
#include <string.h>

#include "message/decode.h"

/* One part of an IPv4 number: decimal, 0 octal, 0x hex. False when it is none. */
static bool ipv4_part(struct str part, uint64_t *value)
{
	unsigned base = 10;

	*value = 0;
	if (part.len == 0)
		return false;
	if (part.len > 1 && part.ptr[0] == '0') {
		bool hex = ascii_lower(part.ptr[1]) == 'x';

		base = hex ? 16 : 8;
		part = str_slice(part, hex ? 2 : 1, part.len);
	}
	for (size_t i = 0; i < part.len; i++) {
		int digit = hex_digit(part.ptr[i]);

		if (digit < 0 || (unsigned)digit >= base)
			return false;
		if (*value <= UINT32_MAX) /* more is an overflow all the same */
			*value = *value * base + (unsigned)digit;
	}
	return true;
}

bool url_ends_in_number(struct str host)
{
	size_t at = host.len;
	struct str label;
	uint64_t value;

	while (at > 0 && host.ptr[at - 1] != '.')
		at--;
	label = str_slice(host, at, host.len);
	if (label.len == 0 || !ascii_digit(label.ptr[0]))
		return false;
	for (size_t i = 0; i < label.len; i++)
		if (!ascii_digit(label.ptr[i]))
			return ipv4_part(label, &value);
	return true;
}

bool url_ipv4_parse(struct str host, struct ip *ip)
{
	uint64_t parts[4], address = 0;
	size_t n = 0, at = 0;

	while (at <= host.len) {
		size_t dot = str_find_byte(str_slice(host, at, host.len), '.');
		size_t end = dot == SIZE_MAX ? host.len : at + dot;

		if (n == 4 || !ipv4_part(str_slice(host, at, end), &parts[n++]))
			return false;
		at = end + 1;
	}
	for (size_t i = 0; i + 1 < n; i++) {
		if (parts[i] > 255)
			return false;
		address |= parts[i] << (24 - 8 * i);
	}
	if (parts[n - 1] >= UINT64_C(1) << (8 * (5 - n)))
		return false;
	*ip = ip_from_v4((uint32_t)(address | parts[n - 1]));
	return true;
}

bool url_ipv6_parse(struct str text, struct ip *ip)
{
	return str_find_byte(text, ':') != SIZE_MAX && ip_parse(text, ip);
}

const char *url_ipv6_format(const struct ip *ip, char out[URL_IPV6_TEXT_MAX])
{
	const uint8_t *b = ip->bytes;
	char text[IP_TEXT_MAX];

	if (ip_is_v4(ip)) /* base/ip would write the IPv4 address alone */
		snprintf(out, URL_IPV6_TEXT_MAX, "::ffff:%x:%x", b[12] << 8 | b[13], b[14] << 8 | b[15]);
	else
		snprintf(out, URL_IPV6_TEXT_MAX, "%s", ip_format(ip, text));
	return out;
}

struct carrier {
	uint8_t bytes[16];
	uint8_t from, to; /* the bytes that tell it */
	uint8_t at;       /* where the IPv4 address stands */
	uint8_t mask;     /* its bytes are turned over */
	bool itself;      /* whoever opens it opens the IPv4 address, be it private or not */
};

static const struct carrier CARRIERS[] = {
	{ { [10] = 0xFF, [11] = 0xFF }, 0, 12, 12, 0, true },
	{ { [8] = 0xFF, [9] = 0xFF }, 0, 12, 12, 0, true },
	{ { [1] = 0x64, [2] = 0xFF, [3] = 0x9B }, 0, 12, 12, 0, true },
	{ { 0 }, 0, 12, 12, 0, false },
	{ { 0x20, 0x02 }, 0, 2, 2, 0, false },
	{ { 0x20, 0x01 }, 0, 4, 12, 0xFF, false },
	{ { [10] = 0x5E, [11] = 0xFE }, 8, 12, 12, 0, false },
	{ { [8] = 0x02, [10] = 0x5E, [11] = 0xFE }, 8, 12, 12, 0, false }
};

bool url_ipv6_carried(const struct ip *ip, struct ip *v4)
{
	for (size_t i = 0; i < sizeof CARRIERS / sizeof *CARRIERS; i++) {
		const struct carrier *carrier = &CARRIERS[i];
		const uint8_t *b = ip->bytes + carrier->at;
		uint32_t address = 0;

		if (memcmp(ip->bytes + carrier->from, carrier->bytes + carrier->from,
			(size_t)(carrier->to - carrier->from)) != 0)
			continue;
		for (int k = 0; k < 4; k++)
			address = address << 8 | (uint32_t)(b[k] ^ carrier->mask);
		*v4 = ip_from_v4(address);
		return carrier->itself || !ip_is_private(v4);
	}
	return false;
}
