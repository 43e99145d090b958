/* Fuzz target: an Authentication-Results field. Every slice lies in the field or in the arena, no
 * result has an empty word, the limits hold, and what is added in a comment in front, or as another
 * result behind a field that is whole, takes nothing away. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "message/authres.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned mix(unsigned hash, struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		hash = hash * 31 + (unsigned char)text.ptr[i];
	return hash * 31 + (unsigned)text.len;
}

/* Reads every byte that it names. */
static unsigned digest(const struct authres *read)
{
	unsigned hash = mix(0, read->id);

	if (read->n > AUTHRES_RESULTS_MAX)
		abort();
	for (size_t i = 0; i < read->n; i++) {
		const struct auth_result *result = &read->results[i];

		if (result->method.len == 0 || result->result.len == 0
			|| result->properties_n > AUTHRES_PROPERTIES_MAX)
			abort();
		hash = mix(mix(hash, result->method), result->result);
		hash = mix(mix(hash, result->reason), result->comment);
		for (size_t k = 0; k < result->properties_n; k++)
			hash = mix(mix(mix(hash, result->properties[k].type), result->properties[k].name),
				result->properties[k].value);
	}
	return hash;
}

static void read_field(struct str value, struct arena *arena, struct authres *out)
{
	if (authres_read(value, arena, out) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_create(64 * 1024 * 1024);
	char *copy = malloc(size + 1); /* its own block: reading past it is seen */
	struct buf longer = { .arena = arena };
	struct authres read, again;
	unsigned hash;

	if (!arena || !copy)
		abort();
	memcpy(copy, data, size);
	read_field(str_make(copy, size), arena, &read);
	hash = digest(&read);
	buf_add_cstr(&longer, "(a (comment) \\) in front) ");
	buf_add(&longer, copy, size);
	read_field(buf_str(&longer), arena, &again);
	if (digest(&again) != hash || again.broken != read.broken)
		abort();
	if (!read.broken && !read.cut && read.id.len > 0 && read.n < AUTHRES_RESULTS_MAX) {
		buf_add_cstr(&longer, "; added=pass");
		read_field(buf_str(&longer), arena, &again);
		if (again.n != read.n + 1)
			abort();
	}
	free(copy);
	arena_free(&arena);
	return 0;
}
