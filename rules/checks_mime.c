/* rules/checks_mime: checks of the MIME parts: what they say they are, and how they are encoded.
 *
 * Semantics of SpamAssassin 4.0.1 (Plugin/MIMEEval.pm). The parts are those of base/part.h.
 */
#include "rules/checks.h"
#include "rules/checks_text.h"

enum { ENTITY_BYTES = 8 }; /* "&#x20AC;" */

/* What all parts are together. */
struct parts {
	size_t html, text, base64, qp, attachments;
	bool base64_text, bad_charset, capitals, far; /* capitals: other scripts look like them */
	bool alternative;
	size_t qp_bytes, qp_longest, qp_needless;
	size_t not_ascii, entities, plain_bytes;
	size_t html_bytes, text_bytes;   /* of the last parts of that kind */
	bool has_html, has_text;         /* there are such */
};

const struct part *checks_part(const struct facts *facts, size_t number)
{
	return number ? &facts->parts[number - 1].about : &facts->top;
}

bool checks_no_tree(const struct facts *facts, struct check_answer *out)
{
	if (!facts->has_tree)
		out->unknown = "parts-not-read";
	return !facts->has_tree;
}

static bool has(struct str text, const char *word)
{
	return str_find_nocase(text, str_from(word)) != SIZE_MAX;
}

