/* Two kinds of text: fields of a log line, where every doubtful byte is written \xHH so that a
 * program can read the line back, and prose for people (reply, headers), where it becomes '?'. */
#include "milter/report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/ip.h"

enum {
	FOLD_COLUMN = 76, ORG_MAX = 60, LIST_NAME_MAX = 100,
	EVIDENCE_URL_MAX = 100 /* bytes of a link in a network rule's evidence (rules/network_rule) */
};

static bool is_plain(char c)
{
	return c > ' ' && c < 127 && c != ',' && c != '=' && c != '"' && c != '\'' && c != '\\';
}

static void add_token(struct buf *buf, struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (is_plain(text.ptr[i]))
			buf_add_byte(buf, text.ptr[i]);
		else
			buf_addf(buf, "\\x%02X", (unsigned char)text.ptr[i]);
}

static void add_prose(struct buf *buf, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		buf_add_byte(buf, c >= ' ' && c < 127 && c != '"' ? c : '?');
	}
}

static bool scheme_at(struct str text, size_t i)
{
	return i + 3 <= text.len && memcmp(text.ptr + i, "://", 3) == 0;
}

/* Where a host begins at `i` ("http://" before it, or "www."), it is not to be clicked on. */
static bool host_at(struct str text, size_t i)
{
	struct str rest = str_slice(text, i, text.len);
	bool word_start = i == 0 || !(ascii_alpha(text.ptr[i - 1]) || ascii_digit(text.ptr[i - 1]));

	return (i >= 3 && scheme_at(text, i - 3))
		|| (word_start && str_starts_nocase(rest, STR("www.")));
}

static bool ends_host(char c)
{
	return strchr("/?#\\ \t\r\n\"'<>()", c) != NULL;
}

/* http -> hxxp, dots of the host -> [.] */
static void add_defanged(struct buf *buf, struct str text)
{
	struct buf out = { .arena = buf->arena };
	bool in_host = false;

	for (size_t i = 0; i < text.len; i++) {
		struct str rest = str_slice(text, i, text.len);
		bool http = str_starts_nocase(rest, STR("http"))
			&& (scheme_at(rest, 4) || (rest.len > 4 && scheme_at(rest, 5)));

		in_host = host_at(text, i) || (in_host && !ends_host(text.ptr[i]));
		if (http) {
			buf_add_cstr(&out, "hxxp");
			i += 3;
		} else if (in_host && text.ptr[i] == '.') {
			buf_add_cstr(&out, "[.]");
		} else {
			buf_add_byte(&out, text.ptr[i]);
		}
	}
	add_token(buf, buf_str(&out));
	buf->failed |= out.failed;
}

static const char *finish(struct buf *buf)
{
	const char *text = buf_cstr(buf);

	return buf->failed ? NULL : text;
}

static void add_number(struct buf *buf, uint64_t number)
{
	char digits[20];
	size_t at = sizeof(digits);

	do
		digits[--at] = (char)('0' + number % 10);
	while ((number /= 10) != 0);
	buf_add(buf, digits + at, sizeof(digits) - at);
}

/* printf of a double costs a microsecond, and a mail has four of them. Scores have at most three
 * decimals; what lies between two tenths is left to printf, which knows the double's exact side. */
static bool add_score_fast(struct buf *buf, double score)
{
	double exact = fabs(score) * 1000, nearest = nearbyint(exact);
	uint64_t thousandths;

	if (!(exact < 1e9) || fabs(exact - nearest) > 1e-5)
		return false;
	thousandths = (uint64_t)nearest;
	if (thousandths % 100 == 50)
		return false;
	if (score < 0)
		buf_add_byte(buf, '-');
	add_number(buf, (thousandths + 50) / 1000);
	buf_add_byte(buf, '.');
	buf_add_byte(buf, (char)('0' + (thousandths + 50) / 100 % 10));
	return true;
}

static void add_score(struct buf *buf, double score)
{
	char text[40];

	if (add_score_fast(buf, fabs(score) < 0.05 ? 0.0 : score))
		return;
	snprintf(text, sizeof(text), "%.1f", fabs(score) < 0.05 ? 0.0 : score);
	buf_add_cstr(buf, text);
}

/* "14.0/10.0": of the score that refuses; "off" when none does. */
static void add_score_of(struct buf *buf, const struct report_input *input)
{
	double reject = input->snapshot->config->thresholds.reject;

	if (input->result)
		add_score(buf, input->result->verdict.score);
	else
		buf_add_cstr(buf, "unknown");
	buf_add_byte(buf, '/');
	if (reject > 0)
		add_score(buf, reject);
	else
		buf_add_cstr(buf, "off");
}

static const char *mode_name(const struct report_input *input)
{
	return input->snapshot->config->mode == CONFIG_OBSERVE ? "observe" : "enforce";
}

