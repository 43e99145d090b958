/* message/html_look: see html_look.h. */
#include "message/html_look.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "message/decode.h"
#include "message/html_css.h"
#include "message/html_style.h"

enum { PROPERTY_MAX = 16, FAR = 500 /* pixels */ };

static bool is(struct str value, const char *word)
{
	return str_equal_nocase(value, str_from(word));
}

/* ---- values ---- */

static int32_t hex_color(struct str text)
{
	int32_t color = 0;

	if (text.len != 3 && text.len != 6)
		return HTML_LOOK_UNKNOWN;
	for (size_t i = 0; i < text.len; i++) {
		int digit = hex_digit(text.ptr[i]);

		if (digit < 0)
			return HTML_LOOK_UNKNOWN;
		color = text.len == 3 ? color * 256 + digit * 17 : color * 16 + digit;
	}
	return color;
}

int32_t html_look_color(struct str text)
{
	int32_t color;

	text = str_trim(text);
	if (text.len == 0)
		return HTML_LOOK_UNSET;
	if (text.ptr[0] == '#')
		return hex_color(str_slice(text, 1, text.len));
	if (is(text, "transparent"))
		return HTML_LOOK_NO_COLOR;
	if (is(text, "inherit") || is(text, "currentcolor"))
		return HTML_LOOK_INHERIT;
	color = html_color(text);
	if (color < 0 && text.len == 6)
		color = hex_color(text);
	return color < 0 ? HTML_LOOK_UNKNOWN : color;
}

/* The number that `value` begins with; *unit what follows. False: none. */
static bool number_of(struct str value, double *number, struct str *unit)
{
	double scale = 1;
	bool minus = value.len > 0 && value.ptr[0] == '-', fraction = false;
	size_t at = minus || (value.len > 0 && value.ptr[0] == '+'), digits = 0;

	*number = 0;
	for (; at < value.len && (ascii_digit(value.ptr[at]) || (value.ptr[at] == '.' && !fraction));
		at++) {
		if (value.ptr[at] == '.') {
			fraction = true;
			continue;
		}
		digits++;
		if (digits > 9)
			continue;
		scale = fraction ? scale / 10 : 1;
		*number = fraction ? *number + scale * (value.ptr[at] - '0') :
			*number * 10 + (value.ptr[at] - '0');
	}
	*number = minus ? -*number : *number;
	*unit = str_slice(value, at, value.len);
	return digits > 0;
}

/* Letters of at most one pixel or point, or a tenth of the usual. */
static bool tiny(double number, struct str unit)
{
	if (str_starts_nocase(unit, STR("em")) || str_starts_nocase(unit, STR("rem")))
		return number < 0.1;
	return unit.len > 0 && unit.ptr[0] == '%' ? number < 10 : number <= 1;
}

/* ---- properties ---- */

typedef void (*property_fn)(struct html_look *look, struct str value);

static void display(struct html_look *look, struct str value)
{
	look->gone = is(value, "none") ? HTML_YES : HTML_NO;
}

static void visibility(struct html_look *look, struct str value)
{
	look->invisible = is(value, "hidden") || is(value, "collapse") ? HTML_YES : HTML_NO;
}

static void opacity(struct html_look *look, struct str value)
{
	double number;
	struct str unit;

	if (number_of(value, &number, &unit) && number < (unit.len > 0 ? 5 : 0.05))
		look->gone = HTML_YES;
}

static void font_size(struct html_look *look, struct str value)
{
	double number;
	struct str unit;

	if (is(value, "inherit"))
		return;
	look->tiny = number_of(value, &number, &unit) && tiny(number, unit) ? HTML_YES : HTML_NO;
}

/* "bold 12px/1.5 Arial": the size is the first number that has a unit, or none but is 0. */
static void font(struct html_look *look, struct str value)
{
	while ((value = str_trim(value)).len > 0) {
		size_t end = str_until(value, 0, " \t\n\r");
		double number;
		struct str unit;

		if (number_of(str_slice(value, 0, end), &number, &unit) &&
			((unit.len > 0 && unit.ptr[0] != '/') || number < 1)) {
			look->tiny = tiny(number, unit) ? HTML_YES : HTML_NO;
			return;
		}
		value = str_slice(value, end, value.len);
	}
}

static void color(struct html_look *look, struct str value)
{
	look->color = html_look_color(value);
}

/* The first word that is a colour; an image is unknown. */
static void background(struct html_look *look, struct str value)
{
	if (str_find_byte(value, '(') != SIZE_MAX && !str_starts_nocase(value, STR("rgb("))) {
		look->back = HTML_LOOK_UNKNOWN;
		return;
	}
	if (str_starts_nocase(value, STR("rgb("))) {
		look->back = html_look_color(value);
		return;
	}
	while ((value = str_trim(value)).len > 0) {
		size_t end = str_until(value, 0, " \t\n\r");
		int32_t found = html_look_color(str_slice(value, 0, end));

		if (found >= 0 || found == HTML_LOOK_NO_COLOR)
			look->back = found;
		value = str_slice(value, end, value.len);
	}
}

