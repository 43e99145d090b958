/* The checks of HTML, each asked of parts that it hits and of parts that it does not. */
#include "rules/testing.h"

static const struct str TITLES[] = { { "Buy this now", 12 }, { "0", 1 } };
static const struct str ANCHORS[] = { { "click <img>\n", 12 }, { "", 0 } };
static const struct str COMMENTS[] = { { "<!-- x -->", 10 } };
static const struct html_inside TAGS[] = { { { "img", 3 }, 3 }, { { "body", 4 }, 0 },
	{ { "!doctype", 8 }, 0 } };

static struct html_facts part(void)
{
	return (struct html_facts){ .source_bytes = 1000, .length = 900, .text_length = 100,
		.text_spaces = 20, .image_area = 10000, .min_size = 1, .max_size = 7, .tags = 20,
		.elements = 15, .tags_seen = 10, .elements_seen = 6, .closed_extra = 3,
		.obfuscation = 4, .backhair = 2, .font_low_contrast = true, .iframe_src = true,
		.title = { TITLES, 2 }, .anchor = { ANCHORS, 2 }, .comment = { COMMENTS, 1 },
		.inside = TAGS, .inside_n = 3 };
}

static struct html_facts empty_part(void)
{
	return (struct html_facts){ .source_bytes = 3, .length = 3, .text_length = 3, .min_size = 3,
		.max_size = 3 };
}

static const char *ask(const char *call, const struct html_facts *parts, size_t n)
{
	static const struct fact_header SUBJECT = { { "Subject", 7 }, { "abc", 3 }, { "abc", 3 } };
	struct facts facts = { .day = 20000, .html = parts, .html_n = n, .headers = &SUBJECT,
		.headers_n = 1 };
	char rules[300];

	snprintf(rules, sizeof rules, "body A eval:%s\nscore A 1\n", call);
	return rules_hits(rules, &facts);
}

static const struct { const char *call; bool hit, hit_empty; } CASES[] = {
	{ "html_test('html')", true, true }, { "html_test('font_low_contrast')", true, false },
	{ "html_test('embeds')", false, false }, { "html_test('title')", true, false },
	{ "html_test('script')", false, false }, { "html_test('image_area')", true, false },
	{ "html_test('no_such_result')", false, false },
	{ "html_eval('length', '< 512')", false, true }, { "html_eval('length', '> 899')", true, false },
	{ "html_eval('length', '- 900 + 3 == 3')", true, false },
	{ "html_eval('length', '<= 3')", false, true }, { "html_eval('length', '>= 900')", true, false },
	{ "html_eval('length', '<=> 3')", true, false }, { "html_eval('length', '!= - 3')", true, true },
	{ "html_eval('length', '- 3')", true, false }, { "html_eval('length', '> x')", false, false },
	{ "html_eval('length', '1 > 0')", false, false },
	{ "html_eval('length', '> 1 > 0')", false, false },
	{ "html_eval('bad_tag_ratio', '< 1')", true, false },
	{ "html_range('max_size', '6', 'inf')", true, false },
	{ "html_range('max_size', '6', '7')", true, false },
	{ "html_range('max_size', '7', 'inf')", false, false },
	{ "html_range('max_size', '5', '6')", false, false },
	{ "html_range('max_size', '2')", true, true }, { "html_range('min_size', '0', '1')", true, false },
	{ "html_range('bad_tag_ratio', '.2', '.25')", true, false },
	{ "html_range('non_element_ratio', '.39', '.4')", true, false },
	{ "html_range('closed_extra_ratio', '.14', '.15')", true, false },
	{ "html_range('obfuscation_ratio', '.19', '.2')", true, false },
	{ "html_range('ratio', '.89', '.9')", true, false },
	{ "html_range('ratio', '-1', '0')", false, true },
	{ "html_range('backhair_count', '1', '2')", true, false },
	{ "html_range('html_length', '99', '100')", true, false },
	{ "html_range('non_space_len', '79', '80')", true, false },
	{ "html_range('uri_truncated', '-1', 'inf')", false, false },
	{ "html_tag_exists('img')", true, false }, { "html_tag_exists('IMG')", false, false },
	{ "html_tag_exists('!doctype')", true, false },
	{ "html_tag_balance('img', '!= 0')", true, false },
	{ "html_tag_balance('body', '!= 0')", false, false },
	{ "html_tag_balance('body', '== 0')", true, false },
	{ "html_tag_balance('b', '== 0')", false, false },
	{ "check_iframe_src()", true, false },
	{ "html_image_only('800', '900')", true, false },
	{ "html_image_only('900', '1000')", false, false },
	{ "html_image_only('0', '10')", false, false },
	{ "html_image_ratio('0.007', '0.008')", true, false },
	{ "html_image_ratio('0.008', '1')", false, false },
	{ "html_text_match('title', '^Buy')", true, false },
	{ "html_text_match('title', '^buy')", false, false },
	{ "html_text_match('title', '(?i)^buy')", true, false },
	{ "html_text_match('anchor', '<img>')", true, false },
	{ "html_text_match('comment', '<!(?!-)')", false, false },
	{ "html_text_match('script', '.?')", false, false },
	{ "html_text_not_match('comment', 'x')", false, false },
	{ "html_text_not_match('anchor', 'x')", true, false },
	{ "html_title_subject_ratio('2.9')", true, false },
	{ "html_title_subject_ratio('3')", false, false },
	{ "html_charset_faraway()", false, false },
};

