/* Sockets are made here and not by libmilter: see listen.h. The lock is a flock on a file beside
 * the socket: it goes with the process whatever kills it, so a stale one cannot block a restart. */
#include "milter/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/ip.h"
#include "base/str.h"

static int parse_path(const char *path, struct listen_spec *out, struct error *error)
{
	if (path[0] != '/')
		return error_set(error, "a unix socket needs an absolute path, not '%.100s'", path);
	if (strlen(path) >= sizeof(out->path))
		return error_set(error, "a unix socket's path has at most %zu bytes",
			sizeof(out->path) - 1);
	out->kind = LISTEN_UNIX;
	snprintf(out->path, sizeof(out->path), "%s", path);
	return 0;
}

static int parse_fd(const char *number, struct listen_spec *out, struct error *error)
{
	uint64_t value;

	if (!str_to_u64(str_from(number), 65535, &value))
		return error_set(error, "fd: needs a descriptor's number, not '%.40s'", number);
	out->kind = LISTEN_FD;
	out->fd = (int)value;
	return 0;
}

/* port@address, as Sendmail and opendkim write it; Postfix's host:port is met with a hint. */
static int parse_inet(const char *text, struct listen_spec *out, struct error *error)
{
	const char *at = strchr(text, '@');
	struct str port = str_make(text, at ? (size_t)(at - text) : strlen(text));
	struct str host = str_from(at ? at + 1 : "");
	uint64_t value;
	struct ip ip;

	if (host.len >= 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']')
		host = str_slice(host, 1, host.len - 1);
	if (!str_to_u64(port, 65535, &value) || value == 0)
		return error_set(error, "'%.60s' must be port@address (Postfix writes address:port in its "
			"own settings only)", text);
	if (host.len >= sizeof(out->host) || (host.len && !ip_parse(host, &ip)))
		return error_set(error, "'%.*s' is no address", (int)(host.len > 60 ? 60 : host.len),
			host.ptr);
	if (host.len && ip_is_v4(&ip) != (out->kind == LISTEN_INET))
		return error_set(error, "'%.*s' is of the other address family", (int)host.len, host.ptr);
	out->port = (unsigned)value;
	memcpy(out->host, host.len ? host.ptr : "", host.len);
	out->host[host.len] = 0;
	return 0;
}

int listen_parse(const char *text, struct listen_spec *out, struct error *error)
{
	memset(out, 0, sizeof(*out));
	out->fd = -1;
	if (text[0] == '/')
		return parse_path(text, out, error);
	if (strncmp(text, "unix:", 5) == 0)
		return parse_path(text + 5, out, error);
	if (strncmp(text, "local:", 6) == 0)
		return parse_path(text + 6, out, error);
	if (strncmp(text, "fd:", 3) == 0)
		return parse_fd(text + 3, out, error);
	if (strncmp(text, "inet:", 5) == 0) {
		out->kind = LISTEN_INET;
		return parse_inet(text + 5, out, error);
	}
	if (strncmp(text, "inet6:", 6) == 0) {
		out->kind = LISTEN_INET6;
		return parse_inet(text + 6, out, error);
	}
	return error_set(error, "'%.80s' must be unix:/path, inet:port@address, inet6:port@address or "
		"fd:N", text);
}

static int system_error(struct error *error, const char *what, const char *path)
{
	return error_set(error, "%s: %s: %s", path, what, strerror(errno));
}

/* Who holds the lock writes its process id into it, for the message to whoever comes second. */
static int take_lock(struct listener *listener, struct error *error)
{
	char path[LISTEN_PATH_MAX + 8], text[24] = "";
	ssize_t n;

	snprintf(path, sizeof(path), "%s.lock", listener->spec.path);
	listener->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (listener->lock_fd < 0)
		return system_error(error, "cannot open the lock file", path);
	if (flock(listener->lock_fd, LOCK_EX | LOCK_NB) != 0) {
		n = read(listener->lock_fd, text, sizeof(text) - 1);
		text[n > 0 ? n : 0] = 0;
		text[strspn(text, "0123456789")] = 0;
		return error_set(error, "%s is in use by process %s", listener->spec.path,
			text[0] ? text : "(unknown)");
	}
	n = snprintf(text, sizeof(text), "%ld\n", (long)getpid());
	if (ftruncate(listener->lock_fd, 0) != 0 || pwrite(listener->lock_fd, text, (size_t)n, 0) != n)
		return system_error(error, "cannot write the lock file", path);
	return 0;
}

/* Under the lock: what stands there is nobody's, or it is not a socket and not ours to remove. */
static int remove_stale(const char *path, struct error *error)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		return errno == ENOENT ? 0 : system_error(error, "cannot look at it", path);
	if (!S_ISSOCK(st.st_mode))
		return error_set(error, "%s is there and is no socket", path);
	return unlink(path) == 0 ? 0 : system_error(error, "cannot remove the stale socket", path);
}

