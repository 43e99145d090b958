#include "base/date.h"

#include "base/clock.h"
#include "test-harness/t.h"

static int32_t day_of(const char *text)
{
	int32_t day = 0;

	t_need(date_parse(str_from(text), &day));
	return day;
}

T_TEST(known_days)
{
	t_int(day_of("1970-01-01"), 0);
	t_int(day_of("1969-12-31"), -1);
	t_int(day_of("2000-03-01"), 11017);
	t_int(day_of("2038-01-20"), 24856);
	t_int(day_of("2100-03-01") - day_of("2100-02-28"), 1);
	t_int(day_of("2000-03-01") - day_of("2000-02-28"), 2);
	t_int(day_of("1900-01-01"), -25567);
	t_int(day_of("9999-12-31"), 2932896);
}

T_TEST(refuses_what_is_no_day)
{
	static const char *const CASES[] = {
		"", "2008", "2008-11", "2008-13-01", "2008-00-01", "2008-11-00", "2008-11-31",
		"2007-02-29", "2100-02-29", "1900-02-29", "1899-12-31", "0000-01-01", "2008-1-01",
		"2008/11/11", "2008-11-11 ", " 2008-11-1", "2008-11-1a", "+008-11-11", "2008-11--1",
		"2008-11-011", "20081-1-11"
	};
	int32_t day = 77;

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++)
		if (date_parse(str_from(CASES[i]), &day))
			t_str(CASES[i], "refused");
	t_true(!date_parse(STR("2008-11-1\0"), &day));
	t_int(day, 77);
	t_true(date_parse(STR("2008-02-29"), &day));
	t_true(date_parse(STR("2000-02-29"), &day));
}

T_TEST(every_day_comes_back)
{
	char text[DATE_TEXT_MAX];
	int32_t again = 0;

	for (int32_t day = day_of("1900-01-01"); day <= day_of("2401-01-01"); day++) {
		t_need(date_parse(str_from(date_format(day, text)), &again));
		t_need(t_int(again, day));
	}
}

T_TEST(formats_the_ends)
{
	char text[DATE_TEXT_MAX];

	t_str(date_format(0, text), "1970-01-01");
	t_str(date_format(-1, text), "1969-12-31");
	t_str(date_format(-719529, text), "-001-12-31"); /* the day before 0000-01-01 */
	t_str(date_format(DATE_MIN, text), "ever");
	t_str(date_format(DATE_MAX, text), "ever");
	t_str(date_format(DATE_MAX - 1, text), "5881580-07-10");
	t_str(date_format(DATE_MIN + 1, text), "-5877641-06-24");
}

T_TEST(days_of_times)
{
	t_int(date_from_time(0), 0);
	t_int(date_from_time(86399), 0);
	t_int(date_from_time(86400), 1);
	t_int(date_from_time(-1), -1);
	t_int(date_from_time(-86400), -1);
	t_int(date_from_time(-86401), -2);
	t_int(date_from_time(INT64_C(2147483648)), day_of("2038-01-19"));
	t_int(date_from_time(INT64_C(4107542400)), day_of("2100-03-01"));
	t_int(date_from_time(INT64_MAX), DATE_MAX);
	t_int(date_from_time(INT64_MIN), DATE_MIN);
}

