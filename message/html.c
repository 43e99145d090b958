/* message/html: see html.h.
 *
 * Text is written into one block of the input's size: no token makes more text than it is long
 * ("<p>" makes two line ends, "&#0" three bytes), so nothing has to be checked on the way.
 */
#include "message/html.h"

#include <string.h>

#include "base/bytes.h"
#include "message/charset.h"
#include "message/html_anchors.h"
#include "message/html_links.h"
#include "message/html_reference.h"
#include "message/html_shown.h"
#include "message/html_tag.h"

struct reader {
	struct arena *arena;
	const char *p, *end;
	char *text, *out;    /* begin and next free byte */
	bool after_space;    /* a tag made white space just now */
	char *space_end;     /* behind the last that a tag made */
	/* text between two tags: one blank at its beginning is left out behind a tag's white space, as
	 * SpamAssassin does, also when this leaves nothing */
	bool in_run, drop_blank;
	char *run;           /* where it began in `out` */
	bool no_comment_end; /* no comment is closed from here on */
	const char *dead_end; /* up to here tags are text: of a title or textarea */
	size_t dead_from;     /* where its text begins */
	bool no_dead_end;     /* one is never ended: no other is looked for */
	struct html_links links;
	struct html_shown shown;
	uint32_t *joints;    /* in `text` */
	size_t joints_n, joints_capacity;
	bool anchor_image;   /* there is one in the open <a> */
	bool anchor_gone;    /* it is not displayed at all */
	size_t anchor;       /* index of the open <a> + 1, 0 = none */
	char *anchor_from;
	struct html_anchors *anchors; /* NULL: not wanted */
	bool failed;
};

/* ---- text ---- */

enum { C_TEXT, C_BLANK, C_AMP, C_NUL, C_C2, C_E2 };
static const unsigned char TEXT_CLASS[256] = {
	['\0'] = C_NUL, ['\t'] = C_BLANK, ['\n'] = C_BLANK, ['\v'] = C_BLANK, ['\f'] = C_BLANK,
	['\r'] = C_BLANK, [' '] = C_BLANK, ['&'] = C_AMP, [0xC2] = C_C2,
	[0xE2] = C_E2
};

static void blank(struct reader *reader)
{
	if (reader->drop_blank && reader->out == reader->run)
		reader->drop_blank = false;
	else if (reader->out == reader->run || reader->out[-1] != ' ')
		*reader->out++ = ' ';
}

static void begin_run(struct reader *reader)
{
	if (reader->in_run)
		return;
	reader->in_run = true;
	reader->run = reader->out;
	reader->drop_blank = reader->after_space;
	reader->after_space = false;
}

static void add_code(struct reader *reader, uint32_t code)
{
	if (code == ' ' || code == 0xA0 || (code >= '\t' && code <= '\r')) {
		blank(reader);
		return;
	}
	reader->out += utf8_encode(code, reader->out);
}

/* A double quotation mark U+201C or U+201D: SpamAssassin reads both as '"'. */
static bool wide_quote(const char *p, const char *end)
{
	return end - p >= 3 && (unsigned char)p[0] == 0xE2 && (unsigned char)p[1] == 0x80 &&
		((unsigned char)p[2] == 0x9C || (unsigned char)p[2] == 0x9D);
}

static void add_text(struct reader *reader, const char *p, const char *end, bool references)
{
	if (p < end)
		begin_run(reader);
	if (p < end && reader->anchors)
		html_anchors_text(reader->anchors, str_make(p, (size_t)(end - p)), references);
	while (p < end) {
		unsigned char class = TEXT_CLASS[(unsigned char)*p];
		uint32_t code;
		size_t len;

		if (class == C_TEXT) { /* single blanks too, once there is a letter before them */
			char *out = bytes_copy_plain(&p, end, reader->out, '&');

			while (p < end && TEXT_CLASS[(unsigned char)*p] == C_TEXT)
				*out++ = *p++;
			reader->out = out;
			continue;
		}
		if (class == C_BLANK) {
			blank(reader);
			do
				p++;
			while (p < end && TEXT_CLASS[(unsigned char)*p] == C_BLANK);
		} else if (class == C_C2 && end - p > 1 && (unsigned char)p[1] == 0xA0) {
			blank(reader);
			p += 2;
		} else if (class == C_AMP && references &&
			(len = html_reference(p, end, false, &code)) > 0) {
			add_code(reader, code);
			p += len;
		} else if (class == C_NUL) {
			p++; /* browsers leave it out */
		} else if (class == C_E2 && wide_quote(p, end)) {
			*reader->out++ = '"';
			p += 3;
		} else {
			*reader->out++ = *p++;
		}
	}
}

