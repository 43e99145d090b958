/* rules/network_rule: reads `network` rules and asks them of the facts.
 *
 * "Not in the list" can only be said when all that the list asks of an address is known; else
 * the answer is "unknown", which is neither clean nor spam.
 */
#include "rules/network_rule.h"

#include <stdio.h>
#include <string.h>

#include "base/suggest.h"

struct subject {
	const char *name;
	enum fact_stage stage;
	bool host;             /* DNS may have said something of it */
	enum network_subject subject;
};
static const struct subject subjects[] = {
	{ "client", FACT_CONNECT, false, NETWORK_CLIENT },
	{ "relay", FACT_MESSAGE, false, NETWORK_RELAY }, { "url", FACT_MESSAGE, true, NETWORK_URL },
	{ "url_ns", FACT_MESSAGE, true, NETWORK_URL_NS }, { "mx", FACT_MESSAGE, true, NETWORK_MX },
	{ "helo", FACT_MESSAGE, true, NETWORK_HELO },
	{ "from_domain", FACT_MESSAGE, true, NETWORK_FROM },
};

static bool read_list(struct str text, struct network_word *word)
{
	word->text = text;
	return true;
}

static bool read_as_number(struct str text, uint32_t *out)
{
	uint64_t number;
	if (str_starts_nocase(text, STR("AS")))
		text = str_slice(text, 2, text.len);
	if (!str_to_u64(text, UINT32_MAX, &number) || number == 0)
		return false;
	*out = (uint32_t)number;
	return true;
}

static bool read_asn(struct str text, struct network_word *word)
{
	size_t dash = str_find_byte(text, '-');
	return read_as_number(str_slice(text, 0, dash), &word->from) &&
		read_as_number(dash == SIZE_MAX ? text : str_slice(text, dash + 1, text.len),
			&word->to) &&
		word->from <= word->to;
}

static bool read_country(struct str text, struct network_word *word)
{
	for (size_t i = 0; i < text.len && i < 2; i++) {
		if (!ascii_alpha(text.ptr[i]))
			return false;
		word->country[i] = (char)(ascii_lower(text.ptr[i]) - 32);
	}
	return text.len == 2;
}

static bool read_prefix(struct str text, struct network_word *word)
{
	return ip_prefix_parse(text, &word->prefix, NULL);
}

static bool read_same(struct str text, struct network_word *word)
{
	(void)word;
	return str_equal_nocase(text, STR("client"));
}

static bool read_dns(struct str text, struct network_word *word)
{
	(void)word;
	return str_equal_nocase(text, STR("nxdomain"));
}

struct test_kind {
	const char *name, *expected;
	enum network_what what;
	bool (*read)(struct str text, struct network_word *word); /* NULL: a regex */
};
static const struct test_kind kinds[] = {
	{ "in", "a list's name", NETWORK_IN, read_list },
	{ "asn", "an AS number (AS64500) or range (AS64500-AS64510)", NETWORK_ASN, read_asn },
	{ "cc", "a country code of two letters", NETWORK_CC, read_country },
	{ "org", "a regex", NETWORK_ORG, NULL },
	{ "cidr", "an address or prefix without host bits (192.0.2.0/24)", NETWORK_CIDR, read_prefix },
	{ "same", "'client'", NETWORK_SAME, read_same },
	{ "dns", "'nxdomain'", NETWORK_DNS, read_dns },
};

#define SUBJECTS "client, relay, url, url_ns, mx, helo or from_domain"

static const struct subject *read_subject(struct lex_line *line, struct diags *diags)
{
	struct str text;
	struct place place;
	char hint[80];
	if (!lex_word(line, &text, &place)) {
		diags_add(diags, DIAG_ERROR, place, SUBJECTS " expected");
		return NULL;
	}
	struct suggest suggest = suggest_begin(text);
	for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++) {
		if (str_equal_nocase(text, str_from(subjects[i].name)))
			return &subjects[i];
		suggest_offer(&suggest, subjects[i].name);
	}
	diags_add(diags, DIAG_ERROR, place, "unknown subject '%.*s'%s: " SUBJECTS " expected",
		(int)(text.len < 100 ? text.len : 100), text.ptr,
		suggest_text(&suggest, hint, sizeof hint));
	return NULL;
}

