/* rules/checks_html: checks of what HTML is made of (base/html_facts.h).
 *
 * Semantics of SpamAssassin 4.0.1 (Plugin/HTMLEval.pm): each part is asked, and one that says yes
 * is enough. What was left out at a limit makes the answer unknown, unless another says yes.
 */
#include "rules/checks.h"
#include "rules/checks_text.h"

#include <math.h>

#define NAME(text) { (text), sizeof(text) - 1 }

static const char LIMIT[] = "html-limit";

/* Once all parts were asked: a hit, else unknown if a limit was in the way of one. */
static int say(struct check_answer *out, bool hit, bool limit)
{
	if (!hit && limit)
		out->unknown = LIMIT;
	return checks_hit(out, hit, STR(""));
}

/* ---- what a part has, by name ---- */

/* NAN: SpamAssassin has no such result of this part. */
typedef double fact_function(const struct html_facts *html);

static double flag(bool set)
{
	return set ? 1 : NAN;
}

static double ratio(size_t part, size_t all, bool here)
{
	return here && all > 0 ? (double)part / (double)all : NAN;
}

static double is_html(const struct html_facts *html)
{
	(void)html;
	return 1;
}

static double embeds(const struct html_facts *html)
{
	return flag(html->embeds);
}

static double low_contrast(const struct html_facts *html)
{
	return flag(html->font_low_contrast);
}

static double invalid_color(const struct html_facts *html)
{
	return flag(html->font_invalid_color);
}

static double bad_face(const struct html_facts *html)
{
	return flag(html->font_face_bad);
}

static double mailto_form(const struct html_facts *html)
{
	return flag(html->form_action_mailto);
}

static double truncated_uri(const struct html_facts *html)
{
	return flag(html->uri_truncated);
}

static double length(const struct html_facts *html)
{
	return (double)html->length;
}

static double image_area(const struct html_facts *html)
{
	return html->image_area;
}

static double min_size(const struct html_facts *html)
{
	return (double)html->min_size;
}

static double max_size(const struct html_facts *html)
{
	return (double)html->max_size;
}

static double text_length(const struct html_facts *html)
{
	return (double)html->text_length;
}

static double not_space(const struct html_facts *html)
{
	return (double)(html->text_length - html->text_spaces);
}

static double markup_ratio(const struct html_facts *html)
{
	return html->source_bytes > 0 ? ((double)html->source_bytes - (double)html->text_length) /
		(double)html->source_bytes : NAN;
}

static double closed_extra(const struct html_facts *html)
{
	return ratio(html->closed_extra, html->tags, true);
}

static double bad_tags(const struct html_facts *html)
{
	return ratio(html->tags - html->elements, html->tags, html->elements > 0);
}

static double no_elements(const struct html_facts *html)
{
	return ratio(html->tags_seen - html->elements_seen, html->tags_seen,
		html->elements_seen > 0);
}

static double obfuscation(const struct html_facts *html)
{
	return ratio(html->obfuscation, html->tags, html->obfuscation > 0);
}

static double backhair(const struct html_facts *html)
{
	return html->backhair > 0 ? (double)html->backhair : NAN;
}

static const struct html_fact {
	struct str name;
	fact_function *value;
	bool at_end;    /* not where SpamAssassin gave up (html_facts.broken) */
	unsigned cut;   /* bits, enum html_cut: it may be wrong then */
} FACTS[] = {
	{ NAME("html"), is_html, false, 0 }, { NAME("embeds"), embeds, false, 0 },
	{ NAME("font_low_contrast"), low_contrast, false, HTML_CUT_DEPTH },
	{ NAME("font_invalid_color"), invalid_color, false, HTML_CUT_DEPTH },
	{ NAME("font_face_bad"), bad_face, false, 0 },
	{ NAME("form_action_mailto"), mailto_form, false, 0 },
	{ NAME("html_length"), text_length, false, 0 },
	{ NAME("non_space_len"), not_space, false, 0 }, { NAME("ratio"), markup_ratio, false, 0 },
	{ NAME("uri_truncated"), truncated_uri, true, 0 }, { NAME("length"), length, true, 0 },
	{ NAME("image_area"), image_area, true, 0 },
	{ NAME("min_size"), min_size, true, HTML_CUT_DEPTH },
	{ NAME("max_size"), max_size, true, HTML_CUT_DEPTH },
	{ NAME("closed_extra_ratio"), closed_extra, true, HTML_CUT_TAGS },
	{ NAME("bad_tag_ratio"), bad_tags, true, 0 },
	{ NAME("non_element_ratio"), no_elements, true, HTML_CUT_TAGS },
	{ NAME("obfuscation_ratio"), obfuscation, true, 0 },
	{ NAME("backhair_count"), backhair, true, 0 }
};

static const struct html_fact *find_fact(struct str name)
{
	for (size_t i = 0; i < sizeof FACTS / sizeof *FACTS; i++)
		if (str_equal(FACTS[i].name, name))
			return &FACTS[i];
	return NULL;
}

