/* message/url_wide: letters and marks of other scripts around links in text (UTF-8). Any thread. */
#ifndef DEPEER_MESSAGE_URL_WIDE_H
#define DEPEER_MESSAGE_URL_WIDE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

/* Blanks, quotation marks and brackets: they end a link as their ASCII brothers do. The length of
 * the one at `at`, or 0. */
size_t url_wide_stop(struct str text, size_t at);
/* A dot that a host may have: U+3002, U+FF0E, U+FF61. Its length, or 0. */
size_t url_wide_dot(struct str text, size_t at);
/* Kana, Chinese and Korean letters, which stand without blanks around a link. */
bool url_is_cjk(struct str text, size_t at);
/* Is there any? */
bool url_has_cjk(struct str text);

#endif
