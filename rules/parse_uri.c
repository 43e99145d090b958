/* rules/parse_uri: lines about links: uri_detail, uri_block_cc and its like, redirector_pattern.
 */
#include <string.h>

#include "rules/parse.h"
#include "rules/uri_block.h"

/* ---- uri_detail ---- */

static size_t past_blanks(struct str text, size_t at)
{
	while (at < text.len && ascii_space(text.ptr[at]))
		at++;
	return at;
}

/* Behind the regex that begins at `at`: its last delimiter and its modifiers, and then a blank or
 * the end, since blanks and delimiters stand in a regex too. `at` itself: it has no end. */
static size_t regex_end(struct str text, size_t at)
{
	static const char opening[] = "({[<", closing[] = ")}]>";
	size_t i = at;
	if (text.ptr[i] == 'm')
		i++;
	else if (str_equal(str_slice(text, i, i + 2), STR("qr")))
		i += 2;
	if (i >= text.len || (i == at && text.ptr[i] != '/') || ascii_alpha(text.ptr[i]) ||
	    ascii_digit(text.ptr[i]) || ascii_space(text.ptr[i]))
		return at;
	char end = text.ptr[i];
	for (size_t k = 0; k < sizeof opening - 1; k++)
		if (end == opening[k] && i > at) {
			end = closing[k];
			break;
		}
	for (i++; i < text.len; i++) {
		if (text.ptr[i] == '\\')
			i++;
		else if (text.ptr[i] == end) {
			size_t behind = i + 1;
			while (behind < text.len && ascii_alpha(text.ptr[behind]))
				behind++;
			if (behind == text.len || ascii_space(text.ptr[behind]))
				return behind;
		}
	}
	return at;
}

/* "key =~ /regex/" at *at, which is put behind it. NULL, or what is wrong at *at; "" where it was
 * told already. */
static const char *read_key(struct parser *parser, struct str text, size_t *at,
	struct place place, struct uri_detail *out)
{
	size_t begin = *at, end = begin;
	while (end < text.len && ascii_alpha(text.ptr[end]))
		end++;
	enum uri_detail_key key = uri_detail_key(str_slice(text, begin, end));
	if (key == URI_DETAIL_KEYS)
		return "raw, type, cleaned, text, domain or host expected";
	if (out->keys[key].pattern)
		return "this key was given before";
	*at = past_blanks(text, end);
	struct str sign = str_slice(text, *at, *at + 2);
	if (!str_equal(sign, STR("=~")) && !str_equal(sign, STR("!~")))
		return "'=~' or '!~' expected";
	*at = past_blanks(text, *at + 2);
	end = *at < text.len ? regex_end(text, *at) : *at;
	if (end == *at)
		return "a regex with delimiters expected: /../ or m!..!, and a blank behind it";
	struct definition regex = { .kind = RULE_URI_DETAIL };
	place.column += (unsigned)*at;
	out->keys[key].negated = sign.ptr[0] == '!';
	out->keys[key].pattern = parse_regex(parser, &regex, str_slice(text, *at, end), place);
	if (!out->keys[key].pattern)
		return "";
	if (regex.templated)
		return "%{NAME} is not known in these rules";
	*at = end;
	return NULL;
}

bool parse_uri_detail(struct parser *parser, struct lex_line *line, struct definition *out)
{
	struct place place;
	struct str text = lex_rest(line, &place);
	size_t at = 0;
	const char *wrong = text.len ? NULL : "key expected";
	out->detail = ARENA_NEW(parser->set->arena, struct uri_detail);
	if (!out->detail) {
		parse_spent(parser, place);
		return false;
	}
	while (!wrong && at < text.len) {
		wrong = read_key(parser, text, &at, place, out->detail);
		if (!wrong)
			at = past_blanks(text, at);
	}
	if (wrong && *wrong) {
		place.column += (unsigned)at;
		diags_add(parser->diags, DIAG_ERROR, place, "%s", wrong);
	}
	return !wrong;
}

/* ---- redirector_pattern ---- */

static bool keep_redirector(struct ruleset *set, struct pattern *pattern)
{
	if (set->redirectors_n == set->redirectors_capacity) {
		size_t more = set->redirectors_capacity ? set->redirectors_capacity * 2 : 16;
		struct pattern **grown = arena_resize(set->arena, set->redirectors,
			set->redirectors_capacity * sizeof(struct pattern *),
			more * sizeof(struct pattern *));
		if (!grown)
			return false;
		set->redirectors = grown;
		set->redirectors_capacity = more;
	}
	set->redirectors[set->redirectors_n++] = pattern;
	return true;
}

void parse_redirector(struct parser *parser, const struct keyword *keyword,
	struct lex_line *line)
{
	struct place place;
	struct str text = lex_rest(line, &place);
	struct definition regex = { .kind = RULE_URI };
	(void)keyword;
	if (!text.len) {
		diags_add(parser->diags, DIAG_ERROR, place, "a regex is expected");
		return;
	}
	struct pattern *pattern = parse_regex(parser, &regex, text, place);
	if (pattern && !keep_redirector(parser->set, pattern))
		parse_spent(parser, place);
}

