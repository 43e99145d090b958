/* measured: runs a command and says what it took.
 *
 *     measured FILE COMMAND [ARGUMENT]...
 *
 * Writes "STATUS CPU-MS RSS-KIB" to FILE when the command has ended: its exit status (128 and the
 * number of the signal if one ended it), its CPU time, user and system, and the most memory it
 * had resident. Ends with the same status.
 */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static long milliseconds(struct timeval time)
{
	return time.tv_sec * 1000L + time.tv_usec / 1000;
}

int main(int argc, char **argv)
{
	struct rusage usage;
	int status;
	pid_t pid;
	FILE *file;

	if (argc < 3) {
		fprintf(stderr, "usage: measured FILE COMMAND [ARGUMENT]...\n");
		return 64;
	}
	pid = fork();
	if (pid == 0) {
		execvp(argv[2], argv + 2);
		perror(argv[2]);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) < 0) {
		perror("measured");
		return 71;
	}
	status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	file = fopen(argv[1], "w");
	if (!file || fprintf(file, "%d %ld %ld\n", status,
		milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime), usage.ru_maxrss) < 0
		|| fclose(file) != 0) {
		perror(argv[1]);
		return 74;
	}
	return status;
}
