/* geoip/mmdb_source_loc: the networks of a libloc database (Debian's libloc-database).
 *
 * libloc answers an address with its most specific network, and with that one only: a network
 * without a country inside one that has it means "no country". So each network is handed on,
 * also when it says nothing. Flags (anonymous proxy, anycast, drop) are left alone: they are
 * opinions about a network, not where it is.
 *
 * libloc maps its file and believes every offset in it: one that was cut off (an interrupted
 * download) kills the program, so the header is checked first. What no header tells, or a file
 * that is truncated while we read it, can still end depeer-mmdb, never the daemon, and an old
 * database stays where it is.
 */
#include "geoip/mmdb_source_loc.h"

#include <errno.h>
#include <libloc/database.h>
#include <libloc/libloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct name {
	uint32_t asn;
	struct loc_as *as; /* owns the text */
};

struct reading {
	struct loc_ctx *context;
	struct loc_database *db;
	struct name *names;
	size_t names_n;
};

const char *mmdb_source_loc_default(void)
{
	static const char *const paths[] = {
		"/var/lib/location/database.db", "/usr/share/libloc-location/location.db",
	};
	const char *best = NULL;
	time_t newest = 0;

	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		struct stat state;

		if (stat(paths[i], &state) == 0 && (best == NULL || state.st_mtime > newest)) {
			best = paths[i];
			newest = state.st_mtime;
		}
	}
	return best;
}

static void reading_clear(struct reading *reading)
{
	for (size_t i = 0; i < reading->names_n; i++)
		loc_as_unref(reading->names[i].as);
	free(reading->names);
	if (reading->db != NULL)
		loc_database_unref(reading->db);
	if (reading->context != NULL)
		loc_unref(reading->context);
}

/* libloc prints to standard error unless told otherwise. */
static void stay_silent(struct loc_ctx *context, int priority, const char *file, int line,
	const char *function, const char *format, va_list args)
{
	(void)context, (void)priority, (void)file, (void)line, (void)function, (void)format;
	(void)args;
}

static uint64_t big_endian(const uint8_t *bytes)
{
	return (uint64_t)bytes[0] << 24 | (uint64_t)bytes[1] << 16 | (uint64_t)bytes[2] << 8 |
		bytes[3];
}

/* Format 1: magic, version, date, three places in the pool of texts, then offset and length of
 * five sections, the pool last (<libloc/format.h>). */
static bool header_fits(FILE *file)
{
	enum { TEXTS = 16, SECTIONS = 28, HEADER = SECTIONS + 5 * 8 };
	uint8_t header[HEADER];
	struct stat state;
	uint64_t pool;

	if (fstat(fileno(file), &state) != 0 || fread(header, 1, HEADER, file) != HEADER ||
			memcmp(header, "LOCDBXX\x01", 8) != 0)
		return false;
	for (size_t at = SECTIONS; at < HEADER; at += 8)
		if (big_endian(header + at) + big_endian(header + at + 4) >
				(uint64_t)state.st_size)
			return false;
	pool = big_endian(header + HEADER - 4);
	for (size_t at = TEXTS; at < SECTIONS; at += 4)
		if (big_endian(header + at) >= pool)
			return false;
	/* The pool's last text has an end. */
	if (pool == 0 || fseeko(file, (off_t)(big_endian(header + HEADER - 8) + pool - 1),
			SEEK_SET) != 0 || fgetc(file) != 0)
		return false;
	rewind(file);
	return true;
}

static int open_database(struct reading *reading, const char *path, struct error *error)
{
	FILE *file = fopen(path, "re");
	int status;

	if (file == NULL)
		return error_set(error, "%s: %s", path, strerror(errno));
	if (!header_fits(file)) {
		fclose(file);
		return error_set(error, "%s: not a libloc database, or cut off", path);
	}
	if (loc_new(&reading->context) != 0) {
		fclose(file);
		return error_set(error, "%s: libloc does not start", path);
	}
	loc_set_log_fn(reading->context, stay_silent);
	status = loc_database_new(reading->context, &reading->db, file);
	fclose(file);
	if (status != 0) {
		reading->db = NULL;
		return error_set(error, "%s: not a libloc database, or damaged", path);
	}
	return 0;
}

