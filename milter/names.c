/* milter/names: see names.h. A subject is one name, or the servers of one domain; it is asked in
 * rounds, all subjects together, so that a message waits for the slowest answer and not for their
 * sum. */
#include "milter/names.h"

#include <string.h>

#include "rules/addresses.h"
#include "rules/ruleset.h"

enum kind { KIND_HOST, KIND_NS, KIND_MX };
enum { NO_QUESTION = SIZE_MAX };
/* Names that are told apart. More are over any budget, whatever they are: a mail of a thousand
 * links is not compared a million times. */
enum { SUBJECTS_MAX = 256 };

struct subject {
	enum kind kind;
	struct str name;
	struct fact_host *fact;
	size_t question;                   /* of its servers; of a host: of its addresses */
	enum dns_status status;            /* of what was not asked */
	struct asked {
		size_t question;
		enum dns_status status;    /* of what was not asked */
	} asked[2 * NAMES_SERVERS];        /* for addresses */
	size_t asked_n, hosts_n;
	bool more;                         /* servers, which were not asked for */
	bool implicit;                     /* MX: there is none, and the domain itself takes mail */
};

struct names {
	const struct names_question *q;
	struct subject *subjects;
	size_t n;
	struct fact_host *beyond;          /* of those past SUBJECTS_MAX */
};

static const char *why_unknown(enum dns_status status)
{
	static const char *const WHY[DNS_STATUSES] = {
		[DNS_PENDING] = "dns-timeout", [DNS_SERVFAIL] = "dns-servfail",
		[DNS_REFUSED] = "dns-refused", [DNS_TIMEOUT] = "dns-timeout",
		[DNS_OVER_BUDGET] = "dns-over-budget", [DNS_BAD_NAME] = "dns-bad-name"
	};

	return WHY[status];
}

static struct fact_host *beyond(struct names *names, int *status)
{
	if (!names->beyond)
		names->beyond = ARENA_NEW(names->q->arena, struct fact_host);
	if (!names->beyond)
		*status = -1;
	else
		names->beyond->unknown = why_unknown(DNS_OVER_BUDGET);
	return names->beyond;
}

/* The subject of that name, a new one if need be. NULL: no name, or memory is spent (*status). */
static struct fact_host *add(struct names *names, enum kind kind, struct str name, int *status)
{
	struct subject *subject;

	if (name.len == 0)
		return NULL;
	for (size_t i = 0; i < names->n; i++)
		if (names->subjects[i].kind == kind && str_equal_nocase(names->subjects[i].name, name))
			return names->subjects[i].fact;
	if (names->n == SUBJECTS_MAX)
		return beyond(names, status);
	subject = &names->subjects[names->n];
	*subject = (struct subject){ .kind = kind, .name = name, .question = NO_QUESTION };
	subject->fact = ARENA_NEW(names->q->arena, struct fact_host);
	if (!subject->fact) {
		*status = -1;
		return NULL;
	}
	subject->fact->name = name;
	names->n++;
	return subject->fact;
}

static struct str from_domain(const struct names *names, const struct facts *facts, int *status)
{
	struct addresses_entry *entries;
	size_t n = 0;

	for (size_t i = 0; i < facts->headers_n; i++) {
		if (!str_equal_nocase(facts->headers[i].name, STR("from")))
			continue;
		if (addresses_read(facts->headers[i].decoded, names->q->arena, &entries, &n) < 0)
			*status = -1;
		break;
	}
	return n > 0 && *status == 0 ? addresses_domain(entries[0].address) : STR("");
}

static int collect(struct names *names, struct facts *facts, struct fact_url *urls)
{
	unsigned needs = names->q->needs;
	int status = 0;

	for (size_t i = 0; i < facts->urls_n && status == 0; i++) {
		if (urls[i].host_is_ip || urls[i].host.len == 0)
			continue;
		if (needs & RULESET_DNS_URL)
			urls[i].dns = add(names, KIND_HOST, urls[i].host, &status);
		if (needs & RULESET_DNS_URL_NS)
			urls[i].ns = add(names, KIND_NS, facts->registered(urls[i].host), &status);
	}
	if (needs & RULESET_DNS_HELO && facts->registered(facts->helo).len > 0)
		facts->helo_host = add(names, KIND_HOST, facts->helo, &status);
	if (needs & RULESET_DNS_FROM)
		facts->from_host = add(names, KIND_HOST, from_domain(names, facts, &status), &status);
	if (needs & RULESET_DNS_MX)
		facts->mx = add(names, KIND_MX, addresses_domain(facts->mail_from), &status);
	return status;
}

static void ask_addresses(struct names *names, struct subject *subject, struct str name,
	enum dns_type type)
{
	struct asked *asked = &subject->asked[subject->asked_n++];

	asked->question = NO_QUESTION;
	asked->status = dns_batch_ask(names->q->batch, name, type, &asked->question);
}

static void ask_host(struct names *names, struct subject *subject, struct str name)
{
	if (subject->hosts_n == NAMES_SERVERS) {
		subject->more = true;
		return;
	}
	subject->hosts_n++;
	ask_addresses(names, subject, name, DNS_A);
}

