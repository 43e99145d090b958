/* rules/checks_relay: checks of the relays: the connecting client, and the chain behind it.
 *
 * What each decides was taken from SpamAssassin 4.0.1 (Plugin/RelayEval.pm, WLBLEval.pm). The
 * client is known to the server that asks; all behind it is only claimed.
 */
#include "rules/checks.h"
#include "rules/checks_text.h"

#include "base/ip.h"

static bool public_v4(struct str text, struct ip *ip)
{
	return ip_parse(text, ip) && ip_is_v4(ip) && !ip_is_private(ip);
}

/* Private relays forge nothing that matters. */
static bool private_relay(const struct fact_relay *relay)
{
	struct ip ip;
	return ip_parse(relay->ip_text, &ip) && ip_is_private(&ip);
}

int check_numeric_helo(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	struct checks_relays relays;
	struct ip ip;
	(void)call;
	if (checks_relays(context, false, &relays))
		return -1;
	for (size_t i = 0; i < relays.n; i++)
		if (ip_parse(relays.items[i]->helo, &ip) && ip_is_v4(&ip))
			return checks_hit(out, !ip_is_private(&ip), relays.items[i]->helo);
	return 0;
}

/* Up to which byte two addresses must agree to be of one /24. */
static struct str first_three(struct str address)
{
	size_t n = address.len;
	while (n > 0 && address.ptr[n - 1] != '.')
		n--;
	return str_slice(address, 0, n);
}

int check_helo_mismatch(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	struct checks_relays relays;
	struct ip helo, ip;
	(void)call;
	if (checks_relays(context, false, &relays))
		return -1;
	for (size_t i = 0; i < relays.n; i++) {
		const struct fact_relay *relay = relays.items[i];
		if (public_v4(relay->helo, &helo) && public_v4(relay->ip_text, &ip) &&
		    !str_equal(first_three(relay->helo), first_three(relay->ip_text)))
			return checks_hit(out, true, relay->helo);
	}
	return 0;
}

static int count_relays(const struct check_context *context, size_t *trusted, size_t *untrusted)
{
	struct checks_relays relays;
	if (checks_relays(context, true, &relays))
		return -1;
	*trusted = relays.n;
	if (checks_relays(context, false, &relays))
		return -1;
	*untrusted = relays.n;
	return 0;
}

int check_all_trusted(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	size_t trusted, untrusted;
	(void)call;
	if (count_relays(context, &trusted, &untrusted))
		return -1;
	return checks_hit(out, trusted && !untrusted && !context->facts->relays_unreadable, STR(""));
}

int check_no_relays(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	size_t trusted, untrusted;
	(void)call;
	if (count_relays(context, &trusted, &untrusted))
		return -1;
	return checks_hit(out, !trusted && !untrusted && !context->facts->relays_unreadable,
		STR(""));
}

int check_unreadable(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	(void)call;
	return checks_hit(out, context->facts->relays_unreadable > 0, STR(""));
}

/* Providers whose servers have names: without one, the HELO is a lie. */
static bool dotcom(struct str helo)
{
	static const char *const names[] = { "lycos.com", "lycos.co.uk", "hotmail.com",
		"localhost.com", "excite.com", "caramail.com", "cs.com", "aol.com", "msn.com",
		"yahoo.com", "drizzle.com" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct str name = str_from(names[i]);
		if (checks_ends(helo, name) && (helo.len == name.len ||
		    helo.ptr[helo.len - name.len - 1] == '.'))
			return true;
	}
	return false;
}

/* The oldest relay that is not private decides, as there. */
int check_dotcom_helo(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	struct checks_relays relays;
	(void)call;
	if (checks_relays(context, false, &relays))
		return -1;
	for (size_t i = 0; i < relays.n; i++) {
		const struct fact_relay *relay = relays.items[i];
		if (private_relay(relay))
			continue;
		checks_hit(out, dotcom(relay->helo) && relay->no_rdns, relay->helo);
	}
	return 0;
}

/* In spite of its name a hit is a sender with a name: the oldest relay's. */
int check_sender_reverse(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	struct checks_relays relays;
	(void)call;
	if (checks_relays(context, false, &relays))
		return -1;
	if (!relays.n)
		return 0;
	const struct fact_relay *oldest = relays.items[relays.n - 1];
	return checks_hit(out, str_find_byte(oldest->rdns, '.') != SIZE_MAX &&
		!private_relay(oldest), oldest->rdns);
}

static bool of_domain(struct str name, struct str domain)
{
	return checks_ends(name, domain) && (name.len == domain.len ||
		!checks_word_byte(name.ptr[name.len - domain.len - 1]));
}

