/* message/url_find: see url_find.h.
 *
 * One pass over the text stops at ':', '.' and '@' only, and at what may be a dot or a colon to a
 * reader (url_human), and looks around there. What is looked at backwards is bounded by what was
 * found before (and by 64 and 253 bytes), what is looked at forwards is passed over, found or not,
 * or bounded too: so nothing is read more than a few times. Names in Chinese are dear (libidn2):
 * in one text so many are looked at as DEAR_MAX says, and the others as whole words only.
 */
#include "message/url_find.h"

#include <string.h>

#include "base/bytes.h"
#include "base/ip.h"
#include "message/domain.h"
#include "message/url_human.h"
#include "message/url_wide.h"

enum { LOCAL_MAX = 64 }; /* of an address before the '@' (RFC 5321 section 4.5.3.1.1) */

enum { DEAR_MAX = 200 };

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

/* Does a sentence in Chinese or Japanese begin here, not a part of the path? It does right behind
 * a letter, or if it ends in a full stop. */
static bool is_sentence(struct str text, size_t at)
{
	unsigned char before = (unsigned char)text.ptr[at - 1];

	if (before < 0x80 && before != '/' && before != '=' && before != '-' && before != '_')
		return true;
	for (size_t n = 0; n < DOMAIN_NAME_MAX && at < text.len; at++, n++) {
		if ((unsigned char)text.ptr[at] < 0x80)
			return false;
		if (url_wide_dot(text, at) || url_wide_stop(text, at))
			return true;
	}
	return false;
}

/* The end of the link whose body goes on at `at`; `path`: it is behind the host. */
static size_t link_end(struct str text, size_t at, bool path)
{
	unsigned open[3] = { 0, 0, 0 };
	bool cjk = false;

	for (; at < text.len; at++) {
		unsigned char c = (unsigned char)text.ptr[at];
		int bracket = c == '(' || c == ')' ? 0 : c == '[' || c == ']' ? 1 : 2;

		if (CLASS[c] & STOP)
			break;
		if (c == '/' || c == '?' || c == '#')
			path = true;
		if (c == '(' || c == '[' || c == '{')
			open[bracket]++;
		else if ((c == ')' || c == ']' || c == '}') && open[bracket]-- == 0)
			break;
		if (c < 0xC2)
			continue;
		if (url_wide_stop(text, at) || (path && url_wide_dot(text, at)))
			break;
		if (path && !cjk && url_is_cjk(text, at) && is_sentence(text, at))
			break;
		cjk = cjk || url_is_cjk(text, at);
	}
	return at;
}

static size_t count(struct str text, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++)
		n += text.ptr[i] == c;
	return n;
}

/* Without punctuation that belongs to the sentence; what is closed stays when it was opened in
 * the link. */
static size_t trim_end(struct str text, size_t start, size_t end)
{
	static const char OPENING[] = "([{", CLOSING[] = ")]}";
	size_t quotes = SIZE_MAX; /* in what is left; counted once */

	for (;; end--) {
		struct str link = str_slice(text, start, end);
		char c = link.len > 0 ? link.ptr[link.len - 1] : 0;
		const char *closing = c ? strchr(CLOSING, c) : NULL;

		if (link.len == 0 || c == '_' || c == '*')
			return end;
		if ((unsigned char)c >= 0x80 && link.len > 3 && url_wide_dot(text, end - 3)) {
			end -= 2;
			continue;
		}
		if (c == 's' && link.len > 2 && text.ptr[end - 2] == '\'') /* the English genitive */
			c = text.ptr[--end - 1];
		else if (!(class_at(text, end - 1) & TRAIL))
			return end;
		else if (c == '\'' && (quotes = quotes == SIZE_MAX ? count(link, c) : quotes) % 2 == 0)
			return end;
		if (closing && count(link, OPENING[closing - CLOSING]) >= count(link, c))
			return end;
		quotes -= c == '\'' && quotes != SIZE_MAX;
	}
}

