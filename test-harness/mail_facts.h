/* test-harness/mail_facts: the facts of a mail, as the milter makes them (milter/scan), for
 * programs that ask rules directly.
 */
#ifndef DEPEER_TEST_HARNESS_MAIL_FACTS_H
#define DEPEER_TEST_HARNESS_MAIL_FACTS_H

#include "base/arena.h"
#include "milter/runtime.h"
#include "rules/fact.h"

/* These rule files with the config's defaults, no database, and local tests only. Says on stderr
 * what is wrong and returns NULL; warnings are not told. Release with snapshot_release(). */
struct snapshot *mail_facts_snapshot(const char *const *rules, size_t n);

/* Reads a whole mail as the snapshot's rules want it, from a client without an entry in any list,
 * 192.0.2.1, on one day of 2024. All is in the arena. 0, or -1 when memory is spent. */
int mail_facts_read(const struct snapshot *snapshot, struct str mail, struct arena *arena,
	struct facts *out);

#endif