static const struct test_kind *read_kind(struct lex_line *line, struct diags *diags)
{
	struct str text;
	struct place place;
	char hint[80];
	if (!lex_word(line, &text, &place)) {
		diags_add(diags, DIAG_ERROR, place, "in, asn, cc, org, cidr, same or dns expected");
		return NULL;
	}
	struct suggest suggest = suggest_begin(text);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (str_equal_nocase(text, str_from(kinds[i].name)))
			return &kinds[i];
		suggest_offer(&suggest, kinds[i].name);
	}
	diags_add(diags, DIAG_ERROR, place, "unknown test '%.*s'%s: in, asn, cc, org, cidr, same or dns expected",
		(int)(text.len < 100 ? text.len : 100), text.ptr,
		suggest_text(&suggest, hint, sizeof hint));
	return NULL;
}

static int read_words(struct lex_line *line, const struct test_kind *kind, struct arena *arena,
	struct diags *diags, struct network_rule *out)
{
	struct str text;
	struct place place;
	int status = 0;
	size_t most = line->text.len / 2 + 1; /* words of at least one byte and a blank */
	out->words = ARENA_ARRAY(arena, struct network_word, most);
	if (!out->words)
		return -1;
	while (lex_word(line, &text, &place)) {
		struct network_word word = { .place = place };
		if (kind->read(text, &word)) {
			out->words[out->words_n++] = word;
			continue;
		}
		status = -1;
		diags_add(diags, DIAG_ERROR, place, "'%.*s' is not %s",
			(int)(text.len < 100 ? text.len : 100), text.ptr, kind->expected);
	}
	if (!status && !out->words_n) {
		diags_add(diags, DIAG_ERROR, place, "%s expected", kind->expected);
		return -1;
	}
	return status;
}

int network_rule_read(struct lex_line *line, struct arena *arena, struct diags *diags,
	struct network_rule *out, struct str *regex, struct place *regex_place)
{
	*out = (struct network_rule){ 0 };
	const struct subject *subject = read_subject(line, diags);
	const struct test_kind *kind = subject ? read_kind(line, diags) : NULL;
	if (!kind)
		return -1;
	if (kind->what == NETWORK_DNS && !subject->host) {
		diags_add(diags, DIAG_ERROR, line->place, "'dns' asks of a name: %s is an address",
			subject->name);
		return -1;
	}
	out->subject = subject->subject;
	out->what = kind->what;
	if (kind->read)
		return read_words(line, kind, arena, diags, out);
	*regex = lex_rest(line, regex_place);
	return 0;
}

/* "networks >= 5", "ttl <= 300": one word of the rule. 1; 0: there is no more; -1. */
static int read_condition(struct lex_line *line, struct diags *diags, struct network_word *word)
{
	struct str name, op, value;
	struct place place;
	uint64_t number;
	if (!lex_word(line, &name, &word->place))
		return 0;
	word->ttl = str_equal_nocase(name, STR("ttl"));
	if (!word->ttl && !str_equal_nocase(name, STR("networks"))) {
		diags_add(diags, DIAG_ERROR, word->place, "'%.*s': networks or ttl expected",
			(int)(name.len < 100 ? name.len : 100), name.ptr);
		return -1;
	}
	if (!lex_word(line, &op, &place) ||
		!(str_equal(op, STR(">=")) || str_equal(op, STR("<=")))) {
		diags_add(diags, DIAG_ERROR, place, "'>=' or '<=' expected");
		return -1;
	}
	if (!lex_word(line, &value, &place) || !str_to_u64(value, UINT32_MAX, &number)) {
		diags_add(diags, DIAG_ERROR, place, "number expected");
		return -1;
	}
	word->least = op.ptr[0] == '>' ? (uint32_t)number : 0;
	word->most = op.ptr[0] == '>' ? UINT32_MAX : (uint32_t)number;
	return 1;
}

