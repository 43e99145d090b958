/* rules/verdict: what the rules say of a message, with the reasons.
 */
#ifndef DEPEER_RULES_VERDICT_H
#define DEPEER_RULES_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"
#include "base/network.h"
#include "base/str.h"

/* In order of severity. */
enum action { ACTION_ACCEPT, ACTION_TAG, ACTION_QUARANTINE, ACTION_TEMPFAIL, ACTION_REJECT };
const char *action_name(enum action action); /* "accept", "tag", ... */

struct verdict_hit {
	const char *rule;        /* name; lives as long as the ruleset, as the next three do */
	const char *describe;    /* or "" */
	struct place place;      /* of its definition */
	double score;            /* what it adds; 0 for an observed rule */
	double would_score;      /* what it would add if enforced */
	bool observe;            /* tflags observe */
	unsigned count;          /* hits (tflags multiple) */
	struct str evidence;     /* what it saw: matched text, the URL, "AS64500 192.0.2.0/24 in
	                          * asn_drop (lists/x:12)"; any bytes, at most 200; may be empty
	                          * (a meta) */
	/* Of a `network` rule on url or url_ns: the network that hit, of the link's host or of its name
	 * server; else NULL. Lives as long as the facts. */
	const struct network *link_network;
	bool link_server;
};

/* A rule that could not be answered: an unknown network, or a regex over its limits. */
struct verdict_unknown {
	const char *rule;
	const char *why;         /* "asn-unknown", "regex-limit", "budget" ... static */
};

/* A sub-rule (__NAME) that hit, and how often. */
struct verdict_sub_rule {
	const char *rule;
	unsigned count;
};

/* Owned by the arena that eval was given. */
struct verdict {
	double score;            /* sum of the hits' scores, rounded to 3 decimals */
	struct verdict_hit *hits; /* scored rules and observed ones, in file order; no __ sub-rules */
	size_t hits_n;
	struct verdict_unknown *unknown;
	size_t unknown_n;
	struct verdict_sub_rule *sub_rules; /* in file order; none unless eval was asked for them */
	size_t sub_rules_n;
};

/* Scores from which an action is taken; a threshold <= 0 is off. */
struct thresholds {
	double tag, quarantine, reject;
};
enum action verdict_action(const struct verdict *verdict, const struct thresholds *thresholds);

#endif
