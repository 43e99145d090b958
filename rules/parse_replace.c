/* rules/parse_replace: the lines of ReplaceTags.
 */
#include "rules/parse.h"

static void read_entry(struct parser *parser, struct lex_line *line, enum replace_kind kind)
{
	struct str name, text;
	struct place place;
	if (!lex_word(line, &name, &place)) {
		diags_add(parser->diags, DIAG_ERROR, place, "name of a tag expected");
		return;
	}
	text = lex_rest(line, &place);
	if (!text.len) {
		diags_add(parser->diags, DIAG_ERROR, place, "regex expected");
		return;
	}
	struct replace_entry entry = { kind, parse_unescape(parser, name),
		parse_unescape(parser, text) };
	if (!entry.name.ptr || !entry.text.ptr ||
	    replace_add(&parser->set->replace, parser->set->arena, entry))
		parse_spent(parser, place);
}

void parse_replace_tag(struct parser *parser, const struct keyword *keyword,
	struct lex_line *line)
{
	(void)keyword;
	read_entry(parser, line, REPLACE_TAG);
}

void parse_replace_pre(struct parser *parser, const struct keyword *keyword,
	struct lex_line *line)
{
	(void)keyword;
	read_entry(parser, line, REPLACE_PRE);
}

void parse_replace_post(struct parser *parser, const struct keyword *keyword,
	struct lex_line *line)
{
	(void)keyword;
	read_entry(parser, line, REPLACE_POST);
}

void parse_replace_inter(struct parser *parser, const struct keyword *keyword,
	struct lex_line *line)
{
	(void)keyword;
	read_entry(parser, line, REPLACE_INTER);
}

void parse_replace_rules(struct parser *parser, const struct keyword *keyword,
	struct lex_line *line)
{
	(void)keyword;
	bool any = false;
	for (;;) {
		struct lex_line before = *line;
		struct str word;
		struct place place;
		if (!lex_word(line, &word, &place)) {
			if (!any)
				diags_add(parser->diags, DIAG_ERROR, place, "rule name expected");
			return;
		}
		struct rule *rule = parse_rule_name(parser, &before, &place);
		any = true;
		if (rule)
			rule->replaced = true;
	}
}

/* SpamAssassin cuts regexes at '<' and '>' whatever these say. */
void parse_replace_mark(struct parser *parser, const struct keyword *keyword,
	struct lex_line *line)
{
	struct place place;
	struct str text = lex_rest(line, &place);
	if (!str_equal(text, str_from(keyword->of)))
		diags_add(parser->diags, DIAG_ERROR, place, "only '%s' is supported", keyword->of);
}
