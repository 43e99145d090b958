/* One table of keys drives everything: reading, checking, help and the test against the man page.
 * A key's setter is a function of its type, so that a new key is one line in the table. */
#include "milter/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/lex.h"
#include "base/log.h"
#include "base/suggest.h"
#include "milter/listen.h"

struct key;

/* One key being given a value. */
struct setting {
	struct config *config;
	const struct key *key;
	const char *value;     /* NUL-terminated, without quotes */
	const char *directory; /* where relative paths start; NULL: where we stand */
	struct place place;    /* of the value */
	struct diags *diags;
};

struct choice {
	const char *word;
	int value;
};

struct key {
	struct config_key_info info;
	int (*set)(const struct setting *setting);
	size_t offset;
	double min, max;
	const struct choice *choices;
};

static int complain(const struct setting *s, const char *what)
{
	diags_add(s->diags, DIAG_ERROR, s->place, "%s: %s, not '%.100s'", s->key->info.name, what,
		s->value);
	return -1;
}

static int out_of_memory(struct diags *diags, struct place place)
{
	diags_add(diags, DIAG_ERROR, place, "out of memory");
	return -1;
}

static void *field(const struct setting *s)
{
	return (char *)s->config + s->key->offset;
}

static int replace_text(const struct setting *s, char *text)
{
	char **at = field(s);

	if (!text)
		return out_of_memory(s->diags, s->place);
	free(*at);
	*at = text;
	return 0;
}

static int set_text(const struct setting *s)
{
	return replace_text(s, strdup(s->value));
}

/* A text that ends up in a header or a reply. */
static int set_one_line(const struct setting *s)
{
	for (const char *p = s->value; *p; p++)
		if (*p < ' ' || *p == 127 || (unsigned char)*p > 127)
			return complain(s, "must be printable ASCII");
	if (strlen(s->value) > (size_t)s->key->max)
		return complain(s, "is too long");
	return set_text(s);
}

static char *path_join(const char *directory, const char *path)
{
	size_t size;
	char *joined;

	if (!directory || path[0] == '/')
		return strdup(path);
	size = strlen(directory) + strlen(path) + 2;
	joined = malloc(size);
	if (joined)
		snprintf(joined, size, "%s/%s", directory, path);
	return joined;
}

static int set_path(const struct setting *s)
{
	if (!s->value[0])
		return complain(s, "needs a path");
	return replace_text(s, path_join(s->directory, s->value));
}

static int strings_add(struct config_strings *strings, char *item)
{
	char **grown = item ? realloc(strings->items, (strings->n + 1) * sizeof(*grown)) : NULL;

	if (!grown) {
		free(item);
		return -1;
	}
	strings->items = grown;
	grown[strings->n++] = item;
	return 0;
}

static void strings_clear(struct config_strings *strings)
{
	for (size_t i = 0; i < strings->n; i++)
		free(strings->items[i]);
	free(strings->items);
	*strings = (struct config_strings){ 0 };
}

static int set_paths(const struct setting *s)
{
	if (!s->value[0])
		return complain(s, "needs a path");
	if (strings_add(field(s), path_join(s->directory, s->value)) != 0)
		return out_of_memory(s->diags, s->place);
	return 0;
}

static const struct choice bools[] = { /* as opendkim */
	{ "yes", 1 }, { "no", 0 }, { "true", 1 }, { "false", 0 }, { "on", 1 }, { "off", 0 },
	{ "1", 1 }, { "0", 0 }, { NULL, 0 }
};
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

/* False: complained of, with the word that was perhaps meant. */
static bool choose(const struct setting *s, const struct choice *choices, int *out)
{
	struct suggest suggest = suggest_begin(str_from(s->value));
	char hint[80];

	for (const struct choice *c = choices; c->word; c++) {
		if (str_equal_nocase(str_from(c->word), str_from(s->value))) {
			*out = c->value;
			return true;
		}
		suggest_offer(&suggest, c->word);
	}
	diags_add(s->diags, DIAG_ERROR, s->place, "%s: must be %s, not '%.60s'%s", s->key->info.name,
		s->key->info.value, s->value, suggest_text(&suggest, hint, sizeof(hint)));
	return false;
}

