/* test-harness/scenario_door: the two ways into depeer: a live depeerd, or the engine itself.
 *
 * Both are started from the same files and driven by the same calls, and what they answer is given
 * in the same form, so that a scenario cannot tell which one it talks to.
 */
#ifndef DEPEER_TEST_HARNESS_SCENARIO_DOOR_H
#define DEPEER_TEST_HARNESS_SCENARIO_DOOR_H

#include "base/error.h"
#include "test-harness/fake_mta.h"
#include "test-harness/scenario_world.h"

struct scenario_door {
	const char *name;
	/* Starts; what it writes to standard error goes into world->log. NULL with a text. */
	void *(*start)(const struct scenario_world *world, struct error *error);
	/* A new connection; there is none before. -1 with a text. `client` NULL: nothing is said on
	 * it. The options are copied, but not what they point to. */
	int (*connect)(void *door, const struct fake_client *client,
		const struct fake_mta_options *options, struct error *error);
	/* One message. Chunks of the options given at connect may be changed before each. */
	void (*send)(void *door, const struct fake_mail *mail,
		const struct fake_mta_options *options, struct fake_outcome *out);
	/* Ends the connection. What was not right in it is added to `problems`, one a line. */
	void (*disconnect)(void *door, struct buf *problems);
	/* Stops and frees. How it ended, if not well, is added to `problems`. */
	void (*stop)(void *door, struct buf *problems);
};

extern const struct scenario_door scenario_door_live;
extern const struct scenario_door scenario_door_engine;

/* The depeerd that the live door starts: $B/depeerd, or build/release/depeerd. */
const char *scenario_depeerd(void);

/* Starts depeerd with the world's config and waits until it listens; answers its process id, or
 * -1 with a text (the daemon's own words, if it said any). Also for tests that are no scenarios. */
int scenario_daemon_start(const struct scenario_world *world, struct error *error);
/* SIGTERM, and SIGKILL when it does not end in 20 s. 0 when it ended with status 0; else -1. */
int scenario_daemon_stop(int pid, struct error *error);
/* Whether a sanitizer had something to say in the world's log. */
bool scenario_daemon_sanitizer(const struct scenario_world *world);

#endif
