/* message/uris_find: the links of a plain text, where SpamAssassin sees them.
 *
 * Its pattern is a hybrid of those of Thunderbird and Outlook Express: at a word boundary or
 * behind a delimiter "http://..." or "www...", an address, or a host name with a known top-level
 * domain. What ends a link is not the same for the three. Runs are measured once and remembered, so
 * that a text without an end costs its length.
 */
#include "message/uris.h"

#include "base/bytes.h"
#include "message/domain.h"

enum {
	PART_MAX = 251, HOST_MAX = 252, PORT_MAX = 5,
	C_WORD = 1, C_STARTS = 2, C_ENDS = 4, C_ENDS_MAIL = 8, C_HOST = 16, C_STARTS_HOST = 32
};

static bool among(const char *set, unsigned char c)
{
	for (; *set; set++)
		if ((unsigned char)*set == c)
			return true;
	return false;
}

/* Of each byte: a blank is also ESC (as in ISO-2022) and 0xA0 (a no-break space in Latin-1).
 *   STARTS        blank > < " ' ` , { [ ( |
 *   ENDS          blank > < " ` } ] { [ |
 *   ENDS_MAIL     those, and , ( ' and what is no ASCII
 *   HOST          letter digit . _ -
 *   STARTS_HOST   blank and all punctuation but . _ - %
 */
static const unsigned char CLASSES[256] = {
	 0,  0,  0,  0,  0,  0,  0,  0,  0, 46, 46, 46, 46, 46,  0,  0,
	 0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0, 46,  0,  0,  0,  0,
	46, 32, 46, 32, 32,  0, 32, 42, 42, 32, 32, 32, 42, 16, 16, 32,
	17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 32, 32, 46, 32, 46, 32,
	32, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17,
	17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 46, 32, 44, 32, 17,
	46, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17,
	17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 46, 46, 44, 32,  0,
	 8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,
	 8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,
	46,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,
	 8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,
	 8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,
	 8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,
	 8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,
	 8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,  8,
};

static bool is(struct str text, size_t at, unsigned class)
{
	return (CLASSES[(unsigned char)text.ptr[at]] & class) != 0;
}

static size_t run_until(struct str text, size_t at, unsigned class)
{
	while (at < text.len && !is(text, at, class))
		at++;
	return at;
}

static bool can_begin(struct str text, size_t at)
{
	bool before = at > 0 && is(text, at - 1, C_WORD);

	if (before != is(text, at, C_WORD))
		return true;
	if (at > 0 && is(text, at - 1, C_STARTS))
		return true;
	/* behind a shift of ISO-2022 */
	return at >= 3 && text.ptr[at - 3] == 0x1b && text.ptr[at - 2] == '(';
}

/* Where the body of "http://", "www." begins; 0: none stands here. */
static size_t known_scheme(struct str text, size_t at)
{
	static const struct str SCHEMES[] = { { "http://", 7 }, { "https://", 8 }, { "ftp://", 6 },
		{ "ftp.", 4 } };
	struct str rest = str_slice(text, at, text.len);
	size_t digits = 3;
	char first = ascii_lower(text.ptr[at]);

	if (first != 'h' && first != 'f' && first != 'w')
		return 0;
	for (size_t i = 0; i < sizeof SCHEMES / sizeof *SCHEMES; i++)
		if (str_starts_nocase(rest, SCHEMES[i]))
			return at + SCHEMES[i].len;
	if (!str_starts_nocase(rest, STR("www")))
		return 0;
	while (digits < rest.len && digits < 5 && ascii_digit(rest.ptr[digits]))
		digits++;
	return digits < rest.len && rest.ptr[digits] == '.' ? at + digits + 1 : 0;
}

