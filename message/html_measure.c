/* message/html_measure: see html_measure.h. */
#include "message/html_measure.h"

#include <string.h>

#include "message/html_source.h"

/* Part of words that are cut have at most so many characters. */
enum { BACKHAIR_MOST = 7 };

/* ---- characters ---- */

/* The last one. */
static uint32_t last_character(struct str text, size_t *len)
{
	size_t at = text.len - 1, least = text.len > 4 ? text.len - 4 : 0;
	uint32_t code;

	while (at > least && ((unsigned char)text.ptr[at] & 0xC0) == 0x80)
		at--;
	code = html_source_first(str_slice(text, at, text.len), len);
	if (at + *len == text.len)
		return code;
	*len = 1;
	return (unsigned char)text.ptr[text.len - 1];
}

/* A blank that does not break, read as Latin 1 twice: SpamAssassin takes it for a blank. */
static bool is_broken_blank(struct str text, size_t at)
{
	return text.len - at >= 4 && memcmp(text.ptr + at, "\xC3\x82\xC2\xA0", 4) == 0;
}

/* Perl's \s: of Unicode, or of ASCII. */
static bool is_space(uint32_t c, bool wide)
{
	if (c < 0x80 || !wide)
		return c == ' ' || (c >= '\t' && c <= '\r');
	return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
		c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

/* Part of a word: no white space and no punctuation of ASCII. */
static bool in_word(uint32_t c, bool wide)
{
	if (c >= 0x80)
		return !is_space(c, wide);
	return !is_space(c, wide) && !((c >= 0x21 && c <= 0x2F) || (c >= 0x3A && c <= 0x40) ||
		(c >= 0x5B && c <= 0x60) || (c >= 0x7B && c <= 0x7E));
}

/* Perl's \w. Of what is past ASCII the letters are guessed by block. */
static bool is_letter(uint32_t c, bool wide)
{
	if (c < 0x80)
		return ascii_alpha((char)c) || ascii_digit((char)c) || c == '_';
	return wide && (c == 0xAA || c == 0xB5 || c == 0xBA || (c >= 0xC0 && c != 0xD7 &&
		c != 0xF7 && !(c >= 0x2000 && c < 0x2C00) && !(c >= 0x3000 && c < 0x3005) &&
		!(c >= 0xE000 && c < 0xF900) && c < 0xE0000));
}

bool html_measure_blank(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (ascii_space(text.ptr[i]))
			continue;
		if (!is_broken_blank(text, i))
			return false;
		i += 3;
	}
	return true;
}

/* ---- words that are cut ---- */

/* How long the part of a word at the end of `text` is, from where a word begins, 0: no such. */
static size_t word_end(struct str text, bool wide)
{
	bool letters[BACKHAIR_MOST + 1];
	size_t n = 0;
	bool before = false;

	while (text.len > 0) {
		size_t len;
		uint32_t c = last_character(text, &len);

		before = is_letter(c, wide);
		if (n == BACKHAIR_MOST || !in_word(c, wide))
			break;
		letters[n++] = before;
		before = false;
		text.len -= len;
	}
	for (; n > 0; n--) {
		if (before != letters[n - 1])
			return n;
		before = letters[n - 1];
	}
	return 0;
}

/* The same at the begin, up to where it ends. */
static size_t word_begin(struct str text, bool wide)
{
	bool letters[BACKHAIR_MOST + 1] = { false };
	size_t n = 0;

	while (text.len > 0) {
		size_t len;
		uint32_t c = html_source_first(text, &len);

		letters[n] = is_letter(c, wide);
		if (n == BACKHAIR_MOST || !in_word(c, wide))
			break;
		letters[++n] = false;
		text = str_slice(text, len, text.len);
	}
	for (; n > 0; n--)
		if (letters[n - 1] != letters[n])
			return n;
	return 0;
}

static void find_cut_words(struct html_measure *measure, struct str text, bool wide)
{
	struct str before = buf_str(&measure->last);
	size_t len, end, begin;

	if (before.len == 0 || text.len == 0 || !in_word(html_source_first(text, &len), wide) ||
		!in_word(last_character(before, &len), measure->last_is_wide))
		return;
	measure->obfuscation++;
	end = word_end(before, measure->last_is_wide);
	begin = word_begin(text, wide);
	if (end > 0 && begin > 0)
		measure->backhair |= UINT64_C(1) << ((end - 1) * BACKHAIR_MOST + begin - 1);
}

/* ---- pieces ---- */

/* The next piece becomes the last one. */
static void take_next(struct html_measure *measure)
{
	struct buf spare = measure->last;
	struct str text = buf_str(&measure->next);

	measure->last = measure->next;
	measure->next = spare;
	measure->next.len = 0;
	measure->any = true;
	for (size_t i = 0; i < text.len;) {
		size_t len = 1;
		uint32_t c = (unsigned char)text.ptr[i];

		if (c >= 0x80)
			c = html_source_first(str_slice(text, i, text.len), &len);
		measure->spaces += is_space(c, true);
		measure->spaces_ascii += is_space(c, false);
		measure->length++;
		i += len;
	}
}

void html_measure_space(struct html_measure *measure, struct str space)
{
	struct buf *last = &measure->last;

	if (measure->any && !measure->last_is_space && !measure->last_is_hidden &&
		last->len > 0 && last->ptr[last->len - 1] == ' ') {
		measure->length--;
		measure->spaces--;
		measure->spaces_ascii--;
	}
	buf_add_str(&measure->next, space);
	take_next(measure);
	measure->last_is_space = true;
	measure->last_is_hidden = measure->last_is_wide = false;
}

/* White space folded into the next piece. */
static void fold(struct buf *next, struct str text, bool drop)
{
	buf_reserve(next, text.len);
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		bool space = ascii_space(c);

		if (space) {
			while (i + 1 < text.len && ascii_space(text.ptr[i + 1]))
				i++;
		} else if (is_broken_blank(text, i)) {
			space = true;
			i += 3;
		}
		if (!space || !drop)
			buf_add_byte(next, space ? ' ' : c);
		drop = false;
	}
}

void html_measure_text(struct html_measure *measure, struct str text, bool wide, bool hidden)
{
	if (measure->any)
		find_cut_words(measure, text, wide);
	fold(&measure->next, text, measure->any && !hidden && measure->last_is_space);
	take_next(measure);
	measure->wide = measure->wide || wide;
	measure->last_is_space = false;
	measure->last_is_hidden = hidden;
	measure->last_is_wide = wide;
}
