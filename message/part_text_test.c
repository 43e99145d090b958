/* Tests of the transfer encodings of text parts as a whole. */
#include "message/part_text.h"

#include "test-harness/t.h"

static const struct { const char *in, *out; } QUOTED[] = {
	{ "", "" }, { "a \t\nb", "a\nb" }, { "a=20 \nb", "a \nb" }, { "a=\n \nb", "a\nb" },
	{ "a=  \nb", "ab" }, { "a \r\nb\t\r\n", "a\nb\n" }, { " a  b ", " a  b " }, { " \n \n", "\n\n" },
	{ "a\r \nb", "a\nb" },
};

T_TEST(blanks_at_line_ends_are_no_text)
{
	struct arena *arena = arena_create(1 << 20);

	for (size_t i = 0; i < sizeof QUOTED / sizeof *QUOTED; i++) {
		struct str text = str_from(QUOTED[i].in);

		t_int(part_text_decode(arena, MIME_QUOTED_PRINTABLE, &text, NULL), 0);
		t_slice(text, QUOTED[i].out);
	}
	arena_free(&arena);
}

T_TEST(other_encodings_keep_them)
{
	struct arena *arena = arena_create(1 << 20);
	struct str text = STR("a \nb"), base64 = STR("YSAK YiAK\n");

	t_int(part_text_decode(arena, MIME_IDENTITY, &text, NULL), 0);
	t_slice(text, "a \nb");
	t_int(part_text_decode(arena, MIME_BASE64, &base64, NULL), 0);
	t_slice(base64, "a \nb \n");
	arena_free(&arena);
}
