/* message/message: see message.h.
 *
 * The body is gathered in one block (up to the scan limit; CRLF becomes LF on the way, as
 * SpamAssassin sees it) and taken apart at the end: then text parts that need no decoding are
 * used where they stand, and how the body was cut cannot matter.
 */
#include "message/message.h"

#include <string.h>

#include "base/bytes.h"
#include "base/date.h"
#include "base/origins.h"
#include "message/body.h"
#include "message/domain.h"
#include "message/header.h"
#include "message/hops.h"
#include "message/html.h"
#include "message/html_facts.h"
#include "message/links.h"
#include "message/mime.h"
#include "message/part_text.h"
#include "message/parts.h"
#include "message/rawbody.h"
#include "message/readings.h"
#include "message/uris_view.h"

/* A link has some forms; each link its own. */
enum { URI_FORMS = 4 };
enum { UNREAD = MESSAGE_CUT_SCAN_BYTES | MESSAGE_CUT_PARTS | MESSAGE_CUT_DEPTH };
enum { PART_HEADER_BYTES = 64 * 1024, JUNK_LINES_MAX = 20 };

struct message {
	struct arena *arena;
	struct message_options options;
	struct message_view view;
	struct message_header *headers;
	size_t headers_capacity, header_bytes;
	struct mime_top top;
	const struct message_header *subject;
	struct buf raw;          /* headers if `full` is wanted, then the body */
	size_t body_start, body_bytes;
	bool pending_cr, bare_cr, headers_ended, failed;
	struct links *links;
	struct readings *readings;
	struct uris *uris;
	unsigned html_parts;
	struct body body;
	struct rawbody rawbody;
	struct parts parts;
	bool no_head_end;
	struct html_facts_list html;
	struct message_text *texts;
	size_t texts_capacity;
	/* the part being read */
	struct mime_part part;
	bool is_part;            /* not text around the parts of a multipart */
	struct part *leaf;       /* the same in the tree, or NULL */
	struct str body_read;    /* the body as it is taken apart: in `raw`, or a copy */
	struct str data;
	struct buf spill;        /* its data, when that is in several places */
	struct str decoded;      /* the transfer encoding undone */
	unsigned odd;            /* and what was odd about it (message/part_text.h) */
	const struct charset *charset;
	unsigned kinds;          /* of the bytes in `decoded` */
};

/* ---- creation ---- */

static readings_read read_again;

static void set_limits(struct message_limits *limits)
{
	static const struct message_limits DEFAULTS = {
		.headers = 1000, .header_bytes = 256 * 1024, .scan_bytes = 1024 * 1024,
		.parts = 200, .depth = 20, .urls = 1000, .part_text = 50000
	};

	limits->headers = limits->headers ? limits->headers : DEFAULTS.headers;
	limits->header_bytes = limits->header_bytes ? limits->header_bytes :
		DEFAULTS.header_bytes;
	limits->scan_bytes = limits->scan_bytes ? limits->scan_bytes : DEFAULTS.scan_bytes;
	limits->parts = limits->parts ? limits->parts : DEFAULTS.parts;
	limits->depth = limits->depth ? limits->depth : DEFAULTS.depth;
	limits->urls = limits->urls ? limits->urls : DEFAULTS.urls;
	limits->part_text = limits->part_text ? limits->part_text : DEFAULTS.part_text;
}

struct message *message_create(const struct message_options *options, struct arena *arena)
{
	struct message *message = ARENA_NEW(arena, struct message);

	if (!message)
		return NULL;
	message->arena = arena;
	message->options = *options;
	if (!options->origins) {
		message->options.origins = ORIGINS_DEFAULT;
		message->options.origins_n = ORIGINS_DEFAULT_N;
	}
	set_limits(&message->options.limits);
	message->raw.arena = message->spill.arena = message->body.arena = arena;
	message->rawbody.arena = arena;
	message->parts = (struct parts){ .arena = arena, .limit = message->options.limits.parts,
		.depth_max = message->options.limits.depth, .want_tree = options->want_tree };
	message->view.date = INT64_MIN;
	message->links = links_create(arena, message->options.limits.urls);
	if (options->want_uris)
		message->uris = uris_create(arena, URI_FORMS * message->options.limits.urls,
			options->want_links,
			options->redirector.find ? &message->options.redirector : NULL);
	message->readings = readings_create(arena, message->options.limits.scan_bytes,
		message->options.limits.parts, message->options.limits.depth, read_again, message);
	return message->links && (message->uris || !options->want_uris) && message->readings ?
		message : NULL;
}

