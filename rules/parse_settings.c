/* rules/parse_settings: lines that say something about a rule, and network_list.
 */
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/suggest.h"
#include "rules/condition.h"
#include "rules/parse.h"

/* "-1.5", SpamAssassin's form of a number: digits, with a point and more digits if need be */
static bool read_decimal(struct str text, double *out)
{
	char copy[32];
	size_t i = text.len && text.ptr[0] == '-' ? 1 : 0, digits = 0, points = 0;
	if (text.len >= sizeof copy)
		return false;
	for (; i < text.len; i++) {
		digits += ascii_digit(text.ptr[i]);
		points += text.ptr[i] == '.';
		if (!ascii_digit(text.ptr[i]) && text.ptr[i] != '.')
			return false;
	}
	if (!digits || points > 1)
		return false;
	memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	*out = strtod(copy, NULL); /* nobody sets a locale in this program */
	return true;
}

static bool read_score(struct str text, double *score, bool *relative)
{
	if (text.len > 2 && text.ptr[0] == '(' && text.ptr[text.len - 1] == ')') {
		*relative = true;
		text = str_slice(text, 1, text.len - 1);
	}
	return read_decimal(text, score);
}

void parse_score(struct parser *parser, const struct keyword *keyword, struct lex_line *line)
{
	(void)keyword;
	struct place place, at;
	struct str word;
	double scores[RULE_SCORES];
	size_t n = 0;
	bool relative = false;
	struct rule *rule = parse_rule_name(parser, line, &place);
	if (!rule)
		return;
	while (lex_word(line, &word, &at)) {
		if (n == RULE_SCORES || !read_score(word, &scores[n++], &relative)) {
			diags_add(parser->diags, DIAG_ERROR, at, n == RULE_SCORES ?
				"'%.*s' is too much: a rule has one score or four" :
				"'%.*s' is not a score", PARSE_SHOW(word));
			return;
		}
	}
	if (n != 1 && n != RULE_SCORES) {
		diags_add(parser->diags, DIAG_ERROR, at, "one score or four expected");
		return;
	}
	if (relative && !rule->has_score) {
		diags_add(parser->diags, DIAG_ERROR, place,
			"a relative score needs a score of '%s' before it", rule->name);
		return;
	}
	for (size_t i = 0; i < RULE_SCORES; i++)
		rule->scores[i] = (relative ? rule->scores[i] : 0) + scores[n == 1 ? 0 : i];
	rule->has_score = true;
	rule->score_place = place;
}

void parse_describe(struct parser *parser, const struct keyword *keyword, struct lex_line *line)
{
	(void)keyword;
	struct place place, at;
	struct rule *rule = parse_rule_name(parser, line, &place);
	if (!rule)
		return;
	struct str text = parse_unescape(parser, lex_rest(line, &at));
	if (!text.ptr) {
		parse_spent(parser, at);
	} else if (!text.len) {
		diags_add(parser->diags, DIAG_ERROR, at, "description expected");
	} else {
		rule->describe = text.ptr;
		rule->describe_place = place;
	}
}

enum flag_effect {
	FLAG_NICE, FLAG_MULTIPLE, FLAG_NOSUBJECT, FLAG_OBSERVE, FLAG_NET, FLAG_NONE
};
struct flag {
	const char *name;
	enum flag_effect effect;
};
/* FLAG_NONE: SpamAssassin's flags that say how it trains its scores and its Bayes, what it logs,
 * and how it uses the network; there is none of that here. */
static const struct flag flags[] = {
	{ "nice", FLAG_NICE }, { "multiple", FLAG_MULTIPLE }, { "nosubject", FLAG_NOSUBJECT },
	{ "observe", FLAG_OBSERVE }, { "net", FLAG_NET }, { "nonet", FLAG_NONE },
	{ "learn", FLAG_NONE }, { "userconf", FLAG_NONE }, { "noautolearn", FLAG_NONE },
	{ "noawl", FLAG_NONE }, { "autolearn_force", FLAG_NONE }, { "autolearn_header", FLAG_NONE },
	{ "autolearn_body", FLAG_NONE }, { "publish", FLAG_NONE }, { "nopublish", FLAG_NONE },
	{ "nolog", FLAG_NONE }, { "notrim", FLAG_NONE }, { "domains_only", FLAG_NONE },
	{ "ips_only", FLAG_NONE }, { "a", FLAG_NONE }, { "ns", FLAG_NONE },
	{ "noshortcircuit", FLAG_NONE },
};

