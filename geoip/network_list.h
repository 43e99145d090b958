/* geoip/network_list: a named list of AS numbers and prefixes, with the place of every entry.
 *
 * Sources, told by content (depeer-rules(5)):
 *   words in the rule file:   AS64500  AS64510-AS64520  203.0.113.0/24  2001:db8::/32
 *   a text file:              one of those a line, '#' and ';' start a comment; a date range
 *                             (2006-11-17..2008-11-11, either side may be empty) may follow; the
 *                             rest of the line is a note. Spamhaus' old DROP text is of this form.
 *   NDJSON:                   Spamhaus DROP ({"cidr":...}) and ASN-DROP ({"asn":...}); a line with
 *                             "type":"metadata" gives timestamp and the number of records, which
 *                             must equal the lines read.
 *   CSV:                      a header line or none, quotes in some fields or none; the first field
 *                             that is an AS number ("AS1", or a number in a column named asn) or a
 *                             prefix, the next one is the note.
 *
 * A file says of when it is by that timestamp, or by "Last-Modified:" in a comment that begins with
 * it (Spamhaus' old DROP text has one).
 *
 * An NDJSON file without a metadata line is read with a warning: it may not be whole.
 * A list with a broken line is refused as a whole, all its findings with file:line:col; whoever
 * reloads then keeps the last good one. Duplicates are dropped and counted, not an error.
 * Refused: AS 0, negative, above 2^32-1, fractions, numbers in quotes in JSON, a file without any
 * entry, HTML instead of data (a fetcher's error page), prefixes with host bits set.
 *
 * Immutable once built; look-ups from many threads.
 */
#ifndef DEPEER_GEOIP_NETWORK_LIST_H
#define DEPEER_GEOIP_NETWORK_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/network.h"
#include "base/str.h"

struct network_list;

enum network_list_format {
	NETWORK_LIST_WORDS, NETWORK_LIST_TEXT, NETWORK_LIST_NDJSON, NETWORK_LIST_CSV
};

struct network_list_info {
	const char *name;
	const char *source;   /* the file, or the rule file the words stand in */
	enum network_list_format format;
	size_t entries, asns, prefixes; /* entries = asns (ranges count once) + prefixes */
	size_t duplicates;
	size_t dated;
	size_t files;
	int64_t timestamp;    /* of the data: what the file says of itself (see above), else its mtime;
	                       * of several files the oldest; 0 for words */
	bool dates_itself;    /* the file said it */
};

/* Age. Lists of bad networks are fetched, and fetchers die silently; networks change hands. A list
 * whose data is older than its max_age (depeer-rules(5)) answers no question: neither "on it" nor
 * "not on it" is known. Before that it is stale, which is only said: past half of max_age, or
 * where there is none, NETWORK_LIST_STALE_DAYS if it dates itself or is NDJSON (Spamhaus' change
 * daily; a month old one is forgotten, not late). A table of an admin's own without max_age, or a
 * list in which every entry has its days, does not go stale. */
enum network_list_freshness { NETWORK_LIST_FRESH, NETWORK_LIST_STALE, NETWORK_LIST_TOO_OLD };
enum { NETWORK_LIST_STALE_DAYS = 30 };
const char *network_list_freshness_name(enum network_list_freshness freshness);

/* Days between the data's and `day`; 0 when the data is the younger. -1: words, which have none. */
int32_t network_list_age(const struct network_list_info *info, int32_t day);
/* The last day that a list of that max_age (days; 0: none) counts for; DATE_MAX: for ever. */
int32_t network_list_last_day(const struct network_list_info *info, int32_t max_age);
/* On that day; `stale_days` is NETWORK_LIST_STALE_DAYS, or 0: without max_age never stale. */
enum network_list_freshness network_list_freshness(const struct network_list_info *info,
	int32_t max_age, int32_t stale_days, int32_t day);

/* One word of the list's definition, with its place in the rule file. */
struct network_list_word {
	struct str text;
	struct place place;
};

/* Whether a word is a file: one that holds a '/' or a '.' and is no prefix, or ends in .json .list
 * .txt .csv .netset. Its path is relative to `directory` (that of the rule file); it is added to
 * *path unless that is NULL. */
bool network_list_word_file(struct str word, const char *directory, struct buf *path);
/* Builds a list of the given words; files and entries may be mixed. NULL when anything was wrong:
 * everything found is in `diags`. Free with network_list_free(&list). */
struct network_list *network_list_load(const char *name, const struct network_list_word *words,
	size_t words_n, const char *directory, struct diags *diags);
/* One file or memory image of one; for tools and tests. */
struct network_list *network_list_parse(const char *name, const char *file, struct str text,
	struct diags *diags);
/* One owner more of the same list (counted atomically); network_list_free() gives one back.
 * Returns list. */
struct network_list *network_list_hold(struct network_list *list);
void network_list_free(struct network_list **list);
const struct network_list_info *network_list_info(const struct network_list *list);
/* Whether an entry by AS number counts on that day: then "not on the list" cannot be said of an
 * address whose AS number is unknown. */
bool network_list_has_asns(const struct network_list *list, int32_t day);

/* As a day: entries match whatever their dates, for showing what counts on another day. */
#define NETWORK_LIST_ANY_DAY (INT32_MAX - 1)

/* Adds to network->listings, under the number `index`, the most specific entry that covers the
 * address on that day; else the entry that names its AS number, when that is known. Undated
 * entries always count. */
void network_list_match(const struct network_list *list, uint32_t index, int32_t day,
	struct network *network);

/* What a new list changes. Entries are the same when they cover the same and count for the same
 * days; a note that changed is no change. Listings live as long as their lists. */
enum { NETWORK_LIST_CHANGES_SHOWN = 5 };
struct network_list_changes {
	size_t added, removed, kept;
	/* the first of them, by AS number, then by address */
	const struct network_listing *first_added[NETWORK_LIST_CHANGES_SHOWN];
	const struct network_listing *first_removed[NETWORK_LIST_CHANGES_SHOWN];
};
/* `from` may be NULL: nothing. 0, or -1 when memory is spent. */
int network_list_compare(const struct network_list *from, const struct network_list *to,
	struct network_list_changes *out);

#endif
