/* Runs scenarios, each through both doors, and prints TAP.
 *
 *   run_scenarios [--door engine|live] [--print] SCENARIO.scn ...
 *
 * $B is the folder of the build (build/release), in which depeerd is found. With both doors, one
 * line more for each scenario says whether they agree to the byte. --print shows what became of
 * each mail. Run it from the top of the tree.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "test-harness/scenario_run.h"

struct wish {
	bool engine, live, print;
};

static unsigned compare(const char *path, struct str engine, struct str live)
{
	bool same = str_equal(engine, live);
	size_t at = 0;

	printf("%sok - %s: both doors say the same\n", same ? "" : "not ", path);
	if (same)
		return 0;
	while (at < engine.len && at < live.len && engine.ptr[at] == live.ptr[at])
		at++;
	engine = str_slice(engine, at > 60 ? at - 60 : 0, at + 60);
	live = str_slice(live, at > 60 ? at - 60 : 0, at + 60);
	printf("# engine: %.*s\n# live: %.*s\n", (int)engine.len, engine.ptr, (int)live.len,
		live.ptr);
	return 1;
}

static unsigned run_one(const char *path, const struct wish *wish)
{
	struct diags diags = { 0 };
	struct scenario *scenario = scenario_load(path, &diags);
	struct buf engine = { 0 }, live = { 0 };
	unsigned failures = 0;

	if (scenario == NULL) {
		printf("not ok - %s: cannot be read\n", path);
		diags_print(&diags, stdout);
		diags_clear(&diags);
		return 1;
	}
	if (wish->engine)
		failures += scenario_run(scenario, &scenario_door_engine, &engine);
	if (wish->live)
		failures += scenario_run(scenario, &scenario_door_live, &live);
	if (wish->engine && wish->live)
		failures += compare(path, buf_str(&engine), buf_str(&live));
	if (wish->print)
		printf("%s%s", buf_cstr(&engine), buf_cstr(&live));
	buf_free(&engine);
	buf_free(&live);
	scenario_free(&scenario);
	diags_clear(&diags);
	fflush(stdout);
	return failures;
}

int main(int argc, char **argv)
{
	struct wish wish = { true, true, false };
	unsigned failures = 0;
	int i = 1;

	signal(SIGPIPE, SIG_IGN);
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
		if (strcmp(argv[i], "--print") == 0)
			wish.print = true;
		else if (strcmp(argv[i], "--door") == 0 && i + 1 < argc) {
			wish.engine = strcmp(argv[i + 1], "engine") == 0;
			wish.live = strcmp(argv[++i], "live") == 0;
		} else {
			break;
		}
	}
	if (i == argc || (!wish.engine && !wish.live)) {
		fprintf(stderr,
			"usage: run_scenarios [--door engine|live] [--print] SCENARIO.scn ...\n");
		return 2;
	}
	for (; i < argc; i++)
		failures += run_one(argv[i], &wish);
	return failures ? 1 : 0;
}
