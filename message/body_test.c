/* Tests of the body view: paragraphs, white space, long strings, cut parts. */
#include "message/body.h"

#include <string.h>

#include "test-harness/t.h"

static void check(const char *const *parts, size_t n, const char *expected)
{
	struct arena *arena = arena_create(1 << 20);
	struct body body = { .arena = arena };
	struct buf all = { .arena = arena };
	struct str subject = STR("S");
	bool cut = false;

	for (size_t i = 0; i < n; i++)
		t_int(body_add(&body, str_from(parts[i]), 50000, &cut), 0);
	t_int(body_finish(&body, &subject), 0);
	for (size_t i = 0; i < body.n; i++) {
		buf_add_str(&all, body.items[i]);
		buf_add_byte(&all, '|');
	}
	t_slice(buf_str(&all), expected);
	t_true(!cut);
	arena_free(&arena);
}

T_TEST(folds_into_paragraphs)
{
	static const char *const TEXT[] = { "a\n b\t\tc\n\nd \n \r\n e\n\n\n\nf" };
	static const char *const PARTS[] = { "one\n", "two", "", "\nthree" };
	static const char *const WIDE[] = { "a\xC2\xA0\xE3\x80\x80" "b\xC3\xA9 \xE2\x80\x94" };
	static const char *const NONE[] = { "", " ", "\n\n\n" };

	check(TEXT, 1, "S\n|a b c\n|d \n| e\n|f|");
	check(PARTS, 4, "S\n|one\n|two\n|three|");
	check(WIDE, 1, "S\n|a b\xC3\xA9 \xE2\x80\x94|");
	check(NONE, 3, "S\n| \n|");
}

T_TEST(splits_long_strings_after_a_space)
{
	struct arena *arena = arena_create(1 << 20);
	struct body body = { .arena = arena };
	struct buf text = { .arena = arena };
	bool cut = false;

	for (int i = 0; i < 1000; i++)
		buf_add_cstr(&text, "word ");
	for (int i = 0; i < 5000; i++)
		buf_add_byte(&text, 'x');
	t_int(body_add(&body, buf_str(&text), 50000, &cut), 0);
	t_int(body_finish(&body, NULL), 0);
	t_need(body.n == 6);
	t_int(body.items[0].len, 2045);
	t_true(body.items[0].ptr[2044] == ' ' && body.items[1].ptr[0] == 'w');
	t_int(body.items[3].len, 2048);
	arena_free(&arena);
}

T_TEST(cuts_a_part_near_the_limit)
{
	struct arena *arena = arena_create(1 << 20);
	struct body body = { .arena = arena };
	bool cut = false;

	t_int(body_add(&body, STR("0123456789ab cd\nef"), 10, &cut), 0);
	t_true(cut);
	t_int(body_finish(&body, NULL), 0);
	t_need(body.n == 1);
	t_slice(body.items[0], "0123456789ab cd ");
	arena_free(&arena);
}

static void add_and_finish(struct body *body, const char *text, bool wide)
{
	bool cut = false;

	body->wide = wide;
	t_int(body_add(body, str_from(text), 50000, &cut), 0);
	t_int(body_finish(body, NULL), 0);
	t_need(body->n >= 1);
}

T_TEST(references_alone_make_latin_1)
{
	struct arena *arena = arena_create(1 << 20);
	struct body narrow = { .arena = arena }, wide = { .arena = arena }, more = { .arena = arena };

	add_and_finish(&narrow, "caf\xC3\xA9\xC2\xA0\xC2\xA9", false);
	t_slice(narrow.items[0], "caf\xE9\xA0\xA9");
	add_and_finish(&wide, "caf\xC3\xA9\xC2\xA0\xC2\xA9", true);
	t_slice(wide.items[0], "caf\xC3\xA9 \xC2\xA9");
	add_and_finish(&more, "caf\xC3\xA9 \xE2\x82\xAC", false);
	t_slice(more.items[0], "caf\xC3\xA9 \xE2\x82\xAC");
	arena_free(&arena);
}

T_TEST(a_cut_string_keeps_its_space)
{
	struct arena *arena = arena_create(1 << 20);
	struct body body = { .arena = arena };
	static char text[BODY_STRING_MAX + 3];

	memset(text, 'x', sizeof text - 1);
	text[BODY_STRING_MAX] = ' ';
	add_and_finish(&body, text, false);
	t_int(body.n, 2);
	t_int(body.items[0].len, BODY_STRING_MAX + 1);
	t_slice(body.items[1], "x");
	arena_free(&arena);
}

T_TEST(the_limit_counts_characters)
{
	struct arena *arena = arena_create(1 << 20);
	struct body body = { .arena = arena, .wide = true };
	bool cut = false;

	t_int(body_add(&body, STR("\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9"), 4, &cut), 0);
	t_true(!cut);
	t_int(body_add(&body, STR("\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9"), 3, &cut), 0);
	t_true(cut);
	t_int(body_finish(&body, NULL), 0);
	t_need(body.n == 1);
	t_slice(body.items[0], "\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9 \xC3\xA9\xC3\xA9\xC3\xA9");
	arena_free(&arena);
}

T_TEST(joins_a_flood_of_paragraphs)
{
	struct arena *arena = arena_create(8 << 20);
	struct body body = { .arena = arena };
	struct buf text = { .arena = arena };
	size_t letters = 0;
	bool cut = false;

	for (int i = 0; i < 3 * BODY_STRINGS_MAX; i++)
		buf_add_cstr(&text, "v\n\n");
	t_int(body_add(&body, buf_str(&text), text.len, &cut), 0);
	t_int(body_finish(&body, NULL), 0);
	t_need(body.n > BODY_STRINGS_MAX && body.n < BODY_STRINGS_MAX + 100);
	t_slice(body.items[0], "v\n");
	for (size_t i = 0; i < body.n; i++)
		for (size_t k = 0; k < body.items[i].len; k++)
			letters += body.items[i].ptr[k] == 'v';
	t_int(letters, 3 * BODY_STRINGS_MAX);
	t_int(body.items[BODY_STRINGS_MAX].len, BODY_STRING_MAX);
	arena_free(&arena);
}
