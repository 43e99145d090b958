/* rules/checks_text: the tools of the checks.
 */
#include "rules/checks_text.h"

#include <stdlib.h>
#include <string.h>

#include "rules/view.h"

enum { WILDCARD_MAX = 255, ADDRESSES_MAX = 1000, NUMBER_MAX = 40,
	HEADERS_MAX = 16 }; /* that hold senders, or recipients */

int checks_header(const struct check_context *context, const char *name, struct str *out)
{
	struct view view;
	struct view_texts texts;
	size_t at;
	*out = STR("");
	if (view_read_header(str_from(name), &view, &at))
		return 0;
	if (view_texts(&view, context->set, context->facts, context->arena, &texts))
		return -1;
	if (texts.n)
		*out = texts.items[0];
	return 0;
}

int checks_folded(const struct check_context *context, const char *name, struct str *out)
{
	struct str text;
	struct buf folded = { .arena = context->arena };
	if (checks_header(context, name, &text))
		return -1;
	for (size_t i = 0; i < text.len; i++) {
		if (!ascii_space(text.ptr[i]))
			buf_add_byte(&folded, text.ptr[i]);
		else if (i == 0 || !ascii_space(text.ptr[i - 1]))
			buf_add_byte(&folded, ' ');
	}
	*out = buf_str(&folded);
	return folded.failed ? -1 : 0;
}

int checks_addresses(const struct check_context *context, const char *name,
	struct checks_list *out)
{
	struct str text;
	*out = (struct checks_list){ NULL, 0 };
	if (checks_header(context, name, &text))
		return -1;
	size_t lines = 1;
	for (size_t i = 0; i < text.len; i++)
		lines += text.ptr[i] == '\n';
	struct str *items = ARENA_ARRAY(context->arena, struct str, lines);
	if (!items)
		return -1;
	while (text.len) {
		size_t end = str_find_byte(text, '\n');
		struct str line = str_trim(str_slice(text, 0, end));
		if (line.len)
			items[out->n++] = line;
		text = end == SIZE_MAX ? STR("") : str_slice(text, end + 1, text.len);
	}
	out->items = items;
	return 0;
}

int checks_address(const struct check_context *context, const char *name, struct str *out)
{
	struct checks_list list;
	if (checks_addresses(context, name, &list))
		return -1;
	*out = list.n ? list.items[0] : STR("");
	return 0;
}

static bool seen(const struct str *items, size_t n, struct str item)
{
	for (size_t i = 0; i < n; i++)
		if (str_equal(items[i], item))
			return true;
	return false;
}

/* All addresses of these headers, each once; at most ADDRESSES_MAX. Room for those that there are:
 * a set of rules asks this a hundred times of a mail. */
static int gather(const struct check_context *context, const char *const *names,
	struct checks_list *out)
{
	struct checks_list lists[HEADERS_MAX];
	size_t lists_n = 0, room = 0, n = 0;
	struct str *items;

	for (; lists_n < HEADERS_MAX && names[lists_n]; lists_n++) {
		if (checks_addresses(context, names[lists_n], &lists[lists_n]))
			return -1;
		room += lists[lists_n].n;
	}
	items = ARENA_ARRAY(context->arena, struct str, room < ADDRESSES_MAX ? room : ADDRESSES_MAX);
	if (!items)
		return -1;
	for (size_t k = 0; k < lists_n; k++)
		for (size_t i = 0; i < lists[k].n && n < ADDRESSES_MAX; i++)
			if (!seen(items, n, lists[k].items[i]))
				items[n++] = lists[k].items[i];
	*out = (struct checks_list){ items, n };
	return 0;
}

int checks_senders(const struct check_context *context, struct checks_list *out)
{
	static const char *const resent[] = { "Resent-From:first:addr", NULL };
	static const char *const names[] = { "From:addr", "Envelope-Sender:addr",
		"Resent-Sender:addr", "X-Envelope-From:addr", "EnvelopeFrom", NULL };
	if (gather(context, resent, out))
		return -1;
	return out->n ? 0 : gather(context, names, out);
}

