/* Tests of the HTML tokenizer: text, links, and markup that is meant to mislead. */
#include "message/html.h"

#include "test-harness/t.h"

static struct arena *arena;

static struct html read_html(const char *source)
{
	struct html html;

	t_int(html_read(arena, str_from(source), &html), 0);
	return html;
}

static const struct { const char *source, *text; } TEXTS[] = {
	{ "", "" }, { "a  b\n\tc", "a b c" }, { "<p>one<p>two</p>", "\n\none\n\ntwo\n\n" },
	{ "one <br> two", "one\ntwo" }, { "vi<b></b>ag<!-- x -->ra", "viagra" },
	{ "a<td>b", "a b" }, { "<script>var a='<b>';</script>x", "x" },
	{ "<style>p{}</styles></style>x", "x" }, { "<script>never closed", "" },
	{ "&lt;b&gt; &amp;amp; &#65;&#x42;&#x43", "<b> &amp; ABC" }, { "&nbsp;x&nbsp;", " x " },
	{ "&notit; &unknown; &; &#; &#x;", "\xC2\xACit; &unknown; &; &#; &#x;" },
	{ "&#128;&#0;&#xD800;", "\xE2\x82\xAC\xEF\xBF\xBD\xEF\xBF\xBD" },
	{ "a < b <3 </ x>y", "a < b <3 y" }, { "<!-->shown<!-- hidden", "shown" },
	/* a blank behind a tag's white space, up to the next tag: as SpamAssassin 4.0.1 */
	{ "<br> x", "\nx" }, { "<br>\n<b>&nbsp;x", "\n x" }, { "<br>&nbsp;&nbsp;x", "\n x" },
	{ "</p>\n</body>\n</html>\n x", "\n\n  x" },
	{ "<!--never> closed <b>x<!-- y>z", " closed xz" },
	{ "<!--->shown", "shown" }, { "<!--a--!>shown", "shown" },
	{ "<!doctype html>x<?php y?>z", "xz" },
	{ "<![if !mso]>x<![endif]>", "x" }, { "x<b", "x" }, { "x<", "x<" }, { "<BR/>x", "\nx" },
	{ "<a title='>'>x</a>", "x" }, { "<title>t</title>x", "\n\nt\n\nx" },
	{ "<iframe><b>raw</b></iframe>", "<b>raw</b>" }, { "\xE2\x80\x9Cq\xE2\x80\x9D", "\"q\"" },
};

T_TEST(shows_text)
{
	arena = arena_create(1 << 20);
	for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++)
		t_slice(read_html(TEXTS[i].source).text, TEXTS[i].text);
	arena_free(&arena);
}

static const struct { const char *source, *target; enum html_link_kind kind; } LINKS[] = {
	{ "<a href=x>", "x", HTML_LINK }, { "<A HREF = 'x y'>", "x y", HTML_LINK },
	{ "<a\nb=c\n/href=\"x\">", "x", HTML_LINK }, { "<a href=x href=y>", "x", HTML_LINK },
	{ "<a href=\"?a=1&amp;b&copy=2&#38;\">", "?a=1&b&copy=2&", HTML_LINK },
	{ "<img src=x>", "x", HTML_LOAD }, { "<td background=x>", "x", HTML_LOAD },
	{ "<form action=x>", "x", HTML_FORM }, { "<button formaction=x>", "x", HTML_FORM },
	{ "<base href=x>", "x", HTML_BASE }, { "<link rel=icon href=x>", "x", HTML_LOAD },
	{ "<meta http-equiv=Refresh content=\"0; URL='x'\">", "x", HTML_LINK },
	{ "<img srcset='x 1x, y 2x'>", "x", HTML_LOAD },
	{ "<p style=\"a:url( 'x' )\">", "x", HTML_LOAD },
	{ "<svg><a xlink:href=x>", "x", HTML_LINK }, { "<object data=x>", "x", HTML_LOAD },
	{ "<a href=\"x", "x", HTML_LINK }, { "<a href=\xE2\x80\x9Dx\xE2\x80\x9D>", "x", HTML_LINK },
};

T_TEST(finds_links)
{
	arena = arena_create(1 << 20);
	for (size_t i = 0; i < sizeof LINKS / sizeof *LINKS; i++) {
		struct html html = read_html(LINKS[i].source);

		if (!t_true(html.links_n >= 1))
			continue;
		t_slice(html.links[0].target, LINKS[i].target);
		t_int(html.links[0].kind, LINKS[i].kind);
	}
	t_int(read_html("<p data=x><a name=y><!-- <a href=z> --><script><a href=z></script>").links_n,
		0);
	t_slice(read_html("<base href=x><base href=y>").base, "x");
	arena_free(&arena);
}

T_TEST(keeps_anchor_text)
{
	struct html html;

	arena = arena_create(1 << 20);
	html = read_html("<a href=x> Click <b>he</b>re </a>no<a href=y>two<a href=z>three");
	t_need(html.links_n == 3);
	t_slice(html.links[0].anchor, "Click here");
	t_slice(html.links[1].anchor, "two");
	t_slice(html.links[2].anchor, "three");
	arena_free(&arena);
}
