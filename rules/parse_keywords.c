/* rules/parse_keywords: which words begin a statement, and which are known and not here yet.
 */
#include <string.h>

#include "base/suggest.h"
#include "rules/parse.h"

static const struct keyword keywords[] = {
	{ "header", parse_definition, RULE_HEADER },
	{ "body", parse_definition, RULE_BODY },
	{ "uri", parse_definition, RULE_URI },
	{ "full", parse_definition, RULE_FULL },
	{ "meta", parse_definition, RULE_META },
	{ "network", parse_definition, RULE_NETWORK },
	{ "score", parse_score, 0 },
	{ "describe", parse_describe, 0 },
	{ "tflags", parse_tflags, 0 },
	{ "expires", parse_expires, 0 },
	{ "network_list", parse_network_list, 0 },
	{ "include", parse_include, 0 },
	{ "if", parse_if, 0 },
	{ "ifplugin", parse_ifplugin, 0 },
	{ "else", parse_else, 0 },
	{ "endif", parse_endif, 0 },
	{ "require_version", parse_require_version, 0 },
	{ "lang", parse_lang, 0 },
};

/* Kinds of rule that are not here yet: refused, but the name is taken for known, so that metas
 * that use it are not reported as well. */
static const struct keyword absent_rules[] = {
	{ "rawbody", parse_absent_rule, 0 }, { "mimeheader", parse_absent_rule, 0 },
	{ "uri_detail", parse_absent_rule, 0 }, { "askdns", parse_absent_rule, 0 },
};

/* SpamAssassin's words that depeer refuses, so that nothing of an admin's file is left out in
 * silence. `instead`: where the same thing is set here. */
struct absent {
	const char *name, *instead;
};
static const char in_conf[] =
	"thresholds are TagScore, QuarantineScore and RejectScore of depeer.conf";
