/* Tests of HTML taken apart as HTML::Parser 3.81 does: what is expected is what that says. */
#include "message/html_tokens.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "test-harness/t.h"

/* Events as text: S[name] attribute=<value> for a start tag, E[name], T[text] (R: raw), C[comment],
 * D[]. */
static struct buf told;
static int stop_after;

static int tag(void *context, const struct html_tag_token *token)
{
	static const char *const NAMES[HTML_ATTRIBUTES] = { [HTML_A_HREF] = "href",
		[HTML_A_SRC] = "src", [HTML_A_SIZE] = "size", [HTML_A_FACE] = "face",
		[HTML_A_LOST_SRC] = "x/src", [HTML_A_LOST_HREF] = "x/href" };

	(void)context;
	buf_addf(&told, "%c[%.*s]", token->closing ? 'E' : 'S', (int)token->name.len,
		token->name.ptr);
	for (size_t i = 0; i < HTML_ATTRIBUTES; i++)
		if (token->seen & 1u << i)
			buf_addf(&told, "%s=<%.*s>", NAMES[i] ? NAMES[i] : "?",
				(int)token->values[i].len, token->values[i].ptr);
	return stop_after > 0 && --stop_after == 0 ? 7 : 0;
}

static int text(void *context, struct str slice, bool raw)
{
	(void)context;
	buf_addf(&told, "%c[%.*s]", raw ? 'R' : 'T', (int)slice.len, slice.ptr);
	return 0;
}

static int comment(void *context, struct str slice)
{
	(void)context;
	buf_addf(&told, "C[%.*s]", (int)slice.len, slice.ptr);
	return 0;
}

static int doctype(void *context)
{
	(void)context;
	buf_add_cstr(&told, "D[]");
	return 0;
}

static int read_tokens(struct str source)
{
	static const struct html_token_events EVENTS = { tag, text, comment, doctype };
	struct buf copy = { 0 };
	int status;

	buf_add_str(&copy, source);
	told.len = 0;
	status = html_tokens(copy.ptr, copy.len, &EVENTS, NULL);
	buf_free(&copy);
	return status;
}

static const struct { const char *source, *events; } CASES[] = {
	{ "", "" }, { "abc", "T[abc]" }, { "abc def", "T[abc]T[ def]" }, { "a b ", "T[a b]T[ ]" },
	{ "<B>x</B>", "S[b]T[x]E[b]" }, { "<br/x/>", "S[br/x/]" }, { "<o:p/>", "S[o:p/]" },
	{ "<_a>x<:a>", "S[_a]T[x]S[:a]" }, { "<3 x<", "T[<3 x]C[<]" }, { "x <3", "T[x ]T[<3]" },
	{ "< a>", "T[<]T[ a>]" }, { "<p", "C[<p]" }, { "<!", "C[<!]" }, { "<", "C[<]" },
	/* attributes */
	{ "<a HREF=x href=y>", "S[a]href=<x>" }, { "<a href>", "S[a]href=<href>" },
	{ "<a href=>", "S[a]href=<>" }, { "<a href = 'x>y'src=z>", "S[a]href=<x>y>src=<z>" },
	{ "<a href=x/>", "S[a]href=<x/>" }, { "<img a/src=x>", "S[img]x/src=<x>" },
	{ "<img /src=x>", "S[img]" }, { "<a href=\"x>y</a>z", "C[<a href=\"x>y</a>z]" },
	{ "<a\x0bhref=x>", "S[a]href=<x>" },
	/* end tags */
	{ "</ x>y", "C[</ x>]T[y]" }, { "</>", "C[</>]" }, { "</p \"x>y\" z>q", "E[p]T[q]" },
	{ "</p=\">q", "E[p=\"]T[q]" }, { "</p", "C[</p]" },
	/* comments and declarations */
	{ "<!-- a > b -- >c", "C[<!-- a > b -- >]T[c]" }, { "<!-->x", "C[<!-->]T[x]" },
	{ "<!-- a > b <!-- c --x> d", "C[<!-- a >]T[ b ]C[<!-- c --x>]T[ d]" },
	{ "<!foo>", "C[<!foo>]" }, { "<!>", "C[<!>]" }, { "<!-x>", "C[<!-x>]" },
	{ "<!doctype html \"x>y\">z", "D[]T[z]" }, { "<!doctype html \"x>", "C[<!doctype html \"x>]" },
	{ "<!entity x>y", "T[y]" }, { "<?xml x?>y", "T[y]" }, { "<?xml", "C[<?xml]" },
	/* marked sections */
	{ "<![if !mso]>a<![endif]>", "C[<![if !mso]>]T[a]C[<![endif]>]" },
	{ "<![CDATA[a<b>&amp;]]>c", "R[a<b>&amp;]T[c]" }, { "<![CDATA[<b>x", "C[<b>x]" },
	{ "<![CDATA[b<b>", "R[b<b>]" }, { "<![rcdata[<b>]]>c", "T[<b>]T[c]" },
	{ "<title>a<b>b<![ignore[<p>no end", "S[title]T[a]E[title]S[b]T[b]" },
	{ "<title>a<![ignore[no end", "S[title]T[a]" },
	{ "<![include[a]]>b]]>", "T[a]T[b]]>]" }, { "<![ignore[a<b>]]>b", "T[b]" },
	/* elements of raw text */
	{ "<script><b></script >x", "S[script]R[<b>]E[script]T[x]" },
	{ "<script>x</scripts>y", "S[script]R[x</scripts>y]E[script]" }, { "<style>", "S[style]E[style]" },
	{ "<title>&amp;<b></title>", "S[title]T[&amp;<b>]E[title]" },
	{ "<title>a<b>c", "S[title]T[a]E[title]S[b]T[c]" }, { "<title>a", "S[title]T[a]E[title]" },
	{ "<title>a<script>b<i>", "S[title]T[a]E[title]S[script]E[script]R[b]S[i]" },
	{ "<title>", "S[title]" }, { "<textarea>a<b>", "S[textarea]T[a<b>]" },
	{ "<plaintext>a</plaintext>b", "S[plaintext]R[a</plaintext>b]" },
	{ "<xmp>a&amp;<b></xmp>c", "S[xmp]R[a&amp;<b>]E[xmp]T[c]" },
};

T_TEST(tells_what_html_parser_tells)
{
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
		t_int(read_tokens(str_from(CASES[i].source)),
			strstr(CASES[i].source, "no end") ? HTML_TOKENS_NO_END : 0);
		if (!t_str(buf_cstr(&told), CASES[i].events))
			printf("# of: %s\n", CASES[i].source);
	}
	buf_free(&told);
}

T_TEST(an_event_can_stop_it)
{
	stop_after = 2;
	t_int(read_tokens(STR("<a>x<b>y<i>")), 7);
	t_str(buf_cstr(&told), "S[a]T[x]S[b]");
	stop_after = 0;
	buf_free(&told);
}
