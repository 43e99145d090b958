/* tool/sender: the envelope sender of a stored mail, from the marks that servers leave.
 *
 * A live mail's envelope comes from the MTA. Of a stored one SpamAssassin 4.0.1
 * (PerMsgStatus.pm, get_envelope_from) believes, in this order: what the Received line of the hop
 * that counts says; X-Envelope-From, Envelope-Sender, Return-Path, each only where it stands above
 * all Received lines, since one below them may be that of a hop before a mailing list. A fetchmail
 * line together with X-Sender makes all of these doubtful.
 */
#ifndef DEPEER_TOOL_SENDER_H
#define DEPEER_TOOL_SENDER_H

#include "base/arena.h"
#include "base/str.h"
#include "message/message.h"

/* `hop`: the relay that handed the mail over to us, or NULL. 1: *out is the sender, without <>
 * ("" for a bounce), borrowed from the view or in the arena; 0: nothing says it; -1: memory is
 * spent. */
int sender_of_mail(const struct message_view *view, const struct message_relay *hop,
	struct arena *arena, struct str *out);

#endif
