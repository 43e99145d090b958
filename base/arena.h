/* base/arena: one message's memory, taken piece by piece and given back at once.
 *
 * It has a hard limit, so that no mail can take more of the server than the admin allows.
 * Not thread-safe; may be used by different threads one after the other (libmilter's pool).
 */
#ifndef DEPEER_BASE_ARENA_H
#define DEPEER_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct arena;

/* An arena that hands out at most `limit` bytes (its own book-keeping included). NULL when
 * memory is spent. Free with arena_free(&arena). */
struct arena *arena_create(size_t limit);
void arena_free(struct arena **arena);

/* `size` zeroed bytes, aligned for any type, until arena_free. NULL when spent; from then on
 * arena_spent() is true, although smaller requests may still succeed. size 0 gives a valid
 * pointer. */
void *arena_alloc(struct arena *arena, size_t size);
/* The same without the zeroing, for buffers that are written at once. */
void *arena_alloc_raw(struct arena *arena, size_t size);
/* Grows (or shrinks) the block at `ptr` of `old_size` bytes; in place when it was the last one
 * handed out. NULL when spent: the old block stays valid. Not zeroed. */
void *arena_resize(struct arena *arena, void *ptr, size_t old_size, size_t new_size);
/* A NUL-terminated copy; NULL when spent. */
char *arena_dup(struct arena *arena, struct str text);

bool arena_spent(const struct arena *arena);
/* What a library wanted to allocate for this message failed: the same as if the arena were. */
void arena_set_spent(struct arena *arena);
size_t arena_used(const struct arena *arena); /* bytes taken from the system */
/* The largest block that arena_alloc could still give, as far as the limit goes. */
size_t arena_left(const struct arena *arena);

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
/* n items; NULL also when n * sizeof overflows */
#define ARENA_ARRAY(arena, type, n) ((type *)arena_alloc_array((arena), (n), sizeof(type)))
void *arena_alloc_array(struct arena *arena, size_t n, size_t size);

#endif