int network_rule_read_flux(struct lex_line *line, struct arena *arena, struct diags *diags,
	struct network_rule *out)
{
	*out = (struct network_rule){ .what = NETWORK_FLUX };
	struct place place = line->place;
	const struct subject *subject = read_subject(line, diags);
	int status = -1;
	if (!subject)
		return -1;
	out->subject = subject->subject;
	out->words = ARENA_ARRAY(arena, struct network_word, line->text.len / 2 + 1);
	if (!out->words)
		return -1;
	if (!subject->host) {
		diags_add(diags, DIAG_ERROR, place, "'flux' asks of a name: %s is an address",
			subject->name);
		return -1;
	}
	while ((status = read_condition(line, diags, &out->words[out->words_n])) > 0)
		out->words_n++;
	if (status == 0 && out->words_n == 0) {
		diags_add(diags, DIAG_ERROR, place, "networks or ttl expected");
		return -1;
	}
	return status;
}

bool network_rule_needs_dns(const struct network_rule *test)
{
	return test->subject >= NETWORK_URL_NS || test->what >= NETWORK_DNS;
}

enum fact_stage network_rule_stage(const struct network_rule *test)
{
	return test->subject == NETWORK_CLIENT ? FACT_CONNECT : FACT_MESSAGE;
}

/* One that a subject has: an address, or a name and what DNS said of it. Neither: no address. */
struct one {
	const struct network *network;
	const struct fact_host *host;
	struct str prefix;     /* of the evidence: the link, the name */
};

struct question {
	const struct network_rule *test;
	const struct facts *facts;
	const struct network *network;
	int32_t day;
	const int32_t *list_last_days;
	struct matcher *matcher;
	struct network_answer *answer;
	char text[400];        /* of the evidence */
};

/* "AS64500 192.0.2.0/24", what is known of it */
static int describe(const struct network *network, char *out, size_t size)
{
	char prefix[IP_PREFIX_TEXT_MAX], ip[IP_TEXT_MAX];
	const char *where = network->prefix_state == NETWORK_KNOWN ?
		ip_prefix_format(&network->prefix, prefix) : ip_format(&network->ip, ip);
	if (network->asn_state == NETWORK_KNOWN)
		return snprintf(out, size, "AS%u %s", (unsigned)network->asn, where);
	return snprintf(out, size, "%s", where);
}

/* One of the lists cannot be asked any more: then "on none of them" cannot be said. */
static bool too_old(const struct question *q)
{
	for (size_t k = 0; q->list_last_days && k < q->test->words_n; k++)
		if (q->day > q->list_last_days[q->test->words[k].list])
			return true;
	return false;
}

static int ask_list(struct question *q)
{
	const struct network *network = q->network;
	for (size_t i = 0; i < network->listings_n; i++) {
		const struct network_listing *entry = network->listings[i];
		if (q->day < entry->from || q->day > entry->until)
			continue;
		for (size_t k = 0; k < q->test->words_n; k++) {
			if (q->test->words[k].list != network->listing_lists[i])
				continue;
			q->answer->hit = true;
			int n = describe(network, q->text, sizeof q->text / 2);
			snprintf(q->text + n, sizeof q->text - (size_t)n, " in %s (%s:%u)%s%s", entry->name,
				entry->file, entry->line, *entry->note ? " " : "", entry->note);
			return 0;
		}
	}
	if (network->listings_incomplete)
		q->answer->unknown = "asn-unknown";
	if (too_old(q))
		q->answer->unknown = "list-too-old";
	return 0;
}

static int ask_asn(struct question *q)
{
	if (q->network->asn_state == NETWORK_UNKNOWN)
		q->answer->unknown = "asn-unknown";
	if (q->network->asn_state != NETWORK_KNOWN)
		return 0;
	for (size_t k = 0; k < q->test->words_n; k++) {
		const struct network_word *word = &q->test->words[k];
		if (q->network->asn >= word->from && q->network->asn <= word->to)
			q->answer->hit = true;
	}
	int n = describe(q->network, q->text, sizeof q->text / 2);
	if (q->network->org.len)
		snprintf(q->text + n, sizeof q->text - (size_t)n, " %.*s",
			(int)(q->network->org.len < 100 ? q->network->org.len : 100), q->network->org.ptr);
	return 0;
}

