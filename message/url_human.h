/* message/url_human: links that only a reader mends, for url_find (which see).
 *
 * All look at a bounded stretch of text around a byte that may be a dot or a colon to a reader,
 * and answer false when it is prose. No memory, no state. Any thread.
 */
#ifndef DEPEER_MESSAGE_URL_HUMAN_H
#define DEPEER_MESSAGE_URL_HUMAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"
#include "message/domain.h"

struct url_human {
	size_t start, end;               /* in the text; the path goes on at `end` */
	size_t len;
	char head[DOMAIN_NAME_MAX + 16]; /* scheme and host as a reader would type them */
};

/* `colon`: a ':' or the first byte of U+FF1A that is not behind a plain scheme. */
bool url_human_at_colon(struct str text, size_t from, size_t colon, struct url_human *out);

/* `dot`: a '.', or the 'd' of what may be the word. *end is moved on behind all that was read. */
bool url_human_at_dot(struct str text, size_t from, size_t dot, size_t *end,
	struct url_human *out);

/* A host begins at `body` behind a plain scheme that begins at `start`, and its first run ends at
 * `end`: does it go on there as "[dot]example", or as " ls.example (remove the space)"? */
bool url_human_goes_on(struct str text, size_t start, size_t body, size_t end,
	struct url_human *out);

#endif
