/* rules/checks_freemail: addresses of freemail_domains: where the mail comes from, and where the
 * answer would go.
 *
 * Semantics of SpamAssassin 4.0.1 (Plugin/FreeMail.pm) with its default settings.
 */
#include <string.h>

#include "rules/checks.h"
#include "rules/checks_text.h"
#include "rules/pattern.h"

enum { BODY_MAX = 5, BODY_FREE_MAX = 3, LOCAL_MAX = 64 }; /* more: a list of addresses */

static bool hex_run(struct str text, size_t at, size_t n)
{
	for (size_t i = at; i < at + n; i++)
		if (i >= text.len || (!ascii_digit(text.ptr[i]) &&
		    !(ascii_lower(text.ptr[i]) >= 'a' && ascii_lower(text.ptr[i]) <= 'f')))
			return false;
	return true;
}

static size_t count_byte(struct str text, char byte)
{
	size_t n = 0;
	for (size_t i = 0; i < text.len; i++)
		n += text.ptr[i] == byte;
	return n;
}

/* Local parts that stand for a role or a list program, not for a person. */
static bool no_person(struct str local)
{
	static const char *const roles[] = { "abuse", "support", "sales", "info", "helpdesk",
		"contact", "kontakt", "postmaster", "hostmaster", "domainmaster", "undisclosed*",
		"bounce-", "bounced-", "?*=?*=?*" };
	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
		if (checks_glob(str_from(roles[i]), local))
			return true;
	if (str_starts_nocase(local, STR("request-")))
		return local.len == 24 && hex_run(local, 8, 16);
	if (!hex_run(local, 0, 8))
		return false;
	return local.len == 8 || (local.len == 17 && local.ptr[8] == '.' && hex_run(local, 9, 8)) ||
		(local.len == 36 && hex_run(local, 9, 4) && hex_run(local, 24, 12) &&
		 count_byte(local, '-') == 4);
}

static bool wildcard_domain(const struct values *values, struct str domain)
{
	for (size_t i = 0; values && i < values->n; i++)
		if ((str_find_byte(values->items[i], '*') != SIZE_MAX ||
		    str_find_byte(values->items[i], '?') != SIZE_MAX) &&
		    count_byte(values->items[i], '.') == count_byte(domain, '.') &&
		    checks_glob(values->items[i], domain))
			return true;
	return false;
}

static bool is_freemail(const struct check_context *context, struct str address)
{
	const struct values *domains = values_find(context->set, "freemail_domains", STR(""));
	const struct values *not = values_find(context->set, "freemail_welcomelist", STR(""));
	size_t at = address.len;
	while (at > 0 && address.ptr[at - 1] != '@')
		at--;
	struct str domain = str_slice(address, at, address.len);
	struct str local = str_slice(address, 0, str_find_byte(address, '@'));
	if (!address.len || values_have(not, address) || values_have(not, domain) ||
	    (at && no_person(local)))
		return false;
	return values_have(domains, domain) || (at && wildcard_domain(domains, domain));
}

/* Does the regex of argument n match? None: it does. 0 or -1. */
static int regex_matches(const struct check_context *context, struct str regex,
	struct str address, bool *matches)
{
	struct pattern_error error;
	size_t start, end;
	*matches = true;
	if (!regex.len)
		return 0;
	struct pattern *pattern = pattern_compile(regex, STR("i"), false, &error);
	if (!pattern) {
		*matches = false;
		return 0;
	}
	enum pattern_result result =
		pattern_match(pattern, context->matcher, address, 0, &start, &end);
	pattern_free(&pattern);
	*matches = result == PATTERN_YES;
	return result == PATTERN_MEMORY ? -1 : 0;
}

static int any_freemail(const struct check_context *context, const struct checks_list *list,
	struct str regex, struct check_answer *out)
{
	for (size_t i = 0; i < list->n; i++) {
		bool matches;
		if (!is_freemail(context, list->items[i]))
			continue;
		if (regex_matches(context, regex, list->items[i], &matches))
			return -1;
		if (matches)
			return checks_hit(out, true, list->items[i]);
	}
	return 0;
}