static int spent(struct message *message)
{
	message->failed = true;
	message->view.truncated |= MESSAGE_CUT_MEMORY;
	return -1;
}

/* ---- headers ---- */

/* Whether a CR stood alone. */
static bool add_unfolded_line_ends(struct buf *out, struct str text)
{
	bool bare = false;

	while (text.len > 0) {
		const char *cr = memchr(text.ptr, '\r', text.len);
		size_t len = cr ? (size_t)(cr - text.ptr) : text.len;

		buf_add(out, text.ptr, len);
		if (cr && (len + 1 == text.len || cr[1] != '\n')) {
			buf_add_byte(out, '\r');
			bare = true;
		}
		text = str_slice(text, len + 1, text.len);
	}
	return bare;
}

static void keep_full_header(struct message *message, struct str name, struct str value)
{
	struct buf *raw = &message->raw;

	buf_add_str(raw, name);
	buf_add_byte(raw, ':');
	if (value.len == 0 || !ascii_space(value.ptr[0]))
		buf_add_byte(raw, ' ');
	add_unfolded_line_ends(raw, value);
	buf_add_byte(raw, '\n');
}

static struct message_header *new_header(struct message *message)
{
	size_t n = message->view.headers_n;

	if (n == message->headers_capacity) {
		size_t capacity = n ? 2 * n : 32;
		struct message_header *grown = arena_resize(message->arena, message->headers,
			n * sizeof *grown, capacity * sizeof *grown);

		if (!grown)
			return NULL;
		message->headers = grown;
		message->view.headers = grown;
		message->headers_capacity = capacity;
	}
	message->view.headers_n++;
	return &message->headers[n];
}

int message_header(struct message *message, struct str name, struct str value)
{
	const struct message_limits *limits = &message->options.limits;
	size_t bytes = name.len + value.len;
	struct message_header *header;
	char *copy;

	message->view.bytes += bytes + 2;
	if (message->failed)
		return -1;
	if (message->view.headers_n >= limits->headers ||
		bytes > limits->header_bytes - message->header_bytes) {
		message->view.truncated |= MESSAGE_CUT_HEADERS;
		return 0;
	}
	message->header_bytes += bytes;
	copy = arena_alloc_raw(message->arena, bytes);
	header = new_header(message);
	if (!copy || !header)
		return spent(message);
	if (name.len > 0)
		memcpy(copy, name.ptr, name.len);
	if (value.len > 0)
		memcpy(copy + name.len, value.ptr, value.len);
	header->name = str_make(copy, name.len);
	header->raw = str_make(copy + name.len, value.len);
	if (header_decode(message->arena, header->raw, &header->decoded) < 0)
		return spent(message);
	if (message->options.want_full)
		keep_full_header(message, header->name, header->raw);
	return message->raw.failed ? spent(message) : 0;
}

const struct message_header *message_find_header(const struct message_view *view, struct str name)
{
	for (size_t i = 0; i < view->headers_n; i++)
		if (str_equal_nocase(view->headers[i].name, name))
			return &view->headers[i];
	return NULL;
}

/* The first field of this name, and the last one if there are several. */
static struct str raw_of(const struct message *message, struct str name, struct str *last)
{
	struct str first = { NULL, 0 };

	for (size_t i = 0; i < message->view.headers_n; i++) {
		const struct message_header *header = &message->headers[i];

		if (!str_equal_nocase(header->name, name))
			continue;
		*last = first.ptr ? header->raw : *last;
		first = first.ptr ? first : header->raw;
	}
	return first;
}

