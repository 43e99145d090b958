/* test-harness/mail_facts: the facts of a mail without look-ups, for programs that ask rules
 * directly. The milter's own way is milter/scan.
 */
#ifndef DEPEER_TEST_HARNESS_MAIL_FACTS_H
#define DEPEER_TEST_HARNESS_MAIL_FACTS_H

#include "base/arena.h"
#include "message/message.h"
#include "rules/fact.h"

/* 192.0.2.1, of AS64500: a client that nothing is listed for. */
struct network mail_facts_client(void);
/* From what was read, with the client as first relay. All is borrowed from the view, the client
 * and the arena. 0, or -1 when memory is spent. */
int mail_facts_make(const struct message_view *view, const struct network *client,
	struct arena *arena, struct facts *out);
/* Reads a whole mail and makes its facts, all in the arena. */
int mail_facts_read(struct str mail, bool want_full, const struct network *client,
	struct arena *arena, struct facts *out);

#endif
