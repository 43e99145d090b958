/* base/number_set: which of many ranges of numbers (AS numbers) contain a number.
 *
 * Built once, then read by any number of threads without locks; 16 bytes for each range. Ranges
 * may overlap in every way. A look-up takes O(log n) steps for each range found, and never more
 * than n, however a hostile list overlaps.
 */
#ifndef DEPEER_BASE_NUMBER_SET_H
#define DEPEER_BASE_NUMBER_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct number_set;
struct number_set_builder;

/* NULL when memory is spent. */
struct number_set_builder *number_set_builder_create(void);
/* The range low..high, both included; with low > high it contains nothing and is not kept. In
 * any order; the same range may be added with many values: all are kept. 0, or -1 when memory is
 * spent or 2^32 - 2 ranges are reached: the builder stays as it was. */
int number_set_builder_add(struct number_set_builder *builder, uint32_t low, uint32_t high,
	uint32_t value);
/* The finished set, also when nothing was added; the builder can then only be freed. NULL when
 * memory is spent. */
struct number_set *number_set_builder_finish(struct number_set_builder *builder);
void number_set_builder_free(struct number_set_builder **builder);

/* Called for each value; false ends the look-up. */
typedef bool number_set_visit(void *context, uint32_t value);

/* Visits the values of all ranges that contain `number`: by where the range starts, lowest
 * first, then in the order they were added. A NULL set is empty. */
void number_set_each(const struct number_set *set, uint32_t number, number_set_visit *visit,
	void *context);
/* The first `max` of them into out; returns how many were stored. */
size_t number_set_lookup(const struct number_set *set, uint32_t number, uint32_t *out, size_t max);

size_t number_set_count(const struct number_set *set); /* ranges kept */
void number_set_free(struct number_set **set);

#endif
