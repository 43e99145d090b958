#include "milter/runtime.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/date.h"
#include "milter/testing.h"

static struct network look_up(struct runtime *runtime, const char *text)
{
	struct snapshot *snapshot = runtime_current(runtime);
	struct network network = { 0 };
	struct ip ip;

	t_need(ip_parse(str_from(text), &ip));
	geoip_lookup(snapshot->geoip, &ip, 20000, &network);
	network.listings[0] = NULL; /* gone with the snapshot */
	snapshot_release(&snapshot);
	return network;
}

/* 0 or -1; the findings as one text. */
static int reload(struct runtime *runtime, char *text, size_t size)
{
	struct diags diags = { 0 };
	int status = runtime_reload(runtime, &diags);
	size_t n = 0;

	text[0] = 0;
	for (size_t i = 0; i < diags.n && n + 1 < size; i++) {
		diag_format(&diags.items[i], text + n, size - n - 1);
		n += strlen(text + n);
		text[n++] = '\n';
		text[n] = 0;
	}
	diags_clear(&diags);
	return status;
}

static unsigned generation(struct runtime *runtime)
{
	struct snapshot *snapshot = runtime_current(runtime);
	unsigned generation = snapshot->generation;

	snapshot_release(&snapshot);
	return generation;
}

T_TEST(runtime_reload_takes_the_new_and_leaves_the_old_to_its_readers)
{
	struct runtime *runtime = world_runtime("");
	struct snapshot *old = runtime_current(runtime);
	char text[2000];

	world_file("rules.cf", "header ONLY Subject =~ /x/\nscore ONLY 1\n");
	t_int(reload(runtime, text, sizeof(text)), 0);
	t_str(text, "");
	t_int(generation(runtime), 2);
	t_int(ruleset_rules(old->rules), 7);
	t_str(ruleset_rule(old->rules, 0).name, "CLIENT_IN_BAD");
	snapshot_release(&old);
	runtime_free(&runtime);
}

T_TEST(runtime_a_broken_reload_is_refused_with_all_its_errors)
{
	struct runtime *runtime = world_runtime("");
	char text[4000];

	world_file("rules.cf", WORLD_RULES "network X client in bad_nte\nheader Y Subject =~ /(/\n");
	t_int(reload(runtime, text, sizeof(text)), -1);
	t_true(strstr(text, "did you mean 'bad_net'") != NULL);
	t_true(strstr(text, "rules.cf:18:") != NULL);
	t_int(generation(runtime), 1);
	t_int(look_up(runtime, "192.0.2.9").listings_n, 1);
	world_file("rules.cf", WORLD_RULES);
	world_file("depeer.conf", "RulesDir rules.cf\nGeoDatabase world.mmdb\nTagScore x\nFoo y\n");
	t_int(reload(runtime, text, sizeof(text)), -1);
	t_true(strstr(text, "TagScore") != NULL && strstr(text, "Foo") != NULL);
	world_file("depeer.conf", "RulesDir rules.cf\nGeoDatabase missing.mmdb\n");
	t_int(reload(runtime, text, sizeof(text)), -1);
	t_true(strstr(text, "missing.mmdb") != NULL);
	t_int(generation(runtime), 1);
	t_int(look_up(runtime, "192.0.2.9").asn, 64500);
	runtime_free(&runtime);
}

T_TEST(runtime_a_broken_or_missing_list_is_replaced_by_the_last_good_one)
{
	struct runtime *runtime = world_runtime("");
	char text[4000];

	world_file("bad.list", "<html>502 Bad Gateway</html>\n");
	for (int i = 0; i < 3; i++) {
		t_int(reload(runtime, text, sizeof(text)), 0);
		t_true(strstr(text, "warning: list bad_net: the last good one is kept (2 entries)")
			!= NULL);
		t_true(strstr(text, ": error:") == NULL);
		t_int(look_up(runtime, "192.0.2.9").listings_n, 1);
	}
	unlink(t_tmpfile("bad.list"));
	t_int(reload(runtime, text, sizeof(text)), 0);
	t_int(look_up(runtime, "203.0.113.9").listings_n, 1);
	world_file("bad.list", "198.51.100.0/24\n");
	t_int(reload(runtime, text, sizeof(text)), 0);
	t_str(text, "");
	t_int(look_up(runtime, "203.0.113.9").listings_n, 0);
	t_int(look_up(runtime, "198.51.100.9").listings_n, 1);
	runtime_free(&runtime);
}

static const char *warning(struct runtime *runtime, int32_t stale_days)
{
	struct snapshot *snapshot = runtime_current(runtime);
	static char text[300];

	if (!snapshot_list_warning(snapshot, 0, stale_days,
			date_from_time(clock_wall_seconds()), text, sizeof(text)))
		text[0] = 0;
	snapshot_release(&snapshot);
	return text;
}