static int ask_country(struct question *q)
{
	if (q->network->country_state == NETWORK_UNKNOWN)
		q->answer->unknown = "country-unknown";
	if (q->network->country_state != NETWORK_KNOWN)
		return 0;
	for (size_t k = 0; k < q->test->words_n; k++)
		if (!strncmp(q->test->words[k].country, q->network->country, 2))
			q->answer->hit = true;
	int n = describe(q->network, q->text, sizeof q->text / 2);
	snprintf(q->text + n, sizeof q->text - (size_t)n, " in country %.2s", q->network->country);
	return 0;
}

static int ask_org(struct question *q)
{
	size_t start, end;
	if (q->network->asn_state == NETWORK_UNKNOWN)
		q->answer->unknown = "asn-unknown";
	if (q->network->asn_state != NETWORK_KNOWN)
		return 0;
	enum pattern_result result = pattern_match(q->test->org, q->matcher,
		str_slice(q->network->org, 0, FACT_HEADER_MAX), 0, &start, &end);
	q->answer->hit = result == PATTERN_YES;
	if (result == PATTERN_LIMIT || result == PATTERN_BUDGET)
		q->answer->unknown = result == PATTERN_LIMIT ? "regex-limit" : "budget";
	int n = describe(q->network, q->text, sizeof q->text / 2);
	snprintf(q->text + n, sizeof q->text - (size_t)n, " %.*s",
		(int)(q->network->org.len < 100 ? q->network->org.len : 100), q->network->org.ptr);
	return result == PATTERN_MEMORY ? -1 : 0;
}

static int ask_cidr(struct question *q)
{
	for (size_t k = 0; k < q->test->words_n && !q->answer->hit; k++) {
		char prefix[IP_PREFIX_TEXT_MAX], ip[IP_TEXT_MAX];
		if (!ip_prefix_contains(&q->test->words[k].prefix, &q->network->ip))
			continue;
		q->answer->hit = true;
		snprintf(q->text, sizeof q->text, "%s in %s", ip_format(&q->network->ip, ip),
			ip_prefix_format(&q->test->words[k].prefix, prefix));
	}
	return 0;
}

/* In the client's AS. A mail without client is sent from none. */
static int ask_same(struct question *q)
{
	const struct network *client = q->facts->client;
	if (!client || client == q->network)
		return 0;
	if (client->asn_state == NETWORK_UNKNOWN || q->network->asn_state == NETWORK_UNKNOWN)
		q->answer->unknown = "asn-unknown";
	q->answer->hit = client->asn_state == NETWORK_KNOWN &&
		q->network->asn_state == NETWORK_KNOWN && client->asn == q->network->asn;
	int n = describe(q->network, q->text, sizeof q->text / 2);
	snprintf(q->text + n, sizeof q->text - (size_t)n, " as the client");
	return 0;
}

typedef int asker(struct question *q);
static asker *const askers[] = {
	[NETWORK_IN] = ask_list, [NETWORK_ASN] = ask_asn, [NETWORK_CC] = ask_country,
	[NETWORK_ORG] = ask_org, [NETWORK_CIDR] = ask_cidr, [NETWORK_SAME] = ask_same,
};

static void ask_dns(struct question *q, const struct fact_host *host)
{
	q->answer->hit = host->nxdomain;
	snprintf(q->text, sizeof q->text, "nxdomain");
}

/* Networks are AS numbers, and of addresses in none their prefixes. */
static bool same_network(const struct network *a, const struct network *b)
{
	if (a->asn_state == NETWORK_KNOWN || b->asn_state == NETWORK_KNOWN)
		return a->asn_state == b->asn_state && a->asn == b->asn;
	if (a->prefix_state == NETWORK_KNOWN)
		return ip_prefix_contains(&a->prefix, &b->ip);
	return ip_equal(&a->ip, &b->ip);
}

static uint32_t count_networks(const struct fact_host *host)
{
	uint32_t n = 0;
	for (size_t i = 0; i < host->networks_n; i++) {
		size_t k = 0;
		while (k < i && !same_network(host->networks[k], host->networks[i]))
			k++;
		n += k == i;
	}
	return n;
}

/* What was not answered can add networks and make the time to live shorter, never the reverse: with
 * answers missing, only "networks >=" and "ttl <=" can be said to hold. */