static bool give(struct url_found *found, struct str link, bool human)
{
	*found = (struct url_found){ link, link, human, false };
	return link.len > 0;
}

static bool goes_on(struct str text, size_t at);

/* The link with its head mended, and what goes on behind it. */
static bool give_human(struct url_finder *finder, const struct url_human *human,
	struct url_found *found)
{
	size_t end = human->end;
	struct buf mended = { .arena = finder->arena };

	if (!finder->arena)
		return false;
	if (goes_on(finder->text, end))
		end = trim_end(finder->text, human->start, link_end(finder->text, end, true));
	if (end < human->end)
		return false;
	buf_add(&mended, human->head, human->len);
	buf_add_str(&mended, str_slice(finder->text, human->end, end));
	if (mended.failed)
		return false;
	finder->at = end;
	*found = (struct url_found){ str_slice(finder->text, human->start, end), buf_str(&mended),
		true, false };
	return true;
}

static bool take(struct url_finder *finder, size_t start, size_t body, bool path,
	struct str *link)
{
	size_t end = link_end(finder->text, body, path);
	size_t trimmed = trim_end(finder->text, start, end);

	finder->at = end;
	*link = str_slice(finder->text, start, trimmed);
	return trimmed > body;
}

static bool is_www(struct str host)
{
	return str_starts_nocase(host, STR("www.")) &&
		str_find_byte(str_slice(host, 4, host.len), '.') != SIZE_MAX;
}

/* ---- behind a scheme ---- */

enum form { GOOD, DOUBTFUL, NONE };
enum { LABEL_MAX = 63 }; /* RFC 1035 section 2.3.4 */

/* Few programs take labels that begin or end with '-' or '_', '_' in the registered domain, and
 * last labels that cannot be. What is not of host characters is left to url_parse. */
static enum form host_form(struct str host)
{
	enum form form = GOOD;
	size_t labels = 1 + count(host, '.'), label = 0;

	if (host.len == 0)
		return NONE;
	for (size_t i = 0; i < host.len; i++)
		if (!(class_at(host, i) & HOST))
			return GOOD;
	for (size_t i = 0; i < host.len; label++) {
		size_t dot = str_find_byte(str_slice(host, i, host.len), '.');
		struct str part = str_slice(host, i, dot == SIZE_MAX ? host.len : i + dot);
		char last = part.len > 0 ? part.ptr[part.len - 1] : 0;
		size_t characters = 0;
		bool ascii = true;

		for (size_t k = 0; k < part.len; k++) {
			ascii = ascii && (unsigned char)part.ptr[k] < 0x80;
			characters += ((unsigned char)part.ptr[k] & 0xC0) != 0x80;
		}
		if (characters > LABEL_MAX || (str_starts_nocase(part, STR("xn--")) && !ascii))
			return NONE;
		if (part.len == 0 || part.ptr[0] == '-' || part.ptr[0] == '_' || last == '-' ||
			last == '_' || (label + 2 >= labels && str_find_byte(part, '_') != SIZE_MAX))
			form = DOUBTFUL;
		if (labels > 1 && label + 1 == labels && ascii && !ascii_digit(last) &&
			!str_starts_nocase(part, STR("xn--")) &&
			(part.len == 1 || str_find_byte(part, '-') != SIZE_MAX))
			form = DOUBTFUL;
		i += part.len + 1;
	}
	return form;
}

/* The host in "user@host:80/path"; *before: what is before the last '@', or empty. */
static struct str host_of(struct str body, struct str *before)
{
	size_t end = str_until(body, 0, "/\\?#"), at = end, colon;

	while (at > 0 && body.ptr[at - 1] != '@')
		at--;
	*before = str_slice(body, 0, at > 0 ? at - 1 : 0);
	body = str_slice(body, at, end);
	if (body.len > 0 && body.ptr[0] == '[')
		return body;
	colon = str_find_byte(body, ':');
	return str_slice(body, 0, colon);
}

