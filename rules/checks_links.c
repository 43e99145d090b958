/* rules/checks_links: checks of what links show and where they lead.
 *
 * Semantics of SpamAssassin 4.0.1 (Plugin/HTTPSMismatch.pm, URIEval.pm, URILocalBL.pm).
 */
#include <stdio.h>
#include <string.h>

#include "rules/checks.h"
#include "rules/checks_text.h"
#include "rules/uri_block.h"

/* ---- what a link shows ---- */

static bool is_address(struct str host)
{
	struct ip ip;
	return ip_parse(host, &ip);
}

/* Labels as in the DNS, at least two. */
static bool is_name(struct str host)
{
	size_t labels = 1, label = 0;
	for (size_t i = 0; i < host.len; i++) {
		char c = host.ptr[i];
		bool edge = label == 0 || i + 1 == host.len || host.ptr[i + 1] == '.';
		if (c == '.') {
			if (!label)
				return false;
			labels++;
			label = 0;
		} else if (ascii_alpha(c) || ascii_digit(c) || c == '_' || (c == '-' && !edge)) {
			label++;
		} else {
			return false;
		}
	}
	return labels > 1 && label > 0;
}

static bool known_domain(const struct check_context *context, struct str domain)
{
	return str_find_byte(domain, '.') != SIZE_MAX && checks_known_tld(context, domain);
}

/* The domain that a link of the web leads to; empty: none, or an address. 0 or -1. */
static int domain_led_to(const struct check_context *context, struct str raw, struct str *out)
{
	size_t scheme = str_starts_nocase(raw, STR("http://")) ? 7 :
		str_starts_nocase(raw, STR("https://")) ? 8 : 0;
	struct str host = str_slice(raw, scheme, str_until(raw, scheme, "/:?#"));
	*out = str_make(NULL, 0);
	if (!scheme || !host.len || is_address(host))
		return 0;
	if (checks_domain(context, host, out))
		return -1;
	struct str bare = *out; /* without "user@" */
	for (size_t i = bare.len; i > 0; i--)
		if (bare.ptr[i - 1] == '@') {
			bare = str_slice(bare, i, bare.len);
			break;
		}
	if (!is_name(bare) || !known_domain(context, bare))
		*out = str_make(NULL, 0);
	return 0;
}

/* The domain of the first "https://host" that is shown. 0 or -1. */
static int domain_shown(const struct check_context *context, struct str text, struct str *out)
{
	*out = str_make(NULL, 0);
	for (;;) {
		size_t at = str_find_nocase(text, STR("https://"));
		if (at == SIZE_MAX)
			return 0;
		text = str_slice(text, at + 8, text.len);
		struct str host = str_slice(text, 0, str_until(text, 0, " \t\n\r\f\v/:?#"));
		if (!host.len)
			continue;
		if (is_address(host)) {
			*out = host;
			return 0;
		}
		if (checks_domain(context, host, out))
			return -1;
		if (!known_domain(context, *out))
			*out = str_make(NULL, 0);
		return 0;
	}
}

/* Of one HTML part. */
struct part_links {
	size_t anchors;        /* links that count */
	struct str evidence;   /* of one that shows another domain; ptr NULL: none does */
};

/* The anchors of a link, which come by part. */
static int count_anchors(const struct check_context *context, const struct link *link,
	struct part_links *parts)
{
	struct str led, shown;
	if (domain_led_to(context, link->raw, &led))
		return -1;
	for (size_t i = 0; led.len && i < link->anchors_n; i++) {
		struct part_links *part = &parts[link->anchors[i].part];
		if (i == 0 || link->anchors[i].part != link->anchors[i - 1].part)
			part->anchors++;
		if (part->evidence.ptr)
			continue;
		if (domain_shown(context, link->anchors[i].text, &shown))
			return -1;
		if (shown.len && !str_equal(led, shown))
			part->evidence = link->raw;
	}
	return 0;
}