static bool read_maxhits(struct str word, struct rule *rule)
{
	uint64_t n;
	if (!str_starts_nocase(word, STR("maxhits=")) ||
	    !str_to_u64(str_slice(word, 8, word.len), 1000000, &n) || n == 0)
		return false;
	rule->maxhits = (unsigned)n;
	return true;
}

static bool read_flag(struct str word, struct rule *rule, struct suggest *suggest)
{
	bool *const effects[] = { [FLAG_NICE] = &rule->nice, [FLAG_MULTIPLE] = &rule->multiple,
		[FLAG_NOSUBJECT] = &rule->nosubject, [FLAG_OBSERVE] = &rule->observe,
		[FLAG_NET] = &rule->net };
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
		suggest_offer(suggest, flags[i].name);
		if (!str_equal(word, str_from(flags[i].name)))
			continue;
		if (flags[i].effect != FLAG_NONE)
			*effects[flags[i].effect] = true;
		return true;
	}
	return read_maxhits(word, rule);
}

/* The last tflags line of a rule counts alone, as in SpamAssassin. */
void parse_tflags(struct parser *parser, const struct keyword *keyword, struct lex_line *line)
{
	(void)keyword;
	struct place place, at;
	struct str word;
	char hint[80];
	bool any = false;
	struct rule *rule = parse_rule_name(parser, line, &place);
	if (!rule)
		return;
	struct lex_line rest = *line;
	rule->tflags_place = place;
	rule->tflags = parse_unescape(parser, lex_rest(&rest, &at));
	rule->nice = rule->multiple = rule->nosubject = rule->observe = rule->net = false;
	rule->maxhits = 0;
	while (lex_word(line, &word, &at)) {
		struct suggest suggest = suggest_begin(word);
		any = true;
		if (!read_flag(word, rule, &suggest))
			diags_add(parser->diags, DIAG_ERROR, at, "unknown flag '%.*s'%s", PARSE_SHOW(word),
				suggest_text(&suggest, hint, sizeof hint));
	}
	if (!any)
		diags_add(parser->diags, DIAG_ERROR, at, "flag expected");
}

void parse_expires(struct parser *parser, const struct keyword *keyword, struct lex_line *line)
{
	(void)keyword;
	struct place place, at;
	struct str word;
	struct rule *rule = parse_rule_name(parser, line, &place);
	if (!rule)
		return;
	if (!lex_word(line, &word, &at) || !date_parse(word, &rule->expires)) {
		diags_add(parser->diags, DIAG_ERROR, at, "a day expected, as in 2027-06-30");
		return;
	}
	rule->has_expiry = true;
	rule->expires_place = place;
	parse_end(parser, line);
}

/* Rules are asked by what they look at; what a rule needs of others is known without it. */
void parse_priority(struct parser *parser, const struct keyword *keyword, struct lex_line *line)
{
	(void)keyword;
	struct place place, at;
	struct str word;
	double number;
	if (!parse_rule_name(parser, line, &place))
		return;
	if (!lex_word(line, &word, &at) || !read_decimal(word, &number))
		diags_add(parser->diags, DIAG_ERROR, at, "a number is expected");
	else
		parse_end(parser, line);
}