/* "http://pills." and a line end and "example/": cut in two, and neither half is a host. */
static bool is_cut(struct str text, size_t end, struct str host)
{
	if (str_find_byte(host, '.') != SIZE_MAX || end >= text.len || text.ptr[end] != '.')
		return false;
	end++;
	if (end < text.len && text.ptr[end] == '\r')
		end++;
	return end + 1 < text.len && text.ptr[end] == '\n' && (class_at(text, end + 1) & HOST);
}

/* Chinese right behind a host: when the whole is none, what is before it may be. The host that is
 * left, without a dot at its end; `host` where nothing was cut. */
static struct str cut_host(struct url_finder *finder, struct str host, struct str *link)
{
	size_t i = 0;

	while (i < host.len && (unsigned char)host.ptr[i] < 0x80)
		i++;
	if (i == host.len || i == 0 || host.len > 4 * DOMAIN_NAME_MAX || !url_is_cjk(host, i) ||
		domain_has_suffix(host) ||
		!domain_has_suffix(str_slice(host, 0, i)) ||
		str_find_byte(str_slice(host, 0, i), '.') == SIZE_MAX)
		return host;
	link->len = (size_t)(host.ptr + i - link->ptr);
	finder->at = (size_t)(link->ptr + link->len - finder->text.ptr);
	while (i > 0 && host.ptr[i - 1] == '.')
		i--;
	return str_slice(host, 0, i);
}

/* Of the first run of host characters. */
static size_t host_end(struct str text, size_t at)
{
	size_t body = at;

	while (at < text.len && at - body <= DOMAIN_NAME_MAX && (class_at(text, at) & HOST))
		at++;
	return at;
}

static bool is_name(struct str host)
{
	return host_form(host) == GOOD && (is_www(host) || (host.len > 3 &&
		str_find_byte(host, '.') != SIZE_MAX && domain_has_suffix(host)));
}

/* Some programs end a host at an '@', or at a character that is not shown (U+200B..U+200D,
 * U+2060, U+FEFF, U+00AD). Empty: that leaves no host. */
static struct str second_reading(struct str link, struct str host, struct str before)
{
	static const struct str UNSEEN[] = {
		{ "\xE2\x80\x8B", 3 }, { "\xE2\x80\x8C", 3 }, { "\xE2\x80\x8D", 3 },
		{ "\xE2\x81\xA0", 3 }, { "\xEF\xBB\xBF", 3 }, { "\xC2\xAD", 2 }
	};

	before = str_slice(before, 0, str_find_byte(before, ':'));
	if (before.len > 0 && before.len <= DOMAIN_NAME_MAX && is_name(before))
		return str_make(link.ptr, (size_t)(before.ptr + before.len - link.ptr));
	for (size_t i = 0; i < host.len && i <= DOMAIN_NAME_MAX; i++) {
		if ((unsigned char)host.ptr[i] < 0xC2)
			continue;
		for (size_t k = 0; k < sizeof UNSEEN / sizeof *UNSEEN; k++)
			if (str_equal(str_slice(host, i, i + UNSEEN[k].len), UNSEEN[k]))
				return is_name(str_slice(host, 0, i)) ?
					str_make(link.ptr, (size_t)(host.ptr + i - link.ptr)) : STR("");
	}
	return STR("");
}

static bool web_link(struct url_finder *finder, size_t from, size_t start, size_t body,
	struct url_found *found)
{
	struct str text = finder->text, link, whole, host, before;
	char left = start > from ? text.ptr[start - 1] : ' ';
	struct url_human human;
	enum form form;

