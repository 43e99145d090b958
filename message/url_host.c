/* message/url_host: see url_host.h. */
#include "message/url_host.h"

#include <idn2.h>
#include <string.h>

#include "base/disguise.h"
#include "message/charset.h"
#include "message/decode.h"
#include "message/url_ip.h"
#include "message/url_looks.h"

enum {
	HOST_TEXT_MAX = 3 * 1024, /* bytes of an authority's host as written, %-encoded */
	LABEL_MAX = 63,           /* of the DNS, in ASCII */
	RUNS_MAX = 16             /* pieces of a host that libidn2 is asked about one by one */
};

/* The hosts' forbidden code points of the standard (domain ones) beyond controls and blanks. */
static const bool FORBIDDEN[256] = {
	['#'] = true, ['%'] = true, ['/'] = true, [':'] = true, ['<'] = true, ['>'] = true,
	['?'] = true, ['@'] = true, ['['] = true, ['\\'] = true, [']'] = true, ['^'] = true,
	['|'] = true, [0x7F] = true
};

static bool set_ip(struct arena *arena, const struct ip *ip, const char *text, struct url *out)
{
	char *copy = arena_dup(arena, str_from(text));

	out->ip = *ip;
	out->host_is_ip = true;
	out->host = str_from(copy);
	return copy != NULL;
}

struct str url_percent_decode(struct arena *arena, struct str text)
{
	char *copy = arena_alloc_raw(arena, text.len + 1);
	size_t n = 0;

	if (!copy)
		return str_make(NULL, 0);
	if (text.len > 0 && !memchr(text.ptr, '%', text.len)) {
		memcpy(copy, text.ptr, text.len);
		n = text.len;
	}
	for (size_t i = n; i < text.len; i++) {
		if (text.ptr[i] == '%' && i + 2 < text.len && hex_digit(text.ptr[i + 1]) >= 0 &&
			hex_digit(text.ptr[i + 2]) >= 0) {
			copy[n++] = (char)(hex_digit(text.ptr[i + 1]) << 4 |
				hex_digit(text.ptr[i + 2]));
			i += 2;
		} else {
			copy[n++] = text.ptr[i];
		}
	}
	copy[n] = '\0';
	return str_make(copy, n);
}

/* What UTS 46 maps since libidn2's Unicode 14, and browsers do today. UINT32_MAX: nothing. */
static uint32_t newer_mapping(uint32_t code)
{
	static const struct { uint32_t from, to; } MAPPINGS[] = {
		{ 0x4C0, 0x4CF }, { 0x115F, UINT32_MAX }, { 0x1160, UINT32_MAX },
		{ 0x180E, UINT32_MAX }, { 0x1E9E, 0xDF }, { 0x2183, 0x2184 }, { 0x3164, UINT32_MAX },
		{ 0xFFA0, UINT32_MAX }
	};

	if (code >= 0x206A && code <= 0x206F)
		return UINT32_MAX;
	for (size_t i = 0; i < sizeof MAPPINGS / sizeof *MAPPINGS; i++)
		if (MAPPINGS[i].from == code)
			return MAPPINGS[i].to;
	return code;
}

/* Notes what a reader does not see of the host; the host with the newer mappings done, and a NUL
 * behind it. Empty: it is no UTF-8, or memory is spent. */
static struct str look_at(struct arena *arena, struct str host, unsigned *disguise)
{
	struct buf out = { .arena = arena };
	uint32_t before = 0;

	buf_reserve(&out, host.len + 1);
	for (size_t i = 0; i < host.len;) {
		uint32_t code = utf8_next(host, &i), mapped;

		if (code == UINT32_MAX)
			return str_make(NULL, 0);
		if (code < 0x80) {
			buf_add_byte(&out, (char)code);
			before = code;
			continue;
		}
		if (url_code_invisible(code, before))
			*disguise |= DISGUISE_INVISIBLE;
		else if (url_code_compatible(code))
			*disguise |= DISGUISE_COMPATIBLE;
		mapped = newer_mapping(code);
		if (mapped != UINT32_MAX)
			utf8_add(&out, mapped);
		before = code;
	}
	buf_cstr(&out);
	return out.failed ? str_make(NULL, 0) : buf_str(&out);
}

