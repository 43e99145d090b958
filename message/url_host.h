/* message/url_host: the host of a URL, as browsers read it (WHATWG URL 3.5).
 *
 * Percent-decoding, IDNA by UTS 46 (non-transitional, by libidn2; what libidn2 refuses and browsers
 * take, as emoji and hyphens, is put together from its pieces), IPv4 in its numeric forms, IPv6 in
 * brackets. Any thread.
 */
#ifndef DEPEER_MESSAGE_URL_HOST_H
#define DEPEER_MESSAGE_URL_HOST_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"
#include "message/url.h"

/* Sets host, host_is_ip and ip of `out`, and adds the disguises that show in the host. False when
 * no browser takes it (then the host is empty). Labels in punycode are taken as they stand, valid
 * or not. */
bool url_parse_host(struct arena *arena, struct str text, struct url *out);

/* A name as libidn2 has it, and nothing of ours: for message/uri_host, which is to read it as
 * SpamAssassin does. Empty where libidn2 refuses it, and for addresses. */
struct str url_host_idna(struct arena *arena, struct str text);

/* Percent-decoded, into arena memory with a NUL behind it; empty when memory is spent. */
struct str url_percent_decode(struct arena *arena, struct str text);

#endif
