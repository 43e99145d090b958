/* rules/checks_dkim: DKIM and ARC, by the word of trusted servers (rules/checks_auth.h).
 *
 * Semantics of SpamAssassin 4.0.1 (Plugin/DKIM.pm), which verifies by itself. A signature's domain
 * is that of its identity (header.i), else header.d. How long a key was, no server tells: all
 * that passed are long enough here. A mail without signatures is decided without any server.
 */
#include "rules/checks_auth.h"

#include "rules/checks.h"
#include "rules/checks_text.h"

static const char no_domain[] = "no-auth-result-domain", not_told[] = "not-told";

/* Where not all of the mail's fields were read, it may have any. */
static bool has_header(const struct check_context *context, const char *name)
{
	for (size_t i = 0; i < context->facts->headers_n; i++)
		if (str_equal_nocase(context->facts->headers[i].name, str_from(name)))
			return true;
	return context->facts->auth.cut;
}

static bool has_signature(const struct check_context *context)
{
	return has_header(context, "DKIM-Signature") || has_header(context, "DomainKey-Signature");
}

static struct str signer_of(const struct auth_result *result)
{
	struct str identity = checks_auth_value(result, "header", "i");
	size_t at = str_find_byte(identity, '@');
	if (at != SIZE_MAX && at + 1 < identity.len)
		return str_slice(identity, at + 1, identity.len);
	return checks_auth_value(result, "header", "d");
}

/* "example.com", or "*.example.com" and ".example.com": its subdomains; and itself, `too`. */
static bool domain_is(struct str domain, struct str like, bool too)
{
	size_t dot = like.len && like.ptr[0] == '*';
	if (like.len <= dot || like.ptr[dot] != '.')
		return str_equal_nocase(domain, like);
	like = str_slice(like, dot, like.len);
	if (checks_ends(domain, like))
		return true;
	return too && str_equal_nocase(domain, str_slice(like, 1, like.len));
}

/* Whose signatures are asked for. */
struct signers {
	const struct str *domains;   /* any of them, with wildcards; none: all */
	size_t domains_n;
	bool itself;                 /* a wildcard means the domain itself too */
	const struct checks_list *authors; /* and of the domain of one of these; NULL: any */
};

static bool signer_fits(const struct signers *signers, struct str signer)
{
	bool author = !signers->authors, domain = !signers->domains_n;
	for (size_t i = 0; !author && i < signers->authors->n; i++)
		author = str_equal_nocase(signer, checks_host_of(signers->authors->items[i]));
	for (size_t i = 0; !domain && i < signers->domains_n; i++)
		domain = domain_is(signer, signers->domains[i], signers->itself);
	return author && domain;
}

/* One result: is it a valid signature (or, `any`, a signature) of such a signer? */
static enum checks_say result_says(const struct auth_result *result,
	const struct signers *signers, bool any)
{
	static const char *const not_valid[] = { "none", "fail", "policy", "neutral", "permerror" };
	struct str signer = signer_of(result);
	bool all = !signers->domains_n && !signers->authors;
	bool counts = any || checks_auth_is(result, "pass");
	for (size_t i = 0; i < (any ? 1 : sizeof not_valid / sizeof *not_valid); i++)
		if (checks_auth_is(result, not_valid[i]))
			return CHECKS_NO;
	if (!all && signer.len && !signer_fits(signers, signer))
		return CHECKS_NO;
	/* temperror: the key could not be fetched; other words nobody knows */
	return counts && (all || signer.len) ? CHECKS_YES : CHECKS_MAYBE;
}

static enum checks_say signatures(const struct check_context *context,
	const struct signers *signers, bool any)
{
	struct checks_auth auth = checks_auth(context, STR("dkim"), CHECKS_ANY);
	enum checks_say say = auth.open ? CHECKS_MAYBE : CHECKS_NO;
	const struct auth_result *result;
	if (!auth.field && !has_signature(context))
		return CHECKS_NO;
	if (!auth.field)
		return any && !signers->domains_n && !auth.open ? CHECKS_YES : CHECKS_MAYBE;
	while ((result = checks_auth_next(&auth)) != NULL) {
		enum checks_say one = result_says(result, signers, any);
		if (one == CHECKS_YES)
			return one;
		say = one == CHECKS_MAYBE ? one : say;
	}
	return say;
}

static int ask(const struct check_context *context, const struct signers *signers, bool any,
	struct check_answer *out)
{
	struct checks_auth auth = checks_auth(context, STR("dkim"), CHECKS_ANY);
	return checks_say(out, signatures(context, signers, any),
		auth.field ? no_domain : checks_no_result, STR(""));
}

