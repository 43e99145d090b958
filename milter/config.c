/* One table of keys drives everything: reading, checking, help and the test against the man page.
 * A key's setter is a function of its type (config_value.c), so that a new key is one line in the
 * table. */
#include "milter/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/lex.h"
#include "base/suggest.h"
#include "dns/resolver.h"
#include "milter/config_value.h"

static const struct choice modes[] = {
	{ "observe", CONFIG_OBSERVE }, { "enforce", CONFIG_ENFORCE }, { NULL, 0 }
};
static const struct choice stages[] = {
	{ "rcpt", FACT_CONNECT }, { "eom", FACT_MESSAGE }, { NULL, 0 }
};
static const struct choice error_actions[] = {
	{ "accept", ACTION_ACCEPT }, { "tempfail", ACTION_TEMPFAIL }, { "reject", ACTION_REJECT },
	{ NULL, 0 }
};

#define AT(member) offsetof(struct config, member)

/* name, values, help, default, repeatable, needs a restart | setter, where, least, most, words */
static const struct key keys[] = {
	{ { "Socket", "unix:/path | inet:port@address | inet6:port@address | fd:N",
	    "where the MTA reaches the daemon", "unix:/run/depeer/depeer.sock", false, true },
	  config_set_socket, AT(socket), 0, 0, NULL },
	{ { "UserID", "user[:group]", "whom to become when started by root", NULL, false, true },
	  config_set_text, AT(user_id), 0, 0, NULL },
	{ { "UMask", "octal", "file mode bits to withhold, from the socket too", NULL, false, true },
	  config_set_octal, AT(umask), 0, 0, NULL },
	{ { "PidFile", "path", "where to write the process id", NULL, false, true },
	  config_set_path, AT(pid_file), 0, 0, NULL },
	{ { "Background", "yes | no", "leave the terminal (-f: do not)", "yes", false, true },
	  config_set_bool, AT(background), 0, 0, NULL },
	{ { "Syslog", "yes | no", "log to syslog; else to standard error", "yes", false, true },
	  config_set_bool, AT(syslog), 0, 0, NULL },
	{ { "SyslogFacility", "facility", "syslog's facility", "mail", false, true },
	  config_set_facility, AT(syslog_facility), 0, 0, NULL },
	{ { "MilterTimeout", "seconds", "close an MTA connection that is silent for so long; a slow "
	    "client's DATA is such a silence", "3600", false, true },
	  config_set_unsigned, AT(timeout_s), 10, 86400, NULL },
	{ { "MaxConnections", "number", "connections to have descriptors for", "1000", false, true },
	  config_set_unsigned, AT(max_connections), 1, 100000, NULL },
	{ { "DrainTimeout", "seconds", "how long SIGTERM lets open connections finish", "15", false,
	    true },
	  config_set_unsigned, AT(drain_s), 0, 3600, NULL },
	{ { "LogWhy", "yes | no", "log one line more for each rule that hit", "no", false, false },
	  config_set_bool, AT(log_why), 0, 0, NULL },
	{ { "On-InternalError", "accept | tempfail | reject",
	    "what to do with a mail that could not be judged", "tempfail", false, false },
	  config_set_choice, AT(on_internal_error), 0, 0, error_actions },
	{ { "PeerList", "addresses and prefixes | file:path | none",
	    "clients whose mail passes unseen", "127.0.0.0/8, ::1", false, false },
	  config_set_peers, 0, 0, 0, NULL },
	{ { "IgnoreAuthenticatedClients", "yes | no", "let authenticated clients' mail pass unseen",
	    "yes", false, false },
	  config_set_bool, AT(ignore_authenticated), 0, 0, NULL },
	{ { "TrustedAuthservIDs", "names", "whose Authentication-Results rules may see (else all), and "
	    "checks of SPF, DKIM, DMARC believe (else none)", NULL, false, false },
	  config_set_words, AT(trusted_authserv_ids), 0, 0, NULL },
	{ { "RulesDir", "path", "rule file, or directory of *.cf files",
	    DEPEER_DATADIR "/rules/d", true, false },
	  config_set_paths, AT(rules), 0, 0, NULL },
	{ { "LocalTestsOnly", "yes | no", "switch network tests that are absent off, as by score 0",
	    "no", false, false },
	  config_set_bool, AT(local_tests_only), 0, 0, NULL },
	{ { "GeoDatabase", "path", "MMDB file with AS numbers or countries; the first that knows "
	    "answers", NULL, true, false },
	  config_set_paths, AT(databases), 0, 0, NULL },
	{ { "TagScore", "score", "from here on a mail is marked; 0: never", "5", false, false },
	  config_set_score, AT(thresholds.tag), 0, 1e6, NULL },
	{ { "QuarantineScore", "score", "from here on a mail is held by the MTA; 0: never", "8", false,
	    false },
	  config_set_score, AT(thresholds.quarantine), 0, 1e6, NULL },
	{ { "RejectScore", "score", "from here on a mail is refused; 0: never", "10", false, false },
	  config_set_score, AT(thresholds.reject), 0, 1e6, NULL },
	{ { "RejectStage", "rcpt | eom", "the earliest stage at which to refuse", "rcpt", false, false },
	  config_set_choice, AT(reject_stage), 0, 0, stages },
	{ { "Mode", "observe | enforce", "observe: only log and add headers", "observe", false, false },
	  config_set_choice, AT(mode), 0, 0, modes },
	{ { "ScanBytes", "bytes[k|M]", "how much of a body is read", "1M", false, false },
	  config_set_size, AT(scan_bytes), 1024, 1 << 28, NULL },
	{ { "MessageMemory", "bytes[k|M]", "the most that one mail may take", "64M", false, false },
	  config_set_size, AT(message_memory), 1 << 16, 1 << 30, NULL },
	{ { "RegexBudget", "milliseconds", "CPU time for all patterns on one mail; 0: unbounded", "250",
	    false, false },
	  config_set_unsigned, AT(regex_budget_ms), 0, 60000, NULL },
	{ { "ResolveNames", "yes | no", "ask the DNS for the networks of links' names, where rules want "
	    "them", "no", false, false },
	  config_set_bool, AT(resolve_names), 0, 0, NULL },
	{ { "Nameserver", "address[@port]", "whom rules about names' networks ask; else resolv.conf's",
	    NULL, true, false },
	  config_set_nameserver, AT(nameservers), 0, 0, NULL },
	{ { "DnsQueries", "number", "questions that one mail may ask the DNS; 0: none", "30", false,
	    false },
	  config_set_unsigned, AT(dns_queries), 0, DNS_QUERIES_MAX, NULL },
	{ { "DnsTimeout", "milliseconds", "how long one mail waits for all its answers", "2000", false,
	    false },
	  config_set_unsigned, AT(dns_timeout_ms), 10, 4500, NULL },
	{ { "SubjectPrefix", "text", "put before the Subject of a marked mail", NULL, false, false },
	  config_set_one_line, AT(subject_prefix), 0, 60, NULL },
	{ { "SpamFlagHeader", "yes | no", "mark with X-Spam-Flag: YES too", "no", false, false },
	  config_set_bool, AT(spam_flag_header), 0, 0, NULL },
	{ { "AppealText", "text", "how a refused sender reaches a person, in the SMTP reply",
	    "If this is an error, write to postmaster and name this id.", false, false },
	  config_set_one_line, AT(appeal), 0, 200, NULL },
};
enum { KEYS = sizeof(keys) / sizeof(keys[0]) };
_Static_assert(KEYS <= 64, "config.from_file and config.from_set are 64 bits");

