#include "base/str.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/error.h"
#include "test-harness/t.h"

T_TEST(nul_is_an_ordinary_byte)
{
	struct str text = STR("a\0b");

	t_int(text.len, 3);
	t_true(!str_equal(text, STR("a")));
	t_true(!str_equal(text, STR("a\0c")));
	t_true(str_equal(text, STR("a\0b")));
	t_int(str_find(text, STR("\0b")), 1);
	t_int(str_find_byte(text, '\0'), 1);
	t_true(str_starts_nocase(text, STR("A\0")));
}

T_TEST(empty_slices)
{
	struct str none = str_from(NULL);

	t_int(none.len, 0);
	t_true(str_equal(none, STR("")));
	t_true(str_equal_nocase(none, STR("")));
	t_int(str_compare(none, STR("")), 0);
	t_int(str_trim(none).len, 0);
	t_true(str_find_byte(none, 'x') == SIZE_MAX);
	t_true(str_find(none, STR("x")) == SIZE_MAX);
	t_true(str_find_nocase(none, STR("x")) == SIZE_MAX);
	t_int(str_find(none, none), 0);
	t_int(str_slice(none, 3, 9).len, 0);
}

T_TEST(compares_bytes_and_ascii_case)
{
	t_true(str_equal_nocase(STR("Content-TYPE"), STR("content-type")));
	t_true(!str_equal_nocase(STR("a@"), STR("a`")));
	t_true(!str_equal_nocase(STR("\xc4"), STR("\xe4")));
	t_true(str_compare(STR("ab"), STR("abc")) < 0);
	t_true(str_compare(STR("b"), STR("abc")) > 0);
	t_true(str_compare(STR("\x7f"), STR("\x80")) < 0);
	t_int(str_compare(STR("abc"), STR("abc")), 0);
	t_true(!str_starts_nocase(STR("ab"), STR("abc")));
	t_true(str_ends_nocase(STR("a.HTM"), STR(".htm")));
	t_true(!str_ends_nocase(STR("htm"), STR(".htm")));
	t_slice(str_trim(STR(" \t\r\n\v\fa b\r\n")), "a b");
	t_slice(str_trim(STR(" \r\n")), "");
	t_true(!ascii_space('\0'));
}

T_TEST(finds)
{
	t_int(str_find(STR("aaab"), STR("aab")), 1);
	t_int(str_find(STR("abc"), STR("c")), 2);
	t_true(str_find(STR("abc"), STR("abcd")) == SIZE_MAX);
	t_true(str_find(STR("aaaa"), STR("ab")) == SIZE_MAX);
	t_int(str_find_nocase(STR("xxMIMExx"), STR("mime")), 2);
	t_int(str_find_nocase(STR("ximXIME"), STR("IME")), 4);
	t_true(str_find_nocase(STR("xxMIM"), STR("mime")) == SIZE_MAX);
	/* a needle that begins with a blank is looked for by its second byte */
	t_int(str_find(STR("by  by"), STR(" by")), 3);
	t_int(str_find(STR(" b"), STR(" b")), 0);
	t_true(str_find(STR("by b"), STR(" by")) == SIZE_MAX);
	t_true(str_find(STR("b"), STR(" b")) == SIZE_MAX);
	t_int(str_find(STR("a  b"), STR("  b")), 1);
	t_int(str_find_nocase(STR("WITH with x"), STR(" WITH ")), 4);
	t_int(str_find_nocase(STR(" BY"), STR(" by")), 0);
	t_true(str_find_nocase(STR("BYby b"), STR(" by")) == SIZE_MAX);
	t_int(str_find_nocase(STR("x\0Yz"), STR("yZ")), 2);
	t_int(str_until(STR("a?b#c"), 0, "#?"), 1);
	t_int(str_until(STR("a?b#c"), 2, "#?"), 3);
	t_int(str_until(STR("abc"), 0, "#?"), 3);
	t_slice(str_slice(STR("abcdef"), 2, 4), "cd");
	t_slice(str_slice(STR("abc"), 2, 99), "c");
	t_slice(str_slice(STR("abc"), 9, 99), "");
	t_slice(str_slice(STR("abc"), 2, 1), "");
	/* at each place of a long text, in either case, beside a decoy of the other */
	char text[1200];

	for (size_t at = 1; at + 5 < sizeof text; at++) {
		memset(text, 'x', sizeof text);
		text[0] = at % 2 ? 'm' : 'M';
		memcpy(text + at, at % 2 ? "Mime" : "miME", 4);
		t_int(str_find_nocase(str_make(text, sizeof text), STR("mIme")), at);
	}
}

T_TEST(reads_numbers)
{
	uint64_t n = 7;

	t_true(!str_to_u64(STR(""), UINT64_MAX, &n));
	t_true(!str_to_u64(STR("+1"), UINT64_MAX, &n));
	t_true(!str_to_u64(STR(" 1"), UINT64_MAX, &n));
	t_true(!str_to_u64(STR("1a"), UINT64_MAX, &n));
	t_true(!str_to_u64(STR("1\0"), UINT64_MAX, &n));
	t_true(!str_to_u64(STR("18446744073709551616"), UINT64_MAX, &n));
	t_true(!str_to_u64(STR("99999999999999999999"), UINT64_MAX, &n));
	t_true(!str_to_u64(STR("4294967296"), UINT32_MAX, &n));
	t_int(n, 7);
	t_true(str_to_u64(STR("4294967295"), UINT32_MAX, &n));
	t_true(n == UINT32_MAX);
	t_true(str_to_u64(STR("18446744073709551615"), UINT64_MAX, &n));
	t_true(n == UINT64_MAX);
	t_true(str_to_u64(STR("000"), 0, &n));
	t_int(n, 0);
}

