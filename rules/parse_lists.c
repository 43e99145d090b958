/* rules/parse_lists: settings that make lists of names, kept as data for checks.
 *
 * Each is kept under the name that SpamAssassin 4 gives it; the older names write to the same
 * list. Nothing is removed twice or looked up here: rules/values does that.
 */
#include "rules/parse.h"

static const char of_uri_host[] = "enlist_uri_host", of_addrlist[] = "enlist_addrlist";
static const char in_block[] = "BLOCK", in_welcome[] = "WELCOME";

static const struct keyword lists[] = {
	{ "freemail_domains", parse_words, 0, NULL, NULL },
	{ "freemail_welcomelist", parse_words, 0, NULL, NULL },
	{ "freemail_whitelist", parse_words, 0, "freemail_welcomelist", NULL },
	{ "welcomelist_from", parse_words, 0, NULL, NULL },
	{ "whitelist_from", parse_words, 0, "welcomelist_from", NULL },
	{ "unwelcomelist_from", parse_words_off, 0, "welcomelist_from", NULL },
	{ "unwhitelist_from", parse_words_off, 0, "welcomelist_from", NULL },
	{ "welcomelist_to", parse_words, 0, NULL, NULL },
	{ "whitelist_to", parse_words, 0, "welcomelist_to", NULL },
	{ "more_spam_to", parse_words, 0, NULL, NULL },
	{ "all_spam_to", parse_words, 0, NULL, NULL },
	{ "blocklist_from", parse_words, 0, NULL, NULL },
	{ "blacklist_from", parse_words, 0, "blocklist_from", NULL },
	{ "unblocklist_from", parse_words_off, 0, "blocklist_from", NULL },
	{ "unblacklist_from", parse_words_off, 0, "blocklist_from", NULL },
	{ "blocklist_to", parse_words, 0, NULL, NULL },
	{ "blacklist_to", parse_words, 0, "blocklist_to", NULL },
	{ "welcomelist_auth", parse_words, 0, NULL, NULL },
	{ "whitelist_auth", parse_words, 0, "welcomelist_auth", NULL },
	{ "unwelcomelist_auth", parse_words_off, 0, "welcomelist_auth", NULL },
	{ "unwhitelist_auth", parse_words_off, 0, "welcomelist_auth", NULL },
	{ "def_welcomelist_auth", parse_words, 0, NULL, NULL },
	{ "def_whitelist_auth", parse_words, 0, "def_welcomelist_auth", NULL },
	{ "welcomelist_from_rcvd", parse_line, 0, NULL, NULL },
	{ "whitelist_from_rcvd", parse_line, 0, "welcomelist_from_rcvd", NULL },
	{ "def_welcomelist_from_rcvd", parse_line, 0, NULL, NULL },
	{ "def_whitelist_from_rcvd", parse_line, 0, "def_welcomelist_from_rcvd", NULL },
	{ "unwelcomelist_from_rcvd", parse_address_off, 0, "welcomelist_from_rcvd", NULL },
	{ "unwhitelist_from_rcvd", parse_address_off, 0, "welcomelist_from_rcvd", NULL },
	{ "welcomelist_allow_relays", parse_words, 0, NULL, NULL },
	{ "whitelist_allow_relays", parse_words, 0, "welcomelist_allow_relays", NULL },
	{ "welcomelist_from_spf", parse_words, 0, NULL, NULL },
	{ "whitelist_from_spf", parse_words, 0, "welcomelist_from_spf", NULL },
	{ "def_welcomelist_from_spf", parse_words, 0, NULL, NULL },
	{ "def_whitelist_from_spf", parse_words, 0, "def_welcomelist_from_spf", NULL },
	{ "unwelcomelist_from_spf", parse_words_off, 0, "welcomelist_from_spf", NULL },
	{ "unwhitelist_from_spf", parse_words_off, 0, "welcomelist_from_spf", NULL },
	{ "welcomelist_from_dkim", parse_line, 0, NULL, NULL },
	{ "whitelist_from_dkim", parse_line, 0, "welcomelist_from_dkim", NULL },
	{ "def_welcomelist_from_dkim", parse_line, 0, NULL, NULL },
	{ "def_whitelist_from_dkim", parse_line, 0, "def_welcomelist_from_dkim", NULL },
	{ "unwelcomelist_from_dkim", parse_address_off, 0, "welcomelist_from_dkim", NULL },
	{ "unwhitelist_from_dkim", parse_address_off, 0, "welcomelist_from_dkim", NULL },
	{ "welcomelist_subject", parse_line, 0, NULL, NULL },
	{ "whitelist_subject", parse_line, 0, "welcomelist_subject", NULL },
	{ "blocklist_subject", parse_line, 0, NULL, NULL },
	{ "blacklist_subject", parse_line, 0, "blocklist_subject", NULL },
	{ "welcomelist_bounce_relays", parse_words, 0, NULL, NULL },
	{ "whitelist_bounce_relays", parse_words, 0, "welcomelist_bounce_relays", NULL },
	{ "adsp_override", parse_line, 0, NULL, NULL },
	{ "enlist_uri_host", parse_named, 0, NULL, NULL },
	{ "delist_uri_host", parse_named_off, 0, of_uri_host, NULL },
	{ "blocklist_uri_host", parse_words, 0, of_uri_host, in_block },
	{ "blacklist_uri_host", parse_words, 0, of_uri_host, in_block },
	{ "welcomelist_uri_host", parse_words, 0, of_uri_host, in_welcome },
	{ "whitelist_uri_host", parse_words, 0, of_uri_host, in_welcome },
	{ "enlist_addrlist", parse_named, 0, of_addrlist, NULL },
	{ "util_rb_tld", parse_words, 0, NULL, NULL },
	{ "util_rb_2tld", parse_words, 0, NULL, NULL },
	{ "util_rb_3tld", parse_words, 0, NULL, NULL },
	{ "clear_util_rb", parse_lists_clear, 0, "util_rb_", NULL },
	{ "parse_dkim_uris", parse_words, 0, NULL, NULL },
	{ "url_shortener", parse_words, 0, NULL, NULL },
	{ "uridnsbl_skip_domain", parse_words, 0, NULL, NULL },
	{ "ok_locales", parse_words, 0, NULL, NULL },
};