	if (url_human_goes_on(text, start, body, host_end(text, body), &human) &&
		give_human(finder, &human, found))
		return true;
	if (!take(finder, start, body, false, &link))
		return false;
	whole = host_of(str_slice(text, body, start + link.len), &before);
	form = host_form(whole);
	if (form == NONE || is_cut(text, start + link.len, whole) || (text.ptr[body - 1] == '\\' &&
		str_find_byte(whole, '.') == SIZE_MAX))
		return false;
	host = cut_host(finder, whole, &link);
	if (host.len < whole.len && (form = host_form(host)) == NONE)
		return false;
	/* Cut by trim_end: "http://example.com_". */
	if (left == '_' || left == '$' || left == '#' || (left == '@' &&
		(start < from + 2 || !(class_at(text, start - 2) & LOCAL))))
		form = DOUBTFUL;
	finder->also = second_reading(link, host, before);
	give(found, link, form == DOUBTFUL || text.ptr[body - 1] == '\\');
	/* "http://www.example.com____": a reader sees the line. */
	while (form == DOUBTFUL && host.ptr + host.len == link.ptr + link.len &&
		found->mended.len > body - start + 1 &&
		found->mended.ptr[found->mended.len - 1] == '_')
		found->mended.len--;
	return true;
}

/* A ':' after a scheme? The longest first: "https" ends in no "http". */
static bool at_colon(struct url_finder *finder, size_t from, size_t colon,
	struct url_found *found)
{
	static const struct { const char *name; size_t len; bool slashes; } SCHEMES[] = {
		{ "https", 5, true }, { "http", 4, true }, { "ftp", 3, true }, { "mailto", 6, false }
	};
	struct str text = finder->text, link;

	for (size_t i = 0; i < sizeof SCHEMES / sizeof *SCHEMES; i++) {
		size_t len = SCHEMES[i].len, body = colon + 1;

		if (colon - from < len || !str_equal_nocase(str_make(text.ptr + colon - len, len),
			str_make(SCHEMES[i].name, len)))
			continue;
		if (!SCHEMES[i].slashes) {
			size_t at;

			if (!take(finder, colon - len, body, true, &link))
				return false;
			at = str_find_byte(link, '@');
			return at != SIZE_MAX && at + 1 < link.len && give(found, link, false);
		}
		while (body < text.len && (text.ptr[body] == '/' || text.ptr[body] == '\\'))
			body++;
		if (body > colon + 1)
			return web_link(finder, from, colon - len, body, found);
	}
	return false;
}

/* ---- names and addresses without a scheme ---- */

/* The run of host characters around `at`, from `from` on. Only what comes after the last ".."
 * counts; dots, '-' and '_' at the ends do not. */
static struct str host_around(struct str text, size_t from, size_t at, size_t *run_end)
{
	size_t start = at, end = at;

	while (start > from && at - start < DOMAIN_NAME_MAX && (class_at(text, start - 1) & HOST))
		start--;
	while (end < text.len && end - at < 2 * DOMAIN_NAME_MAX && (class_at(text, end) & HOST)) {
		if ((unsigned char)text.ptr[end] >= 0xC2 && url_wide_stop(text, end))
			break;
		end++;
	}
	*run_end = end;
	for (size_t i = start; i < at; i++)
		if ((unsigned char)text.ptr[i] >= 0xC2 && (url_wide_stop(text, i) ||
			url_wide_dot(text, i)))
			start = i + (url_wide_stop(text, i) ? url_wide_stop(text, i) :
				url_wide_dot(text, i));
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
		{ ".mov", 4 }, { ".ps", 3 }, { ".pm", 3 }
	};
	size_t dot = str_find_byte(host, '.');
	struct str last = str_slice(host, dot, host.len);

	for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
		if (str_equal_nocase(last, NAMES[i]))
			return true;
	return str_equal_nocase(last, STR(".so")) && str_starts_nocase(host, STR("lib"));
}

/* Chinese and Japanese put no blanks around a host name: the ASCII part around its dot, and of a
 * last label in such letters as much as is a public suffix. Empty: no host. */
