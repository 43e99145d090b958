/* test-harness/place: is a link where its place says? The contract of struct message_place, read by
 * somebody who knows nothing but the view.
 */
#ifndef DEPEER_TEST_HARNESS_PLACE_H
#define DEPEER_TEST_HARNESS_PLACE_H

#include <stddef.h>

#include "base/arena.h"
#include "message/message.h"

enum place_found {
	PLACE_NONE,   /* it has no host, or memory is spent */
	PLACE_RIGHT,
	PLACE_WRONG   /* outside its text, or what stands there does not give this URL */
};

/* Takes the slice at the place of view->urls[url], does what message/links.h says of places there,
 * and looks whether the same URL comes out. */
enum place_found place_look(const struct message_view *view, size_t url, struct arena *arena);

#endif
