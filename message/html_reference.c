/* message/html_reference: see html_reference.h. */
#include "message/html_reference.h"

#include <string.h>

#include "message/charset.h"
#include "message/decode.h"
#include "message/html_entities.h"

static const struct html_entity *find_entity(const char *name, size_t len)
{
	unsigned letter = (unsigned)((unsigned char)name[0] - 'A');
	size_t low, high;

	if (letter > 'z' - 'A')
		return NULL;
	low = HTML_ENTITIES_FROM[letter];
	high = HTML_ENTITIES_FROM[letter + 1];
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

/* A name at p, behind the '&', of those that have all bits of `wanted`. *len: of the reference. */
static const struct html_entity *named_reference(const char *p, const char *end, bool attribute,
	uint32_t wanted, size_t *len)
{
	const struct html_entity *entity;
	size_t n = 0, room = (size_t)(end - p);

	while (n < room && n <= HTML_ENTITY_NAME_MAX && (ascii_alpha(p[n]) || ascii_digit(p[n])))
		n++;
	if (n < 2)
		return NULL;
	*len = n + 2;
	if (n < room && p[n] == ';' && (entity = find_entity(p, n)) != NULL &&
		(entity->what & wanted) == wanted)
		return entity;
	for (size_t bare = n < HTML_ENTITY_BARE_MAX ? n : HTML_ENTITY_BARE_MAX; bare >= 2; bare--) {
		entity = find_entity(p, bare);
		if (!entity || !(entity->what & HTML_ENTITY_BARE))
			continue;
		*len = bare + 1;
		/* "?a=1&copy=2" is no copyright sign */
		return attribute && (bare < n || (bare < room && p[bare] == '=')) ? NULL : entity;
	}
	return NULL;
}

size_t html_reference(const char *p, const char *end, bool attribute, uint32_t *code)
{
	const struct html_entity *entity;
	size_t len;

	if (end - p < 2)
		return 0;
	if (p[1] == '#')
		return numeric_reference(p, end, code);
	if (end - p > 5 && memcmp(p + 1, "nbsp;", 5) == 0) { /* most of them are */
		*code = 0xA0;
		return 6;
	}
	entity = named_reference(p + 1, end, attribute, HTML_ENTITY_FEW, &len);
	if (!entity)
		return 0;
	*code = entity->what & HTML_ENTITY_CODE;
	if (*code == 0x27E8 || *code == 0x27E9) /* "lang" and "rang" in HTML 4 */
		*code += 0x2329 - 0x27E8;
	return len;
}

size_t html_reference_all(const char *p, const char *end, bool attribute, uint32_t codes[2])
{
	const struct html_entity *entity;
	size_t len;

	codes[1] = 0;
	if (end - p < 2)
		return 0;
	if (p[1] == '#')
		return numeric_reference(p, end, codes);
	entity = named_reference(p + 1, end, attribute, 0, &len);
	if (!entity)
		return 0;
	codes[0] = entity->what & HTML_ENTITY_CODE;
	codes[1] = HTML_ENTITY_SECONDS[entity->what >> HTML_ENTITY_SECOND];
	return len;
}

static int decode(struct arena *arena, struct str text, bool attribute, bool all, struct str *out)
{
	const char *p = text.ptr, *end;
	char *copy, *to;

	*out = text;
	if (text.len == 0 || !memchr(p, '&', text.len))
		return 0;
	end = p + text.len;
	/* "&nGt;" is 6 bytes */
	copy = to = arena_alloc_raw(arena, text.len + (all ? text.len / 5 : 0));
	if (!copy)
		return -1;
	while (p < end) {
		const char *amp = memchr(p, '&', (size_t)(end - p));
		size_t plain = (size_t)((amp ? amp : end) - p), len;
		uint32_t codes[2] = { 0, 0 };

		memcpy(to, p, plain);
		to += plain;
		p += plain;
		if (p == end)
			break;
		len = all ? html_reference_all(p, end, attribute, codes) :
			html_reference(p, end, attribute, codes);

		if (len == 0) {
			*to++ = *p++;
			continue;
		}
		to += utf8_encode(codes[0], to);
		if (codes[1])
			to += utf8_encode(codes[1], to);
		p += len;
	}
	*out = str_make(copy, (size_t)(to - copy));
	return 0;
}

int html_decode(struct arena *arena, struct str text, bool attribute, struct str *out)
{
	return decode(arena, text, attribute, false, out);
}

int html_decode_all(struct arena *arena, struct str text, bool attribute, struct str *out)
{
	return decode(arena, text, attribute, true, out);
}
