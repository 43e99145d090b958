/* Tests of the facade: what a mail says, whatever the form and the cuts it comes in. */
#include "message/message.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "message/header.h"
#include "test-harness/t.h"

enum { ARENA_BYTES = 64 * 1024 * 1024 };

static const struct message_options BODY = { .want_body = true };
static const struct message_options ALL = { .want_body = true, .want_full = true,
	.want_relays = true };

static const struct message_view *read_mail(struct arena *arena, const char *mail)
{
	struct message *message = message_create(&ALL, arena);

	t_need(message != NULL);
	t_int(message_read(message, str_from(mail)), 0);
	return message_view(message);
}

T_TEST(reads_headers_text_and_url)
{
	struct arena *arena = arena_create(ARENA_BYTES);
	const struct message_view *view = read_mail(arena,
		"From x Mon Jan  1 00:00:00 2007\n"
		"Subject: =?utf-8?Q?Gr=C3=BC?= =?utf-8?B?w59l?=\n"
		"Date: Mon, 01 Jan 2007 00:00:00 +0000\n"
		"X-Long: one\n\ttwo\n"
		"\n"
		"Hello\n  world,\n\n\nbuy at http://WWW.pills.example.com/a%41b now.\n");

	t_need(view->headers_n == 3);
	t_slice(view->headers[0].decoded, "Gr\xC3\xBC\xC3\x9F" "e");
	t_slice(view->headers[2].name, "X-Long");
	t_slice(view->headers[2].decoded, "one two");
	t_int(view->date, 1167609600);
	t_need(view->body_n == 3);
	t_true(view->body_has_subject);
	t_slice(view->body[0], "Gr\xC3\xBC\xC3\x9F" "e\n");
	t_slice(view->body[1], "Hello world,\n");
	t_slice(view->body[2], "buy at http://WWW.pills.example.com/a%41b now. ");
	t_need(view->urls_n == 1);
	t_slice(view->urls[0].raw, "http://WWW.pills.example.com/a%41b");
	t_slice(view->urls[0].url, "http://www.pills.example.com/aAb");
	t_slice(view->urls[0].host, "www.pills.example.com");
	t_slice(message_url_domain(&view->urls[0]), "example.com");
	t_int(view->urls[0].origin, MESSAGE_URL_TEXT);
	t_int(view->truncated, 0);
	t_true(message_find_header(view, STR("SUBJECT")) == &view->headers[0]);
	t_true(message_find_header(view, STR("nothing")) == NULL);
	arena_free(&arena);
}

T_TEST(knows_each_link)
{
	static const struct message_options LINKS = { .want_uris = true, .want_links = true,
		.want_signers = true };
	struct arena *arena = arena_create(ARENA_BYTES);
	struct message *message = message_create(&LINKS, arena);

	t_need(message != NULL);
	t_int(message_read(message, str_from("Subject: x\nDKIM-Signature: v=1; bd=no.com; d = "
		"mail.\n\texample.com; s=a; b=x/d=abc\nContent-Type: multipart/mixed; boundary=B\n\n"
		"--B\nContent-Type: text/html\n\n<a href=http://a.com/>A</a><a href=http://a.com/>B</a>\n"
		"--B\nContent-Type: text/html\n\n<a href=http://a.com/>C</a><img src=http://b.com/i>\n"
		"--B\n\nhttp://a.com/ www.c.com http:///d.com/ http://e.nosuchtld/ f.example\n--B--\n")), 0);
	const struct message_view *view = message_view(message);
	t_need(view->links_n == 4);
	t_slice(view->links[0].raw, "http://a.com/");
	t_int(view->links[0].types, LINK_A | LINK_PARSED);
	t_need(view->links[0].anchors_n == 3);
	t_slice(view->links[0].anchors[1].text, "B");
	t_int(view->links[0].anchors[1].part, 0);
	t_int(view->links[0].anchors[2].part, 1);
	t_int(view->links[1].types, LINK_IMG);
	t_slice(view->links[2].raw, "http://www.c.com");
	t_int(view->links[2].types, LINK_PARSED | LINK_SCHEMELESS);
	t_slice(view->links[3].raw, "domainkeys:mail.example.com");
	t_int(view->links[3].cleaned_n, 0);
	t_need(view->links[3].hosts_n == 1);
	t_slice(view->links[3].hosts[0].domain, "example.com");
	t_need(view->uris_n == 4); /* and what a browser opens; not a bare name for documents */
	t_slice(view->uris[3], "http://d.com/");
	arena_free(&arena);
}

