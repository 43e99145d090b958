/* Tests of how text is hidden. What is expected is what SpamAssassin 4.0.1 says. */
#include "message/html_style.h"

#include <stdio.h>
#include <string.h>

#include "base/html_facts.h"
#include "test-harness/t.h"

static const struct { const char *text; int32_t color; } COLORS[] = {
	{ "white", 0xFFFFFF }, { " Red\t", 0xFF0000 }, { "yellowgreen", 0x9ACD32 },
	{ "aliceblue", 0xF0F8FF }, { "#123456", 0x123456 }, { "#12345678", 0x123456 },
	{ "#fff", 0xFFFFFF }, { "#abcde", 0xAABBCC }, { "#abcd", 0xAABBCC }, { "#ab", 0xAABB00 },
	{ "#a", 0xAA0000 }, { "#", HTML_COLOR_EMPTY }, { "##F00", 0xFF0000 },
	{ "", HTML_COLOR_INVALID }, { "ffffff", HTML_COLOR_INVALID }, { "#ggg", HTML_COLOR_INVALID },
	{ "rgb(1, 2,255)", 0x0102FF }, { "RGB(100%,50%, 0% )", 0xFF7F00 },
	{ "rgb(300,1,2)", 0x12C010 }, { "rgb(1,2)", HTML_COLOR_INVALID },
	{ "rgb(1%,2,3)", HTML_COLOR_INVALID }, { "whiteish", HTML_COLOR_INVALID },
};

T_TEST(colors)
{
	for (size_t i = 0; i < sizeof COLORS / sizeof *COLORS; i++) {
		if (!t_int(html_color(str_from(COLORS[i].text)), COLORS[i].color))
			printf("# of: %s\n", COLORS[i].text);
	}
}

static struct html_styles begin(void)
{
	struct html_styles styles = { .arena = arena_create(16 << 20) };

	t_need(styles.arena && html_styles_begin(&styles) == 0);
	return styles;
}

static int open_with(struct html_styles *styles, enum html_styled element,
	enum html_attribute attribute, const char *value)
{
	struct html_tag_token tag = { .seen = 1u << attribute };

	tag.values[attribute] = str_from(value);
	return html_styles_open(styles, element, &tag);
}

static const struct { const char *style; enum html_hidden hidden; } STYLES[] = {
	{ "", HTML_SHOWN }, { "color: red", HTML_SHOWN }, { "color:#fff", HTML_LOW_CONTRAST },
	{ " COLOR:  White ; x: y", HTML_LOW_CONTRAST }, { "x:y;color:#f4f4ff", HTML_LOW_CONTRAST },
	{ "color:#efefef", HTML_LOW_CONTRAST },
	{ "color:#eeeeee", HTML_SHOWN }, { "background-color:black", HTML_LOW_CONTRAST },
	{ "background-color:black; color:white", HTML_SHOWN },
	{ "color:white ! important", HTML_LOW_CONTRAST }, { "color:inherit", HTML_SHOWN },
	{ "color:transparent", HTML_LOW_CONTRAST }, { "background-color: transparent", HTML_SHOWN },
	{ "color:rgba(255, 255, 255, .5)", HTML_LOW_CONTRAST }, { "color:rgb(250,999)", HTML_SHOWN },
	{ "color:nothing", HTML_INVALID_COLOR }, { "color: ", HTML_INVALID_COLOR },
	{ "color:", HTML_SHOWN }, { "color :nothing", HTML_SHOWN }, { "color:no\nthing", HTML_SHOWN },
	{ "color:nothing;background-color:void", HTML_LOW_CONTRAST },
	{ "background: url('a b, c') #000 no-repeat", HTML_LOW_CONTRAST },
	{ "background: black, white", HTML_SHOWN }, { "background: white, black,", HTML_LOW_CONTRAST },
	{ "background: url(x)black", HTML_LOW_CONTRAST }, { "background: none", HTML_SHOWN },
	{ "BACKGROUND: black", HTML_SHOWN }, { "background: rgb(0, 0, 0)", HTML_LOW_CONTRAST },
	{ "display: none", HTML_NOT_DISPLAYED }, { "display : NONE", HTML_NOT_DISPLAYED },
	{ "Display: none", HTML_SHOWN }, { "display:none;display:block", HTML_SHOWN },
	{ "visibility:hidden", HTML_NOT_DISPLAYED }, { "font-size: 1px", HTML_SHOWN },
};

T_TEST(style_attributes)
{
	for (size_t i = 0; i < sizeof STYLES / sizeof *STYLES; i++) {
		struct html_styles styles = begin();

		t_int(open_with(&styles, HTML_S_SPAN, HTML_A_STYLE, STYLES[i].style), 0);
		if (!t_int(html_styles_hidden(&styles), STYLES[i].hidden))
			printf("# of: %s\n", STYLES[i].style);
		arena_free(&styles.arena);
	}
}