static const struct absent absent[] = {
	{ "replace_tag", NULL }, { "replace_rules", NULL }, { "replace_pre", NULL },
	{ "replace_post", NULL }, { "replace_inter", NULL }, { "replace_start", NULL },
	{ "replace_end", NULL }, { "test", NULL }, { "priority", NULL }, { "shortcircuit", NULL },
	{ "trusted_networks", NULL }, { "internal_networks", NULL }, { "msa_networks", NULL },
	{ "clear_trusted_networks", NULL }, { "clear_internal_networks", NULL },
	{ "clear_msa_networks", NULL }, { "originating_ip_headers", NULL },
	{ "clear_originating_ip_headers", NULL }, { "envelope_sender_header", NULL },
	{ "always_trust_envelope_sender", NULL }, { "dns_available", NULL },
	{ "dns_query_restriction", NULL }, { "dns_block_rule", NULL }, { "rbl_headers", NULL },
	{ "uridnsbl", NULL }, { "uridnssub", NULL }, { "urirhsbl", NULL }, { "urirhssub", NULL },
	{ "urinsrhsbl", NULL }, { "urinsrhssub", NULL }, { "urifullnsrhsbl", NULL },
	{ "urifullnsrhssub", NULL }, { "uridnsbl_skip_domain", NULL },
	{ "clear_uridnsbl_skip_domain", NULL }, { "uri_block_cc", NULL }, { "uri_block_cont", NULL },
	{ "uri_block_isp", NULL }, { "uri_block_cidr", NULL }, { "uri_block_asn", NULL },
	{ "uri_block_exclude", NULL }, { "asn_lookup", NULL }, { "clear_asn_lookups", NULL },
	{ "enlist_uri_host", NULL }, { "delist_uri_host", NULL }, { "enlist_addrlist", NULL },
	{ "freemail_domains", NULL }, { "freemail_whitelist", NULL }, { "freemail_welcomelist", NULL },
	{ "blocklist_from", NULL }, { "blocklist_to", NULL }, { "blacklist_from", NULL },
	{ "blacklist_to", NULL }, { "blocklist_uri_host", NULL }, { "blacklist_uri_host", NULL },
	{ "welcomelist_from", NULL }, { "welcomelist_to", NULL }, { "welcomelist_auth", NULL },
	{ "welcomelist_from_rcvd", NULL }, { "welcomelist_from_spf", NULL },
	{ "welcomelist_from_dkim", NULL }, { "def_welcomelist_from_rcvd", NULL },
	{ "def_welcomelist_auth", NULL }, { "def_welcomelist_from_spf", NULL },
	{ "def_welcomelist_from_dkim", NULL }, { "welcomelist_uri_host", NULL },
	{ "whitelist_from", NULL }, { "whitelist_to", NULL }, { "whitelist_auth", NULL },
	{ "whitelist_from_rcvd", NULL }, { "whitelist_from_spf", NULL },
	{ "whitelist_from_dkim", NULL }, { "def_whitelist_from_rcvd", NULL },
	{ "def_whitelist_auth", NULL }, { "def_whitelist_from_spf", NULL },
	{ "def_whitelist_from_dkim", NULL }, { "whitelist_uri_host", NULL },
	{ "unwelcomelist_from", NULL }, { "unwhitelist_from", NULL }, { "unblocklist_from", NULL },
	{ "unblacklist_from", NULL }, { "more_spam_to", NULL }, { "all_spam_to", NULL },
	{ "adsp_override", NULL }, { "redirector_pattern", NULL }, { "util_rb_tld", NULL },
	{ "util_rb_2tld", NULL }, { "util_rb_3tld", NULL }, { "clear_util_rb", NULL },
	{ "url_shortener", NULL }, { "subjprefix", NULL }, { "rewrite_header", NULL },
	{ "add_header", NULL }, { "remove_header", NULL }, { "clear_headers", NULL },
	{ "report_safe", NULL }, { "report", NULL }, { "clear_report_template", NULL },
	{ "unsafe_report", NULL }, { "clear_unsafe_report_template", NULL },
	{ "report_contact", NULL }, { "ok_locales", NULL }, { "ok_languages", NULL },
	{ "normalize_charset", NULL }, { "required_score", in_conf }, { "required_hits", in_conf },
	{ "use_bayes", NULL }, { "use_bayes_rules", NULL }, { "bayes_auto_learn", NULL },
	{ "bayes_ignore_header", NULL }, { "bayes_ignore_from", NULL }, { "bayes_ignore_to", NULL },
	{ "skip_rbl_checks", NULL }, { "loadplugin", NULL }, { "tryplugin", NULL },
	{ "reuse", NULL }, { "time_limit", NULL }, { "enable_compat", NULL },
	{ "version_tag", NULL }, { "geodb_module", NULL }, { "country_db_type", NULL },
};

/* Keywords are compared with case folded and "-" taken for "_". */
static bool same_word(struct str word, const char *known)
{
	size_t n = strlen(known);
	for (size_t i = 0; i < n && i < word.len; i++) {
		char c = word.ptr[i] == '-' ? '_' : ascii_lower(word.ptr[i]);
		if (c != known[i])
			return false;
	}
	return word.len == n;
}

static bool report_absent(struct str name, struct place place, struct diags *diags)
{
	for (size_t i = 0; i < sizeof absent / sizeof *absent; i++) {
		if (!same_word(name, absent[i].name))
			continue;
		diags_add(diags, DIAG_ERROR, place, "'%s' is not supported yet%s%s", absent[i].name,
			absent[i].instead ? ": " : "", absent[i].instead ? absent[i].instead : "");
		return true;
	}
	return false;
}

/* `diags` may be NULL: then an unknown word is no error (in a block that is skipped). */
const struct keyword *parse_keyword(struct str name, struct place place, struct diags *diags)
{
	struct suggest suggest = suggest_begin(name);
	char hint[80];
	for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
		if (same_word(name, keywords[i].name))
			return &keywords[i];
	for (size_t i = 0; i < sizeof absent_rules / sizeof *absent_rules; i++)
		if (same_word(name, absent_rules[i].name))
			return &absent_rules[i];
	if (!diags || report_absent(name, place, diags))
		return NULL;
	for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
		suggest_offer(&suggest, keywords[i].name);
	diags_add(diags, DIAG_ERROR, place, "unknown keyword '%.*s'%s", PARSE_SHOW(name),
		suggest_text(&suggest, hint, sizeof hint));
	return NULL;
}
