/* geoip/geoip: THE question of this project: in which network does an address stand?
 *
 * Databases are asked in the order they were added, each for what the ones before it did not
 * know; then the lists, which want the AS number.
 */
#include "geoip/geoip.h"

#include <stdlib.h>
#include <string.h>

#include "base/date.h"

struct geoip {
	struct mmdb **databases;
	size_t databases_n;
	struct network_list **lists;
	int32_t *last_days; /* of the lists */
	size_t lists_n;
	bool limited;       /* one of them is not DATE_MAX */
};

struct geoip *geoip_create(void)
{
	return calloc(1, sizeof(struct geoip));
}

void geoip_free(struct geoip **geoip)
{
	if (*geoip == NULL)
		return;
	for (size_t i = 0; i < (*geoip)->databases_n; i++)
		mmdb_close(&(*geoip)->databases[i]);
	for (size_t i = 0; i < (*geoip)->lists_n; i++)
		network_list_free(&(*geoip)->lists[i]);
	free((*geoip)->databases);
	free((*geoip)->lists);
	free((*geoip)->last_days);
	free(*geoip);
	*geoip = NULL;
}

int geoip_add_database(struct geoip *geoip, const char *path, struct error *error)
{
	struct mmdb *db = mmdb_open(path, error);
	struct mmdb **grown;

	if (db == NULL)
		return -1;
	grown = realloc(geoip->databases, (geoip->databases_n + 1) * sizeof(*grown));
	if (grown == NULL) {
		mmdb_close(&db);
		return error_set(error, "%s: out of memory", path);
	}
	geoip->databases = grown;
	geoip->databases[geoip->databases_n++] = db;
	return 0;
}

int geoip_add_list(struct geoip *geoip, struct network_list *list)
{
	struct network_list **lists = realloc(geoip->lists,
		(geoip->lists_n + 1) * sizeof(*lists));
	int32_t *days;

	if (lists != NULL)
		geoip->lists = lists;
	days = lists == NULL ? NULL :
		realloc(geoip->last_days, (geoip->lists_n + 1) * sizeof(*days));
	if (days == NULL) {
		network_list_free(&list);
		return -1;
	}
	geoip->last_days = days;
	geoip->last_days[geoip->lists_n] = DATE_MAX;
	geoip->lists[geoip->lists_n++] = list;
	return 0;
}

void geoip_limit_list(struct geoip *geoip, size_t index, int32_t day)
{
	geoip->last_days[index] = day;
	geoip->limited = geoip->limited || day != DATE_MAX;
}

const int32_t *geoip_last_days(const struct geoip *geoip)
{
	return geoip->limited ? geoip->last_days : NULL;
}

size_t geoip_databases(const struct geoip *geoip)
{
	return geoip->databases_n;
}

const struct mmdb_info *geoip_database_info(const struct geoip *geoip, size_t index)
{
	return index < geoip->databases_n ? mmdb_info(geoip->databases[index]) : NULL;
}

struct network_list *geoip_list(const struct geoip *geoip, size_t index)
{
	return index < geoip->lists_n ? geoip->lists[index] : NULL;
}

size_t geoip_lists(const struct geoip *geoip)
{
	return geoip->lists_n;
}

const struct network_list_info *geoip_list_info(const struct geoip *geoip, size_t index)
{
	return index < geoip->lists_n ? network_list_info(geoip->lists[index]) : NULL;
}

/* What a database with a damaged record left unknown, another one may say; but where that one
 * has nothing, it stays unknown: "nothing" was not what all of them said. */
static void ask_databases(const struct geoip *geoip, const struct ip *ip, struct network *out)
{
	bool asn_damaged = false, country_damaged = false;

	for (size_t i = 0; i < geoip->databases_n; i++) {
		const struct mmdb_info *info = mmdb_info(geoip->databases[i]);

		if (mmdb_lookup(geoip->databases[i], ip, out, NULL) == 0)
			continue;
		asn_damaged = asn_damaged || info->has_asn;
		country_damaged = country_damaged || info->has_country;
	}
	if (asn_damaged && out->asn_state == NETWORK_NONE)
		out->asn_state = NETWORK_UNKNOWN;
	if (country_damaged && out->country_state == NETWORK_NONE)
		out->country_state = NETWORK_UNKNOWN;
	if ((asn_damaged || country_damaged) && out->prefix_state == NETWORK_NONE)
		out->prefix_state = NETWORK_UNKNOWN;
}

void geoip_lookup(const struct geoip *geoip, const struct ip *ip, int32_t day,
	struct network *out)
{
	memset(out, 0, sizeof *out);
	out->ip = *ip;
	ask_databases(geoip, ip, out);
	for (size_t i = 0; i < geoip->lists_n; i++) {
		if (day > geoip->last_days[i] && day != NETWORK_LIST_ANY_DAY)
			continue;
		if (out->asn_state == NETWORK_UNKNOWN &&
				network_list_has_asns(geoip->lists[i], day))
			out->listings_incomplete = true;
		network_list_match(geoip->lists[i], (uint32_t)i, day, out);
	}
}
