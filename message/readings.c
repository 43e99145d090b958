/* message/readings: see readings.h.
 *
 * A reading is either another text of one leaf, read at once, or an entity to be taken apart anew,
 * which waits in the queue until the mail is through.
 */
#include "message/readings.h"

#include <string.h>

#include "base/bytes.h"
#include "message/decode.h"
#include "message/header.h"
#include "message/sniff.h"

enum {
	PART_HEADER_BYTES = 64 * 1024,
	/* What a reading may take of the arena for each of its bytes: copies, HTML, links. */
	ROOM_A_BYTE = 8, ROOM_SPARE = 256 * 1024,
	DOCUMENTS_DEEP = 4
};

struct entity {
	struct mime_top head;
	struct str body;
	bool decode, guess;
};

struct readings {
	struct arena *arena;
	readings_read *read;
	void *context;
	struct mime_limits limits;
	size_t bytes_left, n, done;   /* n entities are queued, of these so many are done */
	unsigned left;                /* readings */
	unsigned documents;           /* one within the other, that are read just now */
	bool cut;
	struct entity *queue;         /* room for READINGS_MAX; NULL before the first */
	/* the entity that is read */
	struct str source;
	struct mime_part part;
	struct str data;
};

struct readings *readings_create(struct arena *arena, size_t scan_bytes, size_t parts,
	size_t depth, readings_read *read, void *context)
{
	struct readings *readings = ARENA_NEW(arena, struct readings);

	if (!readings)
		return NULL;
	readings->arena = arena;
	readings->read = read;
	readings->context = context;
	readings->limits = (struct mime_limits){ .parts = parts, .depth = depth,
		.header_bytes = PART_HEADER_BYTES };
	readings->bytes_left = READINGS_TIMES * scan_bytes;
	readings->left = READINGS_MAX;
	return readings;
}

bool readings_cut(const struct readings *readings)
{
	return readings->cut;
}

/* May so many bytes be read once more? They are paid for then. */
static bool afford(struct readings *readings, size_t bytes)
{
	size_t room = arena_left(readings->arena);

	if (readings->left == 0 || bytes > readings->bytes_left || room < ROOM_SPARE ||
		bytes > (room - ROOM_SPARE) / ROOM_A_BYTE) {
		readings->cut = true;
		return false;
	}
	readings->left--;
	readings->bytes_left -= bytes;
	return true;
}

/* ---- other texts of a leaf ---- */

/* `bytes` are paid for. */
static int read_bytes(struct readings *readings, const struct charset *charset, struct str bytes,
	bool html)
{
	if (part_text_to_utf8(readings->arena, charset, &bytes) < 0)
		return -1;
	return readings->read(readings->context, bytes, html || sniff_html(bytes), true);
}

static int read_decoded(struct readings *readings, const struct reading_leaf *leaf,
	enum mime_encoding encoding, struct str bytes)
{
	if (!afford(readings, bytes.len))
		return 0;
	if (part_text_decode(readings->arena, encoding, &bytes, NULL) < 0)
		return -1;
	return read_bytes(readings, leaf->charset, bytes,
		leaf->treatment.reading == READ_HTML);
}

/* Base64 with other letters for the last two digits, or with '=' for nothing at all. */
static int read_base64_as(struct readings *readings, const struct reading_leaf *leaf, bool digits)
{
	char *copy;
	size_t n = 0;

	if (!afford(readings, leaf->raw.len))
		return 0;
	copy = arena_dup(readings->arena, leaf->raw);
	if (!copy)
		return -1;
	for (size_t i = 0; i < leaf->raw.len; i++) {
		char c = leaf->raw.ptr[i];

		if (digits)
			copy[n++] = (char)(c == '-' ? '+' : c == '_' ? '/' : c);
		else if (c != '=')
			copy[n++] = c;
	}
	struct str bytes = str_make(copy, n);
	if (part_text_decode(readings->arena, MIME_BASE64, &bytes, NULL) < 0)
		return -1;
	arena_resize(readings->arena, copy, leaf->raw.len + 1, 0); /* gives it back */
	return read_bytes(readings, leaf->charset, bytes,
		leaf->treatment.reading == READ_HTML);
}

