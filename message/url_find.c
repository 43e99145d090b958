/* message/url_find: see url_find.h.
 *
 * One pass over the text stops at ':', '.' and '@' only (a table), and looks around there. What
 * was looked at backwards is bounded by what was found before (and by 64 and 253 bytes), what was
 * looked at forwards is passed over, found or not: so nothing is read more than a few times.
 */
#include "message/url_find.h"

#include <string.h>

#include "message/domain.h"

enum { LOCAL_MAX = 64 }; /* of an address before the '@' (RFC 5321 section 4.5.3.1.1) */

enum { TRIGGER = 1, HOST = 2, LOCAL = 4, STOP = 8, TRAIL = 16 };

/* TRIGGER: . : @   HOST: letters, digits, '-', '.', '_' and bytes from 0x80   LOCAL: of an
 * address   STOP: ends a link   TRAIL: no link ends in it */
#define S STOP
#define L LOCAL
#define H (HOST | LOCAL)
#define T (LOCAL | TRAIL)
static const unsigned char CLASS[256] = {
	S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S,
	S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S,
	S, T, S, L, L, L, L, T, TRAIL, TRAIL, T, L, TRAIL, H, H | TRIGGER | TRAIL, L,
	H, H, H, H, H, H, H, H, H, H, TRIGGER | TRAIL, TRAIL, S, L, S, T,
	TRIGGER, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
	H, H, H, H, H, H, H, H, H, H, H, TRAIL, 0, TRAIL, L, H | TRAIL,
	S, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
	H, H, H, H, H, H, H, H, H, H, H, TRAIL | LOCAL, TRAIL | LOCAL, TRAIL | LOCAL, T, S,
	HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST,
	HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST,
	HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST,
	HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST,
	HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST,
	HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST,
	HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST,
	HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST,
	HOST, HOST, HOST, HOST, HOST, HOST, HOST, HOST
};
#undef S
#undef L
#undef H
#undef T

static unsigned class_at(struct str text, size_t at)
{
	return CLASS[(unsigned char)text.ptr[at]];
}

/* Blanks, quotation marks and brackets of other scripts, in UTF-8: they end a link as their
 * ASCII brothers do. The length, or 0. */
static size_t wide_stop(struct str text, size_t at)
{
	const unsigned char *p = (const unsigned char *)text.ptr + at;
	size_t left = text.len - at;

	if (left >= 2 && p[0] == 0xC2 && (p[1] == 0xA0 || p[1] == 0xAB || p[1] == 0xBB))
		return 2;
	if (left < 3)
		return 0;
	if (p[0] == 0xE2 && p[1] == 0x80) /* spaces; dashes and quotes; dots, line ends */
		return p[2] <= 0x8A || (p[2] >= 0x98 && p[2] <= 0x9F) || p[2] == 0xA6 ||
			p[2] == 0xA8 || p[2] == 0xA9 || p[2] == 0xB9 || p[2] == 0xBA ? 3 : 0;
	if (p[0] == 0xE3 && p[1] == 0x80) /* CJK punctuation; the full stop U+3002 is a host's dot */
		return p[2] <= 0x91 && p[2] != 0x82 ? 3 : 0;
	if (p[0] == 0xEF && p[1] == 0xBD) /* full-width { | } */
		return p[2] >= 0x9B && p[2] <= 0x9D ? 3 : 0;
	if (p[0] == 0xEF && p[1] == 0xBC) /* full-width ! " ( ) , : ; */
		return p[2] == 0x81 || p[2] == 0x82 || p[2] == 0x88 || p[2] == 0x89 ||
			p[2] == 0x8C || p[2] == 0x9A || p[2] == 0x9B ? 3 : 0;
	return 0;
}

/* The end of the link whose body goes on at `at`. */
static size_t link_end(struct str text, size_t at)
{
	for (; at < text.len; at++) {
		if (class_at(text, at) & STOP)
			break;
		if ((unsigned char)text.ptr[at] >= 0xC2 && wide_stop(text, at))
			break;
	}
	return at;
}

/* Without punctuation that belongs to the sentence; a closing bracket stays when its opening
 * one is in the link. */