T_TEST(drops_blanks_at_the_end_of_quoted_printable_lines)
{
	static const struct message_options RAW = { .want_rawbody = true };
	struct arena *arena = arena_create(ARENA_BYTES);
	struct message *message = message_create(&RAW, arena);

	t_need(message != NULL);
	t_int(message_read(message, str_from("Content-Transfer-Encoding: quoted-printable\n\n"
		"a \t\nb=20 \r\n \nc= \nd \n\ne ")), 0);
	const struct message_view *view = message_view(message);
	t_need(view->rawbody_n == 1);
	t_slice(view->rawbody[0], "a\nb \n\ncd\n\ne ");
	arena_free(&arena);
}

static const char NESTED[] =
	"Subject: parts http://subject.example.com/\n"
	"Content-Type: multipart/mixed; boundary=\"out er\"\n"
	"\n"
	"preamble http://preamble.example.com/\n"
	"--out er\n"
	"Content-Type: multipart/alternative; boundary=in\n"
	"\n"
	"--in\n"
	"Content-Type: text/plain; charset=iso-8859-1\n"
	"Content-Transfer-Encoding: quoted-printable\n"
	"\n"
	"caf=E9 http://plain.exam=\n"
	"ple.com/\n"
	"--in\n"
	"Content-Type: text/html\n"
	"Content-Transfer-Encoding: base64\n"
	"\n"
	"PHA+SGVsbG8gPGEgaHJlZj0iaHR0cDovL2h0bWwuZXhhbXBs\n"
	"ZS5jb20vP2E9MSZhbXA7Yj0yIj5DbGljayA8Yj5oZXJlPC9iPjwvYT4=\n"
	"--in--\n"
	"--out er\n"
	"Content-Type: message/rfc822\n"
	"\n"
	"Subject: inner\n"
	"\n"
	"within http://inner.example.com/\n"
	"--out er\n"
	"Content-Type: image/gif\n"
	"\n"
	"http://not.example.com/\n"
	"--out er--\n"
	"epilogue http://epilogue.example.com/\n";

T_TEST(takes_parts_apart)
{
	static const struct { const char *url; enum message_url_origin origin; } URLS[] = {
		{ "http://subject.example.com/", MESSAGE_URL_HEADER },
		{ "http://preamble.example.com/", MESSAGE_URL_NOT_SHOWN },
		{ "http://plain.example.com/", MESSAGE_URL_TEXT },
		{ "http://html.example.com/?a=1&b=2", MESSAGE_URL_HTML_LINK },
		{ "http://inner.example.com/", MESSAGE_URL_TEXT },
		{ "http://epilogue.example.com/", MESSAGE_URL_NOT_SHOWN },
	};
	struct arena *arena = arena_create(ARENA_BYTES);
	const struct message_view *view = read_mail(arena, NESTED);

	t_need(view->urls_n == sizeof URLS / sizeof *URLS);
	for (size_t i = 0; i < view->urls_n; i++) {
		t_slice(view->urls[i].url, URLS[i].url);
		t_int(view->urls[i].origin, URLS[i].origin);
	}
	t_slice(view->urls[3].anchor, "Click here");
	t_need(view->body_n == 3); /* a line end between parts is no paragraph */
	t_slice(view->body[1], "caf\xC3\xA9 http://plain.example.com/\n");
	t_slice(view->body[2], "Hello Click here within http://inner.example.com/ ");
	arena_free(&arena);
}

/* One text of everything a view says, to compare two. */
static struct str describe(struct arena *arena, const struct message_view *view)
{
	struct buf out = { .arena = arena };

	for (size_t i = 0; i < view->headers_n; i++) {
		buf_add_str(&out, view->headers[i].name);
		buf_add_str(&out, view->headers[i].decoded);
	}
	for (size_t i = 0; i < view->body_n; i++) {
		buf_addf(&out, "\n[%zu]", i);
		buf_add_str(&out, view->body[i]);
	}
	for (size_t i = 0; i < view->urls_n; i++) {
		buf_addf(&out, "\n<%d>", (int)view->urls[i].origin);
		buf_add_str(&out, view->urls[i].raw);
		buf_add_byte(&out, ' ');
		buf_add_str(&out, view->urls[i].url);
		buf_add_byte(&out, ' ');
		buf_add_str(&out, message_url_domain(&view->urls[i]));
		buf_add_byte(&out, ' ');
		buf_add_str(&out, view->urls[i].anchor);
	}
	buf_addf(&out, "\n%u %zu %zu ", view->truncated, view->relays_n, view->bytes);
	buf_add_str(&out, view->full);
	t_true(!out.failed);
	return buf_str(&out);
}

