/* Tests of contradictory mail: the link is found that some program shows, and it is marked when
 * only another reading than ours has it. */
#include "message/readings.h"

#include <stdio.h>
#include <string.h>

#include "message/message.h"
#include "test-harness/t.h"

enum { ARENA_BYTES = 64 * 1024 * 1024 };

#define B64_HTML "PGEgaHJlZj0iaHR0cDovL3BpbGxzLmV4YW1wbGUvIj54PC9hPg=="
#define HTML "<a href=\"http://pills.example/\">x</a>\n"
#define QP_HTML "<a href=3D\"http://=70=69lls.exa=\nmple/\">x</a>\n"
#define PARTS(b) "--" b "\nContent-Type: text/html\nContent-Transfer-Encoding: base64\n\n" \
	B64_HTML "\n--" b "--\n"
#define UU_HTML "begin 644 x.html\nE/&$@:')E9CTB:'1T<#HO+W!I;&QS+F5X86UP;&4O(CYX/\"]A/@``\n`\nend\n"

static const struct { const char *what, *mail; bool marked; } MAILS[] = {
	{ "two types, the last is HTML's multipart",
		"Content-Type: application/octet-stream\nContent-Type: multipart/mixed; boundary=b\n\n"
		PARTS("b"), true },
	{ "two types in a part",
		"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: image/png\n"
		"Content-Type: text/html\n\n" HTML "--b--\n", true },
	{ "two boundaries, the last counts",
		"Content-Type: multipart/mixed; boundary=a; boundary=b\n\n--a\n\nhi\n" PARTS("b")
		"--a--\n", true },
	{ "two transfer encodings, the last counts",
		"Content-Type: text/html\nContent-Transfer-Encoding: 7bit\n"
		"Content-Transfer-Encoding: base64\n\n" B64_HTML "\n", true },
	{ "two transfer encodings, the first is not what it is",
		"Content-Type: text/html\nContent-Transfer-Encoding: base64\n"
		"Content-Transfer-Encoding: 7bit\n\n" HTML, true },
	{ "base64 that is none", "Content-Type: text/html\nContent-Transfer-Encoding: base64\n\n"
		HTML, true },
	{ "base64 that nobody declares", "Content-Type: text/html\n\n" B64_HTML "\n", true },
	{ "base64 of an unknown name",
		"Content-Type: text/html\nContent-Transfer-Encoding: base-64\n\n" B64_HTML "\n", true },
	{ "base64 declared as quoted-printable",
		"Content-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n"
		"PGEgaHJlZj0iaHR0cDovL3BpbGxzLmV4YW1wbGUvIj54eDwvYT4\n", true },
	{ "base64 with the digits of URLs", /* a filler with both, then the link */
		"Content-Type: text/html\nContent-Transfer-Encoding: base64\n\n"
		"Pz8_Pz4-PGEgaHJlZj0iaHR0cDovL3BpbGxzLmV4YW1wbGUvIj54PC9hPg\n", true },
	{ "base64 with a needless '='",
		"Content-Type: text/html\nContent-Transfer-Encoding: base64\n\n"
		"PGEgaHJlZj0iaHR0c=DovL3BpbGxzLmV4YW1wbGUvIj54PC9hPg\n", true },
	{ "quoted-printable that nobody declares", "Content-Type: text/html\n\n" QP_HTML, true },
	{ "a boundary that nobody declares", "Content-Type: multipart/mixed\n\n" PARTS("b"), true },
	{ "another boundary than declared",
		"Content-Type: multipart/mixed; boundary=a\n\n" PARTS("b"), true },
	{ "a boundary that goes on",
		"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhi\n" PARTS("bcd") "--b--\n", true },
	{ "a boundary in encoded words",
		"Content-Type: multipart/mixed; boundary=\"=?utf-8?q?b?=\"\n\n--=?utf-8?q?b?=\n\nhi\n"
		PARTS("b") "--=?utf-8?q?b?=--\n", true },
	{ "a boundary of a type that is none",
		"Content-Type: multipart / mixed; boundary=b\n\n" PARTS("b"), true },
	{ "a boundary longer than any",
		"Content-Type: multipart/mixed; boundary=12345678901234567890123456789012345678901234567"
		"89012345678901234567890123456789012345678901234567890\n\n"
		PARTS("12345678901234567890123456789012345678901234567"
		"89012345678901234567890123456789012345678901234567890"), false },
	{ "a multipart encoded as a whole", /* --b, Content-Type: text/html, the link */
		"Content-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: base64\n\n"
		"LS1iCkNvbnRlbnQtVHlwZTogdGV4dC9odG1sCgo8YSBocmVmPSJodHRwOi8vcGlsbHMuZXhhbXBsZS8i\n"
		"Png8L2E+Ci0tYi0tCg==\n", true },
	{ "a message encoded as a whole",
		"Content-Type: message/rfc822\nContent-Transfer-Encoding: quoted-printable\n\n"
		"Content-Type: text/html\nContent-Transfer-Encoding: base64\n\n"
		"PGEgaHJlZj0iaHR0cDovL3BpbGxzLmV4YW1wbGUvIj54PC9hPg=3D=3D\n", true },
	{ "a message as a file", "Content-Type: application/octet-stream; name=a.eml\n\n"
		"Subject: x\nContent-Type: text/html\n\n" HTML, true },
	{ "an attached message from a mailbox", "Content-Type: message/rfc822\n\nFrom x Tue May 10\n"
		"Content-Type: text/html\nContent-Transfer-Encoding: base64\n\n" B64_HTML "\n", false },
	{ "bare CR as line ends",
		"Content-Type: multipart/mixed; boundary=b\n\n--b\rContent-Type: text/html\r"
		"Content-Transfer-Encoding: base64\r\r" B64_HTML "\r--b--\r", true },
	{ "soft line ends with a bare CR",
		"Content-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n"
		"<a href=3D\"http://pil=\rls.example/\">x</a>\n", true },
	{ "fields behind an empty line",
		"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nContent-Type: text/html\n"
		"Content-Transfer-Encoding: base64\n\n" B64_HTML "\n--b--\n", true },
	{ "HTML as plain text", "Content-Type: text/plain\n\n<html><a href=\"http:&#x2f;/pi&#x6c;ls"
		".example/\">x</a>\n", true },
	{ "HTML of an unknown type", "Content-Type: text/htm\n\nhi <a href=\"http:&#x2f;/pi&#x6c;"
		"ls.example/\">x</a>\n", true },
	{ "HTML of a type without '/'", "Content-Type: html\n\n<a href=\"http:&#x2f;/pi&#x6c;"
		"ls.example/\">x</a>\n", true },
	{ "HTML as a file without a name", "Content-Type: application/octet-stream\n"
		"Content-Transfer-Encoding: base64\n\n" B64_HTML "\n", false },
	{ "an SVG image", "Content-Type: image/svg+xml\n\n<svg><a xlink:href=\"http://pills.example/\">"
		"<text>x</text></a></svg>\n", false },
	{ "a link as a file", "Content-Type: application/octet-stream; name=\"offer.URL \"\n\n"
		"[InternetShortcut]\nURL=http://pills.example/\n", false },
	{ "an RTF document", "Content-Type: application/rtf\n\n{\\rtf1 {\\field{\\*\\fldinst "
		"HYPERLINK \"http://pills.example/\"}}}\n", false },
	{ "a body elsewhere", "Content-Type: message/external-body; access-type=URL;\n"
		" URL=\"http://pil\n ls.example/\"\n\nContent-Type: text/html\n\n", false },
	{ "a uuencoded page", "Content-Type: text/plain\n\nhi\n\n" UU_HTML, false },
	{ "a folded calendar", "Content-Type: text/calendar\n\nBEGIN:VCALENDAR\nURL:http://pil\n"
		" ls.example/x\nEND:VCALENDAR\n", false },
	{ "a folded card", "Content-Type: text/vcard\n\nBEGIN:VCARD\nURL:htt\n p://pills.example/x\n",
		false },
	{ "flowed lines", "Content-Type: text/plain; format=flowed; delsp=yes\n\n"
		"http://pills.exa \nmple/x\n", false },
	{ "UTF-16 without label", "Content-Type: text/html\nContent-Transfer-Encoding: base64\n\n"
		"PABhACAAaAByAGUAZgA9ACIAaAB0AHQAcAA6AC8ALwBwAGkAbABsAHMALgBlAHgAYQBtAHAAbABlAC8A\n"
		"IgA+AHgAPAAvAGEAPgA=\n", false },
	{ "UTF-16 that is none", "Content-Type: text/html; charset=utf-16le\n\n" HTML, true },
	{ "UTF-7 that is none", "Content-Type: text/html; charset=utf-7\n\n"
		"<a href=\"http://pi+ls.example/\"></a>" HTML, false },
	{ "UTF-7 by its own word", "Content-Type: text/html\n\n<meta charset=\"utf-7\">"
		"+ADw-a href=+ACI-http://pills.example/+ACI-+AD4-x+ADw-/a+AD4-\n", false },
	{ "ISO-2022-JP by its escapes", "Content-Type: text/html\n\n<a href=\"ht\033(Btp://pills"
		".example/\">x</a>\n", true },
};

