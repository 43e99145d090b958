/* rules/literal: a reader of PCRE2's language that understands just enough of it.
 *
 * What it takes for a piece of regex may match more than the piece does, never less; where even
 * the extent of a piece is in doubt it gives up as a whole (`stuck`).
 */
#include "rules/literal.h"

#include <string.h>

enum {
	REPEAT_MAX = 65535,
	SHED_LENGTH = 2048     /* longer regexes have too many letters for words alone */
};
/* Words that are expected more often than once in so many bytes are no help. */
static const double cost_max = 1.0 / 1000;

struct reader {
	struct str text;
	size_t at;
	bool extended;  /* blanks and #comments are ignored */
	bool stuck;
	unsigned depth;
	struct factor_pool *pool;
};

static struct factor read_alternatives(struct reader *reader);

static struct factor give_up(struct reader *reader)
{
	reader->stuck = true;
	return factor_any(reader->pool);
}

static bool at_end(const struct reader *reader)
{
	return reader->stuck || reader->pool->failed || reader->at >= reader->text.len;
}

/* NUL past the end; a NUL in the text is a literal like others and ends nothing. */
static char peek(const struct reader *reader, size_t ahead)
{
	size_t at = reader->at + ahead;
	return at < reader->text.len ? reader->text.ptr[at] : '\0';
}

static bool looking_at(const struct reader *reader, const char *text)
{
	size_t n = strlen(text);
	return reader->text.len - reader->at >= n && !memcmp(reader->text.ptr + reader->at, text, n);
}

static bool take(struct reader *reader, const char *text)
{
	bool there = looking_at(reader, text);
	if (there)
		reader->at += strlen(text);
	return there;
}

static void skip_past(struct reader *reader, char end)
{
	while (reader->at < reader->text.len && reader->text.ptr[reader->at] != end)
		reader->at++;
	if (reader->at < reader->text.len)
		reader->at++;
}

/* What may stand between an item and its quantifier. */
static void skip_ignored(struct reader *reader)
{
	while (!at_end(reader)) {
		if (take(reader, "(?#"))
			skip_past(reader, ')');
		else if (reader->extended && ascii_space(peek(reader, 0)))
			reader->at++;
		else if (reader->extended && peek(reader, 0) == '#')
			skip_past(reader, '\n');
		else
			return;
	}
}

static int hex_value(char c)
{
	return ascii_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 :
		c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* After "\x": two hex digits, bare or in braces; all else is too seldom to be worth a risk. */
static int read_hex(struct reader *reader)
{
	bool braces = take(reader, "{");
	int high = hex_value(peek(reader, 0)), low = hex_value(peek(reader, 1));
	if (high < 0 || low < 0 || (braces && peek(reader, 2) != '}')) {
		reader->stuck = true;
		return 0;
	}
	reader->at += braces ? 3 : 2;
	return high * 16 + low;
}

static const char bytes_digit[] = "0123456789";
static const char bytes_word[] = "0123456789_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

enum escape_what { ESCAPE_BYTE, ESCAPE_SET, ESCAPE_NOT_SET, ESCAPE_ASSERT, ESCAPE_ANY_BYTE,
	ESCAPE_ANY_TEXT };
static const struct escape {
	char letter;
	enum escape_what what;
	const char *bytes;
} escapes[] = {
	{ 'a', ESCAPE_BYTE, "\a" }, { 'e', ESCAPE_BYTE, "\033" }, { 'f', ESCAPE_BYTE, "\f" },
	{ 'n', ESCAPE_BYTE, "\n" }, { 'r', ESCAPE_BYTE, "\r" }, { 't', ESCAPE_BYTE, "\t" },
	{ 'd', ESCAPE_SET, bytes_digit }, { 'D', ESCAPE_NOT_SET, bytes_digit },
	{ 'w', ESCAPE_SET, bytes_word }, { 'W', ESCAPE_NOT_SET, bytes_word },
	{ 's', ESCAPE_SET, " \t\n\v\f\r" }, { 'S', ESCAPE_NOT_SET, " \t\n\v\f\r" },
	{ 'h', ESCAPE_SET, " \t\xa0" }, { 'H', ESCAPE_NOT_SET, " \t\xa0" },
	{ 'v', ESCAPE_SET, "\n\v\f\r\x85" }, { 'V', ESCAPE_NOT_SET, "\n\v\f\r\x85" },
	{ 'b', ESCAPE_ASSERT, "" }, { 'B', ESCAPE_ASSERT, "" }, { 'A', ESCAPE_ASSERT, "" },
	{ 'z', ESCAPE_ASSERT, "" }, { 'Z', ESCAPE_ASSERT, "" }, { 'G', ESCAPE_ASSERT, "" },
	{ 'R', ESCAPE_ANY_TEXT, "" }, { 'X', ESCAPE_ANY_TEXT, "" }, { 'C', ESCAPE_ANY_BYTE, "" },
};

static const struct escape *find_escape(char letter)
{
	for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++)
		if (escapes[i].letter == letter)
			return &escapes[i];
	return NULL;
}

