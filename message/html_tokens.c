/* message/html_tokens: see html_tokens.h.
 *
 * HTML::Parser is fed the whole part and then its end; what it could not finish by then is read
 * again with laxer rules. Here both are one pass: `at_end` says that the second has begun.
 */
#include "message/html_tokens.h"

#include <string.h>

enum { SECTIONS_MAX = 32 };

/* Elements whose content holds no tags. */
enum literal { L_NONE, L_SCRIPT, L_STYLE, L_XMP, L_IFRAME, L_PLAINTEXT, L_TITLE, L_TEXTAREA };
static const struct { struct str name; bool raw; } LITERALS[] = {
	[L_SCRIPT] = { { "script", 6 }, true }, [L_STYLE] = { { "style", 5 }, true },
	[L_XMP] = { { "xmp", 3 }, true }, [L_IFRAME] = { { "iframe", 6 }, true },
	[L_PLAINTEXT] = { { "plaintext", 9 }, true }, [L_TITLE] = { { "title", 5 }, false },
	[L_TEXTAREA] = { { "textarea", 8 }, false }
};
enum { LITERALS_N = sizeof LITERALS / sizeof *LITERALS };

/* Of marked sections; the strongest of those that are open counts. */
enum section { S_NONE, S_INCLUDE, S_RCDATA, S_CDATA, S_IGNORE };
static const struct { struct str name; enum section section; } SECTIONS[] = {
	{ { "include", 7 }, S_INCLUDE }, { { "rcdata", 6 }, S_RCDATA },
	{ { "cdata", 5 }, S_CDATA }, { { "ignore", 6 }, S_IGNORE }
};

static const struct str NAMES[] = {
	[HTML_A_ACTION] = { "action", 6 }, [HTML_A_ALINK] = { "alink", 5 },
	[HTML_A_BACKGROUND] = { "background", 10 }, [HTML_A_BGCOLOR] = { "bgcolor", 7 },
	[HTML_A_COLOR] = { "color", 5 }, [HTML_A_FACE] = { "face", 4 },
	[HTML_A_HEIGHT] = { "height", 6 }, [HTML_A_HREF] = { "href", 4 },
	[HTML_A_LINK] = { "link", 4 }, [HTML_A_SAFE_HREF] = { "data-saferedirecturl", 20 },
	[HTML_A_SIZE] = { "size", 4 }, [HTML_A_SRC] = { "src", 3 },
	[HTML_A_STYLE] = { "style", 5 }, [HTML_A_TEXT] = { "text", 4 },
	[HTML_A_VLINK] = { "vlink", 5 }, [HTML_A_WIDTH] = { "width", 5 }
};

struct tokens {
	const struct html_token_events *events;
	void *context;
	char *p;                  /* all before is told */
	char *end;
	enum literal literal;     /* inside of it */
	unsigned no_end;          /* bits: no end tag of this literal follows */
	bool at_end;              /* see above */
	bool any_gt;              /* a comment ends at the next '>' */
	bool title_open;          /* its end is told before the next tag */
	bool stays_raw;           /* text behind a script or style that never ends, at_end */
	unsigned char sections[SECTIONS_MAX];
	size_t sections_n;
	enum section section;
	int status;
};

/* What a look at markup found. */
enum look { LOOK_TOLD, LOOK_TEXT /* none */, LOOK_UNFINISHED };

static bool name_first(char c)
{
	return ascii_alpha(c) || c == '_' || c == ':';
}

static bool name_byte(char c)
{
	return name_first(c) || ascii_digit(c) || c == '.' || c == '-';
}

static char *past_blanks(char *p, const char *end)
{
	while (p < end && ascii_space(*p))
		p++;
	return p;
}

/* The byte, or `end`. */
static char *find(char *p, char *end, char byte)
{
	char *found = p < end ? memchr(p, byte, (size_t)(end - p)) : NULL;

	return found ? found : end;
}

static struct str slice(const char *from, const char *to)
{
	return str_make(from, (size_t)(to - from));
}

/* ---- telling ---- */

static bool stopped(const struct tokens *tokens)
{
	return tokens->status != 0;
}