static size_t trim_end(struct str text, size_t start, size_t end)
{
	long open[3] = { 0, 0, 0 };
	static const char OPENING[] = "([{", CLOSING[] = ")]}";

	for (size_t i = start; i < end; i++)
		for (int k = 0; k < 3; k++)
			open[k] += (text.ptr[i] == OPENING[k]) - (text.ptr[i] == CLOSING[k]);
	while (end > start && (class_at(text, end - 1) & TRAIL)) {
		char c = text.ptr[end - 1];
		const char *closing = c ? strchr(CLOSING, c) : NULL;

		if (c == '_' || c == '*')
			break;
		if (closing) {
			if (open[closing - CLOSING] >= 0)
				break;
			open[closing - CLOSING]++;
		}
		end--;
	}
	return end;
}

static bool take(struct url_finder *finder, size_t start, size_t body, struct str *link)
{
	size_t end = link_end(finder->text, body);
	size_t trimmed = trim_end(finder->text, start, end);

	finder->at = end;
	*link = str_slice(finder->text, start, trimmed);
	return trimmed > body;
}

/* A ':' after a scheme? The longest first: "https" ends in no "http". */
static bool at_colon(struct url_finder *finder, size_t from, size_t colon, struct str *link)
{
	static const struct { const char *name; size_t len; bool slashes; } SCHEMES[] = {
		{ "https", 5, true }, { "http", 4, true }, { "ftp", 3, true }, { "mailto", 6, false }
	};
	struct str text = finder->text;

	for (size_t i = 0; i < sizeof SCHEMES / sizeof *SCHEMES; i++) {
		size_t len = SCHEMES[i].len, body = colon + 1;

		if (colon - from < len || !str_equal_nocase(str_make(text.ptr + colon - len, len),
			str_make(SCHEMES[i].name, len)))
			continue;
		if (SCHEMES[i].slashes) {
			while (body < text.len && (text.ptr[body] == '/' || text.ptr[body] == '\\'))
				body++;
			if (body == colon + 1)
				continue;
		}
		return take(finder, colon - len, body, link);
	}
	return false;
}

/* The run of host characters around `at`, from `from` on. Only what comes after the last ".."
 * counts; dots, '-' and '_' at the ends do not. */
static struct str host_around(struct str text, size_t from, size_t at, size_t *run_end)
{
	size_t start = at, end = at;

	while (start > from && at - start < DOMAIN_NAME_MAX && (class_at(text, start - 1) & HOST))
		start--;
	while (end < text.len && (class_at(text, end) & HOST)) {
		if ((unsigned char)text.ptr[end] >= 0xC2 && wide_stop(text, end))
			break;
		end++;
	}
	*run_end = end;
	for (size_t i = end; i-- > start + 1;) {
		if (text.ptr[i] == '.' && text.ptr[i - 1] == '.' && i + 1 < end &&
			text.ptr[i + 1] != '.') {
			start = i + 1;
			break;
		}
	}
	while (end > start && (text.ptr[end - 1] == '.' || text.ptr[end - 1] == '-' ||
		text.ptr[end - 1] == '_'))
		end--;
	while (start < end && (text.ptr[start] == '.' || text.ptr[start] == '-' ||
		text.ptr[start] == '_'))
		start++;
	return str_slice(text, start, end);
}

static bool is_www(struct str host)
{
	return str_starts_nocase(host, STR("www.")) &&
		str_find_byte(str_slice(host, 4, host.len), '.') != SIZE_MAX;
}

/* ":80/x", "/x", "?x" or "#x" after a host. */
static bool goes_on(struct str text, size_t at)
{
	if (at >= text.len)
		return false;
	if (text.ptr[at] == ':')
		return at + 1 < text.len && ascii_digit(text.ptr[at + 1]);
	return text.ptr[at] == '/' || text.ptr[at] == '\\' || text.ptr[at] == '?' ||
		text.ptr[at] == '#';
}

static bool linkable(struct str host)
{
	return host.len >= 4 && host.len <= DOMAIN_NAME_MAX &&
		str_find_byte(host, '.') != SIZE_MAX && (is_www(host) || domain_has_suffix(host));
}