static int compare_names(const void *a, const void *b)
{
	const struct name *x = a, *y = b;

	return x->asn < y->asn ? -1 : x->asn > y->asn;
}

/* Asking libloc for each network's name would search 80,000 of them a million times. */
static int read_names(struct reading *reading, struct error *error)
{
	size_t capacity = loc_database_count_as(reading->db);
	struct loc_database_enumerator *all;
	struct loc_as *as;

	reading->names = calloc(capacity + 1, sizeof *reading->names);
	if (reading->names == NULL || loc_database_enumerator_new(&all, reading->db,
			LOC_DB_ENUMERATE_ASES, 0) != 0)
		return error_set(error, "out of memory");
	while (loc_database_enumerator_next_as(all, &as) == 0 && as != NULL) {
		if (reading->names_n == capacity) {
			loc_as_unref(as);
			break;
		}
		reading->names[reading->names_n++] =
			(struct name){ loc_as_get_number(as), as };
	}
	loc_database_enumerator_unref(all);
	qsort(reading->names, reading->names_n, sizeof *reading->names, compare_names);
	return 0;
}

static struct str name_of(const struct reading *reading, uint32_t asn)
{
	struct name wanted = { asn, NULL };
	const struct name *found = asn == 0 || reading->names_n == 0 ? NULL :
		bsearch(&wanted, reading->names, reading->names_n, sizeof wanted, compare_names);

	return found == NULL ? str_make(NULL, 0) : str_from(loc_as_get_name(found->as));
}

/* libloc counts the bits of an IPv4 network in its own form: 0..32. */
static struct ip_prefix prefix_of(struct loc_network *network)
{
	const struct in6_addr *first = loc_network_get_first_address(network);
	unsigned bits = loc_network_prefix(network);
	struct ip ip;

	memcpy(ip.bytes, first, 16);
	if (loc_network_address_family(network) == AF_INET)
		bits += 96;
	return ip_prefix_make(&ip, (uint8_t)(bits > 128 ? 128 : bits));
}

static int hand_on(const struct reading *reading, struct loc_network *network,
	mmdb_source_receive *receive, void *context, struct error *error)
{
	struct mmdb_source_network out = {0};
	const char *country = loc_network_get_country_code(network);

	out.prefix = prefix_of(network);
	out.asn = loc_network_get_asn(network);
	out.org = name_of(reading, out.asn);
	if (country != NULL && ascii_alpha(country[0]) && ascii_alpha(country[1]))
		memcpy(out.country, country, 2);
	return receive(context, &out, error);
}

static int read_networks(const struct reading *reading, mmdb_source_receive *receive,
	void *context, struct error *error)
{
	struct loc_database_enumerator *all;
	struct loc_network *network;
	int status = 0;

	if (loc_database_enumerator_new(&all, reading->db, LOC_DB_ENUMERATE_NETWORKS, 0) != 0)
		return error_set(error, "out of memory");
	while (status == 0) {
		if (loc_database_enumerator_next_network(all, &network) != 0) {
			status = error_set(error, "libloc: damaged database");
			break;
		}
		if (network == NULL)
			break;
		status = hand_on(reading, network, receive, context, error);
		loc_network_unref(network);
	}
	loc_database_enumerator_unref(all);
	return status;
}

int mmdb_source_loc_read(const char *path, mmdb_source_receive *receive, void *context,
	struct mmdb_source_info *info, struct error *error)
{
	struct reading reading = {0};
	const char *vendor, *licence;
	int status = open_database(&reading, path, error);

	memset(info, 0, sizeof *info);
	if (status == 0) {
		vendor = loc_database_get_vendor(reading.db);
		licence = loc_database_get_license(reading.db);
		info->epoch = (int64_t)loc_database_created_at(reading.db);
		info->has_asn = info->has_country = true;
		snprintf(info->origin, sizeof info->origin, "%s", vendor ? vendor : path);
		snprintf(info->licence, sizeof info->licence, "%s", licence ? licence : "");
		status = read_names(&reading, error);
	}
	if (status == 0)
		status = read_networks(&reading, receive, context, error);
	reading_clear(&reading);
	return status;
}
