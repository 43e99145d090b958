/* message/rawbody: cuts by slices; nothing is copied. */
#include "message/rawbody.h"

static const char BREAKS[] = { '\n', '>', ' ' }; /* in the order of preference */

/* How many bytes of `text` to keep so that it ends behind a break between `least` and `most`
 * bytes (offsets of the break itself), or SIZE_MAX. */
static size_t break_in(struct str text, size_t least, size_t most)
{
	for (size_t i = 0; i < sizeof(BREAKS); i++) {
		size_t at = str_find_byte(str_slice(text, least, most), BREAKS[i]);

		if (at != SIZE_MAX)
			return least + at + 1;
	}
	return SIZE_MAX;
}

static int add_item(struct rawbody *rawbody, struct str item)
{
	if (rawbody->n == rawbody->capacity) {
		size_t capacity = rawbody->capacity ? 2 * rawbody->capacity : 16;
		struct str *grown = arena_resize(rawbody->arena, rawbody->items,
			rawbody->capacity * sizeof *grown, capacity * sizeof *grown);

		if (!grown)
			return -1;
		rawbody->items = grown;
		rawbody->capacity = capacity;
	}
	rawbody->items[rawbody->n++] = item;
	return 0;
}

int rawbody_add(struct rawbody *rawbody, struct str text, bool *cut)
{
	if (text.len > RAWBODY_PART_MAX) {
		size_t len = break_in(text, RAWBODY_PART_MAX, RAWBODY_PART_MAX + 1025);

		*cut = true;
		text.len = len == SIZE_MAX ? RAWBODY_PART_MAX : len;
	}
	while (text.len > RAWBODY_CHUNK_MAX) {
		size_t len = break_in(text, RAWBODY_CHUNK_MAX / 2, RAWBODY_CHUNK_MAX);

		if (len == SIZE_MAX)
			len = RAWBODY_CHUNK_MAX / 2 + 1;
		if (add_item(rawbody, str_make(text.ptr, len)) < 0)
			return -1;
		text = str_slice(text, len, text.len);
	}
	return add_item(rawbody, text);
}