static bool has_link(const struct message_view *view, bool *marked)
{
	for (size_t i = 0; i < view->urls_n; i++)
		if (str_equal(view->urls[i].host, STR("pills.example"))) {
			*marked = view->urls[i].disguise & DISGUISE_READING;
			return true;
		}
	return false;
}

T_TEST(finds_what_another_program_shows)
{
	for (size_t i = 0; i < sizeof MAILS / sizeof *MAILS; i++) {
		struct arena *arena = arena_create(ARENA_BYTES);
		const struct message_options options = { .want_body = true };
		struct message *message = message_create(&options, arena);
		bool marked = false;

		t_need(message != NULL);
		t_int(message_read(message, str_from(MAILS[i].mail)), 0);
		if (!t_true(has_link(message_view(message), &marked)) ||
			!t_int(marked, MAILS[i].marked))
			printf("# %s\n", MAILS[i].what);
		t_int(message_view(message)->truncated, 0);
		arena_free(&arena);
	}
}

/* Of 40 contradictions not all are read, and the view says so. */
T_TEST(readings_are_bounded)
{
	struct arena *arena = arena_create(ARENA_BYTES);
	const struct message_options options = { .want_body = true };
	struct message *message = message_create(&options, arena);
	struct buf mail = { .arena = arena };
	const struct message_view *view;
	size_t marked = 0;

	buf_add_cstr(&mail, "Content-Type: multipart/mixed; boundary=b\n\n");
	for (int i = 0; i < 40; i++)
		buf_addf(&mail, "--b\nContent-Transfer-Encoding: base64\n\nhttp://pills%d.example/\n", i);
	t_need(message != NULL && !mail.failed);
	t_int(message_read(message, buf_str(&mail)), 0);
	view = message_view(message);
	for (size_t i = 0; i < view->urls_n; i++)
		marked += (view->urls[i].disguise & DISGUISE_READING) != 0;
	t_int(marked, READINGS_MAX);
	t_int(view->truncated, MESSAGE_CUT_READINGS);
	arena_free(&arena);
}

/* What a rule on SpamAssassin's body sees is the first reading alone. */
T_TEST(the_body_is_as_before)
{
	struct arena *arena = arena_create(ARENA_BYTES);
	const struct message_options options = { .want_body = true };
	struct message *message = message_create(&options, arena);

	t_need(message != NULL);
	t_int(message_read(message, STR("Content-Type: text/plain\n\n" B64_HTML "\n")), 0);
	t_need(message_view(message)->body_n == 1);
	t_slice(message_view(message)->body[0], B64_HTML " ");
	t_int(message_view(message)->texts_n, 2);
	arena_free(&arena);
}
