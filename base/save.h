/* base/save: puts a whole file in the place of an old one.
 *
 * Written beside `path`, synced, renamed, and the directory synced: whoever opens `path`, or the
 * power that fails, finds the old file or the new one, never a half.
 */
#ifndef DEPEER_BASE_SAVE_H
#define DEPEER_BASE_SAVE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/str.h"

/* What the new file is to be beside its bytes. */
struct save_as {
	mode_t mode;
	bool owned;     /* by uid and gid; else by whoever we are */
	uid_t uid;
	gid_t gid;
	int64_t mtime;  /* seconds since 1970; 0: now */
};

/* NULL: mode 0644, ours, of now. A symbolic link at `path` is replaced, not followed. 0, or -1
 * with a text: then the old file stands untouched and nothing is left beside it. */
int save_file(const char *path, struct str bytes, const struct save_as *as, struct error *error);

#endif
