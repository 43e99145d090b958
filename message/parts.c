/* message/parts: see parts.h. */
#include "message/parts.h"

#include <string.h>

#include "message/decode.h"
#include "message/header.h"
#include "message/image.h"

enum { LINE_MAX = 2048, ENTITY_LEN = 8, QP_LEN = 3 };

/* ---- what a part's headers say ---- */

/* The last of a name counts, as in SpamAssassin. */
static struct str value_of(const struct message_header *headers, size_t n, struct str name)
{
	while (n-- > 0)
		if (str_equal_nocase(headers[n].name, name))
			return headers[n].decoded;
	return STR("");
}

static bool word_byte(char c)
{
	return ascii_alpha(c) || ascii_digit(c) || c == '_';
}

/* A parameter by SpamAssassin's simple rule, from `name` at a word's begin: quotes around the
 * value are taken off, a ';' ends it also within. False: there is none. */
static bool find_param(struct str value, struct str name, struct str *out)
{
	for (size_t at = 0, next; (next = str_find_nocase(str_slice(value, at, value.len), name)) !=
		SIZE_MAX; at++) {
		struct str rest;
		size_t end;

		at += next;
		if (at > 0 && word_byte(value.ptr[at - 1]))
			continue;
		rest = str_trim(str_slice(value, at + name.len, value.len));
		if (rest.len == 0 || rest.ptr[0] != '=')
			continue;
		rest = str_trim(str_slice(rest, 1, rest.len));
		if (rest.len > 0 && (rest.ptr[0] == '"' || rest.ptr[0] == '\''))
			rest = str_slice(rest, 1, rest.len);
		end = str_find_byte(rest, ';');
		rest = str_slice(rest, 0, end);
		if (rest.len > 0 && (rest.ptr[rest.len - 1] == '"' || rest.ptr[rest.len - 1] == '\''))
			rest.len--;
		*out = rest;
		return true;
	}
	return false;
}

static struct str name_of(struct str disposition, struct str type)
{
	struct str name;
	size_t at = str_find_nocase(disposition, STR("name="));

	if (at != SIZE_MAX) {
		size_t end = 0;

		name = str_trim(str_slice(disposition, at + 5, disposition.len));
		if (name.len > 0 && name.ptr[0] == '"')
			name = str_slice(name, 1, name.len);
		while (end < name.len && name.ptr[end] != '"' && name.ptr[end] != ';')
			end++;
		if (end > 0)
			return str_slice(name, 0, end);
	}
	return find_param(type, STR("name"), &name) ||
		find_param(type, STR("filename"), &name) ? name : STR("");
}

/* In a type of SpamAssassin's. */
static bool type_byte(char c)
{
	return c > ' ' && c < 127 && !strchr("\"(),:;<=>?@[\\]", c);
}

static bool is_plain(struct str type)
{
	return str_starts_nocase(type, STR("text")) && (type.len == 4 || !word_byte(type.ptr[4])) &&
		!str_equal(type, STR("text/x-vcard")) && !str_equal(type, STR("text/calendar")) &&
		!str_equal(type, STR("text/html"));
}

/* "text/html" of ' Text/HTML x; charset=...'; empty where there is none. NULL memory: empty too. */
static struct str type_of(struct arena *arena, struct str value)
{
	char *copy;
	size_t slash, n = 0;

	value = str_trim(str_slice(value, 0, str_find_byte(value, ';')));
	slash = str_find_byte(value, '/');
	for (size_t i = slash == SIZE_MAX ? value.len : slash; i < value.len; i++)
		if (ascii_space(value.ptr[i]))
			value.len = i;
	copy = arena_alloc_raw(arena, value.len);
	if (!copy || value.len == 0)
		return STR("");
	for (size_t i = 0; i < value.len; i++)
		copy[i] = ascii_lower(value.ptr[i]);
	if (is_plain(str_make(copy, value.len)))
		return STR("text/plain");
	for (size_t i = 0; i < value.len; i++)
		if (type_byte(copy[i]))
			copy[n++] = copy[i];
	return str_make(copy, n);
}