int check_https_mismatch(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	const struct facts *facts = context->facts;
	double min = checks_number(call, 0, 1), max = checks_number(call, 1, -1);
	unsigned parts_n = 0;
	for (size_t i = 0; i < facts->links_n; i++) {
		const struct link *link = &facts->links[i];
		if (link->anchors_n && link->anchors[link->anchors_n - 1].part >= parts_n)
			parts_n = link->anchors[link->anchors_n - 1].part + 1;
	}
	struct part_links *parts = ARENA_ARRAY(context->arena, struct part_links, parts_n);
	if (!parts)
		return -1;
	for (size_t i = 0; i < facts->links_n; i++)
		if (facts->links[i].anchors_n && count_anchors(context, &facts->links[i], parts))
			return -1;
	for (unsigned i = 0; i < parts_n; i++)
		if (parts[i].evidence.ptr && (double)parts[i].anchors >= (min > 0 ? min : 1) &&
		    (max < 0 || (double)parts[i].anchors < max))
			return checks_hit(out, true, parts[i].evidence);
	return 0;
}

/* "http://user@192.0.2.1" at the beginning; `scheme` without the colon. */
static bool begins_with_address(struct str text, bool secure_only)
{
	size_t at = str_starts_nocase(text, STR("https:")) ? 6 :
		!secure_only && str_starts_nocase(text, STR("http:")) ? 5 : 0;
	if (!at)
		return false;
	while (at < text.len && text.ptr[at] == '/')
		at++;
	text = str_slice(text, at, text.len);
	size_t sign = str_until(text, 0, "@/");
	if (sign > 0 && sign < text.len && text.ptr[sign] == '@' &&
	    checks_begins_like(str_slice(text, sign + 1, text.len), "#.#.#.#"))
		return true;
	return checks_begins_like(text, "#.#.#.#");
}

int check_https_ip_mismatch(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	const struct facts *facts = context->facts;
	(void)call;
	for (size_t i = 0; i < facts->links_n; i++) {
		const struct link *link = &facts->links[i];
		if (!link->anchors_n || !begins_with_address(link->raw, false))
			continue;
		for (size_t k = 0; k < link->anchors_n; k++)
			if (!begins_with_address(link->anchors[k].text, true) &&
			    str_find_nocase(link->anchors[k].text, STR("https:")) != SIZE_MAX)
				return checks_hit(out, true, link->raw);
	}
	return 0;
}

/* ---- where its host is ---- */

struct local_bl {
	const struct check_context *context;
	const struct values *lists[URI_BLOCKS];
	const struct link_host *host;       /* an address */
	const struct network *network;      /* of it; NULL: it was not looked up */
	struct check_answer *out;
};

static bool hit(struct local_bl *bl, const char *where, struct str what)
{
	struct buf text = { .arena = bl->context->arena };
	buf_add_str(&text, bl->host->host);
	buf_addf(&text, " %s %.*s", where, (int)(what.len < 100 ? what.len : 100), what.ptr);
	bl->out->value = 1;
	bl->out->evidence = buf_str(&text);
	return true;
}

/* A code that is known, or "XX", against a list in which all or none are negated. */
static bool ask_code(struct local_bl *bl, enum uri_block which, const char *where,
	const char *code)
{
	const struct values *list = bl->lists[which];
	bool found = false, negated = false;
	for (size_t i = 0; i < list->n; i++) {
		char one[2];
		uri_block_code(list->items[i], true, &negated, one);
		found = found || !memcmp(one, code, 2);
	}
	return found != negated && hit(bl, where, str_from(code));
}

static bool ask_country(struct local_bl *bl)
{
	const struct network *network = bl->network;
	if (!bl->lists[URI_BLOCK_CC] && !bl->lists[URI_BLOCK_CONT])
		return false;
	if (!network || network->country_state == NETWORK_UNKNOWN) {
		bl->out->unknown = "country-unknown";
		return false;
	}
	bool known = network->country_state == NETWORK_KNOWN;
	const char *continent = known ? uri_block_continent(network->country) : NULL;
	return (bl->lists[URI_BLOCK_CC] && ask_code(bl, URI_BLOCK_CC, "in country",
			known ? network->country : "XX")) ||
		(bl->lists[URI_BLOCK_CONT] && ask_code(bl, URI_BLOCK_CONT, "on continent",
			continent ? continent : "XX"));
}

