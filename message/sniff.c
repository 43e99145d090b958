/* message/sniff: see sniff.h. */
#include "message/sniff.h"

#include <string.h>

#include "base/bytes.h"
#include "message/decode.h"
#include "message/header.h"

enum { BASE64_LINE_MIN = 16, BASE64_LINES = 4, HEAD_BYTES = 256 };

static struct str without_mark(struct str text)
{
	if (str_starts_nocase(text, STR("\xEF\xBB\xBF")))
		text = str_slice(text, 3, text.len);
	while (text.len > 0 && ascii_space(text.ptr[0]))
		text = str_slice(text, 1, text.len);
	return text;
}

bool sniff_html(struct str text)
{
	static const char *const STARTS[] = {
		"<html", "<!doctype html", "<head", "<body", "<script", "<iframe", "<table", "<div",
		"<style", "<title", "<a ", "<br", "<p", "<h1", "<font", "<b>", "<!--", "<meta",
		"<center", "<svg", "<?xml", "<base", "<form", "<img"
	};

	text = without_mark(text);
	if (text.len == 0 || text.ptr[0] != '<')
		return false;
	for (size_t i = 0; i < sizeof STARTS / sizeof *STARTS; i++)
		if (str_starts_nocase(text, str_from(STARTS[i])))
			return true;
	return false;
}

bool sniff_markup(struct str text)
{
	return str_find_byte(text, '<') != SIZE_MAX && (
		str_find_nocase(text, STR("href")) != SIZE_MAX ||
		str_find_nocase(text, STR("src")) != SIZE_MAX);
}

bool sniff_headers(struct str bytes)
{
	return bytes.len > 13 && (bytes.ptr[0] == 'C' || bytes.ptr[0] == 'c' ||
		bytes.ptr[0] == 'M' || bytes.ptr[0] == 'm') &&
		(str_starts_nocase(bytes, STR("content-type:")) ||
		str_starts_nocase(bytes, STR("content-transfer-encoding:")) ||
		str_starts_nocase(bytes, STR("content-disposition:")) ||
		str_starts_nocase(bytes, STR("mime-version:")));
}

static bool is_base64(char c)
{
	return ascii_alpha(c) || ascii_digit(c) || c == '+' || c == '/';
}

bool sniff_base64(struct str bytes)
{
	size_t lines = 0, total = 0;

	while (bytes.len > 0 && ascii_space(bytes.ptr[0]))
		bytes = str_slice(bytes, 1, bytes.len);
	while (bytes.len > 0 && lines < BASE64_LINES) {
		size_t n = 0, end;

		while (n < bytes.len && is_base64(bytes.ptr[n]))
			n++;
		for (end = n; end < bytes.len && bytes.ptr[end] == '='; end++)
			;
		while (end < bytes.len && (bytes.ptr[end] == ' ' || bytes.ptr[end] == '\r'))
			end++;
		if (end < bytes.len && bytes.ptr[end] != '\n')
			return false;
		if (n == 0)
			break;
		total += n;
		lines++;
		bytes = str_slice(bytes, end + 1, bytes.len);
	}
	return total >= BASE64_LINE_MIN;
}

bool sniff_quoted(struct str bytes)
{
	const char *p = bytes.ptr, *end;
	unsigned soft = 0;

	if (bytes.len == 0)
		return false;
	end = p + (bytes.len < SNIFF_QUOTED_BYTES ? bytes.len : SNIFF_QUOTED_BYTES);
	for (; (p = bytes_find_pair(p, end, '=', '3', '\n')) < end; p++) {
		if (p[1] == '\n') /* not the end of a line of '=' */
			soft += p > bytes.ptr && p[-1] != '=' && p[-1] != '\n';
		else if (end - p > 2 && (p[2] == 'D' || p[2] == 'd'))
			return true;
		if (soft > 1)
			return true;
	}
	return false;
}

struct str sniff_wide(struct str bytes)
{
	enum { FORMS_N = 4 };
	static const struct { const char *name; unsigned unit, text; } FORMS[FORMS_N] = {
		{ "utf-16le", 2, 0 }, { "utf-16be", 2, 1 }, { "utf-32le", 4, 0 }, { "utf-32be", 4, 3 }
	};
	unsigned zero[4] = { 0 }, n = 0;

	bytes = str_slice(bytes, 0, HEAD_BYTES);
	for (size_t i = 0; i < bytes.len / 4 * 4; i++, n++)
		zero[i % 4] += bytes.ptr[i] == 0;
	n /= 4;
	for (size_t left = n > 0 ? FORMS_N : 0; left > 0; left--) { /* the widest first */
		size_t f = left - 1;
		unsigned full = 0, empty = 0;

		for (unsigned i = 0; i < 4; i++) {
			if (i % FORMS[f].unit == FORMS[f].text)
				full += n - zero[i];
			else
				empty += zero[i];
		}
		/* three of four characters ASCII, and few NULs in their place */
		if (4 * empty >= 3 * n * (4 - 4 / FORMS[f].unit) &&
			4 * full >= 3 * n * (4 / FORMS[f].unit))
			return str_from(FORMS[f].name);
	}
	return STR("");
}

struct str sniff_named_charset(struct str bytes)
{
	struct str text = str_slice(without_mark(bytes), 0, SNIFF_CHARSET_BYTES);
	size_t at, end = 0;