void parse_test(struct parser *parser, const struct keyword *keyword, struct lex_line *line)
{
	(void)keyword;
	struct place place, at;
	struct str name, word;
	if (!lex_word(line, &name, &place)) {
		diags_add(parser->diags, DIAG_ERROR, place, "rule name expected");
		return;
	}
	bool named = lex_word(line, &word, &at), ok = named && str_equal(word, STR("ok"));
	if (!ok && (!named || !str_equal(word, STR("fail")))) {
		diags_add(parser->diags, DIAG_ERROR, at, "ok or fail expected");
		return;
	}
	struct rule_test *test = ARENA_NEW(parser->set->arena, struct rule_test);
	struct str text = parse_unescape(parser, lex_rest(line, &at));
	name = parse_unescape(parser, name);
	if (!test || !text.ptr || !name.ptr) {
		parse_spent(parser, place);
		return;
	}
	*test = (struct rule_test){ name, text, place, ok, parser->set->tests };
	parser->set->tests = test;
}

void parse_require_version(struct parser *parser, const struct keyword *keyword,
	struct lex_line *line)
{
	(void)keyword;
	struct place place;
	struct str word;
	double wanted;
	if (!lex_word(line, &word, &place)) {
		diags_add(parser->diags, DIAG_ERROR, place, "version expected");
		return;
	}
	parse_end(parser, line);
	if (str_equal(word, STR("@@VERSION@@"))) /* as the sets are before they are installed */
		return;
	if (!read_decimal(word, &wanted) || wanted != CONDITION_VERSION)
		diags_add(parser->diags, DIAG_ERROR, place,
			"this file requires version %.*s of SpamAssassin; depeer's rules are those of %s",
			PARSE_SHOW(word), CONDITION_VERSION_TEXT);
}

/* The record of a list, made if there is none; emptied when another file declares it anew, as
 * rules are overridden. In one file a list may go over several lines. */
static struct ruleset_list *list_of(struct parser *parser, struct str name, struct place place)
{
	struct ruleset *set = parser->set;
	for (size_t i = 0; i < set->lists_n; i++) {
		struct ruleset_list *list = &set->lists[i];
		if (!str_equal(name, str_from(list->name)))
			continue;
		if (strcmp(list->place.file, parser->file) != 0) {
			list->words_n = 0;
			list->words = NULL;
			list->place = place;
			list->directory = parser->directory;
		}
		return list;
	}
	if (set->lists_n == set->lists_capacity) {
		size_t more = set->lists_capacity ? set->lists_capacity * 2 : 8;
		struct ruleset_list *lists = arena_resize(set->arena, set->lists,
			set->lists_capacity * sizeof *lists, more * sizeof *lists);
		if (!lists)
			return NULL;
		set->lists = lists;
		set->lists_capacity = more;
	}
	struct ruleset_list list = { .name = arena_dup(set->arena, name), .place = place,
		.directory = parser->directory };
	if (!list.name)
		return NULL;
	set->lists[set->lists_n] = list;
	return &set->lists[set->lists_n++];
}

void parse_network_list(struct parser *parser, const struct keyword *keyword,
	struct lex_line *line)
{
	(void)keyword;
	struct str word;
	struct place place, at;
	if (!lex_word(line, &word, &place)) {
		diags_add(parser->diags, DIAG_ERROR, place, "list name expected");
		return;
	}
	struct ruleset_list *list = list_of(parser, word, place);
	size_t most = list ? list->words_n + line->text.len / 2 + 1 : 0;
	struct ruleset_list_word *words = list ?
		ARENA_ARRAY(parser->set->arena, struct ruleset_list_word, most) : NULL;
	if (!words) {
		parse_spent(parser, place);
		return;
	}
	if (list->words_n)
		memcpy(words, list->words, list->words_n * sizeof *words);
	size_t before = list->words_n;
	while (lex_word(line, &word, &at))
		words[list->words_n++] =
			(struct ruleset_list_word){ parse_unescape(parser, word), at };
	list->words = words;
	if (list->words_n == before)
		diags_add(parser->diags, DIAG_ERROR, at, "file name, AS number or prefix expected");
}

