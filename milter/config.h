/* milter/config: depeer.conf, in opendkim's `Key value` style.
 *
 * One key a line, in any case. `#` starts a comment at the start of a line or after a blank; a
 * value may stand in double quotes (then it may hold a '#', and \" and \\ mean " and \). Keys that
 * opendkim has carry its names and its meaning. An unknown key, a bad value or a key twice is an
 * error with file:line:col, and all of them are found in one run. The list of keys is one table
 * (config.c), from which `depeerd --help-config` is printed and against which the man page is
 * checked.
 *
 * Plain data after loading. Only milter/ and tool/ know it: parsers and rules are given values.
 */
#ifndef DEPEER_MILTER_CONFIG_H
#define DEPEER_MILTER_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/ip.h"
#include "base/str.h"
#include "rules/fact.h"
#include "rules/verdict.h"

enum config_mode { CONFIG_OBSERVE, CONFIG_ENFORCE };

struct config_strings {
	char **items;
	size_t n;
};

struct config {
	char *path;                 /* of the file it came from; NULL for the defaults */
	/* the process: read at start, a reload that changes one of them warns that it waits for a
	 * restart */
	char *socket;               /* Socket, as listen_parse() takes it */
	char *user_id;              /* UserID user[:group]; NULL: stay who we are */
	int umask;                  /* UMask, octal; -1: leave it */
	char *pid_file;             /* PidFile; NULL: none */
	bool background;            /* Background */
	bool syslog;                /* Syslog */
	char *syslog_facility;      /* SyslogFacility */
	unsigned timeout_s;         /* MilterTimeout: smfi_settimeout */
	unsigned max_connections;   /* MaxConnections: what RLIMIT_NOFILE is checked against */
	unsigned drain_s;           /* DrainTimeout: how long SIGTERM waits for open connections */
	/* the judgement: may change with a reload */
	bool log_why;               /* LogWhy: one more line a message that explains each hit */
	enum action on_internal_error; /* On-InternalError accept|tempfail|reject */
	struct ip_prefix *peers;    /* PeerList: addresses, prefixes, or a file of them */
	size_t peers_n;
	bool local_tests_only;      /* LocalTestsOnly: see rules/ruleset.h */
	bool ignore_authenticated;  /* IgnoreAuthenticatedClients */
	struct config_strings trusted_authserv_ids; /* TrustedAuthservIDs; empty: all are seen */
	struct config_strings rules; /* RulesDir, repeatable: directories or files */
	struct config_strings databases; /* GeoDatabase, repeatable */
	struct thresholds thresholds; /* TagScore, QuarantineScore, RejectScore */
	enum fact_stage reject_stage; /* RejectStage rcpt|eom: FACT_CONNECT or FACT_MESSAGE */
	enum config_mode mode;      /* Mode observe|enforce */
	size_t scan_bytes;          /* ScanBytes: of a body */
	size_t message_memory;      /* MessageMemory: the arena's limit */
	unsigned regex_budget_ms;   /* RegexBudget: CPU of all regexes of one message */
	bool resolve_names;         /* ResolveNames: ask the DNS what rules want to know of names */
	struct config_strings nameservers; /* Nameserver, repeatable; none: those of resolv.conf */
	unsigned dns_queries;       /* DnsQueries: questions of one message; 0: none are asked */
	unsigned dns_timeout_ms;    /* DnsTimeout: of one message's questions together */
	char *subject_prefix;       /* SubjectPrefix: before the Subject of a tagged mail; NULL: not */
	bool spam_flag_header;      /* SpamFlagHeader: X-Spam-Flag: YES on tagged mail */
	char *appeal;               /* AppealText: how a refused sender reaches somebody */
	/* private: which keys were given by the file and by config_set, and the latter's words for
	 * the next reload: "Key", "value", "Key", "value" ... */
	uint64_t from_file, from_set;
	struct config_strings settings;
};

/* Reads the file. NULL when there was any error; `diags` has all findings either way. path NULL:
 * the built-in defaults. Relative paths inside the file start at the file's own directory. Free
 * with config_free(&config). */
struct config *config_load(const char *path, struct diags *diags);
void config_free(struct config **config);
/* Sets one key, stronger than the file, e.g. from `depeerd -o Key=value`; the first setting of a
 * repeatable key replaces what the file said, further ones add to it. Relative paths start at
 * the working directory. -1: see diags. */
int config_set(struct config *config, const char *key, const char *value, struct diags *diags);
/* The same file and the same settings once more, for a reload. NULL: see diags. */
struct config *config_reload(const struct config *config, struct diags *diags);
/* Names the keys that differ and need a restart, one warning each. */
void config_warn_restart(const struct config *running, const struct config *next,
	struct diags *diags);
bool config_is_peer(const struct config *config, const struct ip *ip);

/* The table of keys, for the help text and the test that holds the man page against it. */
struct config_key_info {
	const char *name, *value, *help, *default_text;
	bool repeatable, needs_restart;
};
size_t config_keys(void);
const struct config_key_info *config_key(size_t index);

#endif
