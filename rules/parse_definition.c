/* rules/parse_definition: lines that say what a rule looks for.
 */
#include <string.h>

#include "base/suggest.h"
#include "rules/parse.h"
#include "rules/regex_text.h"

struct rule *parse_rule_name(struct parser *parser, struct lex_line *line, struct place *place)
{
	struct str name;
	if (!lex_word(line, &name, place)) {
		diags_add(parser->diags, DIAG_ERROR, *place, "rule name expected");
		return NULL;
	}
	bool good = !ascii_digit(name.ptr[0]);
	for (size_t i = 0; i < name.len; i++)
		good = good && (ascii_alpha(name.ptr[i]) || ascii_digit(name.ptr[i]) ||
			name.ptr[i] == '_');
	if (!good || name.len > RULE_NAME_MAX) {
		diags_add(parser->diags, DIAG_ERROR, *place, good ?
			"rule name '%.*s...' is longer than 100 letters" :
			"'%.*s' is no rule name (letters, digits and _, no digit first)", PARSE_SHOW(name));
		return NULL;
	}
	struct rule *rule = set_rule(parser->set, name);
	if (!rule)
		parse_spent(parser, *place);
	return rule;
}

/* Where byte `at` of the unescaped text stands in the line: each "\#" before it was one longer. */
static struct place place_in(struct str escaped, struct place place, size_t at)
{
	size_t i = 0;
	for (size_t n = 0; n < at && i < escaped.len; n++)
		i += escaped.ptr[i] == '\\' && i + 1 < escaped.len && escaped.ptr[i + 1] == '#' ? 2 : 1;
	place.column += (unsigned)i;
	return place;
}

static void warn_matches_all(struct parser *parser, struct str body, struct place place)
{
	size_t n = body.len;
	bool ends = n && body.ptr[n - 1] == '|' && (n == 1 || body.ptr[n - 2] != '\\');
	if (n == 0 || body.ptr[0] == '|' || ends)
		diags_add(parser->diags, DIAG_WARNING, place, "this regex matches everything");
}

struct pattern *parse_regex(struct parser *parser, struct definition *out, struct str escaped,
	struct place place)
{
	struct str text = parse_unescape(parser, escaped);
	struct regex_text regex;
	struct pattern_error error;
	size_t at;
	const char *wrong = regex_text_read(text, &regex, &at);
	if (wrong) {
		diags_add(parser->diags, DIAG_ERROR, place_in(escaped, place, at), "%s", wrong);
		return NULL;
	}
	size_t body_at = (size_t)(regex.body.ptr - text.ptr);
	regex.body = regex_text_narrow(regex.body, parser->set->arena);
	if (!regex.body.ptr) {
		parse_spent(parser, place);
		return NULL;
	}
	struct str name;
	size_t template = 0;
	struct str compiled = regex.body;
	out->templated = capture_next(regex.body, &template, &name);
	out->captures = !out->templated && capture_sets(regex.body, STR(""));
	if (out->templated)
		compiled = capture_fill(regex.body, NULL, parser->set->arena);
	struct pattern *pattern = pattern_compile(compiled, regex.modifiers,
		out->kind == RULE_FULL, &error);
	if (!pattern) {
		diags_add(parser->diags, DIAG_ERROR, place_in(escaped, place, body_at + error.offset),
			"regex: %s", error.text);
		return NULL;
	}
	if (set_keep_pattern(parser->set, pattern)) {
		parse_spent(parser, place);
		return NULL;
	}
	warn_matches_all(parser, regex.body, place);
	out->regex = regex;
	return pattern;
}

static bool starts(struct str text, const char *start)
{
	return str_starts_nocase(text, str_from(start));
}

