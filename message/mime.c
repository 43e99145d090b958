/* message/mime: see mime.h.
 *
 * An explicit stack of containers, no recursion. In a body only lines that begin with "--" are
 * looked at; the rest goes through in as large pieces as it came. A line that may be a boundary
 * and is cut by the end of a chunk waits in `carry`.
 */
#include "message/mime.h"

#include <string.h>

#include "message/header.h"

struct container {
	struct str boundary; /* empty: message/rfc822 */
	size_t at;           /* its body */
	bool digest, loose;
	bool nearly;         /* a line begins with its boundary and goes on */
	bool seen, closed;   /* its boundary; its last boundary */
	bool opened, ended;  /* ever: by a boundary that is not the last; by the last one */
};

struct mime {
	struct arena *arena;
	struct mime_limits limits;
	const struct mime_events *events;
	void *context;
	struct container *stack;
	size_t depth, boundaries; /* on the stack; of them with a boundary */
	bool in_headers, line_start, part_open, done, failed;
	bool after_boundary; /* the next line should be a header */
	enum mime_kind part_kind;
	struct buf carry, headers;
	size_t parts;
	size_t taken, line_at, body_at; /* of what was fed; where the line, the last body begins */
	unsigned cut, flaws;
};

/* Before the first or after the last boundary of the innermost container? Nothing is open then. */
static int begin_part(struct mime *mime, struct mime_part *part)
{
	if (mime->parts >= mime->limits.parts) {
		mime->cut |= MIME_CUT_PARTS;
		mime->done = true;
		return 0;
	}
	mime->parts++;
	part->depth = mime->depth;
	mime->part_open = true;
	mime->part_kind = part->kind;
	return mime->events->part_begin(mime->context, part);
}

static int end_part(struct mime *mime, unsigned how)
{
	if (!mime->part_open)
		return 0;
	mime->part_open = false;
	return mime->events->part_end(mime->context, how);
}

/* Some programs put a lone dot there. */
static bool says_something(struct str data)
{
	for (size_t i = 0; i < data.len; i++)
		if (!ascii_space(data.ptr[i]) && data.ptr[i] != '.')
			return true;
	return false;
}

static int add_data(struct mime *mime, struct str data)
{
	if (data.len == 0 || mime->done)
		return 0;
	if (!mime->part_open) {
		struct mime_part part = { .type = STR("text/plain"), .charset = STR(""),
			.name = STR("") };

		part.kind = mime->depth > 0 && mime->stack[mime->depth - 1].closed ?
			MIME_EPILOGUE : MIME_PREAMBLE;
		if (begin_part(mime, &part) < 0)
			return -1;
		if (mime->done)
			return 0;
	}
	if (mime->part_kind == MIME_EPILOGUE && !(mime->flaws & PART_EPILOGUE) && says_something(data))
		mime->flaws |= PART_EPILOGUE;
	return mime->events->part_data(mime->context, data);
}

static struct str lower_copy(struct arena *arena, struct str text)
{
	char *copy = arena_alloc_raw(arena, text.len);

	if (!copy)
		return str_make(NULL, 0);
	for (size_t i = 0; i < text.len; i++)
		copy[i] = ascii_lower(text.ptr[i]);
	return str_make(copy, text.len);
}

enum mime_encoding mime_encoding_of(struct str value)
{
	struct str word = header_first_word(value);

	if (str_equal_nocase(word, STR("base64")))
		return MIME_BASE64;
	return str_equal_nocase(word, STR("quoted-printable")) ? MIME_QUOTED_PRINTABLE :
		MIME_IDENTITY;
}

static int push(struct mime *mime, struct str boundary, bool digest)
{
	struct container *container = &mime->stack[mime->depth++];

	*container = (struct container){ .boundary = boundary, .digest = digest,
		.at = mime->body_at };
	mime->boundaries += boundary.len > 0;
	mime->in_headers = boundary.len == 0;
	mime->headers.len = 0;
	return 0;
}

static bool is_message(struct str type)
{
	return str_equal(type, STR("message/rfc822")) || str_equal(type, STR("message/global")) ||
		str_equal(type, STR("message/news"));
}

/* ---- other readings ---- */

static struct str outer_boundary(const struct mime *mime, size_t depth)
{
	while (depth-- > 0)
		if (mime->stack[depth].boundary.len > 0)
			return mime->stack[depth].boundary;
	return STR("");
}

static int tell_other(struct mime *mime, struct mime_other *other)
{
	if (!mime->events->part_other || mime->done)
		return 0;
	return mime->events->part_other(mime->context, other);
}