static struct str among_cjk(struct str text, struct str host, size_t dot)
{
	enum { TAIL_MAX = 36 };
	size_t start = dot, end = dot, first = (size_t)(host.ptr - text.ptr), last = first + host.len;
	struct str name;

	while (start > first && (unsigned char)text.ptr[start - 1] < 0x80)
		start--;
	while (end < last && (unsigned char)text.ptr[end] < 0x80)
		end++;
	while (start < dot && strchr("-._", text.ptr[start]))
		start++;
	name = str_slice(text, start, end);
	while (name.len > 0 && strchr("-._", name.ptr[name.len - 1]))
		name.len--;
	if (start < dot && end > dot + 1 && linkable(name))
		return name;
	if (start == dot || end > dot + 1)
		return STR("");
	if (last > dot + TAIL_MAX)
		last = dot + TAIL_MAX;
	for (end = last; end > dot + 3; end--) {
		name = str_slice(text, start, end);
		if ((end == text.len || ((unsigned char)text.ptr[end] & 0xC0) != 0x80) &&
			domain_has_suffix(name))
			return name;
	}
	return STR("");
}

/* Is what is around the dot the local part of "john.doe+x@example.com"? Where is its '@'? */
static size_t local_end(struct str text, size_t at)
{
	size_t n = 0;

	while (at < text.len && n++ < LOCAL_MAX && (class_at(text, at) & LOCAL) &&
		text.ptr[at] != '/' && text.ptr[at] != '?' && text.ptr[at] != '#')
		at++;
	return at + 1 < text.len && text.ptr[at] == '@' && (class_at(text, at + 1) & HOST) ? at :
		SIZE_MAX;
}

/* Is a host of host characters on the left doubtful: "_example.com", "foo://example.com"? May the
 * link begin with "//"? */
static bool doubtful_left(struct str text, size_t from, size_t *start)
{
	size_t at = *start;
	char c = at > from ? text.ptr[at - 1] : ' ';

	if (c == '/' && at >= from + 2 && text.ptr[at - 2] == '/') {
		char left = at >= from + 3 ? text.ptr[at - 3] : ' ';

		if (left != ' ' && left != '\n' && left != '\t' && left != '(' && left != '<')
			return true;
		*start -= 2;
		return false;
	}
	return c == '_' || c == '$' || c == '#' || c == '@';
}

static bool bad_port(struct str text, size_t at)
{
	unsigned long port = 0;

	if (at >= text.len || text.ptr[at] != ':')
		return false;
	for (at++; at < text.len && ascii_digit(text.ptr[at]) && port <= 65535; at++)
		port = 10 * port + (unsigned long)(text.ptr[at] - '0');
	return port > 65535;
}

/* "77.3.4.9/buy", "77.3.4.9:8080": four numbers alone are a version as often as not. */
static bool is_ipv4(struct str host)
{
	struct ip ip;

	return host.len >= 7 && host.len <= 15 && ascii_digit(host.ptr[0]) &&
		ascii_digit(host.ptr[host.len - 1]) && count(host, '.') == 3 && ip_parse(host, &ip);
}

