/* rules/addresses: one entry after the other, each tried in three forms: a name before "<...>", a
 * bare address, a name alone; a comment may follow, then a comma, a semicolon or the end.
 *
 * The forms are those of SpamAssassin 4.0.1 (Util.pm, parse_header_addresses), down to where it is
 * lenient and where it is not. Every byte is passed over a bounded number of times.
 */
#include "rules/addresses.h"

enum { CLOSES_MAX = 16 }; /* how many '>' are tried for the one that ends an address */

static size_t skip_blanks(struct str text, size_t at)
{
	while (at < text.len && ascii_space(text.ptr[at]))
		at++;
	return at;
}

static size_t skip_word(struct str text, size_t at)
{
	while (at < text.len && !ascii_space(text.ptr[at]))
		at++;
	return at;
}

static bool one_of(char c, struct str set)
{
	return str_find_byte(set, c) != SIZE_MAX;
}

/* Behind the `close` that ends what `text` holds from `at` on, where a backslash hides a byte and
 * none of `never` may stand; SIZE_MAX: there is none. */
static size_t closed(struct str text, size_t at, char close, char never)
{
	for (; at < text.len; at++) {
		if (text.ptr[at] == close)
			return at + 1;
		if (text.ptr[at] == '\\' && (++at == text.len || text.ptr[at] == '\n'))
			return SIZE_MAX;
		if (text.ptr[at] == never && text.ptr[at - 1] != '\\')
			return SIZE_MAX;
	}
	return SIZE_MAX;
}

/* Behind a quoted string, or a comment, at `at`; SIZE_MAX: there is none. */
static size_t quoted(struct str text, size_t at)
{
	return at < text.len && text.ptr[at] == '"' ? closed(text, at + 1, '"', '"') : SIZE_MAX;
}

static size_t comment_at(struct str text, size_t at)
{
	return at < text.len && text.ptr[at] == '(' ? closed(text, at + 1, ')', '(') : SIZE_MAX;
}

static size_t run(struct str text, size_t at, struct str without)
{
	while (at < text.len && !ascii_space(text.ptr[at]) && !one_of(text.ptr[at], without))
		at++;
	return at;
}

/* Behind "local@host", "\"local\"@host" or "local@[192.0.2.1]"; SIZE_MAX: there is none. */
static size_t mailbox(struct str text, size_t at)
{
	size_t user = quoted(text, at), host;
	if (user == SIZE_MAX || user == text.len || text.ptr[user] != '@')
		user = run(text, at, STR("@<>()[],:;"));
	if (user == at || user == text.len || text.ptr[user] != '@')
		return SIZE_MAX;
	host = run(text, user + 1, STR("\"<>()[],:;"));
	if (host > user + 1)
		return host;
	if (host == text.len || text.ptr[host] != '[')
		return SIZE_MAX;
	size_t end = host + 1;
	while (end < text.len && (ascii_digit(text.ptr[end]) || one_of(text.ptr[end], STR(":."))))
		end++;
	return end > host + 1 && end < text.len && text.ptr[end] == ']' ? end + 1 : SIZE_MAX;
}

/* Behind a name: quoted strings, and anything but quotes, commas, semicolons, '<'. */
static size_t phrase_at(struct str text, size_t at)
{
	size_t begin = at, end;
	while (at < text.len && !one_of(text.ptr[at], STR(",;<"))) {
		end = text.ptr[at] == '"' ? quoted(text, at) : at + 1;
		if (end == SIZE_MAX)
			break;
		at = end;
	}
	return at > begin ? at : SIZE_MAX;
}

/* What one entry is made of, as it stands. ptr NULL: it lacks it. */
struct piece {
	struct str phrase, address, comment;
	bool angled;
};

static bool ends_entry(struct str text, size_t *at)
{
	size_t end = skip_blanks(text, *at);
	if (end < text.len && !one_of(text.ptr[end], STR(",;")))
		return false;
	*at = end < text.len ? end + 1 : end;
	return true;
}

/* A comment perhaps, then the end of the entry: *at is behind it. */
static bool trailer(struct str text, size_t *at, struct piece *piece)
{
	size_t open = skip_blanks(text, *at), close = comment_at(text, open), end = close;
	if (close != SIZE_MAX && ends_entry(text, &end)) {
		piece->comment = str_slice(text, open + 1, close - 1);
		*at = end;
		return true;
	}
	piece->comment = str_make(NULL, 0);
	return ends_entry(text, at);
}

/* Some programs write "<a@b> <a@b>": behind the one at `at`, or `at`. */
static size_t skip_one(struct str text, size_t at)
{
	size_t open = skip_blanks(text, at), begin, end;
	if (open == text.len || text.ptr[open] != '<')
		return at;
	begin = skip_blanks(text, open + 1);
	end = skip_word(text, begin);
	open = skip_blanks(text, end);
	if (open < text.len && text.ptr[open] == '>')
		return open + 1;
	while (end > begin && text.ptr[end - 1] != '>')
		end--;
	return end > begin ? end : at;
}

