/* rules/checks_date: does Date fit the times that the relays wrote?
 *
 * Dates are read as leniently as SpamAssassin 4.0.1 reads them (Util.pm): a day, a month and a
 * year in a row make a date, wherever they stand.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rules/checks.h"
#include "rules/checks_text.h"

enum { DATE_WORDS_MAX = 64, SECONDS_A_DAY = 86400, YEAR_MIN = 1970, YEAR_MAX = 2037 };

/* A number of digits, and nothing else; -1: it is none. */
static int number_of(struct str word)
{
	uint64_t value;
	return word.len <= 4 && str_to_u64(word, 9999, &value) ? (int)value : -1;
}

/* 1 to 12, or 0 */
static int month_of(struct str word)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	for (int i = 0; word.len == 3 && i < 12; i++)
		if (str_equal_nocase(word, str_make(names + i * 3, 3)))
			return i + 1;
	return 0;
}

/* Days since 1970, after the rule of the Gregorian calendar (years counted from March). */
static int64_t day_of(int year, int month, int day)
{
	int y = month < 3 ? year - 1 : year, m = month < 3 ? month + 9 : month - 3;
	return (int64_t)y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

struct moment {
	int day, month, year, hour, minute, second, zone; /* zone in minutes */
};

static bool clock_word(struct str word, struct moment *to)
{
	size_t colon = str_find_byte(word, ':');
	if (colon == 0 || colon > 2 || word.len < colon + 3)
		return false;
	int hour = number_of(str_slice(word, 0, colon));
	int minute = number_of(str_slice(word, colon + 1, colon + 3));
	struct str rest = str_slice(word, colon + 3, word.len);
	int second = rest.len == 3 && rest.ptr[0] == ':' ? number_of(str_slice(rest, 1, 3)) :
		rest.len ? -1 : 0;
	if (hour < 0 || minute < 0 || second < 0)
		return false;
	to->hour = hour > 23 ? 23 : hour;
	to->minute = minute > 59 ? 59 : minute;
	to->second = second > 59 ? 59 : second;
	return true;
}

static int full_year(struct str word)
{
	int year = number_of(word);
	if (word.len == 2 && year >= 0 && year < 50)
		return year + 2000;
	return word.len != 4 && year >= 0 ? year + 1900 : year;
}

/* "12 Jan 2026", "Jan 12 10:00:00 2026", then "12 Jan 26": whichever there is, in this order. */
static bool find_day(const struct str *words, size_t n, struct moment *to)
{
	for (int form = 0; form < 3; form++) {
		for (size_t i = 0; i + 2 < n; i++) {
			struct moment clock;
			bool american = form == 1;
			struct str day = words[american ? i + 1 : i], month = words[american ? i : i + 1];
			if (american && (i + 3 >= n || !clock_word(words[i + 2], &clock)))
				continue;
			struct str year = words[american ? i + 3 : i + 2];
			bool fits = form == 2 ? year.len == 2 || year.len == 3 : year.len == 4;
			if (!fits || number_of(day) < 0 || !month_of(month) || number_of(year) < 0)
				continue;
			to->day = number_of(day);
			to->month = month_of(month);
			to->year = full_year(year);
			return true;
		}
	}
	return false;
}

static bool named_zone(struct str name, int *minutes)
{
	static const struct { const char *name; int hundreds; } zones[] = {
		{ "UT", 0 }, { "UTC", 0 }, { "GMT", 0 }, { "WET", 0 }, { "EST", -500 }, { "EDT", -400 },
		{ "CST", -600 }, { "CDT", -500 }, { "MST", -700 }, { "MDT", -600 }, { "PST", -800 },
		{ "PDT", -700 }, { "AST", -400 }, { "ADT", -300 }, { "NST", -330 }, { "NDT", -230 },
		{ "HST", -1000 }, { "AKST", -900 }, { "AKDT", -800 }, { "HADT", -900 },
		{ "HAST", -1000 }, { "BST", 100 }, { "IST", 100 }, { "WEST", 100 }, { "CET", 100 },
		{ "MET", 100 }, { "MEZ", 100 }, { "CEST", 200 }, { "MEST", 200 }, { "MESZ", 200 },
		{ "EET", 200 }, { "EEST", 300 }, { "MSK", 300 }, { "MSD", 400 }, { "BRST", -200 },
		{ "BRT", -300 }, { "AEST", 1000 }, { "AEDT", 1100 }, { "ACST", 930 }, { "ACDT", 1030 },
		{ "AWST", 800 }, { "NZST", 1200 }, { "NZDT", 1300 }, { "JST", 900 }, { "KST", 900 },
		{ "HKT", 800 },
	};
	for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
		if (str_equal(name, str_from(zones[i].name))) {
			*minutes = zones[i].hundreds / 100 * 60 + zones[i].hundreds % 100;
			return true;
		}
	}
	return false;
}

