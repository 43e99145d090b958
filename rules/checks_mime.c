/* rules/checks_mime: checks of the MIME parts, by their headers, and of the text as a whole.
 *
 * Semantics of SpamAssassin 4.0.1 (Plugin/MIMEEval.pm, BodyEval.pm).
 */
#include "rules/checks.h"
#include "rules/checks_text.h"

struct part {
	struct str type;        /* "text/html" of 'Text/HTML; charset=x', case kept */
	struct str charset, encoding, disposition;
};

/* What all parts are together. */
struct parts {
	size_t html, text, base64, attachments;
	bool base64_text, bad_charset, capitals; /* capitals: other scripts look like them */
};

static struct str value_of(const struct fact_header *headers, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++)
		if (str_equal_nocase(headers[i].name, name))
			return headers[i].decoded;
	return STR("");
}

static struct str charset_of(struct str type)
{
	size_t at = str_find_nocase(type, STR("charset"));
	if (at == SIZE_MAX)
		return STR("");
	struct str rest = str_trim(str_slice(type, at + 7, type.len));
	if (!rest.len || rest.ptr[0] != '=')
		return STR("");
	rest = str_trim(str_slice(rest, 1, str_find_byte(rest, ';')));
	while (rest.len && (rest.ptr[0] == '"' || rest.ptr[0] == '\''))
		rest = str_slice(rest, 1, rest.len);
	size_t end = 0;
	while (end < rest.len && rest.ptr[end] != '"' && rest.ptr[end] != '\'')
		end++;
	return str_slice(rest, 0, end);
}

static struct part read_part(const struct fact_header *headers, size_t n)
{
	struct str type = value_of(headers, n, STR("Content-Type"));
	if (!type.len)
		type = STR("text/plain; charset=us-ascii");
	size_t end = 0;
	while (end < type.len && type.ptr[end] != ';' && !ascii_space(type.ptr[end]))
		end++;
	return (struct part){ str_slice(type, 0, end), charset_of(type),
		value_of(headers, n, STR("Content-Transfer-Encoding")),
		value_of(headers, n, STR("Content-Disposition")) };
}

static bool is_ascii(struct str charset)
{
	static const char *const names[] = { "ascii", "ansi_x3.4-1968", "ansi_x3.4-1986", "iso-ir-6",
		"iso_646.irv:1991", "iso646-us", "us", "ibm367", "cp367" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_find_nocase(charset, str_from(names[i])) != SIZE_MAX)
			return true;
	return !charset.len;
}

/* "iso-..." with a second dash, and none that there is. */
static bool bad_iso(struct str charset)
{
	if (!checks_glob(STR("*iso-?*-?*"), charset))
		return false;
	return !checks_glob(STR("*iso-8859-?"), charset) &&
		!checks_glob(STR("*iso-8859-??"), charset) &&
		!checks_glob(STR("*iso-2022-jp*"), charset) && !checks_glob(STR("*iso-2022-kr*"), charset);
}

static bool has(struct str text, const char *word)
{
	return str_find_nocase(text, str_from(word)) != SIZE_MAX;
}

static bool like_capitals(struct str charset)
{
	static const char *const parts[] = { "koi", "jp", "jis", "euc", "gb", "big5", "isoir",
		"cp1251", "windows-1251", "georgianps", "pt154", "tis" };
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (has(charset, parts[i]))
			return true;
	return false;
}

static void add_part(struct parts *all, const struct part *part)
{
	bool text = str_starts_nocase(part->type, STR("text"));
	bool html = str_equal_nocase(part->type, STR("text/html"));
	bool base64 = has(part->encoding, "base64");
	bool shown = str_starts_nocase(part->disposition, STR("attachment")) ||
		str_starts_nocase(part->disposition, STR("inline"));
	all->html += html;
	all->text += text && !html;
	all->base64 += base64;
	all->attachments += has(part->disposition, "attachment");
	all->base64_text = all->base64_text ||
		(text && base64 && !shown && is_ascii(part->charset));
	all->bad_charset = all->bad_charset || bad_iso(part->charset);
	all->capitals = all->capitals || like_capitals(part->charset);
}

