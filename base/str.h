/* base/str: a borrowed slice of bytes, and a buffer that grows.
 *
 * NUL is an ordinary byte everywhere: mail contains it. A slice owns nothing and lives as long
 * as what it points into.
 */
#ifndef DEPEER_BASE_STR_H
#define DEPEER_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct arena;

struct str {
	const char *ptr; /* may be NULL when len is 0 */
	size_t len;
};

#define STR(literal) ((struct str){ (literal), sizeof(literal) - 1 })

static inline struct str str_make(const char *ptr, size_t len)
{
	return (struct str){ ptr, len };
}

/* ASCII, never the locale's: <ctype.h> is undefined for negative char and slow. */
static inline char ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}
static inline bool ascii_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}
static inline bool ascii_digit(char c)
{
	return c >= '0' && c <= '9';
}
static inline bool ascii_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline struct str str_from(const char *text) /* a C string; NULL gives the empty slice */
{
	return str_make(text, text ? strlen(text) : 0);
}
static inline bool str_equal(struct str a, struct str b) /* bytes */
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}
bool str_same_nocase(const char *a, const char *b, size_t len); /* ASCII case only, as all here */
/* Inline: most texts differ in length or in their first byte. */
static inline bool str_equal_nocase(struct str a, struct str b)
{
	/* NOLINTNEXTLINE(*NullDereference): ptr is NULL only where len is 0 */
	return a.len == b.len && (a.len == 0 || (ascii_lower(*a.ptr) == ascii_lower(*b.ptr) &&
		str_same_nocase(a.ptr, b.ptr, a.len)));
}
static inline bool str_starts_nocase(struct str text, struct str start)
{
	return text.len >= start.len && str_equal_nocase(str_make(text.ptr, start.len), start);
}
bool str_ends_nocase(struct str text, struct str end);
int str_compare(struct str a, struct str b);    /* as memcmp, the shorter first */
struct str str_trim(struct str text);           /* without SP HT CR LF VT FF at both ends */
/* Offset of the first `byte`/`needle` in text, or SIZE_MAX. */
static inline size_t str_find_byte(struct str text, char byte)
{
	const char *at = text.len ? memchr(text.ptr, byte, text.len) : NULL;

	return at ? (size_t)(at - text.ptr) : SIZE_MAX;
}
size_t str_find(struct str text, struct str needle);
size_t str_find_nocase(struct str text, struct str needle);
/* Offset, from `at` on, of the first byte that is in `set`; text.len if there is none. */
size_t str_until(struct str text, size_t at, const char *set);
/* Bounds are clamped. */
static inline struct str str_slice(struct str text, size_t from, size_t to)
{
	to = to < text.len ? to : text.len;
	from = from < to ? from : to;
	return text.ptr ? str_make(text.ptr + from, to - from) : str_make(NULL, 0);
}
/* Digits only, at most `max`; false on anything else (sign, blank, empty, overflow). */
bool str_to_u64(struct str text, uint64_t max, uint64_t *out);

/* A growing buffer. With an arena it takes its memory there (nothing to free, the limit is the
 * arena's); without, from malloc (free with buf_free). Zero-initialise and set `arena` if any.
 * When memory is spent or `limit` (0 = none) is reached, `failed` is set and stays set, what was
 * stored before stays valid, and further bytes are dropped: check once, at the end. At the limit
 * the bytes that fit are stored; the NUL of buf_cstr is not counted in it. */
struct buf {
	char *ptr; /* not NUL-terminated; see buf_cstr */
	size_t len, capacity;
	size_t limit;
	struct arena *arena;
	bool failed;
};

void buf_add(struct buf *buf, const char *ptr, size_t len);
/* Inline: decoding goes byte by byte, and the call was a fifth of what a mail costs. */
static inline void buf_add_byte(struct buf *buf, char byte)
{
	if (!buf->failed && buf->len < buf->capacity && (!buf->limit || buf->len < buf->limit))
		buf->ptr[buf->len++] = byte;
	else
		buf_add(buf, &byte, 1);
}
void buf_add_str(struct buf *buf, struct str text);
void buf_add_cstr(struct buf *buf, const char *text);
void buf_addf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool buf_reserve(struct buf *buf, size_t extra); /* room for `extra` more bytes */
struct str buf_str(const struct buf *buf);       /* until the next change */
const char *buf_cstr(struct buf *buf);           /* NUL-terminated; "" when memory is spent */
void buf_free(struct buf *buf);                  /* also resets; arena and limit stay set */

#endif
