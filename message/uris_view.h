/* message/uris_view: the links of a whole mail, for its view: those of the text, of signatures, and
 * what a browser opens besides.
 */
#ifndef DEPEER_MESSAGE_URIS_VIEW_H
#define DEPEER_MESSAGE_URIS_VIEW_H

#include "message/message.h"
#include "message/uris.h"

/* Those of HTML are in `uris` already; headers, body and urls in the view. Fills in view->uris and,
 * if they are wanted, view->links. 0, or -1 when memory is spent. */
int uris_of_view(struct uris *uris, bool links, bool signers, struct message_view *view);

#endif
