/* message/readings: broken and contradictory mail, read as other programs read it.
 *
 * A mail that contradicts itself (two Content-Types, base64 that is none, a boundary that never
 * comes, a charset that the bytes deny) is shown differently by different programs. The first
 * reading is the parser's; here each other one is made and handed to `read`, which looks for links
 * in it. A mail without a contradiction pays for one look at its text.
 *
 * Bounded: READINGS_MAX in number, READINGS_TIMES the scan limit in bytes; what is beyond that is
 * left out and readings_cut() says so. Readings of readings wait in a queue: no recursion. Works
 * within the message's arena, and leaves most of it to others.
 */
#ifndef DEPEER_MESSAGE_READINGS_H
#define DEPEER_MESSAGE_READINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"
#include "message/html.h"
#include "message/mime.h"
#include "message/part_text.h"

enum { READINGS_MAX = 32, READINGS_TIMES = 2 };

struct readings;

/* A text in UTF-8 that lives as long as the arena. `broken`: only a program that reads the mail in
 * another way shows it; else it is a file that we open beyond what SpamAssassin does. 0 or -1. */
typedef int readings_read(void *context, struct str text, bool html, bool broken);

/* NULL when memory is spent. */
struct readings *readings_create(struct arena *arena, size_t scan_bytes, size_t parts,
	size_t depth, readings_read *read, void *context);

/* The leaf that was read just now. */
struct reading_leaf {
	const struct mime_part *part;
	struct part_treatment treatment;
	struct str raw;       /* as it stands in the mail; lasting */
	struct str decoded;   /* without its transfer encoding; of READ_NOTHING: empty */
	struct str text;      /* in UTF-8 */
	const struct charset *charset; /* of the part's label */
	unsigned kinds;       /* of the bytes that `decoded` has (base/bytes.h) */
	unsigned odd;         /* PART_TEXT_ bits */
};
/* Each: 0, or -1 when memory is spent. */
int readings_of_leaf(struct readings *readings, const struct reading_leaf *leaf);
/* The documents that stand within the HTML that was read (HTML_DOCUMENT), and those within them. */
int readings_of_documents(struct readings *readings, const struct html *html);
/* What the parser tells: an entity whose body stands in `body`, lasting, from other->at on. */
int readings_of_entity(struct readings *readings, const struct mime_other *other,
	struct str body);
/* The whole body with other line ends: bare CR are such to some programs. */
int readings_of_cr(struct readings *readings, const struct mime_top *top, struct str body);
/* Reads what is queued. */
int readings_finish(struct readings *readings);
bool readings_cut(const struct readings *readings);

#endif
