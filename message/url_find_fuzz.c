/* Fuzz target: the finder of links in text. Links lie in the text, from left to right, without
 * overlapping but for second readings; a plain link that stands alone is found again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "message/url_find.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_again(struct str link)
{
	struct url_finder finder = url_find_begin(NULL, link);
	struct url_found found;

	/* Where letters of other scripts end a link is also a matter of what is behind them. */
	for (size_t i = 0; i < link.len; i++)
		if ((unsigned char)link.ptr[i] >= 0x80)
			return;
	if (!url_find_next(&finder, &found) || found.link.ptr != link.ptr)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_create(64 * 1024 * 1024);
	char *copy = malloc(size + 1);
	struct url_finder finder;
	struct url_found found;
	const char *last = copy;

	if (!arena || !copy)
		abort();
	if (size > 0)
		memcpy(copy, data, size);
	finder = url_find_begin(arena, str_make(copy, size));
	while (url_find_next(&finder, &found)) {
		if (found.link.len == 0 || found.mended.len == 0 ||
			found.link.ptr + found.link.len > copy + size)
			abort();
		if (!found.again && found.link.ptr < last)
			abort();
		if (found.again && (found.link.ptr < copy || found.link.ptr + found.link.len > last))
			abort();
		if (!found.again)
			last = found.link.ptr + found.link.len;
		if (!found.again && !found.human)
			check_again(found.link);
	}
	arena_free(&arena);
	free(copy);
	return 0;
}