/* The mail with its body in pieces: all of `step` bytes, or (step 0) of two around `cut`. */
static struct str read_cut(struct arena *arena, struct str mail, size_t step, size_t cut)
{
	struct message *message = message_create(&ALL, arena);
	struct str body = mail, name, value;

	t_need(message != NULL);
	while (header_next(&body, &name, &value))
		t_int(message_header(message, name, value), 0);
	t_int(message_end_of_headers(message), 0);
	for (size_t at = 0, len; at < body.len; at += len) {
		len = step ? step : at == 0 && cut > 0 ? cut : body.len - at;
		t_true(message_body(message, str_slice(body, at, at + len)) >= 0);
	}
	t_int(message_end(message), 0);
	return describe(arena, message_view(message));
}

T_TEST(cuts_do_not_matter)
{
	struct arena *arena = arena_create(ARENA_BYTES);
	struct str mail = str_from(NESTED), whole = read_cut(arena, mail, mail.len, 0);

	for (size_t cut = 0; cut < mail.len; cut++)
		t_true(str_equal(read_cut(arena, mail, 0, cut), whole));
	for (size_t step = 1; step < 9; step++)
		t_true(str_equal(read_cut(arena, mail, step, 0), whole));
	arena_free(&arena);
}

T_TEST(crlf_reads_like_lf)
{
	struct arena *arena = arena_create(ARENA_BYTES);
	struct buf crlf = { .arena = arena };
	const struct message_view *lf = read_mail(arena, NESTED), *view;
	struct message *message = message_create(&ALL, arena);

	for (const char *p = NESTED; *p; p++) {
		if (*p == '\n')
			buf_add_byte(&crlf, '\r');
		buf_add_byte(&crlf, *p);
	}
	t_need(message != NULL);
	t_int(message_read(message, buf_str(&crlf)), 0);
	view = message_view(message);
	t_true(str_equal(view->full, lf->full));
	t_int(view->urls_n, lf->urls_n);
	t_need(view->body_n == lf->body_n);
	for (size_t i = 0; i < view->body_n; i++)
		t_true(str_equal(view->body[i], lf->body[i]));
	arena_free(&arena);
}

T_TEST(limits_cut_and_say_so)
{
	static const struct message_options SMALL = {
		.limits = { .headers = 2, .scan_bytes = 40, .urls = 1, .part_text = 10 },
		.want_body = true
	};
	struct arena *arena = arena_create(ARENA_BYTES);
	struct message *message = message_create(&SMALL, arena);
	char text[100];

	t_need(message != NULL);
	for (int i = 0; i < 3; i++)
		t_int(message_header(message, STR("A"), STR("b")), 0);
	t_int(message_body(message, STR("http://a.example.com http://b.exam")), 0);
	t_int(message_body(message, STR("ple.com and more")), 1);
	t_int(message_body(message, STR("and more")), 1);
	t_int(message_end(message), 0);
	t_int(message_view(message)->headers_n, 2);
	t_int(message_view(message)->urls_n, 1);
	t_str(message_truncated_text(message_view(message)->truncated, text, sizeof text),
		"headers,scan-bytes,urls,text");
	t_str(message_truncated_text(0, text, sizeof text), "");
	arena_free(&arena);
}

T_TEST(spent_memory_is_an_error)
{
	for (size_t limit = 4096; limit < 40000; limit += 1000) {
		struct arena *arena = arena_create(limit);
		struct message *message = arena ? message_create(&ALL, arena) : NULL;

		if (message) {
			int status = message_read(message, str_from(NESTED));

			t_true(status == 0 || (status == -1 && arena_spent(arena) &&
				(message_view(message)->truncated & MESSAGE_CUT_MEMORY)));
		}
		arena_free(&arena);
	}
}

/* Decoded parts of 100 KB and more: the arena gives such blocks a place of their own, which may
 * move when they are shrunk. */
