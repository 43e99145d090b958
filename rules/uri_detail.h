/* rules/uri_detail: the `uri_detail` rules: what SpamAssassin knows of one link.
 *
 *     uri_detail NAME  text =~ /\bhttps:/  cleaned !~ /\bhttps:/
 * Keys: raw, type, cleaned, text, domain, host, each once; all must hold of the same link. Where a
 * link has several of a thing one of them is enough, also for !~; where it has none, the key
 * does not hold. As Mail::SpamAssassin 4.0.1 has it (Plugin/URIDetail.pm).
 */
#ifndef DEPEER_RULES_URI_DETAIL_H
#define DEPEER_RULES_URI_DETAIL_H

#include <stdbool.h>

#include "rules/fact.h"
#include "rules/pattern.h"

enum uri_detail_key {
	URI_DETAIL_RAW, URI_DETAIL_TYPE, URI_DETAIL_CLEANED, URI_DETAIL_TEXT, URI_DETAIL_DOMAIN,
	URI_DETAIL_HOST, URI_DETAIL_KEYS
};
/* URI_DETAIL_KEYS: none of them. */
enum uri_detail_key uri_detail_key(struct str name);

struct uri_detail {
	struct {
		struct pattern *pattern;  /* owned by the set; NULL: not asked */
		bool negated;             /* !~ */
	} keys[URI_DETAIL_KEYS];
};

struct uri_detail_answer {
	bool hit;
	enum pattern_result stopped;  /* no hit, and a regex gave up: PATTERN_LIMIT or _BUDGET */
	struct str evidence;          /* the link */
};
/* 0, or -1 when memory is spent. */
int uri_detail_ask(const struct uri_detail *rule, const struct facts *facts,
	struct matcher *matcher, struct uri_detail_answer *out);

#endif