static void size(struct html_look *look, struct str value)
{
	double number;
	struct str unit;

	look->empty = look->empty || (number_of(value, &number, &unit) && number < 1 &&
		unit.len < 4 && (unit.len == 0 || unit.ptr[0] != 'e'));
}

static void overflow(struct html_look *look, struct str value)
{
	look->clipped = is(value, "hidden") || is(value, "clip");
}

static void position(struct html_look *look, struct str value)
{
	look->moved = is(value, "absolute") || is(value, "fixed");
}

static void place(struct html_look *look, struct str value)
{
	double number;
	struct str unit;

	look->far = look->far || (number_of(value, &number, &unit) && number < -FAR);
}

static void indent(struct html_look *look, struct str value)
{
	double number;
	struct str unit;

	if (number_of(value, &number, &unit) && number < -FAR)
		look->gone = HTML_YES;
}

static const struct { struct str name; property_fn take; } PROPERTIES[] = {
	{ { "color", 5 }, color }, { { "background-color", 16 }, background },
	{ { "background", 10 }, background }, { { "background-image", 16 }, background },
	{ { "bottom", 6 }, place },
	{ { "display", 7 }, display }, { { "font-size", 9 }, font_size }, { { "font", 4 }, font },
	{ { "height", 6 }, size }, { { "left", 4 }, place }, { { "max-height", 10 }, size },
	{ { "max-width", 9 }, size }, { { "margin-left", 11 }, indent },
	{ { "margin-top", 10 }, indent },
	{ { "opacity", 7 }, opacity }, { { "overflow", 8 }, overflow },
	{ { "position", 8 }, position }, { { "right", 5 }, place }, { { "text-indent", 11 }, indent },
	{ { "top", 3 }, place }, { { "visibility", 10 }, visibility }, { { "width", 5 }, size }
};

static void take(struct html_look *look, struct str name, struct str value)
{
	size_t at;

	if (name.len < 3 || name.len > PROPERTY_MAX)
		return;
	for (size_t i = 0; i < sizeof PROPERTIES / sizeof *PROPERTIES; i++) {
		if (name.len != PROPERTIES[i].name.len ||
			ascii_lower(name.ptr[0]) != PROPERTIES[i].name.ptr[0] ||
			!str_equal_nocase(name, PROPERTIES[i].name))
			continue;
		at = str_find_byte(value, '!'); /* !important */
		value = str_trim(str_slice(value, 0, at == SIZE_MAX ? value.len : at));
		if (value.len > 0)
			PROPERTIES[i].take(look, value);
		return;
	}
}

/* Without comments and escapes, which nobody but a spammer needs here. */
static struct str plain(struct arena *arena, struct str style)
{
	struct buf out = { .arena = arena };
	struct str rest = style, decoded;
	size_t at;

	if (str_find(style, STR("/*")) != SIZE_MAX) {
		while ((at = str_find(rest, STR("/*"))) != SIZE_MAX) {
			buf_add_str(&out, str_slice(rest, 0, at));
			rest = str_slice(rest, at + 2, rest.len);
			at = str_find(rest, STR("*/"));
			rest = str_slice(rest, at == SIZE_MAX ? rest.len : at + 2, rest.len);
		}
		buf_add_str(&out, rest);
		style = buf_str(&out);
	}
	return html_css_decode(arena, style, &decoded) < 0 ? style : decoded;
}

/* The end of the declaration from `at` on: its ';' out of parentheses (data: has one). */
static size_t declaration_end(struct str style, size_t at)
{
	const char *last = style.ptr + style.len;
	const char *p = bytes_find3(style.ptr + at, last, ';', '(', '(');

	while (p < last && *p == '(') {
		p = memchr(p, ')', (size_t)(last - p));
		p = p ? bytes_find3(p, last, ';', '(', '(') : last;
	}
	return (size_t)(p - style.ptr);
}

void html_look_add(struct html_look *look, struct arena *arena, struct str style)
{
	if (str_find_byte(style, '\\') != SIZE_MAX || str_find(style, STR("/*")) != SIZE_MAX)
		style = plain(arena, style);
	for (size_t at = 0, end; at < style.len; at = end + 1) {
		struct str one;
		size_t colon;

		end = declaration_end(style, at);
		one = str_slice(style, at, end);
		colon = str_find_byte(one, ':');
		if (colon != SIZE_MAX)
			take(look, str_trim(str_slice(one, 0, colon)), str_slice(one, colon + 1, one.len));
	}
}
