/* hostile: writes mails that are made to cost much: floods of one thing, of any size.
 *
 *     hostile KIND BYTES >mail      one mail of about BYTES
 *     hostile --list                the kinds, one a line
 *
 * A kind is a head, and a unit that is repeated until the mail has its size: in the headers, in
 * one header's value, or in the body. "%u" in a unit is its number, so that no two are alike.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct kind {
	const char *name;
	const char *head;   /* headers and what stands before the first unit */
	const char *unit;
	const char *tail;
	unsigned long every; /* before each so many units stands `open`; 0: never */
	const char *open;
};

#define PLAIN "Subject: s\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n"
#define TYPE(type) "Subject: s\nMIME-Version: 1.0\nContent-Type: " type "\n\n"
#define HTML TYPE("text/html; charset=utf-8")
#define ENCODED(type, encoding) "Subject: s\nContent-Transfer-Encoding: " encoding "\n" \
	"MIME-Version: 1.0\nContent-Type: " type "\n\n"
#define MIXED "Subject: s\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
#define END "\n\nbody\n"

#define FLOOD(name, head, unit, tail) { name, head, unit, tail, 0, "" }

static const struct kind kinds[] = {
	/* headers */
	FLOOD("headers", "Subject: s\n", "X-H%u: v\n", END),
	FLOOD("headers-empty", "Subject: s\n", "X:\n", END),
	FLOOD("subjects", "", "Subject: buy viagra %u\n", END),
	FLOOD("subject-long", "Subject: ", "word viagr ", END),
	FLOOD("subject-folded", "Subject: s", "\n x", END),
	FLOOD("subject-urls", "Subject: ", "http://h%u.example/ ", END),
	FLOOD("encoded-words", "Subject: ", "=?utf-8?Q?a=%u?= ", END),
	FLOOD("encoded-open", "Subject: ", "=?utf-8?Q?", END),
	FLOOD("encoded-equals", "Subject: ", "=?", END),
	FLOOD("encoded-charsets", "Subject: ", "=?x-%u?Q?a?= ", END),
	FLOOD("encoded-jis", "Subject: ", "=?iso-2022-jp?B?GyRCGyRC?= ", END),
	/* iconv loads and unloads a module at each word */
	FLOOD("encoded-modules", "Subject: ", "=?gb18030?B?gTCB?= x =?koi8-u?B?gTCB?= x "
	  "=?euc-kr?B?gTCB?= x =?big5?B?gTCB?= x =?euc-jp?B?gTCB?= x =?gbk?B?gTCB?= x ", END),
	FLOOD("encoded-headers", "", "Subject: =?koi8-r?Q?=D1=%u?=\n", END),
	FLOOD("to-addresses", "Subject: s\nTo: a@b.example", ", a%u@b.example", END),
	FLOOD("from-comments", "Subject: s\nFrom: ", "(", END),
	FLOOD("from-quotes", "Subject: s\nFrom: ", "\"\\", END),
	FLOOD("from-angles", "Subject: s\nFrom: ", "<a@", END),
	FLOOD("received-many", "", "Received: from h%u (h [192.0.2.7]) by x; Mon, 1 Jan 2024\n", END),
	FLOOD("received-long", "Received: ", "from a (b [192.0.2.7]) by c with d id e for f ", END),
	FLOOD("received-brackets", "Received: from ", "(", END),
	FLOOD("received-blanks", "Received: from a", " ", "\nSubject: s" END),
	FLOOD("date-long", "Date: ", "Mon, (", END),
	FLOOD("type-params", "Content-Type: text/plain", "; a%u=b", END),
	FLOOD("type-2231", "Content-Type: text/plain", "; name*%u*=''%%41", END),
	FLOOD("type-comments", "Content-Type: ", "(", END),
	FLOOD("auth-results", "", "Authentication-Results: h%u; spf=pass\n", END),
	/* MIME */
	FLOOD("parts", MIXED, "--b\nContent-Type: text/plain\n\nx%u\n", "--b--\n"),
	FLOOD("parts-empty", MIXED, "--b\n\n", "--b--\n"),
	FLOOD("parts-html", MIXED, "--b\nContent-Type: text/html\n\n<a href=http://h%u.example>x</a>\n",
	  "--b--\n"),
	FLOOD("parts-charsets", MIXED, "--b\nContent-Type: text/plain; charset=x-%u\n\n\xe4x\n",
	  "--b--\n"),
	FLOOD("parts-iconv", MIXED, "--b\nContent-Type: text/plain; charset=gb18030\n\n\x81\x30\x81\n",
	  "--b--\n"),
	FLOOD("parts-long", MIXED, "--b\nContent-Type: text/plain\n\n"
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa %u\n",
	  "--b--\n"),
	FLOOD("part-headers", MIXED "--b\n", "X-H%u: v\n", END),
	FLOOD("part-header-long", MIXED "--b\nContent-Type: ", "a%u;", END),
	FLOOD("depth", TYPE("multipart/mixed; boundary=b"),
	  "--b\nContent-Type: multipart/mixed; boundary=b%u\n\n--b%u\n", "x\n"),
	FLOOD("depth-same", MIXED, "--b\nContent-Type: multipart/mixed; boundary=b\n\n", "x\n"),
	FLOOD("depth-prefix", TYPE("multipart/mixed; boundary=a"),
	  "--a\nContent-Type: multipart/mixed; boundary=aa\n\n--aa\n"
	  "Content-Type: multipart/mixed; boundary=aaa\n\n--aaa--x\n--aa--x\n", "x\n"),
	FLOOD("rfc822", TYPE("message/rfc822"), "Content-Type: message/rfc822\n\n",
		"Subject: s\n\nx\n"),
	FLOOD("dashes", MIXED, "--\n", "x\n"),
	FLOOD("dashes-long", MIXED, "-", "\n"),
	FLOOD("dash-lines", MIXED, "--bb\n", "x\n"),
	{ "parts-2231", MIXED, "; name*%u*=''%%41", END, 3000,
	  "\n\nx\n--b\nContent-Type: text/plain" },
	{ "parts-params", MIXED, "; a=\"b\"", END, 7000, "\n\nx\n--b\nContent-Type: text/plain" },
	{ "parts-comments", MIXED, "(\\", END, 20000, "\n\nx\n--b\nContent-Type: text/plain; a=" },
	{ "parts-headers", MIXED, "X-H: v\n", END, 8000, "\nx\n--b\n" },
	/* encodings */
	FLOOD("base64-junk", ENCODED("text/plain", "base64"), "!@#$%%^&*=", "\n"),
	FLOOD("base64-quanta", ENCODED("text/plain", "base64"), "YQ==", "\n"),
	FLOOD("base64-html", ENCODED("text/html", "base64"),
	  "PGEgaHJlZj1odHRwOi8vYS5leGFtcGxlLz4=\n", "\n"),
	FLOOD("base64-utf16", ENCODED("text/plain; charset=utf-16", "base64"), "/v8AYQ==", "\n"),
	FLOOD("qp-soft", ENCODED("text/plain", "quoted-printable"), "=\n", "\n"),
	FLOOD("qp-blanks", ENCODED("text/plain", "quoted-printable"), "= ", "\n"),
	FLOOD("qp-equals", ENCODED("text/plain", "quoted-printable"), "=", "\n"),
	FLOOD("qp-link", ENCODED("text/html", "quoted-printable"),
		"=3Ca href=3Dh=\nttp://h%u.example/>",
	  "\n"),
	FLOOD("utf-7", TYPE("text/plain; charset=utf-7"), "+AGE-+", "\n"),
	FLOOD("jis", TYPE("text/plain; charset=iso-2022-jp"), "\x1b$B", "\n"),
	FLOOD("jis-shifts", TYPE("text/plain; charset=iso-2022-jp"), "\x1b$Ba\x1b(B", "\n"),
	FLOOD("gb18030", TYPE("text/plain; charset=gb18030"), "\x81\x30\x81", "\n"),
	FLOOD("big5-broken", TYPE("text/plain; charset=big5"), "\xff", "\n"),
	FLOOD("utf-16", TYPE("text/plain; charset=utf-16"), "a\xd8", "\n"),
	FLOOD("koi8", TYPE("text/plain; charset=koi8-r"), "\xd1\xd2 ", "\n"),
	FLOOD("latin1", TYPE("text/html; charset=iso-8859-1"), "\xe4", "\n"),
	/* text */
	FLOOD("line", PLAIN, "x", "\n"),
	FLOOD("blanks", PLAIN, " ", "\n"),
	FLOOD("lines", PLAIN, "\n", "\n"),
	FLOOD("paragraphs", PLAIN, "x\n\n", "\n"),
	FLOOD("nul", PLAIN, "\\0", "\n"),
	FLOOD("cr", PLAIN, "\r", "\n"),
	FLOOD("nbsp", PLAIN, "\xc2\xa0", "\n"),
	FLOOD("high", PLAIN, "\xe2\x80", "\n"),
	FLOOD("urls", PLAIN, "http://h%u.example/p%u\n", "\n"),
	FLOOD("urls-same", PLAIN, "http://a.example/\n", "\n"),
	FLOOD("urls-bad", PLAIN, "http://h%u:99999999/\n", "\n"),
	FLOOD("urls-none", PLAIN, "http://", "\n"),
	FLOOD("urls-none-lines", PLAIN, "http://\n", "\n"),
	FLOOD("urls-slashes", PLAIN "http:", "/", "\n"),
	FLOOD("urls-nested", PLAIN, "http://h%u.example/?u=http://t%u.example/?u=http://v%u.example/\n",
	  "\n"),
	FLOOD("urls-ip", PLAIN, "http://%u/ ", "\n"),
	FLOOD("urls-percent", PLAIN "http://a.example/", "%%%%25", "\n"),
	FLOOD("url-long", PLAIN "http://a.example/", "a/../", "\n"),
	FLOOD("url-host-long", PLAIN "http://", "a.", "\n"),
	FLOOD("url-user-long", PLAIN "http://", "a@", "\n"),
	FLOOD("url-brackets", PLAIN "http://a.example/", "[](){}", "\n"),
	FLOOD("mailtos", PLAIN, "mailto:a%u@b.example ", "\n"),
	FLOOD("ats", PLAIN, "@", "\n"),
	FLOOD("ats-host", PLAIN, "a@", "\n"),
	FLOOD("dots", PLAIN, ".", "\n"),
	FLOOD("dots-host", PLAIN, "a.", "\n"),
	FLOOD("dots-names", PLAIN, "a%u.b ", "\n"),
	FLOOD("dots-wide", PLAIN, "\xe4\xb8\xad.", "\n"),
	FLOOD("colons", PLAIN, "http:", "\n"),
	FLOOD("idn", PLAIN, "http://\xc3\xa4%u.example/ ", "\n"),
	FLOOD("idn-long", PLAIN, "http://\xe4\xb8\xad\xe6\x96\x87\xe4\xb8\xad\xe6\x96\x87%u."
	  "\xd9\x85\xd8\xb5\xd8\xb1.\xe0\xa4\x95\xe0\xa5\x8d\xe0\xa4\xb7%u.example/ ", "\n"),
	FLOOD("idn-bad", PLAIN, "http://xn--a%u-\xf0\x9f\x92\xa9.xn--%u/ ", "\n"),
	FLOOD("idn-combining", PLAIN "http://a", "\xcc\x80", ".example/\n"),
	/* one URL, written in many ways: none of them counts against the limit of URLs */
	FLOOD("urls-dots", PLAIN, "http://a.example/%u/../ ", "\n"),
	FLOOD("idn-dots", PLAIN, "http://\xc3\xa4.example/%u/../ ", "\n"),
	FLOOD("idn-dots-long", PLAIN, "http://\xd9\x85\xd8\xb5\xd8\xb1.\xe0\xa4\x95\xe0\xa5\x8d"
	  "\xe0\xa4\xb7.\xc3\xa4\xcc\x80\xcc\x81\xcc\xa7\xcc\xa8\xcc\x80.example/%u/../ ", "\n"),
	FLOOD("hrefs-dots", HTML "<base href=http://\xc3\xa4.example/>", "<a href=/%u/..>", "\n"),
	FLOOD("urls-fragments", PLAIN, "http://a.example/#%u ", "\n"),
	FLOOD("idn-fragments", PLAIN, "http://\xd9\x85\xd8\xb5\xd8\xb1.\xe0\xa4\x95\xe0\xa5\x8d"
	  "\xe0\xa4\xb7.\xc3\xa4\xcc\x80\xcc\x81\xcc\xa7\xcc\xa8\xcc\x80.example/#%u ", "\n"),
	FLOOD("idn-users", PLAIN, "http://%u@\xc3\xa4.example/ ", "\n"),
	FLOOD("idn-refused", PLAIN, "http://\xf0\x9f\x92\xa9%u.\xe2\x80\x8f\xd7\x90 a.example/ ",
	  "\n"),
	FLOOD("idn-names", PLAIN, "\xd9\x85\xd8\xb5\xd8\xb1%u.\xd9\x85\xd8\xb5\xd8\xb1 ", "\n"),
	FLOOD("idn-no-names", PLAIN, "\xd9\x85\xd8\xb5\xd8\xb1.\xe0\xa4\x95%u ", "\n"),
	FLOOD("hrefs-fragments", HTML "<base href=http://\xc3\xa4.example/>", "<a href=/x#%u>", "\n"),
	FLOOD("hrefs-none", HTML, "<a href=#%u>", "\n"),
	FLOOD("hrefs-script", HTML, "<a href=javascript:%u>", "\n"),
	/* HTML */
	FLOOD("tags-open", HTML, "<a ", "\n"),
	FLOOD("tags-unclosed", HTML, "<div>", "\n"),
	FLOOD("lts", HTML, "<", "\n"),
	FLOOD("tags-close", HTML, "</", "\n"),
	FLOOD("attributes", HTML "<a", " a%u=b", "\n"),
	FLOOD("attribute-quotes", HTML, "<a href=\"", "\n"),
	FLOOD("attribute-quotes-open", HTML, "<a href='\"", "\n"),
	FLOOD("hrefs", HTML, "<a href=", "\n"),
	FLOOD("hrefs-open", HTML, "<a href=http://h%u.example/>", "\n"),
	FLOOD("hrefs-relative", HTML "<base href=http://a.example/b/>", "<a href=../p%u>", "\n"),
	FLOOD("images", HTML, "<img src=http://h%u.example/ srcset='x 1x, y%u 2x'>", "\n"),
	FLOOD("srcset", HTML "<img srcset='", "http://h%u.example/ 1x, ", "'>\n"),
	FLOOD("anchors", HTML, "<a href=http://a.example/%u><b>x</b>", "\n"),
	FLOOD("entities", HTML, "&#", "\n"),
	FLOOD("entities-long", HTML "&#", "9", "\n"),
	FLOOD("entities-names", HTML, "&CounterClockwiseContourIntegra", "\n"),
	FLOOD("entities-amps", HTML, "&", "\n"),
	FLOOD("entities-href", HTML "<a href=\"http://a.example/", "&#", "\">\n"),
	FLOOD("entities-digits", HTML, "&#x2e;", "\n"),
	FLOOD("comments", HTML, "<!--", "\n"),
	FLOOD("comments-short", HTML, "<!-->", "\n"),
	FLOOD("comments-dashes", HTML "<!--", "-", "\n"),
	FLOOD("comments-bang", HTML, "<!", "\n"),
	FLOOD("comments-if", HTML, "<!--[if mso]><a href=http://h%u.example/><![endif]-->", "\n"),
	FLOOD("cdata", HTML, "<![CDATA[", "\n"),
	FLOOD("scripts", HTML, "<script>", "\n"),
	FLOOD("script-end", HTML "<script>", "</script", "\n"),
	FLOOD("script-lt", HTML "<script>", "</", "\n"),
	FLOOD("styles", HTML, "<style>a{b:url(http://h%u.example/)}</style>", "\n"),
	FLOOD("style-open", HTML "<style>", "a{b:url(", "\n"),
	FLOOD("style-attribute", HTML "<p style=\"", "background:url(", "\n"),
	FLOOD("titles", HTML, "<title>", "\n"),
	FLOOD("textareas", HTML "<textarea>", "</textarea", "\n"),
	FLOOD("breaks", HTML, "<br>", "\n"),
	FLOOD("cells", HTML, "<td>x", "\n"),
	FLOOD("pres", HTML, "<pre>\n", "\n"),
	/* what the shipped rules look for, nearly */
	FLOOD("rx-pharma", PLAIN, "v1agr v.i.a.g.r c1al1 online pharmac canadian pharmac without a pres ",
	  "\n"),
	FLOOD("rx-v", PLAIN, "v", "\n"),
	FLOOD("rx-obfuscated", PLAIN, "v!!v|v1", "\n"),
	FLOOD("rx-oem", PLAIN, "oem version norton makes the best systemworks adobe photoshop ", "\n"),
	FLOOD("rx-oem-dense", PLAIN, "adobe ", "\n"),
	FLOOD("rx-replica", PLAIN, "replica of swiss imitation of designer knockoff of high end ",
	  "\n"),
	FLOOD("rx-replica-s", PLAIN, "replicas ", "\n"),
	FLOOD("rx-shop", PLAIN, "save up to $ free shippin order no you sav off up to limited ", "\n"),
	FLOOD("rx-enhance", PLAIN, "male   enlarge your bigger sexual herbal viagr size penis  ", "\n"),
	FLOOD("rx-hgh", PLAIN, "hg human growth hormon years younge lose incr ", "\n"),
	FLOOD("rx-url", PLAIN, "http://a-canada-rx-buy-cheap-meds-online-pharmac-24-replica-watch-rolex%u"
	  "-oem-soft-adobe-luxury-handbag-outle-enlarge-herbal-penis.example/"
	  "main2.php/buy-viagr/enlarge_you/herbal-v1/main2.php?rx=\n", "\n"),
	FLOOD("rx-url-long", PLAIN "http://buy", "-cheap-online-canada-replica-rolex-oem-soft",
	  ".example/\n"),
	FLOOD("rx-url-path", PLAIN "http://a.example/", "male-enlarg/main2.php/buy-cheap-online", "\n"),
	{ "rx-parts-pharma", MIXED, "v1agr v.i.a.g.r c1al1 online pharmac canadian pharmac without a ",
	  "--b--\n", 700, "\n--b\n\n" },
	{ "rx-parts-v", MIXED, "v!!v|v1", "--b--\n", 7000, "\n--b\n\n" },
	{ "rx-parts-oem", MIXED, "adobe oem version ", "--b--\n", 2700, "\n--b\n\n" },
	{ "rx-parts-replica", MIXED, "replica of swiss knockoffs of high-end ", "--b--\n", 1200,
	  "\n--b\n\n" },
	{ "rx-parts-mix", MIXED, "male enlarge your biggest hgh buy viagr save up replicas ",
	  "--b--\n", 900, "\n--b\n\n" },
	{ "rx-parts-short", MIXED, "v\n\n", "--b--\n", 16000, "\n--b\n\n" },
	{ "rx-urls-long", PLAIN, "-enlarge-buy-cheap-online-canada-replica-rolex-oem-soft-herbal",
	  "\n", 140, "\nhttp://a%u.example/x/main2.php/buy-cheap" },
	{ "rx-urls-host", PLAIN, "buy-cheap-canada-replica", "\n", 10, "\nhttp://a%u.example." },
	FLOOD("rx-helo", "", "Received: from a.dsl.1.2.dyn.client (dsl-192-0-2-7.pool.cust%u [192.0.2.7])"
	  " by x with SMTP; Mon, 1 Jan 2024\n", END),
};

