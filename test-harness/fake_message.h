/* test-harness/fake_message: a message as an MTA holds it while filters edit its header.
 *
 * Edits are carried out one after the other on what the earlier ones left, as in Postfix
 * (cleanup's milter code): a deletion renumbers the headers of that name that stand below.
 * Not thread-safe.
 */
#ifndef DEPEER_TEST_HARNESS_FAKE_MESSAGE_H
#define DEPEER_TEST_HARNESS_FAKE_MESSAGE_H

#include <stddef.h>

#include "base/str.h"

struct fake_header {
	char *name;  /* as written */
	char *value; /* after the colon, with the leading blank, folds as LF + blank */
};

/* Zero-initialise, free with fake_message_clear. */
struct fake_message {
	struct fake_header *headers;
	size_t n, capacity;
	struct buf body; /* LF line ends */
};

/* LF or CRLF; an mbox "From " line is passed over; the first line that is no header begins the
 * body. NUL bytes in headers are dropped (no MTA passes them on). -1: memory. */
int fake_message_parse(struct fake_message *message, struct str text);
void fake_message_clear(struct fake_message *message);

/* Before the header at `index` from the top; past the end: at the end. -1: memory. */
int fake_message_insert(struct fake_message *message, size_t index, const char *name,
	const char *value);
/* The nth header of this name in any case, from 1 (0 is taken for 1). An empty value deletes it;
 * a new value for one that is not there is added at the end. -1: memory. */
int fake_message_change(struct fake_message *message, const char *name, size_t nth,
	const char *value);
size_t fake_message_count(const struct fake_message *message, const char *name);
/* The nth value of this name without blanks before it, or NULL. */
const char *fake_message_value(const struct fake_message *message, const char *name, size_t nth);

/* The whole text, LF line ends. Sets out->failed when memory is spent. */
void fake_message_render(const struct fake_message *message, struct buf *out);
/* The body with CRLF line ends, as MTAs hand it to filters. */
void fake_message_body_crlf(const struct fake_message *message, struct buf *out);

#endif
