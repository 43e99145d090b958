/* base/str: see str.h.
 *
 * Lengths are carried everywhere and memcmp is never called with a NULL pointer, because an
 * empty slice may have one.
 */
#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/bytes.h"

enum { BUF_FIRST = 64 }; /* bytes; most header values fit */

bool str_same_nocase(const char *a, const char *b, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (ascii_lower(a[i]) != ascii_lower(b[i]))
			return false;
	return true;
}

bool str_ends_nocase(struct str text, struct str end)
{
	return text.len >= end.len &&
		str_same_nocase(text.ptr + (text.len - end.len), end.ptr, end.len);
}

int str_compare(struct str a, struct str b)
{
	size_t shorter = a.len < b.len ? a.len : b.len;
	int order = shorter ? memcmp(a.ptr, b.ptr, shorter) : 0;

	if (order != 0)
		return order;
	return (a.len > b.len) - (a.len < b.len);
}

struct str str_trim(struct str text)
{
	while (text.len > 0 && ascii_space(text.ptr[0])) {
		text.ptr++;
		text.len--;
	}
	while (text.len > 0 && ascii_space(text.ptr[text.len - 1]))
		text.len--;
	return text;
}

/* The set as bits: one test a byte, however many there are in it. */
size_t str_until(struct str text, size_t at, const char *set)
{
	uint64_t bits[4] = { 0 };

	for (; *set; set++)
		bits[(unsigned char)*set >> 6] |= UINT64_C(1) << ((unsigned char)*set & 63);
	for (; at < text.len; at++) {
		unsigned char c = (unsigned char)text.ptr[at];

		if (bits[c >> 6] >> (c & 63) & 1)
			break;
	}
	return at;
}

static void both_cases(char c, char both[2])
{
	both[0] = ascii_lower(c);
	both[1] = ascii_alpha(c) ? (char)(both[0] - 32) : c;
}

/* A pair of letters is rare in any text, a letter is not: the first two bytes of the
 * needle are looked for at sixteen places at a time. */
size_t str_find(struct str text, struct str needle)
{
	const char *p = text.ptr, *end;

	if (needle.len < 2)
		return needle.len == 0 ? 0 : str_find_byte(text, needle.ptr[0]);
	if (text.len < needle.len)
		return SIZE_MAX;
	end = p + (text.len - needle.len + 2); /* of what a pair may stand in */
	for (; (p = bytes_find_pair(p, end, needle.ptr[0], needle.ptr[1], needle.ptr[1])) < end; p++)
		if (memcmp(p, needle.ptr, needle.len) == 0)
			return (size_t)(p - text.ptr);
	return SIZE_MAX;
}

/* The same, with both bytes in either case. */
size_t str_find_nocase(struct str text, struct str needle)
{
	const char *p = text.ptr, *end;
	char first[2], second[2];

	if (needle.len == 0)
		return 0;
	if (text.len < needle.len)
		return SIZE_MAX;
	if (needle.len == 1) {
		for (size_t i = 0; i < text.len; i++)
			if (ascii_lower(text.ptr[i]) == ascii_lower(needle.ptr[0]))
				return i;
		return SIZE_MAX;
	}
	both_cases(needle.ptr[0], first);
	both_cases(needle.ptr[1], second);
	end = p + (text.len - needle.len + 2);
	for (; (p = bytes_find_pairs(p, end, first, second)) < end; p++)
		if (str_same_nocase(p, needle.ptr, needle.len))
			return (size_t)(p - text.ptr);
	return SIZE_MAX;
}

bool str_to_u64(struct str text, uint64_t max, uint64_t *out)
{
	uint64_t value = 0;

	if (text.len == 0)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		uint64_t digit;

		if (!ascii_digit(text.ptr[i]))
			return false;
		digit = (uint64_t)(text.ptr[i] - '0');
		if (value > UINT64_MAX / 10 || value * 10 > UINT64_MAX - digit)
			return false;
		value = value * 10 + digit;
	}
	if (value > max)
		return false;
	*out = value;
	return true;
}

/* Changes the capacity; the old block stays when that fails. */
static bool buf_resize(struct buf *buf, size_t capacity)
{
	char *ptr = buf->arena ? arena_resize(buf->arena, buf->ptr, buf->capacity, capacity)
	                       : realloc(buf->ptr, capacity);

	if (!ptr)
		return false;
	buf->ptr = ptr;
	buf->capacity = capacity;
	return true;
}

/* Room for `extra` bytes without regard to the limit (buf_cstr's NUL is not counted in it). */
static bool grow(struct buf *buf, size_t extra)
{
	size_t need, doubled;

	if (extra <= buf->capacity - buf->len)
		return true;
	if (extra > SIZE_MAX - buf->len)
		return false;
	need = buf->len + extra;
	doubled = buf->capacity > SIZE_MAX / 2 ? SIZE_MAX : buf->capacity * 2;
	if (doubled < BUF_FIRST)
		doubled = BUF_FIRST;
	/* Twice as much keeps long appending linear; near the end, what is needed. An arena is not
	 * asked for what it does not have: that would mark it as spent. */
	if (need < doubled && (!buf->arena || doubled <= arena_left(buf->arena))
		&& buf_resize(buf, doubled))
		return true;
	return buf_resize(buf, need);
}

bool buf_reserve(struct buf *buf, size_t extra)
{
	if (buf->failed)
		return false;
	if ((buf->limit && (buf->len > buf->limit || extra > buf->limit - buf->len))
		|| !grow(buf, extra)) {
		buf->failed = true;
		return false;
	}
	return true;
}

void buf_add(struct buf *buf, const char *ptr, size_t len)
{
	size_t room = buf->limit > buf->len ? buf->limit - buf->len : 0;
	bool cut = buf->limit && len > room;

	if (cut)
		len = room;
	if (len > 0 && buf_reserve(buf, len)) {
		memcpy(buf->ptr + buf->len, ptr, len);
		buf->len += len;
	}
	if (cut)
		buf->failed = true;
}

void buf_add_str(struct buf *buf, struct str text)
{
	buf_add(buf, text.ptr, text.len);
}

void buf_add_cstr(struct buf *buf, const char *text)
{
	buf_add_str(buf, str_from(text));
}

void buf_addf(struct buf *buf, const char *format, ...)
{
	va_list args;
	char small[256], *large;
	int n;

	va_start(args, format);
	n = vsnprintf(small, sizeof(small), format, args);
	va_end(args);
	if (n < 0) {
		buf->failed = true;
		return;
	}
	if ((size_t)n < sizeof(small)) {
		buf_add(buf, small, (size_t)n);
		return;
	}
	large = malloc((size_t)n + 1);
	if (!large) {
		buf->failed = true;
		return;
	}
	va_start(args, format);
	vsnprintf(large, (size_t)n + 1, format, args);
	va_end(args);
	buf_add(buf, large, (size_t)n);
	free(large);
}

struct str buf_str(const struct buf *buf)
{
	return str_make(buf->ptr, buf->len);
}

const char *buf_cstr(struct buf *buf)
{
	if (!grow(buf, 1)) {
		buf->failed = true;
		return "";
	}
	buf->ptr[buf->len] = '\0';
	return buf->ptr;
}

void buf_free(struct buf *buf)
{
	if (!buf->arena)
		free(buf->ptr);
	*buf = (struct buf){ .limit = buf->limit, .arena = buf->arena };
}
