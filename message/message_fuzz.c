/* Fuzz target: a whole mail: the same view however it is cut, with LF and with CRLF; and each link
 * stands where its place says.
 *
 * Input: a byte whose low three bits are a number of lengths, those lengths, the mail. The body
 * comes in chunks of these lengths, again and again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "message/header.h"
#include "message/message.h"
#include "test-harness/place.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct cuts {
	const uint8_t *lengths; /* at least one is not 0, or there are none */
	size_t n;
};

static const struct message_options OPTIONS = {
	.limits = { .parts = 20, .depth = 5, .urls = 50 }, .want_body = true, .want_tree = true,
	.want_rawbody = true, .want_uris = true, .want_links = true, .want_signers = true,
	.want_full = true, .want_relays = true, .want_parts = true, .want_html = true
};

static uint64_t mix_number(uint64_t hash, uint64_t number)
{
	return (hash ^ number) * UINT64_C(0x100000001B3);
}

static uint64_t mix(uint64_t hash, struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		hash = mix_number(hash, (unsigned char)text.ptr[i]);
	return mix_number(hash * 31, text.len);
}

static uint64_t mix_all(uint64_t hash, const struct str *items, size_t n)
{
	for (size_t i = 0; i < n; i++)
		hash = mix(hash, items[i]);
	return mix_number(hash, n);
}

static uint64_t mix_headers(uint64_t hash, const struct message_header *headers, size_t n)
{
	for (size_t i = 0; i < n; i++)
		hash = mix(mix(hash, headers[i].name), headers[i].decoded);
	return mix_number(hash, n);
}

static uint64_t mix_part(uint64_t hash, const struct part *part)
{
	hash = mix(mix(mix(hash, part->type), part->charset), part->name);
	hash = mix(mix(mix(hash, part->encoding), part->disposition), part->decoded);
	hash = mix_number(mix_number(mix(hash, part->text), part->parent), part->lines.bytes);
	return mix_number(hash, part->leaf + 2u * part->shown + 4u * part->html +
		8u * part->shows_image);
}

static uint64_t mix_urls(uint64_t hash, const struct message_view *view)
{
	for (size_t i = 0; i < view->urls_n; i++) {
		const struct message_url *url = &view->urls[i];

		hash = mix(mix(mix(hash, url->raw), url->url), url->host);
		hash = mix(mix(hash, message_url_domain(url)), url->anchor);
		hash = mix_number(mix_number(hash, url->origin + 8u * url->host_is_ip), url->disguise);
		hash = mix_number(mix_number(hash, url->place.in), url->place.n);
		hash = mix_number(mix_number(hash, url->place.at), url->place.len);
	}
	for (size_t i = 0; i < view->texts_n; i++)
		hash = mix(mix(hash, view->texts[i].source), view->texts[i].shown);
	return mix_number(hash, view->urls_n);
}

static uint64_t mix_relays(uint64_t hash, const struct message_view *view)
{
	for (size_t i = 0; i < view->relays_n; i++) {
		const struct message_relay *relay = &view->relays[i];

		hash = mix(mix(mix(hash, relay->rdns), relay->helo), relay->ip_text);
		hash = mix(mix(mix(hash, relay->by), relay->ident), relay->id);
		hash = mix(mix(mix(hash, relay->protocol), relay->envfrom), relay->auth);
		hash = mix_number(hash, relay->received + 4096u * relay->has_ip +
			8192u * relay->authenticated + 16384u * relay->no_rdns);
	}
	return mix_number(hash, view->relays_unreadable);
}

static uint64_t mix_links(uint64_t hash, const struct message_view *view)
{
	for (size_t i = 0; i < view->links_n; i++) {
		const struct link *link = &view->links[i];

		hash = mix_all(mix_number(mix(hash, link->raw), link->types), link->cleaned,
			link->cleaned_n);
		for (size_t k = 0; k < link->hosts_n; k++)
			hash = mix(mix(hash, link->hosts[k].host), link->hosts[k].domain);
		for (size_t k = 0; k < link->anchors_n; k++)
			hash = mix(hash, link->anchors[k].text);
	}
	return hash;
}

/* Reads every byte that a view names, so that a slice out of bounds is seen. `bytes` alone depends
 * on the line ends; a header's `raw` has them. */
static uint64_t digest(const struct message_view *view)
{
	uint64_t hash = mix_number(view->truncated, view->flaws);

	hash = mix_headers(hash, view->headers, view->headers_n);
	for (size_t i = 0; i < view->body_n; i++)
		if (view->body[i].len > 2048 + 1) /* with the space behind it */
			abort();
	hash = mix_all(hash, view->body, view->body_n);
	hash = mix_all(hash, view->rawbody, view->rawbody_n);
	hash = mix_all(hash, view->uris, view->uris_n);
	for (size_t i = 0; i < view->parts_n; i++)
		hash = mix_part(mix_headers(hash, view->parts[i].headers, view->parts[i].headers_n),
			&view->parts[i].about);
	hash = mix_part(hash, &view->top);
	hash = mix_number(mix_number(hash, view->html_n), view->body_has_subject);
	hash = mix_number(mix_number(hash, view->body_bytes), (uint64_t)view->date);
	return mix(mix_links(mix_relays(mix_urls(hash, view), view), view), view->full);
}

static void feed(struct message *message, struct str body, struct cuts cuts)
{
	for (size_t i = 0; body.len > 0; i++) {
		size_t wanted = cuts.n ? cuts.lengths[i % cuts.n] : body.len;
		size_t len = wanted < body.len ? wanted : body.len;
		char *copy = malloc(len ? len : 1); /* its own block: the callee must not keep it */

		if (!copy)
			abort();
		memcpy(copy, body.ptr, len);
		message_body(message, str_make(copy, len));
		memset(copy, '#', len);
		free(copy);
		body = str_slice(body, len, body.len);
	}
}

static uint64_t read_mail(struct str mail, struct cuts cuts)
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
	feed(message, mail, cuts);
	if (message_end(message) == 0)
		for (size_t i = 0; i < message_view(message)->urls_n; i++)
			if (place_look(message_view(message), i, arena) == PLACE_WRONG)
				abort();
	hash = digest(message_view(message));
	arena_free(&arena);
	return hash;
}

/* Each LF that has no CR before it gets one. free() it. */
static char *with_crlf(struct str mail, size_t *len)
{
	char *copy = malloc(2 * mail.len + 1);
	size_t n = 0;

	if (!copy)
		abort();
	for (size_t i = 0; i < mail.len; i++) {
		if (mail.ptr[i] == '\n' && (i == 0 || mail.ptr[i - 1] != '\r'))
			copy[n++] = '\r';
		copy[n++] = mail.ptr[i];
	}
	*len = n;
	return copy;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cuts cuts = { data + 1, size > 0 ? data[0] & 7u : 0 };
	struct str mail;
	char *other;
	size_t len;
	uint64_t uncut;
	bool moves = false;

	if (size < 1 + cuts.n)
		return 0;
	mail = str_make((const char *)data + 1 + cuts.n, size - 1 - cuts.n);
	for (size_t i = 0; i < cuts.n; i++)
		moves = moves || cuts.lengths[i] > 0;
	if (!moves)
		cuts.n = 0;
	uncut = read_mail(mail, (struct cuts){ NULL, 0 });
	if (read_mail(mail, cuts) != uncut ||
		read_mail(mail, (struct cuts){ data, data[0] > 0 }) != uncut)
		abort();
	other = with_crlf(mail, &len);
	if (read_mail(str_make(other, len), cuts) != uncut)
		abort();
	free(other);
	return 0;
}