static void ask_first(struct names *names)
{
	static const enum dns_type TYPES[] = { [KIND_NS] = DNS_NS, [KIND_MX] = DNS_MX };

	for (size_t i = 0; i < names->n; i++) {
		struct subject *subject = &names->subjects[i];

		if (subject->kind == KIND_HOST)
			ask_host(names, subject, subject->name);
		else
			subject->status = dns_batch_ask(names->q->batch, subject->name,
				TYPES[subject->kind], &subject->question);
	}
}

/* A domain without MX takes its mail itself (RFC 5321 section 5.1); "." takes none (RFC 7505). */
static void ask_servers(struct names *names)
{
	for (size_t i = 0; i < names->n; i++) {
		struct subject *subject = &names->subjects[i];
		const struct dns_answer *answer;

		if (subject->kind == KIND_HOST || subject->question == NO_QUESTION)
			continue;
		answer = dns_batch_answer(names->q->batch, subject->question);
		subject->status = answer->status;
		subject->fact->ttl = answer->ttl;
		if (subject->kind == KIND_MX && answer->status == DNS_NODATA) {
			subject->implicit = true;
			ask_host(names, subject, subject->name);
		}
		for (size_t k = 0; answer->status == DNS_FOUND && k < answer->n; k++)
			if (answer->records[k].text.len > 0)
				ask_host(names, subject, answer->records[k].text);
	}
}

static const struct dns_answer *answer_to(const struct names *names, const struct asked *asked)
{
	return asked->question == NO_QUESTION ? NULL :
		dns_batch_answer(names->q->batch, asked->question);
}

static void ask_v6(struct names *names)
{
	for (size_t i = 0; i < names->n; i++)
		for (size_t k = 0; k < names->subjects[i].hosts_n; k++) {
			const struct dns_answer *a = answer_to(names, &names->subjects[i].asked[k]);

			if (a && a->status == DNS_NODATA) /* its name lives as long as the batch */
				ask_addresses(names, &names->subjects[i], a->name, DNS_AAAA);
		}
}

/* Private addresses and those of no host say nothing of where a thing stands. */
static int add_networks(struct names *names, struct fact_host *fact,
	const struct network **networks, const struct dns_answer *answer)
{
	fact->ttl = fact->ttl == 0 || answer->ttl < fact->ttl ? answer->ttl : fact->ttl;
	for (size_t i = 0; i < answer->n && i < NAMES_ADDRESSES; i++) {
		const struct ip *ip = &answer->records[i].ip;

		if (ip_is_private(ip))
			continue;
		networks[fact->networks_n] = names->q->lookup(names->q->context, ip);
		if (!networks[fact->networks_n])
			return -1;
		fact->networks_n++;
	}
	return 0;
}

/* `own`: of the name itself, not of one of its servers. A SERVFAIL may be of its zone or of our own
 * way to the DNS: nobody can tell, so it is unknown like silence. */
static void note_status(struct fact_host *fact, enum dns_status status, bool own)
{
	fact->nxdomain = fact->nxdomain || (own && status == DNS_NXDOMAIN);
	if (!dns_status_known(status) && !fact->unknown)
		fact->unknown = why_unknown(status);
}

static int conclude(struct names *names, struct subject *subject)
{
	struct fact_host *fact = subject->fact;
	const struct network **networks = ARENA_ARRAY(names->q->arena, const struct network *,
		NAMES_SERVERS * NAMES_ADDRESSES);
	bool own = subject->kind == KIND_HOST || subject->implicit;

	if (!networks)
		return -1;
	fact->networks = networks;
	if (subject->kind != KIND_HOST)
		note_status(fact, subject->status, true);
	for (size_t k = 0; k < subject->asked_n; k++) {
		const struct dns_answer *answer = answer_to(names, &subject->asked[k]);

		note_status(fact, answer ? answer->status : subject->asked[k].status, own);
		if (!answer || answer->status != DNS_FOUND)
			continue;
		if (add_networks(names, fact, networks, answer) < 0)
			return -1;
		if (answer->n > NAMES_ADDRESSES || answer->dropped > 0)
			note_status(fact, DNS_OVER_BUDGET, false);
	}
	if (subject->more)
		note_status(fact, DNS_OVER_BUDGET, false);
	return 0;
}

int names_resolve(const struct names_question *question, struct facts *facts,
	struct fact_url *urls)
{
	struct names names = { .q = question };
	size_t most;

	facts->has_dns = true;
	most = 2 * facts->urls_n + 3 < SUBJECTS_MAX ? 2 * facts->urls_n + 3 : SUBJECTS_MAX;
	names.subjects = ARENA_ARRAY(question->arena, struct subject, most);
	if (!names.subjects || collect(&names, facts, urls) < 0)
		return -1;
	if (names.n == 0)
		return 0;
	ask_first(&names);
	dns_batch_wait(question->batch);
	ask_servers(&names);
	dns_batch_wait(question->batch);
	ask_v6(&names);
	dns_batch_wait(question->batch);
	for (size_t i = 0; i < names.n; i++)
		if (conclude(&names, &names.subjects[i]) < 0)
			return -1;
	return 0;
}
