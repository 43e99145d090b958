/* dns/answer: see answer.h. */
#include "dns/answer.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	enum dns_type type;
	const char *name;
} types[] = {
	{ DNS_A, "A" }, { DNS_AAAA, "AAAA" }, { DNS_NS, "NS" }, { DNS_MX, "MX" }, { DNS_TXT, "TXT" },
	{ DNS_PTR, "PTR" },
};
enum { TYPES = sizeof(types) / sizeof(types[0]) };

const char *dns_status_name(enum dns_status status)
{
	static const char *const names[DNS_STATUSES] = {
		[DNS_FOUND] = "found", [DNS_NXDOMAIN] = "nxdomain", [DNS_NODATA] = "nodata",
		[DNS_PENDING] = "pending", [DNS_SERVFAIL] = "servfail", [DNS_REFUSED] = "refused",
		[DNS_TIMEOUT] = "timeout", [DNS_OVER_BUDGET] = "over-budget",
		[DNS_BAD_NAME] = "bad-name",
	};

	return names[status];
}

const char *dns_type_name(enum dns_type type)
{
	for (size_t i = 0; i < TYPES; i++)
		if (types[i].type == type)
			return types[i].name;
	return NULL;
}

bool dns_type_parse(struct str text, enum dns_type *type)
{
	for (size_t i = 0; i < TYPES; i++)
		if (str_equal_nocase(text, str_from(types[i].name))) {
			*type = types[i].type;
			return true;
		}
	return false;
}

static struct str take(char **at, struct str text)
{
	struct str copy = str_make(*at, text.len);

	if (text.len > 0)
		memcpy(*at, text.ptr, text.len);
	(*at)[text.len] = '\0';
	*at += text.len + 1;
	return copy;
}

struct dns_answer *dns_answer_copy(const struct dns_answer *answer, size_t *size)
{
	size_t n = answer->n < DNS_RECORDS_MAX ? answer->n : DNS_RECORDS_MAX, kept = 0;
	size_t texts = answer->name.len + answer->canonical.len + 2;
	uint32_t most = answer->status == DNS_FOUND ? DNS_TTL_MAX : DNS_NEGATIVE_TTL_MAX;
	struct dns_record *records;
	struct dns_answer *copy;
	char *at;

	while (kept < n && texts + answer->records[kept].text.len < DNS_TEXT_MAX)
		texts += answer->records[kept++].text.len + 1;
	*size = sizeof(*copy) + kept * sizeof(*records) + texts;
	copy = malloc(*size);
	if (copy == NULL)
		return NULL;
	records = (struct dns_record *)(void *)(copy + 1);
	at = (char *)(records + kept);
	*copy = *answer;
	copy->name = take(&at, answer->name);
	copy->canonical = take(&at, answer->canonical);
	for (size_t i = 0; i < kept; i++) {
		records[i] = answer->records[i];
		records[i].text = take(&at, answer->records[i].text);
	}
	copy->records = records;
	copy->n = kept;
	copy->dropped += answer->n - kept;
	if (copy->ttl < DNS_TTL_MIN)
		copy->ttl = DNS_TTL_MIN;
	if (copy->ttl > most)
		copy->ttl = most;
	return copy;
}