T_TEST(runtime_a_list_grows_old)
{
	struct runtime *runtime = world_runtime("");
	char text[4000], expected[300], made[DATE_TEXT_MAX];
	int32_t today = date_from_time(clock_wall_seconds()); /* not at midnight, please */

	world_age_list(4000);
	t_int(reload(runtime, text, sizeof(text)), 0);
	t_str(warning(runtime, 30), ""); /* a table of the admin's own */
	world_file("rules.cf", WORLD_RULES "max_age bad_net 30d\n");
	world_age_list(15);
	t_int(reload(runtime, text, sizeof(text)), 0);
	t_str(text, "");
	t_str(warning(runtime, 30), "");
	world_age_list(16);
	t_int(reload(runtime, text, sizeof(text)), 0);
	snprintf(expected, sizeof(expected), "list 'bad_net' is stale: its data is of %s, "
		"16 days old (max_age 30d)", date_format(today - 16, made));
	t_str(warning(runtime, 0), expected);
	world_age_list(31);
	t_int(reload(runtime, text, sizeof(text)), 0);
	snprintf(expected, sizeof(expected), "list 'bad_net' is too old and no longer counts: its "
		"data is of %s, 31 days old (max_age 30d)", date_format(today - 31, made));
	t_str(warning(runtime, 30), expected);
	unlink(t_tmpfile("bad.list")); /* the last good one is as old as it is */
	t_int(reload(runtime, text, sizeof(text)), 0);
	t_str(warning(runtime, 30), expected);
	runtime_free(&runtime);
}

static void count_saying(void *context, const char *file, const char *text)
{
	unsigned *n = context;

	++*n;
	t_true(strstr(file, "bad.list") != NULL);
	t_true(strncmp(text, "list 'bad_net' is ", 18) == 0);
}

T_TEST(runtime_a_list_grows_old_without_a_reload_and_that_is_said_once_a_day)
{
	struct runtime *runtime = world_runtime("");
	int32_t today = date_from_time(clock_wall_seconds());
	unsigned said = 0;
	char text[4000];

	world_file("rules.cf", WORLD_RULES "max_age bad_net 30d\n");
	t_int(reload(runtime, text, sizeof(text)), 0);
	for (int32_t day = today; day <= today + 40; day++) {
		runtime_warn_daily(runtime, day, count_saying, &said);
		runtime_warn_daily(runtime, day, count_saying, &said);
		t_int(said, day < today + 16 ? 0 : day - today - 15);
	}
	runtime_free(&runtime);
}

T_TEST(runtime_max_age_without_a_file_is_warned_of)
{
	struct runtime *runtime = world_runtime("");
	char text[4000];

	world_file("rules.cf", "network_list w AS1\nmax_age w 30d\nnetwork W client in w\n");
	t_int(reload(runtime, text, sizeof(text)), 0);
	t_true(strstr(text, "rules.cf:2:9: warning: list 'w' has no file, and so no age: max_age "
		"changes nothing\n") != NULL);
	runtime_free(&runtime);
}

T_TEST(runtime_rules_on_names_that_nobody_asks_for_are_warned_of)
{
	struct runtime *runtime = world_runtime("");
	char text[4000];

	world_file("rules.cf", "network A url asn AS1\n");
	t_int(reload(runtime, text, sizeof(text)), 0);
	t_true(strstr(text, "ResolveNames") == NULL);
	world_file("rules.cf", "network A url asn AS1\nnetwork B mx asn AS1\n");
	t_int(reload(runtime, text, sizeof(text)), 0);
	t_true(strstr(text, "warning: rules ask the DNS (url_ns, mx, helo, from_domain, dns, flux) "
		"and ResolveNames is no") != NULL);
	world_file("rules.cf", "flux A url networks >= 5\n");
	t_int(reload(runtime, text, sizeof(text)), 0);
	t_true(strstr(text, "ResolveNames is no") != NULL);
	runtime_free(&runtime);
	runtime = world_runtime("ResolveNames yes\nNameserver 127.0.0.1@9\n");
	t_int(reload(runtime, text, sizeof(text)), 0);
	t_true(strstr(text, "ResolveNames") == NULL);
	runtime_free(&runtime);
}

T_TEST(runtime_an_admins_slip_in_a_list_is_not_papered_over)
{
	struct runtime *runtime = world_runtime("");
	char text[4000];

	world_file("other.list", "<html>\n");
	world_file("rules.cf", "network_list bad_net other.list\n"
		"network CLIENT_IN_BAD client in bad_net\nscore CLIENT_IN_BAD 12\n");
	t_int(reload(runtime, text, sizeof(text)), -1);
	world_file("rules.cf", "network_list bad_net bad.list AS64501-AS1\n"
		"network CLIENT_IN_BAD client in bad_net\nscore CLIENT_IN_BAD 12\n");
	t_int(reload(runtime, text, sizeof(text)), -1);
	t_int(generation(runtime), 1);
	runtime_free(&runtime);
}

