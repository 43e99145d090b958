/* dns/backend: what a way of asking has to be for dns/resolver. Only for dns/resolver_x.c. */
#ifndef DEPEER_DNS_BACKEND_H
#define DEPEER_DNS_BACKEND_H

#include <stdbool.h>

#include "dns/answer.h"
#include "dns/resolver.h"

struct dns_question; /* one, asked and not answered; the resolver owns it */

struct dns_backend {
	/* Begins to ask, does not wait for anything. For each question dns_resolver_deliver() is called
	 * exactly once, within this call or later on any thread, or dns_resolver_withdraw() says true.
	 * No lock is held. `name` is NUL-terminated and lives until then. */
	void (*ask)(void *self, struct dns_question *question, struct str name,
		enum dns_type type);
	/* Ends; afterwards nothing is delivered any more. Called once, by who frees the resolver. */
	void (*free)(void *self);
};

/* A resolver with an empty cache. NULL when memory is spent; then nothing was called and `self` is
 * still the caller's. */
struct dns_resolver *dns_resolver_create(const struct dns_backend *backend, void *self);

/* The answer; all it points to is copied. Of it name and type need not be set. Wakes those who wait
 * for it. */
void dns_resolver_deliver(struct dns_question *question, const struct dns_answer *answer);

/* Of a question that has to wait for its turn: true when nobody waits for it any more. It is then
 * forgotten. `turn`: if somebody does it goes out now, and cannot be withdrawn later. */
bool dns_resolver_withdraw(struct dns_question *question, bool turn);

#endif
