/* rules/parse: rule files into the records of a set.
 *
 * SpamAssassin's syntax: one statement a line, no continuation lines; "#" begins a comment, "\#"
 * is the byte; keywords are case-folded and "-" is "_". Reads everything even when something is
 * wrong, so that one run finds all errors.
 */
#ifndef DEPEER_RULES_PARSE_H
#define DEPEER_RULES_PARSE_H

#include "base/diag.h"
#include "base/lex.h"
#include "rules/set.h"

enum { PARSE_INCLUDE_MAX = 10, PARSE_BLOCKS_MAX = 50, PARSE_MAX_AGE_MAX = 36500 };

/* A file, or a directory whose *.cf files are read in the order of their names. */
void parse_path(struct ruleset *set, const char *path, struct diags *diags);

/* For the files of this module (parse*.c) only. */
struct parser;
struct keyword;
typedef void statement(struct parser *parser, const struct keyword *keyword,
	struct lex_line *line);
struct keyword {
	const char *name;
	statement *read;
	unsigned kind;       /* of a definition: enum rule_kind; of networks: which */
	/* a list: the setting that it adds to (NULL: its own) and the name of the list there; a
	 * setting without effect: why, if an admin should be told */
	const char *of, *under;
};
enum { TRUST_TRUSTED, TRUST_INTERNAL, TRUST_MSA }; /* keyword->kind */
/* The tables of parse_lists.c and parse_ignored.c. */
const struct keyword *parse_lists(size_t *n);
const struct keyword *parse_ignored_settings(size_t *n);
const struct keyword *parse_keyword(struct str name, struct place place, struct diags *diags);

struct block {
	struct place place;
	struct str keyword;
	bool outer_skip, holds, in_else;
};
struct parser {
	struct ruleset *set;
	struct diags *diags;
	const char *file;        /* in the set's arena, as is the directory */
	const char *directory;
	unsigned file_number;
	struct block blocks[PARSE_BLOCKS_MAX];
	size_t blocks_n;
	bool skip;
	const struct parser *includer;
	unsigned depth;
};

statement parse_definition, parse_score, parse_describe, parse_tflags, parse_expires,
	parse_network_list, parse_max_age, parse_require_version, parse_include, parse_if,
	parse_ifplugin, parse_else, parse_endif, parse_lang, parse_test, parse_priority,
	parse_words, parse_words_off, parse_address_off, parse_line, parse_named, parse_named_off,
	parse_lists_clear, parse_ignored, parse_replace_tag, parse_replace_pre, parse_replace_post,
	parse_replace_inter, parse_replace_rules, parse_replace_mark, parse_trust,
	parse_trust_clear, parse_origins, parse_origins_clear, parse_redirector, parse_uri_block;
void parse_file(struct ruleset *set, const char *path, const struct parser *includer,
	struct place from, struct diags *diags);
/* The next word as a rule's name, with its record; NULL with an error in diags. */
struct rule *parse_rule_name(struct parser *parser, struct lex_line *line, struct place *place);
/* Where the statement of the line begins. */
struct place parse_start(const struct lex_line *line);
/* Compiles the regex that is written at `place`, "\#" for "#", and keeps it; what it is made of
 * goes into `out`, whose kind is read. NULL with the error in diags. */
struct pattern *parse_regex(struct parser *parser, struct definition *out, struct str escaped,
	struct place place);
/* Of parse_uri.c: what stands behind the name of a uri_detail rule; and a check that asks for what
 * uri_block_cc and its like say of the rule gets its name as argument. */
bool parse_uri_block_call(struct parser *parser, const struct rule *rule,
	struct check_call *call);
bool parse_uri_detail(struct parser *parser, struct lex_line *line, struct definition *out);
/* The record takes the definition; see parse_definition.c. */
void parse_keep(struct parser *parser, struct rule *rule, const struct definition *definition,
	bool good);
/* Nothing may follow. */
bool parse_end(struct parser *parser, struct lex_line *line);
void parse_spent(struct parser *parser, struct place place); /* "out of memory" */
/* A copy in the set's arena with each "\#" made "#". */
struct str parse_unescape(struct parser *parser, struct str text);

/* For %.*s: at most 100 bytes of a slice */
#define PARSE_SHOW(text) (int)((text).len < 100 ? (text).len : 100), (text).ptr

#endif
