/* rules/condition: the table of what is here, and its look-up.
 */
#include "rules/condition.h"

#include "rules/meta.h"
#include "base/suggest.h"

static const char *const plugins[] = { "Depeer" };

/* Features that SpamAssassin's sets ask for by can() or has(), and that hold here. */
static const char *const features[] = {
	"Mail::SpamAssassin::Conf::perl_min_version_5010000",
	"Mail::SpamAssassin::Conf::feature_bug6558_free",
	"Mail::SpamAssassin::Conf::feature_compile_regexp",
	"Mail::SpamAssassin::Conf::feature_header_address_parser",
	"Mail::SpamAssassin::Conf::feature_header_first_last",
	"Mail::SpamAssassin::Conf::feature_header_match_many",
	"Mail::SpamAssassin::Conf::feature_local_tests_only",
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
	return listed(plugins, sizeof plugins / sizeof *plugins, name);
}

static bool feature(struct str name)
{
	return listed(features, sizeof features / sizeof *features, name);
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
