#include "base/diag.h"

#include <stdlib.h>
#include <string.h>

#include "test-harness/t.h"

static const char *printed(const struct diags *diags)
{
	const char *path = t_tmpfile("out");
	FILE *out = fopen(path, "w");

	t_need(out);
	diags_print(diags, out);
	fclose(out);
	return t_read(path, NULL);
}

T_TEST(one_line_each_with_its_place)
{
	struct diags diags = { 0 };
	char name[] = "rules/local.cf";

	diags_add(&diags, DIAG_ERROR, (struct place){ name, 12, 27 }, "unknown list '%s'", "x");
	memset(name, 'x', sizeof(name) - 1); /* it was copied */
	diags_add(&diags, DIAG_WARNING, (struct place){ "f", 3, 0 }, "b");
	diags_add(&diags, DIAG_ERROR, (struct place){ "f", 0, 0 }, "missing");
	diags_add(&diags, DIAG_ERROR, (struct place){ NULL, 0, 0 }, "no place");
	t_int(diags.errors, 3);
	t_int(diags.warnings, 1);
	t_int(diags.n, 4);
	t_str(printed(&diags),
		"rules/local.cf:12:27: error: unknown list 'x'\n"
		"f:3: warning: b\n"
		"f: error: missing\n"
		"error: no place\n");
	diags_clear(&diags);
	t_int(diags.errors, 0);
	t_str(printed(&diags), "");
}

T_TEST(control_characters_and_length)
{
	struct diags diags = { 0 };
	char text[5000], line[20];

	memset(text, 'y', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	diags_add(&diags, DIAG_ERROR, (struct place){ "a\nb", 1, 1 }, "x\x1b[31m\r\n%c", 0x7f);
	diags_add(&diags, DIAG_ERROR, (struct place){ "f", 1, 1 }, "%s", text);
	t_int(strlen(diags.items[1].text), 1023);
	diag_format(&diags.items[0], line, sizeof(line));
	t_str(line, "a?b:1:1: error: x?[");
	diags.n = 1;
	t_true(strncmp(printed(&diags), "a?b:1:1: error: x?[31m???\n", 26) == 0);
	diags.n = 2;
	diags_clear(&diags);
	diags_add(&diags, DIAG_ERROR, (struct place){ "f", 1, 1 }, "\xC2\x9B" "31m \xC3\xA4\xC2");
	t_str(diags.items[0].text, "??31m \xC3\xA4\xC2");
	diags_clear(&diags);
}

T_TEST(counts_what_it_does_not_keep)
{
	struct diags diags = { 0 };
	const char *text;

	for (int i = 0; i < DIAGS_MAX + 5; i++)
		diags_add(&diags, i % 2 ? DIAG_WARNING : DIAG_ERROR, (struct place){ "f", 1, 1 },
			"%d", i);
	t_int(diags.n, DIAGS_MAX);
	t_int(diags.errors + diags.warnings, DIAGS_MAX + 5);
	text = printed(&diags);
	t_true(strstr(text, ": 999\n") != NULL);
	t_true(strstr(text, ": 1000\n") == NULL);
	t_true(strstr(text, "\n5 more errors and warnings are not shown\n") != NULL);
	diags_clear(&diags);
}
