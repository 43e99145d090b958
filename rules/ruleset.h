/* rules/ruleset: rule files, read, checked and compiled; then asked.
 *
 * The language is SpamAssassin 4.0's (depeer-rules(5) is the manual), a declared subset:
 * what is not there yet is an error with its name and place, never skipped in silence. All errors
 * of all files are found in one run.
 *
 * A ruleset is immutable and may be asked by many threads at once. Evaluation takes its memory
 * from the message's arena; what PCRE2 needs (a few KiB, bounded in pattern.h) is malloc'ed and
 * freed within the call.
 */
#ifndef DEPEER_RULES_RULESET_H
#define DEPEER_RULES_RULESET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"
#include "rules/fact.h"
#include "rules/verdict.h"

struct ruleset;

struct ruleset_options {
	int32_t today;           /* base/date.h: rules that have expired are left out, with a warning */
	bool trusts_authserv;    /* facts.auth will be filled: the admin trusts somebody's results.
	                          * Else what asks for them is absent */
	bool no_jit;             /* interpret (tests; systems that forbid it) */
	/* Network tests (tflags net) that are absent here are switched off as by a score of 0, instead
	 * of leaving out what depends on them: what SpamAssassin does with --local. */
	bool local_tests_only;
	bool no_prefilter;       /* ask every regex of every text (tests: the hits are the same) */
};

/* Reads each path: a file, or a directory whose *.cf files are read in alphabetical order. The
 * last definition of a rule wins (a warning when it stands in another file is not given: that is
 * how admins override). NULL if there was any error; `diags` has errors and warnings either way.
 * Free with ruleset_free(&rules). */
struct ruleset *ruleset_load(const char *const *paths, size_t paths_n,
	const struct ruleset_options *options, struct diags *diags);
void ruleset_free(struct ruleset **rules);

/* The network lists that the files declare, in the order of their numbers (network.listing_lists
 * refers to it). The words are as written; the caller (milter/runtime) loads them by geoip/. */
struct ruleset_list {
	const char *name;
	struct place place;
	const struct ruleset_list_word { struct str text; struct place place; } *words;
	size_t words_n;
	const char *directory;   /* of the rule file: relative file names start here */
	int32_t max_age;         /* days that its data may be old; 0: no limit */
	struct place max_age_place;
};
size_t ruleset_lists(const struct ruleset *rules);
const struct ruleset_list *ruleset_list(const struct ruleset *rules, size_t index);

/* One rule as loaded, for `depeer rules` and tests. */
struct ruleset_rule {
	const char *name, *kind; /* "header", "body", "uri", "full", "meta", "network" */
	const char *describe;
	struct place place;
	double score;
	bool observe, sub_rule;
	const char *absent;      /* what it needs and is not here ("check_rbl"); NULL: complete */
	bool runs;               /* false: absent, score 0, expired, or an unused sub-rule */
	enum fact_stage stage;
};
size_t ruleset_rules(const struct ruleset *rules);
struct ruleset_rule ruleset_rule(const struct ruleset *rules, size_t index);

/* What the reader of the message need not prepare when no rule asks. */
bool ruleset_needs_full(const struct ruleset *rules);
bool ruleset_needs_body(const struct ruleset *rules);
bool ruleset_needs_uris(const struct ruleset *rules);
bool ruleset_needs_rawbody(const struct ruleset *rules);
bool ruleset_needs_parts(const struct ruleset *rules);
bool ruleset_needs_tree(const struct ruleset *rules); /* what the parts are (base/part.h) */
bool ruleset_needs_html(const struct ruleset *rules);
bool ruleset_needs_relays(const struct ruleset *rules);
/* Of which names the rules ask what DNS says; bits. */
enum ruleset_dns {
	RULESET_DNS_URL = 1, RULESET_DNS_URL_NS = 2, RULESET_DNS_MX = 4, RULESET_DNS_HELO = 8,
	RULESET_DNS_FROM = 16,
	RULESET_DNS_ONLY = 32 /* some rule is always unknown without the DNS */
};
unsigned ruleset_needs_dns(const struct ruleset *rules);
/* The header fields that originating_ip_headers names; NULL: no file says anything, the default
 * counts (base/origins.h). */
const struct str *ruleset_origins(const struct ruleset *rules, size_t *n);
bool ruleset_needs_links(const struct ruleset *rules);   /* facts.links, and `uris` for them */
bool ruleset_needs_signers(const struct ruleset *rules); /* there, the domains of DKIM's d= */

/* Whether the files know redirectors (redirector_pattern), and what one of them leads to: the
 * first group of the first pattern that finds a name with a dot there, or nothing. A pattern that
 * gives up finds nothing. 0, or -1 when memory was spent. */
bool ruleset_has_redirectors(const struct ruleset *rules);
int ruleset_redirect(const struct ruleset *rules, struct str uri, struct str *target);
bool ruleset_needs_auth(const struct ruleset *rules);
bool ruleset_has_jit(const struct ruleset *rules); /* false: say so loudly at start */

/* What rules cost, in CPU time: for `depeer time`. Evaluations add to it; one at a time. */
struct eval_costs {
	uint64_t (*clock_ns)(void);
	struct eval_cost {
		uint64_t ns;         /* of matching; metas are counted in metas_ns, all together */
		size_t asked, hits;  /* messages that it was asked of (not: left out), that it hit */
	} *rules;                /* ruleset_rules() of them */
	uint64_t texts_ns, prefilter_ns, metas_ns;
};

struct eval_options {
	enum fact_stage stage;   /* rules of later stages are left out (not "false": left out) */
	/* CPU budget for the regexes of one message. When half of it is spent the rule at work is
	 * reported as unknown ("budget") and counts 0, and so does every regex rule after it that is
	 * over its own share (1/64), and each one once all of it is spent.
	 * What the prefilter (rules/prefilter) rules out stays certain: it is no hit, at no cost.
	 * 0 = none. The clock is given, so that eval stays a function of its arguments. */
	uint64_t budget_us;
	uint64_t (*clock_us)(void);
	/* Fill verdict.sub_rules, for those who look into the rules. Only sub-rules that another rule
	 * uses are run, and so can hit. */
	bool want_sub_rules;
	struct eval_costs *costs; /* NULL: not measured */
};

/* Asks every rule. 0, or -1 when memory was spent: there is no verdict then, and the caller must
 * not take that for clean. */
int ruleset_eval(const struct ruleset *rules, const struct facts *facts,
	const struct eval_options *options, struct arena *arena, struct verdict *out);

#endif
