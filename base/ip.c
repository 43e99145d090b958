/* base/ip: see ip.h.
 *
 * Written out rather than given to inet_pton and inet_ntop: those take C strings (an address
 * with a NUL in it would be read up to there), and their output differs between C libraries.
 */
#include "base/ip.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum { V4_OFFSET = 12, V4_BITS = 96 }; /* where an IPv4 address begins in the 16-byte form */

static const uint8_t V4_START[V4_OFFSET] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

/* Decimal without leading zeros, at most `max`. */
static bool parse_decimal(struct str text, uint64_t max, uint8_t *out)
{
	uint64_t value;

	if (text.len == 0 || text.len > 3 || (text.len > 1 && text.ptr[0] == '0'))
		return false;
	if (!str_to_u64(text, max, &value))
		return false;
	*out = (uint8_t)value;
	return true;
}

/* Four numbers up to 255, without leading zeros. */
static bool parse_v4(struct str text, uint8_t out[4])
{
	const char *p = text.ptr, *end = p + text.len;

	for (int i = 0; i < 4; i++) {
		const char *from = p;
		unsigned value = 0;

		while (p < end && p - from < 3 && ascii_digit(*p))
			value = value * 10 + (unsigned)(*p++ - '0');
		if (p == from || value > 255 || (p - from > 1 && *from == '0'))
			return false;
		out[i] = (uint8_t)value;
		if (i < 3 && (p == end || *p++ != '.'))
			return false;
	}
	return p == end;
}

static int hex_value(char c)
{
	if (ascii_digit(c))
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool parse_group(struct str text, uint8_t out[2])
{
	unsigned value = 0;

	if (text.len == 0 || text.len > 4)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		int digit = hex_value(text.ptr[i]);

		if (digit < 0)
			return false;
		value = value * 16 + (unsigned)digit;
	}
	out[0] = (uint8_t)(value >> 8);
	out[1] = (uint8_t)value;
	return true;
}

/* "a:b:c" without "::", the last group dotted if `dotted_end` allows it. Returns the bytes
 * written, at most `max`, or -1. The empty text gives 0. */
static int parse_groups(struct str text, uint8_t *out, int max, bool dotted_end)
{
	int n = 0;

	while (text.len > 0) {
		size_t colon = str_find_byte(text, ':');
		bool last = colon == SIZE_MAX;
		struct str group = str_slice(text, 0, colon);

		if (last && dotted_end && str_find_byte(group, '.') != SIZE_MAX)
			return n + 4 <= max && parse_v4(group, out + n) ? n + 4 : -1;
		if (n + 2 > max || !parse_group(group, out + n))
			return -1;
		n += 2;
		if (last)
			break;
		text = str_slice(text, colon + 1, text.len);
		if (text.len == 0)
			return -1; /* ended in ':' */
	}
	return n;
}

static bool parse_v6(struct str text, uint8_t out[16])
{
	size_t gap = str_find(text, STR("::"));
	uint8_t tail[16];
	int head_n, tail_n;

	memset(out, 0, 16);
	if (gap == SIZE_MAX)
		return parse_groups(text, out, 16, true) == 16;
	/* "::" stands for one group at least */
	head_n = parse_groups(str_slice(text, 0, gap), out, 14, false);
	if (head_n < 0)
		return false;
	tail_n = parse_groups(str_slice(text, gap + 2, text.len), tail, 14 - head_n, true);
	if (tail_n < 0)
		return false;
	memcpy(out + 16 - tail_n, tail, (size_t)tail_n);
	return true;
}

bool ip_parse(struct str text, struct ip *out)
{
	struct ip ip;

	if (text.len == 0 || text.len >= IP_TEXT_MAX)
		return false;
	if (str_find_byte(text, ':') != SIZE_MAX) {
		if (!parse_v6(text, ip.bytes))
			return false;
	} else {
		memcpy(ip.bytes, V4_START, V4_OFFSET);
		if (!parse_v4(text, ip.bytes + V4_OFFSET))
			return false;
	}
	*out = ip;
	return true;
}

bool ip_from_sockaddr(const struct sockaddr *address, struct ip *out)
{
	if (!address)
		return false;
	/* copied, because the caller's sockaddr may not be aligned for the larger type */
	if (address->sa_family == AF_INET) {
		struct sockaddr_in v4;

		memcpy(&v4, address, sizeof(v4));
		*out = ip_from_v4(ntohl(v4.sin_addr.s_addr));
		return true;
	}
	if (address->sa_family == AF_INET6) {
		struct sockaddr_in6 v6;

		memcpy(&v6, address, sizeof(v6));
		memcpy(out->bytes, &v6.sin6_addr, 16);
		return true;
	}
	return false;
}

struct ip ip_from_v4(uint32_t host_order)
{
	struct ip ip;

	memcpy(ip.bytes, V4_START, V4_OFFSET);
	for (int i = 0; i < 4; i++)
		ip.bytes[V4_OFFSET + i] = (uint8_t)(host_order >> (24 - 8 * i));
	return ip;
}

bool ip_is_v4(const struct ip *ip)
{
	return memcmp(ip->bytes, V4_START, V4_OFFSET) == 0;
}

bool ip_equal(const struct ip *a, const struct ip *b)
{
	return memcmp(a->bytes, b->bytes, 16) == 0;
}

