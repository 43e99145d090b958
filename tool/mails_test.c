#include "tool/mails.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test-harness/t.h"

#define FROM "From bob@example.org Mon Sep  2 12:30:38 2002\n"

/* What a walk gave, as one text: "name|bytes;" for each mail, "!text;" for each failure. */
struct seen {
	struct buf all;
	size_t n, most;
};

static bool see_mail(void *context, const struct mail *mail)
{
	struct seen *seen = context;
	const char *slash = strrchr(mail->name, '/');

	buf_addf(&seen->all, "%s|", slash ? slash + 1 : mail->name);
	buf_add_str(&seen->all, mail->bytes);
	buf_add_cstr(&seen->all, ";");
	return ++seen->n != seen->most;
}

static void see_failure(void *context, const char *text)
{
	struct seen *seen = context;
	const char *slash = strrchr(text, '/');

	buf_addf(&seen->all, "!%s;", slash ? slash + 1 : text);
}

static const char *walk(struct seen *seen, const char *path)
{
	struct mails_visitor visitor = { see_mail, see_failure, seen };

	mails_each(path, &visitor);
	return buf_cstr(&seen->all);
}

static const char *write_text(const char *name, const char *text)
{
	const char *path = t_tmpfile(name);

	t_write(path, text, strlen(text));
	return path;
}

static void gives(const char *path, const char *expected)
{
	struct seen seen = { 0 };

	t_str(walk(&seen, path), expected);
	buf_free(&seen.all);
}

T_TEST(one_mail)
{
	gives(write_text("a.eml", "Subject: x\n\nbody\n"), "a.eml|Subject: x\n\nbody\n;");
	gives(write_text("empty", ""), "empty|;");
	gives(write_text("line", "no line end"), "line|no line end;");
}

T_TEST(from_line_in_a_mail_is_text)
{
	gives(write_text("a.eml", "Subject: x\n\n" FROM "y\n"), "a.eml|Subject: x\n\n" FROM "y\n;");
}

T_TEST(mbox_of_one)
{
	gives(write_text("m", FROM "Subject: x\n\nbody\n"), "m|" FROM "Subject: x\n\nbody\n;");
}

T_TEST(mbox_of_three)
{
	gives(write_text("m", FROM "A: 1\n\none\n\n" FROM "A: 2\n\ntwo\n\n" FROM "A: 3\n\n"),
		"m#1|" FROM "A: 1\n\none\n\n;m#2|" FROM "A: 2\n\ntwo\n\n;m#3|" FROM "A: 3\n\n;");
}

T_TEST(mbox_with_crlf)
{
	gives(write_text("m", "From a Mon Sep  2 12:30:38 2002\r\nA: 1\r\n\r\none\r\n\r\n"
		"From b Mon Sep  2 12:30:38 2002\r\nA: 2\r\n"),
		"m#1|From a Mon Sep  2 12:30:38 2002\r\nA: 1\r\n\r\none\r\n\r\n;"
		"m#2|From b Mon Sep  2 12:30:38 2002\r\nA: 2\r\n;");
}

T_TEST(a_paragraph_does_not_split)
{
	gives(write_text("m", FROM "A: 1\n\nFrom now on\n\nFrom May 2002 we sell\n" FROM),
		"m|" FROM "A: 1\n\nFrom now on\n\nFrom May 2002 we sell\n" FROM ";");
}

