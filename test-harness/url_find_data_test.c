/* Links in plain text, by what two well-known finders of links say: linkify-it (links.txt: the
 * first link of each text; not_links.txt: texts without one) and twitter-text (extract.yml: all
 * links of each text). Mail addresses, which the latter does not look for, are left out there,
 * and so are readings that only one kind of program has, beyond the first (url_find.h). */
#include <stdio.h>
#include <string.h>

#include "message/decode.h"
#include "message/url_find.h"
#include "test-harness/t.h"

/* Where we differ, by the text's start (in any case), and why. What no longer differs must go. */
static const struct miss { const char *text, *why; } MISSES[] = {
	{ "//localhost", "no public suffix: a comment or a path" },
	{ "//test.123", "no public suffix: a comment or a path" },
	{ "4.4.4.4", "four numbers without a path or port: as often a version" },
	{ "http://foo.com/blah_blah_\"", "a quotation mark ends a link, as in HTML shown as text" },
	{ "test.\"foo\"", "quoted local parts are not read; the host is found" },
	{ "text http://no-tld", "linkify-it links it, and so do we: a host of the local network" },
	{ "foo.baz foo.co.jp www", "www.xxxxxxx.baz: \"www.\" is enough, as for most programs" },
	{ "Check this site out http://t.co", "a rule for the one host t.co: no '-' at the end" },
	{ "I really like http://t.co/abcdefghijklmnopqrstuvwxyz012345678901234",
	  "a rule for the one host t.co: at most 40 characters" },
	{ NULL, NULL }
};
enum { MISSES_MAX = 64 };

struct tally {
	size_t cases, misses;
};

static bool met[MISSES_MAX];

static bool is_known(struct str text)
{
	for (size_t i = 0; MISSES[i].text; i++) {
		if (str_starts_nocase(text, str_from(MISSES[i].text))) {
			met[i] = true;
			return true;
		}
	}
	return false;
}

static void count(struct tally *tally, struct str text, struct str found, struct str wanted)
{
	tally->cases++;
	if (str_equal(found, wanted))
		return;
	tally->misses++;
	if (is_known(text))
		return;
	printf("# %.*s\n#   wants %.*s\n#   found %.*s\n", (int)text.len, text.ptr, (int)wanted.len,
		wanted.ptr, (int)found.len, found.ptr);
	t_true(!"a miss that is not in the table");
}

static void finish(const struct tally *tally, size_t at_least)
{
	printf("# %zu of %zu\n", tally->cases - tally->misses, tally->cases);
	t_true(tally->cases >= at_least);
	t_true(tally->misses * 20 <= tally->cases);
}

static struct str next_line(struct str *text)
{
	size_t lf = str_find_byte(*text, '\n');
	struct str line = str_slice(*text, 0, lf);

	*text = str_slice(*text, lf == SIZE_MAX ? text->len : lf + 1, text->len);
	return line;
}

/* ---- linkify-it: a text, and the link in the next line where it is not all of the text ---- */

static struct str first_link(struct str text)
{
	struct url_finder finder = url_find_begin(NULL, text);
	struct url_found found;

	while (url_find_next(&finder, &found))
		if (!found.human && !found.again)
			return found.link;
	return STR("");
}

static void check_linkify(const char *path, bool links, size_t at_least)
{
	struct tally tally = { 0, 0 };
	size_t len;
	char *bytes = t_read(path, &len);
	struct str text = str_make(bytes, len);

	while (text.len > 0) {
		struct str line = next_line(&text), wanted = line;

		if (line.len == 0 || line.ptr[0] == '%')
			continue;
		if (links && text.len > 0 && text.ptr[0] != '\n' && text.ptr[0] != '%')
			wanted = next_line(&text);
		count(&tally, line, first_link(line), links ? wanted : STR(""));
	}
	finish(&tally, at_least);
}

T_TEST(linkify_links)
{
	check_linkify(t_shared("data/url/linkify-it/links.txt"), true, 110);
}

