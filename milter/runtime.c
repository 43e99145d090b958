/* A snapshot is counted by an atomic; the runtime's own pointer to it changes under a mutex that
 * is held for two instructions, so that a reader can never meet a snapshot between "read the
 * pointer" and "count it". Building happens outside of the lock. */
#include "milter/runtime.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/date.h"
#include "dns/resolver_unbound.h"

struct runtime {
	pthread_mutex_t lock;
	struct snapshot *current;
	int32_t warned_day; /* the signal thread's alone */
};

static void snapshot_free(struct snapshot *snapshot)
{
	dns_resolver_free(&snapshot->dns);
	geoip_free(&snapshot->geoip);
	ruleset_free(&snapshot->rules);
	config_free(&snapshot->config);
	free(snapshot);
}

struct ruleset *snapshot_load_rules(const struct config *config, struct diags *diags)
{
	struct ruleset_options options = { .today = date_from_time(clock_wall_seconds()),
		.trusts_authserv = config->trusted_authserv_ids.n > 0,
		.local_tests_only = config->local_tests_only };
	const char **paths = calloc(config->rules.n + 1, sizeof(*paths));
	struct ruleset *rules;

	if (!paths) {
		diags_add(diags, DIAG_ERROR, (struct place){ "(rules)", 0, 0 }, "out of memory");
		return NULL;
	}
	for (size_t i = 0; i < config->rules.n; i++)
		paths[i] = config->rules.items[i];
	rules = ruleset_load(paths, config->rules.n, &options, diags);
	free(paths);
	return rules;
}

static void build_databases(struct snapshot *snapshot, struct diags *diags)
{
	const struct config_strings *databases = &snapshot->config->databases;
	struct error error;

	for (size_t i = 0; i < databases->n; i++)
		if (geoip_add_database(snapshot->geoip, databases->items[i], &error) != 0)
			diags_add(diags, DIAG_ERROR, (struct place){ databases->items[i], 0, 0 }, "%s",
				error.text);
}

static bool same_definition(const struct ruleset_list *a, const struct ruleset_list *b)
{
	if (strcmp(a->name, b->name) != 0 || strcmp(a->directory, b->directory) != 0
		|| a->words_n != b->words_n)
		return false;
	for (size_t i = 0; i < a->words_n; i++)
		if (!str_equal(a->words[i].text, b->words[i].text))
			return false;
	return true;
}

/* The same list in the running snapshot, held once more; or NULL. It must have the same number, as
 * its entries bear it and messages are reading them. */
static struct network_list *last_good(const struct snapshot *previous, size_t number,
	const struct ruleset_list *list)
{
	if (!previous || number >= ruleset_lists(previous->rules)
		|| !same_definition(ruleset_list(previous->rules, number), list))
		return NULL;
	return network_list_hold(geoip_list(previous->geoip, number));
}

/* Findings that stand in the rule file itself are the admin's own slip: those stay errors. */
static bool is_only_about_files(const struct diags *found, const struct ruleset_list *list)
{
	for (size_t i = 0; i < found->n; i++)
		if (found->items[i].severity == DIAG_ERROR && found->items[i].place.line != 0
			&& strcmp(found->items[i].place.file, list->place.file) == 0
			&& !strstr(found->items[i].text, "No such file"))
			return false;
	return found->errors > 0;
}

static void pass_on(const struct diags *found, bool soften, struct diags *diags)
{
	for (size_t i = 0; i < found->n; i++) {
		const struct diag *diag = &found->items[i];

		diags_add(diags, soften ? DIAG_WARNING : diag->severity, diag->place, "%s", diag->text);
	}
	if (!soften && found->errors > 0 && diags->errors == 0)
		diags->errors++; /* one that could not be kept */
}

struct network_list *snapshot_load_list(const struct ruleset_list *list, struct diags *diags)
{
	struct network_list_word *words = calloc(list->words_n + 1, sizeof(*words));
	struct network_list *built;

	if (!words) {
		diags_add(diags, DIAG_ERROR, list->place, "out of memory");
		return NULL;
	}
	for (size_t i = 0; i < list->words_n; i++)
		words[i] = (struct network_list_word){ list->words[i].text, list->words[i].place };
	built = network_list_load(list->name, words, list->words_n, list->directory, diags);
	free(words);
	return built;
}

static struct network_list *build_list(const struct ruleset *rules, size_t number,
	const struct snapshot *previous, struct diags *diags)
{
	const struct ruleset_list *list = ruleset_list(rules, number);
	struct diags found = { 0 };
	struct network_list *built = snapshot_load_list(list, &found);
	bool kept = false;

	if (!built && is_only_about_files(&found, list)) {
		built = last_good(previous, number, list);
		kept = built != NULL;
	}
	pass_on(&found, kept, diags);
	if (kept)
		diags_add(diags, DIAG_WARNING, list->place, "list %s: the last good one is kept (%zu "
			"entries)", list->name, network_list_info(built)->entries);
	diags_clear(&found);
	return built;
}

