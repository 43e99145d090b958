/* The checks of SPF, DKIM, ARC and DMARC, each asked of results that it hits, of such that it does
 * not, and of such that tell it nothing. */
#include <stdio.h>

#include "rules/testing.h"

enum { RESULTS_MAX = 12, PROPERTIES_MAX = 4, HEADERS_MAX = 6, RELAYS_MAX = 3 };

/* What the server said: "spf=pass(comment) smtp.mailfrom=a@b; dkim=none"; a new line is another
 * field, below, and begins with the number of Received fields above it. */
struct mail {
	struct fact_header headers[HEADERS_MAX];
	struct auth_result results[RESULTS_MAX];
	struct auth_property properties[RESULTS_MAX][PROPERTIES_MAX];
	struct fact_relay relays[RELAYS_MAX];
	struct facts facts;
};

static struct str cut(struct str *rest, char end)
{
	size_t at = str_find_byte(*rest, end);
	struct str word = str_trim(str_slice(*rest, 0, at));
	*rest = at == SIZE_MAX ? STR("") : str_slice(*rest, at + 1, rest->len);
	return word;
}

static void read_result(struct mail *mail, struct str text, unsigned field, unsigned received)
{
	t_need(mail->facts.auth.n < RESULTS_MAX);
	struct auth_result *result = &mail->results[mail->facts.auth.n];
	struct auth_property *properties = mail->properties[mail->facts.auth.n++];
	struct str first = cut(&text, '\t');
	*result = (struct auth_result){ .method = cut(&first, '='), .result = cut(&first, '('),
		.comment = cut(&first, ')'), .properties = properties, .field = field,
		.received = received };
	while (text.len) {
		t_need(result->properties_n < PROPERTIES_MAX);
		struct auth_property *property = &properties[result->properties_n++];
		struct str word = cut(&text, '\t');
		property->type = cut(&word, '.');
		property->name = cut(&word, '=');
		property->value = word;
	}
}

/* Headers one a line; results as above with tabs between the words, NULL: nobody said anything. */
static void read_mail(struct mail *mail, const char *headers, const char *results)
{
	struct str rest = str_from(headers);
	*mail = (struct mail){ .facts = { .day = 20000, .headers = mail->headers,
		.auth = { .items = mail->results }, .relays = mail->relays, .relays_n = 1,
		.mail_from = STR("jo@b.example"), .has_mail_from = true } };
	mail->relays[0] = (struct fact_relay){ .ip_text = STR("198.51.100.7"), .has_ip = true,
		.envfrom = mail->facts.mail_from };
	while (rest.len) {
		struct str line = cut(&rest, '\n'), name = cut(&line, ':');
		t_need(mail->facts.headers_n < HEADERS_MAX);
		mail->headers[mail->facts.headers_n++] = (struct fact_header){ name, line, line };
	}
	rest = str_from(results);
	for (unsigned field = 1; rest.len; field++) {
		struct str line = cut(&rest, '\n');
		unsigned received = 0;
		if (line.len && ascii_digit(line.ptr[0]))
			received = (unsigned)(cut(&line, ' ').ptr[0] - '0');
		while (line.len)
			read_result(mail, cut(&line, ';'), field, received);
	}
}

/* "A": it hits, "A:why": unknown, "": it does not */
static const char *said(const char *call, const char *settings, struct mail *mail)
{
	static char text[300];
	char rules[700];
	struct diags diags = { 0 };
	struct ruleset_options options = { .today = 20000, .trusts_authserv = true };
	snprintf(rules, sizeof rules, "header A eval:%s\n%s\nscore A 1\n", call, settings);
	const char *path = rules_file("auth.cf", rules);
	struct ruleset *set = ruleset_load(&path, 1, &options, &diags);
	if (!set)
		diags_print(&diags, stdout);
	t_need(set != NULL);
	struct asked asked = rules_ask(set, &mail->facts, FACT_MESSAGE);
	snprintf(text, sizeof text, "%s", rules_names(&asked.verdict));
	arena_free(&asked.arena);
	ruleset_free(&set);
	diags_clear(&diags);
	return text;
}

