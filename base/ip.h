/* base/ip: an IP address and a prefix, one form for both families.
 *
 * Always 16 bytes in network order; IPv4 is kept as ::ffff:a.b.c.d, so that 192.0.2.1 and the
 * mapped form that dual-stack sockets report are the same value, and one tree serves both. A
 * prefix counts its bits in that form (192.0.2.0/24 has bits == 120) and prints in the
 * family's own. A consequence: ::/0 (and each IPv6 prefix that is shorter and contains
 * ::ffff:0:0/96) contains every IPv4 address too; 0.0.0.0/0 is IPv4 only.
 */
#ifndef DEPEER_BASE_IP_H
#define DEPEER_BASE_IP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct sockaddr;

enum { IP_TEXT_MAX = 46, IP_PREFIX_TEXT_MAX = 50 }; /* bytes, with the final NUL */

struct ip {
	uint8_t bytes[16];
};

struct ip_prefix {
	struct ip base; /* host bits are zero */
	uint8_t bits;   /* 0..128, in the 16-byte form */
};

/* Strict: dotted quad of four decimal numbers without leading zeros (inet_aton's octal and short
 * forms are refused: 010.1.1.1 is no address), or RFC 4291 text, an IPv6 zone is refused. */
bool ip_parse(struct str text, struct ip *out);
/* From a socket address; false for NULL and for other families (AF_UNIX: a local client). */
bool ip_from_sockaddr(const struct sockaddr *address, struct ip *out);
struct ip ip_from_v4(uint32_t host_order);
bool ip_is_v4(const struct ip *ip);
bool ip_equal(const struct ip *a, const struct ip *b);
int ip_compare(const struct ip *a, const struct ip *b); /* numeric order */
/* Shortest form (RFC 5952), IPv4 dotted. Returns out. */
const char *ip_format(const struct ip *ip, char out[IP_TEXT_MAX]);
/* Loopback, RFC 1918, link-local, unique local, 0/8, 100.64/10, unspecified: addresses that say
 * nothing about a network of the internet. */
bool ip_is_private(const struct ip *ip);

/* "192.0.2.0/24", "2001:db8::/32", or a bare address (/32, /128). Host bits that are set are an
 * error: false, with *host_bits (which may be NULL) set to true, so that the caller can say so. */
bool ip_prefix_parse(struct str text, struct ip_prefix *out, bool *host_bits);
struct ip_prefix ip_prefix_make(const struct ip *ip, uint8_t bits); /* masks the host bits */
bool ip_prefix_contains(const struct ip_prefix *prefix, const struct ip *ip);
bool ip_prefix_covers(const struct ip_prefix *outer, const struct ip_prefix *inner);
/* "192.0.2.0/24". Returns out. */
const char *ip_prefix_format(const struct ip_prefix *prefix, char out[IP_PREFIX_TEXT_MAX]);

#endif
