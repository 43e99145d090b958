/* message/url_ip: hosts that are addresses, in all the spellings that a browser reads (WHATWG URL
 * 3.5: the IPv4 and IPv6 parsers). No memory; any thread. */
#ifndef DEPEER_MESSAGE_URL_IP_H
#define DEPEER_MESSAGE_URL_IP_H

#include <stdbool.h>

#include "base/ip.h"
#include "base/str.h"

enum { URL_IPV6_TEXT_MAX = 40 };

/* Does the host end in a number? Then it is an IPv4 address, or nothing. */
bool url_ends_in_number(struct str host);
/* "0x7f.1", "3232235521", "0300.0250.1": decimal, octal and hexadecimal, one to four parts. A dot
 * at the end has been taken off. */
bool url_ipv4_parse(struct str host, struct ip *ip);
/* Between the brackets: RFC 4291 without a zone. */
bool url_ipv6_parse(struct str text, struct ip *ip);
/* As browsers write it: RFC 5952, an IPv4 address within it not dotted. Returns out. */
const char *url_ipv6_format(const struct ip *ip, char out[URL_IPV6_TEXT_MAX]);
/* The IPv4 address that an IPv6 one carries: mapped (::ffff:0:0/96), compatible (::/96),
 * translated (::ffff:0:0:0/96, RFC 2765), NAT64 (64:ff9b::/96, RFC 6052), 6to4 (2002::/16), Teredo
 * (2001::/32, the client's) and ISATAP (RFC 5214). What is looked up of such a host: the mail is
 * from, or leads to, the network of the IPv4 address. False when there is none, or a private one
 * in a form that does not stand for the address itself (ISATAP within a site). */
bool url_ipv6_carried(const struct ip *ip, struct ip *v4);

#endif
