/* rules/network_rule: the `network` rules: what network an address stands in.
 *
 *     network NAME SUBJECT in LIST...
 *                          asn AS64500 AS64510-AS64520
 *                          cc XX YY
 *                          org /regex/
 *                          cidr 192.0.2.0/24 2001:db8::/32
 *                          same client
 *                          dns nxdomain
 *     flux    NAME SUBJECT networks >= 5 ttl <= 300
 * client: the connecting address. relay: any other address of the Received chain. url: a link's
 * host, an address or what DNS says of the name. url_ns: the name servers of its domain. mx: those
 * that take mail for the envelope sender's domain. helo, from_domain: the names' hosts.
 *
 * A name of which DNS did not say all is unknown to a rule that none of the others hits; where no
 * resolver is set up, a rule on url sees literal addresses alone, and the four others, `dns` and
 * `flux` are unknown ("no-dns").
 */
#ifndef DEPEER_RULES_NETWORK_RULE_H
#define DEPEER_RULES_NETWORK_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/ip.h"
#include "base/lex.h"
#include "base/network.h"
#include "rules/fact.h"
#include "rules/pattern.h"

enum network_subject {
	NETWORK_CLIENT, NETWORK_RELAY, NETWORK_URL, NETWORK_URL_NS, NETWORK_MX, NETWORK_HELO,
	NETWORK_FROM
};
enum network_what {
	NETWORK_IN, NETWORK_ASN, NETWORK_CC, NETWORK_ORG, NETWORK_CIDR, NETWORK_SAME, NETWORK_DNS,
	NETWORK_FLUX
};

struct network_word {
	struct str text;      /* a list's name */
	struct place place;
	size_t list;          /* its number, by check */
	uint32_t from, to;    /* AS numbers */
	char country[3];
	struct ip_prefix prefix;
	/* of flux: what is counted, and its bounds (one of them is the widest) */
	bool ttl;
	uint32_t least, most;
};

struct network_rule {
	enum network_subject subject;
	enum network_what what;
	struct network_word *words; /* any of them; of flux: all of them */
	size_t words_n;
	struct pattern *org;        /* owned by the set */
};

/* Reads what stands after the rule's name; list names stay unresolved. For `org`, *regex is the
 * rest of the line and the caller compiles it. 0, or -1 with the error in diags. */
int network_rule_read(struct lex_line *line, struct arena *arena, struct diags *diags,
	struct network_rule *out, struct str *regex, struct place *regex_place);

/* The same of a `flux` rule. */
int network_rule_read_flux(struct lex_line *line, struct arena *arena, struct diags *diags,
	struct network_rule *out);

/* Is it unknown where no name is asked for? */
bool network_rule_needs_dns(const struct network_rule *test);

enum fact_stage network_rule_stage(const struct network_rule *test);

struct network_answer {
	bool hit;
	const char *unknown;   /* why it could not be said; NULL: it was */
	struct str evidence;   /* of a hit */
	const struct network *network; /* that hit; NULL: it was not about one */
};
/* 0, or -1 when memory is spent. */
int network_rule_ask(const struct network_rule *test, const struct facts *facts,
	struct matcher *matcher, struct arena *arena, struct network_answer *out);

#endif
