/* message/mime: takes a body apart as it arrives.
 *
 * Feed it the body in any pieces; it tells of parts by a table of callbacks. Where the cuts fall
 * changes nothing but the sizes of the data pieces. Parts are told one after the other, never
 * nested: multiparts and message/rfc822 are opened and their leaves told. All alternatives of a
 * multipart/alternative are leaves like others: mail programs differ in what they show.
 *
 * Works within one arena; memory is bounded by the limits, time linear in the input (times the
 * depth limit for lines that begin with "--"). Not thread-safe, but bound to no thread.
 */
#ifndef DEPEER_MESSAGE_MIME_H
#define DEPEER_MESSAGE_MIME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/part.h"
#include "base/str.h"

enum mime_encoding { MIME_IDENTITY, MIME_BASE64, MIME_QUOTED_PRINTABLE };

enum mime_kind {
	MIME_LEAF,
	/* Text before the first and after the last boundary of a multipart. Most programs hide it;
	 * without any boundary in the whole body they show it. */
	MIME_PREAMBLE, MIME_EPILOGUE
};

/* Slices live until part_end of this part. */
struct mime_part {
	enum mime_kind kind;
	enum mime_encoding encoding;
	struct str type;        /* lower case; "text/plain" when absent or broken */
	struct str content_type; /* the header's value, "" if none */
	struct str charset;     /* of Content-Type, "" if none */
	struct str name;        /* file name, "" if none */
	bool attachment;        /* Content-Disposition: attachment */
	size_t depth;           /* of containers around it */
};

/* How a part ended; bits. */
enum {
	MIME_BY_BOUNDARY = 1,   /* the line end before a boundary still stands in the data */
	MIME_UNBOUNDED = 2      /* a preamble: no boundary of its multipart was seen at all */
};

/* The values of an entity's headers, "" for absent ones. */
struct mime_top {
	struct str content_type, transfer_encoding, disposition;
	/* The last of several that are not the same as the first, which counts; else "". */
	struct str last_type, last_encoding;
	/* A multipart with this boundary, whatever `content_type` says; "": as that says. */
	struct str boundary;
	bool loose;             /* a line that only begins with `boundary` is one, too */
};

/* Another reading of an entity. */
struct mime_other {
	struct mime_top head;
	size_t at;              /* its body's first byte, of all that was fed */
	struct str outer;       /* the boundary around it, "" if none */
	bool decode;            /* a multipart or message that is encoded as a whole */
	bool guess;             /* a multipart without its boundary: the body may show one */
};

/* Each answers 0, or -1 to stop (mime_feed then answers -1 for good). */
struct mime_events {
	/* The header fields of a part, of multiparts and attached messages too; not of the message
	 * itself. The slice lives during the call. `depth`: of containers around it. */
	int (*part_headers)(void *context, struct str block, size_t depth);
	int (*part_begin)(void *context, const struct mime_part *part);
	int (*part_data)(void *context, struct str data); /* the slice lives during the call */
	int (*part_end)(void *context, unsigned how);
	/* Some programs read this entity in another way; may be NULL. The slices live during the
	 * call. Told where the contradiction is seen: at its headers, or at its end. */
	int (*part_other)(void *context, const struct mime_other *other);
};

struct mime_limits {
	size_t parts;        /* parts told; further ones are left out */
	size_t depth;        /* deeper containers are told as leaves */
	size_t header_bytes; /* of one part's headers; the rest of them is left out */
};

enum { MIME_CUT_PARTS = 1, MIME_CUT_DEPTH = 2, MIME_CUT_HEADERS = 4 };

enum {
	MIME_BOUNDARY_MAX = 200,     /* RFC 2046: 70; longer ones are seen in the wild */
	MIME_BOUNDARY_LINE_MAX = 1000 /* longer lines are no boundary */
};

/* Takes out what the last of several fields only repeats. */
void mime_same_is_none(struct mime_top *head);

/* "base64", "quoted-printable" in any case; what else is said is none. */
enum mime_encoding mime_encoding_of(struct str value);

struct mime;

/* `top`: of the message itself. NULL when memory is spent. */
struct mime *mime_create(struct arena *arena, const struct mime_limits *limits,
	const struct mime_top *top, const struct mime_events *events, void *context);

/* 0, or -1 when memory is spent or a callback said so. */
int mime_feed(struct mime *mime, struct str chunk);
int mime_finish(struct mime *mime);
unsigned mime_cut(const struct mime *mime); /* bits of MIME_CUT_* */
/* What was wrong so far, after mime_finish in all; bits of enum part_flaw (base/part.h). */
unsigned mime_flaws(const struct mime *mime);

#endif
