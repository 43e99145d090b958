/* test-harness/hostile_mails: see hostile_mails.h. */
#include "test-harness/hostile_mails.h"

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
	/* links */
	FLOOD("nested-one", PLAIN, "http://h%u.example/?u=", "\n"),
	FLOOD("nested-one-href", HTML "<a href=\"", "http://h%u.example/?u=", "\">x</a>\n"),
	FLOOD("nested-percent", PLAIN "http://a.example/?u=", "http%%3A%%2F%%2Fh%u.example%%2F%%3Fu%%3D",
	  "\n"),
	FLOOD("nested-https", PLAIN "http://a.example/", "https://", "\n"),
	FLOOD("nested-hrefs", HTML, "<a href='http://a.example/?u=http%%3A%%2F%%2Fh%u.example'>x</a>",
	  "\n"),
	FLOOD("redirectors", HTML, "<a href='https://www.google.com/url?q=https://www.google.com/url?q="
	  "http://h%u.example/'>x</a>", "\n"),
	FLOOD("safe-links", PLAIN, "https://eu.safelinks.protection.outlook.com/?url=http%%3A%%2F%%2Fh%u"
	  ".example%%2F&data=x\n", "\n"),
	FLOOD("data-one", HTML "<a href=\"", "data:text/html,<a href=data:text/html,",
	  "\">x</a>\n"),
	FLOOD("data-percent", HTML "<a href=\"data:text/html,",
	  "%%3Ca%%20href%%3Dhttp://h%u.example%%3E", "\">x</a>\n"),
	FLOOD("data-many", HTML, "<a href='data:text/html,<a href=http://h%u.example/>'>x</a>", "\n"),
	FLOOD("data-base64", HTML "<a href='data:text/html;base64,", "PGEgaHJlZj1odHRwOi8vYS5leGFtcGxl",
	  "'>x</a>\n"),
	FLOOD("data-base64-many", HTML,
	  "<a href='data:text/html;base64,PGEgaHJlZj1odHRwOi8vYS5leGFtcGxlLz4=#%u'>x</a>", "\n"),
	FLOOD("data-deep", HTML, "<iframe src='data:text/html,<iframe src=\"data:text/html,<iframe src="
	  "data:text/html,%u>\">'></iframe>", "\n"),
	FLOOD("data-commas", HTML "<a href='data:", ",", "'>x</a>\n"),
	FLOOD("srcdoc", HTML, "<iframe srcdoc='<a href=http://h%u.example/>x</a>'></iframe>", "\n"),
	FLOOD("srcdoc-one", HTML "<iframe srcdoc='", "<iframe srcdoc=\"<a href=http://h%u.example>\">",
	  "'>\n"),
	FLOOD("percent-host", PLAIN, "http://%%68%%6f%%73%%74%u%%2e%%65%%78%%61%%6d%%70%%6c%%65/ ", "\n"),
	FLOOD("percent-host-long", PLAIN "http://", "%%2561", ".example/\n"),
	FLOOD("percents", PLAIN, "%%", "\n"),
	FLOOD("percents-href", HTML "<a href=\"http://a.example/", "%%", "\">x</a>\n"),
	FLOOD("users-long", PLAIN, "http://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa%u@b.example/ ",
	  "\n"),
	FLOOD("user-one", HTML "<a href=\"http://", "user:word@", "b.example\">x</a>\n"),
	FLOOD("backslashes", PLAIN "http:", "\\", "\n"),
	FLOOD("backslash-links", HTML, "<a href='http:\\\\h%u.example\\x'>x</a>", "\n"),
	FLOOD("tabs-href", HTML "<a href='ht", "\t", "tp://a.example/'>x</a>\n"),
	FLOOD("line-ends-href", HTML "<a href='http://a", "\n", ".example/'>x</a>\n"),
	FLOOD("tabs-hrefs", HTML, "<a href='h\tt\tt\tp\t:\t/\t/h%u\t.example/'>x</a>", "\n"),
	FLOOD("brackets", PLAIN, "[", "\n"),
	FLOOD("brackets-url", PLAIN, "http://[", "\n"),
	FLOOD("brackets-dot", PLAIN, "h%u[.]example[.]com ", "\n"),
	FLOOD("brackets-dot-one", PLAIN "a", "[.]a", "\n"),
	FLOOD("parens-dot-one", PLAIN "a", "(.)a", "\n"),
	FLOOD("dot-words", PLAIN, " dot ", "\n"),
	FLOOD("dot-words-one", PLAIN "a", " dot a", "\n"),
	FLOOD("dot-words-names", PLAIN, "h%u dot example dot com\n", "\n"),
	FLOOD("dot-words-brackets", PLAIN "a", "[dot]a", "\n"),
	FLOOD("hxxp", PLAIN, "hxxp://h%u.example/ ", "\n"),
	FLOOD("hxxp-none", PLAIN, "hxxp", "\n"),
	FLOOD("hxxp-colons", PLAIN, "hxxp[:]//", "\n"),
	FLOOD("blank-letters", PLAIN "http://", "a . ", "\n"),
	FLOOD("names-com", PLAIN, "h%u.com ", "\n"),
	FLOOD("names-com-one", PLAIN "h", ".com", "\n"),
	FLOOD("names-co-uk", PLAIN "a", ".co.uk", "\n"),
	FLOOD("names-dashes", PLAIN, "a-", ".com\n"),
	FLOOD("names-slashes", PLAIN, "a.com/", "\n"),
	FLOOD("www", PLAIN, "www.", "\n"),
	FLOOD("addresses", PLAIN, "a%u@h%u.com,", "\n"),
	FLOOD("address-one", PLAIN "a", "@a.com", "\n"),
	FLOOD("numbers", PLAIN "1", ".1", "\n"),
	FLOOD("numbers-hex", PLAIN, "http://0x7f.%u/ ", "\n"),
	FLOOD("numbers-octal", PLAIN "http://0", "0", "17.1/\n"),
	FLOOD("v6", PLAIN, "http://[2001:db8::%u]/ ", "\n"),
	FLOOD("v6-one", PLAIN "http://[", "1:", "]/\n"),
	FLOOD("wide-dots", PLAIN "http://a", "\xe3\x80\x82""a", "/\n"),
	FLOOD("wide-letters", PLAIN, "http://\xef\xbd\x88%u.example/ ", "\n"),
	FLOOD("wide-letters-one", PLAIN "http://", "\xef\xbd\x88", ".example/\n"),
	FLOOD("confusable", PLAIN, "http://\xd1\x80\xd0\xb0ypal%u.example/ ", "\n"),
	FLOOD("soft-hyphens", PLAIN "http://a", "\xc2\xad", ".example/\n"),
	FLOOD("zero-widths", PLAIN, "\xe2\x80\x8b", "\n"),
	FLOOD("zero-widths-url", HTML "<a href='http://a", "\xe2\x80\x8b", ".example/'>x</a>\n"),
	FLOOD("zero-widths-text", HTML, "h%u\xe2\x80\x8b.example\xe2\x80\x8b.com ", "\n"),
	FLOOD("right-to-left", PLAIN, "\xe2\x80\xae""moc.elpmaxe%u//:ptth ", "\n"),
	FLOOD("punycode-one", PLAIN "http://xn--", "a", ".example/\n"),
	FLOOD("punycode-labels", PLAIN "http://", "xn--4ca.", "example/\n"),
	FLOOD("punycodes", PLAIN, "http://xn--%u-4ca.example/ ", "\n"),
	FLOOD("ports", PLAIN, "http://a.example:%u/ ", "\n"),
	FLOOD("port-one", PLAIN "http://a.example:", "0", "80/\n"),
	FLOOD("schemes", PLAIN, "x%u://a.example/ ", "\n"),
	FLOOD("scheme-one", PLAIN, "a+", "://a.example/\n"),
	FLOOD("queries", PLAIN "http://a.example/?", "u=%u&", "\n"),
	FLOOD("queries-url", PLAIN "http://a.example/?", "u=h%u.com&", "\n"),
	FLOOD("hrefs-8k", HTML, "<a href=\"http://a.example/%u/"
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	  "\">x</a>", "\n"),
	FLOOD("href-long", HTML "<a href=\"http://a.example/", "a", "\">x</a>\n"),
	FLOOD("href-blank", HTML "<a href=\"", " ", "http://a.example/\">x</a>\n"),
	FLOOD("mailto-one", PLAIN "mailto:a@b.example?body=", "http://h%u.example/ ", "\n"),
	FLOOD("mailto-body", HTML "<a href='mailto:a@b.example?body=", "http://h%u.example/%%20",
	  "'>x</a>\n"),
	FLOOD("flowed", TYPE("text/plain; format=flowed"), "http://a.example/ \n", "\n"),
	FLOOD("broken-lines", PLAIN "http://a.example/",
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n", "\n"),
	FLOOD("angles-url", PLAIN, "<http://h%u.example/ ", "\n"),
	FLOOD("bbcode", PLAIN, "[url=http://h%u.example/]x[/url]", "\n"),
	/* HTML, again */
	FLOOD("hidden-spans", HTML, "<span style=display:none>", "\n"),
	FLOOD("hidden-spans-text", HTML, "<span style='display:none'>x", "\n"),
	FLOOD("hidden-closed", HTML, "<span style='font-size:0'>x</span>", "\n"),
	FLOOD("hidden-deep", HTML, "<div style='visibility:hidden'><b>", "\n"),
	FLOOD("hidden-links", HTML, "<div style='display:none'><a href=http://h%u.example>x</a>", "\n"),
	FLOOD("closes", HTML "<span style='display:none'>", "</b>", "\n"),
	FLOOD("closes-mixed", HTML, "<b><i></b>", "\n"),
	FLOOD("fonts", HTML, "<font color=#%u size=1>", "\n"),
	FLOOD("colours", HTML, "<td bgcolor=#fff><font color=#fff>x%u", "\n"),
	FLOOD("style-long", HTML "<p style=\"", "color:#%u;", "\">x\n"),
	FLOOD("styles-attribute", HTML, "<p style='a:b;color:red;background:#fff;display:block'>", "\n"),
	FLOOD("style-comments", HTML "<p style=\"", "/*", "\">x\n"),
	FLOOD("style-escapes", HTML "<p style=\"background:url(", "\\68 ", ")\">x\n"),
	FLOOD("style-escapes-sheet", HTML "<style>", "a{background:\\75 rl(http://h%u.example/)}",
	  "</style>\n"),
	FLOOD("style-quotes", HTML "<style>", "url('", "</style>\n"),
	FLOOD("style-imports", HTML "<style>", "@import 'http://h%u.example/';", "</style>\n"),
	FLOOD("style-rules", HTML "<style>", ".c%u{display:none}", "</style><p class=c1>x\n"),
	FLOOD("style-braces", HTML "<style>", "{", "</style>\n"),
	FLOOD("style-ats", HTML "<style>", "@media x{", "</style>\n"),
	FLOOD("classes", HTML "<style>.a{display:none}</style><p class='", "a%u ", "'>x\n"),
	FLOOD("classes-tags", HTML "<style>.a{display:none}</style>", "<p class=a%u>x</p>", "\n"),
	FLOOD("tags-in-names", HTML, "h<b></b>t%u.<i></i>com ", "\n"),
	FLOOD("tags-in-url", HTML, "http://a<b></b>.example<i>/</i>", "\n"),
	FLOOD("tags-in-one", HTML "a", "<b></b>a", ".com\n"),
	FLOOD("comments-in-names", HTML, "h<!-- -->t%u<!---->.com ", "\n"),
	FLOOD("bases", HTML, "<base href=http://h%u.example/><a href=x>y</a>", "\n"),
	FLOOD("metas", HTML, "<meta http-equiv=refresh content='0;url=http://h%u.example/'>", "\n"),
	FLOOD("meta-one", HTML "<meta http-equiv=refresh content='0;", " url=", "'>\n"),
	FLOOD("meta-charsets", HTML, "<meta charset=utf-7>", "\n"),
	FLOOD("forms", HTML, "<form action=http://h%u.example/><button formaction=http://b%u.example/>",
	  "\n"),
	FLOOD("svg", HTML, "<svg><a xlink:href=http://h%u.example/>", "\n"),
	FLOOD("svg-deep", HTML, "<svg><foreignObject>", "\n"),
	FLOOD("math", HTML, "<math><mtext>", "\n"),
	FLOOD("templates", HTML, "<template>", "\n"),
	FLOOD("noscripts", HTML, "<noscript><a href=http://h%u.example/>", "\n"),
	FLOOD("plaintexts", HTML, "<plaintext>", "\n"),
	FLOOD("xmps", HTML, "<xmp>", "\n"),
	FLOOD("options", HTML, "<select><option>", "\n"),
	FLOOD("objects", HTML, "<object data=http://h%u.example/><param value=http://p%u.example/>", "\n"),
	FLOOD("vml", HTML, "<v:fill src='http://h%u.example/'/>", "\n"),
	FLOOD("doctypes", HTML, "<!DOCTYPE ", "\n"),
	FLOOD("questions", HTML, "<?", "\n"),
	FLOOD("ifs", HTML, "<!--[if mso]>", "\n"),
	FLOOD("ifs-endings", HTML "<!--[if mso]>", "<![endif]--", "\n"),
	FLOOD("comment-ends", HTML "<!--", "--!", "\n"),
	FLOOD("comment-links", HTML, "<!-- http://h%u.example/ -->", "\n"),
	FLOOD("attributes-same", HTML "<a", " href=x", ">\n"),
	FLOOD("attributes-many", HTML, "<a a b c d e f g h i j k l m n o p q r s t u v w x y z=%u>", "\n"),
	FLOOD("attribute-long", HTML "<a x=\"", "a", "\" href=http://a.example/>\n"),
	FLOOD("attribute-slashes", HTML "<a", "/", ">\n"),
	FLOOD("attribute-equals", HTML "<a", "=", ">\n"),
	FLOOD("tag-name-long", HTML "<", "a", ">\n"),
	FLOOD("nul-in-tags", HTML, "<a\\0 hr\\0ef=\\0http://h%u.example/>", "\n"),
	FLOOD("anchors-open", HTML, "<a href=http://h%u.example/>x", "\n"),
	FLOOD("anchor-long", HTML "<a href=http://a.example/>", "x ", "</a>\n"),
	FLOOD("anchor-names", HTML, "<a href=http://h%u.example/>http://g%u.example/</a>", "\n"),
	FLOOD("anchor-names-one", HTML "<a href=http://h.example/>", "http://g%u.example/ ", "</a>\n"),
	FLOOD("references-short", HTML, "&#1", "\n"),
	FLOOD("references-zero", HTML "&#", "0", "65;\n"),
	FLOOD("references-host", HTML, "<a href='&#104;&#116;&#116;&#112;://h%u&#46;example'>x</a>", "\n"),
	FLOOD("references-amp", HTML, "<a href='http://a.example/?&amp;amp;amp;%u'>x</a>", "\n"),
	FLOOD("references-names", HTML, "&colon;&sol;&period;&lt;&notit;", "\n"),
	FLOOD("references-href-names", HTML "<a href=\"", "&colon;&sol;&period;&Tab;", "\">x</a>\n"),
	/* MIME, again */
	FLOOD("uu-begin", PLAIN, "begin 644 a%u\n", "\n"),
	FLOOD("uu-files", PLAIN, "begin 644 a%u.html\n#0V%T\n`\nend\n", "\n"),
	FLOOD("uu-lines", PLAIN "begin 644 a.html\n",
	  "M/&$@:')E9CUH='1P.B\\O82YE>&%M<&QE+SX\\82!H<F5F/6AT='`Z+R]A+F5X\n", "`\nend\n"),
	FLOOD("uu-html", HTML, "begin 644 a%u.html\n#0V%T\n", "\n"),
	FLOOD("yenc", PLAIN, "=ybegin line=128 size=%u name=a\nabc\n=yend size=3\n", "\n"),
	FLOOD("types-two", MIXED, "--b\nContent-Type: text/plain\nContent-Type: text/html\n\n"
	  "<a href=http://h%u.example/>x</a>\n", "--b--\n"),
	FLOOD("types-two-long", "Content-Type: text/plain\nContent-Type: text/html\n"
	  "Subject: s\n\n", "<a href=http://h%u.example/>x</a>\n", "\n"),
	FLOOD("encodings-two", "Content-Type: text/html\nContent-Transfer-Encoding: base64\n"
	  "Content-Transfer-Encoding: quoted-printable\nSubject: s\n\n",
	  "PGEgaHJlZj1odHRwOi8vYS5leGFtcGxlLz4=\n", "\n"),
	FLOOD("encodings-parts", MIXED, "--b\nContent-Type: text/html\n"
	  "Content-Transfer-Encoding: base64\nContent-Transfer-Encoding: 7bit\n\n"
	  "PGEgaHJlZj1odHRwOi8vYS5leGFtcGxlLz4=\n", "--b--\n"),
	FLOOD("boundaries-two", "Content-Type: multipart/mixed; boundary=a\n"
	  "Content-Type: multipart/mixed; boundary=b; boundary=c\nSubject: s\n\n",
	  "--a\n\nx\n--b\n\nhttp://h%u.example/\n--c\n\ny\n", "\n"),
	FLOOD("boundary-wrong", MIXED, "--a\nContent-Type: text/html\n\n"
	  "<a href=http://h%u.example/>x</a>\n", "\n"),
	FLOOD("boundary-ended", MIXED "--b\n\nx\n--b--\n", "--b\nContent-Type: text/html\n\n"
	  "<a href=http://h%u.example/>x</a>\n--b--\n", "\n"),
	FLOOD("base64-plain", ENCODED("text/html", "base64"), "<a href=http://h%u.example/>x</a>\n",
	  "\n"),
	FLOOD("base64-equals", ENCODED("text/plain", "base64"), "=", "\n"),
	FLOOD("qp-plain", ENCODED("text/html", "quoted-printable"),
	  "<a href=http://h%u.example/?a=b>x</a>\n", "\n"),
	FLOOD("no-headers", "", "http://h%u.example/\n", "\n"),
	FLOOD("no-colon", "Subject: s\n", "no colon %u\n", "\n"),
	FLOOD("utf16-bom", TYPE("text/html; charset=utf-16"), "\xff\xfe<\\0a\\0>\\0", "\n"),
	FLOOD("utf16-unsaid", HTML, "\xff\xfe<\\0a\\0 \\0", "\n"),
	FLOOD("utf7-unsaid", HTML, "+ADw-a href+AD0-http://h%u.example+AD4-", "\n"),
	FLOOD("utf7-open", TYPE("text/html; charset=utf-7"), "+", "\n"),
	FLOOD("jis-unsaid", HTML, "\x1b$B\x1b(J", "\n"),
	FLOOD("hz", TYPE("text/plain; charset=hz-gb-2312"), "~{<:~}", "\n"),
	FLOOD("ebcdic", TYPE("text/plain; charset=ibm037"), "\x88\xa3\xa3\x97\x7a\x61\x61", "\n"),
	FLOOD("unknown-charset", TYPE("text/plain; charset=x-none"), "\xe4http://h%u.example/ ", "\n"),
	FLOOD("html-files", MIXED, "--b\nContent-Type: application/octet-stream; name=a%u.html\n\n"
	  "<a href=http://h%u.example/>x</a>\n", "--b--\n"),
	FLOOD("calendars", TYPE("text/calendar"), "URL:http://h%u.example/\n", "\n"),
	FLOOD("parts-2231-charset", MIXED, "--b\nContent-Type: text/plain; name*0*=utf-8''%%41;"
	  " name*1=b; name*2*=%%43; name*9=%u\n\nx\n", "--b--\n"),
	FLOOD("parts-encoded-names", MIXED,
	  "--b\nContent-Type: text/plain; name=\"=?utf-8?Q?a=%u?=\"\n\nx\n", "--b--\n"),
	FLOOD("headers-8bit", "Subject: s\n", "X-%u: \xff\xfe\xd1\xd2\n", END),
	FLOOD("received-parens", "", "Received: from a (((((((((((((((((((((((((((( [192.0.2.7]) by x;"
	  " Mon, 1 Jan 2024 %u\n", END),
	FLOOD("received-dates", "", "Received: by x; Mon, 99 Foo 99999 99:99:99 +9999 (%u)\n", END),
	FLOOD("received-names", "Received: from ", "h%u.example (h%u.example [192.0.2.7]) ", END),
	FLOOD("message-ids", "", "Message-ID: <%u@<@>@a.example>\n", END),
	FLOOD("from-names", "Subject: s\nFrom: ", "\"a@b.example\" <c%u@d.example>, ", END),
};

