/* rules/checks_uri: checks of the links.
 *
 * Semantics of SpamAssassin 4.0.1 (Plugin/URIEval.pm), but for check_url_disguise, our own.
 */
#include "base/disguise.h"
#include "rules/checks.h"
#include "rules/checks_text.h"

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

static unsigned disguises_of(const struct check_call *call)
{
	unsigned bits = 0;

	for (size_t i = 0; i < call->args_n; i++)
		for (unsigned k = 0; k < DISGUISES; k++)
			if (str_equal(call->args[i], str_from(disguise_name(k))))
				bits |= 1u << k;
	return bits;
}

int check_url_disguise(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	const struct facts *facts = context->facts;
	unsigned bits = disguises_of(call);

	for (size_t i = 0; i < facts->urls_n; i++) {
		if (!(facts->urls[i].disguise & bits))
			continue;
		if (out->value == 0)
			out->evidence = facts->urls[i].raw;
		out->value += 1;
	}
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
	for (size_t i = 0; i < facts->uris_n; i++) {
		struct str url = str_slice(facts->uris[i], 0, FACT_URL_MAX);
		bool found;
		if (redirects(context, url, &found))
			return -1;
		if (found)
			return checks_hit(out, true, url);
	}
	return 0;
}
