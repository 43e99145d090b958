/* geoip/mmdb_data: the values of a MaxMind DB's data section, read with a bound on everything.
 *
 * Ours and not libmaxminddb's, because version 1.7.1 (Debian 12) recurses without a limit when it
 * skips nested maps, and believes sizes that a hostile file states. Here nothing is read outside
 * of the section, nothing is allocated, nothing recurses without a depth, and each walk has a
 * budget of values. Format: MaxMind DB File Format Specification 2.0, "Output Data Section".
 */
#ifndef DEPEER_GEOIP_MMDB_DATA_H
#define DEPEER_GEOIP_MMDB_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

enum {
	MMDB_DATA_BUDGET = 10000, /* values looked at in one walk; a GeoIP2 City record has ~150 */
	MMDB_DATA_DEPTH = 32      /* containers within containers */
};

/* Pointers are relative to its start. */
struct mmdb_data {
	const uint8_t *bytes;
	size_t size;
};

enum mmdb_type { /* the numbers of the format */
	MMDB_POINTER = 1, MMDB_STRING = 2, MMDB_DOUBLE = 3, MMDB_BYTES = 4, MMDB_UINT16 = 5,
	MMDB_UINT32 = 6, MMDB_MAP = 7, MMDB_INT32 = 8, MMDB_UINT64 = 9, MMDB_UINT128 = 10,
	MMDB_ARRAY = 11, MMDB_BOOL = 14, MMDB_FLOAT = 15
};

struct mmdb_value {
	enum mmdb_type type;
	size_t size;     /* bytes; pairs of a map, items of an array */
	struct str text; /* of a string */
	uint64_t number; /* of UINT16, UINT32, UINT64 */
	size_t content;  /* where the first item of a container stands */
	size_t next;     /* behind the value; of a container in place: content */
	bool pointed;    /* stood behind a pointer */
};

/* The value at `at`, behind a pointer if there is one. False when it is damaged. */
bool mmdb_data_read(const struct mmdb_data *data, size_t at, struct mmdb_value *out);

/* A walk over the pairs of a map. */
struct mmdb_map {
	const struct mmdb_data *data;
	size_t at;
	size_t left;
	unsigned budget;
};

struct mmdb_map mmdb_map_begin(const struct mmdb_data *data, const struct mmdb_value *map);
/* 1 with the next pair, 0 at the end, -1 when it is damaged. */
int mmdb_map_next(struct mmdb_map *map, struct str *key, struct mmdb_value *value);

/* The whole value with all it points to, at most MMDB_DATA_DEPTH deep and MMDB_DATA_BUDGET
 * values. */
bool mmdb_data_valid(const struct mmdb_data *data, size_t at);

#endif