int checks_recipients(const struct check_context *context, struct checks_list *out)
{
	static const char *const resent[] = { "Resent-To:first:addr", "Resent-Cc:first:addr", NULL };
	static const char *const names[] = { "To:addr", "Apparently-To:addr", "Delivered-To:addr",
		"Envelope-Recipients:addr", "Apparently-Resent-To:addr", "X-Envelope-To:addr",
		"Envelope-To:addr", "X-Delivered-To:addr", "X-Original-To:addr", "X-Rcpt-To:addr",
		"X-Real-To:addr", "Cc:addr", NULL };
	const struct facts *facts = context->facts;
	if (gather(context, resent, out))
		return -1;
	if (out->n)
		return 0;
	if (gather(context, names, out))
		return -1;
	/* SpamAssassin guesses the envelope's recipients from "for <a@b>" in Received; a milter
	 * knows them. */
	struct str *all = ARENA_ARRAY(context->arena, struct str, out->n + facts->recipients_n + 1);
	if (!all)
		return -1;
	size_t n = 0;
	for (size_t i = 0; i < facts->recipients_n; i++)
		all[n++] = facts->recipients[i];
	for (size_t i = 0; i < out->n; i++)
		all[n++] = out->items[i];
	*out = (struct checks_list){ all, n };
	return 0;
}

static bool stands_for(char wildcard, char c)
{
	switch (wildcard) {
	case '#': return ascii_digit(c);
	case '$': return ascii_digit(c) || c == '.' || c == ':' || (c >= 'a' && c <= 'f') ||
		(c >= 'A' && c <= 'F');
	case '~': return c != '\n';
	default: return !ascii_space(c);
	}
}

static bool like_at(struct str text, size_t at, const char *like)
{
	for (; *like; like++) {
		if (!strchr("*+#$~", *like)) {
			if (at >= text.len || text.ptr[at] != *like)
				return false;
			at++;
			continue;
		}
		size_t least = *like == '*' || *like == '~' ? 0 : 1, n = 0;
		while (n < WILDCARD_MAX && at + n < text.len && stands_for(*like, text.ptr[at + n]))
			n++;
		if (n < least)
			return false;
		for (size_t took = n + 1; took-- > least;)
			if (like_at(text, at + took, like + 1))
				return true;
		return false;
	}
	return true;
}

bool checks_begins_like(struct str text, const char *like)
{
	return like_at(text, 0, like);
}

bool checks_like(struct str text, const char *like)
{
	for (size_t at = 0; at < text.len; at++)
		if (like_at(text, at, like))
			return true;
	return false;
}

/* What stands behind the last '*' is the end of the text. Most entries of a list of addresses
 * differ there, within a few bytes of a domain. */
static bool ends_alike(struct str pattern, struct str text)
{
	while (pattern.len && pattern.ptr[pattern.len - 1] != '*') {
		char c = pattern.ptr[--pattern.len];
		if (!text.len || (c != '?' && ascii_lower(c) != ascii_lower(text.ptr[text.len - 1])))
			return false;
		text.len--;
	}
	return pattern.len || !text.len;
}

/* Linear but for the last '*': goes back to it alone. */
bool checks_glob(struct str pattern, struct str text)
{
	size_t p = 0, t = 0, star = SIZE_MAX, from = 0;
	if (!ends_alike(pattern, text))
		return false;
	while (t < text.len) {
		if (p < pattern.len && pattern.ptr[p] == '*') {
			star = p++;
			from = t;
		} else if (p < pattern.len && (pattern.ptr[p] == '?' ||
		    ascii_lower(pattern.ptr[p]) == ascii_lower(text.ptr[t]))) {
			p++, t++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			t = ++from;
		} else {
			return false;
		}
	}
	while (p < pattern.len && pattern.ptr[p] == '*')
		p++;
	return p == pattern.len;
}

bool checks_in_list(const struct values *values, struct str address)
{
	for (size_t i = 0; values && i < values->n; i++)
		if (checks_glob(values->items[i], address))
			return true;
	return false;
}

bool checks_word(struct str *rest, struct str *word)
{
	*rest = str_trim(*rest);
	size_t n = 0;
	while (n < rest->len && !ascii_space(rest->ptr[n]))
		n++;
	*word = str_slice(*rest, 0, n);
	*rest = str_slice(*rest, n, rest->len);
	return n > 0;
}

struct str checks_argument(const struct check_call *call, size_t n)
{
	return n < call->args_n ? call->args[n] : STR("");
}

double checks_number(const struct check_call *call, size_t n, double otherwise)
{
	struct str text = checks_argument(call, n);
	char digits[NUMBER_MAX];
	if (!text.len || text.len >= sizeof digits || str_equal(text, STR("undef")))
		return otherwise;
	memcpy(digits, text.ptr, text.len);
	digits[text.len] = '\0';
	return strtod(digits, NULL);
}

bool checks_word_byte(char c)
{
	return ascii_alpha(c) || ascii_digit(c) || c == '_';
}

bool checks_ends(struct str text, struct str end)
{
	return text.len >= end.len &&
		str_equal_nocase(str_slice(text, text.len - end.len, text.len), end);
}

/* The part of `host` from its n-th last label on. */
static struct str tail(struct str host, size_t labels)
{
	size_t at = host.len;
	while (at > 0) {
		if (host.ptr[at - 1] == '.' && --labels == 0)
			break;
		at--;
	}
	return str_slice(host, at, host.len);
}

