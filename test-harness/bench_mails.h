/* test-harness/bench_mails: real mails in memory, for the programs of the bench.
 *
 * Read once and taken apart as an MTA does, so that no file and no parsing of ours is in what is
 * measured. Not thread-safe while loading; read-only afterwards.
 */
#ifndef DEPEER_TEST_HARNESS_BENCH_MAILS_H
#define DEPEER_TEST_HARNESS_BENCH_MAILS_H

#include <stddef.h>

#include "base/ip.h"
#include "base/str.h"
#include "test-harness/fake_message.h"

struct bench_mail {
	struct fake_message parts; /* its body is empty: see `body` */
	struct buf body;           /* with CRLF, as MTAs hand it to filters */
};

struct bench_mails {
	struct bench_mail *items;
	size_t n;
	size_t bytes; /* headers and bodies, as handed over */
};

/* Adds the mail in a file, or those of every regular file below a folder (in the order of their
 * names, one mail a file). -1: nothing could be read there; a word on stderr. */
int bench_mails_add(struct bench_mails *mails, const char *path);
void bench_mails_clear(struct bench_mails *mails);

/* The nth client: an address of the public internet, always the same for the same n; every eighth
 * is IPv6. Spread widely, so that look-ups meet cold parts of the databases as they do in life. */
struct ip bench_client(size_t n);

#endif
