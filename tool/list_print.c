#include "tool/list_print.h"

#include <inttypes.h>

#include "base/date.h"

static enum network_list_freshness freshness_of(const struct network_list_info *info,
	int32_t max_age, int32_t today)
{
	return network_list_freshness(info, max_age, NETWORK_LIST_STALE_DAYS, today);
}

void list_print_age(const struct output *output, const struct network_list_info *info,
	int32_t max_age, int32_t today)
{
	static const enum output_style styles[] = { [NETWORK_LIST_FRESH] = OUTPUT_GOOD,
		[NETWORK_LIST_STALE] = OUTPUT_WARN, [NETWORK_LIST_TOO_OLD] = OUTPUT_BAD };
	enum network_list_freshness freshness = freshness_of(info, max_age, today);
	int32_t days = network_list_age(info, today);
	char text[DATE_TEXT_MAX];

	fprintf(output->out, "%s %s (%" PRId32 " day%s old", info->dates_itself ? "of" : "file of",
		date_format(date_from_time(info->timestamp), text), days, days == 1 ? "" : "s");
	if (max_age > 0)
		fprintf(output->out, ", max_age %" PRId32 "d", max_age);
	fputs("): ", output->out);
	output_style(output, styles[freshness]);
	fputs(network_list_freshness_name(freshness), output->out);
	if (freshness == NETWORK_LIST_TOO_OLD)
		fputs(", does not count", output->out);
	output_style(output, OUTPUT_PLAIN);
}

int list_print_age_json(json_t *object, const struct network_list_info *info, int32_t max_age,
	int32_t today)
{
	bool has_age = info->timestamp != 0;
	char text[DATE_TEXT_MAX];
	int status = output_json_set(object, "date", !has_age ? json_null()
		: json_string(date_format(date_from_time(info->timestamp), text)));

	status |= output_json_set(object, "date_from", !has_age ? json_null()
		: json_string(info->dates_itself ? "data" : "file"));
	status |= output_json_set(object, "age_days", !has_age ? json_null()
		: json_integer(network_list_age(info, today)));
	status |= output_json_set(object, "max_age_days", max_age == 0 ? json_null()
		: json_integer(max_age));
	status |= output_json_set(object, "state", !has_age ? json_null()
		: json_string(network_list_freshness_name(freshness_of(info, max_age, today))));
	return status;
}
