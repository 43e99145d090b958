/* What a database answers, whoever made it, and what damaged ones do. */
#include "geoip/mmdb.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "geoip/mmdb_build.h"
#include "test-harness/t.h"

static struct ip address(const char *text)
{
	struct ip ip = {{0}};

	t_need(ip_parse(str_from(text), &ip));
	return ip;
}

static struct network lookup(const struct mmdb *db, const char *text)
{
	struct ip ip = address(text);
	struct network network = { .ip = ip };
	struct error error = {{0}};

	t_int(mmdb_lookup(db, &ip, &network, &error), 0);
	t_str(error.text, "");
	return network;
}

static const char *prefix_text(const struct network *network)
{
	static char text[IP_PREFIX_TEXT_MAX];

	if (network->prefix_state == NETWORK_KNOWN)
		return ip_prefix_format(&network->prefix, text);
	return network->prefix_state == NETWORK_NONE ? "none" : "unknown";
}

static void add(struct mmdb_build *build, const char *text, uint32_t asn, const char *org,
	const char *country)
{
	struct mmdb_build_record record = { .asn = asn, .org = str_from(org) };
	struct ip_prefix prefix;

	t_need(ip_prefix_parse(str_from(text), &prefix, NULL));
	snprintf(record.country, sizeof record.country, "%s", country);
	t_need(mmdb_build_add(build, &prefix, &record, NULL) == 0);
}

static struct mmdb *finish(struct mmdb_build *build, const char *name)
{
	const char *path = t_tmpfile(name);
	struct error error = {{0}};
	struct mmdb *db;

	mmdb_build_describe(build, "documentation", "", 1700000000);
	t_int(mmdb_build_write(build, path, &error), 0);
	mmdb_build_free(&build);
	db = mmdb_open(path, &error);
	t_str(error.text, "");
	t_need(db != NULL);
	return db;
}

static struct mmdb *small_database(const char *name)
{
	struct mmdb_build *build = mmdb_build_create("test-ASN");

	t_need(build != NULL);
	add(build, "192.0.2.0/24", 64500, "BULLETPROOF-EX", "");
	add(build, "198.51.100.0/25", 4294967295u, "", "");
	add(build, "2001:db8::/32", 64501, "DOC-SIX", "");
	return finish(build, name);
}

T_TEST(answers_both_families)
{
	struct mmdb *db = small_database("asn.mmdb");
	const struct mmdb_info *info = mmdb_info(db);
	struct network network = lookup(db, "192.0.2.77");

	t_true(info->has_asn && !info->has_country);
	t_str(info->type, "test-ASN");
	t_int(info->build_epoch, 1700000000);
	t_int(info->ip_version, 6);
	t_int(network.asn_state, NETWORK_KNOWN);
	t_int(network.asn, 64500);
	t_slice(network.org, "BULLETPROOF-EX");
	t_str(prefix_text(&network), "192.0.2.0/24");
	t_int(network.country_state, NETWORK_UNKNOWN);
	network = lookup(db, "::ffff:192.0.2.77"); /* as a dual-stack socket reports it */
	t_int(network.asn, 64500);
	network = lookup(db, "198.51.100.127");
	t_int(network.asn, 4294967295u);
	t_int(network.org.len, 0);
	t_str(prefix_text(&network), "198.51.100.0/25");
	network = lookup(db, "2001:db8:1::1");
	t_int(network.asn, 64501);
	t_str(prefix_text(&network), "2001:db8::/32");
	mmdb_close(&db);
	t_true(db == NULL);
}

T_TEST(says_none_where_it_has_nothing)
{
	struct mmdb *db = small_database("asn.mmdb");
	struct network network = lookup(db, "203.0.113.1");

	t_int(network.asn_state, NETWORK_NONE);
	t_int(network.prefix_state, NETWORK_NONE);
	t_int(network.country_state, NETWORK_UNKNOWN); /* it cannot say */
	mmdb_close(&db);
}