int message_end_of_headers(struct message *message)
{
	const struct message_header *date;
	struct str ignored;

	if (message->failed)
		return -1;
	if (message->headers_ended)
		return 0;
	message->headers_ended = true;
	message->top.content_type = raw_of(message, STR("content-type"), &message->top.last_type);
	message->top.transfer_encoding = raw_of(message, STR("content-transfer-encoding"),
		&message->top.last_encoding);
	message->top.disposition = raw_of(message, STR("content-disposition"), &ignored);
	mime_same_is_none(&message->top);
	message->subject = message_find_header(&message->view, STR("subject"));
	if (message->subject && links_find(message->links, message->subject->decoded,
		(struct message_place){ .in = PLACE_HEADER,
			.n = (unsigned)(message->subject - message->headers) }, MESSAGE_URL_HEADER) < 0)
		return spent(message);
	date = message_find_header(&message->view, STR("date"));
	if (date && !date_parse_rfc5322(date->decoded, &message->view.date))
		message->view.date = INT64_MIN;
	if (message->options.want_relays && hops_read(message->arena, message->options.origins,
		message->options.origins_n, &message->view) < 0)
		return spent(message);
	if (message->options.want_full)
		buf_add_byte(&message->raw, '\n');
	message->body_start = message->raw.len;
	return message->raw.failed ? spent(message) : 0;
}

/* ---- body ---- */

/* CRLF becomes LF; a CR at the end of the chunk waits for what follows. */
static void add_body(struct message *message, struct str chunk)
{
	struct buf *raw = &message->raw;

	if (chunk.len == 0 || !buf_reserve(raw, chunk.len + 1))
		return;
	if (message->pending_cr && chunk.ptr[0] != '\n') {
		buf_add_byte(raw, '\r');
		message->bare_cr = true;
	}
	message->pending_cr = false;
	if (chunk.ptr[chunk.len - 1] == '\r') {
		message->pending_cr = true;
		chunk.len--;
	}
	if (add_unfolded_line_ends(raw, chunk))
		message->bare_cr = true;
}

int message_body(struct message *message, struct str chunk)
{
	size_t room = message->options.limits.scan_bytes - message->body_bytes;

	message->view.bytes += chunk.len;
	if (message->failed || message_end_of_headers(message) < 0)
		return -1;
	if (chunk.len > room) {
		message->view.truncated |= MESSAGE_CUT_SCAN_BYTES;
		chunk.len = room;
	}
	message->body_bytes += chunk.len;
	add_body(message, chunk);
	message->view.body_bytes = message->raw.len - message->body_start;
	if (message->raw.failed)
		return spent(message);
	return message->body_bytes == message->options.limits.scan_bytes;
}

/* ---- parts ---- */

static int part_headers(void *context, struct str block, size_t depth)
{
	struct message *message = context;

	return message->options.want_parts || message->options.want_tree ?
		parts_add(&message->parts, block, depth) : 0;
}

static int part_begin(void *context, const struct mime_part *part)
{
	struct message *message = context;

	message->part = *part;
	message->data = str_make(NULL, 0);
	message->spill.len = 0;
	return 0;
}

static int part_data(void *context, struct str data)
{
	struct message *message = context;
	struct str body = message->body_read;
	bool lasting = data.ptr >= body.ptr && data.ptr < body.ptr + body.len;

	/* a last line without line end comes from elsewhere, and stands there too */
	if (!lasting && message->data.len > 0 && message->spill.len == 0 &&
		message->data.ptr + message->data.len + data.len == body.ptr + body.len) {
		data.ptr = message->data.ptr + message->data.len;
		lasting = true;
	}
	if (message->spill.len == 0 && lasting && message->data.len == 0) {
		message->data = data;
	} else if (message->spill.len == 0 && lasting &&
		data.ptr == message->data.ptr + message->data.len) {
		message->data.len += data.len;
	} else {
		if (message->spill.len == 0)
			buf_add_str(&message->spill, message->data);
		buf_add_str(&message->spill, data);
		message->data = buf_str(&message->spill);
	}
	return message->spill.failed ? -1 : 0;
}

/* Before its links are looked for: their place is in texts[texts_n - 1]. */
static int add_text(struct message *message, struct str source, struct str shown, struct str all)
{
	struct message_view *view = &message->view;

	if (view->texts_n == message->texts_capacity) {
		size_t capacity = view->texts_n ? 2 * view->texts_n : 8;
		struct message_text *grown = arena_resize(message->arena, message->texts,
			view->texts_n * sizeof *grown, capacity * sizeof *grown);

		if (!grown)
			return -1;
		message->texts = grown;
		message->texts_capacity = capacity;
		view->texts = grown;
	}
	message->texts[view->texts_n++] = (struct message_text){ source, shown, all };
	return 0;
}