struct auth_case {
	const char *call, *results, *said;
};

static void ask_cases(const struct auth_case *cases, size_t n, const char *headers,
	const char *settings)
{
	for (size_t i = 0; i < n; i++) {
		struct mail mail;
		read_mail(&mail, headers, cases[i].results);
		const char *found = said(cases[i].call, settings, &mail);
		if (strcmp(found, cases[i].said) != 0)
			printf("# %s of: %s\n", cases[i].call, cases[i].results);
		t_str(found, cases[i].said);
	}
}
#define ASK(cases, headers, settings) \
	ask_cases((cases), sizeof (cases) / sizeof *(cases), (headers), (settings))

#define NOTHING "A:no-auth-result"
#define SIGNED "From: jo@b.example\nDKIM-Signature: v=1; d=b.example"

T_TEST(spf)
{
	static const struct auth_case cases[] = {
		{ "check_for_spf_pass()", "spf=pass\tsmtp.mailfrom=b.example", "A" },
		{ "check_for_spf_pass()", "spf=fail\tsmtp.mailfrom=b.example", "" },
		{ "check_for_spf_fail()", "SPF=FAIL\tsmtp.mailfrom=b.example", "A" },
		{ "check_for_spf_fail()", "spf=hardfail", "A" },
		{ "check_for_spf_fail()", "spf=softfail", "" },
		{ "check_for_spf_softfail()", "spf=softfail", "A" },
		{ "check_for_spf_softfail()", "spf=neutral", "" },
		{ "check_for_spf_neutral()", "spf=neutral", "A" },
		{ "check_for_spf_neutral()", "spf=policy", "" },
		{ "check_for_spf_none()", "spf=none", "A" },
		{ "check_for_spf_none()", "spf=pass", "" },
		{ "check_for_spf_permerror()", "spf=permerror", "A" },
		{ "check_for_spf_permerror()", "spf=temperror", "" },
		{ "check_for_spf_temperror()", "spf=temperror", "A" },
		{ "check_for_spf_temperror()", "spf=permerror", "" },
		/* that nobody has looked is not "none" */
		{ "check_for_spf_none()", "", NOTHING },
		{ "check_for_spf_fail()", "dkim=pass", NOTHING },
		{ "check_for_spf_fail()", "spf=whatever", NOTHING },
		/* HELO apart */
		{ "check_for_spf_helo_pass()", "spf=pass\tsmtp.helo=b.example", "A" },
		{ "check_for_spf_helo_pass()", "spf=pass\tsmtp.mailfrom=b.example", NOTHING },
		{ "check_for_spf_pass()", "spf=pass\tsmtp.helo=b.example", NOTHING },
		{ "check_for_spf_helo_fail()", "spf=pass\tsmtp.mailfrom=b;spf=fail\tsmtp.helo=b", "A" },
		{ "check_for_spf_helo_softfail()", "spf=softfail\tsmtp.helo=b", "A" },
		{ "check_for_spf_helo_neutral()", "spf=neutral\tsmtp.helo=b", "A" },
		{ "check_for_spf_helo_none()", "spf=none\tsmtp.helo=b", "A" },
		{ "check_for_spf_helo_none()", "spf=pass\tsmtp.helo=b", "" },
		{ "check_for_spf_helo_permerror()", "spf=permerror\tsmtp.helo=b", "A" },
		{ "check_for_spf_helo_temperror()", "spf=temperror\tsmtp.helo=b", "A" },
		{ "check_for_spf_helo_temperror()", "spf=temperror\tsmtp.mfrom=b", NOTHING },
	};
	ASK(cases, "From: jo@b.example", "");
}

