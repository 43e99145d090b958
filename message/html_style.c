/* message/html_style: see html_style.h. */
#include "message/html_style.h"

#include <stdio.h>
#include <string.h>

#include "base/html_facts.h"
#include "message/decode.h"
#include "message/html_colors.h"

enum {
	TRANSPARENT = -3, /* only while a style attribute is read */
	SIZE_MOST = 1000000, SIZE_NORMAL = 3, COLOR_NAME_MAX = 24
};

/* ---- colours ---- */

static int32_t named_color(struct str text)
{
	size_t low = 0, high = sizeof HTML_COLORS / sizeof *HTML_COLORS;
	char name[COLOR_NAME_MAX];

	if (text.len >= sizeof name)
		return HTML_COLOR_INVALID;
	for (size_t i = 0; i < text.len; i++)
		name[i] = ascii_lower(text.ptr[i]);
	name[text.len] = '\0';
	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(name, HTML_COLORS[middle].name);

		if (order == 0)
			return HTML_COLORS[middle].rgb;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return HTML_COLOR_INVALID;
}

/* The hexadecimal digits of "#...": six of them, or three that are doubled; one or two, and four
 * or five, are made three first. */
static int32_t hex_color(struct str text)
{
	int digits[6] = { 0 };
	size_t n = 0;
	int32_t color = 0;

	for (size_t i = 0; i < text.len && n < 6; i++)
		if (hex_digit(text.ptr[i]) >= 0)
			digits[n++] = hex_digit(text.ptr[i]);
	if (n == 0)
		return HTML_COLOR_EMPTY;
	for (size_t i = 0; i < 6; i++)
		color = color * 16 + (n == 6 ? digits[i] : digits[i / 2]);
	return color;
}

/* "12%, 0%, 100%" or "12,0,100" from `text` on, up to the ')'; each number as hexadecimal digits,
 * two at least, behind each other into `out`. */
static bool rgb_digits(struct str text, char *out, size_t size)
{
	bool percent = false;
	size_t n = 0, at = 0;

	for (int i = 0; i < 3; i++) {
		size_t from;
		unsigned long long number = 0;

		while (i > 0 && at < text.len && ascii_space(text.ptr[at]))
			at++;
		for (from = at; at < text.len && ascii_digit(text.ptr[at]); at++)
			if (number < 100000000)
				number = number * 10 + (unsigned)(text.ptr[at] - '0');
		if (at == from)
			return false;
		if (i == 0)
			percent = at < text.len && text.ptr[at] == '%';
		if (percent) {
			if (at == text.len || text.ptr[at] != '%')
				return false;
			at++;
			/* in this order, as SpamAssassin rounds */
			number = (unsigned long long)((double)number / 100 * 255);
		}
		if (i < 2 && (at == text.len || text.ptr[at++] != ','))
			return false;
		n += (size_t)snprintf(out + n, size - n, "%02llx", number);
	}
	while (at < text.len && ascii_space(text.ptr[at]))
		at++;
	return at < text.len && text.ptr[at] == ')';
}

int32_t html_color(struct str text)
{
	char digits[64];
	int32_t color;
	size_t rgb, n = 0;

	text = str_trim(text);
	color = named_color(text);
	if (color >= 0 || text.len == 0)
		return color;
	rgb = str_find_nocase(text, STR("rgb("));
	if (rgb != SIZE_MAX && rgb_digits(str_slice(text, rgb + 4, text.len), digits,
		sizeof digits))
		return hex_color(str_from(digits));
	while (n < text.len && (text.ptr[n] == '#' || hex_digit(text.ptr[n]) >= 0))
		n++;
	return n == text.len && text.ptr[0] == '#' ? hex_color(text) : HTML_COLOR_INVALID;
}

/* ---- the style attribute ---- */

static bool has_line_end(struct str text)
{
	return text.len > 0 && memchr(text.ptr, '\n', text.len) != NULL;
}

/* Behind a property's ':'. What is only blanks still has a value, one of them. False: none, or one
 * of several lines. */
