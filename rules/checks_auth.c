/* rules/checks_auth: SPF, DMARC and any method, by the word of trusted servers.
 *
 * Semantics of SpamAssassin 4.0.1 (Plugin/SPF.pm, DMARC.pm, AuthRes.pm); which fields count, and
 * that no field is "unknown" where SpamAssassin says no, is ours.
 */
#include "rules/checks_auth.h"

#include <limits.h>

#include "rules/checks.h"
#include "rules/checks_text.h"
#include "rules/relays.h"

const char checks_no_result[] = "no-auth-result";

bool checks_auth_is(const struct auth_result *result, const char *word)
{
	return str_equal_nocase(result->result, str_from(word));
}

struct str checks_auth_value(const struct auth_result *result, const char *type,
	const char *name)
{
	for (size_t i = 0; i < result->properties_n; i++)
		if (str_equal_nocase(result->properties[i].type, str_from(type)) &&
		    str_equal_nocase(result->properties[i].name, str_from(name)))
			return result->properties[i].value;
	return STR("");
}

int checks_say(struct check_answer *out, enum checks_say say, const char *why,
	struct str evidence)
{
	if (say == CHECKS_MAYBE)
		out->unknown = why;
	return checks_hit(out, say == CHECKS_YES, evidence);
}

struct str checks_host_of(struct str address)
{
	size_t at = address.len;
	while (at > 0 && address.ptr[at - 1] != '@')
		at--;
	return str_slice(address, at, address.len);
}

/* Whose SPF it is: the first of smtp.mailfrom and smtp.helo says it; without both, the sender's. */
static enum checks_identity identity_of(const struct auth_result *result)
{
	for (size_t i = 0; i < result->properties_n; i++) {
		const struct auth_property *property = &result->properties[i];
		if (!str_equal_nocase(property->type, STR("smtp")))
			continue;
		if (str_equal_nocase(property->name, STR("helo")))
			return CHECKS_HELO;
		if (str_equal_nocase(property->name, STR("mailfrom")) ||
		    str_equal_nocase(property->name, STR("mfrom")))
			return CHECKS_MAILFROM;
	}
	return CHECKS_MAILFROM;
}

static bool matches(const struct checks_auth *auth, const struct auth_result *result)
{
	return result->received <= auth->received &&
		str_equal_nocase(result->method, auth->method) &&
		(auth->identity == CHECKS_ANY || identity_of(result) == auth->identity);
}

/* How many Received lines stand above what our own servers may have written: the lowest of them
 * is about the first relay that is not ours. The client's own line is not in the mail yet. */
static unsigned received_of_ours(const struct facts *facts)
{
	for (size_t i = 0; i < facts->relays_n; i++)
		if (relays_is(&facts->relays[i], RELAYS_EXTERNAL) &&
		    (i == 0 || facts->relays[i].received))
			return facts->relays[i].received;
	return UINT_MAX;
}

struct checks_auth checks_auth(const struct check_context *context, struct str method,
	enum checks_identity identity)
{
	const struct auth_results *all = &context->facts->auth;
	struct checks_auth auth = { .facts = context->facts, .method = method,
		.identity = identity, .received = received_of_ours(context->facts) };
	for (size_t i = 0; i < all->n && !auth.field; i++)
		if (matches(&auth, &all->items[i]))
			auth.field = all->items[i].field;
	/* only the last field that was read can be cut in two */
	auth.open = all->cut && (!auth.field || auth.field == all->items[all->n - 1].field);
	return auth;
}

const struct auth_result *checks_auth_next(struct checks_auth *auth)
{
	const struct auth_results *all = &auth->facts->auth;
	while (auth->at < all->n) {
		const struct auth_result *result = &all->items[auth->at++];
		if (result->field == auth->field && matches(auth, result))
			return result;
	}
	return NULL;
}

/* The words of RFC 8601 section 2.7.2, the older "hardfail", and what SpamAssassin's checks call
 * them. */
