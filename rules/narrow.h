/* rules/narrow: the host or the IP address in a header's value: the modifiers :host, :domain, :ip
 * and :revip.
 *
 * As SpamAssassin 4.0.1 finds them (PerMsgStatus.pm, _get): hosts must end in a top-level domain
 * that the rules name (util_rb_tld), those behind an '@' first; of an address (From:addr:host) it is
 * what stands behind its '@', whatever that is.
 */
#ifndef DEPEER_RULES_NARROW_H
#define DEPEER_RULES_NARROW_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"
#include "rules/ruleset.h"

enum narrow { NARROW_NOT, NARROW_HOST, NARROW_DOMAIN, NARROW_IP, NARROW_REVIP };

/* `line` is one value, or (`is_address`) one address of it. Empty *out: there is none. 0, or -1
 * when memory is spent. `set` may be NULL: no top-level domain is known then. */
int narrow_line(const struct ruleset *set, enum narrow narrow, bool is_address, struct str line,
	struct arena *arena, struct str *out);

#endif
