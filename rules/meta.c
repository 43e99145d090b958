/* rules/meta: precedence climbing into a postfix program, and its evaluation on ranges.
 *
 * Nothing is short-circuited: values are there before a meta is asked, and an expression is a
 * handful of operations.
 */
#include "rules/meta.h"

#include <float.h>
#include <string.h>

struct binary {
	const char *text;
	unsigned level;
	enum meta_code code;
};
/* longer ones first where one starts the other */
static const struct binary binaries[] = {
	{ "||", 1, META_OR }, { "&&", 2, META_AND }, { "==", 3, META_EQ }, { "!=", 3, META_NE },
	{ ">=", 4, META_GE }, { "<=", 4, META_LE }, { ">", 4, META_GT }, { "<", 4, META_LT },
	{ "+", 5, META_ADD }, { "-", 5, META_SUB }, { "*", 6, META_MUL }, { "/", 6, META_DIV },
};
enum { LEVEL_UNARY = 7 };

struct reader {
	struct str text;
	size_t at;
	struct place place;
	const struct meta_resolver *resolver;
	struct arena *arena;
	struct diags *diags;
	struct meta *out;
	size_t capacity;
	unsigned depth;
	bool failed, bad_name;
};

static struct place place_at(const struct reader *reader, size_t at)
{
	struct place place = reader->place;
	place.column += (unsigned)at;
	return place;
}

static bool fail(struct reader *reader, size_t at, const char *text)
{
	if (!reader->failed)
		diags_add(reader->diags, DIAG_ERROR, place_at(reader, at), "%s", text);
	reader->failed = true;
	return false;
}

static bool emit(struct reader *reader, struct meta_op op)
{
	struct meta *out = reader->out;
	if (out->n == reader->capacity) {
		size_t capacity = reader->capacity ? reader->capacity * 2 : 8;
		struct meta_op *ops = arena_resize(reader->arena, out->ops,
			reader->capacity * sizeof *ops, capacity * sizeof *ops);
		if (!ops)
			return fail(reader, reader->at, "out of memory");
		out->ops = ops;
		reader->capacity = capacity;
	}
	out->ops[out->n++] = op;
	return true;
}

static void skip_blanks(struct reader *reader)
{
	while (reader->at < reader->text.len && ascii_space(reader->text.ptr[reader->at]))
		reader->at++;
}

static char peek(const struct reader *reader)
{
	return reader->at < reader->text.len ? reader->text.ptr[reader->at] : '\0';
}

static bool name_byte(char c)
{
	return ascii_alpha(c) || ascii_digit(c) || c == '_';
}

static bool read_number(struct reader *reader)
{
	double number = 0, unit = 1;
	bool fraction = false;
	for (; reader->at < reader->text.len; reader->at++) {
		char c = peek(reader);
		if (c == '.' && !fraction) {
			fraction = true;
		} else if (ascii_digit(c)) {
			number = number * 10 + (c - '0');
			unit = fraction ? unit * 10 : unit;
		} else {
			break;
		}
	}
	if (name_byte(peek(reader)))
		return fail(reader, reader->at, "a name does not begin with a digit");
	return emit(reader, (struct meta_op){ META_NUMBER, number / unit, 0 });
}

static bool read_name(struct reader *reader)
{
	size_t from = reader->at;
	while (name_byte(peek(reader)))
		reader->at++;
	struct meta_name name = { .name = str_slice(reader->text, from, reader->at),
		.place = place_at(reader, from) };
	size_t after = reader->at;
	skip_blanks(reader);
	if (peek(reader) == '(') {
		struct str rest = str_slice(reader->text, reader->at + 1, reader->text.len);
		size_t close = str_find_byte(rest, ')');
		if (close == SIZE_MAX)
			return fail(reader, reader->at, "'(' without ')'");
		name.has_argument = true;
		name.argument_place = place_at(reader, reader->at + 1);
		name.argument = str_trim(str_slice(rest, 0, close));
		reader->at += close + 2;
	} else {
		reader->at = after;
	}
	struct meta_op op = { META_NUMBER, 0, 0 };
	if (!reader->resolver->resolve(reader->resolver->context, &name, &op))
		reader->bad_name = true;
	return emit(reader, op);
}

static bool read_binary(struct reader *reader, unsigned level);

