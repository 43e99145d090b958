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

/* NULL when memory is spent. At most `max` are kept. */
struct links *links_create(struct arena *arena, size_t max);

/* Also the targets that stand within a URL ("http://redirect.example/?u=http%3A%2F%2F..."), up to
 * four, behind it. 0, or -1 when memory is spent. `raw` and `anchor` must live as long as the arena. */
int links_add(struct links *links, struct str raw, struct str base,
	enum message_url_origin origin, struct str anchor);
/* All links in plain text. */
int links_find(struct links *links, struct str text, enum message_url_origin origin);
/* All links of an HTML part: its attributes, then its visible text. */
int links_of_html(struct links *links, const struct html *html);

bool links_full(const struct links *links); /* one more was there than `max` */
const struct message_url *links_items(const struct links *links, size_t *n);

#endif