/* ---- uri_block_* ---- */

static const char call_name[] = "check_uri_local_bl";

bool parse_uri_block_call(struct parser *parser, const struct rule *rule,
	struct check_call *call)
{
	if (strcmp(call->entry->name, call_name) != 0 || call->args_n)
		return true;
	struct str *name = ARENA_NEW(parser->set->arena, struct str);
	if (!name) {
		parse_spent(parser, rule->definition.place);
		return false;
	}
	*name = str_from(rule->name);
	call->args = name;
	call->args_n = 1;
	return true;
}

/* The line that any of these settings writes too: body NAME eval:check_uri_local_bl() */
static void define(struct parser *parser, struct rule *rule, struct place place, struct str text)
{
	const struct check_call *call = &rule->definition.call;
	struct definition definition = { .kind = RULE_BODY, .place = place, .text = text,
		.file_number = parser->file_number, .view = { .kind = VIEW_BODY }, .calls = true,
		.call = { .entry = check_find(str_from(call_name)), .text = STR("") } };
	if (rule->defined && rule->definition.calls && call->entry == definition.call.entry)
		return;
	bool good = parse_uri_block_call(parser, rule, &definition.call);
	parse_keep(parser, rule, &definition, good);
}

static bool is_country(struct str word, bool *negated)
{
	char code[2];
	return uri_block_code(word, true, negated, code);
}

static bool is_continent(struct str word, bool *negated)
{
	char code[2];
	return uri_block_code(word, false, negated, code);
}

static bool is_prefix(struct str word, bool *negated)
{
	struct ip_prefix prefix;
	(void)negated;
	return uri_block_prefix(word, &prefix);
}

static bool is_asn(struct str word, bool *negated)
{
	uint32_t asn;
	(void)negated;
	return uri_block_asn(word, &asn);
}

/* Any word is the name of an ISP or a host. */
static const struct {
	bool (*is)(struct str word, bool *negated);
	const char *expected;
} words[URI_BLOCKS] = {
	[URI_BLOCK_CC] = { is_country, "a country's code (US, !US)" },
	[URI_BLOCK_CONT] = { is_continent, "a continent's code (AF, AN, AS, EU, NA, OC, SA)" },
	[URI_BLOCK_CIDR] = { is_prefix, "an address or a prefix" },
	[URI_BLOCK_ASN] = { is_asn, "an AS number" },
};

/* The next word from *at on, which is put behind it; the name of an ISP may stand in quotes. */
static bool next_word(struct str text, size_t *at, struct str *word)
{
	*at = past_blanks(text, *at);
	bool quoted = *at < text.len && text.ptr[*at] == '"';
	size_t begin = *at + quoted, end = begin;
	while (end < text.len && (quoted ? text.ptr[end] != '"' : !ascii_space(text.ptr[end])))
		end++;
	*word = str_slice(text, begin, end);
	*at = end + (quoted && end < text.len);
	return word->len > 0;
}

/* False: a word is wrong, or memory was spent; it was told. */
static bool add_words(struct parser *parser, enum uri_block which, struct values *values,
	struct str text, struct place place)
{
	size_t at = 0;
	struct str word;
	while (next_word(text, &at, &word)) {
		struct place here = place;
		bool negated = false, all = values->n && values->items[0].ptr[0] == '!';
		here.column += (unsigned)(word.ptr - text.ptr);
		if (words[which].is && !words[which].is(word, &negated)) {
			diags_add(parser->diags, DIAG_ERROR, here, "'%.*s' is not %s", PARSE_SHOW(word),
				words[which].expected);
			return false;
		}
		if (values->n && negated != all && words[which].is) {
			diags_add(parser->diags, DIAG_ERROR, here, "all words or none begin with '!'");
			return false;
		}
		if (values_add(values, parser->set->arena, word)) {
			parse_spent(parser, here);
			return false;
		}
	}
	return true;
}

void parse_uri_block(struct parser *parser, const struct keyword *keyword,
	struct lex_line *line)
{
	enum uri_block which = (enum uri_block)keyword->kind;
	struct place place, at;
	struct rule *rule = parse_rule_name(parser, line, &place);
	if (!rule)
		return;
	struct str text = parse_unescape(parser, lex_rest(line, &at));
	struct values *values = values_of(&parser->set->values, parser->set->arena,
		uri_block_setting(which), str_from(rule->name));
	if (!text.ptr || !values)
		parse_spent(parser, at);
	else if (!text.len)
		diags_add(parser->diags, DIAG_ERROR, at, "a word is expected");
	else if (add_words(parser, which, values, text, at))
		define(parser, rule, place, text);
}