static void set_invert(struct byte_set *set)
{
	for (size_t i = 0; i < sizeof set->bits / sizeof *set->bits; i++)
		set->bits[i] = ~set->bits[i];
}

static void set_add_all(struct byte_set *set, const struct byte_set *more)
{
	for (size_t i = 0; i < sizeof set->bits / sizeof *set->bits; i++)
		set->bits[i] |= more->bits[i];
}

/* The bytes that an escape stands for; of those that are none, all. */
static struct byte_set escape_set(const struct escape *escape)
{
	struct byte_set set = { { 0 } };
	bool inverted = escape->what == ESCAPE_NOT_SET || escape->what == ESCAPE_ANY_BYTE;
	for (const char *c = escape->bytes; *c; c++)
		byte_set_add(&set, (unsigned char)*c);
	if (inverted)
		set_invert(&set);
	return set;
}

/* After the backslash, a byte that stands for itself or a number; false: none of these. */
static bool read_escaped_byte(struct reader *reader, unsigned char *byte)
{
	char c = peek(reader, 0);
	if (take(reader, "x")) {
		*byte = (unsigned char)read_hex(reader);
		return !reader->stuck;
	}
	if (c == '0' && !ascii_digit(peek(reader, 1)))
		*byte = 0;
	else if (!ascii_alpha(c) && !ascii_digit(c))
		*byte = (unsigned char)c;
	else
		return false;
	reader->at++;
	return true;
}

/* After the backslash. */
static struct factor read_escape(struct reader *reader)
{
	unsigned char byte;
	if (at_end(reader))
		return give_up(reader);
	if (read_escaped_byte(reader, &byte))
		return factor_byte(reader->pool, byte);
	char c = peek(reader, 0);
	if (c >= '1' && c <= '9') { /* back reference or octal: its digits, whichever */
		while (ascii_digit(peek(reader, 0)))
			reader->at++;
		return factor_any(reader->pool);
	}
	const struct escape *escape = find_escape(c);
	if (!escape || reader->stuck)
		return give_up(reader);
	reader->at++;
	if (escape->what == ESCAPE_ASSERT)
		return factor_empty(reader->pool);
	if (escape->what == ESCAPE_ANY_TEXT)
		return factor_any(reader->pool);
	struct byte_set set = escape_set(escape);
	return factor_set(reader->pool, &set);
}

/* A class as it is read. */
struct class {
	struct byte_set set;
	bool vague;        /* what is in it is not known in full */
	int last;          /* the byte that a '-' would begin a range with; -1: none */
};

/* "[:name:]", whose members we do not care to know. */
static bool read_posix(struct reader *reader, struct class *class)
{
	char kind = peek(reader, 1);
	if (peek(reader, 0) != '[' || (kind != ':' && kind != '.' && kind != '='))
		return false;
	size_t n = 2;
	while (ascii_alpha(peek(reader, n)) || peek(reader, n) == '^')
		n++;
	if (kind != ':' || peek(reader, n) != ':' || peek(reader, n + 1) != ']')
		reader->stuck = true;
	reader->at += n + 2;
	class->vague = true;
	class->last = -1;
	return true;
}

static void read_class_escape(struct reader *reader, struct class *class)
{
	unsigned char byte;
	char c = peek(reader, 0);
	const struct escape *escape = find_escape(c);
	class->last = -1;
	if (read_escaped_byte(reader, &byte)) {
		class->last = byte;
	} else if (c == 'b') {
		class->last = '\b';
		reader->at++;
	} else if (escape && escape->what <= ESCAPE_NOT_SET && !reader->stuck) {
		struct byte_set set = escape_set(escape);
		set_add_all(&class->set, &set);
		if (escape->what == ESCAPE_BYTE)
			class->last = (unsigned char)*escape->bytes;
		reader->at++;
	} else {
		reader->stuck = true;
	}
	if (class->last >= 0)
		byte_set_add(&class->set, (unsigned char)class->last);
}

/* One member, or the end of a range. */
static void read_member(struct reader *reader, struct class *class)
{
	if (read_posix(reader, class))
		return;
	if (take(reader, "\\")) {
		read_class_escape(reader, class);
		return;
	}
	class->last = (unsigned char)peek(reader, 0);
	byte_set_add(&class->set, (unsigned char)class->last);
	reader->at++;
}