static bool at_dot(struct url_finder *finder, size_t from, size_t dot, struct url_found *found)
{
	struct str text = finder->text, host, link;
	size_t run_end, start, end, local;
	struct url_human human;
	bool doubtful;

	if (dot == from || dot + 1 >= text.len || !(class_at(text, dot + 1) & HOST) ||
		!(class_at(text, dot - 1) & HOST))
		return false;
	host = host_around(text, from, dot, &run_end);
	finder->at = run_end;
	local = local_end(text, run_end);
	if (local != SIZE_MAX) {
		finder->at = local;
		return false;
	}
	if (url_has_cjk(host) && finder->dear++ < DEAR_MAX) {
		struct str name = among_cjk(text, host, dot);

		if (name.len > 0 || !linkable(host))
			host = name;
		if (host.len == 0)
			finder->at = dot + 1;
		else if (host.ptr + host.len < text.ptr + run_end)
			finder->at = (size_t)(host.ptr - text.ptr) + host.len;
	}
	start = (size_t)(host.ptr - text.ptr);
	end = start + host.len;
	/* The scheme of "my.http://..." is looked for at its colon. */
	if (end + 1 < text.len && text.ptr[end] == ':' && text.ptr[end + 1] == '/')
		return false;
	if (host.len == 0 || !(linkable(host) || (is_ipv4(host) && goes_on(text, end))))
		return str_starts_nocase(host, STR("www.")) &&
			url_human_goes_on(text, start, start, end, &human) &&
			give_human(finder, &human, found);
	if (url_human_goes_on(text, start, start, end, &human) && give_human(finder, &human, found))
		return true;
	doubtful = doubtful_left(text, from, &start) || bad_port(text, end);
	/* "do_wrap.cc", "$buffer.data" */
	if (doubtful && start > from && text.ptr[start - 1] != '/' && !is_www(host) &&
		!goes_on(text, end))
		return false;
	if (goes_on(text, end) && take(finder, start, end, true, &link))
		return give(found, link, doubtful);
	return linkable(host) && !is_file_name(host) &&
		give(found, str_slice(text, start, end), doubtful);
}

static bool at_sign(struct url_finder *finder, size_t from, size_t sign, struct url_found *found)
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
	if (start == sign || host.len == 0 || host.ptr != text.ptr + sign + 1 ||
		str_find_byte(host, '.') == SIZE_MAX || !domain_has_suffix(host)) {
		/* "test@http://example.com": the scheme is looked for at its colon. */
		finder->at = run_end;
		return false;
	}
	finder->at = run_end;
	return give(found, str_slice(text, start, sign + 1 + host.len), false);
}

/* Can it be a dot to a reader at all? Most are the ends of sentences, and parts of words. */
static bool may_be_dot(const char *p)
{
	char before = p[-1];

	if (before == ' ' || before == '\t')
		return true;
	return *p == '.' && (before | 0x20) == 'w' ? p[1] == ' ' || p[1] == '\t' :
		before != 0 && strchr("([{<*\"'", before);
}

/* What is no link, or no trigger of one, as a reader sees it. */
static bool at_human(struct url_finder *finder, size_t from, size_t at, struct url_found *found)
{
	struct str text = finder->text;
	struct url_human human;
	bool is;

	if (at < finder->read)
		return false;
	if (text.ptr[at] == ':' || text.ptr[at] == (char)0xEF)
		is = url_human_at_colon(text, from, at, &human);
	else
		is = url_human_at_dot(text, from, at, &finder->read, &human);
	return is && give_human(finder, &human, found);
}

bool url_find_next(struct url_finder *finder, struct url_found *found)
{
	static const char TRIGGERS[4] = { '.', ':', '@', (char)0xEF };
	struct str text = finder->text;
	const char *end = text.len > 0 ? text.ptr + text.len : text.ptr;
	size_t from = finder->at; /* nothing before it is looked at again */

	if (finder->also.len > 0) {
		give(found, finder->also, false);
		found->again = true;
		finder->also.len = 0;
		return true;
	}
	while (finder->at < text.len) {
		const char *p = bytes_find4_or_dot(text.ptr + finder->at, end, TRIGGERS);
		size_t at = (size_t)(p - text.ptr);

		if (p == end)
			break;
		finder->at = at + 1;
		if (*p == ':' && at_colon(finder, from, at, found))
			return true;
		if (*p == '.' && at_dot(finder, from, at, found))
			return true;
		if (*p == '@' && at_sign(finder, from, at, found))
			return true;
		if (*p == ':' || *p == (char)0xEF || (*p != '@' && at > from && end - p > 2 &&
			may_be_dot(p)))
			if (at_human(finder, from, at, found))
				return true;
	}
	finder->at = text.len;
	return false;
}
