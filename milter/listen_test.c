#include "milter/listen.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "test-harness/t.h"

T_TEST(listen_parses_each_form)
{
	struct listen_spec spec;
	struct error error;

	t_int(listen_parse("unix:/run/x.sock", &spec, &error), 0);
	t_int(spec.kind, LISTEN_UNIX);
	t_str(spec.path, "/run/x.sock");
	t_int(listen_parse("local:/x", &spec, &error), 0);
	t_int(listen_parse("/x", &spec, &error), 0);
	t_str(spec.path, "/x");
	t_int(listen_parse("inet:8891", &spec, &error), 0);
	t_int(spec.kind, LISTEN_INET);
	t_int(spec.port, 8891);
	t_str(spec.host, "");
	t_int(listen_parse("inet6:8891@[2001:db8::1]", &spec, &error), 0);
	t_str(spec.host, "2001:db8::1");
	t_int(listen_parse("fd:3", &spec, &error), 0);
	t_int(spec.fd, 3);
}

T_TEST(listen_refuses_other_forms)
{
	static const char *const bad[] = { "", "unix:", "unix:relative", "fd:", "fd:x", "fd:-1",
		"inet:", "inet:0", "inet:65536", "inet:x@127.0.0.1", "inet:1@localhost",
		"inet:1@2001:db8::1", "inet6:1@127.0.0.1", "inet:127.0.0.1:8891", "tcp:1",
		("unix:/23456789012345678901234567890123456789012345678901234567890"
		"12345678901234567890123456789012345678901234567890") };
	struct listen_spec spec;
	struct error error;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (!t_int(listen_parse(bad[i], &spec, &error), -1))
			t_str(bad[i], NULL);
}

static struct listen_spec unix_spec(void)
{
	struct listen_spec spec = { .kind = LISTEN_UNIX };

	snprintf(spec.path, sizeof(spec.path), "%s", t_tmpfile("d.sock"));
	return spec;
}

static int dial(const struct listen_spec *spec)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	memcpy(address.sun_path, spec->path, strlen(spec->path) + 1);
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	close(fd);
	return -1;
}

static void reached(const struct listener *listener)
{
	struct pollfd ready = { .fd = listener->fd, .events = POLLIN };
	int client = dial(&listener->spec), server;

	t_need(client >= 0);
	t_need(poll(&ready, 1, 0) == 1); /* else it waits elsewhere: accept would never return */
	server = accept(listener->fd, NULL, NULL);
	t_true(server >= 0);
	close(server);
	close(client);
}

T_TEST(listen_a_living_instance_is_not_robbed)
{
	struct listen_spec spec = unix_spec();
	struct listener first, second;
	struct error error = { "" };
	char expected[200];

	t_need(listen_open(&first, &spec, -1, 5, &error) == 0);
	t_int(listen_open(&second, &spec, -1, 5, &error), -1);
	snprintf(expected, sizeof(expected), "%s is in use by process %ld", spec.path,
		(long)getpid());
	t_str(error.text, expected);
	reached(&first);
	listen_close(&second);
	reached(&first);
	listen_close(&first);
	t_int(dial(&spec), -1);
	t_need(listen_open(&second, &spec, -1, 5, &error) == 0);
	reached(&second);
	listen_close(&second);
}

T_TEST(listen_a_stale_socket_is_replaced_and_nothing_else)
{
	struct listen_spec spec = unix_spec();
	struct listener dead, next;
	struct error error;

	t_need(listen_open(&dead, &spec, -1, 5, &error) == 0);
	close(dead.fd); /* as kill -9 does: the file stays, the lock goes */
	close(dead.lock_fd);
	t_int(access(spec.path, F_OK), 0);
	t_need(listen_open(&next, &spec, -1, 5, &error) == 0);
	reached(&next);
	listen_close(&next);
	t_write(spec.path, "x", 1);
	t_int(listen_open(&next, &spec, -1, 5, &error), -1);
	t_true(strstr(error.text, "is no socket") != NULL);
	t_int(access(spec.path, F_OK), 0);
}

T_TEST(listen_umask_makes_the_mode)
{
	static const struct { int mask; unsigned mode; } cases[] = {
		{ -1, 0660 }, { 007, 0770 }, { 0, 0777 }, { 022, 0755 }
	};
	struct listen_spec spec = unix_spec();
	struct listener listener;
	struct error error;
	struct stat st;
	mode_t before = umask(027);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		t_need(listen_open(&listener, &spec, cases[i].mask, 5, &error) == 0);
		t_int(stat(spec.path, &st), 0);
		t_int(st.st_mode & 0777, cases[i].mode);
		listen_close(&listener);
	}
	t_int(umask(before), 027); /* put back */
}

T_TEST(listen_inet_has_no_delay)
{
	struct listen_spec spec = { .kind = LISTEN_INET, .port = 0 };
	struct listener listener;
	struct error error;
	int value = 0;
	socklen_t size = sizeof(value);

	t_need(listen_open(&listener, &spec, -1, 5, &error) == 0);
	t_int(getsockopt(listener.fd, IPPROTO_TCP, TCP_NODELAY, &value, &size), 0);
	t_true(value != 0);
	listen_close(&listener);
}

T_TEST(listen_adopts_only_a_listening_socket)
{
	struct listen_spec spec = { .kind = LISTEN_FD }, path = unix_spec();
	struct listener held, adopted;
	struct error error;

	spec.fd = socket(AF_UNIX, SOCK_STREAM, 0);
	t_int(listen_open(&adopted, &spec, -1, 5, &error), -1);
	close(spec.fd);
	t_int(listen_open(&adopted, &spec, -1, 5, &error), -1);
	t_need(listen_open(&held, &path, -1, 5, &error) == 0);
	spec.fd = dup(held.fd);
	t_need(listen_open(&adopted, &spec, -1, 5, &error) == 0);
	listen_close(&adopted);
	reached(&held); /* closing what was lent leaves the lender's socket alone */
	listen_close(&held);
}

T_TEST(listen_after_stop_connections_wait_for_the_next_one)
{
	struct listen_spec spec = { .kind = LISTEN_FD }, path = unix_spec();
	struct listener held, old;
	struct error error;
	int client;

	t_need(listen_open(&held, &path, -1, 5, &error) == 0);
	spec.fd = dup(held.fd);
	t_need(listen_open(&old, &spec, -1, 5, &error) == 0);
	t_int(listen_stop_accepting(&old), 0);
	client = dial(&path);
	t_true(client >= 0);
	close(client);
	reached(&held);
	listen_close(&old);
	listen_close(&held);
}