static void tell_tag(struct tokens *tokens, const struct html_tag_token *tag)
{
	static const struct html_tag_token END_OF_TITLE = { .name = { "title", 5 },
		.closing = true };

	if (tokens->title_open && tokens->section != S_IGNORE && !stopped(tokens))
		tokens->status = tokens->events->tag(tokens->context, &END_OF_TITLE);
	tokens->title_open = false;
	if (tag && tokens->section != S_IGNORE && !stopped(tokens))
		tokens->status = tokens->events->tag(tokens->context, tag);
}

static void tell_end_of(struct tokens *tokens, enum literal literal)
{
	struct html_tag_token tag;

	tag.name = LITERALS[literal].name;
	tag.closing = true;
	tag.seen = 0;
	tell_tag(tokens, &tag);
}

static void tell_text(struct tokens *tokens, const char *from, const char *to)
{
	bool raw = tokens->section == S_CDATA || LITERALS[tokens->literal].raw ||
		(tokens->stays_raw && !tokens->literal);

	if (tokens->section != S_IGNORE && !stopped(tokens))
		tokens->status = tokens->events->text(tokens->context, slice(from, to), raw);
}

static void tell_comment(struct tokens *tokens, const char *from, const char *to)
{
	if (tokens->section != S_IGNORE && !stopped(tokens))
		tokens->status = tokens->events->comment(tokens->context, slice(from, to));
}

/* ---- tags ---- */

/* "foo/src": \w before the slash, and what follows is anywhere in the name. */
static bool lost_blank(struct str name, struct str what)
{
	size_t at = 0, found;

	while ((found = str_find_nocase(str_slice(name, at, name.len), what)) != SIZE_MAX) {
		at += found;
		if (at > 0 && (ascii_alpha(name.ptr[at - 1]) || ascii_digit(name.ptr[at - 1]) ||
			name.ptr[at - 1] == '_'))
			return true;
		at++;
	}
	return false;
}

static void keep_attribute(struct html_tag_token *tag, struct str name, struct str value)
{
	size_t id = 0;

	while (id < sizeof NAMES / sizeof *NAMES &&
		(name.len != NAMES[id].len || !str_equal_nocase(name, NAMES[id])))
		id++;
	if (id == sizeof NAMES / sizeof *NAMES) {
		if (!memchr(name.ptr, '/', name.len))
			return;
		id = lost_blank(name, STR("/href")) ? HTML_A_LOST_HREF :
			lost_blank(name, STR("/src")) ? HTML_A_LOST_SRC : HTML_ATTRIBUTES;
		if (id == HTML_ATTRIBUTES)
			return;
	}
	if (!(tag->seen & 1u << id)) /* the first one wins */
		tag->values[id] = value;
	tag->seen |= 1u << id;
}

/* The value behind "=" and blanks at p; returns behind it, or `end`. */
static char *read_value(char *p, char *end, struct str *value)
{
	char *from = p;

	if (*p == '"' || *p == '\'') {
		char *quote = find(p + 1, end, *p);

		*value = slice(p + 1, quote);
		return quote < end ? quote + 1 : end;
	}
	while (p < end && *p != '>' && !ascii_space(*p))
		p++;
	*value = slice(from, p);
	return p;
}

/* The attributes from p on; returns at the '>', or `end`. */
static char *read_attributes(char *p, char *end, struct html_tag_token *tag)
{
	p = past_blanks(p, end);
	while (p < end && *p != '>') {
		char *from = p++;
		struct str name, value;

		while (p < end && *p != '>' && *p != '=' && !ascii_space(*p))
			p++;
		name = value = slice(from, p);
		p = past_blanks(p, end);
		if (p < end && *p == '=') {
			p = past_blanks(p + 1, end);
			if (p < end)
				p = read_value(p, end, &value);
			p = past_blanks(p, end);
		}
		keep_attribute(tag, name, value);
	}
	return p;
}

static enum literal literal_of(struct str name)
{
	for (size_t i = 1; i < LITERALS_N; i++)
		if (str_equal(name, LITERALS[i].name))
			return (enum literal)i;
	return L_NONE;
}

static void lower(char *from, const char *to)
{
	for (; from < to; from++)
		*from = ascii_lower(*from);
}

/* "<name" at p. */
static enum look look_at_start(struct tokens *tokens, char *p)
{
	struct html_tag_token tag;
	char *name = p + 1, *at = name, *end = tokens->end;

