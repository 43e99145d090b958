/* milter/apply: the only author of SMTP replies and header edits (through libmilter).
 */
#ifndef DEPEER_MILTER_APPLY_H
#define DEPEER_MILTER_APPLY_H

#include <libmilter/mfapi.h>

#include "milter/session.h"

/* What to return from a callback for this answer. A reply text is set only here and only when it
 * is returned with: set and not used it would leak into the connection's next reply (measured). */
sfsistat apply_answer(SMFICTX *context, const struct session *session,
	enum session_answer answer);
/* Carries out the outcome at end of message and gives what to return. `actions`: the SMFIF_ flags
 * that were negotiated; an edit that the MTA does not offer is left out. An edit that fails
 * (the MTA is gone) gives a tempfail: a mail never passes half edited. */
sfsistat apply_outcome(SMFICTX *context, const struct session *session,
	const struct session_outcome *outcome, unsigned long actions);

#endif
