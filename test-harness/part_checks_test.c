/* The checks of MIME parts, images and texts, each asked of whole mails: read as the filter reads
 * them, and judged. */
#include "message/message.h"
#include "rules/testing.h"
#include "test-harness/mail_facts.h"

/* What hits of `mail` (rules/testing.h), read with what the rules ask for. */
static const char *hits_of(const char *rules, struct str mail)
{
	const char *path = rules_file("x.cf", rules);
	struct snapshot *snapshot = mail_facts_snapshot(&path, 1);
	struct arena *arena = arena_create(64 * 1024 * 1024);
	struct facts facts;

	t_need(snapshot && arena && mail_facts_read(snapshot, mail, arena, &facts) == 0);
	struct asked asked = rules_ask(snapshot->rules, &facts, FACT_MESSAGE);
	const char *names = rules_names(&asked.verdict);
	arena_free(&asked.arena);
	arena_free(&arena);
	snapshot_release(&snapshot);
	return names;
}

static void asks(const char *call, const char *mail, bool hit)
{
	char rule[300];

	snprintf(rule, sizeof rule, "body A eval:%s\nscore A 1", call);
	const char *hits = hits_of(rule, str_from(mail));
	if (strcmp(hits, hit ? "A" : "") != 0)
		printf("# %s of: %s\n", call, mail);
	t_str(hits, hit ? "A" : "");
}

struct mail_case {
	const char *call, *mail;
	bool hit;
};

static void ask_cases(const struct mail_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++)
		asks(cases[i].call, cases[i].mail, cases[i].hit);
}
#define ASK(cases) ask_cases(cases, sizeof(cases) / sizeof *(cases))

#define MIXED "Content-Type: multipart/mixed; boundary=b\n\n"
#define ALTERNATIVE "Content-Type: multipart/alternative; boundary=b\n\n"
#define PLAIN "--b\nContent-Type: text/plain\n\n"
#define HTML "--b\nContent-Type: text/html\n\n"
#define END "\n--b--\n"

T_TEST(kinds_of_parts)
{
	static const struct mail_case cases[] = {
		{ "check_for_mime_html()", "Content-Type: Text/HTML\n\nx", true },
		{ "check_for_mime_html()", MIXED PLAIN "x\n" HTML "x" END, true },
		{ "check_for_mime_html()", MIXED PLAIN "x" END, false },
		{ "check_for_mime_html_only()", MIXED PLAIN "x\n" HTML "x" END, false },
		{ "check_for_mime_html_only()", MIXED HTML "x" END, true },
		{ "check_for_mime('mime_body_text_count')", MIXED "--b\nContent-Type: text/enriched\n\nx"
			END, true },
		{ "check_for_mime('mime_body_text_count')", MIXED HTML "x" END, false },
		{ "check_for_mime('mime_body_html_count')", MIXED HTML "x" END, true },
		{ "check_for_mime('mime_base64_count')", "Content-Transfer-Encoding: Base64\n\neA==", true },
		{ "check_for_mime('mime_base64_count')", "Content-Transfer-Encoding: 8bit\n\nx", false },
		{ "check_for_mime('mime_base64_encoded_text')", "Content-Transfer-Encoding: base64\n\neA==",
			true },
		{ "check_for_mime('mime_base64_encoded_text')", "Content-Transfer-Encoding: base64\n"
			"Content-Type: text/plain; charset=utf-8\n\neA==", false },
		{ "check_for_mime('mime_base64_encoded_text')", "Content-Transfer-Encoding: base64\n"
			"Content-Disposition: inline\n\neA==", false },
		{ "check_for_mime('mime_attachment')", "Content-Disposition: attachment\n\nx", true },
		{ "check_for_mime('mime_attachment')", "Content-Disposition: inline\n\nx", false },
		{ "check_for_mime('mime_multipart_alternative')", ALTERNATIVE PLAIN "x" END, true },
		{ "check_for_mime('mime_multipart_alternative')", MIXED PLAIN "x" END, false },
		{ "check_for_mime('mime_checked_attachments')", "\nx", true },
		{ "check_for_mime('mimepart_limit_exceeded')", "\nx", false },
		{ "check_ma_non_text()", ALTERNATIVE "--b\nContent-Type: image/gif\n\nx" END, true },
		{ "check_ma_non_text()", ALTERNATIVE "--b\nContent-Type: application/rtf\n\nx" END, false },
		{ "check_ma_non_text()", MIXED "--b\nContent-Type: image/gif\n\nx" END, false },
	};
	ASK(cases);
}

