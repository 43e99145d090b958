/* tool/world: config, rules, lists and databases for a command, as its options ask for them.
 */
#ifndef DEPEER_TOOL_WORLD_H
#define DEPEER_TOOL_WORLD_H

#include <stdbool.h>
#include <stddef.h>

#include "milter/runtime.h"

#define WORLD_CONFIG_DEFAULT DEPEER_SYSCONFDIR "/depeer/depeer.conf"

/* What the options said; strings are borrowed. Zero-initialise. */
struct world {
	const char *config;  /* -c; NULL: the default file if there is one, else built-in defaults */
	bool no_config;      /* built-in defaults although there is a file */
	const char *dns_table; /* answers from this file (dns/table.h) to names that rules ask for */
	bool resolve;        /* or from the network; neither: names are not asked for */
	struct world_setting { const char *key, *value; } *settings; /* for config_set */
	size_t settings_n;
};

enum { WORLD_CONFIG = 'c', WORLD_RULES = 'r', WORLD_DATABASE = 'd', WORLD_FORMAT = 'f' };
/* Rows for a command's table of options. */
#define WORLD_CONFIG_OPTION \
	{ WORLD_CONFIG, "config", "FILE", "read this config instead of " WORLD_CONFIG_DEFAULT }
#define WORLD_RULES_OPTION \
	{ WORLD_RULES, "rules", "PATH", \
	  "rule file or directory instead of the config's (again for more)" }
#define WORLD_DATABASE_OPTION \
	{ WORLD_DATABASE, "database", "FILE", "MMDB file instead of the config's (again for more)" }
#define WORLD_FORMAT_OPTION { WORLD_FORMAT, "format", "text|json", "JSON: one object a line" }

/* Takes one of the options above (not the format). False: not one of them. *failed: memory. */
bool world_option(struct world *world, int id, const char *value, bool *failed);
/* Adds a setting. -1: memory. */
int world_set(struct world *world, const char *key, const char *value);
void world_clear(struct world *world);

/* The config with the settings applied. NULL: see diags. */
struct config *world_load_config(const struct world *world, struct diags *diags);
/* Config and snapshot; on failure prints the findings on stderr and returns NULL with *status the
 * exit status (EX_CONFIG). Warnings are printed on stderr too. Release with snapshot_release. */
struct snapshot *world_open(const struct world *world, int *status);
/* The same with the rules alone: lists and databases may be broken. *config, unless NULL, is the
 * caller's (config_free). */
struct ruleset *world_open_rules(const struct world *world, struct config **config, int *status);

#endif
