/* rules/meta: expressions over rules, and the conditions of `if`.
 *
 * Perl's operators and precedence, as SpamAssassin evaluates them: numbers, names, parentheses,
 * ! - (unary), * /, + -, < <= > >=, == !=, &&, ||. A name's value is its hit count; && and ||
 * give one of their sides, as in Perl; a division by zero gives 0.
 *
 * A value is a range, because a rule can be unknown (a look-up that failed): it then counts
 * anything from 0 up, and an expression is decided only when every value of the range decides it
 * alike. So !UNKNOWN never fires, A && UNKNOWN is false where A is, and (A + B + UNKNOWN) >= 2
 * is true where A and B are.
 */
#ifndef DEPEER_RULES_META_H
#define DEPEER_RULES_META_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/str.h"

enum { META_DEPTH_MAX = 200 }; /* operators and parentheses within each other */

struct meta_value {
	double lo, hi; /* equal: known */
};
bool meta_true(struct meta_value value);  /* certainly */
bool meta_false(struct meta_value value); /* certainly */
static inline struct meta_value meta_number(double number)
{
	return (struct meta_value){ number, number };
}
struct meta_value meta_unknown(void); /* 0 or any count */

enum meta_code {
	META_NUMBER, META_RULE, META_NOT, META_NEGATE, META_OR, META_AND, META_EQ, META_NE,
	META_GE, META_LE, META_GT, META_LT, META_ADD, META_SUB, META_MUL, META_DIV
};

struct meta_op {
	enum meta_code code;
	double number;
	size_t rule;
};

/* An expression in postfix order. Owned by the arena. */
struct meta {
	struct meta_op *ops;
	size_t n;
};

/* A name as it stands in the text; argument: of name(argument). */
struct meta_name {
	struct str name, argument;
	bool has_argument;
	struct place place, argument_place;
};
/* Says what a name means by filling `op` with META_NUMBER or META_RULE; false when it has no
 * meaning (the resolver has reported that). */
struct meta_resolver {
	bool (*resolve)(void *context, const struct meta_name *name, struct meta_op *op);
	void *context;
};

/* Reads the whole of `text`, which stands at `place`. Every unknown name is reported, syntax
 * stops at the first error. 0, or -1 with at least one error in diags (or arena_spent). */
int meta_compile(struct str text, struct place place, const struct meta_resolver *resolver,
	struct arena *arena, struct diags *diags, struct meta *out);

/* values[op.rule] for META_RULE; may be NULL if there is none. */
struct meta_value meta_eval(const struct meta *meta, const struct meta_value *values);

#endif
