/* base/bytes: the first byte of some kind, sixteen at a time.
 *
 * Mail is long runs of plain text with something to look at now and then; looking at it byte by
 * byte was a third of the reading. SSE2, which every x86-64 has; elsewhere byte by byte with the
 * same answers. Nothing outside p..end is read. No state.
 */
#ifndef DEPEER_BASE_BYTES_H
#define DEPEER_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* PLAIN is 0x20..0x7F: neither controls nor what is beyond ASCII. */
static inline bool byte_plain(char c)
{
	return (signed char)c >= 0x20;
}

#ifdef __SSE2__
static inline __m128i bytes_load(const char *p)
{
	__m128i block;

	memcpy(&block, p, sizeof block);
	return block;
}

static inline unsigned bytes_mask(__m128i block)
{
	return (unsigned)_mm_movemask_epi8(block);
}

/* As signed bytes what is beyond ASCII is below zero, so one comparison does for both. */
static inline __m128i bytes_not_plain(__m128i block)
{
	return _mm_cmplt_epi8(block, _mm_set1_epi8(0x20));
}
#endif

/* Each search goes through whole blocks, then once more through a block that ends with the text
 * (what it shares with the one before has none of what is looked for); only a text shorter than a
 * block is looked at byte by byte. */

#ifdef __SSE2__
static inline unsigned bytes_at_plain_end(const char *p, __m128i also)
{
	__m128i block = bytes_load(p);

	return bytes_mask(_mm_or_si128(bytes_not_plain(block), _mm_cmpeq_epi8(block, also)));
}
#endif

/* The first byte that is not plain, or is `also`; `end` if there is none. */
static inline const char *bytes_plain_end(const char *p, const char *end, char also)
{
#ifdef __SSE2__
	const __m128i too = _mm_set1_epi8(also);
	const char *from = p;
	unsigned found = 0;

	for (; end - p >= 16; p += 16)
		if ((found = bytes_at_plain_end(p, too)) != 0)
			return p + __builtin_ctz(found);
	if (p < end && end - from >= 16) {
		found = bytes_at_plain_end(p = end - 16, too);
		return found ? p + __builtin_ctz(found) : end;
	}
#endif
	while (p < end && byte_plain(*p) && *p != also)
		p++;
	return p;
}

/* What there is among them, in one pass: bits. */
enum { BYTES_HIGH = 1, BYTES_NUL = 2, BYTES_ESCAPE = 4 }; /* 0x80 and above; 0; 0x1B */
static inline unsigned bytes_kinds(const char *p, const char *end)
{
	unsigned kinds = 0;

#ifdef __SSE2__
	const __m128i escape = _mm_set1_epi8(0x1B);
	__m128i high = _mm_setzero_si128(), nul = high, escapes = high;

	for (; end - p >= 32; p += 32) {
		__m128i one = bytes_load(p), two = bytes_load(p + 16);

		high = _mm_or_si128(high, _mm_or_si128(one, two));
		nul = _mm_or_si128(nul, _mm_cmpeq_epi8(_mm_min_epu8(one, two), _mm_setzero_si128()));
		escapes = _mm_or_si128(escapes, _mm_or_si128(_mm_cmpeq_epi8(one, escape),
			_mm_cmpeq_epi8(two, escape)));
	}
	kinds = (bytes_mask(high) ? BYTES_HIGH : 0u) | (bytes_mask(nul) ? BYTES_NUL : 0u) |
		(bytes_mask(escapes) ? BYTES_ESCAPE : 0u);
#endif
	for (; p < end; p++)
		kinds |= (unsigned char)*p >= 0x80 ? BYTES_HIGH : *p == 0 ? BYTES_NUL :
			*p == 0x1B ? BYTES_ESCAPE : 0u;
	return kinds;
}

#ifdef __SSE2__
static inline unsigned bytes_at_pairs(const char *p, const __m128i a[2], const __m128i b[2])
{
	__m128i one = bytes_load(p), two = bytes_load(p + 1);

	return bytes_mask(_mm_and_si128(
		_mm_or_si128(_mm_cmpeq_epi8(one, a[0]), _mm_cmpeq_epi8(one, a[1])),
		_mm_or_si128(_mm_cmpeq_epi8(two, b[0]), _mm_cmpeq_epi8(two, b[1]))));
}
#endif

/* The first byte of `a` that has one of `b` behind it; `end` if there is none. */
static inline const char *bytes_find_pairs(const char *p, const char *end, const char a[2],
	const char b[2])
{
#ifdef __SSE2__
	const __m128i ones[2] = { _mm_set1_epi8(a[0]), _mm_set1_epi8(a[1]) };
	const __m128i twos[2] = { _mm_set1_epi8(b[0]), _mm_set1_epi8(b[1]) };
	const char *from = p;
	unsigned found = 0;

	for (; end - p >= 17; p += 16)
		if ((found = bytes_at_pairs(p, ones, twos)) != 0)
			return p + __builtin_ctz(found);
	if (p < end && end - from >= 17) {
		found = bytes_at_pairs(p = end - 17, ones, twos);
		return found ? p + __builtin_ctz(found) : end;
	}
#endif
	for (; end - p >= 2; p++)
		if ((p[0] == a[0] || p[0] == a[1]) && (p[1] == b[0] || p[1] == b[1]))
			return p;
	return end;
}

/* The first `a` that has `b` or `c` behind it. */
static inline const char *bytes_find_pair(const char *p, const char *end, char a, char b, char c)
{
	return bytes_find_pairs(p, end, (const char[2]){ a, a }, (const char[2]){ b, c });
}

