/* Fuzz target: URLs. What was serialised parses to the same host again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "message/domain.h"
#include "message/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_url(struct arena *arena, struct str raw, struct str base)
{
	struct url url, again;

	if (!url_parse(arena, raw, base, &url))
		return;
	if (url.url.len == 0 || url.url.len > URL_TEXT_MAX)
		abort();
	for (size_t i = 0; i < url.host.len; i++)
		if (url.host.ptr[i] <= ' ' || url.host.ptr[i] == 0x7F)
			abort();
	if (url.host.len == 0 || url.url.len == URL_TEXT_MAX)
		return;
	if (!url_parse(arena, url.url, STR(""), &again) || !str_equal(again.host, url.host))
		abort();
	domain_registered(url.host);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_create(64 * 1024 * 1024);
	char *copy = malloc(size + 1);
	struct str text;

	if (!arena || !copy)
		abort();
	if (size > 0)
		memcpy(copy, data, size);
	text = str_make(copy, size);
	check_url(arena, text, STR(""));
	check_url(arena, text, STR("http://base.example/a/b?c"));
	arena_free(&arena);
	free(copy);
	return 0;
}
