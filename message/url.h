/* message/url: what a link opens: the WHATWG URL rules for http, https and ftp, as browsers and
 * mail programs follow them, so that a host cannot be hidden from us and shown to them.
 *
 * Linear in the input. Results live in the arena. Any thread.
 */
#ifndef DEPEER_MESSAGE_URL_H
#define DEPEER_MESSAGE_URL_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/ip.h"
#include "base/str.h"

enum { URL_TEXT_MAX = 8192 }; /* bytes of `url`; what is longer is cut there */

struct url {
	struct str scheme; /* lower case, without ':' */
	struct str url;    /* serialised; percent-encodings of unreserved characters decoded */
	struct str host;   /* lower case ASCII; an address in canonical form; empty: opens nothing
	                    * (a host no browser takes, or a scheme that has none) */
	bool host_is_ip;
	struct ip ip;
};

/* Reads a link as it stands in an href (entities decoded) or in text. Schemes other than http,
 * https, ftp and mailto are kept as they stand, without a host. Without a scheme: resolved
 * against `base` (an absolute URL, may be empty); "//host/" is taken for http; "www." names,
 * and names with a known public suffix, for http; "name@host" for mailto. False: not a link
 * (empty, "#place", a relative link without a base), or memory is spent (see arena_spent). */
bool url_parse(struct arena *arena, struct str raw, struct str base, struct url *out);

/* Percent-decoded, into arena memory with a NUL behind it; empty when memory is spent. */
struct str url_percent_decode(struct arena *arena, struct str text);

/* The host of an authority after the same rules: percent-decoding, IDNA (UTS 46, by libidn2),
 * IPv4 in its numeric forms, IPv6 in brackets. False when no browser takes it. */
bool url_parse_host(struct arena *arena, struct str text, struct url *out);

#endif
