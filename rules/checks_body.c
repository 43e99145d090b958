/* rules/checks_body: checks of the text and the links.
 *
 * Semantics of SpamAssassin 4.0.1 (Plugin/BodyEval.pm, URIEval.pm).
 */
#include "rules/checks.h"
#include "rules/checks_text.h"

/* How many blanks a line has for each hundred other bytes, at most: a text written downwards, or
 * one letter at a time, has many. */
int check_vertical_words(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	const struct facts *facts = context->facts;
	double most = -1, max = checks_number(call, 1, 101);
	size_t where = 0;
	for (size_t i = 0; i < facts->body_n; i++) {
		struct str line = facts->body[i];
		size_t spaces = 0, others = 1; /* SpamAssassin's strings end with a line feed */
		for (size_t k = 0; k < line.len; k++)
			*(line.ptr[k] == ' ' ? &spaces : &others) += 1;
		if (line.len + 1 <= 5)
			continue;
		size_t percent = spaces > others ? 100 : 100 * spaces / others;
		if ((double)percent > most)
			most = (double)percent, where = i;
	}
	bool hit = most >= checks_number(call, 0, 0) && most < (max >= 100 ? 101 : max);
	return checks_hit(out, hit, most < 0 ? STR("") : facts->body[where]);
}

int check_truncated(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	const struct facts *facts = context->facts;
	(void)call;
	for (size_t i = 0; i < facts->urls_n; i++)
		if (facts->urls[i].raw.len > FACT_URL_MAX)
			return checks_hit(out, true, facts->urls[i].raw);
	return 0;
}

/* The host behind the scheme at `at`, without port. */
static struct str host_at(struct str url, size_t at)
{
	while (at < url.len && url.ptr[at] == '/')
		at++;
	size_t end = at;
	while (end < url.len && url.ptr[end] != '/' && url.ptr[end] != ':' && url.ptr[end] != '?')
		end++;
	return str_slice(url, at, end);
}

/* "http" or "https" and a colon at `at`: the offset behind it, or 0. */
static size_t scheme_at(struct str url, size_t at)
{
	struct str rest = str_slice(url, at, url.len);
	return str_starts_nocase(rest, STR("http:")) ? at + 5 :
		str_starts_nocase(rest, STR("https:")) ? at + 6 : 0;
}

static int redirects(const struct check_context *context, struct str url, bool *out)
{
	size_t behind = scheme_at(url, 0);
	*out = false;
	for (size_t at = behind; behind && at < url.len; at++) {
		size_t inner = scheme_at(url, at);
		struct str from, to;
		if (!inner || inner == url.len)
			continue;
		if (checks_domain(context, host_at(url, behind), &from) ||
		    checks_domain(context, host_at(url, inner), &to))
			return -1;
		if (to.len && !str_equal(from, to)) {
			*out = true;
			return 0;
		}
		behind = inner;
	}
	return 0;
}

int check_redirector(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	const struct facts *facts = context->facts;
	(void)call;
	for (size_t i = 0; i < facts->urls_n; i++) {
		struct str url = str_slice(facts->urls[i].url, 0, FACT_URL_MAX);
		bool found;
		if (redirects(context, url, &found))
			return -1;
		if (found)
			return checks_hit(out, true, url);
	}
	return 0;
}
