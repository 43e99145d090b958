/* message/html_reference: see html_reference.h. */
#include "message/html_reference.h"

#include <string.h>

#include "message/charset.h"
#include "message/decode.h"
#include "message/html_entities.h"

static const struct html_entity *find_entity(const char *name, size_t len)
{
	size_t low = 0, high = sizeof HTML_ENTITIES / sizeof *HTML_ENTITIES;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strncmp(name, HTML_ENTITIES[middle].name, len);

		if (order == 0 && HTML_ENTITIES[middle].name[len] != '\0')
			order = -1;
		if (order == 0)
			return &HTML_ENTITIES[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

/* "&#..." at p; the code point, and the length of all of it. 0: it is none. */
static size_t numeric_reference(const char *p, const char *end, uint32_t *code)
{
	static const uint16_t C1[32] = { /* read as Windows-1252 */
		0x20AC, 0x81, 0x201A, 0x192, 0x201E, 0x2026, 0x2020, 0x2021, 0x2C6, 0x2030, 0x160,
		0x2039, 0x152, 0x8D, 0x17D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
		0x2013, 0x2014, 0x2DC, 0x2122, 0x161, 0x203A, 0x153, 0x9D, 0x17E, 0x178
	};
	const char *at = p + 2;
	unsigned base = 10;
	const char *digits;

	if (at < end && (*at == 'x' || *at == 'X')) {
		base = 16;
		at++;
	}
	*code = 0;
	for (digits = at; at < end; at++) {
		int digit = hex_digit(*at);

		if (digit < 0 || (unsigned)digit >= base)
			break;
		if (*code <= 0x10FFFF)
			*code = *code * base + (unsigned)digit;
	}
	if (at == digits)
		return 0;
	if (*code == 0 || *code > 0x10FFFF)
		*code = 0xFFFD;
	if (*code >= 0x80 && *code < 0xA0)
		*code = C1[*code - 0x80];
	at += at < end && *at == ';';
	return (size_t)(at - p);
}

size_t html_reference(const char *p, const char *end, bool attribute, uint32_t *code)
{
	const struct html_entity *entity;
	size_t n = 0, room = (size_t)(end - p) - 1;

	if (room == 0)
		return 0;
	if (p[1] == '#')
		return numeric_reference(p, end, code);
	while (n < room && n <= HTML_ENTITY_NAME_MAX && (ascii_alpha(p[1 + n]) ||
		ascii_digit(p[1 + n])))
		n++;
	if (n < 2)
		return 0;
	if (n < room && p[1 + n] == ';' && (entity = find_entity(p + 1, n)) != NULL) {
		*code = entity->code;
		return n + 2;
	}
	for (size_t len = n; len >= 2; len--) {
		entity = find_entity(p + 1, len);
		if (!entity || !entity->bare)
			continue;
		/* "?a=1&copy=2" is no copyright sign */
		if (attribute && (len < n || (len < room && p[1 + len] == '=')))
			return 0;
		*code = entity->code;
		return len + 1;
	}
	return 0;
}

int html_decode(struct arena *arena, struct str text, bool attribute, struct str *out)
{
	const char *p = text.ptr, *end;
	char *copy, *to;

	*out = text;
	if (text.len == 0 || !memchr(p, '&', text.len))
		return 0;
	end = p + text.len;
	copy = to = arena_alloc_raw(arena, text.len);
	if (!copy)
		return -1;
	while (p < end) {
		uint32_t code;
		size_t len = *p == '&' ? html_reference(p, end, attribute, &code) : 0;

		if (len > 0) {
			to += utf8_encode(code, to);
			p += len;
		} else {
			*to++ = *p++;
		}
	}
	*out = str_make(copy, (size_t)(to - copy));
	return 0;
}