int check_freemail_from(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	struct checks_list list;
	if (checks_senders(context, &list))
		return -1;
	return any_freemail(context, &list, checks_argument(call, 0), out);
}

static int header_addresses(const struct check_context *context, struct str header,
	struct checks_list *out)
{
	struct buf name = { .arena = context->arena };
	buf_add_str(&name, header);
	if (!str_equal_nocase(header, STR("EnvelopeFrom")) && !checks_ends(header, STR(":addr")))
		buf_add_cstr(&name, ":addr");
	const char *text = buf_cstr(&name);
	return name.failed ? -1 : checks_addresses(context, text, out);
}

int check_freemail_header(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	struct checks_list list;
	if (header_addresses(context, checks_argument(call, 0), &list))
		return -1;
	return any_freemail(context, &list, checks_argument(call, 1), out);
}

static bool local_byte(char c)
{
	return ascii_alpha(c) || ascii_digit(c) || (c && strchr("!#$%&'*+/=?^_`{|}~-.", c));
}

static bool host_byte(char c)
{
	return ascii_alpha(c) || ascii_digit(c) || c == '-' || c == '.';
}

/* What stands around the '@' at `at`, if it is an address under a known top-level domain. */
static struct str address_around(const struct check_context *context, struct str text, size_t at)
{
	size_t from = at, to = at + 1;
	while (from > 0 && at - from < LOCAL_MAX && local_byte(text.ptr[from - 1]))
		from--;
	while (from < at && text.ptr[from] == '.')
		from++;
	while (to < text.len && host_byte(text.ptr[to]))
		to++;
	struct str host = str_slice(text, at + 1, to);
	while (host.len && !checks_known_tld(context, host)) {
		size_t end = host.len;
		while (end > 0 && host.ptr[end - 1] != '.')
			end--;
		host.len = end ? end - 1 : 0;
	}
	bool good = from < at && text.ptr[at - 1] != '.' && str_find_byte(host, '.') != SIZE_MAX;
	return good ? str_slice(text, from, at + 1 + host.len) : STR("");
}

/* "<a@b>" and "a@b wrote:" cite somebody; a link holds what it holds. */
static bool cited(struct str text, struct str address)
{
	size_t from = (size_t)(address.ptr - text.ptr), end = from + address.len, word = from;
	if (end < text.len && text.ptr[end] == '>')
		return true;
	while (word > 0 && !ascii_space(text.ptr[word - 1]))
		word--;
	struct str before = str_slice(text, word, end); /* a local part may begin with "//" */
	if (str_find_nocase(before, STR("http://")) != SIZE_MAX ||
	    str_find_nocase(before, STR("https://")) != SIZE_MAX)
		return true;
	struct str after = str_slice(text, end, text.len), next;
	if (!after.len || !ascii_space(after.ptr[0]) || !checks_word(&after, &next))
		return false;
	size_t colon = str_find_byte(next, ':');
	for (size_t i = 0; colon != SIZE_MAX && i < colon; i++)
		if (!ascii_alpha(next.ptr[i]))
			return false;
	static const char *const media[] = { "fax", "facsi", "tel", "phone", "mail", "email",
		"e-mail" };
	for (size_t i = 0; i < sizeof media / sizeof *media; i++)
		if (str_starts_nocase(next, str_from(media[i])))
			return false;
	return colon != SIZE_MAX && colon >= 2 && colon <= 11;
}

struct found {
	struct str all[BODY_MAX], free[BODY_FREE_MAX];
	size_t all_n, free_n;
	bool too_many;
};

