/* Tests of the transfer encodings: right, broken, and cut anywhere. */
#include "message/decode.h"

#include <string.h>

#include "test-harness/t.h"

struct sample {
	const char *in, *out;
};

static const struct sample BASE64[] = {
	{ "", "" }, { "aGVsbG8=", "hello" }, { "aGVs\r\nbG8=\n", "hello" }, { "aGVsbG8", "hello" },
	{ "aGU=bGxv", "hello" }, { "a!G(V s\tbG8==", "hello" }, { "aGVsbG8h", "hello!" },
	{ "====", "" }, { "aA", "h" }, { "a", "" }, { "aGVsbG8=aGVsbG8=", "hellohello" },
};

static const struct sample QP[] = {
	{ "", "" }, { "a=3Db", "a=b" }, { "a=3db", "a=b" }, { "so=\nft", "soft" },
	{ "so=\r\nft", "soft" }, { "so= \t\r\nft", "soft" }, { "a=zb", "a=zb" }, { "a=3zb", "a=3zb" },
	{ "a==3D", "a==" }, { "end=", "end=" }, { "end=3", "end=3" }, { "a=\rb", "a=\rb" },
	{ "a= b", "a= b" }, { "line\nline", "line\nline" },
	{ "blanks \t\nline\t\r\nlast ", "blanks\nline\r\nlast " }, { "kept=20\n", "kept \n" },
	{ "=3=\nD", "=" }, { " \n\n", "\n\n" }, { "=\n=\n", "" },
};

/* Cut in two at `cut`, and all in pieces of one byte when cut is SIZE_MAX. */
static void decode(const char *in, size_t cut, char *out)
{
	struct base64_state state = {0};
	size_t len = strlen(in), n = 0, step;

	for (size_t at = 0; at < len; at += step) {
		step = cut == SIZE_MAX ? 1 : at == 0 && cut > 0 && cut < len ? cut : len - at;
		n += base64_decode(&state, str_make(in + at, step), out + n);
	}
	n += base64_finish(&state, out + n);
	out[n] = '\0';
}

T_TEST(base64_forgives_and_may_be_cut)
{
	char out[100];

	for (size_t i = 0; i < sizeof BASE64 / sizeof *BASE64; i++) {
		for (size_t cut = 0; cut < strlen(BASE64[i].in); cut++) {
			decode(BASE64[i].in, cut, out);
			t_str(out, BASE64[i].out);
		}
		decode(BASE64[i].in, SIZE_MAX, out);
		t_str(out, BASE64[i].out);
	}
}

T_TEST(quoted_printable_forgives)
{
	char out[100];

	for (size_t i = 0; i < sizeof QP / sizeof *QP; i++) {
		out[qp_decode(str_from(QP[i].in), out)] = '\0';
		t_str(out, QP[i].out);
	}
}

T_TEST(finds_and_decodes_uuencoded_files)
{
	struct str text = STR("hi\nbegin x\nbegin 644 a b.txt\n#0V%T\n#0V%T`\n\"0V\n`\nend\n"
		"begin 0755 \n%0V%T");
	struct uu_file file;
	size_t at = 0;
	char out[64];

	t_need(uu_find(text, &at, &file));
	t_slice(file.name, "a b.txt");
	t_slice(str_make(out, uu_decode(file.lines, out)), "CatCatC");
	t_need(uu_find(text, &at, &file)); /* without its end, and short of digits */
	t_slice(str_make(out, uu_decode(file.lines, out)), "Cat");
	t_true(!uu_find(text, &at, &file));
	at = 0;
	t_true(!uu_find(STR("begin"), &at, &file));
	at = 0;
	t_true(!uu_find(STR("beginning of the end\nbegin 64 x\nb"), &at, &file));
}