static void ask_flux(struct question *q, const struct fact_host *host)
{
	uint32_t networks = count_networks(host);
	bool all = host->networks_n > 0;
	for (size_t k = 0; all && k < q->test->words_n; k++) {
		const struct network_word *word = &q->test->words[k];
		uint32_t value = word->ttl ? host->ttl : networks;
		bool firm = !host->unknown || (word->ttl ? word->least == 0 :
			word->most == UINT32_MAX);
		all = firm && value >= word->least && value <= word->most;
	}
	q->answer->hit = all;
	snprintf(q->text, sizeof q->text, "networks %u ttl %u", (unsigned)networks,
		(unsigned)host->ttl);
}

/* 0, or -1 when memory is spent. */
static int ask_host(struct question *q, const struct fact_host *host)
{
	q->text[0] = '\0';
	if (q->test->what == NETWORK_DNS)
		ask_dns(q, host);
	else if (q->test->what == NETWORK_FLUX)
		ask_flux(q, host);
	else
		for (size_t i = 0; i < host->networks_n && !q->answer->hit; i++) {
			q->network = host->networks[i];
			if (askers[q->test->what](q))
				return -1;
		}
	if (!q->answer->hit && host->unknown)
		q->answer->unknown = host->unknown;
	return 0;
}

static bool one_of_urls(const struct network_rule *test, const struct facts *facts, size_t n,
	struct one *out)
{
	if (n >= facts->urls_n)
		return false;
	const struct fact_url *url = &facts->urls[n];
	out->prefix = url->url;
	if (test->subject == NETWORK_URL_NS)
		out->host = url->ns;
	else if (url->host_is_ip)
		out->network = url->network;
	else
		out->host = url->dns;
	return true;
}

static bool one_of_relays(const struct facts *facts, size_t n, struct one *out)
{
	n += facts->client != NULL; /* then relays[0] is the client */
	if (n < facts->relays_n)
		out->network = facts->relays[n].network;
	return n < facts->relays_n;
}

/* The n-th that the subject has; false: there is no further one. */
static bool one_of(const struct network_rule *test, const struct facts *facts, size_t n,
	struct one *out)
{
	*out = (struct one){ .prefix = { NULL, 0 } };
	switch (test->subject) {
	case NETWORK_RELAY:
		return one_of_relays(facts, n, out);
	case NETWORK_URL: case NETWORK_URL_NS:
		return one_of_urls(test, facts, n, out);
	case NETWORK_CLIENT:
		out->network = facts->client;
		return n == 0;
	default:
		out->host = test->subject == NETWORK_MX ? facts->mx :
			test->subject == NETWORK_HELO ? facts->helo_host : facts->from_host;
		out->prefix = out->host ? out->host->name : out->prefix;
		return n == 0;
	}
}

static int give_evidence(const struct question *q, struct str prefix, struct arena *arena)
{
	struct buf text = { .arena = arena, .limit = 200 };
	struct str found = str_from(q->text);
	buf_add_str(&text, str_slice(prefix, 0, 100));
	buf_add_cstr(&text, prefix.len ? " " : "");
	buf_add_str(&text, str_slice(found, 0, text.limit - text.len));
	q->answer->evidence = buf_str(&text);
	return arena_spent(arena) ? -1 : 0;
}

int network_rule_ask(const struct network_rule *test, const struct facts *facts,
	struct matcher *matcher, struct arena *arena, struct network_answer *out)
{
	struct one one;
	*out = (struct network_answer){ 0 };
	struct question q = { .test = test, .facts = facts, .day = facts->day,
		.list_last_days = facts->list_last_days, .matcher = matcher, .answer = out };
	if (network_rule_needs_dns(test) && !facts->has_dns)
		out->unknown = "no-dns";
	for (size_t i = 0; !out->hit && one_of(test, facts, i, &one); i++) {
		int status = 0;
		q.text[0] = '\0';
		q.network = one.network;
		if (one.host)
			status = ask_host(&q, one.host);
		else if (one.network && test->what <= NETWORK_SAME)
			status = askers[test->what](&q);
		if (status || (out->hit && give_evidence(&q, one.prefix, arena)))
			return -1;
		out->network = out->hit && test->what <= NETWORK_SAME ? q.network : NULL;
	}
	if (out->hit)
		out->unknown = NULL; /* one that hits decides */
	return 0;
}
