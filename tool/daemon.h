/* tool/daemon: the running depeerd, as far as its config tells where it is. */
#ifndef DEPEER_TOOL_DAEMON_H
#define DEPEER_TOOL_DAEMON_H

#include "milter/config.h"

/* Has the process that PidFile names reload (SIGHUP), if it is a depeerd: whether the reload was
 * good stands in its log. EX_OK; else it is said on stderr, with EX_UNAVAILABLE or EX_NOPERM. */
int daemon_reload(const struct config *config);

#endif
