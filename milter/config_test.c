#include "milter/config.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "test-harness/t.h"

static const char *conf(const char *text)
{
	const char *path = t_tmpfile("depeer.conf");

	t_write(path, text, strlen(text));
	return path;
}

/* Loads a text that must be good. */
static struct config *good(const char *text)
{
	struct diags diags = { 0 };
	struct config *config = config_load(text ? conf(text) : NULL, &diags);

	diags_print(&diags, stdout);
	t_int(diags.errors, 0);
	diags_clear(&diags);
	t_need(config != NULL);
	return config;
}

/* The one line that a bad text gives, without the directory. */
static const char *finding(const char *text)
{
	static char line[600];
	struct diags diags = { 0 };
	struct config *config = config_load(conf(text), &diags);
	const char *name;

	t_true(config == NULL);
	config_free(&config);
	t_int(diags.n, 1);
	line[0] = 0;
	if (diags.n)
		diag_format(&diags.items[0], line, sizeof(line));
	diags_clear(&diags);
	name = strstr(line, "depeer.conf:");
	return name ? name : line;
}

T_TEST(config_defaults_are_what_the_table_says)
{
	struct config *c = good(NULL);

	t_str(c->socket, "unix:/run/depeer/depeer.sock");
	t_str(c->user_id, NULL);
	t_int(c->umask, -1);
	t_true(c->background && c->syslog && c->ignore_authenticated);
	t_true(!c->log_why && !c->spam_flag_header);
	t_str(c->syslog_facility, "mail");
	t_int(c->on_internal_error, ACTION_TEMPFAIL);
	t_int(c->peers_n, 2);
	t_int(c->rules.n, 1);
	t_str(c->rules.items[0], DEPEER_DATADIR "/rules/d");
	t_int(c->databases.n, 0);
	t_near(c->thresholds.tag, 5, 0);
	t_near(c->thresholds.quarantine, 8, 0);
	t_near(c->thresholds.reject, 10, 0);
	t_int(c->reject_stage, FACT_CONNECT);
	t_int(c->mode, CONFIG_OBSERVE);
	t_int(c->scan_bytes, 1024 * 1024);
	t_int(c->message_memory, 64 * 1024 * 1024);
	t_int(c->regex_budget_ms, 250);
	t_int(c->timeout_s, 3600);
	t_int(c->max_connections, 1000);
	t_int(c->drain_s, 15);
	t_str(c->subject_prefix, NULL);
	t_true(strstr(c->appeal, "postmaster") != NULL);
	config_free(&c);
	t_true(c == NULL);
}

T_TEST(config_reads_each_kind_of_value)
{
	struct config *c = good("# a comment\n\n  SOCKET inet:8891@127.0.0.1 # where\n"
		"UserID depeer:postfix\r\nUMask 007\nPidFile run/pid\nbackground No\nSyslog 0\n"
		"SyslogFacility local3\nMilterTimeout 60\nMaxConnections 50\n"
		"DrainTimeout 0\nLogWhy yes\nOn-InternalError accept\nIgnoreAuthenticatedClients off\n"
		"RulesDir a\nRulesDir /b\nGeoDatabase x.mmdb\nTagScore 1.5\nQuarantineScore 0\n"
		"RejectScore 20\nRejectStage eom\nMode Enforce\nScanBytes 64k\nMessageMemory 32M\n"
		"RegexBudget 0\nSubjectPrefix \"[#1 \\\"spam\\\"]\" # quoted\nSpamFlagHeader yes\n"
		"AppealText see https://example.org/#x\n");

	t_str(c->socket, "inet:8891@127.0.0.1");
	t_str(c->user_id, "depeer:postfix");
	t_int(c->umask, 7);
	t_true(strncmp(c->pid_file, t_tmpdir(), strlen(t_tmpdir())) == 0);
	t_true(!c->background && !c->syslog && c->log_why);
	t_str(c->syslog_facility, "local3");
	t_int(c->timeout_s, 60);
	t_int(c->max_connections, 50);
	t_int(c->drain_s, 0);
	t_int(c->on_internal_error, ACTION_ACCEPT);
	t_true(!c->ignore_authenticated && c->spam_flag_header);
	t_int(c->rules.n, 2);
	t_true(strstr(c->rules.items[0], "/a") != NULL && c->rules.items[0][0] == '/');
	t_str(c->rules.items[1], "/b");
	t_int(c->databases.n, 1);
	t_near(c->thresholds.tag, 1.5, 0);
	t_near(c->thresholds.quarantine, 0, 0);
	t_int(c->reject_stage, FACT_MESSAGE);
	t_int(c->mode, CONFIG_ENFORCE);
	t_int(c->scan_bytes, 65536);
	t_int(c->message_memory, 32 * 1024 * 1024);
	t_int(c->regex_budget_ms, 0);
	t_str(c->subject_prefix, "[#1 \"spam\"]");
	t_str(c->appeal, "see https://example.org/#x");
	config_free(&c);
}

