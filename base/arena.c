/* base/arena: see arena.h.
 *
 * Small blocks are cut one after the other from chunks; a large block has a chunk of its own, so
 * that a growing buffer (a decoded body) is handed to realloc instead of leaving its old copies
 * behind, which would count against the limit until the message ends.
 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
	ALIGN = alignof(max_align_t),
	CHUNK_FIRST = 8 * 1024,  /* bytes; a small mail needs one or two of these */
	CHUNK_MOST = 128 * 1024, /* below malloc's mmap threshold: chunks are reused by malloc */
	LARGE = 16 * 1024        /* a block of this size gets its own chunk */
};

struct chunk {
	struct chunk *next, *prev;
	size_t size, used; /* bytes after the header */
	alignas(max_align_t) char bytes[];
};

struct arena {
	size_t limit, used;
	size_t next_size;     /* of the next shared chunk */
	struct chunk *shared; /* newest first: blocks are cut from the first */
	struct chunk *large;  /* one block each */
	char *last;           /* the block cut last from the first shared chunk */
	bool spent;
};

struct arena *arena_create(size_t limit)
{
	struct arena *arena = calloc(1, sizeof(*arena));

	if (!arena)
		return NULL;
	arena->limit = limit;
	arena->used = sizeof(*arena);
	arena->next_size = CHUNK_FIRST;
	return arena;
}

static void free_chunks(struct chunk *chunk)
{
	while (chunk) {
		struct chunk *next = chunk->next;

		free(chunk);
		chunk = next;
	}
}

void arena_free(struct arena **arena)
{
	if (!arena || !*arena)
		return;
	free_chunks((*arena)->shared);
	free_chunks((*arena)->large);
	free(*arena);
	*arena = NULL;
}

static void *spent(struct arena *arena)
{
	arena->spent = true;
	return NULL;
}

/* Bytes that a new chunk may still have, without its header. */
static size_t room(const struct arena *arena)
{
	size_t left = arena->limit > arena->used ? arena->limit - arena->used : 0;

	return left > sizeof(struct chunk) ? left - sizeof(struct chunk) : 0;
}

size_t arena_left(const struct arena *arena)
{
	size_t fresh = room(arena) / ALIGN * ALIGN;
	size_t open = arena->shared ? arena->shared->size - arena->shared->used : 0;

	open = open / ALIGN * ALIGN;
	return fresh > open ? fresh : open;
}

static struct chunk *add_chunk(struct arena *arena, struct chunk **list, size_t size)
{
	struct chunk *chunk = malloc(sizeof(*chunk) + size);

	if (!chunk)
		return NULL;
	chunk->size = size;
	chunk->used = 0;
	chunk->prev = NULL;
	chunk->next = *list;
	if (*list)
		(*list)->prev = chunk;
	*list = chunk;
	arena->used += sizeof(*chunk) + size;
	return chunk;
}

/* Rounded so that the next block is aligned; 0 when that overflows. */
static size_t rounded(size_t size)
{
	if (size == 0)
		return ALIGN;
	if (size > SIZE_MAX - ALIGN - sizeof(struct chunk))
		return 0;
	return (size + ALIGN - 1) / ALIGN * ALIGN;
}

static struct chunk *new_shared(struct arena *arena, size_t need)
{
	size_t size = arena->next_size, most = room(arena);

	if (need > most)
		return NULL;
	if (size > most)
		size = most;
	if (size < need)
		size = need;
	if (arena->next_size < CHUNK_MOST)
		arena->next_size *= 2;
	return add_chunk(arena, &arena->shared, size);
}

void *arena_alloc_raw(struct arena *arena, size_t size)
{
	size_t need = rounded(size);
	struct chunk *chunk = arena->shared;

	if (need == 0)
		return spent(arena);
	/* near the limit the last shared chunk may be all that is left */
	if (need >= LARGE && need <= room(arena)) {
		chunk = add_chunk(arena, &arena->large, need);
		if (!chunk)
			return spent(arena);
		chunk->used = need;
		return chunk->bytes;
	}
	if (!chunk || need > chunk->size - chunk->used) {
		chunk = new_shared(arena, need);
		if (!chunk)
			return spent(arena);
	}
	arena->last = chunk->bytes + chunk->used;
	chunk->used += need;
	return arena->last;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	void *ptr = arena_alloc_raw(arena, size);

	if (ptr && size > 0)
		memset(ptr, 0, size);
	return ptr;
}

void *arena_alloc_array(struct arena *arena, size_t n, size_t size)
{
	if (size != 0 && n > SIZE_MAX / size)
		return spent(arena);
	return arena_alloc(arena, n * size);
}

static struct chunk *find_large(const struct arena *arena, const void *ptr)
{
	for (struct chunk *chunk = arena->large; chunk; chunk = chunk->next)
		if (chunk->bytes == ptr)
			return chunk;
	return NULL;
}

static void *resize_large(struct arena *arena, struct chunk *chunk, size_t need)
{
	size_t left = arena->limit > arena->used ? arena->limit - arena->used : 0;
	struct chunk *moved;

	if (need > chunk->size && need - chunk->size > left)
		return spent(arena);
	moved = realloc(chunk, sizeof(*chunk) + need);
	if (!moved)
		return spent(arena);
	arena->used = arena->used - moved->size + need;
	moved->size = moved->used = need;
	if (moved->prev)
		moved->prev->next = moved;
	else
		arena->large = moved;
	if (moved->next)
		moved->next->prev = moved;
	return moved->bytes;
}

void *arena_resize(struct arena *arena, void *ptr, size_t old_size, size_t new_size)
{
	size_t need = rounded(new_size);
	struct chunk *chunk = arena->shared;
	void *copy;

	if (!ptr)
		return arena_alloc_raw(arena, new_size);
	if (need == 0)
		return spent(arena);
	if (chunk && ptr == arena->last
		&& need <= chunk->size - (size_t)(arena->last - chunk->bytes)) {
		chunk->used = (size_t)(arena->last - chunk->bytes) + need;
		return ptr;
	}
	chunk = old_size > LARGE - ALIGN ? find_large(arena, ptr) : NULL;
	if (chunk)
		return resize_large(arena, chunk, need);
	if (new_size <= old_size)
		return ptr;
	copy = arena_alloc_raw(arena, new_size);
	if (copy && old_size > 0)
		memcpy(copy, ptr, old_size);
	return copy;
}

char *arena_dup(struct arena *arena, struct str text)
{
	char *copy = text.len < SIZE_MAX ? arena_alloc_raw(arena, text.len + 1) : spent(arena);

	if (!copy)
		return NULL;
	if (text.len > 0)
		memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	return copy;
}

bool arena_spent(const struct arena *arena)
{
	return arena->spent;
}

void arena_set_spent(struct arena *arena)
{
	arena->spent = true;
}

size_t arena_used(const struct arena *arena)
{
	return arena->used;
}
