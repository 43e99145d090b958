/* base/auth_result: what one server says of one kind of authentication, as plain data.
 *
 * One `method=result` of an Authentication-Results field (RFC 8601). message/ reads it, milter/
 * carries it over, rules/ ask about it; so it stands below them all. All slices are borrowed.
 */
#ifndef DEPEER_BASE_AUTH_RESULT_H
#define DEPEER_BASE_AUTH_RESULT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

/* "smtp.mailfrom=a@b.example": type, name, value. The value without its quotes. */
struct auth_property {
	struct str type, name, value;
};

struct auth_result {
	struct str method, result;   /* in the field's own case: compare with case ignored */
	struct str reason;           /* empty: none */
	struct str comment;          /* the first one behind the result, without its parentheses:
	                              * where OpenDMARC says the policy. Empty: none */
	const struct auth_property *properties;
	size_t properties_n;
	unsigned field;              /* which of the fields that were read, from 1, from the top */
	unsigned received;           /* how many Received fields stand above it in the mail */
};

/* Of one mail, from its top. */
struct auth_results {
	const struct auth_result *items;
	size_t n;
	bool cut;                    /* there was more than is read: of the last field, or below it */
};

#endif