/* "30d" */
static bool read_days(struct str word, int32_t *days)
{
	uint64_t number;
	if (word.len < 2 || ascii_lower(word.ptr[word.len - 1]) != 'd' ||
	    !str_to_u64(str_slice(word, 0, word.len - 1), PARSE_MAX_AGE_MAX, &number) || number == 0)
		return false;
	*days = (int32_t)number;
	return true;
}

/* The list may be declared behind it, or by another file: check finds it. */
void parse_max_age(struct parser *parser, const struct keyword *keyword, struct lex_line *line)
{
	(void)keyword;
	struct place place, at;
	struct str name, word;
	int32_t days;
	if (!lex_word(line, &name, &place)) {
		diags_add(parser->diags, DIAG_ERROR, place, "list name expected");
		return;
	}
	if (!lex_word(line, &word, &at) || !read_days(word, &days)) {
		diags_add(parser->diags, DIAG_ERROR, at, "days expected, 1d to %dd, as in 30d",
			PARSE_MAX_AGE_MAX);
		return;
	}
	if (!parse_end(parser, line))
		return;
	struct list_age *age = ARENA_NEW(parser->set->arena, struct list_age);
	name = parse_unescape(parser, name);
	if (!age || !name.ptr) {
		parse_spent(parser, place);
		return;
	}
	*age = (struct list_age){ name, place, days, parser->set->list_ages };
	parser->set->list_ages = age;
}

static struct trust_list *networks_of(struct parser *parser, const struct keyword *keyword)
{
	struct trust *trust = &parser->set->trust;
	struct trust_list *const lists[] = { [TRUST_TRUSTED] = &trust->trusted,
		[TRUST_INTERNAL] = &trust->internal, [TRUST_MSA] = &trust->msa };
	return lists[keyword->kind];
}

void parse_trust(struct parser *parser, const struct keyword *keyword, struct lex_line *line)
{
	struct str word;
	struct place place;
	bool any = false;
	while (lex_word(line, &word, &place)) {
		int status = trust_add(networks_of(parser, keyword), parser->set->arena, word);
		any = true;
		if (status == -2)
			parse_spent(parser, place);
		else if (status)
			diags_add(parser->diags, DIAG_ERROR, place,
				"'%.*s' is no address or network (192.0.2.0/24, 10/8, !192.0.2.1)",
				PARSE_SHOW(word));
	}
	if (!any)
		diags_add(parser->diags, DIAG_ERROR, place, "address or network expected");
}

void parse_trust_clear(struct parser *parser, const struct keyword *keyword,
	struct lex_line *line)
{
	if (parse_end(parser, line))
		*networks_of(parser, keyword) = (struct trust_list){ .nets = NULL };
}

/* Adds to what there is, the default at first, as SpamAssassin's own files do. */
void parse_origins(struct parser *parser, const struct keyword *keyword, struct lex_line *line)
{
	struct ruleset *set = parser->set;
	struct str word;
	struct place place;
	bool any = false;
	(void)keyword;
	for (size_t i = 0; !set->has_origins && i < ORIGINS_DEFAULT_N; i++)
		set->origins[set->origins_n++] = ORIGINS_DEFAULT[i];
	set->has_origins = true;
	while (lex_word(line, &word, &place)) {
		bool known = false;
		any = true;
		for (size_t i = 0; i < set->origins_n; i++)
			known = known || str_equal_nocase(set->origins[i], word);
		if (known)
			continue;
		char *name = arena_dup(set->arena, word);
		if (!name)
			parse_spent(parser, place);
		else if (set->origins_n == ORIGINS_MAX)
			diags_add(parser->diags, DIAG_ERROR, place, "more than %d header fields", ORIGINS_MAX);
		else
			set->origins[set->origins_n++] = str_make(name, word.len);
	}
	if (!any)
		diags_add(parser->diags, DIAG_ERROR, place, "name of a header field expected");
}

void parse_origins_clear(struct parser *parser, const struct keyword *keyword,
	struct lex_line *line)
{
	(void)keyword;
	if (parse_end(parser, line)) {
		parser->set->has_origins = true;
		parser->set->origins_n = 0;
	}
}