static void add_found(const struct check_context *context, struct str address,
	struct found *found)
{
	for (size_t i = 0; i < found->all_n; i++)
		if (str_equal_nocase(found->all[i], address))
			return;
	found->all[found->all_n++] = address;
	if (is_freemail(context, address))
		found->free[found->free_n++] = address;
	found->too_many = found->all_n == BODY_MAX || found->free_n == BODY_FREE_MAX;
}

/* Addresses of the links that the text does not show, then of the text: what it cites is not meant,
 * be there a link, too. */
static void find_in_body(const struct check_context *context, struct found *found)
{
	const struct facts *facts = context->facts;
	for (size_t i = 0; i < facts->links_n && !found->too_many; i++) {
		struct str link = facts->links[i].raw;
		size_t at = str_find_byte(link, '@');
		if (at == SIZE_MAX || !str_starts_nocase(link, STR("mailto:")) ||
		    !(facts->links[i].types & LINK_A) || (facts->links[i].types & LINK_PARSED))
			continue;
		struct str address = address_around(context, link, at);
		if (address.len && address.ptr == link.ptr + strlen("mailto:"))
			add_found(context, address, found);
	}
	for (size_t i = 0; i < facts->body_n; i++) {
		struct str text = facts->body[i];
		for (size_t at = 0; at < text.len && !found->too_many; at++) {
			if (text.ptr[at] != '@')
				continue;
			struct str address = address_around(context, text, at);
			if (address.len && !cited(text, address))
				add_found(context, address, found);
		}
	}
	if (found->too_many)
		found->free_n = 0;
}

int check_freemail_body(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	struct found found = { .all_n = 0 };
	find_in_body(context, &found);
	struct checks_list list = { found.free, found.free_n };
	return any_freemail(context, &list, checks_argument(call, 0), out);
}

/* Mailing lists and bounces are to be answered elsewhere by their nature. */
static bool bulk_sender(struct str sender)
{
	static const char *const forms[] = { "postmaster", "hostmaster", "domainmaster",
		"double-bounce*", "sentto-?*", "owner-?*", "return-?*", "bounce-?*", "bounced-?*",
		"grbounce-?*", "grbounced-?*", "*-request", "*-bounce", "*-bounces", "*-admin",
		"*-owner", "*noreply", "*no?reply", "*no?replies", "*noreplies", "?*=?*" };
	struct str local = str_slice(sender, 0, str_find_byte(sender, '@'));
	for (size_t i = 0; local.len < sender.len && i < sizeof forms / sizeof *forms; i++)
		if (checks_glob(str_from(forms[i]), local))
			return true;
	return false;
}

static bool any_is(const struct check_context *context, const struct checks_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		if (is_freemail(context, list->items[i]))
			return true;
	return false;
}

static bool overlap(const struct checks_list *a, const struct checks_list *b)
{
	for (size_t i = 0; i < a->n; i++)
		for (size_t k = 0; k < b->n; k++)
			if (str_equal_nocase(a->items[i], b->items[k]))
				return true;
	return false;
}

int check_freemail_replyto(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	struct checks_list from, reply;
	struct found found = { .all_n = 0 };
	bool either = str_equal(checks_argument(call, 0), STR("reply"));
	if (checks_addresses(context, "From:addr", &from) ||
	    checks_addresses(context, "Reply-To:addr", &reply))
		return -1;
	if (bulk_sender(context->facts->mail_from))
		return 0;
	bool from_free = any_is(context, &from), reply_free = any_is(context, &reply);
	if (from_free && reply_free && !overlap(&from, &reply))
		return checks_hit(out, true, reply.items[0]);
	bool asks = either ? (!reply.n || reply_free) && from_free : reply_free;
	if (!asks)
		return 0;
	const struct checks_list *answer = !either || reply_free ? &reply : &from;
	find_in_body(context, &found);
	for (size_t i = 0; i < found.free_n; i++)
		for (size_t k = 0; k < answer->n; k++)
			if (!str_equal_nocase(found.free[i], answer->items[k]))
				return checks_hit(out, true, found.free[i]);
	return 0;
}
