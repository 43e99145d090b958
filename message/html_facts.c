/* message/html_facts: see html_facts.h. */
#include "message/html_facts.h"

#include <string.h>

#include "message/charset.h"
#include "message/html_measure.h"
#include "message/html_names.h"
#include "message/html_reference.h"
#include "message/html_source.h"
#include "message/html_style.h"
#include "message/html_tokens.h"

enum { URI_MAX = 8192, NO_SIZE = 200 /* pixels, where an image does not say */ };

/* Strings that are made of pieces: where each ends in the text of all. */
struct pile {
	struct buf text;
	size_t *ends;
	size_t n, capacity;
};

struct list {
	struct str *items;
	size_t n, capacity;
};

struct reading {
	struct arena *arena;
	struct html_facts *out;
	bool wide;                  /* the source is not only ASCII */
	struct html_names names;
	struct html_styles styles;
	struct html_measure measure;
	size_t places[HTML_PLACES]; /* index of the tag in `names` + 1; 0: not seen yet */
	struct pile titles, anchors;
	struct list comments, scripts;
	struct buf text;            /* references decoded */
};

/* ---- strings ---- */

static int pile_begin(struct reading *reading, struct pile *pile)
{
	if (pile->n == HTML_FACT_STRINGS_MAX) {
		reading->out->cut |= HTML_CUT_STRINGS;
		return 0;
	}
	if (pile->n == pile->capacity) {
		size_t capacity = pile->capacity ? 2 * pile->capacity : 16;
		size_t *grown = arena_resize(reading->arena, pile->ends,
			pile->capacity * sizeof *grown, capacity * sizeof *grown);

		if (!grown)
			return -1;
		pile->ends = grown;
		pile->capacity = capacity;
	}
	pile->ends[pile->n++] = pile->text.len;
	return 0;
}

/* To the last one. */
static void pile_add(const struct reading *reading, struct pile *pile, struct str text)
{
	if (pile->n == 0 || reading->out->cut & HTML_CUT_STRINGS)
		return;
	buf_add_str(&pile->text, text);
	pile->ends[pile->n - 1] = pile->text.len;
}

static int list_add(struct reading *reading, struct list *list, struct str text)
{
	if (list->n == HTML_FACT_STRINGS_MAX) {
		reading->out->cut |= HTML_CUT_STRINGS;
		return 0;
	}
	if (list->n == list->capacity) {
		size_t capacity = list->capacity ? 2 * list->capacity : 16;
		struct str *grown = arena_resize(reading->arena, list->items,
			list->capacity * sizeof *grown, capacity * sizeof *grown);

		if (!grown)
			return -1;
		list->items = grown;
		list->capacity = capacity;
	}
	list->items[list->n++] = text;
	return 0;
}

static int finish_list(struct reading *reading, struct list *list, struct html_strings *out)
{
	*out = (struct html_strings){ list->items, list->n };
	for (size_t i = 0; i < list->n; i++)
		if (html_source_narrow(reading->arena, &list->items[i]) < 0)
			return -1;
	return 0;
}

static int finish_pile(struct reading *reading, struct pile *pile, struct html_strings *out)
{
	struct str text = buf_str(&pile->text);
	struct list list = { NULL, 0, 0 };
	size_t from = 0;

	for (size_t i = 0; i < pile->n; from = pile->ends[i++])
		if (list_add(reading, &list, str_slice(text, from, pile->ends[i])) < 0)
			return -1;
	return finish_list(reading, &list, out);
}

/* ---- tags ---- */

static bool is_open(const struct reading *reading, enum html_place place)
{
	size_t at = reading->places[place];

	return at > 0 && reading->names.items[at - 1].open > 0;
}

static int count_tag(struct reading *reading, const struct html_tag_token *tag,
	const struct html_name **kind)
{
	struct html_facts *out = reading->out;
	struct html_inside *inside;
	size_t index;
	bool is_new;

	if (html_names_take(&reading->names, tag->name, &index, kind, &is_new) < 0)
		return -1;
	out->tags++;
	out->elements += (*kind)->element;
	if (index == HTML_NAMES_FULL) {
		out->cut |= HTML_CUT_TAGS;
		return 0;
	}
	out->tags_seen += is_new;
	out->elements_seen += is_new && (*kind)->element;
	reading->places[(*kind)->place] = index + 1;
	inside = &reading->names.items[index];
	if (!tag->closing)
		inside->open++;
	else if (inside->open > 0)
		inside->open--;
	else
		out->closed_extra++;
	return 0;
}

static void check_uri(struct reading *reading, struct str uri, bool iframe)
{
	uri = str_trim(uri);
	if (uri.len > URI_MAX)
		reading->out->uri_truncated = true;
	if (iframe && uri.len > 0)
		reading->out->iframe_src = true;
}

