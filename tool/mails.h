/* tool/mails: the mails that an admin names: files, folders, mboxes, standard input.
 *
 * A folder is walked with all below it, in the order of the names (bytes), without names that
 * begin with a dot, and without following links to folders; so a Maildir's mails come as they
 * are. A file (or standard input) whose first line is an mbox "From " line is read as an mbox: a
 * further mail begins where such a line follows an empty one. To be one, the line must end in the
 * date that mbox writers put there ("... Mon Sep  2 12:30:38 2002"), because "From now on" begins
 * many a paragraph. ">From " is left as it is. Everything is read as a stream: an mbox may be
 * larger than memory.
 */
#ifndef DEPEER_TOOL_MAILS_H
#define DEPEER_TOOL_MAILS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/str.h"

/* More of one mail is not kept: far above any ScanBytes, and a damaged mbox of 10 GB without a
 * second "From " line must not take 10 GB. */
enum { MAILS_BYTES_MAX = 256 * 1024 * 1024, MAILS_DEPTH_MAX = 64 };

struct mail {
	const char *name;  /* path, "-", and "path#2" for the second mail of an mbox */
	struct str bytes;  /* with the mbox line, which message_read passes over */
	bool cut;          /* it had more than MAILS_BYTES_MAX */
};

struct mails_visitor {
	/* Everything is borrowed until it returns. False ends the walk. */
	bool (*mail)(void *context, const struct mail *mail);
	/* A file or folder that could not be read; the walk goes on with the next one. Text names
	 * the path. */
	void (*failed)(void *context, const char *text);
	void *context;
};

/* Visits all the mails of one operand: a path, or "-". An empty file is one empty mail. False: the
 * visitor ended the walk. */
bool mails_each(const char *path, const struct mails_visitor *visitor);

/* Whether a line (without its end) is the one that begins a mail of an mbox. */
bool mails_is_from_line(struct str line);

#endif