static int set_choice(const struct setting *s)
{
	int value;

	if (!choose(s, s->key->choices, &value))
		return -1;
	*(int *)field(s) = value;
	return 0;
}

static int set_bool(const struct setting *s)
{
	int value;

	if (!choose(s, bools, &value))
		return -1;
	*(bool *)field(s) = value != 0;
	return 0;
}

static int out_of_range(const struct setting *s)
{
	char what[100];

	snprintf(what, sizeof(what), "must be between %.0f and %.0f", s->key->min, s->key->max);
	return complain(s, what);
}

static int set_unsigned(const struct setting *s)
{
	uint64_t value;

	if (!str_to_u64(str_from(s->value), UINT32_MAX, &value))
		return complain(s, "must be a whole number");
	if ((double)value < s->key->min || (double)value > s->key->max)
		return out_of_range(s);
	*(unsigned *)field(s) = (unsigned)value;
	return 0;
}

static int set_size(const struct setting *s)
{
	struct str text = str_from(s->value);
	uint64_t value, factor = 1;
	char last = text.len ? ascii_lower(text.ptr[text.len - 1]) : 0;

	if (last == 'k')
		factor = 1024;
	if (last == 'm')
		factor = 1024 * 1024;
	if (factor > 1)
		text.len--;
	if (!str_to_u64(text, UINT32_MAX, &value))
		return complain(s, "must be a number of bytes, or with k or M");
	if ((double)(value * factor) < s->key->min || (double)(value * factor) > s->key->max)
		return out_of_range(s);
	*(size_t *)field(s) = (size_t)(value * factor);
	return 0;
}

static int set_score(const struct setting *s)
{
	char *end;
	double value;

	if (s->value[strspn(s->value, "+-.0123456789")])
		return complain(s, "must be a number");
	value = strtod(s->value, &end);
	if (*end || end == s->value)
		return complain(s, "must be a number");
	if (value < s->key->min || value > s->key->max)
		return out_of_range(s);
	*(double *)field(s) = value;
	return 0;
}

static int set_octal(const struct setting *s)
{
	char *end;
	unsigned long value;

	if (!ascii_digit(s->value[0]))
		return complain(s, "must be an octal number");
	value = strtoul(s->value, &end, 8);
	if (*end || value > 0777)
		return complain(s, "must be an octal number up to 0777");
	*(int *)field(s) = (int)value;
	return 0;
}

static int set_facility(const struct setting *s)
{
	int facility;

	if (!log_facility(str_from(s->value), &facility))
		return complain(s, "must be one of syslog's facilities (mail, daemon, local0 ...)");
	return set_text(s);
}

static int set_socket(const struct setting *s)
{
	struct listen_spec spec;
	struct error error;

	if (listen_parse(s->value, &spec, &error) != 0) {
		diags_add(s->diags, DIAG_ERROR, s->place, "Socket: %s", error.text);
		return -1;
	}
	return set_text(s);
}

/* A key of opendkim's that we know and do not have yet: better refused than read and ignored. */
static int set_unsupported(const struct setting *s)
{
	diags_add(s->diags, DIAG_ERROR, s->place, "%s is not supported yet", s->key->info.name);
	return -1;
}

static int peer_add(struct config *config, struct str text, struct place place,
	struct diags *diags)
{
	struct ip_prefix prefix, *grown;
	bool host_bits = false;

	if (!ip_prefix_parse(text, &prefix, &host_bits)) {
		diags_add(diags, DIAG_ERROR, place, "PeerList: '%.*s' is no address or prefix%s",
			(int)(text.len > 80 ? 80 : text.len), text.ptr,
			host_bits ? " (bits behind the prefix are set)" : "");
		return -1;
	}
	grown = realloc(config->peers, (config->peers_n + 1) * sizeof(*grown));
	if (!grown)
		return out_of_memory(diags, place);
	config->peers = grown;
	grown[config->peers_n++] = prefix;
	return 0;
}