/* "setup.py" and "report.zip": top-level domains that are file names first. Only a path or a
 * third label makes a host of them. */
static bool is_file_name(struct str host)
{
	static const struct str NAMES[] = {
		{ ".zip", 4 }, { ".py", 3 }, { ".sh", 3 }, { ".pl", 3 }, { ".md", 3 }, { ".rs", 3 },
		{ ".mov", 4 }, { ".ps", 3 }, { ".so", 3 }
	};
	size_t dot = str_find_byte(host, '.');
	struct str last = str_slice(host, dot, host.len);

	for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
		if (str_equal_nocase(last, NAMES[i]))
			return true;
	return false;
}

/* Chinese and Japanese put no blanks around a host name: the ASCII part around its dot. */
static struct str ascii_around(struct str text, struct str host, size_t dot)
{
	size_t start = dot, end = dot, first = (size_t)(host.ptr - text.ptr);

	while (start > first && (unsigned char)text.ptr[start - 1] < 0x80)
		start--;
	while (end < first + host.len && (unsigned char)text.ptr[end] < 0x80)
		end++;
	return str_slice(text, start, end);
}

static bool at_dot(struct url_finder *finder, size_t from, size_t dot, struct str *link)
{
	struct str text = finder->text, host;
	size_t run_end, host_end;

	if (dot == from || dot + 1 >= text.len || !(class_at(text, dot + 1) & HOST) ||
		!(class_at(text, dot - 1) & HOST))
		return false;
	host = host_around(text, from, dot, &run_end);
	if (run_end < text.len && text.ptr[run_end] == '@') {
		finder->at = run_end; /* the local part of an address */
		return false;
	}
	/* The scheme of "my.http://..." is looked for at its colon. */
	if (run_end + 1 < text.len && text.ptr[run_end] == ':' && text.ptr[run_end + 1] == '/') {
		finder->at = run_end;
		return false;
	}
	finder->at = run_end;
	if (!linkable(host)) {
		size_t whole = host.len;

		host = ascii_around(text, host, dot);
		if (host.len == whole || !linkable(host))
			return false;
		if (host.ptr + host.len < text.ptr + run_end)
			finder->at = (size_t)(host.ptr - text.ptr) + host.len;
	}
	host_end = (size_t)(host.ptr - text.ptr) + host.len;
	if (host_end == run_end && goes_on(text, run_end))
		return take(finder, (size_t)(host.ptr - text.ptr), run_end, link) || link->len > 0;
	*link = host;
	return !is_file_name(host);
}

static bool at_sign(struct url_finder *finder, size_t from, size_t sign, struct str *link)
{
	struct str text = finder->text, host;
	size_t start = sign, run_end;

	if (sign + 1 >= text.len || !(class_at(text, sign + 1) & HOST))
		return false;
	while (start > from && sign - start < LOCAL_MAX && (class_at(text, start - 1) & LOCAL))
		start--;
	while (start < sign && (class_at(text, start) & TRAIL))
		start++;
	host = host_around(text, sign + 1, sign + 1, &run_end);
	finder->at = run_end;
	if (start == sign || host.len == 0 || host.ptr != text.ptr + sign + 1 ||
		str_find_byte(host, '.') == SIZE_MAX || !domain_has_suffix(host))
		return false;
	*link = str_slice(text, start, sign + 1 + host.len);
	return true;
}

bool url_find_next(struct url_finder *finder, struct str *link)
{
	struct str text = finder->text;
	size_t from = finder->at; /* nothing before it is looked at again */

	for (size_t i = from; i < text.len; i++) {
		bool found;

		if (!(class_at(text, i) & TRIGGER))
			continue;
		finder->at = i + 1;
		if (text.ptr[i] == ':')
			found = at_colon(finder, from, i, link);
		else if (text.ptr[i] == '.')
			found = at_dot(finder, from, i, link);
		else
			found = at_sign(finder, from, i, link);
		if (found)
			return true;
		i = finder->at - 1;
	}
	finder->at = text.len;
	return false;
}