T_TEST(charsets)
{
	static const struct mail_case cases[] = {
		{ "check_for_mime('mime_bad_iso_charset')", "Content-Type: text/plain; charset=iso-8859-x\n\n",
			true },
		{ "check_for_mime('mime_bad_iso_charset')",
			"Content-Type: text/plain; charset=\"ISO-8859-8-i\"; format=flowed\n\n", false },
		{ "check_for_mime('mime_bad_iso_charset')", "Content-Type: text/plain; charset=iso-8859-123\n\n",
			true },
		{ "check_for_mime('mime_bad_iso_charset')", "Content-Type: text/plain; charset=iso-2022-jp\n\n",
			false },
		{ "check_for_mime('mime_bad_iso_charset')", "Content-Type: text/plain; charset=iso-8859\n\n",
			false },
	};
	static const char far[] = "ok_locales en ru\nbody A eval:check_for_mime('mime_faraway_charset')\n"
		"body B eval:check_for_faraway_charset()";
	ASK(cases);
	t_str(hits_of(far, STR("Content-Type: text/plain; charset=gb2312\n\n\xd6\xd0\xb9\xfa")), "A B");
	t_str(hits_of(far, STR("Content-Type: text/plain; charset=gb2312\n\nEnglish only")), "A");
	t_str(hits_of(far, STR("Content-Type: text/plain; charset=KOI8-R\n\n\xd6\xd0\xb9\xfa")), "");
	t_str(hits_of(far, STR("Content-Type: text/plain; charset=utf-8\n\n\xd6\xd0\xb9\xfa")), "");
	t_str(hits_of("body A eval:check_for_mime('mime_faraway_charset')",
		STR("Content-Type: text/plain; charset=gb2312\n\n")), "");
}

#define QP "Content-Transfer-Encoding: Quoted-Printable\n\n"
#define LINE78 "123456789 123456789 123456789 123456789 123456789 123456789 123456789 12345678"

T_TEST(lines_of_parts)
{
	static const struct mail_case cases[] = {
		{ "check_for_mime('mime_qp_count')", QP "caf=65\n", true },
		{ "check_for_mime('mime_qp_count')", QP "caf=C3=A9=3D\n", false },
		{ "check_for_mime('mime_qp_count')", QP "blank=20\n", false },
		{ "check_for_mime('mime_qp_count')", QP, true }, /* no byte of it: the parts are counted */
		{ "check_for_mime('mime_qp_ratio')", QP "=41\n", true },
		{ "check_for_mime('mime_qp_bytes')", QP "a\n", true },
		{ "check_for_mime('mime_qp_long_line')", QP LINE78 "\n", false },
		{ "check_for_mime('mime_qp_long_line')", QP LINE78 "9\n", true },
		{ "check_for_mime('mime_qp_long_line')", "\n" LINE78 "9\n", false },
		{ "check_qp_ratio('0.5')", QP "=41=42\n", false },
		{ "check_qp_ratio('0.28')", QP "=41=42\n", true },
		{ "check_base64_length('79')", "Content-Transfer-Encoding: base64\n\n" LINE78 "\n", true },
		{ "check_base64_length('80')", "Content-Transfer-Encoding: base64\n\n" LINE78 "\n", false },
		{ "check_base64_length('78','79')", "Content-Transfer-Encoding: base64\n\n" LINE78 "\n",
			true },
		{ "check_base64_length('78','79')", "Content-Transfer-Encoding: base64\n\n" LINE78 "99\n",
			false },
		{ "check_base64_length('79')", "\n" LINE78 "\n", false },
		{ "check_for_ascii_text_illegal()", "\ncaf\xc3\xa9\n", true },
		{ "check_for_ascii_text_illegal()", "\na\rb\n", true },
		{ "check_for_ascii_text_illegal()", "\ncafe\n", false },
		{ "check_for_ascii_text_illegal()", "Content-Type: text/plain; charset=utf-8\n\ncaf\xc3\xa9\n",
			false },
		{ "check_for_mime('mime_ascii_text_illegal')", "\ncaf\xc3\xa9\n", true },
		{ "check_abundant_unicode_ratio(0.02)", "\n&#x20AC;&#x20AC; of money\n", true },
		{ "check_abundant_unicode_ratio(0.02)", "\n&#x20ac; &#x20AC &x20AC; of money\n", false },
		{ "check_abundant_unicode_ratio(1)", "\n&#x20AC;&#x20AC;&#x20AC;\n", false },
		{ "check_abundant_unicode_ratio(1.0)", "\n&#x20AC;&#x20AC;&#x20AC;\n", true },
		{ "check_abundant_unicode_ratio(0.02)", "Content-Type: text/html\n\n&#x20AC;\n", false },
		{ "check_for_mime('mime_text_unicode_ratio')", "\n&#x20AC; and\n", true },
		{ "check_mime_multipart_ratio('0.00','0.01')", ALTERNATIVE PLAIN "\n" HTML LINE78 LINE78
			END, true },
		{ "check_mime_multipart_ratio('0.00','0.01')", ALTERNATIVE PLAIN LINE78 "\n" HTML LINE78
			END, false },
		{ "check_mime_multipart_ratio('1','1.1')", "\nx", true },
		{ "check_for_uppercase('50','100')", "\n" "AAAA AAAA AAAA AAAA AAAA AAAA AAAA AAAA AAAA AAAA "
			"AAAA AAAA AAAA AAAA AAAA AAAA AAAA AAAA AAAA AAAA AAAA AAAA AAAA AAAA AAAA AAAA AAAA "
			"AAAA AAAA AAAA AAAA AAAA AAAA AAAA AAAA AAAA AAAA AAAA AAAA AAAA AAAA AAAA AAAA\n", true },
	};
	ASK(cases);
}