T_TEST(buffer_grows)
{
	struct buf buf = { 0 };
	char long_text[1000];

	t_str(buf_cstr(&buf), "");
	for (int i = 0; i < 10000; i++)
		buf_add_byte(&buf, (char)('a' + i % 26));
	t_int(buf.len, 10000);
	t_true(buf.ptr[9999] == 'a' + 9999 % 26);
	t_true(!buf.failed);
	buf_free(&buf);
	t_int(buf.len, 0);
	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	buf_addf(&buf, "%d-%s", 42, "b");
	buf_addf(&buf, "%s", long_text);
	buf_add_str(&buf, STR("\0z"));
	buf_add_cstr(&buf, NULL);
	t_int(buf.len, 4 + 999 + 2);
	t_int(memcmp(buf_str(&buf).ptr, "42-bx", 5), 0);
	t_int(buf.ptr[buf.len - 1], 'z');
	t_int(strlen(buf_cstr(&buf)), 4 + 999);
	buf_free(&buf);
}

T_TEST(buffer_stops_at_its_limit)
{
	struct buf buf = { .limit = 100 };

	for (int i = 0; i < 33; i++)
		buf_add(&buf, "abc", 3);
	t_true(!buf.failed);
	t_int(buf.len, 99);
	buf_add(&buf, "xyz", 3);
	t_true(buf.failed);
	t_int(buf.len, 100);
	buf_add_byte(&buf, '!');
	t_int(buf.len, 100);
	t_int(buf_cstr(&buf)[99], 'x');
	t_int(strlen(buf_cstr(&buf)), 100);
	t_true(!buf_reserve(&buf, 1));
	buf_free(&buf);
	t_true(!buf.failed);
	t_true(buf_reserve(&buf, 100));
	t_true(!buf_reserve(&buf, SIZE_MAX));
	t_true(buf.failed);
	buf_free(&buf);
}

T_TEST(buffer_in_an_arena)
{
	struct arena *arena = arena_create(64 * 1024);
	struct buf buf = { .arena = arena };

	t_need(arena);
	while (!buf.failed && buf.len < 1000000)
		buf_add(&buf, "0123456789", 10);
	t_true(buf.failed);
	t_true(arena_spent(arena));
	t_true(buf.len > 40000);
	t_true(arena_used(arena) <= 64 * 1024);
	for (size_t i = 0; i < buf.len; i++)
		if (buf.ptr[i] != (char)('0' + i % 10))
			t_need(!"a byte has changed");
	buf_free(&buf);
	arena_free(&arena);
}

T_TEST(buffer_does_not_spend_an_arena_by_doubling)
{
	struct arena *arena = arena_create(64 * 1024);
	struct buf buf = { .arena = arena };

	t_need(arena);
	for (int i = 0; i < 48 * 1024; i++)
		buf_add_byte(&buf, 'x');
	t_true(!buf.failed);
	t_true(!arena_spent(arena));
	t_int(buf.len, 48 * 1024);
	arena_free(&arena);
}

T_TEST(error_is_one_line_and_cut)
{
	struct error error = { "" };
	char text[2 * ERROR_TEXT_MAX];

	t_int(error_set(&error, "a\n%s\t\x7f%d", "b\r", 5), -1);
	t_str(error.text, "a?b???5");
	memset(text, 'y', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	t_int(error_set(&error, "%s", text), -1);
	t_int(strlen(error.text), ERROR_TEXT_MAX - 1);
	t_int(error_set(NULL, "%s", text), -1);
}

static size_t find_slowly(struct str text, struct str needle, bool nocase)
{
	for (size_t i = 0; i + needle.len <= text.len; i++) {
		struct str here = str_slice(text, i, i + needle.len);

		if (nocase ? str_same_nocase(here.ptr, needle.ptr, needle.len) :
			str_equal(here, needle))
			return i;
	}
	return SIZE_MAX;
}

/* Of two letters and their capitals, so that much is nearly found; lengths around a block's. */
T_TEST(finds_what_a_slow_search_finds)
{
	unsigned seed = 5, found = 0;
	char text[80], needle[8];

	for (int round = 0; round < 50000; round++) {
		size_t len = (seed >> 16) % sizeof text, needle_len = (size_t)round % sizeof needle;

		for (size_t i = 0; i < sizeof text; i++) {
			seed = seed * 1103515245u + 12345u;
			text[i] = "aAb- "[(seed >> 16) % 5];
		}
		for (size_t i = 0; i < sizeof needle; i++) {
			seed = seed * 1103515245u + 12345u;
			needle[i] = "aAb- "[(seed >> 16) % 5];
		}
		struct str in = str_make(text, len), of = str_make(needle, needle_len);
		t_need(str_find(in, of) == find_slowly(in, of, false));
		t_need(str_find_nocase(in, of) == find_slowly(in, of, true));
		found += needle_len > 3 && str_find_nocase(in, of) != SIZE_MAX;
	}
	t_need(found > 1000);
}
