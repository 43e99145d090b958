/* message/charset: text of any charset to UTF-8, byte by byte forgiving.
 *
 * Known labels only (a table): those of WHATWG Encoding 4.2 and some more; iconv_open() of one
 * that a spammer made up costs a search for modules. ISO-8859-1, US-ASCII, unknown labels and
 * none are read as Windows-1252, as mail programs and browsers do (WHATWG Encoding), without iconv,
 * unless the bytes are valid UTF-8; so is what is labelled UTF-8 and is not, as SpamAssassin 4
 * reads it (Message/Node.pm, _normalize). A byte that its charset does not decode is
 * kept as it is, so that a pattern on bytes still sees it. Any thread.
 */
#ifndef DEPEER_MESSAGE_CHARSET_H
#define DEPEER_MESSAGE_CHARSET_H

#include <stdbool.h>

#include "base/str.h"

struct charset;
/* Of a label as it stands in a mail; never NULL. Of the program's life. */
const struct charset *charset_find(struct str label);

/* True when the bytes are in UTF-8 already: then they can be used in place. `ascii`: all of them
 * are. */
bool charset_is_utf8(const struct charset *charset, struct str bytes, bool ascii);
/* Appends bytes that are not as UTF-8. Spent memory shows in out->failed. */
void charset_decode(const struct charset *charset, struct str bytes, struct buf *out);
/* Both at once. */
void charset_to_utf8(struct str label, struct str bytes, struct buf *out);

/* UTF-16, UTF-32: text has a NUL at each ASCII character. */
bool charset_is_wide(const struct charset *charset);
/* ASCII letters may stand for something else in it (UTF-7, ISO-2022, and the wide ones). */
bool charset_hides_ascii(const struct charset *charset);
bool charset_says_utf8(const struct charset *charset);
bool charset_is_utf7(const struct charset *charset);
bool charset_same(const struct charset *a, const struct charset *b);

bool bytes_are_ascii(struct str bytes);
/* Appends one code point; a surrogate or one past U+10FFFF becomes U+FFFD. */
void utf8_add(struct buf *out, uint32_t code);
/* The same into `to` (room for 4); returns the length. */
unsigned utf8_encode(uint32_t code, char to[4]);

#endif
