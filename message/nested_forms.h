/* message/nested_forms: how redirectors write where they lead to. For message/nested only.
 *
 * Tables of names and services, gathered from what they document and from mail. No memory.
 */
#ifndef DEPEER_MESSAGE_NESTED_FORMS_H
#define DEPEER_MESSAGE_NESTED_FORMS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

/* Is it the name of a parameter that leads somewhere? `host` and `path` of the URL: some names do
 * at some services only ("q" of Google's /url). */
bool nested_leads(struct str name, struct str host, struct str path);
/* "host", "host:80", "host/path": without a scheme, and no file name. */
bool nested_is_host(struct str text);

/* Where in `path` the target begins that a service writes there, as "host/path"; 0: nowhere. */
size_t nested_in_path(struct str host, struct str path);
/* "-" for '%' and "_" for '/', as Proofpoint's second version has it? */
bool nested_is_dashed(struct str host, struct str path);
/* The length of the name within "my--shop-example.translate.goog"; 0: it is no such host. */
size_t nested_in_host(struct str host);
/* Does "scheme://host" mean a web host? The scheme without its colon. */
bool nested_is_prefix(struct str scheme);

#endif
