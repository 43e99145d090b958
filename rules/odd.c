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

static bool all_within(const struct byte_set *set, unsigned first, unsigned last)
{
	bool any = false;
	for (unsigned byte = 0; byte < 256; byte++) {
		if (!byte_set_has(set, (unsigned char)byte))
			continue;
		if (byte < first || byte > last)
			return false;
		any = true;
	}
	return any;
}

static bool is_only(const struct byte_set *set, unsigned char byte)
{
	return all_within(set, byte, byte);
}

uint64_t odd_of_sets(const struct byte_set *first, const struct byte_set *second)
{
	uint64_t classes = 0;
	if (is_only(first, '&') && is_only(second, '#'))
		return bit(CLASS_REFERENCE);
	if (!all_within(first, LEAD_FIRST, 255) || !all_within(second, NEXT_FIRST, NEXT_LAST))
		return 0;
	for (unsigned lead = LEAD_FIRST; lead < 256; lead++) {
		for (unsigned next = NEXT_FIRST; next <= NEXT_LAST; next++)
			if (byte_set_has(first, (unsigned char)lead) &&
			    byte_set_has(second, (unsigned char)next))
				classes |= bit(class_of((unsigned char)lead, (unsigned char)next));
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
