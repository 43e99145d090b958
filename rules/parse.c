/* rules/parse: files, lines and blocks.
 */
#include "rules/parse.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "rules/condition.h"

void parse_spent(struct parser *parser, struct place place)
{
	diags_add(parser->diags, DIAG_ERROR, place, "out of memory");
}

struct place parse_start(const struct lex_line *line)
{
	struct str text = line->text;
	while (text.len && ascii_space(text.ptr[0]))
		text = str_slice(text, 1, text.len);
	return lex_place(line, text.len ? text.ptr : line->text.ptr);
}

bool parse_end(struct parser *parser, struct lex_line *line)
{
	struct str word;
	struct place place;
	if (!lex_word(line, &word, &place))
		return true;
	diags_add(parser->diags, DIAG_ERROR, place, "'%.*s' is too much here", PARSE_SHOW(word));
	return false;
}

struct str parse_unescape(struct parser *parser, struct str text)
{
	char *copy = arena_alloc_raw(parser->set->arena, text.len + 1);
	size_t n = 0;
	if (!copy)
		return str_make(NULL, 0);
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\\' && i + 1 < text.len && text.ptr[i + 1] == '#')
			i++;
		copy[n++] = text.ptr[i];
	}
	copy[n] = '\0';
	return str_make(copy, n);
}

/* Cuts the comment off: from the first "#" that has no backslash before it. */
static void cut_comment(struct lex_line *line)
{
	for (size_t i = 0; i < line->text.len; i++) {
		if (line->text.ptr[i] == '#' && (i == 0 || line->text.ptr[i - 1] != '\\')) {
			line->text.len = i;
			return;
		}
	}
}

/* A rule that a condition leaves out is known by name, so that what needs it is left out too and
 * not taken for a misspelling. */
static void note_skipped(struct parser *parser, struct lex_line *line)
{
	struct str word;
	struct place place;
	struct rule *rule = lex_word(line, &word, &place) && word.len <= RULE_NAME_MAX ?
		set_rule(parser->set, word) : NULL;
	if (rule)
		rule->skipped = true;
}

static void read_statement(struct parser *parser, struct lex_line *line)
{
	struct str word;
	struct place place;
	if (!lex_word(line, &word, &place))
		return;
	const struct keyword *keyword =
		parse_keyword(word, place, parser->skip ? NULL : parser->diags);
	statement *const blocks[] = { parse_if, parse_ifplugin, parse_else, parse_endif };
	bool block = false;
	for (size_t i = 0; keyword && i < sizeof blocks / sizeof *blocks; i++)
		block = block || keyword->read == blocks[i];
	if (keyword && (block || !parser->skip))
		keyword->read(parser, keyword, line);
	else if (keyword && (keyword->read == parse_definition || keyword->read == parse_uri_block))
		note_skipped(parser, line);
}

void parse_lang(struct parser *parser, const struct keyword *keyword, struct lex_line *line)
{
	(void)keyword;
	struct str word;
	struct place place;
	if (!lex_word(line, &word, &place))
		diags_add(parser->diags, DIAG_ERROR, place, "language expected");
	else if (str_starts_nocase(STR("en"), word)) /* as SpamAssassin in an English locale */
		read_statement(parser, line);
}

static void open_block(struct parser *parser, struct str keyword, struct lex_line *line,
	bool holds)
{
	if (parser->blocks_n == PARSE_BLOCKS_MAX) {
		diags_add(parser->diags, DIAG_ERROR, parse_start(line), "blocks are nested too deeply");
		parser->skip = true;
		return;
	}
	parser->blocks[parser->blocks_n++] =
		(struct block){ parse_start(line), keyword, parser->skip, holds, false };
	parser->skip = parser->skip || !holds;
}

void parse_if(struct parser *parser, const struct keyword *keyword, struct lex_line *line)
{
	(void)keyword;
	struct place place;
	struct str text = lex_rest(line, &place);
	bool holds = false;
	/* inside a block that is skipped nothing is asked: it may use words of another version */
	if (!parser->skip && !text.len)
		diags_add(parser->diags, DIAG_ERROR, place, "condition expected");
	else if (!parser->skip)
		condition_ask(text, place, parser->set->arena, parser->diags, &holds);
	open_block(parser, STR("if"), line, holds);
}

void parse_ifplugin(struct parser *parser, const struct keyword *keyword, struct lex_line *line)
{
	(void)keyword;
	struct str word;
	struct place place;
	bool named = lex_word(line, &word, &place);
	if (!named && !parser->skip)
		diags_add(parser->diags, DIAG_ERROR, place, "plugin name expected");
	if (!parser->skip)
		parse_end(parser, line);
	open_block(parser, STR("ifplugin"), line, named && condition_plugin(word));
}

void parse_else(struct parser *parser, const struct keyword *keyword, struct lex_line *line)
{
	(void)keyword;
	struct place place = parse_start(line);
	struct block *block = parser->blocks_n ? &parser->blocks[parser->blocks_n - 1] : NULL;
	parse_end(parser, line);
	if (!block || block->in_else) {
		diags_add(parser->diags, DIAG_ERROR, place,
			block ? "a second 'else'" : "'else' without 'if'");
		return;
	}
	block->in_else = true;
	parser->skip = block->outer_skip || block->holds;
}

