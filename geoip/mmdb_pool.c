/* geoip/mmdb_pool: the data section of a MaxMind DB that is being written: each value once.
 *
 * A whole-internet database has 1.3 million networks and 80,000 different records, so finding
 * equal ones is what the time goes into: an open hash table over the section itself.
 */
#include "geoip/mmdb_pool.h"

#include <stdlib.h>
#include <string.h>

#include "geoip/mmdb_data.h"

enum { TABLE_FIRST = 1 << 12, SECTION_MAX = INT32_MAX };

static void put_head(struct buf *out, unsigned type, size_t size)
{
	unsigned kind = type < 8 ? type << 5 : 0;

	buf_add_byte(out, (char)(kind | (size < 29 ? size : size < 285 ? 29 : 30)));
	if (type >= 8)
		buf_add_byte(out, (char)(type - 7));
	if (size >= 285) {
		buf_add_byte(out, (char)((size - 285) >> 8));
		buf_add_byte(out, (char)(size - 285));
	} else if (size >= 29) {
		buf_add_byte(out, (char)(size - 29));
	}
}

void mmdb_put_string(struct buf *out, struct str text)
{
	if (text.len > MMDB_BUILD_NAME_MAX) {
		text.len = MMDB_BUILD_NAME_MAX;
		while (text.len > 0 && (text.ptr[text.len] & 0xc0) == 0x80)
			text.len--; /* not within a UTF-8 character */
	}
	put_head(out, MMDB_STRING, text.len);
	buf_add_str(out, text);
}

void mmdb_put_number(struct buf *out, unsigned type, uint64_t number)
{
	size_t size = 0;

	for (uint64_t rest = number; rest > 0; rest >>= 8)
		size++;
	put_head(out, type, size);
	while (size-- > 0)
		buf_add_byte(out, (char)(number >> (8 * size)));
}

void mmdb_put_map(struct buf *out, size_t pairs)
{
	put_head(out, MMDB_MAP, pairs);
}

void mmdb_put_array(struct buf *out, size_t items)
{
	put_head(out, MMDB_ARRAY, items);
}

/* Only keys are pointed to: they stand in the first 2048 bytes. */
static void put_key(struct buf *out, uint32_t offset)
{
	buf_add_byte(out, (char)(MMDB_POINTER << 5 | offset >> 8));
	buf_add_byte(out, (char)offset);
}

static uint32_t add_key(struct mmdb_pool *pool, struct str name)
{
	uint32_t offset = (uint32_t)pool->data.len;

	mmdb_put_string(&pool->data, name);
	return offset;
}

int mmdb_pool_init(struct mmdb_pool *pool)
{
	memset(pool, 0, sizeof *pool);
	pool->key_asn = add_key(pool, STR("autonomous_system_number"));
	pool->key_org = add_key(pool, STR("autonomous_system_organization"));
	pool->key_country = add_key(pool, STR("country"));
	pool->key_iso = add_key(pool, STR("iso_code"));
	pool->capacity = TABLE_FIRST;
	pool->offsets = calloc(pool->capacity, sizeof *pool->offsets);
	pool->lengths = calloc(pool->capacity, sizeof *pool->lengths);
	return pool->offsets == NULL || pool->lengths == NULL || pool->data.failed ? -1 : 0;
}

void mmdb_pool_clear(struct mmdb_pool *pool)
{
	buf_free(&pool->data);
	free(pool->offsets);
	free(pool->lengths);
	pool->offsets = pool->lengths = NULL;
}

static void put_record(const struct mmdb_pool *pool, struct buf *out,
	const struct mmdb_build_record *record)
{
	size_t pairs = (record->asn != 0) + (record->org.len > 0) + (record->country[0] != '\0');

	mmdb_put_map(out, pairs);
	if (record->asn != 0) {
		put_key(out, pool->key_asn);
		mmdb_put_number(out, MMDB_UINT32, record->asn);
	}
	if (record->org.len > 0) {
		put_key(out, pool->key_org);
		mmdb_put_string(out, record->org);
	}
	if (record->country[0] != '\0') {
		put_key(out, pool->key_country);
		mmdb_put_map(out, 1);
		put_key(out, pool->key_iso);
		mmdb_put_string(out, str_from(record->country));
	}
}

/* FNV-1a; the input is the admin's own data, nobody aims at the table. */
static size_t hash(const char *bytes, size_t len)
{
	uint64_t value = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < len; i++)
		value = (value ^ (unsigned char)bytes[i]) * UINT64_C(1099511628211);
	return (size_t)(value ^ value >> 32);
}

/* The place of the record in the table: the one it has, or a free one. */
static size_t find_slot(const struct mmdb_pool *pool, const char *bytes, size_t len)
{
	size_t mask = pool->capacity - 1, slot = hash(bytes, len) & mask;

	while (pool->offsets[slot] != 0 && (pool->lengths[slot] != len ||
			memcmp(pool->data.ptr + pool->offsets[slot] - 1, bytes, len) != 0))
		slot = (slot + 1) & mask;
	return slot;
}

static int grow(struct mmdb_pool *pool)
{
	struct mmdb_pool old = *pool;

	if ((pool->records + 1) * 4 < pool->capacity * 3)
		return 0;
	pool->capacity *= 2;
	pool->offsets = calloc(pool->capacity, sizeof *pool->offsets);
	pool->lengths = calloc(pool->capacity, sizeof *pool->lengths);
	if (pool->offsets == NULL || pool->lengths == NULL) {
		free(pool->offsets);
		free(pool->lengths);
		*pool = old;
		return -1;
	}
	for (size_t i = 0; i < old.capacity; i++) {
		size_t slot;

		if (old.offsets[i] == 0)
			continue;
		slot = find_slot(pool, pool->data.ptr + old.offsets[i] - 1, old.lengths[i]);
		pool->offsets[slot] = old.offsets[i];
		pool->lengths[slot] = old.lengths[i];
	}
	free(old.offsets);
	free(old.lengths);
	return 0;
}

int mmdb_pool_add(struct mmdb_pool *pool, const struct mmdb_build_record *record,
	uint32_t *offset)
{
	size_t start = pool->data.len, len, slot;

	if (grow(pool) != 0)
		return -1;
	put_record(pool, &pool->data, record); /* behind the others, to be taken back if known */
	if (pool->data.failed || pool->data.len > SECTION_MAX)
		return -1;
	len = pool->data.len - start;
	slot = find_slot(pool, pool->data.ptr + start, len);
	if (pool->offsets[slot] != 0) {
		pool->data.len = start;
	} else {
		pool->offsets[slot] = (uint32_t)start + 1;
		pool->lengths[slot] = (uint32_t)len;
		pool->records++;
	}
	*offset = pool->offsets[slot] - 1;
	return 0;
}
