/* message/received: one Received header to one relay.
 *
 * There is no standard for what stands there; read are the forms (message/received_forms.c) of
 * Postfix, Sendmail, Exim, qmail, Exchange, Gmail, CommuniGate and their kin, as SpamAssassin 4.0.1
 * reads them (Message/Metadata/Received.pm). Every field is what the header claims: only the
 * topmost headers, written by one's own servers, can be trusted.
 */
#ifndef DEPEER_MESSAGE_RECEIVED_H
#define DEPEER_MESSAGE_RECEIVED_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"
#include "message/message.h"

enum received_is {
	RECEIVED_RELAY,
	RECEIVED_NO_RELAY,   /* local delivery, a fetched mail, a filter: skip it */
	RECEIVED_UNREADABLE  /* one may have handed the mail over: who is not known */
};

/* `value` unfolded. Slices of *out lie in the arena. Where it is no relay, out->envfrom may still
 * be what a filter says of the header below. Time is bounded whatever the header is; one of more
 * than FORM_LINE_MAX bytes is unreadable. Spent memory shows in the arena. */
enum received_is received_parse(struct arena *arena, struct str value,
	struct message_relay *out);

/* A header that only names a host by its address (X-Originating-IP: [192.0.2.1]). False: it names
 * none. The same rules. */
bool received_origin(struct str value, struct message_relay *out);

#endif
