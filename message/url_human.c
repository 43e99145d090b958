/* message/url_human: see url_human.h. */
#include "message/url_human.h"

#include <string.h>

enum { BLANKS_MAX = 2, NEAR = 80, TOKENS_MAX = 6 };
enum { BRACKETS = 1, WORDS = 2, SPACED = 4 }; /* ways to write a dot */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static char byte_at(struct str text, size_t at)
{
	return at < text.len ? text.ptr[at] : '\n';
}

static bool is_alnum(char c)
{
	return ascii_alpha(c) || ascii_digit(c);
}

/* Of a host: letters, digits, '-', '_', and other letters than ASCII, not quotes and blanks. */
static bool is_host(struct str text, size_t at)
{
	unsigned char c = (unsigned char)byte_at(text, at);
	unsigned char next = (unsigned char)byte_at(text, at + 1);

	if (c < 0x80)
		return is_alnum((char)c) || c == '-' || c == '_';
	return c != 0xE2 && !(c == 0xC2 && next == 0xA0) && !(c == 0xE3 && next == 0x80) &&
		!(c == 0xEF && next == 0xBC && (unsigned char)byte_at(text, at + 2) < 0x8E);
}

static size_t skip_blanks(struct str text, size_t at, size_t max)
{
	while (max-- > 0 && is_blank(byte_at(text, at)))
		at++;
	return at;
}

static size_t skip_blanks_back(struct str text, size_t from, size_t at, size_t max)
{
	while (max-- > 0 && at > from && is_blank(text.ptr[at - 1]))
		at--;
	return at;
}

static bool is_dot_word(struct str text, size_t at)
{
	struct str word = str_slice(text, at, at + 3);

	return str_equal_nocase(word, STR("dot")) || str_equal_nocase(word, STR("d0t"));
}

/* The closing one of a bracket or quotation mark; 0: none. */
static char closing(char c)
{
	static const char OPENING[] = "([{<*\"'", CLOSING[] = ")]}>*\"'";
	const char *at = c ? strchr(OPENING, c) : NULL;

	return at ? CLOSING[at - OPENING] : 0;
}

/* "[.]", "(dot)", " dot ", " . ": where the next label begins, or 0. What stands between quotation
 * marks must be the word: '.' joins strings in programs. */
static size_t spelled_dot(struct str text, size_t at, unsigned *kinds)
{
	size_t i = skip_blanks(text, at, BLANKS_MAX);
	char close = closing(byte_at(text, i));
	unsigned kind;

	if (close) {
		bool bracket = close != '*' && close != '"' && close != '\'';

		i = skip_blanks(text, i + 1, 1);
		if (bracket && byte_at(text, i) == '.')
			i++;
		else if (is_dot_word(text, i))
			i += 3;
		else
			return 0;
		i = skip_blanks(text, i, 1);
		if (byte_at(text, i++) != close)
			return 0;
		kind = BRACKETS;
	} else if (i > at && is_dot_word(text, i) && is_blank(byte_at(text, i + 3))) {
		i += 3;
		kind = WORDS;
	} else if (i > at && byte_at(text, i) == '.') {
		i++;
		kind = SPACED;
	} else {
		return 0;
	}
	i = skip_blanks(text, i, BLANKS_MAX);
	if (!is_host(text, i) || byte_at(text, i) == '-' || byte_at(text, i) == '_')
		return 0;
	*kinds |= kind;
	return i;
}

struct name {
	char text[DOMAIN_NAME_MAX + 1];
	size_t len, end;
	unsigned kinds;
	bool bad; /* too long */
};

static struct str name_of(const struct name *name)
{
	return str_make(name->text, name->len);
}

static void clear(struct name *name)
{
	name->len = name->end = 0;
	name->kinds = 0;
	name->bad = false;
}

static void add(struct name *name, char c)
{
	if (name->len < DOMAIN_NAME_MAX)
		name->text[name->len++] = c;
	else
		name->bad = true;
}

