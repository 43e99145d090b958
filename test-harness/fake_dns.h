/* test-harness/fake_dns: a DNS server on 127.0.0.1 that does as it is told, faults included.
 *
 * UDP and TCP on one port that the kernel chooses; its own thread. Answers come from a table
 * (dns/table.h); a mode says what is done to them. For one question at a time per TCP connection.
 *
 *     struct fake_dns *server = fake_dns_start("www.example A 192.0.2.80\n");
 *     fake_dns_address(server)  "127.0.0.1@41234"
 *     fake_dns_set(server, FAKE_DNS_SLOW, 300);
 */
#ifndef DEPEER_TEST_HARNESS_FAKE_DNS_H
#define DEPEER_TEST_HARNESS_FAKE_DNS_H

#include <stddef.h>

#include "dns/answer.h"

struct fake_dns;

enum fake_dns_mode {
	FAKE_DNS_ZONE,       /* the table's answer; what it has nothing on is REFUSED; a TIMEOUT of the
	                      * table is silence */
	FAKE_DNS_SILENT,     /* takes questions, says nothing */
	FAKE_DNS_SLOW,       /* the table's answer, `argument` milliseconds later */
	FAKE_DNS_SERVFAIL,
	FAKE_DNS_REFUSED,
	FAKE_DNS_TRUNCATED,  /* UDP: TC and no records; TCP: the table's answer */
	FAKE_DNS_CNAME_LOOP, /* NAME is a CNAME of loop1.NAME, that of loop2.NAME, that of NAME */
	FAKE_DNS_MANY,       /* 512 addresses (A, AAAA), TC over UDP when they do not fit */
	FAKE_DNS_LYING,      /* the record asked for, of another name: liar.example */
	FAKE_DNS_REFERRAL,   /* nothing, but a name server to ask instead */
	FAKE_DNS_ODD,        /* NS, MX, PTR, TXT: a record with odd bytes, then a good one */
	FAKE_DNS_OTHER_QUESTION, /* the table's answer to another question: liar.example */
	FAKE_DNS_WRONG_ID,   /* the table's answer under another id, as a spoofer would guess */
	FAKE_DNS_HALF,       /* UDP: TC; TCP: half of the answer, then the connection is closed */
	FAKE_DNS_DYING,      /* the table's answer `argument` times, then silence */
	FAKE_DNS_MODES
};
const char *fake_dns_mode_name(enum fake_dns_mode mode); /* "slow" ... */

/* NULL when no socket or thread can be had, or the table is broken (its errors go to stdout). */
struct fake_dns *fake_dns_start(const char *table);
void fake_dns_stop(struct fake_dns **server);
const char *fake_dns_address(const struct fake_dns *server); /* as libunbound wants it */
void fake_dns_set(struct fake_dns *server, enum fake_dns_mode mode, unsigned argument);

/* Since the start, or fake_dns_forget. */
size_t fake_dns_packets(struct fake_dns *server);   /* questions received, repeated ones too */
size_t fake_dns_questions(struct fake_dns *server); /* different names and types of them */
size_t fake_dns_asked(struct fake_dns *server, const char *name, enum dns_type type);
void fake_dns_forget(struct fake_dns *server);

#endif