	/* names that matter here are few, and a document that uses them has these bytes */
	if (str_find_byte(text, '<') == SIZE_MAX || (memchr(bytes.ptr, '+', bytes.len) == NULL &&
		memchr(bytes.ptr, '~', bytes.len) == NULL))
		return STR("");
	at = str_find_nocase(text, STR("charset"));
	text = at == SIZE_MAX ? STR("") : str_slice(text, at + 7, text.len);
	while (text.len > 0 && (ascii_space(text.ptr[0]) || text.ptr[0] == '=' ||
		text.ptr[0] == '"' || text.ptr[0] == '\''))
		text = str_slice(text, 1, text.len);
	while (end < text.len && (ascii_alpha(text.ptr[end]) || ascii_digit(text.ptr[end]) ||
		text.ptr[end] == '-' || text.ptr[end] == '_'))
		end++;
	return str_slice(text, 0, end);
}

static struct str line_at(struct str body, size_t *at)
{
	size_t from = *at, lf = str_find_byte(str_slice(body, from, body.len), '\n');
	struct str line = str_slice(body, from, lf == SIZE_MAX ? body.len : from + lf);

	*at = lf == SIZE_MAX ? body.len : from + lf + 1;
	return line;
}

static bool begins_mime_field(struct str line)
{
	return str_starts_nocase(line, STR("content-")) || str_starts_nocase(line, STR("mime-"));
}

struct str sniff_boundary(struct str body)
{
	size_t at = 0;

	for (int i = 0; i < SNIFF_BOUNDARY_LINES && at < body.len; i++) {
		struct str line = line_at(body, &at);
		size_t next = at;

		if (line.len < 3 || line.len > MIME_BOUNDARY_MAX || line.ptr[0] != '-' ||
			line.ptr[1] != '-')
			continue;
		while (line.len > 0 && ascii_space(line.ptr[line.len - 1]))
			line.len--;
		if (line.len > 2 && begins_mime_field(line_at(body, &next)))
			return str_slice(line, 2, line.len);
	}
	return STR("");
}

/* ---- files ---- */

static const struct { const char *end; enum sniff_file file; } NAMES[] = {
	{ ".xht", SNIFF_HTML_FILE }, { ".hta", SNIFF_HTML_FILE }, { ".svgz", SNIFF_NO_FILE },
	{ ".xml", SNIFF_HTML_FILE }, { ".txt", SNIFF_TEXT_FILE }, { ".url", SNIFF_TEXT_FILE },
	{ ".ics", SNIFF_TEXT_FILE }, { ".vcf", SNIFF_TEXT_FILE }, { ".rtf", SNIFF_TEXT_FILE },
	{ ".webloc", SNIFF_TEXT_FILE }, { ".desktop", SNIFF_TEXT_FILE },
	{ ".eml", SNIFF_MESSAGE_FILE }, { ".mht", SNIFF_MESSAGE_FILE },
	{ ".mhtml", SNIFF_MESSAGE_FILE }
};
static const struct { const char *type; enum sniff_file file; } TYPES[] = {
	{ "application/rtf", SNIFF_TEXT_FILE }, { "application/xml", SNIFF_HTML_FILE },
	{ "application/html", SNIFF_HTML_FILE }, { "application/xhtml", SNIFF_HTML_FILE },
	{ "image/svg+xml", SNIFF_HTML_FILE }, { "application/hta", SNIFF_HTML_FILE },
	{ "application/x-mimearchive", SNIFF_MESSAGE_FILE },
	{ "multipart/related", SNIFF_MESSAGE_FILE },
	{ "application/ics", SNIFF_TEXT_FILE }, { "application/x-mswinurl", SNIFF_TEXT_FILE },
	{ "application/internet-shortcut", SNIFF_TEXT_FILE }
};

/* The start of what is encoded, in `out`. */
static struct str decoded_start(enum mime_encoding encoding, struct str raw,
	char out[HEAD_BYTES + 6])
{
	struct base64_state state = { .bits = 0 };

	raw = str_slice(raw, 0, HEAD_BYTES);
	if (encoding == MIME_BASE64)
		return str_make(out, base64_decode(&state, raw, out));
	return encoding == MIME_QUOTED_PRINTABLE ? str_make(out, qp_decode(raw, out)) : raw;
}

enum sniff_file sniff_file(const struct mime_part *part, struct str raw)
{
	char out[HEAD_BYTES + 6]; /* quoted-printable may give as much; base64 gives less */
	struct str name = str_trim(part->name);

	while (name.len > 0 && name.ptr[name.len - 1] == '.') /* Windows leaves them out */
		name.len--;
	for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
		if (str_ends_nocase(name, str_from(NAMES[i].end)))
			return NAMES[i].file;
	if (str_starts_nocase(part->type, STR("message/")))
		return part->encoding != MIME_IDENTITY || str_equal(part->type, STR("message/partial"))
			? SNIFF_MESSAGE_FILE : SNIFF_NO_FILE;
	for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++)
		if (str_equal(part->type, str_from(TYPES[i].type)))
			return TYPES[i].file;
	if (str_starts_nocase(part->type, STR("image/")) ||
		str_starts_nocase(part->type, STR("audio/")) ||
		str_starts_nocase(part->type, STR("video/")) ||
		str_starts_nocase(part->type, STR("font/")))
		return SNIFF_NO_FILE;
	return sniff_html(decoded_start(part->encoding, raw, out)) ? SNIFF_HTML_FILE :
		SNIFF_NO_FILE;
}
