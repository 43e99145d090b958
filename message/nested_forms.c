/* message/nested_forms: see nested_forms.h. */
#include "message/nested_forms.h"

#include <stdlib.h>
#include <string.h>

#include "message/domain.h"

/* In order. Lower case, without '_' and '-'. */
static const char *const NAMES[] = {
	"adurl", "clickurl", "cont", "continue", "curl", "dest", "destination", "desturl", "dst",
	"durl", "exit", "exiturl", "forward", "fw", "fwd", "go", "goto", "gotourl", "href", "imgurl",
	"jump", "jumpto", "landing", "landingpage", "landingurl", "link", "linkurl", "loc", "location",
	"lurl", "murl", "next", "nexturl", "open", "out", "outurl", "pageurl", "r", "rd", "rdr", "rdir",
	"redir", "redirect", "redirection", "redirectto", "redirecturi", "redirecturl", "redirto",
	"redirurl", "ret", "return", "returnto", "returnurl", "ru", "rurl", "shareurl", "t", "targ",
	"target", "targeturl", "to", "tourl", "trg", "u", "uddg", "uri", "url", "visit", "x"
};
enum { NAME_MAX_BYTES = 16 };

static int compare_name(const void *key, const void *item)
{
	return strcmp(key, *(const char *const *)item);
}

/* "google.com", "www.google.co.uk" */
static bool is_google(struct str host)
{
	if (str_starts_nocase(host, STR("www.")))
		host = str_slice(host, 4, host.len);
	return str_starts_nocase(host, STR("google."));
}

bool nested_leads(struct str name, struct str host, struct str path)
{
	char plain[NAME_MAX_BYTES];
	const char *key = plain;
	size_t n = 0;

	for (size_t i = 0; i < name.len; i++) {
		if (name.ptr[i] == '_' || name.ptr[i] == '-')
			continue;
		if (n + 1 == sizeof plain)
			return false;
		plain[n++] = ascii_lower(name.ptr[i]);
	}
	plain[n] = '\0';
	if (strcmp(key, "q") == 0)
		return is_google(host) && str_starts_nocase(path, STR("/url"));
	if (strcmp(key, "a") == 0)
		return str_starts_nocase(host, STR("linkprotect."));
	return bsearch(key, NAMES, sizeof NAMES / sizeof *NAMES, sizeof *NAMES, compare_name);
}

/* ---- hosts ---- */

static bool is_file(struct str last)
{
	static const char *const ENDINGS[] = { "asp", "aspx", "bmp", "cfm", "cgi", "css", "csv", "do",
		"doc", "docx", "gif", "gz", "htm", "html", "ico", "jpeg", "jpg", "js", "json", "jsp", "md",
		"mov", "mp3", "mp4", "pdf", "php", "pl", "png", "ppt", "ps", "py", "rar", "rs", "rss", "sh",
		"shtml", "so", "svg", "tar", "tif", "txt", "webp", "xhtml", "xls", "xlsx", "xml", "zip" };

	for (size_t i = 0; i < sizeof ENDINGS / sizeof *ENDINGS; i++)
		if (str_equal_nocase(last, str_from(ENDINGS[i])))
			return true;
	return false;
}

static bool host_char(char c)
{
	return ascii_alpha(c) || ascii_digit(c) || c == '-' || c == '_' || (unsigned char)c >= 0x80;
}

/* "name.name" up to its end; the last label and how many there are. */
static size_t read_labels(struct str text, struct str *last, size_t *n)
{
	size_t i = 0, from = 0;

	*n = 0;
	*last = str_make(NULL, 0);
	for (; i <= text.len && i <= DOMAIN_NAME_MAX; i++) {
		if (i < text.len && host_char(text.ptr[i]))
			continue;
		if (i > from) {
			*last = str_slice(text, from, i);
			++*n;
		} else if (from == 0 || i == text.len || text.ptr[i] == '.') {
			return from; /* an empty label: the dot behind the last */
		}
		if (i == text.len || text.ptr[i] != '.')
			return i;
		from = i + 1;
	}
	return 0;
}

bool nested_is_host(struct str text)
{
	struct str last, host;
	size_t n, end = read_labels(text, &last, &n);
	bool path = end < text.len;

	if (n < 2 || end == 0)
		return false;
	host = str_slice(text, 0, end);
	if (path && text.ptr[end] == ':')
		path = end + 1 < text.len && ascii_digit(text.ptr[end + 1]);
	else if (path && !strchr("/?#&\\", text.ptr[end]))
		return false;
	if (ascii_digit(last.ptr[last.len - 1])) { /* an IPv4 address, or "xn--p1" */
		for (size_t i = 0; i < host.len && n == 4; i++)
			if (!ascii_digit(host.ptr[i]) && host.ptr[i] != '.')
				return domain_has_suffix(host);
		return n == 4 || domain_has_suffix(host);
	}
	if (last.len < 2 || str_find_byte(last, '_') != SIZE_MAX)
		return false;
	return !is_file(last) || ((path || n > 2) && domain_has_suffix(host));
}

/* ---- services ---- */

size_t nested_in_path(struct str host, struct str path)
{
	static const struct { struct str host, path; } FORMS[] = {
		{ { "cdn.ampproject.org", 18 }, { "/?/", 3 } }, { { "bing-amp.com", 12 }, { "/?/", 3 } },
		{ { "bing.com", 8 }, { "/amp/", 5 } }, { { "web.archive.org", 15 }, { "/web/", 5 } },
		{ { "archive.org", 11 }, { "/web/", 5 } }, { { "google", 6 }, { "/amp/", 5 } }
	};

	/* most paths */
	if (path.len < 6 || (path.ptr[2] != '/' && path.ptr[3] != '/' && path.ptr[4] != '/'))
		return 0;
	for (size_t i = 0; i < sizeof FORMS / sizeof *FORMS; i++) {
		struct str start = FORMS[i].path;
		bool google = str_equal(FORMS[i].host, STR("google")), amp = start.ptr[2] == '/';
		size_t at = start.len;

		if (google ? !is_google(host) : !str_ends_nocase(host, FORMS[i].host))
			continue;
		if (amp) { /* "/c/s/host", "/wp/s/host" */
			at = str_until(path, 1, "/") + 1;
			if (at > 5 || at >= path.len)
				return 0;
		} else if (!str_starts_nocase(path, start)) {
			continue;
		}
		if (start.ptr[1] == 'w') /* "/web/20200101000000/host" */
			at = str_until(path, at, "/") + 1;
		else if (str_starts_nocase(str_slice(path, at, path.len), STR("s/")))
			at += 2;
		return at < path.len ? at : 0;
	}
	return 0;
}

bool nested_is_dashed(struct str host, struct str path)
{
	return str_starts_nocase(host, STR("urldefense.")) && str_starts_nocase(path, STR("/v2/"));
}

size_t nested_in_host(struct str host)
{
	struct str end = STR(".translate.goog");

	return host.len > end.len && str_ends_nocase(host, end) ? host.len - end.len : 0;
}

bool nested_is_prefix(struct str scheme)
{
	static const char *const SCHEMES[] = { "feed", "view-source", "webcal", "webcals", "itpc",
		"pcast", "podcast", "intent", "googlechrome", "googlechromes", "microsoft-edge", "dav",
		"davs", "firefox", "rss", "jar", "blob", "wyciwyg", "url" };

	for (size_t i = 0; i < sizeof SCHEMES / sizeof *SCHEMES; i++)
		if (str_equal(scheme, str_from(SCHEMES[i])))
			return true;
	return false;
}
