/* A depeerd of its own, on a unix socket, driven by the fake MTA. */
#include "test-harness/scenario_door.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/lex.h"

enum { START_S = 30, STOP_S = 20 };

struct live {
	struct scenario_world world;
	int pid;
	struct fake_mta *mta;
};

const char *scenario_depeerd(void)
{
	static char path[512];
	const char *build = getenv("B");

	snprintf(path, sizeof(path), "%s/depeerd", build == NULL ? "build/release" : build);
	return path;
}

static void nap(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 10 * 1000 * 1000 }, NULL);
}

static bool listens(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool yes;

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	yes = fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
	if (fd >= 0)
		close(fd);
	return yes;
}

/* The last words of a daemon that did not start. */
static void tell_log(const struct scenario_world *world, const char *what, struct error *error)
{
	struct lex_file file = { 0 };
	struct error ignored;

	if (lex_file_read(&file, world->log, &ignored) == 0 && file.len > 0)
		error_set(error, "depeerd %s: %.400s", what,
			file.text + (file.len > 400 ? file.len - 400 : 0));
	else
		error_set(error, "depeerd %s, and said nothing", what);
	lex_file_clear(&file);
}

static int spawn(const struct scenario_world *world, struct error *error)
{
	const char *program = scenario_depeerd();
	int pid = fork();

	if (pid < 0)
		return error_set(error, "fork: %s", strerror(errno));
	if (pid == 0) {
		int log = open(world->log, O_WRONLY | O_CREAT | O_APPEND, 0644);
		int null = open("/dev/null", O_RDWR);

		dup2(null, 0);
		dup2(log, 1);
		dup2(log, 2);
		execl(program, program, "-f", "-c", world->config, (char *)NULL);
		dprintf(2, "%s: %s\n", program, strerror(errno));
		_exit(127);
	}
	return pid;
}

int scenario_daemon_start(const struct scenario_world *world, struct error *error)
{
	uint64_t until = clock_monotonic_us() + START_S * 1000000ull;
	int pid = spawn(world, error), status;

	while (pid > 0) {
		if (waitpid(pid, &status, WNOHANG) == pid) {
			tell_log(world, "did not start", error);
			return -1;
		}
		if (listens(world->socket))
			return pid;
		if (clock_monotonic_us() > until) {
			tell_log(world, "does not listen", error);
			scenario_daemon_stop(pid, NULL);
			return -1;
		}
		nap();
	}
	return -1;
}

int scenario_daemon_stop(int pid, struct error *error)
{
	uint64_t until = clock_monotonic_us() + STOP_S * 1000000ull;
	bool killed = false;
	int status = 0;

	kill(pid, SIGTERM);
	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (!killed && clock_monotonic_us() > until) {
			kill(pid, SIGKILL);
			killed = true;
		}
		nap();
	}
	if (killed)
		return error_set(error, "depeerd did not end on SIGTERM");
	if (WIFSIGNALED(status))
		return error_set(error, "depeerd was ended by signal %d", WTERMSIG(status));
	if (WEXITSTATUS(status) != 0)
		return error_set(error, "depeerd ended with status %d", WEXITSTATUS(status));
	return 0;
}

bool scenario_daemon_sanitizer(const struct scenario_world *world)
{
	struct lex_file file = { 0 };
	struct error ignored;
	struct str log;
	bool said;

	if (lex_file_read(&file, world->log, &ignored) != 0)
		return true; /* cannot be told: not "nothing" */
	log = str_make(file.text, file.len);
	said = str_find(log, STR("Sanitizer")) != SIZE_MAX ||
		str_find(log, STR("runtime error:")) != SIZE_MAX;
	lex_file_clear(&file);
	return said;
}

static void *live_start(const struct scenario_world *world, struct error *error)
{
	struct live *live = calloc(1, sizeof(*live));

	if (live == NULL) {
		error_set(error, "out of memory");
		return NULL;
	}
	live->world = *world;
	live->pid = scenario_daemon_start(world, error);
	if (live->pid > 0)
		return live;
	free(live);
	return NULL;
}

static int live_connect(void *door, const struct fake_client *client,
	const struct fake_mta_options *options, struct error *error)
{
	struct live *live = door;
	struct fake_outcome out = { 0 };

	live->mta = fake_mta_open(live->world.socket, options, error);
	if (live->mta == NULL)
		return -1;
	if (client == NULL)
		return 0;
	if (fake_mta_hello(live->mta, client, &out) == FAKE_LOST)
		return error_set(error, "connect: %s", fake_mta_trouble(live->mta));
	return 0;
}

static void live_send(void *door, const struct fake_mail *mail,
	const struct fake_mta_options *options, struct fake_outcome *out)
{
	struct live *live = door;

	fake_mta_set_chunks(live->mta, options->chunks, options->chunks_n);
	fake_mta_send(live->mta, mail, out);
}

static void live_disconnect(void *door, struct buf *problems)
{
	struct live *live = door;

	if (live->mta == NULL)
		return;
	fake_mta_quit(live->mta);
	buf_add_cstr(problems, fake_mta_violations(live->mta));
	if (fake_mta_trouble(live->mta)[0] != '\0')
		buf_addf(problems, "%s\n", fake_mta_trouble(live->mta));
	fake_mta_drop(&live->mta);
}

static void live_stop(void *door, struct buf *problems)
{
	struct live *live = door;
	struct error error = { "a sanitizer has something to say" };

	live_disconnect(door, problems);
	if (scenario_daemon_stop(live->pid, &error) != 0 ||
		scenario_daemon_sanitizer(&live->world)) {
		buf_addf(problems, "%s\n", error.text);
		tell_log(&live->world, "said at last", &error);
		buf_addf(problems, "%s\n", error.text);
	}
	free(live);
}

const struct scenario_door scenario_door_live = {
	"live", live_start, live_connect, live_send, live_disconnect, live_stop
};