/* A run of labels with plain dots; the last dot is the sentence's. */
static size_t read_run(struct str text, size_t at, struct name *name)
{
	while (!name->bad && (is_host(text, at) || byte_at(text, at) == '.'))
		add(name, text.ptr[at++]);
	while (name->len > 0 && name->text[name->len - 1] == '.') {
		name->len--;
		at--;
	}
	return at;
}

static bool is_www(struct str name)
{
	return str_starts_nocase(name, STR("www.")) && name.len > 4 &&
		str_find_byte(str_slice(name, 4, name.len), '.') != SIZE_MAX;
}

static bool has_suffix(struct str name)
{
	return str_find_byte(name, '.') != SIZE_MAX && domain_has_suffix(name);
}

/* Is a host complete before a dot with blanks, so that it ends a sentence: what follows is a word,
 * and no short label ("co . uk")? */
static bool is_complete(const struct name *name, struct str text, size_t next)
{
	size_t end = next;

	if (!has_suffix(name_of(name)))
		return false;
	while (end < text.len && end - next < 4 && is_alnum(text.ptr[end]))
		end++;
	return end - next > 3 || !domain_has_suffix(str_slice(text, next, end)) ||
		(text.ptr[next] >= 'A' && text.ptr[next] <= 'Z');
}

/* Labels and dots of the given kinds, from `at` on. */
static void read_name(struct str text, size_t at, unsigned kinds, struct name *name)
{
	clear(name);
	name->end = read_run(text, at, name);
	while (!name->bad) {
		unsigned kind = 0;
		size_t next = spelled_dot(text, name->end, &kind);

		/* "www. pills .com" */
		if (next == 0 && str_equal_nocase(name_of(name), STR("www")) &&
			byte_at(text, name->end) == '.' && is_blank(byte_at(text, name->end + 1))) {
			next = skip_blanks(text, name->end + 1, BLANKS_MAX);
			next = is_host(text, next) ? next : 0;
			kind = SPACED;
		}
		if (next == 0 || !(kind & kinds) ||
			(kind != BRACKETS && is_complete(name, text, next)))
			return;
		name->kinds |= kind;
		add(name, '.');
		name->end = read_run(text, next, name);
	}
}

static bool has_any(struct str text, const char *const *words)
{
	for (; *words; words++)
		if (str_find_nocase(text, str_from(*words)) != SIZE_MAX)
			return true;
	return false;
}

/* "(remove the space)", "replace dot by ." */
static bool is_instructed(struct str text, size_t at)
{
	static const char *const VERBS[] = { "remov", "replac", "delet", "without", "take out",
		"omit", "copy", "change", NULL };
	static const char *const NOUNS[] = { "space", "dot", "blank", "gap", "bracket", "parenthes",
		NULL };
	struct str near = str_slice(text, at, at + NEAR);

	return has_any(near, VERBS) && has_any(near, NOUNS);
}

/* "joe at example dot com", "joe@mail[.]example": an address. */
static bool is_address(struct str text, size_t from, size_t start)
{
	size_t at = start;

	if (at > from && text.ptr[at - 1] == '@')
		return true;
	while (at > from && start - at < 4 && (is_blank(text.ptr[at - 1]) ||
		(text.ptr[at - 1] && strchr(")]}>", text.ptr[at - 1]))))
		at--;
	return at < start && at >= from + 2 && str_equal_nocase(str_slice(text, at - 2, at),
		STR("at")) && (at == from + 2 || !is_alnum(text.ptr[at - 3]));
}

static bool build(struct url_human *out, size_t start, bool secure, const struct name *name)
{
	struct str scheme = secure ? STR("https://") : STR("http://");

	if (name->bad)
		return false;
	out->start = start;
	out->end = name->end;
	memcpy(out->head, scheme.ptr, scheme.len);
	memcpy(out->head + scheme.len, name->text, name->len);
	out->len = scheme.len + name->len;
	return true;
}

/* The byte before which a label ends that a dot at `dot` follows; SIZE_MAX: none does. */
static size_t label_end(struct str text, size_t from, size_t dot)
{
	size_t at = skip_blanks_back(text, from, dot, 1);

	if (at > from && closing(text.ptr[at - 1]))
		at = skip_blanks_back(text, from, at - 1, BLANKS_MAX);
	else
		at = skip_blanks_back(text, from, at, 1);
	return at;
}