static bool style_value(struct str text, struct str *value)
{
	*value = str_trim(text);
	if (value->len == 0 && text.len > 0 && text.ptr[text.len - 1] != '\n')
		*value = str_slice(text, text.len - 1, text.len);
	return value->len > 0 && !has_line_end(*value);
}

/* "rgb(1,2,3)" and anything like it, by its digits and commas alone. */
static int32_t style_rgb(struct str value)
{
	unsigned parts[3] = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < value.len && n < 3; i++) {
		char c = value.ptr[i];

		if (c == ',')
			n++;
		else if (ascii_digit(c))
			parts[n] = parts[n] > 255 ? 256 : parts[n] * 10 + (unsigned)(c - '0');
	}
	for (size_t i = 0; i < 3; i++)
		parts[i] = parts[i] > 255 ? 255 : parts[i];
	return (int32_t)(parts[0] << 16 | parts[1] << 8 | parts[2]);
}

/* Without "! important" at the end. */
static struct str unimportant(struct str value)
{
	static const struct str WORD = { "important", 9 };
	size_t n;

	if (value.len < WORD.len ||
		!str_equal_nocase(str_slice(value, value.len - WORD.len, value.len), WORD))
		return value;
	for (n = value.len - WORD.len; n > 0 && ascii_space(value.ptr[n - 1]); n--)
		;
	if (n == 0 || value.ptr[n - 1] != '!')
		return value;
	for (n--; n > 0 && ascii_space(value.ptr[n - 1]); n--)
		;
	return str_slice(value, 0, n);
}

static void set_color(int32_t *color, struct str value)
{
	value = unimportant(value);
	if (str_find_nocase(value, STR("rgb")) != SIZE_MAX)
		*color = style_rgb(value);
	else if (str_equal_nocase(value, STR("transparent")))
		*color = TRANSPARENT;
	else if (!str_equal_nocase(value, STR("inherit")))
		*color = html_color(value);
}

/* The end of a token of "background" from `at` on: at a blank or comma outside of quotes and
 * parentheses, or behind a ')'. */
static size_t background_token(struct str value, size_t at)
{
	char quote = '\0';
	bool inside = false;

	for (; at < value.len; at++) {
		char c = value.ptr[at];

		if (quote) {
			quote = c == quote ? '\0' : quote;
		} else if (c == '"' || c == '\'') {
			quote = c;
		} else if (inside) {
			if (c == ')')
				return at + 1;
		} else if (c == ' ' || c == ',') {
			return at;
		} else {
			inside = c == '(';
		}
	}
	return at;
}

/* The first colour of the bottom layer, which is the last, into *color. False: there is no layer
 * at all, which SpamAssassin does not survive. */
static bool set_background(int32_t *color, struct str value)
{
	int32_t layer = HTML_COLOR_INVALID, last = HTML_COLOR_INVALID;
	bool any = false, tokens = false;

	for (size_t at = 0; at < value.len;) {
		size_t end = background_token(value, at);

		if (end > at) {
			tokens = true;
			if (layer == HTML_COLOR_INVALID)
				layer = html_color(str_slice(value, at, end));
			at = end;
			continue;
		}
		if (value.ptr[at++] != ',')
			continue;
		last = layer;
		any = true;
		layer = HTML_COLOR_INVALID;
		tokens = false;
	}
	if (tokens)
		last = layer;
	if (last != HTML_COLOR_INVALID)
		*color = last;
	return any || tokens;
}

/* display and visibility; SpamAssassin knows them in lower case only. */
static void set_other(struct html_style *style, struct str part)
{
	size_t n = 0;
	struct str name, value;

	while (n < part.len && (ascii_alpha(part.ptr[n]) || part.ptr[n] == '_' ||
		part.ptr[n] == '-'))
		n++;
	name = str_slice(part, 0, n);
	part = str_slice(part, n, part.len);
	while (part.len > 0 && ascii_space(part.ptr[0]))
		part = str_slice(part, 1, part.len);
	if (part.len == 0 || part.ptr[0] != ':')
		return;
	value = str_trim(str_slice(part, 1, part.len));
	if (value.len == 0 || has_line_end(value))
		return;
	if (str_equal(name, STR("display")))
		style->no_display = str_equal_nocase(value, STR("none"));
	else if (str_equal(name, STR("visibility")))
		style->hidden = str_equal_nocase(value, STR("hidden"));
}

