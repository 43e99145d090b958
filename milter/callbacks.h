/* milter/callbacks: libmilter's side of a session: from its callbacks to session_*() and back.
 *
 * No decision is taken here but what the protocol asks for: which stages need an answer.
 */
#ifndef DEPEER_MILTER_CALLBACKS_H
#define DEPEER_MILTER_CALLBACKS_H

#include <libmilter/mfapi.h>

#include "milter/runtime.h"

/* The description for smfi_register(). The runtime is kept by reference until the process ends:
 * libmilter hands its callbacks nothing of ours, so it is the one pointer that stands in a
 * variable of the file. Call once. */
struct smfiDesc callbacks_describe(struct runtime *runtime);
/* Connections of MTAs that are open. Any thread. */
unsigned callbacks_open(void);

#endif