/* The first at 0x80 or above; `end` if there is none. */
static inline const char *bytes_ascii_end(const char *p, const char *end)
{
#ifdef __SSE2__
	const char *from = p;
	unsigned found = 0;

	for (; end - p >= 16; p += 16)
		if ((found = bytes_mask(bytes_load(p))) != 0)
			return p + __builtin_ctz(found);
	if (p < end && end - from >= 16) {
		found = bytes_mask(bytes_load(p = end - 16));
		return found ? p + __builtin_ctz(found) : end;
	}
#endif
	while (p < end && (unsigned char)*p < 0x80)
		p++;
	return p;
}

/* All below 0x80? */
static inline bool bytes_ascii(const char *p, const char *end)
{
#ifdef __SSE2__
	for (; end - p >= 64; p += 64)
		if (bytes_mask(_mm_or_si128(_mm_or_si128(bytes_load(p), bytes_load(p + 16)),
			_mm_or_si128(bytes_load(p + 32), bytes_load(p + 48)))))
			return false;
#endif
	return bytes_ascii_end(p, end) == end;
}

#ifdef __SSE2__
static inline unsigned bytes_at_three(const char *p, __m128i a, __m128i b, __m128i c)
{
	__m128i block = bytes_load(p);

	return bytes_mask(_mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(block, a),
		_mm_cmpeq_epi8(block, b)), _mm_cmpeq_epi8(block, c)));
}
#endif

/* The first of three; `end` if there is none. */
static inline const char *bytes_find3(const char *p, const char *end, char a, char b, char c)
{
#ifdef __SSE2__
	const __m128i as = _mm_set1_epi8(a), bs = _mm_set1_epi8(b), cs = _mm_set1_epi8(c);

	const char *from = p;
	unsigned found = 0;

	for (; end - p >= 16; p += 16)
		if ((found = bytes_at_three(p, as, bs, cs)) != 0)
			return p + __builtin_ctz(found);
	if (p < end && end - from >= 16) {
		found = bytes_at_three(p = end - 16, as, bs, cs);
		return found ? p + __builtin_ctz(found) : end;
	}
#endif
	while (p < end && *p != a && *p != b && *p != c)
		p++;
	return p;
}

/* The first of four, or of "dot" or "d0t" in any case; `end` if there is none. */
static inline const char *bytes_find4_or_dot(const char *p, const char *end, const char four[4])
{
#ifdef __SSE2__
	const __m128i as = _mm_set1_epi8(four[0]), bs = _mm_set1_epi8(four[1]);
	const __m128i cs = _mm_set1_epi8(four[2]), ds = _mm_set1_epi8(four[3]);
	const __m128i lower = _mm_set1_epi8(0x20), d = _mm_set1_epi8('d'), t = _mm_set1_epi8('t');
	const __m128i o = _mm_set1_epi8('o'), zero = _mm_set1_epi8('0');

	for (; end - p >= 18; p += 16) {
		__m128i block = bytes_load(p), third = bytes_load(p + 2);
		__m128i second = _mm_or_si128(bytes_load(p + 1), lower);
		__m128i one = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(block, as),
			_mm_cmpeq_epi8(block, bs)), _mm_or_si128(_mm_cmpeq_epi8(block, cs),
			_mm_cmpeq_epi8(block, ds)));
		__m128i word = _mm_and_si128(_mm_cmpeq_epi8(_mm_or_si128(block, lower), d),
			_mm_and_si128(_mm_cmpeq_epi8(_mm_or_si128(third, lower), t),
			_mm_or_si128(_mm_cmpeq_epi8(second, o), _mm_cmpeq_epi8(second, zero))));
		unsigned found = bytes_mask(_mm_or_si128(one, word));

		if (found)
			return p + __builtin_ctz(found);
	}
#endif
	while (p < end && *p != four[0] && *p != four[1] && *p != four[2] && *p != four[3] &&
		!(end - p >= 3 && (*p | 0x20) == 'd' && (p[2] | 0x20) == 't' &&
		((p[1] | 0x20) == 'o' || (p[1] | 0x20) == '0')))
		p++;
	return p;
}

/* Copies plain text up to the first byte that is not plain, is `also`, or is a blank with another
 * or with something not plain behind it; what it wrote ends at the result, and *from at what it
 * did not take. `to` may be where *from is, or before it. Whole blocks only: the last 16 bytes are
 * left to the caller, who can go on byte by byte. */
static inline char *bytes_copy_plain(const char **from, const char *end, char *to, char also)
{
#ifdef __SSE2__
	const char *p = *from;
	const __m128i too = _mm_set1_epi8(also), blank = _mm_set1_epi8(' ');

	while (end - p >= 17) { /* one more is looked at: is the last blank of a block alone? */
		__m128i block = bytes_load(p), next = bytes_load(p + 1);
		__m128i blanks = _mm_cmpeq_epi8(block, blank);
		unsigned stop = bytes_mask(_mm_or_si128(_mm_or_si128(bytes_not_plain(block),
			_mm_cmpeq_epi8(block, too)),
			_mm_and_si128(blanks, _mm_cmplt_epi8(next, _mm_set1_epi8(0x21)))));

		if (stop) {
			size_t n = (size_t)__builtin_ctz(stop);

			memmove(to, p, n);
			*from = p + n;
			return to + n;
		}
		_mm_storeu_si128((__m128i *)(void *)to, block);
		p += 16;
		to += 16;
	}
	*from = p;
#else
	(void)end;
	(void)also;
	(void)from;
#endif
	return to;
}

#endif