/* One property; false: see set_background(). */
static bool read_property(struct html_style *style, struct str part)
{
	static const struct str BACK_COLOR = { "background-color:", 17 }, COLOR = { "color:", 6 },
		BACK = { "background:", 11 };
	struct str value;

	while (part.len > 0 && ascii_space(part.ptr[0]))
		part = str_slice(part, 1, part.len);
	if (str_starts_nocase(part, BACK_COLOR)) {
		if (style_value(str_slice(part, BACK_COLOR.len, part.len), &value))
			set_color(&style->back, value);
	} else if (str_starts_nocase(part, COLOR)) {
		if (style_value(str_slice(part, COLOR.len, part.len), &value))
			set_color(&style->front, value);
	} else if (part.len >= BACK.len && str_equal(str_slice(part, 0, BACK.len), BACK)) {
		if (style_value(str_slice(part, BACK.len, part.len), &value))
			return set_background(&style->back, value);
	} else {
		set_other(style, part);
	}
	return true;
}

static bool read_style(struct html_style *style, struct str text)
{
	int32_t behind = style->back;

	while (text.len > 0) {
		size_t at = str_find_byte(text, ';');

		if (!read_property(style, str_slice(text, 0, at)))
			return false;
		text = str_slice(text, at == SIZE_MAX ? text.len : at + 1, text.len);
	}
	if (style->back == TRANSPARENT)
		style->back = behind;
	if (style->front == TRANSPARENT)
		style->front = style->back;
	return true;
}

/* ---- the stack ---- */

#define BIT(attribute) (1u << HTML_A_##attribute)
/* The attributes that SpamAssassin reads of each. */
static const unsigned ATTRIBUTES[HTML_STYLED] = {
	[HTML_S_BODY] = BIT(TEXT) | BIT(BGCOLOR) | BIT(LINK) | BIT(ALINK) | BIT(VLINK) |
		BIT(BACKGROUND),
	[HTML_S_FONT] = BIT(COLOR) | BIT(FACE) | BIT(SIZE),
	[HTML_S_BASEFONT] = BIT(COLOR) | BIT(FACE) | BIT(SIZE),
	[HTML_S_TABLE] = BIT(BGCOLOR) | BIT(STYLE), [HTML_S_TR] = BIT(BGCOLOR) | BIT(STYLE),
	[HTML_S_TD] = BIT(BGCOLOR) | BIT(STYLE), [HTML_S_SPAN] = BIT(STYLE),
	[HTML_S_P] = BIT(STYLE), [HTML_S_DIV] = BIT(STYLE), [HTML_S_A] = BIT(STYLE)
};

/* Digits at `at`; false: none. */
static bool read_digits(struct str text, size_t at, int32_t *out)
{
	*out = 0;
	for (size_t i = at; i < text.len && ascii_digit(text.ptr[i]); i++)
		if (*out < SIZE_MOST)
			*out = *out * 10 + (text.ptr[i] - '0');
	return at < text.len && ascii_digit(text.ptr[at]);
}

static void read_size(const struct html_styles *styles, struct str text, int32_t *size)
{
	int32_t number;

	while (text.len > 0 && ascii_space(text.ptr[0]))
		text = str_slice(text, 1, text.len);
	if (text.len > 0 && (text.ptr[0] == '+' || text.ptr[0] == '-')) {
		if (read_digits(text, 1, &number))
			*size = styles->base_size + (text.ptr[0] == '-' ? -number : number);
	} else if (read_digits(text, 0, &number)) {
		*size = number;
	}
}

static int push(struct html_styles *styles, struct html_style style)
{
	if (styles->n == HTML_FACT_DEPTH_MAX) {
		styles->cut = true;
		return 0;
	}
	if (styles->n == styles->capacity) {
		size_t capacity = styles->capacity ? 2 * styles->capacity : 32;
		struct html_style *grown = arena_resize(styles->arena, styles->items,
			styles->capacity * sizeof *grown, capacity * sizeof *grown);

		if (!grown)
			return -1;
		styles->items = grown;
		styles->capacity = capacity;
	}
	styles->items[styles->n++] = style;
	styles->open[style.element]++;
	return 0;
}

