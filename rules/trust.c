/* rules/trust: see trust.h.
 */
#include "rules/trust.h"

#include <string.h>

/* Fills up "10" and "192.168." to four numbers; bits of what was given when it ends in a dot. */
static bool read_v4(struct str text, struct ip *ip, unsigned *bits)
{
	char full[IP_TEXT_MAX];
	size_t dots = 0, n = text.len;
	bool open = n && text.ptr[n - 1] == '.';
	if (open)
		n--;
	if (!n || n > 15)
		return false;
	memcpy(full, text.ptr, n);
	for (size_t i = 0; i < n; i++)
		dots += full[i] == '.';
	if (dots > 3 || (open && dots == 3))
		return false;
	*bits = open ? (unsigned)(dots + 1) * 8 : 32;
	for (; dots < 3; dots++) {
		memcpy(full + n, ".0", 2);
		n += 2;
	}
	return ip_parse(str_make(full, n), ip);
}

int trust_add(struct trust_list *list, struct arena *arena, struct str text)
{
	struct ip ip;
	bool exclude = text.len && text.ptr[0] == '!';
	unsigned bits = 128, most = 128;
	uint64_t given;
	if (exclude)
		text = str_slice(text, 1, text.len);
	size_t slash = str_find_byte(text, '/');
	struct str address = str_slice(text, 0, slash);
	bool v6 = str_find_byte(address, ':') != SIZE_MAX;
	if (address.len > 2 && address.ptr[0] == '[' && address.ptr[address.len - 1] == ']')
		address = str_slice(address, 1, address.len - 1);
	if (v6 ? !ip_parse(address, &ip) : !read_v4(address, &ip, &bits))
		return -1;
	most = v6 ? 128 : 32;
	if (slash != SIZE_MAX) {
		if (!str_to_u64(str_slice(text, slash + 1, text.len), most, &given))
			return -1;
		bits = (unsigned)given;
	}
	if (list->n == list->capacity) {
		size_t more = list->capacity ? list->capacity * 2 : 8;
		struct trust_net *nets = arena_resize(arena, list->nets,
			list->capacity * sizeof *nets, more * sizeof *nets);
		if (!nets)
			return -2;
		list->nets = nets;
		list->capacity = more;
	}
	list->nets[list->n++] = (struct trust_net){
		ip_prefix_make(&ip, (uint8_t)(bits + 128 - most)), exclude };
	list->configured = true;
	return 0;
}

static bool contains(const struct trust_list *list, const struct ip *ip)
{
	for (size_t i = 0; i < list->n; i++)
		if (ip_prefix_contains(&list->nets[i].prefix, ip))
			return !list->nets[i].exclude;
	return false;
}

static bool loopback(const struct ip *ip)
{
	static const uint8_t one[16] = { [15] = 1 };
	return (ip_is_v4(ip) && ip->bytes[12] == 127) || !memcmp(ip->bytes, one, sizeof one);
}

/* Where the walk along the relays stands. */
struct walk {
	bool trusted, internal, msa;
};

static void step(const struct trust *trust, struct walk *walk, struct fact_relay *relay,
	const struct ip *ip)
{
	const struct trust_list *trusted = &trust->trusted, *internal = &trust->internal;
	if (!walk->trusted || walk->msa)
		return; /* behind an MSA all stays as it is */
	if (!trusted->configured && !internal->configured) {
		walk->trusted = walk->internal = ip_is_private(ip) || relay->authenticated;
		return;
	}
	trusted = trusted->configured ? trusted : internal;
	internal = internal->configured ? internal : &trust->trusted;
	if (!relay->authenticated && !loopback(ip) && !contains(trusted, ip)) {
		walk->trusted = walk->internal = false;
		return;
	}
	if (!relay->authenticated && !loopback(ip) && !contains(internal, ip))
		walk->internal = false;
	relay->msa = walk->msa = contains(&trust->msa, ip);
}

static int client_alone(const struct facts *facts, struct arena *arena, struct fact_relay *relay)
{
	char *text = arena_alloc(arena, IP_TEXT_MAX);
	if (!text)
		return -1;
	*relay = (struct fact_relay){ .rdns = facts->client_name, .helo = facts->helo,
		.ip_text = str_from(ip_format(&facts->client->ip, text)), .has_ip = true,
		.no_rdns = !facts->client_name.len,
		.network = ip_is_private(&facts->client->ip) ? NULL : facts->client };
	return 0;
}

int trust_mark(const struct trust *trust, const struct facts *facts, struct arena *arena,
	struct facts *out)
{
	struct walk walk = { true, true, false };
	struct fact_relay *relays = ARENA_ARRAY(arena, struct fact_relay, facts->relays_n + 1);
	*out = *facts;
	if (!relays)
		return -1;
	if (facts->relays_n)
		memcpy(relays, facts->relays, facts->relays_n * sizeof *relays);
	out->relays = relays;
	if (!facts->relays_n && facts->client) {
		if (client_alone(facts, arena, &relays[0]))
			return -1;
		out->relays_n = 1;
	}
	for (size_t i = 0; i < out->relays_n; i++) {
		struct ip ip;
		/* mail of this host's own comes from a relay without an address */
		if (relays[i].has_ip && ip_parse(relays[i].ip_text, &ip))
			step(trust, &walk, &relays[i], &ip);
		relays[i].trusted = walk.trusted;
		relays[i].internal = walk.internal;
	}
	return 0;
}