static const struct spf_word {
	const char *word, *check;
} spf_words[] = {
	{ "pass", "pass" }, { "fail", "fail" }, { "hardfail", "fail" }, { "softfail", "softfail" },
	{ "neutral", "neutral" }, { "none", "none" }, { "permerror", "permerror" },
	{ "temperror", "temperror" }, { "policy", "" },
};

/* NULL: nothing is said of it, or in a word that nobody knows. */
static const char *spf_said(const struct auth_result *result)
{
	for (size_t i = 0; result && i < sizeof spf_words / sizeof *spf_words; i++)
		if (checks_auth_is(result, spf_words[i].word))
			return spf_words[i].check;
	return NULL;
}

/* check_for_spf_pass, check_for_spf_helo_softfail ... : the name says what is asked. */
int check_spf(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	static const struct str start = { "check_for_spf_", 14 }, helo = { "helo_", 5 };
	struct str name = str_from(call->entry->name), asked = str_slice(name, start.len, name.len);
	bool of_helo = str_starts_nocase(asked, helo);
	struct checks_auth auth = checks_auth(context, STR("spf"), of_helo ? CHECKS_HELO :
		CHECKS_MAILFROM);
	const struct auth_result *result = checks_auth_next(&auth);
	const char *said = spf_said(result);
	if (of_helo)
		asked = str_slice(asked, helo.len, asked.len);
	if (!said)
		return checks_say(out, CHECKS_MAYBE, checks_no_result, STR(""));
	return checks_hit(out, str_equal(asked, str_from(said)), result->result);
}

/* The envelope sender as it was when the mail came to us; false: not known. A trusted relay may
 * have written another one into the envelope that we see. */
static bool sender_of(const struct facts *facts, struct str *out)
{
	bool relayed = false;
	*out = facts->mail_from;
	for (size_t i = 0; i < facts->relays_n; i++) {
		const struct fact_relay *relay = &facts->relays[i];
		if (relay->has_ip && relays_is(relay, RELAYS_EXTERNAL)) {
			if (relay->envfrom.len)
				*out = relay->envfrom;
			return relay->envfrom.len > 0 || (!relayed && facts->mail_from.len > 0);
		}
		relayed = relayed || (relay->has_ip && relay->trusted);
	}
	return !relayed && facts->mail_from.len > 0;
}

int check_spf_no_sender(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	struct str sender;
	(void)call;
	return checks_hit(out, !sender_of(context->facts, &sender), STR(""));
}

/* Whom the server has asked SPF about is the sender, where it says so; else the envelope's must
 * be of the same domain: or the answer is about somebody else. */
static enum checks_say spf_sender(const struct check_context *context,
	const struct auth_result *result, struct str *sender)
{
	struct str asked = checks_auth_value(result, "smtp", "mailfrom");
	if (!asked.len)
		asked = checks_auth_value(result, "smtp", "mfrom");
	if (str_find_byte(asked, '@') != SIZE_MAX && str_find_byte(asked, '@') > 0) {
		*sender = asked;
		return CHECKS_YES;
	}
	if (!sender_of(context->facts, sender))
		return CHECKS_NO;
	asked = checks_host_of(asked);
	return !asked.len || str_equal_nocase(asked, checks_host_of(*sender)) ? CHECKS_YES :
		CHECKS_MAYBE;
}

/* welcomelist_from_spf and welcomelist_auth; the lists that come with rules have "def_" before
 * their names, and so has the check. */
