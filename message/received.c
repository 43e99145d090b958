/* message/received: see received.h.
 *
 * What any form may say (id, HELO, by, how the client logged in, the envelope sender) is read
 * first; then the form decides who the client was.
 */
#include "message/received.h"

#include <string.h>

#include "base/bytes.h"
#include "message/decode.h"
#include "message/received_forms.h"

enum { ID_MIN = 3 };

/* Texts that few lines have: what is asked of those only. */
enum has {
	HAS_LOCAL, HAS_PART_BY, HAS_HELO_IS, HAS_HELO, HAS_EHLO, HAS_ENVELOPE, HAS_RETURN, HAS_N
};
static const char *const HAS[HAS_N] = {
	[HAS_LOCAL] = "with local for", [HAS_PART_BY] = ")by ", [HAS_HELO_IS] = "helo=",
	[HAS_HELO] = "helo ", [HAS_EHLO] = "ehlo ", [HAS_ENVELOPE] = "envelope-",
	[HAS_RETURN] = "return-path"
};

static struct form_needs has_needs[HAS_N];

static bool has(const struct form_index *index, enum has text)
{
	return form_may(index, &has_needs[text]);
}

/* Blanks folded to one space; no ';' at the end. 0 or -1: too long, or memory is spent. */
static int prepare(struct arena *arena, struct str value, struct str *out)
{
	const char *p, *end;
	char *copy;
	size_t n = 0;

	value = str_trim(value);
	if (value.len > FORM_LINE_MAX || !(copy = arena_alloc_raw(arena, value.len + 1)))
		return -1;
	p = value.ptr;
	end = p + value.len;
	while ((n = (size_t)(bytes_copy_plain(&p, end, copy + n, '\n') - copy)), p < end) {
		bool blank = ascii_space(*p);

		copy[n++] = blank ? ' ' : *p;
		for (p++; blank && p < end && ascii_space(*p); p++)
			;
	}
	while (n > 0 && copy[n - 1] == ';') {
		n--;
		if (n > 0 && copy[n - 1] == ' ')
			n--;
	}
	*out = str_make(copy, n);
	return 0;
}

/* Takes the last word off, with the blank before it. */
static struct str last_word(struct str *text)
{
	size_t at = text->len;
	struct str word;

	while (at > 0 && text->ptr[at - 1] != ' ')
		at--;
	word = str_slice(*text, at, text->len);
	*text = str_slice(*text, 0, at > 0 ? at - 1 : 0);
	return word;
}

static bool is_number(struct str word)
{
	for (size_t i = 0; i < word.len; i++)
		if (!ascii_digit(word.ptr[i]))
			return false;
	return word.len > 0;
}

/* "15:28:45", "15:28" */
static bool is_clock(struct str word)
{
	size_t colons = 0;

	for (size_t i = 0; i < word.len; i++) {
		bool colon = word.ptr[i] == ':';

		if (!(colon ? i > 0 && i + 1 < word.len && word.ptr[i - 1] != ':' :
			ascii_digit(word.ptr[i])))
			return false;
		colons += colon;
	}
	return colons == 1 || colons == 2;
}

static bool is_one_of(struct str word, struct str names)
{
	size_t at = str_find(names, word);

	return word.len == 3 && at != SIZE_MAX && at % 3 == 0;
}

/* The date at the end, with what parts it from the rest; one with "(EDT)" behind it stays. */
static struct str without_date(struct str text)
{
	struct str rest = text, zone = last_word(&rest), clock = last_word(&rest),
		year = last_word(&rest), month = last_word(&rest), before;
	size_t digits = rest.len;

	if (!zone.len || !is_clock(clock) || !is_number(year) ||
		!is_one_of(month, STR("JanFebMarAprMayJunJulAugSepOctNovDec")))
		return text;
	while (digits > 0 && ascii_digit(rest.ptr[digits - 1]))
		digits--;
	if (digits == rest.len || digits == 0 ||
		(rest.ptr[digits - 1] != ' ' && rest.ptr[digits - 1] != ';'))
		return text;
	before = str_slice(rest, 0, digits);
	if (before.len > 5 && before.ptr[before.len - 1] == ' ' &&
		before.ptr[before.len - 2] == ',' &&
		(before.ptr[before.len - 6] == ' ' || before.ptr[before.len - 6] == ';') &&
		is_one_of(str_slice(before, before.len - 5, before.len - 2),
			STR("MonTueWedThuFriSatSun")))
		before.len -= 5;
	while (before.len > 0 && (before.ptr[before.len - 1] == ' ' ||
		before.ptr[before.len - 1] == ';'))
		before.len--;
	return before;
}

