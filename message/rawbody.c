/* message/rawbody: cuts by slices; nothing is copied but a body with long runs of blank lines. */
#include "message/rawbody.h"

#include <string.h>

enum { BLANK_LINES_MAX = 20 };

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

/* A run of blank lines: where it begins, and what of it is left out. */
struct run {
	size_t lines, keep;             /* keep: of its first ones */
	size_t out_from;                /* offset behind those */
	size_t starts[BLANK_LINES_MAX - 1]; /* of the last ones, a ring */
};

static size_t line_end(struct str text, size_t at)
{
	size_t lf = str_find_byte(str_slice(text, at, text.len), '\n');

	return lf == SIZE_MAX ? text.len : at + lf + 1;
}

/* Takes in the blank lines from `at`; returns the offset behind them. */
static size_t read_run(struct str body, size_t at, struct run *run)
{
	size_t ring = BLANK_LINES_MAX - 1;

	run->lines = 0;
	run->keep = at == 0 ? 2 : 1;
	while (at < body.len) {
		size_t end = line_end(body, at);

		if (str_trim(str_slice(body, at, end)).len > 0)
			break;
		run->starts[run->lines % ring] = at;
		at = end;
		if (++run->lines == run->keep)
			run->out_from = at;
	}
	return at;
}

/* Offsets of the next piece that is left out; false: none. */
static bool next_out(struct str body, size_t *at, size_t *from, size_t *to)
{
	size_t ring = BLANK_LINES_MAX - 1;
	struct run run;

	while (*at < body.len) {
		size_t end = read_run(body, *at, &run);

		if (run.lines == 0)
			end = line_end(body, *at);
		*at = end;
		if (run.lines <= ring + run.keep)
			continue;
		*from = run.out_from;
		*to = run.starts[run.lines % ring]; /* the oldest in the ring */
		return true;
	}
	return false;
}

int rawbody_squash(struct arena *arena, struct str *body)
{
	size_t at = 0, done = 0, n = 0, from, to;
	char *copy = NULL;

	while (next_out(*body, &at, &from, &to)) {
		if (!copy && !(copy = arena_alloc_raw(arena, body->len)))
			return -1;
		memcpy(copy + n, body->ptr + done, from - done);
		n += from - done;
		done = to;
	}
	if (!copy)
		return 0;
	memcpy(copy + n, body->ptr + done, body->len - done);
	*body = str_make(copy, n + body->len - done);
	return 0;
}