T_TEST(runtime_a_first_list_that_is_broken_is_an_error)
{
	const char *path = world_write("");
	struct diags diags = { 0 };
	struct config *config = config_load(path, &diags);

	t_need(config != NULL);
	world_file("bad.list", "<html>\n");
	t_true(snapshot_build(config, &diags) == NULL);
	t_true(diags.errors > 0);
	diags_clear(&diags);
}

struct reader {
	struct runtime *runtime;
	_Atomic bool stop;
	_Atomic unsigned looked, wrong;
};

static void *read_on(void *argument)
{
	struct reader *reader = argument;

	while (!atomic_load(&reader->stop)) {
		struct snapshot *snapshot = runtime_current(reader->runtime);
		struct network network = { 0 };
		struct ip ip;

		ip_parse(STR("192.0.2.9"), &ip);
		geoip_lookup(snapshot->geoip, &ip, 20000, &network);
		if (network.asn != 64500 || network.listings_n != 1
			|| strcmp(network.listings[0]->name, "bad_net") != 0)
			atomic_fetch_add(&reader->wrong, 1);
		atomic_fetch_add(&reader->looked, 1);
		snapshot_release(&snapshot);
	}
	return NULL;
}

T_TEST(runtime_a_thousand_reloads_under_readers)
{
	struct runtime *runtime = world_runtime("");
	struct reader reader = { .runtime = runtime };
	pthread_t threads[2];
	char text[4000];
	int refused = 0;

	for (size_t i = 0; i < 2; i++)
		t_need(pthread_create(&threads[i], NULL, read_on, &reader) == 0);
	for (int i = 0; i < 1000; i++) {
		/* good, a kept list, and a refused one in turn */
		world_file("bad.list", i % 3 == 1 ? "{\"x\"\n" : "AS64500 a note\n203.0.113.0/24\n");
		world_file("rules.cf", i % 3 == 2 ? "header X\n" : WORLD_RULES);
		refused += reload(runtime, text, sizeof(text)) != 0;
	}
	atomic_store(&reader.stop, true);
	for (size_t i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	t_int(refused, 333);
	t_int(generation(runtime), 1 + 667);
	t_true(atomic_load(&reader.looked) > 0);
	t_int(atomic_load(&reader.wrong), 0);
	runtime_free(&runtime);
}

static bool refuses_at_rcpt(const char *keys)
{
	struct runtime *runtime = world_runtime(keys);
	struct snapshot *snapshot = runtime_current(runtime);
	bool refuses = snapshot->refuses_at_rcpt;

	snapshot_release(&snapshot);
	runtime_free(&runtime);
	return refuses;
}

/* The client of the world can come to 12 at most; what else is scored is seen later. */
T_TEST(runtime_knows_whether_anybody_can_be_refused_at_rcpt)
{
	struct runtime *runtime = world_runtime("Mode enforce\nRejectScore 12.5\n");
	struct snapshot *snapshot;
	char text[2000];

	t_true(refuses_at_rcpt("Mode enforce\n"));
	t_true(refuses_at_rcpt("Mode enforce\nRejectScore 12\n"));
	t_true(!refuses_at_rcpt("Mode enforce\nRejectScore 12.1\n"));
	t_true(!refuses_at_rcpt("Mode enforce\nRejectScore 0\n"));
	t_true(!refuses_at_rcpt("Mode enforce\nRejectStage eom\n"));
	t_true(!refuses_at_rcpt("Mode observe\n"));
	world_file("depeer.conf", "RulesDir rules.cf\nMode enforce\nRejectScore 12.5\n");
	world_file("rules.cf", "network_list bad_net bad.list\nnetwork ONE client in bad_net\n"
		"score ONE 12\nheader TWO X-Spam-Relays-External =~ /x/\nscore TWO 9\n"
		"network SIX client in bad_net\nscore SIX 6\ntflags SIX observe\n"
		"meta LESS ONE\nscore LESS -3\nmeta MORE ONE && TWO\nscore MORE 9\n");
	t_int(reload(runtime, text, sizeof(text)), 0);
	snapshot = runtime_current(runtime);
	t_true(!snapshot->refuses_at_rcpt);
	snapshot_release(&snapshot);
	world_file("rules.cf", "network_list bad_net bad.list\nnetwork ONE client in bad_net\n"
		"score ONE 12\nmeta LESS ONE\nscore LESS -3\nmeta MORE ONE\nscore MORE 0.5\n");
	t_int(reload(runtime, text, sizeof(text)), 0);
	snapshot = runtime_current(runtime);
	t_true(snapshot->refuses_at_rcpt);
	snapshot_release(&snapshot);
	runtime_free(&runtime);
}
