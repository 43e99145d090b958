/* For sanitizers: the linker sends our own objects' calls here (-Wl,--wrap=...). */
#include "test-harness/fault/alloc_count.h"

#include <errno.h>
#include <stdlib.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *block, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t most);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *block, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t most);

static void *refused(void)
{
	errno = ENOMEM;
	return NULL;
}

void *__wrap_malloc(size_t size)
{
	return fault_now() ? refused() : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fault_now() ? refused() : __real_calloc(n, size);
}

void *__wrap_realloc(void *block, size_t size)
{
	return fault_now() ? refused() : __real_realloc(block, size);
}

char *__wrap_strdup(const char *text)
{
	return fault_now() ? refused() : __real_strdup(text);
}

char *__wrap_strndup(const char *text, size_t most)
{
	return fault_now() ? refused() : __real_strndup(text, most);
}
