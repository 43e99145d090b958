/* base/date: see date.h.
 *
 * Own calendar arithmetic: timegm and strptime depend on the C library and the locale, and the
 * Date: header is a sender's text, so its parser takes one pass and no recursion (comments nest).
 */
#include "base/date.h"

#include <stdio.h>
#include <string.h>

enum { DAY_SECONDS = 86400, ERA_DAYS = 146097 }; /* 400 years */

static bool leap_year(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in_month(int64_t year, int month)
{
	static const int DAYS[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return month == 2 && leap_year(year) ? 29 : DAYS[month - 1];
}

static bool real_day(int64_t year, int month, int day)
{
	return month >= 1 && month <= 12 && day >= 1 && day <= days_in_month(year, month);
}

/* Days from 1970-01-01. Counted in years that begin in March, so that the leap day is the last
 * of a year, and in eras of 400 years, which are all alike. */
static int64_t day_number(int64_t year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * ERA_DAYS + day_of_era - 719468; /* 0000-03-01 to 1970-01-01 */
}

bool date_parse(struct str text, int32_t *day)
{
	uint64_t year, month, of_month;

	if (text.len != 10 || text.ptr[4] != '-' || text.ptr[7] != '-')
		return false;
	if (!str_to_u64(str_slice(text, 0, 4), 9999, &year) || year < 1900
		|| !str_to_u64(str_slice(text, 5, 7), 12, &month)
		|| !str_to_u64(str_slice(text, 8, 10), 31, &of_month)
		|| !real_day((int64_t)year, (int)month, (int)of_month))
		return false;
	*day = (int32_t)day_number((int64_t)year, (int)month, (int)of_month);
	return true;
}

int32_t date_from_time(int64_t seconds)
{
	int64_t day = seconds / DAY_SECONDS;

	if (seconds % DAY_SECONDS < 0)
		day--;
	if (day < DATE_MIN)
		return DATE_MIN;
	return day > DATE_MAX ? DATE_MAX : (int32_t)day;
}

const char *date_format(int32_t day, char out[DATE_TEXT_MAX])
{
	int64_t days = (int64_t)day + 719468;
	int64_t era = (days >= 0 ? days : days - (ERA_DAYS - 1)) / ERA_DAYS;
	int64_t of_era = days - era * ERA_DAYS;
	int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int from_march = (int)((5 * of_year + 2) / 153);
	int month = from_march < 10 ? from_march + 3 : from_march - 9;
	int of_month = (int)(of_year - (153 * from_march + 2) / 5 + 1);
	int year = (int)(era * 400 + year_of_era + (month <= 2));
	char text[40] = "ever"; /* for any three numbers, so that the compiler sees that it fits */

	if (day != DATE_MIN && day != DATE_MAX)
		snprintf(text, sizeof(text), "%04d-%02d-%02d", year, month, of_month);
	memcpy(out, text, DATE_TEXT_MAX - 1); /* years of int32_t days have 8 bytes at most */
	out[DATE_TEXT_MAX - 1] = '\0';
	return out;
}

/* The Date: header */

struct cursor {
	struct str text;
	size_t at;
};

/* Past blanks and comments, which nest; a comment that does not end takes the rest. */
static void skip_cfws(struct cursor *c)
{
	size_t depth = 0;

	for (; c->at < c->text.len; c->at++) {
		char byte = c->text.ptr[c->at];

		if (byte == '(')
			depth++;
		else if (depth > 0 && byte == ')')
			depth--;
		else if (depth > 0 && byte == '\\')
			c->at++;
		else if (depth == 0 && !ascii_space(byte))
			return;
	}
	c->at = c->text.len;
}

static bool take_byte(struct cursor *c, char byte)
{
	skip_cfws(c);
	if (c->at >= c->text.len || c->text.ptr[c->at] != byte)
		return false;
	c->at++;
	return true;
}

static struct str take_run(struct cursor *c, bool (*belongs)(char))
{
	size_t from;

	skip_cfws(c);
	from = c->at;
	while (c->at < c->text.len && belongs(c->text.ptr[c->at]))
		c->at++;
	return str_slice(c->text, from, c->at);
}

/* A number of least..most digits, at most `max`. */
static bool take_number(struct cursor *c, size_t least, size_t most, uint64_t max, int *out)
{
	struct str digits = take_run(c, ascii_digit);
	uint64_t value;

	if (digits.len < least || digits.len > most || !str_to_u64(digits, max, &value))
		return false;
	*out = (int)value;
	return true;
}

/* The number from 1 of a three-letter name, 0 when it is none. */
static int name_number(struct str word, const char *names)
{
	if (word.len == 3)
		for (int i = 0; names[3 * i]; i++)
			if (str_equal_nocase(word, str_make(names + 3 * i, 3)))
				return i + 1;
	return 0;
}

/* Section 4.3: two digits are 1950..2049, three count from 1900. */
static bool take_year(struct cursor *c, int *year)
{
	size_t from;

	skip_cfws(c);
	from = c->at;
	if (!take_number(c, 2, 4, 9999, year))
		return false;
	if (c->at - from == 2)
		*year += *year < 50 ? 2000 : 1900;
	else if (c->at - from == 3)
		*year += 1900;
	return *year >= 1900;
}

/* hour ":" minute [":" second] in seconds. The leap second 60 is allowed. One digit of the hour
 * is not in the RFC but in mail. */
static bool take_time(struct cursor *c, int64_t *seconds)
{
	int hour, minute, second = 0;

	if (!take_number(c, 1, 2, 23, &hour) || !take_byte(c, ':')
		|| !take_number(c, 2, 2, 59, &minute))
		return false;
	if (take_byte(c, ':') && !take_number(c, 2, 2, 60, &second))
		return false;
	*seconds = hour * 3600 + minute * 60 + second;
	return true;
}

/* East of Greenwich, seconds. A name that is not known says nothing: +0000 (section 4.3). */
static bool take_zone(struct cursor *c, int64_t *offset)
{
	static const struct { char name[4]; int hours; } ZONES[] = {
		{ "EST", -5 }, { "EDT", -4 }, { "CST", -6 }, { "CDT", -5 },
		{ "MST", -7 }, { "MDT", -6 }, { "PST", -8 }, { "PDT", -7 }
	};
	bool west = take_byte(c, '-');
	struct str name;
	int digits;

	*offset = 0;
	if (west || take_byte(c, '+')) {
		if (!take_number(c, 4, 4, 9959, &digits) || digits % 100 > 59)
			return false;
		*offset = (digits / 100 * 3600 + digits % 100 * 60) * (west ? -1 : 1);
		return true;
	}
	name = take_run(c, ascii_alpha);
	for (size_t i = 0; i < sizeof(ZONES) / sizeof(ZONES[0]); i++)
		if (str_equal_nocase(name, str_from(ZONES[i].name)))
			*offset = ZONES[i].hours * 3600;
	return name.len > 0;
}

bool date_parse_rfc5322(struct str text, int64_t *seconds)
{
	struct cursor c = { text, 0 };
	int64_t of_day, offset;
	int day, month, year;
	struct str word = take_run(&c, ascii_alpha);

	if (word.len > 0 && (!name_number(word, "MonTueWedThuFriSatSun") || !take_byte(&c, ',')))
		return false;
	if (!take_number(&c, 1, 2, 31, &day))
		return false;
	month = name_number(take_run(&c, ascii_alpha), "JanFebMarAprMayJunJulAugSepOctNovDec");
	if (!month || !take_year(&c, &year) || !real_day(year, month, day))
		return false;
	if (!take_time(&c, &of_day) || !take_zone(&c, &offset))
		return false;
	skip_cfws(&c);
	if (c.at < c.text.len)
		return false;
	*seconds = day_number(year, month, day) * DAY_SECONDS + of_day - offset;
	return true;
}