/* Headers that come twice and differ: the last one counts for some programs. */
static int tell_last_headers(struct mime *mime, const struct mime_top *head)
{
	struct mime_other other = { .at = mime->body_at, .outer = outer_boundary(mime, mime->depth) };
	bool type = head->last_type.len > 0, encoding = head->last_encoding.len > 0;

	for (unsigned which = 1; which < 4; which++) {
		if ((which & 1 && !type) || (which & 2 && !encoding))
			continue;
		other.head = *head;
		other.head.last_type = other.head.last_encoding = STR("");
		if (which & 1)
			other.head.content_type = head->last_type;
		if (which & 2)
			other.head.transfer_encoding = head->last_encoding;
		if (tell_other(mime, &other) < 0)
			return -1;
	}
	return 0;
}

/* The last "boundary=" of the field. *n: how many there are. One pass, whatever is in it. */
static struct str last_boundary(struct str value, size_t *n)
{
	static const struct str NAME = { "boundary", 8 };
	struct str found = STR("");

	*n = 0;
	for (size_t i = 0; i + NAME.len < value.len; i++) {
		size_t next = i + NAME.len;

		if (ascii_lower(value.ptr[i]) != 'b' ||
			!str_equal_nocase(str_make(value.ptr + i, NAME.len), NAME))
			continue;
		while (next < value.len && ascii_space(value.ptr[next]))
			next++;
		if (str_starts_nocase(str_slice(value, next, value.len), STR("=")) ||
			str_starts_nocase(str_slice(value, next, value.len), STR("*="))) {
			found = str_slice(value, i, value.len);
			++*n;
		}
		i = next - 1;
	}
	return found;
}

/* What an entity's Content-Type says to one program and not to another: a boundary that is there
 * twice, or of a type that is none, encoded words. */
static int tell_other_types(struct mime *mime, const struct mime_top *head, bool multipart)
{
	struct mime_other other = { .at = mime->body_at, .outer = outer_boundary(mime, mime->depth) };
	struct buf type = { .arena = mime->arena };
	struct str decoded, boundary;
	size_t n;

	boundary = last_boundary(head->content_type, &n);
	other.head = *head;
	if (n > 1 || (n == 1 && !multipart)) {
		buf_add_cstr(&type, "multipart/mixed; ");
		buf_add_str(&type, boundary);
		other.head.content_type = buf_str(&type);
		if (type.failed || tell_other(mime, &other) < 0)
			return -1;
	}
	if (str_find(head->content_type, STR("=?")) == SIZE_MAX)
		return 0;
	if (header_decode(mime->arena, head->content_type, &decoded) < 0)
		return -1;
	other.head.content_type = decoded;
	return str_equal(decoded, str_trim(head->content_type)) ? 0 : tell_other(mime, &other);
}

/* An entity's headers are complete. `kind`: what it is to us. */
static int tell_others(struct mime *mime, const struct mime_top *head, bool multipart,
	bool whole)
{
	struct mime_other other = { .head = *head, .at = mime->body_at,
		.outer = outer_boundary(mime, mime->depth), .decode = true };

	if (!mime->events->part_other || head->boundary.len > 0)
		return 0;
	if ((head->last_type.len > 0 || head->last_encoding.len > 0) &&
		tell_last_headers(mime, head) < 0)
		return -1;
	if (tell_other_types(mime, head, multipart) < 0)
		return -1;
	return whole && mime_encoding_of(head->transfer_encoding) != MIME_IDENTITY ?
		tell_other(mime, &other) : 0;
}

/* A multipart ends: was its boundary seen, and what looks like it? */
static int tell_odd_boundary(struct mime *mime, const struct container *container)
{
	struct mime_other other = { .at = container->at,
		.outer = outer_boundary(mime, mime->depth) };

	if (container->boundary.len == 0 || (container->seen && !container->nearly))
		return 0;
	other.guess = !container->seen && !container->nearly;
	if (!other.guess) {
		other.head.boundary = container->boundary;
		other.head.loose = true;
	}
	return tell_other(mime, &other);
}

/* ---- entities ---- */

static bool takes_boundary(struct mime *mime, const struct mime_top *head, struct str *boundary)
{
	*boundary = head->boundary;
	if (boundary->len == 0 && !header_param(mime->arena, head->content_type, STR("boundary"),
		boundary))
		return false;
	return boundary->len > 0 && boundary->len <= MIME_BOUNDARY_MAX;
}

/* A multipart whose boundary is not to be had. */
static int tell_lost(struct mime *mime)
{
	struct mime_other other = { .at = mime->body_at, .guess = true,
		.outer = outer_boundary(mime, mime->depth) };

	return tell_other(mime, &other);
}