static void check_uris(struct reading *reading, const struct html_name *kind,
	const struct html_tag_token *tag)
{
	for (unsigned id = 0; id < HTML_ATTRIBUTES; id++)
		if (tag->seen & kind->uris & 1u << id)
			check_uri(reading, tag->values[id], kind->what == HTML_IS_IFRAME);
}

/* "200" or "50%" of `whole` / 100 pixels. */
static double read_length(struct str text, double whole)
{
	double number = 0;
	size_t at = 0;

	if (text.len > 0 && text.ptr[text.len - 1] == '\n')
		text.len--;
	for (; at < text.len && ascii_digit(text.ptr[at]); at++)
		number = number * 10 + (text.ptr[at] - '0');
	if (at > 0 && at + 1 == text.len && text.ptr[at] == '%') {
		number *= whole;
		at++;
	}
	return at == text.len && number > 0 ? number : NO_SIZE;
}

static int start_image(struct reading *reading, const struct html_tag_token *tag)
{
	if (is_open(reading, HTML_IN_A))
		pile_add(reading, &reading->anchors, STR("<img>\n"));
	if (tag->seen & 1u << HTML_A_WIDTH && tag->seen & 1u << HTML_A_HEIGHT)
		/* the screen has 800 by 600 */
		reading->out->image_area += read_length(tag->values[HTML_A_WIDTH], 8) *
			read_length(tag->values[HTML_A_HEIGHT], 6);
	return 0;
}

static int start_font(struct reading *reading, const struct html_tag_token *tag)
{
	if (tag->seen & 1u << HTML_A_FACE && !html_source_face(tag->values[HTML_A_FACE]))
		reading->out->font_face_bad = true;
	return 0;
}

static int start_form(struct reading *reading, const struct html_tag_token *tag)
{
	if (tag->seen & 1u << HTML_A_ACTION &&
		str_find_nocase(tag->values[HTML_A_ACTION], STR("mailto:")) != SIZE_MAX)
		reading->out->form_action_mailto = true;
	return 0;
}

static int start_embed(struct reading *reading, const struct html_tag_token *tag)
{
	(void)tag;
	reading->out->embeds = true;
	return 0;
}

static int start_anchor(struct reading *reading, const struct html_tag_token *tag)
{
	(void)tag;
	return pile_begin(reading, &reading->anchors);
}

static int start_title(struct reading *reading, const struct html_tag_token *tag)
{
	(void)tag;
	return pile_begin(reading, &reading->titles);
}

static int (*const STARTS[HTML_WHATS])(struct reading *, const struct html_tag_token *) = {
	[HTML_IS_A] = start_anchor, [HTML_IS_TITLE] = start_title, [HTML_IS_IMG] = start_image,
	[HTML_IS_FONT] = start_font, [HTML_IS_FORM] = start_form, [HTML_IS_EMBED] = start_embed
};

static int decode_values(struct reading *reading, struct html_tag_token *tag)
{
	for (unsigned id = 0; id < HTML_ATTRIBUTES; id++)
		if (tag->seen & 1u << id && html_decode(reading->arena, tag->values[id], true,
			&tag->values[id]) < 0)
			return -1;
	return 0;
}

static int take_tag(void *context, const struct html_tag_token *token)
{
	struct reading *reading = context;
	struct html_tag_token tag = *token;
	const struct html_name *kind;
	int status = 0;

	if (count_tag(reading, &tag, &kind) < 0)
		return -1;
	if (!kind->shown)
		return 0;
	if (!tag.closing && tag.seen && decode_values(reading, &tag) < 0)
		return -1;
	if (kind->styled && tag.closing)
		html_styles_close(&reading->styles, kind->styled);
	else if (kind->styled)
		status = html_styles_open(&reading->styles, kind->styled, &tag);
	if (status)
		return status;
	if (kind->space.len > 0)
		html_measure_space(&reading->measure, kind->space);
	if (tag.closing)
		return 0;
	check_uris(reading, kind, &tag);
	return STARTS[kind->what] ? STARTS[kind->what](reading, &tag) : 0;
}

static int take_doctype(void *context)
{
	struct reading *reading = context;
	const struct html_name *kind;
	size_t index;
	bool is_new;

	reading->out->tags++;
	reading->out->elements++;
	if (html_names_take(&reading->names, STR("!doctype"), &index, &kind, &is_new) < 0)
		return -1;
	if (index == HTML_NAMES_FULL)
		reading->out->cut |= HTML_CUT_TAGS;
	return 0;
}

/* ---- text ---- */

