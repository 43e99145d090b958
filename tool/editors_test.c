/* The words in the editors' files (packaging/editors) against the parser's: an editor that shows
 * a known word as unknown misleads. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/lex.h"
#include "rules/detail.h"
#include "test-harness/t.h"

enum { WORDS_MAX = 400, WORD_MAX = 60 };

struct words {
	char items[WORDS_MAX][WORD_MAX];
	size_t n;
};

/* Adds each word of the text; other bytes stand between them. */
static void add_words(struct words *words, const char *text, size_t len)
{
	for (size_t i = 0, n; i < len; i += n + 1) {
		for (n = 0; i + n < len && (ascii_alpha(text[i + n]) || ascii_digit(text[i + n])
				|| text[i + n] == '_'); n++)
			;
		t_need(words->n < WORDS_MAX && n < WORD_MAX);
		if (n > 0)
			memcpy(words->items[words->n++], text + i, n);
	}
}

static bool has_word(const struct words *words, const char *word)
{
	for (size_t i = 0; i < words->n; i++)
		if (strcmp(words->items[i], word) == 0)
			return true;
	return false;
}

static void hold_against_parser(const struct words *words)
{
	const char *keyword;

	for (size_t k = 0; (keyword = rule_keyword(k)); k++)
		if (!t_true(has_word(words, keyword)))
			t_str("missing in the editor's file", keyword);
	for (size_t i = 0; i < words->n; i++)
		if (!t_true(rule_keyword_known(words->items[i])))
			t_str("unknown to the parser", words->items[i]);
}

static struct lex_file read_file(const char *path)
{
	struct lex_file file = { 0 };
	struct error error;

	t_int(lex_file_read(&file, path, &error), 0);
	t_need(file.text);
	return file;
}

static size_t lines_of(const struct lex_file *file)
{
	size_t n = 0;

	for (size_t i = 0; i < file->len; i++)
		n += file->text[i] == '\n';
	return n;
}

/* Of "syn keyword depeerKind contained WORDS nextgroup=..." */
T_TEST(vim)
{
	static const char *const groups[] = { "depeerKind", "depeerAbout", "depeerBlock",
		"depeerSetting" };
	struct lex_file file = read_file("packaging/editors/depeer.vim");
	struct lex lex = lex_begin("depeer.vim", str_make(file.text, file.len));
	struct words *words = calloc(1, sizeof(*words));
	struct lex_line line;

	t_need(words);
	t_true(lines_of(&file) < 100);
	while (lex_next(&lex, &line))
		for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
			char start[60];
			size_t n, end;

			snprintf(start, sizeof(start), "syn keyword %s contained ", groups[i]);
			n = strlen(start);
			if (!str_starts_nocase(line.text, str_from(start)))
				continue;
			end = str_find(line.text, STR(" nextgroup="));
			line.text = str_slice(line.text, n, end);
			add_words(words, line.text.ptr, line.text.len);
		}
	hold_against_parser(words);
	free(words);
	lex_file_clear(&file);
}

/* Of "match": "^...(?i:(WORD|WORD))..." */
T_TEST(textmate)
{
	struct lex_file file = read_file("packaging/editors/depeer.tmLanguage.json");
	json_t *root = json_loadb(file.text, file.len, 0, NULL), *pattern;
	struct words *words = calloc(1, sizeof(*words));
	size_t i;

	t_need(words && root);
	t_true(lines_of(&file) < 100);
	json_array_foreach(json_object_get(root, "patterns"), i, pattern) {
		struct str match = str_from(json_string_value(json_object_get(pattern, "match")));
		size_t at = str_find(match, STR("(?i:("));

		t_need(match.ptr && match.len > 0);
		if (at == SIZE_MAX)
			continue;
		match = str_slice(match, at + 5, match.len);
		add_words(words, match.ptr, str_find_byte(match, ')'));
	}
	hold_against_parser(words);
	free(words);
	json_decref(root);
	lex_file_clear(&file);
}
