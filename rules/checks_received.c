/* rules/checks_received: mail that claims to come from a big provider, and its Received lines.
 *
 * Each provider's servers write lines that forgers do not bother to write. The forms are facts
 * about those servers, as SpamAssassin 4.0.1 (Plugin/HeaderEval.pm) knows them.
 */
#include "rules/checks.h"
#include "rules/checks_text.h"

static bool any_like(struct str text, const char *const *forms)
{
	for (; *forms; forms++)
		if (checks_like(text, *forms))
			return true;
	return false;
}

/* Does any of the lines begin like this? */
static bool any_begins(struct str lines, const char *form)
{
	while (lines.len) {
		if (checks_begins_like(lines, form))
			return true;
		size_t end = str_find_byte(lines, '\n');
		lines = end == SIZE_MAX ? STR("") : str_slice(lines, end + 1, lines.len);
	}
	return false;
}

/* Does this header hold an IP address? */
static int has_address(const struct check_context *context, const char *name, bool *has)
{
	struct str text;
	if (checks_folded(context, name, &text))
		return -1;
	*has = checks_like(text, "#.#.#.#") || checks_like(text, "$:$:$");
	return 0;
}

static int from_domain(const struct check_context *context, struct str domain, struct str *from,
	bool *is)
{
	if (checks_address(context, "From:addr", from))
		return -1;
	*is = checks_ends(*from, domain) && (from->len == domain.len ||
		!checks_word_byte(from->ptr[from->len - domain.len - 1]));
	return 0;
}

int checks_gated(const struct check_context *context, bool *gated)
{
	static const char *const qmail[] = { "qmail # invoked from network); # ",
		"qmail # invoked by ~); # ", NULL };
	struct str received, list, delivered;
	if (checks_folded(context, "Received", &received) ||
	    checks_header(context, "Mailing-List", &list) ||
	    checks_header(context, "Delivered-To", &delivered))
		return -1;
	bool ezmlm = any_begins(list, "contact +@+; run by ezmlm") &&
		any_begins(delivered, "mailing list +@+") && any_like(received, qmail);
	/* in a milter the line of the server that asks is not there yet, but the client is known */
	bool none = !received.len && !context->facts->client;
	*gated = ezmlm || none || checks_like(received, "from groups.msn.com (+.msn.com ");
	return 0;
}

int check_gated(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	bool gated;
	(void)call;
	if (checks_gated(context, &gated))
		return -1;
	return checks_hit(out, gated, STR(""));
}

/* The bounces of Yahoo come from where they should, and have no line of its web mail. */
static int yahoo_relay(const struct check_context *context, bool *is)
{
	struct checks_relays trusted, untrusted;
	if (checks_relays(context, true, &trusted) || checks_relays(context, false, &untrusted))
		return -1;
	*is = untrusted.n && checks_ends(untrusted.items[0]->rdns, STR(".yahoo.com"));
	for (size_t i = 0; i < trusted.n; i++)
		*is = *is || checks_ends(trusted.items[i]->rdns, STR(".yahoo.com"));
	return 0;
}

int check_forged_yahoo(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	static const char *const forms[] = { "by web+.mail*.yahoo.com via HTTP",
		"by sonic+.consmr.mail*.yahoo.com with HTTP", "by smtp+.yahoo.com with SMTP",
		"from [$] by +.groups.yahoo.com with NNFMP", "from [$] by +.scd.yahoo.com with NNFMP",
		"from [$] by +.dcn.yahoo.com with NNFMP", "by +.+.yahoo.com (#.#.#/#.#.#) id +",
		"by +.+.yahoo.com (#.#.#/#.#.#) with ESMTP id +", NULL };
	struct str from, received, resent_from, resent_to, x_received;
	bool is, gated, relay;
	(void)call;
	if (from_domain(context, STR("yahoo.com"), &from, &is) || checks_gated(context, &gated) ||
	    yahoo_relay(context, &relay) || checks_folded(context, "Received", &received) ||
	    checks_folded(context, "Resent-From", &resent_from) ||
	    checks_folded(context, "Resent-To", &resent_to) ||
	    checks_folded(context, "X-Received", &x_received))
		return -1;
	if (resent_from.len && resent_to.len && x_received.len)
		received = x_received;
	bool story = checks_ends(from, STR("@reply.yahoo.com")) &&
		checks_like(received, "mailer#.bulk.scd.yahoo.com");
	return checks_hit(out, is && !gated && !relay && !story && !any_like(received, forms), from);
}

int check_msn_groups(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	struct str to, received, id;
	(void)call;
	if (checks_folded(context, "To", &to) || checks_folded(context, "Received", &received) ||
	    checks_folded(context, "Message-Id", &id))
		return -1;
	bool hit = checks_like(to, "<+@groups.msn.com>") && checks_like(received,
		"from mail pickup service by p##groups.msn.com") && checks_begins_like(id, "<+groups.msn.com>");
	return checks_hit(out, hit, to);
}

enum hotmail { HOTMAIL_NO, HOTMAIL_FORGED, HOTMAIL_WITHOUT };