T_TEST(the_topmost_field_of_a_method_counts)
{
	static const struct auth_case cases[] = {
		{ "check_for_spf_pass()", "spf=fail\nspf=pass", "" },
		{ "check_for_spf_fail()", "spf=fail\nspf=pass", "A" },
		{ "check_for_spf_pass()", "dkim=pass\nspf=pass", "A" },
		{ "check_dkim_valid()", "dkim=fail\ndkim=pass", "" },
		{ "check_dkim_valid()", "dkim=fail;spf=pass;dkim=pass", "A" },
		/* below a Received line of the client's it came with the mail */
		{ "check_for_spf_pass()", "0 spf=pass", "A" },
		{ "check_for_spf_pass()", "1 spf=pass", NOTHING },
		{ "check_for_spf_pass()", "1 spf=pass\n0 dkim=none", NOTHING },
	};
	ASK(cases, "From: jo@b.example", "");
}

T_TEST(fields_of_our_own_relays_count)
{
	struct mail mail;
	read_mail(&mail, "From: jo@b.example", "1 spf=pass\n2 spf=fail");
	mail.relays[0].ip_text = STR("10.0.0.1"); /* ours */
	mail.relays[1] = (struct fact_relay){ .ip_text = STR("198.51.100.7"), .has_ip = true,
		.received = 1 };
	mail.facts.relays_n = 2;
	t_str(said("check_for_spf_pass()", "", &mail), "A");
	t_str(said("check_for_spf_pass()", "trusted_networks 192.0.2.1", &mail), NOTHING);
	mail.results[0].received = 2;
	t_str(said("check_for_spf_pass()", "", &mail), NOTHING);
}

T_TEST(what_was_cut_off_is_unknown)
{
	struct mail mail;
	read_mail(&mail, SIGNED, "spf=fail\ndkim=fail;arc=none");
	mail.facts.auth.cut = true;
	t_str(said("check_for_spf_fail()", "", &mail), "A");
	t_str(said("check_for_spf_pass()", "", &mail), "");
	t_str(said("check_dkim_valid()", "", &mail), "A:no-auth-result-domain");
	t_str(said("check_authres_result('dkim', 'pass')", "", &mail), "A:auth-limit");
	t_str(said("check_authres_result('spf', 'fail')", "", &mail), "A");
	t_str(said("check_authres_result('dkim', 'missing')", "", &mail), "");
	t_str(said("check_authres_result('dmarc', 'missing')", "", &mail), "A:auth-limit");
	read_mail(&mail, "From: jo@b.example", "");
	mail.facts.auth.cut = true; /* fields of the mail, too */
	t_str(said("check_dkim_signed()", "", &mail), NOTHING);
	t_str(said("check_arc_signed()", "", &mail), NOTHING);
}

T_TEST(the_sender_of_the_envelope)
{
	struct mail mail;
	read_mail(&mail, "From: jo@b.example", "");
	t_str(said("check_spf_skipped_noenvfrom()", "", &mail), "");
	mail.facts.mail_from = mail.relays[0].envfrom = STR("");
	t_str(said("check_spf_skipped_noenvfrom()", "", &mail), "A");
	read_mail(&mail, "From: jo@b.example", "");
	mail.relays[1] = mail.relays[0];
	mail.relays[0].ip_text = STR("10.0.0.1");
	mail.relays[1].envfrom = STR("");
	mail.facts.relays_n = 2;
	t_str(said("check_spf_skipped_noenvfrom()", "", &mail), "A");
	mail.relays[1].envfrom = STR("jo@b.example");
	t_str(said("check_spf_skipped_noenvfrom()", "", &mail), "");
}

T_TEST(spf_welcomelists)
{
	static const struct auth_case cases[] = {
		{ "check_for_spf_welcomelist_from()", "spf=pass\tsmtp.mailfrom=b.example", "A" },
		{ "check_for_spf_whitelist_from()", "spf=pass", "A" },
		{ "check_for_spf_welcomelist_from()", "spf=fail\tsmtp.mailfrom=b.example", "" },
		{ "check_for_spf_welcomelist_from()", "spf=pass\tsmtp.mailfrom=other.example",
		  "A:other-sender" },
		{ "check_for_spf_welcomelist_from()", "spf=pass\tsmtp.mailfrom=jo@other.example", "" },
		{ "check_for_spf_welcomelist_from()", "spf=pass\tsmtp.mailfrom=mo@c.example", "A" },
		{ "check_for_spf_welcomelist_from()", "", NOTHING },
		{ "check_for_def_spf_welcomelist_from()", "spf=pass", "" },
		{ "check_for_def_spf_welcomelist_from()", "", "" },
		{ "check_for_def_spf_whitelist_from()", "spf=pass\tsmtp.mailfrom=x@d.example", "A" },
		{ "check_for_def_spf_welcomelist_from()", "spf=pass\tsmtp.mailfrom=x@e.example", "A" },
	};
	ASK(cases, "From: jo@b.example", "welcomelist_from_spf *@b.example\n"
		"welcomelist_auth mo@c.example\ndef_welcomelist_from_spf *@d.example\n"
		"def_welcomelist_auth *@e.example\n");
}

