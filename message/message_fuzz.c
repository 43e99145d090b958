/* Fuzz target: a whole mail. The first byte says into which pieces the body is cut; the view must
 * be the one of the uncut body. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "message/header.h"
#include "message/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct message_options OPTIONS = {
	.limits = { .parts = 20, .depth = 5, .urls = 50 }, .want_body = true, .want_tree = true,
	.want_rawbody = true, .want_uris = true, .want_links = true, .want_signers = true,
	.want_full = true
};

static uint64_t mix(uint64_t hash, struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		hash = (hash ^ (unsigned char)text.ptr[i]) * UINT64_C(0x100000001B3);
	return hash * 31 + text.len;
}

/* Reads every byte that a view names, so that a slice out of bounds is seen. */
static uint64_t digest(const struct message_view *view)
{
	uint64_t hash = view->truncated + 7 * view->relays_n + 13 * view->bytes;

	for (size_t i = 0; i < view->headers_n; i++)
		hash = mix(mix(hash, view->headers[i].name), view->headers[i].decoded);
	for (size_t i = 0; i < view->body_n; i++) {
		if (view->body[i].len > 2048)
			abort();
		hash = mix(hash, view->body[i]);
	}
	for (size_t i = 0; i < view->urls_n; i++) {
		const struct message_url *url = &view->urls[i];

		hash = mix(mix(mix(hash, url->raw), url->url), url->host);
		hash = mix(mix(hash, message_url_domain(url)), url->anchor);
	}
	for (size_t i = 0; i < view->relays_n; i++)
		hash = mix(mix(mix(hash, view->relays[i].helo), view->relays[i].by),
			view->relays[i].envfrom);
	for (size_t i = 0; i < view->links_n; i++) {
		const struct link *link = &view->links[i];

		hash = mix(hash, link->raw);
		for (size_t k = 0; k < link->cleaned_n; k++)
			hash = mix(hash, link->cleaned[k]);
		for (size_t k = 0; k < link->hosts_n; k++)
			hash = mix(mix(hash, link->hosts[k].host), link->hosts[k].domain);
		for (size_t k = 0; k < link->anchors_n; k++)
			hash = mix(hash, link->anchors[k].text);
	}
	return mix(hash, view->full);
}

static uint64_t read_mail(struct str mail, size_t piece)
{
	struct arena *arena = arena_create(64 * 1024 * 1024);
	struct message *message = arena ? message_create(&OPTIONS, arena) : NULL;
	struct str name, value;
	uint64_t hash;

	if (!message)
		abort();
	while (header_next(&mail, &name, &value))
		message_header(message, name, value);
	message_end_of_headers(message);
	while (mail.len > 0) {
		size_t len = piece && piece < mail.len ? piece : mail.len;
		char *copy = malloc(len); /* its own block: the callee must not keep it */

		if (!copy)
			abort();
		memcpy(copy, mail.ptr, len);
		message_body(message, str_make(copy, len));
		free(copy);
		mail = str_slice(mail, len, mail.len);
	}
	message_end(message);
	hash = digest(message_view(message));
	arena_free(&arena);
	return hash;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str mail;

	if (size < 1)
		return 0;
	mail = str_make((const char *)data + 1, size - 1);
	if (read_mail(mail, 0) != read_mail(mail, data[0]))
		abort();
	return 0;
}
