/* Writes a scenario's world. Nothing is decided here: each step of the scenario is a line of a file
 * as an admin would write it, so that a scenario proves what an admin can do. */
#define _XOPEN_SOURCE 700 /* nftw */
#include "test-harness/scenario_world.h"

#include <errno.h>
#include <ftw.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/ip.h"
#include "geoip/mmdb_build.h"

/* What a scenario need not say. */
static const char *const defaults[][2] = {
	{ "Mode", "enforce" }, { "Syslog", "no" }, { "Background", "no" }, { "PeerList", "none" },
};

static int write_file(const char *path, struct str text, struct error *error)
{
	FILE *file = fopen(path, "w");
	bool written;

	if (file == NULL)
		return error_set(error, "%s: %s", path, strerror(errno));
	written = text.len == 0 || fwrite(text.ptr, 1, text.len, file) == text.len;
	if (fclose(file) != 0 || !written)
		return error_set(error, "%s: %s", path, strerror(errno));
	chmod(path, 0644);
	return 0;
}

static int path_of(char out[SCENARIO_PATH_MAX], const struct scenario_world *world,
	const char *name, struct error *error)
{
	if (snprintf(out, SCENARIO_PATH_MAX, "%s/%s", world->directory, name) < SCENARIO_PATH_MAX)
		return 0;
	return error_set(error, "%s/%s: too long a path", world->directory, name);
}

/* ---- the database ---- */

static int add_network(struct mmdb_build *build, const struct scenario_step *step,
	struct error *error)
{
	struct mmdb_build_record record = { .org = str_from(step->words[2]) };
	struct ip_prefix prefix;
	uint64_t asn;

	if (!ip_prefix_parse(str_from(step->words[0]), &prefix, NULL) ||
		!str_to_u64(str_from(step->words[1]), UINT32_MAX, &asn))
		return error_set(error, "%s:%u: not a prefix and an AS number", step->place.file,
			step->place.line);
	record.asn = (uint32_t)asn;
	snprintf(record.country, sizeof(record.country), "%.2s", step->words[3]);
	return mmdb_build_add(build, &prefix, &record, error);
}

/* 1: written; 0: the scenario has no network. */
static int write_database(const struct scenario *scenario, const char *path, struct error *error)
{
	struct mmdb_build *build = mmdb_build_create("depeer-scenario");
	int added = 0, status = 0;

	if (build == NULL)
		return error_set(error, "out of memory");
	mmdb_build_describe(build, "a scenario", "", clock_wall_seconds());
	for (size_t i = 0; i < scenario->n && status == 0; i++) {
		if (scenario->steps[i].kind != SCENARIO_ASN)
			continue;
		status = add_network(build, &scenario->steps[i], error);
		added = 1;
	}
	if (status == 0 && added)
		status = mmdb_build_write(build, path, error);
	mmdb_build_free(&build);
	return status == 0 ? added : -1;
}

/* ---- rules and config ---- */

static int write_rules(const struct scenario_world *world, const struct scenario *scenario,
	struct error *error)
{
	struct buf text = { 0 };
	char path[SCENARIO_PATH_MAX], name[64];
	int status = path_of(path, world, "rules", error);

	if (status == 0 && mkdir(path, 0755) != 0)
		status = error_set(error, "%s: %s", path, strerror(errno));
	for (size_t i = 0; i < scenario->n && status == 0; i++) {
		const struct scenario_step *step = &scenario->steps[i];

		if (step->kind == SCENARIO_RULES) {
			buf_add_str(&text, step->text);
			buf_add_byte(&text, '\n');
		}
		if (step->kind != SCENARIO_FILE)
			continue;
		snprintf(name, sizeof(name), "rules/%s", step->words[0]);
		status = path_of(path, world, name, error);
		if (status == 0)
			status = write_file(path, step->text, error);
	}
	if (status == 0)
		status = path_of(path, world, "rules/10-scenario.cf", error);
	if (status == 0)
		status = write_file(path, buf_str(&text), error);
	buf_free(&text);
	return status;
}

static bool configured(const struct scenario *scenario, const char *key)
{
	for (size_t i = 0; i < scenario->n; i++)
		if (scenario->steps[i].kind == SCENARIO_CONFIG &&
			strcasecmp(scenario->steps[i].words[0], key) == 0)
			return true;
	return false;
}

