/* test-harness/scenario_world: the files that a scenario's world consists of, in a directory.
 *
 * depeer.conf, rules/10-scenario.cf (and the `file`s beside it), scenario.mmdb: what a daemon, or
 * an engine in this process, is started with.
 */
#ifndef DEPEER_TEST_HARNESS_SCENARIO_WORLD_H
#define DEPEER_TEST_HARNESS_SCENARIO_WORLD_H

#include "base/error.h"
#include "test-harness/fake_dns.h"
#include "test-harness/scenario.h"

enum { SCENARIO_PATH_MAX = 108 }; /* that of a unix socket */

struct scenario_world {
	char directory[SCENARIO_PATH_MAX - 24];
	char config[SCENARIO_PATH_MAX]; /* depeer.conf */
	char socket[SCENARIO_PATH_MAX]; /* where depeerd is to listen: a path */
	struct fake_dns *dns;           /* NULL: the scenario has no `dns` */
	char log[SCENARIO_PATH_MAX];    /* what is written to standard error */
};

/* Makes a directory below $TMPDIR (or /tmp) and everything in it. Run by root, it belongs to
 * nobody, and so will the daemon. -1 with a text; then nothing is left behind.
 * Take it away with scenario_world_remove. */
int scenario_world_make(struct scenario_world *world, const struct scenario *scenario,
	struct error *error);
void scenario_world_remove(struct scenario_world *world);

#endif
