#include "base/arena.h"

#include <stdint.h>
#include <string.h>

#include "test-harness/t.h"

T_TEST(blocks_are_zeroed_and_aligned)
{
	struct arena *arena = arena_create(1 << 20);

	t_need(arena);
	for (size_t size = 0; size < 300; size++) {
		char *ptr = arena_alloc(arena, size);

		t_need(ptr);
		t_need((uintptr_t)ptr % _Alignof(max_align_t) == 0);
		for (size_t i = 0; i < size; i++)
			t_need(ptr[i] == 0);
		memset(ptr, 0xee, size);
		/* given back in part: what comes next gets used bytes */
		t_need(arena_resize(arena, ptr, size, size / 2) == ptr);
	}
	arena_free(&arena);
	t_true(arena == NULL);
	arena_free(&arena);
}

T_TEST(limit_is_hard)
{
	struct arena *arena = arena_create(100000);
	size_t n = 0;

	t_need(arena);
	while (arena_alloc(arena, 1000))
		n++;
	t_true(arena_spent(arena));
	t_true(arena_used(arena) <= 100000);
	t_true(n >= 90 && n < 100);
	arena_free(&arena);
	arena = arena_create(100000);
	t_need(arena);
	t_true(arena_alloc(arena, 100000) == NULL);
	t_true(arena_spent(arena));
	t_true(arena_alloc(arena, 50000) != NULL);
	t_true(arena_used(arena) <= 100000);
	arena_free(&arena);
	arena = arena_create(0);
	t_need(arena);
	t_true(arena_alloc(arena, 0) == NULL);
	arena_free(&arena);
}

T_TEST(sizes_that_overflow)
{
	struct arena *arena = arena_create(SIZE_MAX);
	char *ptr;

	t_need(arena);
	t_true(arena_alloc(arena, SIZE_MAX) == NULL);
	t_true(arena_alloc(arena, SIZE_MAX - 20) == NULL);
	t_true(arena_alloc_array(arena, SIZE_MAX / 8, 16) == NULL);
	t_true(arena_spent(arena));
	ptr = arena_alloc(arena, 10);
	t_true(arena_resize(arena, ptr, 10, SIZE_MAX) == NULL);
	t_true(arena_dup(arena, str_make("x", SIZE_MAX)) == NULL);
	t_true(ARENA_ARRAY(arena, int, 0) != NULL);
	arena_free(&arena);
}

T_TEST(resize_keeps_the_content)
{
	struct arena *arena = arena_create(1 << 20);
	char *first = arena_dup(arena, STR("first")), *second = arena_alloc(arena, 8), *third;

	t_need(first && second);
	memcpy(second, "1234567", 8);
	t_true(arena_resize(arena, second, 8, 100) == second); /* the last one: in place */
	memset(second + 8, 'x', 92);
	t_str(first, "first");
	t_str(second, "1234567");
	third = arena_resize(arena, first, 6, 50); /* not the last: moved */
	t_need(third);
	t_true(third != first);
	t_str(third, "first");
	memset(third + 6, 'y', 44);
	t_str(second, "1234567");
	t_str(arena_resize(arena, NULL, 0, 5) ? "block" : NULL, "block");
	arena_free(&arena);
}

T_TEST(large_blocks_leave_no_copies)
{
	struct arena *arena = arena_create(1 << 20);
	size_t size = 20000;
	char *a = arena_alloc(arena, size), *b = arena_alloc(arena, size), *old;

	t_need(a && b);
	memset(a, 'a', size);
	memset(b, 'b', size);
	/* two that grow by turns to 400,000 each would leave far more than 1 MiB if copied */
	for (; size < 400000; size += 10000) {
		a = arena_resize(arena, a, size, size + 10000);
		b = arena_resize(arena, b, size, size + 10000);
		t_need(a && b);
		memset(a + size, 'a', 10000);
		memset(b + size, 'b', 10000);
	}
	t_true(arena_used(arena) < 2 * size + 20000);
	for (size_t i = 0; i < size; i++)
		t_need(a[i] == 'a' && b[i] == 'b');
	old = a;
	t_true(arena_resize(arena, a, size, 900000) == NULL);
	t_true(old[0] == 'a' && old[size - 1] == 'a');
	t_true(arena_spent(arena));
	a = arena_resize(arena, a, size, 100); /* shrunk, then grown again */
	t_need(a);
	t_true(arena_used(arena) < size + 20000);
	a = arena_resize(arena, a, 100, 300);
	t_need(a);
	t_true(a[99] == 'a');
	arena_free(&arena);
}

T_TEST(left_can_be_had)
{
	struct arena *arena = arena_create(200000);

	t_need(arena);
	for (int i = 0; i < 300; i++)
		t_need(arena_alloc(arena, 500));
	t_true(arena_left(arena) > 0);
	t_true(arena_alloc(arena, arena_left(arena)) != NULL);
	t_true(!arena_spent(arena));
	t_true(arena_used(arena) <= 200000);
	arena_free(&arena);
}

T_TEST(dup_ends_in_nul)
{
	struct arena *arena = arena_create(1 << 16);

	t_need(arena);
	t_str(arena_dup(arena, str_make(NULL, 0)), "");
	t_int(memcmp(arena_dup(arena, STR("a\0b")), "a\0b", 4), 0);
	arena_free(&arena);
}
