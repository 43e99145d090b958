/* rules/checks_alternative: do the alternatives of a mail say the same?
 *
 * Semantics of SpamAssassin 4.0.1 (Plugin/BodyEval.pm). Of each multipart/alternative the words of
 * its HTML are counted, and those that its plain text has less often.
 */
#include <string.h>

#include "rules/checks.h"
#include "rules/checks_text.h"

enum { WORDS_MAX = 50000 }; /* different ones; more are "unknown" */

struct word {
	struct str text;
	size_t html, plain;
};

/* Open addressing, at most half full. */
struct words {
	struct word *slots;
	size_t mask, n, html, plain; /* different words: all, of HTML, of plain text */
	bool full;
};

/* The difference that was found. */
struct difference {
	double percent;             /* the largest */
	size_t html, plain;         /* words of the last one */
	bool unknown;
};

/* The length of a blank at `at`: Unicode's, as Perl's \s has them; 0: none. */
static size_t blank(struct str text, size_t at)
{
	static const struct { const char *bytes; unsigned char low, high; } blanks[] = {
		{ "\xC2", 0x85, 0x85 }, { "\xC2", 0xA0, 0xA0 }, { "\xE1\x9A", 0x80, 0x80 },
		{ "\xE2\x80", 0x80, 0x8A }, { "\xE2\x80", 0xA8, 0xA9 }, { "\xE2\x80", 0xAF, 0xAF },
		{ "\xE2\x81", 0x9F, 0x9F }, { "\xE3\x80", 0x80, 0x80 },
	};
	if (ascii_space(text.ptr[at]))
		return 1;
	if ((unsigned char)text.ptr[at] < 0x80)
		return 0;
	for (size_t i = 0; i < sizeof blanks / sizeof *blanks; i++) {
		size_t n = strlen(blanks[i].bytes);
		unsigned char last = at + n < text.len ? (unsigned char)text.ptr[at + n] : 0;
		if (last >= blanks[i].low && last <= blanks[i].high &&
		    !memcmp(text.ptr + at, blanks[i].bytes, n))
			return n + 1;
	}
	return 0;
}

static unsigned code_at(struct str text, size_t at)
{
	const unsigned char *p = (const unsigned char *)text.ptr + at;
	size_t left = text.len - at;
	if (p[0] >= 0xF0)
		return left > 3 ? (p[0] & 7u) << 18 | (p[1] & 63u) << 12 | (p[2] & 63u) << 6 |
			(p[3] & 63u) : 0;
	if (p[0] >= 0xE0)
		return left > 2 ? (p[0] & 15u) << 12 | (p[1] & 63u) << 6 | (p[2] & 63u) : 0;
	return left > 1 ? (p[0] & 31u) << 6 | (p[1] & 63u) : 0;
}

/* Punctuation and symbols beyond ASCII, by their blocks; all else is taken for letters. */
static bool symbol(unsigned code)
{
	static const struct { unsigned from, to; } blocks[] = {
		{ 0, 0xA9 }, { 0xAB, 0xB4 }, { 0xB6, 0xB9 }, { 0xBB, 0xBF }, { 0xD7, 0xD7 },
		{ 0xF7, 0xF7 }, { 0x2010, 0x203E }, { 0x2041, 0x2053 }, { 0x2055, 0x2070 },
		{ 0x2074, 0x207E }, { 0x2080, 0x208E }, { 0x20A0, 0x20CF }, { 0x2190, 0x24B5 },
		{ 0x24EA, 0x2BFF }, { 0x3001, 0x3004 }, { 0x3008, 0x3020 }, { 0x3030, 0x3030 },
		{ 0xE000, 0xF8FF }, { 0xFE10, 0xFE1F }, { 0xFE30, 0xFE32 }, { 0xFE50, 0xFE6F },
		{ 0xFEFF, 0xFEFF }, { 0xFF01, 0xFF0F }, { 0xFF1A, 0xFF20 }, { 0xFF3B, 0xFF3E },
		{ 0xFF5B, 0xFF65 }, { 0xFFE0, 0xFFFD }, { 0x1F000, 0x1F12F }, { 0x1F150, 0x1F16F },
		{ 0x1F18A, 0x1FAFF }, { 0x200B, 0x200B }, { 0x200E, 0x200F },
	};
	for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
		if (code >= blocks[i].from && code <= blocks[i].to)
			return true;
	return false;
}

/* Has it a letter, a digit, an underscore? */
static bool says(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (checks_word_byte(text.ptr[i]) ||
		    ((unsigned char)text.ptr[i] >= 0xC0 && !symbol(code_at(text, i))))
			return true;
	return false;
}

/* The next word that says something; false at the end. */
static bool next_word(struct str *rest, struct str *word)
{
	size_t at = 0, n;
	while (at < rest->len) {
		size_t from = at;
		while (at < rest->len && blank(*rest, at) == 0)
			at++;
		*word = str_slice(*rest, from, at);
		while (at < rest->len && (n = blank(*rest, at)) > 0)
			at += n;
		if (word->len && says(*word)) {
			*rest = str_slice(*rest, at, rest->len);
			return true;
		}
	}
	return false;
}

