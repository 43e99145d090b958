/* rules/check_table: SpamAssassin's checks, `eval:name(arguments)`, by name.
 *
 * The table knows every check of SpamAssassin 4.0.1 and which of its plugins brings it. One
 * without a function is absent: a rule that calls it is left out, and so is every meta that needs
 * that rule (never taken for 0, or !RULE would fire). Names that SpamAssassin does not know
 * either are errors.
 */
#ifndef DEPEER_RULES_CHECK_TABLE_H
#define DEPEER_RULES_CHECK_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"
#include "rules/fact.h"
#include "rules/pattern.h"
#include "rules/ruleset.h"

enum { CHECK_ARGS_MAX = 50 };

struct check_entry;
struct check_call {
	const struct check_entry *entry;
	struct str text;            /* of the arguments, as written */
	const struct str *args;     /* without their quotes */
	size_t args_n;
	bool rawbody;               /* a rawbody rule calls it */
};

/* What a check may look at. All of it outlives the verdict. */
struct check_context {
	const struct ruleset *set;  /* for its lists (rules/values.h) */
	const struct facts *facts;
	struct arena *arena;
	struct matcher *matcher;
};
struct check_answer {
	double value;               /* 0: no hit; else how often */
	const char *unknown;        /* static: why it could not be said; NULL: it was */
	struct str evidence;
};
/* *out is zeroed. 0, or -1 when memory is spent. Reentrant: no state but the context. */
typedef int check_function(const struct check_context *context, const struct check_call *call,
	struct check_answer *out);

/* CHECK_AUTH: relays, and the results of trusted servers; where none is trusted (ruleset_options)
 * the check is as absent as one that has no function. */
enum {
	CHECK_RELAYS = 1, CHECK_BODY = 2, CHECK_PARTS = 4, CHECK_RAWBODY = 8, CHECK_TREE = 16,
	CHECK_HTML = 2048, CHECK_LINKS = 4096, CHECK_URIS = 8192,
	CHECK_AUTH = 1024,
	CHECK_WORDS = 16384         /* each argument has to be one of `only`, not the first alone */
};

struct check_entry {
	const char *name;
	const char *plugin;         /* of SpamAssassin, without Mail::SpamAssassin::Plugin:: */
	check_function *ask;        /* NULL: absent */
	enum fact_stage stage;
	const char *help;           /* one line: arguments, what a hit means; NULL where absent */
	unsigned needs;             /* bits: what the message's reader has to prepare */
	const char *only;           /* first arguments that are here, a blank around each; NULL: all */
};

/* NULL: SpamAssassin has no such check. */
const struct check_entry *check_find(struct str name);
/* For lists: NULL at the end. */
const struct check_entry *check_at(size_t index);

/* Can this call be answered? If not, it is as absent as a check that has no function. */
bool check_is_here(const struct check_call *call);

/* Reads "name('a', "b", 3)" (what stands behind eval:). 0; -1 with *wrong saying what is wrong
 * and *at its offset (entry is set if the name is known); -2 when memory is spent. */
int check_read(struct str text, struct arena *arena, struct check_call *out, const char **wrong,
	size_t *at);

#endif