static int read_encodings(struct readings *readings, const struct reading_leaf *leaf)
{
	if (leaf->part->encoding == MIME_BASE64) {
		bool junk = leaf->odd & PART_TEXT_JUNK;

		if (junk && read_decoded(readings, leaf, MIME_IDENTITY, leaf->raw) < 0)
			return -1;
		if (junk && (str_find_byte(leaf->raw, '-') != SIZE_MAX ||
			str_find_byte(leaf->raw, '_') != SIZE_MAX) &&
			read_base64_as(readings, leaf, true) < 0)
			return -1;
		return leaf->odd & PART_TEXT_RESUMED ? read_base64_as(readings, leaf, false) : 0;
	}
	if (sniff_base64(leaf->decoded) &&
		read_decoded(readings, leaf, MIME_BASE64, leaf->decoded) < 0)
		return -1;
	if (leaf->part->encoding == MIME_IDENTITY && sniff_quoted(leaf->decoded))
		return read_decoded(readings, leaf, MIME_QUOTED_PRINTABLE, leaf->decoded);
	return 0;
}

static int read_without_nul(struct readings *readings, const struct reading_leaf *leaf)
{
	char *copy;
	size_t n = 0;

	if (!afford(readings, leaf->decoded.len))
		return 0;
	copy = arena_alloc_raw(readings->arena, leaf->decoded.len);
	if (!copy)
		return -1;
	for (size_t i = 0; i < leaf->decoded.len; i++)
		if (leaf->decoded.ptr[i])
			copy[n++] = leaf->decoded.ptr[i];
	return read_bytes(readings, charset_find(STR("")), str_make(copy, n),
		leaf->treatment.reading == READ_HTML);
}

static int read_charset(struct readings *readings, const struct reading_leaf *leaf,
	const struct charset *charset)
{
	if (!afford(readings, leaf->decoded.len))
		return 0;
	return read_bytes(readings, charset, leaf->decoded,
		leaf->treatment.reading == READ_HTML);
}

/* Labels that the bytes deny, and bytes that need a label and have none. */
static int read_charsets(struct readings *readings, const struct reading_leaf *leaf)
{
	const struct charset *label = leaf->charset, *plain = charset_find(STR("")), *named;
	bool hides = charset_hides_ascii(label), is_wide = charset_is_wide(label);
	bool nul = leaf->kinds & BYTES_NUL, escape = leaf->kinds & BYTES_ESCAPE;
	struct str name = nul ? sniff_wide(leaf->decoded) : STR("");

	if (name.len > 0 && !charset_same(charset_find(name), label) &&
		read_charset(readings, leaf, charset_find(name)) < 0)
		return -1;
	if (nul && !is_wide && read_without_nul(readings, leaf) < 0)
		return -1;
	/* What says UTF-7 or UTF-16 and is plain text; ISO-2022 gives the same links either way. */
	if (hides && (is_wide ? !nul : charset_is_utf7(label)) &&
		read_charset(readings, leaf, plain) < 0)
		return -1;
	if (escape && !hides &&
		read_charset(readings, leaf, charset_find(STR("iso-2022-jp"))) < 0)
		return -1;
	if (hides)
		return 0;
	name = sniff_named_charset(leaf->decoded);
	named = name.len > 0 ? charset_find(name) : plain;
	return charset_hides_ascii(named) && !charset_is_wide(named) ?
		read_charset(readings, leaf, named) : 0;
}

static int read_uuencoded(struct readings *readings, const struct reading_leaf *leaf)
{
	struct uu_file file;
	size_t at = 0;

	while (uu_find(leaf->text, &at, &file)) {
		struct mime_part part = { .kind = MIME_LEAF, .name = file.name };
		char *out;
		struct str bytes;

		if (file.lines.len == 0)
			continue;
		if (!afford(readings, file.lines.len))
			return 0;
		out = arena_alloc_raw(readings->arena, file.lines.len);
		if (!out)
			return -1;
		bytes = str_make(out, uu_decode(file.lines, out));
		if (part_text_to_utf8(readings->arena, charset_find(STR("")), &bytes) < 0 ||
			readings->read(readings->context, bytes, part_treat(&part).reading ==
				READ_HTML || sniff_html(bytes), false) < 0)
			return -1;
	}
	return 0;
}