static void white_space(struct reader *reader, enum html_effect effect)
{
	if (reader->out > reader->space_end && reader->out[-1] == ' ')
		reader->out--;
	if (effect == HTML_E_SPACE) {
		*reader->out++ = ' ';
	} else {
		*reader->out++ = '\n';
		if (effect == HTML_E_PARAGRAPH)
			*reader->out++ = '\n';
	}
	reader->after_space = true;
	reader->space_end = reader->out;
}

/* ---- tags ---- */

static size_t text_len(const struct reader *reader)
{
	return (size_t)(reader->out - reader->text);
}

/* A link is hidden when all of its text is, and it has no image. */
static void see_anchor(struct reader *reader, struct html_link *link)
{
	size_t from = (size_t)(reader->anchor_from - reader->text);

	if (reader->shown.n == 0 || reader->anchor_gone)
		return;
	if (reader->anchor_image)
		link->hidden = false;
	else if (reader->shown.ranges_n > 0 && reader->out > reader->anchor_from)
		link->hidden = !html_shown_any(&reader->shown,
			str_make(reader->text, text_len(reader)), from);
}

static void close_anchor(struct reader *reader)
{
	if (reader->anchor > 0)
		see_anchor(reader, &reader->links.items[reader->anchor - 1]);
	if (reader->anchor > 0 && reader->out > reader->anchor_from)
		reader->links.items[reader->anchor - 1].anchor = str_trim(str_make(reader->anchor_from,
			(size_t)(reader->out - reader->anchor_from)));
	reader->anchor = 0;
}

/* The end tag of `tag` from p on: its '<', or NULL. */
static const char *find_end_tag(const struct html_tag *tag, const char *p, const char *end)
{
	size_t len = strnlen(tag->name, HTML_TAG_NAME_MAX);

	while ((p = p < end ? memchr(p, '<', (size_t)(end - p)) : NULL) != NULL) {
		if ((size_t)(end - p) > len + 2 && p[1] == '/' &&
			str_equal_nocase(str_make(p + 2, len), str_make(tag->name, len)) &&
			(html_blank(p[2 + len]) || p[2 + len] == '/' || p[2 + len] == '>'))
			return p;
		p++;
	}
	return NULL;
}

/* Links of the tags in a text that only some programs take for HTML. */
static void look_inside(struct reader *reader, const char *p, const char *end)
{
	struct html_links *links = &reader->links;
	bool hidden = links->hidden;
	struct html_tag tag;

	links->comment = links->hidden = true;
	while ((p = p < end ? memchr(p, '<', (size_t)(end - p)) : NULL) != NULL) {
		p++;
		if (p == end || !ascii_alpha(*p))
			continue;
		p = html_tag_read(&tag, p, end);
		if (tag.seen)
			html_links_of_tag(links, &tag);
	}
	links->comment = false;
	links->hidden = hidden;
}

/* Script, style and the like: nothing is a tag until their own end tag. */
static void raw_text(struct reader *reader, const struct html_tag *tag)
{
	const char *from = reader->p, *p = find_end_tag(tag, from, reader->end);
	size_t before;

	reader->p = p ? p : reader->end;
	if (tag->element->is == HTML_EL_STYLE) {
		html_links_of_sheet(&reader->links, str_make(from, (size_t)(reader->p - from)));
		html_shown_sheet(&reader->shown, str_make(from, (size_t)(reader->p - from)));
	}
	if (tag->element->effect != HTML_E_RAW)
		return;
	before = text_len(reader);
	if (tag->element->is != HTML_EL_XMP)
		look_inside(reader, from, reader->p);
	add_text(reader, from, reader->p, false);
	if (tag->element->is != HTML_EL_XMP && !reader->links.dead)
		html_shown_hide(&reader->shown, before, text_len(reader), false);
}

