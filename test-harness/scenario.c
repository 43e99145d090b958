/* Reads scenarios. The grammar is one table: keyword, how many words, and whether a text follows;
 * what the words mean is scenario_run.c's and scenario_world.c's affair. */
#include "test-harness/scenario.h"

#include <string.h>

#include "base/suggest.h"

enum { MEMORY_MAX = 64 * 1024 * 1024 };

static const struct keyword {
	const char *name;
	enum scenario_kind kind;
	size_t least, most;  /* words */
	bool raw;            /* the rest of the line is taken as it stands */
	bool text;           /* a <<END must follow the words */
} keywords[] = {
	{ "asn", SCENARIO_ASN, 4, 4, false, false },
	{ "dns", SCENARIO_DNS, 0, 0, true, false },
	{ "rules", SCENARIO_RULES, 0, 0, true, false },
	{ "rulefile", SCENARIO_RULEFILE, 1, 1, false, false },
	{ "file", SCENARIO_FILE, 1, 1, false, true },
	{ "config", SCENARIO_CONFIG, 2, 2, false, false },
	{ "mta", SCENARIO_MTA, 1, 1, false, false },
	{ "orders", SCENARIO_ORDERS, 1, 1, false, false },
	{ "connect", SCENARIO_CONNECT, 1, 2, false, false },
	{ "helo", SCENARIO_HELO, 1, 1, false, false },
	{ "reconnect", SCENARIO_RECONNECT, 0, 0, false, false },
	{ "health-check", SCENARIO_HEALTH_CHECK, 0, 0, false, false },
	{ "auth", SCENARIO_AUTH, 1, 1, false, false },
	{ "from", SCENARIO_FROM, 1, 1, false, false },
	{ "rcpt", SCENARIO_RCPT, 1, 1, false, false },
	{ "chunks", SCENARIO_CHUNKS, 1, 16, false, false },
	{ "forge", SCENARIO_FORGE, 3, 3, false, false },
	{ "pad", SCENARIO_PAD, 1, 1, false, false },
	{ "abort", SCENARIO_ABORT, 1, 1, false, false },
	{ "message", SCENARIO_MESSAGE, 1, 1, false, false },
	{ "mail", SCENARIO_MAIL, 0, 0, false, true },
	{ "expect", SCENARIO_EXPECT, 1, SCENARIO_WORDS_MAX, false, false },
};

static const struct keyword *find_keyword(struct str word, struct suggest *suggest)
{
	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++) {
		if (str_equal(word, str_from(keywords[i].name)))
			return &keywords[i];
		suggest_offer(suggest, keywords[i].name);
	}
	return NULL;
}

/* The lines up to the one that is `end` alone. */
static bool take_text(struct lex *lex, struct str end, struct str *text)
{
	struct lex_line line;
	const char *begin = lex->rest.ptr;

	while (lex_next(lex, &line)) {
		if (str_equal(str_trim(line.text), end)) {
			*text = str_make(begin, (size_t)(line.text.ptr - begin));
			return true;
		}
	}
	return false;
}

/* A word, or what stands between quotes; NULL when memory is spent. */
static const char *take_word(struct scenario *scenario, struct str *rest)
{
	struct str word;

	*rest = str_trim(*rest);
	if (rest->len > 0 && rest->ptr[0] == '"') {
		size_t end = str_find_byte(str_slice(*rest, 1, rest->len), '"');

		word = str_slice(*rest, 1, end == SIZE_MAX ? rest->len : end + 1);
		*rest = str_slice(*rest, end == SIZE_MAX ? rest->len : end + 2, rest->len);
	} else {
		size_t n = 0;

		while (n < rest->len && !ascii_space(rest->ptr[n]))
			n++;
		word = str_slice(*rest, 0, n);
		*rest = str_slice(*rest, n, rest->len);
	}
	return arena_dup(scenario->arena, word);
}

static void take_words(struct scenario *scenario, struct scenario_step *step, struct str rest,
	struct diags *diags)
{
	while (str_trim(rest).len > 0) {
		if (step->words_n == SCENARIO_WORDS_MAX) {
			diags_add(diags, DIAG_ERROR, step->place, "too many words");
			return;
		}
		step->words[step->words_n] = take_word(scenario, &rest);
		if (step->words[step->words_n++] == NULL) {
			diags_add(diags, DIAG_ERROR, step->place, "out of memory");
			return;
		}
	}
}

