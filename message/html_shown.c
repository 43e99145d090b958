/* message/html_shown: see html_shown.h. */
#include "message/html_shown.h"

#include <string.h>

#include "message/html_css.h"
#include "message/html_reference.h"

enum { COLOR_NEAR = 12, SEARCH_MAX = 64 /* elements that an end tag is looked for in */ };
enum { WHITE = 0xFFFFFF, BLACK = 0, LINK_BLUE = 0x0000EE };

struct html_shown_open {
	char name[HTML_TAG_NAME_MAX];
	const struct html_element *element;
	int32_t color, back;   /* HTML_LOOK_UNKNOWN: not known */
	bool gone, invisible, tiny;
	bool box_hidden, hidden; /* what comes of it all: struct html_shown has the innermost's */
};

struct html_shown_rule {
	char kind;             /* '.', '#', or 'e' of an element; 0: free */
	struct str name;
	struct html_look look;
};

/* ---- ranges ---- */

static struct html_hidden *add_range(struct html_shown *shown, size_t from, bool dead)
{
	if (shown->ranges_n == shown->ranges_capacity) {
		size_t capacity = shown->ranges_capacity ? 2 * shown->ranges_capacity : 16;
		struct html_hidden *grown = arena_resize(shown->arena, shown->ranges,
			shown->ranges_capacity * sizeof *grown, capacity * sizeof *grown);

		if (!grown) {
			shown->failed = true;
			return NULL;
		}
		shown->ranges = grown;
		shown->ranges_capacity = capacity;
	}
	shown->ranges[shown->ranges_n] = (struct html_hidden){ from, SIZE_MAX, dead };
	return &shown->ranges[shown->ranges_n++];
}

/* Ends the range that goes on; one of nothing is forgotten. */
static void end_range(struct html_shown *shown, size_t at)
{
	struct html_hidden *last;

	if (!shown->in_range)
		return;
	shown->in_range = false;
	last = &shown->ranges[shown->ranges_n - 1];
	last->to = at;
	shown->ranges_n -= last->from >= at;
}

static bool near(int32_t a, int32_t b)
{
	for (int shift = 0; shift < 24; shift += 8) {
		int distance = (a >> shift & 255) - (b >> shift & 255);

		if (distance > COLOR_NEAR || distance < -COLOR_NEAR)
			return false;
	}
	return true;
}

/* The innermost element is another one, or none. */
static void look_again(struct html_shown *shown, size_t at)
{
	const struct html_shown_open *top = &shown->open[shown->n - 1];

	shown->box_hidden = top->box_hidden;
	if (top->hidden == shown->hidden)
		return;
	shown->hidden = top->hidden;
	if (!top->hidden)
		end_range(shown, at);
	else if (add_range(shown, at, false))
		shown->in_range = true;
}

void html_shown_hide(struct html_shown *shown, size_t from, size_t to, bool dead)
{
	bool on = shown->in_range;
	struct html_hidden *range;

	if (from >= to || (on && !dead))
		return;
	end_range(shown, from);
	range = add_range(shown, from, dead);
	if (range)
		range->to = to;
	if (on && add_range(shown, to, false))
		shown->in_range = true;
}

/* ---- style sheets ---- */

static struct html_shown_rule *find_rule(const struct html_shown *shown, char kind, struct str name)
{
	uint32_t hash = (unsigned char)kind;

	for (size_t i = 0; i < name.len; i++)
		hash = (hash ^ (unsigned char)ascii_lower(name.ptr[i])) * 0x01000193u;
	for (size_t i = 0; i < SEARCH_MAX; i++) {
		struct html_shown_rule *rule = &shown->rules[(hash + i) % HTML_SHOWN_RULES];

		if (rule->kind == 0 || (rule->kind == kind && str_equal_nocase(rule->name, name)))
			return rule;
	}
	return NULL;
}

static void add_rule(struct html_shown *shown, struct str selector, struct str style)
{
	size_t mark = str_until(selector, 0, ".#");
	struct html_shown_rule *rule;
	char kind = mark < selector.len ? selector.ptr[mark] : 'e';
	struct str name = mark < selector.len ? str_slice(selector, mark + 1, selector.len) : selector;

	if (name.len == 0 || str_until(selector, 0, " \t\r\n>+~:[*\\") < selector.len ||
		(mark < selector.len && str_until(name, 0, ".#") < name.len))
		return;
	if (2 * shown->rules_n >= HTML_SHOWN_RULES)
		return;
	if (!shown->rules)
		shown->rules = ARENA_ARRAY(shown->arena, struct html_shown_rule, HTML_SHOWN_RULES);
	if (!shown->rules) {
		shown->failed = true;
		return;
	}
	rule = find_rule(shown, kind, name);
	if (!rule)
		return;
	if (rule->kind == 0) {
		*rule = (struct html_shown_rule){ kind, name, HTML_LOOK_NONE };
		shown->rules_n++;
	}
	html_look_add(&rule->look, shown->arena, style);
}

