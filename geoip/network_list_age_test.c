/* When a list is stale, and from which day on it no longer counts. */
#include "geoip/network_list.h"

#include <stdio.h>

#include "base/date.h"
#include "test-harness/t.h"

enum { MADE = 20000 }; /* the day of the data */

static struct network_list_info made(enum network_list_format format, bool dates_itself)
{
	return (struct network_list_info){ .name = "l", .format = format, .entries = 3, .files = 1,
		.timestamp = (int64_t)MADE * 86400 + 86399, .dates_itself = dates_itself };
}

T_TEST(age_is_in_days_of_the_calendar)
{
	struct network_list_info info = made(NETWORK_LIST_TEXT, false);

	t_int(network_list_age(&info, MADE), 0);
	t_int(network_list_age(&info, MADE + 1), 1); /* a second later */
	t_int(network_list_age(&info, MADE - 5), 0); /* an old mail, a young list */
	info.timestamp = 0;
	t_int(network_list_age(&info, MADE), -1);
}

T_TEST(counts_up_to_max_age)
{
	struct network_list_info info = made(NETWORK_LIST_TEXT, false);

	t_int(network_list_last_day(&info, 30), MADE + 30);
	t_int(network_list_last_day(&info, 0), DATE_MAX);
	info.timestamp = 0;
	t_int(network_list_last_day(&info, 30), DATE_MAX);
}

T_TEST(freshness)
{
	static const struct {
		enum network_list_format format;
		bool dates_itself;
		int32_t max_age, stale_days, age;
		enum network_list_freshness freshness;
	} cases[] = {
		{ NETWORK_LIST_TEXT, false, 30, 30, 15, NETWORK_LIST_FRESH },
		{ NETWORK_LIST_TEXT, false, 30, 30, 16, NETWORK_LIST_STALE },
		{ NETWORK_LIST_TEXT, false, 30, 30, 30, NETWORK_LIST_STALE },
		{ NETWORK_LIST_TEXT, false, 30, 30, 31, NETWORK_LIST_TOO_OLD },
		{ NETWORK_LIST_TEXT, false, 1, 30, 1, NETWORK_LIST_STALE },
		{ NETWORK_LIST_TEXT, false, 1, 30, 2, NETWORK_LIST_TOO_OLD },
		{ NETWORK_LIST_NDJSON, true, 400, 30, 100, NETWORK_LIST_FRESH }, /* the admin's word */
		{ NETWORK_LIST_NDJSON, true, 30, 0, 16, NETWORK_LIST_STALE },
		{ NETWORK_LIST_NDJSON, true, 0, 30, 30, NETWORK_LIST_FRESH },
		{ NETWORK_LIST_NDJSON, true, 0, 30, 31, NETWORK_LIST_STALE },
		{ NETWORK_LIST_NDJSON, true, 0, 7, 8, NETWORK_LIST_STALE },
		{ NETWORK_LIST_NDJSON, true, 0, 0, 5000, NETWORK_LIST_FRESH },
		{ NETWORK_LIST_TEXT, true, 0, 30, 31, NETWORK_LIST_STALE },
		{ NETWORK_LIST_TEXT, false, 0, 30, 5000, NETWORK_LIST_FRESH }, /* a table of one's own */
		{ NETWORK_LIST_CSV, false, 0, 30, 5000, NETWORK_LIST_FRESH },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct network_list_info info = made(cases[i].format, cases[i].dates_itself);

		if (!t_int(network_list_freshness(&info, cases[i].max_age, cases[i].stale_days,
				MADE + cases[i].age), cases[i].freshness))
			printf("# case %zu\n", i);
	}
}

T_TEST(days_of_its_own_keep_a_list_fresh)
{
	struct network_list_info info = made(NETWORK_LIST_NDJSON, true);

	info.dated = info.entries;
	t_int(network_list_freshness(&info, 0, 30, MADE + 5000), NETWORK_LIST_FRESH);
	t_int(network_list_freshness(&info, 30, 30, MADE + 31), NETWORK_LIST_TOO_OLD);
}

T_TEST(words_have_no_age)
{
	struct network_list_info info = made(NETWORK_LIST_WORDS, false);

	info.timestamp = 0;
	t_int(network_list_freshness(&info, 30, 30, MADE + 5000), NETWORK_LIST_FRESH);
}