/* "eval:name(...)" in place of a regex. False: it is none. *good: it can be read. */
static bool read_eval(struct parser *parser, struct str text, struct place place,
	struct definition *out, bool *good)
{
	const char *wrong = NULL;
	char hint[80];
	size_t at;
	if (!starts(text, "eval:") && !starts(text, "rbleval:"))
		return false;
	size_t colon = str_find_byte(text, ':') + 1;
	while (colon < text.len && ascii_space(text.ptr[colon]))
		colon++;
	struct str call = str_slice(text, colon, text.len);
	int status = check_read(parse_unescape(parser, call), parser->set->arena, &out->call, &wrong,
		&at);
	struct str name = str_slice(call, 0, str_find_byte(call, '('));
	out->calls = true;
	out->call.rawbody = out->kind == RULE_RAWBODY;
	*good = status == 0 && out->call.entry;
	if (status == -2) {
		parse_spent(parser, place);
	} else if (status) {
		place.column += (unsigned)(colon + at);
		diags_add(parser->diags, DIAG_ERROR, place, "%s", wrong);
	} else if (!out->call.entry) {
		struct suggest suggest = suggest_begin(name);
		const struct check_entry *entry;
		for (size_t i = 0; (entry = check_at(i)) != NULL; i++)
			suggest_offer(&suggest, entry->name);
		place.column += (unsigned)colon;
		diags_add(parser->diags, DIAG_ERROR, place, "unknown check '%.*s'%s", PARSE_SHOW(name),
			suggest_text(&suggest, hint, sizeof hint));
	}
	return true;
}

static bool read_text_rule(struct parser *parser, struct lex_line *line, struct definition *out)
{
	static const enum view_kind views[RULE_KINDS] = {
		[RULE_BODY] = VIEW_BODY, [RULE_RAWBODY] = VIEW_RAWBODY, [RULE_URI] = VIEW_URI,
		[RULE_FULL] = VIEW_FULL
	};
	struct place place;
	struct str text = lex_rest(line, &place);
	out->view = (struct view){ .kind = views[out->kind] };
	bool good;
	if (read_eval(parser, text, place, out, &good))
		return good;
	out->pattern = parse_regex(parser, out, text, place);
	return out->pattern != NULL;
}

static bool read_view(struct parser *parser, struct str name, struct place place,
	struct definition *out)
{
	size_t at;
	struct str copy = parse_unescape(parser, name);
	const char *wrong = out->kind == RULE_MIMEHEADER ? view_read_mime(copy, &out->view, &at) :
		view_read_header(copy, &out->view, &at);
	if (!wrong)
		return true;
	place.column += (unsigned)at;
	if (name.len)
		diags_add(parser->diags, DIAG_ERROR, place, "'%.*s': %s", PARSE_SHOW(name), wrong);
	else
		diags_add(parser->diags, DIAG_ERROR, place, "%s", wrong);
	return false;
}

/* Takes "[if-unset: TEXT]" off the end of what follows =~. */
static void read_if_unset(struct parser *parser, struct str *text, struct definition *out)
{
	static const struct str opening = { "[if-unset:", 10 };
	size_t at = str_find(*text, opening);
	if (at == SIZE_MAX || at == 0 || !ascii_space(text->ptr[at - 1]) ||
	    text->ptr[text->len - 1] != ']')
		return;
	struct str value = str_slice(*text, at + opening.len, text->len - 1);
	while (value.len && ascii_space(value.ptr[0]))
		value = str_slice(value, 1, value.len);
	out->has_if_unset = true;
	out->if_unset = parse_unescape(parser, value);
	*text = str_trim(str_slice(*text, 0, at));
}

static bool read_exists(struct parser *parser, struct str text, struct place place,
	struct definition *out)
{
	place.column += 7;
	struct str name = str_slice(text, 7, text.len);
	for (size_t i = 0; i < name.len; i++) {
		if (ascii_space(name.ptr[i])) {
			place.column += (unsigned)i;
			diags_add(parser->diags, DIAG_ERROR, place, "nothing may follow the header's name");
			return false;
		}
	}
	return read_view(parser, name, place, out);
}

static bool read_header_rule(struct parser *parser, struct lex_line *line,
	struct definition *out)
{
	struct place place;
	struct str text = lex_rest(line, &place);
	bool good;
	if (out->kind == RULE_HEADER && read_eval(parser, text, place, out, &good))
		return good;
	if (out->kind == RULE_HEADER && starts(text, "exists:"))
		return read_exists(parser, text, place, out);
	size_t name = 0;
	while (name < text.len && !ascii_space(text.ptr[name]) && text.ptr[name] != '=' &&
	       text.ptr[name] != '!')
		name++;
	if (!read_view(parser, str_slice(text, 0, name), place, out))
		return false;
	size_t at = name;
	while (at < text.len && ascii_space(text.ptr[at]))
		at++;
	place.column += (unsigned)at;
	text = str_slice(text, at, text.len);
	if (!starts(text, "=~") && !starts(text, "!~")) {
		diags_add(parser->diags, DIAG_ERROR, place, "'=~' or '!~' expected");
		return false;
	}
	out->negated = text.ptr[0] == '!';
	for (at = 2; at < text.len && ascii_space(text.ptr[at]);)
		at++;
	place.column += (unsigned)at;
	text = str_slice(text, at, text.len);
	read_if_unset(parser, &text, out);
	out->pattern = parse_regex(parser, out, text, place);
	return out->pattern != NULL;
}

