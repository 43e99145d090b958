/* geoip/mmdb: one MaxMind DB file, opened, checked, and asked about an address.
 *
 * libmaxminddb opens the sealed copy and walks the search tree; what stands around it is ours:
 * the metadata is checked before the library reads it (it recurses without a limit in nested
 * values and adds sizes that overflow), and the records are read by mmdb_data, which is bounded
 * and asks the record once for all that we want.
 */
#include "geoip/mmdb.h"

#include <inttypes.h>
#include <maxminddb.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "geoip/mmdb_data.h"
#include "geoip/mmdb_file.h"
#include "geoip/mmdb_schema.h"

enum {
	SEPARATOR = 16,          /* zero bytes between the tree and the data */
	METADATA_MAX = 128 * 1024, /* the marker stands in this last part of the file */
	SAMPLE_NODES = 20000     /* whose records tell what the database answers */
};
#define MARKER "\xab\xcd\xefMaxMind.com"
#define EPOCH_MAX INT64_C(253402300799) /* 9999-12-31; a later one is a joke or an attack */

struct mmdb {
	MMDB_s db;
	struct mmdb_data data; /* the data section: between the separator and the metadata */
	struct mmdb_info info;
	char *path, *type;
};

/* What we need of the metadata, checked. */
struct layout {
	uint64_t nodes, record_size, ip_version, major, epoch;
	size_t data_start, data_size;
};

/* Where the last marker stands: it may occur in a string of the data. NULL when nowhere. */
static const uint8_t *find_marker(const uint8_t *bytes, size_t size)
{
	size_t len = sizeof MARKER - 1;
	size_t first = size > METADATA_MAX ? size - METADATA_MAX : 0;

	if (size < len)
		return NULL;
	for (size_t at = size - len + 1; at-- > first; )
		if (memcmp(bytes + at, MARKER, len) == 0)
			return bytes + at;
	return NULL;
}

/* The library wants strings in "languages" and "description", and leaks when it finds others. */
static bool holds_strings(const struct mmdb_data *section, const struct mmdb_value *container)
{
	size_t at = container->content;

	for (size_t i = 0; i < container->size; i++) {
		struct mmdb_value item;

		if (container->type == MMDB_MAP) {
			if (!mmdb_data_read(section, at, &item))
				return false;
			at = item.next;
		}
		if (!mmdb_data_read(section, at, &item) || item.type != MMDB_STRING)
			return false;
		at = item.next;
	}
	return true;
}

struct metadata_key {
	struct str name;
	enum mmdb_type type;
	size_t number; /* where in struct layout it goes */
};
#define NAME(literal) { literal, sizeof(literal) - 1 }
#define NOWHERE SIZE_MAX

/* All of them must be there; the library refuses a file that lacks one, without saying which. */
static const struct metadata_key metadata_keys[] = {
	{ NAME("node_count"), MMDB_UINT32, offsetof(struct layout, nodes) },
	{ NAME("record_size"), MMDB_UINT16, offsetof(struct layout, record_size) },
	{ NAME("ip_version"), MMDB_UINT16, offsetof(struct layout, ip_version) },
	{ NAME("binary_format_major_version"), MMDB_UINT16, offsetof(struct layout, major) },
	{ NAME("binary_format_minor_version"), MMDB_UINT16, NOWHERE },
	{ NAME("build_epoch"), MMDB_UINT64, offsetof(struct layout, epoch) },
	{ NAME("database_type"), MMDB_STRING, NOWHERE },
	{ NAME("languages"), MMDB_ARRAY, NOWHERE },
	{ NAME("description"), MMDB_MAP, NOWHERE },
};
enum { METADATA_KEYS = sizeof metadata_keys / sizeof *metadata_keys };

/* Which key it is, as a bit; 0 when it is unknown, or not of its type. */
static unsigned read_key(const struct mmdb_data *section, struct str name,
	const struct mmdb_value *value, struct layout *layout)
{
	for (size_t i = 0; i < METADATA_KEYS; i++) {
		const struct metadata_key *key = &metadata_keys[i];

		if (!str_equal(name, key->name))
			continue;
		if (value->type != key->type || ((value->type == MMDB_ARRAY ||
				value->type == MMDB_MAP) && !holds_strings(section, value)))
			return 0;
		if (key->number != NOWHERE)
			memcpy((char *)layout + key->number, &value->number, sizeof value->number);
		return 1u << i;
	}
	return 0;
}

static bool read_metadata(const struct mmdb_data *section, struct layout *layout)
{
	struct mmdb_value value;
	struct mmdb_map map;
	struct str name;
	unsigned seen = 0;
	int more;

	if (!mmdb_data_valid(section, 0) || !mmdb_data_read(section, 0, &value) ||
			value.type != MMDB_MAP)
		return false;
	map = mmdb_map_begin(section, &value);
	while ((more = mmdb_map_next(&map, &name, &value)) > 0) {
		unsigned key = read_key(section, name, &value, layout);

		if ((seen & key) != 0)
			return false; /* twice: the library might believe the other one */
		seen |= key;
	}
	return more == 0 && seen == (1u << METADATA_KEYS) - 1;
}