/* After '['. */
static struct factor read_class(struct reader *reader)
{
	struct class class = { .last = -1 };
	bool inverted = take(reader, "^"), first = true;
	while (!at_end(reader) && (first || peek(reader, 0) != ']')) {
		int from = class.last;
		bool range = !first && from >= 0 && peek(reader, 0) == '-' && peek(reader, 1) != ']';
		first = false;
		if (range)
			reader->at++;
		else if (from < 0 && peek(reader, 0) == '-' && peek(reader, 1) == '[')
			class.vague = true; /* "\d-[": a hyphen; no matter */
		read_member(reader, &class);
		if (range && class.last >= 0) {
			for (int byte = from; byte <= class.last; byte++)
				byte_set_add(&class.set, (unsigned char)byte);
			class.last = -1;
		} else if (range) {
			byte_set_add(&class.set, '-'); /* before \d it is none */
		}
	}
	if (at_end(reader))
		return give_up(reader);
	reader->at++;
	struct byte_set every = { { ~0ull, ~0ull, ~0ull, ~0ull } };
	if (inverted)
		set_invert(&class.set);
	return factor_set(reader->pool, class.vague ? &every : &class.set);
}

/* "(?i)", "(?^m-s:": options that do not change what we see. `x` would. */
static bool skip_options(struct reader *reader, bool *ends)
{
	size_t n = 0;
	char c;
	while ((c = peek(reader, n)) != '\0' && strchr("imsnJU^-", c))
		n++;
	*ends = c == ')';
	if (n == 0 || (c != ')' && c != ':'))
		return false;
	reader->at += n + 1;
	return true;
}

/* What follows "(" and says which kind of group it is. */
static const struct opening {
	const char *text;
	char name_end;     /* a name follows, up to this */
	bool asserts;
} openings[] = {
	{ "?:", 0, false }, { "?>", 0, false }, { "?|", 0, false }, { "?=", 0, true },
	{ "?!", 0, true }, { "?<=", 0, true }, { "?<!", 0, true }, { "?<", '>', false },
	{ "?P<", '>', false }, { "?'", '\'', false },
};

/* After '('. The inside of an assertion stands in no match: it is read and forgotten. */
static struct factor read_group(struct reader *reader)
{
	bool asserts = false, ends = false, known = peek(reader, 0) != '?' && peek(reader, 0) != '*';
	for (size_t i = 0; !known && i < sizeof openings / sizeof *openings; i++) {
		known = take(reader, openings[i].text);
		asserts = known && openings[i].asserts;
		if (known && openings[i].name_end)
			skip_past(reader, openings[i].name_end);
	}
	if (!known && take(reader, "?"))
		known = skip_options(reader, &ends);
	if (!known || reader->depth == LITERAL_DEPTH_MAX)
		return give_up(reader);
	if (ends)
		return factor_empty(reader->pool);
	reader->depth++;
	struct factor inside = read_alternatives(reader);
	reader->depth--;
	if (at_end(reader) || !take(reader, ")"))
		return give_up(reader);
	return asserts ? factor_empty(reader->pool) : inside;
}

static struct factor read_item(struct reader *reader)
{
	static const struct byte_set every = { { ~0ull, ~0ull, ~0ull, ~0ull } };
	char c = peek(reader, 0);
	reader->at++;
	switch (c) {
	case '\\':
		return read_escape(reader);
	case '[':
		return read_class(reader);
	case '(':
		return read_group(reader);
	case '.':
		return factor_set(reader->pool, &every);
	case '^':
	case '$':
		return factor_empty(reader->pool);
	case '*':
	case '+':
	case '?':
		return give_up(reader);
	default:
		return factor_byte(reader->pool, (unsigned char)c);
	}
}

static int read_number(struct reader *reader)
{
	int number = 0;
	while (ascii_digit(peek(reader, 0)) && number <= REPEAT_MAX)
		number = number * 10 + (reader->text.ptr[reader->at++] - '0');
	return number;
}

/* "{2}", "{2,}", "{2,5}". Without digits it is literal text in one version of PCRE2 and a
 * quantifier in another, and so are blanks: then it is in doubt. */
static bool read_braces(struct reader *reader, int *min, int *max)
{
	size_t n = 1;
	while (peek(reader, n) && strchr("0123456789, \t", peek(reader, n)))
		n++;
	if (peek(reader, n) != '}' || n == 1)
		return false;
	reader->at++;
	bool digits = ascii_digit(peek(reader, 0));
	*min = *max = read_number(reader);
	if (take(reader, ","))
		*max = peek(reader, 0) == '}' ? FACTOR_UNBOUNDED : read_number(reader);
	if (!digits || !take(reader, "}") || (*max != FACTOR_UNBOUNDED && *max < *min))
		reader->stuck = true;
	return !reader->stuck;
}

