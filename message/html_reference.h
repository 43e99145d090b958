/* message/html_reference: character references of HTML ("&amp;", "&#65;"), decoded to UTF-8.
 *
 * After the WHATWG rules (HTML 13.2.5.72 and on). Texts that rules see know the names of HTML 4
 * and those that hide links, much as SpamAssassin does; links know all names. Linear; any thread.
 */
#ifndef DEPEER_MESSAGE_HTML_REFERENCE_H
#define DEPEER_MESSAGE_HTML_REFERENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

/* The reference at p ('&', before `end`), of the few names: its length and its code point; 0 when
 * it is none. Its UTF-8 is never longer than it. `attribute`: after the rules for attribute
 * values. */
size_t html_reference(const char *p, const char *end, bool attribute, uint32_t *code);
/* Of all names; some have a second code point, codes[1], else 0. Their UTF-8 is at most 6/5 as
 * long. */
size_t html_reference_all(const char *p, const char *end, bool attribute, uint32_t codes[2]);

/* Decodes all of `text`. *out points into `text` when there is none, else into the arena. 0, or -1
 * when memory is spent. */
int html_decode(struct arena *arena, struct str text, bool attribute, struct str *out);
int html_decode_all(struct arena *arena, struct str text, bool attribute, struct str *out);

#endif