/* Everything that libmaxminddb will believe. */
static int check_layout(const char *path, const uint8_t *bytes, size_t size,
	struct layout *layout, struct error *error)
{
	const uint8_t *marker = find_marker(bytes, size);
	size_t start = marker == NULL ? 0 : (size_t)(marker - bytes), tree;
	struct mmdb_data section;

	if (marker == NULL)
		return error_set(error, "%s: no MaxMind DB, or cut off (no metadata at its end)",
			path);
	section.bytes = marker + sizeof MARKER - 1;
	section.size = size - start - (sizeof MARKER - 1);
	if (!read_metadata(&section, layout))
		return error_set(error, "%s: damaged metadata", path);
	if (layout->major != 2)
		return error_set(error, "%s: MaxMind DB format %" PRIu64 ", only 2 is known", path,
			layout->major);
	if ((layout->record_size != 24 && layout->record_size != 28 &&
			layout->record_size != 32) ||
			(layout->ip_version != 4 && layout->ip_version != 6) ||
			layout->nodes == 0 || layout->nodes > UINT32_MAX)
		return error_set(error, "%s: damaged metadata (record_size %" PRIu64
			", ip_version %" PRIu64 ", node_count %" PRIu64 ")", path,
			layout->record_size, layout->ip_version, layout->nodes);
	tree = (size_t)(layout->nodes * layout->record_size / 4);
	if (start < SEPARATOR || tree > start - SEPARATOR)
		return error_set(error, "%s: damaged: a tree of %" PRIu64
			" nodes does not fit in the file", path, layout->nodes);
	layout->data_start = tree + SEPARATOR;
	layout->data_size = start - layout->data_start;
	return 0;
}

/* Checks the copy before libmaxminddb sees it. */
static int check_copy(const char *path, int fd, size_t size, struct layout *layout,
	struct error *error)
{
	void *bytes = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
	int status;

	if (bytes == MAP_FAILED)
		return error_set(error, "%s: cannot map the copy", path);
	status = check_layout(path, bytes, size, layout, error);
	munmap(bytes, size);
	return status;
}

static int open_copy(struct mmdb *mmdb, const char *path, struct layout *layout,
	struct error *error)
{
	char name[64];
	size_t size;
	int fd = mmdb_file_copy(path, &size, error), status;

	if (fd < 0)
		return -1;
	if (check_copy(path, fd, size, layout, error) != 0) {
		close(fd);
		return -1;
	}
	snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
	status = MMDB_open(name, MMDB_MODE_MMAP, &mmdb->db);
	close(fd); /* the mapping keeps the copy */
	if (status == MMDB_FILE_OPEN_ERROR)
		return error_set(error, "%s: cannot open the copy at %s (is /proc mounted?)", path,
			name);
	if (status != MMDB_SUCCESS)
		return error_set(error, "%s: %s", path, MMDB_strerror(status));
	return 0;
}

struct sampling {
	uint64_t records, damaged;
};

/* Adds what the record says to what the database is known to answer. */
static void sample_record(struct mmdb *mmdb, uint64_t record, struct sampling *sampling)
{
	uint64_t nodes = mmdb->info.nodes;
	struct mmdb_facts facts;

	if (record <= nodes) /* a node, or nothing */
		return;
	sampling->records++;
	if (record < nodes + SEPARATOR || record - nodes - SEPARATOR >= mmdb->data.size ||
			!mmdb_schema_read(&mmdb->data, (size_t)(record - nodes - SEPARATOR),
			&facts)) {
		sampling->damaged++;
		return;
	}
	mmdb->info.has_asn = mmdb->info.has_asn || facts.has_asn;
	mmdb->info.has_country = mmdb->info.has_country || facts.has_country;
}

/* Nodes spread evenly over the tree; all of a small one. */
static struct sampling sample(struct mmdb *mmdb)
{
	uint64_t nodes = mmdb->info.nodes;
	uint64_t n = nodes < SAMPLE_NODES ? nodes : SAMPLE_NODES;
	struct sampling sampling = {0};

	for (uint64_t i = 0; i < n; i++) {
		MMDB_search_node_s node;

		if (mmdb->info.has_asn && mmdb->info.has_country)
			break;
		if (MMDB_read_node(&mmdb->db, (uint32_t)(nodes * i / n), &node) != MMDB_SUCCESS) {
			sampling.records++;
			sampling.damaged++;
			continue;
		}
		sample_record(mmdb, node.left_record, &sampling);
		sample_record(mmdb, node.right_record, &sampling);
	}
	return sampling;
}

static int nothing_answered(const struct mmdb *mmdb, const struct sampling *sampling,
	struct error *error)
{
	if (sampling->damaged > 0 && sampling->damaged == sampling->records)
		return error_set(error, "%s: damaged: none of the %" PRIu64
			" records looked at can be read", mmdb->path, sampling->records);
	return error_set(error, "%s: '%s' answers neither AS numbers nor countries%s", mmdb->path,
		mmdb->info.type, sampling->damaged > 0 ? ", and is damaged" : "");
}

