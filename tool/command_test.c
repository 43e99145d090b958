#include "tool/command.h"

#include <stdlib.h>
#include <string.h>

#include "test-harness/t.h"

enum { OPT_LONG = 1000 };
static const struct option_info table[] = {
	{ 'q', "quiet", NULL, "say less" },
	{ 'c', "config", "FILE", "a file" },
	{ OPT_LONG, "client-ip", "A", "an address" },
	{ 0, NULL, NULL, NULL }
};
static const struct command command = { .name = "test", .arguments = "FILE", .summary = "Tests",
	.options = table };

/* "id=value " for each step, until the end or an error. */
static const char *read_all(char **argv, struct buf *out)
{
	struct options options = { .command = &command, .argv = argv };
	int id;

	while (argv[options.argc])
		options.argc++;
	do {
		id = options_next(&options);
		buf_addf(out, "%d%s%s ", id, id != OPTION_END && options.value ? "=" : "",
			id != OPTION_END && options.value ? options.value : "");
	} while (id != OPTION_END && id != OPTION_WRONG);
	return buf_cstr(out);
}

#define READS(expected, ...) \
	do { \
		char words[][32] = { "test", __VA_ARGS__ }, *argv[20] = { NULL }; \
		struct buf out = { 0 }; \
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) \
			argv[i] = words[i]; \
		t_str(read_all(argv, &out), expected); \
		buf_free(&out); \
	} while (0)

T_TEST(options_and_operands_mix)
{
	READS("-1=a 113 99=f -1=b 0 ", "a", "-q", "-c", "f", "b");
	READS("113 99=f 1000=1 0 ", "-qcf", "--client-ip=1");
	READS("99=f 1000= 0 ", "--config", "f", "--client-ip=");
	READS("-1=- 99=- 0 ", "-", "-c", "-");
	READS("113 -1=-q -1=--quiet 0 ", "-q", "--", "-q", "--quiet");
}

T_TEST(wrong_options)
{
	READS("-2 ", "--clientip");
	READS("-2 ", "-x");
	READS("-2 ", "--quiet=1");
	READS("-2 ", "--config");
	READS("113 -2 ", "-qc");
}

T_TEST(formats)
{
	bool json = false;

	t_true(command_format(&command, "json", &json) && json);
	t_true(command_format(&command, "text", &json) && !json);
	t_true(!command_format(&command, "xml", &json));
}

T_TEST(help_names_every_option)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	t_need(out);
	command_help(&command, out);
	fclose(out);
	t_true(strstr(text, "usage: depeer test [options] FILE\n"));
	t_true(strstr(text, "  -q, --quiet "));
	t_true(strstr(text, "  -c, --config FILE "));
	t_true(strstr(text, "      --client-ip A "));
	t_true(strstr(text, "  -h, --help "));
	free(text);
}
