/* geoip/mmdb_data: the values of a MaxMind DB's data section, read with a bound on everything.
 *
 * Every offset is checked against the section before the byte is read; sizes are compared by
 * subtraction, so that no sum overflows.
 */
#include "geoip/mmdb_data.h"

/* Bytes a fixed-size or length-limited type may have; 0: not checked here. */
static const uint8_t size_max[16] = {
	[MMDB_DOUBLE] = 8, [MMDB_UINT16] = 2, [MMDB_UINT32] = 4, [MMDB_INT32] = 4,
	[MMDB_UINT64] = 8, [MMDB_UINT128] = 16, [MMDB_BOOL] = 1, [MMDB_FLOAT] = 4,
};

static bool known_type(unsigned type)
{
	return type == MMDB_STRING || type == MMDB_BYTES || type == MMDB_MAP ||
		type == MMDB_ARRAY || type == MMDB_POINTER || (type < 16 && size_max[type] > 0);
}

static uint64_t big_endian(const uint8_t *bytes, size_t n)
{
	uint64_t value = 0;

	for (size_t i = 0; i < n; i++)
		value = value << 8 | bytes[i];
	return value;
}

/* Reads n <= 8 bytes at *at and steps over them. */
static bool take(const struct mmdb_data *data, size_t *at, size_t n, uint64_t *value)
{
	if (*at > data->size || data->size - *at < n)
		return false;
	*value = big_endian(data->bytes + *at, n);
	*at += n;
	return true;
}

/* The sizes 29, 30 and 31 mean that 1, 2 or 3 more bytes follow. */
static bool take_size(const struct mmdb_data *data, size_t *at, unsigned control, size_t *size)
{
	static const size_t base[3] = { 29, 285, 65821 };
	uint64_t more;

	*size = control & 31;
	if (*size < 29)
		return true;
	control = (unsigned)*size - 29;
	if (!take(data, at, control + 1, &more))
		return false;
	*size = base[control] + (size_t)more;
	return true;
}

static bool take_pointer(const struct mmdb_data *data, size_t *at, unsigned control,
	size_t *target)
{
	static const uint64_t base[4] = { 0, 2048, 526336, 0 };
	unsigned length = control >> 3 & 3;
	uint64_t value;

	if (!take(data, at, length + 1, &value))
		return false;
	if (length < 3)
		value |= (uint64_t)(control & 7) << (8 * (length + 1));
	value += base[length];
	*target = (size_t)value;
	return value < data->size;
}

/* Control bytes of the value at *at; *at is then where its content begins. */
static bool take_head(const struct mmdb_data *data, size_t *at, unsigned *type, size_t *size)
{
	uint64_t control, extended;

	if (!take(data, at, 1, &control))
		return false;
	*type = (unsigned)control >> 5;
	if (*type == MMDB_POINTER)
		return take_pointer(data, at, (unsigned)control, size);
	if (*type == 0) {
		if (!take(data, at, 1, &extended) || extended > 8)
			return false;
		*type = (unsigned)extended + 7;
	}
	return known_type(*type) && *type != MMDB_POINTER &&
		take_size(data, at, (unsigned)control, size);
}

static bool is_container(unsigned type)
{
	return type == MMDB_MAP || type == MMDB_ARRAY;
}

/* Bytes that stand in place, without what a container holds. A bool has its value as size. */
static bool body_fits(const struct mmdb_data *data, size_t at, unsigned type, size_t size)
{
	if (type < 16 && size_max[type] > 0 && size > size_max[type])
		return false;
	if (is_container(type)) /* an item has a byte at least */
		return size <= data->size - at;
	return type == MMDB_BOOL || size <= data->size - at;
}

bool mmdb_data_read(const struct mmdb_data *data, size_t at, struct mmdb_value *out)
{
	unsigned type;
	size_t size;

	if (!take_head(data, &at, &type, &size))
		return false;
	out->pointed = type == MMDB_POINTER;
	out->next = at;
	if (out->pointed) {
		at = size;
		/* A pointer to a pointer is against the format. */
		if (!take_head(data, &at, &type, &size) || type == MMDB_POINTER)
			return false;
	}
	if (!body_fits(data, at, type, size))
		return false;
	out->type = (enum mmdb_type)type;
	out->size = size;
	out->content = at;
	out->text = str_make(NULL, 0);
	out->number = 0;
	if (type == MMDB_STRING)
		out->text = str_make((const char *)data->bytes + at, size);
	else if (type == MMDB_UINT16 || type == MMDB_UINT32 || type == MMDB_UINT64)
		out->number = big_endian(data->bytes + at, size);
	if (!out->pointed)
		out->next = is_container(type) || type == MMDB_BOOL ? at : at + size;
	return true;
}

/* Steps over `pending` values without following pointers. */
static bool skip(const struct mmdb_data *data, size_t *at, size_t pending, unsigned *budget)
{
	for (; pending > 0; pending--) {
		unsigned type;
		size_t size;

		if ((*budget)-- == 0) {
			*budget = 0;
			return false;
		}
		if (!take_head(data, at, &type, &size))
			return false;
		if (type == MMDB_POINTER)
			continue;
		if (!body_fits(data, *at, type, size))
			return false;
		if (is_container(type))
			pending += type == MMDB_MAP ? 2 * size : size;
		else if (type != MMDB_BOOL)
			*at += size;
	}
	return true;
}

struct mmdb_map mmdb_map_begin(const struct mmdb_data *data, const struct mmdb_value *map)
{
	return (struct mmdb_map){ data, map->content, map->size, MMDB_DATA_BUDGET };
}

int mmdb_map_next(struct mmdb_map *map, struct str *key, struct mmdb_value *value)
{
	struct mmdb_value name;

	if (map->left == 0)
		return 0;
	map->left--;
	if (map->budget-- == 0 || !mmdb_data_read(map->data, map->at, &name) ||
			name.type != MMDB_STRING || !mmdb_data_read(map->data, name.next, value))
		return -1;
	*key = name.text;
	map->at = value->next;
	if (!value->pointed && is_container(value->type) && map->left > 0 &&
			!skip(map->data, &map->at, value->type == MMDB_MAP ? 2 * value->size :
			value->size, &map->budget))
		return -1;
	return 1;
}

/* Checks the value at *at and steps over it. */
static bool valid(const struct mmdb_data *data, size_t *at, unsigned depth, unsigned *budget)
{
	struct mmdb_value value;
	size_t inner;

	if (depth == 0 || *budget == 0 || !mmdb_data_read(data, *at, &value))
		return false;
	(*budget)--;
	*at = value.next;
	if (!is_container(value.type))
		return true;
	inner = value.content;
	for (size_t i = 0; i < value.size; i++) {
		if (value.type == MMDB_MAP) {
			struct mmdb_value key;

			if (!mmdb_data_read(data, inner, &key) || key.type != MMDB_STRING)
				return false;
			inner = key.next;
		}
		if (!valid(data, &inner, depth - 1, budget))
			return false;
	}
	if (!value.pointed)
		*at = inner;
	return true;
}

bool mmdb_data_valid(const struct mmdb_data *data, size_t at)
{
	unsigned budget = MMDB_DATA_BUDGET;

	return valid(data, &at, MMDB_DATA_DEPTH, &budget);
}