/* Without line ends that are none: folded lines of calendars and cards (RFC 5545 section 3.1, RFC
 * 6350 section 3.2), and flowed lines with DelSp (RFC 3676 section 4.1). */
static int read_joined(struct readings *readings, const struct reading_leaf *leaf, bool flowed)
{
	struct str text = leaf->text;
	char *copy;
	size_t n = 0;

	if (!afford(readings, text.len))
		return 0;
	copy = arena_alloc_raw(readings->arena, text.len);
	if (!copy)
		return -1;
	for (size_t i = 0; i < text.len; i++) {
		bool lf = text.ptr[i] == '\n';

		if (lf && flowed && n > 0 && copy[n - 1] == ' ' && (n < 2 || copy[n - 2] != '\n'))
			n--;
		else if (lf && !flowed && i + 1 < text.len && (text.ptr[i + 1] == ' ' ||
			text.ptr[i + 1] == '\t'))
			i++;
		else
			copy[n++] = text.ptr[i];
	}
	return readings->read(readings->context, str_make(copy, n), false, false);
}

static bool is_flowed(struct readings *readings, const struct mime_part *part)
{
	struct str value;

	return str_find_nocase(part->content_type, STR("delsp")) != SIZE_MAX &&
		header_param(readings->arena, part->content_type, STR("delsp"), &value) &&
		str_equal_nocase(value, STR("yes"));
}

static int read_as_text(struct readings *readings, const struct reading_leaf *leaf)
{
	struct str type = leaf->part->type;

	if (sniff_html(leaf->text) ||
		(!str_equal(type, STR("text/plain")) && sniff_markup(leaf->text))) {
		if (afford(readings, leaf->text.len) &&
			readings->read(readings->context, leaf->text, true, true) < 0)
			return -1;
	}
	if ((str_equal(type, STR("text/calendar")) || str_find(type, STR("card")) != SIZE_MAX ||
		str_equal(type, STR("text/directory"))) && read_joined(readings, leaf, false) < 0)
		return -1;
	if (is_flowed(readings, leaf->part) && read_joined(readings, leaf, true) < 0)
		return -1;
	return read_uuencoded(readings, leaf);
}

/* ---- entities ---- */

static bool same_entity(const struct entity *a, const struct entity *b)
{
	return a->body.ptr == b->body.ptr && a->body.len == b->body.len &&
		a->decode == b->decode && a->guess == b->guess && a->head.loose == b->head.loose &&
		str_equal(a->head.content_type, b->head.content_type) &&
		str_equal(a->head.transfer_encoding, b->head.transfer_encoding) &&
		str_equal(a->head.boundary, b->head.boundary);
}

static int keep(struct arena *arena, struct str *text)
{
	text->ptr = arena_dup(arena, *text);
	return text->ptr ? 0 : -1;
}

static int queue(struct readings *readings, const struct entity *entity)
{
	struct entity *copy;

	if (entity->body.len == 0)
		return 0;
	if (!readings->queue)
		readings->queue = ARENA_ARRAY(readings->arena, struct entity, READINGS_MAX);
	if (!readings->queue)
		return -1;
	for (size_t i = 0; i < readings->n; i++)
		if (same_entity(&readings->queue[i], entity))
			return 0;
	if (readings->n == READINGS_MAX || !afford(readings, entity->body.len)) {
		readings->cut = true;
		return 0;
	}
	copy = &readings->queue[readings->n++];
	*copy = *entity;
	copy->head.last_type = copy->head.last_encoding = STR("");
	return keep(readings->arena, &copy->head.content_type) < 0 ||
		keep(readings->arena, &copy->head.transfer_encoding) < 0 ||
		keep(readings->arena, &copy->head.disposition) < 0 ||
		keep(readings->arena, &copy->head.boundary) < 0 ? -1 : 0;
}

int readings_of_entity(struct readings *readings, const struct mime_other *other,
	struct str body)
{
	struct entity entity = { .head = other->head, .decode = other->decode,
		.guess = other->guess };
	struct buf line = { .arena = readings->arena };
	size_t end = SIZE_MAX;