static bool is_hidden(struct reading *reading, struct str text)
{
	enum html_hidden hidden;

	if (html_measure_blank(text))
		return false;
	hidden = html_styles_hidden(&reading->styles);
	if (hidden == HTML_LOW_CONTRAST)
		reading->out->font_low_contrast = true;
	if (hidden == HTML_INVALID_COLOR)
		reading->out->font_invalid_color = true;
	return hidden != HTML_SHOWN;
}

static int take_text(void *context, struct str source, bool raw)
{
	struct reading *reading = context;
	struct str text = source;
	bool wide = reading->wide;

	if (!raw) {
		html_source_text(source, &reading->text, &text, &wide);
		if (reading->text.failed)
			return -1;
	}
	if (is_open(reading, HTML_IN_SCRIPT))
		return list_add(reading, &reading->scripts, source);
	if (is_open(reading, HTML_IN_STYLE))
		return 0;
	if (is_open(reading, HTML_IN_A))
		pile_add(reading, &reading->anchors, text);
	if (is_open(reading, HTML_IN_TITLE))
		pile_add(reading, &reading->titles, text);
	html_measure_text(&reading->measure, text, wide, is_hidden(reading, text));
	return reading->measure.next.failed || reading->measure.last.failed ? -1 : 0;
}

static int take_comment(void *context, struct str text)
{
	struct reading *reading = context;

	return list_add(reading, &reading->comments, text);
}

/* ---- all of it ---- */

static int finish(struct reading *reading)
{
	struct html_facts *out = reading->out;

	out->text_length = reading->measure.length;
	out->text_spaces = reading->measure.wide ? reading->measure.spaces :
		reading->measure.spaces_ascii;
	out->cut |= reading->styles.cut ? HTML_CUT_DEPTH : 0u;
	if (out->broken)
		return 0;
	out->obfuscation = reading->measure.obfuscation;
	for (uint64_t bits = reading->measure.backhair; bits; bits &= bits - 1)
		out->backhair++;
	out->min_size = reading->styles.min_size;
	out->max_size = reading->styles.max_size;
	out->inside = reading->names.items;
	out->inside_n = reading->names.n;
	if (reading->titles.text.failed || reading->anchors.text.failed)
		return -1;
	return finish_pile(reading, &reading->titles, &out->title) < 0 ||
		finish_pile(reading, &reading->anchors, &out->anchor) < 0 ||
		finish_list(reading, &reading->comments, &out->comment) < 0 ||
		finish_list(reading, &reading->scripts, &out->script) < 0 ? -1 : 0;
}

/* No fact points there. */
static void give_back(const struct buf *room)
{
	if (room->ptr)
		arena_resize(room->arena, room->ptr, room->capacity, 0);
}

int html_facts_read(struct arena *arena, struct str source, size_t source_bytes,
	struct html_facts *out)
{
	static const struct html_token_events EVENTS = { take_tag, take_text, take_comment,
		take_doctype };
	struct reading reading = { .arena = arena, .out = out,
		.wide = !bytes_are_ascii(source) };
	char *copy;
	size_t len;
	int status;

	memset(out, 0, sizeof *out);
	reading.names.arena = reading.styles.arena = arena;
	reading.measure.last.arena = reading.measure.next.arena = arena;
	reading.titles.text.arena = reading.anchors.text.arena = reading.text.arena = arena;
	out->source_bytes = source_bytes;
	out->length = html_source_length(source);
	copy = html_source_prepare(arena, source, &len);
	if (!copy || html_names_begin(&reading.names) < 0 ||
		html_styles_begin(&reading.styles) < 0)
		return -1;
	status = html_tokens(copy, len, &EVENTS, &reading);
	out->broken = status > 0;
	give_back(&reading.measure.last);
	give_back(&reading.measure.next);
	give_back(&reading.text);
	return status < 0 ? -1 : finish(&reading);
}

int html_facts_add(struct html_facts_list *list, struct arena *arena, struct str source,
	size_t source_bytes, enum mime_encoding encoding)
{
	size_t before = source.len;

	if (source.len == 0)
		return 0;
	if (list->n == list->capacity) {
		size_t capacity = list->capacity ? 2 * list->capacity : 2;
		struct html_facts *grown = arena_resize(arena, list->items,
			list->capacity * sizeof *grown, capacity * sizeof *grown);

		if (!grown)
			return -1;
		list->items = grown;
		list->capacity = capacity;
	}
	if (encoding != MIME_BASE64 &&
		html_source_squeeze(arena, encoding == MIME_QUOTED_PRINTABLE, &source) < 0)
		return -1;
	source_bytes -= before - source.len;
	return html_facts_read(arena, source, source_bytes, &list->items[list->n++]);
}