static void build_lists(struct snapshot *snapshot, const struct snapshot *previous,
	struct diags *diags)
{
	for (size_t i = 0; snapshot->rules && i < ruleset_lists(snapshot->rules); i++) {
		const struct ruleset_list *list = ruleset_list(snapshot->rules, i);
		struct network_list *built = build_list(snapshot->rules, i, previous, diags);
		const struct network_list_info *info;

		/* numbers must match the ruleset's: after a failure nothing is used anyway */
		if (!built)
			continue;
		if (geoip_add_list(snapshot->geoip, built) != 0) {
			diags_add(diags, DIAG_ERROR, list->place, "out of memory");
			continue;
		}
		info = network_list_info(built);
		geoip_limit_list(snapshot->geoip, geoip_lists(snapshot->geoip) - 1,
			network_list_last_day(info, list->max_age));
		if (list->max_age > 0 && info->timestamp == 0)
			diags_add(diags, DIAG_WARNING, list->max_age_place, "list '%s' has no file, and so "
				"no age: max_age changes nothing", list->name);
	}
}

bool snapshot_list_warning(const struct snapshot *snapshot, size_t index, int32_t stale_days,
	int32_t day, char *out, size_t size)
{
	static const char *const said[] = { [NETWORK_LIST_STALE] = "is stale",
		[NETWORK_LIST_TOO_OLD] = "is too old and no longer counts" };
	const struct network_list_info *info = geoip_list_info(snapshot->geoip, index);
	int32_t max_age = ruleset_list(snapshot->rules, index)->max_age;
	enum network_list_freshness freshness = network_list_freshness(info, max_age, stale_days,
		day);
	char made[DATE_TEXT_MAX], limit[32] = "";

	if (freshness == NETWORK_LIST_FRESH)
		return false;
	if (max_age > 0)
		snprintf(limit, sizeof(limit), " (max_age %dd)", (int)max_age);
	snprintf(out, size, "list '%s' %s: its data is of %s, %d days old%s", info->name,
		said[freshness], date_format(date_from_time(info->timestamp), made),
		(int)network_list_age(info, day), limit);
	return true;
}

void snapshot_say_list_warnings(const struct snapshot *snapshot, int32_t day, runtime_say *say,
	void *context)
{
	char text[512];

	for (size_t i = 0; i < geoip_lists(snapshot->geoip); i++)
		if (snapshot_list_warning(snapshot, i, NETWORK_LIST_STALE_DAYS, day, text, sizeof(text)))
			say(context, geoip_list_info(snapshot->geoip, i)->source, text);
}

/* The most that a client can be given before the message; what negative scores take off is not
 * counted, so this is a bound. Scores have three decimals, and verdicts are rounded to them. */
static bool can_refuse_at_rcpt(const struct config *config, const struct ruleset *rules)
{
	double most = 0.001, reject = config->thresholds.reject;

	for (size_t i = 0; i < ruleset_rules(rules); i++) {
		struct ruleset_rule rule = ruleset_rule(rules, i);

		if (rule.stage == FACT_CONNECT && rule.runs && !rule.observe && !rule.sub_rule
			&& rule.score > 0)
			most += rule.score;
	}
	return config->mode == CONFIG_ENFORCE && config->reject_stage == FACT_CONNECT
		&& reject > 0 && most >= reject;
}

/* What is always unknown is not noticed in a log for long. */
static void warn_of_names(const struct snapshot *snapshot, struct diags *diags)
{
	const struct config *config = snapshot->config;

	if (!config->resolve_names && ruleset_needs_dns(snapshot->rules) & RULESET_DNS_ONLY)
		diags_add(diags, DIAG_WARNING, (struct place){ config->path ? config->path : "(config)",
			0, 0 }, "rules ask the DNS (url_ns, mx, helo, from_domain, dns, flux) and "
			"ResolveNames is no: they are unknown (no-dns)");
}

static struct snapshot *build(struct config *config, const struct snapshot *previous,
	struct diags *diags)
{
	struct snapshot *snapshot = calloc(1, sizeof(*snapshot));
	size_t errors = diags->errors;

