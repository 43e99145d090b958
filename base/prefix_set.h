/* base/prefix_set: which of many networks contain an address.
 *
 * Built once, then read by any number of threads without locks. 29 bytes for each network and 4
 * for each value: a million entries take about 33 MB (and three times as much while it is
 * built). A look-up takes one binary search and then one step for each network around the place
 * that was found, at most 129.
 *
 * IPv4 and IPv6 stand in one set (base/ip.h): ::/0 contains IPv4 addresses too.
 */
#ifndef DEPEER_BASE_PREFIX_SET_H
#define DEPEER_BASE_PREFIX_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"

struct prefix_set;
struct prefix_set_builder;

/* NULL when memory is spent. */
struct prefix_set_builder *prefix_set_builder_create(void);
/* In any order; the same prefix may be added with many values (dated entries, say): all are
 * kept. Host bits are masked. 0, or -1 when memory is spent or 2^32 - 2 entries are reached: the
 * builder stays as it was. */
int prefix_set_builder_add(struct prefix_set_builder *builder, const struct ip_prefix *prefix,
	uint32_t value);
/* The finished set, also when nothing was added; the builder can then only be freed. NULL when
 * memory is spent. */
struct prefix_set *prefix_set_builder_finish(struct prefix_set_builder *builder);
void prefix_set_builder_free(struct prefix_set_builder **builder);

/* Called for each value; false ends the look-up. */
typedef bool prefix_set_visit(void *context, uint32_t value);

/* Visits the values of all entries that contain `ip`: the most specific network first, values of
 * one network in the order they were added. A NULL set is empty. */
void prefix_set_each(const struct prefix_set *set, const struct ip *ip, prefix_set_visit *visit,
	void *context);
/* The first `max` of them into out; returns how many were stored. */
size_t prefix_set_lookup(const struct prefix_set *set, const struct ip *ip, uint32_t *out,
	size_t max);

size_t prefix_set_count(const struct prefix_set *set); /* entries added */
void prefix_set_free(struct prefix_set **set);

#endif
