/* Fuzz target: HTML. Text is never longer than its source; every slice can be read. */
#include <stdint.h>
#include <stdlib.h>

#include "base/arena.h"
#include "message/html.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned touch(struct str text)
{
	unsigned sum = 0;

	for (size_t i = 0; i < text.len; i++)
		sum += (unsigned char)text.ptr[i];
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_create(64 * 1024 * 1024);
	static volatile unsigned sink; /* so that the reads are not optimised away */
	char *copy = malloc(size + 1); /* exact bounds for the sanitizer */
	struct html html;

	if (!arena || !copy)
		abort();
	for (size_t i = 0; i < size; i++)
		copy[i] = (char)data[i];
	if (html_read(arena, str_make(copy, size), &html) < 0)
		abort();
	if (html.text.len > size)
		abort();
	sink += touch(html.text) + touch(html.base);
	for (size_t i = 0; i < html.links_n; i++)
		sink += touch(html.links[i].target) + touch(html.links[i].anchor);
	arena_free(&arena);
	free(copy);
	return sink == UINT32_MAX && size == 0 ? 1 : 0;
}
