/* rules/origin: facts about networks, in SpamAssassin's words.
 */
#include "rules/origin.h"

#include "rules/checks.h"
#include "rules/checks_text.h"
#include "rules/pattern.h"
#include "rules/regex_text.h"
#include "rules/relays.h"

static const char no_asn[] = "asn-unknown", no_country[] = "country-unknown";

/* Mail of this host's own has no relays (rules/relays.c). */
static bool of_this_host(const struct facts *facts)
{
	return facts->relays_n > 0 && !facts->relays[0].has_ip;
}

static bool is_meant(const struct fact_relay *relay, enum origin_which which, bool *auth)
{
	static const enum relays_which same[] = { [ORIGIN_UNTRUSTED] = RELAYS_UNTRUSTED,
		[ORIGIN_TRUSTED] = RELAYS_TRUSTED, [ORIGIN_EXTERNAL] = RELAYS_EXTERNAL,
		[ORIGIN_INTERNAL] = RELAYS_INTERNAL };
	if (which == ORIGIN_ALL)
		return true;
	if (which != ORIGIN_AUTH)
		return relays_is(relay, same[which]);
	*auth = *auth || (relay->trusted && relay->authenticated);
	return *auth && relay->trusted;
}

const char *origin_countries(const struct facts *facts, enum origin_which which, struct buf *out)
{
	bool auth = false;
	for (size_t i = 0; i < facts->relays_n && !of_this_host(facts); i++) {
		const struct fact_relay *relay = &facts->relays[i];
		const struct network *network = relay->network;
		if (!relay->has_ip || !is_meant(relay, which, &auth))
			continue;
		if (network && network->country_state == NETWORK_UNKNOWN)
			return no_country;
		if (out->len >= FACT_HEADER_MAX)
			break;
		if (out->len)
			buf_add_byte(out, ' ');
		buf_add_cstr(out, !network ? "**" : network->country_state == NETWORK_KNOWN ?
			network->country : "XX");
	}
	return NULL;
}

const struct network *origin_network(const struct facts *facts)
{
	for (size_t i = 0; i < facts->relays_n && !of_this_host(facts); i++)
		if (facts->relays[i].has_ip && relays_is(&facts->relays[i], RELAYS_EXTERNAL))
			return facts->relays[i].network;
	return NULL;
}

const char *origin_asn(const struct facts *facts, struct buf *out)
{
	const struct network *network = origin_network(facts);
	if (network && network->asn_state == NETWORK_UNKNOWN)
		return no_asn;
	if (network && network->asn_state == NETWORK_KNOWN)
		buf_addf(out, "%u", (unsigned)network->asn);
	return NULL;
}

/* SpamAssassin's tags: _ASN_ "AS64500 Organisation", _ASNCIDR_ "192.0.2.0/24". */
static const char *tag_text(const struct facts *facts, bool route, struct buf *out)
{
	const struct network *network = origin_network(facts);
	if (!network)
		return NULL;
	if ((route ? network->prefix_state : network->asn_state) == NETWORK_UNKNOWN)
		return no_asn;
	if (route && network->prefix_state == NETWORK_KNOWN) {
		char text[IP_PREFIX_TEXT_MAX];
		buf_add_cstr(out, ip_prefix_format(&network->prefix, text));
	}
	if (!route && network->asn_state == NETWORK_KNOWN) {
		buf_addf(out, "AS%u", (unsigned)network->asn);
		if (network->org.len) {
			buf_add_byte(out, ' ');
			buf_add_str(out, network->org);
		}
	}
	return NULL;
}

static int match(const struct check_context *context, struct str text, struct str regex,
	struct check_answer *out)
{
	struct regex_text read = { regex, STR("") };
	struct pattern_error error;
	size_t at, start, end;
	if (regex.len && regex_text_read(regex, &read, &at))
		read = (struct regex_text){ regex, STR("") }; /* without delimiters: so be it */
	struct pattern *pattern = pattern_compile(read.body, read.modifiers, false, &error);
	if (!pattern) {
		out->unknown = "regex";
		return 0;
	}
	enum pattern_result result =
		pattern_match(pattern, context->matcher, text, 0, &start, &end);
	pattern_free(&pattern);
	if (result == PATTERN_MEMORY)
		return -1;
	if (result != PATTERN_YES && result != PATTERN_NO)
		out->unknown = "regex-limit";
	return checks_hit(out, result == PATTERN_YES, text);
}

/* ('regex', 'ASN' | 'ASNCIDR') */
int check_asn(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	struct str tag = checks_argument(call, 1);
	struct buf text = { .arena = context->arena };
	bool route = str_equal(tag, STR("ASNCIDR"));
	if (!call->args_n)
		return 0;
	if (tag.len && !route && !str_equal(tag, STR("ASN"))) {
		out->unknown = "no-such-tag";
		return 0;
	}
	out->unknown = tag_text(context->facts, route, &text);
	if (text.failed)
		return -1;
	return out->unknown || !text.len ? 0 :
		match(context, buf_str(&text), call->args[0], out);
}
