/* test-harness/mail_facts: see mail_facts.h. */
#include "test-harness/mail_facts.h"

struct network mail_facts_client(void)
{
	return (struct network){ .ip = ip_from_v4(0xc0000201), .asn_state = NETWORK_KNOWN,
		.asn = 64500, .country_state = NETWORK_KNOWN, .country = "XX" };
}

int mail_facts_make(const struct message_view *view, const struct network *client,
	struct arena *arena, struct facts *out)
{
	struct fact_header *headers = ARENA_ARRAY(arena, struct fact_header, view->headers_n);
	struct fact_url *urls = ARENA_ARRAY(arena, struct fact_url, view->urls_n);
	struct fact_relay *relays = ARENA_ARRAY(arena, struct fact_relay, view->relays_n + 1);
	struct fact_part *parts = ARENA_ARRAY(arena, struct fact_part, view->parts_n);
	if (!headers || !urls || !relays || !parts)
		return -1;
	for (size_t i = 0; i < view->parts_n; i++)
		parts[i].about = view->parts[i].about;
	for (size_t i = 0; i < view->headers_n; i++)
		headers[i] = (struct fact_header){ view->headers[i].name, view->headers[i].raw,
			view->headers[i].decoded };
	for (size_t i = 0; i < view->urls_n; i++)
		urls[i] = (struct fact_url){ .raw = view->urls[i].raw, .url = view->urls[i].url,
			.host = view->urls[i].host, .domain = view->urls[i].domain };
	relays[0] = (struct fact_relay){ .ip_text = STR("192.0.2.1"), .helo = STR("mx.example"),
		.rdns = STR("mx.example"), .has_ip = true, .network = client };
	for (size_t i = 0; i < view->relays_n; i++)
		relays[i + 1] = (struct fact_relay){ .ip_text = view->relays[i].ip_text,
			.rdns = view->relays[i].rdns, .helo = view->relays[i].helo, .by = view->relays[i].by,
			.ident = view->relays[i].ident, .id = view->relays[i].id };
	*out = (struct facts){ .client = client, .client_name = STR("mx.example"),
		.helo = STR("mx.example"), .mail_from = STR("a@b.example"), .has_mail_from = true,
		.headers = headers, .headers_n = view->headers_n, .body = view->body,
		.body_n = view->body_n, .body_has_subject = view->body_has_subject, .full = view->full,
		.body_bytes = view->body_bytes, .rawbody = view->rawbody, .rawbody_n = view->rawbody_n,
		.parts = parts, .parts_n = view->parts_n, .has_tree = view->has_tree, .top = view->top,
		.flaws = view->flaws,
		.urls = urls, .urls_n = view->urls_n, .uris = view->uris, .uris_n = view->uris_n,
		.relays = relays, .relays_n = view->relays_n + 1,
		.day = 20000 };
	return 0;
}

int mail_facts_read(struct str mail, bool want_full, const struct network *client,
	struct arena *arena, struct facts *out)
{
	struct message_options how = { .want_body = true, .want_uris = true,
		.want_full = want_full };
	struct message *message = message_create(&how, arena);
	if (!message || message_read(message, mail) < 0)
		return -1;
	return mail_facts_make(message_view(message), client, arena, out);
}