static enum html_styled pop(struct html_styles *styles)
{
	enum html_styled element = styles->items[--styles->n].element;

	styles->open[element]--;
	return element;
}

int html_styles_begin(struct html_styles *styles)
{
	styles->base_size = styles->min_size = styles->max_size = SIZE_NORMAL;
	return push(styles, (struct html_style){ .front = 0, .back = 0xFFFFFF,
		.size = SIZE_NORMAL, .element = HTML_S_NONE });
}

/* Elements whose end tag may be left out. */
static void close_cells(struct html_styles *styles, enum html_styled element)
{
	while (styles->open[element] > 0) {
		enum html_styled top = styles->items[styles->n - 1].element;

		if (top != HTML_S_FONT && top != HTML_S_TD &&
			!(top == HTML_S_TR && element == HTML_S_TR))
			break;
		pop(styles);
	}
}

static int read_attributes(struct html_styles *styles, struct html_style *style,
	const struct html_tag_token *tag)
{
	unsigned seen = tag->seen & ATTRIBUTES[style->element];

	if (!seen)
		return 0;
	if (seen & BIT(TEXT))
		style->front = html_color(tag->values[HTML_A_TEXT]);
	if (seen & BIT(COLOR))
		style->front = html_color(tag->values[HTML_A_COLOR]);
	if (seen & BIT(SIZE))
		read_size(styles, tag->values[HTML_A_SIZE], &style->size);
	if (seen & BIT(STYLE) && !read_style(style, tag->values[HTML_A_STYLE]))
		return 1;
	if (style->size > styles->max_size)
		styles->max_size = style->size;
	else if (style->size < styles->min_size)
		styles->min_size = style->size;
	return 0;
}

int html_styles_open(struct html_styles *styles, enum html_styled element,
	const struct html_tag_token *tag)
{
	struct html_style style;
	int32_t number;

	if (element == HTML_S_BASEFONT && tag->seen & BIT(SIZE)) {
		struct str size = tag->values[HTML_A_SIZE];

		while (size.len > 0 && ascii_space(size.ptr[0]))
			size = str_slice(size, 1, size.len);
		if (read_digits(size, 0, &number)) {
			styles->base_size = number;
			return 0;
		}
	}
	if (element == HTML_S_TD || element == HTML_S_TR)
		close_cells(styles, element);
	style = styles->items[styles->n - 1];
	style.element = (uint8_t)element;
	if (element == HTML_S_BIG)
		style.size++;
	else if (element == HTML_S_SMALL)
		style.size--;
	else if (read_attributes(styles, &style, tag))
		return 1;
	return push(styles, style);
}

void html_styles_close(struct html_styles *styles, enum html_styled element)
{
	if (element == HTML_S_BODY || styles->open[element] == 0)
		return; /* text behind </body> still shows */
	while (pop(styles) != element)
		;
}

/* Two colours that a reader does not tell apart: their distance, weighed by brightness, is below
 * 12 of 191. */
static bool alike(int32_t a, int32_t b)
{
	double r = (double)(a >> 16) - (double)(b >> 16);
	double g = (double)(a >> 8 & 255) - (double)(b >> 8 & 255);
	double blue = (double)(a & 255) - (double)(b & 255);

	r *= 0.2126;
	g *= 0.7152;
	blue *= 0.0722;
	return r * r + g * g + blue * blue < 12.0 * 12.0;
}

enum html_hidden html_styles_hidden(const struct html_styles *styles)
{
	const struct html_style *top = &styles->items[styles->n - 1];

	if (top->front == top->back ||
		(top->front >= 0 && top->back >= 0 && alike(top->front, top->back)))
		return HTML_LOW_CONTRAST;
	if (top->front == HTML_COLOR_INVALID || top->back == HTML_COLOR_INVALID)
		return HTML_INVALID_COLOR;
	if (top->size <= 1)
		return HTML_TOO_SMALL;
	return top->no_display || top->hidden ? HTML_NOT_DISPLAYED : HTML_SHOWN;
}