static size_t skip_again(struct str text, size_t at)
{
	size_t end;
	while ((end = skip_one(text, at)) > at)
		at = end;
	return at;
}

static bool close_at(struct str text, size_t close, size_t *at, struct piece *piece)
{
	size_t end = skip_again(text, close + 1);
	if (trailer(text, &end, piece)) {
		*at = end;
		return true;
	}
	end = close + 1;
	if (!trailer(text, &end, piece))
		return false;
	*at = end;
	return true;
}

/* "<...>" at *at: the last '>' of the word with the '@' that an entry may end behind. */
static bool angle(struct str text, size_t *at, struct piece *piece)
{
	size_t begin = skip_blanks(text, *at + 1), mark = begin, tries = 0;
	while (mark < text.len && text.ptr[mark] != '>' && text.ptr[mark] != '@')
		mark++;
	size_t end = skip_word(text, mark), close = skip_blanks(text, end);
	piece->angled = true;
	if (end > mark && close < text.len && text.ptr[close] == '>' &&
	    close_at(text, close, at, piece)) {
		piece->address = str_slice(text, begin, end);
		return true;
	}
	for (close = end; close > mark + 1 && tries < CLOSES_MAX; close--) {
		if (text.ptr[close - 1] != '>')
			continue;
		if (close_at(text, close - 1, at, piece)) {
			piece->address = str_slice(text, begin, close - 1);
			return true;
		}
		tries++;
	}
	if (mark == text.len || text.ptr[mark] != '>' || !close_at(text, mark, at, piece))
		return false;
	piece->address = str_trim(str_slice(text, begin, mark));
	return true;
}

/* The entry at *at, which is then behind it. */
static bool next_piece(struct str text, size_t *at, struct piece *piece)
{
	size_t begin = skip_blanks(text, *at), end = phrase_at(text, begin), open;
	*piece = (struct piece){ .angled = false };
	open = end == SIZE_MAX ? begin : end;
	if (open < text.len && text.ptr[open] == '<' && angle(text, &open, piece)) {
		piece->phrase = end == SIZE_MAX ? str_make(NULL, 0) : str_slice(text, begin, end);
		*at = open;
		return true;
	}
	*piece = (struct piece){ .angled = false };
	size_t box = mailbox(text, begin);
	open = box;
	if (box != SIZE_MAX && trailer(text, &open, piece)) {
		piece->address = str_slice(text, begin, box);
		*at = open;
		return true;
	}
	if (end == SIZE_MAX && begin > *at) /* a blank before a comma is a name, too */
		end = begin--;
	open = end;
	if (end == SIZE_MAX || !trailer(text, &open, piece))
		return false;
	piece->phrase = str_slice(text, begin, end);
	*at = open;
	return true;
}

/* Without its comments. */
static void add_without_comments(struct str text, struct buf *out)
{
	for (size_t at = 0; at < text.len;) {
		size_t close = comment_at(text, at);
		if (close == SIZE_MAX)
			buf_add_byte(out, text.ptr[at++]);
		else
			at = close;
	}
}

static void add_unescaped(struct str text, struct buf *out)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] != '\\')
			buf_add_byte(out, text.ptr[i]);
}

/* Quoted strings without their quotes and backslashes, the rest without comments. */
static struct str name_of(struct str phrase, struct arena *arena)
{
	struct buf out = { .arena = arena };
	for (size_t at = 0; at < phrase.len;) {
		size_t end = quoted(phrase, at);
		if (end != SIZE_MAX) {
			add_unescaped(str_slice(phrase, at + 1, end - 1), &out);
			at = end;
			continue;
		}
		size_t next = str_find_byte(str_slice(phrase, at, phrase.len), '"');
		end = next == SIZE_MAX ? phrase.len : at + next;
		add_without_comments(str_slice(phrase, at, end), &out);
		at = end > at ? end : at + 1;
	}
	return buf_str(&out);
}

/* One '"', or nothing between two. */
static bool wrong_quotes(struct str address)
{
	size_t quotes = 0;
	for (size_t i = 0; i < address.len; i++)
		quotes += address.ptr[i] == '"';
	return quotes == 1 || str_starts_nocase(address, STR("\"\"@"));
}

static bool is_label(struct str label, bool of_domain)
{
	if (!label.len || label.len > 63 || label.ptr[0] == '-' || label.ptr[label.len - 1] == '-')
		return false;
	for (size_t i = 0; i < label.len; i++) {
		char c = label.ptr[i];
		bool other = (unsigned char)c >= 0x80 || c == '-' || (c == '_' && !of_domain);
		if (!ascii_alpha(c) && !ascii_digit(c) && !other)
			return false;
	}
	return true;
}

