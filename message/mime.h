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

/* Each answers 0, or -1 to stop (mime_feed then answers -1 for good). */
struct mime_events {
	/* The header fields of a part, of multiparts and attached messages too; not of the message
	 * itself. The slice lives during the call. `depth`: of containers around it. */
	int (*part_headers)(void *context, struct str block, size_t depth);
	int (*part_begin)(void *context, const struct mime_part *part);
	int (*part_data)(void *context, struct str data); /* the slice lives during the call */
	int (*part_end)(void *context, unsigned how);
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

struct mime;

/* The values of the message's own headers, "" for absent ones. NULL when memory is spent. */
struct mime_top {
	struct str content_type, transfer_encoding, disposition;
};
struct mime *mime_create(struct arena *arena, const struct mime_limits *limits,
	const struct mime_top *top, const struct mime_events *events, void *context);

/* 0, or -1 when memory is spent or a callback said so. */
int mime_feed(struct mime *mime, struct str chunk);
int mime_finish(struct mime *mime);
unsigned mime_cut(const struct mime *mime); /* bits of MIME_CUT_* */
/* What was wrong so far, after mime_finish in all; bits of enum part_flaw (base/part.h). */
unsigned mime_flaws(const struct mime *mime);

#endif