static bool has(struct str text, const char *word)
{
	return str_find_nocase(text, str_from(word)) != SIZE_MAX;
}

/* Most declarations say nothing of what matters here. */
static bool matters(struct str style)
{
	return has(style, "display") || has(style, "color") || has(style, "background") ||
		has(style, "font") || has(style, "visib") || has(style, "opac") || has(style, "overflow") ||
		has(style, "posit") || has(style, "indent") || str_find_byte(style, '\\') != SIZE_MAX;
}

/* Behind an at-rule: its ';' or its block. */
static size_t at_rule_end(struct str sheet, size_t at)
{
	size_t depth = 0;

	for (; (at = str_until(sheet, at, ";{}")) < sheet.len; at++) {
		if (sheet.ptr[at] == '{')
			depth++;
		else if (sheet.ptr[at] == ';' ? depth == 0 : depth <= 1)
			return at + 1;
		else
			depth -= sheet.ptr[at] == '}';
	}
	return at;
}

/* The next `byte` from `at` on, or the end. */
static size_t until(struct str text, size_t at, char byte)
{
	size_t found = str_find_byte(str_slice(text, at, text.len), byte);

	return found == SIZE_MAX ? text.len : at + found;
}

static size_t skip_to_rule(struct str sheet, size_t at)
{
	for (;;) {
		struct str rest = str_slice(sheet, at, sheet.len);

		if (rest.len > 0 && (ascii_space(rest.ptr[0]) || rest.ptr[0] == '}'))
			at++;
		else if (str_starts_nocase(rest, STR("<!--")))
			at += 4;
		else if (str_starts_nocase(rest, STR("-->")))
			at += 3;
		else if (str_starts_nocase(rest, STR("/*"))) {
			size_t end = str_find(rest, STR("*/"));

			at = end == SIZE_MAX ? sheet.len : at + end + 2;
		} else {
			return at;
		}
	}
}

void html_shown_sheet(struct html_shown *shown, struct str sheet)
{
	size_t at = 0;

	while ((at = skip_to_rule(sheet, at)) < sheet.len) {
		size_t open, close;
		struct str selectors, style;

		if (sheet.ptr[at] == '@') {
			at = at_rule_end(sheet, at);
			continue;
		}
		open = until(sheet, at, '{');
		close = until(sheet, open, '}');
		selectors = str_slice(sheet, at, open);
		style = str_slice(sheet, open + 1, close);
		at = close + 1;
		if (!matters(style))
			continue;
		while (selectors.len > 0) {
			size_t comma = str_until(selectors, 0, ",");

			add_rule(shown, str_trim(str_slice(selectors, 0, comma)), style);
			selectors = str_slice(selectors, comma + 1, selectors.len);
		}
	}
}

/* ---- the look of a tag ---- */

static void lay_over(struct html_look *look, const struct html_look *more)
{
	look->color = more->color != HTML_LOOK_UNSET ? more->color : look->color;
	look->back = more->back != HTML_LOOK_UNSET ? more->back : look->back;
	look->gone = more->gone ? more->gone : look->gone;
	look->invisible = more->invisible ? more->invisible : look->invisible;
	look->tiny = more->tiny ? more->tiny : look->tiny;
	look->empty = look->empty || more->empty;
	look->clipped = look->clipped || more->clipped;
	look->moved = look->moved || more->moved;
	look->far = look->far || more->far;
}

static void look_up(const struct html_shown *shown, struct html_look *look, char kind,
	struct str name)
{
	const struct html_shown_rule *rule = find_rule(shown, kind, name);

	if (rule && rule->kind)
		lay_over(look, &rule->look);
}

static void look_of_rules(const struct html_shown *shown, const struct html_tag *tag,
	struct html_look *look)
{
	struct str classes = tag->values[HTML_AT_CLASS];

	look_up(shown, look, 'e', str_make(tag->name, strnlen(tag->name, HTML_TAG_NAME_MAX)));
	if (tag->seen & HTML_BIT(HTML_AT_CLASS))
		for (unsigned i = 0; i < SEARCH_MAX && (classes = str_trim(classes)).len > 0; i++) {
			size_t end = str_until(classes, 0, " \t\n\r\f");

			look_up(shown, look, '.', str_slice(classes, 0, end));
			classes = str_slice(classes, end, classes.len);
		}
	if (tag->seen & HTML_BIT(HTML_AT_ID))
		look_up(shown, look, '#', str_trim(tag->values[HTML_AT_ID]));
}