static const char *state_name(enum network_state state)
{
	return state == NETWORK_NONE ? "none" : "unknown";
}

/* " client=... asn=... prefix=... cc=..." */
static void add_network(struct buf *buf, const struct report_input *input)
{
	const struct scan_envelope *envelope = input->envelope;
	static const struct network unknown;
	const struct network *network = input->result && input->result->has_client
		? &input->result->client : &unknown;
	char text[IP_PREFIX_TEXT_MAX];

	buf_add_cstr(buf, " client=");
	buf_add_cstr(buf, envelope->has_client ? ip_format(&envelope->client, text) : "unknown");
	buf_add_cstr(buf, " asn=");
	if (network->asn_state == NETWORK_KNOWN)
		add_number(buf, network->asn);
	else
		buf_add_cstr(buf, state_name(network->asn_state));
	buf_add_cstr(buf, " prefix=");
	buf_add_cstr(buf, network->prefix_state == NETWORK_KNOWN
		? ip_prefix_format(&network->prefix, text) : state_name(network->prefix_state));
	buf_add_cstr(buf, " cc=");
	if (network->country_state == NETWORK_KNOWN)
		add_token(buf, str_from(network->country));
	else
		buf_add_cstr(buf, state_name(network->country_state));
}

/* The hits of one kind as "A:9.0,B:5.0"; what does not fit is counted. How many there are. */
static size_t add_hits(struct buf *buf, const struct verdict *verdict, bool observed,
	const char *between)
{
	size_t begin = buf->len, n = 0, left_out = 0;

	for (size_t i = 0; i < verdict->hits_n; i++) {
		const struct verdict_hit *hit = &verdict->hits[i];

		if (hit->observe != observed)
			continue;
		if (buf->len - begin > REPORT_RULES_MAX / 2) {
			left_out++;
			continue;
		}
		buf_add_cstr(buf, n++ ? between : "");
		add_token(buf, str_from(hit->rule));
		buf_add_byte(buf, ':');
		add_score(buf, observed ? hit->would_score : hit->score);
	}
	if (left_out)
		buf_addf(buf, "%s+%zu", between, left_out);
	return n;
}

static size_t count_hits(const struct verdict *verdict, bool observed)
{
	size_t n = 0;

	for (size_t i = 0; i < verdict->hits_n; i++)
		n += verdict->hits[i].observe == observed;
	return n;
}

static void add_unknown(struct buf *buf, const struct verdict *verdict, const char *between)
{
	size_t begin = buf->len;

	for (size_t i = 0; i < verdict->unknown_n; i++) {
		if (buf->len - begin > REPORT_RULES_MAX / 4) {
			buf_addf(buf, "%s+%zu", between, verdict->unknown_n - i);
			return;
		}
		buf_add_cstr(buf, i ? between : "");
		add_token(buf, str_from(verdict->unknown[i].rule));
		buf_add_byte(buf, ':');
		add_token(buf, str_from(verdict->unknown[i].why));
	}
}

/* What enforcing, by an MTA that can do it, would have come to. */
static enum action would_be(const struct report_input *input)
{
	if (input->result)
		return input->result->action;
	if (input->error && input->action == ACTION_ACCEPT)
		return input->snapshot->config->on_internal_error;
	return input->action;
}

static bool has_would(const struct report_input *input)
{
	return would_be(input) != input->action;
}

static void add_verdict_fields(struct buf *buf, const struct report_input *input)
{
	const struct verdict *verdict = input->result ? &input->result->verdict : NULL;

	buf_add_cstr(buf, " rules=");
	if (!verdict)
		buf_add_cstr(buf, "unknown");
	else if (add_hits(buf, verdict, false, ",") == 0)
		buf_add_cstr(buf, "none");
	if (has_would(input))
		buf_addf(buf, " would=%s", action_name(would_be(input)));
	if (verdict && count_hits(verdict, true)) {
		buf_add_cstr(buf, " observed=");
		add_hits(buf, verdict, true, ",");
	}
	if (verdict && verdict->unknown_n) {
		buf_add_cstr(buf, " unknown=");
		add_unknown(buf, verdict, ",");
	}
}

const char *report_log_line(const struct report_input *input, struct arena *arena)
{
	struct buf buf = { .arena = arena };
	char cut[160];

	add_token(&buf, str_from(input->id));
	buf_add_cstr(&buf, ": action=");
	buf_add_cstr(&buf, action_name(input->action));
	buf_add_cstr(&buf, " stage=");
	buf_add_cstr(&buf, input->stage);
	buf_add_cstr(&buf, " score=");
	add_score_of(&buf, input);
	add_network(&buf, input);
	add_verdict_fields(&buf, input);
	if (input->view && input->view->truncated)
		/* the names' own commas stand between values, as in rules= */
		buf_addf(&buf, " truncated=%s",
			message_truncated_text(input->view->truncated, cut, sizeof(cut)));
	if (input->error) {
		buf_add_cstr(&buf, " error=");
		add_token(&buf, str_from(input->error));
	}
	buf_add_cstr(&buf, " mode=");
	buf_add_cstr(&buf, mode_name(input));
	buf_add_cstr(&buf, " ms=");
	add_number(&buf, (input->elapsed_us + 500) / 1000);
	return finish(&buf);
}