static bool is_ascii(struct str charset)
{
	static const char *const names[] = { "ascii", "ansi_x3.4-1968", "ansi_x3.4-1986", "iso-ir-6",
		"iso_646.irv:1991", "iso646-us", "us", "ibm367", "cp367" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (has(charset, names[i]))
			return true;
	return !charset.len;
}

static size_t digits(struct str text, size_t at)
{
	size_t n = 0;
	while (at + n < text.len && ascii_digit(text.ptr[at + n]))
		n++;
	return n;
}

/* Does an ISO charset that there is stand here, as a word? */
static bool known_iso(struct str text)
{
	static const char *const asian[] = { "iso-2022-jp", "iso-2022-kr" };
	size_t end = 0;
	if (str_starts_nocase(text, STR("iso-8859-"))) {
		size_t n = digits(text, 9);
		end = n == 1 || n == 2 ? 9 + n : 0;
	}
	for (size_t i = 0; i < 2; i++)
		if (str_starts_nocase(text, str_from(asian[i])))
			end = 11;
	return end && (end == text.len || !checks_word_byte(text.ptr[end]));
}

/* "iso-..." with a second dash, and none that there is. */
static bool bad_iso(struct str charset)
{
	bool iso = false;
	for (size_t at = 0; at < charset.len; at++) {
		struct str rest = str_slice(charset, at, charset.len), word;
		if (!str_starts_nocase(rest, STR("iso-")))
			continue;
		if (known_iso(rest))
			return false;
		if (!checks_word(&rest, &word))
			continue;
		size_t dash = str_find_byte(str_slice(word, 5, word.len), '-');
		iso = iso || (dash != SIZE_MAX && 5 + dash + 1 < word.len);
	}
	return iso;
}

static bool like_capitals(struct str charset)
{
	static const char *const parts[] = { "koi", "jp", "jis", "euc", "gb", "big5", "isoir",
		"cp1251", "windows-1251", "georgianps", "pt154", "tis" };
	for (size_t i = 0; i < charset.len; i++)
		if (!checks_word_byte(charset.ptr[i]) && charset.ptr[i] != '-')
			return false;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (has(charset, parts[i]))
			return true;
	return false;
}

static void add_charset(const struct check_context *context, struct parts *all, struct str charset)
{
	enum { CHARSET_MAX = 200 };
	charset = str_slice(charset, 0, CHARSET_MAX);
	struct str word, rest = charset;
	bool letter = false;
	for (size_t i = 0; i < charset.len; i++)
		letter = letter || ascii_alpha(charset.ptr[i]);
	if (!letter)
		return;
	while (checks_word(&rest, &word))
		all->capitals = all->capitals || like_capitals(word);
	all->bad_charset = all->bad_charset || bad_iso(charset);
	all->far = all->far || checks_charset_far(context, charset);
}

static void add_lines(struct parts *all, const struct part *part)
{
	const struct part_lines *lines = &part->lines;
	bool plain = str_equal(part->type, STR("text/plain"));
	if (str_equal_nocase(part->encoding, STR("quoted-printable"))) {
		all->qp_bytes += lines->unmarked_bytes;
		all->qp_needless += lines->qp_needless;
		if (lines->unmarked_longest > all->qp_longest)
			all->qp_longest = lines->unmarked_longest;
	}
	if (plain && (!part->charset.ptr || str_equal_nocase(part->charset, STR("us-ascii"))))
		all->not_ascii += lines->not_ascii;
	if (plain && (!part->encoding.len || str_equal_nocase(part->encoding, STR("7bit")) ||
	    str_equal_nocase(part->encoding, STR("8bit")))) {
		all->entities += lines->entities;
		all->plain_bytes += lines->bytes - ENTITY_BYTES * lines->entities;
	}
	if (has(part->disposition, "attachment"))
		return;
	if (plain) {
		all->has_text = true;
		all->text_bytes = all->alternative ? lines->bytes : 0;
	} else if (str_equal(part->type, STR("text/html"))) {
		all->has_html = true;
		all->html_bytes = all->alternative ? lines->bytes : 0;
	}
}

static void add_part(const struct check_context *context, struct parts *all,
	const struct part *part)
{
	bool text = str_starts_nocase(part->type, STR("text"));
	bool html = str_equal(part->type, STR("text/html"));
	bool base64 = has(part->encoding, "base64");
	bool placed = str_starts_nocase(part->disposition, STR("attachment")) ||
		str_starts_nocase(part->disposition, STR("inline"));
	all->alternative = all->alternative || str_equal(part->type, STR("multipart/alternative"));
	all->html += html;
	all->text += text && !html;
	all->base64 += base64;
	all->qp += !base64 && has(part->encoding, "quoted-printable");
	all->attachments += has(part->disposition, "attachment");
	all->base64_text = all->base64_text ||
		(text && base64 && !placed && is_ascii(part->charset));
	add_charset(context, all, part->charset);
	if (part->leaf)
		add_lines(all, part);
}

static struct parts read_parts(const struct check_context *context)
{
	struct parts all = { 0 };
	for (size_t i = 0; i <= context->facts->parts_n; i++)
		add_part(context, &all, checks_part(context->facts, i));
	return all;
}

static double ratio(size_t some, size_t all, double otherwise)
{
	return all ? (double)some / (double)all : otherwise;
}

static double alternative_ratio(const struct parts *all)
{
	return all->alternative && all->has_html && all->has_text ?
		ratio(all->text_bytes, all->html_bytes, 1) : 1;
}

/* Names that SpamAssassin does not fill are never hit, "mimepart_limit_exceeded" among them. */
int check_mime(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	if (checks_no_tree(context->facts, out))
		return 0;
	struct parts all = read_parts(context);
	struct str what = checks_argument(call, 0);
	bool open = context->facts->flaws & PART_OPEN;
	const struct { const char *name; double value; } answers[] = {
		{ "mime_attachment", (double)all.attachments },
		{ "mime_ascii_text_illegal", (double)all.not_ascii },
		{ "mime_bad_iso_charset", all.bad_charset },
		{ "mime_base64_count", (double)all.base64 },
		{ "mime_base64_encoded_text", all.base64_text },
		{ "mime_body_html_count", (double)all.html },
		{ "mime_body_text_count", (double)all.text },
		{ "mime_checked_attachments", 1 },
		{ "mime_faraway_charset", all.far },
		{ "mime_missing_boundary", open },
		{ "mime_multipart_alternative", all.alternative },
		{ "mime_multipart_ratio", alternative_ratio(&all) },
		{ "mime_qp_bytes", (double)all.qp_bytes },
		{ "mime_qp_count", (double)(all.qp_bytes ? all.qp_needless : all.qp) },
		{ "mime_qp_long_line", all.qp_longest > 79 },
		{ "mime_qp_ratio", (double)all.qp_needless },
		{ "mime_text_unicode_ratio", (double)(all.plain_bytes ? all.entities : 0) },
	};
	if (str_equal(what, STR("mime_missing_boundary")) && (context->facts->flaws & PART_UNREAD)) {
		out->unknown = "not-all-read";
		return 0;
	}
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
		if (str_equal(what, str_from(answers[i].name)))
			return checks_hit(out, answers[i].value != 0, STR(""));
	return 0;
}

/* The Content-Type of the message begins so. */
static bool html_mail(const struct check_context *context, int *status)
{
	struct str type;
	*status = checks_header(context, "Content-Type", &type);
	return !*status && str_starts_nocase(type, STR("text/html"));
}

int check_mime_html(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	int status;
	(void)call;
	if (html_mail(context, &status) || status)
		return status ? -1 : checks_hit(out, true, STR("text/html"));
	if (checks_no_tree(context->facts, out))
		return 0;
	return checks_hit(out, read_parts(context).html > 0, STR("text/html"));
}

int check_mime_html_only(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	int status;
	(void)call;
	if (html_mail(context, &status) || status)
		return status ? -1 : checks_hit(out, true, STR("text/html"));
	if (checks_no_tree(context->facts, out))
		return 0;
	struct parts all = read_parts(context);
	return checks_hit(out, all.html && !all.text, STR("text/html"));
}

int check_multipart_ratio(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	if (checks_no_tree(context->facts, out))
		return 0;
	struct parts all = read_parts(context);
	double value = alternative_ratio(&all);
	return checks_hit(out, value >= checks_number(call, 0, 0) &&
		value < checks_number(call, 1, 0), STR(""));
}

int check_qp_ratio(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	if (checks_no_tree(context->facts, out))
		return 0;
	struct parts all = read_parts(context);
	return checks_hit(out, ratio(all.qp_needless, all.qp_bytes, 0) >= checks_number(call, 0, 0),
		STR(""));
}

int check_ascii_illegal(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	(void)call;
	if (checks_no_tree(context->facts, out))
		return 0;
	return checks_hit(out, read_parts(context).not_ascii > 0, STR(""));
}

/* "0.02": up to three digits, a point, one to three more; anything else never hits. */
static bool is_share(struct str text)
{
	size_t before = digits(text, 0), after = digits(text, before + 1);
	return before <= 3 && before < text.len && text.ptr[before] == '.' && after >= 1 &&
		after <= 3 && before + 1 + after == text.len;
}

int check_unicode_ratio(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	if (checks_no_tree(context->facts, out) || !is_share(checks_argument(call, 0)))
		return 0;
	struct parts all = read_parts(context);
	return checks_hit(out, ratio(all.entities, all.plain_bytes, 0) >= checks_number(call, 0, 0),
		STR(""));
}

/* A part of a multipart/alternative that is neither text nor one of what programs send there. */
int check_alternative_part(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	const struct facts *facts = context->facts;
	(void)call;
	if (checks_no_tree(facts, out))
		return 0;
	for (size_t i = 1; i <= facts->parts_n; i++) {
		const struct part *part = checks_part(facts, i);
		if (part->leaf && !str_starts_nocase(part->type, STR("text/")) &&
		    !str_equal(part->type, STR("multipart/related")) &&
		    !str_equal(part->type, STR("application/rtf")) &&
		    str_equal(checks_part(facts, part->parent)->type, STR("multipart/alternative")))
			return checks_hit(out, true, part->type);
	}
	return 0;
}

int check_base64_length(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	const struct facts *facts = context->facts;
	size_t longest = 0;
	if (checks_no_tree(facts, out))
		return 0;
	for (size_t i = 0; i <= facts->parts_n; i++) {
		const struct part *part = checks_part(facts, i);
		if (part->leaf && str_equal_nocase(part->encoding, STR("base64")) &&
		    !str_equal(part->type, STR("application/ics")) && part->lines.longest > longest)
			longest = part->lines.longest;
	}
	return checks_hit(out, (double)longest >= checks_number(call, 0, 0) &&
		(call->args_n < 2 || (double)longest <= checks_number(call, 1, 0)), STR(""));
}

/* Longer headers than SpamAssassin takes. */
static bool cut_headers(const struct facts *facts)
{
	enum { NAME_MAX_SA = 256, VALUE_MAX = 8192, ALL_MAX = 65536 };
	size_t all = 0;
	for (size_t i = 0; i < facts->headers_n; i++) {
		const struct fact_header *header = &facts->headers[i];
		if (header->name.len > NAME_MAX_SA || header->raw.len + 1 > VALUE_MAX)
			return true;
		all += header->name.len + header->decoded.len + 3;
	}
	return all > ALL_MAX;
}

int check_parse_flags(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	static const struct { const char *name; enum part_flaw flaw; } flags[] = {
		{ "missing_head_body_separator", PART_NO_HEAD_END },
		{ "missing_mime_headers", PART_NO_HEADERS },
		{ "missing_mime_head_body_separator", PART_NO_SEPARATOR },
		{ "mime_epilogue_exists", PART_EPILOGUE },
	};
	struct str what = checks_argument(call, 0);
	if (str_equal(what, STR("truncated_header")))
		return checks_hit(out, cut_headers(context->facts), STR(""));
	if (checks_no_tree(context->facts, out))
		return 0;
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
		if (str_equal(what, str_from(flags[i].name)))
			return checks_hit(out, context->facts->flaws & flags[i].flaw, STR(""));
	/* mimepart_limit_exceeded: the reader's own limit comes before SpamAssassin's 1,000 */
	if (context->facts->flaws & PART_UNREAD)
		out->unknown = "not-all-read";
	return 0;
}

int check_faraway(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	const struct facts *facts = context->facts;
	size_t high = 0, low = 0;
	(void)call;
	if (checks_no_tree(facts, out) || !facts->top.charset.ptr ||
	    !checks_charset_far(context, facts->top.charset))
		return 0;
	for (size_t i = 0; i < facts->body_n; i++)
		for (size_t k = 0; k < facts->body[i].len; k++)
			*((unsigned char)facts->body[i].ptr[k] >= 0x80 ? &high : &low) += 1;
	return checks_hit(out, high > 3 && low <= high, facts->top.charset);
}

/* Lines that lost their base64 wrapper are no text: two runs of 60 to 76 of its letters. */
static bool base64_lines(struct str line)
{
	for (int run = 0; run < 2; run++) {
		size_t n = 0;
		while (n < line.len && (ascii_alpha(line.ptr[n]) || ascii_digit(line.ptr[n]) ||
		    line.ptr[n] == '+' || line.ptr[n] == '/' || line.ptr[n] == '='))
			n++;
		if (n < 60 || n > 76 || n == line.len || line.ptr[n] != ' ')
			return false;
		line = str_slice(line, n + 1, line.len);
	}
	return true;
}

struct letters {
	size_t upper, others, bytes;
};

static void count_letters(struct letters *count, struct str text)
{
	count->bytes += text.len;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		count->upper += c >= 'A' && c <= 'Z';
		count->others += (c >= 'a' && c <= 'z') || ascii_digit(c);
	}
}

