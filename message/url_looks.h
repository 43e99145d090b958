/* message/url_looks: what the characters of a host look like to whoever reads it.
 *
 * Tables of our own, made for hosts: of Unicode's many thousand confusable pairs only those whose
 * one side is a Latin letter in lower case and whose other side passes IDNA. No memory; any
 * thread.
 */
#ifndef DEPEER_MESSAGE_URL_LOOKS_H
#define DEPEER_MESSAGE_URL_LOOKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/* The code point at *at of UTF-8, and *at behind it; UINT32_MAX for what is none (one byte). */
uint32_t utf8_next(struct str text, size_t *at);

/* Default ignorables and blanks that have no width: a reader does not see them, IDNA drops or
 * refuses them. `before`: what stands before it, 0 at the start. Joiners that Persian and Indic
 * names need, and the variation selector of an emoji, hide nothing. */
bool url_code_invisible(uint32_t code, uint32_t before);
/* UTS 46 makes ASCII of it: full width, circled, mathematical, superscript, ligatures, dots. */
bool url_code_compatible(uint32_t code);

/* Is a host of ASCII (punycode) written in letters that look like Latin ones? A word of a label
 * (between hyphens) that mixes Latin letters with lookalikes of them and with nothing else, or
 * a label of lookalikes alone, unless its top-level domain is of the same script, or of a country
 * that writes it: a Russian or Greek name has other letters too, or ends in .xn--p1ai or .gr.
 * Costs one search for "xn--" where there is none. */
bool url_host_confusable(struct str host);

/* Punycode (RFC 3492) without the "xn--". The code points, at most `max`; 0: it is none. */
size_t punycode_decode(struct str text, uint32_t *codes, size_t max);
/* The length, or 0 when it does not fit. */
size_t punycode_encode(const uint32_t *codes, size_t n, char *out, size_t size);

#endif
