/* One pass names the regexes that could match, and none too few. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "rules/prefilter.h"
#include "test-harness/t.h"

enum { REGEXES_MAX = 200 };

struct built {
	struct arena *arena;
	struct prefilter *prefilter;
	size_t n;
};

static struct built build(const char *const *texts, size_t n)
{
	struct built built = { .arena = arena_create(64 * 1024 * 1024), .n = n };
	struct prefilter_regex regexes[REGEXES_MAX] = { { .always = false } };
	t_need(built.arena && n <= REGEXES_MAX);
	for (size_t i = 0; i < n; i++)
		regexes[i].text = str_from(texts[i]);
	t_int(prefilter_build(regexes, n, built.arena, &built.prefilter), 0);
	return built;
}

/* "0 2": the named ones */
static const char *named(const struct built *built, struct str text)
{
	uint64_t bitmap[REGEXES_MAX / 64 + 1] = { 0 };
	struct buf out = { .arena = built->arena };
	t_need(built->prefilter);
	prefilter_scan(built->prefilter, text, bitmap);
	for (size_t i = 0; i < built->n; i++)
		if (prefilter_has(bitmap, i))
			buf_addf(&out, out.len ? " %zu" : "%zu", i);
	return buf_cstr(&out);
}

T_TEST(names_what_could_match)
{
	static const char *const texts[] = { "viagra|cialis", "Viagra \\d", "\\w+", "qz", "x[1-3]!!",
		"\\xe9\\xea", "abcdefghijklmnopqrstuvwxyz" };
	static const struct {
		struct str text;
		const char *named;
	} cases[] = {
		{ { "", 0 }, "2" }, { { "VIAGRA", 6 }, "0 2" }, { { "viagra 7", 8 }, "0 1 2" },
		{ { "cialiS", 6 }, "0 2" }, { { "ciali", 5 }, "2" }, { { "qz", 2 }, "2 3" },
		{ { "zq", 2 }, "2" }, { { "q", 1 }, "2" }, { { "x2!!", 4 }, "2 4" },
		{ { "x4!!", 4 }, "2" }, { { " \xe9\xea", 3 }, "2 5" }, { { "\xc9\xca", 2 }, "2" },
		{ { "\0qz\0", 4 }, "2 3" }, { { "qzQZviagracialis", 16 }, "0 2 3" },
		{ { "abcdefghijklmnopqrstuvwxyz", 26 }, "2 6" },
	};
	struct built built = build(texts, 7);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		t_str(named(&built, cases[i].text), cases[i].named);
	arena_free(&built.arena);
}

T_TEST(counts_words_and_sees_other_scripts)
{
#define E "(?:[e3]|\\xc3[\\xa8-\\xab]|\\xc4\\x93|\\xce\\xb5|\\xd0\\xb5|\\xd1\\x91|\\xd2\\xbd|\\xd3\\x97|\\xd4\\x91|&#101;)"
#define E4 E E E E
	static const char *const texts[] = { "(?:(?:the|and).*){3}", E4 E4 E4 E4 E4 E4 E4, "qz", "zq" };
	static const struct {
		struct str text;
		const char *named;
	} cases[] = {
		{ { "the and", 7 }, "" }, { { "the and the", 11 }, "0" }, { { "thethethe", 9 }, "0" },
		{ { "the the t h e", 13 }, "" }, { { "a\xd0\xb5", 3 }, "1" }, { { "a\xd5\xb5", 3 }, "" },
		{ { "&#101;", 6 }, "1" }, { { "&101;", 5 }, "" }, { { "e\xe2\x80\x99", 4 }, "" },
		{ { "eqzeq", 5 }, "2" }, { { "eeee333333eeeeeeee33333333eee", 28 }, "1" },
	};
	struct built built = build(texts, 4);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		t_str(named(&built, cases[i].text), cases[i].named);
	arena_free(&built.arena);
#undef E4
#undef E
}