/* Without Japanese of ISO-2022: from the first shift to the last one back. */
static void add_letters(struct letters *count, struct str line)
{
	size_t from = str_find(line, STR("\x1b$B")), to = SIZE_MAX;
	for (size_t at = from; at < line.len; at++)
		if (line.ptr[at] == '\x1b' && at >= from + 3 && line.len - at >= 3 &&
		    line.ptr[at + 1] == '(' && line.ptr[at + 2] == 'B')
			to = at + 3;
	if (to == SIZE_MAX) {
		count_letters(count, line);
		return;
	}
	count_letters(count, str_slice(line, 0, from));
	count_letters(count, str_slice(line, to, line.len));
}

/* How many of a hundred letters and digits are capitals. */
int check_uppercase(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	enum { TEXT_MIN = 200 };
	const struct facts *facts = context->facts;
	struct letters count = { 0 };
	if (checks_no_tree(facts, out))
		return 0;
	for (size_t i = 0; i < facts->body_n; i++) {
		struct str line = facts->body[i], rest = line, word;
		if (checks_word(&rest, &word) && str_trim(rest).len && !base64_lines(line))
			add_letters(&count, line);
	}
	double percent = count.bytes < TEXT_MIN || read_parts(context).capitals ? 0 :
		100 * ratio(count.upper, count.upper + count.others, 0);
	return checks_hit(out, percent > checks_number(call, 0, 0) &&
		percent <= checks_number(call, 1, 100), STR(""));
}
