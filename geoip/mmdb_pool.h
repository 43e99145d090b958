/* geoip/mmdb_pool: the data section of a MaxMind DB that is being written: each value once.
 *
 * The strings of the keys come first and are only pointed to; a record that was stored before is
 * found by a hash of its bytes.
 */
#ifndef DEPEER_GEOIP_MMDB_POOL_H
#define DEPEER_GEOIP_MMDB_POOL_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "geoip/mmdb_build.h"

struct mmdb_pool {
	struct buf data;       /* the section */
	uint32_t *offsets;     /* hash table: offset + 1 of a record, 0 = free */
	uint32_t *lengths;     /* of the record at the same place of the table */
	size_t capacity, records;
	uint32_t key_asn, key_org, key_country, key_iso;
};

/* 0, or -1 when memory is spent. Free with mmdb_pool_clear, also after a failure. */
int mmdb_pool_init(struct mmdb_pool *pool);
void mmdb_pool_clear(struct mmdb_pool *pool);
/* The offset of the record in *offset; -1 when memory is spent or the section has 2 GiB. */
int mmdb_pool_add(struct mmdb_pool *pool, const struct mmdb_build_record *record,
	uint32_t *offset);

/* Values of the format, also for the metadata. */
void mmdb_put_string(struct buf *out, struct str text);
void mmdb_put_number(struct buf *out, unsigned type, uint64_t number); /* enum mmdb_type */
void mmdb_put_map(struct buf *out, size_t pairs);   /* fewer than 29 */
void mmdb_put_array(struct buf *out, size_t items); /* fewer than 29 */

#endif
