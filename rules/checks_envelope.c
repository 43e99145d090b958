/* rules/checks_envelope: checks of our own of the connecting client: how it greets, what its name
 * looks like.
 *
 * The client's name is the one that the MTA verified: its PTR record, which leads back to the
 * address. Who looks after a mail server gives it a name and lets it greet with that (RFC 5321
 * section 4.1.1.1); a hijacked machine has the name that its provider gave to each address of a
 * pool. Both are known at RCPT already. Our own relays and clients that logged in are not judged:
 * people do send from such pools, through their provider.
 */
#include <string.h>

#include "base/ip.h"
#include "rules/checks.h"
#include "rules/checks_text.h"

/* NULL: there is none to be judged; out->unknown says if that is for want of knowledge. */
static const struct fact_relay *client_of(const struct check_context *context,
	struct check_answer *out)
{
	const struct facts *facts = context->facts;
	if (!facts->client || !facts->relays_n || !facts->relays[0].has_ip) {
		out->unknown = "no-client";
		return NULL;
	}
	const struct fact_relay *client = &facts->relays[0];
	return client->trusted || client->authenticated ? NULL : client;
}

/* ---- HELO ---- */

/* Each client is of one kind; in this order where several would fit. */
enum helo_kind { HELO_LITERAL, HELO_UNQUALIFIED, HELO_NONE, HELO_MATCH, HELO_MISMATCH, HELO_KINDS };
static const char *const helo_names[HELO_KINDS] = {
	[HELO_LITERAL] = "literal", [HELO_UNQUALIFIED] = "unqualified", [HELO_NONE] = "none",
	[HELO_MATCH] = "match", [HELO_MISMATCH] = "mismatch"
};

/* An address, in brackets as RFC 5321 (4.1.3) has it, or bare. */
static bool is_literal(struct str helo)
{
	struct ip ip;
	if (helo.ptr[helo.len - 1] == '.')
		helo.len--;
	return helo.len && (helo.ptr[0] == '[' || str_starts_nocase(helo, STR("IPv6:")) ||
		ip_parse(helo, &ip));
}

static int helo_kind(const struct check_context *context, const struct fact_relay *client,
	enum helo_kind *kind, const char **unknown)
{
	struct str helo, name;
	*kind = HELO_LITERAL;
	if (!client->helo.len) {
		*unknown = "no-helo";
		return 0;
	}
	if (is_literal(client->helo))
		return 0;
	if (checks_registered(context, client->helo, &helo, unknown) ||
	    checks_registered(context, client->rdns, &name, unknown))
		return -1;
	bool same = str_equal_nocase(client->helo, client->rdns);
	if (str_find_byte(client->helo, '.') == SIZE_MAX || (!helo.len && !same))
		*kind = HELO_UNQUALIFIED;
	else if (!client->rdns.len)
		*kind = HELO_NONE;
	else
		*kind = same || str_equal_nocase(helo, name) ? HELO_MATCH : HELO_MISMATCH;
	if (*kind == HELO_NONE && !client->no_rdns)
		*unknown = "ptr-not-asked";
	return 0;
}

int check_helo_ptr(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	const struct fact_relay *client = client_of(context, out);
	size_t wanted = 0;
	enum helo_kind kind;
	while (wanted < HELO_KINDS &&
	       !str_equal(checks_argument(call, 0), str_from(helo_names[wanted])))
		wanted++;
	if (wanted == HELO_KINDS) {
		out->unknown = "no-such-kind";
		return 0;
	}
	if (!client)
		return 0;
	if (helo_kind(context, client, &kind, &out->unknown))
		return -1;
	return checks_hit(out, !out->unknown && (size_t)kind == wanted, client->helo);
}

/* ---- the address in the name ---- */

enum { NUMBERS_MAX = 16, FORM_MAX = 32 };

/* Which octets of the address stand in the name. */
struct octets {
	const uint8_t *of;
	bool found[4];
	size_t n;
	size_t joined;              /* the most in one run of digits */
};

static size_t find_octet(struct octets *octets, struct str digits)
{
	uint64_t value;
	if (digits.len > 3 || !str_to_u64(digits, 255, &value))
		return 0;
	for (size_t i = 0; i < 4; i++) {
		if (octets->found[i] || octets->of[i] != value)
			continue;
		octets->found[i] = true;
		octets->n++;
		return 1;
	}
	return 0;
}

/* As numbers of their own, in any order; of longer ones, each three digits: "113077". */
static void octets_in(struct str name, struct octets *octets)
{
	for (size_t at = 0, numbers = 0; at < name.len && numbers < NUMBERS_MAX; at++) {
		size_t end = at, found = 0;
		while (end < name.len && ascii_digit(name.ptr[end]))
			end++;
		if (end == at)
			continue;
		numbers++;
		size_t each = end - at > 3 && (end - at) % 3 == 0 && end - at <= 12 ? 3 : end - at;
		for (size_t k = at; k < end; k += each)
			found += find_octet(octets, str_slice(name, k, k + each));
		if (each < end - at && found > octets->joined)
			octets->joined = found;
		at = end;
	}
}