const struct keyword *parse_lists(size_t *n)
{
	*n = sizeof lists / sizeof *lists;
	return lists;
}

static struct values *list_of(struct parser *parser, const struct keyword *keyword,
	struct str name, struct place place)
{
	struct ruleset *set = parser->set;
	struct values *values = values_of(&set->values, set->arena,
		keyword->of ? keyword->of : keyword->name,
		keyword->under ? str_from(keyword->under) : name);
	if (!values)
		parse_spent(parser, place);
	return values;
}

typedef bool change(struct parser *parser, struct values *values, struct str word);

static bool add(struct parser *parser, struct values *values, struct str word)
{
	return values_add(values, parser->set->arena, word) == 0;
}

/* What takes off, takes off the list of the same name that comes with rules, too. */
static struct values *shipped_list(struct parser *parser, const struct values *values)
{
	struct values_table *table = &parser->set->values;
	for (size_t i = 0; i < table->n; i++) {
		struct str setting = str_from(table->lists[i].setting);
		if (str_starts_nocase(setting, STR("def_")) &&
		    str_equal(str_slice(setting, 4, setting.len), str_from(values->setting)))
			return &table->lists[i];
	}
	return NULL;
}

static bool take_off(struct parser *parser, struct values *values, struct str word)
{
	struct values *shipped = shipped_list(parser, values);
	values_remove(values, word);
	if (shipped)
		values_remove(shipped, word);
	return true;
}

/* An entry of a list of lines begins with the address. */
static void remove_address(struct values *values, struct str word)
{
	size_t kept = 0;
	for (size_t i = 0; i < values->n; i++) {
		struct str item = values->items[i];
		bool same = str_starts_nocase(item, word) &&
			(item.len == word.len || ascii_space(item.ptr[word.len]));
		if (!same)
			values->items[kept++] = item;
	}
	values->n = kept;
}

static bool take_off_address(struct parser *parser, struct values *values, struct str word)
{
	struct values *shipped = shipped_list(parser, values);
	remove_address(values, word);
	if (shipped)
		remove_address(shipped, word);
	return true;
}

static void each_word(struct parser *parser, struct values *values, struct lex_line *line,
	change *apply)
{
	struct str word;
	struct place place;
	bool any = false;
	while (lex_word(line, &word, &place)) {
		any = true;
		word = parse_unescape(parser, word);
		if (!word.ptr || !apply(parser, values, word)) {
			parse_spent(parser, place);
			return;
		}
	}
	if (!any)
		diags_add(parser->diags, DIAG_ERROR, place, "a word is expected");
}

static void plain_list(struct parser *parser, const struct keyword *keyword,
	struct lex_line *line, change *apply)
{
	struct values *values = list_of(parser, keyword, STR(""), parse_start(line));
	if (values)
		each_word(parser, values, line, apply);
}

void parse_words(struct parser *parser, const struct keyword *keyword, struct lex_line *line)
{
	plain_list(parser, keyword, line, add);
}

void parse_words_off(struct parser *parser, const struct keyword *keyword, struct lex_line *line)
{
	plain_list(parser, keyword, line, take_off);
}

void parse_address_off(struct parser *parser, const struct keyword *keyword,
	struct lex_line *line)
{
	plain_list(parser, keyword, line, take_off_address);
}

void parse_line(struct parser *parser, const struct keyword *keyword, struct lex_line *line)
{
	struct place place;
	struct str text = lex_rest(line, &place);
	struct values *values = list_of(parser, keyword, STR(""), place);
	if (!text.len) {
		diags_add(parser->diags, DIAG_ERROR, place, "a value is expected");
		return;
	}
	text = parse_unescape(parser, text);
	if (values && (!text.ptr || values_add(values, parser->set->arena, text)))
		parse_spent(parser, place);
}

static void named_list(struct parser *parser, const struct keyword *keyword,
	struct lex_line *line, change *apply)
{
	struct str word;
	struct place place;
	if (!lex_word(line, &word, &place) || word.len < 3 || word.ptr[0] != '(' ||
	    word.ptr[word.len - 1] != ')') {
		diags_add(parser->diags, DIAG_ERROR, place, "a list's name in parentheses is expected");
		return;
	}
	struct values *values = list_of(parser, keyword, str_slice(word, 1, word.len - 1), place);
	if (values)
		each_word(parser, values, line, apply);
}

void parse_named(struct parser *parser, const struct keyword *keyword, struct lex_line *line)
{
	named_list(parser, keyword, line, add);
}

void parse_named_off(struct parser *parser, const struct keyword *keyword, struct lex_line *line)
{
	named_list(parser, keyword, line, take_off);
}

/* Empties every list whose setting begins with keyword->of. */
void parse_lists_clear(struct parser *parser, const struct keyword *keyword,
	struct lex_line *line)
{
	struct values_table *table = &parser->set->values;
	if (!parse_end(parser, line))
		return;
	for (size_t i = 0; i < table->n; i++)
		if (str_starts_nocase(str_from(table->lists[i].setting), str_from(keyword->of)))
			table->lists[i].n = 0;
}
