/* message/authres: reads Authentication-Results fields (RFC 8601 section 2.2).
 *
 *   Authentication-Results: mx.example 1; spf=pass smtp.mailfrom=b.example;
 *       dkim=fail reason="bad signature" header.d=b.example header.s=k1 (comment)
 *
 * Hostile and careless fields are normal input. What is not of the grammar is passed over up to
 * the next semicolon that stands in no quotes and no comment, and nothing is guessed: a result
 * whose word goes on in other bytes is none, and what an unclosed comment or quote hides is not
 * there. What was read before stays. Time and memory are linear in the field. Any thread.
 */
#ifndef DEPEER_MESSAGE_AUTHRES_H
#define DEPEER_MESSAGE_AUTHRES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/auth_result.h"
#include "message/message.h"

enum {
	AUTHRES_FIELDS_MAX = 20,      /* of trusted servers, from the top of the mail */
	AUTHRES_RESULTS_MAX = 50,     /* of one field */
	AUTHRES_PROPERTIES_MAX = 20   /* of one result; more are passed over */
};

struct authres {
	struct str id;                /* authserv-id; see message/authserv.h */
	const struct auth_result *results; /* field and received are 0 */
	size_t n;
	bool cut;                     /* it has more than AUTHRES_RESULTS_MAX */
	bool broken;                  /* something in it is not RFC 8601's, and was passed over */
};

/* Reads a field's value (as it stands, folded). A field of a version other than 1, and results of
 * a method in another version, are left out: nobody knows what they mean. 0, or -1 when memory is
 * spent. The results are slices of `value`, or lie in the arena. */
int authres_read(struct str value, struct arena *arena, struct authres *out);

/* The results of all fields that servers of these names (case ignored) wrote, from the top of the
 * mail; with no names, none. 0 or -1. */
int authres_collect(const struct message_view *view, char *const *trusted,
	size_t trusted_n, struct arena *arena, struct auth_results *out);

#endif