T_TEST(from_lines)
{
	static const char *const good[] = {
		"From bob@example.org Mon Sep  2 12:30:38 2002", "From - Mon Sep 02 12:30:38 2002",
		"From bob Mon Sep  2 12:30 2002", "From bob  Mon Sep  2 12:30:38 CEST 2002",
		"From MAILER-DAEMON Fri Jul  8 12:08:34 2011 +0000",
	};
	static const char *const bad[] = {
		"", "From", "From ", "From now on", "From bob 2002", "from bob Mon Sep  2 12:30:38 2002",
		"From: bob Mon Sep  2 12:30:38 2002", ">From bob Mon Sep  2 12:30:38 2002",
		"From bob Mon Sep  2 12:30:38 02", "From bob Mon Sep  2 12h30 2002",
		"From bob Mon epO  2 12:30:38 2002", "From bob Mon Xyz  2 12:30:38 2002",
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!t_true(mails_is_from_line(str_from(good[i]))))
			t_str("not taken", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (!t_true(!mails_is_from_line(str_from(bad[i]))))
			t_str("taken", bad[i]);
}

/* Larger than any chunk, with separators at every offset around a chunk's end. */
T_TEST(separators_at_every_offset)
{
	enum { CHUNK = 256 * 1024 };
	static char text[2 * CHUNK];

	for (int shift = -60; shift <= 10; shift++) {
		struct seen seen = { 0 };
		size_t at = (size_t)CHUNK + (size_t)shift;

		memset(text, 'x', sizeof(text));
		memcpy(text, FROM "A: 1\n\n", strlen(FROM "A: 1\n\n"));
		memcpy(text + at, "\n\n" FROM, strlen("\n\n" FROM));
		t_write(t_tmpfile("m"), text, sizeof(text));
		walk(&seen, t_tmpfile("m"));
		t_int(seen.n, 2);
		t_int(seen.all.len, sizeof(text) + strlen("m#1|;m#2|;"));
		buf_free(&seen.all);
	}
}

/* Many mails over many chunks. */
T_TEST(a_long_mbox)
{
	struct seen seen = { 0 };
	struct buf text = { 0 };
	size_t ends = 0, at;

	for (int i = 0; i < 20000; i++)
		buf_addf(&text, FROM "Subject: %d\n\nFrom here on\n%*s\n\n", i, i % 90, "x");
	t_need(!text.failed);
	t_write(t_tmpfile("m"), text.ptr, text.len);
	walk(&seen, t_tmpfile("m"));
	t_int(seen.n, 20000);
	for (struct str rest = buf_str(&seen.all); (at = str_find(rest, STR("\n\n;m#"))) != SIZE_MAX;
			ends++)
		rest = str_slice(rest, at + 1, rest.len);
	t_int(ends, 19999);
	buf_free(&text);
	buf_free(&seen.all);
}

T_TEST(nul_bytes_are_kept)
{
	struct seen seen = { 0 };

	t_write(t_tmpfile("z"), "a\0b\n\0", 5);
	walk(&seen, t_tmpfile("z"));
	t_true(str_equal(buf_str(&seen.all), str_make("z|a\0b\n\0;", 8)));
	buf_free(&seen.all);
}

T_TEST(folders_are_walked_in_order)
{
	t_need(mkdir(t_tmpfile("f"), 0755) == 0 && mkdir(t_tmpfile("f/new"), 0755) == 0);
	write_text("f/b", "B");
	write_text("f/a", "A");
	write_text("f/.hidden", "H");
	write_text("f/new/1", "N");
	t_need(symlink(t_tmpfile("f"), t_tmpfile("f/loop")) == 0);
	t_need(symlink(t_tmpfile("f/a"), t_tmpfile("f/link")) == 0);
	t_need(mkfifo(t_tmpfile("f/fifo"), 0644) == 0);
	gives(t_tmpfile("f"), "a|A;b|B;link|A;1|N;");
	gives(t_tmpfile("f/"), "a|A;b|B;link|A;1|N;");
}

T_TEST(what_cannot_be_read)
{
	gives(t_tmpfile("absent"), "!absent: No such file or directory;");
	t_need(mkdir(t_tmpfile("f"), 0755) == 0);
	t_need(symlink("nowhere", t_tmpfile("f/dangling")) == 0);
	write_text("f/z", "Z");
	gives(t_tmpfile("f"), "!dangling: No such file or directory;z|Z;");
}

T_TEST(the_visitor_may_end_it)
{
	struct seen seen = { .most = 1 };
	const char *path = write_text("m", FROM "A: 1\n\none\n\n" FROM "A: 2\n\ntwo\n");

	t_str(walk(&seen, path), "m#1|" FROM "A: 1\n\none\n\n;");
	buf_free(&seen.all);
}