T_TEST(large_decoded_parts)
{
	struct arena *arena = arena_create(ARENA_BYTES);
	struct message *message = message_create(&ALL, arena);
	struct buf mail = {0};

	buf_add_cstr(&mail, "Content-Type: text/html\nContent-Transfer-Encoding: base64\n\n");
	for (int i = 0; i < 3000; i++) /* "<b>http://a.example.com/</b> some text " */
		buf_add_cstr(&mail, "PGI+aHR0cDovL2EuZXhhbXBsZS5jb20vPC9iPiBzb21lIHRleHQg\n");
	t_need(message != NULL);
	t_int(message_read(message, buf_str(&mail)), 0);
	buf_free(&mail);
	t_need(message_view(message)->urls_n == 1 && message_view(message)->body_n > 1);
	t_slice(message_view(message)->urls[0].raw, "http://a.example.com/");
	t_slice(str_slice(message_view(message)->body[0], 0, 32), "http://a.example.com/ some text ");
	t_int(message_view(message)->truncated, MESSAGE_CUT_TEXT);
	arena_free(&arena);
}

/* ---- floods: each is linear and bounded; a test that does not end shows that it is not ---- */

static void flood(const char *head, const char *piece, size_t bytes, unsigned expected)
{
	struct arena *arena = arena_create(ARENA_BYTES);
	struct message *message = message_create(&BODY, arena);
	struct buf mail = {0};

	buf_add_cstr(&mail, head);
	while (mail.len < bytes)
		buf_add_cstr(&mail, piece);
	t_need(message != NULL);
	t_int(message_read(message, buf_str(&mail)), 0);
	t_int(message_view(message)->truncated, expected);
	buf_free(&mail);
	arena_free(&arena);
}

T_TEST(survives_floods)
{
	enum { MANY = 3 * 1024 * 1024 };
	unsigned scan = MESSAGE_CUT_SCAN_BYTES, text = scan | MESSAGE_CUT_TEXT;
	static const char HTML[] = "Content-Type: text/html\n\n";
	static const char MIXED[] = "Content-Type: multipart/mixed; boundary=b\n\n";

	flood("", "X: y\n", MANY, MESSAGE_CUT_HEADERS);
	flood("Subject: ", "=?", 200000, 0);
	flood("Subject: ", "=?utf-8?Q?", 200000, 0);
	flood("Subject: ", "=?big5?B?4?=", 200000, 0);
	flood("Received: from a ", "(", 200000, 0);
	flood("Received: from a ", "by with id for from ", 200000, 0);
	flood("Content-Type: text/plain; ", "a=b; ", 200000, 0);
	flood("\n", "x", MANY, text);
	flood("\n", "http://a.example.com/", MANY, text);
	flood("\n", "a.", MANY, text);
	flood("\n", "a@", MANY, text);
	flood("\n", "a.b.com@", MANY, text);
	flood("\n", "http://", MANY, text);
	flood("\n", "((((http:", MANY, text);
	flood(HTML, "<a href=", MANY, scan);
	flood(HTML, "<a href=\"", MANY, scan);
	flood(HTML, "<a href=x>", MANY, scan | MESSAGE_CUT_URLS);
	flood(HTML, "<", MANY, text);
	flood(HTML, "<!--", MANY, scan);
	flood(HTML, "<p>", MANY, text);
	flood(HTML, "<script>", MANY, scan);
	flood(HTML, "&#", MANY, text);
	flood(HTML, "&am", MANY, text);
	flood(HTML, "<a style=\"url(", MANY, scan);
	flood(HTML, "<a style='url(url(", MANY, scan);
	flood(MIXED, "--b\n\n", MANY, scan | MESSAGE_CUT_PARTS);
	flood(MIXED, "--b\nContent-Type: multipart/mixed; boundary=b\n\n", MANY,
		scan | MESSAGE_CUT_DEPTH | MESSAGE_CUT_PARTS);
	flood(MIXED, "--b\nContent-Type: message/rfc822\n\n", MANY, scan | MESSAGE_CUT_PARTS);
	flood(MIXED, "--", MANY, text);
	flood(MIXED, "--\n", MANY, text);
}

/* ---- real and broken mail ---- */