/* Some servers write "(...)by host": 0 or -1. */
static int part_by(struct arena *arena, struct form_index *index, struct str *text)
{
	size_t at = has(index, HAS_PART_BY) ? str_find(*text, STR(")by ")) : SIZE_MAX;
	char *copy;

	if (at == SIZE_MAX)
		return 0;
	copy = arena_alloc_raw(arena, text->len + 1);
	if (!copy)
		return -1;
	memcpy(copy, text->ptr, at + 1);
	copy[at + 1] = ' ';
	memcpy(copy + at + 2, text->ptr + at + 1, text->len - at - 1);
	*text = str_make(copy, text->len + 1);
	form_index_add(index, *text);
	return 0;
}

static struct str take_while(struct str text, bool (*in)(char c))
{
	size_t n = 0;

	while (n < text.len && in(text.ptr[n]))
		n++;
	return str_slice(text, 0, n);
}

static bool in_id(char c)
{
	return !ascii_space(c) && c != '<' && c != '>' && c != ';';
}

static const bool HELO_MARKS[256] = {
	['-'] = true, ['.'] = true, ['^'] = true, ['+'] = true, ['_'] = true, ['&'] = true,
	[':'] = true, ['='] = true, ['?'] = true, ['!'] = true, ['@'] = true, ['%'] = true,
	['*'] = true, ['$'] = true, ['\\'] = true, ['/'] = true
};

static bool in_helo(char c)
{
	return ascii_alpha(c) || ascii_digit(c) || HELO_MARKS[(unsigned char)c];
}

static bool in_word(char c)
{
	return ascii_alpha(c) || ascii_digit(c) || c == '_';
}

static struct str first_word(struct str text)
{
	return str_slice(text, 0, text.len > 0 ? form_word_end(text, 0) : 0);
}

static struct str find_id(struct str text)
{
	for (size_t at; (at = str_find(text, STR(" id "))) != SIZE_MAX;) {
		size_t from = at + 4;
		struct str id;

		from += from < text.len && text.ptr[from] == '<';
		id = take_while(str_slice(text, from, text.len), in_id);
		if (id.len >= ID_MIN)
			return id;
		text = str_slice(text, at + 3, text.len);
	}
	return str_make(NULL, 0);
}

static struct str find_helo(const struct form_index *index, struct str text)
{
	static const struct str KEYS[] = { { "helo=", 5 }, { "HELO ", 5 }, { "EHLO ", 5 } };

	for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++)
		for (struct str rest = text; has(index, HAS_HELO_IS + i);) {
			size_t at = str_find(rest, KEYS[i]);
			struct str helo;

			if (at == SIZE_MAX)
				break;
			helo = take_while(str_slice(rest, at + KEYS[i].len, rest.len), in_helo);
			if (helo.len > 0 && (at == 0 || !in_word(rest.ptr[at - 1])))
				return helo;
			rest = str_slice(rest, at + 1, rest.len);
		}
	return str_make(NULL, 0);
}

static struct str word_after(struct str text, struct str key)
{
	size_t at = str_find(text, key);

	return at == SIZE_MAX ? str_make(NULL, 0) :
		first_word(str_slice(text, at + key.len, text.len));
}

/* Up to the last letter or digit of the word behind the key. */
static struct str find_envfrom(const struct form_index *index, struct str text)
{
	static const struct str KEYS[] = {
		{ "return-path ", 12 }, { "return-path: ", 13 }, { "envelope-sender ", 16 },
		{ "envelope-from ", 14 }, { "envelope-sender=", 16 }, { "envelope-from=", 14 }
	};
	struct str found = { NULL, 0 };
	size_t first = SIZE_MAX;

