/* rules/checks_claims: checks of our own of what the headers claim: Date, Message-ID, From's name.
 */
#include <string.h>

#include "base/date.h"
#include "rules/addresses.h"
#include "rules/checks.h"
#include "rules/checks_text.h"

enum { HOUR = 3600 };

static const struct fact_header *first_header(const struct facts *facts, struct str name)
{
	for (size_t i = 0; i < facts->headers_n; i++)
		if (str_equal_nocase(facts->headers[i].name, name))
			return &facts->headers[i];
	return NULL;
}

/* ---- times ---- */

/* The time of a Received line stands behind its last semicolon (RFC 5321 section 4.4), but for
 * those of a comment behind it. */
static bool received_date(const struct fact_header *header, int64_t *seconds)
{
	enum { SEMICOLONS_MAX = 4 };
	struct str text = header->decoded;
	size_t at = text.len;
	if (!str_equal_nocase(header->name, STR("Received")))
		return false;
	for (size_t n = 0; n < SEMICOLONS_MAX; n++) {
		while (at > 0 && text.ptr[at - 1] != ';')
			at--;
		if (at == 0)
			return false;
		if (date_parse_rfc5322(str_slice(text, at, text.len), seconds))
			return true;
		at--;
	}
	return false;
}

/* Date against our own clock, or else the topmost Received: seconds that it is ahead. */
static bool date_ahead(const struct facts *facts, int64_t *ahead, const char **unknown)
{
	const struct fact_header *date = first_header(facts, STR("Date"));
	int64_t sent, received;
	if (!date || !date_parse_rfc5322(date->decoded, &sent)) {
		*unknown = "no-date";
		return false;
	}
	if (facts->received_at) {
		*ahead = sent - facts->received_at;
		return true;
	}
	for (size_t i = 0; i < facts->headers_n; i++) {
		if (!received_date(&facts->headers[i], &received))
			continue;
		*ahead = sent - received;
		return true;
	}
	*unknown = "no-received-date";
	return false;
}

/* The longest step back that the time takes on the mail's way to us; each line is written on top
 * of the one before. */
static bool step_back(const struct facts *facts, int64_t *most, const char **unknown)
{
	size_t lines = facts->received_at != 0, dated = lines;
	int64_t newer = facts->received_at, time;
	*most = 0;
	for (size_t i = 0; i < facts->headers_n; i++) {
		lines += str_equal_nocase(facts->headers[i].name, STR("Received"));
		if (!received_date(&facts->headers[i], &time))
			continue;
		if (dated++ && time - newer > *most)
			*most = time - newer;
		newer = time;
	}
	if (lines > 1 && dated < 2)
		*unknown = "no-received-date";
	return dated > 1;
}

int check_time_skew(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	const struct facts *facts = context->facts;
	struct str which = checks_argument(call, 0);
	double limit = checks_number(call, 1, 0) * HOUR;
	int64_t skew = 0;
	bool known;
	if (str_equal(which, STR("received"))) {
		known = step_back(facts, &skew, &out->unknown);
	} else if (str_equal(which, STR("forward")) || str_equal(which, STR("backward"))) {
		known = date_ahead(facts, &skew, &out->unknown);
		if (which.ptr[0] == 'b')
			skew = -skew;
	} else {
		known = false;
		out->unknown = "no-such-kind";
	}
	const struct fact_header *date = first_header(facts, STR("Date"));
	return checks_hit(out, known && skew > 0 && (double)skew > limit,
		date ? date->decoded : STR(""));
}

/* ---- Message-ID ---- */

/* Each mail is of one kind or of none; in this order where several would fit. */
enum id_kind {
	ID_MISSING, ID_NO_BRACKETS, ID_NO_AT, ID_LITERAL, ID_NO_DOMAIN, ID_FOREIGN, ID_KINDS
};
static const char *const id_names[ID_KINDS] = {
	[ID_MISSING] = "missing", [ID_NO_BRACKETS] = "no-brackets", [ID_NO_AT] = "no-at",
	[ID_LITERAL] = "literal", [ID_NO_DOMAIN] = "no-domain", [ID_FOREIGN] = "foreign"
};

/* Compares one name's domain with `domain`. 0 or -1. */
static int compare(const struct check_context *context, struct str host, struct str domain,
	bool *same)
{
	const char *unknown = NULL;
	struct str other;
	if (*same || !host.len)
		return 0;
	if (checks_registered(context, host, &other, &unknown))
		return -1;
	*same = str_equal_nocase(other, domain);
	return 0;
}

