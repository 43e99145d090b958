/* Order matters here: root is given up after socket and pid file, and before anything is read from
 * the network; the parent of a background process stays until the child serves, so that an init
 * script sees the failure. */
#define _GNU_SOURCE /* setresuid */
#include "milter/process.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"

enum { SPARE_DESCRIPTORS = 64 };

static int find_name(const char *name, struct process_user *out, struct error *error)
{
	struct passwd *entry = getpwnam(name);
	uint64_t number;

	if (!entry && str_to_u64(str_from(name), UINT32_MAX - 1, &number))
		entry = getpwuid((uid_t)number);
	if (!entry)
		return error_set(error, "UserID: there is no user '%s'", name);
	out->uid = entry->pw_uid;
	out->gid = entry->pw_gid;
	snprintf(out->name, sizeof(out->name), "%s", entry->pw_name);
	return 0;
}

static int find_group(const char *name, struct process_user *out, struct error *error)
{
	struct group *entry = getgrnam(name);
	uint64_t number;

	if (entry)
		out->gid = entry->gr_gid;
	else if (str_to_u64(str_from(name), UINT32_MAX - 1, &number))
		out->gid = (gid_t)number;
	else
		return error_set(error, "UserID: there is no group '%s'", name);
	return 0;
}

int process_find_user(const char *text, struct process_user *out, struct error *error)
{
	char user[64], *group;

	memset(out, 0, sizeof(*out));
	if (!text)
		return 0;
	if (snprintf(user, sizeof(user), "%s", text) >= (int)sizeof(user))
		return error_set(error, "UserID: '%s' is too long", text);
	group = strpbrk(user, ":.");
	if (group)
		*group++ = 0;
	out->given = true;
	if (find_name(user, out, error) != 0)
		return -1;
	return group ? find_group(group, out, error) : 0;
}

int process_become(const struct process_user *user, struct error *error)
{
	if (geteuid() != 0) {
		if (user->given && user->uid != geteuid())
			return error_set(error, "UserID: only root can become '%s'", user->name);
		return 0;
	}
	if (!user->given || user->uid == 0)
		return error_set(error, "will not run as root: set UserID");
	if (initgroups(user->name, user->gid) != 0
		|| setresgid(user->gid, user->gid, user->gid) != 0
		|| setresuid(user->uid, user->uid, user->uid) != 0)
		return error_set(error, "cannot become '%s': %s", user->name, strerror(errno));
	if (setuid(0) == 0)
		return error_set(error, "root was not given up for good");
	return 0;
}

int process_need_descriptors(unsigned connections, unsigned others, struct error *error)
{
	rlim_t need = (rlim_t)connections + others + SPARE_DESCRIPTORS;
	struct rlimit limit;
	rlim_t hard;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return error_set(error, "getrlimit: %s", strerror(errno));
	hard = limit.rlim_max;
	if (limit.rlim_max < need && geteuid() == 0)
		limit.rlim_max = need;
	/* as many as we may: libmilter, out of descriptors, spins at full CPU and says nothing */
	limit.rlim_cur = limit.rlim_max;
	if (limit.rlim_max < need || setrlimit(RLIMIT_NOFILE, &limit) != 0)
		return error_set(error, "MaxConnections %u needs %lu open files, the limit is %lu "
			"(ulimit -n, LimitNOFILE=)", connections, (unsigned long)need,
			(unsigned long)hard);
	return 0;
}

static void wait_for_child(pid_t child, int fd, int failed)
{
	char byte;
	ssize_t n;
	int status;

	do
		n = read(fd, &byte, 1);
	while (n < 0 && errno == EINTR);
	if (n == 1)
		_exit(0);
	if (waitpid(child, &status, 0) == child && WIFEXITED(status))
		failed = WEXITSTATUS(status);
	_exit(failed);
}

int process_detach(int failed, int *ready_fd, struct error *error)
{
	int ends[2];
	pid_t child;

	if (pipe(ends) != 0)
		return error_set(error, "pipe: %s", strerror(errno));
	fflush(NULL);
	child = fork();
	if (child < 0)
		return error_set(error, "fork: %s", strerror(errno));
	if (child > 0) {
		close(ends[1]);
		wait_for_child(child, ends[0], failed);
	}
	close(ends[0]);
	*ready_fd = ends[1];
	setsid();
	return 0;
}

void process_ready(int *ready_fd)
{
	int null;

	if (*ready_fd < 0)
		return;
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null >= 0) {
		for (int fd = 0; fd < 3; fd++)
			dup2(null, fd);
		if (null > 2)
			close(null);
	}
	while (write(*ready_fd, "", 1) < 0 && errno == EINTR)
		; /* other failures: the parent is gone, and nobody waits */
	close(*ready_fd);
	*ready_fd = -1;
}

int process_write_pid(const char *path, const struct process_user *owner, struct error *error)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	char text[24];
	int n = snprintf(text, sizeof(text), "%ld\n", (long)getpid());

	if (fd < 0 || write(fd, text, (size_t)n) != n
		|| (owner->given && geteuid() == 0 && fchown(fd, owner->uid, owner->gid) != 0)) {
		error_set(error, "PidFile %s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	close(fd);
	return 0;
}