/* Where the text that came last begins. */
static struct message_place last_text(const struct message *message)
{
	return (struct message_place){ .in = PLACE_SHOWN, .n = (unsigned)message->view.texts_n - 1 };
}

static int show(struct message *message, struct str text)
{
	bool cut = false;
	int status;

	if (message->leaf)
		message->leaf->text = text;
	if (!message->is_part)
		return 0;
	if (!message->options.want_body && !message->options.want_uris)
		return 0;
	status = body_add(&message->body, text, message->options.limits.part_text, &cut);
	message->view.truncated |= cut ? MESSAGE_CUT_TEXT : 0u;
	return status;
}

/* The text that rules see, and what a browser finds beyond SpamAssassin. */
static int finish_uris(struct message *message)
{
	const struct message_options *options = &message->options;

	return options->want_uris ? uris_of_view(message->uris, options->want_links,
		options->want_links && options->want_signers, &message->view) : 0;
}

/* SpamAssassin leaves out calendars, which are files as a rule. */
static int show_raw(struct message *message, struct str text)
{
	bool cut = false;
	int status;

	if (!message->options.want_rawbody || str_equal(message->part.type, STR("text/calendar")))
		return 0;
	status = rawbody_add(&message->rawbody, text, &cut);
	message->view.truncated |= cut ? MESSAGE_CUT_TEXT : 0u;
	return status;
}

/* The leaf's place in the tree. SpamAssassin makes a part of a multipart that has none. */
static int begin_leaf(struct message *message, struct part_treatment treatment, unsigned how,
	struct str raw)
{
	message->leaf = NULL;
	message->is_part = message->part.kind == MIME_LEAF || (how & MIME_UNBOUNDED);
	if (!message->is_part || !message->options.want_tree)
		return 0;
	if ((how & MIME_UNBOUNDED) && parts_add(&message->parts, STR(""), message->part.depth) < 0)
		return -1;
	message->leaf = parts_leaf(&message->parts, raw);
	if (message->leaf) {
		message->leaf->shown = treatment.shown;
		message->leaf->html = treatment.reading == READ_HTML;
	}
	return 0;
}

/* From what stands in the mail to UTF-8. *linked: the same for links. What says that it is UTF-8
 * and is not is read as Windows-1252, but a browser takes no host with such bytes. */
static int decode_text(struct message *message, bool shown, struct str *text, struct str *linked)
{
	struct str source;
	int kinds;

	message->odd = 0;
	if (part_text_decode(message->arena, message->part.encoding, text, &message->odd) < 0 ||
		(message->is_part && show_raw(message, *text) < 0))
		return -1;
	source = *text;
	message->decoded = source;
	if (message->leaf)
		message->leaf->decoded = source;
	message->charset = charset_find(message->part.charset);
	kinds = part_text_to_utf8(message->arena, message->charset, text);
	if (kinds < 0)
		return -1;
	message->kinds = (unsigned)kinds;
	*linked = charset_says_utf8(message->charset) ? source : *text;
	message->body.wide = message->body.wide || (shown &&
		(text->ptr != source.ptr || (message->kinds & BYTES_HIGH)));
	return 0;
}

static int read_html(struct message *message, bool shown, struct str text, struct str linked)
{
	struct html html = { .text = text }, links;

	if (shown && message->options.want_html && html_facts_add(&message->html, message->arena,
		text, message->decoded.len, message->part.encoding) < 0)
		return -1;
	if ((message->options.want_links ? html_read_anchors : html_read)(message->arena, text,
		&html) < 0)
		return -1;
	links = html;
	if ((linked.ptr != text.ptr && html_read(message->arena, linked, &links) < 0) ||
		add_text(message, linked, links.shown, links.text) < 0 ||
		links_of_html(message->links, &links, linked, message->view.texts_n - 1) < 0 ||
		readings_of_documents(message->readings, &links) < 0)
		return -1;
	if (message->options.want_uris && uris_of_html(message->uris, message->arena,
		message->html_parts++, &html) < 0)
		return -1;
	message->view.truncated |= html.links_cut ? MESSAGE_CUT_URLS : 0u;
	message->view.text_shown += html.shown.len;
	message->view.text_hidden += html.hidden_bytes;
	for (size_t i = 0; message->leaf && i < html.links_n; i++)
		if (html.links[i].kind == HTML_LOAD)
			message->leaf->shows_image = true;
	return show(message, shown ? html.text : STR(""));
}

