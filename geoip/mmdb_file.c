/* geoip/mmdb_file: a private copy of a file that nobody can touch any more.
 *
 * A memfd and not malloc, because libmaxminddb opens by path only (/proc/self/fd/N), and because
 * the pages are shared memory that a snapshot can hold while the next one is being built.
 */
#define _GNU_SOURCE /* memfd_create, F_ADD_SEALS */
#include "geoip/mmdb_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COPY_STEP = 32 * 1024 };

static int write_all(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		bytes += n;
		len -= (size_t)n;
	}
	return 0;
}

/* Not more than MMDB_FILE_MAX, whatever the file does meanwhile. */
static int copy_bytes(int from, int to, const char *path, size_t *size, struct error *error)
{
	char step[COPY_STEP];

	*size = 0;
	for (;;) {
		ssize_t n = read(from, step, sizeof step);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_set(error, "%s: cannot read: %s", path, strerror(errno));
		if (n == 0)
			return 0;
		*size += (size_t)n;
		if (*size > MMDB_FILE_MAX)
			return error_set(error, "%s: larger than 1 GiB", path);
		if (write_all(to, step, (size_t)n) != 0)
			return error_set(error, "%s: no memory for a copy: %s", path,
				strerror(errno));
	}
}

static int same_state(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
		a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* A downloader that writes in place would give us half of the old file and half of the new. */
static int copy_unchanged(int from, int to, const char *path, size_t *size, struct error *error)
{
	struct stat before, after;

	if (fstat(from, &before) != 0)
		return error_set(error, "%s: cannot stat: %s", path, strerror(errno));
	if (!S_ISREG(before.st_mode))
		return error_set(error, "%s: not a regular file", path);
	if (before.st_size > MMDB_FILE_MAX)
		return error_set(error, "%s: larger than 1 GiB", path);
	if (copy_bytes(from, to, path, size, error) != 0)
		return -1;
	if (fstat(from, &after) != 0 || !same_state(&before, &after) ||
			(size_t)after.st_size != *size)
		return error_set(error, "%s: changed while it was read, try again", path);
	if (*size == 0)
		return error_set(error, "%s: empty file", path);
	return 0;
}

int mmdb_file_copy(const char *path, size_t *size, struct error *error)
{
	/* O_NONBLOCK: a FIFO of that name must not stop us. */
	int from = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int to, status;

	if (from < 0)
		return error_set(error, "%s: %s", path, strerror(errno));
	to = memfd_create("depeer-mmdb", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (to < 0) {
		error_set(error, "%s: no memory for a copy: %s", path, strerror(errno));
		close(from);
		return -1;
	}
	status = copy_unchanged(from, to, path, size, error);
	close(from);
	if (status == 0 && fcntl(to, F_ADD_SEALS,
			F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) != 0)
		status = error_set(error, "%s: cannot seal the copy: %s", path, strerror(errno));
	if (status != 0) {
		close(to);
		return -1;
	}
	return to;
}