/* What the tag is to the anchors' texts; its links are listed already. */
static void take_anchor(struct reader *reader, const struct html_tag *tag)
{
	struct str target = STR("");

	if (tag->element->is != HTML_EL_ANCHOR) {
		if (!tag->closing && tag->element->is == HTML_EL_IMG)
			html_anchors_image(reader->anchors);
		return;
	}
	if (tag->closing) {
		html_anchors_close(reader->anchors);
		return;
	}
	if (tag->seen & HTML_BIT(HTML_AT_HREF))
		target = html_links_unquoted(tag->values[HTML_AT_HREF]);
	if (html_plain_blanks(reader->arena, &target) < 0 ||
		html_decode(reader->arena, target, true, &target) < 0)
		reader->failed = true;
	html_anchors_open(reader->anchors, target);
}

/* A start tag whose effects on the text are done. */
static void take_start(struct reader *reader, const struct html_tag *tag)
{
	enum html_el is = tag->element->is;
	size_t href;

	if (is == HTML_EL_SVG || is == HTML_EL_MATH) {
		reader->links.svg = reader->links.svg || is == HTML_EL_SVG;
		reader->links.math = reader->links.math || is == HTML_EL_MATH;
	}
	reader->links.hidden = is == HTML_EL_ANCHOR ? reader->shown.hidden : reader->shown.box_hidden;
	reader->anchor_image = reader->anchor_image ||
		(is == HTML_EL_IMG && !reader->shown.box_hidden);
	if (tag->seen) {
		href = html_links_of_tag(&reader->links, tag);
		if (href && is == HTML_EL_ANCHOR) {
			reader->anchor = href;
			reader->anchor_from = reader->out;
			reader->anchor_image = false;
			reader->anchor_gone = reader->shown.box_hidden;
		}
	}
	if (is == HTML_EL_TEXT_ONLY && !reader->links.dead && !reader->no_dead_end) {
		const char *end = find_end_tag(tag, reader->p, reader->end);

		/* one that is never ended: browsers show nothing behind it, others all */
		reader->dead_end = end ? end : reader->dead_end;
		reader->no_dead_end = !end;
		reader->dead_from = text_len(reader);
	}
	if (tag->element->effect >= HTML_E_HIDDEN)
		raw_text(reader, tag);
}

static void take_tag(struct reader *reader, bool closing)
{
	const char *begin = reader->p;
	struct html_tag tag;
	enum html_effect effect;
	size_t before;
	bool look;

	reader->p = html_tag_read(&tag, begin, reader->end);
	tag.closing = closing;
	effect = tag.element->effect;
	reader->in_run = false;
	reader->links.dead = reader->p <= reader->dead_end;
	if (reader->anchors)
		take_anchor(reader, &tag);
	if (tag.element->is == HTML_EL_ANCHOR)
		close_anchor(reader);
	before = text_len(reader);
	if (effect >= HTML_E_LINE && effect <= HTML_E_PARAGRAPH) {
		before -= reader->out > reader->space_end && reader->out[-1] == ' ';
		white_space(reader, effect);
	}
	if (closing && begin == reader->dead_end + 2)
		html_shown_hide(&reader->shown, reader->dead_from, before, true);
	look = html_shown_wants(&reader->shown, &tag) && !reader->links.dead;
	if (look)
		html_shown_tag(&reader->shown, &tag, closing ? before : text_len(reader));
	if (closing)
		return;
	take_start(reader, &tag);
	if (look && tag.element->is_void)
		html_shown_void(&reader->shown, text_len(reader));
}

/* "<!--" at p; returns behind its end. One that is never closed ends at the next '>', as in
 * SpamAssassin: browsers hide the rest, other mail programs show it. */
static const char *skip_comment(struct reader *reader, const char *p, const char *end)
{
	const char *open = p;

	p += 4;
	if (p < end && *p == '>')
		return p + 1;
	if (end - p >= 2 && p[0] == '-' && p[1] == '>')
		return p + 2;
	while (!reader->no_comment_end &&
		(p = p < end ? memchr(p, '-', (size_t)(end - p)) : NULL) != NULL) {
		if (end - p >= 3 && p[1] == '-' && p[2] == '>') {
			if (open[4] == '[') /* <!--[if mso]>: Outlook reads on */
				look_inside(reader, open + 4, p);
			return p + 3;
		}
		if (end - p >= 4 && p[1] == '-' && p[2] == '!' && p[3] == '>')
			return p + 4;
		p++;
	}
	reader->no_comment_end = true;
	p = memchr(open, '>', (size_t)(end - open));
	return p ? p + 1 : end;
}