	if (!has(index, HAS_ENVELOPE) && !has(index, HAS_RETURN))
		return found;
	for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++) {
		size_t at = str_find_nocase(text, KEYS[i]);
		struct str word;

		if (at == SIZE_MAX || at >= first)
			continue;
		word = first_word(str_slice(text, at + KEYS[i].len, text.len));
		while (word.len > 0 && !in_word(word.ptr[word.len - 1]))
			word.len--;
		if (word.len > 0) {
			found = word;
			first = at;
		}
	}
	return found;
}

static struct str without_angles(struct str text)
{
	while (text.len > 0 && text.ptr[0] == '<')
		text = str_slice(text, 1, text.len);
	while (text.len > 0 && text.ptr[text.len - 1] == '>')
		text.len--;
	return text;
}

/* The protocol, where it says that the client logged in (RFC 3848, RFC 6531, and others). */
static struct str authenticating(struct str text)
{
	static const struct str NAMES[] = {
		{ "ESMTPA", 6 }, { "ESMTPSA", 7 }, { "LMTPA", 5 }, { "LMTPSA", 6 },
		{ "UTF8SMTPA", 9 }, { "UTF8SMTPSA", 10 }, { "UTF8LMTPA", 9 }, { "UTF8LMTPSA", 10 },
		{ "ASMTP", 5 }, { "HTTP", 4 }, { "HTTPS", 5 }, { "HTTPU", 5 }
	};

	for (size_t at; (at = str_find_nocase(text, STR(" with "))) != SIZE_MAX;) {
		struct str word;
		size_t end;

		text = str_slice(text, at + 5, text.len);
		for (end = 1; end < text.len && text.ptr[end] != ' ' && text.ptr[end] != ';'; end++)
			;
		word = str_slice(text, 1, end);
		for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
			if (str_equal_nocase(word, NAMES[i]))
				return word;
	}
	return str_make(NULL, 0);
}

/* Do these stand in the text, one behind the other? */
static bool in_order(struct str text, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct str word = str_from(words[i]);
		size_t at = str_find(text, word);

		if (at == SIZE_MAX)
			return false;
		text = str_slice(text, at + word.len, text.len);
	}
	return true;
}

/* Sendmail and others: "from a (b [c]) (authenticated ...) by" */
static bool sendmail_authenticated(struct str text)
{
	static const char *const WORDS[][5] = {
		{ "]) ", "(", "authenticated", ")", " by" }, { ")] ", "(", "authenticated", ")", " by" },
		{ "] (", ")) ", "(", "authenticated", ")" }
	};

	if (!str_starts_nocase(text, STR("from ")) ||
		str_find(text, STR("authenticated")) == SIZE_MAX)
		return false;
	for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
		if (in_order(text, WORDS[i], 5))
			return true;
	return false;
}

/* Other marks of a login, in SpamAssassin's order; `name` NULL: the word that %e kept. */
static const struct { const char *when, *form, *name; } LOGINS[] = {
	{ "(version=", " by mx.google.com with ESMTPS id %wsm%p%w.%p.%p.%p.%p.%p.%p.%p", "GMail" },
	{ "(AUTH: ", "]) (AUTH: %e %w{, %?}) by ", NULL },
	{ "(AUTH: ", ")] (AUTH: %e %w{, %?}) by ", NULL },
	{ "authenticated", NULL, "Sendmail" },
	{ "mail.gmx.", "from %W (%E %W) [%j] by mail.gmx.net (%C) with {E}SMTP", "GMX" },
	{ "mail.gmx.", "from %W (%E %W) [%j] by mail.gmx.com (%C) with {E}SMTP", "GMX" },
	{ " (authenticated as ", ") by %* (%p.%p.%p{.%p}) (authenticated as %*) id ", "CriticalPath" },
	{ "Authenticated sender", ") (Authenticated sender: %w) by %w (%C) with ", "Postfix" },
	{ " (account ", "CommuniGate Pro HTTP", "Communigate" },
	{ " (account ", "CommuniGate Pro SMTP", "Communigate" },
	{ " (account ", "CommuniGate Pro XIMSS", "Communigate" },
	{ " (account ", "CommuniGate Pro IMAP", "Communigate" },
	{ "HTTP-DAV", " with Microsoft Exchange Server HTTP-DAV%B", "HTTP-DAV" },
	{ "(via HTTP", "(via HTTP)", "HTTP" }, { "(via HTTP", "(via HTTPS)", "HTTPS" },
};

