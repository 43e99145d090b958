/* Tests of charset: labels, the fast ways, and what is kept when it does not decode. */
#include "message/charset.h"

#include "test-harness/t.h"

static const struct {
	const char *label, *in, *out;
} CASES[] = {
	{ "utf-8", "\xC3\xA9 \xFF", "\xC3\x83\xC2\xA9 \xC3\xBF" },
	{ "utf-8", "\xC3\xA9 \xE2\x80", "\xC3\xA9 \xE2\x80" }, /* cut */
	{ "ISO-8859-1", "caf\xE9 \x93x\x94", "caf\xC3\xA9 \xE2\x80\x9Cx\xE2\x80\x9D" },
	{ "", "caf\xE9", "caf\xC3\xA9" },
	{ "us-ascii", "caf\xC3\xA9", "caf\xC3\xA9" },
	{ "x-made-up", "caf\xE9", "caf\xC3\xA9" },
	{ "KOI8-R", "\xD7\xC9\xC1\xC7\xD2\xC1", "\xD0\xB2\xD0\xB8\xD0\xB0\xD0\xB3\xD1\x80\xD0\xB0" },
	{ "windows-1251", "\xE2\xE8", "\xD0\xB2\xD0\xB8" },
	{ "gb2312", "\xD6\xD0", "\xE4\xB8\xAD" },
	{ " Big5 ", "\xA4\xA4", "\xE4\xB8\xAD" },
	{ "shift_jis", "\x93\xFA", "\xE6\x97\xA5" },
	{ "ISO-2022-JP", "\x1B$BF|\x1B(B", "\xE6\x97\xA5" },
	{ "euc-kr", "\xC7\xD1", "\xED\x95\x9C" },
	{ "utf-7", "a+AGI-c", "abc" },
	{ "big5", "ok\xFF.", "ok\xFF." },
	{ "koi8-r", "ascii only", "ascii only" },
	{ "hz-gb-2312", "a~~b ~{VP~}c~\nd ~{VP\ne", "a~b \xE4\xB8\xAD" "cd \xE4\xB8\xAD\ne" },
	{ "HZ", "plain", "plain" },
	/* labels of WHATWG Encoding 4.2 */
	{ "iso-ir-101", "\xB1", "\xC4\x85" }, { "csISOLatin2", "\xB1", "\xC4\x85" },
	{ "l9", "\xA4", "\xE2\x82\xAC" }, { "x-cp1251", "\xE2", "\xD0\xB2" },
	{ "csisolatincyrillic", "\xD2", "\xD0\xB2" }, { "ks_c_5601-1989", "\xC7\xD1", "\xED\x95\x9C" },
	{ "x-mac-cyrillic", "\xE2", "\xD0\xB2" }, { "unicode-1-1-utf-7", "+AGI-", "b" },
	{ "cswindows31j", "\x93\xFA", "\xE6\x97\xA5" }, { "866", "\xA2", "\xD0\xB2" },
};

/* The table is searched by halves: each label is found only if it stands in order. */
T_TEST(labels_are_in_order)
{
	t_true(charset_same(charset_find(STR("csunicode")), charset_find(STR("utf-16le"))));
	t_true(charset_same(charset_find(STR("windows949")), charset_find(STR("949"))) == false);
	t_true(charset_same(charset_find(STR("visual")), charset_find(STR("iso-8859-8"))));
	t_true(charset_same(charset_find(STR("866")), charset_find(STR("cp866"))));
	t_true(charset_hides_ascii(charset_find(STR("iso-2022-kr"))) && !charset_hides_ascii(charset_find(STR("utf-8"))));
}

T_TEST(converts)
{
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
		struct buf out = {0};

		charset_to_utf8(str_from(CASES[i].label), str_from(CASES[i].in), &out);
		t_slice(buf_str(&out), CASES[i].out);
		buf_free(&out);
	}
}

T_TEST(utf16_with_nul_bytes)
{
	struct buf out = {0};

	charset_to_utf8(STR("utf-16le"), STR("a\0b\0"), &out);
	t_slice(buf_str(&out), "ab");
	buf_free(&out);
}

T_TEST(long_text_keeps_every_byte)
{
	struct buf in = {0}, out = {0};

	for (int i = 0; i < 5000; i++)
		buf_add_cstr(&in, "\xE2\xE8z");
	charset_to_utf8(STR("cp1251"), buf_str(&in), &out);
	t_int(out.len, 25000);
	t_slice(str_slice(buf_str(&out), 24990, 25000),
		"\xD0\xB2\xD0\xB8z\xD0\xB2\xD0\xB8z");
	buf_free(&in);
	buf_free(&out);
}

static bool is_utf8(struct str label, struct str bytes)
{
	return charset_is_utf8(charset_find(label), bytes, bytes_are_ascii(bytes));
}

T_TEST(used_in_place_when_nothing_is_to_do)
{
	t_true(is_utf8(STR("UTF-8"), STR("\xC3\xA9")));
	t_true(!is_utf8(STR("UTF-8"), STR("\xFF")));
	t_true(is_utf8(STR("iso-8859-1"), STR("plain ascii of more than thirty-two bytes")));
	t_true(!is_utf8(STR("iso-8859-1"), STR("plain ascii of more than thirty-two \xE9")));
	t_true(!is_utf8(STR("utf-7"), STR("a")));
}