/* The value of one part; *limit becomes true when it may be wrong: then a hit is none. */
static double value_of(const struct html_fact *fact, const struct html_facts *html, bool *limit)
{
	*limit = (html->cut & fact->cut) != 0;
	return fact->at_end && html->broken ? NAN : fact->value(html);
}

/* Lists of strings. */
static const struct html_strings *find_strings(const struct html_facts *html, struct str name)
{
	return str_equal(name, STR("anchor")) ? &html->anchor :
		str_equal(name, STR("comment")) ? &html->comment :
		str_equal(name, STR("script")) ? &html->script :
		str_equal(name, STR("title")) ? &html->title : NULL;
}

/* ---- numbers ---- */

/* Adds "+ 3 - 4" to *value; the first may do without a sign unless something stands before
 * (`begun`). False: that is no sum. */
static bool read_sum(struct str *text, bool begun, double *value)
{
	for (;; begun = true) {
		struct str rest = str_trim(*text);
		bool minus = false, sign = false;
		double number = 0;

		for (; rest.len > 0 && (rest.ptr[0] == '+' || rest.ptr[0] == '-');
			rest = str_trim(str_slice(rest, 1, rest.len))) {
			minus = minus != (rest.ptr[0] == '-');
			sign = true;
		}
		*text = rest;
		if (begun && !sign)
			return true;
		if (rest.len == 0 || !ascii_digit(rest.ptr[0]))
			return false;
		for (; rest.len > 0 && ascii_digit(rest.ptr[0]); rest = str_slice(rest, 1, rest.len))
			number = number * 10 + (rest.ptr[0] - '0');
		*value += minus ? -number : number;
		*text = rest;
	}
}

enum order { LESS = 1, EQUAL = 2, GREATER = 4 };
static const struct { struct str name; unsigned true_for; } OPERATORS[] = {
	{ NAME("<=>"), LESS | GREATER }, { NAME("<="), LESS | EQUAL },
	{ NAME(">="), GREATER | EQUAL }, { NAME("=="), EQUAL }, { NAME("!="), LESS | GREATER },
	{ NAME("<"), LESS }, { NAME(">"), GREATER }
};

/* Is "VALUE expression" true to Perl? "!= 0", "< 512", "- 3 > 2". What cannot be read is not. */
static bool is_true(double value, struct str expression)
{
	double right = 0;
	unsigned order;
	size_t i = 0;

	if (!read_sum(&expression, true, &value))
		return false;
	if (expression.len == 0)
		return value != 0;
	while (i < sizeof OPERATORS / sizeof *OPERATORS && !str_equal(OPERATORS[i].name,
		str_slice(expression, 0, OPERATORS[i].name.len)))
		i++;
	if (i == sizeof OPERATORS / sizeof *OPERATORS)
		return false;
	expression = str_slice(expression, OPERATORS[i].name.len, expression.len);
	if (!read_sum(&expression, false, &right) || expression.len > 0)
		return false;
	order = value < right ? LESS : value > right ? GREATER : EQUAL;
	return (OPERATORS[i].true_for & order) != 0;
}

/* Above the n-th argument and not above the next one, which may be "inf" or none. */
static bool in_range(double value, const struct check_call *call, size_t n)
{
	double max = checks_number(call, n + 1, INFINITY);

	return value > checks_number(call, n, 0) && value <= max;
}

/* ---- checks of one value ---- */

static int ask_fact(const struct check_context *context, const struct check_call *call,
	bool (*asks)(double value, const struct check_call *call), struct check_answer *out)
{
	const struct html_fact *fact = find_fact(checks_argument(call, 0));
	bool limit = false;

	for (size_t i = 0; fact && i < context->facts->html_n; i++) {
		bool unsure;
		double value = value_of(fact, &context->facts->html[i], &unsure);

		if (unsure)
			limit = true;
		else if (!isnan(value) && asks(value, call))
			return say(out, true, false);
	}
	return say(out, false, limit);
}

static bool asks_test(double value, const struct check_call *call)
{
	(void)call;
	return value != 0;
}

static bool asks_eval(double value, const struct check_call *call)
{
	return is_true(value, checks_argument(call, 1));
}

static bool asks_range(double value, const struct check_call *call)
{
	return in_range(value, call, 1);
}

int check_html_test(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	bool hit = false, limit = false;

	if (find_fact(checks_argument(call, 0)))
		return ask_fact(context, call, asks_test, out);
	for (size_t i = 0; i < context->facts->html_n; i++) {
		const struct html_strings *strings = find_strings(&context->facts->html[i],
			checks_argument(call, 0));

		hit = hit || (strings && strings->n > 0);
	}
	return say(out, hit, limit);
}

int check_html_eval(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	return ask_fact(context, call, asks_eval, out);
}

int check_html_range(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	return ask_fact(context, call, asks_range, out);
}

/* ---- tags ---- */

