/* message/received: see received.h.
 *
 * One pass cuts the header into words and comments: "from" with its name, its comments and its
 * bracketed address, then what follows "by", "with", "id". What a comment means is told by its
 * shape alone, since the programs that write it seldom name themselves:
 *     (rdns [ip])  (ident@rdns [ip])     Postfix, Sendmail, Gmail
 *     ([ip] helo=name)  ([ip]:port)      Exim: the name before it is then the rdns
 *     (HELO name) (ident@ip)             qmail, CommuniGate: the same
 *     (ip)                               qmail, Exchange
 */
#include "message/received.h"

#include <string.h>

#include "message/decode.h"

enum { COMMENTS_MAX = 8 };

struct parts {
	struct str name;      /* first word after "from" */
	struct str bracket;   /* "[...]" outside comments, not as the name */
	struct str claim;     /* after 'claiming to be' */
	struct str comments[COMMENTS_MAX]; /* of the from section, without their parentheses */
	size_t comments_n;
	struct str by, with, id, from; /* `from`: a second one, XMail's envelope sender */
	struct str envfrom;       /* these as the comments after "by" say */
	bool exim, authenticated;
};

/* A word, or all of a comment without its parentheses. False at the end of the header. */
static bool next_token(struct str *rest, struct str *token, bool *comment)
{
	size_t i = 0, depth = 0;

	while (rest->len > 0 && (ascii_space(rest->ptr[0]) || rest->ptr[0] == ')' ||
		rest->ptr[0] == ','))
		*rest = str_slice(*rest, 1, rest->len);
	if (rest->len == 0)
		return false;
	*comment = rest->ptr[0] == '(';
	if (!*comment) {
		while (i < rest->len && !ascii_space(rest->ptr[i]) && rest->ptr[i] != '(' &&
			rest->ptr[i] != ',' && (rest->ptr[i] != ';' || i == 0))
			i++;
		*token = str_slice(*rest, 0, i);
		*rest = str_slice(*rest, i, rest->len);
		return true;
	}
	for (; i < rest->len; i++) {
		depth += rest->ptr[i] == '(';
		depth -= rest->ptr[i] == ')';
		if (depth == 0)
			break;
	}
	*token = str_trim(str_slice(*rest, 1, i));
	*rest = str_slice(*rest, i + 1, rest->len);
	return true;
}

static bool is_bracketed(struct str word)
{
	return word.len > 2 && word.ptr[0] == '[' && memchr(word.ptr, ']', word.len) != NULL;
}

/* The section after "from", up to "by". False when there is no "by". */
static bool parse_from(struct str *rest, struct parts *parts)
{
	struct str token;
	bool comment, claim = false;

	while (next_token(rest, &token, &comment)) {
		if (comment) {
			if (parts->comments_n < COMMENTS_MAX)
				parts->comments[parts->comments_n++] = token;
		} else if (str_equal_nocase(token, STR("by"))) {
			return true;
		} else if (claim) {
			if (token.len > 2 && token.ptr[0] == '"' && token.ptr[token.len - 1] == '"')
				parts->claim = str_slice(token, 1, token.len - 1);
		} else if (str_equal_nocase(token, STR("claiming"))) {
			claim = true;
		} else if (parts->name.len == 0 && parts->comments_n == 0) {
			parts->name = token;
		} else if (is_bracketed(token) && parts->bracket.len == 0) {
			parts->bracket = token;
		}
	}
	return false;
}

static struct str first_word(struct str text)
{
	size_t end = 0;

	text = str_trim(text);
	while (end < text.len && !ascii_space(text.ptr[end]) && text.ptr[end] != ')')
		end++;
	return str_slice(text, 0, end);
}

/* Does a comment say that the client logged in? */
static bool says_authenticated(struct str comment)
{
	size_t at = str_find_nocase(comment, STR("authenticated"));

	if (str_starts_nocase(comment, STR("AUTH: ")) || str_starts_nocase(comment, STR("account ")))
		return true;
	return at != SIZE_MAX && (at == 0 || ascii_space(comment.ptr[at - 1])) &&
		str_find_nocase(comment, STR("not authenticated")) == SIZE_MAX;
}

/* What follows "by", up to the ';' before the date. */
static void parse_by(struct str *rest, struct parts *parts)
{
	struct str token, *want = &parts->by;
	static const struct { struct str word; size_t offset; } WORDS[] = {
		{ { "with", 4 }, offsetof(struct parts, with) },
		{ { "id", 2 }, offsetof(struct parts, id) },
		{ { "from", 4 }, offsetof(struct parts, from) }
	};
	bool comment, dated = false;

	while (next_token(rest, &token, &comment)) {
		if (comment) {
			if (str_starts_nocase(token, STR("envelope-from ")))
				parts->envfrom = first_word(str_slice(token, 14, token.len));
			if (dated)
				continue;
			parts->exim |= str_starts_nocase(token, STR("Exim"));
			parts->authenticated |= says_authenticated(token) ||
				str_equal_nocase(token, STR("via HTTP"));
			continue;
		}
		/* What is behind the date counts no more, but Postfix writes its comment there. */
		dated |= token.ptr[0] == ';';
		if (dated)
			continue;
		if (want) {
			*want = token;
			want = NULL;
			continue;
		}
		for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) {
			struct str *field = (struct str *)(void *)((char *)parts + WORDS[i].offset);

			if (field->len == 0 && str_equal_nocase(token, WORDS[i].word))
				want = field;
		}
	}
}

