/* rules/narrow: see narrow.h.
 */
#include "rules/narrow.h"

#include "base/ip.h"
#include "rules/addresses.h"
#include "rules/checks_text.h"

enum { HOST_MAX = 251 }; /* bytes before the last dot */

static bool label_byte(char c)
{
	return ascii_alpha(c) || ascii_digit(c) || c == '-';
}

static bool is_joint(char c)
{
	return c == '.' || c == '_' || c == '-';
}

static size_t word_end(struct str line, size_t at)
{
	while (at < line.len && !ascii_space(line.ptr[at]))
		at++;
	return at;
}

/* Behind the top-level domain that follows the dot at `dot`; 0: none does. */
static size_t tld_end(const struct values *tlds, struct str line, size_t dot)
{
	size_t end = dot + 1;
	while (end < line.len && label_byte(line.ptr[end]))
		end++;
	if (end < line.len && is_joint(line.ptr[end]))
		return 0;
	return values_have(tlds, str_slice(line, dot + 1, end)) ? end : 0;
}

/* The longest host that begins at `at`, valid or not; its end, 0: none. */
static size_t host_end(const struct values *tlds, struct str line, size_t at)
{
	size_t last = word_end(line, at);
	if (last > at + HOST_MAX + 1)
		last = at + HOST_MAX + 1;
	for (size_t dot = last; dot > at + 1; dot--) {
		size_t end = line.ptr[dot - 1] == '.' ? tld_end(tlds, line, dot - 1) : 0;
		if (end)
			return end;
	}
	return 0;
}

/* Behind the last '@' that a host follows. */
static struct str host_of_mailbox(const struct values *tlds, struct str line)
{
	for (size_t at = line.len; at > 0; at--) {
		size_t end = line.ptr[at - 1] == '@' ? host_end(tlds, line, at) : 0;
		if (end)
			return str_slice(line, at, end);
	}
	return str_make(NULL, 0);
}

/* From the left, one behind the other; the first that is one. */
static struct str any_host(const struct values *tlds, struct str line)
{
	for (size_t at = 0; at < line.len;) {
		bool begins = !at || !is_joint(line.ptr[at - 1]);
		size_t end = begins && !ascii_space(line.ptr[at]) ? host_end(tlds, line, at) : 0;
		struct str host = str_slice(line, at, end);
		if (end && addresses_is_host(host))
			return host;
		/* in a long word without a host each byte would be tried */
		at = end ? end : begins && word_end(line, at) > at + HOST_MAX ? at + HOST_MAX : at + 1;
	}
	return str_make(NULL, 0);
}

static struct str host_of(const struct ruleset *set, bool is_address, struct str line)
{
	const struct values *tlds = set ? values_find(set, "util_rb_tld", STR("")) : NULL;
	if (is_address) {
		size_t at = line.len;
		while (at > 0 && !(line.ptr[at - 1] == '@' && word_end(line, at) > at))
			at--;
		return at ? str_slice(line, at, word_end(line, at)) : str_make(NULL, 0);
	}
	struct str host = host_of_mailbox(tlds, line);
	return addresses_is_host(host) ? host : any_host(tlds, line);
}

static bool word_byte(char c)
{
	return checks_word_byte(c);
}

static bool in_address(char c)
{
	return ascii_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' ||
		c == '.';
}

/* The first run of address bytes, no part of a longer name or number, that is an address; "IPv6:"
 * in front of it is kept, as there. */
static struct str any_ip(struct str line, struct ip *ip)
{
	for (size_t at = 0, end; at < line.len; at = end > at ? end : at + 1) {
		size_t mark = str_starts_nocase(str_slice(line, at, line.len), STR("IPv6:")) ? 5 : 0;
		end = at + mark;
		while (end < line.len && in_address(line.ptr[end]))
			end++;
		size_t stop = end;
		while (stop > at && line.ptr[stop - 1] == ':')
			stop--;
		if (stop == at || (at > 0 && word_byte(line.ptr[at - 1])) ||
		    (end < line.len && word_byte(line.ptr[end])))
			continue;
		if (ip_parse(str_slice(line, at + mark, stop), ip))
			return str_slice(line, at, stop);
		size_t colon = str_find_byte(str_slice(line, at, stop), ':'); /* with a port */
		if (colon != SIZE_MAX && ip_parse(str_slice(line, at, at + colon), ip))
			return str_slice(line, at, at + colon);
	}
	return str_make(NULL, 0);
}

/* As DNS lists ask for it: numbers, or hexadecimal digits, from the last to the first. */
static struct str reversed(const struct ip *ip, struct arena *arena)
{
	static const char digits[] = "0123456789abcdef";
	struct buf out = { .arena = arena };
	for (size_t i = 16; i > (ip_is_v4(ip) ? 12 : 0); i--) {
		uint8_t byte = ip->bytes[i - 1];
		if (out.len)
			buf_add_byte(&out, '.');
		if (ip_is_v4(ip)) {
			buf_addf(&out, "%u", byte);
			continue;
		}
		buf_add_byte(&out, digits[byte & 15]);
		buf_add_byte(&out, '.');
		buf_add_byte(&out, digits[byte >> 4]);
	}
	return buf_str(&out);
}

int narrow_line(const struct ruleset *set, enum narrow narrow, bool is_address, struct str line,
	struct arena *arena, struct str *out)
{
	struct ip ip = { { 0 } };
	*out = narrow == NARROW_HOST || narrow == NARROW_DOMAIN ? host_of(set, is_address, line) :
		any_ip(line, &ip);
	if (!out->len)
		return 0;
	if (narrow == NARROW_DOMAIN) {
		struct check_context context = { .set = set, .arena = arena };
		return set ? checks_domain(&context, *out, out) : 0;
	}
	if (narrow == NARROW_REVIP)
		*out = out->ptr[1] == 'P' || out->ptr[1] == 'p' ? STR("") : reversed(&ip, arena);
	return arena_spent(arena) ? -1 : 0;
}
