/* Fuzz target: HTML. Text is never longer than its source; what is hidden of it stands in it, in
 * order; a link stands in the source, which decodes to its target; every slice can be read; what is
 * read twice is the same; counts are within those that they are part of. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "message/html.h"
#include "message/html_anchors.h"
#include "message/html_facts.h"
#include "message/html_reference.h"

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

#define need(holds) need_at((holds), __LINE__)
static void need_at(bool holds, int line)
{
	if (!holds && fprintf(stderr, "line %d does not hold\n", line))
		abort();
}

static void check_link(struct arena *arena, struct str source, const struct html_link *link)
{
	struct str target = link->source;

	need(target.len > 0 && target.ptr >= source.ptr &&
		target.ptr + target.len <= source.ptr + source.len);
	need(link->kind != HTML_NONE || link->type);
	if (link->css || memchr(target.ptr, '\0', target.len))
		return;
	need(html_plain_blanks(arena, &target) == 0 &&
		html_decode_all(arena, target, true, &target) == 0);
	need(str_equal(target, link->target));
}

/* What is hidden is taken out of the text, the rest is what is shown. */
static void check_hidden(const struct html *html)
{
	size_t at = 0, n = 0;

	for (size_t i = 0; i <= html->hidden_n; i++) {
		size_t to = i < html->hidden_n ? html->hidden[i].from : html->text.len;

		need(to >= at && to <= html->text.len);
		need(str_equal(str_slice(html->text, at, to), str_slice(html->shown, n, n + to - at)));
		n += to - at;
		if (i == html->hidden_n)
			break;
		at = html->hidden[i].to;
		need(at > html->hidden[i].from && at <= html->text.len);
	}
	need(n == html->shown.len);
	for (size_t i = 0; i < html->joints_n; i++)
		need(html->joints[i] > (i > 0 ? html->joints[i - 1] : 0) &&
			html->joints[i] <= html->shown.len);
}

static void check_same(struct arena *arena, struct str source, const struct html *first)
{
	struct html html;

	need(html_read_anchors(arena, source, &html) == 0);
	need(str_equal(html.text, first->text) && str_equal(html.shown, first->shown));
	need(html.links_n == first->links_n && html.hidden_n == first->hidden_n);
	for (size_t i = 0; i < html.links_n; i++)
		need(str_equal(html.links[i].target, first->links[i].target) &&
			html.links[i].hidden == first->links[i].hidden &&
			html.links[i].source.ptr == first->links[i].source.ptr);
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
	need(html.text.len <= size);
	check_hidden(&html);
	for (size_t i = 0; i < html.links_n; i++)
		check_link(arena, str_make(copy, size), &html.links[i]);
	check_same(arena, str_make(copy, size), &html);
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
