/* The parser against messages whose decoded parts are known: the messages of Perl's MIME-tools with
 * what mime4j decodes of them (../shared/data/mime/mime-tools). Compared are the number of leaves,
 * whether each is text, and its bytes with the transfer encoding undone (line ends as LF). */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message/header.h"
#include "message/mime.h"
#include "message/part_text.h"
#include "test-harness/t.h"

enum { LEAVES_MAX = 64, ARENA_BYTES = 64 << 20 };

/* What differs on purpose. */
static const struct { const char *name, *why; } DIFFERENT[] = {
	{ "frag", "behind the '=' of base64 more digits follow: read on, as other programs do" },
	{ "multi-frag", "the same" },
	{ "hdr-fakeout", "what follows the headers without an empty line is the body, as in Postfix" },
	{ "multi-2gifs-base64", "a message in base64 is opened by another reading, not by the first" }
};

struct leaves {
	struct arena *arena;
	struct mime_part part;
	struct buf data;
	struct str bytes[LEAVES_MAX];
	bool text[LEAVES_MAX];
	size_t n;
};

static int on_headers(void *context, struct str block, size_t depth)
{
	(void)context, (void)block, (void)depth;
	return 0;
}

static int on_begin(void *context, const struct mime_part *part)
{
	struct leaves *leaves = context;

	leaves->part = *part;
	leaves->data = (struct buf){ .arena = leaves->arena };
	return 0;
}

static int on_data(void *context, struct str data)
{
	struct leaves *leaves = context;

	buf_add_str(&leaves->data, data);
	return 0;
}

static struct str without_cr(struct arena *arena, struct str text)
{
	struct buf out = { .arena = arena };

	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] != '\r' || i + 1 == text.len || text.ptr[i + 1] != '\n')
			buf_add_byte(&out, text.ptr[i]);
	return buf_str(&out);
}

static int on_end(void *context, unsigned how)
{
	struct leaves *leaves = context;
	struct str bytes = without_cr(leaves->arena, buf_str(&leaves->data));

	if (leaves->part.kind != MIME_LEAF)
		return 0;
	if ((how & MIME_BY_BOUNDARY) && bytes.len > 0)
		bytes.len--;
	t_need(leaves->n < LEAVES_MAX);
	t_int(part_text_decode(leaves->arena, leaves->part.encoding, &bytes, NULL), 0);
	leaves->text[leaves->n] = str_starts_nocase(leaves->part.type, STR("text/")) ||
		str_starts_nocase(leaves->part.type, STR("message/"));
	leaves->bytes[leaves->n++] = without_cr(leaves->arena, bytes);
	return 0;
}

static void take_apart(struct leaves *leaves, struct str mail)
{
	static const struct mime_events EVENTS = { on_headers, on_begin, on_data, on_end, NULL };
	const struct mime_limits limits = { .parts = 200, .depth = 20, .header_bytes = 65536 };
	struct mime_top top = { .content_type = STR("") };
	struct str name, value;
	struct mime *mime;

	if (str_starts_nocase(mail, STR("From ")))
		mail = str_slice(mail, str_find_byte(mail, '\n') + 1, mail.len);
	while (header_next(&mail, &name, &value)) {
		if (str_equal_nocase(name, STR("content-type")) && top.content_type.len == 0)
			top.content_type = value;
		else if (str_equal_nocase(name, STR("content-transfer-encoding")))
			top.transfer_encoding = value;
		else if (str_equal_nocase(name, STR("content-disposition")))
			top.disposition = value;
	}
	mime = mime_create(leaves->arena, &limits, &top, &EVENTS, leaves);
	t_need(mime != NULL);
	t_int(mime_feed(mime, mail), 0);
	t_int(mime_finish(mime), 0);
}

static const char *why_different(const char *name)
{
	for (size_t i = 0; i < sizeof DIFFERENT / sizeof *DIFFERENT; i++)
		if (strcmp(name, DIFFERENT[i].name) == 0)
			return DIFFERENT[i].why;
	return NULL;
}

/* The files that the description names, in its order. */
static bool equals_oracle(const struct leaves *leaves, const char *dir, struct str xml)
{
	bool same = true;
	size_t n = 0;

	for (size_t at; (at = str_find(xml, STR("-body name=\""))) != SIZE_MAX; n++) {
		bool text = at >= 4 && memcmp(xml.ptr + at - 4, "text", 4) == 0;
		char path[512];
		size_t len;
		char *bytes;

		xml = str_slice(xml, at + 12, xml.len);
		snprintf(path, sizeof path, "%s/%.*s", dir, (int)str_find_byte(xml, '"'), xml.ptr);
		bytes = t_read(path, &len);
		if (n < leaves->n && (leaves->text[n] != text || !str_equal(leaves->bytes[n],
			without_cr(leaves->arena, str_make(bytes, len))))) {
			printf("# %s: other bytes or type (%zu for %zu bytes)\n", path,
				leaves->bytes[n].len, len);
			same = false;
		}
	}
	if (n != leaves->n)
		printf("# %zu leaves, not %zu\n", leaves->n, n);
	return same && n == leaves->n;
}

static void check_message(const char *dir, const char *name)
{
	static struct leaves leaves;
	char path[512];
	size_t len;
	char *bytes;
	bool same;

	snprintf(path, sizeof path, "%s/%s.msg", dir, name);
	bytes = t_read(path, &len);
	leaves = (struct leaves){ .arena = arena_create(ARENA_BYTES) };
	t_need(leaves.arena != NULL);
	take_apart(&leaves, str_make(bytes, len));
	snprintf(path, sizeof path, "%s/%s_decoded.xml", dir, name);
	bytes = t_read(path, &len);
	same = equals_oracle(&leaves, dir, str_make(bytes, len));
	if (why_different(name))
		t_true(!same); /* else: take it off the list */
	else if (!t_true(same))
		printf("# %s\n", name);
	arena_free(&leaves.arena);
}

T_TEST(decoded_parts_are_those_of_the_oracle)
{
	const char *dir = t_shared("data/mime/mime-tools");
	DIR *open = opendir(dir);
	size_t n = 0;

	t_need(open != NULL);
	for (const struct dirent *entry; (entry = readdir(open)) != NULL;) {
		struct str file = str_from(entry->d_name);
		char name[256];

		if (file.len < 5 || file.len >= sizeof name ||
			!str_equal(str_slice(file, file.len - 4, file.len), STR(".msg")))
			continue;
		snprintf(name, sizeof name, "%.*s", (int)file.len - 4, file.ptr);
		check_message(dir, name);
		n++;
	}
	closedir(open);
	t_int(n, 48);
}