/* Written once, before main() begins; read by any thread after that. */
enum { LOGINS_N = sizeof LOGINS / sizeof *LOGINS };
static struct form_needs login_needs[LOGINS_N];

__attribute__((constructor)) static void learn_needs(void)
{
	for (size_t i = 0; i < LOGINS_N; i++)
		login_needs[i] = form_needs_of_text(LOGINS[i].when);
	for (size_t i = 0; i < HAS_N; i++)
		has_needs[i] = form_needs_of_text(HAS[i]);
}

static struct str find_login(const struct form_index *index, struct str text)
{
	struct form_line line = { text, FORM_STEPS };
	struct form_kept kept = { .options = { NULL, 0 } };
	struct str protocol = str_find(text, STR(" by ")) == SIZE_MAX ? str_make(NULL, 0) :
		authenticating(text);

	for (size_t i = 0; protocol.len == 0 && i < LOGINS_N; i++) {
		bool found;

		if (!form_may(index, &login_needs[i]) ||
			str_find(text, str_from(LOGINS[i].when)) == SIZE_MAX)
			continue;
		found = LOGINS[i].form ? form_find(&line, LOGINS[i].form, &kept) :
			sendmail_authenticated(text);
		if (found)
			protocol = LOGINS[i].name ? str_from(LOGINS[i].name) : kept.envfrom;
	}
	return protocol;
}

/* Mail that never came over the network. `text` from "from" on. */
static bool is_local(const struct form_index *index, struct str text)
{
	struct form_line line = { text, FORM_STEPS };
	struct form_kept kept = { .options = { NULL, 0 } };
	struct str rest;
	size_t end;

	if (has(index, HAS_LOCAL) && form_find(&line, "%Bwith local for%B", &kept))
		return true;
	/* "from a by b;": where b may be followed by the date alone */
	if (!str_starts_nocase(text, STR("from ")))
		return false;
	rest = str_slice(text, 5, text.len);
	end = first_word(rest).len;
	if (end == 0 || !str_starts_nocase(str_slice(rest, end, rest.len), STR(" by ")))
		return false;
	if (rest.ptr[0] == '[' && end > 2 && rest.ptr[end - 1] == ']')
		return false;
	rest = str_slice(rest, end + 4, rest.len);
	for (end = 0; end < rest.len && !ascii_space(rest.ptr[end]) && rest.ptr[end] != ';'; end++)
		;
	return end > 0 && (str_starts_nocase(str_slice(rest, end, rest.len), STR(";")) ||
		str_starts_nocase(str_slice(rest, end, rest.len), STR(" ;")));
}

static bool take_ip(struct str text, struct message_relay *out)
{
	if (str_starts_nocase(text, STR("IPv6:")))
		text = str_slice(text, 5, text.len);
	if (str_starts_nocase(text, STR("::ffff:")) && memchr(text.ptr + 7, '.', text.len - 7))
		text = str_slice(text, 7, text.len);
	out->has_ip = text.len > 0 && ip_parse(text, &out->ip);
	out->ip_text = out->has_ip ? text : str_make(NULL, 0);
	return out->has_ip;
}

/* An address in brackets, anywhere. */
static struct str any_address(struct str text)
{
	for (size_t at = 0; at < text.len; at++) {
		size_t len = text.ptr[at] == '[' ?
			form_address(str_slice(text, at + 1, text.len)) : 0;

		if (len > 0 && at + 1 + len < text.len && text.ptr[at + 1 + len] == ']')
			return str_slice(text, at + 1, at + 1 + len);
	}
	return str_make(NULL, 0);
}