static int peers_from_file(const struct setting *s, const char *name)
{
	char *path = path_join(s->directory, name);
	struct lex_file file = { 0 };
	struct lex_line line;
	struct error error;
	struct place place;
	struct str word;
	struct lex lex;
	int status = 0;

	if (!path || lex_file_read(&file, path, &error) != 0) {
		diags_add(s->diags, DIAG_ERROR, s->place, "PeerList: %s", path ? error.text :
			"out of memory");
		status = -1;
	}
	lex = lex_begin(path, str_make(file.text, file.len));
	while (path && lex_next(&lex, &line))
		while (lex_word(&line, &word, &place) && word.ptr[0] != '#')
			status |= peer_add(s->config, word, place, s->diags);
	lex_file_clear(&file);
	free(path);
	return status;
}

/* A list with commas or blanks between, "none", or a file as opendkim's data sets write it. */
static int set_peers(const struct setting *s)
{
	const char *p = s->value;
	int status = 0;

	free(s->config->peers);
	s->config->peers = NULL;
	s->config->peers_n = 0;
	if (p[0] == '/' || strncmp(p, "file:", 5) == 0)
		return peers_from_file(s, p[0] == '/' ? p : p + 5);
	if (strncmp(p, "refile:", 7) == 0)
		return complain(s, "patterns (refile:) are not supported; list addresses and prefixes");
	if (str_equal_nocase(str_from(p), STR("none")))
		return 0;
	for (;;) {
		size_t n;

		p += strspn(p, ", \t");
		n = strcspn(p, ", \t");
		if (n == 0)
			return status;
		status |= peer_add(s->config, str_make(p, n), s->place, s->diags);
		p += n;
	}
}

#define AT(member) offsetof(struct config, member)

