/* rules/checks_list: senders, recipients and links against the admin's lists.
 *
 * Entries are addresses with wildcards. Semantics of SpamAssassin 4.0.1 (Plugin/WLBLEval.pm).
 */
#include "rules/checks.h"
#include "rules/checks_text.h"

#include "base/ip.h"

static int any_in_list(const struct values *values, const struct checks_list *list,
	struct check_answer *out)
{
	for (size_t i = 0; i < list->n; i++)
		if (checks_in_list(values, list->items[i]))
			return checks_hit(out, true, list->items[i]);
	return 0;
}

static int senders_in(const struct check_context *context, const char *setting, struct str name,
	struct check_answer *out)
{
	struct checks_list list;
	if (checks_senders(context, &list))
		return -1;
	return any_in_list(values_find(context->set, setting, name), &list, out);
}

static int recipients_in(const struct check_context *context, const char *setting,
	struct str name, struct check_answer *out)
{
	struct checks_list list;
	if (checks_recipients(context, &list))
		return -1;
	return any_in_list(values_find(context->set, setting, name), &list, out);
}

int check_from_block(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	(void)call;
	return senders_in(context, "blocklist_from", STR(""), out);
}

int check_from_list(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	return senders_in(context, "enlist_addrlist", checks_argument(call, 0), out);
}

int check_to_list(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	return recipients_in(context, "enlist_addrlist", checks_argument(call, 0), out);
}

int check_to_welcome(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	(void)call;
	return recipients_in(context, "welcomelist_to", STR(""), out);
}

int check_to_block(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	(void)call;
	return recipients_in(context, "blocklist_to", STR(""), out);
}

int check_to_more_spam(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	(void)call;
	return recipients_in(context, "more_spam_to", STR(""), out);
}

int check_to_all_spam(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	(void)call;
	return recipients_in(context, "all_spam_to", STR(""), out);
}

int check_replyto_list(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	struct checks_list list = { NULL, 1 };
	struct str address;
	if (checks_address(context, "Reply-To:addr", &address))
		return -1;
	list.items = &address;
	return any_in_list(values_find(context->set, "enlist_addrlist", checks_argument(call, 0)),
		&list, out);
}

/* What an address and a relay are to a list of "address relay" lines. */
enum welcome { WELCOME_FORGED = -1, WELCOME_UNKNOWN, WELCOME_YES };

/* "[192.0.2.1]", "[192.0.2]", "[192.0.2.0/24]", "[192.0.2.0]/24" */
static bool relay_in_network(struct str pattern, const struct fact_relay *relay)
{
	char text[IP_PREFIX_TEXT_MAX];
	struct ip_prefix prefix;
	struct ip ip;
	size_t n = 0;
	for (size_t i = 1; i < pattern.len && n < sizeof text; i++)
		if (pattern.ptr[i] != ']')
			text[n++] = pattern.ptr[i];
	struct str network = str_make(text, n < sizeof text ? n : 0);
	if (!network.len || !ip_parse(relay->ip_text, &ip))
		return false;
	if (ip_prefix_parse(network, &prefix, NULL))
		return ip_prefix_contains(&prefix, &ip);
	/* the first bytes of an IPv4 address */
	while (network.len && network.ptr[network.len - 1] == '.')
		network.len--;
	return str_starts_nocase(relay->ip_text, network) && relay->ip_text.len > network.len &&
		relay->ip_text.ptr[network.len] == '.';
}

static bool relay_matches(struct str pattern, const struct fact_relay *relay)
{
	if (pattern.len && pattern.ptr[0] == '[')
		return relay_in_network(pattern, relay);
	return checks_ends(relay->rdns, pattern) && (relay->rdns.len == pattern.len ||
		relay->rdns.ptr[relay->rdns.len - pattern.len - 1] == '.');
}

/* The relay that hands the mail over; trusted ones where there is no other. */
static int deciding_relays(const struct check_context *context, struct checks_relays *out)
{
	if (checks_relays(context, false, out))
		return -1;
	if (out->n) {
		out->n = 1;
		return 0;
	}
	return checks_relays(context, true, out);
}

static enum welcome welcome_rcvd(const struct check_context *context, const char *setting,
	const struct checks_relays *relays, struct str address)
{
	const struct values *values = values_find(context->set, setting, STR(""));
	enum welcome found = WELCOME_UNKNOWN;
	for (size_t i = 0; values && relays->n && i < values->n; i++) {
		struct str rest = values->items[i], pattern, relay;
		if (!checks_word(&rest, &pattern) || !checks_word(&rest, &relay) ||
		    !checks_glob(pattern, address))
			continue;
		for (size_t k = 0; k < relays->n; k++)
			if (relay_matches(relay, relays->items[k]))
				return WELCOME_YES;
		found = WELCOME_FORGED;
	}
	if (found == WELCOME_FORGED &&
	    checks_in_list(values_find(context->set, "welcomelist_allow_relays", STR("")), address))
		return WELCOME_UNKNOWN;
	return found;
}