static void look_of_style(struct html_shown *shown, struct str style, struct html_look *look)
{
	struct str text;

	if (shown->last.style.ptr && str_equal(shown->last.style, style)) {
		lay_over(look, &shown->last.look);
		return;
	}
	shown->last.style = style;
	shown->last.look = HTML_LOOK_NONE;
	if (html_decode_all(shown->arena, style, true, &text) < 0)
		shown->failed = true;
	else
		html_look_add(&shown->last.look, shown->arena, text);
	lay_over(look, &shown->last.look);
}

static struct html_look look_of(struct html_shown *shown, const struct html_tag *tag)
{
	struct html_look look = HTML_LOOK_NONE;

	if (tag->seen & HTML_BIT(HTML_AT_BACKGROUND))
		look.back = HTML_LOOK_UNKNOWN;
	else if (tag->seen & HTML_BIT(HTML_AT_BGCOLOR))
		look.back = html_look_color(tag->values[HTML_AT_BGCOLOR]);
	if (tag->seen & HTML_BIT(HTML_AT_COLOR) && tag->element->is == HTML_EL_FONT)
		look.color = html_look_color(tag->values[HTML_AT_COLOR]);
	if (tag->seen & HTML_BIT(HTML_AT_TEXT) && tag->element->is == HTML_EL_BODY)
		look.color = html_look_color(tag->values[HTML_AT_TEXT]);
	if (tag->seen & HTML_BIT(HTML_AT_HIDDEN) || tag->element->is == HTML_EL_TEMPLATE)
		look.gone = HTML_YES;
	if (shown->rules_n > 0)
		look_of_rules(shown, tag, &look);
	if (tag->seen & HTML_BIT(HTML_AT_STYLE))
		look_of_style(shown, tag->values[HTML_AT_STYLE], &look);
	return look;
}

/* ---- the stack ---- */

static void inherit(struct html_shown_open *open, const struct html_look *look, bool anchor)
{
	if ((look->gone == HTML_YES) || (look->empty && look->clipped) || (look->moved && look->far))
		open->gone = true;
	if (look->invisible)
		open->invisible = look->invisible == HTML_YES;
	if (look->tiny)
		open->tiny = look->tiny == HTML_YES;
	if (look->back >= 0 || look->back == HTML_LOOK_UNKNOWN)
		open->back = look->back;
	if (look->color >= 0 || look->color == HTML_LOOK_UNKNOWN || look->color == HTML_LOOK_NO_COLOR)
		open->color = look->color;
	else if (anchor && look->color != HTML_LOOK_INHERIT)
		open->color = LINK_BLUE;
	open->box_hidden = open->gone || open->invisible;
	open->hidden = open->box_hidden || open->tiny || open->color == HTML_LOOK_NO_COLOR ||
		(open->color >= 0 && open->back >= 0 && near(open->color, open->back));
}

static bool push(struct html_shown *shown, const struct html_tag *tag)
{
	struct html_shown_open *open;

	if (shown->n > HTML_SHOWN_DEPTH) {
		shown->over++;
		return false;
	}
	open = &shown->open[shown->n];
	*open = shown->open[shown->n - 1];
	memcpy(open->name, tag->name, sizeof open->name);
	open->element = tag->element;
	shown->n++;
	return true;
}

/* Closes the innermost element of this name, and all in it; not across `stop`. */
static void pop(struct html_shown *shown, const char name[HTML_TAG_NAME_MAX], enum html_el stop)
{
	for (size_t i = 1; i <= SEARCH_MAX && i < shown->n; i++) {
		const struct html_shown_open *open = &shown->open[shown->n - i];

		if (memcmp(open->name, name, HTML_TAG_NAME_MAX) == 0) {
			shown->n -= i;
			shown->over = 0;
			return;
		}
		if (stop && open->element->is == stop)
			return;
	}
}

/* What a start tag ends without saying so (WHATWG 13.1.2.4). */
static void pop_implied(struct html_shown *shown, const struct html_tag *tag)
{
	static const char P[HTML_TAG_NAME_MAX] = "p", TD[HTML_TAG_NAME_MAX] = "td",
		TH[HTML_TAG_NAME_MAX] = "th";
	enum html_el is = tag->element->is;

	if (is == HTML_EL_ITEM || is == HTML_EL_ROW)
		pop(shown, tag->name, HTML_EL_TABLE);
	if (is == HTML_EL_CELL) {
		pop(shown, TD, HTML_EL_ROW);
		pop(shown, TH, HTML_EL_ROW);
	}
	if (tag->element->effect == HTML_E_LINE || tag->element->effect == HTML_E_PARAGRAPH ||
		is == HTML_EL_TABLE)
		if (!tag->element->is_void)
			pop(shown, P, HTML_EL_CELL);
}