/* Writes a number with at least `width` digits; where it ends. */
static size_t put_number(char *to, size_t at, uint32_t value, unsigned base, size_t width)
{
	char digits[12];
	size_t n = 0;
	for (; value || n < width; value /= base)
		digits[n++] = "0123456789abcdef"[value % base];
	while (n)
		to[at++] = digits[--n];
	return at;
}

/* Is `form` there as a number of its own: no more digits at its ends? */
static bool stands_alone(struct str name, struct str form)
{
	for (size_t from = 0, at; from < name.len; from += at + 1) {
		struct str rest = str_slice(name, from, name.len);
		at = str_find_nocase(rest, form);
		if (at == SIZE_MAX)
			return false;
		bool before = from + at > 0 && ascii_digit(name.ptr[from + at - 1]);
		bool behind = at + form.len < rest.len && ascii_digit(rest.ptr[at + form.len]);
		if (!before && !behind)
			return true;
	}
	return false;
}

/* Ways to write all four octets in one piece. Numbers with something between them are octets_in's,
 * but for hex. */
static bool joined_in(struct str name, const uint8_t octets[4])
{
	static const struct { unsigned base; size_t width; char between; } ways[] = {
		{ 10, 3, 0 }, { 10, 1, 0 }, { 16, 2, 0 }, { 16, 2, '-' }, { 16, 2, '.' },
		{ 16, 1, '-' }
	};
	char form[FORM_MAX];
	uint32_t number = 0;
	for (size_t i = 0; i < 4; i++)
		number = number << 8 | octets[i];
	if (stands_alone(name, str_make(form, put_number(form, 0, number, 10, 8))))
		return true;
	for (size_t way = 0; way < 2 * (sizeof ways / sizeof *ways); way++) {
		size_t n = 0, k = way / 2;
		for (size_t i = 0; i < 4; i++) {
			if (i && ways[k].between)
				form[n++] = ways[k].between;
			n = put_number(form, n, octets[way % 2 ? 3 - i : i], ways[k].base, ways[k].width);
		}
		if (n >= 7 && stands_alone(name, str_make(form, n))) /* 1.2.3.4 as 1234 is chance */
			return true;
	}
	return false;
}

/* Letters and digits only, lower case; what does not fit is dropped. */
static size_t squeeze(struct str text, char *to, size_t size)
{
	size_t n = 0;
	for (size_t i = 0; i < text.len && n < size; i++)
		if (ascii_alpha(text.ptr[i]) || ascii_digit(text.ptr[i]))
			to[n++] = ascii_lower(text.ptr[i]);
	return n;
}

/* Half of an IPv6 address in hex, forward or with its digits reversed, or all of it as it is
 * written ("2001-db8--7"). */
static bool ipv6_in(struct str name, const struct ip *ip)
{
	enum { HALF = 16, NAME_MAX_BYTES = 255, WRITTEN_MIN = 8 };
	char squeezed[NAME_MAX_BYTES], hex[HALF], written[IP_TEXT_MAX], text[IP_TEXT_MAX];
	struct str all = str_make(squeezed, squeeze(name, squeezed, sizeof squeezed));
	struct str half = str_make(hex, HALF);
	for (size_t way = 0; way < 4; way++) {
		const uint8_t *bytes = ip->bytes + (way / 2) * 8;
		for (size_t i = 0; i < HALF; i++) {
			unsigned nibble = i % 2 ? bytes[i / 2] & 15 : bytes[i / 2] >> 4;
			hex[way % 2 ? HALF - 1 - i : i] = "0123456789abcdef"[nibble];
		}
		if (str_find(all, half) != SIZE_MAX)
			return true;
	}
	size_t n = squeeze(str_from(ip_format(ip, text)), written, sizeof written);
	return n >= WRITTEN_MIN && str_find(all, str_make(written, n)) != SIZE_MAX;
}

/* 2: the whole address is in the name; 1: half of it or more; 0 */
static int address_weight(struct str name, const struct ip *ip)
{
	if (!ip_is_v4(ip))
		return ipv6_in(name, ip) ? 2 : 0;
	struct octets octets = { .of = ip->bytes + 12 };
	octets_in(name, &octets);
	if (octets.n == 4 || octets.joined == 3 || joined_in(name, ip->bytes + 12))
		return 2;
	return octets.n >= 2;
}

/* ---- the words of the name ---- */

/* What providers call their pools, and what people call servers. Words are runs of letters, and a
 * '*' at the end takes any more. Weights: a pool that nothing else needs to vouch for is 2, one
 * that needs more is 1; a server's word outweighs an address, a pool, and the two together. */
