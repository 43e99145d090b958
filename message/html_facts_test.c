/* Tests of what HTML is made of. What is expected is what SpamAssassin 4.0.1 says. */
#include "message/html_facts.h"

#include <stdio.h>
#include <string.h>

#include "message/html_source.h"
#include "message/message.h"
#include "test-harness/t.h"

static struct arena *arena;

static struct html_facts read_facts(const char *source)
{
	struct html_facts facts;

	t_int(html_facts_read(arena, str_from(source), strlen(source), &facts), 0);
	return facts;
}

/* "length spaces obfuscation backhair" of the text */
static const struct { const char *source, *counts; } TEXTS[] = {
	{ "", "0 0 0 0" }, { "a  b\n\tc", "5 2 0 0" }, { "<p>one<p>two</p>", "12 6 0 0" },
	{ "one <br> two", "7 1 0 0" }, { "one <b> </b><br>", "5 2 0 0" },
	{ "x<br>&nbsp;&nbsp;y", "3 1 0 0" }, { "x<br>&#160;y", "4 1 0 0" },
	{ "&#160;&#8217;", "2 1 0 0" }, { "\xC3\xA9&#160;", "2 1 0 0" },
	{ "x\xC3\x82\xC2\xA0y", "3 1 0 0" }, { "\xE2\x80\x9C<br />\xE2\x80\x9D", "3 1 0 0" },
	{ "vi<b>ag</b>ra", "6 0 2 1" }, { "vi<b>agr</b>a", "6 0 2 2" }, { "vi<b> ag</b>-ra", "8 1 0 0" },
	{ "viagraviagra<b>x", "13 0 1 0" }, { "a viagra<b>viagra", "14 1 1 1" },
	{ "\xC3\xA9<b>\xC3\xA9", "2 0 1 1" }, { "&eacute;<b>&eacute;", "2 0 1 0" },
	{ "_a<b>b", "3 0 1 0" }, { "a<b>&#160;b", "3 0 1 1" }, { "a&#8217;<b>b", "3 0 1 1" },
	{ "<script>x</script>a<style>y</style>", "1 0 0 0" }, { "<title>t</title>x", "6 4 0 0" },
	{ "<font color=white>a <br> b</font>", "5 3 0 0" }, { "<p><font color=white> a", "4 3 0 0" },
	{ "&ampx &lt;&#0;&#x41 &eacutex", "12 2 0 0" }, { "<marquee>x</marquee><td>y", "3 1 0 0" },
	{ "a<plaintext><b>&amp;", "11 2 0 0" },
};

T_TEST(text)
{
	char counts[100];

	arena = arena_create(16 << 20);
	for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
		struct html_facts facts = read_facts(TEXTS[i].source);

		snprintf(counts, sizeof counts, "%zu %zu %zu %zu", facts.text_length,
			facts.text_spaces, facts.obfuscation, facts.backhair);
		if (!t_str(counts, TEXTS[i].counts))
			printf("# of: %s\n", TEXTS[i].source);
	}
	arena_free(&arena);
}

/* "tags elements seen elements_seen closed_extra name:open ..." */
static const struct { const char *source, *counts; } TAGS[] = {
	{ "", "0 0 0 0 0" }, { "<b>", "1 1 1 1 0 b:1" }, { "<B><b></b>", "3 3 1 1 0 b:1" },
	{ "</b></b>", "2 2 1 1 2 b:0" }, { "<foo></foo><b>", "3 1 2 1 0 foo:0 b:1" },
	{ "<!doctype html>", "1 1 0 0 0 !doctype:0" }, { "<o:p/><st1:x>", "2 2 2 2 0 o:p/:1 st1:x:1" },
	{ "<o:><st:x>", "2 0 2 0 0 o::1 st:x:1" }, { "<br/><br />", "2 2 1 1 0 br:2" },
	{ "<br x/>", "1 1 1 1 0 br:1" }, { "<embed><b>", "2 1 2 1 0 embed:1 b:1" },
	{ "<script><b></script>", "2 2 1 1 0 script:0" }, { "<!-- <b> --><?b?>", "0 0 0 0 0" },
	{ "<title><b>", "3 3 2 2 0 title:0 b:1" }, { "a < b> <a\xA0" "b>", "1 0 1 0 0 a\xA0" "b:1" },
};

T_TEST(tags)
{
	arena = arena_create(16 << 20);
	for (size_t i = 0; i < sizeof TAGS / sizeof *TAGS; i++) {
		struct html_facts facts = read_facts(TAGS[i].source);
		struct buf counts = { .arena = arena };

		buf_addf(&counts, "%zu %zu %zu %zu %zu", facts.tags, facts.elements,
			facts.tags_seen, facts.elements_seen, facts.closed_extra);
		for (size_t k = 0; k < facts.inside_n; k++)
			buf_addf(&counts, " %.*s:%u", (int)facts.inside[k].name.len,
				facts.inside[k].name.ptr, facts.inside[k].open);
		if (!t_str(buf_cstr(&counts), TAGS[i].counts))
			printf("# of: %s\n", TAGS[i].source);
	}
	arena_free(&arena);
}