size_t config_keys(void)
{
	return KEYS;
}

const struct config_key_info *config_key(size_t index)
{
	return index < KEYS ? &keys[index].info : NULL;
}

static const struct key *find_key(struct str name, struct place place, struct diags *diags)
{
	struct suggest suggest = suggest_begin(name);
	char hint[80];

	for (size_t i = 0; i < KEYS; i++) {
		if (str_equal_nocase(str_from(keys[i].info.name), name))
			return &keys[i];
		suggest_offer(&suggest, keys[i].info.name);
	}
	diags_add(diags, DIAG_ERROR, place, "unknown key '%.*s'%s",
		(int)(name.len > 60 ? 60 : name.len), name.ptr,
		suggest_text(&suggest, hint, sizeof(hint)));
	return NULL;
}

/* The first value of a repeatable key takes the place of what was there before. */
static int set_value(const struct setting *s, uint64_t *given)
{
	uint64_t bit = UINT64_C(1) << (s->key - keys);

	if (s->key->info.repeatable && !(*given & bit))
		config_strings_clear(config_field(s));
	*given |= bit;
	return s->key->set(s);
}

/* Cuts the comment and the quotes off, in place. False: complained of. */
static bool unquote(char *text, struct place place, struct diags *diags)
{
	char *out = text, *in = text;

	if (text[0] != '"') {
		while (*in && !(*in == '#' && (in == text || ascii_space(in[-1]))))
			in++;
		while (in > text && ascii_space(in[-1]))
			in--;
		*in = 0;
		return true;
	}
	for (in++; *in && *in != '"'; in++) {
		if (*in == '\\' && (in[1] == '"' || in[1] == '\\'))
			in++;
		*out++ = *in;
	}
	if (!*in) {
		diags_add(diags, DIAG_ERROR, place, "the quote is not closed");
		return false;
	}
	*out = 0;
	in++;
	in += strspn(in, " \t");
	if (*in && *in != '#') {
		diags_add(diags, DIAG_ERROR, place, "text behind the closing quote");
		return false;
	}
	return true;
}

