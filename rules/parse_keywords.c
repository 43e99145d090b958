/* rules/parse_keywords: which words begin a statement, and which are known and not here yet.
 */
#include <string.h>

#include "base/suggest.h"
#include "rules/detail.h"
#include "rules/parse.h"
#include "rules/uri_block.h"

static const struct keyword keywords[] = {
	{ "header", parse_definition, RULE_HEADER, NULL, NULL },
	{ "body", parse_definition, RULE_BODY, NULL, NULL },
	{ "rawbody", parse_definition, RULE_RAWBODY, NULL, NULL },
	{ "mimeheader", parse_definition, RULE_MIMEHEADER, NULL, NULL },
	{ "uri", parse_definition, RULE_URI, NULL, NULL },
	{ "full", parse_definition, RULE_FULL, NULL, NULL },
	{ "meta", parse_definition, RULE_META, NULL, NULL },
	{ "network", parse_definition, RULE_NETWORK, NULL, NULL },
	{ "flux", parse_definition, RULE_FLUX, NULL, NULL },
	{ "askdns", parse_definition, RULE_ASKDNS, NULL, NULL },
	{ "uri_detail", parse_definition, RULE_URI_DETAIL, NULL, NULL },
	{ "uri_block_cc", parse_uri_block, URI_BLOCK_CC, NULL, NULL },
	{ "uri_block_cont", parse_uri_block, URI_BLOCK_CONT, NULL, NULL },
	{ "uri_block_isp", parse_uri_block, URI_BLOCK_ISP, NULL, NULL },
	{ "uri_block_cidr", parse_uri_block, URI_BLOCK_CIDR, NULL, NULL },
	{ "uri_block_asn", parse_uri_block, URI_BLOCK_ASN, NULL, NULL },
	{ "uri_block_exclude", parse_uri_block, URI_BLOCK_EXCLUDE, NULL, NULL },
	{ "redirector_pattern", parse_redirector, 0, NULL, NULL },
	{ "score", parse_score, 0, NULL, NULL },
	{ "describe", parse_describe, 0, NULL, NULL },
	{ "tflags", parse_tflags, 0, NULL, NULL },
	{ "expires", parse_expires, 0, NULL, NULL },
	{ "network_list", parse_network_list, 0, NULL, NULL },
	{ "max_age", parse_max_age, 0, NULL, NULL },
	{ "include", parse_include, 0, NULL, NULL },
	{ "if", parse_if, 0, NULL, NULL },
	{ "ifplugin", parse_ifplugin, 0, NULL, NULL },
	{ "else", parse_else, 0, NULL, NULL },
	{ "endif", parse_endif, 0, NULL, NULL },
	{ "require_version", parse_require_version, 0, NULL, NULL },
	{ "lang", parse_lang, 0, NULL, NULL },
	{ "trusted_networks", parse_trust, TRUST_TRUSTED, NULL, NULL },
	{ "internal_networks", parse_trust, TRUST_INTERNAL, NULL, NULL },
	{ "msa_networks", parse_trust, TRUST_MSA, NULL, NULL },
	{ "clear_trusted_networks", parse_trust_clear, TRUST_TRUSTED, NULL, NULL },
	{ "clear_internal_networks", parse_trust_clear, TRUST_INTERNAL, NULL, NULL },
	{ "clear_msa_networks", parse_trust_clear, TRUST_MSA, NULL, NULL },
	{ "originating_ip_headers", parse_origins, 0, NULL, NULL },
	{ "clear_originating_ip_headers", parse_origins_clear, 0, NULL, NULL },
	{ "replace_tag", parse_replace_tag, 0, NULL, NULL },
	{ "replace_pre", parse_replace_pre, 0, NULL, NULL },
	{ "replace_post", parse_replace_post, 0, NULL, NULL },
	{ "replace_inter", parse_replace_inter, 0, NULL, NULL },
	{ "replace_rules", parse_replace_rules, 0, NULL, NULL },
	{ "replace_start", parse_replace_mark, 0, "<", NULL },
	{ "replace_end", parse_replace_mark, 0, ">", NULL },
	{ "test", parse_test, 0, NULL, NULL },
	{ "priority", parse_priority, 0, NULL, NULL },
};

/* SpamAssassin's words that depeer refuses, so that nothing of an admin's file is left out in
 * silence. `instead`: where the same thing is set here. */
struct absent {
	const char *name, *instead;
};
static const struct absent absent[] = {
	{ "shortcircuit", NULL },
	{ "enable_compat", NULL },
};

/* Keywords are compared with case folded and "-" taken for "_". */
static bool same_word(struct str word, const char *known)
{
	size_t i = 0;
	for (; i < word.len; i++) {
		char c = word.ptr[i] == '-' ? '_' : ascii_lower(word.ptr[i]);
		if (known[i] == '*')
			return true;
		if (c != known[i] || c == '\0')
			return false;
	}
	return known[i] == '\0' || known[i] == '*';
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

struct table {
	const struct keyword *items;
	size_t n;
};
enum { TABLES = 3, IGNORED_TABLE = 2 };

static void tables_of(struct table tables[TABLES])
{
	tables[0] = (struct table){ keywords, sizeof keywords / sizeof *keywords };
	tables[1].items = parse_lists(&tables[1].n);
	tables[2].items = parse_ignored_settings(&tables[2].n);
}

/* `diags` may be NULL: then an unknown word is no error (in a block that is skipped). */
const struct keyword *parse_keyword(struct str name, struct place place, struct diags *diags)
{
	struct table tables[TABLES];
	struct suggest suggest = suggest_begin(name);
	char hint[80];
	tables_of(tables);
	for (size_t t = 0; t < TABLES; t++)
		for (size_t i = 0; i < tables[t].n; i++)
			if (same_word(name, tables[t].items[i].name))
				return &tables[t].items[i];
	if (!diags || report_absent(name, place, diags))
		return NULL;
	for (size_t t = 0; t < 2; t++)
		for (size_t i = 0; i < tables[t].n; i++)
			suggest_offer(&suggest, tables[t].items[i].name);
	diags_add(diags, DIAG_ERROR, place, "unknown keyword '%.*s'%s", PARSE_SHOW(name),
		suggest_text(&suggest, hint, sizeof hint));
	return NULL;
}

const char *rule_keyword(size_t k)
{
	struct table tables[TABLES];
	tables_of(tables);
	for (size_t t = 0; t < TABLES; t++) {
		if (t == IGNORED_TABLE)
			continue;
		if (k < tables[t].n)
			return tables[t].items[k].name;
		k -= tables[t].n;
	}
	return NULL;
}

bool rule_keyword_known(const char *word)
{
	struct table tables[TABLES];
	tables_of(tables);
	for (size_t t = 0; t < TABLES; t++)
		for (size_t i = 0; i < tables[t].n; i++)
			if (same_word(str_from(word), tables[t].items[i].name))
				return true;
	for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
		if (same_word(str_from(word), absent[i].name))
			return true;
	return false;
}
