/* rules/checks_header: checks of headers other than Received and the dates.
 *
 * What each decides was taken from SpamAssassin 4.0.1 (Plugin/HeaderEval.pm) by reading and by
 * running both over the same mails.
 */
#include <string.h>

#include "rules/checks.h"
#include "rules/checks_text.h"

enum {
	SUBJECT_MIN = 10,          /* shorter ones are shouted by anyone */
	SORTED_MIN = 7, SIMILAR_MIN = 5, SIMILAR_BYTES = 2, RECIPIENTS_MAX = 256
};

int check_never(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	(void)context, (void)call, (void)out;
	return 0;
}

int check_missing_to(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	struct str to, apparently;
	(void)call;
	if (checks_header(context, "To", &to) || checks_header(context, "Apparently-To", &apparently))
		return -1;
	return checks_hit(out, !to.len && !apparently.len, STR(""));
}

/* Bytes of the UTF-8 character at `at`; 0: it is none. */
static size_t utf8_bytes(struct str text, size_t at)
{
	unsigned char c = (unsigned char)text.ptr[at];
	size_t n = c < 0x80 ? 1 : c >= 0xc2 && c < 0xe0 ? 2 : c >= 0xe0 && c < 0xf0 ? 3 :
		c >= 0xf0 && c < 0xf5 ? 4 : 0;
	if (!n || at + n > text.len)
		return 0;
	for (size_t i = 1; i < n; i++)
		if (((unsigned char)text.ptr[at + i] & 0xc0) != 0x80)
			return 0;
	unsigned char next = n > 2 ? (unsigned char)text.ptr[at + 1] : 0x80;
	bool overlong = (c == 0xe0 && next < 0xa0) || (c == 0xf0 && next < 0x90);
	bool beyond = (c == 0xed && next > 0x9f) || (c == 0xf4 && next > 0x8f);
	return overlong || beyond ? 0 : n;
}

static bool is_utf8(struct str text)
{
	size_t n;
	for (size_t at = 0; at < text.len; at += n)
		if ((n = utf8_bytes(text, at)) == 0)
			return false;
	return true;
}

static bool control(unsigned char c)
{
	return c < 32 && c != '\t' && c != '\n' && c != '\r';
}

int check_illegal_chars(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	struct buf name = { .arena = context->arena };
	struct str header = checks_argument(call, 0), text;
	size_t high = 0, controls = 0, deletes = 0, signs = 0;
	buf_add_str(&name, header);
	if (!checks_ends(header, STR(":raw")))
		buf_add_cstr(&name, ":raw");
	const char *raw = buf_cstr(&name);
	if (name.failed || checks_header(context, raw, &text))
		return -1;
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];
		high += c >= 0x80;
		controls += control(c);
		deletes += c == 0x7f;
		signs += c == 0xa2 || c == 0xa3 || c == 0xae; /* cent, pound, registered */
	}
	if (high && !controls && is_utf8(text))
		return 0;
	size_t illegal = high + controls + deletes;
	if (illegal && signs == 1 && str_equal_nocase(str_from(raw), STR("Subject:raw")))
		illegal--;
	bool hit = str_trim(text).len && (double)illegal >= checks_number(call, 2, 0) &&
		(double)illegal / (double)text.len >= checks_number(call, 1, 0);
	return checks_hit(out, hit, str_trim(text));
}

/* In these charsets letters of other scripts look like capitals when taken for ASCII. */
static bool capital_charset(struct str raw)
{
	static const char *const parts[] = { "koi", "jp", "jis", "euc", "gb", "big5", "isoir",
		"cp1251", "windows-1251", "georgianps", "pt154", "tis" };
	size_t at;
	while ((at = str_find(raw, STR("=?"))) != SIZE_MAX) {
		raw = str_slice(raw, at + 2, raw.len);
		struct str charset = str_slice(raw, 0, str_find_byte(raw, '?'));
		for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
			if (str_find_nocase(charset, str_from(parts[i])) != SIZE_MAX)
				return true;
	}
	return false;
}

/* Takes "Re: Fwd: AW:" off. */
static struct str without_reply(struct str subject)
{
	static const char *const marks[] = { "Re:", "Fwd:", "Fw:", "Aw:", "Antwort:", "WG:", "SV:",
		"VB:", "VS:", "VL:" };
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
		if (str_starts_nocase(subject, str_from(marks[i]))) {
			subject = str_trim(str_slice(subject, strlen(marks[i]), subject.len));
			i = SIZE_MAX; /* from the first mark again */
		}
	}
	return subject;
}

