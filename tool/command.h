/* tool/command: the commands of `depeer` and their options, as tables.
 *
 * The help texts are printed from the same tables that the options are read with, so that an
 * option cannot exist without its help.
 */
#ifndef DEPEER_TOOL_COMMAND_H
#define DEPEER_TOOL_COMMAND_H

#include <stdbool.h>
#include <stdio.h>

struct option_info {
	int id;            /* > 0, unique within the command; a letter also serves as -x */
	const char *name;  /* without the dashes */
	const char *value; /* what --help calls its value; NULL: takes none */
	const char *help;
};

struct command {
	const char *name;
	const char *arguments;               /* "FILE..." */
	const char *summary;                 /* half a line */
	const char *about;                   /* paragraphs of --help; ends in a newline, or NULL */
	const struct option_info *options;   /* ends with id 0; --help comes by itself */
	/* argv[0] is the command's name. Returns the exit status (sysexits.h). */
	int (*run)(const struct command *command, int argc, char **argv);
};

/* One file a command. */
extern const struct command check_command, score_command, lookup_command, lists_command,
	rules_command, time_command, diff_command;
extern const struct command lists_update_command; /* of lists, when its first argument says so */

/* Reads options and operands in any order (as GNU programs do); after "--" all are operands, "-"
 * is one. Zero-initialise, then set command, argc and argv. */
struct options {
	const struct command *command;
	int argc;
	char **argv;
	/* the option or operand returned last */
	const char *value; /* of the option; or the operand */
	/* private */
	int at;
	bool only_operands;
	const char *letters; /* what is left of "-qv" */
};

enum { OPTION_END = 0, OPTION_OPERAND = -1, OPTION_WRONG = -2, OPTION_HELP = -3 };

/* The option's id; or one of the above. For OPTION_WRONG the error has been printed on stderr
 * (with what was perhaps meant); the caller returns EX_USAGE. For OPTION_HELP the help has been
 * printed; the caller returns 0. */
int options_next(struct options *options);
/* Prints "depeer score: ..." and a hint at --help on stderr; returns EX_USAGE. */
int command_usage_error(const struct command *command, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void command_help(const struct command *command, FILE *out);

/* For --format text|json. False: complained of. */
bool command_format(const struct command *command, const char *value, bool *json);

#endif
