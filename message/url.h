/* message/url: what a link opens: the WHATWG URL rules for http, https, ftp, ws and wss, as
 * browsers and mail programs follow them, so that a host cannot be hidden from us and shown to
 * them.
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
	struct str host;   /* lower case ASCII; an address as browsers write it; empty: opens nothing
	                    * (a host no browser takes, or a scheme that has none) */
	bool host_is_ip;
	struct ip ip;      /* to look up: of an IPv6 host that carries an IPv4 address, that one */
	unsigned disguise; /* what of enum disguise shows in the link itself */
};

/* Reads a link as it stands in an href (entities decoded) or in text. Schemes other than
 * these and mailto are kept as they stand, without a host. Without a scheme: resolved
 * against `base` (an absolute URL, may be empty); "//host/" is taken for http; "www." names,
 * and names with a known public suffix, for http; "name@host" for mailto. False: not a link
 * (empty, "#place", a relative link without a base), or memory is spent (see arena_spent). */
bool url_parse(struct arena *arena, struct str raw, struct str base, struct url *out);

#endif