	if (!snapshot) {
		diags_add(diags, DIAG_ERROR, (struct place){ "(snapshot)", 0, 0 }, "out of memory");
		config_free(&config);
		return NULL;
	}
	snapshot->config = config;
	snapshot->generation = previous ? previous->generation + 1 : 1;
	atomic_init(&snapshot->references, 1);
	snapshot->geoip = geoip_create();
	snapshot->rules = snapshot_load_rules(config, diags);
	if (snapshot->geoip) {
		build_databases(snapshot, diags);
		build_lists(snapshot, previous, diags);
	}
	if (diags->errors > errors || !snapshot->rules || !snapshot->geoip) {
		if (diags->errors == errors)
			diags_add(diags, DIAG_ERROR, (struct place){ "(snapshot)", 0, 0 }, "out of memory");
		snapshot_free(snapshot);
		return NULL;
	}
	warn_of_names(snapshot, diags);
	snapshot->refuses_at_rcpt = can_refuse_at_rcpt(snapshot->config, snapshot->rules);
	return snapshot;
}

struct snapshot *snapshot_build(struct config *config, struct diags *diags)
{
	return build(config, NULL, diags);
}

static bool same_nameservers(const struct config *a, const struct config *b)
{
	if (a->nameservers.n != b->nameservers.n)
		return false;
	for (size_t i = 0; i < a->nameservers.n; i++)
		if (strcmp(a->nameservers.items[i], b->nameservers.items[i]) != 0)
			return false;
	return true;
}

bool snapshot_resolves(const struct snapshot *snapshot)
{
	const struct config *config = snapshot->config;

	return config->resolve_names && config->dns_queries > 0 && !config->local_tests_only
		&& ruleset_needs_dns(snapshot->rules) != 0;
}

int snapshot_open_dns(struct snapshot *snapshot, const struct snapshot *previous,
	struct error *error)
{
	const struct config *config = snapshot->config;
	struct dns_unbound_options options = {
		.nameservers = (const char *const *)config->nameservers.items,
		.n = config->nameservers.n };

	if (!snapshot_resolves(snapshot))
		return 0;
	if (previous && previous->dns && same_nameservers(config, previous->config))
		snapshot->dns = dns_resolver_hold(previous->dns);
	else
		snapshot->dns = dns_resolver_unbound(&options, error);
	return snapshot->dns ? 0 : -1;
}

struct snapshot *snapshot_hold(struct snapshot *snapshot)
{
	atomic_fetch_add_explicit(&snapshot->references, 1, memory_order_relaxed);
	return snapshot;
}

void snapshot_release(struct snapshot **snapshot)
{
	struct snapshot *s = *snapshot;

	*snapshot = NULL;
	if (s && atomic_fetch_sub_explicit(&s->references, 1, memory_order_acq_rel) == 1)
		snapshot_free(s);
}

struct runtime *runtime_create(struct snapshot *first)
{
	struct runtime *runtime = calloc(1, sizeof(*runtime));

	if (!runtime || pthread_mutex_init(&runtime->lock, NULL) != 0) {
		free(runtime);
		snapshot_release(&first);
		return NULL;
	}
	runtime->current = first;
	runtime->warned_day = date_from_time(clock_wall_seconds());
	return runtime;
}

void runtime_free(struct runtime **runtime)
{
	struct runtime *r = *runtime;

	if (!r)
		return;
	snapshot_release(&r->current);
	pthread_mutex_destroy(&r->lock);
	free(r);
	*runtime = NULL;
}

struct snapshot *runtime_current(struct runtime *runtime)
{
	struct snapshot *snapshot;

	pthread_mutex_lock(&runtime->lock);
	snapshot = snapshot_hold(runtime->current);
	pthread_mutex_unlock(&runtime->lock);
	return snapshot;
}

int runtime_reload(struct runtime *runtime, struct diags *diags)
{
	struct snapshot *old = runtime_current(runtime), *next = NULL;
	struct config *config = config_reload(old->config, diags);
	struct error error;

	if (config) {
		config_warn_restart(old->config, config, diags);
		next = build(config, old, diags);
	}
	if (next && snapshot_open_dns(next, old, &error) != 0) {
		diags_add(diags, DIAG_ERROR, (struct place){ "(dns)", 0, 0 }, "%s", error.text);
		snapshot_release(&next);
	}
	snapshot_release(&old);
	if (!next)
		return -1;
	pthread_mutex_lock(&runtime->lock);
	old = runtime->current;
	runtime->current = next;
	pthread_mutex_unlock(&runtime->lock);
	snapshot_release(&old); /* its freeing, if we are the last, is not under the lock */
	return 0;
}

void runtime_warn_daily(struct runtime *runtime, int32_t today, runtime_say *say, void *context)
{
	struct snapshot *snapshot;

	if (today == runtime->warned_day)
		return;
	runtime->warned_day = today;
	snapshot = runtime_current(runtime);
	snapshot_say_list_warnings(snapshot, today, say, context);
	snapshot_release(&snapshot);
}