T_TEST(databases_complete_one_another)
{
	struct mmdb *asn = small_database("asn.mmdb"), *country;
	struct mmdb_build *build = mmdb_build_create("test-Country");
	struct ip ip = address("192.0.2.1");
	struct network network = { .ip = ip };

	add(build, "192.0.0.0/16", 0, "", "NL");
	country = finish(build, "country.mmdb");
	t_true(!mmdb_info(country)->has_asn && mmdb_info(country)->has_country);
	t_int(mmdb_lookup(country, &ip, &network, NULL), 0);
	t_str(prefix_text(&network), "192.0.0.0/16");
	t_int(network.asn_state, NETWORK_UNKNOWN);
	t_int(mmdb_lookup(asn, &ip, &network, NULL), 0);
	t_int(network.asn, 64500);
	t_str(network.country, "NL");
	t_str(prefix_text(&network), "192.0.2.0/24"); /* the one that belongs to the AS number */
	t_int(mmdb_lookup(country, &ip, &network, NULL), 0);
	t_str(prefix_text(&network), "192.0.2.0/24"); /* who knew first wins */
	mmdb_close(&asn);
	mmdb_close(&country);
}

T_TEST(refuses_what_is_no_database)
{
	static const struct {
		const char *name, *bytes, *text;
	} cases[] = {
		{ "empty", "", "empty file" },
		{ "html", "<html>502 Bad Gateway</html>", "no MaxMind DB, or cut off" },
		{ "marker", "\xab\xcd\xefMaxMind.com", "damaged metadata" },
		{ "string", "\xab\xcd\xefMaxMind.com\x43" "abc", "damaged metadata" },
	};
	struct error error;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *path = t_tmpfile(cases[i].name);

		t_write(path, cases[i].bytes, strlen(cases[i].bytes));
		t_true(mmdb_open(path, &error) == NULL);
		t_true(strstr(error.text, cases[i].text) != NULL);
		t_true(strstr(error.text, path) != NULL);
	}
	t_true(mmdb_open(t_tmpfile("missing"), &error) == NULL);
	t_true(strstr(error.text, "No such file") != NULL);
	t_true(mmdb_open(t_tmpdir(), &error) == NULL);
	t_true(strstr(error.text, "not a regular file") != NULL);
	t_true(mmdb_open("/dev/zero", &error) == NULL);
	t_true(strstr(error.text, "not a regular file") != NULL);
}

T_TEST(refuses_every_truncation)
{
	struct mmdb *db = small_database("whole.mmdb");
	size_t len;
	char *bytes = t_read(t_tmpfile("whole.mmdb"), &len);
	const char *path = t_tmpfile("cut.mmdb");
	struct ip ip = address("192.0.2.1");

	mmdb_close(&db);
	for (size_t n = 0; n < len; n++) {
		t_write(path, bytes, n);
		db = mmdb_open(path, NULL);
		t_true(db == NULL);
		mmdb_close(&db);
	}
	/* From the front: the tree no longer fits. */
	for (size_t n = 1; n < len; n++) {
		struct network network = {0};

		t_write(path, bytes + n, len - n);
		db = mmdb_open(path, NULL);
		t_true(db == NULL);
		if (db != NULL)
			mmdb_lookup(db, &ip, &network, NULL);
		mmdb_close(&db);
	}
}

/* Every byte of a small database, changed in several ways: an answer or a refusal, no crash. The
 * sanitizers make this test sharp. */
T_TEST(survives_every_changed_byte)
{
	static const unsigned char changes[] = { 0x00, 0xff, 0x80, 0x3f, 0xe0 };
	static const char *const asked[] = { "192.0.2.1", "2001:db8::1", "203.0.113.9", "2002::1" };
	struct mmdb *db = small_database("whole.mmdb");
	const char *path = t_tmpfile("changed.mmdb");
	size_t len, opened = 0;
	char *bytes = t_read(t_tmpfile("whole.mmdb"), &len);

	mmdb_close(&db);
	for (size_t at = 0; at < len; at++) {
		char was = bytes[at];

		for (size_t i = 0; i < sizeof changes; i++) {
			bytes[at] = (char)(i == 0 ? was ^ 0x21 : (char)changes[i]);
			t_write(path, bytes, len);
			db = mmdb_open(path, NULL);
			opened += db != NULL;
			for (size_t k = 0; db != NULL && k < sizeof asked / sizeof *asked; k++) {
				struct ip ip = address(asked[k]);
				struct network network = {0};

				if (mmdb_lookup(db, &ip, &network, NULL) != 0)
					t_true(network.asn_state == NETWORK_UNKNOWN);
			}
			mmdb_close(&db);
		}
		bytes[at] = was;
	}
	t_true(opened > 0);
}

