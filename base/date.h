/* base/date: calendar days (UTC) as a number, for dated list entries and rules that expire.
 *
 * Day 0 is 1970-01-01. Proleptic Gregorian; no time zone, no locale, no 2038.
 */
#ifndef DEPEER_BASE_DATE_H
#define DEPEER_BASE_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum { DATE_TEXT_MAX = 16 };
#define DATE_MIN INT32_MIN /* "since ever" */
#define DATE_MAX INT32_MAX /* "for ever" */

/* "YYYY-MM-DD", a real day; years 1900..9999. */
bool date_parse(struct str text, int32_t *day);
int32_t date_from_time(int64_t seconds); /* UTC seconds since 1970 */
/* "YYYY-MM-DD"; DATE_MIN and DATE_MAX are "ever" ("from ever", "for ever"). Returns out. */
const char *date_format(int32_t day, char out[DATE_TEXT_MAX]);
/* The Date: header of a mail (RFC 5322 section 3.3 with its obsolete zones); false when it is
 * not one, or when the zone is missing. A wrong weekday is not looked at; zones that nobody knows
 * are +0000, as the RFC says. *seconds is UTC. */
bool date_parse_rfc5322(struct str text, int64_t *seconds);

#endif