/* libidn2's answer, which is to be freed; NULL where it refuses. `host` has a NUL behind it. */
static char *ask_libidn2(struct arena *arena, const char *host)
{
	char *ascii = NULL;
	int status = idn2_to_ascii_8z(host, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);

	if (status == IDN2_MALLOC)
		arena_set_spent(arena); /* a host that rules do not see would pass for clean */
	return status == IDN2_OK ? ascii : NULL;
}

/* Symbols and emoji, which IDNA 2008 has not and browsers take as they stand. */
static bool is_symbol(uint32_t code)
{
	return (code >= 0xA1 && code <= 0xBF && code != 0xA8 && code != 0xAF && code != 0xB4 &&
		code != 0xB8) || (code >= 0x2010 && code <= 0x2027 && (code < 0x2024 || code == 0x2027)) ||
		code == 0x203B || code == 0x3030 ||
		(code >= 0x2190 && code <= 0x245F) || (code >= 0x2500 && code <= 0x2BFF) ||
		(code >= 0x1F000 && code <= 0x1F0FF) || (code >= 0x1F1E6 && code <= 0x1F1FF) ||
		(code >= 0x1F300 && code <= 0x1FAFF);
}

/* A label put together from its pieces. */
struct pieces {
	struct arena *arena;
	uint32_t codes[LABEL_MAX];
	size_t n;
	unsigned runs;  /* that libidn2 was asked about */
};

/* A run of letters, marks and digits. */
static bool add_run(struct pieces *pieces, struct str run)
{
	char text[4 * LABEL_MAX + 1], *ascii;
	size_t before = pieces->n;
	struct str got;

	if (bytes_are_ascii(run)) {
		for (size_t i = 0; i < run.len && pieces->n < LABEL_MAX; i++)
			pieces->codes[pieces->n++] = (unsigned char)ascii_lower(run.ptr[i]);
		return true;
	}
	if (run.len >= sizeof text || pieces->runs++ >= RUNS_MAX)
		return false;
	memcpy(text, run.ptr, run.len);
	text[run.len] = '\0';
	ascii = ask_libidn2(pieces->arena, text);
	if (!ascii)
		return false;
	got = str_from(ascii);
	if (str_starts_nocase(got, STR("xn--")))
		pieces->n += punycode_decode(str_slice(got, 4, got.len), pieces->codes + before,
			LABEL_MAX - before);
	else
		for (size_t i = 0; i < got.len && pieces->n < LABEL_MAX; i++)
			pieces->codes[pieces->n++] = (unsigned char)got.ptr[i];
	idn2_free(ascii);
	return pieces->n > before;
}

/* Between hyphens and symbols. */
static bool add_pieces(struct pieces *pieces, struct str label)
{
	size_t start = 0, end = 0;

	pieces->n = 0;
	for (size_t i = 0; end < label.len; end = i) {
		uint32_t code = utf8_next(label, &i);

		if (code != '-' && code != 0xFE0F && !is_symbol(code))
			continue;
		if (end > start && !add_run(pieces, str_slice(label, start, end)))
			return false;
		start = i;
		if (pieces->n == LABEL_MAX)
			return false;
		if (code != 0xFE0F) /* of an emoji */
			pieces->codes[pieces->n++] = code;
	}
	return (end == start || add_run(pieces, str_slice(label, start, end))) && pieces->n > 0;
}

/* A label in ASCII, or to become ASCII, that could stand in a host. */
static bool plain_label(struct str label)
{
	uint32_t codes[LABEL_MAX];
	size_t n;

	if (!str_starts_nocase(label, STR("xn--")))
		return true;
	n = punycode_decode(str_slice(label, 4, label.len), codes, LABEL_MAX);
	for (size_t i = 0; i < n; i++)
		if (codes[i] >= 0x80 && codes[i] < 0xA0)
			return false;
	return n > 0 && bytes_are_ascii(label);
}

/* The end of the label at `at`: at a dot of any kind. */
static size_t label_end(struct str host, size_t at, size_t *next)
{
	while (at < host.len) {
		uint32_t code;

		*next = at;
		code = utf8_next(host, next);
		if (code == '.' || code == 0x3002 || code == 0xFF0E || code == 0xFF61)
			return at;
		at = *next;
	}
	*next = at;
	return at;
}

/* Label by label, for hosts with one that libidn2 refuses: it asks for more than browsers do
 * (WHATWG: CheckHyphens and VerifyDnsLength are false, symbols are valid). */