static struct str bare(struct str word)
{
	while (word.len && !ascii_alpha(word.ptr[0]))
		word = str_slice(word, 1, word.len);
	while (word.len && !ascii_alpha(word.ptr[word.len - 1]))
		word.len--;
	return word;
}

/* "+0200" before any name; unknown ones are +0000. */
static int find_zone(const struct str *words, size_t n)
{
	int minutes = 0;
	for (size_t i = 0; i < n; i++) {
		struct str word = words[i];
		int value = word.len == 5 ? number_of(str_slice(word, 1, 5)) : -1;
		if (value >= 0 && (word.ptr[0] == '+' || word.ptr[0] == '-'))
			return (value / 100 * 60 + value % 100) * (word.ptr[0] == '-' ? -1 : 1);
	}
	for (size_t i = 0; i < n; i++)
		if (named_zone(bare(words[i]), &minutes))
			return minutes;
	return 0;
}

static bool read_date(struct str text, int64_t *seconds)
{
	static const int days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	struct str words[DATE_WORDS_MAX], rest = text;
	struct moment at = { 0 };
	size_t n = 0;
	while (n < DATE_WORDS_MAX && checks_word(&rest, &words[n])) {
		size_t comma = str_find_byte(words[n], ',');
		if (comma != SIZE_MAX) { /* a comma ends a word as a blank does */
			rest = str_slice(text, (size_t)(words[n].ptr - text.ptr) + comma + 1, text.len);
			words[n].len = comma;
		}
		n += words[n].len > 0;
	}
	if (!find_day(words, n, &at))
		return false;
	for (size_t i = 0; i < n; i++)
		if (clock_word(words[i], &at))
			break;
	if (at.day > days[at.month - 1]) { /* the 31st of June is taken for the 1st of July */
		at.day = 1;
		at.year += at.month == 12;
		at.month = at.month == 12 ? 1 : at.month + 1;
	}
	at.year = at.year > YEAR_MAX ? YEAR_MAX : at.year < YEAR_MIN ? YEAR_MIN : at.year;
	*seconds = day_of(at.year, at.month, at.day) * SECONDS_A_DAY + at.hour * 3600 +
		at.minute * 60 + at.second - (int64_t)find_zone(words, n) * 60;
	return true;
}

/* The time in a Received line: "12 Jan 2026 10:00:00 zone", from a blank on. */
static bool received_time(struct str line, int64_t *seconds)
{
	for (size_t i = 0; i < line.len; i++) {
		struct str rest = str_slice(line, i, line.len), words[5];
		size_t n = 0;
		if (!ascii_space(line.ptr[i]))
			continue;
		while (n < 5 && checks_word(&rest, &words[n]))
			n++;
		struct moment clock;
		if (n == 5 && number_of(words[0]) >= 0 && words[1].len == 3 &&
		    number_of(words[2]) >= 0 && clock_word(words[3], &clock))
			return read_date(str_slice(line, i, (size_t)(words[4].ptr - line.ptr) +
				words[4].len), seconds);
	}
	return false;
}

