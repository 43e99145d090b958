/* rules/relays: the relay chain as one line of text, for header rules on X-Spam-Relays-*.
 */
#ifndef DEPEER_RULES_RELAYS_H
#define DEPEER_RULES_RELAYS_H

#include "base/str.h"
#include "rules/fact.h"

enum relays_which { RELAYS_TRUSTED, RELAYS_UNTRUSTED, RELAYS_INTERNAL, RELAYS_EXTERNAL };

/* SpamAssassin's form, newest relay first, "[ ip=192.0.2.1 rdns=a.example helo=b by=mx ident=
 * envfrom= intl=0 id=X auth= msa=0 ] [ ... ]".
 * Relays without an address are left out, as there. Blanks, brackets and the
 * like that a sender put into a value become '!', as in SpamAssassin: they would forge fields.
 * Where the connecting client has no address (mail of this host's own) the text is empty.
 * When the facts hold no chain the connecting client stands alone. Ends with the relay that
 * passes FACT_HEADER_MAX, where rules stop to look. */
void relays_render(const struct facts *facts, enum relays_which which, struct buf *out);
bool relays_is(const struct fact_relay *relay, enum relays_which which);

#endif
