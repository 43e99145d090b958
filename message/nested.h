/* message/nested: the links within a link: where a redirector leads to, what a data: document, a
 * script or a mail that is to be written holds.
 *
 * Sees, anywhere behind the host: http:, https:, ftp: and data: URLs, also percent-encoded up to
 * three times or in base64; "//host", "host/path" and base64 of them in parameters whose name says
 * that they lead somewhere; what known services write in a way of their own (AMP caches, Google
 * Translate, Proofpoint, the Internet Archive); what stands behind view-source: and its like. A
 * target that only the redirector knows (a number, a cipher) is out of reach. What a redirector
 * does with a link is its own affair: what is found here is where a click may end up.
 *
 * Linear in the URL; results live in the arena or point into the URL. Any thread.
 */
#ifndef DEPEER_MESSAGE_NESTED_H
#define DEPEER_MESSAGE_NESTED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"

enum {
	NESTED_MAX = 8,    /* links that are looked at in one URL */
	NESTED_DEPTH = 4   /* links within links within links */
};

struct nested {
	size_t at, len;    /* where it stands in the URL, as it is written there */
	struct str raw;    /* all that undone: for url_parse, without a base */
};

struct nested_list {
	struct nested items[NESTED_MAX];
	size_t n;
};

/* `url` and `host` as url_parse gave them. The same answer for the same two, always. 0, or -1 when
 * memory is spent. */
int nested_find(struct arena *arena, struct str url, struct str host, struct nested_list *out);

/* The text of a data: URL (RFC 2397) that links can stand in: of HTML, XML or plain text. */
struct nested_document {
	size_t at, len;    /* where it stands in the URL, as far as the URL was kept */
	struct str text;   /* its encoding undone; empty: it is no such document */
	bool html;
};
/* Read from `raw`, the link as it stood: `url` may be cut. 0, or -1 when memory is spent. */
int nested_read(struct arena *arena, struct str raw, struct str url, struct nested_document *out);

#endif