static void describe(struct parts *parts, struct part *part, const struct message_header *headers,
	size_t n, const struct part *parent)
{
	struct str content = value_of(headers, n, STR("content-type"));

	part->type = type_of(parts->arena, content);
	part->encoding = value_of(headers, n, STR("content-transfer-encoding"));
	part->disposition = value_of(headers, n, STR("content-disposition"));
	part->name = name_of(part->disposition, content);
	if (!find_param(content, STR("charset"), &part->charset))
		part->charset = content.len > 0 ? str_make(NULL, 0) : STR("us-ascii");
	if (part->type.len == 0)
		part->type = parent && str_equal(parent->type, STR("multipart/digest")) ?
			STR("message/rfc822") : STR("text/plain");
}

/* ---- the tree ---- */

int parts_begin(struct parts *parts, const struct message_header *headers, size_t n)
{
	if (!parts->want_tree)
		return 0;
	parts->open = ARENA_ARRAY(parts->arena, size_t, parts->depth_max + 2);
	if (!parts->open)
		return -1;
	describe(parts, &parts->top, headers, n, NULL);
	parts->last = &parts->top;
	return 0;
}

static struct message_part *new_part(struct parts *parts)
{
	if (parts->n == parts->capacity) {
		size_t capacity = parts->n ? 2 * parts->n : 8;
		struct message_part *grown = arena_resize(parts->arena, parts->items,
			parts->n * sizeof *grown, capacity * sizeof *grown);

		if (!grown)
			return NULL;
		parts->items = grown;
		parts->capacity = capacity;
	}
	memset(&parts->items[parts->n], 0, sizeof parts->items[0]);
	return &parts->items[parts->n++];
}

static void place(struct parts *parts, struct message_part *item, size_t depth)
{
	size_t parent = depth > 0 ? parts->open[depth - 1] : 0;

	describe(parts, &item->about, item->headers, item->headers_n,
		parent ? &parts->items[parent - 1].about : &parts->top);
	item->about.parent = parent;
	parts->open[depth] = parts->n;
	parts->last = &item->about;
}

static int count_fields(struct str block)
{
	struct str name, value;
	int n = 0;

	while (header_next(&block, &name, &value))
		n++;
	return n;
}

int parts_add(struct parts *parts, struct str block, size_t depth)
{
	struct message_part *item;
	struct message_header *headers;
	char *copy;

	parts->last = NULL;
	if (parts->n >= parts->limit || depth > parts->depth_max)
		return 0;
	copy = arena_dup(parts->arena, block); /* it is gone with the next part's */
	if (!copy)
		return -1;
	block.ptr = copy;
	headers = ARENA_ARRAY(parts->arena, struct message_header, (size_t)count_fields(block));
	item = new_part(parts);
	if (!headers || !item)
		return -1;
	item->headers = headers;
	while (header_next(&block, &headers->name, &headers->raw)) {
		if (header_decode(parts->arena, headers->raw, &headers->decoded) < 0)
			return -1;
		headers++;
		item->headers_n++;
	}
	if (parts->want_tree)
		place(parts, item, depth);
	return 0;
}

/* ---- leaves ---- */

/* "=XX" of what could stand there as it is. */
static bool is_needless(const char *p)
{
	int high = hex_digit(p[1]), low = hex_digit(p[2]);

	if ((p[1] >= 'a' && p[1] <= 'f') || (p[2] >= 'a' && p[2] <= 'f') || high < 0 || low < 0)
		return false;
	return (high == 0 && low == 9) || (high == 3 && low != 0xD) ||
		high == 2 || (high >= 4 && high <= 6) || (high == 7 && low != 0xF);
}

/* Blanks at a line's end have to be encoded. */
static size_t needed_at_end(struct str line)
{
	size_t n = 0;

	while (line.len > 0 && ascii_space(line.ptr[line.len - 1]))
		line.len--;
	while (line.len >= QP_LEN && (memcmp(line.ptr + line.len - QP_LEN, "=20", QP_LEN) == 0 ||
		memcmp(line.ptr + line.len - QP_LEN, "=09", QP_LEN) == 0)) {
		line.len -= QP_LEN;
		n++;
	}
	return n;
}