T_TEST(dmarc)
{
	static const struct auth_case cases[] = {
		{ "check_dmarc_pass()", "dmarc=pass", "A" },
		{ "check_dmarc_pass()", "dmarc=fail", "" },
		{ "check_dmarc_pass()", "", NOTHING },
		{ "check_dmarc_reject()", "dmarc=fail\tpolicy.dmarc=reject", "A" },
		{ "check_dmarc_reject()", "dmarc=fail(p=reject dis=none)", "A" },
		{ "check_dmarc_reject()", "dmarc=fail(up=reject p=none)", "" },
		{ "check_dmarc_reject()", "dmarc=fail(p=reject)\tpolicy.dmarc=none", "" },
		{ "check_dmarc_reject()", "dmarc=fail", "A:no-dmarc-policy" },
		{ "check_dmarc_reject()", "dmarc=pass(p=reject)", "" },
		{ "check_dmarc_quarantine()", "dmarc=fail(policy=quarantine)", "A" },
		{ "check_dmarc_quarantine()", "dmarc=fail(p=reject)", "" },
		{ "check_dmarc_none()", "dmarc=fail(p=NONE,d=none)", "A" },
		{ "check_dmarc_none()", "dmarc=none", "" },
		{ "check_dmarc_missing()", "dmarc=none", "A" },
		{ "check_dmarc_missing()", "dmarc=bestguesspass", "A" },
		{ "check_dmarc_missing()", "dmarc=pass", "" },
		{ "check_dmarc_missing()", "", NOTHING },
		{ "check_dmarc_pass()", "dmarc=temperror", "A:dmarc-error" },
	};
	ASK(cases, "From: jo@b.example", "");
}

T_TEST(any_method)
{
	static const struct auth_case cases[] = {
		{ "check_authres_result('spf', 'pass')", "spf=pass", "A" },
		{ "check_authres_result('spf', 'PASS')", "spf=fail", "" },
		{ "check_authres_result('dkim', 'pass')", "dkim=fail;dkim=pass", "A" },
		{ "check_authres_result('dkim', 'fail')", "dkim=fail;dkim=pass", "" },
		{ "check_authres_result('iprev', 'fail')", "iprev=fail", "A" },
		{ "check_authres_result('iprev', 'missing')", "iprev=fail", "" },
		{ "check_authres_result('iprev', 'missing')", "", "A" },
		{ "check_authres_result('iprev', 'pass')", "", "" },
	};
	ASK(cases, "From: jo@b.example", "");
}

