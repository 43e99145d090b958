/* What is taken for an address and for a name; the forms that SpamAssassin's own tests try. */
#include <stdio.h>

#include "rules/addresses.h"
#include "test-harness/t.h"

/* "address=name|address=name" */
static const char *read(const char *value)
{
	static char text[1000];
	struct arena *arena = arena_create(64 * 1024);
	struct addresses_entry *entries;
	size_t n, len = 0;
	t_need(arena && addresses_read(str_from(value), arena, &entries, &n) == 0);
	text[0] = '\0';
	for (size_t i = 0; i < n; i++)
		len += (size_t)snprintf(text + len, sizeof text - len, "%s%.*s=%.*s", i ? "|" : "",
			(int)entries[i].address.len, entries[i].address.ptr, (int)entries[i].name.len,
			entries[i].name.ptr);
	arena_free(&arena);
	return text;
}

static const struct {
	const char *value, *entries;
} cases[] = {
	{ "", "" }, { " , ,", "= |= " },
	{ "a@b.example", "a@b.example=" },
	{ " <a@b.example>", "a@b.example=" },
	{ "a@b.example (Ann B)", "a@b.example=Ann B" },
	{ "(Ann) a@b.example", "= a@b.example" },
	{ "a@b.example, c@d.example", "a@b.example=|c@d.example=" },
	{ "Ann B <a@b.example>", "a@b.example=Ann B " },
	{ "\"Ann B\" <a@b.example>", "a@b.example=Ann B " },
	{ "\"'Ann B'\" <a@b.example>", "a@b.example='Ann B' " },
	{ "\"B, Ann\" <a@b.example>, c@d.example", "a@b.example=B, Ann |c@d.example=" },
	{ "\"Ann <x@y.example>\" <a@b.example>", "a@b.example=Ann <x@y.example> " },
	{ "Ann <\"other user\"@b.example>", "\"other user\"@b.example=Ann " },
	{ "\"some user\"@b.example", "\"some user\"@b.example=" },
	{ "\"a+b@c.example\"", "a+b@c.example=" },
	{ "\"B, A\"<a@(comment)b.example(comment)>(comment)", "a@b.example=B, A" },
	{ "\"Ann \\\"B\\\" (x@y)\" <a@b.example>", "a@b.example=Ann \"B\" (x@y) " },
	{ "group: a@b.example (Ann), c@d.example ;", "a@b.example=Ann|c@d.example=" },
	{ "B, Ann <a@b.example>", "=B|a@b.example=Ann " },
	{ "Ann B", "=Ann B" },
	{ "\"unclosed <a@b.example>", "a@b.example=" },
	{ "Ann <a@b.example", "" }, { "Ann <a", "" }, { "Ann <a>", "=Ann " },
	{ "\"\" Ann \" B\" <a@b.example>", "a@b.example= Ann  B " },
	{ "a@b.example (unclosed", "=a@b.example (unclosed" },
	{ "<a@b.example>,<c@d.example>", "" }, { "<a@b.example>, <c@d.example>",
	  "a@b.example=|c@d.example=" },
	{ "<a@b.example> <a@b.example>", "a@b.example=" }, { "a@b.example@c", "a@b.example=" },
	{ "<jo smith@b.example>", "" }, { "=?x?Q?\"A\"_<a@b.example>?=", "a@b.example=" },
	{ "=?x?Q?A?= <a@b.example> x <c@d.example>", "a@b.example=|c@d.example=" },
	{ "a@[192.0.2.1]", "a@[192.0.2.1]=" }, { "\"jo@nodot\"", "=jo@nodot" },
	{ "\"jo@a_b.c.example\"", "jo@a_b.c.example=" }, { "\"jo@b.a_b\"", "=jo@b.a_b" },
	{ "\"jo@a_b.example\"", "=jo@a_b.example" },
	{ "\"a\\\\\" <a@b.example>", "a@b.example=a " }, { "a@b.example; c@d.example",
	  "a@b.example=|c@d.example=" },
	{ "<>", "" }, { "<a@b.example> (Ann)", "a@b.example=Ann" },
};

T_TEST(addresses_and_names)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (!t_str(read(cases[i].value), cases[i].entries))
			printf("# of %s\n", cases[i].value);
}
