/* rules/set: the records of a ruleset, found by name.
 */
#include "rules/set.h"

#include <stdlib.h>
#include <string.h>

static const char *const kind_names[RULE_KINDS] = {
	[RULE_HEADER] = "header", [RULE_BODY] = "body", [RULE_RAWBODY] = "rawbody",
	[RULE_URI] = "uri", [RULE_FULL] = "full",
	[RULE_MIMEHEADER] = "mimeheader",
	[RULE_META] = "meta", [RULE_NETWORK] = "network", [RULE_FLUX] = "flux",
	[RULE_ASKDNS] = "askdns",
	[RULE_URI_DETAIL] = "uri_detail",
};

const char *rule_kind_name(enum rule_kind kind)
{
	return kind_names[kind];
}

/* FNV-1a, 64 bits */
static size_t hash(struct str name)
{
	uint64_t h = 0xcbf29ce484222325u;
	for (size_t i = 0; i < name.len; i++)
		h = (h ^ (unsigned char)name.ptr[i]) * 0x100000001b3u;
	return (size_t)(h ^ h >> 32);
}

/* The slot that holds the name, or the free one where it belongs. */
static size_t slot_of(const struct ruleset *set, struct str name)
{
	size_t at = hash(name) & (set->slots_n - 1);
	while (set->slots[at] && !str_equal(str_from(set->rules[set->slots[at] - 1].name), name))
		at = (at + 1) & (set->slots_n - 1);
	return at;
}

size_t set_find(const struct ruleset *set, struct str name)
{
	size_t slot = set->slots_n ? slot_of(set, name) : 0;
	return set->slots_n && set->slots[slot] ? set->slots[slot] - 1 : SIZE_MAX;
}

int set_rehash(struct ruleset *set)
{
	size_t n = 64;
	while (n < set->rules_capacity * 2)
		n *= 2;
	if (n != set->slots_n) {
		set->slots = ARENA_ARRAY(set->arena, size_t, n);
		if (!set->slots)
			return -1;
		set->slots_n = n;
	}
	memset(set->slots, 0, n * sizeof *set->slots);
	for (size_t i = 0; i < set->rules_n; i++)
		set->slots[slot_of(set, str_from(set->rules[i].name))] = i + 1;
	return 0;
}

static int grow(struct ruleset *set)
{
	size_t capacity_before = set->rules_capacity;
	size_t capacity = capacity_before ? capacity_before * 2 : 64;
	struct rule *rules = arena_resize(set->arena, set->rules,
		set->rules_capacity * sizeof *rules, capacity * sizeof *rules);
	if (!rules)
		return -1;
	set->rules = rules;
	set->rules_capacity = capacity;
	if (set_rehash(set) == 0)
		return 0;
	set->rules_capacity = capacity_before; /* the next rule must not think that it has a slot */
	return -1;
}

struct rule *set_rule(struct ruleset *set, struct str name)
{
	size_t index = set_find(set, name);
	if (index != SIZE_MAX)
		return &set->rules[index];
	if (set->rules_n == set->rules_capacity && grow(set))
		return NULL;
	char *copy = arena_dup(set->arena, name);
	if (!copy)
		return NULL;
	struct rule *rule = &set->rules[set->rules_n++];
	*rule = (struct rule){ .name = copy };
	set->slots[slot_of(set, name)] = set->rules_n;
	return rule;
}

int set_keep_pattern(struct ruleset *set, struct pattern *pattern)
{
	struct set_pattern *link = ARENA_NEW(set->arena, struct set_pattern);
	if (!link) {
		pattern_free(&pattern);
		return -1;
	}
	*link = (struct set_pattern){ pattern, set->patterns };
	set->patterns = link;
	return 0;
}
