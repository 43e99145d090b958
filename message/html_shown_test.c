/* Tests of what a reader sees of HTML: the text without what is hidden from him, and which links
 * are. */
#include "message/html.h"

#include <stdio.h>

#include "test-harness/t.h"

static struct html read_html(struct arena *arena, const char *source)
{
	struct html html;

	t_int(html_read(arena, str_from(source), &html), 0);
	return html;
}

static const struct { const char *source, *shown; } TEXTS[] = {
	{ "plain <b>text</b>", "plain text" },
	{ "go<span style=\"font-size:0\">zz</span>od", "good" },
	{ "a<div style='display:none'>b<div>c</div>d</div>e", "a\n\ne" },
	{ "a<span style=visibility:hidden>b<i style=visibility:visible>c</i>d</span>e", "ace" },
	{ "<span style='display:none'>a<i style='display:block'>b</i></span>c", "c" },
	{ "<span style='font-size:0'>a<i style='font-size:12px'>b</i></span>c", "bc" },
	{ "<p style='display:none'>a<p>b", "\n\nb" },
	{ "<p style='display:none'>a<i>b<div>c</div>", "\n\nc\n" },
	{ "<table><tr><td style=display:none>a<td>b<tr style=display:none><td>c<tr><td>d</table>e",
		" b de" },
	{ "<li style=display:none>a<li>b", " b" },
	{ "<br style=display:none>a", "\na" }, { "<img style=display:none>a", "a" },
	{ "<b hidden>a</b>b", "b" }, { "<template>a</template>b", "b" },
	{ "<font color=white>a</font>b", "b" }, { "<font color=fffffe>a</font>b", "b" },
	{ "<font color=#eee>a</font>", "a" }, { "<body bgcolor=black text=black>a", "" },
	{ "<td bgcolor=blue><font color=white>a</font></td><font color=white>b</font>", " a " },
	{ "<td background=x><font color=white>a", " a" },
	{ "<p style='background:url(x)'><font color=white>a", "\n\na" },
	{ "<p style='background:#000 url(x)'><font color=white>a", "\n\na" },
	{ "<p style='background:#123'><font color=\"#122334\">a", "\n\n" },
	{ "<font color=white><a href=x>a</a>b", "a" }, { "<a style=color:#fff href=x>a</a>b", "b" },
	{ "<font color=white><a style='color:inherit' href=x>a</a>b", "" },
	{ "<span style='color:transparent'>a</span>b", "b" },
	{ "<i style='opacity:0'>a</i><i style='opacity:.5'>b</i><i style='opacity:1%'>c</i>", "b" },
	{ "<i style='font:0px/0 x'>a</i><i style='font:bold 1.5em x'>b</i>", "b" },
	{ "<i style='font-size:1px'>a</i><i style='font-size:.01em'>b</i>c", "c" },
	{ "<i style='font-size:2px'>a", "a" },
	{ "<div style='height:0;overflow:hidden'>a</div><div style='height:0'>b</div>", "\n\n\nb\n" },
	{ "<i style='position:absolute;left:-999em'>a</i><i style='left:-999px'>b</i>", "b" },
	{ "<p style='text-indent:-9999px'>a</p>", "\n\n\n\n" },
	{ "<i style='mso-hide:all'>a</i>", "a" },
	{ "<i style='DISPLAY : NONE!important'>a</i>b", "b" },
	{ "<i style='display:/**/no\\6e e'>a</i>b", "b" },
	{ "<i style='background:url(data:;display:none);color:red'>a</i>", "a" },
	{ "<style>.h,#i,u{display:none}</style><i class='x H'>a</i><b id=i>b</b><u>c</u>d", "d" },
	{ "<style>@media print{.h{display:none}} p .h{display:none}</style><i class=h>a</i>", "a" },
	{ "<style><!-- /* {*/ @import 'x'; .h{color:red}\n.h{font-size:0} --></style>"
		"<i class=h>a", "" },
	{ "<style>.h{display:none}</style><i class=h style='display:block'>a</i>", "a" },
	{ "<title>a</title>b", "\n\n\n\nb" }, { "<textarea>a<b></textarea>b", "b" },
	{ "<noembed>a</noembed>b", "b" }, { "<xmp>a</xmp>b", "ab" },
	{ "<b hidden>a<title>b</title>c</b>d", "d" },
	{ "<b hidden>a<i>b</u>c", "" }, { "<b hidden>a</i>b</b>c", "c" },
};

