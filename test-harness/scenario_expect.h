/* test-harness/scenario_expect: does what became of a mail agree with an `expect` line? */
#ifndef DEPEER_TEST_HARNESS_SCENARIO_EXPECT_H
#define DEPEER_TEST_HARNESS_SCENARIO_EXPECT_H

#include <stdbool.h>

#include "base/str.h"
#include "test-harness/fake_message.h"
#include "test-harness/fake_mta.h"
#include "test-harness/scenario.h"

/* What became of the last mail, on the wire and in the log. */
struct scenario_result {
	bool sent;
	struct fake_outcome outcome;
	struct fake_message message; /* outcome.message, read again */
	struct buf log;              /* all lines that were written because of it */
};
void scenario_result_clear(struct scenario_result *result);

/* Adds what does not agree to `why`, one a line. False when there was any. */
bool scenario_expect(const struct scenario_step *step, const struct scenario_result *result,
	struct buf *why);

/* The value of " key=" in the log line that has " action="; empty when there is none. */
struct str scenario_log_field(const struct buf *log, const char *key);

#endif