	body = str_slice(body, other->at, body.len);
	if (readings->left == 0) {
		readings->cut = true;
		return 0;
	}
	if (other->outer.len > 0) {
		buf_add_cstr(&line, "\n--");
		buf_add_str(&line, other->outer);
		end = str_find(body, buf_str(&line));
	}
	entity.body = str_slice(body, 0, end == SIZE_MAX ? body.len : end + 1);
	return line.failed ? -1 : queue(readings, &entity);
}

int readings_of_cr(struct readings *readings, const struct mime_top *top, struct str body)
{
	struct entity entity = { .head = *top };
	char *copy;

	if (!afford(readings, body.len))
		return 0;
	copy = arena_dup(readings->arena, body);
	if (!copy)
		return -1;
	for (char *cr = copy; (cr = memchr(cr, '\r', body.len - (size_t)(cr - copy))) != NULL;)
		*cr = '\n';
	entity.body = str_make(copy, body.len);
	return queue(readings, &entity);
}

/* A message within a leaf: encoded as a whole, or of a name that says so. */
static int read_as_message(struct readings *readings, const struct reading_leaf *leaf)
{
	struct entity entity = { .head.content_type = STR("message/rfc822"),
		.head.transfer_encoding = leaf->part->encoding == MIME_BASE64 ? STR("base64") :
			leaf->part->encoding == MIME_QUOTED_PRINTABLE ? STR("quoted-printable") :
			STR(""),
		.body = leaf->raw, .decode = leaf->part->encoding != MIME_IDENTITY };

	return queue(readings, &entity);
}

/* A file of a type that SpamAssassin does not read. */
static int read_file(struct readings *readings, const struct reading_leaf *leaf,
	enum sniff_file file)
{
	struct str bytes = leaf->raw;

	if (!afford(readings, bytes.len))
		return 0;
	if (part_text_decode(readings->arena, leaf->part->encoding, &bytes, NULL) < 0 ||
		part_text_to_utf8(readings->arena, charset_find(leaf->part->charset), &bytes) < 0)
		return -1;
	return readings->read(readings->context, bytes, file == SNIFF_HTML_FILE, false);
}

/* The address of a body that is elsewhere (RFC 2046 section 5.2.3); RFC 2017: blanks are none of
 * it. */
static int read_external(struct readings *readings, const struct reading_leaf *leaf)
{
	struct str url;
	char *copy;
	size_t n = 0;

	if (!header_param(readings->arena, leaf->part->content_type, STR("url"), &url))
		return 0;
	copy = arena_dup(readings->arena, url);
	if (!copy)
		return -1;
	for (size_t i = 0; i < url.len; i++)
		if (!ascii_space(url.ptr[i]))
			copy[n++] = url.ptr[i];
	return readings->read(readings->context, str_make(copy, n), false, false);
}

int readings_of_leaf(struct readings *readings, const struct reading_leaf *leaf)
{
	enum sniff_file file = SNIFF_NO_FILE;

	if (leaf->part->kind != MIME_LEAF && leaf->raw.len == 0)
		return 0;
	if (leaf->treatment.reading == READ_NOTHING || leaf->part->name.len > 0 ||
		str_starts_nocase(leaf->part->type, STR("message/")))
		file = sniff_file(leaf->part, leaf->raw);
	if (str_equal(leaf->part->type, STR("message/external-body")) &&
		read_external(readings, leaf) < 0)
		return -1;
	if (file == SNIFF_MESSAGE_FILE || sniff_headers(leaf->raw))
		if (read_as_message(readings, leaf) < 0)
			return -1;
	if (leaf->treatment.reading == READ_NOTHING)
		return file == SNIFF_HTML_FILE || file == SNIFF_TEXT_FILE ?
			read_file(readings, leaf, file) : 0;
	if (read_encodings(readings, leaf) < 0 || read_charsets(readings, leaf) < 0)
		return -1;
	return leaf->treatment.reading == READ_TEXT ? read_as_text(readings, leaf) : 0;
}

