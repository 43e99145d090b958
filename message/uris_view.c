/* message/uris_view: see uris_view.h. */
#include "message/uris_view.h"

/* Names for documents and tests (RFC 2606): rules can be tried with them. */
static bool is_example(struct str host)
{
	static const struct str NAMES[] = { { ".example", 8 }, { ".test", 5 } };

	for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
		if (host.len > NAMES[i].len && str_equal_nocase(NAMES[i],
			str_slice(host, host.len - NAMES[i].len, host.len)))
			return true;
	return false;
}

/* Would a click open it, also where SpamAssassin sees no link? Bare host names often are none. */
static bool opens(const struct message_url *url)
{
	if (str_starts_nocase(url->url, STR("mailto:")) || (url->disguise & DISGUISE_HUMAN))
		return false;
	if (url->origin == MESSAGE_URL_TEXT || url->origin == MESSAGE_URL_HTML_TEXT)
		return str_starts_nocase(url->raw, STR("http"));
	return url->origin == MESSAGE_URL_HTML_LINK || url->origin == MESSAGE_URL_HTML_FORM;
}

/* Is its host in the Internet? */
static bool is_public(const struct message_url *url)
{
	return url->host_is_ip || is_example(url->host) || message_url_domain(url).len > 0;
}

/* "d=example.com;" of a signature, wherever it stands. */
static int signers_of(struct uris *uris, struct str value)
{
	for (size_t i = 0; i < value.len; i++) {
		size_t from = i + 1, end;
		char before = i ? value.ptr[i - 1] : ' ';

		if (value.ptr[i] != 'd' || ascii_alpha(before) || ascii_digit(before) ||
			before == '_')
			continue;
		while (from < value.len && ascii_space(value.ptr[from]))
			from++;
		if (from >= value.len || value.ptr[from] != '=')
			continue;
		end = str_find_byte(str_slice(value, from + 1, value.len), ';');
		end = end == SIZE_MAX ? value.len : from + 1 + end;
		if (uris_add_signer(uris, str_slice(value, from + 1, end)) < 0)
			return -1;
		i = end;
	}
	return 0;
}

static int add_signers(struct uris *uris, const struct message_view *view)
{
	for (size_t i = 0; i < view->headers_n; i++) {
		const struct message_header *header = &view->headers[i];

		if ((str_equal_nocase(header->name, STR("dkim-signature")) ||
			str_equal_nocase(header->name, STR("domainkey-signature"))) &&
			signers_of(uris, header->decoded) < 0)
			return -1;
	}
	return 0;
}

int uris_of_view(struct uris *uris, bool links, bool signers, struct message_view *view)
{
	for (size_t i = 0; i < view->body_n; i++)
		if (uris_find(uris, view->body[i]) < 0)
			return -1;
	if (signers && add_signers(uris, view) < 0)
		return -1;
	if (links) {
		view->links = uris_links(uris, &view->links_n);
		if (!view->links)
			return -1;
	}
	for (size_t i = 0; i < view->urls_n; i++)
		if (opens(&view->urls[i]) && !uris_have_host(uris, view->urls[i].host) &&
			is_public(&view->urls[i]) &&
			uris_add_hidden(uris, view->urls[i].url, view->urls[i].host) < 0)
			return -1;
	view->truncated |= uris_full(uris) ? MESSAGE_CUT_URLS : 0u;
	view->uris = uris_items(uris, &view->uris_n);
	return 0;
}
