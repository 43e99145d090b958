/* geoip/mmdb_file: a private copy of a file that nobody can touch any more.
 *
 * A mapped file that is truncated under us kills the process with SIGBUS, and one that is
 * overwritten in place changes under a look-up. The copy lives in a sealed memfd: it cannot be
 * written, shrunk or grown, not even by ourselves.
 */
#ifndef DEPEER_GEOIP_MMDB_FILE_H
#define DEPEER_GEOIP_MMDB_FILE_H

#include <stddef.h>

#include "base/error.h"

enum { MMDB_FILE_MAX = 1024 * 1024 * 1024 }; /* bytes; the largest database on sale has 1/4 of it */

/* Copies a regular file. The descriptor of the copy (close-on-exec, the caller closes it), *size
 * its size; -1 with a text for a file that is missing, unreadable, empty, not regular, larger
 * than MMDB_FILE_MAX, or that changed while it was read. */
int mmdb_file_copy(const char *path, size_t *size, struct error *error);

#endif
