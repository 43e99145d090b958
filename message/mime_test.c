/* Tests of the MIME parser: the parts it tells of, whatever pieces the body comes in. */
#include "message/mime.h"

#include <stdio.h>
#include <string.h>

#include "test-harness/t.h"

/* Writes events down: "[kind type encoding]data" and "}" with the flags of the end. */
static int told_begin(void *context, const struct mime_part *part)
{
	static const char *const KINDS[] = { "leaf", "preamble", "epilogue" };
	static const char *const ENCODINGS[] = { "", " b64", " qp" };

	buf_addf(context, "[%s %.*s%s%s", KINDS[part->kind], (int)part->type.len, part->type.ptr,
		ENCODINGS[part->encoding], part->attachment ? " att" : "");
	if (part->charset.len > 0)
		buf_addf(context, " cs=%.*s", (int)part->charset.len, part->charset.ptr);
	if (part->name.len > 0)
		buf_addf(context, " n=%.*s", (int)part->name.len, part->name.ptr);
	buf_add_byte(context, ']');
	return 0;
}

static int told_data(void *context, struct str data)
{
	buf_add_str(context, data);
	return 0;
}

static int told_end(void *context, unsigned how)
{
	buf_addf(context, "{%u}", how);
	return 0;
}

static int told_headers(void *context, struct str block, size_t depth)
{
	(void)context, (void)block, (void)depth;
	return 0;
}
static const struct mime_events EVENTS = { told_headers, told_begin, told_data, told_end, NULL };

static unsigned parse(const char *type, struct str body, size_t piece, struct mime_limits limits,
	struct buf *out)
{
	struct arena *arena = arena_create(1 << 22);
	struct mime_top top = { .content_type = str_from(type) };
	struct mime *mime = mime_create(arena, &limits, &top, &EVENTS, out);
	unsigned cut;

	t_need(mime != NULL);
	for (size_t at = 0; at < body.len; at += piece) {
		struct str part = str_slice(body, at, at + piece);
		char copy[4096]; /* gone after the call */

		memcpy(copy, part.ptr, part.len);
		t_int(mime_feed(mime, str_make(copy, part.len)), 0);
		memset(copy, 'X', part.len);
	}
	t_int(mime_finish(mime), 0);
	cut = mime_cut(mime);
	arena_free(&arena);
	return cut;
}

static const struct mime_limits LIMITS = { .parts = 20, .depth = 4, .header_bytes = 4096 };

static const struct { const char *type, *body, *told; } CASES[] = {
	{ "", "hello\n", "[leaf text/plain]hello\n{0}" },
	{ "Text/HTML; charset=x", "", "[leaf text/html cs=x]{0}" },
	{ "multipart/mixed", "no boundary", "[leaf text/plain]no boundary{0}" },
	{ "multipart/mixed; boundary=b", "pre\n--b\n\none\n--b\nContent-Type: a/b\n\ntwo\n--b--\npost",
	  "[preamble text/plain]pre\n{1}[leaf text/plain]one\n{1}[leaf a/b]two\n{1}"
	  "[epilogue text/plain]post{0}" },
	{ "multipart/mixed; boundary=b", "never", "[preamble text/plain]never{2}" },
	{ "multipart/mixed; boundary=b", "--b\r\nContent-Transfer-Encoding: BASE64\r\n"
	  "Content-Disposition: attachment; filename=f\r\n\r\nx\r\n--b--\r\n",
	  "[leaf text/plain b64 att n=f]x\r\n{1}" },
	{ "multipart/mixed; boundary=b", "--b\n\n--bb\n--b \t\n\n--b-- \n",
	  "[leaf text/plain]--bb\n{1}[leaf text/plain]{1}" },
	{ "multipart/mixed; boundary=b", "--b\nno header\nmore\n--b--",
	  "[leaf text/plain]no header\nmore\n{1}" },
	{ "multipart/mixed; boundary=b", "--b\nContent-Type: a/b\n--b\n\nx",
	  "[leaf a/b]{1}[leaf text/plain]x{0}" },
	{ "multipart/mixed; boundary=o", "--o\nContent-Type: multipart/x; boundary=i\n\n--i\n\nin\n"
	  "--o\n\nout\n--o--", "[leaf text/plain]in\n{1}[leaf text/plain]out\n{1}" },
	{ "multipart/mixed; boundary=b", "--b\nContent-Type: multipart/x; boundary=b\n\n--b\n\nin\n"
	  "--b--\n--b\n\nout\n--b--", "[leaf text/plain]in\n{1}[leaf text/plain]out\n{1}" },
	{ "message/rfc822", "Subject: x\nContent-Type: text/html\n\nin", "[leaf text/html]in{0}" },
	{ "multipart/digest; boundary=b", "--b\n\nContent-Type: a/b\n\nin\n--b--",
	  "[leaf a/b]in\n{1}" },
	{ "multipart/mixed; boundary=b", "--b\n\nx\n--b--\n--b\n\ny", "[leaf text/plain]x\n{1}"
	  "[leaf text/plain]y{0}" },
	{ "message/rfc822", "Content-Type: message/rfc822", "[leaf text/plain]{0}" },
};

T_TEST(tells_of_parts_in_any_pieces)
{
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
		struct str body = str_from(CASES[i].body);

		for (size_t piece = 1; piece <= body.len + 1; piece++) {
			struct buf out = {0};

			t_int(parse(CASES[i].type, body, piece, LIMITS, &out), 0);
			t_slice(buf_str(&out), CASES[i].told);
			buf_free(&out);
		}
	}
}

T_TEST(limits_hold)
{
	struct buf out = {0};
	static const char DEEP[] = "--b\nContent-Type: multipart/x; boundary=c\n\n--c\n\nx\n--c--\n";

	t_int(parse("multipart/mixed; boundary=b", STR("--b\n\n1\n--b\n\n2\n--b\n\n3\n"), 100,
		(struct mime_limits){ .parts = 2, .depth = 4 }, &out), MIME_CUT_PARTS);
	t_slice(buf_str(&out), "[leaf text/plain]1\n{1}[leaf text/plain]2\n{1}");
	out.len = 0;
	t_int(parse("multipart/mixed; boundary=b", STR(DEEP), 100,
		(struct mime_limits){ .parts = 9, .depth = 1 }, &out), MIME_CUT_DEPTH);
	t_slice(buf_str(&out), "[leaf text/plain]--c\n\nx\n--c--\n{0}");
	buf_free(&out);
}
