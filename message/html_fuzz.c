/* Fuzz target: HTML. Text is never longer than its source; every slice can be read; counts are
 * within those that they are part of. */
#include <stdint.h>
#include <stdlib.h>

#include "base/arena.h"
#include "message/html.h"
#include "message/html_facts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned touch(struct str text)
{
	unsigned sum = 0;

	for (size_t i = 0; i < text.len; i++)
		sum += (unsigned char)text.ptr[i];
	return sum;
}

static unsigned touch_all(const struct html_strings *strings)
{
	unsigned sum = 0;

	for (size_t i = 0; i < strings->n; i++)
		sum += touch(strings->items[i]);
	return sum;
}

static unsigned count(struct arena *arena, struct str source)
{
	struct html_facts_list list = { NULL, 0, 0 };
	struct html_facts facts;
	size_t open = 0;
	unsigned sum = 0;

	if (html_facts_add(&list, arena, source, source.len, source.len % 2 ? MIME_IDENTITY :
		MIME_QUOTED_PRINTABLE) < 0)
		abort();
	if (list.n == 0)
		return 0;
	facts = list.items[0];
	for (size_t i = 0; i < facts.inside_n; i++) {
		open += facts.inside[i].open;
		sum += touch(facts.inside[i].name);
	}
	if (facts.length > source.len || facts.text_spaces > facts.text_length ||
		facts.text_length > 2 * source.len)
		abort();
	if (!facts.broken && (open + facts.closed_extra > facts.tags ||
		facts.elements > facts.tags || facts.elements_seen > facts.tags_seen ||
		facts.tags_seen > facts.tags || facts.backhair > 49 ||
		facts.min_size > facts.max_size))
		abort();
	return sum + touch_all(&facts.title) + touch_all(&facts.anchor) +
		touch_all(&facts.comment) + touch_all(&facts.script);
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
	sink += count(arena, str_make(copy, size));
	for (size_t i = 0; i < size; i++)
		if (copy[i] != (char)data[i]) /* only a copy may be changed */
			abort();
	arena_free(&arena);
	free(copy);
	return sink == UINT32_MAX && size == 0 ? 1 : 0;
}