static const struct { const char *word; int weight; } words[] = {
	{ "adsl", 2 }, { "broadband", 2 }, { "cable*", 2 }, { "catv", 2 }, { "cgn*", 2 },
	{ "cpe", 2 }, { "dhcp*", 2 }, { "dial*", 2 }, { "dinami*", 2 }, { "dip", 2 }, { "dsl*", 2 },
	{ "dyn", 2 }, { "dynami*", 2 }, { "dyndsl", 2 }, { "dynip*", 2 }, { "fios", 2 },
	{ "ftth", 2 }, { "gprs", 2 }, { "gpon", 2 }, { "hsd", 2 }, { "isdn", 2 }, { "pool*", 2 },
	{ "ppp*", 2 }, { "umts", 2 }, { "vdsl", 2 }, { "wimax", 2 }, { "xdsl", 2 },
	{ "abo", 1 }, { "abonn*", 1 }, { "bb", 1 }, { "client*", 1 }, { "cust", 1 },
	{ "customer*", 1 }, { "gsm", 1 }, { "home", 1 }, { "host", 1 }, { "hotspot", 1 },
	{ "ip", 1 }, { "klient*", 1 }, { "kunde", 1 }, { "line", 1 }, { "lte", 1 }, { "mobile", 1 },
	{ "modem", 1 }, { "nat", 1 }, { "node", 1 }, { "res", 1 }, { "residential", 1 },
	{ "slip", 1 }, { "sub", 1 }, { "subscriber*", 1 }, { "unassigned", 1 }, { "user*", 1 },
	{ "wifi", 1 }, { "wireless", 1 },
	{ "email*", -3 }, { "estati*", -3 }, { "fija", -3 }, { "fijo", -3 }, { "fix*", -3 },
	{ "fixo", -3 }, { "leased", -3 }, { "mail*", -3 }, { "mta*", -3 }, { "mx*", -3 },
	{ "news*", -3 }, { "ns", -3 }, { "out*", -3 }, { "relay*", -3 }, { "send*", -3 },
	{ "server*", -3 }, { "smtp*", -3 }, { "srv*", -3 }, { "stat", -3 }, { "stati*", -3 },
	{ "www", -3 },
};

static int word_weight(struct str word)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		struct str known = str_from(words[i].word);
		/* NOLINTNEXTLINE(*NullDereference): no word of the table is empty */
		bool open = known.ptr[known.len - 1] == '*';
		known.len -= open;
		if (open ? str_starts_nocase(word, known) : str_equal_nocase(word, known))
			return words[i].weight;
	}
	return 0;
}

static bool has_digit(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (ascii_digit(text.ptr[i]))
			return true;
	return false;
}

/* The best word of a pool that has a number in its label, before it or next to it, and the worst of
 * a server, with or without. */
static void weigh_label(struct str label, bool numbered, int *pool, int *server)
{
	for (size_t at = 0, end; at < label.len; at = end + 1) {
		for (end = at; end < label.len && ascii_alpha(label.ptr[end]);)
			end++;
		int weight = end > at ? word_weight(str_slice(label, at, end)) : 0;
		if (weight > *pool && numbered)
			*pool = weight;
		if (weight < *server)
			*server = weight;
	}
}

static int words_weight(struct str area)
{
	int pool = 0, server = 0;
	bool before = false;
	while (area.len) {
		size_t dot = str_find_byte(area, '.');
		struct str label = str_slice(area, 0, dot);
		area = dot == SIZE_MAX ? STR("") : str_slice(area, dot + 1, area.len);
		bool digit = has_digit(label);
		bool next = has_digit(str_slice(area, 0, str_find_byte(area, '.')));
		weigh_label(label, digit || before || next, &pool, &server);
		before = before || digit;
	}
	return pool + server;
}

/* What stands before the registered domain: the rest says who the provider is, and may well be
 * "cable.example". Where a list of suffixes has each customer's name for one, the last two labels
 * are left away. */
static int own_labels(const struct check_context *context, struct str name, struct str *area)
{
	const char *unknown = NULL;
	struct str domain;
	if (checks_registered(context, name, &domain, &unknown))
		return -1;
	size_t cut = domain.len ? (size_t)(domain.ptr - name.ptr) : 0, dots = 0;
	for (size_t at = name.len; !cut && at > 0; at--)
		if (name.ptr[at - 1] == '.' && ++dots == 2)
			cut = at;
	*area = str_slice(name, 0, cut);
	return 0;
}

int check_dynamic_ptr(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	enum { ENOUGH = 2 };
	const struct fact_relay *client = client_of(context, out);
	struct str area;
	struct ip ip;
	(void)call;
	if (!client)
		return 0;
	if (!client->rdns.len && !client->no_rdns)
		out->unknown = "ptr-not-asked";
	if (!client->rdns.len || !ip_parse(client->ip_text, &ip))
		return 0;
	if (own_labels(context, client->rdns, &area))
		return -1;
	return checks_hit(out, address_weight(client->rdns, &ip) + words_weight(area) >= ENOUGH,
		client->rdns);
}
