/* Ways to hide a link from a filter, each a mail that is read as a whole: the host that a click or
 * a rendering would reach is found, and nothing is found where nobody can click. The tables are
 * ../shared/data/url/evasion.tsv and, of our own, evasion_cases.tsv beside this file, which argues
 * for each answer; columns: id, technique, raw (C escapes), content type, expected host, class,
 * nested host, charset, transfer encoding, source of the answer, note.
 *
 * Classes: `open` (a click opens it), `autoload` (rendering fetches it), `redirect` (the host, and
 * the one it leads on to), `nested` (only the one within), `human` (only a reader mends it),
 * `hidden` (a link that is not shown), `none` (no web host, but for one within another kind of
 * link), `ambiguous` (programs differ: what any of them opens).
 */
#include <stdio.h>
#include <string.h>

#include "base/ip.h"
#include "message/decode.h"
#include "message/message.h"
#include "test-harness/place.h"
#include "test-harness/t.h"

enum { COLUMNS = 11, LINE_MAX_BYTES = 8192 };
enum column { ID, TECHNIQUE, RAW, TYPE, HOST, CLASS, NESTED, CHARSET, ENCODING };

/* Rows that do not hold yet, by who mends them. */
static const struct { const char *owner, *ids; } KNOWN[] = {
	{ NULL, NULL }
};

struct row {
	char line[LINE_MAX_BYTES];
	struct str columns[COLUMNS];
};

static bool is(const struct row *row, enum column column, const char *text)
{
	return str_equal(row->columns[column], str_from(text));
}

static struct str given(const struct row *row, enum column column)
{
	return is(row, column, "-") ? STR("") : row->columns[column];
}

/* ---- the mail ---- */

/* "\n", "\xe2", "\\" where they stand. */
static struct str unescape(char *text, size_t len)
{
	static const char FROM[] = "nrt0\\\"", TO[] = "\n\r\t\0\\\"";
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		const char *simple = NULL;

		if (text[i] == '\\' && i + 1 < len)
			simple = strchr(FROM, text[i + 1]);
		if (simple) {
			text[n++] = TO[simple - FROM];
			i++;
		} else if (text[i] == '\\' && i + 3 < len && text[i + 1] == 'x') {
			text[n++] = (char)(hex_digit(text[i + 2]) << 4 | hex_digit(text[i + 3]));
			i += 3;
		} else {
			text[n++] = text[i];
		}
	}
	return str_make(text, n);
}

static void add_base64(struct buf *out, struct str in)
{
	static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < in.len; i += 3) {
		unsigned n = in.len - i < 3 ? (unsigned)(in.len - i) : 3, bits = 0;

		for (unsigned k = 0; k < 3; k++)
			bits = bits << 8 | (k < n ? (unsigned char)in.ptr[i + k] : 0);
		for (unsigned k = 0; k < 4; k++)
			buf_add_byte(out, k <= n ? DIGITS[bits >> (18 - 6 * k) & 63] : '=');
		if (i % 57 == 54)
			buf_add_byte(out, '\n');
	}
}

/* `armoured`: in base64, where the row asks for no encoding. */
static const struct message_view *read_row(struct arena *arena, const struct row *row,
	bool armoured)
{
	struct message_options options = { .want_full = false };
	struct message *message = message_create(&options, arena);
	struct buf mail = { .arena = arena };

	t_need(message != NULL);
	buf_add_cstr(&mail, "MIME-Version: 1.0\nContent-Type: ");
	buf_add_str(&mail, row->columns[TYPE]);
	if (given(row, CHARSET).len > 0) {
		buf_add_cstr(&mail, "; charset=");
		buf_add_str(&mail, row->columns[CHARSET]);
	}
	buf_add_cstr(&mail, "\nContent-Transfer-Encoding: ");
	buf_add_str(&mail, armoured ? STR("base64") : row->columns[ENCODING]);
	buf_add_cstr(&mail, "\n\n");
	if (armoured)
		add_base64(&mail, row->columns[RAW]);
	else
		buf_add_str(&mail, row->columns[RAW]);
	buf_add_byte(&mail, '\n');
	t_need(!mail.failed && message_read(message, buf_str(&mail)) == 0);
	for (size_t i = 0; i < message_view(message)->urls_n; i++)
		if (!t_true(place_look(message_view(message), i, arena) != PLACE_WRONG))
			printf("# link %zu of %.*s\n", i, (int)mail.len, mail.ptr);
	return message_view(message);
}

/* ---- the answer ---- */

static bool is_web(const struct message_url *url)
{
	return url->host.len > 0 && !str_starts_nocase(url->url, STR("mailto:"));
}

/* An IPv6 address has brackets in the tables. */
static bool names(const struct message_url *url, struct str host)
{

	if (host.len > 2 && host.ptr[0] == '[' && url->host_is_ip)
		return str_equal(str_slice(host, 1, host.len - 1), url->host);
	return is_web(url) && str_equal(url->host, host);
}

