/* geoip/mmdb_schema: what the records of the known databases say, whoever made them.
 *
 * One pass over the record with a table of keys: faster than asking for each path by name, which
 * walks the map from its start for each of them. Where several keys answer the same, the higher
 * rank wins, in whatever order they stand.
 */
#include "geoip/mmdb_schema.h"

#include <string.h>

struct reading {
	const struct mmdb_data *data;
	struct mmdb_facts *facts;
	unsigned asn_rank, org_rank, country_rank;
};

typedef bool read_fn(struct reading *reading, const struct mmdb_value *value, unsigned rank);

static bool read_asn(struct reading *reading, const struct mmdb_value *value, unsigned rank);
static bool read_org(struct reading *reading, const struct mmdb_value *value, unsigned rank);
static bool read_country(struct reading *reading, const struct mmdb_value *value, unsigned rank);
static bool read_traits(struct reading *reading, const struct mmdb_value *value, unsigned rank);

struct key {
	struct str name;
	read_fn *read;
	unsigned rank;
};

#define KEY(literal) { literal, sizeof(literal) - 1 }

static const struct key record_keys[] = {
	{ KEY("autonomous_system_number"), read_asn, 2 },
	{ KEY("asn"), read_asn, 1 },
	{ KEY("autonomous_system_organization"), read_org, 5 },
	{ KEY("as_name"), read_org, 4 },
	{ KEY("isp"), read_org, 3 },
	{ KEY("organization"), read_org, 2 },
	{ KEY("name"), read_org, 1 },
	{ KEY("country"), read_country, 3 },
	{ KEY("country_code"), read_country, 2 },
	{ KEY("registered_country"), read_country, 1 },
	{ KEY("traits"), read_traits, 0 },
};

static const struct key trait_keys[] = {
	{ KEY("autonomous_system_number"), read_asn, 2 },
	{ KEY("autonomous_system_organization"), read_org, 5 },
	{ KEY("isp"), read_org, 3 },
	{ KEY("organization"), read_org, 2 },
};

static const struct key *find_key(const struct key *keys, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++)
		if (keys[i].name.len == name.len &&
				memcmp(keys[i].name.ptr, name.ptr, name.len) == 0)
			return &keys[i];
	return NULL;
}

static bool read_map(struct reading *reading, const struct mmdb_value *value,
	const struct key *keys, size_t keys_n)
{
	struct mmdb_map map = mmdb_map_begin(reading->data, value);
	struct mmdb_value item;
	struct str name;
	int more;

	while ((more = mmdb_map_next(&map, &name, &item)) > 0) {
		const struct key *key = find_key(keys, keys_n, name);

		if (key != NULL && !key->read(reading, &item, key->rank))
			return false;
	}
	return more == 0;
}

/* "AS13335", "13335"; 0 for what is no AS number. */
static uint32_t asn_of_text(struct str text)
{
	uint64_t asn;

	if (str_starts_nocase(text, STR("AS")))
		text = str_slice(text, 2, text.len);
	return str_to_u64(text, UINT32_MAX, &asn) ? (uint32_t)asn : 0;
}

/* A double, a map or a number above 2^32 in the place of an AS number is damage: it must not
 * read as "no AS number". */
static bool read_asn(struct reading *reading, const struct mmdb_value *value, unsigned rank)
{
	uint32_t asn;

	if (value->type == MMDB_STRING)
		asn = asn_of_text(value->text);
	else if (value->type != MMDB_UINT32 && value->type != MMDB_UINT16 &&
			value->type != MMDB_UINT64)
		return false;
	else if (value->number > UINT32_MAX)
		return false;
	else
		asn = (uint32_t)value->number;
	if (asn != 0 && rank > reading->asn_rank) {
		reading->asn_rank = rank;
		reading->facts->asn = asn;
		reading->facts->has_asn = true;
	}
	return true;
}

static bool read_org(struct reading *reading, const struct mmdb_value *value, unsigned rank)
{
	if (value->type == MMDB_STRING && value->text.len > 0 && rank > reading->org_rank) {
		reading->org_rank = rank;
		reading->facts->org = value->text;
	}
	return true;
}

static void keep_country(struct reading *reading, struct str code, unsigned rank)
{
	if (code.len != 2 || !ascii_alpha(code.ptr[0]) || !ascii_alpha(code.ptr[1]) ||
			rank <= reading->country_rank)
		return; /* a country's name, "", "-", "None" */
	reading->country_rank = rank;
	reading->facts->has_country = true;
	for (size_t i = 0; i < 2; i++) {
		char c = code.ptr[i];

		reading->facts->country[i] = c >= 'a' ? (char)(c - 32) : c;
	}
	reading->facts->country[2] = '\0';
}

static bool read_country(struct reading *reading, const struct mmdb_value *value, unsigned rank)
{
	struct mmdb_map map;
	struct mmdb_value item;
	struct str name;
	int more;

	if (value->type == MMDB_STRING)
		keep_country(reading, value->text, rank);
	if (value->type != MMDB_MAP)
		return value->type == MMDB_STRING;
	map = mmdb_map_begin(reading->data, value);
	while ((more = mmdb_map_next(&map, &name, &item)) > 0) {
		if (!str_equal(name, STR("iso_code")))
			continue;
		if (item.type != MMDB_STRING)
			return false;
		keep_country(reading, item.text, rank);
		return true; /* the translated names behind it are not worth the walk */
	}
	return more == 0;
}

static bool read_traits(struct reading *reading, const struct mmdb_value *value, unsigned rank)
{
	(void)rank;
	return value->type != MMDB_MAP || read_map(reading, value, trait_keys,
		sizeof trait_keys / sizeof *trait_keys);
}

bool mmdb_schema_read(const struct mmdb_data *data, size_t at, struct mmdb_facts *facts)
{
	struct reading reading = { data, facts, 0, 0, 0 };
	struct mmdb_value record;

	memset(facts, 0, sizeof *facts);
	if (!mmdb_data_read(data, at, &record))
		return false;
	if (record.type != MMDB_MAP)
		return true; /* nothing that we know how to read */
	return read_map(&reading, &record, record_keys,
		sizeof record_keys / sizeof *record_keys);
}
