/* message/domain: the registered domain of a host name, by the public suffix list.
 *
 * libpsl's built-in list: constant data of the library, no file, no handle, any thread. (Debian
 * builds it from its publicsuffix package; psl_latest() would parse a file for each process and
 * differ from it by what was registered since.) Names are lower case ASCII (punycode), as
 * message/url makes them: then libpsl converts nothing, and a look-up costs well under 1 us.
 */
#ifndef DEPEER_MESSAGE_DOMAIN_H
#define DEPEER_MESSAGE_DOMAIN_H

#include <stdbool.h>

#include "base/str.h"

enum { DOMAIN_NAME_MAX = 253 };

/* "example.co.uk" of "www.example.co.uk" (a slice of host); empty when the suffix is not on the
 * list, or host is itself a public suffix. A trailing dot is not part of the answer. */
struct str domain_registered(struct str host);

/* Is the last label of `host` a public suffix of the list? For host names that stand in text
 * without a scheme: "readme.txt" is none. Any case; also UTF-8, which costs more. */
bool domain_has_suffix(struct str host);

#endif