/* Mail that a program of the user's fetched: its own lines tell when that was. */
static size_t fetched(const struct str *lines, size_t n)
{
	if (!n)
		return 0;
	size_t local = checks_like(lines[0], "from localhost ") ||
		checks_like(lines[0], "qmail # invoked by uid #") ? 1 : 0;
	for (size_t i = 0; i <= local && i < n; i++)
		if (checks_like(lines[i], "by localhost with + (fetchmail-"))
			return i + 1 > local ? i + 1 : 0;
	return 0;
}

static int received_lines(const struct check_context *context, struct str **out, size_t *n)
{
	const struct facts *facts = context->facts;
	*n = 0;
	*out = ARENA_ARRAY(context->arena, struct str, facts->headers_n + 1);
	if (!*out)
		return -1;
	for (size_t i = 0; i < facts->headers_n; i++)
		if (str_equal_nocase(facts->headers[i].name, STR("Received")))
			(*out)[(*n)++] = facts->headers[i].decoded;
	return 0;
}

static bool own_date(const struct check_context *context, int64_t *seconds)
{
	static const char *const names[] = { "Resent-Date", "Date" };
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < context->facts->headers_n; i++)
			if (str_equal_nocase(context->facts->headers[i].name, str_from(names[k])) &&
			    read_date(context->facts->headers[i].decoded, seconds))
				return true;
	return false;
}

/* Seconds from the Received line that is nearest to Date; 0 where there is none. */
static int date_shift(const struct check_context *context, int64_t *shift)
{
	struct str *lines;
	size_t n, dates = 0;
	int64_t date, best = INT64_MAX, last = INT64_MAX;
	*shift = 0;
	if (received_lines(context, &lines, &n))
		return -1;
	if (!own_date(context, &date))
		return 0;
	for (size_t i = fetched(lines, n); i < n; i++) {
		int64_t time;
		if (!received_time(lines[i], &time))
			continue;
		/* what is held back here is the last: where it is 0 it is no relay's but the sender's */
		if (dates && llabs(last) < llabs(best))
			best = last;
		last = date - time;
		dates++;
	}
	if (dates == 1 || (dates && last != 0 && llabs(last) < llabs(best)))
		best = last;
	*shift = dates ? best : 0;
	return 0;
}

int check_shifted_date(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	int64_t shift;
	struct str date;
	if (date_shift(context, &shift) || checks_header(context, "Date", &date))
		return -1;
	bool hit = (double)shift >= 3600 * checks_number(call, 0, -1e15) &&
		(double)shift < 3600 * checks_number(call, 1, 1e15);
	return checks_hit(out, hit, str_trim(date));
}

static bool hex_digits(struct str text, size_t at, size_t n, uint64_t *value)
{
	for (*value = 0; n--; at++) {
		char c = at < text.len ? text.ptr[at] : 'x';
		if (!ascii_digit(c) && !(c >= 'a' && c <= 'f'))
			return false;
		*value = *value * 16 + (uint64_t)(ascii_digit(c) ? c - '0' : c - 'a' + 10);
	}
	return true;
}

/* Outlook's ids hold the upper half of a Windows time (units of 100 ns since 1601). */
static bool near_time(uint64_t token, int64_t seconds)
{
	enum { UNITS = 250 }; /* 7 minutes each: 30 hours */
	double expected = trunc((double)seconds * 1e7 / 4294967296.0 + 27111902.8329849);
	return fabs((double)token - expected) < UNITS;
}

int check_outlook_id(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	struct str id, date, received;
	uint64_t token, ignored;
	int64_t sent = 0, passed = 0;
	(void)call;
	if (checks_header(context, "MESSAGEID", &id) || checks_header(context, "Date", &date) ||
	    checks_folded(context, "Received", &received))
		return -1;
	bool outlook = id.len > 31 && id.ptr[0] == '<' && hex_digits(id, 1, 4, &ignored) &&
		hex_digits(id, 5, 8, &token) && id.ptr[13] == '$' &&
		hex_digits(id, 14, 8, &ignored) && id.ptr[22] == '$' &&
		hex_digits(id, 23, 8, &ignored) && id.ptr[31] == '@';
	if (!outlook)
		return 0;
	if (!read_date(date, &sent))
		sent = 0;
	if (!read_date(received, &passed))
		passed = 0;
	return checks_hit(out, !near_time(token, sent) && !near_time(token, passed), str_trim(id));
}