static void read_step(struct scenario *scenario, struct lex *lex, const struct keyword *keyword,
	struct str rest, struct scenario_step *step, struct diags *diags)
{
	size_t heredoc = str_find(rest, STR("<<"));
	bool has_text = heredoc != SIZE_MAX && (keyword->text || (keyword->raw && heredoc == 0));
	struct str end = has_text ? str_trim(str_slice(rest, heredoc + 2, rest.len)) : rest;

	step->kind = keyword->kind;
	if (keyword->text && !has_text)
		diags_add(diags, DIAG_ERROR, step->place, "'%s' takes a text: <<END", keyword->name);
	else if (has_text && !take_text(lex, end, &step->text))
		diags_add(diags, DIAG_ERROR, step->place, "no line '%.*s' ends the text",
			(int)end.len, end.ptr);
	if (keyword->raw) {
		if (!has_text)
			step->text = rest;
		return;
	}
	take_words(scenario, step, has_text ? str_slice(rest, 0, heredoc) : rest, diags);
	if (step->words_n < keyword->least || step->words_n > keyword->most)
		diags_add(diags, DIAG_ERROR, step->place, "'%s' takes %zu to %zu words, not %zu",
			keyword->name, keyword->least, keyword->most, step->words_n);
}

static void read_line(struct scenario *scenario, struct lex *lex, struct lex_line *line,
	struct diags *diags)
{
	struct str word;
	struct place place, rest_place;
	const struct keyword *keyword;
	struct suggest suggest;
	char hint[80];

	if (!lex_word(line, &word, &place) || word.ptr[0] == '#')
		return;
	suggest = suggest_begin(word);
	keyword = find_keyword(word, &suggest);
	if (keyword == NULL) {
		diags_add(diags, DIAG_ERROR, place, "unknown step '%.*s'%s", (int)word.len,
			word.ptr, suggest_text(&suggest, hint, sizeof(hint)));
	} else {
		struct scenario_step *step = &scenario->steps[scenario->n++];

		step->place = place;
		read_step(scenario, lex, keyword, lex_rest(line, &rest_place), step, diags);
	}
}

static size_t count_lines(struct str text)
{
	size_t n = 1;

	for (size_t i = 0; i < text.len; i++)
		n += text.ptr[i] == '\n';
	return n;
}

static int read_steps(struct scenario *scenario, struct diags *diags)
{
	struct str text = str_make(scenario->file.text, scenario->file.len);
	struct lex lex = lex_begin(scenario->path, text);
	struct lex_line line;
	size_t errors = diags->errors;

	scenario->steps = ARENA_ARRAY(scenario->arena, struct scenario_step, count_lines(text));
	if (scenario->steps == NULL) {
		diags_add(diags, DIAG_ERROR, (struct place){ scenario->path, 0, 0 },
			"out of memory");
		return -1;
	}
	while (lex_next(&lex, &line))
		read_line(scenario, &lex, &line, diags);
	return diags->errors == errors ? 0 : -1;
}

struct scenario *scenario_load(const char *path, struct diags *diags)
{
	struct arena *arena = arena_create(MEMORY_MAX);
	struct scenario *scenario = arena ? ARENA_NEW(arena, struct scenario) : NULL;
	const char *slash = strrchr(path, '/');
	struct error error;

	if (scenario == NULL) {
		arena_free(&arena);
		diags_add(diags, DIAG_ERROR, (struct place){ path, 0, 0 }, "out of memory");
		return NULL;
	}
	scenario->arena = arena;
	scenario->path = arena_dup(arena, str_from(path));
	scenario->directory = slash == NULL ? "." :
		arena_dup(arena, str_make(path, (size_t)(slash - path)));
	if (lex_file_read(&scenario->file, path, &error) != 0)
		diags_add(diags, DIAG_ERROR, (struct place){ path, 0, 0 }, "%s", error.text);
	else if (read_steps(scenario, diags) == 0)
		return scenario;
	scenario_free(&scenario);
	return NULL;
}

void scenario_free(struct scenario **scenario)
{
	struct arena *arena;

	if (*scenario == NULL)
		return;
	arena = (*scenario)->arena;
	lex_file_clear(&(*scenario)->file);
	arena_free(&arena);
	*scenario = NULL;
}