/* Is it the domain of a sender, or of a server that says it had the mail? */
static int known_here(const struct check_context *context, struct str domain, bool *known)
{
	const struct facts *facts = context->facts;
	static const char *const names[] = { "From:addr", "Sender:addr", "Reply-To:addr",
		"EnvelopeFrom" };
	*known = false;
	for (size_t i = 0; i < sizeof names / sizeof *names && !*known; i++) {
		struct checks_list list;
		if (checks_addresses(context, names[i], &list))
			return -1;
		for (size_t k = 0; k < list.n; k++)
			if (compare(context, addresses_domain(list.items[k]), domain, known))
				return -1;
	}
	for (size_t i = 0; i < facts->relays_n && !*known; i++) {
		const struct str hosts[] = { facts->relays[i].rdns, facts->relays[i].helo,
			facts->relays[i].by };
		for (size_t k = 0; k < sizeof hosts / sizeof *hosts; k++)
			if (compare(context, hosts[k], domain, known))
				return -1;
	}
	return 0;
}

static bool is_address(struct str host)
{
	struct ip ip;
	return host.len && (host.ptr[0] == '[' || ip_parse(host, &ip));
}

/* ID_KINDS: nothing to be said of it. `foreign`: is that asked for? It is the dear one. */
static int id_kind(const struct check_context *context, struct str id, bool foreign,
	enum id_kind *kind, const char **unknown)
{
	size_t open = str_find_byte(id, '<'), close = id.len;
	while (close > 0 && id.ptr[close - 1] != '>')
		close--;
	*kind = ID_MISSING;
	if (!id.len)
		return 0;
	*kind = ID_NO_BRACKETS;
	if (open != 0 || !close)
		return 0;
	struct str inner = str_slice(id, 1, close - 1), host = addresses_domain(inner), domain;
	*kind = ID_NO_AT;
	if (str_find_byte(inner, '@') == SIZE_MAX)
		return 0;
	*kind = ID_LITERAL;
	if (is_address(host))
		return 0;
	if (checks_registered(context, host, &domain, unknown))
		return -1;
	*kind = ID_NO_DOMAIN;
	if (*unknown || !domain.len)
		return 0;
	bool known = true;
	if (foreign && known_here(context, domain, &known))
		return -1;
	*kind = known ? ID_KINDS : ID_FOREIGN;
	return 0;
}

int check_message_id_shape(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	const struct fact_header *header = first_header(context->facts, STR("Message-ID"));
	struct str id = header ? str_trim(header->decoded) : STR(""), from;
	size_t wanted = 0;
	enum id_kind kind;
	const char *unknown = NULL;
	while (wanted < ID_KINDS && !str_equal(checks_argument(call, 0), str_from(id_names[wanted])))
		wanted++;
	if (wanted == ID_KINDS) {
		out->unknown = "no-such-kind";
		return 0;
	}
	if (id_kind(context, id, wanted == ID_FOREIGN, &kind, &unknown) ||
	    checks_address(context, "From:addr", &from))
		return -1;
	if (kind == ID_NO_DOMAIN && wanted >= ID_NO_DOMAIN)
		out->unknown = unknown;
	if (wanted == ID_FOREIGN && kind >= ID_FOREIGN && !from.len)
		out->unknown = "no-from";
	return checks_hit(out, !out->unknown && (size_t)kind == wanted, id);
}

/* ---- From ---- */

/* Dots and at signs of other scripts, which a reader takes for the plain ones. */
static const struct { uint32_t from, to; char plain; } looks[] = {
	{ 0x00AD, 0x00AD, 0 }, { 0x200B, 0x200F, 0 },  /* soft hyphen; of no width, directions */
	{ 0x202A, 0x202E, 0 }, { 0x2060, 0x2069, 0 }, { 0xFEFF, 0xFEFF, 0 },
	{ 0x2024, 0x2024, '.' }, { 0x3002, 0x3002, '.' }, { 0xFF61, 0xFF61, '.' },
	{ 0xFE52, 0xFE52, '.' }, { 0xFE6B, 0xFE6B, '@' },
};

/* A character of two or three bytes, which all of these are; 0: it is none. */
static uint32_t character(struct str text, size_t *len)
{
	const unsigned char *p = (const unsigned char *)text.ptr;
	/* NOLINTNEXTLINE(*NullDereference): callers have at least one byte */
	*len = (p[0] & 0xE0) == 0xC0 ? 2 : (p[0] & 0xF0) == 0xE0 ? 3 : 1;
	*len = *len > text.len ? 1 : *len;
	uint32_t code = *len == 2 ? p[0] & 0x1F : p[0] & 0x0F;
	for (size_t i = 1; i < *len; i++) {
		if ((p[i] & 0xC0) != 0x80) {
			*len = 1;
			return 0;
		}
		code = code << 6 | (p[i] & 0x3F);
	}
	return *len > 1 ? code : 0;
}

