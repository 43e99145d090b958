/* dns/resolver_unbound: a resolver that asks the network, by libunbound.
 *
 * Two threads belong to it: libunbound's own, which asks, and one that takes its answers. All
 * signals are blocked in both. Threads do not survive fork(): make it after the process has gone
 * into the background, and never fork between making and freeing it without exec.
 *
 * It forwards to the name servers given and does not resolve from the root by itself: an MTA has a
 * resolver at hand, with a cache that is warm. DNSSEC is that resolver's business; an answer it
 * finds forged comes as SERVFAIL. Private and loopback addresses in answers are passed on: who asks
 * decides. Nothing is written to stderr or syslog. /etc/hosts is not read.
 *
 * With several name servers it asks the one that is quick; one that is silent is left after a
 * second, and tried again after half a minute. REFUSED by all comes as SERVFAIL.
 *
 * libunbound answers itself, without asking: localhost, and NXDOMAIN below test, invalid and onion
 * (RFC 6761, RFC 7686).
 *
 * Bounds: `sockets` for UDP at once, DNS_TCP_SOCKETS for TCP. Further questions wait for their
 * turn, until nobody waits for them any more: so names that never answer hold up the others for as
 * long as libunbound tries (about 2 s), not for as long as there are such names. A question costs
 * the server two packets at most (the second where the first is lost, or for a CNAME that it did
 * not follow itself), where it wants TCP two of each.
 *
 * Asking never waits: libunbound is handed its questions by the second thread. The oldest goes
 * first; under more load than can be answered in time, the newest.
 */
#ifndef DEPEER_DNS_RESOLVER_UNBOUND_H
#define DEPEER_DNS_RESOLVER_UNBOUND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "dns/resolver.h"

enum { DNS_SOCKETS = 512, DNS_TCP_SOCKETS = 32, DNS_NAMESERVERS_MAX = 16 };

struct dns_unbound_options {
	const char *const *nameservers; /* see dns_nameserver_ok; n of them, read only while making */
	size_t n;                       /* 0: those of resolv.conf */
	const char *resolv_conf;        /* NULL: /etc/resolv.conf */
	unsigned sockets;               /* 0: DNS_SOCKETS */
};

/* "192.0.2.53", "127.0.0.1@5353", "2001:db8::53@53" */
bool dns_nameserver_ok(struct str text);

/* NULL with the reason in `error`. Free with dns_resolver_free(), which waits for both threads to
 * end; that does not take longer with questions in flight. */
struct dns_resolver *dns_resolver_unbound(const struct dns_unbound_options *options,
	struct error *error);

#endif