/* A word at each offset of a text, behind its end, and as its only content. */
T_TEST(finds_words_anywhere)
{
	static const char *const texts[] = { "qzx", "qz", "\\xff", "qzxjqzxjqzxjqzxj" };
	struct built built = build(texts, 4);
	for (size_t i = 0; i < 4; i++) {
		const char *word = i == 2 ? "\xff" : texts[i];
		for (size_t at = 0; at < 40; at++) {
			char text[60];
			uint64_t bitmap = 0, cut = 0;
			memset(text, i == 2 ? 'q' : '\xfe', sizeof text);
			memcpy(text + at, word, strlen(word));
			prefilter_scan(built.prefilter, str_make(text, at + strlen(word)), &bitmap);
			prefilter_scan(built.prefilter, str_make(text, at + strlen(word) - 1), &cut);
			t_true(prefilter_has(&bitmap, i));
			t_true(!prefilter_has(&cut, i));
		}
	}
	arena_free(&built.arena);
}

T_TEST(keeps_many_regexes_apart)
{
	static char texts[REGEXES_MAX][20];
	const char *pointers[REGEXES_MAX];
	for (int i = 0; i < REGEXES_MAX; i++) {
		snprintf(texts[i], sizeof texts[i], "qz%c%cxj", 'a' + i / 26, 'a' + i % 26);
		pointers[i] = texts[i];
	}
	struct built built = build(pointers, REGEXES_MAX);
	for (int i = 0; i < REGEXES_MAX; i++) {
		char want[20];
		snprintf(want, sizeof want, "%d", i);
		t_str(named(&built, str_from(texts[i])), want);
	}
	arena_free(&built.arena);
}

T_TEST(is_not_built_in_vain)
{
	static const char *const vague[] = { "\\w", "a|b", ".*" };
	struct built built = build(vague, 3);
	t_true(built.prefilter == NULL);
	arena_free(&built.arena);
	built = build(vague, 0);
	t_true(built.prefilter == NULL);
	arena_free(&built.arena);
}

T_TEST(always_names_what_it_is_told_to)
{
	struct prefilter_regex regexes[] = { { .text = STR("qza") }, { .text = STR("qzb") },
		{ .text = STR("qzc") }, { .text = STR("qzd"), .always = true } };
	struct built built = { .arena = arena_create(1024 * 1024), .n = 4 };
	t_need(built.arena);
	t_int(prefilter_build(regexes, 4, built.arena, &built.prefilter), 0);
	t_str(named(&built, STR("")), "3");
	t_str(named(&built, STR("qzb")), "1 3");
	arena_free(&built.arena);
}

T_TEST(says_when_memory_is_spent)
{
	struct prefilter_regex regexes[] = { { .text = STR("qza") }, { .text = STR("qzb") },
		{ .text = STR("qzc") } };
	int spent = 0, built = 0;
	for (size_t limit = 256; limit < 64 * 1024; limit += 256) {
		struct arena *arena = arena_create(limit);
		struct prefilter *prefilter = NULL;
		if (!arena)
			continue;
		int status = prefilter_build(regexes, 3, arena, &prefilter);
		t_true(status == -1 ? !prefilter : prefilter != NULL);
		spent += status == -1;
		built += status == 0;
		arena_free(&arena);
	}
	t_true(spent > 5 && built > 5);
}

struct scanner {
	const struct prefilter *prefilter;
	unsigned wrong;
};

static void *scan_often(void *data)
{
	struct scanner *scanner = data;
	for (int i = 0; i < 2000; i++) {
		uint64_t bitmap = 0;
		prefilter_scan(scanner->prefilter, STR("a text with VIAGRA and qz in it"), &bitmap);
		scanner->wrong += bitmap != 5;
	}
	return NULL;
}

T_TEST(serves_many_threads)
{
	static const char *const texts[] = { "viagra", "cialis", "qz" };
	struct built built = build(texts, 3);
	pthread_t threads[4];
	struct scanner scanners[4];
	for (int i = 0; i < 4; i++) {
		scanners[i] = (struct scanner){ built.prefilter, 0 };
		t_need(pthread_create(&threads[i], NULL, scan_often, &scanners[i]) == 0);
	}
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		t_int(scanners[i].wrong, 0);
	}
	arena_free(&built.arena);
}