T_TEST(parts_that_hit_and_that_do_not)
{
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
		struct html_facts parts[2] = { empty_part(), part() };
		bool ok = t_str(ask(CASES[i].call, &parts[1], 1), CASES[i].hit ? "A" : "");

		ok = t_str(ask(CASES[i].call, &parts[0], 1), CASES[i].hit_empty ? "A" : "") && ok;
		/* one of several is enough */
		ok = t_str(ask(CASES[i].call, parts, 2), CASES[i].hit || CASES[i].hit_empty ? "A" : "")
			&& ok;
		ok = t_str(ask(CASES[i].call, NULL, 0), "") && ok;
		if (!ok)
			printf("# of: %s\n", CASES[i].call);
	}
}

static const struct { const char *call; unsigned cut; const char *hits; } CUTS[] = {
	{ "html_tag_exists('b')", HTML_CUT_TAGS, "A:html-limit" },
	{ "html_tag_exists('img')", HTML_CUT_TAGS, "A" },
	{ "html_tag_balance('b', '!= 0')", HTML_CUT_TAGS, "A:html-limit" },
	{ "html_range('closed_extra_ratio', '0', '.1')", HTML_CUT_TAGS, "A:html-limit" },
	{ "html_range('bad_tag_ratio', '0', '.1')", HTML_CUT_TAGS, "" },
	{ "html_test('embeds')", HTML_CUT_DEPTH, "" },
	{ "html_test('font_invalid_color')", HTML_CUT_DEPTH, "A:html-limit" },
	{ "html_range('max_size', '7', 'inf')", HTML_CUT_DEPTH, "A:html-limit" },
	{ "html_text_match('title', 'never')", HTML_CUT_STRINGS, "A:html-limit" },
	{ "html_text_match('title', 'Buy')", HTML_CUT_STRINGS, "A" },
	{ "html_title_subject_ratio('3')", HTML_CUT_STRINGS, "A:html-limit" },
};

T_TEST(limits_are_unknown)
{
	for (size_t i = 0; i < sizeof CUTS / sizeof *CUTS; i++) {
		struct html_facts html = part();

		html.cut = CUTS[i].cut;
		if (!t_str(ask(CUTS[i].call, &html, 1), CUTS[i].hits))
			printf("# of: %s\n", CUTS[i].call);
	}
}

T_TEST(a_part_that_spamassassin_gave_up)
{
	struct html_facts html = part();

	html.broken = true;
	t_str(ask("html_test('font_low_contrast')", &html, 1), "A");
	t_str(ask("html_range('ratio', '.89', '.9')", &html, 1), "A");
	t_str(ask("html_range('max_size', '0', 'inf')", &html, 1), "");
	t_str(ask("html_image_ratio('0', '1')", &html, 1), "");
	t_str(ask("check_iframe_src()", &html, 1), "");
}

T_TEST(a_regex_that_cannot_be)
{
	struct html_facts html = part();

	t_str(ask("html_text_match('title', '(')", &html, 1), "A:regex-not-valid");
}

T_TEST(what_the_reader_has_to_prepare)
{
	struct ruleset *set = rules_load("body A eval:html_test('html')\nscore A 1\n");

	t_true(ruleset_needs_html(set));
	ruleset_free(&set);
	set = rules_load("body A /x/\nscore A 1\nbody B eval:html_charset_faraway()\nscore B 1\n");
	t_true(!ruleset_needs_html(set));
	ruleset_free(&set);
}