static void add_rulefile(struct buf *text, const struct scenario *scenario, const char *path)
{
	char full[4096];
	char *real;

	snprintf(full, sizeof(full), "%s/%s", scenario->directory, path);
	real = realpath(full, NULL);
	buf_addf(text, "RulesDir %s\n", real == NULL ? full : real);
	free(real);
}

static int write_config(const struct scenario_world *world, const struct scenario *scenario,
	bool database, struct error *error)
{
	struct buf text = { 0 };
	int status;

	buf_addf(&text, "Socket unix:%s\nRulesDir %s/rules\n", world->socket, world->directory);
	if (database)
		buf_addf(&text, "GeoDatabase %s/scenario.mmdb\n", world->directory);
	if (geteuid() == 0)
		buf_addf(&text, "UserID nobody\n");
	if (world->dns)
		buf_addf(&text, "ResolveNames yes\nNameserver %s\n", fake_dns_address(world->dns));
	for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++)
		if (!configured(scenario, defaults[i][0]))
			buf_addf(&text, "%s %s\n", defaults[i][0], defaults[i][1]);
	for (size_t i = 0; i < scenario->n; i++) {
		const struct scenario_step *step = &scenario->steps[i];

		if (step->kind == SCENARIO_CONFIG)
			buf_addf(&text, "%s \"%s\"\n", step->words[0], step->words[1]);
		if (step->kind == SCENARIO_RULEFILE)
			add_rulefile(&text, scenario, step->words[0]);
	}
	status = text.failed ? error_set(error, "out of memory")
		: write_file(world->config, buf_str(&text), error);
	buf_free(&text);
	return status;
}

/* ---- the DNS ---- */

static int start_dns(struct scenario_world *world, const struct scenario *scenario,
	struct error *error)
{
	struct buf table = { 0 };

	for (size_t i = 0; i < scenario->n; i++)
		if (scenario->steps[i].kind == SCENARIO_DNS) {
			buf_add_str(&table, scenario->steps[i].text);
			buf_add_byte(&table, '\n');
		}
	if (table.len > 0)
		world->dns = fake_dns_start(buf_cstr(&table));
	if (table.len > 0 && !world->dns)
		error_set(error, "%s: no DNS server", scenario->path);
	buf_free(&table);
	return table.len == 0 || world->dns ? 0 : -1;
}

/* ---- the directory ---- */

static int make_directory(struct scenario_world *world, struct error *error)
{
	const char *base = getenv("TMPDIR");
	struct passwd *nobody = geteuid() == 0 ? getpwnam("nobody") : NULL;

	if (base == NULL || strlen(base) > 40)
		base = "/tmp";
	snprintf(world->directory, sizeof(world->directory), "%s/depeer-XXXXXX", base);
	if (mkdtemp(world->directory) == NULL)
		return error_set(error, "%s: %s", world->directory, strerror(errno));
	chmod(world->directory, 0755);
	if (nobody != NULL && chown(world->directory, nobody->pw_uid, nobody->pw_gid) != 0)
		return error_set(error, "%s: %s", world->directory, strerror(errno));
	if (path_of(world->config, world, "depeer.conf", error) != 0 ||
		path_of(world->socket, world, "milter.sock", error) != 0 ||
		path_of(world->log, world, "log", error) != 0)
		return -1;
	return 0;
}

int scenario_world_make(struct scenario_world *world, const struct scenario *scenario,
	struct error *error)
{
	char path[SCENARIO_PATH_MAX];
	int database;

	world->dns = NULL;
	if (make_directory(world, error) != 0)
		return -1;
	if (path_of(path, world, "scenario.mmdb", error) != 0)
		goto fail;
	database = write_database(scenario, path, error);
	if (database < 0 || start_dns(world, scenario, error) != 0 ||
		write_rules(world, scenario, error) != 0 ||
		write_config(world, scenario, database == 1, error) != 0)
		goto fail;
	return 0;
fail:
	scenario_world_remove(world);
	return -1;
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *where)
{
	(void)info;
	(void)type;
	(void)where;
	return remove(path);
}

void scenario_world_remove(struct scenario_world *world)
{
	fake_dns_stop(&world->dns);
	if (world->directory[0] != '\0')
		nftw(world->directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	world->directory[0] = '\0';
}
