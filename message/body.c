/* message/body: see body.h. */
#include "message/body.h"

#include <string.h>

#include "base/bytes.h"
#include "message/charset.h"

enum { CUT_SEARCH = 1024, UNLIKELY = 1, BLANK = 2 };

/* BLANK: ASCII white space. UNLIKELY: may begin white space in UTF-8. */
static const unsigned char CLASS[256] = {
	['\t'] = BLANK, ['\n'] = BLANK, ['\v'] = BLANK, ['\f'] = BLANK, ['\r'] = BLANK,
	[' '] = BLANK, [0xC2] = UNLIKELY, [0xE1] = UNLIKELY, [0xE2] = UNLIKELY, [0xE3] = UNLIKELY
};

size_t body_space(const char *p, const char *end)
{
	const unsigned char *u = (const unsigned char *)p;
	size_t left = (size_t)(end - p);

	if (left == 0 || CLASS[u[0]] == 0)
		return 0;
	if (CLASS[u[0]] == BLANK)
		return 1;
	if (u[0] == 0xC2)
		return left > 1 && (u[1] == 0xA0 || u[1] == 0x85) ? 2 : 0;
	if (left < 3)
		return 0;
	if (u[0] == 0xE1) /* U+1680 */
		return u[1] == 0x9A && u[2] == 0x80 ? 3 : 0;
	if (u[0] == 0xE3) /* U+3000 */
		return u[1] == 0x80 && u[2] == 0x80 ? 3 : 0;
	if (u[1] == 0x80) /* U+2000..200A, 2028, 2029, 202F */
		return (u[2] >= 0x80 && u[2] <= 0x8A) || u[2] == 0xA8 || u[2] == 0xA9 ||
			u[2] == 0xAF ? 3 : 0;
	return u[1] == 0x81 && u[2] == 0x9F ? 3 : 0; /* U+205F */
}

/* The offset behind `n` characters of UTF-8 from `at`, or the end. */
static size_t behind_characters(struct str text, size_t at, size_t n)
{
	for (; at < text.len; at++)
		if (((unsigned char)text.ptr[at] & 0xC0) != 0x80 && n-- == 0)
			break;
	return at;
}

int body_add(struct body *body, struct str text, size_t limit, bool *cut)
{
	size_t most = text.len > limit ? behind_characters(text, 0, limit) : text.len;

	body->text.arena = body->arena;
	if (body->text.len > 0)
		buf_add_byte(&body->text, '\n');
	if (most < text.len) {
		struct str search = str_slice(text, most,
			behind_characters(text, most, CUT_SEARCH + 1));
		size_t at = str_find_byte(search, '\n');

		if (at == SIZE_MAX)
			at = str_find_byte(search, ' ');
		text.len = most + (at == SIZE_MAX ? 0 : at + 1);
		*cut = true;
	}
	buf_add_str(&body->text, text);
	return body->text.failed ? -1 : 0;
}

static int add_item(struct body *body, struct str item)
{
	if (item.len == 0 || (item.len == 1 && item.ptr[0] == ' '))
		return 0;
	if (body->n == body->capacity) {
		size_t capacity = body->capacity ? 2 * body->capacity : 32;
		struct str *grown = arena_resize(body->arena, body->items,
			body->capacity * sizeof *grown, capacity * sizeof *grown);

		if (!grown)
			return -1;
		body->items = grown;
		body->capacity = capacity;
	}
	body->items[body->n++] = item;
	return 0;
}

/* A paragraph, in pieces of at most BODY_STRING_MAX that end after a space if they can. */
static int add_paragraph(struct body *body, struct str text)
{
	while (text.len > BODY_STRING_MAX) {
		size_t len = BODY_STRING_MAX + 1; /* the space itself may be one past it */

		while (len > 0 && text.ptr[len - 1] != ' ')
			len--;
		if (len == 0)
			len = BODY_STRING_MAX;
		if (add_item(body, str_make(text.ptr, len)) < 0)
			return -1;
		text = str_slice(text, len, text.len);
	}
	return add_item(body, text);
}

struct run {
	const char *first_lf, *last_lf, *end;
	unsigned lfs;
};

static struct run space_run(const char *p, const char *end)
{
	struct run run = { NULL, NULL, p, 0 };
	size_t len;

	while ((len = body_space(run.end, end)) > 0) {
		if (*run.end == '\n') {
			run.first_lf = run.lfs++ == 0 ? run.end : run.first_lf;
			run.last_lf = run.end;
		}
		run.end += len;
	}
	return run;
}

/* Folds in place: the result is never longer. */
static int split(struct body *body)
{
	const char *p = body->text.ptr, *end = p + body->text.len;
	char *out = body->text.ptr, *from = out;

	while ((out = bytes_copy_plain(&p, end, out, '\n')), p < end) {
		const char *start = p;
		struct run run;

		if (CLASS[(unsigned char)*p] == 0) {
			do
				*out++ = *p++;
			while (p < end && CLASS[(unsigned char)*p] == 0);
			continue;
		}
		/* a single space between two words: nearly always */
		if (*p == ' ' && end - p > 1 && !CLASS[(unsigned char)p[1]]) {
			*out++ = *p++;
			continue;
		}
		run = space_run(p, end);
		if (run.end == p) {
			*out++ = *p++;
			continue;
		}
		p = run.end;
		if (run.lfs < 2 || body->n >= BODY_STRINGS_MAX) {
			*out++ = ' ';
			continue;
		}
		if (run.first_lf > start)
			*out++ = ' ';
		*out++ = '\n'; /* for one of the two or more that were there */
		if (add_paragraph(body, str_make(from, (size_t)(out - from))) < 0)
			return -1;
		from = out;
		if (run.last_lf + 1 < run.end)
			*out++ = ' ';
	}
	return add_paragraph(body, str_make(from, (size_t)(out - from)));
}

/* With the line end that SpamAssassin's header values have. */
static int add_subject(struct body *body, struct str subject)
{
	struct buf line = { .arena = body->arena };

	buf_add_str(&line, subject);
	buf_add_byte(&line, '\n');
	return line.failed ? -1 : add_paragraph(body, buf_str(&line));
}

/* The same in Latin-1, in place, if all of it is there. */
static void narrow(struct buf *text)
{
	size_t n = 0;

	if (bytes_are_ascii(buf_str(text))) /* most are */
		return;
	for (size_t i = 0; i < text->len; i++) {
		unsigned char c = (unsigned char)text->ptr[i];

		if (c < 0x80)
			continue;
		if ((c != 0xC2 && c != 0xC3) || ++i == text->len ||
			((unsigned char)text->ptr[i] & 0xC0) != 0x80)
			return;
	}
	for (size_t i = 0; i < text->len; i++) {
		unsigned char c = (unsigned char)text->ptr[i];

		text->ptr[n++] = c < 0x80 ? (char)c :
			(char)((c & 3) << 6 | ((unsigned char)text->ptr[++i] & 0x3F));
	}
	text->len = n;
}

int body_finish(struct body *body, const struct str *subject)
{
	if (subject && subject->len > 0 && add_subject(body, *subject) < 0)
		return -1;
	if (!body->wide)
		narrow(&body->text);
	return body->text.len > 0 ? split(body) : 0;
}