/* `disguise`: also says that it was hidden like this; 0: any. */
static bool found(const struct message_view *view, struct str host, unsigned disguise)
{
	for (size_t i = 0; i < view->urls_n; i++)
		if (names(&view->urls[i], host) && (view->urls[i].disguise & disguise) == disguise)
			return true;
	return host.len == 0;
}

/* Hosts that no program opens: neither what the row names, nor marked as standing within another,
 * nor (of HTML) text that a program may make clickable. */
static bool invents(const struct message_view *view, const struct row *row)
{
	for (size_t i = 0; i < view->urls_n; i++) {
		const struct message_url *url = &view->urls[i];

		if (is_web(url) && !names(url, given(row, HOST)) && !names(url, given(row, NESTED)) &&
			!(url->disguise & (DISGUISE_NESTED | DISGUISE_DATA)) &&
			(url->origin != MESSAGE_URL_HTML_TEXT || given(row, HOST).len == 0))
			return true;
	}
	return false;
}

static bool holds(const struct message_view *view, const struct row *row)
{
	bool both = found(view, given(row, HOST), 0) && found(view, given(row, NESTED), 0);

	if (is(row, CLASS, "none"))
		return !invents(view, row);
	if (is(row, CLASS, "ambiguous"))
		return both;
	if (is(row, CLASS, "hidden"))
		return found(view, given(row, HOST), DISGUISE_NOT_SHOWN) && !invents(view, row);
	if (is(row, CLASS, "human"))
		return both && found(view, given(row, NESTED), DISGUISE_HUMAN) && !invents(view, row);
	return both && !invents(view, row);
}

static void print_row(const struct message_view *view, const struct row *row, bool armoured)
{
	printf("# %.*s %.*s: %.*s%s, wants %.*s %.*s, has", (int)row->columns[ID].len,
		row->columns[ID].ptr, (int)row->columns[CLASS].len, row->columns[CLASS].ptr,
		(int)row->columns[TECHNIQUE].len, row->columns[TECHNIQUE].ptr,
		armoured ? " (base64)" : "", (int)row->columns[HOST].len, row->columns[HOST].ptr,
		(int)row->columns[NESTED].len, row->columns[NESTED].ptr);
	for (size_t i = 0; i < view->urls_n; i++)
		printf(" %.*s (%x,%d)", (int)view->urls[i].host.len, view->urls[i].host.ptr,
			view->urls[i].disguise, (int)view->urls[i].origin);
	printf("\n");
}

static bool check_as(const struct row *row, bool armoured, bool say)
{
	struct arena *arena = arena_create(8 << 20);
	const struct message_view *view;
	bool good;

	t_need(arena != NULL);
	view = read_row(arena, row, armoured);
	good = holds(view, row);
	if (!good && say)
		print_row(view, row, armoured);
	arena_free(&arena);
	return good;
}

static const char *owner_of(struct str id)
{
	for (size_t i = 0; KNOWN[i].ids; i++)
		if (str_find(str_from(KNOWN[i].ids), id) != SIZE_MAX)
			return KNOWN[i].owner;
	return NULL;
}

static void check_row(const struct row *row)
{
	const char *owner = owner_of(row->columns[ID]);
	bool good = check_as(row, false, !owner);

	if (is(row, ENCODING, "7bit") && !check_as(row, true, !owner))
		good = false;
	if (owner)
		printf("# %.*s: %s (%s)\n", (int)row->columns[ID].len, row->columns[ID].ptr,
			good ? "holds now: take it off the list" : "known not to hold", owner);
	else
		t_true(good);
}

/* ---- the tables ---- */

static void split(struct row *row, struct str line)
{
	t_need(line.len < sizeof row->line);
	memcpy(row->line, line.ptr, line.len);
	line.ptr = row->line;
	for (size_t i = 0; i < COLUMNS; i++) {
		size_t tab = str_find_byte(line, '\t');

		row->columns[i] = str_slice(line, 0, tab);
		line = str_slice(line, tab == SIZE_MAX ? line.len : tab + 1, line.len);
	}
	row->columns[RAW] = unescape(row->line + (row->columns[RAW].ptr - row->line),
		row->columns[RAW].len);
}

/* How many rows it has. */
static size_t check_table(const char *path)
{
	static struct row row;
	size_t n = 0, len;
	char *bytes = t_read(path, &len);
	struct str text = str_make(bytes, len);

	while (text.len > 0) {
		size_t lf = str_find_byte(text, '\n');
		struct str line = str_slice(text, 0, lf);

		text = str_slice(text, lf == SIZE_MAX ? text.len : lf + 1, text.len);
		if (line.len == 0 || line.ptr[0] == '#' || str_starts_nocase(line, STR("id\t")))
			continue;
		split(&row, line);
		check_row(&row);
		n++;
	}
	printf("# %zu rows\n", n);
	return n;
}

T_TEST(finds_hidden_links)
{
	t_true(check_table(t_shared("data/url/evasion.tsv")) >= 98);
}

T_TEST(finds_links_hidden_in_other_ways)
{
	t_true(check_table("test-harness/evasion_cases.tsv") >= 120);
}
