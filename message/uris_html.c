/* message/uris_html: the links of an HTML part, as Mail::SpamAssassin 4.0.1 resolves them (HTML.pm,
 * target_uri: the draft of RFC 3986, with what it makes of links without a scheme).
 */
#include "message/uris.h"

/* Without blanks around it, the no-break space of Latin-1 being one. */
static struct str trim_target(struct str text)
{
	while (text.len > 0 && (ascii_space(text.ptr[0]) || text.ptr[0] == '\xa0'))
		text = str_slice(text, 1, text.len);
	while (text.len > 0 && (ascii_space(text.ptr[text.len - 1]) ||
		text.ptr[text.len - 1] == '\xa0'))
		text.len--;
	return str_slice(text, 0, URI_LENGTH_MAX);
}

/* A part that is absent has no ptr. */
struct reference {
	struct str scheme, authority, path, query, fragment;
};

static struct str present(struct str text, size_t from, size_t to)
{
	return from < to ? str_slice(text, from, to) : STR("");
}

static struct reference parse(struct str text)
{
	struct reference out = { .path = STR("") };
	size_t at = 0, end = str_until(text, 0, ":/?#");

	if (end > 0 && end < text.len && text.ptr[end] == ':') {
		out.scheme = str_slice(text, 0, end);
		at = end + 1;
	}
	if (at + 1 < text.len && text.ptr[at] == '/' && text.ptr[at + 1] == '/') {
		end = str_until(text, at + 2, "/?#");
		out.authority = present(text, at + 2, end);
		at = end;
	}
	end = str_until(text, at, "?#");
	out.path = present(text, at, end);
	at = end;
	if (at < text.len && text.ptr[at] == '?') {
		end = str_until(text, at + 1, "#");
		out.query = present(text, at + 1, end);
		at = end;
	}
	if (at < text.len && text.ptr[at] == '#')
		out.fragment = present(text, at + 1, str_until(text, at + 1, "\n"));
	return out;
}

/* Adds the path without "." and "..". */
static void add_path(struct buf *out, struct str path)
{
	size_t start = out->len;

	if (str_equal(str_slice(path, 0, 2), STR("./")))
		path = str_slice(path, 1, path.len);
	else if (str_equal(str_slice(path, 0, 3), STR("../")))
		path = str_slice(path, 2, path.len);
	while (path.len > 0 && !str_equal(path, STR("0"))) { /* Perl takes "0" for nothing */
		size_t slash = path.ptr[0] == '/', end = str_until(path, slash, "/");
		struct str name = str_slice(path, slash, end);
		bool up = slash && str_equal(name, STR(".."));

		if (!up && !(slash && str_equal(name, STR(".")))) {
			buf_add_str(out, str_slice(path, 0, end));
			path = str_slice(path, end, path.len);
			continue;
		}
		while (up && out->len > start && out->ptr[out->len - 1] != '/')
			out->len--;
		out->len -= up && out->len > start;
		/* the slash in front stays, whether one follows or not */
		path = end < path.len ? str_slice(path, end, path.len) : STR("/");
	}
}

/* A relative path behind the base's last slash. */
static void merge(struct buf *out, const struct reference *base, struct str path)
{
	size_t slash = base->path.len;

	if (base->authority.ptr && base->path.len == 0) {
		buf_add_byte(out, '/');
	} else {
		while (slash > 0 && base->path.ptr[slash - 1] != '/')
			slash--;
		buf_add_str(out, str_slice(base->path, 0, slash));
	}
	buf_add_str(out, path);
}

static void add_start(struct buf *out, struct str scheme, struct str authority)
{
	size_t digits = 3;

	if (scheme.len > 0) {
		buf_add_str(out, scheme);
		buf_add_byte(out, ':');
	} else if (authority.ptr) {
		bool ftp = str_starts_nocase(authority, STR("ftp"));

		while (digits < authority.len && ascii_digit(authority.ptr[digits]))
			digits++;
		if ((ftp || str_starts_nocase(authority, STR("www"))) && digits < authority.len &&
			authority.ptr[digits] == '.')
			buf_add_cstr(out, ftp ? "ftp:" : "http:");
	}
	if (!authority.ptr)
		return;
	buf_add_cstr(out, "//");
	buf_add_str(out, authority);
}