static struct str without_angles(struct str text)
{
	if (text.len >= 2 && text.ptr[0] == '<' && text.ptr[text.len - 1] == '>')
		return str_slice(text, 1, text.len - 1);
	return text;
}

/* An address in one of its spellings: "IPv6:...", "::ffff:a.b.c.d", "a.b.c.d:port",
 * "a.b.c.d.port". *port: there was one. */
static bool take_ip(struct str text, struct message_relay *out, bool *port)
{
	size_t dots = 0, i;

	text = str_trim(text);
	*port = false;
	if (str_starts_nocase(text, STR("IPv6:")))
		text = str_slice(text, 5, text.len);
	if (str_starts_nocase(text, STR("::ffff:")) &&
		memchr(text.ptr + 7, '.', text.len - 7))
		text = str_slice(text, 7, text.len);
	if (text.len < 2)
		return false;
	if (ip_parse(text, &out->ip)) {
		out->ip_text = text;
		out->has_ip = true;
		return true;
	}
	for (i = 0; i < text.len && (ascii_digit(text.ptr[i]) || text.ptr[i] == '.'); i++) {
		dots += text.ptr[i] == '.';
		if (dots == 4)
			break;
	}
	if (i == text.len || (text.ptr[i] != ':' && text.ptr[i] != '.') ||
		!ip_parse(str_slice(text, 0, i), &out->ip))
		return false;
	out->ip_text = str_slice(text, 0, i);
	out->has_ip = *port = true;
	return true;
}

/* "[...]" within `text`: what is in it, before it and after it. */
static bool split_brackets(struct str text, struct str *before, struct str *inside,
	struct str *after)
{
	size_t open = str_find_byte(text, '['), close;

	if (open == SIZE_MAX)
		return false;
	close = str_find_byte(str_slice(text, open, text.len), ']');
	if (close == SIZE_MAX)
		return false;
	*before = str_trim(str_slice(text, 0, open));
	*inside = str_slice(text, open + 1, open + close);
	*after = str_slice(text, open + close + 1, text.len);
	return true;
}

/* The word after `key` in a comment: "helo=name", "account x HELO name". */
static bool word_after(struct str comment, struct str key, struct str *word)
{
	size_t at = str_find_nocase(comment, key);

	if (at == SIZE_MAX || (at > 0 && !ascii_space(comment.ptr[at - 1])))
		return false;
	comment = str_slice(comment, at + key.len, comment.len);
	*word = comment.len > 0 && !ascii_space(comment.ptr[0]) ? first_word(comment) : STR("");
	return true;
}

static struct str known_name(struct str name)
{
	if (name.len > 0 && name.ptr[name.len - 1] == '.') /* Gmail's rdns */
		name.len--;
	if (str_equal_nocase(name, STR("unknown")) || str_equal_nocase(name, STR("softdnserr")) ||
		str_equal_nocase(name, STR("may")))
		return STR("");
	return name;
}

struct from {
	struct message_relay *out;
	struct str name;
	bool helo_seen;      /* a comment named the HELO; the name before is the rdns then */
	bool name_is_rdns;   /* so it is by the shape of the comment */
	bool rdns_seen;
};

/* (rdns [ip]) and ([ip] ...) */
static void bracket_comment(struct from *from, struct str comment)
{
	struct str before, inside, after;
	bool port;
	size_t at;

	if (from->out->has_ip || !split_brackets(comment, &before, &inside, &after) ||
		!take_ip(inside, from->out, &port))
		return;
	at = str_find_byte(before, '@');
	if (before.len > 0) {
		struct str rdns = before;

		if (at != SIZE_MAX) {
			from->out->ident = str_slice(before, 0, at);
			rdns = str_slice(before, at + 1, before.len);
		}
		from->out->rdns = known_name(first_word(rdns));
		from->rdns_seen = true;
		return;
	}
	if ((after.len > 0 && after.ptr[0] == ':') || str_equal(str_trim(after), STR("verified")))
		from->name_is_rdns = true;
}

/* (ip) and (ident@ip), also with a bracketed ip */
static void bare_comment(struct from *from, struct str comment)
{
	size_t at = comment.len;
	struct str address, before, inside, after;
	bool port;

	if (from->out->has_ip)
		return;
	while (at > 0 && comment.ptr[at - 1] != '@')
		at--;
	address = str_slice(comment, at, comment.len);
	if (split_brackets(address, &before, &inside, &after))
		address = inside;
	if (!take_ip(address, from->out, &port))
		return;
	if (at > 0)
		from->out->ident = str_slice(comment, 0, at - 1);
	from->name_is_rdns = !port && str_find_byte(from->name, '.') != SIZE_MAX;
}

