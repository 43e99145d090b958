/* test-harness/scenario_run: a scenario through a door; each expectation is one line of TAP.
 */
#ifndef DEPEER_TEST_HARNESS_SCENARIO_RUN_H
#define DEPEER_TEST_HARNESS_SCENARIO_RUN_H

#include "test-harness/scenario.h"
#include "test-harness/scenario_door.h"

/* Prints "ok - " and "not ok - " lines to standard output. Returns how many were not ok. A world
 * that cannot be made, a connection that breaks, a daemon that does not end well: each is a
 * failure of its own. What became of each mail (answer, stage, codes, score, rules, the delivered
 * text) is added to `transcript`, so that two doors can be compared to the byte. */
unsigned scenario_run(const struct scenario *scenario, const struct scenario_door *door,
	struct buf *transcript);

#endif