int ip_compare(const struct ip *a, const struct ip *b)
{
	return memcmp(a->bytes, b->bytes, 16);
}

/* The longest run of two or more zero groups, the first of equals: [*from, *to); none: empty. */
static void longest_zeros(const uint16_t groups[8], int *from, int *to)
{
	*from = *to = -1;
	for (int i = 0; i < 8; i++) {
		int end = i;

		while (end < 8 && groups[end] == 0)
			end++;
		if (end - i >= 2 && end - i > *to - *from) {
			*from = i;
			*to = end;
		}
		if (end > i)
			i = end;
	}
}

/* At most 255; its end. Every mail's addresses are written several times: printf is dear. */
static char *put_octet(char *out, unsigned number)
{
	if (number >= 100)
		*out++ = (char)('0' + number / 100);
	if (number >= 10)
		*out++ = (char)('0' + number / 10 % 10);
	*out++ = (char)('0' + number % 10);
	return out;
}

const char *ip_format(const struct ip *ip, char out[IP_TEXT_MAX])
{
	const uint8_t *b = ip->bytes;
	uint16_t groups[8];
	int from, to, n = 0;

	if (ip_is_v4(ip)) {
		char *end = put_octet(out, b[12]);

		for (int i = 13; i < 16; i++) {
			*end++ = '.';
			end = put_octet(end, b[i]);
		}
		*end = '\0';
		return out;
	}
	for (int i = 0; i < 8; i++)
		groups[i] = (uint16_t)(b[2 * i] << 8 | b[2 * i + 1]);
	longest_zeros(groups, &from, &to);
	for (int i = 0; i < 8; i++) {
		if (i == from) {
			n += snprintf(out + n, IP_TEXT_MAX - (size_t)n, "::");
			i = to - 1;
			continue;
		}
		n += snprintf(out + n, IP_TEXT_MAX - (size_t)n, "%s%x",
			i > 0 && i != to ? ":" : "", groups[i]);
	}
	return out;
}

static const struct ip_prefix PRIVATE[] = {
	{ { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0 } }, 96 + 8 },
	{ { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10 } }, 96 + 8 },
	{ { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 100, 64 } }, 96 + 10 }, /* RFC 6598 */
	{ { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127 } }, 96 + 8 },
	{ { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 169, 254 } }, 96 + 16 },
	{ { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 172, 16 } }, 96 + 12 },
	{ { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 168 } }, 96 + 16 },
	{ { { 0 } }, 127 }, /* :: and ::1 */
	{ { { 0xfc } }, 7 },
	{ { { 0xfe, 0x80 } }, 10 }
};

bool ip_is_private(const struct ip *ip)
{
	for (size_t i = 0; i < sizeof(PRIVATE) / sizeof(PRIVATE[0]); i++)
		if (ip_prefix_contains(&PRIVATE[i], ip))
			return true;
	return false;
}

bool ip_prefix_parse(struct str text, struct ip_prefix *out, bool *host_bits)
{
	size_t slash = str_find_byte(text, '/');
	struct str address = str_slice(text, 0, slash);
	bool v6 = str_find_byte(address, ':') != SIZE_MAX;
	uint8_t bits = v6 ? 128 : 32;
	struct ip_prefix prefix;
	struct ip ip;

	if (host_bits)
		*host_bits = false;
	if (!ip_parse(address, &ip))
		return false;
	if (slash != SIZE_MAX && !parse_decimal(str_slice(text, slash + 1, text.len), bits, &bits))
		return false;
	if (!v6)
		bits = (uint8_t)(bits + V4_BITS);
	prefix = ip_prefix_make(&ip, bits);
	if (!ip_equal(&prefix.base, &ip)) {
		if (host_bits)
			*host_bits = true;
		return false;
	}
	*out = prefix;
	return true;
}

struct ip_prefix ip_prefix_make(const struct ip *ip, uint8_t bits)
{
	struct ip_prefix prefix = { *ip, bits < 128 ? bits : 128 };

	for (int i = prefix.bits / 8; i < 16; i++) {
		int keep = i == prefix.bits / 8 ? prefix.bits % 8 : 0;

		prefix.base.bytes[i] &= (uint8_t)(0xff00 >> keep);
	}
	return prefix;
}

bool ip_prefix_contains(const struct ip_prefix *prefix, const struct ip *ip)
{
	size_t whole = prefix->bits / 8;
	uint8_t mask = (uint8_t)(0xff00 >> (prefix->bits % 8));

	if (memcmp(prefix->base.bytes, ip->bytes, whole) != 0)
		return false;
	return mask == 0 || ((prefix->base.bytes[whole] ^ ip->bytes[whole]) & mask) == 0;
}

bool ip_prefix_covers(const struct ip_prefix *outer, const struct ip_prefix *inner)
{
	return outer->bits <= inner->bits && ip_prefix_contains(outer, &inner->base);
}

const char *ip_prefix_format(const struct ip_prefix *prefix, char out[IP_PREFIX_TEXT_MAX])
{
	bool v4 = prefix->bits >= V4_BITS && ip_is_v4(&prefix->base);
	char *end;

	end = out + strlen(ip_format(&prefix->base, out));
	*end++ = '/';
	*put_octet(end, (unsigned)(v4 ? prefix->bits - V4_BITS : prefix->bits)) = '\0';
	return out;
}