/* Markup at reader->p ('<'); false when it is text. */
static bool take_markup(struct reader *reader)
{
	const char *p = reader->p, *end = reader->end;

	if (end - p < 2)
		return false;
	if (ascii_alpha(p[1]) || (p[1] == '/' && end - p > 2 && ascii_alpha(p[2]))) {
		bool closing = p[1] == '/';

		reader->p = p + 1 + closing;
		take_tag(reader, closing);
		return true;
	}
	if (end - p >= 4 && p[1] == '!' && p[2] == '-' && p[3] == '-') {
		reader->p = skip_comment(reader, p, end);
		return true;
	}
	if (p[1] == '!' || p[1] == '?' || p[1] == '/') {
		p = memchr(p, '>', (size_t)(end - p));
		reader->p = p ? p + 1 : end;
		return true;
	}
	return false;
}

/* Markup was read just now: does it stand within a word? */
static void mark_joint(struct reader *reader)
{
	uint32_t at = (uint32_t)text_len(reader);

	if (reader->p == reader->end || *reader->p == '<' || reader->out == reader->space_end ||
		reader->out[-1] == ' ' || TEXT_CLASS[(unsigned char)*reader->p] == C_BLANK ||
		(reader->joints_n > 0 && reader->joints[reader->joints_n - 1] == at))
		return;
	if (reader->joints_n == reader->joints_capacity) {
		size_t capacity = reader->joints_capacity ? 2 * reader->joints_capacity : 32;
		uint32_t *grown = arena_resize(reader->arena, reader->joints,
			reader->joints_capacity * sizeof *grown, capacity * sizeof *grown);

		if (!grown) {
			reader->failed = true;
			return;
		}
		reader->joints = grown;
		reader->joints_capacity = capacity;
	}
	reader->joints[reader->joints_n++] = at;
}

bool html_in_pieces(const struct html *html, size_t from, size_t to)
{
	size_t low = 0, high = html->joints_n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (html->joints[middle] <= from)
			low = middle + 1;
		else
			high = middle;
	}
	return low < html->joints_n && html->joints[low] < to;
}

static int read_all(struct arena *arena, struct str source, struct html_anchors *anchors,
	struct html *out)
{
	struct reader reader = { .arena = arena, .p = source.ptr, .anchors = anchors,
		.dead_end = source.ptr, .links = { .arena = arena }, .shown = { .arena = arena } };

	memset(out, 0, sizeof *out);
	if (source.len == 0)
		return 0;
	reader.end = source.ptr + source.len;
	reader.text = reader.out = reader.space_end = reader.run =
		arena_alloc_raw(arena, source.len + 1);
	if (!reader.text)
		return -1;
	while (reader.p < reader.end && !reader.failed && !reader.links.failed) {
		const char *from = reader.p;
		const char *tag = memchr(from, '<', (size_t)(reader.end - from));

		if (tag != from)
			add_text(&reader, from, tag ? tag : reader.end, true);
		reader.p = tag ? tag : reader.end;
		if (tag && take_markup(&reader)) {
			mark_joint(&reader);
		} else if (tag) {
			begin_run(&reader);
			if (anchors)
				html_anchors_text(anchors, STR("<"), false);
			*reader.out++ = '<';
			reader.p++;
		}
	}
	close_anchor(&reader);
	out->text = str_make(reader.text, (size_t)(reader.out - reader.text));
	out->joints = reader.joints;
	out->joints_n = reader.joints_n;
	if (html_shown_finish(&reader.shown, out) < 0)
		return -1;
	out->base = reader.links.base;
	out->links = reader.links.items;
	out->links_n = reader.links.n;
	out->links_cut = reader.links.cut;
	return reader.failed || reader.links.failed ? -1 : 0;
}

int html_read(struct arena *arena, struct str source, struct html *out)
{
	return read_all(arena, source, NULL, out);
}

int html_read_anchors(struct arena *arena, struct str source, struct html *out)
{
	struct html_anchors anchors = { .arena = arena };

	if (read_all(arena, source, &anchors, out) < 0 || anchors.text.failed)
		return -1;
	html_anchors_finish(&anchors);
	out->anchors = anchors.items;
	out->anchors_n = anchors.n;
	return 0;
}
