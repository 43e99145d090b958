/* tool/list_print: of when a network list is and whether it counts, for lists and lookup. */
#ifndef DEPEER_TOOL_LIST_PRINT_H
#define DEPEER_TOOL_LIST_PRINT_H

#include "geoip/network_list.h"
#include "tool/output.h"

/* "of 2026-11-01 (24 days old, max_age 30d): stale"; "file of ..." when that is the file's time.
 * For a list that has a date. No newline. */
void list_print_age(const struct output *output, const struct network_list_info *info,
	int32_t max_age, int32_t today);
/* Adds date, date_from, age_days, max_age_days and state; null where there is none. 0 or -1. */
int list_print_age_json(json_t *object, const struct network_list_info *info, int32_t max_age,
	int32_t today);

#endif