static bool read_quantifier(struct reader *reader, int *min, int *max)
{
	*min = peek(reader, 0) == '+';
	*max = peek(reader, 0) == '?' ? 1 : FACTOR_UNBOUNDED;
	if (peek(reader, 0) == '{') {
		if (!read_braces(reader, min, max))
			return false;
	} else if (!take(reader, "*") && !take(reader, "+") && !take(reader, "?")) {
		return false;
	}
	if (!take(reader, "?")) /* lazy or possessive: no matter */
		take(reader, "+");
	return true;
}

static struct factor read_sequence(struct reader *reader)
{
	struct factor sequence = factor_empty(reader->pool);
	for (skip_ignored(reader); !at_end(reader); skip_ignored(reader)) {
		int min, max;
		if (peek(reader, 0) == '|' || peek(reader, 0) == ')')
			break;
		struct factor item = read_item(reader);
		skip_ignored(reader);
		if (!at_end(reader) && read_quantifier(reader, &min, &max))
			item = factor_repeat(reader->pool, &item, min, max);
		sequence = factor_join(reader->pool, &sequence, &item);
	}
	return sequence;
}

static struct factor read_alternatives(struct reader *reader)
{
	struct factor sum = read_sequence(reader);
	while (!at_end(reader) && take(reader, "|")) {
		struct factor next = read_sequence(reader);
		sum = factor_either(reader->pool, &sum, &next);
	}
	return sum;
}

/* Sets at the ends of a word that nearly every byte is in. */
static struct factor_word trimmed(const struct factor_pool *pool, struct factor_word word)
{
	static const double often = 0.5;
	size_t from = 0, to = word.n;
	while (to > from && pool->weights[word.at[to - 1]] > often)
		to--;
	while (from < to && pool->weights[word.at[from]] > often)
		from++;
	struct factor_word out = { .n = (uint8_t)(to - from) };
	for (size_t i = from; i < to; i++)
		out.at[i - from] = word.at[i];
	return out;
}

/* The words, each once. */
static int keep_words(const struct factor_pool *pool, struct factor_words best,
	struct literals *out)
{
	struct factor_word *words = ARENA_ARRAY(pool->arena, struct factor_word, best.n);
	if (!words)
		return -1;
	size_t n = 0;
	for (size_t i = 0; i < best.n; i++) {
		struct factor_word word = trimmed(pool, best.items[i]);
		size_t k = 0;
		if (!word.n)
			return 0; /* nothing but sets that say nothing */
		while (k < n && (words[k].n != word.n || memcmp(words[k].at, word.at, sizeof word.at) != 0))
			k++;
		if (k == n)
			words[n++] = word;
	}
	out->words = words;
	out->n = n;
	return 0;
}

/* xx makes blanks in classes go; and are bytes past ASCII blanks? */
static bool doubtful_blanks(struct str text, struct str modifiers_after_x)
{
	bool doubtful = str_find_byte(modifiers_after_x, 'x') != SIZE_MAX;
	for (size_t i = 0; i < text.len; i++)
		doubtful = doubtful || (text.ptr[i] & 0x80);
	return doubtful;
}

/* The words of the whole regex, and whether they are of use. */
static bool read_whole(struct factor_pool *pool, struct str text, bool extended,
	struct factor_words *best, struct literals *out)
{
	struct reader reader = { .text = text, .extended = extended, .pool = pool };
	struct factor whole = read_alternatives(&reader);
	*best = factor_best(pool, &whole, &out->cost);
	out->odd = whole.odd;
	out->times = 1;
	if (reader.stuck || reader.at < text.len)
		return false;
	if (!(best->n && out->cost <= cost_max) && whole.times) { /* common, but not so many of them */
		*best = whole.often;
		out->times = whole.times;
		return true;
	}
	return best->n && out->cost <= cost_max;
}

int literal_read(struct str text, struct str modifiers, struct arena *arena,
	struct literals *out)
{
	struct factor_pool pool;
	struct factor_words best;
	size_t x = str_find_byte(modifiers, 'x');
	bool extended = x != SIZE_MAX;
	*out = (struct literals){ 0 };
	if (factor_pool_start(&pool, arena))
		return -1;
	if (extended && doubtful_blanks(text, str_slice(modifiers, x + 1, modifiers.len)))
		return 0;
	pool.shedding = true;
	bool good = read_whole(&pool, text, extended, &best, out);
	if (good && out->odd && text.len <= SHED_LENGTH) { /* perhaps words alone do as well */
		struct literals shed = *out;
		struct factor_words shed_best = best;
		pool.shedding = false;
		if (!read_whole(&pool, text, extended, &best, out)) {
			*out = shed;
			best = shed_best;
		}
	}
	if (pool.failed)
		return -1;
	out->sets = pool.sets;
	out->classes = pool.classes;
	out->key_weights = pool.key_weights;
	return good ? keep_words(&pool, best, out) : 0;
}
