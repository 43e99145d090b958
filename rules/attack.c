/* rules/attack: reads a regex loosely: what it does not know it passes over, since a text that
 * attacks nothing costs only time.
 */
#include "rules/attack.h"

#include <string.h>

#include "rules/factor.h"
#include "rules/pattern.h"

enum {
	DEPTH_MAX = 30,
	POINTS_MAX = 16,      /* repeated pieces that are attacked */
	SAMPLE_MAX = 256,     /* bytes that lead to a piece */
	FAR = 10,             /* a piece that repeats less often is not attacked */
	COPIES_MAX = 64       /* of x{64} into the sample */
};

/* A piece that repeats: what leads to it, and what it takes. */
struct point {
	struct str lead, unit;
	struct byte_set set;  /* of a piece of one byte */
	bool one_byte;
};

struct reader {
	struct str text, modifiers;
	size_t at;
	struct arena *arena;
	struct matcher *matcher;
	char sample[SAMPLE_MAX];  /* one way to match what was read so far */
	size_t sample_n;
	struct { size_t start; bool ignored; } groups[DEPTH_MAX];
	size_t depth;
	struct point points[POINTS_MAX];
	size_t points_n;
	bool spent;
};

/* What a person would take to attack with comes first. */
static int first_byte(const struct byte_set *set)
{
	static const char liked[] = "a1 -._<=/@A\"'\n";
	for (size_t i = 0; liked[i]; i++)
		if (byte_set_has(set, (unsigned char)liked[i]))
			return (unsigned char)liked[i];
	for (int byte = 1; byte < 256; byte++)
		if (byte_set_has(set, (unsigned char)byte))
			return byte;
	return -1;
}

static void add_sample(struct reader *reader, const char *bytes, size_t n)
{
	if (n > SAMPLE_MAX - reader->sample_n)
		n = SAMPLE_MAX - reader->sample_n;
	memmove(reader->sample + reader->sample_n, bytes, n);
	reader->sample_n += n;
}

/* The bytes that a piece such as [^a-z] or \d or . takes: PCRE2 is asked. */
static bool read_set(struct reader *reader, struct str piece, struct byte_set *set)
{
	struct pattern_error error;
	struct pattern *pattern = pattern_compile(piece, reader->modifiers, false, &error);
	*set = (struct byte_set){ { 0 } };
	for (unsigned byte = 0; pattern && byte < 256; byte++) {
		char c = (char)byte;
		size_t start, end;
		if (pattern_match(pattern, reader->matcher, str_make(&c, 1), 0, &start, &end) ==
		    PATTERN_YES && end == 1)
			byte_set_add(set, (unsigned char)byte);
	}
	pattern_free(&pattern);
	return first_byte(set) >= 0;
}

/* Offset behind the class that begins at `at`. */
static size_t class_end(struct str text, size_t at)
{
	size_t i = at + 1;
	i += i < text.len && text.ptr[i] == '^';
	i += i < text.len && text.ptr[i] == ']';
	for (; i < text.len && text.ptr[i] != ']'; i++) {
		size_t named = str_find(str_slice(text, i, text.len), STR(":]"));
		if (text.ptr[i] == '\\')
			i++;
		else if (text.ptr[i] == '[' && i + 1 < text.len && text.ptr[i + 1] == ':')
			i += named == SIZE_MAX ? 0 : named + 1; /* [:alpha:] */
	}
	return i < text.len ? i + 1 : text.len;
}

/* Offset behind the escape that begins at `at`. */
static size_t escape_end(struct str text, size_t at)
{
	size_t i = at + 2;
	char c = at + 1 < text.len ? text.ptr[at + 1] : '\0';
	if (i < text.len && text.ptr[i] == '{' && strchr("xopPgkN", c)) {
		size_t close = str_find_byte(str_slice(text, i, text.len), '}');
		return close == SIZE_MAX ? text.len : i + close + 1;
	}
	for (size_t n = 0; c == 'x' && n < 2 && i < text.len && (ascii_digit(text.ptr[i]) ||
	     (ascii_lower(text.ptr[i]) >= 'a' && ascii_lower(text.ptr[i]) <= 'f')); n++)
		i++;
	return i < text.len ? i : text.len;
}

struct repeat {
	size_t min;
	bool far;  /* without an end, or one that is far */
};