T_TEST(an_empty_background_is_fatal)
{
	struct html_styles styles = begin();

	t_int(open_with(&styles, HTML_S_P, HTML_A_STYLE, "background: "), 1);
	t_int(open_with(&styles, HTML_S_P, HTML_A_STYLE, "background:"), 0);
	t_int(open_with(&styles, HTML_S_P, HTML_A_STYLE, "background: ,"), 0);
	arena_free(&styles.arena);
}

T_TEST(attributes_count_where_they_belong)
{
	struct html_styles styles = begin();

	t_int(open_with(&styles, HTML_S_BODY, HTML_A_TEXT, "white"), 0);
	t_int(html_styles_hidden(&styles), HTML_LOW_CONTRAST);
	t_int(open_with(&styles, HTML_S_FONT, HTML_A_TEXT, "red"), 0);
	t_int(html_styles_hidden(&styles), HTML_LOW_CONTRAST);
	t_int(open_with(&styles, HTML_S_FONT, HTML_A_COLOR, "red"), 0);
	t_int(html_styles_hidden(&styles), HTML_SHOWN);
	t_int(open_with(&styles, HTML_S_TABLE, HTML_A_BGCOLOR, "red"), 0); /* no effect there either */
	t_int(html_styles_hidden(&styles), HTML_SHOWN);
	html_styles_close(&styles, HTML_S_BODY); /* never */
	html_styles_close(&styles, HTML_S_TABLE);
	html_styles_close(&styles, HTML_S_FONT);
	t_int(html_styles_hidden(&styles), HTML_LOW_CONTRAST);
	arena_free(&styles.arena);
}

T_TEST(elements_nest)
{
	struct html_styles styles = begin();
	static const struct html_tag_token PLAIN = { .seen = 0 };

	t_int(html_styles_open(&styles, HTML_S_TABLE, &PLAIN), 0);
	t_int(html_styles_open(&styles, HTML_S_TR, &PLAIN), 0);
	t_int(html_styles_open(&styles, HTML_S_TD, &PLAIN), 0);
	t_int(open_with(&styles, HTML_S_FONT, HTML_A_COLOR, "white"), 0);
	t_int(html_styles_hidden(&styles), HTML_LOW_CONTRAST);
	t_int(html_styles_open(&styles, HTML_S_TD, &PLAIN), 0); /* ends the font too */
	t_int(html_styles_hidden(&styles), HTML_SHOWN);
	t_int(styles.n, 4);
	t_int(open_with(&styles, HTML_S_SPAN, HTML_A_STYLE, "color:white"), 0);
	t_int(html_styles_open(&styles, HTML_S_TR, &PLAIN), 0); /* not a span */
	t_int(html_styles_hidden(&styles), HTML_LOW_CONTRAST);
	html_styles_close(&styles, HTML_S_A); /* none is open */
	t_int(styles.n, 6);
	html_styles_close(&styles, HTML_S_TABLE); /* with all in it */
	t_int(styles.n, 1);
	t_int(html_styles_hidden(&styles), HTML_SHOWN);
	arena_free(&styles.arena);
}

T_TEST(sizes)
{
	struct html_styles styles = begin();
	static const struct html_tag_token PLAIN = { .seen = 0 };

	t_int(html_styles_open(&styles, HTML_S_BIG, &PLAIN), 0);
	t_int(styles.max_size, 3); /* big alone is not seen */
	t_int(open_with(&styles, HTML_S_FONT, HTML_A_COLOR, "red"), 0);
	t_int(styles.max_size, 4);
	t_int(open_with(&styles, HTML_S_FONT, HTML_A_SIZE, " +3x"), 0);
	t_int(styles.max_size, 6);
	t_int(open_with(&styles, HTML_S_BASEFONT, HTML_A_SIZE, "5"), 0);
	t_int(open_with(&styles, HTML_S_FONT, HTML_A_SIZE, "+3"), 0);
	t_int(styles.max_size, 8);
	t_int(open_with(&styles, HTML_S_FONT, HTML_A_SIZE, "-4"), 0);
	t_int(styles.min_size, 1);
	t_int(html_styles_hidden(&styles), HTML_TOO_SMALL);
	t_int(html_styles_open(&styles, HTML_S_SMALL, &PLAIN), 0);
	t_int(open_with(&styles, HTML_S_FONT, HTML_A_SIZE, "999999999999999999999"), 0);
	t_true(styles.max_size >= 1000000);
	arena_free(&styles.arena);
}

T_TEST(depth_is_bounded)
{
	struct html_styles styles = begin();
	static const struct html_tag_token PLAIN = { .seen = 0 };

	for (int i = 1; i < HTML_FACT_DEPTH_MAX; i++)
		t_need(html_styles_open(&styles, HTML_S_P, &PLAIN) == 0);
	t_true(!styles.cut);
	t_int(html_styles_open(&styles, HTML_S_P, &PLAIN), 0);
	t_true(styles.cut);
	t_int(styles.n, HTML_FACT_DEPTH_MAX);
	arena_free(&styles.arena);
}