static void read_line(struct config *config, struct lex_line *line, const char *directory,
	struct diags *diags)
{
	struct setting s = { .config = config, .diags = diags, .directory = directory };
	struct place key_place;
	struct str name, rest;
	char *value;

	if (!lex_word(line, &name, &key_place) || name.ptr[0] == '#')
		return;
	s.key = find_key(name, key_place, diags);
	if (!s.key)
		return;
	if (!s.key->info.repeatable && (config->from_file & UINT64_C(1) << (s.key - keys)))
		diags_add(diags, DIAG_ERROR, key_place, "%s is given twice", s.key->info.name);
	rest = lex_rest(line, &s.place);
	if (memchr(rest.ptr ? rest.ptr : "", 0, rest.len)) {
		diags_add(diags, DIAG_ERROR, s.place, "a NUL byte");
		return;
	}
	value = strndup(rest.ptr ? rest.ptr : "", rest.len);
	if (!value) {
		config_out_of_memory(diags, s.place);
		return;
	}
	s.value = value;
	if (unquote(value, s.place, diags)) {
		if (value[0])
			set_value(&s, &config->from_file);
		else
			diags_add(diags, DIAG_ERROR, key_place, "%s needs a value", s.key->info.name);
	}
	free(value);
}

static void read_file(struct config *config, struct diags *diags)
{
	struct place whole = { config->path, 0, 0 };
	struct lex_file file = { 0 };
	struct lex_line line;
	struct error error;
	char *directory = NULL, *slash;
	struct lex lex;

	if (lex_file_read(&file, config->path, &error) != 0) {
		diags_add(diags, DIAG_ERROR, whole, "%s", error.text);
		lex_file_clear(&file);
		return;
	}
	slash = strrchr(config->path, '/');
	if (slash) {
		directory = strndup(config->path, (size_t)(slash - config->path) + (slash == config->path));
		if (!directory)
			config_out_of_memory(diags, whole);
	}
	lex = lex_begin(config->path, str_make(file.text, file.len));
	while (lex_next(&lex, &line))
		read_line(config, &line, directory, diags);
	free(directory);
	lex_file_clear(&file);
}

static void set_defaults(struct config *config, struct diags *diags)
{
	struct setting s = { .config = config, .diags = diags, .place = { "(default)", 0, 0 } };
	uint64_t given = 0;

	config->umask = -1;
	for (size_t i = 0; i < KEYS; i++) {
		s.key = &keys[i];
		s.value = keys[i].info.default_text;
		if (s.value)
			set_value(&s, &given);
	}
}

