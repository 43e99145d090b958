/* test-harness/fault/alloc: lets the Nth allocation of a stretch of code fail.
 *
 * Linked into the test programs that ask for it (Makefile). Two implementations: without a
 * sanitizer alloc_libc.c stands in front of the C library's malloc for the whole process, so that
 * the allocations of PCRE2, libidn2 and iconv fail too; under one, where malloc is the
 * sanitizer's, alloc_wrap.c stands in front of what our own objects call (ld --wrap).
 *
 * For one thread: the counting is not atomic. Leaks are for the address sanitizer to find.
 */
#ifndef DEPEER_TEST_HARNESS_FAULT_ALLOC_H
#define DEPEER_TEST_HARNESS_FAULT_ALLOC_H

#include <stdbool.h>
#include <stddef.h>

/* From now on the `nth` allocation (from 1) fails; with `lasting` all after it, too. 0: none
 * fails, they are counted. */
void fault_begin(size_t nth, bool lasting);
/* Allocations succeed again. How many were asked for since fault_begin. */
size_t fault_end(void);

/* For the implementations. */
bool fault_now(void);

#endif