	tag.closing = false;
	tag.seen = 0;
	while (at < end && *at != '>' && !ascii_space(*at))
		at++;
	tag.name = slice(name, at);
	at = read_attributes(at, end, &tag);
	if (at == end)
		return LOOK_UNFINISHED;
	lower(name, name + tag.name.len);
	tokens->p = at + 1;
	tell_tag(tokens, &tag);
	tokens->literal = literal_of(tag.name);
	return LOOK_TOLD;
}

/* The '>' outside of quotes, or `end`. */
static char *past_quotes(char *p, char *end)
{
	char quote = '\0', before = ' ';

	for (; p < end && (quote || *p != '>'); before = *p++) {
		if (*p != '"' && *p != '\'')
			continue;
		if (*p == quote)
			quote = '\0';
		else if (!quote && (before == ' ' || before == '='))
			quote = *p;
	}
	return p;
}

/* "</" at p. */
static enum look look_at_end(struct tokens *tokens, char *p)
{
	struct html_tag_token tag;
	char *name = p + 2, *at = name, *end = tokens->end;

	while (at < end && *at != '>' && !ascii_space(*at))
		at++;
	tag.name = slice(name, at);
	at = past_quotes(at, end);
	if (at == end)
		return LOOK_UNFINISHED;
	tokens->p = at + 1;
	if (tag.name.len == 0) {
		tell_comment(tokens, p, at + 1);
		return LOOK_TOLD;
	}
	lower(name, name + tag.name.len);
	tag.closing = true;
	tag.seen = 0;
	tell_tag(tokens, &tag);
	return LOOK_TOLD;
}

/* ---- declarations ---- */

/* Anything with '!': a comment up to the next '>'. */
static enum look look_at_any(struct tokens *tokens, char *p)
{
	char *at = find(p + 2, tokens->end, '>');

	if (at == tokens->end)
		return LOOK_UNFINISHED;
	tokens->p = at + 1;
	tell_comment(tokens, p, at + 1);
	return LOOK_TOLD;
}

/* "<!--" at p. */
static enum look look_at_comment(struct tokens *tokens, char *p)
{
	char *end = tokens->end, *at = p + 4;

	if (!tokens->any_gt) {
		for (at = find(at, end, '-'); at < end; at = find(at + 1, end, '-')) {
			char *close = at + 1 < end && at[1] == '-' ? past_blanks(at + 2, end) : end;

			if (close < end && *close == '>') {
				tokens->p = close + 1;
				tell_comment(tokens, p, close + 1);
				return LOOK_TOLD;
			}
		}
		tokens->any_gt = tokens->at_end = true;
		at = p + 4;
	}
	at = find(at, end, '>');
	if (at == end)
		return LOOK_UNFINISHED;
	tokens->p = at + 1;
	tell_comment(tokens, p, at + 1);
	return LOOK_TOLD;
}

/* Past the "-- ... --" at p, or `end`; NULL: it is none. */
static char *past_dashes(char *p, char *end)
{
	if (p + 1 >= end || p[1] != '-')
		return p + 1 >= end ? end : NULL;
	for (p = find(p + 2, end, '-'); p < end; p = find(p + 1, end, '-'))
		if (p + 1 < end && p[1] == '-')
			return p + 2;
	return end;
}

/* "<!doctype" (or entity) at p; `at` behind that word. */
static enum look look_at_doctype(struct tokens *tokens, char *p, char *at, bool doctype)
{
	char *end = tokens->end;

	for (at = past_blanks(at, end); at < end && *at != '>'; at = past_blanks(at, end)) {
		if (*at == '"' || *at == '\'') {
			at = find(at + 1, end, *at);
			at += at < end;
		} else if (*at == '-') {
			at = past_dashes(at, end);
			if (!at)
				return look_at_any(tokens, p);
		} else {
			while (at < end && *at != '>' && !ascii_space(*at))
				at++;
		}
	}
	if (at == end)
		return LOOK_UNFINISHED;
	tokens->p = at + 1;
	tell_tag(tokens, NULL);
	if (doctype && tokens->section != S_IGNORE && !stopped(tokens))
		tokens->status = tokens->events->doctype(tokens->context);
	return LOOK_TOLD;
}

static void update_section(struct tokens *tokens)
{
	tokens->section = S_NONE;
	for (size_t i = 0; i < tokens->sections_n; i++)
		if (tokens->sections[i] > tokens->section)
			tokens->section = tokens->sections[i];
}