T_TEST(flaws)
{
	static const struct mail_case cases[] = {
		{ "check_msg_parse_flags('missing_mime_headers')", MIXED "--b\n\nx" END, true },
		{ "check_msg_parse_flags('missing_mime_headers')", MIXED PLAIN "x" END, false },
		{ "check_msg_parse_flags('missing_mime_head_body_separator')",
			MIXED "--b\nContent-Type: text/plain\nHello there\n" END, true },
		{ "check_msg_parse_flags('missing_mime_head_body_separator')", MIXED PLAIN "x" END, false },
		{ "check_msg_parse_flags('mime_epilogue_exists')", MIXED PLAIN "x" END "more\n", true },
		{ "check_msg_parse_flags('mime_epilogue_exists')", MIXED PLAIN "x" END "\n . \n", false },
		{ "check_msg_parse_flags('missing_head_body_separator')", "Subject: x\nno header\n", true },
		{ "check_msg_parse_flags('missing_head_body_separator')", "Subject: x\n", true },
		{ "check_msg_parse_flags('missing_head_body_separator')", "Subject: x\n\n", false },
		{ "check_msg_parse_flags('truncated_header')", "Subject: x\n\n", false },
		{ "check_msg_parse_flags('mimepart_limit_exceeded')", "Subject: x\n\n", false },
		{ "check_for_mime('mime_missing_boundary')", MIXED PLAIN "x\n", true },
		{ "check_for_mime('mime_missing_boundary')", MIXED PLAIN "x" END, false },
		{ "check_for_mime('mime_missing_boundary')", MIXED "nothing\n", false },
		{ "check_for_mime('mime_missing_boundary')", MIXED "--b--\n", true },
	};
	static char long_header[9000];
	ASK(cases);
	memset(long_header, 'x', sizeof long_header - 1);
	memcpy(long_header, "Subject: ", 9);
	asks("check_msg_parse_flags('truncated_header')", long_header, true);
	/* a name that SpamAssassin does not know is absent, and so is what depends on it */
	t_str(hits_of("body A eval:check_msg_parse_flags('no_such')\nmeta B !A", STR("\nx")), "");
}

#define IMAGE(type, name) "--b\nContent-Type: image/" type "; name=\"" name "\"\n" \
	"Content-Transfer-Encoding: base64\n\n"
