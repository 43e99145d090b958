/* What each part is, read from whole mails. */
#include "message/parts.h"

#include <string.h>

#include "test-harness/t.h"

static const struct message_view *read_tree(struct arena *arena, struct str mail, size_t parts)
{
	struct message_options options = { .limits = { .parts = parts }, .want_tree = true };
	struct message *message = message_create(&options, arena);

	t_need(message && message_read(message, mail) == 0);
	t_true(message_view(message)->has_tree);
	return message_view(message);
}

struct told {
	const char *content, *type, *charset, *name;
};

T_TEST(types_charsets_and_names)
{
	static const struct told told[] = {
		{ "Text/HTML; charset=\"UTF-8\"; name=a.html", "text/html", "UTF-8", "a.html" },
		{ "text/enriched", "text/plain", "", "" },
		{ "text", "text/plain", "", "" },
		{ "textual/x", "textual/x", "", "" },
		{ "text/x-vcard; charset=us-ascii", "text/x-vcard", "us-ascii", "" },
		{ "image/GIF x; name = \"a b.gif\"", "image/gif", "", "a b.gif" },
		{ "application/octet-stream; filename='x.exe'; charset=", "application/octet-stream", "",
			"x.exe" },
		{ "ima(ge)/g@if", "image/gif", "", "" },
		{ "; charset=koi8-r", "text/plain", "koi8-r", "" },
		{ "a=b; xcharset=no; filenames=x", "ab", "", "" },
	};

	for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
		struct arena *arena = arena_create(1 << 20);
		struct buf mail = { .arena = arena };

		buf_addf(&mail, "Content-Type: %s\n\nx\n", told[i].content);
		const struct message_view *view = read_tree(arena, buf_str(&mail), 0);
		t_slice(view->top.type, told[i].type);
		t_slice(view->top.charset, told[i].charset);
		t_slice(view->top.name, told[i].name);
		t_true(view->top.leaf);
		arena_free(&arena);
	}
}

T_TEST(no_charset_is_told_from_an_empty_one)
{
	struct arena *arena = arena_create(1 << 20);

	t_true(!read_tree(arena, STR("Content-Type: text/plain\n\n"), 0)->top.charset.ptr);
	t_true(read_tree(arena, STR("Content-Type: text/plain; charset=\n\n"), 0)->top.charset.ptr);
	t_slice(read_tree(arena, STR("Subject: x\n\n"), 0)->top.charset, "us-ascii");
	arena_free(&arena);
}

static const char TREE[] = "Content-Type: multipart/mixed; boundary=a\n\npreamble\n--a\n"
	"Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n"
	"Content-Transfer-Encoding: base64\n\naGk=\n\n--b\nContent-Type: text/html\n\n<p>ho"
	"<img src=\"http://x.example/\">\n--b--\n--a\nContent-Type: message/rfc822\n\nSubject: y\n\n"
	"in it\n--a\nContent-Type: multipart/mixed; boundary=c\n\nno boundary\n--a\n"
	"Content-Disposition: attachment; filename=\"f.bin\"\nContent-Type: application/x; name=g\n"
	"\nbytes\nmore\n--a--\n";

T_TEST(the_tree)
{
	static const size_t parents[] = { 0, 1, 1, 0, 4, 0, 6, 0 };
	static const char *const types[] = { "multipart/alternative", "text/plain", "text/html",
		"message/rfc822", "text/plain", "multipart/mixed", "text/plain", "application/x" };
	static const char *const texts[] = { "", "hi", "ho", "", "in it", "", "no boundary", "" };
	struct arena *arena = arena_create(1 << 20);
	const struct message_view *view = read_tree(arena, STR(TREE), 0);

	t_slice(view->top.type, "multipart/mixed");
	t_true(!view->top.leaf);
	t_need(view->parts_n == sizeof parents / sizeof *parents);
	for (size_t i = 0; i < view->parts_n; i++) {
		t_int(view->parts[i].about.parent, parents[i]);
		t_slice(view->parts[i].about.type, types[i]);
		t_slice(str_trim(view->parts[i].about.text), texts[i]);
		t_int(view->parts[i].about.leaf, i != 0 && i != 3 && i != 5);
	}
	t_slice(view->parts[1].about.decoded, "hi");
	t_true(view->parts[2].about.html && view->parts[2].about.shows_image);
	t_slice(view->parts[7].about.name, "f.bin");
	t_int(view->parts[7].about.lines.bytes, 10);
	t_int(view->parts[7].about.lines.longest, 6);
	arena_free(&arena);
}

T_TEST(limits)
{
	struct arena *arena = arena_create(1 << 20);
	const struct message_view *view = read_tree(arena, STR(TREE), 2);

	t_int(view->parts_n, 2);
	t_true(view->flaws & PART_UNREAD);
	t_true(!(read_tree(arena, STR(TREE), 0)->flaws & PART_UNREAD));
	arena_free(&arena);
}

T_TEST(lines)
{
	static char text[5000];
	struct part_lines lines = parts_lines(STR("SPAM: =41\n=41=3D=7F=7e=20=09\n&#x20AC;\r\nend"));

	t_int(lines.bytes, 42);
	t_int(lines.unmarked_bytes, 32);
	t_int(lines.longest, 19);
	t_int(lines.qp_needless, 1);
	t_int(lines.not_ascii, 1);
	t_int(lines.entities, 1);
	memset(text, 'x', sizeof text);
	lines = parts_lines(str_make(text, sizeof text));
	t_int(lines.longest, 2049); /* split, each but the last with a line end of its own */
	t_int(lines.bytes, 5002);
	t_int(parts_lines(STR("")).bytes, 0);
}

/* A JPEG whose frame stands behind what is looked at. */
T_TEST(an_image_is_read_up_to_a_limit)
{
	struct arena *arena = arena_create(8 << 20);
	struct buf mail = { .arena = arena };

	buf_add_cstr(&mail, "Content-Type: image/jpeg\nContent-Transfer-Encoding: base64\n\n/9j/");
	for (size_t i = 0; i < 60000; i++)
		buf_add_cstr(&mail, "4P/6AAD/"); /* segments of 65,530 bytes */
	const struct message_view *view = read_tree(arena, buf_str(&mail), 0);
	t_int(view->top.image.kind, PART_JPEG);
	t_true(view->top.image.cut && view->top.image.width == 0);
	mail.len = 100;
	view = read_tree(arena, buf_str(&mail), 0);
	t_int(view->top.image.kind, PART_JPEG);
	t_true(!view->top.image.cut && view->top.image.width == 0);
	arena_free(&arena);
}