T_TEST(dkim)
{
	static const struct auth_case cases[] = {
		{ "check_dkim_signed()", "dkim=fail", "A" },
		{ "check_dkim_signed()", "dkim=none", "" },
		{ "check_dkim_signed()", "", "A" }, /* the field is there */
		{ "check_dkim_signed('b.example')", "", NOTHING },
		{ "check_dkim_signed('b.example')", "dkim=fail\theader.d=b.example", "A" },
		{ "check_dkim_signed('b.example')", "dkim=fail\theader.d=c.example", "" },
		{ "check_dkim_valid()", "dkim=pass", "A" },
		{ "check_dkim_valid()", "dkim=permerror;dkim=neutral;dkim=policy", "" },
		{ "check_dkim_valid()", "dkim=temperror", "A:no-auth-result-domain" },
		{ "check_dkim_valid()", "dkim=temperror;dkim=pass", "A" },
		{ "check_dkim_valid()", "", NOTHING },
		{ "check_dkim_verified()", "dkim=pass", "A" },
		{ "check_dkim_valid('b.example')", "dkim=pass\theader.i=@b.example", "A" },
		{ "check_dkim_valid('b.example')", "dkim=pass\theader.i=@m.b.example", "" },
		{ "check_dkim_valid('*.b.example')", "dkim=pass\theader.i=x@m.b.example", "A" },
		{ "check_dkim_valid('*.b.example')", "dkim=pass\theader.d=b.example", "A" },
		{ "check_dkim_valid('*.b.example')", "dkim=pass\theader.d=ab.example", "" },
		{ "check_dkim_valid('c.example','b.example')", "dkim=pass\theader.d=b.example", "A" },
		{ "check_dkim_valid('b.example')", "dkim=pass", "A:no-auth-result-domain" },
		{ "check_dkim_valid('b.example')", "dkim=temperror\theader.d=c.example", "" },
		{ "check_dkim_valid_author_sig()", "dkim=pass\theader.d=B.example", "A" },
		{ "check_dkim_valid_author_sig()", "dkim=pass\theader.d=c.example", "" },
		{ "check_dkim_valid_author_sig()", "dkim=fail\theader.d=b.example", "" },
		{ "check_dkim_valid_author_sig('c.example')", "dkim=pass\theader.d=b.example", "" },
		{ "check_dkim_valid_envelopefrom()", "dkim=pass\theader.d=b.example", "A" },
		{ "check_dkim_valid_envelopefrom()", "dkim=pass\theader.d=c.example", "" },
		{ "check_dkim_dependable()", "dkim=fail", "A" },
		{ "check_dkim_dependable()", "", NOTHING },
		{ "check_dkim_testing()", "dkim=pass", "A:not-told" },
		{ "check_dkim_signsome()", "dkim=pass", "" },
	};
	ASK(cases, SIGNED, "");
}

T_TEST(a_mail_without_signatures_needs_no_server)
{
	static const struct auth_case cases[] = {
		{ "check_dkim_signed()", "", "" },
		{ "check_dkim_valid()", "", "" },
		{ "check_dkim_valid_author_sig()", "", "" },
		{ "check_dkim_dependable()", "", "A" },
		{ "check_dkim_testing()", "", "" },
		{ "check_arc_signed()", "", "" },
		{ "check_arc_valid()", "", "" },
	};
	ASK(cases, "From: jo@b.example", "");
}

T_TEST(arc)
{
	static const struct auth_case cases[] = {
		{ "check_arc_signed()", "", "A" },
		{ "check_arc_signed()", "arc=none", "" },
		{ "check_arc_signed()", "arc=fail", "A" },
		{ "check_arc_signed('b.example')", "arc=pass", "" },
		{ "check_arc_valid()", "arc=pass", "A" },
		{ "check_arc_valid()", "arc=fail", "" },
		{ "check_arc_valid()", "", NOTHING },
		{ "check_arc_valid()", "arc=temperror", NOTHING },
	};
	ASK(cases, "From: jo@b.example\nARC-Seal: i=1; cv=none", "");
}

