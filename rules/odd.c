/* rules/odd: see odd.h.
 */
#include "rules/odd.h"

#include <string.h>

enum {
	LEAD_FIRST = 0xC0, NEXT_FIRST = 0x80, NEXT_LAST = 0xBF,
	CLASS_PUNCTUATION = 0,     /* E2 80; and C0, which begins no UTF-8 */
	CLASS_REFERENCE = 1        /* "&#"; and C1 likewise */
};
static const uint64_t high_bits = UINT64_C(0x8080808080808080);

static uint64_t bit(unsigned class)
{
	return (uint64_t)1 << class;
}

static unsigned class_of(unsigned char lead, unsigned char next)
{
	return lead == 0xE2 && next == 0x80 ? CLASS_PUNCTUATION : lead - LEAD_FIRST;
}

static bool is_only(const struct byte_set *set, unsigned char byte)
{
	struct byte_set only = { { 0 } };
	byte_set_add(&only, byte);
	return memcmp(&only, set, sizeof only) == 0;
}

/* A word of the set's bits is a quarter of the bytes: the third has the continuation bytes, the
 * last the lead bytes. */
uint64_t odd_of_sets(const struct byte_set *first, const struct byte_set *second)
{
	static const unsigned block = 0xE2 - LEAD_FIRST;
	uint64_t classes = first->bits[3], next = second->bits[2];
	if (is_only(first, '&') && is_only(second, '#'))
		return bit(CLASS_REFERENCE);
	if (first->bits[0] | first->bits[1] | first->bits[2] | second->bits[0] | second->bits[1] |
	    second->bits[3] || !next)
		return 0;
	if (classes & bit(block)) {
		if (next & 1)
			classes |= bit(CLASS_PUNCTUATION);
		if (next == 1)
			classes &= ~bit(block);
	}
	return classes;
}

static bool has_reference(struct str text)
{
	const char *at = text.ptr, *end = text.ptr + text.len;
	while (at < end && (at = memchr(at, '&', (size_t)(end - at))) != NULL) {
		if (++at < end && *at == '#')
			return true;
	}
	return false;
}

/* The class that begins at the byte, if one does. */
static uint64_t class_at(const unsigned char *at, const unsigned char *end)
{
	bool begins = *at >= LEAD_FIRST && at + 1 < end && at[1] >= NEXT_FIRST && at[1] <= NEXT_LAST;
	return begins ? bit(class_of(at[0], at[1])) : 0;
}

uint64_t odd_in_text(struct str text, uint64_t wanted)
{
	const unsigned char *at = (const unsigned char *)text.ptr, *end = at + text.len;
	uint64_t seen = 0, word;
	if (!wanted || !text.len)
		return 0;
	while (at < end && (seen & wanted) != wanted) {
		size_t step = (size_t)(end - at) < sizeof word ? 1 : sizeof word;
		if (step > 1) { /* eight bytes of ASCII begin nothing */
			memcpy(&word, at, sizeof word);
			if (!(word & high_bits)) {
				at += step;
				continue;
			}
		}
		for (; step; step--, at++)
			seen |= class_at(at, end);
	}
	if (wanted & bit(CLASS_REFERENCE) && has_reference(text))
		seen |= bit(CLASS_REFERENCE);
	return seen & wanted;
}
