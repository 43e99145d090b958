/* rules/parse_ignored: settings of SpamAssassin's that are read and change nothing here.
 *
 * Only such as cannot change what a rule says. Where an admin may think that one does, a warning
 * says what to set instead. "*" at the end stands for any more letters.
 */
#include "rules/parse.h"

static const char in_conf[] =
	"thresholds are TagScore, QuarantineScore and RejectScore of depeer.conf";
static const char in_authserv[] =
	"the servers to believe are TrustedAuthservIDs of depeer.conf";
static const char built_in[] = "what depeer knows of a plugin is built in";
static const char always_utf8[] = "texts are always taken to UTF-8";
static const char sizes[] = "depeer has the size that is SpamAssassin's default";

static const struct keyword ignored[] = {
	/* reports and header fields of SpamAssassin's own: depeer writes its own */
	{ "report*", parse_ignored, 0, NULL, NULL },
	{ "unsafe_report", parse_ignored, 0, NULL, NULL },
	{ "clear_report_template", parse_ignored, 0, NULL, NULL },
	{ "clear_unsafe_report_template", parse_ignored, 0, NULL, NULL },
	{ "add_header", parse_ignored, 0, NULL, NULL },
	{ "remove_header", parse_ignored, 0, NULL, NULL },
	{ "clear_headers", parse_ignored, 0, NULL, NULL },
	{ "fold_headers", parse_ignored, 0, NULL, NULL },
	{ "rewrite_header", parse_ignored, 0, NULL, NULL },
	{ "subjprefix", parse_ignored, 0, NULL, NULL },
	{ "version_tag", parse_ignored, 0, NULL, NULL },
	/* learning and what is kept from mail to mail: there is none; checks that ask are absent */
	{ "use_bayes*", parse_ignored, 0, NULL, NULL },
	{ "bayes_*", parse_ignored, 0, NULL, NULL },
	{ "use_learner", parse_ignored, 0, NULL, NULL },
	{ "use_auto_w*", parse_ignored, 0, NULL, NULL },
	{ "auto_w*", parse_ignored, 0, NULL, NULL },
	{ "use_txrep", parse_ignored, 0, NULL, NULL },
	{ "txrep_*", parse_ignored, 0, NULL, NULL },
	/* tests that ask the network: absent, and so are the checks that ask for them */
	{ "dns_*", parse_ignored, 0, NULL, NULL },
	{ "clear_dns_*", parse_ignored, 0, NULL, NULL },
	{ "rbl_*", parse_ignored, 0, NULL, NULL },
	{ "skip_rbl_checks", parse_ignored, 0, NULL, NULL },
	{ "uridnsbl*", parse_ignored, 0, NULL, NULL },
	{ "uridnssub", parse_ignored, 0, NULL, NULL },
	{ "urirhs*", parse_ignored, 0, NULL, NULL },
	{ "urinsrhs*", parse_ignored, 0, NULL, NULL },
	{ "urifullnsrhs*", parse_ignored, 0, NULL, NULL },
	{ "clear_uridnsbl_skip_domain", parse_ignored, 0, NULL, NULL },
	{ "asn_*", parse_ignored, 0, NULL, NULL },
	{ "clear_asn_lookups", parse_ignored, 0, NULL, NULL },
	{ "hashbl_*", parse_ignored, 0, NULL, NULL },
	{ "use_dcc", parse_ignored, 0, NULL, NULL },
	{ "dcc_*", parse_ignored, 0, NULL, NULL },
	{ "use_pyzor", parse_ignored, 0, NULL, NULL },
	{ "pyzor_*", parse_ignored, 0, NULL, NULL },
	{ "use_razor2", parse_ignored, 0, NULL, NULL },
	{ "razor_*", parse_ignored, 0, NULL, NULL },
	{ "spf_*", parse_ignored, 0, NULL, NULL },
	{ "do_not_use_mail_spf*", parse_ignored, 0, NULL, NULL },
	{ "ignore_received_spf_header", parse_ignored, 0, NULL, NULL },
	{ "use_newest_received_spf_header", parse_ignored, 0, NULL, NULL },
	{ "dkim_*", parse_ignored, 0, NULL, NULL },
	{ "use_dmarc*", parse_ignored, 0, NULL, NULL },
	{ "dmarc_*", parse_ignored, 0, NULL, NULL },
	{ "url_shortener_*", parse_ignored, 0, NULL, NULL },
	{ "geodb_*", parse_ignored, 0, NULL, NULL },
	{ "country_db_*", parse_ignored, 0, NULL, NULL },
	{ "fns_*", parse_ignored, 0, NULL, NULL },
	{ "ok_languages", parse_ignored, 0, NULL, NULL },
	{ "inactive_languages", parse_ignored, 0, NULL, NULL },
	{ "textcat_*", parse_ignored, 0, NULL, NULL },
	/* the envelope is known, not guessed from fields */
	{ "envelope_sender_header", parse_ignored, 0, NULL, NULL },
	{ "always_trust_envelope_sender", parse_ignored, 0, NULL, NULL },
	/* how SpamAssassin runs, and reads its files */
	{ "time_limit", parse_ignored, 0, NULL, NULL },
	{ "lock_method", parse_ignored, 0, NULL, NULL },
	{ "allow_user_rules", parse_ignored, 0, NULL, NULL },
	{ "user_scores_*", parse_ignored, 0, NULL, NULL },
	{ "reuse", parse_ignored, 0, NULL, NULL },
	{ "run_reuse_tests_only", parse_ignored, 0, NULL, NULL },
	/* with a warning */
	{ "required_score", parse_ignored, 0, in_conf, NULL },
	{ "required_hits", parse_ignored, 0, in_conf, NULL },
	{ "authres_*", parse_ignored, 0, in_authserv, NULL },
	{ "loadplugin", parse_ignored, 0, built_in, NULL },
	{ "tryplugin", parse_ignored, 0, built_in, NULL },
	{ "normalize_charset", parse_ignored, 0, always_utf8, NULL },
	{ "body_part_scan_size", parse_ignored, 0, sizes, NULL },
	{ "rawbody_part_scan_size", parse_ignored, 0, sizes, NULL },
};

const struct keyword *parse_ignored_settings(size_t *n)
{
	*n = sizeof ignored / sizeof *ignored;
	return ignored;
}

void parse_ignored(struct parser *parser, const struct keyword *keyword, struct lex_line *line)
{
	if (keyword->of)
		diags_add(parser->diags, DIAG_WARNING, parse_start(line),
			"'%s' has no effect: %s", keyword->name, keyword->of);
}