/* The name as it looks: what is not seen is left away, and the wide forms of ASCII are narrow. */
static int plain_name(const struct check_context *context, struct str name, struct str *out)
{
	enum { WIDE_FROM = 0xFF01, WIDE_TO = 0xFF5E };
	struct buf text = { .arena = context->arena };
	for (size_t at = 0, len; at < name.len; at += len) {
		size_t i = 0, n = sizeof looks / sizeof *looks;
		uint32_t code = character(str_slice(name, at, name.len), &len);
		while (i < n && (code < looks[i].from || code > looks[i].to))
			i++;
		if (code >= WIDE_FROM && code <= WIDE_TO)
			buf_add_byte(&text, (char)(code - WIDE_FROM + '!'));
		else if (i == n)
			buf_add_str(&text, str_slice(name, at, at + len));
		else if (looks[i].plain)
			buf_add_byte(&text, looks[i].plain);
	}
	*out = buf_str(&text);
	return text.failed ? -1 : 0;
}

static bool host_byte(char c)
{
	return ascii_alpha(c) || ascii_digit(c) || c == '.' || c == '-';
}

/* Under the suffixes that an organisation takes its own name of: a country's, or an old one. */
static bool common_suffix(struct str domain)
{
	static const char *const old[] = { "com", "net", "org", "edu" };
	struct str last = domain;
	for (size_t dot; (dot = str_find_byte(last, '.')) != SIZE_MAX;)
		last = str_slice(last, dot + 1, last.len);
	for (size_t i = 0; i < sizeof old / sizeof *old; i++)
		if (str_equal_nocase(last, str_from(old[i])))
			return true;
	return last.len == 2;
}

/* example.com and example.de are one organisation's; example.shop is anybody's. */
static bool same_organisation(struct str a, struct str b)
{
	return str_equal_nocase(a, b) || (common_suffix(a) && common_suffix(b) &&
		str_equal_nocase(str_slice(a, 0, str_find_byte(a, '.')),
		str_slice(b, 0, str_find_byte(b, '.'))));
}

/* Is `domain` of the organisation of one of From's addresses? *any: there is such an address. */
static int is_of_from(const struct check_context *context, const struct checks_list *from,
	struct str domain, bool *any, bool *same, const char **unknown)
{
	*any = *same = false;
	for (size_t i = 0; i < from->n; i++) {
		struct str host = addresses_domain(from->items[i]), own;
		if (checks_registered(context, host, &own, unknown))
			return -1;
		*any = *any || host.len;
		*same = *same || (own.len && same_organisation(own, domain));
	}
	return 0;
}

/* The next run of bytes of a host from *at on; *address: an '@' with a name stands before it. */
static bool next_host(struct str name, size_t *at, struct str *host, bool *address)
{
	size_t from = *at;
	while (from < name.len && !host_byte(name.ptr[from]))
		from++;
	size_t end = from;
	while (end < name.len && host_byte(name.ptr[end]))
		end++;
	*at = end;
	*host = str_slice(name, from, end);
	*address = from > 1 && name.ptr[from - 1] == '@' && !ascii_space(name.ptr[from - 2]);
	while (host->len && host->ptr[host->len - 1] == '.')
		host->len--;
	return from < end;
}

/* Lists put the author into the name, "Jo <jo@example.com> via List", and say that they are one. */
static bool is_list(const struct facts *facts)
{
	return first_header(facts, STR("List-Id")) || first_header(facts, STR("List-Post"));
}

/* The first host in the name that is not the From's. 0 or -1. */
static int strange_host(const struct check_context *context, struct str name, bool want_address,
	struct str *found, const char **unknown)
{
	enum { HOSTS_MAX = 50 };
	struct checks_list from;
	struct str host, domain;
	bool address, any, same;
	*found = STR("");
	if (checks_addresses(context, "From:addr", &from))
		return -1;
	size_t at = 0;
	for (size_t n = 0; n < HOSTS_MAX && next_host(name, &at, &host, &address); n++) {
		bool local = at < name.len && name.ptr[at] == '@'; /* jo.doe of jo.doe@example.com */
		bool rest = !address && host.ptr > name.ptr && host.ptr[-1] == '@';
		if (address != want_address || local || rest)
			continue;
		if (str_find_byte(host, '.') == SIZE_MAX)
			continue;
		if (checks_registered(context, host, &domain, unknown))
			return -1;
		if (!domain.len || str_find_byte(domain, '.') < 3) /* "Will.I.am" */
			continue;
		if (is_of_from(context, &from, domain, &any, &same, unknown))
			return -1;
		if (!any)
			*unknown = "no-from";
		if (any && !same) {
			*found = host;
			return 0;
		}
	}
	return 0;
}

int check_from_name(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	struct str which = checks_argument(call, 0), name, plain, found;
	bool want_address = str_equal(which, STR("address"));
	if (!want_address && !str_equal(which, STR("domain"))) {
		out->unknown = "no-such-kind";
		return 0;
	}
	if (!first_header(context->facts, STR("From"))) {
		out->unknown = "no-from";
		return 0;
	}
	if (checks_header(context, "From:name", &name) || plain_name(context, name, &plain) ||
	    strange_host(context, plain, want_address, &found, &out->unknown))
		return -1;
	return checks_hit(out, !out->unknown && found.len && !is_list(context->facts), plain);
}