/* Takes a quantifier, with what makes it lazy or possessive. False: there is none. */
static bool read_repeat(struct reader *reader, struct repeat *out)
{
	struct str rest = str_slice(reader->text, reader->at, reader->text.len);
	char c = rest.len ? rest.ptr[0] : '\0';
	size_t used = 1;
	if (c == '{') {
		size_t close = str_find_byte(rest, '}'), comma;
		uint64_t min, max = 0;
		if (close == SIZE_MAX)
			return false;
		struct str inner = str_slice(rest, 1, close);
		comma = str_find_byte(inner, ',');
		if (!str_to_u64(str_slice(inner, 0, comma), 65535, &min))
			return false;
		bool open = comma != SIZE_MAX && comma + 1 == inner.len;
		if (!open && !str_to_u64(str_slice(inner, comma == SIZE_MAX ? 0 : comma + 1, inner.len),
		    65535, &max))
			return false;
		*out = (struct repeat){ (size_t)min, open || max - min >= FAR };
		used = close + 1;
	} else if (c == '*' || c == '+' || c == '?') {
		*out = (struct repeat){ c == '+', c != '?' };
	} else {
		return false;
	}
	if (used < rest.len && (rest.ptr[used] == '?' || rest.ptr[used] == '+'))
		used++;
	reader->at += used;
	return true;
}

static struct str keep(struct reader *reader, struct str text)
{
	char *copy = arena_dup(reader->arena, text);
	reader->spent |= !copy;
	return copy ? str_make(copy, text.len) : STR("");
}

/* Ends a piece whose sample begins at `from`: it may repeat. `set` NULL: it is a group. */
static void end_piece(struct reader *reader, size_t from, const struct byte_set *set)
{
	struct str unit = str_make(reader->sample + from, reader->sample_n - from);
	struct repeat repeat;
	if (!read_repeat(reader, &repeat))
		return;
	if (repeat.far && unit.len && reader->points_n < POINTS_MAX) {
		struct point *point = &reader->points[reader->points_n++];
		point->lead = keep(reader, str_make(reader->sample, from));
		point->unit = keep(reader, unit);
		point->one_byte = set != NULL;
		if (set)
			point->set = *set;
	}
	for (size_t i = 1; i < repeat.min && i < COPIES_MAX && unit.len; i++)
		add_sample(reader, unit.ptr, unit.len);
}

static void read_piece(struct reader *reader, size_t end)
{
	struct str piece = str_slice(reader->text, reader->at, end);
	struct byte_set set;
	size_t from = reader->sample_n;
	reader->at = end;
	if (!read_set(reader, piece, &set)) { /* \b, $ and the like */
		struct repeat repeat;
		read_repeat(reader, &repeat);
		return;
	}
	char byte = (char)first_byte(&set);
	add_sample(reader, &byte, 1);
	end_piece(reader, from, &set);
}

/* After "(?": what a group is. Its contents count unless it says what must not be there. */
static void open_group(struct reader *reader)
{
	struct str rest = str_slice(reader->text, reader->at, reader->text.len);
	bool ignored = false;
	size_t skip = 1;
	if (rest.len > 2 && rest.ptr[1] == '?') {
		ignored = str_starts_nocase(rest, STR("(?!")) || str_starts_nocase(rest, STR("(?<!")) ||
			str_starts_nocase(rest, STR("(?#"));
		skip = 2;
		/* flags, ":" "=" "!" ">" "|", <name> */
		while (skip < rest.len && rest.ptr[skip] != ')' && !strchr(":=!>|", rest.ptr[skip]))
			skip++;
		skip += skip < rest.len && rest.ptr[skip] != ')';
	}
	reader->at += skip;
	if (reader->depth < DEPTH_MAX) {
		reader->groups[reader->depth].start = reader->sample_n;
		reader->groups[reader->depth].ignored = ignored;
	}
	reader->depth++;
}

static void close_group(struct reader *reader)
{
	size_t from = reader->sample_n;
	reader->at++;
	if (reader->depth && --reader->depth < DEPTH_MAX) {
		from = reader->groups[reader->depth].start;
		if (reader->groups[reader->depth].ignored)
			reader->sample_n = from;
	}
	end_piece(reader, from, NULL);
}

/* Another way to match the same group: it leads on from where the group began. */
static void next_branch(struct reader *reader)
{
	reader->at++;
	reader->sample_n = !reader->depth ? 0 : reader->depth <= DEPTH_MAX ?
		reader->groups[reader->depth - 1].start : reader->sample_n;
}

