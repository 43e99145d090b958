#include "base/suggest.h"

#include <string.h>

#include "test-harness/t.h"

static const char *best_of(const char *wanted, const char *a, const char *b)
{
	struct suggest suggest = suggest_begin(str_from(wanted));

	suggest_offer(&suggest, a);
	suggest_offer(&suggest, b);
	return suggest.best;
}

T_TEST(finds_typing_errors)
{
	t_str(best_of("asn_dorp", "asn_drop", "net_drop"), "asn_drop"); /* swap */
	t_str(best_of("asn_drp", "net_drop", "asn_drop"), "asn_drop");  /* insert */
	t_str(best_of("asn_droop", "net_drop", "asn_drop"), "asn_drop"); /* delete */
	t_str(best_of("asn_drap", "net_drop", "asn_drop"), "asn_drop"); /* replace */
	t_str(best_of("SCORE", "socket", "score"), "score");
	t_str(best_of("abd", "abc", "xyz"), "abc"); /* three letters: one edit */
	t_str(best_of("abcdef", "abcdxx", "zzzzzz"), "abcdxx");
}

T_TEST(keeps_quiet_when_nothing_is_near)
{
	t_str(best_of("ab", "ac", "a"), NULL);
	t_str(best_of("abc", "axx", "xxc"), NULL);
	t_str(best_of("abcdef", "abcxxx", "xxxdef"), NULL);
	t_str(best_of("", "a", ""), NULL);
	t_str(best_of("abcd", "", "abxy"), NULL);
}

T_TEST(distance_counts_a_swap_once)
{
	struct suggest suggest = suggest_begin(STR("abcdefghi"));

	suggest_offer(&suggest, "badcfeghi");
	t_int(suggest.distance, 3);
	suggest_offer(&suggest, "abcdefgih");
	t_int(suggest.distance, 1);
	suggest_offer(&suggest, "bacdefghi"); /* as near: the first stays */
	t_str(suggest.best, "abcdefgih");
}

T_TEST(long_words_and_nul)
{
	char text[300];
	struct suggest suggest;

	memset(text, 'a', sizeof(text));
	text[64] = '\0';
	suggest = suggest_begin(str_make(text, 64));
	suggest_offer(&suggest, text);
	t_int(suggest.distance, 0);
	text[64] = 'a';
	text[sizeof(text) - 1] = '\0';
	suggest = suggest_begin(str_from(text));
	suggest_offer(&suggest, text);
	t_str(suggest.best, NULL);
	suggest = suggest_begin(STR("scor\0"));
	suggest_offer(&suggest, "score");
	t_str(suggest.best, "score");
}

T_TEST(writes_the_question)
{
	struct suggest suggest = suggest_begin(STR("scroe"));
	char out[64];

	t_str(suggest_text(&suggest, out, sizeof(out)), "");
	suggest_offer(&suggest, "score");
	t_str(suggest_text(&suggest, out, sizeof(out)), " (did you mean 'score'?)");
	t_str(suggest_text(&suggest, out, 6), " (did");
}