T_TEST(linkify_not_links)
{
	check_linkify(t_shared("data/url/linkify-it/not_links.txt"), false, 35);
}

/* ---- twitter-text: YAML, of which it uses one line for each value ---- */

static void add_utf8(struct buf *out, unsigned c)
{
	if (c < 0x80) {
		buf_add_byte(out, (char)c);
	} else if (c < 0x800) {
		buf_add_byte(out, (char)(0xC0 | c >> 6));
		buf_add_byte(out, (char)(0x80 | (c & 0x3F)));
	} else {
		buf_add_byte(out, (char)(0xE0 | c >> 12));
		buf_add_byte(out, (char)(0x80 | (c >> 6 & 0x3F)));
		buf_add_byte(out, (char)(0x80 | (c & 0x3F)));
	}
}

/* The next quoted value of `line`, which goes on behind it; false: there is none. */
static bool next_quoted(struct str *line, struct buf *out)
{
	size_t i = str_find_byte(*line, '"');

	if (i == SIZE_MAX)
		return false;
	for (i++; i < line->len && line->ptr[i] != '"'; i++) {
		char c = line->ptr[i];

		if (c == '\\' && i + 1 < line->len) {
			c = line->ptr[++i];
			if (c == 'u' && i + 4 < line->len) {
				unsigned point = 0;

				for (int k = 0; k < 4; k++)
					point = point << 4 | (unsigned)hex_digit(line->ptr[++i]);
				add_utf8(out, point);
				continue;
			}
			c = c == 'n' ? '\n' : c;
		}
		buf_add_byte(out, c);
	}
	*line = str_slice(*line, i + 1, line->len);
	return true;
}

static void all_links(struct str text, struct buf *out)
{
	struct url_finder finder = url_find_begin(NULL, text);
	struct url_found found;

	while (url_find_next(&finder, &found)) {
		struct str link = found.link;
		bool web = str_find_nocase(link, STR("://")) != SIZE_MAX;

		if (found.human || found.again)
			continue;
		if (!web && str_find_byte(link, '@') != SIZE_MAX)
			continue;
		if (out->len > 0)
			buf_add_byte(out, ' ');
		buf_add_str(out, link);
	}
}

static void check_twitter(struct tally *tally, struct str text_line, struct str wanted_line)
{
	struct buf text = {0}, found = {0}, wanted = {0}, item = {0};

	t_need(next_quoted(&text_line, &text));
	while (next_quoted(&wanted_line, &item)) {
		if (wanted.len > 0)
			buf_add_byte(&wanted, ' ');
		buf_add_str(&wanted, buf_str(&item));
		item.len = 0;
	}
	all_links(buf_str(&text), &found);
	count(tally, buf_str(&text), buf_str(&found), buf_str(&wanted));
	buf_free(&text);
	buf_free(&found);
	buf_free(&wanted);
	buf_free(&item);
}

T_TEST(twitter_urls)
{
	struct tally tally = { 0, 0 };
	size_t len;
	char *bytes = t_read(t_shared("data/url/twitter-text/extract.yml"), &len);
	struct str yaml = str_make(bytes, len), text_line = STR("");
	bool in_urls = false;

	while (yaml.len > 0) {
		struct str line = next_line(&yaml);

		if (line.len > 2 && line.ptr[0] == ' ' && line.ptr[2] != ' ')
			in_urls = str_equal(line, STR("  urls:"));
		else if (in_urls && str_starts_nocase(line, STR("      text:")))
			text_line = line;
		else if (in_urls && str_starts_nocase(line, STR("      expected:")))
			check_twitter(&tally, text_line, str_slice(line, 15, line.len));
	}
	finish(&tally, 60);
}

/* Last: what the tables above did not meet. */
T_TEST(no_miss_is_past)
{
	t_shared("data/url/linkify-it/links.txt");
	t_shared("data/url/twitter-text/extract.yml");
	for (size_t i = 0; MISSES[i].text; i++)
		if (!t_true(met[i]))
			printf("# holds now: %s\n", MISSES[i].text);
}