/* What a line of no known form says all the same. */
static enum received_is guess(struct str text, enum received_start start, struct form_kept *kept)
{
	if (start == RECEIVED_FROM && kept->helo.len == 0) {
		struct str word = first_word(text);

		while (word.len > 0 && word.len == text.len)
			word.len--;
		kept->helo = word;
	}
	kept->ip = any_address(text);
	return kept->ip.len > 0 && kept->by.len > 0 ? RECEIVED_RELAY : RECEIVED_UNREADABLE;
}

static struct str known_name(struct str name)
{
	while (name.len > 0 && name.ptr[name.len - 1] == '.')
		name.len--;
	if (str_equal_nocase(name, STR("unknown")) || (name.len > 0 && name.ptr[0] == '['))
		return str_make(NULL, 0);
	return name;
}

static struct str protocol_of(struct str text)
{
	struct str word = word_after(text, STR(" with "));

	return str_slice(word, 0, str_find_byte(word, ';'));
}

static enum received_start start_of(struct str *text)
{
	static const struct { struct str word; enum received_start start; } STARTS[] = {
		{ { "from ", 5 }, RECEIVED_FROM }, { { "FROM ", 5 }, RECEIVED_CAPITAL },
		{ { "(from ", 6 }, RECEIVED_BRACKET }
	};

	for (size_t i = 0; i < sizeof STARTS / sizeof *STARTS; i++)
		if (str_equal(str_slice(*text, 0, STARTS[i].word.len), STARTS[i].word)) {
			*text = str_slice(*text, STARTS[i].word.len, text->len);
			return STARTS[i].start;
		}
	return RECEIVED_OTHER;
}

enum received_is received_parse(struct arena *arena, struct str value,
	struct message_relay *out)
{
	struct received_fields fields = { .looked = false };
	struct form_index index;
	enum received_start start;
	enum received_is is;
	struct str text, dateless;

	memset(out, 0, sizeof *out);
	if (prepare(arena, value, &text) < 0)
		return RECEIVED_UNREADABLE;
	if (!str_starts_nocase(text, STR("from ")) && !str_starts_nocase(text, STR("(from ")))
		return RECEIVED_NO_RELAY;
	form_index_clear(&index);
	dateless = without_date(text);
	form_index_add(&index, dateless); /* no form asks for anything in a date */
	if (is_local(&index, text))
		return RECEIVED_NO_RELAY;
	text = dateless;
	if (part_by(arena, &index, &text) < 0)
		return RECEIVED_UNREADABLE;
	out->id = find_id(text);
	out->auth = find_login(&index, text);
	out->authenticated = out->auth.len > 0;
	out->protocol = protocol_of(text);
	fields.kept.helo = find_helo(&index, text);
	fields.kept.by = word_after(text, STR(" by "));
	start = start_of(&text);
	if (start == RECEIVED_FROM)
		fields.kept.envfrom = find_envfrom(&index, text);
	is = received_forms(&index, text, start, &fields);
	if (is == RECEIVED_UNREADABLE)
		is = guess(text, start, &fields.kept);
	out->envfrom = without_angles(fields.kept.envfrom);
	if (is != RECEIVED_RELAY)
		return is;
	if (fields.no_id || fields.kept.id.len > 0)
		out->id = fields.kept.id;
	out->helo = fields.kept.helo;
	out->ident = fields.kept.ident;
	out->by = fields.kept.by;
	if (out->by.len > 0 && out->by.ptr[out->by.len - 1] == ';')
		out->by.len--;
	out->rdns = known_name(fields.kept.rdns);
	out->no_rdns = fields.looked && out->rdns.len == 0;
	return take_ip(fields.kept.ip, out) ? is : RECEIVED_UNREADABLE;
}

static bool in_address(char c)
{
	return hex_digit(c) >= 0 || c == '.' || c == ':';
}

bool received_origin(struct str value, struct message_relay *out)
{
	size_t end;

	memset(out, 0, sizeof *out);
	for (size_t at = 0; at < value.len; at = end + 1) {
		struct str run;

		while (at < value.len && !in_address(value.ptr[at]))
			at++;
		for (end = at; end < value.len && in_address(value.ptr[end]); end++)
			;
		run = str_slice(value, at, end);
		if (!ip_parse(run, &out->ip))
			continue;
		out->ip_text = run;
		out->has_ip = true;
		return true;
	}
	return false;
}