int check_all_caps(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	struct str text, raw;
	bool blank = false, upper = false, lower = false;
	(void)call;
	if (checks_header(context, "Subject", &text) || checks_header(context, "Subject:raw", &raw))
		return -1;
	text = without_reply(str_trim(text));
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		blank = blank || ascii_space(c);
		upper = upper || (ascii_alpha(c) && ascii_lower(c) != c);
		lower = lower || (ascii_alpha(c) && ascii_lower(c) == c);
	}
	return checks_hit(out, blank && text.len >= SUBJECT_MIN && upper && !lower &&
		!capital_charset(raw), text);
}

static bool ends_word(struct str text, size_t at)
{
	return at >= text.len || ascii_space(text.ptr[at]);
}

static struct str skip_spaces(struct str text)
{
	size_t n = 0;
	while (n < text.len && ascii_space(text.ptr[n]))
		n++;
	return str_slice(text, n, text.len);
}

/* "Re: jo", "Re: dear jo" */
static bool reply_to_user(struct str subject, struct str user)
{
	bool reply = str_starts_nocase(subject, STR("re:")) || str_starts_nocase(subject, STR("fw:"));
	if (!reply)
		return false;
	struct str text = skip_spaces(str_slice(subject, 3, subject.len));
	if (str_equal_nocase(text, user))
		return true;
	size_t n = 0;
	while (n < text.len && checks_word_byte(text.ptr[n]))
		n++;
	return n > 0 && n < text.len && ascii_space(text.ptr[n]) &&
		str_equal_nocase(skip_spaces(str_slice(text, n, text.len)), user);
}

static bool mark_ends(struct str text, bool may_go_on)
{
	return text.len && strchr(",:;!?-", text.ptr[0]) && text.ptr[0] &&
		(may_go_on ? ends_word(text, 1) : text.len == 1);
}

static bool user_in_subject(struct str subject, struct str user)
{
	if (str_equal_nocase(subject, user) || reply_to_user(subject, user))
		return true;
	if (subject.len > user.len && str_equal(str_slice(subject, 0, user.len), user) &&
	    mark_ends(skip_spaces(str_slice(subject, user.len, subject.len)), true))
		return true;
	if (!subject.len || subject.ptr[0] != ',')
		return false;
	struct str rest = skip_spaces(str_slice(subject, 1, subject.len));
	return str_starts_nocase(rest, user) &&
		mark_ends(str_slice(rest, user.len, rest.len), false);
}

/* As \b of a regex has it on both sides. */
static bool bounded(struct str text, size_t from, size_t to)
{
	bool before = from > 0 && checks_word_byte(text.ptr[from - 1]);
	bool after = to < text.len && checks_word_byte(text.ptr[to]);
	return before != checks_word_byte(text.ptr[from]) &&
		after != checks_word_byte(text.ptr[to - 1]);
}

static bool word_in(struct str text, struct str word)
{
	for (size_t at = 0; word.len && at + word.len <= text.len; at++)
		if (str_starts_nocase(str_slice(text, at, text.len), word) &&
		    bounded(text, at, at + word.len))
			return true;
	return false;
}

int check_to_in_subject(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	struct str to, subject, what = checks_argument(call, 0);
	if (checks_address(context, "To:addr", &to) || checks_header(context, "Subject", &subject))
		return -1;
	if (subject.len && subject.ptr[subject.len - 1] == '\n')
		subject.len--;
	struct str user = str_slice(to, 0, str_find_byte(to, '@'));
	bool hit = to.len && ((str_equal(what, STR("address")) && word_in(subject, to)) ||
		(str_equal(what, STR("user")) && user_in_subject(subject, user)));
	return checks_hit(out, hit, subject);
}

/* How many different headers of that name: the same line twice is a mail program's mistake. */
int check_header_count(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	const struct facts *facts = context->facts;
	struct str name = checks_argument(call, 0);
	size_t n = 0;
	for (size_t i = 0; i < facts->headers_n; i++) {
		bool again = !str_equal_nocase(facts->headers[i].name, name);
		for (size_t k = 0; k < i && !again; k++)
			again = str_equal_nocase(facts->headers[k].name, name) &&
				str_equal(facts->headers[k].decoded, facts->headers[i].decoded);
		n += !again;
	}
	bool hit = (double)n >= checks_number(call, 1, 0) &&
		(double)n <= checks_number(call, 2, (double)SIZE_MAX);
	return checks_hit(out, hit, name);
}