#define KINDS (sizeof kinds / sizeof *kinds)

enum { UNIT_BYTES = 1024 };

/* The unit with its number put in; "%%" is one '%', "\0" a NUL. */
static size_t render(const char *unit, unsigned long number, char out[UNIT_BYTES])
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

size_t hostile_mails_n(void)
{
	return KINDS;
}

const char *hostile_mails_name(size_t kind)
{
	return kinds[kind].name;
}

bool hostile_mails_in_headers(size_t kind)
{
	return strstr(kinds[kind].head, "\n\n") == NULL && strstr(kinds[kind].tail, "\n\n") != NULL;
}

size_t hostile_mails_find(const char *name)
{
	size_t i = 0;

	while (i < KINDS && strcmp(kinds[i].name, name) != 0)
		i++;
	return i;
}

char *hostile_mails_make(size_t at, size_t bytes, size_t *len)
{
	const struct kind *kind = &kinds[at];
	size_t head = strlen(kind->head), tail = strlen(kind->tail), n = head;
	char *mail = malloc(bytes + head + tail + 4 * UNIT_BYTES);

	if (!mail)
		return NULL;
	memcpy(mail, kind->head, head);
	for (unsigned long i = 0; n + tail < bytes; i++) {
		if (kind->every && i % kind->every == 0)
			n += render(kind->open, i, mail + n);
		n += render(kind->unit, i, mail + n);
	}
	memcpy(mail + n, kind->tail, tail);
	*len = n + tail;
	return mail;
}
