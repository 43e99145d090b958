/* message/links: the list of unique URLs of a mail.
 *
 * Links come in from headers, text and HTML in order of appearance; each is parsed, and kept
 * once by what it opens (`url`). The same raw text a second time is not even parsed. Of an URL
 * that is found several times the first place is kept. Its disguises are those of all findings
 * together; but DISGUISE_NOT_SHOWN, _READING, _NESTED and _DATA, which say that a link is harder
 * to come by, only stay while all findings have them.
 *
 * A place (message.h) gives the same URL again:
 * - PLACE_HEADER, PLACE_SHOWN, PLACE_ALL: the slice is what url_find_next() gives of the text (of
 *   PLACE_ALL: of some words of it); url_parse(slice) without a base gives the URL.
 * - PLACE_SOURCE: the slice is html_link.source of one of the links of html_read(source).
 *   html_plain_blanks(), then all NUL left out, then html_decode_all() as of an attribute give its
 *   `target`; url_parse(target, html.base) gives the URL, where `base` is that of the whole text,
 *   wherever it stands. In a style element html_css_decode() takes the place of all this; of a
 *   style attribute with references in it the slice is the whole attribute: the target is among
 *   those that html_css_next() gives of it after html_decode_all().
 * - PLACE_URL: the slice is `at` and `len` of what nested_find(url, host) gives of the URL that
 *   holds it; url_parse(raw) without a base gives the URL. That URL has its own place. Of a data:
 *   URL it is what nested_read(raw, url) says, and the link one of those of the `text` that this
 *   gives: of html_read(), with its base, or of url_find_next() of html.text or plain text.
 */
#ifndef DEPEER_MESSAGE_LINKS_H
#define DEPEER_MESSAGE_LINKS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"
#include "message/html.h"
#include "message/message.h"

struct links;

/* A mail with one URL in 250,000 spellings would never be full: so many texts are parsed for each
 * URL that may be kept (international names cost libidn2 4 us each; measured). */
enum { LINKS_PARSED_A_URL = 8 };

/* NULL when memory is spent. At most `max` are kept, of LINKS_PARSED_A_URL times as many texts. */
struct links *links_create(struct arena *arena, size_t max);

/* Also the links that stand within it (message/nested), behind it. 0, or -1 when memory is spent.
 * `raw` and `anchor` must live as long as the arena. */
int links_add(struct links *links, struct str raw, struct str base, struct message_place place,
	enum message_url_origin origin, struct str anchor);
/* All links in plain text, which stands at `place.at`; its `len` is not looked at. */
int links_find(struct links *links, struct str text, struct message_place place,
	enum message_url_origin origin);
/* All links of an HTML part: its attributes, then its visible text. `source`, what `html` was read
 * from, is texts[text].source. */
int links_of_html(struct links *links, const struct html *html, struct str source, size_t text);

/* What comes from now on is hidden like this, too (bits of enum disguise; 0: no more). */
void links_disguise(struct links *links, unsigned bits);

bool links_full(const struct links *links); /* there was more than that */
const struct message_url *links_items(const struct links *links, size_t *n);

#endif
