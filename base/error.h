/* base/error: the human text of a failure.
 *
 * A function that can fail returns a status (0 or -1, or a bool as declared) and, where somebody
 * would want to read why, takes a `struct error *` that the lowest layer fills in. The highest
 * layer prints it once. No room logs, exits or aborts by itself.
 *
 * The struct is plain data of fixed size: it needs no freeing and can be filled when memory is
 * spent. Not thread-safe by itself: one error belongs to one call.
 */
#ifndef DEPEER_BASE_ERROR_H
#define DEPEER_BASE_ERROR_H

#include <stdarg.h>

enum { ERROR_TEXT_MAX = 512 }; /* bytes, with the final NUL; longer texts are cut */

struct error {
	char text[ERROR_TEXT_MAX];
};

/* Fills `error` (which may be NULL: then nothing happens). Returns -1, so that a caller can write
 * `return error_set(error, ...)`. Control characters in the result are replaced by '?', so that
 * the text is always one line. */
int error_set(struct error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
int error_set_va(struct error *error, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

/* Makes one printable line of a text, in place: control characters, also those of ISO 8859-1 in
 * UTF-8 (U+0080..9F: a terminal takes U+009B for ESC [), become '?' byte by byte. */
void error_one_line(char *text);

#endif