int check_spf_welcome(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	bool shipped = str_find(str_from(call->entry->name), STR("_def_")) != SIZE_MAX;
	const struct values *own = values_find(context->set, shipped ? "def_welcomelist_from_spf" :
		"welcomelist_from_spf", STR(""));
	const struct values *any = values_find(context->set, shipped ? "def_welcomelist_auth" :
		"welcomelist_auth", STR(""));
	struct checks_auth auth = checks_auth(context, STR("spf"), CHECKS_MAILFROM);
	const struct auth_result *result = checks_auth_next(&auth);
	const char *said = spf_said(result), *why = checks_no_result;
	struct str sender = STR("");
	enum checks_say say = CHECKS_MAYBE;
	if (said && !str_equal(str_from(said), STR("pass")))
		return 0;
	if (said)
		say = spf_sender(context, result, &sender), why = "other-sender";
	else if (!sender_of(context->facts, &sender))
		say = CHECKS_NO;
	if (!checks_in_list(own, sender) && !checks_in_list(any, sender))
		say = CHECKS_NO;
	return checks_say(out, say, why, sender);
}

/* "p=reject", "policy=reject" among words as OpenDMARC and rspamd write them in a comment. */
static struct str policy_in(struct str comment)
{
	static const struct str names[] = { { "p=", 2 }, { "policy=", 7 } };
	for (size_t i = 0; i < comment.len; i++) {
		if (i > 0 && comment.ptr[i - 1] != ' ' && comment.ptr[i - 1] != ',')
			continue;
		struct str rest = str_slice(comment, i, comment.len);
		for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
			size_t end = names[k].len;
			if (!str_starts_nocase(rest, names[k]))
				continue;
			while (end < rest.len && ascii_alpha(rest.ptr[end]))
				end++;
			return str_slice(rest, names[k].len, end);
		}
	}
	return STR("");
}

/* What the domain wants done with a mail that failed. policy.dmarc is RFC 8601's. */
static struct str dmarc_policy(const struct auth_result *result)
{
	static const char *const names[] = { "dmarc", "applied-disposition",
		"published-domain-policy" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct str policy = checks_auth_value(result, "policy", names[i]);
		if (policy.len)
			return policy;
	}
	return policy_in(result->comment);
}

/* check_dmarc_pass, _missing; _none, _quarantine, _reject: it failed, and this is the policy. */
int check_dmarc(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	static const struct str start = { "check_dmarc_", 12 };
	struct str asked = str_from(call->entry->name);
	struct checks_auth auth = checks_auth(context, STR("dmarc"), CHECKS_ANY);
	const struct auth_result *result = checks_auth_next(&auth);
	asked = str_slice(asked, start.len, asked.len);
	if (!result)
		return checks_say(out, CHECKS_MAYBE, checks_no_result, STR(""));
	if (checks_auth_is(result, "pass"))
		return checks_hit(out, str_equal(asked, STR("pass")), result->result);
	if (checks_auth_is(result, "none") || checks_auth_is(result, "bestguesspass"))
		return checks_hit(out, str_equal(asked, STR("missing")), result->result);
	if (!checks_auth_is(result, "fail"))
		return checks_say(out, CHECKS_MAYBE, "dmarc-error", STR(""));
	struct str policy = dmarc_policy(result);
	bool by_policy = !str_equal(asked, STR("pass")) && !str_equal(asked, STR("missing"));
	if (by_policy && !policy.len)
		return checks_say(out, CHECKS_MAYBE, "no-dmarc-policy", STR(""));
	return checks_hit(out, by_policy && str_equal_nocase(asked, policy), result->result);
}

/* ('method', 'result' | 'missing'): of several, a pass is the result, else the first. */
int check_authres(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	struct str wanted = checks_argument(call, 1), said = STR("");
	struct checks_auth auth = checks_auth(context, checks_argument(call, 0), CHECKS_ANY);
	const struct auth_result *result;
	bool found = false;
	while ((result = checks_auth_next(&auth)) != NULL) {
		if (!found || checks_auth_is(result, "pass"))
			said = result->result;
		found = true;
	}
	bool missing = str_equal_nocase(wanted, STR("missing"));
	bool hit = missing ? !found : found && str_equal_nocase(wanted, said);
	bool pass = str_equal_nocase(said, STR("pass"));
	if (auth.open && !pass && !(missing && found))
		return checks_say(out, CHECKS_MAYBE, "auth-limit", STR(""));
	return checks_hit(out, hit, said);
}
