/* The commands see the very snapshot that depeerd would build from the same config. */
#include "tool/world.h"

#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "dns/resolver_table.h"

int world_set(struct world *world, const char *key, const char *value)
{
	struct world_setting *grown = realloc(world->settings,
		(world->settings_n + 1) * sizeof(*grown));

	if (!grown)
		return -1;
	world->settings = grown;
	grown[world->settings_n++] = (struct world_setting){ key, value };
	return 0;
}

bool world_option(struct world *world, int id, const char *value, bool *failed)
{
	int status = 0;

	if (id == WORLD_CONFIG)
		world->config = value;
	else if (id == WORLD_RULES)
		status = world_set(world, "RulesDir", value);
	else if (id == WORLD_DATABASE)
		status = world_set(world, "GeoDatabase", value);
	else
		return false;
	*failed |= status != 0;
	return true;
}

void world_clear(struct world *world)
{
	free(world->settings);
	*world = (struct world){ 0 };
}

struct config *world_load_config(const struct world *world, struct diags *diags)
{
	const char *path = world->config;
	struct config *config;

	if (!path && !world->no_config && access(WORLD_CONFIG_DEFAULT, F_OK) == 0)
		path = WORLD_CONFIG_DEFAULT;
	config = config_load(path, diags);
	for (size_t i = 0; config && i < world->settings_n; i++)
		if (config_set(config, world->settings[i].key, world->settings[i].value, diags) != 0)
			config_free(&config);
	return config;
}

/* Says what was found. *status is left alone when all was good. */
static void report(struct diags *diags, bool good, bool no_rules, int *status)
{
	diags_print(diags, stderr);
	if (!good) {
		fprintf(stderr, "depeer: nothing was done: %zu error%s in the configuration%s\n",
			diags->errors, diags->errors == 1 ? "" : "s", no_rules
			? " (there is no " WORLD_CONFIG_DEFAULT "; name rules with --rules)" : "");
		*status = EX_CONFIG;
	}
	diags_clear(diags);
}

static bool has_no_rules(const struct world *world, const struct config *config)
{
	return config && !config->path && world->settings_n == 0;
}

static int open_dns(const struct world *world, struct snapshot *snapshot, struct diags *diags)
{
	struct dns_table *table;
	struct error error;

	if (world->dns_table) {
		table = dns_table_load(world->dns_table, diags);
		snapshot->dns = table ? dns_resolver_table(table) : NULL;
		if (table && !snapshot->dns)
			dns_table_free(&table);
		return snapshot->dns ? 0 : -1;
	}
	snapshot->config->resolve_names = world->resolve; /* a replay asks nobody unless told to */
	if (snapshot_open_dns(snapshot, NULL, &error) != 0) {
		diags_add(diags, DIAG_ERROR, (struct place){ "--resolve", 0, 0 }, "%s", error.text);
		return -1;
	}
	return 0;
}

struct snapshot *world_open(const struct world *world, int *status)
{
	struct diags diags = { 0 };
	struct config *config = world_load_config(world, &diags);
	bool no_rules = has_no_rules(world, config);
	struct snapshot *snapshot;

	if (config && (world->dns_table || world->resolve))
		config->resolve_names = true;
	snapshot = config ? snapshot_build(config, &diags) : NULL;
	if (snapshot && open_dns(world, snapshot, &diags) != 0)
		snapshot_release(&snapshot);
	report(&diags, snapshot != NULL, no_rules, status);
	return snapshot;
}

struct ruleset *world_open_rules(const struct world *world, struct config **config, int *status)
{
	struct diags diags = { 0 };
	struct config *loaded = world_load_config(world, &diags);
	bool no_rules = has_no_rules(world, loaded);
	struct ruleset *rules = loaded ? snapshot_load_rules(loaded, &diags) : NULL;

	report(&diags, rules != NULL, no_rules, status);
	if (config)
		*config = loaded;
	else
		config_free(&loaded);
	return rules;
}