T_TEST(config_names_what_is_wrong_and_where)
{
	static const struct { const char *text, *line; } cases[] = {
		{ "Mode enforce\nTagScor 3\n",
		  "depeer.conf:2:1: error: unknown key 'TagScor' (did you mean 'TagScore'?)" },
		{ "Mode  enfroce\n", "depeer.conf:1:7: error: Mode: must be observe | enforce, not "
		  "'enfroce' (did you mean 'enforce'?)" },
		{ "TagScore 3\nTagScore 4\n", "depeer.conf:2:1: error: TagScore is given twice" },
		{ "TagScore\n", "depeer.conf:1:1: error: TagScore needs a value" },
		{ "TagScore # none\n", "depeer.conf:1:1: error: TagScore needs a value" },
		{ "TagScore 3x\n", "depeer.conf:1:10: error: TagScore: must be a number, not '3x'" },
		{ "TagScore -1\n",
		  "depeer.conf:1:10: error: TagScore: must be between 0 and 1000000, not '-1'" },
		{ "TagScore nan\n", "depeer.conf:1:10: error: TagScore: must be a number, not 'nan'" },
		{ "ScanBytes 10G\n", "depeer.conf:1:11: error: ScanBytes: must be a number of bytes, or "
		  "with k or M, not '10G'" },
		{ "ScanBytes 1\n",
		  "depeer.conf:1:11: error: ScanBytes: must be between 1024 and 268435456, not '1'" },
		{ "MilterTimeout 1h\n",
		  "depeer.conf:1:15: error: MilterTimeout: must be a whole number, not '1h'" },
		{ "UMask 8\n", "depeer.conf:1:7: error: UMask: must be an octal number up to 0777, not "
		  "'8'" },
		{ "Syslog maybe\n", "depeer.conf:1:8: error: Syslog: must be yes | no, not 'maybe'" },
		{ "SyslogFacility mial\n", "depeer.conf:1:16: error: SyslogFacility: must be one of "
		  "syslog's facilities (mail, daemon, local0 ...), not 'mial'" },
		{ "Socket inet:127.0.0.1:8891\n", "depeer.conf:1:8: error: Socket: '127.0.0.1:8891' must "
		  "be port@address (Postfix writes address:port in its own settings only)" },
		{ "PeerList 10.0.0.1/8\n", "depeer.conf:1:10: error: PeerList: '10.0.0.1/8' is no address "
		  "or prefix (bits behind the prefix are set)" },
		{ "PeerList mail.example\n",
		  "depeer.conf:1:10: error: PeerList: 'mail.example' is no address or prefix" },
		{ "PeerList refile:/x\n", "depeer.conf:1:10: error: PeerList: patterns (refile:) are not "
		  "supported; list addresses and prefixes, not 'refile:/x'" },
		{ "SubjectPrefix \"a\n", "depeer.conf:1:15: error: the quote is not closed" },
		{ "SubjectPrefix \"a\" b\n", "depeer.conf:1:15: error: text behind the closing quote" },
		{ "SubjectPrefix \xc3\xa4\n", "depeer.conf:1:15: error: SubjectPrefix: must be printable "
		  "ASCII, not '\xc3\xa4'" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		t_str(finding(cases[i].text), cases[i].line);
}

T_TEST(config_finds_all_errors_in_one_run)
{
	struct diags diags = { 0 };

	t_true(config_load(conf("Mode x\nFoo 1\nTagScore y\n"), &diags) == NULL);
	t_int(diags.errors, 3);
	diags_clear(&diags);
	t_true(config_load(t_tmpfile("missing.conf"), &diags) == NULL);
	t_int(diags.errors, 1);
	diags_clear(&diags);
}

T_TEST(config_every_key_can_be_given)
{
	for (size_t i = 0; i < config_keys(); i++) {
		const struct config_key_info *key = config_key(i);
		struct diags diags = { 0 };
		struct config *c = good(NULL);

		t_true(key->name && key->help && key->value);
		if (key->default_text)
			t_int(config_set(c, key->name, key->default_text, &diags), 0);
		t_int(config_set(c, key->name, "", &diags), -1);
		diags_clear(&diags);
		config_free(&c);
	}
	t_true(config_key(config_keys()) == NULL);
}

T_TEST(config_warns_of_thresholds_out_of_order)
{
	struct diags diags = { 0 };
	struct config *c = config_load(conf("TagScore 9\n"), &diags);

	t_true(c != NULL);
	t_int(diags.warnings, 1);
	diags_clear(&diags);
	config_free(&c);
	c = config_load(conf("TagScore 9\nQuarantineScore 0\n"), &diags);
	t_int(diags.warnings, 0);
	config_free(&c);
}

static bool is_peer(const struct config *config, const char *text)
{
	struct ip ip;

	t_need(ip_parse(str_from(text), &ip));
	return config_is_peer(config, &ip);
}

static void peers_file(const char *text)
{
	t_write(t_tmpfile("peers"), text, strlen(text));
}

T_TEST(config_reads_peers_from_a_list_and_from_a_file)
{
	struct config *c = good("PeerList 192.0.2.0/24, 2001:db8::1 198.51.100.7\n");

	t_true(is_peer(c, "192.0.2.200") && is_peer(c, "2001:db8::1") && is_peer(c, "198.51.100.7"));
	t_true(!is_peer(c, "198.51.100.8") && !is_peer(c, "127.0.0.1"));
	config_free(&c);
	peers_file("# ours\n192.0.2.1 # mx2\n\n10.0.0.0/8\n");
	c = good("PeerList file:peers\n");
	t_true(is_peer(c, "192.0.2.1") && is_peer(c, "10.1.1.1") && !is_peer(c, "192.0.2.2"));
	config_free(&c);
	c = good("PeerList none\n");
	t_int(c->peers_n, 0);
	config_free(&c);
	peers_file("192.0.2.1\nfoo\n");
	t_true(strstr(finding("PeerList file:peers\n"), "peers:2:1: error: PeerList: 'foo'") != NULL);
}

T_TEST(config_settings_win_over_the_file_and_survive_a_reload)
{
	struct diags diags = { 0 };
	struct config *c = good("TagScore 3\nRulesDir a\nRulesDir b\n"), *next;

	t_int(config_set(c, "tagscore", "4", &diags), 0);
	t_int(config_set(c, "RulesDir", "c", &diags), 0);
	t_int(config_set(c, "RulesDir", "d", &diags), 0);
	t_int(config_set(c, "Nonsense", "d", &diags), -1);
	diags_clear(&diags);
	next = config_reload(c, &diags);
	t_need(next != NULL);
	t_near(next->thresholds.tag, 4, 0);
	t_int(next->rules.n, 2);
	t_str(next->rules.items[1], "d");
	config_free(&next);
	config_free(&c);
}

T_TEST(config_says_which_changes_wait_for_a_restart)
{
	struct diags diags = { 0 };
	struct config *a = good("TagScore 3\n"), *b = good("TagScore 4\nUMask 2\nBackground no\n"
		"Socket fd:3\nMilterTimeout 10\n");

	config_warn_restart(a, a, &diags);
	t_int(diags.n, 0);
	config_warn_restart(a, b, &diags);
	t_int(diags.warnings, 4);
	t_int(diags.errors, 0);
	diags_clear(&diags);
	config_free(&a);
	config_free(&b);
}

T_TEST(config_the_packaged_file_loads)
{
	struct diags diags = { 0 };
	struct config *c = config_load("packaging/depeer.conf", &diags);

	diags_print(&diags, stdout);
	t_int(diags.n, 0);
	diags_clear(&diags);
	t_need(c != NULL);
	t_int(c->mode, CONFIG_OBSERVE);
	config_free(&c);
}
