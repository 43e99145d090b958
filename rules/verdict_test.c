#include "rules/verdict.h"
#include "test-harness/t.h"

T_TEST(actions_by_threshold)
{
	static const struct {
		double score;
		struct thresholds thresholds;
		const char *action;
	} cases[] = {
		{ 4.999, { 5, 8, 10 }, "accept" }, { 5, { 5, 8, 10 }, "tag" },
		{ 8, { 5, 8, 10 }, "quarantine" }, { 10, { 5, 8, 10 }, "reject" },
		{ 99, { 0, 0, 0 }, "accept" }, { 99, { 5, 0, 0 }, "tag" }, { 99, { 5, 8, -1 }, "quarantine" },
		{ 0, { 0, 0, 0 }, "accept" }, { -3, { 5, 8, 10 }, "accept" }, { 12, { 0, 0, 12 }, "reject" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct verdict verdict = { .score = cases[i].score };
		t_str(action_name(verdict_action(&verdict, &cases[i].thresholds)), cases[i].action);
	}
	t_str(action_name(ACTION_TEMPFAIL), "tempfail");
}
