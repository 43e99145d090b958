/* message/uris: SpamAssassin's view of the links of a mail, for `uri` rules.
 *
 * The strings that Mail::SpamAssassin 4.0 matches `uri` rules against (PerMsgStatus.pm,
 * get_uri_list; Util.pm, uri_list_canonicalize; observed by running it): each link as it stands,
 * with "http://" or "mailto:" in front where it has no scheme, and beside it its cleaned forms:
 * percent-encoding decoded, the default port left out, addresses in dotted form, the target of a
 * redirector. Case and trailing slashes stay as they are. message/links makes another list, of what
 * a browser opens, for look-ups: the two do not agree, and rules written for SpamAssassin count on
 * this one. Differences: redirector_pattern is not known (the target is where the next "http" is,
 * as SpamAssassin does without one); a link that is relative to a <base> is what a browser makes
 * of it.
 *
 * Linear in the input but for redirectors, of which URIS_NESTED_MAX are followed. Any thread.
 */
#ifndef DEPEER_MESSAGE_URIS_H
#define DEPEER_MESSAGE_URIS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"

/* BYTES: of links that were worked on, redirectors' targets again; what is more is left out. */
enum { URIS_NESTED_MAX = 8, URIS_LENGTH_MAX = 8192, URIS_BYTES_MAX = 1024 * 1024 };

struct uris;

/* NULL when memory is spent. At most `max` are kept. */
struct uris *uris_create(struct arena *arena, size_t max);

/* All links in one string of the body view. 0, or -1 when memory is spent. */
int uris_find(struct uris *uris, struct str text);
/* The value of an HTML attribute. It must live as long as the arena. */
int uris_add(struct uris *uris, struct str target);
/* What a browser opens, where no string has its host yet: SpamAssassin misses it, a rule shall not.
 * Both must live as long as the arena. */
int uris_add_hidden(struct uris *uris, struct str url, struct str host);

bool uris_full(const struct uris *uris); /* something was left out */
const struct str *uris_items(const struct uris *uris, size_t *n);

/* The next link of a text, from *at on, as SpamAssassin finds it (a slice of text, cleaned of
 * punctuation); false at the end. *host: of a link without a scheme, else empty. */
bool uris_next(struct str text, size_t *at, struct str *link, struct str *host);

#endif
