/* Facts are slices of the view and of the envelope: nothing is copied but the arrays that hold
 * them. Each distinct address is looked up once, whatever the number of links and relays that
 * name it. */
#include "milter/scan.h"

#include <string.h>

#include "base/clock.h"
#include "message/authres.h"
#include "message/authserv.h"
#include "message/domain.h"
#include "milter/names.h"

/* The addresses of one message that have been asked for: open addressing, at most half full. */
struct lookups {
	const struct snapshot *snapshot;
	struct arena *arena;
	int32_t day;
	struct network **slots;
	size_t mask;
	struct fact_url *urls;   /* facts->urls, while they are made */
};

static int lookups_init(struct lookups *lookups, size_t most)
{
	size_t size = 2;

	while (size < most * 2)
		size *= 2;
	lookups->mask = size - 1;
	lookups->slots = ARENA_ARRAY(lookups->arena, struct network *, size);
	return lookups->slots ? 0 : -1;
}

/* FNV-1a: short keys, and a collision costs a comparison only. */
static size_t hash_ip(const struct ip *ip)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < sizeof(ip->bytes); i++)
		hash = (hash ^ ip->bytes[i]) * UINT64_C(0x100000001b3);
	return (size_t)(hash ^ hash >> 32);
}

/* NULL: memory is spent. */
static const struct network *lookup(struct lookups *lookups, const struct ip *ip)
{
	size_t at = hash_ip(ip) & lookups->mask;

	for (; lookups->slots[at]; at = (at + 1) & lookups->mask)
		if (ip_equal(&lookups->slots[at]->ip, ip))
			return lookups->slots[at];
	lookups->slots[at] = ARENA_NEW(lookups->arena, struct network);
	if (!lookups->slots[at])
		return NULL;
	geoip_lookup(lookups->snapshot->geoip, ip, lookups->day, lookups->slots[at]);
	lookups->slots[at]->ip = *ip;
	return lookups->slots[at];
}

/* Results of a server that the admin does not trust are not shown to rules: anybody can write
 * them. With no TrustedAuthservIDs all are shown, as in SpamAssassin. */
static bool is_hidden(const struct config_strings *trusted, const struct message_header *header)
{
	return trusted->n > 0 && authserv_header(header->name)
		&& !authserv_trusted(authserv_id(header->raw), trusted->items, trusted->n);
}

static int fill_headers(struct facts *facts, const struct message_view *view,
	const struct config_strings *trusted, struct arena *arena)
{
	struct fact_header *headers = ARENA_ARRAY(arena, struct fact_header, view->headers_n);

	if (!headers)
		return -1;
	facts->headers = headers;
	for (size_t i = 0; i < view->headers_n; i++)
		if (!is_hidden(trusted, &view->headers[i]))
			headers[facts->headers_n++] = (struct fact_header){ .name = view->headers[i].name,
				.raw = view->headers[i].raw, .decoded = view->headers[i].decoded };
	return 0;
}

static int fill_auth(struct facts *facts, const struct message_view *view,
	const struct config_strings *trusted, struct arena *arena)
{
	return authres_collect(view, trusted->items, trusted->n, arena, &facts->auth);
}

static int fill_parts(struct facts *facts, const struct message_view *view, struct arena *arena)
{
	struct fact_part *parts = ARENA_ARRAY(arena, struct fact_part, view->parts_n);

	if (!parts)
		return -1;
	for (size_t i = 0; i < view->parts_n; i++) {
		const struct message_part *from = &view->parts[i];
		struct fact_header *headers = ARENA_ARRAY(arena, struct fact_header,
			from->headers_n);

		if (!headers)
			return -1;
		for (size_t k = 0; k < from->headers_n; k++)
			headers[k] = (struct fact_header){ .name = from->headers[k].name,
				.raw = from->headers[k].raw, .decoded = from->headers[k].decoded };
		parts[i] = (struct fact_part){ headers, from->headers_n, from->about };
	}
	facts->parts = parts;
	facts->parts_n = view->parts_n;
	facts->has_tree = view->has_tree;
	facts->top = view->top;
	facts->flaws = view->flaws;
	return 0;
}

static int fill_urls(struct facts *facts, const struct message_view *view,
	struct lookups *lookups, struct scan_result *out)
{
	struct fact_url *urls = ARENA_ARRAY(lookups->arena, struct fact_url, view->urls_n);
	const struct network **networks = ARENA_ARRAY(lookups->arena, const struct network *,
		view->urls_n);

