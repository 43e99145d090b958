/* Expressions: precedence, Perl's values, and unknown parts. */
#include <float.h>
#include <stdio.h>

#include "rules/meta.h"
#include "test-harness/t.h"

/* A = 1, B = 2, Z = 0, U and V unknown */
static bool resolve(void *context, const struct meta_name *name, struct meta_op *op)
{
	(void)context;
	static const char names[] = "ABZUV";
	for (size_t i = 0; names[i]; i++) {
		if (name->name.len == 1 && name->name.ptr[0] == names[i]) {
			*op = (struct meta_op){ META_RULE, 0, i };
			return true;
		}
	}
	return false;
}

/* "2" for a known value, "0..inf" for a range, "error" */
static const char *value(const char *text)
{
	static char out[80];
	struct meta_value values[] = { { 1, 1 }, { 2, 2 }, { 0, 0 }, meta_unknown(), meta_unknown() };
	struct meta_resolver resolver = { resolve, NULL };
	struct arena *arena = arena_create(1024 * 1024);
	struct diags diags = { 0 };
	struct meta meta;
	t_need(arena != NULL);
	if (meta_compile(str_from(text), (struct place){ "f", 1, 1 }, &resolver, arena, &diags, &meta)) {
		snprintf(out, sizeof out, "error");
	} else {
		struct meta_value v = meta_eval(&meta, values);
		char hi[40];
		snprintf(hi, sizeof hi, v.hi == DBL_MAX ? "inf" : "%g", v.hi);
		if (v.lo == v.hi)
			snprintf(out, sizeof out, "%g", v.lo);
		else if (v.lo == -DBL_MAX)
			snprintf(out, sizeof out, "-inf..%s", hi);
		else
			snprintf(out, sizeof out, "%g..%s", v.lo, hi);
	}
	diags_clear(&diags);
	arena_free(&arena);
	return out;
}

struct expectation {
	const char *text, *value;
};

static void check(const struct expectation *cases, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!t_str(value(cases[i].text), cases[i].value))
			printf("# of %s\n", cases[i].text);
}

/* Values as perl -e 'print ...' gives them ('' is 0). */
T_TEST(known_values)
{
	static const struct expectation cases[] = {
		{ "A", "1" }, { "!A", "0" }, { "!Z", "1" }, { "!!B", "1" }, { "A && B", "2" },
		{ "B && A", "1" }, { "Z && A", "0" }, { "A || B", "1" }, { "Z || B", "2" },
		{ "Z || Z", "0" }, { "A + B * 3", "7" }, { "(A + B) * 3", "9" }, { "A - B - B", "-3" },
		{ "8 / B / B", "2" }, { "49 / 49", "1" }, { "A / Z", "0" }, { "-B + 5", "3" }, { "!A + 1", "1" },
		{ "A + B > 2", "1" }, { "A + B >= 3", "1" }, { "A + B < 3", "0" }, { "A + B <= 3", "1" },
		{ "A == 1", "1" }, { "A != 1", "0" }, { "A == B", "0" }, { "1 + 1 == B && !Z", "1" },
		{ "Z || A && Z", "0" }, { "A || Z && Z", "1" }, { "(A||Z)&&Z", "0" }, { "0.5 * B", "1" },
		{ ".5+.25", "0.75" }, { "A > 0 == 1", "1" }, { "(A + A + B) > 3", "1" },
		{ "\tA\t&&\tB ", "2" }, { "1 > 2 || 3 > 2", "1" },
	};
	check(cases, sizeof cases / sizeof *cases);
}

T_TEST(unknown_parts)
{
	static const struct expectation cases[] = {
		{ "U", "0..inf" }, { "!U", "0..1" }, { "!!U", "0..1" },
		{ "A && U", "0..inf" }, { "U && A", "0..1" }, { "Z && U", "0" }, { "U && Z", "0" },
		{ "A || U", "1" }, { "U || A", "1..inf" }, { "Z || U", "0..inf" }, { "U || Z", "0..inf" },
		{ "U && V", "0..inf" }, { "A && !U", "0..1" }, { "!A && !U", "0" },
		{ "(A + B + U) >= 2", "1" }, { "(A + U) >= 2", "0..1" }, { "(A + U) < 1", "0" },
		{ "U > 0", "0..1" }, { "U >= 0", "1" }, { "U == 0", "0..1" }, { "U != 0", "0..1" },
		{ "U == -1", "0" }, { "U * Z", "0" }, { "U - U", "-inf..inf" }, { "A / U", "-inf..inf" },
		{ "U / A", "0..inf" }, { "-U", "-inf..0" }, { "!(A || U)", "0" }, { "!(Z && U)", "1" },
	};
	check(cases, sizeof cases / sizeof *cases);
}

T_TEST(errors)
{
	static const struct expectation cases[] = {
		{ "", "error" }, { "A &&", "error" }, { "(A", "error" }, { "A)", "error" },
		{ "X", "error" }, { "A B", "error" }, { "&& A", "error" }, { "A & B", "error" },
		{ "1A", "error" }, { "A(", "error" }, { "1.2.3", "error" }, { "()", "error" },
	};
	check(cases, sizeof cases / sizeof *cases);
}

T_TEST(nesting_is_bounded)
{
	char text[1000];
	for (size_t i = 0; i < 400; i++)
		text[i] = '(';
	snprintf(text + 400, sizeof text - 400, "A");
	t_str(value(text), "error");
	for (size_t i = 0; i < 150; i++)
		text[i] = '!';
	snprintf(text + 150, sizeof text - 150, "A");
	t_str(value(text), "1");
}