const char *report_short_line(const struct report_input *input, char *out, size_t size)
{
	char id[64];
	size_t n = 0;

	for (; input->id[n] && n + 1 < sizeof(id); n++)
		id[n] = is_plain(input->id[n]) ? input->id[n] : '?';
	id[n] = 0;
	snprintf(out, size, "%s: action=%s stage=%s error=out-of-memory mode=%s", id,
		action_name(input->action), input->stage, mode_name(input));
	return out;
}

const char *report_pass_line(const struct report_input *input, const char *reason,
	struct arena *arena)
{
	struct buf buf = { .arena = arena };
	char text[IP_TEXT_MAX];

	add_token(&buf, str_from(input->id));
	buf_addf(&buf, ": action=pass stage=%s reason=%s client=%s", input->stage, reason,
		input->envelope->has_client ? ip_format(&input->envelope->client, text) : "unknown");
	return finish(&buf);
}

const char *report_why_line(const struct report_input *input, size_t hit, struct arena *arena)
{
	const struct verdict_hit *h = &input->result->verdict.hits[hit];
	struct buf buf = { .arena = arena };

	add_token(&buf, str_from(input->id));
	buf_add_cstr(&buf, ": why rule=");
	add_token(&buf, str_from(h->rule));
	buf_add_cstr(&buf, " score=");
	add_score(&buf, h->score);
	if (h->observe) {
		buf_add_cstr(&buf, " observed=");
		add_score(&buf, h->would_score);
	}
	buf_addf(&buf, " count=%u at=", h->count);
	add_token(&buf, str_from(h->place.file));
	buf_addf(&buf, ":%u evidence=", h->place.line);
	if (h->evidence.len)
		add_defanged(&buf, h->evidence);
	else
		buf_add_byte(&buf, '-');
	return finish(&buf);
}

/* Cuts at `max` and breaks at blanks, so that no line is longer than need be. */
static const char *fold(struct buf *flat, size_t max, struct arena *arena)
{
	struct str text = buf_str(flat);
	struct buf out = { .arena = arena };
	size_t column = 20, break_at = 0;
	bool cut = text.len > max;

	if (!flat->failed && column + text.len <= FOLD_COLUMN && !cut)
		return finish(flat); /* fits on one line */
	text = str_slice(text, 0, cut ? max - 3 : text.len);
	for (size_t i = 0; i < text.len; i++, column++) {
		buf_add_byte(&out, text.ptr[i]);
		if (text.ptr[i] == ' ')
			break_at = out.len;
		if (column < FOLD_COLUMN || break_at == 0 || out.failed)
			continue;
		out.ptr[break_at - 1] = '\n'; /* the blank becomes LF HT: one byte more */
		column = out.len - break_at + 8;
		buf_add_byte(&out, 0);
		if (out.failed)
			break;
		memmove(out.ptr + break_at + 1, out.ptr + break_at, out.len - 1 - break_at);
		out.ptr[break_at] = '\t';
		break_at = 0;
	}
	if (cut)
		buf_add_cstr(&out, "...");
	out.failed |= flat->failed;
	return finish(&out);
}

const char *report_score_header(const struct report_input *input, struct arena *arena)
{
	struct buf buf = { .arena = arena };

	if (!input->result)
		return "unknown (internal error)";
	add_score_of(&buf, input);
	buf_add_cstr(&buf, " action=");
	buf_add_cstr(&buf, action_name(input->action));
	if (has_would(input))
		buf_addf(&buf, " would=%s", action_name(would_be(input)));
	buf_add_cstr(&buf, " mode=");
	buf_add_cstr(&buf, mode_name(input));
	buf_add_cstr(&buf, " id=");
	add_token(&buf, str_from(input->id));
	return fold(&buf, REPORT_HEADER_MAX, arena);
}

const char *report_rules_header(const struct report_input *input, struct arena *arena)
{
	struct buf buf = { .arena = arena };
	const struct verdict *verdict;
	char cut[160];

	if (!input->result)
		return "unknown (internal error)";
	verdict = &input->result->verdict;
	if (add_hits(&buf, verdict, false, ", ") == 0)
		buf_add_cstr(&buf, "none");
	if (count_hits(verdict, true)) {
		buf_add_cstr(&buf, "; observed ");
		add_hits(&buf, verdict, true, ", ");
	}
	if (verdict->unknown_n) {
		buf_add_cstr(&buf, "; unknown ");
		add_unknown(&buf, verdict, ", ");
	}
	if (input->view && input->view->truncated)
		buf_addf(&buf, "; truncated %s",
			message_truncated_text(input->view->truncated, cut, sizeof(cut)));
	return fold(&buf, REPORT_HEADER_MAX, arena);
}