/* Once as a file, and the body in one piece and in small ones, which must say the same. */
static void read_shared(const char *path)
{
	struct arena *arena = arena_create(ARENA_BYTES), *cut = arena_create(ARENA_BYTES);
	struct message *message = message_create(&ALL, arena);
	size_t len;
	struct str mail;

	mail.ptr = t_read(path, &len);
	mail.len = len;
	t_need(message != NULL);
	t_int(message_read(message, mail), 0);
	if (!t_true(str_equal(read_cut(arena, mail, mail.len + 1, 0),
		read_cut(cut, mail, len < 8000 ? 1 : 61, 0))))
		printf("# %s\n", path);
	arena_free(&arena);
	arena_free(&cut);
}

static size_t read_folder(const char *path, int depth)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	size_t n = 0;

	t_need(folder != NULL);
	while ((entry = readdir(folder)) != NULL) {
		char name[4096];
		struct stat status;

		snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
		if (entry->d_name[0] == '.' || stat(name, &status) < 0)
			continue;
		if (S_ISDIR(status.st_mode)) {
			n += depth > 0 ? read_folder(name, depth - 1) : 0;
			continue;
		}
		read_shared(name);
		n++;
	}
	closedir(folder);
	return n;
}

T_TEST(reads_shared_mail)
{
	t_true(read_folder(t_shared("data/mail"), 4) > 200);
}

T_TEST(reads_shared_broken_mail)
{
	t_true(read_folder(t_shared("data/mime"), 4) > 200);
}

T_TEST(what_spamassassin_takes_for_text_and_for_relays)
{
	static const char MAIL[] = "X-Originating-IP: [192.0.2.9]\nSubject: s\n"
		"Received: from a.example (b.example [192.0.2.1]) by c.example with SMTP id 1; x\n"
		"Content-Type: text/rfc822-headers\n\nTo: somebody else\n";
	struct arena *arena = arena_create(ARENA_BYTES);
	const struct message_view *view = read_mail(arena, MAIL);

	t_need(view->relays_n == 2 && view->body_n == 2);
	t_slice(view->relays[0].ip_text, "192.0.2.1");
	t_slice(view->relays[1].ip_text, "192.0.2.9");
	t_slice(view->body[1], "To: somebody else ");
	arena_free(&arena);
}

/* qmail-scanner's line tells the sender of the line below it; a line of no form is counted. */
T_TEST(received_lines_together)
{
	static const char mail[] =
		"Received: from a.example by b.example (envelope-from <jo@a.example>, uid 1) with "
		"qmail-scanner-1.24; x\n"
		"Received: from a.example ([192.0.2.1]) by b.example with SMTP; x\n"
		"Received: from agent by mail gateway\n"
		"Received: from c.example ([192.0.2.2]) by a.example with SMTP; x\n\n";
	struct message_options options = { .want_relays = true };
	struct arena *arena = arena_create(1 << 20);
	struct message *message = message_create(&options, arena);

	t_need(message && message_read(message, STR(mail)) == 0);
	const struct message_view *view = message_view(message);

	t_need(view->relays_n == 2);
	t_slice(view->relays[0].envfrom, "jo@a.example");
	t_slice(view->relays[1].envfrom, "");
	t_int(view->relays[1].received, 4);
	t_int(view->relays_unreadable, 1);
	arena_free(&arena);
}

T_TEST(origin_headers_are_the_ones_that_are_named)
{
	static const struct str names[] = { { "X-Ours", 6 } };
	static const char mail[] = "X-Originating-Ip: [192.0.2.1]\nX-Ours: 192.0.2.2\n"
		"X-Ours: 192.0.2.3\n\n";
	struct message_options options = { .want_relays = true, .origins = names,
		.origins_n = 1 };
	struct arena *arena = arena_create(1 << 20);
	struct message *message = message_create(&options, arena);

	t_need(message && message_read(message, STR(mail)) == 0);
	t_need(message_view(message)->relays_n == 1);
	t_slice(message_view(message)->relays[0].ip_text, "192.0.2.3");
	arena_free(&arena);
}

/* Of all HTML parts; what is dead is neither. */
T_TEST(counts_what_is_hidden)
{
	static const char mail[] = "Content-Type: text/html\n\n<title>t</title>"
		"<i style=display:none>1234</i>12345<b hidden>12</b>";
	struct message_options options = { .want_full = false };
	struct arena *arena = arena_create(1 << 20);
	struct message *message = message_create(&options, arena);

	t_need(message && message_read(message, STR(mail)) == 0);
	t_int(message_view(message)->text_hidden, 6);
	t_int(message_view(message)->text_shown, 9); /* 4 line ends */
	arena_free(&arena);
}