/* Names of ISPs are compared without case and blanks. */
static bool same_isp(struct str a, struct str b)
{
	size_t i = 0, k = 0;
	for (;;) {
		while (i < a.len && ascii_space(a.ptr[i]))
			i++;
		while (k < b.len && ascii_space(b.ptr[k]))
			k++;
		if (i == a.len || k == b.len)
			return i == a.len && k == b.len;
		if (ascii_lower(a.ptr[i++]) != ascii_lower(b.ptr[k++]))
			return false;
	}
}

static bool ask_asn(struct local_bl *bl)
{
	const struct values *isps = bl->lists[URI_BLOCK_ISP], *asns = bl->lists[URI_BLOCK_ASN];
	if (!isps && !asns)
		return false;
	if (!bl->network || bl->network->asn_state == NETWORK_UNKNOWN)
		bl->out->unknown = "asn-unknown";
	if (!bl->network || bl->network->asn_state != NETWORK_KNOWN)
		return false;
	for (size_t i = 0; isps && i < isps->n; i++)
		if (same_isp(isps->items[i], bl->network->org))
			return hit(bl, "of", bl->network->org);
	for (size_t i = 0; asns && i < asns->n; i++) {
		uint32_t asn;
		if (uri_block_asn(asns->items[i], &asn) && asn == bl->network->asn)
			return hit(bl, "in AS", asns->items[i]);
	}
	return false;
}

static bool ask_prefix(struct local_bl *bl)
{
	const struct values *list = bl->lists[URI_BLOCK_CIDR];
	struct ip_prefix prefix;
	for (size_t i = 0; list && i < list->n; i++)
		if (uri_block_prefix(list->items[i], &prefix) &&
		    ip_prefix_contains(&prefix, &bl->host->ip))
			return hit(bl, "in", list->items[i]);
	return false;
}

static const struct network *network_of(const struct facts *facts, struct str host)
{
	for (size_t i = 0; i < facts->urls_n; i++)
		if (facts->urls[i].host_is_ip && str_equal(facts->urls[i].host, host))
			return facts->urls[i].network;
	return NULL;
}

/* One host; *names: there is one whose address is not known. True: it hits. */
static bool ask_host(struct local_bl *bl, const struct link_host *host, bool *names)
{
	if (values_have(bl->lists[URI_BLOCK_EXCLUDE], host->domain) ||
	    values_have(bl->lists[URI_BLOCK_EXCLUDE], host->host))
		return false;
	if (!host->is_ip) {
		*names = true;
		return false;
	}
	bl->host = host;
	bl->network = network_of(bl->context->facts, host->host);
	return ask_prefix(bl) || ask_country(bl) || ask_asn(bl);
}

int check_uri_local_bl(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	const struct facts *facts = context->facts;
	struct local_bl bl = { .context = context, .out = out };
	bool names = false, any = false;
	for (unsigned i = 0; i < URI_BLOCKS; i++) {
		bl.lists[i] = values_find(context->set, uri_block_setting((enum uri_block)i),
			checks_argument(call, 0));
		any = any || (bl.lists[i] && i != URI_BLOCK_EXCLUDE);
	}
	for (size_t i = 0; any && i < facts->links_n; i++) {
		const struct link *link = &facts->links[i];
		if (!(link->types & (LINK_A | LINK_PARSED)))
			continue;
		for (size_t k = 0; k < link->hosts_n; k++)
			if (ask_host(&bl, &link->hosts[k], &names)) {
				out->unknown = NULL;
				return arena_spent(context->arena) ? -1 : 0;
			}
	}
	if (names && !out->unknown)
		out->unknown = "host-not-looked-up";
	return 0;
}