static enum section section_of(struct str name)
{
	for (size_t i = 0; i < sizeof SECTIONS / sizeof *SECTIONS; i++)
		if (str_equal_nocase(name, SECTIONS[i].name))
			return SECTIONS[i].section;
	return S_NONE;
}

/* "<![" at p. More than SECTIONS_MAX in each other are comments. */
static enum look look_at_section(struct tokens *tokens, char *p)
{
	char *end = tokens->end, *at = past_blanks(p + 3, end);
	enum section strongest = S_NONE;
	bool named = false;

	while (at < end && (name_first(*at) || *at == '-')) {
		char *from = at;

		if (*at == '-') {
			at = past_dashes(at, end);
			if (!at)
				return look_at_any(tokens, p);
		} else {
			while (at < end && name_byte(*at))
				at++;
			if (section_of(slice(from, at)) > strongest)
				strongest = section_of(slice(from, at));
			named = true;
		}
		at = past_blanks(at, end);
	}
	if (at == end)
		return LOOK_UNFINISHED;
	if (*at != '[' || tokens->sections_n == SECTIONS_MAX)
		return look_at_any(tokens, p);
	tokens->sections[tokens->sections_n++] = (unsigned char)(named ? strongest : S_INCLUDE);
	update_section(tokens);
	tell_tag(tokens, NULL);
	tokens->p = at + 1;
	return LOOK_TOLD;
}

/* "<!" at p. */
static enum look look_at_declaration(struct tokens *tokens, char *p)
{
	char *end = tokens->end, *at = p + 2;
	struct str word;

	if (end - p >= 4 && p[2] == '-' && p[3] == '-')
		return look_at_comment(tokens, p);
	if (*at == '[')
		return look_at_section(tokens, p);
	if (!ascii_alpha(*at))
		return look_at_any(tokens, p);
	while (at < end && name_byte(*at))
		at++;
	if (at == end)
		return LOOK_UNFINISHED;
	word = slice(p + 2, at);
	if (str_equal_nocase(word, STR("doctype")))
		return look_at_doctype(tokens, p, at, true);
	if (str_equal_nocase(word, STR("entity")))
		return look_at_doctype(tokens, p, at, false);
	return look_at_any(tokens, p);
}

/* The '<' at p, with two bytes behind it at least. */
static enum look look(struct tokens *tokens, char *p)
{
	if (name_first(p[1]))
		return look_at_start(tokens, p);
	if (p[1] == '/')
		return look_at_end(tokens, p);
	if (p[1] == '!')
		return look_at_declaration(tokens, p);
	if (p[1] != '?')
		return LOOK_TEXT;
	p = find(p + 2, tokens->end, '>');
	if (p == tokens->end)
		return LOOK_UNFINISHED;
	tell_tag(tokens, NULL);
	tokens->p = p + 1;
	return LOOK_TOLD;
}

/* ---- text ---- */

/* The "<" of the end tag of the literal, from p on, and *behind it; NULL: there is none. */
static char *end_of_literal(const struct tokens *tokens, char *p, char **behind)
{
	struct str name = LITERALS[tokens->literal].name;
	char *end = tokens->end;

	if (tokens->literal == L_PLAINTEXT)
		return NULL;
	for (p = find(p, end, '<'); p < end; p = find(p + 1, end, '<')) {
		char *at = p + 2 + name.len;

		if ((size_t)(end - p) < name.len + 3 || p[1] != '/' ||
			!str_equal_nocase(str_make(p + 2, name.len), name))
			continue;
		at = past_blanks(at, end);
		if (at < end && *at == '>') {
			*behind = at + 1;
			return p;
		}
	}
	return NULL;
}

static void rest_is_text(struct tokens *tokens)
{
	if (tokens->p < tokens->end)
		tell_text(tokens, tokens->p, tokens->end);
	tokens->p = tokens->end;
}

/* No end tag follows. */
static void leave_literal(struct tokens *tokens)
{
	enum literal literal = tokens->literal;

	tokens->no_end |= 1u << literal;
	if (literal == L_SCRIPT || literal == L_STYLE) {
		/* SpamAssassin adds the end tag; behind the end of the part nobody does */
		if (!tokens->at_end)
			rest_is_text(tokens);
		tokens->stays_raw = true;
		tokens->literal = L_NONE;
		tell_end_of(tokens, literal);
	} else if (literal == L_TITLE) {
		tokens->at_end = tokens->title_open = true;
		tokens->literal = L_NONE;
	} else {
		rest_is_text(tokens);
	}
}

