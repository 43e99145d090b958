/* rules/set: what a ruleset is made of. For the files of this room only.
 *
 * parse fills the records from the files' lines, check resolves their names and decides what
 * runs, eval reads. All of it but the compiled patterns lies in the set's arena.
 */
#ifndef DEPEER_RULES_SET_H
#define DEPEER_RULES_SET_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/origins.h"
#include "rules/capture.h"
#include "rules/check_table.h"
#include "rules/meta.h"
#include "rules/network_rule.h"
#include "rules/pattern.h"
#include "rules/prefilter.h"
#include "rules/regex_text.h"
#include "rules/replace.h"
#include "rules/ruleset.h"
#include "rules/trust.h"
#include "rules/uri_detail.h"
#include "rules/values.h"
#include "rules/view.h"

enum {
	RULE_NAME_MAX = 100,        /* SpamAssassin's limit */
	RULE_SCORES = 4,            /* SpamAssassin's score sets */
	RULE_SCORE_SET = 0,         /* the one used: no network tests, no Bayes */
	SET_BYTES_MAX = 1024 * 1024 * 1024
};

enum rule_kind {
	RULE_HEADER, RULE_BODY, RULE_RAWBODY, RULE_URI, RULE_FULL, RULE_MIMEHEADER, RULE_META,
	RULE_NETWORK, RULE_FLUX, RULE_ASKDNS, RULE_URI_DETAIL,
	RULE_KINDS
};
const char *rule_kind_name(enum rule_kind kind);

/* Compiled patterns are chained up to be freed with the set. */
struct set_pattern {
	struct pattern *pattern;
	struct set_pattern *next;
};

struct definition {
	enum rule_kind kind;
	struct place place;           /* of the name */
	unsigned file_number;         /* in the order of reading: tells overriding from shadowing */
	struct str text;              /* what stands after the name, as written */
	struct place shadows;         /* the definition that it took the place of; file NULL: none */
	/* header, body, uri, full */
	struct view view;
	struct pattern *pattern;      /* NULL: exists:NAME */
	struct regex_text regex;      /* what it was compiled from */
	bool captures;                /* has a group (?<NAME>...) for others' %{NAME} */
	bool templated;               /* has %{NAME}: compiled for each message */
	bool negated;                 /* !~ */
	bool has_if_unset;
	struct str if_unset;
	/* meta */
	struct str expression;
	struct place expression_place;
	struct meta meta;
	/* network */
	struct network_rule network;
	/* uri_detail */
	struct uri_detail *detail;
	/* header, body, uri, full: eval:name() instead of a regex */
	bool calls;
	struct check_call call;
};

/* "test NAME ok|fail TEXT" */
struct rule_test {
	struct str rule, text;
	struct place place;
	bool ok;
	struct rule_test *next;
};

/* "max_age LIST 30d" */
struct list_age {
	struct str list;
	struct place place;           /* of the list's name */
	int32_t days;
	struct list_age *next;
};

/* One name. Settings may come before the definition, or without one. */
struct rule {
	const char *name;
	bool defined;
	bool skipped;                 /* a block that is left out defines it: absent without another */
	bool replaced;                /* its regex has tags (rules/replace.h) */
	bool broken;                  /* its definition has an error, already reported */
	size_t order;                 /* of the first definition */
	struct definition definition;

	const char *describe;
	struct place describe_place;
	double scores[RULE_SCORES];
	bool has_score;
	struct place score_place;
	struct place tflags_place;
	struct str tflags;            /* as written */
	bool nice, multiple, nosubject, observe, net;
	unsigned maxhits;             /* 0: no limit */
	bool has_expiry;
	int32_t expires;              /* the last day it counts */
	struct place expires_place;

	/* by check */
	double score;
	bool sub_rule;                /* __NAME */
	const char *absent;           /* what it needs and is not here; NULL: it is complete */
	bool local_off;               /* a network test that is absent, and only local ones are wanted:
	                               * as with score 0, it is not asked and counts 0 */
	bool disabled;                /* absent or expired, or depends on a rule that is */
	bool needed;                  /* scored, observed, or used by one that is */
	enum fact_stage stage;
	size_t view_number;           /* into set->views */
	unsigned mark;                /* of the walk over dependencies */
};

/* SpamAssassin: a rule whose score is 0 is not run, a sub-rule's too; it counts 0 in metas. */
static inline bool rule_counts_zero(const struct rule *rule)
{
	return rule->local_off || (rule->has_score && rule->score == 0);
}

/* Does a view hold the texts that the rule is matched against? */
static inline bool rule_looks_at_view(const struct rule *rule)
{
	return rule->definition.kind < RULE_META && !rule->definition.calls &&
		!rule->definition.templated;
}

struct set_view {
	struct view view;
	const size_t *rules;          /* needed ones, in file order */
	size_t rules_n;
	enum fact_stage stage;
	const size_t *absent;         /* those to be asked when the view has no text */
	size_t absent_n;
	struct prefilter *prefilter;  /* of rules, by their positions there; NULL: ask them all */
};

struct ruleset {
	struct arena *arena;
	struct rule *rules;           /* all names; after check: defined ones in file order first */
	size_t rules_n, rules_capacity;
	size_t defined_n;             /* by check: rules[0..defined_n) are what was loaded */
	size_t *slots;                /* hash of names -> index + 1 */
	size_t slots_n;
	struct ruleset_list *lists;
	size_t lists_n, lists_capacity;
	struct list_age *list_ages;   /* the last one first */
	unsigned files_n;             /* read so far */
	size_t order_next;
	struct set_pattern *patterns;
	struct values_table values;
	struct replace_table replace;
	struct pattern **redirectors; /* redirector_pattern, in file order */
	size_t redirectors_n, redirectors_capacity;
	struct trust trust;
	struct str origins[ORIGINS_MAX]; /* originating_ip_headers */
	size_t origins_n;
	bool has_origins;
	struct rule_test *tests;      /* the last one first */
	/* by check */
	struct set_view *views;
	size_t views_n;
	const size_t *metas;          /* needed ones, each after those it uses */
	size_t metas_n;
	const size_t *networks;
	size_t networks_n;
	const size_t *details;
	size_t details_n;
	const size_t *templates;      /* needed rules with %{NAME} */
	size_t templates_n;
	const size_t *calls;          /* needed rules that call a check */
	size_t calls_n;
	bool needs_full, needs_body, needs_uris, needs_rawbody, needs_parts, needs_relays, needs_auth;
	unsigned needs_dns;        /* enum ruleset_dns */
	bool needs_tree, needs_links, needs_html, no_jit;
};

/* The record of a name, made if there is none. NULL: memory was spent. Pointers to records are
 * good until the next call. */
struct rule *set_rule(struct ruleset *set, struct str name);
/* SIZE_MAX: no such name. */
size_t set_find(const struct ruleset *set, struct str name);
int set_rehash(struct ruleset *set); /* after the records were moved */
/* Takes the pattern over (also when it fails: then it is freed). 0 or -1: memory was spent. */
int set_keep_pattern(struct ruleset *set, struct pattern *pattern);

#endif