T_TEST(tells_what_is_shown)
{
	struct arena *arena = arena_create(1 << 22);

	for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++)
		if (!t_slice(read_html(arena, TEXTS[i].source).shown, TEXTS[i].shown))
			printf("# %s\n", TEXTS[i].source);
	arena_free(&arena);
}

static const struct { const char *source; bool hidden; } LINKS[] = {
	{ "<a href=x>a</a>", false }, { "<a hidden href=x>a</a>", true },
	{ "<i hidden><a href=x><img></a></i>", true }, { "<i hidden>a</i><a href=x>a</a>", false },
	/* an image is seen whatever the size of the letters */
	{ "<td style='font-size:0'><a href=x><img></a>", false },
	{ "<td style='font-size:0'><a href=x>a</a>", true },
	{ "<td style='font-size:0'><a href=x>a<i style='font-size:9px'>b</i></a>", false },
	{ "<a href=x><i hidden>a</i></a>", true }, { "<a href=x>a<i hidden>b</i></a>", false },
	{ "<a href=x><i hidden><img></i><i hidden>a</i></a>", true },
	{ "<i hidden><form action=x></i>", true },
	{ "<div style='font-size:0'><form action=x>", false },
	{ "<noembed><a href=x>a</a></noembed>", true }, { "<!--[if mso]><a href=x><![endif]-->", true },
	{ "<img style='display:none' src=x>", true },
};

T_TEST(tells_links_that_are_not_shown)
{
	struct arena *arena = arena_create(1 << 22);

	for (size_t i = 0; i < sizeof LINKS / sizeof *LINKS; i++) {
		struct html html = read_html(arena, LINKS[i].source);

		if (!t_true(html.links_n == 1) || !t_int(html.links[0].hidden, LINKS[i].hidden))
			printf("# %s\n", LINKS[i].source);
	}
	arena_free(&arena);
}

/* Elements deeper than the stack are as the innermost on it, and closed one by one. */
T_TEST(bounds_its_stack)
{
	struct arena *arena = arena_create(1 << 22);
	struct buf source = { .arena = arena };

	buf_add_cstr(&source, "<i hidden>");
	for (int i = 0; i < 1000; i++)
		buf_add_cstr(&source, "<b>");
	buf_add_cstr(&source, "x</i>y");
	t_slice(read_html(arena, buf_cstr(&source)).text, "xy");
	t_int(read_html(arena, buf_cstr(&source)).shown.len, 0);
	arena_free(&arena);
}

static const struct { const char *source; bool in_pieces; } PIECES[] = {
	{ "a.b", false }, { "a<b>.b</b>", true }, { "a.<!-- x -->b", true }, { "a.b<i></i>", false },
	{ "<b>a.b</b>", false }, { "a<i hidden>x</i>.b", true }, { "<i hidden>x</i>a.b", false },
	{ "<i hidden>x<b>y</b>z</i>a.<u></u><i></i>b", true }, { "a.b<i hidden>x</i>", false },
};

T_TEST(tells_words_in_pieces)
{
	struct arena *arena = arena_create(1 << 22);

	for (size_t i = 0; i < sizeof PIECES / sizeof *PIECES; i++) {
		struct html html = read_html(arena, PIECES[i].source);

		t_slice(html.shown, "a.b");
		if (!t_int(html_in_pieces(&html, 0, html.shown.len), PIECES[i].in_pieces))
			printf("# %s\n", PIECES[i].source);
	}
	arena_free(&arena);
}
