/* rules/uri_detail: asks each link in turn.
 */
#include "rules/uri_detail.h"

enum { TEXT_MAX = FACT_URL_MAX };

static const char *const names[URI_DETAIL_KEYS] = {
	[URI_DETAIL_RAW] = "raw", [URI_DETAIL_TYPE] = "type", [URI_DETAIL_CLEANED] = "cleaned",
	[URI_DETAIL_TEXT] = "text", [URI_DETAIL_DOMAIN] = "domain", [URI_DETAIL_HOST] = "host",
};

enum uri_detail_key uri_detail_key(struct str name)
{
	unsigned key = 0;
	while (key < URI_DETAIL_KEYS && !str_equal(name, str_from(names[key])))
		key++;
	return (enum uri_detail_key)key;
}

/* The i-th text of a link under a key; false: it has no more. */
static bool text_of(const struct link *link, enum uri_detail_key key, size_t i, struct str *out)
{
	const size_t counts[URI_DETAIL_KEYS] = { [URI_DETAIL_RAW] = 1,
		[URI_DETAIL_TYPE] = LINK_TYPES, [URI_DETAIL_CLEANED] = link->cleaned_n,
		[URI_DETAIL_TEXT] = link->anchors_n, [URI_DETAIL_DOMAIN] = link->hosts_n,
		[URI_DETAIL_HOST] = link->hosts_n };
	if (i >= counts[key])
		return false;
	if (key == URI_DETAIL_RAW)
		*out = link->raw;
	else if (key == URI_DETAIL_TYPE)
		*out = link->types >> i & 1 ? str_from(link_type_name((unsigned)i)) :
			str_make(NULL, 0);
	else if (key == URI_DETAIL_CLEANED)
		*out = link->cleaned[i];
	else if (key == URI_DETAIL_TEXT)
		*out = link->anchors[i].text;
	else
		*out = key == URI_DETAIL_HOST ? link->hosts[i].host : link->hosts[i].domain;
	*out = str_slice(*out, 0, TEXT_MAX);
	return true;
}

/* Is there a text of this key for which the rule holds? */
static enum pattern_result ask_key(const struct uri_detail *rule, enum uri_detail_key key,
	const struct link *link, struct matcher *matcher)
{
	enum pattern_result found = PATTERN_NO;
	struct str text;
	for (size_t i = 0; text_of(link, key, i, &text); i++) {
		size_t start, end;
		if (key == URI_DETAIL_TYPE && !text.ptr)
			continue;
		enum pattern_result result = matcher_late(matcher) ? PATTERN_BUDGET :
			pattern_match(rule->keys[key].pattern, matcher, text, 0, &start, &end);
		if (result == PATTERN_MEMORY || (result <= PATTERN_YES &&
		    (result == PATTERN_YES) != rule->keys[key].negated))
			return result == PATTERN_MEMORY ? result : PATTERN_YES;
		if (result > PATTERN_YES)
			found = result;
	}
	return found;
}

/* All keys of one link; the first that does not hold decides. */
static enum pattern_result ask_link(const struct uri_detail *rule, const struct link *link,
	struct matcher *matcher)
{
	enum pattern_result found = PATTERN_YES;
	for (unsigned key = 0; key < URI_DETAIL_KEYS; key++) {
		if (!rule->keys[key].pattern)
			continue;
		enum pattern_result result = ask_key(rule, (enum uri_detail_key)key, link, matcher);
		if (result == PATTERN_NO || result == PATTERN_MEMORY)
			return result;
		if (result != PATTERN_YES)
			found = result;
	}
	return found;
}

int uri_detail_ask(const struct uri_detail *rule, const struct facts *facts,
	struct matcher *matcher, struct uri_detail_answer *out)
{
	*out = (struct uri_detail_answer){ .stopped = PATTERN_NO };
	for (size_t i = 0; i < facts->links_n && !out->hit; i++) {
		enum pattern_result result = ask_link(rule, &facts->links[i], matcher);
		if (result == PATTERN_MEMORY)
			return -1;
		out->hit = result == PATTERN_YES;
		if (out->hit)
			out->evidence = str_trim(facts->links[i].raw);
		else if (result != PATTERN_NO)
			out->stopped = result;
		if (result == PATTERN_BUDGET)
			break;
	}
	if (out->hit)
		out->stopped = PATTERN_NO;
	return 0;
}