#define GIF_258_1 IMAGE("gif", "a..gif") "R0lGODlhAgEBAJEAAA==\n"           /* 258 wide, 1 high */
#define PNG_256_2 IMAGE("png", "logo.png") "iVBORw0KGgoAAAANSUhEUgAAAQAAAAACCAIAAAA=\n"
#define JPEG_300_200 IMAGE("jpeg", "p.jpg") "/9j/4AAEeHj/wAARCADIASwDASIA\n"
#define BROKEN IMAGE("gif", "broken.gif") "AAAAAAAAAAAAAAAAAAAA\n"
#define IMAGES MIXED PLAIN "Look:\n" GIF_258_1 PNG_256_2 JPEG_300_200 BROKEN "--b--\n"

T_TEST(images)
{
	static const struct mail_case cases[] = {
		{ "image_count('all','4','4')", IMAGES, true },
		{ "image_count('all','5')", IMAGES, false },
		{ "image_count('gif','1','1')", IMAGES, false },
		{ "image_count('gif','2')", IMAGES, true },
		{ "image_count('png','1','1')", IMAGES, true },
		{ "image_count('tiff','0')", IMAGES, false },
		{ "image_count('all','1')", "\nnone", false },
		{ "image_count('gif','1')", "Content-Type: image/gif\n\nGIF89a", false }, /* not base64 */
		{ "pixel_coverage('all','60770','60770')", IMAGES, true },
		{ "pixel_coverage('gif','258','258')", IMAGES, true },
		{ "pixel_coverage('jpeg','60001')", IMAGES, false },
		{ "image_size_exact('jpeg','200','300')", IMAGES, true },
		{ "image_size_exact('all','300','200')", IMAGES, false },
		{ "image_size_exact('png','200','300')", IMAGES, false },
		{ "image_size_range('jpeg','200','300')", IMAGES, true },
		{ "image_size_range('all','100','100','199')", IMAGES, false },
		{ "image_size_range('all','100','100','250','350')", IMAGES, true },
		{ "image_size_range('all','100','100','250','299')", IMAGES, false },
		{ "image_named('logo.png')", IMAGES, true },
		{ "image_named('broken.gif')", IMAGES, false },
		{ "image_named('Logo.png')", IMAGES, false },
		{ "image_name_regex('/^\\w{1,9}\\.\\.GIF$/i')", IMAGES, true },
		{ "image_name_regex('^p\\.jpg$')", IMAGES, true },
		{ "image_name_regex('/^logo\\.gif$/')", IMAGES, false },
		{ "image_to_text_ratio('jpeg','0.0','0.001')", IMAGES, true },
		{ "image_to_text_ratio('jpeg','0.001','1')", IMAGES, false },
		{ "image_to_text_ratio('jpeg','0.0','0.0000001')", IMAGES, false },
		{ "image_to_text_ratio('all','0.0','1')", MIXED PLAIN "x" END, false },
	};
	ASK(cases);
	t_str(hits_of("body A eval:image_name_regex('(')\nscore A 1", STR(IMAGES)), "A:regex-error");
	/* a rawbody rule counts its own view: 4 bytes of HTML that nobody sees */
	t_str(hits_of("body A eval:image_to_text_ratio('gif','0.02','1')\n"
		"rawbody B eval:image_to_text_ratio('gif','0.02','1')",
		STR(MIXED HTML "<b></b>x" "\n" GIF_258_1 "--b--\n")), "B");
}

T_TEST(alternatives)
{
	static const struct mail_case cases[] = {
		{ "multipart_alternative_difference('99','100')", ALTERNATIVE PLAIN "nothing alike\n"
			HTML "<p>one two three</p>" END, true },
		{ "multipart_alternative_difference('99','100')", ALTERNATIVE PLAIN "one more\n"
			HTML "<p>one two three</p>" END, false },
		{ "multipart_alternative_difference('32','34')", ALTERNATIVE PLAIN "one two two\n"
			HTML "<p>one one two three * -</p>" END, false },
		{ "multipart_alternative_difference('66','67')", ALTERNATIVE PLAIN "one two two\n"
			HTML "<p>one one two three * \xe2\x80\xa2</p>" END, true },
		{ "multipart_alternative_difference('99','100')", ALTERNATIVE PLAIN "buy\n"
			HTML "<img src=\"http://x.example/a.png\">" END, true },
		{ "multipart_alternative_difference('99','100')", ALTERNATIVE PLAIN "buy\n" HTML "<b></b>"
			END, false },
		{ "multipart_alternative_difference('99','100')", MIXED PLAIN "buy\n" HTML "other" END,
			false },
		{ "multipart_alternative_difference('99','100')", ALTERNATIVE HTML "other\n"
			"--b\nContent-Type: text/calendar\n\nBEGIN" END, false },
		{ "multipart_alternative_difference_count('3','1')", ALTERNATIVE PLAIN
			"a b c d e f g h i j k l\n" HTML "click here now" END, true },
		{ "multipart_alternative_difference_count('3','1')", ALTERNATIVE PLAIN
			"a b c d e f g h i\n" HTML "click here now" END, false },
		{ "multipart_alternative_difference_count('3','3')", ALTERNATIVE PLAIN
			"a b c d e f g h i j k l\n" HTML "click here now" END, false },
	};
	ASK(cases);
}

