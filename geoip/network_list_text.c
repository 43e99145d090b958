/* geoip/network_list_text: lists with one entry a line, and how an entry is written.
 *
 * A date without a range is refused and not taken for a note: an entry that was meant for 2008
 * must never touch today's mail.
 */
#include "geoip/network_list_build.h"

#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/lex.h"

#define SHOWN(text) (int)((text).len < 60 ? (text).len : 60), (text).ptr == NULL ? "" : (text).ptr

static int asn_number(struct str digits, struct str shown, uint32_t *out, struct error *error)
{
	uint64_t asn;

	if (!str_to_u64(digits, UINT32_MAX, &asn)) {
		for (size_t i = 0; i < digits.len; i++)
			if (!ascii_digit(digits.ptr[i]))
				return error_set(error, "'%.*s' is not an AS number", SHOWN(shown));
		if (digits.len == 0)
			return error_set(error, "'%.*s' is not an AS number", SHOWN(shown));
		return error_set(error, "AS number %.*s is above 4294967295", SHOWN(digits));
	}
	if (asn == 0)
		return error_set(error, "AS 0 is no network");
	*out = (uint32_t)asn;
	return 0;
}

int network_list_asn_parse(struct str text, struct network_list_key *key, struct error *error)
{
	memset(key, 0, sizeof *key);
	if (asn_number(text, text, &key->low, error) != 0)
		return -1;
	key->high = key->low;
	return 0;
}

/* "AS1", "AS1-AS9", "AS1-9" */
static int parse_asns(struct str text, struct network_list_key *key, struct error *error)
{
	size_t dash = str_find_byte(text, '-');
	struct str low = str_slice(text, 2, dash == SIZE_MAX ? text.len : dash);
	struct str high = low;

	if (dash != SIZE_MAX && dash > 2) {
		high = str_slice(text, dash + 1, text.len);
		if (str_starts_nocase(high, STR("AS")))
			high = str_slice(high, 2, high.len);
	} else if (dash != SIZE_MAX) {
		return error_set(error, "'%.*s' is not an AS number", SHOWN(text));
	}
	if (asn_number(low, text, &key->low, error) != 0 ||
			asn_number(high, text, &key->high, error) != 0)
		return -1;
	if (key->low > key->high)
		return error_set(error, "the range '%.*s' ends before it begins", SHOWN(text));
	return 0;
}

static int host_bits_error(struct str text, struct error *error)
{
	size_t slash = str_find_byte(text, '/');
	char shown[IP_PREFIX_TEXT_MAX];
	struct ip_prefix meant;
	struct ip ip;
	uint64_t bits;

	if (slash == SIZE_MAX || !ip_parse(str_slice(text, 0, slash), &ip) ||
			!str_to_u64(str_slice(text, slash + 1, text.len), 128, &bits))
		return error_set(error, "'%.*s' has host bits set", SHOWN(text));
	if (ip_is_v4(&ip) && str_find_byte(text, ':') == SIZE_MAX)
		bits += 96;
	meant = ip_prefix_make(&ip, (uint8_t)bits);
	return error_set(error, "'%.*s' has host bits set (did you mean %s?)", SHOWN(text),
		ip_prefix_format(&meant, shown));
}

int network_list_key_parse(struct str text, struct network_list_key *key, struct error *error)
{
	bool host_bits = false;
	uint64_t number;

	memset(key, 0, sizeof *key);
	if (text.len > 2 && str_starts_nocase(text, STR("AS")) &&
			(ascii_digit(text.ptr[2]) || text.ptr[2] == '-'))
		return parse_asns(text, key, error);
	if (ip_prefix_parse(text, &key->prefix, &host_bits)) {
		key->is_prefix = true;
		return 0;
	}
	if (host_bits)
		return host_bits_error(text, error);
	if (str_to_u64(text, UINT64_MAX, &number))
		return error_set(error, "'%.*s' is a bare number (an AS number is written AS%.*s)",
			SHOWN(text), SHOWN(text));
	return error_set(error, "'%.*s' is neither an AS number nor a network", SHOWN(text));
}

/* One side of a range of days; empty is open. */
static bool parse_day(struct str text, int32_t open, int32_t *day)
{
	*day = open;
	return text.len == 0 || date_parse(text, day);
}