void parse_endif(struct parser *parser, const struct keyword *keyword, struct lex_line *line)
{
	(void)keyword;
	parse_end(parser, line);
	if (!parser->blocks_n) {
		diags_add(parser->diags, DIAG_ERROR, parse_start(line), "'endif' without 'if'");
		return;
	}
	parser->skip = parser->blocks[--parser->blocks_n].outer_skip;
}

void parse_include(struct parser *parser, const struct keyword *keyword, struct lex_line *line)
{
	(void)keyword;
	struct place place;
	struct str text = lex_rest(line, &place);
	struct buf path = { .arena = parser->set->arena };
	if (!text.len) {
		diags_add(parser->diags, DIAG_ERROR, place, "file name expected");
		return;
	}
	if (text.ptr[0] != '/') {
		buf_add_cstr(&path, parser->directory);
		buf_add_byte(&path, '/');
	}
	buf_add_str(&path, parse_unescape(parser, text));
	buf_cstr(&path);
	if (path.failed)
		parse_spent(parser, place);
	else
		parse_file(parser->set, buf_cstr(&path), parser, place, parser->diags);
}

static bool same_file(const char *a, const char *b)
{
	struct stat x, y;
	return !stat(a, &x) && !stat(b, &y) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* false, with an error: the file is being read already, or the chain is too long. */
static bool include_allowed(const char *path, const struct parser *includer, struct place from,
	struct diags *diags)
{
	for (const struct parser *p = includer; p; p = p->includer) {
		if (same_file(path, p->file)) {
			diags_add(diags, DIAG_ERROR, from, "'%s' includes itself", path);
			return false;
		}
	}
	if (includer && includer->depth >= PARSE_INCLUDE_MAX) {
		diags_add(diags, DIAG_ERROR, from, "includes are nested too deeply");
		return false;
	}
	return true;
}

static int set_names(struct parser *parser, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct str directory = slash ? str_make(path, (size_t)(slash - path)) : STR(".");
	if (slash == path)
		directory = STR("/");
	parser->file = arena_dup(parser->set->arena, str_from(path));
	parser->directory = arena_dup(parser->set->arena, directory);
	return parser->file && parser->directory ? 0 : -1;
}

static void read_lines(struct parser *parser, struct str text)
{
	struct lex lex = lex_begin(parser->file, text);
	struct lex_line line;
	while (lex_next(&lex, &line)) {
		cut_comment(&line);
		read_statement(parser, &line);
	}
	for (size_t i = 0; i < parser->blocks_n; i++)
		diags_add(parser->diags, DIAG_ERROR, parser->blocks[i].place, "'%.*s' without 'endif'",
			PARSE_SHOW(parser->blocks[i].keyword));
}

void parse_file(struct ruleset *set, const char *path, const struct parser *includer,
	struct place from, struct diags *diags)
{
	struct lex_file file = { 0 };
	struct error error;
	struct parser *parser = ARENA_NEW(set->arena, struct parser);
	if (!parser) {
		diags_add(diags, DIAG_ERROR, from, "out of memory");
		return;
	}
	*parser = (struct parser){ .set = set, .diags = diags, .includer = includer,
		.depth = includer ? includer->depth + 1 : 0, .file_number = ++set->files_n };
	if (!include_allowed(path, includer, from, diags))
		return;
	if (set_names(parser, path)) {
		parse_spent(parser, from);
	} else if (lex_file_read(&file, path, &error)) {
		diags_add(diags, DIAG_ERROR, includer ? from : (struct place){ path, 0, 0 }, "%s",
			error.text);
	} else {
		read_lines(parser, str_make(file.text, file.len));
	}
	lex_file_clear(&file);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool rule_file_name(const char *name)
{
	size_t n = strlen(name);
	return name[0] != '.' && n > 3 && !strcmp(name + n - 3, ".cf");
}

/* The rule files' paths, sorted; in the arena. -1: memory was spent. */
static int list_directory(struct ruleset *set, DIR *directory, const char *path, char ***names,
	size_t *n)
{
	size_t capacity = 0;
	struct dirent *entry;
	*names = NULL;
	*n = 0;
	while ((entry = readdir(directory)) != NULL) {
		if (!rule_file_name(entry->d_name))
			continue;
		if (*n == capacity) {
			size_t more = capacity ? capacity * 2 : 32;
			char **grown = arena_resize(set->arena, *names, capacity * sizeof **names,
				more * sizeof **names);
			if (!grown)
				return -1;
			*names = grown;
			capacity = more;
		}
		struct buf full = { .arena = set->arena };
		buf_addf(&full, "%s/%s", path, entry->d_name);
		(*names)[(*n)++] = arena_dup(set->arena, buf_str(&full));
		if (full.failed || !(*names)[*n - 1])
			return -1;
	}
	if (*n)
		qsort(*names, *n, sizeof **names, compare_names);
	return 0;
}

void parse_path(struct ruleset *set, const char *path, struct diags *diags)
{
	struct place place = { path, 0, 0 };
	struct stat status;
	if (stat(path, &status) || !S_ISDIR(status.st_mode)) {
		parse_file(set, path, NULL, place, diags);
		return;
	}
	DIR *directory = opendir(path);
	char **names = NULL;
	size_t n = 0;
	if (!directory)
		diags_add(diags, DIAG_ERROR, place, "cannot read the directory: %s", strerror(errno));
	else if (list_directory(set, directory, path, &names, &n))
		diags_add(diags, DIAG_ERROR, place, "out of memory");
	if (directory)
		closedir(directory);
	for (size_t i = 0; i < n; i++)
		parse_file(set, names[i], NULL, place, diags);
}
