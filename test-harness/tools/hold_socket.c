/*
 * Holds a listening unix socket as systemd's depeer.socket does, so that tests need no systemd:
 *
 *   hold_socket PATH COMMAND [ARGUMENT...]
 *
 * listens on PATH (mode 0666: tests run as several users), runs the command with the socket as
 * descriptor 3 (and LISTEN_FDS, LISTEN_PID), and runs it again whenever it ends, for whatever
 * reason: what connects meanwhile waits in the backlog. A command that ends with EX_CONFIG (78)
 * would do so again: then hold_socket ends with 78 too. SIGTERM: the command gets one, and when it
 * has ended, hold_socket removes PATH and ends.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

enum { BACKLOG = 1024, HELD_FD = 3, PAUSE_MS = 20 };

static int complain(const char *what)
{
	fprintf(stderr, "hold_socket: %s: %s\n", what, strerror(errno));
	return -1;
}

static int listen_on(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return complain(path);
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	unlink(path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof(address)) != 0
		|| chmod(path, 0666) != 0 || listen(fd, BACKLOG) != 0)
		return complain(path);
	return fd;
}

/* The child's side: never returns. */
static void run(int fd, char **command, const sigset_t *signals)
{
	char pid[24];

	sigprocmask(SIG_SETMASK, signals, NULL);
	/* dup2 onto itself would leave close-on-exec set */
	if (fd == HELD_FD)
		fd = dup(fd);
	snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	if (dup2(fd, HELD_FD) < 0 || setenv("LISTEN_FDS", "1", 1) != 0
		|| setenv("LISTEN_PID", pid, 1) != 0)
		_exit(EX_OSERR);
	if (fd != HELD_FD)
		close(fd);
	execvp(command[0], command);
	complain(command[0]);
	_exit(EX_CONFIG);
}

/* Waits for the child's end or our SIGTERM, which is passed on. True when we were told to end. */
static bool attend(pid_t child, const sigset_t *signals, int *status)
{
	bool told = false;
	int taken;

	for (;;) {
		if (waitpid(child, status, WNOHANG) == child)
			return told;
		taken = sigwaitinfo(signals, NULL);
		if (taken == SIGTERM || taken == SIGINT) {
			told = true;
			kill(child, SIGTERM);
		}
	}
}

/* Exit status. */
static int hold(int fd, char **command)
{
	const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000L };
	sigset_t signals, before;
	int status = 0;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &signals, &before);
	for (;;) {
		pid_t child = fork();

		if (child < 0) {
			complain("fork");
			return EX_OSERR;
		}
		if (child == 0)
			run(fd, command, &before);
		if (attend(child, &signals, &status))
			return EX_OK;
		if (WIFEXITED(status) && WEXITSTATUS(status) == EX_CONFIG)
			return EX_CONFIG;
		nanosleep(&pause, NULL); /* one that cannot start shall not take the machine */
	}
}

int main(int argc, char **argv)
{
	int fd, status;

	if (argc < 3) {
		fputs("usage: hold_socket PATH COMMAND [ARGUMENT...]\n", stderr);
		return EX_USAGE;
	}
	fd = listen_on(argv[1]);
	if (fd < 0)
		return EX_OSERR;
	status = hold(fd, argv + 2);
	unlink(argv[1]);
	return status;
}