static struct word *find_word(struct words *words, struct str text)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	for (size_t i = 0; i < text.len; i++)
		hash = (hash ^ (unsigned char)text.ptr[i]) * UINT64_C(0x100000001b3);
	size_t at = (size_t)(hash ^ hash >> 32) & words->mask;
	while (words->slots[at].text.ptr && !str_equal(words->slots[at].text, text))
		at = (at + 1) & words->mask;
	if (words->slots[at].text.ptr)
		return &words->slots[at];
	if (words->n * 2 > words->mask) {
		words->full = true;
		return NULL;
	}
	words->n++;
	words->slots[at].text = text;
	return &words->slots[at];
}

static void add_words(struct words *words, const struct part *part)
{
	struct str rest = part->text, text;
	while (next_word(&rest, &text)) {
		struct word *word = find_word(words, text);
		if (!word)
			return;
		words->html += part->html && word->html == 0;
		words->plain += !part->html && word->plain == 0;
		*(part->html ? &word->html : &word->plain) += 1;
	}
	/* an HTML part that only shows an image says one thing, which no text has */
	if (part->html && words->html == 0 && part->shows_image) {
		struct word *word = find_word(words, STR("\n"));
		if (word)
			word->html = words->html = 1;
	}
}

static size_t words_left(const struct words *words)
{
	size_t n = 0;
	for (size_t i = 0; i <= words->mask; i++)
		n += words->slots[i].html > words->slots[i].plain;
	return n;
}

static bool is_text(const struct part *part)
{
	return part->shown && str_starts_nocase(part->type, STR("text/"));
}

/* Parts that stand in part `from`: all up to the first whose own part is before. */
static size_t inner_end(const struct facts *facts, size_t from)
{
	size_t end = from + 1;
	while (end <= facts->parts_n && checks_part(facts, end)->parent >= from)
		end++;
	return end;
}

static int compare_part(const struct check_context *context, size_t from, struct difference *out)
{
	const struct facts *facts = context->facts;
	size_t end = inner_end(facts, from), most = 1, size = 2;
	struct words words = { 0 };
	struct str rest, word;
	for (size_t i = from + 1; i < end; i++)
		for (rest = checks_part(facts, i)->text; is_text(checks_part(facts, i)) &&
		    most < WORDS_MAX && next_word(&rest, &word);)
			most++;
	while (size < 2 * most + 2)
		size *= 2;
	words.slots = ARENA_ARRAY(context->arena, struct word, size);
	if (!words.slots)
		return -1;
	words.mask = size - 1;
	for (size_t i = from + 1; i < end; i++)
		if (is_text(checks_part(facts, i)))
			add_words(&words, checks_part(facts, i));
	out->unknown = out->unknown || words.full;
	if (!words.html)
		return 0;
	double percent = 100 * (double)words_left(&words) / (double)words.html;
	out->html = words.html;
	out->plain = words.plain;
	out->percent = percent > out->percent ? percent : out->percent;
	return 0;
}

/* An invitation of Exchange: HTML and a calendar, alternatives in name only. */
static bool invitation(const struct facts *facts)
{
	return facts->parts_n == 2 && str_equal(facts->top.type, STR("multipart/alternative")) &&
		facts->parts[0].about.leaf && facts->parts[1].about.leaf &&
		str_equal(facts->parts[0].about.type, STR("text/html")) &&
		str_equal(facts->parts[1].about.type, STR("text/calendar"));
}

static int compare(const struct check_context *context, struct difference *out)
{
	const struct facts *facts = context->facts;
	*out = (struct difference){ 0 };
	if (invitation(facts))
		return 0;
	for (size_t i = 0; i <= facts->parts_n; i++)
		if (!checks_part(facts, i)->leaf &&
		    str_equal(checks_part(facts, i)->type, STR("multipart/alternative")) &&
		    compare_part(context, i, out))
			return -1;
	return 0;
}

int check_alternative_diff(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	struct difference found;
	double min = checks_number(call, 0, 0);
	if (checks_no_tree(context->facts, out))
		return 0;
	if (compare(context, &found))
		return -1;
	if (found.unknown)
		out->unknown = "too-many-words";
	return checks_hit(out, (min <= 0 || found.percent > min) &&
		found.percent <= checks_number(call, 1, 100), STR(""));
}

int check_alternative_count(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	struct difference found;
	if (checks_no_tree(context->facts, out))
		return 0;
	if (compare(context, &found))
		return -1;
	if (found.unknown)
		out->unknown = "too-many-words";
	return checks_hit(out, (double)found.html > checks_number(call, 1, 0) && found.html &&
		(double)found.plain / (double)found.html > checks_number(call, 0, 0), STR(""));
}