static void resolve(struct arena *arena, struct str base_text, struct str text, struct buf *out)
{
	struct reference base = parse(base_text), link = parse(text);
	struct buf path = { .arena = arena };
	bool whole, own;

	if (link.scheme.ptr && base.scheme.ptr && str_equal(link.scheme, base.scheme))
		link.scheme = str_make(NULL, 0);
	whole = link.scheme.ptr || link.authority.ptr;
	own = whole || link.path.len > 0;
	add_start(out, link.scheme.ptr ? link.scheme : base.scheme,
		whole ? link.authority : base.authority);
	if (!own) {
		buf_add_str(out, base.path);
	} else if (whole || link.path.ptr[0] == '/') {
		add_path(out, link.path);
	} else {
		merge(&path, &base, link.path);
		add_path(out, buf_str(&path));
	}
	if (!own && !link.query.ptr)
		link.query = base.query;
	if (link.query.ptr) {
		buf_add_byte(out, '?');
		buf_add_str(out, link.query);
	}
	if (link.fragment.ptr) {
		buf_add_byte(out, '#');
		buf_add_str(out, link.fragment);
	}
	out->failed = out->failed || path.failed;
}

/* Most links are what they would be resolved to. */
static bool is_resolved(struct str base, struct str target)
{
	return base.len == 0 && str_find(target, STR("/.")) == SIZE_MAX &&
		(str_starts_nocase(target, STR("http://")) ||
		str_starts_nocase(target, STR("https://"))) &&
		str_find_byte(target, '\n') == SIZE_MAX;
}

/* "http://host/dir/file.html": what links are relative to. Empty: a browser passes over it. */
static int base_of(struct arena *arena, struct str target, struct str *base)
{
	struct buf text = { .arena = arena };
	size_t colon = str_find_byte(target, ':'), from, dot, end = target.len;

	if (!str_starts_nocase(target, STR("http:")) && !str_starts_nocase(target, STR("https:")) &&
		!str_starts_nocase(target, STR("ftp:")))
		return 0;
	for (from = colon + 1; from < target.len && from < colon + 3 && target.ptr[from] == '/';)
		from++;
	from = str_until(target, from + 1, "/") + 1;
	for (dot = target.len; dot > from && target.ptr[dot - 1] != '.' &&
		target.ptr[dot - 1] != '/';)
		dot--;
	if (dot > from && target.ptr[dot - 1] == '.' && target.len - dot >= 2 &&
		target.len - dot <= 4) {
		for (end = dot - 1; end > from && target.ptr[end - 1] != '/' &&
			target.ptr[end - 1] != '.';)
			end--;
		if (end == dot - 1)
			end = target.len;
	}
	buf_add_str(&text, str_slice(target, 0, end));
	if (text.len > 0 && text.ptr[text.len - 1] != '/')
		buf_add_byte(&text, '/');
	*base = buf_str(&text);
	return text.failed ? -1 : 0;
}

static int add_link(struct uris *uris, struct arena *arena, struct str base, struct str target,
	unsigned type)
{
	static const struct str OPAQUE[] = { { "data:", 5 }, { "mailto:", 7 }, { "file:", 5 },
		{ "cid:", 4 }, { "tel:", 4 } };
	struct buf text = { .arena = arena };

	if (target.len == 0)
		return 0;
	for (size_t i = 0; i < sizeof OPAQUE / sizeof *OPAQUE; i++)
		if (str_starts_nocase(target, OPAQUE[i]))
			return uris_add(uris, target, type);
	if (is_resolved(base, target))
		return uris_add(uris, target, type);
	resolve(arena, base, target, &text);
	if (text.failed)
		return -1;
	return text.len > 0 ? uris_add(uris, buf_str(&text), type) : 0;
}

int uris_of_html(struct uris *uris, struct arena *arena, unsigned part, const struct html *html)
{
	struct str base = STR("");

	for (size_t i = 0; i < html->links_n; i++) {
		struct str target = trim_target(html->links[i].target);

		if (!html->links[i].type)
			continue;
		if (add_link(uris, arena, base, target, html->links[i].type) < 0 ||
			(html->links[i].type == LINK_BASE && base_of(arena, target, &base) < 0))
			return -1;
	}
	for (size_t i = 0; i < html->anchors_n; i++)
		if (uris_add_anchor(uris, trim_target(html->anchors[i].target),
			html->anchors[i].text, part) < 0)
			return -1;
	return 0;
}