/* True when nothing else is to be read from this comment: its brackets may be the HELO's. */
static bool helo_comment(struct from *from, struct str comment)
{
	static const struct str KEYS[] = {
		{ "HELO ", 5 }, { "EHLO ", 5 }, { "LHLO ", 5 }, { "helo=", 5 }
	};
	struct str word;

	for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++) {
		if (!word_after(comment, KEYS[i], &word))
			continue;
		from->out->helo = word;
		from->helo_seen = from->name_is_rdns = true;
		return KEYS[i].ptr[4] == ' ';
	}
	/* "(HELO )": sent empty */
	if (!str_equal_nocase(comment, STR("HELO")) && !str_equal_nocase(comment, STR("EHLO")))
		return false;
	from->helo_seen = from->name_is_rdns = true;
	return true;
}

static void read_from(struct parts *parts, struct message_relay *out)
{
	/* Exim says "from rdns ([ip] helo=x)" or, when both are the same, "from name ([ip])". */
	struct from from = { .out = out, .name = parts->name, .name_is_rdns = parts->exim };
	bool named_ip = is_bracketed(parts->name), port;
	struct message_relay name_ip = {0};

	for (size_t i = 0; i < parts->comments_n; i++) {
		struct str comment = parts->comments[i];

		out->authenticated |= says_authenticated(comment);
		if (helo_comment(&from, comment))
			continue;
		bracket_comment(&from, comment);
		bare_comment(&from, comment);
		word_after(comment, STR("envelope-from "), &out->envfrom);
		word_after(comment, STR("envelope-sender "), &out->envfrom);
	}
	if (!out->has_ip && parts->bracket.len > 0 &&
		take_ip(str_slice(parts->bracket, 1, str_find_byte(parts->bracket, ']')), out, &port))
		from.name_is_rdns = from.helo_seen;
	if (parts->claim.len > 0)
		out->helo = parts->claim;
	if (!out->has_ip) { /* the name is all there is */
		size_t close = str_find_byte(parts->name, ']');

		take_ip(named_ip ? str_slice(parts->name, 1, close) : parts->name, out, &port);
		if (!named_ip || from.helo_seen || out->authenticated)
			parts->name = STR("");
		from.name_is_rdns = false;
	}
	if (!from.helo_seen && parts->claim.len == 0)
		out->helo = parts->name;
	/* "from 192.0.2.1 (HELO x) (192.0.2.1)": an address is no name */
	if (!from.rdns_seen && from.name_is_rdns && !named_ip &&
		!take_ip(parts->name, &name_ip, &port))
		out->rdns = known_name(parts->name);
}

static bool authenticating(struct str protocol)
{
	static const struct str NAMES[] = {
		{ "ESMTPA", 6 }, { "ESMTPSA", 7 }, { "SMTPA", 5 }, { "SMTPSA", 6 }, { "ASMTP", 5 },
		{ "UTF8SMTPA", 9 }, { "UTF8SMTPSA", 10 }, { "LMTPA", 5 }, { "LMTPSA", 6 },
		{ "HTTP", 4 }, { "HTTPU", 5 }, { "HTTPS", 5 }
	};

	for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
		if (str_equal_nocase(protocol, NAMES[i]))
			return true;
	return false;
}

/* Mail that was fetched, or handed on by a filter: no relay of SMTP. */
static bool is_local(const struct parts *parts)
{
	return str_starts_nocase(parts->with, STR("POP3")) ||
		str_starts_nocase(parts->with, STR("IMAP")) ||
		str_starts_nocase(parts->with, STR("qmail-scanner"));
}

static struct str without_port(struct str by)
{
	while (by.len > 0 && (by.ptr[by.len - 1] == ';' || by.ptr[by.len - 1] == ','))
		by.len--;
	return by;
}

bool received_parse(struct str value, struct message_relay *out)
{
	struct parts parts;
	struct str rest = str_trim(value);

	memset(out, 0, sizeof *out);
	memset(&parts, 0, sizeof parts);
	if (rest.len > 0 && rest.ptr[0] == '(')
		rest = str_slice(rest, 1, rest.len);
	if (!str_starts_nocase(rest, STR("from")) || rest.len < 5 ||
		(!ascii_space(rest.ptr[4]) && rest.ptr[4] != '('))
		return false;
	rest = str_slice(rest, 4, rest.len);
	if (!parse_from(&rest, &parts))
		return false;
	parse_by(&rest, &parts);
	if (is_local(&parts))
		return false;
	out->authenticated = parts.authenticated;
	read_from(&parts, out);
	out->by = without_port(parts.by);
	out->id = without_angles(parts.id);
	out->protocol = parts.with;
	out->authenticated |= authenticating(parts.with);
	if (out->envfrom.len == 0)
		out->envfrom = parts.envfrom;
	if (out->envfrom.len == 0 && parts.from.len > 0 && parts.from.ptr[0] == '<')
		out->envfrom = parts.from;
	out->envfrom = without_angles(out->envfrom);
	return out->has_ip;
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