	if (!urls || !networks)
		return -1;
	for (size_t i = 0; i < view->urls_n; i++) {
		const struct message_url *url = &view->urls[i];

		urls[i] = (struct fact_url){ .raw = url->raw, .url = url->url, .host = url->host,
			.host_is_ip = url->host_is_ip, .disguise = url->disguise };
		if (!url->host_is_ip)
			continue;
		urls[i].network = networks[i] = lookup(lookups, &url->ip);
		if (!networks[i])
			return -1;
	}
	facts->urls = lookups->urls = urls;
	facts->urls_n = view->urls_n;
	out->url_networks = networks;
	return 0;
}

static const struct network *look_up(void *context, const struct ip *ip)
{
	return lookup(context, ip);
}

/* Addresses that the answers to one message may have. */
static size_t dns_addresses(const struct snapshot *snapshot)
{
	return snapshot->dns ? (size_t)snapshot->config->dns_queries * NAMES_ADDRESSES : 0;
}

static int fill_names(struct facts *facts, struct lookups *lookups)
{
	const struct snapshot *snapshot = lookups->snapshot;
	struct names_question question = { .needs = ruleset_needs_dns(snapshot->rules),
		.arena = lookups->arena, .lookup = look_up, .context = lookups };
	int status;

	if (!snapshot->dns || question.needs == 0)
		return 0;
	question.batch = dns_batch_create(snapshot->dns, snapshot->config->dns_queries,
		clock_monotonic_us() + (uint64_t)snapshot->config->dns_timeout_ms * 1000);
	if (!question.batch)
		return -1;
	status = names_resolve(&question, facts, lookups->urls);
	dns_batch_free(&question.batch);
	return status;
}

/* The connecting client is the first relay although its Received line is not in the message, also
 * when it has no address (a local or unknown socket): else a rule about the client would judge
 * whoever wrote the topmost Received. The MTA asked for its name. 0 or -1. */
static int client_relay(const struct scan_envelope *envelope, const struct scan_result *out,
	struct arena *arena, struct fact_relay *relay)
{
	char *text;

	*relay = (struct fact_relay){ .rdns = envelope->client_name, .helo = envelope->helo,
		.envfrom = envelope->mail_from, .has_ip = envelope->has_client,
		.no_rdns = envelope->has_client && envelope->client_name.len == 0 };
	if (envelope->line) {
		relay->by = envelope->line->by;
		relay->ident = envelope->line->ident;
		relay->id = envelope->line->id;
		relay->protocol = envelope->line->protocol;
		relay->envfrom = envelope->line->envfrom;
		relay->authenticated = envelope->line->authenticated;
		relay->auth = envelope->line->auth;
		relay->no_rdns = envelope->client_name.len == 0 && envelope->line->no_rdns;
		relay->received = envelope->line->received;
	}
	if (!envelope->has_client)
		return 0;
	if (!ip_is_private(&envelope->client))
		relay->network = &out->client;
	text = arena_alloc(arena, IP_TEXT_MAX);
	if (!text)
		return -1;
	relay->ip_text = str_from(ip_format(&envelope->client, text));
	return 0;
}

static int fill_relays(struct facts *facts, const struct scan_envelope *envelope,
	const struct message_view *view, struct lookups *lookups, const struct scan_result *out)
{
	struct fact_relay *relays = ARENA_ARRAY(lookups->arena, struct fact_relay,
		view->relays_n + 1);

	if (!relays || client_relay(envelope, out, lookups->arena, &relays[0]) != 0)
		return -1;
	for (size_t i = 0; i < view->relays_n; i++) {
		const struct message_relay *from = &view->relays[i];
		struct fact_relay *to = &relays[1 + i];

		*to = (struct fact_relay){ .ip_text = from->ip_text, .rdns = from->rdns,
			.helo = from->helo, .by = from->by, .ident = from->ident, .id = from->id,
			.protocol = from->protocol, .envfrom = from->envfrom, .has_ip = from->has_ip,
			.authenticated = from->authenticated, .auth = from->auth,
			.no_rdns = from->no_rdns, .received = from->received };
		if (!from->has_ip || ip_is_private(&from->ip))
			continue;
		to->network = lookup(lookups, &from->ip);
		if (!to->network)
			return -1;
	}
	facts->relays = relays;
	facts->relays_n = view->relays_n + 1;
	facts->relays_unreadable = view->relays_unreadable;
	return 0;
}

static struct facts envelope_facts(const struct snapshot *snapshot,
	const struct scan_envelope *envelope, struct scan_result *out)
{
	struct facts facts = { .client_name = envelope->client_name, .helo = envelope->helo,
		.mail_from = envelope->mail_from, .has_mail_from = envelope->has_mail_from,
		.recipients = envelope->recipients, .recipients_n = envelope->recipients_n,
		.day = envelope->day, .received_at = envelope->received_at,
		.registered = domain_registered,
		.list_last_days = geoip_last_days(snapshot->geoip) };

	memset(out, 0, sizeof(*out));
	out->has_client = envelope->has_client;
	if (envelope->has_client) {
		geoip_lookup(snapshot->geoip, &envelope->client, envelope->day, &out->client);
		out->client.ip = envelope->client;
		facts.client = &out->client;
	}
	return facts;
}

