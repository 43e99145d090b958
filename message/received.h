/* message/received: one Received header to one relay.
 *
 * There is no standard for what stands there; read are the forms of Postfix, Sendmail, Exim,
 * qmail, Exchange, Gmail, CommuniGate and their kin, as SpamAssassin reads them. Every field is
 * what the header claims: only the topmost headers, written by one's own servers, can be trusted.
 */
#ifndef DEPEER_MESSAGE_RECEIVED_H
#define DEPEER_MESSAGE_RECEIVED_H

#include <stdbool.h>

#include "base/str.h"
#include "message/message.h"

/* `value` unfolded. Slices of *out point into it. False: it names no host that handed the mail
 * over (local delivery, fetchmail, a content filter): skip it. Linear, no memory. */
bool received_parse(struct str value, struct message_relay *out);

/* A header that only names a host by its address (X-Originating-IP: [192.0.2.1]). False: it names
 * none. The same rules. */
bool received_origin(struct str value, struct message_relay *out);

#endif