T_TEST(adsp)
{
	static const struct auth_case cases[] = {
		{ "check_dkim_adsp('D')", "dkim=fail\theader.d=b.example", "A" },
		{ "check_dkim_adsp('D')", "dkim=pass\theader.d=c.example", "A" },
		{ "check_dkim_adsp('D')", "dkim=pass\theader.d=b.example", "" },
		{ "check_dkim_adsp('D')", "", "A:adsp-not-looked-up" },
		{ "check_dkim_adsp('*', 'b.example')", "dkim=none", "A" },
		{ "check_dkim_adsp('*', 'c.example')", "dkim=none", "" },
		{ "check_dkim_adsp('N')", "dkim=none", "" },
		{ "check_dkim_adsp('1')", "dkim=none", "" },
		{ "check_dkim_signall()", "dkim=none", "" },
	};
	ASK(cases, SIGNED, "adsp_override *.b.example all\nadsp_override b.example\n"
		"adsp_override * custom_low");
	static const struct auth_case others[] = {
		{ "check_dkim_adsp('1')", "dkim=none", "" },
		{ "check_dkim_adsp('A')", "dkim=none", "A:adsp-not-looked-up" },
		{ "check_dkim_adsp('A')", "dkim=none;dkim-adsp=fail", "A" },
		{ "check_dkim_adsp('N')", "dkim=none;dkim-adsp=nxdomain", "A" },
		{ "check_dkim_adsp('N')", "dkim=none;dkim-adsp=unknown", "" },
	};
	ASK(others, SIGNED, "adsp_override *.b.example all\nadsp_override c.example custom_low");
	static const struct auth_case below[] = {
		{ "check_dkim_signall()", "dkim=none", "A" },
		{ "check_dkim_adsp('2')", "dkim=none", "" },
	};
	ASK(below, "From: jo@m.b.example",
		"adsp_override *.b.example all\nadsp_override * custom_med");
}

T_TEST(dkim_welcomelists)
{
	static const struct auth_case cases[] = {
		{ "check_for_dkim_welcomelist_from()", "dkim=pass\theader.d=b.example", "A" },
		{ "check_for_dkim_whitelist_from()", "dkim=pass\theader.d=esp.example", "A" },
		{ "check_for_dkim_welcomelist_from()", "dkim=pass\theader.d=m.esp.example", "" },
		{ "check_for_dkim_welcomelist_from()", "dkim=pass\theader.d=m.news.example", "A" },
		{ "check_for_dkim_welcomelist_from()", "dkim=pass\theader.d=news.example", "" },
		{ "check_for_dkim_welcomelist_from()", "dkim=fail\theader.d=b.example", "" },
		{ "check_for_dkim_welcomelist_from()", "", NOTHING },
		{ "check_for_def_dkim_welcomelist_from()", "dkim=pass\theader.d=b.example", "" },
		{ "check_for_def_dkim_welcomelist_from()", "", "" },
	};
	ASK(cases, SIGNED, "welcomelist_from_dkim jo@b.example esp.example\n"
		"welcomelist_from_dkim *@b.example *.news.example\nwelcomelist_auth *@b.example\n"
		"def_welcomelist_auth *@c.example");
	static const struct auth_case shipped[] = {
		{ "check_for_def_dkim_welcomelist_from()", "dkim=pass\theader.d=b.example", "A" },
		{ "check_for_def_dkim_whitelist_from()", "dkim=pass\theader.d=c.example", "" },
		{ "check_for_dkim_welcomelist_from()", "dkim=pass\theader.d=b.example", "" },
	};
	ASK(shipped, SIGNED, "def_welcomelist_from_dkim *@b.example");
}

T_TEST(nobody_is_trusted)
{
	struct diags diags = { 0 };
	struct mail mail;
	struct ruleset *set = rules_try("header SPF eval:check_for_spf_fail()\n"
		"header DKIM eval:check_dkim_valid()\nmeta NOT_VALID !DKIM\n"
		"header NO_SENDER eval:check_spf_skipped_noenvfrom()\n", &diags);
	t_need(set != NULL);
	t_int((long)diags.n, 1);
	t_true(strstr(diags.items[0].text, "'TrustedAuthservIDs' is not set"));
	t_true(strstr(diags.items[0].text, ": 2; metas that need them: 1"));
	t_str(ruleset_rule(set, 0).absent, "TrustedAuthservIDs");
	t_true(!ruleset_rule(set, 2).runs && ruleset_rule(set, 3).runs);
	t_true(!ruleset_needs_auth(set));
	read_mail(&mail, SIGNED, "spf=fail;dkim=fail"); /* whoever filled that in */
	struct asked asked = rules_ask(set, &mail.facts, FACT_MESSAGE);
	t_str(rules_names(&asked.verdict), "");
	arena_free(&asked.arena);
	ruleset_free(&set);
	diags_clear(&diags);
}