static int judge(const struct snapshot *snapshot, const struct scan_envelope *envelope,
	const struct facts *facts, enum fact_stage stage, struct arena *arena,
	struct scan_result *out)
{
	struct eval_options options = { .stage = stage, .clock_us = clock_thread_cpu_us,
		.want_sub_rules = envelope->want_sub_rules, .costs = envelope->costs,
		.budget_us = (uint64_t)snapshot->config->regex_budget_ms * 1000 };

	if (ruleset_eval(snapshot->rules, facts, &options, arena, &out->verdict) != 0)
		return -1;
	out->action = verdict_action(&out->verdict, &snapshot->config->thresholds);
	return 0;
}

int scan_connection(const struct snapshot *snapshot, const struct scan_envelope *envelope,
	struct arena *arena, struct scan_result *out)
{
	uint64_t begin = clock_monotonic_us();
	struct facts facts = envelope_facts(snapshot, envelope, out);
	int status = judge(snapshot, envelope, &facts, FACT_CONNECT, arena, out);

	out->elapsed_us = clock_monotonic_us() - begin;
	return status;
}

int scan_facts(const struct snapshot *snapshot, const struct scan_envelope *envelope,
	const struct message_view *view, struct arena *arena, struct facts *facts,
	struct scan_result *out)
{
	struct lookups lookups = { .snapshot = snapshot, .arena = arena, .day = envelope->day };
	const struct config_strings *trusted = &snapshot->config->trusted_authserv_ids;

	*facts = envelope_facts(snapshot, envelope, out);
	facts->body = view->body;
	facts->body_n = view->body_n;
	facts->body_has_subject = view->body_has_subject;
	facts->rawbody = view->rawbody;
	facts->rawbody_n = view->rawbody_n;
	facts->html = view->html;
	facts->html_n = view->html_n;
	facts->full = view->full;
	facts->body_bytes = view->body_bytes;
	facts->text_shown = view->text_shown;
	facts->text_hidden = view->text_hidden;
	facts->uris = view->uris;
	facts->uris_n = view->uris_n;
	facts->links = view->links;
	facts->links_n = view->links_n;
	return lookups_init(&lookups, view->urls_n + view->relays_n + 1 +
			dns_addresses(snapshot)) != 0
		|| fill_headers(facts, view, trusted, arena) != 0
		|| fill_parts(facts, view, arena) != 0
		|| fill_urls(facts, view, &lookups, out) != 0
		|| fill_names(facts, &lookups) != 0
		|| (ruleset_needs_auth(snapshot->rules) && fill_auth(facts, view, trusted, arena) != 0)
		|| (ruleset_needs_relays(snapshot->rules)
			&& fill_relays(facts, envelope, view, &lookups, out) != 0) ? -1 : 0;
}

int scan_message(const struct snapshot *snapshot, const struct scan_envelope *envelope,
	const struct message_view *view, struct arena *arena, struct scan_result *out)
{
	uint64_t begin = clock_monotonic_us();
	struct facts facts;
	int status = scan_facts(snapshot, envelope, view, arena, &facts, out);

	if (status == 0)
		status = judge(snapshot, envelope, &facts, FACT_MESSAGE, arena, out);
	out->elapsed_us = clock_monotonic_us() - begin;
	return status;
}

static int redirect(const void *rules, struct str uri, struct str *target)
{
	return ruleset_redirect(rules, uri, target);
}

struct message_options scan_message_options(const struct snapshot *snapshot)
{
	struct message_options options = { .limits = { .scan_bytes = snapshot->config->scan_bytes },
		.want_full = ruleset_needs_full(snapshot->rules),
		.want_relays = ruleset_needs_relays(snapshot->rules),
		.want_rawbody = ruleset_needs_rawbody(snapshot->rules),
		.want_parts = ruleset_needs_parts(snapshot->rules),
		.want_tree = ruleset_needs_tree(snapshot->rules),
		.want_html = ruleset_needs_html(snapshot->rules),
		.want_body = ruleset_needs_body(snapshot->rules),
		.want_uris = ruleset_needs_uris(snapshot->rules) || ruleset_needs_links(snapshot->rules),
		.want_links = ruleset_needs_links(snapshot->rules),
		.want_signers = ruleset_needs_signers(snapshot->rules),
		.redirector = { ruleset_has_redirectors(snapshot->rules) ? redirect : NULL,
			snapshot->rules } };

	options.origins = ruleset_origins(snapshot->rules, &options.origins_n);
	return options;
}