bool url_human_at_dot(struct str text, size_t from, size_t dot, size_t *end,
	struct url_human *out)
{
	bool word = text.ptr[dot] != '.';
	size_t at = dot, start;
	struct name name;

	if (dot == from || (word && !is_dot_word(text, dot)))
		return false;
	if (is_blank(text.ptr[dot - 1]) || closing(text.ptr[dot - 1]))
		at = label_end(text, from, dot);
	else if (word || !is_blank(byte_at(text, dot + 1)) || (text.ptr[dot - 1] | 0x20) != 'w')
		return false;
	start = at;
	while (start > from && at - start < DOMAIN_NAME_MAX && (is_host(text, start - 1) ||
		text.ptr[start - 1] == '.'))
		start--;
	while (start < at && (text.ptr[start] == '.' || text.ptr[start] == '-' ||
		text.ptr[start] == '_'))
		start++;
	if (start == at)
		return false;
	read_name(text, start, BRACKETS | WORDS | SPACED, &name);
	if (name.kinds == 0 || name.end <= dot)
		return false;
	*end = name.end;
	if (!is_www(name_of(&name))) {
		if (!has_suffix(name_of(&name)) || is_address(text, from, start) ||
			byte_at(text, name.end) == '@')
			return false;
		if (!(name.kinds & BRACKETS) && !is_instructed(text, name.end) &&
			!((name.kinds & WORDS) && byte_at(text, name.end) == '/'))
			return false;
	}
	return build(out, start, false, &name);
}

/* ---- behind a scheme ---- */

/* The ASCII letter that ends at `at`, as full width too; *at goes before it. 0: none. */
static char letter_before(struct str text, size_t from, size_t *at)
{
	const unsigned char *p = (const unsigned char *)text.ptr + *at;

	if (*at >= from + 3 && p[-3] == 0xEF && (p[-2] == 0xBC || p[-2] == 0xBD)) {
		int c = p[-2] == 0xBC ? p[-1] - 0xA1 + 'a' : p[-1] - 0x81 + 'a';

		*at -= 3;
		return c >= 'a' && c <= 'z' ? (char)c : 0;
	}
	if (*at == from)
		return 0;
	*at -= 1;
	return ascii_lower(text.ptr[*at]);
}

/* "http", "hxxps", "h**p", "htxp" before `end`; *plain: the first, in ASCII. */
static bool odd_scheme(struct str text, size_t from, size_t end, size_t *start, bool *secure,
	bool *plain)
{
	size_t at = end;
	char c = letter_before(text, from, &at), middle[2];

	*secure = c == 's';
	if (c == 's')
		c = letter_before(text, from, &at);
	if (c != 'p')
		return false;
	for (int i = 0; i < 2; i++) {
		middle[i] = letter_before(text, from, &at);
		if (!middle[i] || !strchr("tx*#-_?+.~^=%$!", middle[i]))
			return false;
	}
	if (letter_before(text, from, &at) != 'h' || (at > from && is_alnum(text.ptr[at - 1])))
		return false;
	*start = at;
	*plain = middle[0] == 't' && middle[1] == 't' && end - at == (*secure ? 5U : 4U);
	return true;
}

/* Slashes of all kinds, also with a blank between: how many, and *at behind them. */
static unsigned slashes(struct str text, size_t *at)
{
	unsigned n = 0;

	for (;; n++) {
		size_t i = n > 0 ? skip_blanks(text, *at, 1) : *at;
		struct str wide = str_slice(text, i, i + 3);

		if (byte_at(text, i) == '/' || byte_at(text, i) == '\\')
			*at = i + 1;
		else if (str_equal(wide, STR("\xEF\xBC\x8F")) || str_equal(wide, STR("\xEF\xBC\xBC")))
			*at = i + 3;
		else
			return n;
	}
}

