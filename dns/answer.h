/* dns/answer: what the DNS said to one question, as plain data. */
#ifndef DEPEER_DNS_ANSWER_H
#define DEPEER_DNS_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"
#include "base/str.h"

enum {
	DNS_RECORDS_MAX = 64,         /* of one answer; more are counted, not kept */
	DNS_TEXT_MAX = 16 * 1024,     /* bytes of all names and texts of one answer together */
	DNS_TTL_MIN = 30, DNS_TTL_MAX = 86400, /* seconds: what an answer says is brought between */
	DNS_NEGATIVE_TTL_MAX = 3600,  /* of "there is none": RFC 2308 5 has hours in mind, not days */
	DNS_FAILED_TTL = 5            /* seconds that "it could not be asked" is kept */
};

/* The numbers are those on the wire (RFC 1035 3.2.2, RFC 3596). */
enum dns_type {
	DNS_A = 1, DNS_NS = 2, DNS_PTR = 12, DNS_MX = 15, DNS_TXT = 16, DNS_AAAA = 28
};

/* Only the first three say something of the name. The others are "unknown": not clean, not spam. */
enum dns_status {
	DNS_FOUND,
	DNS_NXDOMAIN,    /* there is no such name */
	DNS_NODATA,      /* there is, but nothing of that type */
	DNS_PENDING,     /* not answered yet */
	DNS_SERVFAIL,    /* the servers failed, contradict themselves or loop; or no memory here */
	DNS_REFUSED,     /* the server does not answer us, or not about this name */
	DNS_TIMEOUT,     /* no answer before the deadline */
	DNS_OVER_BUDGET, /* not asked: this message, or all together, have asked enough */
	DNS_BAD_NAME,    /* not asked: no name of the DNS */
	DNS_STATUSES
};
/* "found", "nxdomain", "nodata", "pending", "servfail", "refused", "timeout", "over-budget",
 * "bad-name" */
const char *dns_status_name(enum dns_status status);
/* Found, or surely not there. */
static inline bool dns_status_known(enum dns_status status)
{
	return status <= DNS_NODATA;
}

const char *dns_type_name(enum dns_type type); /* "A" ...; NULL for another number */
bool dns_type_parse(struct str text, enum dns_type *type); /* ASCII case does not matter */

struct dns_record {
	struct ip ip;        /* A, AAAA; private ones too: who asks decides what they say */
	struct str text;     /* NS, MX, PTR: a name as in dns/name.h; TXT: its strings joined, any
	                      * bytes, each NUL-terminated behind its end */
	uint16_t preference; /* MX */
};

/* Immutable. Whose it is and for how long: where it is handed out. */
struct dns_answer {
	enum dns_status status;
	enum dns_type type;
	struct str name;      /* that was asked, as in dns/name.h */
	struct str canonical; /* where CNAMEs led; empty when there was none */
	uint32_t ttl;         /* seconds, the least of CNAMEs and records, DNS_TTL_MIN..MAX; as it was
	                       * when the answer came (a forwarder counts down; we do not). Of
	                       * NXDOMAIN and NODATA: how long that is kept */
	const struct dns_record *records; /* n of them, in the order they came */
	size_t n;
	size_t dropped;       /* records beyond DNS_RECORDS_MAX or DNS_TEXT_MAX, or unreadable */
};

/* A copy, all in one block (free()), with the TTL brought into its bounds and *size bytes large.
 * NULL when memory is spent. */
struct dns_answer *dns_answer_copy(const struct dns_answer *answer, size_t *size);

#endif