static size_t count_needless(struct str line)
{
	size_t n = 0;

	for (size_t at = 0; at + QP_LEN <= line.len; at++)
		if (line.ptr[at] == '=' && is_needless(line.ptr + at)) {
			n++;
			at += QP_LEN - 1;
		}
	return n > 0 ? n - needed_at_end(line) : 0;
}

static size_t count_entities(struct str line)
{
	size_t n = 0, at = 0, next;

	while ((next = str_find_byte(str_slice(line, at, line.len), '&')) != SIZE_MAX) {
		const char *p = line.ptr + (at += next);
		size_t i = 3;

		at++;
		if (line.len + 1 - at < ENTITY_LEN || p[1] != '#' || p[2] != 'x')
			continue;
		while (i < ENTITY_LEN - 1 && hex_digit(p[i]) >= 0 && !(p[i] >= 'a' && p[i] <= 'f'))
			i++;
		n += i == ENTITY_LEN - 1 && p[i] == ';';
	}
	return n;
}

static bool has_not_ascii(struct str line)
{
	for (size_t i = 0; i < line.len; i++)
		if ((unsigned char)line.ptr[i] >= 0x80 || line.ptr[i] == '\0' || line.ptr[i] == '\r')
			return true;
	return false;
}

static void add_line(struct part_lines *lines, struct str line, size_t len)
{
	lines->bytes += len;
	lines->longest = len > lines->longest ? len : lines->longest;
	lines->not_ascii += has_not_ascii(line);
	lines->entities += count_entities(line);
	if (line.len >= 6 && memcmp(line.ptr, "SPAM: ", 6) == 0)
		return;
	lines->unmarked_bytes += len;
	lines->unmarked_longest = len > lines->unmarked_longest ? len : lines->unmarked_longest;
	lines->qp_needless += count_needless(line);
}

struct part_lines parts_lines(struct str raw)
{
	struct part_lines lines = { 0 };

	while (raw.len > 0) {
		/* not further: in one line of megabytes each piece would look to its end */
		size_t lf = str_find_byte(str_slice(raw, 0, LINE_MAX), '\n');
		bool split = lf == SIZE_MAX && raw.len > LINE_MAX;
		size_t len = split ? LINE_MAX : lf == SIZE_MAX ? raw.len : lf + 1;

		add_line(&lines, str_make(raw.ptr, len), len + split);
		raw = str_slice(raw, len, raw.len);
	}
	return lines;
}

/* Of so much as is needed; the memory is given back. */
static void read_image(struct parts *parts, struct part *part, struct str raw)
{
	struct part_image *image = &part->image;
	struct base64_state state = { 0 };
	bool cut = raw.len > IMAGE_BYTES_MAX, more;
	char *bytes;
	size_t room;

	image->kind = image_kind(part->type);
	if (image->kind == PART_NO_IMAGE || !str_equal_nocase(part->encoding, STR("base64"))) {
		image->kind = PART_NO_IMAGE;
		return;
	}
	raw = str_slice(raw, 0, IMAGE_BYTES_MAX);
	room = BASE64_ROOM(raw.len);
	bytes = arena_alloc_raw(parts->arena, room);
	if (!bytes) {
		image->cut = true;
		return;
	}
	size_t len = base64_decode(&state, raw, bytes);
	len += base64_finish(&state, bytes + len);
	if (!image_size(image->kind, str_make(bytes, len), &image->width, &image->height, &more))
		image->cut = cut && more;
	arena_resize(parts->arena, bytes, room, 0);
}

struct part *parts_leaf(struct parts *parts, struct str raw)
{
	struct part *part = parts->want_tree ? parts->last : NULL;

	if (!part)
		return NULL;
	part->leaf = true;
	part->lines = parts_lines(raw);
	read_image(parts, part, raw);
	return part;
}
