/* Tests of header fields: splitting, encoded words, parameters. */
#include "message/header.h"

#include "test-harness/t.h"

static struct arena *arena;

static struct str decoded(const char *raw)
{
	struct str out = { NULL, 0 };

	t_int(header_decode(arena, str_from(raw), &out), 0);
	return out;
}

static const struct { const char *raw, *text; } WORDS[] = {
	{ " plain ", "plain" }, { "a\r\n\t b", "a b" }, { "a\n b\n", "a b" }, { "a\nb", "ab" },
	{ "=?utf-8?q?caf=C3=A9_x?=", "caf\xC3\xA9 x" }, { "=?UTF-8?B?Y2Fmw6k=?=", "caf\xC3\xA9" },
	{ "=?iso-8859-1?Q?caf=E9?=", "caf\xC3\xA9" }, { "=?utf-8*en?q?x?= y", "x y" },
	{ "=?utf-8?q?a?=\r\n =?utf-8?q?b?= c", "ab c" }, { "a =?utf-8?q?b?= c", "a b c" },
	{ "=?utf-8?q?=C3?= =?utf-8?q?=A9?=", "\xC3\xA9" }, { "x=?utf-8?q?y?=z", "xyz" },
	{ "=?utf-8?x?a?=", "=?utf-8?x?a?=" }, { "=?utf-8?q?a", "=?utf-8?q?a" },
	{ "=?utf-8?q?a?b?=", "=?utf-8?q?a?b?=" }, { "=?", "=?" }, { "=??q?a?=", "=??q?a?=" },
	{ "=?utf-8?q?a b?=", "a b" }, { "=?utf-8?q?=ZZ=4?=", "=ZZ=4" },
	{ "=?utf-8?q?" "?=x", "x" }, { "=?nope?q?=?= =?utf-8?q?ok?=", "=ok" },
};

T_TEST(decodes_words)
{
	arena = arena_create(1 << 20);
	for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
		t_slice(decoded(WORDS[i].raw), WORDS[i].text);
	arena_free(&arena);
}

T_TEST(splits_a_block)
{
	struct str rest = STR("A: 1\r\nB :2\n\t more\nNo field\n\nbody"), name, value;

	t_true(header_next(&rest, &name, &value));
	t_slice(name, "A");
	t_slice(value, " 1");
	t_true(header_next(&rest, &name, &value));
	t_slice(name, "B");
	t_slice(value, "2\n\t more");
	t_true(!header_next(&rest, &name, &value));
	t_slice(rest, "No field\n\nbody");
	rest = STR("A:b\n\nbody");
	t_true(header_next(&rest, &name, &value));
	t_true(!header_next(&rest, &name, &value));
	t_slice(rest, "body");
}

static const struct { const char *value, *name, *text; } PARAMS[] = {
	{ "text/plain; charset=utf-8", "charset", "utf-8" },
	{ "text/plain; CHARSET = \"u\\tf-8\" ; x=y", "charset", "utf-8" },
	{ "text/plain; (c;harset=no) charset=yes (really)", "charset", "yes" },
	{ "multipart/mixed;\r\n\tboundary=\"a b;c\"", "boundary", "a b;c" },
	{ "text/plain; charset=one; charset=two", "charset", "one" },
	{ "text/plain charset=x", "charset", "x" },
	{ "text/plain;; ;=;charset=x", "charset", "x" },
	{ "text/plain; name=\"open", "name", "open" },
	{ "a/b; filename*=utf-8''caf%C3%A9.txt", "filename", "caf\xC3\xA9.txt" },
	{ "a/b; filename*0=\"one\"; filename*1=\"two\"", "filename", "onetwo" },
	{ "a/b; filename*0*=utf-8''a%20; filename*1=b", "filename", "a b" },
	{ "a/b; x=y", "charset", NULL }, { "", "charset", NULL }, { ";", "charset", NULL },
	{ "a/b; charsetx=y", "charset", NULL },
};

T_TEST(finds_parameters)
{
	arena = arena_create(1 << 20);
	for (size_t i = 0; i < sizeof PARAMS / sizeof *PARAMS; i++) {
		struct str out;
		bool found = header_param(arena, str_from(PARAMS[i].value),
			str_from(PARAMS[i].name), &out);

		t_int(found, PARAMS[i].text != NULL);
		if (found && PARAMS[i].text)
			t_slice(out, PARAMS[i].text);
	}
	t_slice(header_first_word(STR(" Text/HTML; charset=x")), "Text/HTML");
	arena_free(&arena);
}
