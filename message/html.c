/* message/html: see html.h.
 *
 * Text is written into one block of the input's size: no token makes more text than it is long
 * ("<p>" makes two line ends, "&#0" three bytes), so nothing has to be checked on the way.
 */
#include "message/html.h"

#include <string.h>

#include "message/charset.h"
#include "message/html_anchors.h"
#include "message/html_reference.h"

enum { TAG_NAME_MAX = 16 };

enum attribute {
	A_NONE, A_HREF, A_SRC, A_BACKGROUND, A_ACTION, A_FORMACTION, A_SRCSET, A_POSTER, A_DATA,
	A_XLINK, A_SAFE, A_CONTENT, A_HTTP_EQUIV, A_STYLE, A_COUNT
};

/* In the order of the enumeration. */
static const struct { struct str name; enum attribute id; } ATTRIBUTES[] = {
	{ { "href", 4 }, A_HREF }, { { "src", 3 }, A_SRC }, { { "background", 10 }, A_BACKGROUND },
	{ { "action", 6 }, A_ACTION }, { { "formaction", 10 }, A_FORMACTION },
	{ { "srcset", 6 }, A_SRCSET }, { { "poster", 6 }, A_POSTER }, { { "data", 4 }, A_DATA },
	{ { "xlink:href", 10 }, A_XLINK }, { { "data-saferedirecturl", 20 }, A_SAFE },
	{ { "content", 7 }, A_CONTENT }, { { "http-equiv", 10 }, A_HTTP_EQUIV },
	{ { "style", 5 }, A_STYLE }
};

/* What a tag does to the text. */
enum effect {
	E_NONE, E_LINE, E_SPACE, E_PARAGRAPH,
	E_ANCHOR, E_BASE, E_META, E_LINK, E_OBJECT,
	E_HIDDEN,      /* raw text that is not shown */
	E_RAW          /* raw text that some programs show; SpamAssassin too */
};

static const struct { char name[TAG_NAME_MAX]; enum effect effect; } TAGS[] = {
	{ "br", E_LINE }, { "div", E_LINE }, { "p", E_PARAGRAPH }, { "td", E_SPACE },
	{ "th", E_SPACE }, { "li", E_SPACE }, { "a", E_ANCHOR }, { "script", E_HIDDEN },
	{ "style", E_HIDDEN }, { "title", E_PARAGRAPH }, { "dt", E_SPACE }, { "dd", E_SPACE },
	{ "hr", E_PARAGRAPH }, { "blockquote", E_PARAGRAPH }, { "pre", E_PARAGRAPH },
	{ "listing", E_PARAGRAPH }, { "plaintext", E_PARAGRAPH }, { "embed", E_SPACE },
	{ "h1", E_SPACE }, { "h2", E_SPACE }, { "h3", E_SPACE }, { "h4", E_SPACE },
	{ "h5", E_SPACE }, { "h6", E_SPACE }, { "base", E_BASE }, { "meta", E_META },
	{ "link", E_LINK }, { "object", E_OBJECT }, { "xmp", E_RAW }, { "noembed", E_RAW },
	{ "noframes", E_RAW }, { "iframe", E_RAW }, { "area", E_NONE }
};

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
	struct html_link *links;
	size_t links_n, links_capacity;
	size_t anchor;       /* index of the open <a> + 1, 0 = none */
	char *anchor_from;
	struct html_anchors *anchors; /* NULL: not wanted */
	struct html *html;
	bool failed;
};

struct tag {
	char name[TAG_NAME_MAX];
	enum effect effect;
	unsigned seen; /* bits by enum attribute */
	struct str values[A_COUNT]; /* set where `seen` is */
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