/* `read` comes back here with what it read: a mail is not let decide how deep the stack is. */
int readings_of_documents(struct readings *readings, const struct html *html)
{
	int status = 0;

	for (size_t i = 0; i < html->links_n && status == 0; i++) {
		if (html->links[i].kind != HTML_DOCUMENT)
			continue;
		if (readings->documents == DOCUMENTS_DEEP) {
			readings->cut = true;
			break;
		}
		if (!afford(readings, html->links[i].target.len))
			break;
		readings->documents++;
		status = readings->read(readings->context, html->links[i].target, true, false);
		readings->documents--;
	}
	return status;
}

/* ---- an entity taken apart anew ---- */

static int no_headers(void *context, struct str block, size_t depth)
{
	(void)context, (void)block, (void)depth;
	return 0;
}

static int leaf_begin(void *context, const struct mime_part *part)
{
	struct readings *readings = context;

	readings->part = *part;
	readings->data = str_make(NULL, 0);
	return 0;
}

/* The source ends with a line end: then all data are slices of it, and those of a part stand
 * together. */
static int leaf_data(void *context, struct str data)
{
	struct readings *readings = context;

	if (readings->data.len == 0)
		readings->data = data;
	else if (data.ptr == readings->data.ptr + readings->data.len)
		readings->data.len += data.len;
	return 0;
}

static int leaf_end(void *context, unsigned how)
{
	struct readings *readings = context;
	struct reading_leaf leaf = { .part = &readings->part,
		.treatment = part_treat(&readings->part), .raw = readings->data };
	int kinds;

	if ((how & MIME_BY_BOUNDARY) && leaf.raw.len > 0)
		leaf.raw.len--;
	if (leaf.treatment.reading == READ_NOTHING)
		return readings_of_leaf(readings, &leaf);
	leaf.decoded = leaf.raw;
	if (part_text_decode(readings->arena, leaf.part->encoding, &leaf.decoded, &leaf.odd) < 0)
		return -1;
	leaf.text = leaf.decoded;
	leaf.charset = charset_find(leaf.part->charset);
	kinds = part_text_to_utf8(readings->arena, leaf.charset, &leaf.text);
	if (kinds < 0)
		return -1;
	leaf.kinds = (unsigned)kinds;
	if (readings->read(readings->context, leaf.text, leaf.treatment.reading == READ_HTML,
			true) < 0)
		return -1;
	return readings_of_leaf(readings, &leaf);
}

static int leaf_other(void *context, const struct mime_other *other)
{
	struct readings *readings = context;

	return readings_of_entity(readings, other, readings->source);
}

static int end_with_line(struct arena *arena, struct str *text)
{
	struct buf copy = { .arena = arena };

	if (text->len == 0 || text->ptr[text->len - 1] == '\n')
		return 0;
	buf_reserve(&copy, text->len + 1);
	buf_add_str(&copy, *text);
	buf_add_byte(&copy, '\n');
	*text = buf_str(&copy);
	return copy.failed ? -1 : 0;
}

static int read_entity(struct readings *readings, const struct entity *entity)
{
	static const struct mime_events EVENTS = {
		no_headers, leaf_begin, leaf_data, leaf_end, leaf_other
	};
	struct mime_top head = entity->head;
	struct str body = entity->body;
	struct mime *mime;

	if (entity->decode) {
		if (part_text_decode(readings->arena, mime_encoding_of(head.transfer_encoding),
			&body, NULL) < 0)
			return -1;
		head.transfer_encoding = STR("");
	}
	if (entity->guess) {
		head.boundary = sniff_boundary(body);
		if (head.boundary.len == 0)
			return 0;
	}
	if (end_with_line(readings->arena, &body) < 0)
		return -1;
	readings->source = body;
	mime = mime_create(readings->arena, &readings->limits, &head, &EVENTS, readings);
	if (!mime || mime_feed(mime, body) < 0 || mime_finish(mime) < 0)
		return -1;
	readings->cut = readings->cut || mime_cut(mime) != 0;
	return 0;
}

int readings_finish(struct readings *readings)
{
	while (readings->done < readings->n)
		if (read_entity(readings, &readings->queue[readings->done++]) < 0)
			return -1;
	return 0;
}