/* Does a server of the From's domain hand over to another one of it? */
int check_from_domain_received(const struct check_context *context,
	const struct check_call *call, struct check_answer *out)
{
	struct str from, domain = checks_argument(call, 0);
	bool wanted = str_equal(checks_argument(call, 1), STR("true")), found = false;
	if (checks_address(context, "From:addr", &from))
		return -1;
	if (str_find_nocase(from, domain) == SIZE_MAX)
		return 0;
	for (int trusted = 0; trusted < 2; trusted++) {
		struct checks_relays relays;
		if (checks_relays(context, trusted, &relays))
			return -1;
		for (size_t i = 0; i < relays.n; i++)
			found = found || (of_domain(relays.items[i]->rdns, domain) &&
				of_domain(relays.items[i]->by, domain));
	}
	return checks_hit(out, found == wanted, from);
}

/* "a.b.example.com" to "example.com": three labels where the last is a short one, two where it
 * is long or one of a few countries that register directly. */
static struct str short_name(struct str name)
{
	static const char *const direct[] = { "ie", "fr", "de" };
	size_t at = name.len, dots = 0, wanted = 3, letters = 0;
	for (size_t i = 0; i < name.len; i++)
		letters += ascii_alpha(name.ptr[i]);
	while (letters && at > 0) {
		if (name.ptr[at - 1] == '.' && ++dots == 1) {
			struct str last = str_slice(name, at, name.len);
			wanted = last.len >= 3 ? 2 : 3;
			for (size_t i = 0; i < 3; i++)
				if (str_equal_nocase(last, str_from(direct[i])))
					wanted = 2;
		}
		if (dots == wanted)
			return str_slice(name, at, name.len);
		at--;
	}
	return name;
}

/* Word bytes, dots and hyphens; no hyphen behind the last dot, which is the third byte at least. */
static bool like_host(struct str name)
{
	size_t dot = 0, hyphen = 0;
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];
		if (!checks_word_byte(c) && ((c != '.' && c != '-') || !i))
			return false;
		dot = c == '.' ? i : dot;
		hyphen = c == '-' ? i : hyphen;
	}
	return dot > 1 && dot > hyphen && dot + 1 < name.len;
}

/* Handed on within one host. */
static bool local_relay(const struct fact_relay *relay)
{
	return str_equal_nocase(relay->rdns, STR("localhost.localdomain")) &&
		str_equal(relay->ip_text, STR("127.0.0.1")) && like_host(short_name(relay->by));
}

/* A relay says by whom it was received; the newer one's name should be that. */
int check_forged_trail(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	struct checks_relays relays;
	size_t mismatches = 0;
	(void)call;
	if (checks_relays(context, false, &relays))
		return -1;
	for (size_t i = 1; i < relays.n; i++) {
		struct str by = short_name(relays.items[i]->by);
		const struct fact_relay *newer = relays.items[i - 1];
		struct str name = short_name(newer->rdns);
		bool known = str_equal_nocase(by, STR("msn.com")) &&
			str_equal_nocase(name, STR("hotmail.com"));
		mismatches += like_host(by) && like_host(name) && !str_equal_nocase(by, name) && !known &&
			!local_relay(newer);
	}
	return checks_hit(out, mismatches > 1, STR(""));
}

/* The HELO is an address of another /16. */
int check_forged_helo(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	struct checks_relays relays;
	struct ip helo, ip;
	(void)call;
	if (checks_relays(context, false, &relays))
		return -1;
	for (size_t i = 0; i < relays.n; i++) {
		const struct fact_relay *relay = relays.items[i];
		if (!like_host(short_name(relay->by)) || !public_v4(relay->helo, &helo) ||
		    !ip_parse(relay->ip_text, &ip) || !ip_is_v4(&ip))
			continue;
		struct ip_prefix net = ip_prefix_make(&ip, 112);
		if (!ip_prefix_contains(&net, &helo))
			return checks_hit(out, true, relay->helo);
	}
	return 0;
}

int check_mailfrom_rcvd(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	struct checks_relays relays, trusted;
	struct str sender, domain, name;
	(void)call;
	if (!context->facts->has_mail_from) {
		out->unknown = "sender-unknown";
		return 0;
	}
	if (checks_address(context, "EnvelopeFrom", &sender) ||
	    checks_relays(context, false, &relays) || checks_relays(context, true, &trusted))
		return -1;
	size_t at = str_find_byte(sender, '@');
	struct str host = at == SIZE_MAX ? STR("") : str_slice(sender, at + 1, sender.len);
	if (!like_host(host))
		return 0;
	if (checks_domain(context, host, &domain))
		return -1;
	/* trusted ones only where there is no other: these cannot be forged */
	size_t n = relays.n ? 1 : trusted.n;
	const struct fact_relay *const *items = relays.n ? relays.items : trusted.items;
	for (size_t i = 0; i < n; i++) {
		if (!items[i]->rdns.len)
			continue;
		if (checks_domain(context, items[i]->rdns, &name))
			return -1;
		if (str_equal(domain, name))
			return checks_hit(out, true, items[i]->rdns);
	}
	return 0;
}
