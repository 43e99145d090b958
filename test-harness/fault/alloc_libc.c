/* The process's malloc: glibc's own behind a counter. glibc calls malloc as everybody else does,
 * so strndup(), iconv_open() and the like are counted with the rest. */
#include "test-harness/fault/alloc_count.h"

#include <errno.h>
#include <stdlib.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *block, size_t size);

static void *refused(void)
{
	errno = ENOMEM;
	return NULL;
}

void *malloc(size_t size)
{
	return fault_now() ? refused() : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	return fault_now() ? refused() : __libc_calloc(n, size);
}

void *realloc(void *block, size_t size)
{
	return fault_now() ? refused() : __libc_realloc(block, size);
}