/* What another program reads (message/readings); nothing of it is for SpamAssassin's rules. */
static int read_again(void *context, struct str text, bool is_html, bool broken)
{
	struct message *message = context;
	struct html html = { .text = text, .shown = text };
	int status;

	if (is_html && html_read(message->arena, text, &html) < 0)
		return -1;
	links_disguise(message->links, broken ? DISGUISE_READING : 0);
	status = add_text(message, text, html.shown, html.text);
	if (status == 0)
		status = is_html ? links_of_html(message->links, &html, text,
			message->view.texts_n - 1) : links_find(message->links, text,
			last_text(message), MESSAGE_URL_TEXT);
	message->view.truncated |= html.links_cut ? MESSAGE_CUT_URLS : 0u;
	links_disguise(message->links, 0);
	return status == 0 && is_html ? readings_of_documents(message->readings, &html) :
		status;
}

static int read_text(struct message *message, struct part_treatment treatment, struct str *text)
{
	struct str linked;

	if (decode_text(message, treatment.shown, text, &linked) < 0)
		return -1;
	if (treatment.reading == READ_HTML)
		return read_html(message, treatment.shown, *text, linked);
	if (add_text(message, linked, linked, linked) < 0 || links_find(message->links, linked,
		last_text(message), treatment.shown ? MESSAGE_URL_TEXT : MESSAGE_URL_NOT_SHOWN) < 0)
		return -1;
	return show(message, treatment.shown ? *text : STR(""));
}

static int part_end(void *context, unsigned how)
{
	struct message *message = context;
	struct part_treatment treatment = part_treat(&message->part);
	struct reading_leaf leaf = { .part = &message->part, .treatment = treatment };
	struct str text = message->data;
	int status;

	if ((how & MIME_BY_BOUNDARY) && text.len > 0 && text.ptr[text.len - 1] == '\n')
		text.len--;
	if (how & MIME_UNBOUNDED)
		treatment.shown = true;
	if (begin_leaf(message, treatment, how, text) < 0)
		return -1;
	if (message->spill.len > 0) { /* text is kept by reference below */
		char *copy = arena_dup(message->arena, text);

		if (!copy)
			return -1;
		text.ptr = copy;
	}
	leaf.raw = text;
	status = treatment.reading == READ_NOTHING ? show(message, STR("")) :
		read_text(message, treatment, &text);
	if (status < 0)
		return -1;
	if (treatment.reading != READ_NOTHING) {
		leaf.decoded = message->decoded;
		leaf.text = text;
		leaf.odd = message->odd;
		leaf.charset = message->charset;
		leaf.kinds = message->kinds;
	}
	return readings_of_leaf(message->readings, &leaf);
}

static int part_other(void *context, const struct mime_other *other)
{
	struct message *message = context;

	return readings_of_entity(message->readings, other, message->body_read);
}

/* Once the mail was read as we do. */
static int read_otherwise(struct message *message)
{
	const struct mime_top *top = &message->top;

	if (message->bare_cr && (str_find_nocase(top->content_type, STR("multipart")) != SIZE_MAX ||
		mime_encoding_of(top->transfer_encoding) == MIME_QUOTED_PRINTABLE) &&
		readings_of_cr(message->readings, top, message->body_read) < 0)
		return -1;
	if (readings_finish(message->readings) < 0)
		return -1;
	message->view.truncated |= readings_cut(message->readings) ? MESSAGE_CUT_READINGS : 0u;
	return 0;
}