/* name, values, help, default, repeatable, needs a restart | setter, where, least, most, words */
static const struct key keys[] = {
	{ { "Socket", "unix:/path | inet:port@address | inet6:port@address | fd:N",
	    "where the MTA reaches the daemon", "unix:/run/depeer/depeer.sock", false, true },
	  set_socket, AT(socket), 0, 0, NULL },
	{ { "UserID", "user[:group]", "whom to become when started by root", NULL, false, true },
	  set_text, AT(user_id), 0, 0, NULL },
	{ { "UMask", "octal", "file mode bits to withhold, from the socket too", NULL, false, true },
	  set_octal, AT(umask), 0, 0, NULL },
	{ { "PidFile", "path", "where to write the process id", NULL, false, true },
	  set_path, AT(pid_file), 0, 0, NULL },
	{ { "Background", "yes | no", "leave the terminal (-f: do not)", "yes", false, true },
	  set_bool, AT(background), 0, 0, NULL },
	{ { "Syslog", "yes | no", "log to syslog; else to standard error", "yes", false, true },
	  set_bool, AT(syslog), 0, 0, NULL },
	{ { "SyslogFacility", "facility", "syslog's facility", "mail", false, true },
	  set_facility, AT(syslog_facility), 0, 0, NULL },
	{ { "LogDebug", "yes | no", "log debugging lines too", "no", false, true },
	  set_bool, AT(log_debug), 0, 0, NULL },
	{ { "MilterTimeout", "seconds", "close an MTA connection that is silent for so long; a slow "
	    "client's DATA is such a silence", "3600", false, true },
	  set_unsigned, AT(timeout_s), 10, 86400, NULL },
	{ { "MaxConnections", "number", "connections to have descriptors for", "1000", false, true },
	  set_unsigned, AT(max_connections), 1, 100000, NULL },
	{ { "DrainTimeout", "seconds", "how long SIGTERM lets open connections finish", "15", false,
	    true },
	  set_unsigned, AT(drain_s), 0, 3600, NULL },
	{ { "LogWhy", "yes | no", "log one line more for each rule that hit", "no", false, false },
	  set_bool, AT(log_why), 0, 0, NULL },
	{ { "On-InternalError", "accept | tempfail | reject",
	    "what to do with a mail that could not be judged", "tempfail", false, false },
	  set_choice, AT(on_internal_error), 0, 0, error_actions },
	{ { "PeerList", "addresses and prefixes | file:path | none",
	    "clients whose mail passes unseen", "127.0.0.0/8, ::1", false, false },
	  set_peers, 0, 0, 0, NULL },
	{ { "IgnoreAuthenticatedClients", "yes | no", "let authenticated clients' mail pass unseen",
	    "yes", false, false },
	  set_bool, AT(ignore_authenticated), 0, 0, NULL },
	{ { "TrustedAuthservIDs", "-", "not supported yet: refused", NULL, false, false },
	  set_unsupported, 0, 0, 0, NULL },
	{ { "RulesDir", "path", "rule file, or directory of *.cf files",
	    DEPEER_DATADIR "/rules/d", true, false },
	  set_paths, AT(rules), 0, 0, NULL },
	{ { "GeoDatabase", "path", "MMDB file with AS numbers or countries; the first that knows "
	    "answers", NULL, true, false },
	  set_paths, AT(databases), 0, 0, NULL },
	{ { "TagScore", "score", "from here on a mail is marked; 0: never", "5", false, false },
	  set_score, AT(thresholds.tag), 0, 1e6, NULL },
	{ { "QuarantineScore", "score", "from here on a mail is held by the MTA; 0: never", "8", false,
	    false },
	  set_score, AT(thresholds.quarantine), 0, 1e6, NULL },
	{ { "RejectScore", "score", "from here on a mail is refused; 0: never", "10", false, false },
	  set_score, AT(thresholds.reject), 0, 1e6, NULL },
	{ { "RejectStage", "rcpt | eom", "the earliest stage at which to refuse", "rcpt", false, false },
	  set_choice, AT(reject_stage), 0, 0, stages },
	{ { "Mode", "observe | enforce", "observe: only log and add headers", "observe", false, false },
	  set_choice, AT(mode), 0, 0, modes },
	{ { "ScanBytes", "bytes[k|M]", "how much of a body is read", "1M", false, false },
	  set_size, AT(scan_bytes), 1024, 1 << 28, NULL },
	{ { "MessageMemory", "bytes[k|M]", "the most that one mail may take", "64M", false, false },
	  set_size, AT(message_memory), 1 << 16, 1 << 30, NULL },
	{ { "RegexBudget", "milliseconds", "CPU time for all patterns on one mail; 0: unbounded", "250",
	    false, false },
	  set_unsigned, AT(regex_budget_ms), 0, 60000, NULL },
	{ { "SubjectPrefix", "text", "put before the Subject of a marked mail", NULL, false, false },
	  set_one_line, AT(subject_prefix), 0, 60, NULL },
	{ { "SpamFlagHeader", "yes | no", "mark with X-Spam-Flag: YES too", "no", false, false },
	  set_bool, AT(spam_flag_header), 0, 0, NULL },
	{ { "AppealText", "text", "how a refused sender reaches a person, in the SMTP reply",
	    "If this is an error, write to postmaster and name this id.", false, false },
	  set_one_line, AT(appeal), 0, 200, NULL },
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
		strings_clear(field(s));
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
		out_of_memory(diags, s.place);
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
			out_of_memory(diags, whole);
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
		out_of_memory(diags, place);
		free(config);
		return NULL;
	}
	set_defaults(config, diags);
	if (path)
		read_file(config, diags);
	check_thresholds(config, diags);
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

		if (keys[i].info.repeatable)
			strings_clear((void *)at);
		else if (keys[i].set == set_text || keys[i].set == set_one_line
			|| keys[i].set == set_path || keys[i].set == set_socket
			|| keys[i].set == set_facility)
			free(*(char **)(void *)at);
	}
	strings_clear(&c->settings);
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
	if (strings_add(&config->settings, strdup(key)) != 0
		|| strings_add(&config->settings, strdup(value)) != 0)
		return out_of_memory(diags, s.place);
	if (set_value(&s, &config->from_set) != 0)
		return -1;
	if (s.key->set == set_score)
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

	if (key->set == set_bool)
		return *(const bool *)left == *(const bool *)right;
	if (key->set == set_unsigned || key->set == set_octal)
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
