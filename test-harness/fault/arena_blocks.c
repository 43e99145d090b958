/* base/arena for tests: every block is an allocation of its own. So each single request can be made
 * to fail (alloc.h), which in the real one only a new chunk can, and a sanitizer sees the bounds
 * of each block. Linked before the library, whose arena is then left out. */
#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct block {
	struct block *next;
	char *bytes;
	size_t size;
};

struct arena {
	size_t limit, used;
	struct block *blocks;
	bool spent;
};

struct arena *arena_create(size_t limit)
{
	struct arena *arena = calloc(1, sizeof(*arena));

	if (arena)
		arena->limit = limit;
	return arena;
}

void arena_free(struct arena **arena)
{
	if (!arena || !*arena)
		return;
	while ((*arena)->blocks) {
		struct block *block = (*arena)->blocks;

		(*arena)->blocks = block->next;
		free(block->bytes);
		free(block);
	}
	free(*arena);
	*arena = NULL;
}

void arena_set_spent(struct arena *arena)
{
	arena->spent = true;
}

bool arena_spent(const struct arena *arena)
{
	return arena->spent;
}

size_t arena_used(const struct arena *arena)
{
	return arena->used;
}

size_t arena_left(const struct arena *arena)
{
	return arena->limit - arena->used;
}

void *arena_alloc_raw(struct arena *arena, size_t size)
{
	struct block *block = size <= arena_left(arena) ? malloc(sizeof(*block)) : NULL;

	if (block)
		*block = (struct block){ arena->blocks, malloc(size ? size : 1), size };
	if (!block || !block->bytes) {
		free(block);
		arena->spent = true;
		return NULL;
	}
	arena->blocks = block;
	arena->used += size;
	return block->bytes;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	void *bytes = arena_alloc_raw(arena, size);

	return bytes && size ? memset(bytes, 0, size) : bytes;
}

void *arena_alloc_array(struct arena *arena, size_t n, size_t size)
{
	if (size == 0 || n <= SIZE_MAX / size)
		return arena_alloc(arena, n * size);
	arena->spent = true;
	return NULL;
}

/* Always moved: who keeps a pointer to the old place is found out. */
void *arena_resize(struct arena *arena, void *ptr, size_t old_size, size_t new_size)
{
	char *bytes = arena_alloc_raw(arena, new_size);
	struct block **at = &arena->blocks;

	if (!bytes || !ptr)
		return bytes;
	memcpy(bytes, ptr, old_size < new_size ? old_size : new_size);
	while (*at && (*at)->bytes != ptr)
		at = &(*at)->next;
	if (*at) {
		struct block *old = *at;

		*at = old->next;
		arena->used -= old->size;
		free(old->bytes);
		free(old);
	}
	return bytes;
}

char *arena_dup(struct arena *arena, struct str text)
{
	char *copy = arena_alloc_raw(arena, text.len + 1);

	if (!copy)
		return NULL;
	if (text.len)
		memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	return copy;
}