static int read_parts(struct message *message)
{
	static const struct mime_events EVENTS = {
		part_headers, part_begin, part_data, part_end, part_other
	};
	const struct mime_limits limits = {
		.parts = message->options.limits.parts, .depth = message->options.limits.depth,
		.header_bytes = PART_HEADER_BYTES
	};
	struct message_view *view = &message->view;
	struct mime *mime;
	unsigned cut;

	message->body_read = str_slice(buf_str(&message->raw), message->body_start, message->raw.len);
	if ((message->options.want_rawbody || message->options.want_tree) &&
		rawbody_squash(message->arena, &message->body_read) < 0)
		return -1;
	if (parts_begin(&message->parts, view->headers, view->headers_n) < 0)
		return -1;
	mime = mime_create(message->arena, &limits, &message->top, &EVENTS, message);

	if (!mime || mime_feed(mime, message->body_read) < 0 || mime_finish(mime) < 0 ||
		read_otherwise(message) < 0)
		return -1;
	cut = mime_cut(mime);
	view->truncated |= (cut & MIME_CUT_PARTS ? MESSAGE_CUT_PARTS : 0u) |
		(cut & MIME_CUT_DEPTH ? MESSAGE_CUT_DEPTH : 0u) |
		(cut & MIME_CUT_HEADERS ? MESSAGE_CUT_HEADERS : 0u);
	view->parts = message->parts.items;
	view->parts_n = message->parts.n;
	view->has_tree = message->options.want_tree;
	if (!view->has_tree)
		return 0;
	view->top = message->parts.top;
	view->flaws = mime_flaws(mime) | (message->no_head_end ? PART_NO_HEAD_END : 0u) |
		(view->truncated & UNREAD ? PART_UNREAD : 0u);
	return 0;
}

int message_end(struct message *message)
{
	struct message_view *view = &message->view;

	if (message->failed || message_end_of_headers(message) < 0)
		return -1;
	if (message->pending_cr)
		buf_add_byte(&message->raw, '\r');
	message->pending_cr = false;
	if (message->raw.failed || read_parts(message) < 0)
		return spent(message);
	if (message->options.want_body || message->options.want_uris) {
		if (body_finish(&message->body, message->subject ? &message->subject->decoded :
			NULL) < 0)
			return spent(message);
		view->body = message->body.items;
		view->body_n = message->body.n;
		view->body_has_subject = message->subject && message->subject->decoded.len > 0;
	}
	view->html = message->html.items;
	view->html_n = message->html.n;
	view->rawbody = message->rawbody.items;
	view->rawbody_n = message->rawbody.n;
	if (message->options.want_full)
		view->full = buf_str(&message->raw);
	view->urls = links_items(message->links, &view->urls_n);
	view->truncated |= links_full(message->links) ? MESSAGE_CUT_URLS : 0u;
	return finish_uris(message) < 0 || arena_spent(message->arena) ? spent(message) : 0;
}

const struct message_view *message_view(const struct message *message)
{
	return &message->view;
}

/* Past an mbox "From " line, and past what a program printed above the first header when the
 * file was saved; a mail that has no header at all keeps what it has. */
static struct str skip_to_headers(struct str mail)
{
	struct str rest = mail;

	for (int i = 0; i < JUNK_LINES_MAX && rest.len > 0; i++) {
		size_t lf = str_find_byte(rest, '\n');
		struct str line = str_slice(rest, 0, lf);

		if (header_line(line))
			return rest;
		if (str_trim(line).len == 0)
			break;
		rest = str_slice(rest, lf == SIZE_MAX ? rest.len : lf + 1, rest.len);
		if (i == 0 && line.ptr[0] == 'F' && str_starts_nocase(line, STR("From ")))
			mail = rest;
	}
	return mail;
}

int message_read(struct message *message, struct str mail)
{
	struct str name, value, before;

	mail = skip_to_headers(mail);
	before = mail;
	while (header_next(&mail, &name, &value)) {
		if (message_header(message, name, value) < 0)
			return -1;
		before = mail;
	}
	message->no_head_end = mail.ptr == before.ptr; /* an empty line is taken off */
	if (message_end_of_headers(message) < 0 || message_body(message, mail) < 0)
		return -1;
	return message_end(message);
}

struct str message_url_domain(const struct message_url *url)
{
	return url->host_is_ip ? STR("") : domain_registered(url->host);
}