		if (class == C_TEXT) {
			char *out = reader->out;

			do
				*out++ = *p++;
			while (p < end && TEXT_CLASS[(unsigned char)*p] == C_TEXT);
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

static void white_space(struct reader *reader, enum effect effect)
{
	if (reader->out > reader->space_end && reader->out[-1] == ' ')
		reader->out--;
	if (effect == E_SPACE) {
		*reader->out++ = ' ';
	} else {
		*reader->out++ = '\n';
		if (effect == E_PARAGRAPH)
			*reader->out++ = '\n';
	}
	reader->after_space = true;
	reader->space_end = reader->out;
}

/* ---- links ---- */

static void close_anchor(struct reader *reader)
{
	if (reader->anchor > 0 && reader->out > reader->anchor_from)
		reader->links[reader->anchor - 1].anchor = str_trim(str_make(reader->anchor_from,
			(size_t)(reader->out - reader->anchor_from)));
	reader->anchor = 0;
}

/* <a href=”http://...”>: wrong quotes that mail programs forgive */
static struct str unquoted(struct str target)
{
	if (target.len >= 3 && wide_quote(target.ptr, target.ptr + target.len))
		target = str_slice(target, 3, target.len);
	if (target.len >= 3 && wide_quote(target.ptr + target.len - 3, target.ptr + target.len))
		target.len -= 3;
	return target;
}

static void add_link(struct reader *reader, enum html_link_kind kind, unsigned type,
	struct str target)
{
	struct html_link *link;

	target = unquoted(target);
	if (str_trim(target).len == 0)
		return;
	if (reader->links_n == HTML_LINKS_MAX) {
		reader->html->links_cut = true;
		return;
	}
	if (reader->links_n == reader->links_capacity) {
		size_t capacity = reader->links_capacity ? 2 * reader->links_capacity : 16;
		struct html_link *grown = arena_resize(reader->arena, reader->links,
			reader->links_capacity * sizeof *grown, capacity * sizeof *grown);

		if (!grown) {
			reader->failed = true;
			return;
		}
		reader->links = grown;
		reader->links_capacity = capacity;
	}
	link = &reader->links[reader->links_n++];
	*link = (struct html_link){ .kind = kind, .type = type, .source = target };
	if (html_plain_blanks(reader->arena, &target) < 0 ||
		html_decode_all(reader->arena, target, true, &link->target) < 0)
		reader->failed = true;
}

/* "a.png 1x, b.png 2x" */
static void add_srcset(struct reader *reader, struct str set)
{
	while (set.len > 0) {
		size_t from = 0, to, comma;

		while (from < set.len && (ascii_space(set.ptr[from]) || set.ptr[from] == ','))
			from++;
		for (to = from; to < set.len && !ascii_space(set.ptr[to]); to++)
			;
		add_link(reader, HTML_LOAD, 0, str_slice(set, from, to));
		comma = str_find_byte(str_slice(set, to, set.len), ',');
		if (comma == SIZE_MAX)
			break;
		set = str_slice(set, to + comma, set.len);
	}
}

/* url(...) of a style attribute; CSS escapes are not decoded. */
static void add_style(struct reader *reader, struct str style)
{
	for (;;) {
		size_t at = str_find_nocase(style, STR("url(")), end;
		struct str target;

		if (at == SIZE_MAX)
			return;
		style = str_slice(style, at + 4, style.len);
		end = str_find_byte(style, ')');
		if (end == SIZE_MAX)
			end = style.len;
		target = str_trim(str_slice(style, 0, end));
		style = str_slice(style, end, style.len); /* past it: a flood of "url(" stays linear */
		while (target.len > 0 && (target.ptr[0] == '"' || target.ptr[0] == '\''))
			target = str_slice(target, 1, target.len);
		while (target.len > 0 && (target.ptr[target.len - 1] == '"' ||
			target.ptr[target.len - 1] == '\''))
			target.len--;
		add_link(reader, HTML_LOAD, 0, target);
	}
}

/* "0; url=http://..." of <meta http-equiv=refresh> */
static void add_refresh(struct reader *reader, struct str content)
{
	size_t at = str_find_nocase(content, STR("url"));

	if (at == SIZE_MAX)
		return;
	content = str_trim(str_slice(content, at + 3, content.len));
	if (content.len > 0 && content.ptr[0] == '=')
		content = str_trim(str_slice(content, 1, content.len));
	if (content.len > 1 && (content.ptr[0] == '"' || content.ptr[0] == '\'')) {
		size_t quote = str_find_byte(str_slice(content, 1, content.len), content.ptr[0]);

		content = str_slice(content, 1, quote == SIZE_MAX ? content.len : 1 + quote);
	}
	add_link(reader, HTML_LINK, LINK_META, content);
}

static unsigned type_of(const struct tag *tag, enum attribute attribute)
{
	return html_link_type(str_make(tag->name, strnlen(tag->name, TAG_NAME_MAX)),
		ATTRIBUTES[attribute - 1].name);
}

static void links_of(struct reader *reader, const struct tag *tag)
{
	static const struct { enum attribute attribute; enum html_link_kind kind; } PLAIN[] = {
		{ A_SRC, HTML_LOAD }, { A_BACKGROUND, HTML_LOAD }, { A_POSTER, HTML_LOAD },
		{ A_ACTION, HTML_FORM }, { A_FORMACTION, HTML_FORM }, { A_XLINK, HTML_LINK },
		{ A_SAFE, HTML_LINK }
	};
	size_t before = reader->links_n;

	if (tag->seen & 1u << A_HREF)
		add_link(reader, tag->effect == E_BASE ? HTML_BASE : tag->effect == E_LINK ?
			HTML_LOAD : HTML_LINK, type_of(tag, A_HREF), tag->values[A_HREF]);
	if (tag->effect == E_BASE && reader->html->base.len == 0 && reader->links_n > before)
		reader->html->base = reader->links[reader->links_n - 1].target;
	if (tag->effect == E_ANCHOR && reader->links_n > before) {
		reader->anchor = reader->links_n;
		reader->anchor_from = reader->out;
	}
	for (size_t i = 0; i < sizeof PLAIN / sizeof *PLAIN; i++)
		if (tag->seen & 1u << PLAIN[i].attribute)
			add_link(reader, PLAIN[i].kind, type_of(tag, PLAIN[i].attribute),
				tag->values[PLAIN[i].attribute]);
	if (tag->effect == E_OBJECT && tag->seen & 1u << A_DATA)
		add_link(reader, HTML_LOAD, 0, tag->values[A_DATA]);
	if (tag->seen & 1u << A_SRCSET)
		add_srcset(reader, tag->values[A_SRCSET]);
	if (tag->seen & 1u << A_STYLE)
		add_style(reader, tag->values[A_STYLE]);
	if (tag->effect == E_META && tag->seen & 1u << A_HTTP_EQUIV &&
		tag->seen & 1u << A_CONTENT && str_equal_nocase(str_trim(tag->values[A_HTTP_EQUIV]),
		STR("refresh")))
		add_refresh(reader, tag->values[A_CONTENT]);
}

/* ---- tags ---- */

enum { T_SPACE = 1, T_CLOSE = 2, T_SLASH = 4, T_EQUALS = 8 };
static const unsigned char TAG_CLASS[256] = {
	['\t'] = T_SPACE, ['\n'] = T_SPACE, ['\f'] = T_SPACE, ['\r'] = T_SPACE, [' '] = T_SPACE,
	['>'] = T_CLOSE, ['/'] = T_SLASH, ['='] = T_EQUALS
};

static bool html_space(char c)
{
	return TAG_CLASS[(unsigned char)c] == T_SPACE;
}

/* One attribute at reader->p (not '>'). */
static void read_attribute(struct reader *reader, struct tag *tag)
{
	const char *p = reader->p, *end = reader->end, *from = p;
	struct str name, value = { NULL, 0 };

	p += *p == '='; /* belongs to the name */
	while (p < end && TAG_CLASS[(unsigned char)*p] == 0)
		p++;
	name = str_make(from, (size_t)(p - from));
	while (p < end && html_space(*p))
		p++;
	if (p < end && *p == '=') {
		p++;
		while (p < end && html_space(*p))
			p++;
		from = p;
		if (p < end && (*p == '"' || *p == '\'')) {
			const char *quote = memchr(p + 1, *p, (size_t)(end - p) - 1);

			from = p + 1;
			value = str_make(from, (size_t)((quote ? quote : end) - from));
			p = quote ? quote + 1 : end;
		} else {
			while (p < end && !(TAG_CLASS[(unsigned char)*p] & (T_SPACE | T_CLOSE)))
				p++;
			value = str_make(from, (size_t)(p - from));
		}
	}
	reader->p = p;
	for (size_t i = 0; i < sizeof ATTRIBUTES / sizeof *ATTRIBUTES; i++) {
		unsigned bit = 1u << ATTRIBUTES[i].id;

		if (name.len != ATTRIBUTES[i].name.len || !str_equal_nocase(name, ATTRIBUTES[i].name))
			continue;
		if (!(tag->seen & bit)) /* the first one wins */
			tag->values[ATTRIBUTES[i].id] = value;
		tag->seen |= bit;
		return;
	}
}

static enum effect effect_of(const char name[TAG_NAME_MAX])
{
	for (size_t i = 0; i < sizeof TAGS / sizeof *TAGS; i++)
		if (name[0] == TAGS[i].name[0] && memcmp(name, TAGS[i].name, TAG_NAME_MAX) == 0)
			return TAGS[i].effect;
	return E_NONE;
}

/* The tag at reader->p, behind its '<' or "</". A tag that is never closed counts with what it
 * has, though browsers drop it. */
static void read_tag(struct reader *reader, struct tag *tag)
{
	const char *end = reader->end;
	size_t n = 0;

	memset(tag->name, 0, sizeof tag->name);
	tag->effect = E_NONE;
	tag->seen = 0;
	for (; reader->p < end &&
		!(TAG_CLASS[(unsigned char)*reader->p] & (T_SPACE | T_CLOSE | T_SLASH));
		reader->p++, n++)
		if (n < TAG_NAME_MAX)
			tag->name[n] = ascii_lower(*reader->p);
	if (n <= TAG_NAME_MAX)
		tag->effect = effect_of(tag->name);
	while (reader->p < end && *reader->p != '>') {
		if (html_space(*reader->p) || *reader->p == '/')
			reader->p++;
		else
			read_attribute(reader, tag);
	}
	reader->p += reader->p < end;
}

/* Script, style and the like: nothing is a tag until their own end tag. */
static void raw_text(struct reader *reader, const struct tag *tag)
{
	const char *from = reader->p, *p = from, *end = reader->end;
	size_t len = strnlen(tag->name, TAG_NAME_MAX);

	while ((p = p < end ? memchr(p, '<', (size_t)(end - p)) : NULL) != NULL) {
		size_t left = (size_t)(end - p);

		if (left > len + 2 && p[1] == '/' &&
			str_equal_nocase(str_make(p + 2, len), str_make(tag->name, len)) &&
			(html_space(p[2 + len]) || p[2 + len] == '/' || p[2 + len] == '>'))
			break;
		p++;
	}
	reader->p = p ? p : end;
	if (tag->effect == E_RAW)
		add_text(reader, from, reader->p, false);
}

/* What the tag is to the anchors' texts; its links are listed already. */
static void take_anchor(struct reader *reader, const struct tag *tag, bool closing)
{
	static const char IMAGE[TAG_NAME_MAX] = "img";
	struct str target = STR("");

	if (tag->effect != E_ANCHOR) {
		if (!closing && memcmp(tag->name, IMAGE, TAG_NAME_MAX) == 0)
			html_anchors_image(reader->anchors);
		return;
	}
	if (closing) {
		html_anchors_close(reader->anchors);
		return;
	}
	if (tag->seen & 1u << A_HREF)
		target = unquoted(tag->values[A_HREF]);
	if (html_plain_blanks(reader->arena, &target) < 0 ||
		html_decode(reader->arena, target, true, &target) < 0)
		reader->failed = true;
	html_anchors_open(reader->anchors, target);
}

static void take_tag(struct reader *reader, bool closing)
{
	struct tag tag;

	read_tag(reader, &tag);
	reader->in_run = false;
	if (reader->anchors)
		take_anchor(reader, &tag, closing);
	if (tag.effect == E_ANCHOR)
		close_anchor(reader);
	if (tag.effect >= E_LINE && tag.effect <= E_PARAGRAPH)
		white_space(reader, tag.effect);
	if (closing)
		return;
	if (tag.seen)
		links_of(reader, &tag);
	if (tag.effect == E_HIDDEN || tag.effect == E_RAW)
		raw_text(reader, &tag);
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
		if (end - p >= 3 && p[1] == '-' && p[2] == '>')
			return p + 3;
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

static int read_all(struct arena *arena, struct str source, struct html_anchors *anchors,
	struct html *out)
{
	struct reader reader = { .arena = arena, .html = out, .p = source.ptr,
		.anchors = anchors };

	memset(out, 0, sizeof *out);
	if (source.len == 0)
		return 0;
	reader.end = source.ptr + source.len;
	reader.text = reader.out = reader.space_end = reader.run =
		arena_alloc_raw(arena, source.len + 1);
	if (!reader.text)
		return -1;
	while (reader.p < reader.end && !reader.failed) {
		const char *from = reader.p;
		const char *tag = memchr(from, '<', (size_t)(reader.end - from));

		if (tag != from)
			add_text(&reader, from, tag ? tag : reader.end, true);
		reader.p = tag ? tag : reader.end;
		if (tag && !take_markup(&reader)) {
			begin_run(&reader);
			if (anchors)
				html_anchors_text(anchors, STR("<"), false);
			*reader.out++ = '<';
			reader.p++;
		}
	}
	close_anchor(&reader);
	out->text = str_make(reader.text, (size_t)(reader.out - reader.text));
	out->links = reader.links;
	out->links_n = reader.links_n;
	return reader.failed ? -1 : 0;
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
