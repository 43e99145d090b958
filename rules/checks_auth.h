/* rules/checks_auth: what trusted servers say of SPF, DKIM, ARC and DMARC, for the checks.
 *
 * depeer asks no DNS itself: facts.auth has what stands in the Authentication-Results fields of
 * the servers of TrustedAuthservIDs, from the top of the mail. Of each method the topmost field
 * that names it counts, alone. A server writes its field above all that it was given (RFC 8601
 * section 5), so the topmost one is the last one's word, which no one before it can take back; a
 * field below it may be what a sender wrote in that server's name. A field below a Received line
 * that a relay which is not ours wrote came with the mail, whoever it names, and does not count.
 */
#ifndef DEPEER_RULES_CHECKS_AUTH_H
#define DEPEER_RULES_CHECKS_AUTH_H

#include "rules/check_table.h"

/* What can be said: "maybe" becomes `unknown` in the end. */
enum checks_say { CHECKS_NO, CHECKS_YES, CHECKS_MAYBE };

/* Which results are asked for: of one method, and of SPF those of one identity. */
enum checks_identity { CHECKS_ANY, CHECKS_MAILFROM, CHECKS_HELO };

struct checks_auth {
	const struct facts *facts;
	struct str method;
	enum checks_identity identity;
	unsigned field;       /* whose results count; 0: there is none */
	unsigned received;    /* fields with more Received lines above them came with the mail */
	bool open;            /* more of them may have been left out: what is not here may be there */
	size_t at;
};
struct checks_auth checks_auth(const struct check_context *context, struct str method,
	enum checks_identity identity);
/* The next one that counts, from the beginning of the field; NULL at the end. */
const struct auth_result *checks_auth_next(struct checks_auth *auth);

bool checks_auth_is(const struct auth_result *result, const char *word);
/* The first value of "smtp.mailfrom"; empty: it has none. */
struct str checks_auth_value(const struct auth_result *result, const char *type,
	const char *name);

/* Puts it into words. `why`: static, for CHECKS_MAYBE. */
int checks_say(struct check_answer *out, enum checks_say say, const char *why,
	struct str evidence);
extern const char checks_no_result[]; /* why: no trusted server says anything of it */

/* The part behind the last '@'; the whole, if there is none. */
struct str checks_host_of(struct str address);

#endif
