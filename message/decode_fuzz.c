/* Fuzz target: transfer encodings and charsets. The first byte chooses a charset and a cut; what
 * base64 gives must not depend on the cut, nothing writes more than it may, and text of any
 * charset becomes something of bounded length. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "message/charset.h"
#include "message/decode.h"
#include "message/sniff.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const CHARSETS[] = {
	"", "utf-8", "windows-1251", "utf-16", "utf-16le", "utf-32", "utf-7", "iso-2022-jp",
	"iso-2022-kr", "iso-2022-cn", "gb18030", "big5", "euc-jp", "koi8-r", "hz-gb-2312", "x"
};

static void check_base64(struct str in, size_t piece)
{
	struct base64_state whole = { .bits = 0 }, cut = { .bits = 0 };
	char *a = malloc(BASE64_ROOM(in.len)), *b = malloc(BASE64_ROOM(in.len) + 6);
	size_t n, m = 0;

	if (!a || !b)
		abort();
	n = base64_decode(&whole, in, a);
	n += base64_finish(&whole, a + n);
	for (size_t at = 0; at < in.len; at += piece)
		m += base64_decode(&cut, str_slice(in, at, at + piece), b + m);
	m += base64_finish(&cut, b + m);
	if (!str_equal(str_make(a, n), str_make(b, m)) || whole.junk != cut.junk ||
		whole.resumed != cut.resumed)
		abort();
	free(a);
	free(b);
}

static void check_others(struct str in)
{
	char *out = malloc(in.len + 1);
	struct uu_file file;
	size_t at = 0, before = 0;

	if (!out)
		abort();
	if (qp_decode(in, out) > in.len)
		abort();
	while (uu_find(in, &at, &file)) {
		if (at <= before || uu_decode(file.lines, out) > file.lines.len)
			abort();
		before = at;
	}
	free(out);
}

static void check_charset(struct str label, struct str in)
{
	struct arena *arena = arena_create(64 * 1024 * 1024);
	struct buf out = { .arena = arena };

	if (!arena)
		abort();
	charset_to_utf8(label, in, &out);
	if (out.failed || out.len > 4 * in.len + 16)
		abort();
	if (charset_is_utf8(charset_find(label), in, bytes_are_ascii(in)) &&
		!str_equal(buf_str(&out), in))
		abort();
	arena_free(&arena);
}

static void check_kinds(struct str in)
{
	unsigned kinds = 0;

	for (size_t i = 0; i < in.len; i++)
		kinds |= (unsigned char)in.ptr[i] >= 0x80 ? BYTES_HIGH : in.ptr[i] == 0 ? BYTES_NUL :
			in.ptr[i] == 0x1B ? BYTES_ESCAPE : 0u;
	if (kinds != bytes_kinds(in.ptr, in.ptr + in.len))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in;
	char *copy;

	if (size < 1)
		return 0;
	copy = malloc(size); /* exact: a read beyond it is seen */
	if (!copy)
		abort();
	memcpy(copy, data + 1, size - 1);
	in = str_make(copy, size - 1);
	check_base64(in, 1 + data[0] / 16);
	check_others(in);
	check_charset(str_from(CHARSETS[data[0] % 16]), in);
	(void)(sniff_html(in) + sniff_markup(in) + sniff_headers(in) + sniff_base64(in) +
		sniff_quoted(in));
	check_kinds(in);
	if (sniff_wide(in).len + sniff_named_charset(in).len + sniff_boundary(in).len > 64 + in.len)
		abort();
	free(copy);
	return 0;
}
