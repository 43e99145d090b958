/* message/authserv: who says what an Authentication-Results header says.
 *
 * The field begins with the authserv-id of the server that made it (RFC 8601 section 2.2); anybody
 * can write such a field, so it is worth as much as that name.
 */
#ifndef DEPEER_MESSAGE_AUTHSERV_H
#define DEPEER_MESSAGE_AUTHSERV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

/* Whether a field of this name carries results that rules should only believe from a trusted
 * server. */
bool authserv_header(struct str name);

/* The authserv-id at the beginning of the field's value (folding and comments are passed over; a
 * quoted one is given without its quotes, which hold no escapes in practice: one with a backslash
 * is given as it stands). Empty when there is none. Points into `value`. Any thread. */
struct str authserv_id(struct str value);

/* Whether `id` is one of these names, case ignored. The empty one is nobody's. Any thread. */
bool authserv_trusted(struct str id, char *const *names, size_t n);

#endif
