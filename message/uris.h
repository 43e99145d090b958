/* message/uris: the links of a mail as SpamAssassin lists them, for `uri` and `uri_detail` rules.
 *
 * The strings that Mail::SpamAssassin 4.0.1 matches `uri` rules against (PerMsgStatus.pm,
 * get_uri_list), and for each link what it keeps of it (get_uri_detail_list): found in the text
 * that is shown, with "http://" or "mailto:" in front where it has no scheme, and in HTML. Their
 * cleaned forms are made by message/uri_forms. message/links makes another list, of what a browser
 * opens, for look-ups: the two do not agree, and rules written for SpamAssassin count on this one.
 *
 * Linear in the input but for redirectors. Any thread.
 */
#ifndef DEPEER_MESSAGE_URIS_H
#define DEPEER_MESSAGE_URIS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/link.h"
#include "base/str.h"
#include "message/html.h"
#include "message/uri_forms.h"

/* BYTES: of links that were worked on, redirectors' targets again; what is more is left out.
 * REDIRECT_WORK: as their bytes squared, which is what a regex may cost; past it redirectors are
 * known by "http" alone. */
enum { URIS_BYTES_MAX = 1024 * 1024, URIS_REDIRECT_WORK_MAX = 256 * 1024 * 1024 };

struct uris;

/* NULL when memory is spent. At most `max` strings are kept, and as many links. `domains`: the
 * registered domain of each host is asked for; else it is the host itself. `redirector` may be
 * NULL. */
struct uris *uris_create(struct arena *arena, size_t max, bool domains,
	const struct uri_redirector *redirector);

/* All of these: 0, or -1 when memory is spent. What they are given must live as long as the
 * arena. */

/* All links in one string of the body view. */
int uris_find(struct uris *uris, struct str text);
/* A link that stood in HTML: `type` is a bit of enum link_type. */
int uris_add(struct uris *uris, struct str target, unsigned type);
/* All links of one HTML part, relative to its <base>, and its anchors (message/uris_html.c). */
int uris_of_html(struct uris *uris, struct arena *arena, unsigned part, const struct html *html);
/* The text of an <a> whose href is `target`. */
int uris_add_anchor(struct uris *uris, struct str target, struct str text, unsigned part);
/* The domain that a DKIM signature names: a link for its host, in no string. */
int uris_add_signer(struct uris *uris, struct str domain);
/* Does a string of the list lead to this host? */
bool uris_have_host(const struct uris *uris, struct str host);
/* What a browser opens, where no string has its host yet: SpamAssassin misses it, a rule shall not.
 * In the list of strings only. */
int uris_add_hidden(struct uris *uris, struct str url, struct str host);

bool uris_full(const struct uris *uris); /* something was left out */
const struct str *uris_items(const struct uris *uris, size_t *n);
/* In the order they were found; NULL when memory is spent. Call it once, at the end. */
const struct link *uris_links(struct uris *uris, size_t *n);

/* How SpamAssassin took a link of a text for one. */
enum uris_kind { URIS_SCHEME, URIS_MAIL, URIS_BARE };
/* The next link of a text, from *at on, as SpamAssassin finds it (a slice of text, cleaned of
 * punctuation); false at the end. *host: of URIS_BARE, else empty. */
bool uris_next(struct str text, size_t *at, struct str *link, struct str *host,
	enum uris_kind *kind);

#endif