/* Letters: Low contrast, Invalid colour, bad Face, mailto Form, Embeds, uri Truncated,
 * iframe Source, broken off. */
static const struct { const char *source, *flags; } FLAGS[] = {
	{ "<font color=white>x", "L" }, { "<font color=white> <b>&nbsp;</b><br>", "" },
	{ "<font color=white>&#160;", "L" }, { "<body bgcolor=white><font color=white>x", "L" },
	{ "<body bgcolor=black><font color=white>x", "L" }, { "<font color=x>y", "I" },
	{ "<p style='display:none'>x", "" }, { "<p><font color=white></p>x", "" },
	{ "<font color=white><script>x</script>", "" }, { "<th style='color:white'>x", "L" },
	{ "<font face=Arial>", "" }, { "<font face>", "" }, { "<font face=''>", "F" },
	{ "<font face='&quot;Times New Roman&quot;, serif;'>", "" }, { "<font face='Arial ,x'>", "F" },
	{ "<font face=A>", "F" }, { "<font face=' A'>", "" }, { "<font face='.SFUI, Arial1'>", "" },
	{ "<font face='Arial12'>", "F" }, { "<font face='a1,b'>", "F" }, { "<font face='-ab'>", "F" },
	{ "<font face='Arial,Helvetica,Sans-Serif;\n'>", "" }, { "<font face='a-'>", "F" },
	{ "<form action='MAILTO:x'>", "M" }, { "<form action=x>", "" }, { "<b action=mailto:x>", "" },
	{ "<object>", "E" }, { "<embed>", "E" }, { "</object>", "" },
	{ "<iframe src=x>", "S" }, { "<iframe src=' '>", "" }, { "<iframe x/src=y>", "S" },
	{ "<iframe><iframe src=x></iframe>", "" }, { "<img src=x>", "" },
	{ "<p style='background: '><object>", "B" }, { "<object><p style='background: '>", "EB" },
};

T_TEST(flags)
{
	arena = arena_create(16 << 20);
	for (size_t i = 0; i < sizeof FLAGS / sizeof *FLAGS; i++) {
		struct html_facts facts = read_facts(FLAGS[i].source);
		char flags[20];

		snprintf(flags, sizeof flags, "%s%s%s%s%s%s%s%s", facts.font_low_contrast ? "L" : "",
			facts.font_invalid_color ? "I" : "", facts.font_face_bad ? "F" : "",
			facts.form_action_mailto ? "M" : "", facts.embeds ? "E" : "",
			facts.uri_truncated ? "T" : "", facts.iframe_src ? "S" : "",
			facts.broken ? "B" : "");
		if (!t_str(flags, FLAGS[i].flags))
			printf("# of: %s\n", FLAGS[i].source);
	}
	arena_free(&arena);
}

T_TEST(a_long_link)
{
	struct buf source = { 0 };

	arena = arena_create(16 << 20);
	buf_add_cstr(&source, "<a href=' ");
	while (source.len < 10 + 8192)
		buf_add_byte(&source, 'x');
	buf_add_cstr(&source, " '>");
	t_true(!read_facts(buf_cstr(&source)).uri_truncated);
	source.len -= 3;
	buf_add_cstr(&source, "x '>");
	t_true(read_facts(buf_cstr(&source)).uri_truncated);
	buf_free(&source);
	arena_free(&arena);
}

static const struct { const char *source; int area; } IMAGES[] = {
	{ "<img width=10 height=20>", 200 }, { "<img width=10>", 0 }, { "<img width height=2>", 400 },
	{ "<img width=50% height=10%>", 24000 }, { "<img width=0 height=x>", 40000 },
	{ "<img width=10px height=20><img width='5\n' height=1>", 4005 }, { "<b width=9 height=9>", 0 },
};

T_TEST(image_area)
{
	arena = arena_create(16 << 20);
	for (size_t i = 0; i < sizeof IMAGES / sizeof *IMAGES; i++) {
		if (!t_int(read_facts(IMAGES[i].source).image_area, IMAGES[i].area))
			printf("# of: %s\n", IMAGES[i].source);
	}
	arena_free(&arena);
}

static const char *joined(const struct html_strings *strings)
{
	struct buf text = { .arena = arena };

	for (size_t i = 0; i < strings->n; i++)
		buf_addf(&text, "[%.*s]", (int)strings->items[i].len, strings->items[i].ptr);
	return buf_cstr(&text);
}