static bool read_unary(struct reader *reader, enum meta_code code)
{
	reader->at++;
	return read_binary(reader, LEVEL_UNARY) && emit(reader, (struct meta_op){ code, 0, 0 });
}

static bool read_group(struct reader *reader)
{
	size_t open = reader->at++;
	if (!read_binary(reader, 1))
		return false;
	skip_blanks(reader);
	if (peek(reader) != ')')
		return fail(reader, reader->at < reader->text.len ? reader->at : open,
			reader->at < reader->text.len ? "operator or ')' expected" : "'(' without ')'");
	reader->at++;
	return true;
}

static bool read_operand(struct reader *reader)
{
	skip_blanks(reader);
	char c = peek(reader);
	if (c == '!')
		return read_unary(reader, META_NOT);
	if (c == '-')
		return read_unary(reader, META_NEGATE);
	if (c == '(')
		return read_group(reader);
	if (ascii_digit(c) || c == '.')
		return read_number(reader);
	if (name_byte(c))
		return read_name(reader);
	return fail(reader, reader->at, reader->at < reader->text.len ?
		"a rule's name, a number or '(' expected" : "the expression is not complete");
}

static const struct binary *next_binary(struct reader *reader)
{
	skip_blanks(reader);
	struct str rest = str_slice(reader->text, reader->at, reader->text.len);
	for (size_t i = 0; i < sizeof binaries / sizeof *binaries; i++)
		if (str_starts_nocase(rest, str_from(binaries[i].text)))
			return &binaries[i];
	return NULL;
}

/* `level`: operators that bind less tightly are left to the caller. */
static bool read_binary(struct reader *reader, unsigned level)
{
	if (++reader->depth > META_DEPTH_MAX)
		return fail(reader, reader->at, "nested too deeply");
	if (!read_operand(reader))
		return false;
	const struct binary *next;
	while ((next = next_binary(reader)) != NULL && next->level >= level) {
		reader->at += strlen(next->text);
		if (!read_binary(reader, next->level + 1) ||
		    !emit(reader, (struct meta_op){ next->code, 0, 0 }))
			return false;
	}
	reader->depth--;
	return true;
}

int meta_compile(struct str text, struct place place, const struct meta_resolver *resolver,
	struct arena *arena, struct diags *diags, struct meta *out)
{
	*out = (struct meta){ NULL, 0 };
	struct reader reader = { .text = text, .place = place, .resolver = resolver,
		.arena = arena, .diags = diags, .out = out };
	if (!read_binary(&reader, 1))
		return -1;
	skip_blanks(&reader);
	if (reader.at < text.len)
		fail(&reader, reader.at, peek(&reader) == ')' ? "')' without '('" : "operator expected");
	return reader.failed || reader.bad_name ? -1 : 0;
}

bool meta_true(struct meta_value value)
{
	return value.lo > 0 || value.hi < 0;
}

bool meta_false(struct meta_value value)
{
	return value.lo == 0 && value.hi == 0;
}

struct meta_value meta_unknown(void)
{
	return (struct meta_value){ 0, DBL_MAX };
}

static struct meta_value hull(struct meta_value a, struct meta_value b)
{
	return (struct meta_value){ a.lo < b.lo ? a.lo : b.lo, a.hi > b.hi ? a.hi : b.hi };
}

/* Infinity times 0 has no value in IEEE arithmetic; here the largest number stands for it. */
static double clamp(double x)
{
	return x > DBL_MAX ? DBL_MAX : x < -DBL_MAX ? -DBL_MAX : x != x ? 0 : x;
}

static struct meta_value range(double lo, double hi)
{
	return (struct meta_value){ clamp(lo), clamp(hi) };
}

static struct meta_value truth(bool certainly, bool certainly_not)
{
	return (struct meta_value){ certainly ? 1 : 0, certainly_not ? 0 : 1 };
}

typedef struct meta_value operation(struct meta_value a, struct meta_value b);