/* NULL: the part has no such tag. */
static const struct html_inside *find_tag(const struct html_facts *html, struct str name)
{
	for (size_t i = 0; i < html->inside_n; i++)
		if (str_equal(html->inside[i].name, name))
			return &html->inside[i];
	return NULL;
}

int check_html_tag(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	bool hit = false, limit = false;

	for (size_t i = 0; i < context->facts->html_n; i++) {
		const struct html_facts *html = &context->facts->html[i];

		hit = hit || find_tag(html, checks_argument(call, 0));
		limit = limit || html->cut & HTML_CUT_TAGS;
	}
	return say(out, hit, limit);
}

int check_html_balance(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	bool hit = false, limit = false;

	for (size_t i = 0; i < context->facts->html_n; i++) {
		const struct html_facts *html = &context->facts->html[i];
		const struct html_inside *tag = find_tag(html, checks_argument(call, 0));

		if (tag)
			hit = hit || is_true(tag->open, checks_argument(call, 1));
		else
			limit = limit || html->cut & HTML_CUT_TAGS;
	}
	return say(out, hit, limit);
}

int check_html_iframe(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	bool hit = false;

	(void)call;
	for (size_t i = 0; i < context->facts->html_n; i++)
		hit = hit || (context->facts->html[i].iframe_src && !context->facts->html[i].broken);
	return say(out, hit, false);
}

/* ---- images ---- */

int check_html_image_only(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	bool hit = false, limit = false;

	for (size_t i = 0; i < context->facts->html_n; i++) {
		const struct html_facts *html = &context->facts->html[i];
		bool fits = in_range((double)html->length, call, 0);

		hit = hit || (fits && find_tag(html, STR("img")));
		limit = limit || (fits && html->cut & HTML_CUT_TAGS);
	}
	return say(out, hit, limit);
}

int check_html_image_ratio(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	bool hit = false;

	for (size_t i = 0; i < context->facts->html_n; i++) {
		const struct html_facts *html = &context->facts->html[i];

		hit = hit || (html->image_area > 0 && !html->broken &&
			in_range(not_space(html) / html->image_area, call, 0));
	}
	return say(out, hit, false);
}

/* ---- strings ---- */

/* Does one of the strings match, or one of them not (`not`)? 1, 0, or -1 when memory is spent;
 * *unknown: a regex gave up. */
static int any_match(const struct check_context *context, const struct pattern *pattern,
	const struct html_strings *strings, bool not, const char **unknown)
{
	static const char *const WHY[] = { [PATTERN_LIMIT] = "regex-limit",
		[PATTERN_BUDGET] = "budget" };

	for (size_t i = 0; i < strings->n; i++) {
		size_t start, end;
		enum pattern_result result = pattern_match(pattern, context->matcher,
			strings->items[i], 0, &start, &end);

		if (result == PATTERN_MEMORY)
			return -1;
		if (result == (not ? PATTERN_NO : PATTERN_YES))
			return 1;
		if (result != PATTERN_NO && result != PATTERN_YES)
			*unknown = WHY[result];
		if (result == PATTERN_BUDGET)
			break;
	}
	return 0;
}

static int ask_strings(const struct check_context *context, const struct check_call *call,
	bool not, struct check_answer *out)
{
	struct pattern *pattern = NULL;
	const char *unknown = NULL;
	int found = 0;

	for (size_t i = 0; i < context->facts->html_n && found == 0; i++) {
		const struct html_facts *html = &context->facts->html[i];
		const struct html_strings *strings = find_strings(html, checks_argument(call, 0));
		struct pattern_error error;

		if (html->cut & HTML_CUT_STRINGS)
			unknown = LIMIT;
		if (!strings || strings->n == 0)
			continue;
		if (!pattern)
			pattern = pattern_compile(checks_argument(call, 1), STR(""), true, &error);
		if (!pattern) {
			unknown = "regex-not-valid";
			break;
		}
		found = any_match(context, pattern, strings, not, &unknown);
	}
	pattern_free(&pattern);
	if (found < 0)
		return -1;
	if (!found)
		out->unknown = unknown;
	return checks_hit(out, found > 0, STR(""));
}

int check_html_match(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	return ask_strings(context, call, false, out);
}

int check_html_not_match(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	return ask_strings(context, call, true, out);
}

int check_html_title(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	struct str subject;
	size_t most = 0;
	bool limit = false;

	if (checks_header(context, "Subject", &subject))
		return -1;
	for (size_t i = 0; subject.len > 0 && i < context->facts->html_n; i++) {
		const struct html_facts *html = &context->facts->html[i];

		limit = limit || html->cut & HTML_CUT_STRINGS;
		for (size_t k = 0; k < html->title.n; k++)
			if (html->title.items[k].len > most &&
				!str_equal(html->title.items[k], STR("0")))
				most = html->title.items[k].len;
	}
	/* the line end of the Subject counts, as rules see it */
	return say(out, subject.len > 0 && (double)most / (double)subject.len >
		checks_number(call, 0, 0), limit);
}