static struct signers signers_of(const struct check_call *call)
{
	return (struct signers){ .domains = call->args, .domains_n = call->args_n, .itself = true };
}

int check_dkim_signed(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	struct signers signers = signers_of(call);
	return ask(context, &signers, true, out);
}

int check_dkim_valid(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	struct signers signers = signers_of(call);
	return ask(context, &signers, false, out);
}

int check_dkim_author(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	struct signers signers = signers_of(call);
	struct checks_list authors;
	if (checks_addresses(context, "From:addr", &authors))
		return -1;
	signers.authors = &authors;
	return authors.n ? ask(context, &signers, false, out) : 0;
}

int check_dkim_envelope(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	struct str sender = context->facts->mail_from, domain = checks_host_of(sender);
	struct signers signers = { .domains = &domain, .domains_n = 1, .itself = true };
	(void)call;
	return domain.len && domain.len < sender.len ? ask(context, &signers, false, out) : 0;
}

/* The server has seen the whole mail. */
int check_dkim_dependable(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	struct checks_auth auth = checks_auth(context, STR("dkim"), CHECKS_ANY);
	(void)call;
	return checks_say(out, auth.field || !has_signature(context) ? CHECKS_YES : CHECKS_MAYBE,
		checks_no_result, STR(""));
}

/* A flag of the key: no server tells it. */
int check_dkim_testing(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	(void)call;
	return checks_say(out, has_signature(context) ? CHECKS_MAYBE : CHECKS_NO, not_told, STR(""));
}

/* check_arc_signed, check_arc_valid; with arguments never, as in SpamAssassin. */
int check_arc(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	bool valid = checks_ends(str_from(call->entry->name), STR("_valid"));
	struct checks_auth auth = checks_auth(context, STR("arc"), CHECKS_ANY);
	const struct auth_result *result = checks_auth_next(&auth);
	bool sealed = has_header(context, "ARC-Seal");
	if (call->args_n)
		return 0;
	if (!result && !auth.open && (!sealed || !valid))
		return checks_hit(out, sealed, STR(""));
	if (result && checks_auth_is(result, "pass"))
		return checks_hit(out, true, result->result);
	if (result && checks_auth_is(result, "fail"))
		return checks_hit(out, !valid, result->result);
	if (result && checks_auth_is(result, "none"))
		return 0;
	return checks_say(out, CHECKS_MAYBE, checks_no_result, STR(""));
}

/* ADSP (RFC 5617): what a domain says of its mail without a signature of its own. Letters as in
 * the check's argument. */
struct adsp_word {
	const char *word;
	char letter;
};
static const struct adsp_word overrides[] = {
	{ "nxdomain", 'N' }, { "unknown", 'U' }, { "all", 'A' }, { "discardable", 'D' },
	{ "custom_low", '1' }, { "custom_med", '2' }, { "custom_high", '3' },
};
/* of the method dkim-adsp */
static const struct adsp_word adsp_results[] = {
	{ "none", 'U' }, { "pass", 'U' }, { "unknown", 'U' }, { "fail", 'A' }, { "discard", 'D' },
	{ "nxdomain", 'N' },
};

static char letter_of(const struct adsp_word *words, size_t n, struct str word)
{
	for (size_t i = 0; i < n; i++)
		if (str_equal_nocase(word, str_from(words[i].word)))
			return words[i].letter;
	return '\0';
}

/* The most exact entry counts, of equal ones the last. '\0': there is none. */
static char adsp_override(const struct check_context *context, struct str domain)
{
	const struct values *values = values_find(context->set, "adsp_override", STR(""));
	size_t best = 0;
	char letter = '\0';
	for (size_t i = 0; values && i < values->n; i++) {
		struct str rest = values->items[i], key, word;
		if (!checks_word(&rest, &key))
			continue;
		bool star = str_equal(key, STR("*")), wild = key.len > 1 && key.ptr[0] == '*';
		size_t exact = star ? 1 : wild ? key.len : SIZE_MAX;
		if (exact < best || !(star || (wild ? checks_ends(domain, str_slice(key, 1, key.len)) :
		    str_equal_nocase(domain, key))))
			continue;
		best = exact;
		letter = checks_word(&rest, &word) ? letter_of(overrides,
			sizeof overrides / sizeof *overrides, word) : 'D';
	}
	return letter;
}

static char adsp_letter(const struct check_context *context, struct str domain)
{
	char letter = adsp_override(context, domain);
	struct checks_auth auth = checks_auth(context, STR("dkim-adsp"), CHECKS_ANY);
	const struct auth_result *result = letter ? NULL : checks_auth_next(&auth);
	if (result)
		letter = letter_of(adsp_results, sizeof adsp_results / sizeof *adsp_results,
			result->result);
	return letter;
}

