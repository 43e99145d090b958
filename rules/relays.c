/* rules/relays: renders facts as SpamAssassin's metadata line.
 */
#include "rules/relays.h"

#include <string.h>

/* What would forge a field. */
static const bool forging[256] = {
	['\0'] = true, [' '] = true, ['\t'] = true, ['\n'] = true, ['\v'] = true, ['\f'] = true,
	['\r'] = true, ['#'] = true, ['['] = true, [']'] = true, ['('] = true, [')'] = true,
	['<'] = true, ['>'] = true, ['|'] = true,
};

/* Every message has some forty of them: written in place. */
static void add_field(struct buf *out, struct str name, struct str value)
{
	if (!buf_reserve(out, name.len + value.len + 1))
		return;
	memcpy(out->ptr + out->len, name.ptr, name.len);
	char *to = out->ptr + out->len + name.len;
	for (size_t i = 0; i < value.len; i++)
		to[i] = forging[(unsigned char)value.ptr[i]] ? '!' : value.ptr[i];
	to[value.len] = ' ';
	out->len += name.len + value.len + 1;
}

static void render_one(const struct fact_relay *relay, struct buf *out)
{
	struct str login = relay->auth.len ? relay->auth :
		relay->protocol.len ? relay->protocol : STR("ESMTPA");
	if (out->len)
		buf_add_byte(out, ' ');
	buf_add_cstr(out, "[ ");
	add_field(out, STR("ip="), relay->ip_text);
	add_field(out, STR("rdns="), relay->rdns);
	add_field(out, STR("helo="), relay->helo);
	add_field(out, STR("by="), relay->by);
	add_field(out, STR("ident="), relay->ident);
	add_field(out, STR("envfrom="), relay->envfrom);
	add_field(out, STR("intl="), relay->internal ? STR("1") : STR("0"));
	add_field(out, STR("id="), relay->id);
	add_field(out, STR("auth="), relay->authenticated ? login : STR(""));
	add_field(out, STR("msa="), relay->msa ? STR("1") : STR("0"));
	buf_add_cstr(out, "]");
}

bool relays_is(const struct fact_relay *relay, enum relays_which which)
{
	bool inside = which < RELAYS_INTERNAL ? relay->trusted : relay->internal;
	return inside == (which == RELAYS_TRUSTED || which == RELAYS_INTERNAL);
}

void relays_render(const struct facts *facts, enum relays_which which, struct buf *out)
{
	/* Mail of this host's own: SpamAssassin has no relays then. What its Received lines say is not
	 * ours to trust, and a rule about the client must not judge a relay in its place. */
	if (facts->relays_n > 0 && !facts->relays[0].has_ip)
		return;
	for (size_t i = 0; i < facts->relays_n && out->len < FACT_HEADER_MAX; i++)
		if (facts->relays[i].has_ip && relays_is(&facts->relays[i], which))
			render_one(&facts->relays[i], out);
}
