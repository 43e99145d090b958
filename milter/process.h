/* milter/process: what a daemon does to itself before it serves.
 */
#ifndef DEPEER_MILTER_PROCESS_H
#define DEPEER_MILTER_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

struct process_user {
	bool given;
	uid_t uid;
	gid_t gid;
	char name[64];
};

/* "user", "user:group" or "user.group" (opendkim's form); names or numbers. NULL: nobody given. */
int process_find_user(const char *text, struct process_user *out, struct error *error);
/* Gives up root for good: groups, gid, uid, and checks that there is no way back. Started by
 * somebody else: nothing to do when it is the same user, an error when not. Refuses to stay
 * root: a mail filter reads what strangers write. */
int process_become(const struct process_user *user, struct error *error);

/* Descriptors for so many connections, raised as far as the hard limit lets. Out of descriptors
 * libmilter spins at full CPU and says nothing (measured), so too few is an error at start. */
int process_need_descriptors(unsigned connections, unsigned others, struct error *error);

/* Becomes a background process. In the parent it does not return: the parent waits for the
 * child's process_ready() and ends with status 0, or with `failed` if the child ended without. */
int process_detach(int failed, int *ready_fd, struct error *error);
/* Tells the parent, and lets go of the terminal. */
void process_ready(int *ready_fd);

int process_write_pid(const char *path, const struct process_user *owner, struct error *error);

#endif
