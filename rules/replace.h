/* rules/replace: replace_tag and its kin: names for parts of regexes.
 *
 * As SpamAssassin's ReplaceTags does it: in the rules named by replace_rules, <X> stands for the
 * text of tag X. <pre N>, <post N> and <inter N> are taken out, and their texts then stand before,
 * behind and between all tags of the regex. Tags may stand within tags, six deep.
 *
 * Eight regexes of the stock set are then larger than PCRE2 takes (64 KiB compiled); in these a tag
 * is written once, in a group that is defined and called. What the two forms match is the same;
 * the first is the faster one, and rules/literal can read it.
 */
#ifndef DEPEER_RULES_REPLACE_H
#define DEPEER_RULES_REPLACE_H

#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"

enum replace_kind { REPLACE_TAG, REPLACE_PRE, REPLACE_POST, REPLACE_INTER };
enum { REPLACE_DEPTH_MAX = 6, REPLACE_BYTES_MAX = 1024 * 1024 };

/* One line; the last one of a name counts. Slices must outlive the table. */
struct replace_entry {
	enum replace_kind kind;
	struct str name, text;
};
struct replace_table {
	struct replace_entry *entries;
	size_t n, capacity;
};
/* 0, or -1 when memory is spent. */
int replace_add(struct replace_table *table, struct arena *arena, struct replace_entry entry);

/* The regex with each tag written out, or (replace_called) as a call of a group. A tag that is not
 * in the table is left as it stands. ptr NULL: memory is spent, or it is over
 * REPLACE_BYTES_MAX. */
struct str replace_written(const struct replace_table *table, struct str regex,
	struct arena *arena);
struct str replace_called(const struct replace_table *table, struct str regex,
	struct arena *arena);

#endif
