/* base/origins: the header fields that name where a web mailer had a mail from, unless the rules
 * say others (originating_ip_headers): those of SpamAssassin 4.0.1's 10_default_prefs.cf.
 */
#ifndef DEPEER_BASE_ORIGINS_H
#define DEPEER_BASE_ORIGINS_H

#include "base/str.h"

enum { ORIGINS_MAX = 32, ORIGINS_DEFAULT_N = 6 };
static const struct str ORIGINS_DEFAULT[ORIGINS_DEFAULT_N] = {
	{ "X-Yahoo-Post-IP", 15 }, { "X-Originating-IP", 16 }, { "X-Apparently-From", 17 },
	{ "X-SenderIP", 10 }, { "X-AOL-IP", 8 },
	{ "X-MS-Exchange-CrossTenant-OriginalAttributedTenantConnectingIp", 62 }
};

#endif