/* An entity's headers are complete. */
static int open_entity(struct mime *mime, const struct mime_top *head)
{
	struct mime_part part = { .kind = MIME_LEAF };
	struct str boundary;
	bool deep = mime->depth >= mime->limits.depth;
	bool digest = mime->depth > 0 && mime->stack[mime->depth - 1].digest, multipart;

	mime->in_headers = false;
	part.type = lower_copy(mime->arena, header_first_word(head->content_type));
	if (str_find_byte(part.type, '/') == SIZE_MAX)
		part.type = digest ? STR("message/rfc822") : STR("text/plain");
	part.encoding = mime_encoding_of(head->transfer_encoding);
	multipart = head->boundary.len > 0 || str_starts_nocase(part.type, STR("multipart/"));
	if (tell_others(mime, head, multipart, multipart || is_message(part.type)) < 0)
		return -1;
	if (multipart) {
		if (takes_boundary(mime, head, &boundary) && !deep) {
			push(mime, boundary, str_equal(part.type, STR("multipart/digest")));
			mime->stack[mime->depth - 1].loose = head->loose;
			return 0;
		}
		if (!deep && tell_lost(mime) < 0)
			return -1;
		mime->cut |= deep ? MIME_CUT_DEPTH : 0;
		part.type = STR("text/plain");
	} else if (is_message(part.type) && part.encoding == MIME_IDENTITY) {
		if (!deep)
			return push(mime, str_make(NULL, 0), false);
		mime->cut |= MIME_CUT_DEPTH;
		part.type = STR("text/plain");
	}
	part.content_type = head->content_type;
	if (!header_param(mime->arena, head->content_type, STR("charset"), &part.charset))
		part.charset = STR("");
	if (!header_param(mime->arena, head->disposition, STR("filename"), &part.name) &&
		!header_param(mime->arena, head->content_type, STR("name"), &part.name))
		part.name = STR("");
	part.attachment = str_equal_nocase(header_first_word(head->disposition), STR("attachment"));
	return begin_part(mime, &part);
}

void mime_same_is_none(struct mime_top *head)
{
	if (str_equal_nocase(str_trim(head->last_type), str_trim(head->content_type)))
		head->last_type = STR("");
	if (str_equal_nocase(str_trim(head->last_encoding), str_trim(head->transfer_encoding)))
		head->last_encoding = STR("");
}

static int end_headers(struct mime *mime)
{
	struct mime_top head = { .content_type = STR("") };
	struct str rest = buf_str(&mime->headers), name, value;
	bool seen[3] = { false, false, false };

	if (mime->events->part_headers(mime->context, rest, mime->depth) < 0)
		return -1;
	while (header_next(&rest, &name, &value)) {
		/* The first of several counts, as for most mail programs. */
		if (str_equal_nocase(name, STR("content-type"))) {
			head.last_type = seen[0] ? value : head.last_type;
			head.content_type = seen[0] ? head.content_type : value;
			seen[0] = true;
		} else if (str_equal_nocase(name, STR("content-transfer-encoding"))) {
			head.last_encoding = seen[1] ? value : head.last_encoding;
			head.transfer_encoding = seen[1] ? head.transfer_encoding : value;
			seen[1] = true;
		} else if (!seen[2] && str_equal_nocase(name, STR("content-disposition"))) {
			head.disposition = value;
			seen[2] = true;
		}
	}
	mime_same_is_none(&head);
	return open_entity(mime, &head);
}

/* Also of the message that such headers may announce: it has none of its own then. */
static int end_all_headers(struct mime *mime)
{
	while (mime->in_headers && !mime->done)
		if (end_headers(mime) < 0)
			return -1;
	return 0;
}

static bool ends_boundary(struct str tail, bool *last)
{
	*last = tail.len >= 2 && tail.ptr[0] == '-' && tail.ptr[1] == '-';
	if (*last)
		tail = str_slice(tail, 2, tail.len);
	return str_trim(tail).len == 0;
}

/* Which container's boundary is this line? The innermost, but one that is closed already gives
 * way to one further out (both of one name occur). SIZE_MAX: none. */
