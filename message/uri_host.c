/* message/uri_host: the host that one form of a link leads to (message/uri_forms.h). */
#include <string.h>

#include "message/charset.h"
#include "message/decode.h"
#include "message/domain.h"
#include "message/uri_forms.h"
#include "message/url_host.h"

static struct str lower(struct arena *arena, struct str text)
{
	char *copy = arena_dup(arena, text);

	for (size_t i = 0; copy && i < text.len; i++)
		copy[i] = ascii_lower(copy[i]);
	return str_make(copy, copy ? text.len : 0);
}

/* Most hosts are so already. */
static bool is_lower(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] >= 'A' && text.ptr[i] <= 'Z')
			return false;
	return true;
}

struct str uri_ascii(struct arena *arena, struct str host)
{
	struct buf utf8 = { .arena = arena };
	struct str ascii;

	if (bytes_are_ascii(host))
		return is_lower(host) ? host : lower(arena, host);
	charset_to_utf8(STR("iso-8859-1"), host, &utf8); /* if it does not look like UTF-8 */
	ascii = utf8.failed ? STR("") : url_host_idna(arena, buf_str(&utf8));
	return ascii.len > 0 ? ascii : lower(arena, host);
}

/* Labels as in the DNS, at least two; '_' only from the third on. */
static bool is_name(struct str host)
{
	size_t labels = 0, label = 0;

	if (host.len == 0 || host.len > DOMAIN_NAME_MAX)
		return false;
	for (size_t i = host.len; i > 0; i--) {
		char c = host.ptr[i - 1];
		bool edge = label == 0 || i == 1 || host.ptr[i - 2] == '.';

		if (c == '.') {
			if (label == 0)
				return false;
			labels++;
			label = 0;
			continue;
		}
		if (!ascii_alpha(c) && !ascii_digit(c) && (c != '_' || labels < 2) &&
			(c != '-' || edge))
			return false;
		if (++label > 63)
			return false;
	}
	return labels > 0 && label > 0;
}

bool uri_known_end(struct arena *arena, struct str host)
{
	for (size_t i = 0; i < host.len; i++)
		if (ascii_space(host.ptr[i]))
			return false;
	host = uri_ascii(arena, host);
	return host.len > 0 && host.ptr[host.len - 1] != '.' &&
		str_find_byte(host, '.') != SIZE_MAX && domain_has_suffix(host);
}

/* What is decoded in another form of the same link. */
static bool undecoded(struct str host)
{
	for (size_t i = 0; i + 2 < host.len; i++) {
		int high = host.ptr[i] == '%' ? hex_digit(host.ptr[i + 1]) : -1;
		int code = high >= 0 ? high << 4 | (hex_digit(host.ptr[i + 2]) & 0xff) : 0;

		if (code > 0x20 && code < 0x7f)
			return true;
	}
	return false;
}

/* Behind the last `byte`; all of it when there is none. */
static struct str behind_last(struct str text, char byte)
{
	size_t at = text.len;

	while (at > 0 && text.ptr[at - 1] != byte)
		at--;
	return str_slice(text, at, text.len);
}

static struct str mail_host(struct str uri)
{
	struct str host;

	uri = str_slice(uri, 0, str_find_byte(uri, '?'));
	host = behind_last(uri, '@');
	if (host.len == uri.len || str_find_byte(uri, '@') + 1 + host.len != uri.len)
		return str_make(NULL, 0); /* none, or more than one */
	return host;
}

static struct str plain_host(struct str uri)
{
	size_t at = 0, port;

	while (at < uri.len && ascii_alpha(uri.ptr[at]))
		at++;
	if (at > 0 && at < uri.len && uri.ptr[at] == ':') {
		at++;
		for (int i = 0; i < 2 && at < uri.len && uri.ptr[at] == '/'; i++)
			at++;
		uri = str_slice(uri, at, uri.len);
	}
	for (at = 0; at < uri.len && uri.ptr[at] != '/' && uri.ptr[at] != '?' && uri.ptr[at] != '#';)
		at++;
	uri = behind_last(str_slice(uri, 0, at), '@');
	for (port = uri.len; port > 0 && ascii_digit(uri.ptr[port - 1]);)
		port--;
	return port > 0 && uri.ptr[port - 1] == ':' ? str_slice(uri, 0, port - 1) : uri;
}

struct str uri_host_text(struct arena *arena, struct str form)
{
	static const struct str NONE[] = { { "javascript:", 11 }, { "cid:", 4 }, { "file:", 5 } };
	struct str host;

	for (size_t i = 0; i < sizeof NONE / sizeof *NONE; i++)
		if (str_starts_nocase(form, NONE[i]))
			return str_make(NULL, 0);
	host = str_starts_nocase(form, STR("mailto:")) ?
		mail_host(str_slice(form, 7, form.len)) : plain_host(form);
	return host.len == 0 || undecoded(host) ? str_make(NULL, 0) : uri_ascii(arena, host);
}

bool uri_host_leads(struct str host, bool domain, struct link_host *out)
{
	*out = (struct link_host){ .host = host };
	if (out->host.len > 0 && ascii_digit(out->host.ptr[0]) && ip_parse(out->host, &out->ip)) {
		out->is_ip = true;
		out->domain = out->host;
		return true;
	}
	if (!is_name(out->host) || !domain_has_suffix(out->host))
		return false;
	out->domain = domain ? domain_registered(out->host) : out->host;
	if (out->domain.len == 0)
		out->domain = out->host;
	return true;
}

bool uri_host(struct arena *arena, struct str form, struct link_host *out)
{
	return uri_host_leads(uri_host_text(arena, form), true, out);
}
