#include "base/bytes.h"
#include "base/str.h"

#include "test-harness/t.h"

enum { ROUNDS = 20000, LONGEST = 160 };

/* Mostly letters, so that runs are long; the rest is what the searches stop at. */
static size_t make_text(unsigned *seed, char *text)
{
	static const char ODD[] = ".:@ \n\t\r&=\x7F\x80\xC2\xFF\x1F\0";
	size_t len = (*seed = *seed * 1103515245u + 12345u) >> 16 & 127;

	for (size_t i = 0; i < len; i++) {
		*seed = *seed * 1103515245u + 12345u;
		text[i] = (*seed >> 16) % 24 ? (char)('a' + (*seed >> 21) % 26) :
			(*seed >> 20) % 3 ? ' ' : ODD[(*seed >> 22) % (sizeof ODD - 1)];
	}
	return len;
}

static const char WORDS[4][4] = { "dot", "D0T", "dit", "dox" };

static bool is_dot(const char *p, const char *end)
{
	struct str word = str_make(p, end - p >= 3 ? 3 : 0);

	return str_equal_nocase(word, STR("dot")) || str_equal_nocase(word, STR("d0t"));
}

T_TEST(finds_what_a_byte_by_byte_search_finds)
{
	unsigned seed = 7;
	char text[LONGEST];

	for (int round = 0; round < ROUNDS; round++) {
		size_t at = (size_t)round % 16, len = make_text(&seed, text + at);
		const char *p = text + at, *end = p + len, *plain = p, *three = p;

		if (len > 8) /* hardly ever there by chance */
			memcpy(text + at + len / 2, WORDS[round & 3], 3);
		while (plain < end && (unsigned char)*plain >= 0x20 && (unsigned char)*plain < 0x80 &&
			*plain != '&')
			plain++;
		while (three < end && *three != '.' && *three != ':' && *three != '@')
			three++;
		t_need(bytes_plain_end(p, end, '&') == plain);
		t_need(bytes_find3(p, end, '.', ':', '@') == three);
		for (three = p; three < end && (*three == 0 || !strchr(".:@&", *three)) &&
			!is_dot(three, end);)
			three++;
		t_need(bytes_find4_or_dot(p, end, ".:@&") == three);
		for (plain = p; plain < end && (unsigned char)*plain < 0x80;)
			plain++;
		t_need(bytes_ascii(p, end) == (plain == end));
		t_need(bytes_ascii_end(p, end) == plain);
	}
}

T_TEST(tells_the_kinds_of_bytes_and_finds_pairs)
{
	unsigned seed = 3, seen = 0, pairs = 0;
	char text[LONGEST];

	for (int round = 0; round < ROUNDS; round++) {
		size_t at = (size_t)round % 16, len = make_text(&seed, text + at);
		const char *p = text + at, *end = p + len, *pair = p;
		unsigned kinds = 0;

		if (len > 2 && round % 3 == 0)
			text[at + (unsigned)round % len] = "\x1B\0="[round / 3 % 3];
		for (const char *c = p; c < end; c++)
			kinds |= (unsigned char)*c >= 0x80 ? BYTES_HIGH : *c == 0 ? BYTES_NUL :
				*c == 0x1B ? BYTES_ESCAPE : 0u;
		t_need(bytes_kinds(p, end) == kinds);
		seen |= kinds;
		while (pair < end && !(end - pair > 1 && *pair == ' ' && (pair[1] == 'e' ||
			pair[1] == '\n')))
			pair++;
		t_need(bytes_find_pair(p, end, ' ', 'e', '\n') == pair);
		pairs += pair < end;
	}
	t_need(seen == (BYTES_HIGH | BYTES_NUL | BYTES_ESCAPE) && pairs > 1000);
}

/* Where it may stop, and that what it took is there, also within the same block. */
T_TEST(copies_up_to_what_needs_a_look)
{
	unsigned seed = 11, took = 0;
	char text[LONGEST], whole[LONGEST], copy[LONGEST] = "";

	for (int round = 0; round < ROUNDS; round++) {
		size_t shift = (size_t)round % 5, len = make_text(&seed, text + shift);
		const char *p = text + shift, *end = p + len;
		char *to;
		size_t n;

		memcpy(whole, text + shift, len);
		to = bytes_copy_plain(&p, end, round & 1 ? text : copy, '&');
		n = (size_t)(p - (text + shift));
		t_need(n <= len && to == (round & 1 ? text : copy) + n);
		t_need(memcmp(round & 1 ? text : copy, whole, n) == 0);
		t_need(memcmp(p, whole + n, len - n) == 0); /* the rest is not touched */
		for (size_t i = 0; i < n; i++)
			t_need(byte_plain(whole[i]) && whole[i] != '&' && (whole[i] != ' ' ||
				(i + 1 < len && whole[i + 1] != ' ' && byte_plain(whole[i + 1]))));
		took += n > 16;
	}
	t_true(took > ROUNDS / 20);
}