T_TEST(reads_date_headers)
{
	static const struct { const char *text; int64_t seconds; } CASES[] = {
		{ "Thu, 01 Jan 1970 00:00:00 +0000", 0 },
		{ "Tue, 11 Nov 2008 13:23:00 -0800", INT64_C(1226438580) },
		{ "11 Nov 2008 21:23 +0000", INT64_C(1226438580) },
		{ "11 nov 08 21:23 GMT", INT64_C(1226438580) },
		{ "11 Nov 108 21:23:00 UT", INT64_C(1226438580) },
		{ "Tue, 11 Nov 2008 16:23:00 EST", INT64_C(1226438580) },
		{ "Tue, 11 Nov 2008 14:23:00 PDT", INT64_C(1226438580) },
		{ "Tue, 11 Nov 2008 21:23:00 Z", INT64_C(1226438580) },
		{ "Tue, 11 Nov 2008 21:23:00 CEST", INT64_C(1226438580) }, /* not known: +0000 */
		{ "Wed, 12 Nov 2008 02:53:00 +0530", INT64_C(1226438580) },
		{ "11 Nov 2008 9:23:00 -1200", INT64_C(1226438580) },
		{ " (a (nested \\) one)) Tue (x) , (y) 11\r\n Nov(z)2008 21 : 23 : 00 -0000 (UTC)\r\n",
			INT64_C(1226438580) },
		{ "31 Dec 2016 23:59:60 +0000", INT64_C(1483228800) },
		{ "Tue, 19 Jan 2038 03:14:08 +0000", INT64_C(2147483648) },
		{ "01 Mar 2100 00:00:00 +0000", INT64_C(4107542400) },
		{ "31 Dec 49 00:00 +0000", INT64_C(2524521600) },
		{ "1 Jan 50 00:00 +0000", INT64_C(-631152000) },
		{ "Tue,11 Nov 2008 21:23:00+0000", INT64_C(1226438580) }
	};

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		int64_t seconds = -7;

		if (!t_true(date_parse_rfc5322(str_from(CASES[i].text), &seconds))
			|| !t_int(seconds, CASES[i].seconds))
			t_str(CASES[i].text, "understood");
	}
}

T_TEST(refuses_other_date_headers)
{
	static const char *const CASES[] = {
		"", " ", "(", "Tue", "Tue,", "Tue, 11", "Tue, 11 Nov", "Tue, 11 Nov 2008",
		"Tue, 11 Nov 2008 21:23:00", "Tue 11 Nov 2008 21:23:00 +0000",
		"Tues, 11 Nov 2008 21:23:00 +0000", "Tue, Nov 11 2008 21:23:00 +0000",
		"Tue, 11 November 2008 21:23:00 +0000", "Tue, 31 Nov 2008 21:23:00 +0000",
		"29 Feb 2007 00:00 +0000", "Tue, 0 Nov 2008 21:23:00 +0000",
		"Tue, 11 Nov 2008 24:00:00 +0000", "Tue, 11 Nov 2008 21:60:00 +0000",
		"Tue, 11 Nov 2008 21:23:61 +0000", "Tue, 11 Nov 2008 21:23:00 +00",
		"Tue, 11 Nov 2008 21:23:00 +0060", "Tue, 11 Nov 2008 21:23:00 +00000",
		"Tue, 11 Nov 2008 21:23:00 -+0000", "Tue, 11 Nov 2008 21:23:00 +0000 x",
		"Tue, 11 Nov 2 21:23:00 +0000", "Tue, 11 Nov 20080 21:23:00 +0000",
		"Tue, 11 Nov 1899 21:23:00 +0000", "2008-11-11T21:23:00Z",
		"Tue, 11 Nov 2008 21:23:00 (+0000", "Tue, 11 Nov 2008 21:23:00 +0000 \\", "(\\"
	};
	int64_t seconds = 77;

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++)
		if (date_parse_rfc5322(str_from(CASES[i]), &seconds))
			t_str(CASES[i], "refused");
	t_true(!date_parse_rfc5322(STR("Tue, 11 Nov 2008\0 21:23:00 +0000"), &seconds));
	t_int(seconds, 77);
}

T_TEST(clocks_go_forward)
{
	uint64_t before = clock_monotonic_us(), cpu = clock_thread_cpu_us();
	volatile unsigned work = 0;

	for (unsigned i = 0; i < 10000000; i++)
		work = work + i;
	t_true(clock_monotonic_us() >= before);
	t_true(clock_thread_cpu_us() > cpu);
	t_true(clock_wall_seconds() > INT64_C(1700000000));
}
