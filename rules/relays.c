/* rules/relays: renders facts as SpamAssassin's metadata line.
 */
#include "rules/relays.h"

static void add_field(struct buf *out, const char *name, struct str value)
{
	static const struct str forging = { "\0#[]()<>|", 9 };
	buf_add_cstr(out, name);
	for (size_t i = 0; i < value.len; i++) {
		char c = value.ptr[i];
		bool replaced = ascii_space(c) || str_find_byte(forging, c) != SIZE_MAX;
		buf_add_byte(out, replaced ? '!' : c);
	}
	buf_add_byte(out, ' ');
}

static void render_one(const struct fact_relay *relay, struct buf *out)
{
	struct str protocol = relay->authenticated && !relay->protocol.len ?
		STR("ESMTPA") : relay->protocol;
	if (out->len)
		buf_add_byte(out, ' ');
	buf_add_cstr(out, "[ ");
	add_field(out, "ip=", relay->ip_text);
	add_field(out, "rdns=", relay->rdns);
	add_field(out, "helo=", relay->helo);
	add_field(out, "by=", relay->by);
	add_field(out, "ident=", relay->ident);
	add_field(out, "envfrom=", relay->envfrom);
	add_field(out, "intl=", STR("0"));
	add_field(out, "id=", relay->id);
	add_field(out, "auth=", relay->authenticated ? protocol : STR(""));
	add_field(out, "msa=", STR("0"));
	buf_add_cstr(out, "]");
}

void relays_render(const struct facts *facts, struct buf *out)
{
	if (facts->relays_n == 0 && facts->client) {
		char text[IP_TEXT_MAX];
		struct fact_relay client = {
			.ip_text = str_from(ip_format(&facts->client->ip, text)),
			.rdns = facts->client_name, .helo = facts->helo
		};
		render_one(&client, out);
	}
	for (size_t i = 0; i < facts->relays_n; i++)
		render_one(&facts->relays[i], out);
}
