/* The cuts, as SpamAssassin makes them; and what of a mail comes into the view. */
#include "message/rawbody.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message/message.h"
#include "test-harness/t.h"

/* Lengths of the chunks of `len` bytes of 'x' with `byte` at offset `at`, "1 2 3". */
static const char *lengths(size_t len, char byte, size_t at)
{
	static char out[2000];
	struct arena *arena = arena_create(1 << 20);
	struct rawbody rawbody = { .arena = arena };
	char *text = malloc(len + 1);
	size_t n = 0;
	bool cut = false;

	t_need(arena && text);
	memset(text, 'x', len);
	if (at < len)
		text[at] = byte;
	out[0] = '\0';
	t_int(rawbody_add(&rawbody, str_make(text, len), &cut), 0);
	for (size_t i = 0; i < rawbody.n && n < sizeof(out); i++)
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%s%zu", i ? " " : "",
			rawbody.items[i].len);
	t_true(cut == (len > RAWBODY_PART_MAX));
	free(text);
	arena_free(&arena);
	return out;
}

T_TEST(chunks_end_behind_a_break)
{
	t_str(lengths(0, 0, 1), "0");
	t_str(lengths(4096, 0, 5000), "4096");
	t_str(lengths(4097, 0, 5000), "2049 2048");
	t_str(lengths(5000, '\n', 2047), "2049 2951");
	t_str(lengths(5000, '\n', 2048), "2049 2951");
	t_str(lengths(5000, '>', 3000), "3001 1999");
	t_str(lengths(5000, ' ', 4095), "4096 904");
	t_str(lengths(5000, ' ', 4096), "2049 2951");
}

T_TEST(a_part_is_cut)
{
	const char *last = strrchr(lengths(600000, '\n', 500500), ' ');

	t_need(last != NULL); /* 243 chunks of 2,049, and the break */
	t_str(last, " 2594");
}

/* A body with `n` blank lines between what stands before and behind; how many are left. */
static size_t blanks_left(const char *before, size_t n, const char *behind)
{
	struct arena *arena = arena_create(1 << 20);
	struct buf text = { .arena = arena };
	size_t lines = 0;

	buf_add_cstr(&text, before);
	for (size_t i = 0; i < n; i++)
		buf_add_cstr(&text, i % 2 ? " \n" : "\n");
	buf_add_cstr(&text, behind);
	struct str body = buf_str(&text), whole = body;
	t_int(rawbody_squash(arena, &body), 0);
	t_true(body.len == whole.len || body.ptr != whole.ptr);
	t_true(strlen(before) == 0 || memcmp(body.ptr, before, strlen(before)) == 0);
	t_true(memcmp(body.ptr + body.len - strlen(behind), behind, strlen(behind)) == 0);
	for (size_t i = 0; i < body.len; i++)
		lines += body.ptr[i] == '\n';
	arena_free(&arena);
	return lines;
}

T_TEST(many_blank_lines_become_twenty)
{
	t_int(blanks_left("a\n", 20, "b"), 21);
	t_int(blanks_left("a\n", 21, "b"), 21);
	t_int(blanks_left("a\n", 1000, "b\n"), 22);
	t_int(blanks_left("a\n", 50, ""), 21);
	t_int(blanks_left("", 21, "b"), 21);
	t_int(blanks_left("", 22, "b"), 21);
	t_int(blanks_left("", 90, ""), 21);
	t_int(blanks_left("", 0, ""), 0);
}

T_TEST(what_of_a_mail)
{
	static const char mail[] = "Content-Type: multipart/mixed; boundary=b\n\npreamble\n--b\n"
		"Content-Transfer-Encoding: quoted-printable\nContent-Type: text/html\n\n"
		"<b>=E9</b>=0D=0Ax=0D\n--b\nContent-Type: text/calendar\n\nBEGIN\n--b\n"
		"Content-Type: image/png\n\nPNG\n--b--\nepilogue\n";
	struct arena *arena = arena_create(1 << 20);
	struct message_options options = { .want_rawbody = true, .want_parts = true };
	struct message *message = arena ? message_create(&options, arena) : NULL;

	t_need(message && message_read(message, STR(mail)) == 0);
	t_int(message_view(message)->rawbody_n, 1);
	t_slice(message_view(message)->rawbody[0], "<b>\xe9</b>\nx\r");
	t_need(message_view(message)->parts_n == 3);
	t_int(message_view(message)->parts[0].headers_n, 2);
	t_slice(message_view(message)->parts[0].headers[1].decoded, "text/html");
	t_slice(message_view(message)->parts[2].headers[0].name, "Content-Type");
	arena_free(&arena);
}
