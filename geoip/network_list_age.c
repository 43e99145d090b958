/* geoip/network_list_age: how old a list's data is, and what follows from it.
 *
 * By days (UTC), as everything about lists: the day of the mail decides, so that an old mail that
 * is replayed finds the list as it would have been.
 */
#include "geoip/network_list.h"

#include "base/date.h"

const char *network_list_freshness_name(enum network_list_freshness freshness)
{
	static const char *const names[] = { [NETWORK_LIST_FRESH] = "fresh",
		[NETWORK_LIST_STALE] = "stale", [NETWORK_LIST_TOO_OLD] = "too old" };

	return names[freshness];
}

int32_t network_list_age(const struct network_list_info *info, int32_t day)
{
	int32_t made = date_from_time(info->timestamp);

	if (info->timestamp == 0)
		return -1;
	return day > made ? day - made : 0;
}

int32_t network_list_last_day(const struct network_list_info *info, int32_t max_age)
{
	if (max_age == 0 || info->timestamp == 0)
		return DATE_MAX;
	return date_from_time(info->timestamp) + max_age;
}

enum network_list_freshness network_list_freshness(const struct network_list_info *info,
	int32_t max_age, int32_t stale_days, int32_t day)
{
	int32_t age = network_list_age(info, day);
	bool changes = info->format == NETWORK_LIST_NDJSON || info->dates_itself;

	if (day > network_list_last_day(info, max_age))
		return NETWORK_LIST_TOO_OLD;
	if (max_age > 0)
		return age > max_age / 2 ? NETWORK_LIST_STALE : NETWORK_LIST_FRESH;
	if (!changes || info->dated == info->entries || stale_days == 0)
		return NETWORK_LIST_FRESH;
	return age > stale_days ? NETWORK_LIST_STALE : NETWORK_LIST_FRESH;
}
