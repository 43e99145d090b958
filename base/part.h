/* base/part: what is known of one MIME part (plain data).
 *
 * message/ fills it, rules/ reads it, milter/ carries it over; so it stands below them all. Slices
 * live as long as the message. Types, charsets and names are read as SpamAssassin 4.0.1 does
 * (Message/Node.pm, Util.pm parse_content_type): its checks are asked of them.
 */
#ifndef DEPEER_BASE_PART_H
#define DEPEER_BASE_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

enum part_image_kind { PART_NO_IMAGE, PART_GIF, PART_PNG, PART_JPEG };

struct part_image {
	enum part_image_kind kind;  /* by the type of a base64 part, not by its bytes */
	uint32_t width, height;     /* pixels; 0: the bytes do not say */
	bool cut;                   /* the size would stand behind what was looked at */
};

/* Of the lines of a leaf as they stand in the mail, still encoded. A line is counted with its line
 * end, and one of more than 2,048 bytes as several, as SpamAssassin splits it. */
struct part_lines {
	size_t bytes;
	size_t longest;
	size_t unmarked_bytes, unmarked_longest; /* without lines that begin with "SPAM: " */
	size_t qp_needless;   /* "=XX" that stand for printable ASCII, but those at a line's end */
	size_t not_ascii;     /* lines with a byte above 127, a NUL or a bare CR */
	size_t entities;      /* "&#x20AC;": four hexadecimal digits, capitals */
};

struct part {
	struct str type;        /* lower case; "text/plain" of all text but HTML, calendars, cards */
	struct str charset;     /* as declared; ptr NULL: no such parameter */
	struct str name;        /* file name, "" if none */
	struct str encoding, disposition; /* the values of their headers, "" if none */
	size_t parent;          /* number of the part around it: 0 is the message, n parts[n-1] */
	bool leaf;
	/* of leaves */
	struct part_lines lines;
	struct part_image image;
	bool shown, html;       /* it has a text that is read: as HTML */
	struct str decoded;     /* of a text, without its transfer encoding; "" if it is none */
	struct str text;        /* what of it is shown, in UTF-8 */
	bool shows_image;       /* HTML that loads something */
};

/* What is wrong with the parts of a message; bits. */
enum part_flaw {
	PART_NO_HEAD_END = 1,   /* the message: no empty line behind the headers (an MTA adds one) */
	PART_NO_HEADERS = 2,    /* what follows a boundary is no header */
	PART_NO_SEPARATOR = 4,  /* no empty line behind the headers of a part */
	PART_EPILOGUE = 8,      /* something stands behind the last boundary */
	PART_OPEN = 16,         /* a boundary of a multipart, and no last one, or the other way round */
	PART_UNREAD = 32        /* not all was read: more may be wrong */
};

#endif