static bool begin(struct html_shown *shown)
{
	if (shown->n > 0)
		return true;
	if (!shown->open) /* raw: each is written when it is pushed */
		shown->open = arena_alloc_raw(shown->arena,
			(HTML_SHOWN_DEPTH + 1) * sizeof *shown->open);
	if (!shown->open) {
		shown->failed = true;
		return false;
	}
	shown->open[0] = (struct html_shown_open){ .color = BLACK, .back = WHITE };
	shown->n = 1;
	return true;
}

void html_shown_tag(struct html_shown *shown, const struct html_tag *tag, size_t at)
{
	bool anchor = tag->element->is == HTML_EL_ANCHOR && tag->seen & HTML_BIT(HTML_AT_HREF);
	struct html_look look;

	if (!begin(shown))
		return;
	if (tag->closing) {
		pop(shown, tag->name, tag->element->is == HTML_EL_TABLE ? HTML_EL_NONE : HTML_EL_TABLE);
	} else {
		pop_implied(shown, tag);
		if (!push(shown, tag))
			return;
		if (anchor || shown->rules_n > 0 || tag->seen & HTML_BITS_LOOK ||
			tag->seen & HTML_BIT(HTML_AT_BACKGROUND) || tag->element->is == HTML_EL_TEMPLATE) {
			look = look_of(shown, tag);
			inherit(&shown->open[shown->n - 1], &look, anchor);
		}
	}
	look_again(shown, at);
}

void html_shown_void(struct html_shown *shown, size_t at)
{
	if (shown->over > 0) {
		shown->over--;
		return;
	}
	shown->n -= shown->n > 1;
	look_again(shown, at);
}

/* ---- the end ---- */

bool html_shown_any(const struct html_shown *shown, struct str text, size_t from)
{
	size_t to = text.len;

	for (size_t i = shown->ranges_n; to > from; i--) {
		size_t begin = from;

		if (i > 0) {
			const struct html_hidden *range = &shown->ranges[i - 1];

			begin = range->to < to ? range->to : range->to == SIZE_MAX ? to : range->to;
			begin = begin < from ? from : begin;
		}
		if (begin < to && str_trim(str_slice(text, begin, to)).len > 0)
			return true;
		if (i == 0)
			return false;
		to = shown->ranges[i - 1].from < to ? shown->ranges[i - 1].from : to;
	}
	return false;
}

/* Joints of the text from..to, which is shown from `at` on. */
static size_t move_joints(const struct html *html, size_t *next, size_t from, size_t to, size_t at,
	uint32_t *out, size_t n)
{
	while (*next < html->joints_n && html->joints[*next] <= to) {
		size_t joint = html->joints[(*next)++];

		if (joint > from && joint < to)
			out[n++] = (uint32_t)(at + joint - from);
	}
	return n;
}

/* Bytes of what can be read: newsletters fill up what a list of mails shows of them with hundreds
 * of blanks and joiners (U+00A0, U+034F, U+200B and on). */
static size_t readable(struct str text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];
		size_t filler = c == 0xC2 || c == 0xCD ? 1 : c == 0xE2 ? 2 : 0;

		i += filler;
		n += filler == 0 && c > ' ';
	}
	return n;
}

static int take_out(const struct html_shown *shown, struct html *html)
{
	struct str text = html->text;
	size_t from = 0, n = 0, next = 0, joints_n = 0;
	char *copy = arena_alloc_raw(shown->arena, text.len + 1);
	uint32_t *joints = ARENA_ARRAY(shown->arena, uint32_t, html->joints_n + shown->ranges_n);

	if (!copy || !joints)
		return -1;
	for (size_t i = 0; i <= shown->ranges_n; i++) {
		size_t to = i < shown->ranges_n ? shown->ranges[i].from : text.len;

		joints_n = move_joints(html, &next, from, to, n, joints, joints_n);
		memcpy(copy + n, text.ptr + from, to - from);
		n += to - from;
		if (i == shown->ranges_n)
			break;
		from = shown->ranges[i].to;
		if (!shown->ranges[i].dead)
			html->hidden_bytes += readable(str_slice(text, to, from));
		if (n > 0 && (joints_n == 0 || joints[joints_n - 1] < n))
			joints[joints_n++] = (uint32_t)n;
	}
	html->shown = str_make(copy, n);
	html->joints = joints;
	html->joints_n = joints_n;
	return 0;
}

int html_shown_finish(struct html_shown *shown, struct html *html)
{
	end_range(shown, html->text.len);
	html->shown = html->text;
	html->hidden = shown->ranges;
	html->hidden_n = shown->ranges_n;
	if (shown->failed)
		return -1;
	return shown->ranges_n > 0 ? take_out(shown, html) : 0;
}
