/* geoip/mmdb_save: puts a whole file in the place of an old one.
 *
 * Written beside `path`, synced, renamed: whoever opens `path`, or the power that fails, finds
 * the old file or the new one, never a half.
 */
#ifndef DEPEER_GEOIP_MMDB_SAVE_H
#define DEPEER_GEOIP_MMDB_SAVE_H

#include "base/error.h"
#include "base/str.h"

/* Mode 0644. 0, or -1 with a text: then the old file stands untouched and nothing is left. */
int mmdb_save(const char *path, struct str bytes, struct error *error);

#endif
