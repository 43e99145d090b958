/* Reads options by a table. getopt_long would do the reading, but it prints its own errors, which
 * do not say what was perhaps meant, and keeps its state in globals. */
#include "tool/command.h"

#include <stdarg.h>
#include <string.h>
#include <sysexits.h>

#include "base/suggest.h"

int command_usage_error(const struct command *command, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fprintf(stderr, "depeer %s: ", command->name);
	vfprintf(stderr, format, args);
	fprintf(stderr, " (see `depeer %s --help`)\n", command->name);
	va_end(args);
	return EX_USAGE;
}

static void print_option(const struct option_info *option, FILE *out)
{
	char left[80];

	snprintf(left, sizeof(left), "%c%c%c --%s%s%s", option->id < 128 ? '-' : ' ',
		option->id < 128 ? option->id : ' ', option->id < 128 ? ',' : ' ', option->name,
		option->value ? " " : "", option->value ? option->value : "");
	if (strlen(left) > 26)
		fprintf(out, "  %s\n  %-26s  %s\n", left, "", option->help);
	else
		fprintf(out, "  %-26s  %s\n", left, option->help);
}

void command_help(const struct command *command, FILE *out)
{
	static const struct option_info help = { 'h', "help", NULL, "this text" };

	fprintf(out, "usage: depeer %s [options]%s%s\n\n%s.\n", command->name,
		command->arguments[0] ? " " : "", command->arguments, command->summary);
	if (command->about)
		fprintf(out, "\n%s", command->about);
	fputs("\nOptions:\n", out);
	for (const struct option_info *o = command->options; o->id; o++)
		print_option(o, out);
	print_option(&help, out);
}

static int wrong(const struct options *options, const char *name, size_t len)
{
	struct suggest suggest = suggest_begin(str_make(name, len));
	char hint[80];

	for (const struct option_info *o = options->command->options; o->id; o++)
		suggest_offer(&suggest, o->name);
	suggest_offer(&suggest, "help");
	if (suggest.best)
		snprintf(hint, sizeof(hint), " (did you mean --%s?)", suggest.best);
	else
		hint[0] = 0;
	command_usage_error(options->command, "unknown option --%.*s%s",
		(int)(len > 60 ? 60 : len), name, hint);
	return OPTION_WRONG;
}

static int take_value(struct options *options, const struct option_info *option,
	const char *attached)
{
	if (!option->value && attached) {
		command_usage_error(options->command, "--%s takes no value", option->name);
		return OPTION_WRONG;
	}
	options->value = attached;
	if (!option->value || attached)
		return option->id;
	if (options->at >= options->argc) {
		command_usage_error(options->command, "--%s wants a value: %s", option->name,
			option->value);
		return OPTION_WRONG;
	}
	options->value = options->argv[options->at++];
	return option->id;
}

static int long_option(struct options *options, const char *text)
{
	size_t len = strcspn(text, "=");

	for (const struct option_info *o = options->command->options; o->id; o++)
		if (strlen(o->name) == len && strncmp(o->name, text, len) == 0)
			return take_value(options, o, text[len] ? text + len + 1 : NULL);
	if (len == 4 && strncmp(text, "help", 4) == 0) {
		command_help(options->command, stdout);
		return OPTION_HELP;
	}
	return wrong(options, text, len);
}

static int short_option(struct options *options)
{
	int letter = (unsigned char)*options->letters++;

	for (const struct option_info *o = options->command->options; o->id; o++) {
		const char *attached = options->letters;

		if (o->id != letter)
			continue;
		if (!o->value)
			return take_value(options, o, NULL);
		options->letters = NULL;
		return take_value(options, o, *attached ? attached : NULL);
	}
	if (letter == 'h') {
		command_help(options->command, stdout);
		return OPTION_HELP;
	}
	if (letter < ' ' || letter > '~')
		command_usage_error(options->command, "unknown option \\x%02x", (unsigned)letter);
	else
		command_usage_error(options->command, "unknown option -%c", letter);
	return OPTION_WRONG;
}

int options_next(struct options *options)
{
	const char *text;

	options->value = NULL;
	if (options->at == 0)
		options->at = 1;
	if (options->letters && *options->letters)
		return short_option(options);
	options->letters = NULL;
	if (options->at >= options->argc)
		return OPTION_END;
	text = options->argv[options->at++];
	if (!options->only_operands && strcmp(text, "--") == 0) {
		options->only_operands = true;
		return options_next(options);
	}
	if (options->only_operands || text[0] != '-' || !text[1]) {
		options->value = text;
		return OPTION_OPERAND;
	}
	if (text[1] == '-')
		return long_option(options, text + 2);
	options->letters = text + 1;
	return short_option(options);
}

bool command_format(const struct command *command, const char *value, bool *json)
{
	*json = strcmp(value, "json") == 0;
	if (*json || strcmp(value, "text") == 0)
		return true;
	command_usage_error(command, "--format is text or json, not '%.40s'", value);
	return false;
}