/* "%RANDOM_WORD": a spammer's template that was not filled in. */
static bool has_template(struct str text)
{
	for (size_t i = 0; i + 2 < text.len; i++) {
		char a = text.ptr[i + 1], b = text.ptr[i + 2];
		if (text.ptr[i] == '%' && a >= 'A' && a <= 'Z' &&
		    ((b >= 'A' && b <= 'Z') || b == '_' || b == '-'))
			return true;
	}
	return false;
}

int check_template(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	/* where people, or addresses and ids, may hold such a thing */
	static const char *const free_ones[] = { "X-VMS-To", "X-UIDL", "X-Face", "To", "Cc", "From",
		"Subject", "References", "In-Reply-To", "Message-Id", "X-Message-Id",
		"Resent-Message-Id", "X-Original-Message-Id" };
	const struct facts *facts = context->facts;
	(void)call;
	for (size_t i = 0; i < facts->headers_n; i++) {
		const struct fact_header *header = &facts->headers[i];
		bool may = false;
		for (size_t k = 0; k < sizeof free_ones / sizeof *free_ones; k++)
			may = may || str_equal_nocase(header->name, str_from(free_ones[k]));
		if (!may && has_template(header->decoded))
			return checks_hit(out, true, header->decoded);
	}
	return 0;
}

/* "<28 capitals.user@host>" as id, and "..." <user@host> as sender. */
int check_ratware_name(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	struct str id, from, address;
	(void)call;
	if (checks_header(context, "MESSAGEID", &id) || checks_header(context, "From", &from) ||
	    checks_address(context, "From:addr", &address))
		return -1;
	size_t open = str_find_byte(id, '<'), capitals = 0;
	struct str rest = open == SIZE_MAX ? STR("") : str_slice(id, open + 1, id.len);
	while (capitals < rest.len && rest.ptr[capitals] >= 'A' && rest.ptr[capitals] <= 'Z')
		capitals++;
	if (capitals != 28 || capitals == rest.len || rest.ptr[capitals] != '.' || !address.len)
		return 0;
	struct str user = str_slice(rest, capitals + 1, str_find_byte(rest, '>'));
	size_t quote = str_find_byte(from, '"');
	bool quoted = quote != SIZE_MAX && quote + 2 < from.len && from.ptr[quote + 1] != '"';
	return checks_hit(out, quoted && str_equal(user, address), user);
}

/* To jo@sub.example.net, from "xyz.example.net.jo@...": a bounce address made of the victim. */
int check_ratware_envelope(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	struct str to, from, domain;
	(void)call;
	if (checks_address(context, "To:addr", &to) ||
	    checks_address(context, "EnvelopeFrom", &from))
		return -1;
	size_t at = str_find_byte(to, '@');
	bool rewritten = str_starts_nocase(from, STR("SRS")) && from.len > 4 &&
		ascii_digit(from.ptr[3]) && memchr("=+-", from.ptr[4], 3);
	if (!from.len || at == SIZE_MAX || at == 0 || rewritten)
		return 0;
	if (checks_domain(context, str_slice(to, at + 1, to.len), &domain))
		return -1;
	if (!domain.len || !checks_known_tld(context, domain))
		return 0;
	struct str user = str_slice(to, 0, at);
	bool hit = false;
	for (size_t i = 0; i + domain.len + user.len + 1 < from.len && !hit; i++)
		hit = str_starts_nocase(str_slice(from, i, from.len), domain) &&
			!(i > 0 && checks_word_byte(from.ptr[i - 1])) &&
			str_starts_nocase(str_slice(from, i + domain.len + 1, from.len), user) &&
			from.ptr[i + domain.len + 1 + user.len] == '@';
	return checks_hit(out, hit, from);
}

static struct str two_labels(struct str address)
{
	size_t at = address.len, dots = 0;
	while (at > 0 && address.ptr[at - 1] != '@') {
		if (address.ptr[at - 1] == '.' && ++dots == 2)
			break;
		at--;
	}
	return str_find_byte(address, '@') == SIZE_MAX ? STR("") :
		str_slice(address, at, address.len);
}