struct str addresses_domain(struct str address)
{
	size_t at = address.len;
	while (at > 0 && address.ptr[at - 1] != '@')
		at--;
	return at ? str_slice(address, at, address.len) : STR("");
}

bool addresses_is_host(struct str host)
{
	size_t labels = 0;
	while (host.len && host.ptr[host.len - 1] == '.')
		host.len--;
	if (host.len > 253)
		return false;
	for (size_t end = host.len; ; labels++) {
		size_t begin = end;
		while (begin > 0 && host.ptr[begin - 1] != '.')
			begin--;
		if (!is_label(str_slice(host, begin, end), labels < 2))
			return false;
		if (!begin)
			return labels > 0;
		end = begin - 1;
	}
}

/* Up to a second '@'. */
static struct str first_address(struct str address)
{
	size_t at = str_find_byte(address, '@');
	size_t again = at == SIZE_MAX ? at :
		str_find_byte(str_slice(address, at + 1, address.len), '@');
	return again == SIZE_MAX ? address : str_slice(address, 0, at + 1 + again);
}

static struct str valid_address(const struct piece *piece, struct arena *arena)
{
	struct str address = piece->address;
	if (piece->angled && str_find_byte(address, '(') != SIZE_MAX) {
		struct buf out = { .arena = arena };
		add_without_comments(address, &out);
		address = buf_str(&out);
	}
	if (mailbox(address, 0) != address.len || wrong_quotes(address))
		return str_make(NULL, 0);
	return first_address(address);
}

static struct addresses_entry entry_of(const struct piece *piece, struct arena *arena)
{
	struct addresses_entry entry = { valid_address(piece, arena),
		name_of(piece->phrase, arena) };
	struct str name = entry.name, address = first_address(name);
	if (!entry.address.len && name.len && mailbox(name, 0) == name.len &&
	    !wrong_quotes(name) &&
	    addresses_is_host(str_slice(address, str_find_byte(address, '@') + 1, address.len)))
		entry = (struct addresses_entry){ address, { NULL, 0 } };
	else if (str_equal(name, entry.address))
		entry.name = str_make(NULL, 0);
	if (!entry.name.len)
		entry.name = piece->comment;
	return entry;
}

/* Without pairs of backslashes, and "group:" in front. 0 or -1. */
static int prepare(struct str value, struct arena *arena, struct str *out)
{
	struct buf copy = { .arena = arena };
	struct str text = value;
	while (text.len && ascii_space(text.ptr[text.len - 1]))
		text.len--;
	if (str_find(text, STR("\\\\")) != SIZE_MAX) {
		for (size_t i = 0; i < text.len; i++) {
			if (i + 1 < text.len && text.ptr[i] == '\\' && text.ptr[i + 1] == '\\')
				i++;
			else
				buf_add_byte(&copy, text.ptr[i]);
		}
		text = buf_str(&copy);
	}
	size_t colon = 0, end = 0;
	for (; end < text.len && !one_of(text.ptr[end], STR("\"()<>")); end++)
		if (text.ptr[end] == ':')
			colon = end;
	if (colon) {
		text = str_slice(text, skip_blanks(text, colon + 1), text.len);
		if (text.len && text.ptr[0] == ';')
			text.len = 0;
	}
	*out = text;
	return copy.failed ? -1 : 0;
}

/* What is in no form: at least the addresses in it that have brackets of their own. */
static void read_rest(struct str text, size_t at, struct addresses_entry *out, size_t *n)
{
	for (; at < text.len; at++) {
		size_t end = text.ptr[at] == '<' ? mailbox(text, at + 1) : SIZE_MAX;
		if (end == SIZE_MAX || end == text.len || text.ptr[end] != '>')
			continue;
		struct str address = str_slice(text, at + 1, end);
		if (!wrong_quotes(address))
			out[(*n)++] = (struct addresses_entry){ first_address(address), { NULL, 0 } };
		at = end;
	}
}

int addresses_read(struct str value, struct arena *arena, struct addresses_entry **out,
	size_t *n)
{
	struct str text;
	struct piece piece;
	size_t most = 1, at = 0;
	*n = 0;
	if (prepare(value, arena, &text))
		return -1;
	for (size_t i = 0; i < text.len; i++)
		most += one_of(text.ptr[i], STR(",;<"));
	*out = ARENA_ARRAY(arena, struct addresses_entry, most);
	if (!*out)
		return -1;
	while (at < text.len && next_piece(text, &at, &piece)) {
		struct addresses_entry entry = entry_of(&piece, arena);
		if (entry.address.len || entry.name.len)
			(*out)[(*n)++] = entry;
	}
	read_rest(text, at, *out, n);
	return arena_spent(arena) ? -1 : 0;
}