/* One answer for all senders: welcome if one is; else forged if one is. */
static int welcome(const struct check_context *context, const char *plain, const char *rcvd,
	enum welcome *out, struct str *whom)
{
	struct checks_list list;
	struct checks_relays relays;
	*out = WELCOME_UNKNOWN;
	if (checks_senders(context, &list) || deciding_relays(context, &relays))
		return -1;
	for (size_t i = 0; i < list.n && *out != WELCOME_YES; i++) {
		enum welcome found = welcome_rcvd(context, rcvd, &relays, list.items[i]);
		if (plain && checks_in_list(values_find(context->set, plain, STR("")), list.items[i]))
			found = WELCOME_YES;
		if (found != WELCOME_UNKNOWN)
			*out = found, *whom = list.items[i];
	}
	return 0;
}

static int welcomes(const struct check_context *context, enum welcome *own,
	enum welcome *shipped, struct str *whom)
{
	return welcome(context, "welcomelist_from", "welcomelist_from_rcvd", own, whom) ||
		welcome(context, NULL, "def_welcomelist_from_rcvd", shipped, whom) ? -1 : 0;
}

int check_from_welcome(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	enum welcome own, shipped;
	struct str whom = STR("");
	(void)call;
	if (welcomes(context, &own, &shipped, &whom))
		return -1;
	return checks_hit(out, own == WELCOME_YES, whom);
}

int check_from_default_welcome(const struct check_context *context,
	const struct check_call *call, struct check_answer *out)
{
	enum welcome own, shipped;
	struct str whom = STR("");
	(void)call;
	if (welcomes(context, &own, &shipped, &whom))
		return -1;
	return checks_hit(out, shipped == WELCOME_YES, whom);
}

int check_forged_welcome(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	enum welcome own, shipped;
	struct str whom = STR("");
	(void)call;
	if (welcomes(context, &own, &shipped, &whom))
		return -1;
	return checks_hit(out, own == WELCOME_FORGED && shipped == WELCOME_UNKNOWN, whom);
}

int check_forged_default_welcome(const struct check_context *context,
	const struct check_call *call, struct check_answer *out)
{
	enum welcome own, shipped;
	struct str whom = STR("");
	(void)call;
	if (welcomes(context, &own, &shipped, &whom))
		return -1;
	return checks_hit(out, shipped == WELCOME_FORGED && own == WELCOME_UNKNOWN, whom);
}

/* The longest name of host, parent, grandparent ... that is listed decides; "!name" says no. */
static bool host_listed(const struct check_context *context, const struct values *values,
	struct str host)
{
	while (values && host.len) {
		struct buf no = { .arena = context->arena };
		buf_add_byte(&no, '!');
		buf_add_str(&no, host);
		if (values_have(values, buf_str(&no)))
			return false;
		if (values_have(values, host))
			return true;
		size_t dot = str_find_byte(host, '.');
		host = dot == SIZE_MAX ? STR("") : str_slice(host, dot + 1, host.len);
	}
	return false;
}

static int uri_host_in(const struct check_context *context, struct str name,
	struct check_answer *out)
{
	const struct values *values = values_find(context->set, "enlist_uri_host", name);
	for (size_t i = 0; values && i < context->facts->urls_n; i++) {
		const struct fact_url *url = &context->facts->urls[i];
		if (!str_starts_nocase(url->url, STR("mailto:")) &&
		    host_listed(context, values, url->host))
			return checks_hit(out, true, url->host);
	}
	return arena_spent(context->arena) ? -1 : 0;
}

int check_uri_host(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	return uri_host_in(context, checks_argument(call, 0), out);
}

int check_uri_host_block(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	(void)call;
	return uri_host_in(context, STR("BLOCK"), out);
}

int check_uri_host_welcome(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	(void)call;
	return uri_host_in(context, STR("WELCOME"), out);
}

static bool bounce_relays(const struct check_context *context)
{
	const struct values *values =
		values_find(context->set, "welcomelist_bounce_relays", STR(""));
	return values && values->n;
}

int check_have_bounce_relays(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	(void)call;
	return checks_hit(out, bounce_relays(context), STR(""));
}

/* Without the admin's relays no bounce is known to be for a mail of theirs. */
int check_bounce_relays(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	(void)call;
	if (bounce_relays(context))
		out->unknown = "welcomelist_bounce_relays-not-supported";
	return 0;
}

/* Entries are found anywhere in the Subject. */
static int subject_in(const struct check_context *context, const char *setting,
	struct check_answer *out)
{
	const struct values *values = values_find(context->set, setting, STR(""));
	struct str subject;
	if (checks_header(context, "Subject", &subject))
		return -1;
	subject = str_trim(subject);
	for (size_t i = 0; values && subject.len && i < values->n; i++) {
		struct buf around = { .arena = context->arena };
		buf_add_byte(&around, '*');
		buf_add_str(&around, values->items[i]);
		buf_add_byte(&around, '*');
		if (around.failed)
			return -1;
		if (checks_glob(buf_str(&around), subject))
			return checks_hit(out, true, subject);
	}
	return 0;
}

int check_subject_welcome(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	(void)call;
	return subject_in(context, "welcomelist_subject", out);
}

int check_subject_block(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	(void)call;
	return subject_in(context, "blocklist_subject", out);
}
