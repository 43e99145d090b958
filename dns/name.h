/* dns/name: names of the DNS as text and as bytes on the wire.
 *
 * A name that is asked comes from a mail, one that is answered from whoever runs its zone: both are
 * hostile. Text form here: lower case (RFC 4343: ASCII case alone), labels with dots between, none
 * at the end, only printable ASCII without blank and backslash, so that a name can stand in a log
 * line as it is. What does not fit that is no name for us; there are no escapes. Pure functions.
 */
#ifndef DEPEER_DNS_NAME_H
#define DEPEER_DNS_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/ip.h"
#include "base/str.h"

enum {
	DNS_NAME_MAX = 253,                    /* bytes of the text form (RFC 1035 2.3.4) */
	DNS_LABEL_MAX = 63,
	DNS_NAME_TEXT_MAX = DNS_NAME_MAX + 1   /* with a final NUL */
};

/* Whether a name can be asked for: the form above (upper case and one dot at the end are taken,
 * too), 1..253 bytes, labels of 1..63, and the last label is not all digits: that is an address
 * (WHATWG URL 3.5, "ends in a number") and no top-level domain is written so. */
bool dns_name_ok(struct str name);
/* The form above with a final NUL, its length; 0 when !dns_name_ok(name). */
size_t dns_name_normalise(struct str name, char out[DNS_NAME_TEXT_MAX]);

/* An uncompressed name from the start of `wire` into `out` as dns_name_normalise. Its length; 0
 * for the root, for what is cut short or compressed, and for bytes that the form does not have.
 * *used (may be NULL): bytes of `wire` it took. A last label of digits is let through. */
size_t dns_name_from_wire(struct str wire, char out[DNS_NAME_TEXT_MAX], size_t *used);
/* The bytes of a name (as for dns_name_ok) on the wire, at most DNS_NAME_MAX + 2; 0 when it is
 * none. */
size_t dns_name_to_wire(struct str name, unsigned char out[DNS_NAME_MAX + 2]);

/* "1.2.0.192.ZONE" of 192.0.2.1, 32 nibbles of an IPv6 address (RFC 5782 2.1, 2.4; RFC 3596 2.5).
 * An empty zone: in-addr.arpa or ip6.arpa. Its length; 0 when the zone makes it too long. */
size_t dns_name_reverse(const struct ip *ip, struct str zone, char out[DNS_NAME_TEXT_MAX]);

#endif
