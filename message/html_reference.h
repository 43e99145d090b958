/* message/html_reference: character references of HTML ("&amp;", "&#65;"), decoded to UTF-8.
 *
 * After the WHATWG rules, with the names of HTML 4 and those of HTML 5 that hide links. Linear; any
 * thread.
 */
#ifndef DEPEER_MESSAGE_HTML_REFERENCE_H
#define DEPEER_MESSAGE_HTML_REFERENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

/* The reference at p ('&', before `end`): its length and its code point; 0 when it is none. Its
 * UTF-8 is never longer than it. `attribute`: after the rules for attribute values. */
size_t html_reference(const char *p, const char *end, bool attribute, uint32_t *code);

/* Decodes all of `text`. *out points into `text` when there is none, else into the arena. 0, or -1
 * when memory is spent. */
int html_decode(struct arena *arena, struct str text, bool attribute, struct str *out);

#endif
