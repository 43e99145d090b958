/* depeer: the admin's command: a table of commands, each in a file of its own. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/suggest.h"
#include "tool/command.h"

static const struct command *const commands[] = {
	&check_command, &score_command, &lookup_command, &lists_command, &rules_command,
	&time_command, &diff_command,
};
enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static void print_help(FILE *out)
{
	fputs("usage: depeer COMMAND [options] [arguments]\n\n"
		"Checks, explains and looks up what depeerd decides by.\n\nCommands:\n", out);
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(out, "  %-8s %s\n", commands[i]->name, commands[i]->summary);
	fputs("  help     the help of a command: `depeer help score`, or `depeer score --help`\n"
		"\nOptions:\n  --help     this text\n  --version  depeer's version\n"
		"\nThe manual: depeer(1), depeer.conf(5), depeer-rules(5), depeerd(8).\n", out);
}

static const struct command *find_command(const char *name)
{
	struct suggest suggest = suggest_begin(str_from(name));
	char hint[80];

	for (size_t i = 0; i < COMMANDS; i++) {
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
		suggest_offer(&suggest, commands[i]->name);
	}
	suggest_offer(&suggest, "help");
	fprintf(stderr, "depeer: unknown command '%.40s'%s (see `depeer --help`)\n", name,
		suggest_text(&suggest, hint, sizeof(hint)));
	return NULL;
}

static int help(const char *name)
{
	const struct command *command;

	if (!name) {
		print_help(stdout);
		return EX_OK;
	}
	command = find_command(name);
	if (!command)
		return EX_USAGE;
	command_help(command, stdout);
	return EX_OK;
}

int main(int argc, char **argv)
{
	const struct command *command;

	if (argc < 2) {
		print_help(stderr);
		return EX_USAGE;
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		puts("depeer " DEPEER_VERSION);
		return EX_OK;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return help(NULL);
	if (strcmp(argv[1], "help") == 0)
		return help(argc > 2 ? argv[2] : NULL);
	if (argv[1][0] == '-') {
		fprintf(stderr, "depeer: unknown option %.40s (see `depeer --help`)\n", argv[1]);
		return EX_USAGE;
	}
	command = find_command(argv[1]);
	return command ? command->run(command, argc - 1, argv + 1) : EX_USAGE;
}