#define SIGNED "\nSome text.\n-- \nJo of Example\n"

T_TEST(texts)
{
	static const struct mail_case cases[] = {
		{ "plaintext_body_length('11','11')", SIGNED, true },
		{ "plaintext_body_length('12')", SIGNED, false },
		{ "plaintext_sig_length('15','15')", SIGNED, true },
		{ "plaintext_sig_length('0','14')", SIGNED, false },
		{ "plaintext_body_sig_ratio('0.7','0.8')", SIGNED, true },
		{ "plaintext_body_sig_ratio('0','0.5')", SIGNED, false },
		{ "plaintext_sig_length('1')", "\ntext\n-- \n\n\n", false },
		{ "plaintext_body_sig_ratio('1000')", "\ntext\n --\nmore\n", true },
		{ "plaintext_body_length('0')", "Content-Type: text/html\n\nx", false },
		{ "check_stock_info('2')", "\nCompany Name: X Ltd\n  Symbol : XLTD\n", true },
		{ "check_stock_info('2')", "\nSymbol: XLTD\nStock Symbol: YLTD\n", false },
		{ "check_stock_info('1')", "\nS.y.M.b.O.l: XLTD\n", true },
		{ "check_stock_info('1')", "\nthe weather today: fine\nrating\n", false },
		{ "check_stock_info('1')", "\nA long line that nobody would take for a label rating: 1\n",
			false },
		{ "check_stock_info('1')", "\nRating:\n", false },
		{ "check_blank_line_ratio('80','90','4')", "\n\n\n\n\n\n\n\n\nx\n", true },
		{ "check_blank_line_ratio('80','90','4')", "\na\nb\n\n\n", false },
		{ "tvd_vertical_words('80','100')", "\na b c d e f g\n", true },
		{ "tvd_vertical_words('0','10')", "\nabcdefghijklmno\n", true },
	};
	ASK(cases);
}

/* What was not read may be wrong: never said to be right. */
T_TEST(not_all_read)
{
	struct buf mail = { .limit = 8 << 20 };

	buf_add_cstr(&mail, MIXED PLAIN);
	for (int i = 0; i < 200000; i++)
		buf_add_cstr(&mail, "123456789\n");
	t_str(hits_of("body A eval:check_for_mime('mime_missing_boundary')\n"
		"body B eval:check_msg_parse_flags('mimepart_limit_exceeded')\n"
		"body C eval:check_for_mime('mime_body_text_count')", buf_str(&mail)),
		"C A:not-all-read B:not-all-read");
	buf_free(&mail);
}

/* An address that is cited ("a@b wrote:") does not count, a link to it beside it neither. */
T_TEST(addresses_of_links)
{
	static const char rules[] = "freemail_domains example.com\nutil_rb_tld com\n"
		"header A eval:check_freemail_replyto('replyto')\nscore A 1";
	static const struct {
		const char *body, *hits;
	} cases[] = {
		{ "<a href=mailto:c@example.com>mail us</a>", "A" },
		{ "<a href=mailto:b@example.com>mail us</a>", "" },
		{ "<a href=mailto:c@example.com>c@example.com</a> wrote:", "" },
		{ "<a href=mailto:c@example.com>c@example.com</a> wrote it", "A" },
		{ "<img src=mailto:c@example.com>", "" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char mail[300];

		snprintf(mail, sizeof mail, "From: a@example.org\nReply-To: b@example.com\n"
			"Content-Type: text/html\n\n%s\n", cases[i].body);
		if (!t_str(hits_of(rules, str_from(mail)), cases[i].hits))
			printf("# of %s\n", cases[i].body);
	}
}
