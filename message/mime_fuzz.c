/* Fuzz target: taking a body apart. The first line is the Content-Type; the next byte says into
 * which pieces the body is cut. The parts, their data and what else may be read must be those of
 * the uncut body. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "message/mime.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int add_headers(void *context, struct str block, size_t depth)
{
	buf_addf(context, "(%zu:", depth);
	buf_add_str(context, block);
	return 0;
}

static int add_begin(void *context, const struct mime_part *part)
{
	buf_addf(context, "[%d %d %d %zu ", (int)part->kind, (int)part->encoding, part->attachment,
		part->depth);
	buf_add_str(context, part->type);
	buf_add_str(context, part->charset);
	buf_add_str(context, part->name);
	buf_add_byte(context, ']');
	return 0;
}

static int add_data(void *context, struct str data)
{
	buf_add_str(context, data);
	return 0;
}

static int add_end(void *context, unsigned how)
{
	buf_addf(context, "{%u}", how);
	return 0;
}

static int add_other(void *context, const struct mime_other *other)
{
	buf_addf(context, "<%zu %d %d %d ", other->at, other->decode, other->guess,
		other->head.loose);
	buf_add_str(context, other->head.content_type);
	buf_add_str(context, other->head.transfer_encoding);
	buf_add_str(context, other->head.boundary);
	buf_add_str(context, other->outer);
	buf_add_byte(context, '>');
	return 0;
}

static void take_apart(struct arena *arena, struct str type, struct str body, size_t piece,
	struct buf *out)
{
	static const struct mime_events EVENTS = {
		add_headers, add_begin, add_data, add_end, add_other
	};
	const struct mime_limits limits = { .parts = 20, .depth = 5, .header_bytes = 4000 };
	const struct mime_top top = { .content_type = type };
	struct mime *mime = mime_create(arena, &limits, &top, &EVENTS, out);

	if (!mime)
		abort();
	for (size_t at = 0; at < body.len;) {
		struct str chunk = str_slice(body, at, piece ? at + piece : body.len);
		/* its own block: the callee must not keep it */
		char *copy = malloc(chunk.len > 0 ? chunk.len : 1);

		if (!copy)
			abort();
		memcpy(copy, chunk.ptr, chunk.len);
		mime_feed(mime, str_make(copy, chunk.len));
		free(copy);
		at += chunk.len;
	}
	mime_finish(mime);
	buf_addf(out, "%u %u", mime_cut(mime), mime_flaws(mime));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str input = str_make((const char *)data, size);
	size_t lf = str_find_byte(input, '\n');
	struct arena *arena = arena_create(64 * 1024 * 1024);
	struct buf whole = { .arena = arena }, cut = { .arena = arena };

	if (!arena)
		abort();
	if (lf != SIZE_MAX && lf + 2 < size) {
		struct str type = str_make(input.ptr, lf), body = str_slice(input, lf + 2, size);

		take_apart(arena, type, body, 0, &whole);
		take_apart(arena, type, body, 1 + data[lf + 1], &cut);
		if (!arena_spent(arena) && !str_equal(buf_str(&whole), buf_str(&cut)))
			abort();
	}
	arena_free(&arena);
	return 0;
}
