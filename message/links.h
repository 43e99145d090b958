/* message/links: the list of unique URLs of a mail.
 *
 * Links come in from headers, text and HTML in order of appearance; each is parsed, and kept
 * once by what it opens (`url`). The same raw text a second time is not even parsed.
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

/* Also the targets that stand within a URL ("http://redirect.example/?u=http%3A%2F%2F..."), up to
 * four, behind it. 0, or -1 when memory is spent. `raw` and `anchor` must live as long as the
 * arena. */
int links_add(struct links *links, struct str raw, struct str base,
	enum message_url_origin origin, struct str anchor);
/* All links in plain text. */
int links_find(struct links *links, struct str text, enum message_url_origin origin);
/* All links of an HTML part: its attributes, then its visible text. */
int links_of_html(struct links *links, const struct html *html);

/* Of those that came since there were `from`: hidden like this, too (bits of enum disguise). */
void links_disguise(struct links *links, size_t from, unsigned bits);

bool links_full(const struct links *links); /* there was more than that */
const struct message_url *links_items(const struct links *links, size_t *n);

#endif