static struct str from_pieces(struct arena *arena, struct str host)
{
	struct pieces pieces = { .arena = arena };
	struct buf out = { .arena = arena };
	char puny[LABEL_MAX];

	for (size_t at = 0, next; at < host.len; at = next) {
		size_t end = label_end(host, at, &next), len;
		struct str label = str_slice(host, at, end);

		if (!plain_label(label))
			return str_make(NULL, 0);
		if (bytes_are_ascii(label)) {
			buf_add_str(&out, label);
		} else {
			if (!add_pieces(&pieces, label))
				return str_make(NULL, 0);
			len = punycode_encode(pieces.codes, pieces.n, puny, LABEL_MAX - 4);
			if (len == 0)
				return str_make(NULL, 0);
			buf_add_cstr(&out, "xn--");
			buf_add(&out, puny, len);
		}
		if (next > end)
			buf_add_byte(&out, '.');
	}
	return buf_str(&out);
}

/* `host` has a NUL behind it. */
static struct str to_ascii(struct arena *arena, struct str host, bool strict, unsigned *disguise)
{
	struct str seen = host, result;
	char *ascii;

	if (!strict)
		seen = look_at(arena, host, disguise);
	/* NOLINTNEXTLINE(*NonNullParamChecker): an empty host is ASCII and does not come here */
	if (seen.len == 0 || memchr(seen.ptr, '\0', seen.len))
		return str_make(NULL, 0);
	ascii = ask_libidn2(arena, seen.ptr);
	if (!ascii && (strict || arena_spent(arena)))
		return str_make(NULL, 0);
	if (!ascii)
		return from_pieces(arena, seen);
	result = str_from(arena_dup(arena, str_from(ascii)));
	idn2_free(ascii);
	return result;
}

static bool parse_ipv6(struct arena *arena, struct str text, struct url *out)
{
	char canonical[URL_IPV6_TEXT_MAX];
	struct ip ip, v4;

	if (text.ptr[text.len - 1] != ']' || !url_ipv6_parse(str_slice(text, 1, text.len - 1), &ip))
		return false;
	url_ipv6_format(&ip, canonical);
	if (url_ipv6_carried(&ip, &v4)) {
		out->disguise |= DISGUISE_CARRIED;
		ip = v4;
	}
	return set_ip(arena, &ip, canonical, out);
}

static bool parse_ipv4(struct arena *arena, struct str text, struct url *out)
{
	char canonical[IP_TEXT_MAX];
	struct ip ip;

	if (!url_ipv4_parse(text, &ip))
		return false;
	if (!str_equal(text, str_from(ip_format(&ip, canonical))))
		out->disguise |= DISGUISE_NUMERIC;
	return set_ip(arena, &ip, canonical, out);
}

static bool parse_host(struct arena *arena, struct str text, bool strict, struct url *out)
{
	struct str host;

	out->host = str_make(NULL, 0);
	out->host_is_ip = false;
	if (text.len == 0 || text.len > HOST_TEXT_MAX)
		return false;
	if (text.ptr[0] == '[')
		return parse_ipv6(arena, text, out);
	host = url_percent_decode(arena, text);
	if (host.len < text.len)
		out->disguise |= DISGUISE_PERCENT;
	if (!bytes_are_ascii(host))
		host = to_ascii(arena, host, strict, &out->disguise);
	if (host.len == 0 || host.len > HOST_TEXT_MAX) /* punycode may be the longer one */
		return false;
	/* The memory is ours, made just now. */
	char *lower = (char *)(uintptr_t)host.ptr;
	for (size_t i = 0; i < host.len; i++) {
		unsigned char c = (unsigned char)lower[i];

		if (c <= ' ' || FORBIDDEN[c])
			return false;
		lower[i] = ascii_lower(lower[i]);
	}
	struct str bare = host;
	if (bare.ptr[bare.len - 1] == '.')
		bare.len--;
	if (url_ends_in_number(bare))
		return parse_ipv4(arena, bare, out);
	if (!strict && url_host_confusable(host))
		out->disguise |= DISGUISE_CONFUSABLE;
	out->host = host;
	return true;
}

bool url_parse_host(struct arena *arena, struct str text, struct url *out)
{
	return parse_host(arena, text, false, out);
}

struct str url_host_idna(struct arena *arena, struct str text)
{
	struct url url = { .disguise = 0 };

	return parse_host(arena, text, true, &url) && !url.host_is_ip ? url.host : STR("");
}
