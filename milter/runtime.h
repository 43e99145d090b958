/* milter/runtime: the snapshot: config, rules, databases and lists that belong together.
 *
 * Immutable and reference-counted. A reload builds a new one off-line, beside the running one, and
 * swaps it in; a message keeps the one that it began with until it ends. A broken new one is
 * refused with all its errors, and the old one goes on.
 */
#ifndef DEPEER_MILTER_RUNTIME_H
#define DEPEER_MILTER_RUNTIME_H

#include "base/diag.h"
#include "base/error.h"
#include "dns/resolver.h"
#include "geoip/geoip.h"
#include "milter/config.h"
#include "rules/ruleset.h"

struct snapshot {
	struct config *config;
	struct ruleset *rules;
	struct geoip *geoip;
	struct dns_resolver *dns; /* snapshot_open_dns; NULL: names are not asked for */
	unsigned generation;     /* 1, 2, ... as built by this process */
	/* someone may be refused at RCPT: Mode enforce, RejectStage rcpt, and the scores of all rules
	 * that know the client alone reach RejectScore together. Otherwise nobody need be asked there,
	 * and a milter that answers nothing at RCPT spares itself and the MTA a round trip. */
	bool refuses_at_rcpt;
	/* private: runtime.c */
	_Atomic unsigned references;
};

/* Builds one from a loaded config, which it takes over (also on failure). NULL when anything was
 * wrong; all findings of rules, lists and databases are in `diags`. The caller owns one
 * reference. */
struct snapshot *snapshot_build(struct config *config, struct diags *diags);
/* Are names asked for? Where the admin says so (ResolveNames, DnsQueries, not LocalTestsOnly) and
 * the rules want to know. */
bool snapshot_resolves(const struct snapshot *snapshot);
/* Opens the way to the DNS, if names are asked for; the one of `previous` (may be NULL) goes on
 * when its name servers are the same. Starts threads: after the process has gone into the
 * background, before others use the snapshot. 0, or -1 with the reason. */
int snapshot_open_dns(struct snapshot *snapshot, const struct snapshot *previous,
	struct error *error);
struct snapshot *snapshot_hold(struct snapshot *snapshot);
void snapshot_release(struct snapshot **snapshot);

/* The parts of one, for a command that changes a list or shows broken ones. NULL: see diags. */
struct ruleset *snapshot_load_rules(const struct config *config, struct diags *diags);
struct network_list *snapshot_load_list(const struct ruleset_list *list, struct diags *diags);

/* What an admin must know of the age of that list (a number below geoip_lists()) on that day:
 * "list 'asn_drop' is stale: its data is of 2026-10-01, 31 days old (max_age 60d)". False: nothing.
 * `stale_days` is NETWORK_LIST_STALE_DAYS or an admin's own (geoip/network_list.h). */
bool snapshot_list_warning(const struct snapshot *snapshot, size_t index, int32_t stale_days,
	int32_t day, char *out, size_t size);
/* Says that of all lists, with their files: at each load. */
typedef void runtime_say(void *context, const char *file, const char *text);
void snapshot_say_list_warnings(const struct snapshot *snapshot, int32_t day, runtime_say *say,
	void *context);

struct runtime; /* holds the current snapshot */

struct runtime *runtime_create(struct snapshot *first); /* takes the reference over; NULL: memory
                                                         * (the reference is then given back) */
void runtime_free(struct runtime **runtime);
/* The current snapshot, held for the caller (snapshot_release when done). Thread-safe; a few
 * nanoseconds under a lock of its own, never while a new one is being built. */
struct snapshot *runtime_current(struct runtime *runtime);
/* Loads the same config file again (with the same -o settings), builds, and swaps. -1: refused,
 * the old one goes on. Only one at a time (the signal thread). A list whose definition and
 * number are the same as before and whose file is now broken or gone is replaced by the last good
 * one, with its findings as warnings: a fetcher that failed must not hold up a rule change. It
 * keeps its age, too. */
int runtime_reload(struct runtime *runtime, struct diags *diags);
/* The same of the current snapshot, on the first call on another day than that of the last call
 * that said it (or of runtime_create): a daemon that nobody reloads is heard of daily. By the
 * thread that reloads. */
void runtime_warn_daily(struct runtime *runtime, int32_t today, runtime_say *say, void *context);

#endif
