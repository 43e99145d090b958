/* depeer-mmdb: makes depeer's databases on the user's own machine.
 *
 * The data of libloc-database is CC BY-SA: depeer does not ship it, it turns the copy that the
 * admin has installed into the form that it can look up.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "base/date.h"
#include "geoip/mmdb_build.h"
#include "geoip/mmdb_source_csv.h"
#include "geoip/mmdb_source_loc.h"

enum { CSV_FILES_MAX = 32 };

struct options {
	const char *loc;
	const char *csv[CSV_FILES_MAX];
	size_t csv_n;
	const char *asn, *country; /* files to write */
	bool quiet;
};

/* What is being built, as one context for the source. */
struct making {
	struct mmdb_build *asn, *country;
};

static const char help_text[] =
"usage: depeer-mmdb [--loc FILE | --csv FILE ...] [--asn OUT] [--country OUT]\n"
"\n"
"Makes the databases in which depeer looks up networks (MaxMind DB format).\n"
"\n"
"From:\n"
"  --loc FILE      a libloc database; without --loc and --csv the installed one\n"
"                  (Debian package libloc-database: the whole internet, CC BY-SA 4.0)\n"
"  --csv FILE      a table of ranges; may be given several times (IPv4 and IPv6):\n"
"                    start,end,asn,organisation             ip-location-db\n"
"                    start,end,country                      ip-location-db\n"
"                    start end asn country organisation     iptoasn.com, with tabs\n"
"\n"
"To (one of them or both; an old file is replaced when the new one is complete):\n"
"  --asn OUT       AS numbers and organisations\n"
"  --country OUT   countries\n"
"\n"
"  --quiet         say nothing when all went well\n"
"  --help          this text\n"
"  --version       depeer's version\n"
"\n"
"Example:\n"
"  depeer-mmdb --asn /var/lib/depeer/asn.mmdb --country /var/lib/depeer/country.mmdb\n"
"then in depeer.conf: GeoDatabase /var/lib/depeer/asn.mmdb, and again for the other one.\n";

static int usage_error(const char *text)
{
	fprintf(stderr, "depeer-mmdb: %s (see --help)\n", text);
	return EX_USAGE;
}