/* The last label is of letters, and there is another one. */
static bool qualified(struct str domain)
{
	size_t n = 0;
	while (n < domain.len && (ascii_alpha(domain.ptr[domain.len - 1 - n]) ||
	    domain.ptr[domain.len - 1 - n] == '-'))
		n++;
	return n >= 2 && domain.len > n + 1 && domain.ptr[domain.len - 1 - n] == '.';
}

static enum checks_say adsp_of(const struct check_context *context, struct str domain,
	struct str letters)
{
	struct signers signers = { .domains = &domain, .domains_n = 1 };
	char letter = adsp_letter(context, domain);
	bool public = str_find_byte(letters, 'N') != SIZE_MAX ||
		str_find_byte(letters, 'A') != SIZE_MAX || str_find_byte(letters, 'D') != SIZE_MAX;
	if (!qualified(domain) || (letter ? str_find_byte(letters, letter) == SIZE_MAX : !public))
		return CHECKS_NO;
	enum checks_say valid = signatures(context, &signers, false);
	if (valid != CHECKS_NO)
		return valid == CHECKS_YES ? CHECKS_NO : CHECKS_MAYBE;
	return letter ? CHECKS_YES : CHECKS_MAYBE; /* without one DNS would have to be asked */
}

static int ask_adsp(const struct check_context *context, struct str letters,
	const struct str *domains, size_t domains_n, struct check_answer *out)
{
	enum checks_say say = CHECKS_NO;
	struct checks_list authors;
	bool listed = !domains_n;
	if (checks_addresses(context, "From:addr", &authors))
		return -1;
	for (size_t i = 0; i < authors.n && say != CHECKS_YES; i++) {
		struct str domain = checks_host_of(authors.items[i]);
		if (domain.len == authors.items[i].len)
			continue;
		for (size_t k = 0; !listed && k < domains_n; k++)
			listed = domain_is(domain, domains[k], true);
		enum checks_say one = adsp_of(context, domain, letters);
		say = one != CHECKS_NO ? one : say;
	}
	return checks_say(out, listed ? say : CHECKS_NO, "adsp-not-looked-up", STR(""));
}

int check_dkim_adsp(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	struct str letters = checks_argument(call, 0);
	if (str_equal(letters, STR("*")))
		letters = STR("NAD123");
	return ask_adsp(context, letters, call->args + 1, call->args_n ? call->args_n - 1 : 0, out);
}

int check_dkim_signall(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	(void)call;
	return ask_adsp(context, STR("A"), NULL, 0, out);
}

static enum checks_say more(enum checks_say a, enum checks_say b)
{
	return a == CHECKS_YES || b == CHECKS_YES ? CHECKS_YES :
		a == CHECKS_MAYBE || b == CHECKS_MAYBE ? CHECKS_MAYBE : CHECKS_NO;
}

/* "author [signer]": without a signer, the author's own domain. Of a signer that is written as an
 * address, what is before the '@' does not count. */
static enum checks_say welcome_line(const struct check_context *context, struct str author,
	struct str line, bool alone)
{
	struct str pattern, signer, domain = checks_host_of(author);
	struct signers signers = { .domains = &domain, .domains_n = 1 };
	if (!checks_word(&line, &pattern) || !checks_glob(pattern, author))
		return CHECKS_NO;
	if (!alone && checks_word(&line, &signer)) {
		domain = checks_host_of(signer);
		return signatures(context, &signers, false);
	}
	return domain.len < author.len ? signatures(context, &signers, false) : CHECKS_NO;
}

/* welcomelist_from_dkim and welcomelist_auth, or those that come with rules: "def_". */
int check_dkim_welcome(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	static const char *const lists[] = { "welcomelist_from_dkim", "welcomelist_auth",
		"def_welcomelist_from_dkim", "def_welcomelist_auth" };
	bool shipped = str_find(str_from(call->entry->name), STR("_def_")) != SIZE_MAX;
	enum checks_say say = CHECKS_NO;
	struct checks_list authors;
	struct str whom = STR("");
	if (checks_addresses(context, "From:addr", &authors))
		return -1;
	for (size_t k = 0; k < 2; k++) {
		const struct values *values = values_find(context->set, lists[2 * shipped + k],
			STR(""));
		for (size_t i = 0; values && i < values->n; i++)
			for (size_t a = 0; a < authors.n && say != CHECKS_YES; a++) {
				whom = authors.items[a];
				say = more(say, welcome_line(context, whom, values->items[i], k == 1));
			}
	}
	return checks_say(out, say, checks_no_result, whom);
}