T_TEST(strings)
{
	struct html_facts facts;

	arena = arena_create(16 << 20);
	facts = read_facts("<title>a&amp;</title>x<title></title>y<a>one <b>two</b><img></a>z<a>"
		"</a><!-- c --><script>s&amp;</script><!d><script></script><a><title>q</title>");
	t_str(joined(&facts.title), "[a&][][q]");
	t_str(joined(&facts.anchor), "[one two<img>\n][][q]");
	t_str(joined(&facts.comment), "[<!-- c -->][<!d>]");
	t_str(joined(&facts.script), "[s&amp;]");
	facts = read_facts("<title>\xC3\xA9\xE2\x82\xAC&eacute;&euro;</title><!-- \xC3\xBC -->");
	t_str(joined(&facts.title), "[\xE9\xFF\xE9\xFF]");
	t_str(joined(&facts.comment), "[<!-- \xFC -->]");
	arena_free(&arena);
}

T_TEST(lengths)
{
	struct html_facts facts;

	arena = arena_create(16 << 20);
	t_int(html_facts_read(arena, STR("<b>\xC3\xA9&nbsp;"), 100, &facts), 0);
	t_int(facts.length, 10);
	t_int(facts.source_bytes, 100);
	t_int(facts.min_size, 3);
	t_int(facts.max_size, 3);
	arena_free(&arena);
}

T_TEST(limits)
{
	struct html_facts facts;
	struct buf source = { 0 };

	arena = arena_create(64 << 20);
	for (int i = 0; i < HTML_FACT_TAGS_MAX; i++)
		buf_addf(&source, "<x%d>", i);
	facts = read_facts(buf_cstr(&source));
	t_int(facts.cut, 0);
	t_int(facts.tags_seen, HTML_FACT_TAGS_MAX);
	buf_add_cstr(&source, "<b></b></b>");
	facts = read_facts(buf_cstr(&source));
	t_int(facts.cut, HTML_CUT_TAGS);
	t_int(facts.inside_n, HTML_FACT_TAGS_MAX);
	source.len = 0;
	for (int i = 0; i <= HTML_FACT_STRINGS_MAX; i++)
		buf_add_cstr(&source, "<a><!>");
	facts = read_facts(buf_cstr(&source));
	t_int(facts.cut, HTML_CUT_STRINGS);
	t_int(facts.comment.n, HTML_FACT_STRINGS_MAX);
	t_int(facts.anchor.n, HTML_FACT_STRINGS_MAX);
	buf_free(&source);
	arena_free(&arena);
}

/* `lines` blank lines behind the first one, "a", and what is left of them. */
static size_t squeezed(int lines, const char *line, bool empty)
{
	struct buf source = { .arena = arena };
	struct str text;

	buf_add_cstr(&source, "a\n");
	for (int i = 0; i < lines; i++)
		buf_add_cstr(&source, line);
	buf_add_cstr(&source, "b\n\n\nc");
	text = buf_str(&source);
	t_int(html_source_squeeze(arena, empty, &text), 0);
	t_slice(str_slice(text, 0, 2), "a\n");
	t_slice(str_slice(text, text.len - 5, text.len), "b\n\n\nc");
	return text.len - 7;
}

T_TEST(blank_lines)
{
	arena = arena_create(1 << 20);
	t_int(squeezed(0, "\n", false), 0);
	t_int(squeezed(20, "\n", false), 20);
	t_int(squeezed(21, "\n", true), 20);
	t_int(squeezed(1000, " \n", false), 40);
	t_int(squeezed(1000, " \n", true), 2000);
	arena_free(&arena);
}

T_TEST(which_parts)
{
	static const char mail[] = "Content-Type: multipart/mixed; boundary=b\n\n--b\n"
		"Content-Type: text/plain\n\n<b>\n--b\nContent-Type: text/html\n\n<i>\n--b\n"
		"Content-Type: text/html\n\n\n--b\n"
		"Content-Type: text/plain; name=x.HTM\nContent-Transfer-Encoding: base64\n\nPHU+\n"
		"--b\nContent-Type: text/html; charset=iso-8859-1\n\n<p>\xE9\n--b--\n";
	struct message_options options = { .want_html = true };
	struct message *message;
	const struct message_view *view;

	arena = arena_create(1 << 20);
	message = arena ? message_create(&options, arena) : NULL;
	t_need(message && message_read(message, STR(mail)) == 0);
	view = message_view(message);
	t_need(view->html_n == 3);
	t_slice(view->html[0].inside[0].name, "i");
	t_slice(view->html[1].inside[0].name, "u");
	t_int(view->html[2].length, 4);
	t_int(view->html[2].source_bytes, 4);
	options.want_html = false;
	message = message_create(&options, arena);
	t_need(message && message_read(message, STR(mail)) == 0);
	t_int(message_view(message)->html_n, 0);
	arena_free(&arena);
}
