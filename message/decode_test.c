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
};

/* Cut in two at `cut`, and all in pieces of one byte when cut is SIZE_MAX. */
static size_t decode(bool base64, const char *in, size_t cut, char *out)
{
	struct base64_state b = {0};
	struct qp_state q = {0};
	size_t len = strlen(in), n = 0, step;

	for (size_t at = 0; at < len; at += step) {
		step = cut == SIZE_MAX ? 1 : at == 0 && cut > 0 && cut < len ? cut : len - at;
		n += base64 ? base64_decode(&b, str_make(in + at, step), out + n) :
			qp_decode(&q, str_make(in + at, step), out + n);
	}
	n += base64 ? base64_finish(&b, out + n) : qp_finish(&q, out + n);
	out[n] = '\0';
	return n;
}

static void check(bool base64, const struct sample *samples, size_t n)
{
	char out[100];

	for (size_t i = 0; i < n; i++) {
		for (size_t cut = 0; cut < strlen(samples[i].in); cut++) {
			decode(base64, samples[i].in, cut, out);
			t_str(out, samples[i].out);
		}
		decode(base64, samples[i].in, SIZE_MAX, out);
		t_str(out, samples[i].out);
	}
}

T_TEST(base64_forgives_and_may_be_cut)
{
	check(true, BASE64, sizeof BASE64 / sizeof *BASE64);
}

T_TEST(quoted_printable_forgives_and_may_be_cut)
{
	check(false, QP, sizeof QP / sizeof *QP);
}
