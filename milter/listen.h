/* milter/listen: the socket on which MTAs reach us, made by ourselves.
 *
 * libmilter could make it, but then a second instance silently steals the first one's socket, a
 * stale one blocks the restart, TCP_NODELAY is missing (88 ms a mail over inet, measured) and the
 * permissions are whatever umask was. So the descriptor is made here and handed over as fd:N.
 */
#ifndef DEPEER_MILTER_LISTEN_H
#define DEPEER_MILTER_LISTEN_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

enum listen_kind { LISTEN_UNIX, LISTEN_INET, LISTEN_INET6, LISTEN_FD };
enum { LISTEN_PATH_MAX = 108, LISTEN_HOST_MAX = 64 };

struct listen_spec {
	enum listen_kind kind;
	char path[LISTEN_PATH_MAX];  /* LISTEN_UNIX */
	char host[LISTEN_HOST_MAX];  /* LISTEN_INET*: an address; "" is loopback */
	unsigned port;
	int fd;                      /* LISTEN_FD */
};

/* "unix:/path", "local:/path", "/path", "inet:port", "inet:port@address", "inet6:port@address",
 * "fd:N" (a listening socket that systemd or a test holds). Host names are not resolved. -1 with
 * a text that says what was expected. */
int listen_parse(const char *text, struct listen_spec *out, struct error *error);

/* What is open. `lock_fd` (-1: none) holds "PATH.lock" for as long as the process lives. */
struct listener {
	struct listen_spec spec;
	int fd, lock_fd;
	bool is_tcp;
};

/* Makes the socket. A unix socket is made only under the lock: a living instance is never robbed
 * (-1, "... is in use by process N"), a stale socket of a dead one is removed. Its mode is 0777
 * less `mask` (-1: 0660, so that the MTA's group may connect). `backlog`: waiting connections. */
int listen_open(struct listener *listener, const struct listen_spec *spec, int mask, int backlog,
	struct error *error);
/* Gives a unix socket and its lock to a user, so that the daemon can clean up once it is no longer
 * root, and the MTA's group may connect. Not root, or no unix socket: nothing to do. */
int listen_give(const struct listener *listener, uid_t uid, gid_t gid, struct error *error);
/* Takes the socket file away again, if it is ours, and gives the lock back. */
void listen_close(struct listener *listener);
/* From now on connections wait in the socket's backlog (a descriptor that systemd holds) or are
 * refused (our own), while accept() on listener->fd, in whatever thread, simply waits: the number
 * is given to a socket that nobody can reach. 0 or -1. */
int listen_stop_accepting(struct listener *listener);

#endif
