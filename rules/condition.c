/* rules/condition: the table of what is here, and its look-up.
 */
#include "rules/condition.h"

#include "base/suggest.h"
#include "rules/check_table.h"
#include "rules/meta.h"

/* depeer's own, and SpamAssassin's by their last names: those whose rules it can read, be it that
 * some of their checks are absent. If these were denied, what a file has in the place of a rule
 * (often `meta __RULE 0`) would be taken, and !__RULE would hit: absent rules are told one by
 * one instead. They are what Debian's spamassassin loads. */
static const char *const plugins[] = {
	"Depeer", "ASN", "AskDNS", "AuthRes", "Bayes", "BodyEval", "Check", "DKIM", "DMARC",
	"DNSEval", "FreeMail", "HTMLEval", "HTTPSMismatch", "HashBL", "HeaderEval", "ImageInfo",
	"MIMEEval", "MIMEHeader", "RelayCountry", "RelayEval", "ReplaceTags", "SPF", "URIDNSBL",
	"URIDetail", "URIEval", "URILocalBL", "VBounce", "WLBLEval", "WelcomeListSubject",
};
static const struct str of_plugin = { "Mail::SpamAssassin::Plugin::", 28 };

/* Features that SpamAssassin's sets ask for by can() or has(), and that hold here. */
static const char *const features[] = {
	"Mail::SpamAssassin::Conf::perl_min_version_5010000",
	"Mail::SpamAssassin::Conf::feature_bug6558_free",
	"Mail::SpamAssassin::Conf::feature_compile_regexp",
	"Mail::SpamAssassin::Conf::feature_header_address_parser",
	"Mail::SpamAssassin::Conf::feature_header_first_last",
	"Mail::SpamAssassin::Conf::feature_header_match_many",
	"Mail::SpamAssassin::Conf::feature_local_tests_only",
	"Mail::SpamAssassin::Conf::feature_edit_lists",
	"Mail::SpamAssassin::Conf::feature_originating_ip_headers",
	"Mail::SpamAssassin::Conf::feature_registryboundaries",
	"Mail::SpamAssassin::Conf::feature_yesno_takes_args",
	"Mail::SpamAssassin::Conf::feature_dns_query_restriction",
	"Mail::SpamAssassin::Conf::feature_dns_local_ports_permit_avoid",
	"Mail::SpamAssassin::Conf::feature_dns_block_rule",
	"Mail::SpamAssassin::Conf::feature_bayes_auto_learn_on_error",
	"Mail::SpamAssassin::Conf::feature_bayes_stopwords",
	"Mail::SpamAssassin::Conf::feature_subjprefix",
	"Mail::SpamAssassin::Conf::feature_blocklist_welcomelist",
	"Mail::SpamAssassin::Conf::feature_welcomelist_blocklist",
	"Mail::SpamAssassin::Conf::feature_capture_rules",
	"Mail::SpamAssassin::Conf::feature_meta_rules_matching",
	"Mail::SpamAssassin::Conf::has_tflags_nosubject",
	"Mail::SpamAssassin::Conf::has_tflags_nolog",
	"Mail::SpamAssassin::Plugin::DKIM::has_arc",
	"Mail::SpamAssassin::Plugin::URIDetail::has_host_key",
	"Mail::SpamAssassin::Plugin::URIDNSBL::has_uridnsbl_for_a",
	"Mail::SpamAssassin::Plugin::URIDNSBL::has_tflags_domains_only",
	"Mail::SpamAssassin::Plugin::SPF::has_check_for_spf_errors",
};

static bool listed(const char *const *table, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++)
		if (str_equal(name, str_from(table[i])))
			return true;
	return false;
}

bool condition_plugin(struct str name)
{
	if (str_starts_nocase(name, of_plugin))
		name = str_slice(name, of_plugin.len, name.len);
	else if (!str_equal(name, STR("Depeer")))
		return false;
	return listed(plugins, sizeof plugins / sizeof *plugins, name);
}

/* "Mail::SpamAssassin::Plugin::BodyEval::has_check_body_length": as the checks themselves */
static bool feature_of_check(struct str name)
{
	static const struct str has = { "::has_", 6 };
	if (!str_starts_nocase(name, of_plugin))
		return false;
	name = str_slice(name, of_plugin.len, name.len);
	size_t at = str_find(name, has);
	if (at == SIZE_MAX || !listed(plugins, sizeof plugins / sizeof *plugins,
	    str_slice(name, 0, at)))
		return false;
	const struct check_entry *entry = check_find(str_slice(name, at + has.len, name.len));
	return entry && str_equal(str_from(entry->plugin), str_slice(name, 0, at));
}

static bool feature(struct str name)
{
	return listed(features, sizeof features / sizeof *features, name) || feature_of_check(name);
}

struct word {
	const char *name;
	double number;
	bool (*ask)(struct str argument); /* NULL: a number */
	bool qualified;                   /* the argument must have a :: */
};
static const struct word words[] = {
	{ "version", CONDITION_VERSION, NULL, false },
	{ "perl_version", 5.036, NULL, false }, /* whose regexes PCRE2 10.42 follows */
	{ "local_tests_only", 1, NULL, false },
	{ "plugin", 0, condition_plugin, false },
	{ "can", 0, feature, true },
	{ "has", 0, feature, true },
};

static bool fail(struct diags *diags, struct place place, const char *what, struct str text)
{
	diags_add(diags, DIAG_ERROR, place, "%s '%.*s'", what,
		(int)(text.len < 100 ? text.len : 100), text.ptr);
	return false;
}

static bool resolve(void *context, const struct meta_name *name, struct meta_op *op)
{
	struct diags *diags = context;
	struct suggest suggest = suggest_begin(name->name);
	char hint[80];
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		const struct word *word = &words[i];
		suggest_offer(&suggest, word->name);
		if (!str_equal(name->name, str_from(word->name)))
			continue;
		if (!word->ask != !name->has_argument)
			return fail(diags, name->place, word->ask ? "an argument in parentheses must follow" :
				"no argument may follow", name->name);
		if (word->ask && !name->argument.len)
			return fail(diags, name->argument_place, "argument expected for", name->name);
		if (word->qualified && str_find(name->argument, STR("::")) == SIZE_MAX)
			return fail(diags, name->argument_place, "'::' expected in", name->argument);
		op->number = word->ask ? word->ask(name->argument) : word->number;
		return true;
	}
	diags_add(diags, DIAG_ERROR, name->place, "unknown word '%.*s' in a condition%s",
		(int)(name->name.len < 100 ? name->name.len : 100), name->name.ptr,
		suggest_text(&suggest, hint, sizeof hint));
	return false;
}

int condition_ask(struct str text, struct place place, struct arena *arena, struct diags *diags,
	bool *holds)
{
	struct meta meta;
	struct meta_resolver resolver = { resolve, diags };
	if (meta_compile(text, place, &resolver, arena, diags, &meta))
		return -1;
	*holds = meta_true(meta_eval(&meta, NULL));
	return 0;
}