/* *stop: the end of the run of local-part characters that `at` stands in, as far as known. */
static size_t mail_end(struct str text, size_t at, size_t *stop)
{
	size_t end;

	if (ascii_lower(text.ptr[at]) == 'm'
		&& str_starts_nocase(str_slice(text, at, text.len), STR("mailto:"))) {
		end = run_until(text, at + 7, C_ENDS_MAIL);
		if (end > at + 7)
			return end;
	}
	if (*stop <= at) {
		*stop = at;
		while (*stop < text.len && text.ptr[*stop] != '@' && !is(text, *stop, C_ENDS_MAIL))
			++*stop;
	}
	if (*stop == text.len || text.ptr[*stop] != '@' || *stop == at || *stop - at > PART_MAX)
		return 0;
	end = run_until(text, *stop + 1, C_ENDS_MAIL);
	return end > *stop + 1 && end - *stop - 1 <= PART_MAX ? end : 0;
}

/* Past ":80" and "/path" behind a host; 0 when something else goes on there. */
static size_t host_tail(struct str text, size_t at)
{
	if (at + 1 < text.len && text.ptr[at] == ':' && ascii_digit(text.ptr[at + 1])) {
		size_t first = ++at;

		while (at < text.len && at - first < PORT_MAX && ascii_digit(text.ptr[at]))
			at++;
	}
	if (at + 1 < text.len && text.ptr[at] == '/' && !is(text, at + 1, C_ENDS))
		at = run_until(text, at, C_ENDS);
	return at == text.len || is(text, at, C_ENDS) ? at : 0;
}

static size_t host_end(struct str text, size_t at, struct str *host)
{
	size_t end = at;

	if (at > 0 && !is(text, at - 1, C_STARTS_HOST))
		return 0;
	if (!is(text, at, C_HOST) || text.ptr[at] == '.' || text.ptr[at] == '_' || text.ptr[at] == '-')
		return 0;
	while (end < text.len && end - at <= HOST_MAX && is(text, end, C_HOST))
		end++;
	/* the path is measured last: it is long, and ends at no host's end */
	*host = str_slice(text, at, text.ptr[end - 1] == '.' ? end - 1 : end);
	if (host->len < 4 || str_find_byte(*host, '.') == SIZE_MAX || !domain_has_suffix(*host))
		return 0;
	return host_tail(text, end);
}

/* As SpamAssassin: cut at a ')' that no '(' stands before, and without punctuation at the end. */
static struct str cleaned(struct str link)
{
	size_t closing = str_find_byte(link, ')');

	if (closing < str_find_byte(link, '('))
		link.len = closing;
	while (link.len > 0 && among("-~!@#^&*()_+=:;'?,.", (unsigned char)link.ptr[link.len - 1]))
		link.len--;
	return link;
}

/* The next run between blanks and the like that a link may be in, from `at` on (no link is without
 * one of these bytes): its first byte, and *end behind its last one. At the end: its length. */
static size_t next_word(struct str text, size_t at, size_t *end)
{
	const char *hit = bytes_find3(text.ptr + at, text.ptr + text.len, '.', ':', '@');
	size_t start = (size_t)(hit - text.ptr);

	if (start == text.len)
		return start;
	*end = run_until(text, start, C_ENDS);
	while (start > at && !is(text, start - 1, C_ENDS))
		start--;
	return start;
}

bool uris_next(struct str text, size_t *at, struct str *link, struct str *host,
	enum uris_kind *kind)
{
	size_t stop = 0, word = 0;

	for (size_t i = *at; i < text.len; i++) {
		size_t body, end = 0;

		if (i >= word) { /* what ends a word begins no link */
			i = next_word(text, i, &word);
			if (i == text.len)
				break;
		}
		*host = str_make(NULL, 0);
		*kind = URIS_SCHEME;
		if (!can_begin(text, i))
			continue;
		body = known_scheme(text, i);
		if (body && body < text.len && !is(text, body, C_ENDS))
			end = run_until(text, body, C_ENDS);
		if (!end) {
			end = mail_end(text, i, &stop);
			*kind = URIS_MAIL;
		}
		if (!end) {
			end = host_end(text, i, host);
			*kind = URIS_BARE;
		}
		if (!end)
			continue;
		*at = end;
		*link = cleaned(str_slice(text, i, end));
		return true;
	}
	*at = text.len;
	return false;
}
