/* test-harness/bench_server: see bench_server.h. CPU comes from the process's own clock
 * (clock_getcpuclockid), since the 10 ms ticks of /proc/PID/stat are too coarse for short runs. */
#include "test-harness/bench_server.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int look_status(pid_t pid, struct bench_server *out)
{
	char path[64], line[256];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	file = fopen(path, "r");
	if (!file)
		return -1;
	while (fgets(line, sizeof(line), file)) {
		sscanf(line, "VmRSS: %zu", &out->rss_kib);
		sscanf(line, "VmHWM: %zu", &out->peak_kib);
		sscanf(line, "RssAnon: %zu", &out->anon_kib);
		sscanf(line, "Threads: %u", &out->threads);
	}
	fclose(file);
	return 0;
}

static int look_ticks(pid_t pid, struct bench_server *out)
{
	char path[64], text[1024], *after;
	unsigned long user, sys, tick_ms = 1000 / (unsigned long)sysconf(_SC_CLK_TCK);
	FILE *file;
	size_t n;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "r");
	if (!file)
		return -1;
	n = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[n] = '\0';
	after = strrchr(text, ')'); /* the name may hold anything */
	if (!after || sscanf(after + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
			&user, &sys) != 2)
		return -1;
	out->user_ms = user * tick_ms;
	out->sys_ms = sys * tick_ms;
	return 0;
}

static unsigned count_descriptors(pid_t pid)
{
	char path[64];
	unsigned n = 0;
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	folder = opendir(path);
	if (!folder)
		return 0;
	for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
		n += entry->d_name[0] != '.';
	closedir(folder);
	return n;
}

int bench_server_look(pid_t pid, struct bench_server *out)
{
	struct timespec cpu;
	clockid_t clock;

	memset(out, 0, sizeof(*out));
	if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &cpu) != 0
		|| look_status(pid, out) != 0 || look_ticks(pid, out) != 0)
		return -1;
	out->cpu_us = (uint64_t)cpu.tv_sec * 1000000 + (uint64_t)cpu.tv_nsec / 1000;
	out->descriptors = count_descriptors(pid);
	return 0;
}