static struct meta_value op_not(struct meta_value a, struct meta_value b)
{
	(void)b;
	return truth(meta_false(a), meta_true(a));
}
static struct meta_value op_negate(struct meta_value a, struct meta_value b)
{
	(void)b;
	return (struct meta_value){ 0 - a.hi, 0 - a.lo }; /* no -0 */
}
static struct meta_value op_or(struct meta_value a, struct meta_value b)
{
	if (meta_true(a) || meta_false(a))
		return meta_true(a) ? a : b;
	/* a is a or, where a is 0, b: not 0 if b is not. What counts, counts 1 at least. */
	struct meta_value either = hull(a, b);
	if (a.lo >= 0 && b.lo > 0)
		either.lo = b.lo < 1 ? b.lo : 1;
	return either;
}
static struct meta_value op_and(struct meta_value a, struct meta_value b)
{
	return meta_true(a) ? b : meta_false(a) ? meta_number(0) : hull(meta_number(0), b);
}
static struct meta_value op_eq(struct meta_value a, struct meta_value b)
{
	return truth(a.lo == a.hi && b.lo == b.hi && a.lo == b.lo, a.hi < b.lo || b.hi < a.lo);
}
static struct meta_value op_ne(struct meta_value a, struct meta_value b)
{
	return op_not(op_eq(a, b), b);
}
static struct meta_value op_ge(struct meta_value a, struct meta_value b)
{
	return truth(a.lo >= b.hi, a.hi < b.lo);
}
static struct meta_value op_le(struct meta_value a, struct meta_value b)
{
	return op_ge(b, a);
}
static struct meta_value op_gt(struct meta_value a, struct meta_value b)
{
	return truth(a.lo > b.hi, a.hi <= b.lo);
}
static struct meta_value op_lt(struct meta_value a, struct meta_value b)
{
	return op_gt(b, a);
}
static struct meta_value op_add(struct meta_value a, struct meta_value b)
{
	return range(a.lo + b.lo, a.hi + b.hi);
}
static struct meta_value op_sub(struct meta_value a, struct meta_value b)
{
	return range(a.lo - b.hi, a.hi - b.lo);
}
static struct meta_value op_mul(struct meta_value a, struct meta_value b)
{
	struct meta_value one = hull(meta_number(clamp(a.lo * b.lo)), meta_number(clamp(a.hi * b.hi)));
	struct meta_value two = hull(meta_number(clamp(a.lo * b.hi)), meta_number(clamp(a.hi * b.lo)));
	return hull(one, two);
}
static struct meta_value op_div(struct meta_value a, struct meta_value b)
{
	if (meta_false(b))
		return meta_number(0);
	if (b.lo == b.hi)
		return hull(meta_number(clamp(a.lo / b.lo)), meta_number(clamp(a.hi / b.lo)));
	return range(-DBL_MAX, DBL_MAX); /* the divisor is unknown: so is the quotient */
}

struct operation_entry {
	operation *run;
	unsigned operands;
};
static const struct operation_entry operations[] = {
	[META_NOT] = { op_not, 1 }, [META_NEGATE] = { op_negate, 1 }, [META_OR] = { op_or, 2 },
	[META_AND] = { op_and, 2 }, [META_EQ] = { op_eq, 2 }, [META_NE] = { op_ne, 2 },
	[META_GE] = { op_ge, 2 }, [META_LE] = { op_le, 2 }, [META_GT] = { op_gt, 2 },
	[META_LT] = { op_lt, 2 }, [META_ADD] = { op_add, 2 }, [META_SUB] = { op_sub, 2 },
	[META_MUL] = { op_mul, 2 }, [META_DIV] = { op_div, 2 },
};

struct meta_value meta_eval(const struct meta *meta, const struct meta_value *values)
{
	/* The reader's depth bounds the stack: each open level holds at most one left side and
	 * one operand. */
	struct meta_value stack[META_DEPTH_MAX + 2];
	size_t top = 0;
	for (size_t i = 0; i < meta->n; i++) {
		const struct meta_op *op = &meta->ops[i];
		if (op->code == META_NUMBER) {
			stack[top++] = meta_number(op->number);
		} else if (op->code == META_RULE) {
			stack[top++] = values[op->rule];
		} else if (operations[op->code].operands == 1) {
			/* NOLINTNEXTLINE(*CallAndMessage): the reader saw that there is an operand */
			stack[top - 1] = operations[op->code].run(stack[top - 1], meta_number(0));
		} else {
			top--;
			/* NOLINTNEXTLINE(*CallAndMessage): or two */
			stack[top - 1] = operations[op->code].run(stack[top - 1], stack[top]);
		}
	}
	return top ? stack[top - 1] : meta_number(0);
}