static int hotmail(const struct check_context *context, enum hotmail *out)
{
	static const char *const with_address[] = { "from hotmail.com (+.hotmail.com",
		"from +.hotmail.com (+.hotmail.com", "from hotmail.com (+.hotmail.msn.com",
		"from +.hotmail.com (+.hotmail.msn.com", "from *.hotmail.com ([$]",
		"from + by +.hotmail.com with HTTP;", "from + by +.hotmail.msn.com with HTTP;",
		"from [66.218.+] by +.yahoo.com", NULL };
	static const char *const with_origin[] = {
		"from *.outbound.protection.outlook.com (+.outbound.protection.outlook.com",
		"from *.eurprd#.prod.outlook.com ($)", "from *.namprd#.prod.outlook.com ($)", NULL };
	static const char *const claims[] = { "from *hotmail.com", "HELO *hotmail.com",
		"helo=*hotmail.com", NULL };
	struct str received, origin, from;
	bool gated, address, is;
	*out = HOTMAIL_NO;
	if (checks_folded(context, "Received", &received) || checks_gated(context, &gated) ||
	    checks_folded(context, "X-OriginatorOrg", &origin) ||
	    has_address(context, "X-Originating-Ip", &address) ||
	    from_domain(context, STR("hotmail.com"), &from, &is))
		return -1;
	bool by_origin = checks_like(origin, "hotmail.com") ||
		checks_like(origin, "msonline-outlook");
	if (gated || checks_like(received,
	    "from mail pickup service by hotmail.com with Microsoft SMTPSVC;") ||
	    (address && any_like(received, with_address)) ||
	    (by_origin && any_like(received, with_origin)))
		return 0;
	*out = any_like(received, claims) ? HOTMAIL_FORGED : is ? HOTMAIL_WITHOUT : HOTMAIL_NO;
	return 0;
}

int check_forged_hotmail(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	enum hotmail found;
	(void)call;
	if (hotmail(context, &found))
		return -1;
	return checks_hit(out, found == HOTMAIL_FORGED, STR(""));
}

int check_no_hotmail(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	enum hotmail found;
	(void)call;
	if (hotmail(context, &found))
		return -1;
	return checks_hit(out, found == HOTMAIL_WITHOUT, STR(""));
}

int check_forged_gmail(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	enum { STATE_MIN = 60, SOURCE_MIN = 60 };
	struct str from, state, source, x_received, received;
	bool is;
	(void)call;
	if (from_domain(context, STR("gmail.com"), &from, &is) ||
	    checks_header(context, "X-Gm-Message-State", &state) ||
	    checks_header(context, "X-Google-Smtp-Source", &source) ||
	    checks_folded(context, "X-Received", &x_received) ||
	    checks_folded(context, "Received", &received))
		return -1;
	bool theirs = checks_like(x_received, "by 10.+ with SMTP id +") ||
		checks_like(x_received, "by 2002:a#:+ with SMTP id +") ||
		checks_like(received, "by smtp.googlemail.com with ESMTPSA id +") ||
		(state.len >= STATE_MIN && source.len >= SOURCE_MIN);
	return checks_hit(out, is && !theirs, from);
}

int check_forged_juno(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	static const char *const forms[] = { "from~juno.com~[$]~by", "from~untd.com~[$]~by",
		"from~juno.com~($)~by", "from~untd.com~($)~by", " cookie.juno.com ",
		" cookie.untd.com ", NULL };
	struct str from, received, origin, mailer;
	bool is, gated;
	(void)call;
	if (from_domain(context, STR("juno.com"), &from, &is) || checks_gated(context, &gated) ||
	    checks_header(context, "Received", &received) ||
	    checks_header(context, "X-Originating-IP", &origin) ||
	    checks_header(context, "X-Mailer", &mailer))
		return -1;
	/* without an X-Originating-IP it does not pass either, whatever else it says */
	bool good = origin.len && any_like(received, forms) && checks_like(mailer, "Juno ");
	return checks_hit(out, is && !gated && !good, from);
}

int check_forged_eudora(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	struct str from, received;
	bool is, gated, address;
	(void)call;
	if (from_domain(context, STR("eudoramail.com"), &from, &is) ||
	    checks_gated(context, &gated) || checks_folded(context, "Received", &received) ||
	    has_address(context, "X-Sender-Ip", &address))
		return -1;
	bool good = address && checks_like(received, "by *whowhere.com;");
	return checks_hit(out, is && !gated && !good, from);
}

static bool aol_name(struct str text)
{
	for (size_t at = 0; at + 9 < text.len; at++) {
		struct str rest = str_slice(text, at, text.len);
		if (str_starts_nocase(rest, STR(" rly-")) && ascii_alpha(rest.ptr[5]) &&
		    ascii_alpha(rest.ptr[6]) && ascii_digit(rest.ptr[7]) && ascii_digit(rest.ptr[8]) &&
		    rest.ptr[9] == '.')
			return true;
	}
	return false;
}

int check_fake_aol(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	static const char *const forms[] = { "/AOL-#.#.#)", "ESMTP id RELAY", "ESMTP id MAILRELAY",
		"ESMTP id MAILIN", NULL };
	struct str received;
	(void)call;
	if (checks_folded(context, "Received", &received))
		return -1;
	return checks_hit(out, aol_name(received) && !any_like(received, forms), STR(""));
}