static struct parts read_parts(const struct facts *facts)
{
	struct parts all = { 0 };
	struct part part = read_part(facts->headers, facts->headers_n);
	add_part(&all, &part);
	for (size_t i = 0; i < facts->parts_n; i++) {
		part = read_part(facts->parts[i].headers, facts->parts[i].headers_n);
		add_part(&all, &part);
	}
	return all;
}

int check_mime(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	struct parts all = read_parts(context->facts);
	const struct values *locales = values_find(context->set, "ok_locales", STR(""));
	struct { const char *name; bool hit; } answers[] = {
		{ "mime_base64_count", all.base64 },
		{ "mime_base64_encoded_text", all.base64_text },
		{ "mime_bad_iso_charset", all.bad_charset },
		{ "mime_attachment", all.attachments }, { "mime_body_html_count", all.html },
		{ "mime_body_text_count", all.text }, { "mimepart_limit_exceeded", false },
	};
	struct str what = checks_argument(call, 0);
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
		if (str_equal(what, str_from(answers[i].name)))
			return checks_hit(out, answers[i].hit, STR(""));
	/* what is left is mime_faraway_charset */
	if (locales && locales->n && !values_have(locales, STR("all")))
		out->unknown = "ok_locales-not-supported";
	return 0;
}

static bool html_mail(const struct facts *facts)
{
	return str_starts_nocase(value_of(facts->headers, facts->headers_n, STR("Content-Type")),
		STR("text/html"));
}

int check_mime_html(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	(void)call;
	return checks_hit(out, html_mail(context->facts) || read_parts(context->facts).html,
		STR("text/html"));
}

int check_mime_html_only(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	struct parts all = read_parts(context->facts);
	(void)call;
	return checks_hit(out, html_mail(context->facts) || (all.html && !all.text),
		STR("text/html"));
}

int check_body_length(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	return checks_hit(out, (double)context->facts->body_bytes <= checks_number(call, 0, 0),
		STR(""));
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

/* How many of a hundred letters and digits are capitals. */
int check_uppercase(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	enum { TEXT_MIN = 200 };
	const struct facts *facts = context->facts;
	size_t upper = 0, others = 0, bytes = 0;
	for (size_t i = 0; i < facts->body_n; i++) {
		struct str line = facts->body[i], rest = line, word;
		if (!checks_word(&rest, &word) || !str_trim(rest).len || base64_lines(line))
			continue;
		bytes += line.len + 1; /* SpamAssassin's strings end with a line feed */
		for (size_t k = 0; k < line.len; k++) {
			char c = line.ptr[k];
			upper += c >= 'A' && c <= 'Z';
			others += (c >= 'a' && c <= 'z') || ascii_digit(c);
		}
	}
	double percent = bytes < TEXT_MIN || upper + others == 0 || read_parts(facts).capitals ? 0 :
		100.0 * (double)upper / (double)(upper + others);
	return checks_hit(out, percent > checks_number(call, 0, 0) &&
		percent <= checks_number(call, 1, 100), STR(""));
}

int check_blank_lines(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	const struct facts *facts = context->facts;
	double min = checks_number(call, 0, 0), max = checks_number(call, 1, 100);
	size_t lines = 0, blank = 0;
	for (size_t i = 0; i < facts->rawbody_n; i++) {
		struct str rest = facts->rawbody[i];
		while (rest.len) {
			size_t end = str_find_byte(rest, '\n');
			blank += str_trim(str_slice(rest, 0, end)).len == 0;
			rest = end == SIZE_MAX ? STR("") : str_slice(rest, end + 1, rest.len);
			lines++;
		}
	}
	double least = checks_number(call, 2, 1);
	double percent = !lines || (double)lines < least ? -1 : 100.0 * (double)blank / (double)lines;
	return checks_hit(out, (min <= 0 || percent > min) && percent <= max, STR(""));
}