static int open_unix(struct listener *listener, int mask, struct error *error)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *path = listener->spec.path;
	mode_t mode = mask < 0 ? 0660 : 0777 & ~(mode_t)mask, old;
	int status;

	if (take_lock(listener, error) != 0 || remove_stale(path, error) != 0)
		return -1;
	memcpy(address.sun_path, path, strlen(path) + 1);
	listener->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listener->fd < 0)
		return system_error(error, "cannot make a socket", path);
	/* by umask and not by chmod: there is no moment with wider rights */
	old = umask(0777 & ~mode);
	status = bind(listener->fd, (const struct sockaddr *)&address, sizeof(address));
	umask(old);
	return status == 0 ? 0 : system_error(error, "cannot bind", path);
}

static int open_inet(struct listener *listener, struct error *error)
{
	const struct listen_spec *spec = &listener->spec;
	bool six = spec->kind == LISTEN_INET6;
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons((uint16_t)spec->port) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
		.sin6_port = htons((uint16_t)spec->port) };
	const char *host = spec->host[0] ? spec->host : six ? "::1" : "127.0.0.1";
	int yes = 1;

	if (inet_pton(six ? AF_INET6 : AF_INET, host,
			six ? (void *)&v6.sin6_addr : (void *)&v4.sin_addr) != 1)
		return error_set(error, "'%s' is no address", host);
	listener->is_tcp = true;
	listener->fd = socket(six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listener->fd < 0)
		return system_error(error, "cannot make a socket", host);
	if (setsockopt(listener->fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) != 0
		/* inherited by what accept() returns: libmilter has no call for it */
		|| setsockopt(listener->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes)) != 0
		|| (six && setsockopt(listener->fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof(yes)) != 0))
		return system_error(error, "cannot set socket options", host);
	if (bind(listener->fd, six ? (const struct sockaddr *)&v6 : (const struct sockaddr *)&v4,
			six ? sizeof(v6) : sizeof(v4)) != 0)
		return error_set(error, "port %u of %s: cannot bind: %s", spec->port, host,
			strerror(errno));
	return 0;
}

/* A held socket must really listen, or accept() fails for ever. */
static int adopt(struct listener *listener, struct error *error)
{
	int fd = listener->spec.fd, listening = 0, domain = 0, yes = 1;
	socklen_t size = sizeof(listening);

	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0)
		return error_set(error, "fd:%d is not a socket: %s", fd, strerror(errno));
	if (!listening)
		return error_set(error, "fd:%d is a socket that does not listen", fd);
	size = sizeof(domain);
	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain != AF_UNIX)
		listener->is_tcp = true;
	if (listener->is_tcp
		&& setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes)) != 0)
		return error_set(error, "fd:%d: cannot set TCP_NODELAY: %s", fd, strerror(errno));
	listener->fd = fd;
	return 0;
}

int listen_open(struct listener *listener, const struct listen_spec *spec, int mask, int backlog,
	struct error *error)
{
	int status;

	*listener = (struct listener){ .spec = *spec, .fd = -1, .lock_fd = -1 };
	if (spec->kind == LISTEN_FD)
		return adopt(listener, error);
	status = spec->kind == LISTEN_UNIX ? open_unix(listener, mask, error)
		: open_inet(listener, error);
	if (status == 0 && listen(listener->fd, backlog) != 0)
		status = error_set(error, "cannot listen: %s", strerror(errno));
	if (status != 0) {
		/* the socket file is left: it may be another's if the lock was not ours */
		if (listener->fd >= 0)
			close(listener->fd);
		if (listener->lock_fd >= 0)
			close(listener->lock_fd);
		listener->fd = listener->lock_fd = -1;
	}
	return status;
}

int listen_give(const struct listener *listener, uid_t uid, gid_t gid, struct error *error)
{
	if (listener->spec.kind != LISTEN_UNIX || geteuid() != 0)
		return 0;
	if (lchown(listener->spec.path, uid, gid) != 0 || fchown(listener->lock_fd, uid, gid) != 0)
		return system_error(error, "cannot give it to UserID", listener->spec.path);
	return 0;
}

void listen_close(struct listener *listener)
{
	if (listener->spec.kind == LISTEN_UNIX && listener->lock_fd >= 0)
		unlink(listener->spec.path);
	if (listener->fd >= 0)
		close(listener->fd);
	if (listener->lock_fd >= 0)
		close(listener->lock_fd); /* the lock file stays: removing it would race */
	listener->fd = listener->lock_fd = -1;
}

int listen_stop_accepting(struct listener *listener)
{
	struct sockaddr_un nowhere = { .sun_family = AF_UNIX }; /* autobind: an abstract random name */
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), status = -1;

	if (fd < 0)
		return -1;
	if (bind(fd, (const struct sockaddr *)&nowhere, sizeof(sa_family_t)) == 0
		&& listen(fd, 1) == 0 && dup2(fd, listener->fd) >= 0)
		status = 0;
	close(fd);
	return status;
}