/* EX_OK to go on, -1 when all is said and done, else the exit status. */
static int read_options(int argc, char **argv, struct options *options)
{
	static const struct option names[] = {
		{ "loc", required_argument, NULL, 'l' }, { "csv", required_argument, NULL, 'v' },
		{ "asn", required_argument, NULL, 'a' },
		{ "country", required_argument, NULL, 'c' },
		{ "quiet", no_argument, NULL, 'q' }, { "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' }, { NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "qhV", names, NULL)) != -1) {
		if (c == 'l')
			options->loc = optarg;
		else if (c == 'a')
			options->asn = optarg;
		else if (c == 'c')
			options->country = optarg;
		else if (c == 'q')
			options->quiet = true;
		else if (c == 'v' && options->csv_n == CSV_FILES_MAX)
			return usage_error("too many --csv files");
		else if (c == 'v')
			options->csv[options->csv_n++] = optarg;
		else if (c == 'h')
			return fputs(help_text, stdout), -1;
		else if (c == 'V')
			return puts("depeer-mmdb " DEPEER_VERSION), -1;
		else
			return usage_error("wrong option");
	}
	if (optind < argc)
		return usage_error("only options are expected");
	if (options->asn == NULL && options->country == NULL)
		return usage_error("nothing to do: --asn OUT or --country OUT is missing");
	if (options->loc != NULL && options->csv_n > 0)
		return usage_error("--loc and --csv exclude one another");
	if (options->asn != NULL && options->country != NULL &&
			strcmp(options->asn, options->country) == 0)
		return usage_error("--asn and --country name the same file");
	return EX_OK;
}

/* A network goes into both databases, also when one of them gets nothing: there it is a hole in
 * a wider one. */
static int receive(void *context, const struct mmdb_source_network *network,
	struct error *error)
{
	struct making *making = context;
	struct mmdb_build_record record = {0};

	if (making->asn != NULL) {
		record.asn = network->asn;
		record.org = network->asn == 0 ? str_make(NULL, 0) : network->org;
		if (mmdb_build_add(making->asn, &network->prefix, &record, error) != 0)
			return -1;
	}
	if (making->country == NULL)
		return 0;
	record = (struct mmdb_build_record){0};
	memcpy(record.country, network->country, sizeof record.country);
	return mmdb_build_add(making->country, &network->prefix, &record, error);
}

static int check_source(const struct making *making, const char *path,
	const struct mmdb_source_info *info, struct error *error)
{
	if (making->asn != NULL && !info->has_asn)
		return error_set(error, "%s: has no AS numbers, --asn cannot be made of it", path);
	if (making->country != NULL && !info->has_country)
		return error_set(error, "%s: has no countries, --country cannot be made of it",
			path);
	return 0;
}

static int read_sources(const struct options *options, struct making *making,
	struct mmdb_source_info *info, struct error *error)
{
	const char *loc = options->loc;
	int64_t oldest = 0;

	if (options->csv_n == 0) {
		loc = loc != NULL ? loc : mmdb_source_loc_default();
		if (loc == NULL)
			return error_set(error, "no libloc database is installed: "
				"install libloc-database, or use --loc or --csv");
		return mmdb_source_loc_read(loc, receive, making, info, error);
	}
	for (size_t i = 0; i < options->csv_n; i++) {
		if (mmdb_source_csv_read(options->csv[i], receive, making, info, error) != 0 ||
				check_source(making, options->csv[i], info, error) != 0)
			return -1;
		if (oldest == 0 || info->epoch < oldest)
			oldest = info->epoch;
	}
	info->epoch = oldest;
	return 0;
}

static int write_one(struct mmdb_build *build, const char *path, const char *what,
	const struct mmdb_source_info *info, bool quiet, struct error *error)
{
	struct mmdb_build_stats stats;
	char day[DATE_TEXT_MAX];

	if (build == NULL)
		return 0;
	mmdb_build_describe(build, info->origin, info->licence, info->epoch);
	if (mmdb_build_write(build, path, error) != 0)
		return -1;
	stats = mmdb_build_stats(build);
	if (!quiet)
		printf("%s: %s of %zu networks (%zu different, %zu aliased left out), %zu nodes, "
			"%zu kB, data of %s, %s%s%s\n", path, what,
			stats.networks, stats.records, stats.skipped, stats.nodes,
			(stats.bytes + 999) / 1000, date_format(date_from_time(info->epoch), day),
			info->origin, info->licence[0] ? ", " : "", info->licence);
	return 0;
}

static int make(const struct options *options, struct making *making, struct error *error)
{
	struct mmdb_source_info info = {0};

	if (options->asn != NULL)
		making->asn = mmdb_build_create("depeer-ASN");
	if (options->country != NULL)
		making->country = mmdb_build_create("depeer-Country");
	if ((options->asn != NULL && making->asn == NULL) ||
			(options->country != NULL && making->country == NULL))
		return error_set(error, "out of memory");
	if (read_sources(options, making, &info, error) != 0)
		return -1;
	if (write_one(making->asn, options->asn, "AS numbers", &info, options->quiet, error) != 0)
		return -1;
	return write_one(making->country, options->country, "countries", &info, options->quiet,
		error);
}

int main(int argc, char **argv)
{
	struct options options = {0};
	struct making making = {0};
	struct error error = {{0}};
	int status = read_options(argc, argv, &options);

	if (status != EX_OK)
		return status < 0 ? EX_OK : status;
	status = make(&options, &making, &error);
	mmdb_build_free(&making.asn);
	mmdb_build_free(&making.country);
	if (status != 0) {
		fprintf(stderr, "depeer-mmdb: %s\n", error.text);
		return EX_DATAERR;
	}
	if (fflush(stdout) != 0)
		return EX_IOERR;
	return EX_OK;
}