static bool read_meta_rule(struct parser *parser, struct lex_line *line, struct definition *out)
{
	struct str text = lex_rest(line, &out->expression_place);
	out->expression = parse_unescape(parser, text);
	if (!text.len)
		diags_add(parser->diags, DIAG_ERROR, out->expression_place, "expression expected");
	return text.len > 0;
}

static bool read_network_rule(struct parser *parser, struct lex_line *line,
	struct definition *out)
{
	struct str regex;
	struct place place;
	if (network_rule_read(line, parser->set->arena, parser->diags, &out->network, &regex, &place))
		return false;
	for (size_t i = 0; i < out->network.words_n; i++) /* they point into the file */
		out->network.words[i].text = parse_unescape(parser, out->network.words[i].text);
	if (out->network.what == NETWORK_ORG)
		out->network.org = parse_regex(parser, out, regex, place);
	return out->network.what != NETWORK_ORG || out->network.org;
}

static bool read_flux_rule(struct parser *parser, struct lex_line *line, struct definition *out)
{
	return network_rule_read_flux(line, parser->set->arena, parser->diags, &out->network) == 0;
}

/* Absent: its look-ups are not made. The name counts as one that is absent. */
static bool read_askdns(struct parser *parser, struct lex_line *line, struct definition *out)
{
	struct place place;
	(void)out;
	if (lex_rest(line, &place).len)
		return true;
	diags_add(parser->diags, DIAG_ERROR, place, "query expected");
	return false;
}

typedef bool definition_reader(struct parser *parser, struct lex_line *line,
	struct definition *out);
static definition_reader *const readers[RULE_KINDS] = {
	[RULE_HEADER] = read_header_rule, [RULE_BODY] = read_text_rule,
	[RULE_RAWBODY] = read_text_rule, [RULE_MIMEHEADER] = read_header_rule,
	[RULE_URI] = read_text_rule,
	[RULE_FULL] = read_text_rule, [RULE_META] = read_meta_rule, [RULE_NETWORK] = read_network_rule,
	[RULE_FLUX] = read_flux_rule,
	[RULE_ASKDNS] = read_askdns, [RULE_URI_DETAIL] = parse_uri_detail,
};

/* A name that was meant counts as defined even when its definition is wrong, so that what
 * refers to it is not reported too; the set is refused anyway. */
void parse_keep(struct parser *parser, struct rule *rule, const struct definition *definition,
	bool good)
{
	if (rule->defined && rule->definition.file_number == parser->file_number)
		diags_add(parser->diags, DIAG_WARNING, definition->place,
			"'%s' is defined again; the definition of line %u is shadowed", rule->name,
			rule->definition.place.line);
	if (!rule->defined)
		rule->order = parser->set->order_next++;
	rule->defined = true;
	rule->broken = !good;
	struct place shadows = rule->definition.place;
	rule->definition = *definition;
	rule->definition.shadows = shadows;
}

void parse_definition(struct parser *parser, const struct keyword *keyword,
	struct lex_line *line)
{
	struct place place;
	struct rule *rule = parse_rule_name(parser, line, &place);
	if (!rule)
		return;
	struct lex_line rest = *line;
	struct place at;
	struct definition definition = { .kind = (enum rule_kind)keyword->kind, .place = place,
		.file_number = parser->file_number,
		.text = parse_unescape(parser, lex_rest(&rest, &at)) };
	bool good = readers[keyword->kind](parser, line, &definition);
	if (good && definition.calls)
		good = parse_uri_block_call(parser, rule, &definition.call);
	parse_keep(parser, rule, &definition, good);
}
