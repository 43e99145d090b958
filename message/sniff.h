/* message/sniff: what bytes look like, whatever the headers say of them.
 *
 * Each question is cheap: it looks at the start of the bytes, or for a rare byte in one pass. No
 * allocation; any thread.
 */
#ifndef DEPEER_MESSAGE_SNIFF_H
#define DEPEER_MESSAGE_SNIFF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"
#include "message/mime.h"

enum {
	SNIFF_QUOTED_BYTES = 4096,  /* looked at for quoted-printable without label */
	SNIFF_CHARSET_BYTES = 1024, /* and for the charset a document names (WHATWG HTML 13.2.3.2) */
	SNIFF_BOUNDARY_LINES = 1000 /* looked at for a boundary that no header names */
};

/* Begins as HTML does (WHATWG MIME Sniffing 7.1), behind blanks and a byte order mark. */
bool sniff_html(struct str text);
/* Has markup that links, anywhere. */
bool sniff_markup(struct str text);
/* Begins with a header field of MIME. */
bool sniff_headers(struct str bytes);

/* All of its first lines are base64, and enough of it. */
bool sniff_base64(struct str bytes);
/* "=3D", or two soft line ends. */
bool sniff_quoted(struct str bytes);

/* "utf-16le" and so on by where the NULs are, or "". */
struct str sniff_wide(struct str bytes);
/* The charset that an HTML or XML document names; "" if none. */
struct str sniff_named_charset(struct str bytes);

/* The boundary of the first line that looks like one: "--" with a header field behind it. */
struct str sniff_boundary(struct str body);

enum sniff_file { SNIFF_NO_FILE, SNIFF_TEXT_FILE, SNIFF_HTML_FILE, SNIFF_MESSAGE_FILE };
/* What a program opens an attached file as: by its name, its type, or (of types that say nothing)
 * how it begins. */
enum sniff_file sniff_file(const struct mime_part *part, struct str raw);

#endif