#define KINDS (sizeof kinds / sizeof *kinds)

/* The unit with its number put in; "%%" is one '%', "\0" a NUL. */
static size_t render(const char *unit, unsigned long number, char *out)
{
	size_t n = 0;

	for (const char *p = unit; *p; p++) {
		if (p[0] == '%' && p[1] == 'u')
			n += (size_t)sprintf(out + n, "%lu", number);
		else
			out[n++] = p[0] == '\\' && p[1] == '0' ? '\0' : *p;
		p += (p[0] == '%' && (p[1] == 'u' || p[1] == '%')) || (p[0] == '\\' && p[1] == '0');
	}
	return n;
}

static void put(const struct kind *kind, size_t bytes)
{
	char unit[1024];
	size_t done = strlen(kind->head) + strlen(kind->tail);

	fputs(kind->head, stdout);
	for (unsigned long i = 0; done < bytes; i++) {
		size_t len = kind->every && i % kind->every == 0 ? render(kind->open, i, unit) : 0;

		len += render(kind->unit, i, unit + len);
		fwrite(unit, 1, len, stdout);
		done += len;
	}
	fputs(kind->tail, stdout);
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--list") == 0) {
		for (size_t i = 0; i < KINDS; i++)
			puts(kinds[i].name);
		return 0;
	}
	for (size_t i = 0; argc == 3 && i < KINDS; i++)
		if (strcmp(argv[1], kinds[i].name) == 0) {
			put(&kinds[i], strtoul(argv[2], NULL, 10));
			return fflush(stdout) == 0 ? 0 : 1;
		}
	fprintf(stderr, "usage: hostile KIND BYTES | hostile --list\n");
	return 64;
}
