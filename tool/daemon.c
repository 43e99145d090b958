/* A pid file may outlive its process, and the number may be somebody else's by now. */
#include "tool/daemon.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/lex.h"

static int complain(const struct config *config, const char *what, int status)
{
	fprintf(stderr, "depeer: depeerd was not told to reload: %s: %s\n", config->pid_file, what);
	return status;
}

/* 0: it is not there, or says nothing that could be a process. */
static pid_t read_pid(const struct config *config)
{
	struct lex_file file = { 0 };
	struct error error;
	uint64_t pid = 0;

	if (lex_file_read(&file, config->pid_file, &error) == 0
			&& !str_to_u64(str_trim(str_make(file.text, file.len)), INT32_MAX, &pid))
		pid = 0;
	lex_file_clear(&file);
	return pid > 1 ? (pid_t)pid : 0;
}

/* Where the kernel tells it. */
static bool is_other_program(pid_t pid)
{
	char name[64], text[32] = "";
	FILE *file;

	snprintf(name, sizeof(name), "/proc/%ld/comm", (long)pid);
	file = fopen(name, "re");
	if (!file)
		return false;
	if (!fgets(text, sizeof(text), file))
		text[0] = 0;
	fclose(file);
	return strcmp(text, "depeerd\n") != 0;
}

int daemon_reload(const struct config *config)
{
	pid_t pid = read_pid(config);

	if (pid == 0)
		return complain(config, "no process id stands there", EX_UNAVAILABLE);
	if (is_other_program(pid))
		return complain(config, "that process is no depeerd", EX_UNAVAILABLE);
	if (kill(pid, SIGHUP) == 0)
		return EX_OK;
	return complain(config, strerror(errno), errno == EPERM ? EX_NOPERM : EX_UNAVAILABLE);
}
