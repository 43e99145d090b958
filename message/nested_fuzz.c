/* Fuzz target: links within links. Each has its place within the URL; the same URL gives the same
 * again; what is found can be parsed and looked into; no memory beyond some of the URL's size. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "message/nested.h"
#include "message/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(bool holds)
{
	if (!holds)
		abort();
}

static unsigned touch(struct str text)
{
	unsigned sum = 0;

	for (size_t i = 0; i < text.len; i++)
		sum += (unsigned char)text.ptr[i];
	return sum;
}

/* As message/links goes on from link to link. */
static unsigned follow(struct arena *arena, struct str raw, int depth)
{
	struct nested_document document;
	struct nested_list list, again;
	struct url url;
	unsigned sum = 0;

	if (!url_parse(arena, raw, STR(""), &url))
		return 0;
	need(nested_read(arena, raw, url.url, &document) == 0);
	need(document.at + document.len <= url.url.len && document.text.len <= raw.len + 2);
	sum += touch(document.text);
	need(nested_find(arena, url.url, url.host, &list) == 0);
	need(nested_find(arena, url.url, url.host, &again) == 0);
	need(list.n <= NESTED_MAX && again.n == list.n);
	for (size_t i = 0; i < list.n; i++) {
		const struct nested *in = &list.items[i];

		need(in->len > 0 && in->at + in->len <= url.url.len && in->raw.len <= url.url.len + 2);
		need(in->at == again.items[i].at && in->len == again.items[i].len);
		need(str_equal(in->raw, again.items[i].raw));
		sum += touch(in->raw);
		if (depth < NESTED_DEPTH)
			sum += follow(arena, in->raw, depth + 1);
	}
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_create(256 * 1024 * 1024);
	static volatile unsigned sink; /* so that the reads are not optimised away */
	char *copy = malloc(size + 1); /* exact bounds for the sanitizer */

	need(arena && copy);
	if (size > 0)
		memcpy(copy, data, size);
	sink = follow(arena, str_make(copy, size), 0);
	(void)sink;
	arena_free(&arena);
	free(copy);
	return 0;
}