/* States under .us, where names are registered one label deeper (RFC 1480). */
static bool us_state(struct str label)
{
	static const char states[] = "akalarazcacoctdcdeflgaguhiiaidilinkskylamamdmemimnmomsmtnc"
		"ndnenhnjnmnvnyohokorpaprriscsdtntxutvavtwawiwvwy";
	for (size_t i = 0; label.len == 2 && i + 2 < sizeof states; i += 2)
		if (!memcmp(states + i, label.ptr, 2))
			return true;
	return false;
}

static bool suffix(const struct check_context *context, struct str text, size_t labels)
{
	static const char *const lists[] = { NULL, NULL, "util_rb_2tld", "util_rb_3tld" };
	if (labels >= 3 && checks_ends(text, STR(".us"))) {
		struct str state = tail(text, 2);
		state = str_slice(state, 0, state.len - 3);
		bool local = labels == 3 || checks_begins_like(text, "pvt.k12.") ||
			checks_begins_like(text, "ci.") || checks_begins_like(text, "co.");
		return local && us_state(state);
	}
	return labels < 4 && values_have(values_find(context->set, lists[labels], STR("")), text);
}

int checks_domain(const struct check_context *context, struct str host, struct str *out)
{
	struct buf text = { .arena = context->arena };
	size_t labels = 1;
	for (size_t i = 0; i < host.len; i++) {
		bool dot = host.ptr[i] == '.';
		if (dot && (!text.len || i + 1 == host.len || host.ptr[i + 1] == '.'))
			continue;
		labels += dot;
		buf_add_byte(&text, ascii_lower(host.ptr[i]));
	}
	if (text.failed)
		return -1;
	struct str all = buf_str(&text);
	size_t known = 1;
	for (size_t n = labels < 4 ? labels : 4; n > 1 && known == 1; n--)
		if (suffix(context, tail(all, n), n))
			known = n;
	*out = tail(all, known + 1);
	return 0;
}

int checks_registered(const struct check_context *context, struct str host, struct str *out,
	const char **unknown)
{
	struct str domain;
	*out = STR("");
	if (host.len && host.ptr[host.len - 1] == '.')
		host.len--;
	if (context->facts->registered) {
		*out = context->facts->registered(host);
		return 0;
	}
	if (!values_find(context->set, "util_rb_tld", STR(""))) {
		*unknown = "no-suffix-list";
		return 0;
	}
	if (!checks_known_tld(context, host) || str_find_byte(host, '.') == SIZE_MAX)
		return 0;
	if (checks_domain(context, host, &domain))
		return -1;
	if (str_find_byte(domain, '.') != SIZE_MAX && checks_ends(host, domain))
		*out = str_slice(host, host.len - domain.len, host.len);
	return 0;
}

int checks_mark_links(const struct ruleset *set, struct arena *arena, struct facts *facts)
{
	struct check_context context = { .set = set, .facts = facts, .arena = arena };
	if (!facts->links_n || !values_find(set, "util_rb_tld", STR("")))
		return 0;
	struct link *links = ARENA_ARRAY(arena, struct link, facts->links_n);
	if (!links)
		return -1;
	for (size_t i = 0; i < facts->links_n; i++) {
		links[i] = facts->links[i];
		struct link_host *hosts = ARENA_ARRAY(arena, struct link_host, links[i].hosts_n);
		if (!hosts)
			return -1;
		for (size_t k = 0; k < links[i].hosts_n; k++) {
			hosts[k] = links[i].hosts[k];
			if (!hosts[k].is_ip && checks_domain(&context, hosts[k].host, &hosts[k].domain))
				return -1;
		}
		links[i].hosts = hosts;
	}
	facts->links = links;
	return 0;
}

bool checks_known_tld(const struct check_context *context, struct str host)
{
	return values_have(values_find(context->set, "util_rb_tld", STR("")), tail(host, 1));
}

int checks_relays(const struct check_context *context, bool trusted, struct checks_relays *out)
{
	const struct facts *facts = context->facts;
	const struct fact_relay **items =
		arena_alloc_array(context->arena, facts->relays_n + 1, sizeof *items);
	size_t n = 0;
	if (!items)
		return -1;
	for (size_t i = 0; i < facts->relays_n; i++)
		if (facts->relays[i].has_ip && facts->relays[i].trusted == trusted)
			items[n++] = &facts->relays[i];
	*out = (struct checks_relays){ items, n };
	return 0;
}

int checks_hit(struct check_answer *out, bool hit, struct str evidence)
{
	out->value = hit;
	if (hit)
		out->evidence = evidence;
	return 0;
}
