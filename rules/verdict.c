/* rules/verdict: from a score to an action.
 */
#include "rules/verdict.h"

static const char *const names[] = {
	[ACTION_ACCEPT] = "accept", [ACTION_TAG] = "tag", [ACTION_QUARANTINE] = "quarantine",
	[ACTION_TEMPFAIL] = "tempfail", [ACTION_REJECT] = "reject",
};

const char *action_name(enum action action)
{
	return names[action];
}

static bool reached(double score, double threshold)
{
	return threshold > 0 && score >= threshold;
}

enum action verdict_action(const struct verdict *verdict, const struct thresholds *thresholds)
{
	if (reached(verdict->score, thresholds->reject))
		return ACTION_REJECT;
	if (reached(verdict->score, thresholds->quarantine))
		return ACTION_QUARANTINE;
	return reached(verdict->score, thresholds->tag) ? ACTION_TAG : ACTION_ACCEPT;
}