/* The time at which a fetching program had the mail: the latest of its own lines. */
static bool fetched_time(const struct str *lines, size_t n, int64_t *latest)
{
	int64_t time;
	bool any = false;
	for (size_t i = fetched(lines, n); i-- > 0;) {
		if (!received_time(lines[i], &time) || (any && time < *latest))
			continue;
		*latest = time;
		any = true;
	}
	return any;
}

static int later(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x < y) - (x > y);
}

/* The median of what Date, the newest Received line, a fetching program, and Date without its shift
 * say; 0 where none says anything, as in SpamAssassin. 0 or -1. */
static int time_received(const struct check_context *context, int64_t *out)
{
	struct str *lines;
	size_t n, times_n = 0;
	int64_t times[4], date = 0, shift = 0;
	*out = 0;
	if (received_lines(context, &lines, &n) || date_shift(context, &shift))
		return -1;
	bool dated = own_date(context, &date), relayed = false;
	if (dated)
		times[times_n++] = date;
	for (size_t i = fetched(lines, n); i < n && !relayed; i++)
		relayed = received_time(lines[i], &times[times_n]);
	times_n += relayed;
	times_n += fetched_time(lines, n, &times[times_n]);
	if (dated && relayed)
		times[times_n++] = date - shift;
	qsort(times, times_n, sizeof *times, later);
	if (times_n)
		*out = times[(times_n - 1) / 2];
	return 0;
}

int check_within_months(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	static const double month = 31556952.0 / 12; /* seconds of a year of the Gregorian calendar */
	int64_t received, now = (int64_t)context->facts->day * SECONDS_A_DAY + SECONDS_A_DAY / 2;
	if (time_received(context, &received))
		return -1;
	double age = (double)(now - received);
	return checks_hit(out, age >= month * checks_number(call, 0, -1e9) &&
		age < month * checks_number(call, 1, 1e9), STR(""));
}

/* "from a by b with ESMTP; Thu, 21 Jun 2001 02:28:32 -0400" and no more, where b has no dot. */
static bool like_gw05(struct str line)
{
	static const char *const fixed[] = { "from", NULL, "by", NULL, "with", "ESMTP;" };
	struct str words[13], rest = line;
	struct moment clock;
	size_t n = 0;
	while (n < 13 && checks_word(&rest, &words[n]))
		n++;
	if (n != 12)
		return false;
	for (size_t i = 0; i < 6; i++)
		if (fixed[i] && !str_equal(words[i], str_from(fixed[i])))
			return false;
	struct str zone = words[11];
	while (zone.len && (zone.ptr[0] == '+' || zone.ptr[0] == '-'))
		zone = str_slice(zone, 1, zone.len);
	return str_find_byte(words[3], '.') == SIZE_MAX && words[6].len == 4 &&
		words[6].ptr[3] == ',' && number_of(words[7]) >= 0 && words[8].len == 3 &&
		words[9].len == 4 && number_of(words[9]) >= 0 && words[10].len == 8 &&
		clock_word(words[10], &clock) && zone.len == 4 && number_of(zone) >= 0;
}

/* Not where it is the only one: then the server that asks wrote it. */
int check_forged_gw05(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	const struct facts *facts = context->facts;
	struct str *lines;
	size_t n;
	(void)call;
	if (received_lines(context, &lines, &n))
		return -1;
	/* in a milter the server's own line is not in the mail yet */
	bool own = facts->client && !(facts->relays_n && facts->relays[0].received);
	return checks_hit(out, n && n + own > 1 && like_gw05(lines[n - 1]),
		n ? lines[n - 1] : STR(""));
}
