/* milter/testing: a small world for the tests of this room: a database, rules, a config, and a
 * runtime made of them in the test's directory. Included by x_test.c files only.
 *
 * The world: 192.0.2.0/24 is AS64500 "BULLETPROOF-EX" XX and listed in bad_net, 198.51.100.0/24 is
 * AS64496 "HONEST-EX" DE, everything else is in no network.
 */
#ifndef DEPEER_MILTER_TESTING_H
#define DEPEER_MILTER_TESTING_H

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "geoip/mmdb_build.h"
#include "milter/runtime.h"
#include "milter/session.h"
#include "test-harness/t.h"

static inline const char *world_file(const char *name, const char *text)
{
	const char *path = t_tmpfile(name);

	t_write(path, text, strlen(text));
	return path;
}

static inline void world_network(struct mmdb_build *build, const char *prefix, uint32_t asn,
	const char *org, const char *country)
{
	struct mmdb_build_record record = { .asn = asn, .org = str_from(org) };
	struct ip_prefix parsed;
	struct error error;

	snprintf(record.country, sizeof(record.country), "%s", country);
	t_need(ip_prefix_parse(str_from(prefix), &parsed, NULL));
	t_need(mmdb_build_add(build, &parsed, &record, &error) == 0);
}

static inline void world_database(void)
{
	struct mmdb_build *build = mmdb_build_create("Test-ASN-Country");
	struct error error;

	t_need(build != NULL);
	world_network(build, "192.0.2.0/24", 64500, "BULLETPROOF-EX", "XX");
	world_network(build, "198.51.100.0/24", 64496, "HONEST-EX", "DE");
	t_need(mmdb_build_write(build, t_tmpfile("world.mmdb"), &error) == 0);
	mmdb_build_free(&build);
}

/* Makes bad.list so many days old; a reload then sees it. */
static inline void world_age_list(int days)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
		{ .tv_sec = (time_t)(clock_wall_seconds() - (int64_t)days * 86400) } };

	t_int(utimensat(AT_FDCWD, t_tmpfile("bad.list"), times, 0), 0);
}

#define WORLD_RULES \
	"network_list bad_net bad.list\n" \
	"network CLIENT_IN_BAD client in bad_net\nscore CLIENT_IN_BAD 12\n" \
	"network URL_IN_BAD url in bad_net\nscore URL_IN_BAD 4\n" \
	"uri PILLS /pills/i\nscore PILLS 6\n" \
	"header SPF_PASS Authentication-Results =~ /spf=pass/\nscore SPF_PASS 0.5\n" \
	"header RELAY_FIRST X-Spam-Relays-External =~ /^\\[ ip=192\\.0\\.2\\.99 /\n" \
	"score RELAY_FIRST 0.5\n" \
	"header SUBJECT_HOLD Subject =~ /hold/\nscore SUBJECT_HOLD 8.5\n" \
	"body WATCHED /watched/\ntflags WATCHED observe\nscore WATCHED 3\n"

/* Writes the world's files; `keys` are added to the config. The config's path. */
static inline const char *world_write(const char *keys)
{
	char text[2000];

	world_database();
	world_file("bad.list", "AS64500 a note\n203.0.113.0/24\n");
	world_file("rules.cf", WORLD_RULES);
	snprintf(text, sizeof(text), "RulesDir rules.cf\nGeoDatabase world.mmdb\n%s", keys);
	return world_file("depeer.conf", text);
}

static inline struct runtime *world_runtime(const char *keys)
{
	const char *path = world_write(keys);
	struct diags diags = { 0 };
	struct config *config = config_load(path, &diags);
	struct snapshot *snapshot = config ? snapshot_build(config, &diags) : NULL;
	struct runtime *runtime;

	diags_print(&diags, stdout);
	diags_clear(&diags);
	t_need(snapshot != NULL);
	runtime = runtime_create(snapshot);
	t_need(runtime != NULL);
	return runtime;
}

/* All lines of a session, each ended by LF. */
struct world_log {
	char text[16000];
	size_t len, lines;
};

static inline void world_log(void *context, enum log_level level, const char *line)
{
	struct world_log *log = context;
	int n = snprintf(log->text + log->len, sizeof(log->text) - log->len, "%s%s\n",
		level == LOG_LEVEL_ERROR ? "ERROR " : "", line);

	if (n > 0 && log->len + (size_t)n < sizeof(log->text))
		log->len += (size_t)n;
	log->lines++;
}

static inline struct session *world_session(struct runtime *runtime, struct world_log *log)
{
	struct session_options options = { .runtime = runtime, .log = world_log, .log_context = log,
		.can_quarantine = true, .can_skip = true };
	struct session *session = session_create(&options);

	t_need(session != NULL);
	return session;
}

static inline void world_connect(struct session *session, const char *ip)
{
	struct sockaddr_in address = { .sin_family = AF_INET };

	t_need(inet_pton(AF_INET, ip, &address.sin_addr) == 1);
	t_int(session_connect(session, "mail.example", (const struct sockaddr *)&address),
		SESSION_CONTINUE);
	t_int(session_helo(session, "helo.example"), SESSION_CONTINUE);
}

#endif
