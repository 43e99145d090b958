/* Lints of sets, texts that attack, and what is told of a rule. */
#include "rules/lint.h"

#include "rules/attack.h"
#include "rules/detail.h"
#include "rules/testing.h"

/* "w:line " or "n:line " for each finding, in order. */
static const char *lints(const char *text, bool slow)
{
	static char out[400];
	struct diags diags = { 0 };
	struct ruleset *set = rules_load(text);
	size_t n = 0;
	out[0] = '\0';
	t_int(lint_set(set, &diags), 0);
	for (size_t i = 0; slow && i < ruleset_rules(set); i++)
		t_int(lint_slow(set, i, &diags), 0);
	for (size_t i = 0; i < diags.n; i++)
		n += (size_t)snprintf(out + n, sizeof out - n, "%c:%u ",
			diag_severity_name(diags.items[i].severity)[0], diags.items[i].place.line);
	diags_clear(&diags);
	ruleset_free(&set);
	return out;
}

T_TEST(metas_that_never_change)
{
	t_str(lints("body A /a/\nbody B /b/\nmeta M A + B > 2\n", false), "w:3 ");
	t_str(lints("body A /a/\nbody B /b/\nmeta M A + B > 1\n", false), "");
	t_str(lints("body A /a/\ntflags A multiple\nmeta M A > 2\n", false), "");
	t_str(lints("body A /a/\ntflags A multiple maxhits=2\nmeta M A > 2\n", false), "w:3 ");
	t_str(lints("body A /a/\nmeta M A || 2 > 1\n", false), "w:2 ");
	t_str(lints("body A /a/\nmeta __M A > 1\nmeta N !__M\n", false), "w:2 w:3 ");
	t_str(lints("body A /a/\nscore A 0\nmeta M A\n", false), "n:2 n:3 ");
}

T_TEST(regexes_longer_than_their_texts)
{
	t_str(lints("body A /a{2050}/\n", false), "w:1 ");
	t_str(lints("body A /a{2049}/\n", false), "");
	t_str(lints("uri A /a{8193}/\n", false), "w:1 ");
	t_str(lints("header A X =~ /a{8192}/\n", false), "");
	t_str(lints("header A X !~ /a{8193}/\n", false), "");
}

T_TEST(slow_regexes)
{
	t_str(lints("body A /(a|a)*$/\n", true), "w:1 ");
	t_str(lints("body A /(?:x\\d+)*[\\dx]+[xyz\\d]*!/\n", true), "n:1 ");
	t_str(lints("body A /^(\\w+ ?)+@x/i\n", true), "w:1 ");
	t_str(lints("body A /(?:a+|b)+\\bc/\n", true), "w:1 ");
	t_str(lints("body A /\\b(?:viagra|cialis) now.{0,50}today/i\n", true), "");
	t_str(lints("body A /[[:alpha:]]+\\d/\n", true), "");
}

static void attacks(const char *regex, const char *modifiers, const char *expected)
{
	struct arena *arena = arena_create(1024 * 1024);
	struct attack attack;
	char text[400] = "";
	t_need(arena);
	t_int(attack_make(str_from(regex), str_from(modifiers), 12, arena, &attack), 0);
	for (size_t i = 0; i < attack.n; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "%.*s|",
			(int)attack.texts[i].len, attack.texts[i].ptr);
	t_str(text, expected);
	arena_free(&arena);
}

T_TEST(texts_of_the_regexes_own_pieces)
{
	attacks("abc", "", "");
	attacks("ab*c{2,5}", "", "abbbbbbbbb\1c|ababababab\1c|");
	attacks("x[^y]+z", "s", "xaaaaaaaaayz|xaxaxaxaxayz|");
	attacks("(?:ab|cd)+", "", "cdcdcdcdcd\1d|");
	attacks("(?!q+)\\d{11}\\x41*", "i", "QQQQQQQQQQ\1a|1111111111\1a|1111111111\1a|");
	attacks("[\\]a]\\s+", "", "a         \1 |a a a a a \1 |");
	attacks("\\w+[!a]*", "", "aaaaaaaaaa\1a|aaaaaaaaaa\1a|aaaaaaaaaa\1a|");
	attacks("\\d+[\\d!]*", "", "1111111111\1" "1|1111111111\1" "1|1111111111\1" "1|");
}

T_TEST(detail)
{
	struct ruleset *set = rules_load("body A /a\\#b/ # c\nmeta M A + A\nscore M 1 2 3 4\n"
		"tflags M nice  net # c\nbody __B /b/\nscore A 0\n");
	struct rule_detail a = rule_detail(set, 0), m = rule_detail(set, 1), b = rule_detail(set, 2);
	t_slice(a.definition, "/a#b/");
	t_slice(m.definition, "A + A");
	t_slice(m.tflags, "nice  net");
	t_near(m.scores[3], 4, 0);
	t_int(m.score_used, 0);
	t_int(m.score_place.line, 3);
	t_true(!a.tflags_place.file && !a.shadows.file);
	t_int(a.idle, RULE_SCORE_0);
	t_int(m.idle, RULE_RUNS);
	t_int(b.idle, RULE_UNUSED);
	t_int(rule_part(set, 1, 0), 0);
	t_int(rule_part(set, 1, 1), 0);
	t_true(rule_part(set, 1, 2) == SIZE_MAX && rule_part(set, 0, 0) == SIZE_MAX);
	ruleset_free(&set);
}