struct racing {
	const struct mmdb *db;
	atomic_bool stop;
	atomic_ulong asked, wrong;
};

static void *race(void *context)
{
	struct racing *racing = context;
	struct ip ip;

	ip_parse(STR("192.0.2.1"), &ip);
	while (!atomic_load(&racing->stop)) {
		struct network network = {0};

		if (mmdb_lookup(racing->db, &ip, &network, NULL) != 0 || network.asn != 64500 ||
				!str_equal(network.org, STR("BULLETPROOF-EX")))
			atomic_fetch_add(&racing->wrong, 1);
		atomic_fetch_add(&racing->asked, 1);
	}
	return NULL;
}

static void wait_for(struct racing *racing)
{
	unsigned long until = atomic_load(&racing->asked) + 1000;

	while (atomic_load(&racing->asked) < until)
		usleep(1000);
}

T_TEST(file_may_go_while_it_is_asked)
{
	struct mmdb *db = small_database("race.mmdb");
	struct racing racing = { .db = db };
	pthread_t threads[4];
	char junk[4096];
	int fd = open(t_tmpfile("race.mmdb"), O_RDWR);

	memset(junk, 0xff, sizeof junk);
	t_need(fd >= 0);
	for (size_t i = 0; i < 4; i++)
		t_need(pthread_create(&threads[i], NULL, race, &racing) == 0);
	wait_for(&racing);
	t_int(pwrite(fd, junk, sizeof junk, 0), sizeof junk); /* overwritten */
	wait_for(&racing);
	t_int(ftruncate(fd, 0), 0);
	wait_for(&racing);
	t_int(unlink(t_tmpfile("race.mmdb")), 0);
	close(fd);
	wait_for(&racing);
	atomic_store(&racing.stop, true);
	for (size_t i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	t_int(atomic_load(&racing.wrong), 0);
	t_true(atomic_load(&racing.asked) >= 4000);
	mmdb_close(&db);
}

T_TEST(copy_is_open_in_no_descriptor)
{
	struct mmdb *db = small_database("asn.mmdb");
	int before = dup(0), after;

	close(before);
	mmdb_close(&db);
	db = small_database("asn.mmdb");
	after = dup(0);
	close(after);
	t_int(after, before); /* the lowest free one is the same: none is kept */
	mmdb_close(&db);
}

/* A database of one record, byte by byte: one node, both sides the record. */
static struct mmdb *one_record(const char *name, const char *record, size_t len,
	struct error *error)
{
	static const char metadata[] = "\xab\xcd\xefMaxMind.com\xe9"
		"\x5b" "binary_format_major_version" "\xa1\x02"
		"\x5b" "binary_format_minor_version" "\xa0"
		"\x4b" "build_epoch" "\x01\x02\x01"
		"\x4d" "database_type" "\x41T"
		"\x4b" "description" "\xe0"
		"\x4a" "ip_version" "\xa1\x04"
		"\x49" "languages" "\x00\x04"
		"\x4a" "node_count" "\xc1\x01"
		"\x4b" "record_size" "\xa1\x18";
	static const char tree[] = "\0\0\x11\0\0\x11" "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
	struct buf bytes = {0};

	buf_add(&bytes, tree, sizeof tree - 1);
	buf_add(&bytes, record, len);
	buf_add(&bytes, metadata, sizeof metadata - 1);
	t_write(t_tmpfile(name), bytes.ptr, bytes.len);
	buf_free(&bytes);
	return mmdb_open(t_tmpfile(name), error);
}

struct schema_case {
	const char *record;
	size_t len;
	uint32_t asn;
	const char *org, *country;
};
#define RECORD(literal) literal, sizeof(literal) - 1

T_TEST(reads_the_schemas_of_other_makers)
{
	static const struct schema_case cases[] = {
		/* IPinfo Lite: asn is a string, country a name */
		{ RECORD("\xe4\x43" "asn" "\x47" "AS13335" "\x47" "as_name" "\x42" "CF"
			"\x47" "country" "\x49" "Australia" "\x4c" "country_code" "\x42" "AU"),
			13335, "CF", "AU" },
		/* IPinfo ASN: name of the AS, country a code */
		{ RECORD("\xe3\x43" "asn" "\x46" "AS1221" "\x44" "name" "\x47" "Telstra"
			"\x47" "country" "\x42" "au"), 1221, "Telstra", "AU" },
		/* ip-location-db */
		{ RECORD("\xe1\x4c" "country_code" "\x42" "DE"), 0, "", "DE" },
		/* GeoIP2 Country: where it is, not where it is registered, in any order */
		{ RECORD("\xe2\x52" "registered_country" "\xe1\x48" "iso_code" "\x42" "US"
			"\x47" "country" "\xe1\x48" "iso_code" "\x42" "SE"), 0, "", "SE" },
		{ RECORD("\xe2\x47" "country" "\xe1\x48" "iso_code" "\x42" "SE"
			"\x52" "registered_country" "\xe1\x48" "iso_code" "\x42" "US"), 0, "", "SE" },
		{ RECORD("\xe1\x52" "registered_country" "\xe1\x48" "iso_code" "\x42" "US"),
			0, "", "US" },
		/* GeoIP2 ISP: the holder of the number, not the brand */
		{ RECORD("\xe3\x43" "isp" "\x42" "i1\x58" "autonomous_system_number" "\xc1\x07"
			"\x5d\x01" "autonomous_system_organization" "\x42" "o1"), 7, "o1", "" },
		/* GeoIP2 Enterprise */
		{ RECORD("\xe1\x46" "traits" "\xe2\x58" "autonomous_system_number" "\xc1\x07"
			"\x43" "isp" "\x42" "i1"), 7, "i1", "" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct error error = {{0}};
		struct mmdb *db = one_record("one.mmdb", cases[i].record, cases[i].len, &error);
		struct network network;

		t_str(error.text, "");
		t_need(db != NULL);
		network = lookup(db, "192.0.2.1");
		t_int(network.asn, cases[i].asn);
		t_slice(network.org, cases[i].org);
		t_str(network.country, cases[i].country);
		t_str(prefix_text(&network), "128.0.0.0/1");
		mmdb_close(&db);
	}
}

T_TEST(version_4_cannot_be_asked_about_ipv6)
{
	struct mmdb *db = one_record("v4.mmdb", RECORD("\xe1\x43" "asn" "\xc1\x07"), NULL);
	struct network network;

	t_need(db != NULL);
	network = lookup(db, "2001:db8::1");
	t_int(network.asn_state, NETWORK_UNKNOWN);
	t_int(network.prefix_state, NETWORK_UNKNOWN);
	mmdb_close(&db);
}

T_TEST(damaged_records_are_named_at_open)
{
	static const struct {
		const char *record;
		size_t len;
	} bad[] = {
		{ RECORD("\xe1\x43" "asn" "\x68" "12345678") },  /* a double */
		{ RECORD("\xe1\x43" "asn" "\x21\x00") },           /* a pointer to a pointer */
		{ RECORD("\xe1\x43" "asn" "\x27\xff") },           /* a pointer behind the end */
		{ RECORD("\xe1\x43" "asn" "\x05\x02\x01\0\0\0\0") }, /* 2^32 */
		{ RECORD("\xe2\x43" "asn" "\xc1\x07") },           /* a pair is missing */
		{ RECORD("\xff\xff\xff\xff") },                    /* 16 million pairs */
		{ RECORD("\xe1\xc1\x07\xc1\x07") },                /* a key that is no string */
	};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct error error = {{0}};
		struct mmdb *db = one_record("bad.mmdb", bad[i].record, bad[i].len, &error);

		t_true(db == NULL);
		t_true(strstr(error.text, "damaged: none of the 2 records") != NULL);
		mmdb_close(&db);
	}
}

/* The record of 0.0.0.0/1 is good, so that the database opens; the other one is broken later. */
T_TEST(damaged_record_is_unknown)
{
	struct mmdb_build *build = mmdb_build_create("test");
	struct ip ip = address("192.0.2.1");
	struct network network = {0};
	struct error error = {{0}};
	struct mmdb *db;
	size_t len, at;
	char *bytes;

	add(build, "10.0.0.0/8", 64500, "", "DE");
	add(build, "192.0.2.0/24", 0x123456, "", "NL");
	db = finish(build, "damaged.mmdb");
	mmdb_close(&db);
	bytes = t_read(t_tmpfile("damaged.mmdb"), &len);
	at = str_find(str_make(bytes, len), STR("\xc3\x12\x34\x56"));
	t_need(at != SIZE_MAX);
	bytes[at] = '\x68'; /* a double of 8 bytes */
	t_write(t_tmpfile("damaged.mmdb"), bytes, len);
	db = mmdb_open(t_tmpfile("damaged.mmdb"), NULL);
	t_need(db != NULL);
	t_int(mmdb_lookup(db, &ip, &network, &error), -1);
	t_true(strstr(error.text, "damaged record") != NULL);
	t_int(network.asn_state, NETWORK_UNKNOWN);
	t_int(network.country_state, NETWORK_UNKNOWN);
	t_int(network.prefix_state, NETWORK_UNKNOWN);
	network = lookup(db, "10.1.1.1");
	t_int(network.asn, 64500);
	mmdb_close(&db);
}

/* Test data of MaxMind */

#define MAXMIND "data/mmdb/maxmind-test/"

static struct mmdb *open_shared(const char *name)
{
	char path[256];
	struct error error = {{0}};
	struct mmdb *db;

	snprintf(path, sizeof path, MAXMIND "test-data/%s", name);
	db = mmdb_open(t_shared(path), &error);
	t_str(error.text, "");
	t_need(db != NULL);
	return db;
}

T_TEST(maxmind_databases)
{
	static const struct {
		const char *file, *ip;
		uint32_t asn;
		const char *org, *prefix, *country;
	} cases[] = {
		{ "GeoLite2-ASN-Test.mmdb", "1.128.3.4", 1221, "Telstra Pty Ltd", "1.128.0.0/11", "" },
		{ "GeoLite2-ASN-Test.mmdb", "12.81.97.1", 7018, "", "12.81.96.0/19", "" },
		{ "GeoLite2-ASN-Test.mmdb", "::ffff:1.128.3.4", 1221, "Telstra Pty Ltd",
			"1.128.0.0/11", "" },
		{ "GeoIP2-Country-Test.mmdb", "81.2.69.160", 0, "", "81.2.69.160/27", "GB" },
		{ "GeoLite2-Country-Test.mmdb", "81.2.69.160", 0, "", "81.2.69.160/27", "GB" },
		{ "GeoIP2-City-Test.mmdb", "81.2.69.160", 0, "", "81.2.69.160/27", "GB" },
		{ "GeoLite2-City-Test.mmdb", "89.160.20.112", 0, "", "89.160.20.112/28", "SE" },
		{ "GeoIP2-ISP-Test.mmdb", "1.128.0.1", 1221, "Telstra Pty Ltd", "1.128.0.0/11", "" },
		{ "GeoIP2-Enterprise-Test.mmdb", "74.209.24.0", 14671, "FairPoint Communications",
			"74.209.16.0/20", "US" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct mmdb *db = open_shared(cases[i].file);
		struct network network = lookup(db, cases[i].ip);

		if (!t_int(network.asn, cases[i].asn) || !t_slice(network.org, cases[i].org) ||
				!t_str(prefix_text(&network), cases[i].prefix) ||
				!t_str(network.country, cases[i].country))
			printf("# %s %s\n", cases[i].file, cases[i].ip);
		mmdb_close(&db);
	}
}

/* Every entry of the JSON that the test database was made of, as far as its lines are simple:
 * "PREFIX": { "autonomous_system_number": N, ... } */
T_TEST(maxmind_asn_source)
{
	char *text = t_read(t_shared(MAXMIND "source-data/GeoLite2-ASN-Test.json"), NULL);
	struct mmdb *db = open_shared("GeoLite2-ASN-Test.mmdb");
	struct ip_prefix prefix = {0};
	size_t checked = 0;

	for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
		struct str word = str_trim(str_from(line));
		size_t quote = str_find(word, STR("\": "));
		struct network network = {0};
		unsigned long asn;

		if (quote == SIZE_MAX)
			continue;
		if (ip_prefix_parse(str_slice(word, 1, quote), &prefix, NULL))
			continue;
		if (sscanf(line, " \"autonomous_system_number\": %lu", &asn) != 1)
			continue;
		t_int(mmdb_lookup(db, &prefix.base, &network, NULL), 0);
		if (!t_int(network.asn, asn))
			printf("# %s\n", prefix_text(&network));
		checked++;
	}
	t_true(checked > 500);
	mmdb_close(&db);
}

T_TEST(ipinfo_samples)
{
	static const char *const files[] = { "data/mmdb/ipinfo_lite_sample.mmdb",
		"data/mmdb/ipinfo_asn_sample.mmdb" };

	for (size_t i = 0; i < 2; i++) {
		struct error error = {{0}};
		struct mmdb *db = mmdb_open(t_shared(files[i]), &error);

		t_str(error.text, "");
		t_need(db != NULL);
		t_true(mmdb_info(db)->has_asn);
		mmdb_close(&db);
	}
}

/* Opens one file and asks it; 1 when it was refused. Whatever it answers, it must not crash, and
 * what it answers must be readable memory. */
static int try_file(const char *path)
{
	static const char *const asked[] = { "1.1.1.1", "1.1.1.3", "1.1.1.16", "81.2.69.160",
		"::1:ffff:ffff", "2001:db8::1", "255.255.255.255", "0.0.0.0", "::", "2002:101:101::" };
	struct error error = {{0}};
	struct mmdb *db = mmdb_open(path, &error);
	volatile unsigned char sum = 0; /* reads what org points to */

	if (db == NULL) {
		t_true(error.text[0] != '\0');
		return 1;
	}
	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
		struct ip ip = address(asked[i]);
		struct network network = {0};

		if (mmdb_lookup(db, &ip, &network, &error) != 0)
			t_int(network.asn_state, NETWORK_UNKNOWN);
		for (size_t k = 0; k < network.org.len; k++)
			sum = (unsigned char)(sum ^ network.org.ptr[k]);
	}
	mmdb_close(&db);
	return 0;
}

static size_t try_directory(const char *directory, size_t *refused)
{
	char root[1024], path[2048];
	struct dirent *entry;
	size_t n = 0;
	DIR *dir;

	snprintf(root, sizeof root, "%s", t_shared(directory));
	dir = opendir(root);
	t_need(dir != NULL);
	while ((entry = readdir(dir)) != NULL) {
		if (strstr(entry->d_name, ".mmdb") == NULL)
			continue;
		snprintf(path, sizeof path, "%s/%s", root, entry->d_name);
		*refused += (size_t)try_file(path);
		n++;
	}
	closedir(dir);
	return n;
}

T_TEST(bad_files_are_refused)
{
	size_t refused = 0, n = 0;

	n += try_directory(MAXMIND "bad-data/libmaxminddb", &refused);
	n += try_directory(MAXMIND "bad-data/maxminddb-golang", &refused);
	n += try_directory(MAXMIND "bad-data/maxminddb-python", &refused);
	t_true(n >= 20);
	t_int(refused, n); /* none of them says anything about AS numbers or countries */
}

T_TEST(no_test_file_crashes)
{
	size_t refused = 0, n = try_directory(MAXMIND "test-data", &refused);

	t_true(n >= 40);
	t_true(refused < n);
}