static void read_regex(struct reader *reader)
{
	bool extended = str_find_byte(reader->modifiers, 'x') != SIZE_MAX;
	while (reader->at < reader->text.len) {
		char c = reader->text.ptr[reader->at];
		if (c == '(')
			open_group(reader);
		else if (c == ')')
			close_group(reader);
		else if (c == '|')
			next_branch(reader);
		else if (c == '^' || c == '$' || (extended && ascii_space(c)))
			reader->at++;
		else if (c == '[')
			read_piece(reader, class_end(reader->text, reader->at));
		else if (c == '\\')
			read_piece(reader, escape_end(reader->text, reader->at));
		else
			read_piece(reader, reader->at + 1);
	}
}

/* What the piece does not take, so that the run ends there. */
static char stopper(const struct point *point)
{
	struct byte_set others;
	for (int w = 0; w < 4; w++)
		others.bits[w] = point->one_byte ? ~point->set.bits[w] : 0;
	others.bits[0] &= ~(uint64_t)1; /* NUL is too easy to be refused */
	int byte = byte_set_has(&others, '\x01') ? '\x01' : first_byte(&others);
	return byte < 0 ? '\x01' : (char)byte;
}

/* `lead`, then `unit` to the end; there what stops the run, and what the regex ends in: PCRE2 is
 * quick where a byte that every match has is nowhere to be seen. */
static void add_text(struct reader *reader, struct attack *out, size_t size, struct str lead,
	struct str unit, char stop)
{
	char *text = out->n < ATTACK_TEXTS_MAX && unit.len ?
		arena_alloc_raw(reader->arena, size) : NULL;
	if (out->n == ATTACK_TEXTS_MAX || !unit.len)
		return;
	reader->spent |= !text;
	if (!text)
		return;
	size_t n = lead.len < size ? lead.len : size;
	if (n)
		memcpy(text, lead.ptr, n);
	for (size_t i = 0; n < size; i++)
		text[n++] = unit.ptr[i % unit.len];
	text[size - 2] = stop;
	text[size - 1] = reader->sample_n ? reader->sample[reader->sample_n - 1] : stop;
	out->texts[out->n++] = str_make(text, size);
}

/* The whole way to the piece, again and again: each is a new start. */
static void add_restarts(struct reader *reader, struct attack *out, size_t size,
	const struct point *point)
{
	struct buf unit = { .arena = reader->arena };
	if (!point->lead.len)
		return;
	buf_add_str(&unit, point->lead);
	buf_add_str(&unit, point->unit);
	reader->spent |= unit.failed;
	if (!unit.failed)
		add_text(reader, out, size, STR(""), buf_str(&unit), stopper(point));
}

/* A run that this piece and a later one can share out between them in many ways. */
static void add_shared(struct reader *reader, struct attack *out, size_t size, size_t k)
{
	const struct point *point = &reader->points[k];
	for (size_t i = k + 1; i < reader->points_n && i <= k + 3; i++) {
		struct byte_set both;
		for (int w = 0; w < 4; w++)
			both.bits[w] = point->set.bits[w] & reader->points[i].set.bits[w];
		int byte = reader->points[i].one_byte ? first_byte(&both) : -1;
		char c = (char)byte;
		if (byte < 0 || (point->unit.len == 1 && c == point->unit.ptr[0]))
			continue;
		add_text(reader, out, size, point->lead, str_make(&c, 1), stopper(point));
		return;
	}
}

int attack_make(struct str regex, struct str modifiers, size_t size, struct arena *arena,
	struct attack *out)
{
	struct reader *reader = ARENA_NEW(arena, struct reader);
	out->n = 0;
	if (!reader)
		return -1;
	*reader = (struct reader){ .text = regex, .modifiers = modifiers, .arena = arena,
		.matcher = matcher_create(NULL) };
	if (!reader->matcher)
		return -1;
	read_regex(reader);
	for (size_t k = 0; k < reader->points_n; k++) {
		add_text(reader, out, size, reader->points[k].lead, reader->points[k].unit,
			stopper(&reader->points[k]));
		add_restarts(reader, out, size, &reader->points[k]);
		if (reader->points[k].one_byte)
			add_shared(reader, out, size, k);
	}
	matcher_free(&reader->matcher);
	return reader->spent ? -1 : 0;
}
