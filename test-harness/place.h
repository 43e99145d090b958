/* test-harness/place: is a link where its place says? The contract of struct message_place, read by
 * somebody who knows nothing but the view.
 */
#ifndef DEPEER_TEST_HARNESS_PLACE_H
#define DEPEER_TEST_HARNESS_PLACE_H

#include <stddef.h>

#include "base/arena.h"
#include "message/message.h"

enum place_found {
	PLACE_NONE,   /* it has no place (len 0), or no host that could be found */
	PLACE_RIGHT,
	PLACE_WRONG   /* outside its text, or its host cannot be had from the bytes that stand there */
};

/* From the place of view->urls[url] takes the slice; undoes, as far as it takes to meet the host,
 * references, percent-encoding, escapes of CSS and the forms that a reader mends (hxxp, [.]); and
 * parses that. Of a relative link, whose host stands in a base, only that it is inside its text. */
enum place_found place_look(const struct message_view *view, size_t url, struct arena *arena);

#endif