static void take_literal(struct tokens *tokens)
{
	enum literal literal = tokens->literal;
	char *behind = NULL;
	char *close = tokens->no_end & 1u << literal ? NULL :
		end_of_literal(tokens, tokens->p, &behind);

	if (!close) {
		leave_literal(tokens);
		return;
	}
	if (close > tokens->p)
		tell_text(tokens, tokens->p, close);
	tokens->literal = L_NONE;
	tokens->stays_raw = false;
	tokens->p = behind;
	tell_end_of(tokens, literal);
}

/* The "]]>" from p on, before `end`; `end` when there is none. */
static char *section_end(char *p, char *end)
{
	for (p = find(p, end, ']'); p < end; p = find(p + 1, end, ']'))
		if (end - p >= 3 && p[1] == ']' && p[2] == '>')
			return p;
	return end;
}

static void close_section(struct tokens *tokens, char *at)
{
	tokens->sections_n--;
	update_section(tokens);
	tokens->p = at + 3;
}

/* What is left is markup that never ends, or text. */
static void take_rest(struct tokens *tokens)
{
	const char *p = tokens->p, *end = tokens->end;

	if (p < end && *p == '<' && (p + 1 == end || name_first(p[1]) || p[1] == '/' ||
		p[1] == '!' || p[1] == '?'))
		tell_comment(tokens, p, end);
	else if (p < end)
		tell_text(tokens, p, end);
	tokens->p = tokens->end;
}

/* The last text is told in two pieces, as HTML::Parser waits for more of its last word. */
static void take_last_text(struct tokens *tokens, const char *from)
{
	const char *at = tokens->end;

	if (ascii_space(at[-1])) {
		while (at > from && ascii_space(at[-1]))
			at--;
	} else {
		while (at > from && !ascii_space(at[-1]))
			at--;
		while (at > from && ascii_space(at[-1]))
			at--;
	}
	if (at > from)
		tell_text(tokens, from, at);
	if (at < tokens->end)
		tell_text(tokens, at, tokens->end);
	tokens->p = tokens->end;
}

/* Text from tokens->p on, at least `skip` bytes of it, up to what ends it. */
static void take_text(struct tokens *tokens, size_t skip)
{
	char *from = tokens->p, *end = tokens->end;
	char *to = find(from + skip, end, '<');

	if (tokens->section != S_NONE) {
		char *close = section_end(from + skip, to);

		if (close < to) {
			tell_text(tokens, from, close);
			close_section(tokens, close);
			return;
		}
	}
	tokens->p = to;
	if (to == end)
		take_last_text(tokens, from);
	else
		tell_text(tokens, from, to);
}

static void take_raw_section(struct tokens *tokens)
{
	char *close = section_end(tokens->p, tokens->end);

	if (close == tokens->end) {
		take_rest(tokens);
		return;
	}
	if (close > tokens->p)
		tell_text(tokens, tokens->p, close);
	tell_tag(tokens, NULL);
	close_section(tokens, close);
}

static void take(struct tokens *tokens)
{
	enum look found = LOOK_TEXT;

	if (tokens->literal) {
		take_literal(tokens);
		return;
	}
	if (tokens->section == S_CDATA || tokens->section == S_RCDATA) {
		take_raw_section(tokens);
		return;
	}
	if (*tokens->p != '<') {
		take_text(tokens, 0);
		return;
	}
	if (tokens->end - tokens->p < 3)
		found = LOOK_UNFINISHED;
	else
		found = look(tokens, tokens->p);
	if (found == LOOK_UNFINISHED)
		take_rest(tokens);
	else if (found == LOOK_TEXT)
		take_text(tokens, 1);
}

int html_tokens(char *source, size_t len, const struct html_token_events *events,
	void *context)
{
	struct tokens tokens = { .events = events, .context = context, .p = source,
		.end = source + len };

	while (tokens.p < tokens.end && !stopped(&tokens))
		take(&tokens);
	/* the very last tag began it */
	if (!tokens.at_end && (tokens.literal == L_SCRIPT || tokens.literal == L_STYLE))
		tell_end_of(&tokens, tokens.literal);
	tell_tag(&tokens, NULL);
	return tokens.status || tokens.section != S_IGNORE ? tokens.status : HTML_TOKENS_NO_END;
}