static int describe(struct mmdb *mmdb, const char *path, const struct layout *layout,
	struct error *error)
{
	struct mmdb_info *info = &mmdb->info;
	const char *type = mmdb->db.metadata.database_type;
	struct sampling sampling;

	mmdb->data.bytes = mmdb->db.file_content + layout->data_start;
	mmdb->data.size = layout->data_size;
	mmdb->path = strdup(path);
	mmdb->type = strdup(type == NULL ? "" : type);
	if (mmdb->path == NULL || mmdb->type == NULL)
		return error_set(error, "%s: out of memory", path);
	info->path = mmdb->path;
	info->type = mmdb->type;
	info->build_epoch = layout->epoch > EPOCH_MAX ? 0 : (int64_t)layout->epoch;
	info->ip_version = (unsigned)layout->ip_version;
	info->nodes = (uint32_t)layout->nodes;
	sampling = sample(mmdb);
	return info->has_asn || info->has_country ? 0 :
		nothing_answered(mmdb, &sampling, error);
}

struct mmdb *mmdb_open(const char *path, struct error *error)
{
	struct layout layout = {0};
	struct mmdb *mmdb = calloc(1, sizeof *mmdb);

	if (mmdb == NULL) {
		error_set(error, "%s: out of memory", path);
		return NULL;
	}
	if (open_copy(mmdb, path, &layout, error) != 0) {
		free(mmdb); /* a failed MMDB_open has closed its own */
		return NULL;
	}
	if (describe(mmdb, path, &layout, error) != 0)
		mmdb_close(&mmdb);
	return mmdb;
}

void mmdb_close(struct mmdb **db)
{
	if (*db == NULL)
		return;
	MMDB_close(&(*db)->db);
	free((*db)->path);
	free((*db)->type);
	free(*db);
	*db = NULL;
}

const struct mmdb_info *mmdb_info(const struct mmdb *db)
{
	return &db->info;
}

static MMDB_lookup_result_s ask(const struct mmdb *mmdb, const struct ip *ip, int *status)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} address = {0};

	if (ip_is_v4(ip)) {
		address.v4.sin_family = AF_INET;
		memcpy(&address.v4.sin_addr, ip->bytes + 12, 4);
	} else {
		address.v6.sin6_family = AF_INET6;
		memcpy(&address.v6.sin6_addr, ip->bytes, 16);
	}
	return MMDB_lookup_sockaddr(&mmdb->db, &address.any, status);
}

/* In the 16-byte form. The tree of a version 6 database has IPv4 at ::/96, so its bits are the
 * same as ours; a record that covers all of ::/96 and more is the whole of IPv4. */
static struct ip_prefix prefix_of(const struct mmdb *mmdb, const struct ip *ip, unsigned netmask)
{
	if (mmdb->info.ip_version == 4)
		netmask += 96;
	if (ip_is_v4(ip) && netmask < 96)
		netmask = 96;
	return ip_prefix_make(ip, (uint8_t)(netmask > 128 ? 128 : netmask));
}

static void no_record(const struct mmdb_info *info, struct network *network)
{
	if (info->has_asn && network->asn_state == NETWORK_UNKNOWN)
		network->asn_state = NETWORK_NONE;
	if (info->has_country && network->country_state == NETWORK_UNKNOWN)
		network->country_state = NETWORK_NONE;
	if (network->prefix_state == NETWORK_UNKNOWN)
		network->prefix_state = NETWORK_NONE;
}

static void fill(const struct mmdb *mmdb, const struct mmdb_facts *facts, struct ip_prefix prefix,
	struct network *network)
{
	bool asn_here = facts->has_asn && network->asn_state != NETWORK_KNOWN;

	no_record(&mmdb->info, network);
	if (asn_here) {
		network->asn_state = NETWORK_KNOWN;
		network->asn = facts->asn;
		network->org = facts->org;
	}
	if (facts->has_country && network->country_state != NETWORK_KNOWN) {
		network->country_state = NETWORK_KNOWN;
		memcpy(network->country, facts->country, sizeof network->country);
	}
	/* The prefix is that of the record which gave the AS number: a country's is wider or
	 * narrower by chance. */
	if (asn_here || network->prefix_state != NETWORK_KNOWN) {
		network->prefix_state = NETWORK_KNOWN;
		network->prefix = prefix;
	}
}

int mmdb_lookup(const struct mmdb *db, const struct ip *ip, struct network *network,
	struct error *error)
{
	struct mmdb_facts facts;
	MMDB_lookup_result_s found;
	int status = MMDB_SUCCESS;

	if (db->info.ip_version == 4 && !ip_is_v4(ip))
		return 0; /* cannot be asked: stays unknown */
	found = ask(db, ip, &status);
	if (status != MMDB_SUCCESS)
		return error_set(error, "%s: %s", db->path, MMDB_strerror(status));
	if (!found.found_entry) {
		no_record(&db->info, network);
		return 0;
	}
	if (!mmdb_schema_read(&db->data, found.entry.offset, &facts))
		return error_set(error, "%s: damaged record at %" PRIu32, db->path,
			found.entry.offset);
	fill(db, &facts, prefix_of(db, ip, found.netmask), network);
	return 0;
}