static bool has_dot(struct str name)
{
	return str_find_byte(name, '.') != SIZE_MAX ||
		str_find(name, STR("\xEF\xBC\x8E")) != SIZE_MAX ||
		str_find(name, STR("\xE3\x80\x82")) != SIZE_MAX;
}

bool url_human_at_colon(struct str text, size_t from, size_t colon, struct url_human *out)
{
	bool wide = text.ptr[colon] != ':', secure, plain, apart;
	size_t left = skip_blanks_back(text, from, colon, BLANKS_MAX), at, body, start;
	char close;
	struct name name;

	if (wide && !str_equal(str_slice(text, colon, colon + 3), STR("\xEF\xBC\x9A")))
		return false;
	close = left > from ? closing(text.ptr[left - 1]) : 0;
	if (!odd_scheme(text, from, close ? left - 1 : left, &start, &secure, &plain))
		return false;
	at = colon + (wide ? 3 : 1);
	if (close && byte_at(text, at) == close)
		at++;
	body = skip_blanks(text, at, BLANKS_MAX);
	apart = body != colon + 1;
	if (slashes(text, &body) < 2)
		return false;
	if (close && byte_at(text, body) == close)
		body++;
	at = skip_blanks(text, body, BLANKS_MAX);
	read_name(text, at, BRACKETS | WORDS | SPACED, &name);
	if (byte_at(text, name.end) == '@')
		read_name(text, name.end + 1, BRACKETS, &name);
	if (!has_dot(name_of(&name)))
		return false;
	/* "http:// example.com": its second word is a link of its own; "http: // see.this" is none. */
	if (plain && at > body && (apart || left < colon || name.kinds == 0) &&
		has_suffix(name_of(&name)) == (left == colon && !apart))
		return false;
	return build(out, start, secure, &name);
}

/* "http://pil ls.example": joins what stands between blanks, up to the words about it. */
static bool join(struct str text, size_t body, struct name *name)
{
	static const char *const WORDS_ABOUT[] = { "remove", "replace", "delete", "without", "please",
		"no", "just", "and", "then", "but", "omit", "copy", NULL };

	clear(name);
	name->end = read_run(text, body, name);
	for (int n = 1; n < TOKENS_MAX; n++) {
		size_t end = name->end, next;
		struct str token;

		if (byte_at(text, end) == '.') { /* "pills. example" */
			add(name, '.');
			end++;
		}
		next = skip_blanks(text, end, BLANKS_MAX);
		if (next == end || !(is_host(text, next) || byte_at(text, next) == '.'))
			break;
		for (end = next; end < text.len && is_alnum(text.ptr[end]);)
			end++;
		token = str_slice(text, next, end);
		for (const char *const *word = WORDS_ABOUT; *word; word++)
			if (str_equal_nocase(token, str_from(*word)))
				return has_dot(name_of(name));
		name->end = read_run(text, next, name);
		if (name->bad)
			return false;
	}
	return has_dot(name_of(name)) && name->len > 0 && name->text[name->len - 1] != '.';
}

bool url_human_goes_on(struct str text, size_t start, size_t body, size_t end,
	struct url_human *out)
{
	struct str host = str_slice(text, body, end);
	size_t next = skip_blanks(text, end, BLANKS_MAX);
	char c = byte_at(text, next), after = byte_at(text, next + 1);
	bool dotted = has_dot(host), secure = (byte_at(text, start + 4) | 0x20) == 's' && body > start;
	struct name name;

	if (closing(c) ? after == '.' || after == ' ' || (after | 0x20) == 'd' :
		!dotted && (c == '.' || (c | 0x20) == 'd')) {
		read_name(text, body, dotted ? BRACKETS : BRACKETS | WORDS | SPACED, &name);
		if (name.kinds != 0)
			return has_dot(name_of(&name)) && build(out, start, secure, &name);
	}
	if (byte_at(text, end) == '.')
		end++;
	return is_blank(byte_at(text, end)) && !has_suffix(host) && is_instructed(text, end) &&
		join(text, body, &name) && build(out, start, secure, &name);
}