static size_t match_boundary(struct mime *mime, struct str line, bool *last)
{
	size_t found = SIZE_MAX, near = SIZE_MAX;

	if (line.len < 3 || line.ptr[0] != '-' || line.ptr[1] != '-' || mime->boundaries == 0 ||
		line.len > MIME_BOUNDARY_LINE_MAX)
		return SIZE_MAX;
	for (size_t i = mime->depth; i-- > 0;) {
		struct str boundary = mime->stack[i].boundary;
		bool is_last;

		if (boundary.len == 0 || line.len < boundary.len + 2 ||
			memcmp(line.ptr + 2, boundary.ptr, boundary.len) != 0)
			continue;
		if (!ends_boundary(str_slice(line, boundary.len + 2, line.len), &is_last) &&
			!mime->stack[i].loose) {
			near = near == SIZE_MAX ? i : near;
			continue;
		}
		if (found == SIZE_MAX || !mime->stack[i].closed) {
			*last = is_last;
			found = i;
		}
		if (!mime->stack[i].closed)
			break;
	}
	if (found == SIZE_MAX && near != SIZE_MAX)
		mime->stack[near].nearly = true;
	return found;
}

static unsigned how_ended(const struct mime *mime, size_t by)
{
	const struct container *inner = mime->depth > 0 ? &mime->stack[mime->depth - 1] : NULL;
	bool unbounded = mime->part_kind == MIME_PREAMBLE && inner && !inner->seen &&
		by != mime->depth - 1;

	return (by != SIZE_MAX ? MIME_BY_BOUNDARY : 0u) | (unbounded ? MIME_UNBOUNDED : 0u);
}

static int leave(struct mime *mime)
{
	const struct container *container = &mime->stack[--mime->depth];

	mime->boundaries -= container->boundary.len > 0;
	if (container->opened != container->ended)
		mime->flaws |= PART_OPEN;
	return tell_odd_boundary(mime, container);
}

static int at_boundary(struct mime *mime, size_t which, bool last)
{
	if (mime->in_headers && end_headers(mime) < 0)
		return -1;
	/* A multipart whose headers ended just now was pushed: `which` is below it, as it should. */
	if (end_part(mime, how_ended(mime, which)) < 0)
		return -1;
	while (mime->depth > which + 1)
		if (leave(mime) < 0)
			return -1;
	mime->stack[which].seen = true;
	mime->stack[which].closed = last;
	mime->stack[which].opened |= !last;
	mime->stack[which].ended |= last;
	mime->in_headers = mime->after_boundary = !last;
	mime->headers.len = 0;
	return 0;
}

static void add_header_line(struct mime *mime, struct str line)
{
	size_t room = mime->limits.header_bytes - mime->headers.len;

	if (line.len > room) {
		mime->cut |= MIME_CUT_HEADERS;
		line.len = room;
	}
	buf_add_str(&mime->headers, line);
}

/* A name and a colon at once. */
static bool begins_header(struct str line)
{
	size_t colon = str_find_byte(line, ':');

	return colon != SIZE_MAX && header_line(str_slice(line, 0, colon + 1)) &&
		line.ptr[colon - 1] != ' ' && line.ptr[colon - 1] != '\t';
}

/* An attached message may have been saved from a mailbox, with its first line. */
static bool is_mbox_line(const struct mime *mime, struct str line)
{
	return mime->depth > 0 && mime->stack[mime->depth - 1].boundary.len == 0 &&
		(str_starts_nocase(line, STR("From ")) || str_starts_nocase(line, STR(">From ")));
}

/* A whole line with its line end (the last one of the body may lack it). */
static int take_line(struct mime *mime, struct str line)
{
	struct str bare = line;
	bool last;
	size_t which;

	mime->line_start = true;
	if (bare.len > 0 && bare.ptr[bare.len - 1] == '\n')
		bare.len--;
	if (mime->after_boundary && !begins_header(bare))
		mime->flaws |= PART_NO_HEADERS;
	mime->after_boundary = false;
	which = match_boundary(mime, bare, &last);
	if (bare.len > 0 && bare.ptr[bare.len - 1] == '\r')
		bare.len--;
	if (which != SIZE_MAX)
		return at_boundary(mime, which, last);
	if (!mime->in_headers)
		return add_data(mime, line);
	mime->body_at = bare.len == 0 ? mime->taken : mime->line_at;
	if (bare.len == 0)
		return end_headers(mime);
	if (header_line(bare) ||
		((bare.ptr[0] == ' ' || bare.ptr[0] == '\t') && mime->headers.len > 0)) {
		add_header_line(mime, line);
		return mime->headers.failed ? -1 : 0;
	}
	if (mime->headers.len == 0 && is_mbox_line(mime, bare))
		return 0;
	/* No field: the body begins without an empty line, as mail programs read it. */
	if (mime->depth > 0 && mime->stack[mime->depth - 1].boundary.len > 0)
		mime->flaws |= PART_NO_SEPARATOR;
	return end_all_headers(mime) < 0 ? -1 : add_data(mime, line);
}

