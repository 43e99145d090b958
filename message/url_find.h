/* message/url_find: links that stand in plain text, as mail programs make them clickable.
 *
 * "scheme://...", "mailto:...", "www.example.com/...", and bare host names and addresses
 * ("example.com", "name@example.com") where the last label is a public suffix. Each link once,
 * from left to right, not overlapping; linear in the text, no memory. Any thread.
 */
#ifndef DEPEER_MESSAGE_URL_FIND_H
#define DEPEER_MESSAGE_URL_FIND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct url_finder {
	struct str text;
	size_t at;
};

static inline struct url_finder url_find_begin(struct str text)
{
	return (struct url_finder){ text, 0 };
}

/* The next link as it stands (a slice of the text, for url_parse); false at the end. */
bool url_find_next(struct url_finder *finder, struct str *link);

#endif