const char *report_origin_header(const struct report_input *input, struct arena *arena)
{
	struct buf buf = { .arena = arena }, flat = { .arena = arena };
	const struct network *network = input->result ? &input->result->client : NULL;

	add_network(&buf, input);
	if (network && network->org.len) {
		buf_add_cstr(&buf, " org=\"");
		add_prose(&buf, str_slice(network->org, 0, ORG_MAX));
		buf_add_byte(&buf, '"');
	}
	for (size_t i = 0; network && i < network->listings_n; i++) {
		/* with a blank, so that it can be folded: lines have 998 bytes at most (RFC 5322) */
		buf_add_cstr(&buf, i ? ", " : " lists=");
		add_token(&buf, str_slice(str_from(network->listings[i]->name), 0, LIST_NAME_MAX));
	}
	buf_add_str(&flat, str_slice(buf_str(&buf), 1, buf.len)); /* without the first blank */
	flat.failed |= buf.failed;
	return fold(&flat, REPORT_HEADER_MAX, arena);
}

/* "192.0.2.7 in network 192.0.2.0/24 (AS64500 EXAMPLE)" */
static void add_network_prose(struct buf *buf, const struct ip *ip, const struct network *network)
{
	char text[IP_PREFIX_TEXT_MAX];

	buf_add_cstr(buf, ip_format(ip, text));
	if (network->prefix_state == NETWORK_KNOWN)
		buf_addf(buf, " in network %s", ip_prefix_format(&network->prefix, text));
	if (network->asn_state != NETWORK_KNOWN)
		return;
	buf_addf(buf, " (AS%lu", (unsigned long)network->asn);
	if (network->org.len) {
		buf_add_byte(buf, ' ');
		add_prose(buf, str_slice(network->org, 0, ORG_MAX));
	}
	buf_add_byte(buf, ')');
}

/* "; link to 192.0.2.80 in network ..." of the first link that a network rule counted against */
static void add_link_prose(struct buf *buf, const struct report_input *input)
{
	for (size_t i = 0; input->result && i < input->result->verdict.hits_n; i++) {
		const struct verdict_hit *hit = &input->result->verdict.hits[i];

		if (hit->score <= 0 || !hit->link_network)
			continue;
		buf_add_cstr(buf, hit->link_server ? "; name server of link " : "; link to ");
		add_network_prose(buf, &hit->link_network->ip, hit->link_network);
		return;
	}
}

const char *report_reply(const struct report_input *input, struct arena *arena)
{
	struct buf buf = { .arena = arena }, cut = { .arena = arena }, link = { .arena = arena };
	const char *appeal = input->snapshot->config->appeal;
	bool temporary = input->action == ACTION_TEMPFAIL;

	if (input->error)
		buf_add_cstr(&buf, temporary ? "Mail could not be checked, please try again later"
			: "Mail could not be checked and is refused");
	else
		buf_add_cstr(&buf, temporary ? "Mail not taken now" : "Mail refused by local policy");
	buf_add_cstr(&buf, " (id ");
	add_token(&buf, str_slice(str_from(input->id), 0, 60));
	buf_add_byte(&buf, ')');
	if (input->envelope->has_client && input->result) {
		buf_add_cstr(&buf, "; client ");
		add_network_prose(&buf, &input->envelope->client, &input->result->client);
	}
	add_link_prose(&link, input);
	if (buf.len + link.len + 2 + strlen(appeal) <= REPORT_REPLY_MAX)
		buf_add_str(&buf, buf_str(&link)); /* not at the price of the way to appeal */
	buf_add_cstr(&buf, ". ");
	add_prose(&buf, str_from(appeal));
	buf_add_str(&cut, str_slice(buf_str(&buf), 0, REPORT_REPLY_MAX));
	cut.failed |= buf.failed || link.failed;
	return finish(&cut);
}

const char *report_quarantine_reason(const struct report_input *input, struct arena *arena)
{
	struct buf buf = { .arena = arena }, cut = { .arena = arena };

	buf_add_cstr(&buf, "depeer: score ");
	add_score_of(&buf, input);
	buf_add_cstr(&buf, ", rules ");
	if (!input->result || add_hits(&buf, &input->result->verdict, false, ", ") == 0)
		buf_add_cstr(&buf, "none");
	buf_add_str(&cut, str_slice(buf_str(&buf), 0, REPORT_REPLY_MAX));
	cut.failed |= buf.failed;
	return finish(&cut);
}