int check_domains_differ(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	struct str from, sender;
	(void)call;
	if (!context->facts->has_mail_from) {
		out->unknown = "sender-unknown";
		return 0;
	}
	if (checks_address(context, "From:addr", &from) ||
	    checks_address(context, "EnvelopeFrom", &sender))
		return -1;
	from = two_labels(from);
	sender = two_labels(sender);
	return checks_hit(out, from.len && sender.len && !str_equal_nocase(from, sender), from);
}

int check_senders_match(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	struct str from, sender;
	(void)call;
	if (!context->facts->has_mail_from) {
		out->unknown = "sender-unknown";
		return 0;
	}
	if (checks_address(context, "From:addr", &from) ||
	    checks_address(context, "EnvelopeFrom", &sender))
		return -1;
	return checks_hit(out, str_equal_nocase(from, sender), from);
}

/* To and Cc, and Bcc where these are few; an address that follows itself counts once. */
static int visible_recipients(const struct check_context *context, struct checks_list *out)
{
	static const char *const names[] = { "ToCc:addr", "Bcc:addr" };
	struct str *kept = ARENA_ARRAY(context->arena, struct str, RECIPIENTS_MAX);
	size_t n = 0, all = 0;
	if (!kept)
		return -1;
	for (size_t i = 0; i < 2 && (i == 0 || all < SIMILAR_MIN); i++) {
		struct checks_list list;
		if (checks_addresses(context, names[i], &list))
			return -1;
		all += list.n;
		for (size_t k = 0; k < list.n && n < RECIPIENTS_MAX; k++)
			if (!n || !str_equal_nocase(kept[n - 1], list.items[k]))
				kept[n++] = list.items[k];
	}
	*out = (struct checks_list){ kept, n };
	return 0;
}

int check_sorted(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	struct checks_list list;
	(void)call;
	if (visible_recipients(context, &list))
		return -1;
	bool sorted = list.n >= SORTED_MIN;
	for (size_t i = 1; i < list.n && sorted; i++) {
		struct str a = list.items[i - 1], b = list.items[i];
		int order = memcmp(a.ptr, b.ptr, a.len < b.len ? a.len : b.len);
		sorted = order < 0 || (order == 0 && a.len <= b.len);
	}
	return checks_hit(out, sorted, list.n ? list.items[0] : STR(""));
}

/* How many of the pairs have names, or different hosts, that begin alike. */
static double similarity(const struct checks_list *list)
{
	size_t hits = 0, pairs = 0;
	for (size_t i = 0; i < list->n; i++) {
		struct str a = list->items[i];
		struct str host = str_slice(a, str_find_byte(a, '@'), a.len);
		for (size_t k = i + 1; k < list->n; k++, pairs++) {
			struct str b = list->items[k];
			struct str other = str_slice(b, str_find_byte(b, '@'), b.len);
			hits += str_equal(str_slice(a, 0, SIMILAR_BYTES), str_slice(b, 0, SIMILAR_BYTES));
			hits += !str_equal(host, other) && str_equal(str_slice(host, 0, SIMILAR_BYTES + 1),
				str_slice(other, 0, SIMILAR_BYTES + 1));
		}
	}
	return pairs ? (double)hits / (double)pairs : 0;
}

int check_similar(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	struct checks_list list;
	if (visible_recipients(context, &list))
		return -1;
	double value = list.n >= SIMILAR_MIN ? similarity(&list) : 0;
	bool hit = value >= checks_number(call, 0, 0) && value < checks_number(call, 1, 1e9);
	return checks_hit(out, hit, list.n ? list.items[0] : STR(""));
}

/* Only who says which locales are wanted has unwanted charsets. */
int check_faraway_headers(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	const struct values *locales = values_find(context->set, "ok_locales", STR(""));
	(void)call;
	if (locales && locales->n && !values_have(locales, STR("all")))
		out->unknown = "ok_locales-not-supported";
	return 0;
}

int check_id_not_usable(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	struct str list, received;
	bool gated;
	(void)call;
	if (checks_folded(context, "List-Unsubscribe", &list) ||
	    checks_folded(context, "Received", &received) || checks_gated(context, &gated))
		return -1;
	list = str_trim(list);
	bool leaves = list.len && list.ptr[list.len - 1] == '>' &&
		(checks_like(list, "<mailto:leave-+@+>") ||
		 checks_like(list, "<mailto:+-unsubscribe@+>"));
	return checks_hit(out, gated || leaves || checks_like(received, "/CWT/DCE)") ||
		checks_like(received, "iPlanet Messaging Server"), STR(""));
}
