/* base/save: puts a whole file in the place of an old one. */
#include "base/save.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int write_all(int fd, struct str bytes)
{
	while (bytes.len > 0) {
		ssize_t n = write(fd, bytes.ptr, bytes.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		bytes.ptr += n;
		bytes.len -= (size_t)n;
	}
	return 0;
}

/* The new name is safe only when the directory is on the disk too. Not every file system can:
 * the file is there all the same. */
static void sync_directory(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *directory = slash == NULL ? strdup(".") :
		strndup(path, slash == path ? 1 : (size_t)(slash - path));
	int fd;

	if (directory == NULL)
		return;
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	free(directory);
}

/* The mode comes last: a change of owner takes bits off it. */
static int dress(int fd, const struct save_as *as)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_sec = (time_t)as->mtime } };

	if (as->owned && fchown(fd, as->uid, as->gid) != 0)
		return -1;
	if (fchmod(fd, as->mode) != 0)
		return -1;
	return as->mtime == 0 ? 0 : futimens(fd, times);
}

static int fill_and_rename(int fd, const char *temporary, const char *path, struct str bytes,
	const struct save_as *as)
{
	int failed = write_all(fd, bytes) != 0 || dress(fd, as) != 0 || fsync(fd) != 0;
	int reason = errno;

	if (close(fd) != 0 && !failed) {
		failed = 1;
		reason = errno;
	}
	if (!failed && rename(temporary, path) != 0) {
		failed = 1;
		reason = errno;
	}
	errno = reason;
	return failed ? -1 : 0;
}

int save_file(const char *path, struct str bytes, const struct save_as *as, struct error *error)
{
	static const struct save_as ours = { .mode = 0644 };
	struct buf temporary = {0};
	const char *name;
	int fd;

	buf_addf(&temporary, "%s.XXXXXX", path);
	buf_add_byte(&temporary, '\0');
	if (temporary.failed) {
		buf_free(&temporary);
		return error_set(error, "%s: out of memory", path);
	}
	name = temporary.ptr;
	fd = mkstemp(temporary.ptr);
	if (fd < 0 || fill_and_rename(fd, name, path, bytes, as != NULL ? as : &ours) != 0) {
		error_set(error, "%s: cannot write: %s", path, strerror(errno));
		if (fd >= 0)
			unlink(name);
		buf_free(&temporary);
		return -1;
	}
	buf_free(&temporary);
	sync_directory(path);
	return 0;
}
