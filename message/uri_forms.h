/* message/uri_forms: the forms of one link that SpamAssassin's rules are matched against.
 *
 * Mail::SpamAssassin 4.0.1, Util.pm (uri_list_canonicalize, with Net::LibIDN) and
 * RegistryBoundaries.pm (uri_to_domain), observed by running it: the link as it stands, and its
 * cleaned forms: percent-encoding and "&#119;" decoded, "\" as "/", the default port and the user
 * left out, addresses in dotted form, names in punycode, and all of that of the target of a
 * redirector. Case and trailing slashes stay as they are.
 *
 * Linear in the input but for redirectors, of which URI_NESTED_MAX are followed. Any thread.
 */
#ifndef DEPEER_MESSAGE_URI_FORMS_H
#define DEPEER_MESSAGE_URI_FORMS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/link.h"
#include "base/str.h"

enum { URI_NESTED_MAX = 8, URI_LENGTH_MAX = 8192 };

/* What an admin knows of redirectors (redirector_pattern). `find` puts the target, a slice of
 * `uri`, or nothing into *target. 0, or -1 when memory is spent. */
struct uri_redirector {
	int (*find)(const void *set, struct str uri, struct str *target);
	const void *set;
};

struct uri_forms {
	struct arena *arena;
	const struct uri_redirector *redirector; /* NULL: the target is where the next "http" is */
	struct str *items;   /* the link itself first, without blanks around it; each once */
	size_t n, capacity;
	size_t bytes;        /* of the links that were worked on: the target of a redirector too */
	bool cut;            /* a form was longer than URI_LENGTH_MAX and is cut there */
};

/* Zero but for arena and redirector. `uri` must live as long as the arena. 0 or -1. */
int uri_forms(struct uri_forms *forms, struct str uri);

/* The host that a form leads to. False: it leads to none (no known top-level domain, a "cid:",
 * what is still encoded), or memory is spent (arena_spent). */
bool uri_host(struct arena *arena, struct str form, struct link_host *out);
/* The same in two steps: what stands where a host does, empty if nothing does; and whether that
 * leads anywhere, which asks the public suffix list and is the dear one; it costs twice as much
 * where the registered `domain` is wanted and not just the host. */
struct str uri_host_text(struct arena *arena, struct str form);
bool uri_host_leads(struct str host, bool domain, struct link_host *out);

/* With what is percent-encoded decoded, if anything is: but blanks, controls and what is no ASCII
 * stay encoded, and what of these stands bare is encoded. 0 or -1. */
int uri_decode(struct arena *arena, struct str text, struct str *out);

/* In lower case, and in punycode where it is no ASCII (read as ISO 8859-1 where it is no UTF-8; as
 * it stands where it is no name at all). Empty when memory is spent. */
struct str uri_ascii(struct arena *arena, struct str host);

/* A name that ends in a known top-level domain, whatever stands before it. */
bool uri_known_end(struct arena *arena, struct str host);

#endif
