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
		/* NOLINTNEXTLINE(*NonNullParamChecker): found there */
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

/* ---- the other messages ---- */

/* FNV-1a of all leaves, each behind its length as text. */
static uint64_t digest(const struct leaves *leaves)
{
	uint64_t hash = UINT64_C(0xCBF29CE484222325);

	for (size_t i = 0; i < leaves->n; i++) {
		char head[32];
		int len = snprintf(head, sizeof head, "%zu:", leaves->bytes[i].len);

		for (int k = 0; k < len; k++)
			hash = (hash ^ (unsigned char)head[k]) * UINT64_C(0x100000001B3);
		for (size_t k = 0; k < leaves->bytes[i].len; k++)
			hash = (hash ^ (unsigned char)leaves->bytes[i].ptr[k]) *
				UINT64_C(0x100000001B3);
	}
	return hash;
}

static void check_digest(const char *dir, struct str line)
{
	static struct leaves leaves;
	size_t tab = str_find_byte(line, '\t'), len;
	char path[512], is[64];
	char *bytes;

	t_need(tab != SIZE_MAX);
	snprintf(path, sizeof path, "%s/%.*s", dir, (int)tab, line.ptr);
	bytes = t_read(path, &len);
	leaves = (struct leaves){ .arena = arena_create(ARENA_BYTES) };
	t_need(leaves.arena != NULL);
	take_apart(&leaves, str_make(bytes, len));
	snprintf(is, sizeof is, "%zu\t%016llx", leaves.n, (unsigned long long)digest(&leaves));
	line = str_slice(line, tab + 1, line.len);
	if (!t_true(str_starts_nocase(line, str_from(is))))
		printf("# %s: %s\n", path, is);
	arena_free(&leaves.arena);
}

/* SpamAssassin's t/data and ruby-mail's odd messages. The table has the number of leaves and their
 * digest: what SpamAssassin 4.0.1 decodes them to, and where ours differs, why. */
T_TEST(leaves_are_those_of_the_table)
{
	const char *dir = t_shared("data/mime");
	size_t len, n = 0;
	char *table = t_read("message/mime_oracle.tsv", &len);
	struct str text = str_make(table, len);

	for (size_t lf; (lf = str_find_byte(text, '\n')) != SIZE_MAX;) {
		struct str line = str_slice(text, 0, lf);

		text = str_slice(text, lf + 1, text.len);
		if (line.len == 0 || line.ptr[0] == '#')
			continue;
		check_digest(dir, line);
		n++;
	}
	t_true(n >= 200);
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