/* Adds a piece to the cut line, and takes the line once it is whole. */
static int carry_line(struct mime *mime, struct str *chunk)
{
	const char *lf = memchr(chunk->ptr, '\n', chunk->len);
	size_t len = lf ? (size_t)(lf - chunk->ptr) + 1 : chunk->len;
	size_t room = mime->in_headers ? mime->limits.header_bytes + 1 : SIZE_MAX;
	struct str piece = str_make(chunk->ptr, len);
	int status;

	*chunk = str_slice(*chunk, len, chunk->len);
	mime->line_at = mime->carry.len == 0 ? mime->taken : mime->line_at;
	mime->taken += len;
	if (lf && mime->carry.len == 0)
		return take_line(mime, piece);
	if (mime->carry.len < room)
		buf_add_str(&mime->carry, str_slice(piece, 0, room - mime->carry.len));
	if (mime->carry.failed)
		return -1;
	if (!lf) {
		if (mime->in_headers || mime->carry.len <= MIME_BOUNDARY_LINE_MAX)
			return 0;
		mime->line_start = false;
		status = add_data(mime, buf_str(&mime->carry));
	} else {
		status = take_line(mime, buf_str(&mime->carry));
	}
	mime->carry.len = 0;
	return status;
}

/* The length of what is certainly data at the start of `chunk`, which begins at a line start or
 * (line_start false) within a line. Ends at a line that is, or cut short may be, a boundary. */
static size_t data_length(struct mime *mime, struct str chunk)
{
	const char *p = chunk.ptr, *end = chunk.ptr + chunk.len;
	bool last;

	while (p < end) {
		const char *lf;

		if (mime->line_start && *p == '-' && (end - p == 1 || p[1] == '-')) {
			size_t left = (size_t)(end - p);

			lf = memchr(p, '\n', left);
			if (!lf && left <= MIME_BOUNDARY_LINE_MAX)
				break;
			if (lf && match_boundary(mime, str_make(p, (size_t)(lf - p)), &last) != SIZE_MAX)
				break;
		} else {
			lf = memchr(p, '\n', (size_t)(end - p));
		}
		mime->line_start = lf != NULL;
		p = lf ? lf + 1 : end;
	}
	return (size_t)(p - chunk.ptr);
}

static int feed_some(struct mime *mime, struct str *chunk)
{
	size_t len = chunk->len;
	int status;

	if (mime->in_headers || mime->carry.len > 0)
		return carry_line(mime, chunk);
	if (mime->boundaries > 0)
		len = data_length(mime, *chunk);
	mime->taken += len;
	status = add_data(mime, str_make(chunk->ptr, len));
	*chunk = str_slice(*chunk, len, chunk->len);
	if (status == 0 && chunk->len > 0 && !mime->done) /* at the limit of parts nothing counts */
		status = carry_line(mime, chunk);
	return status;
}

int mime_feed(struct mime *mime, struct str chunk)
{
	while (chunk.len > 0 && !mime->done && !mime->failed)
		if (feed_some(mime, &chunk) < 0)
			mime->failed = true;
	return mime->failed ? -1 : 0;
}

int mime_finish(struct mime *mime)
{
	int status = mime->failed ? -1 : 0;

	if (status == 0 && mime->carry.len > 0 && !mime->done)
		status = take_line(mime, buf_str(&mime->carry));
	mime->carry.len = 0;
	if (status == 0) /* headers to the very end: a leaf without a body */
		status = end_all_headers(mime);
	if (status == 0)
		status = end_part(mime, how_ended(mime, SIZE_MAX));
	while (mime->depth > 0)
		if (leave(mime) < 0)
			status = -1;
	mime->done = true;
	mime->failed = status < 0;
	return status;
}

unsigned mime_cut(const struct mime *mime)
{
	return mime->cut;
}

unsigned mime_flaws(const struct mime *mime)
{
	return mime->flaws;
}

struct mime *mime_create(struct arena *arena, const struct mime_limits *limits,
	const struct mime_top *top, const struct mime_events *events, void *context)
{
	struct mime *mime = ARENA_NEW(arena, struct mime);

	if (!mime)
		return NULL;
	mime->arena = arena;
	mime->limits = *limits;
	if (mime->limits.header_bytes < 2 * MIME_BOUNDARY_LINE_MAX)
		mime->limits.header_bytes = 2 * MIME_BOUNDARY_LINE_MAX;
	mime->stack = ARENA_ARRAY(arena, struct container, mime->limits.depth + 1);
	if (!mime->stack)
		return NULL;
	mime->events = events;
	mime->context = context;
	mime->carry.arena = mime->headers.arena = arena;
	mime->line_start = true;
	if (open_entity(mime, top) < 0)
		mime->failed = true;
	return mime;
}
