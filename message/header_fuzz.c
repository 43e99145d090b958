/* Fuzz target: header fields. Names and values are slices of the block and come in its order; a
 * decoded value and a parameter are not longer than their bytes allow. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "message/header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool within(struct str part, struct str whole)
{
	return part.len == 0 || (part.ptr >= whole.ptr && part.ptr + part.len <= whole.ptr + whole.len);
}

static void check_value(struct arena *arena, struct str value)
{
	static const char *const PARAMS[] = { "boundary", "charset", "name", "filename", "url", "" };
	struct str out;

	/* 8-bit bytes within an encoded word are converted twice: three bytes for one, each time */
	if (header_decode(arena, value, &out) == 0 && out.len > 9 * value.len)
		abort();
	if (!within(header_first_word(value), value))
		abort();
	for (size_t i = 0; i < sizeof PARAMS / sizeof *PARAMS; i++)
		if (header_param(arena, value, str_from(PARAMS[i]), &out) && out.len > value.len)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_create(64 * 1024 * 1024);
	char *copy = malloc(size ? size : 1); /* exact: a read beyond it is seen */
	struct str block = str_make(copy, size), rest = block, name, value;

	if (!arena || !copy)
		abort();
	if (size > 0)
		memcpy(copy, data, size);
	while (header_next(&rest, &name, &value)) {
		if (name.len == 0 || !within(name, block) || !within(value, block) ||
			(value.len > 0 && name.ptr >= value.ptr))
			abort();
		check_value(arena, value);
	}
	if (!within(rest, block))
		abort();
	check_value(arena, block);
	free(copy);
	arena_free(&arena);
	return 0;
}