static bool looks_dated(struct str word)
{
	for (size_t i = 0; i < word.len; i++)
		if (!ascii_digit(word.ptr[i]) && word.ptr[i] != '-' && word.ptr[i] != '.')
			return false;
	return str_find(word, STR("..")) != SIZE_MAX;
}

/* 1 when the word is a range of days, 0 when it is none, -1 with what is wrong. */
static int parse_days(struct str word, struct network_list_new *entry, struct error *error)
{
	size_t dots = str_find(word, STR(".."));
	int32_t day;

	if (date_parse(word, &day))
		return error_set(error, "a single date: write %.*s..%.*s, or leave one side open",
			SHOWN(word), SHOWN(word));
	if (!looks_dated(word))
		return 0;
	if (word.len == 2 || !parse_day(str_slice(word, 0, dots), DATE_MIN, &entry->from) ||
			!parse_day(str_slice(word, dots + 2, word.len), DATE_MAX, &entry->until))
		return error_set(error, "'%.*s' is no range of days (2006-11-17..2008-11-11)",
			SHOWN(word));
	if (entry->from > entry->until)
		return error_set(error, "the range '%.*s' ends before it begins", SHOWN(word));
	return 1;
}

static bool starts_comment(char c)
{
	return c == '#' || c == ';';
}

/* "1.2.3.0/24;SBL1" is an entry and a comment. */
static struct str cut_comment(struct str word)
{
	for (size_t i = 0; i < word.len; i++)
		if (starts_comment(word.ptr[i]))
			return str_slice(word, 0, i);
	return word;
}

/* The rest of the line; a comment behind an entry says what it is, so it is a note too. */
static struct str note_of(const struct lex_line *line, size_t from)
{
	struct str rest = str_trim(str_slice(line->text, from, line->text.len));

	while (rest.len > 0 && (starts_comment(rest.ptr[0]) || ascii_space(rest.ptr[0])))
		rest = str_slice(rest, 1, rest.len);
	return rest;
}

/* "; Last-Modified: Wed, 08 May 2024 09:07:59 GMT": of several the oldest counts. */
static void read_comment(struct network_list_build *build, struct str text)
{
	static const struct str name = { "Last-Modified:", 14 };
	int64_t seconds;

	text = str_trim(text);
	while (text.len > 0 && (starts_comment(text.ptr[0]) || ascii_space(text.ptr[0])))
		text = str_slice(text, 1, text.len);
	if (!str_starts_nocase(text, name) ||
			!date_parse_rfc5322(str_trim(str_slice(text, name.len, text.len)), &seconds))
		return;
	if (seconds > 0 && (build->timestamp == 0 || seconds < build->timestamp))
		build->timestamp = seconds;
}

static void read_line(struct network_list_build *build, struct lex_line *line)
{
	struct network_list_new entry = { .from = DATE_MIN, .until = DATE_MAX };
	struct error error;
	struct place place, at;
	struct str word;
	size_t rest;
	int dated;

	if (!lex_word(line, &word, &place))
		return;
	if (starts_comment(word.ptr[0])) {
		read_comment(build, line->text);
		return;
	}
	entry.text = cut_comment(word);
	entry.line = place.line;
	rest = (size_t)(entry.text.ptr - line->text.ptr) + entry.text.len;
	if (network_list_key_parse(entry.text, &entry.key, &error) != 0) {
		diags_add(build->diags, DIAG_ERROR, place, "%s", error.text);
		return;
	}
	if (entry.text.len == word.len && lex_word(line, &word, &at)) {
		dated = parse_days(cut_comment(word), &entry, &error);
		if (dated < 0) {
			diags_add(build->diags, DIAG_ERROR, at, "%s", error.text);
			return;
		}
		if (dated > 0)
			rest = (size_t)(word.ptr - line->text.ptr) + cut_comment(word).len;
	}
	entry.note = note_of(line, rest);
	network_list_add(build, &entry);
}

void network_list_read_text(struct network_list_build *build, struct str text)
{
	struct lex lex = lex_begin(build->file, text);
	struct lex_line line;

	while (lex_next(&lex, &line))
		read_line(build, &line);
}