/* Thresholds that are off do not count. */
static void check_thresholds(const struct config *config, struct diags *diags)
{
	const struct { const char *name; double score; } order[] = {
		{ "TagScore", config->thresholds.tag },
		{ "QuarantineScore", config->thresholds.quarantine },
		{ "RejectScore", config->thresholds.reject },
	};
	struct place place = { config->path ? config->path : "(default)", 0, 0 };

	for (size_t i = 0; i < 3; i++)
		for (size_t j = i + 1; j < 3; j++)
			if (order[i].score > 0 && order[j].score > 0 && order[i].score > order[j].score)
				diags_add(diags, DIAG_WARNING, place, "%s (%g) is above %s (%g) and never counts",
					order[i].name, order[i].score, order[j].name, order[j].score);
}

struct config *config_load(const char *path, struct diags *diags)
{
	struct config *config = calloc(1, sizeof(*config));
	struct place place = { path ? path : "(default)", 0, 0 };
	size_t errors = diags->errors;

	if (config && path)
		config->path = strdup(path);
	if (!config || (path && !config->path)) {
		config_out_of_memory(diags, place);
		free(config);
		return NULL;
	}
	set_defaults(config, diags);
	if (path)
		read_file(config, diags);
	check_thresholds(config, diags);
	if (config->background && !config->syslog)
		diags_add(diags, DIAG_WARNING, place, "Background without Syslog: nothing will be logged, "
			"unless -f keeps standard error open");
	if (diags->errors > errors)
		config_free(&config);
	return config;
}

void config_free(struct config **config)
{
	struct config *c = *config;

	if (!c)
		return;
	for (size_t i = 0; i < KEYS; i++) {
		char *at = (char *)c + keys[i].offset;

		if (keys[i].info.repeatable || keys[i].set == config_set_words)
			config_strings_clear((void *)at);
		else if (keys[i].set == config_set_text || keys[i].set == config_set_one_line
			|| keys[i].set == config_set_path || keys[i].set == config_set_socket
			|| keys[i].set == config_set_facility)
			free(*(char **)(void *)at);
	}
	config_strings_clear(&c->settings);
	free(c->peers);
	free(c->path);
	free(c);
	*config = NULL;
}

int config_set(struct config *config, const char *key, const char *value, struct diags *diags)
{
	struct setting s = { .config = config, .value = value, .diags = diags,
		.place = { "-o", 0, 0 } };

	s.key = find_key(str_from(key), s.place, diags);
	if (!s.key)
		return -1;
	if (!value[0]) {
		diags_add(diags, DIAG_ERROR, s.place, "%s needs a value", s.key->info.name);
		return -1;
	}
	if (config_strings_add(&config->settings, strdup(key)) != 0
		|| config_strings_add(&config->settings, strdup(value)) != 0)
		return config_out_of_memory(diags, s.place);
	if (set_value(&s, &config->from_set) != 0)
		return -1;
	if (s.key->set == config_set_score)
		check_thresholds(config, diags);
	return 0;
}

struct config *config_reload(const struct config *config, struct diags *diags)
{
	struct config *next = config_load(config->path, diags);
	const struct config_strings *settings = &config->settings;

	for (size_t i = 0; next && i + 1 < settings->n; i += 2)
		if (config_set(next, settings->items[i], settings->items[i + 1], diags) != 0)
			config_free(&next);
	return next;
}

static bool same_value(const struct key *key, const struct config *a, const struct config *b)
{
	const void *left = (const char *)a + key->offset, *right = (const char *)b + key->offset;
	const char *x, *y;

	if (key->set == config_set_bool)
		return *(const bool *)left == *(const bool *)right;
	if (key->set == config_set_unsigned || key->set == config_set_octal)
		return *(const int *)left == *(const int *)right;
	x = *(const char *const *)left;
	y = *(const char *const *)right;
	return x == y || (x && y && strcmp(x, y) == 0);
}

void config_warn_restart(const struct config *running, const struct config *next,
	struct diags *diags)
{
	struct place place = { next->path ? next->path : "(default)", 0, 0 };

	for (size_t i = 0; i < KEYS; i++)
		if (keys[i].info.needs_restart && !same_value(&keys[i], running, next))
			diags_add(diags, DIAG_WARNING, place, "%s has changed: this waits for a restart",
				keys[i].info.name);
}

bool config_is_peer(const struct config *config, const struct ip *ip)
{
	for (size_t i = 0; i < config->peers_n; i++)
		if (ip_prefix_contains(&config->peers[i], ip))
			return true;
	return false;
}
