/* rules/condition: what `if` and `ifplugin` ask.
 *
 * SpamAssassin's words: version, perl_version, local_tests_only, plugin(X), can(X::f), has(X::f),
 * with the operators of rules/meta. Answers are true only for what is really here, from one
 * table in condition.c: a set that asks first gets the truth.
 */
#ifndef DEPEER_RULES_CONDITION_H
#define DEPEER_RULES_CONDITION_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/str.h"

/* SpamAssassin's version whose language this is; for `version` and require_version. */
#define CONDITION_VERSION 4.000001
#define CONDITION_VERSION_TEXT "4.000001"

/* 0 with *holds filled, or -1 with the error in diags. */
int condition_ask(struct str text, struct place place, struct arena *arena, struct diags *diags,
	bool *holds);
/* plugin(name) */
bool condition_plugin(struct str name);

#endif
