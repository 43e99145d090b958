/* rules/view: prepares a view's texts from the facts.
 *
 * Sources for the forms: Mail::SpamAssassin::PerMsgStatus::get of 4.0.1, observed by running it:
 * ordinary values end with a line feed, addresses, names and the envelope sender do not.
 */
#include "rules/view.h"

#include "rules/addresses.h"
#include "rules/origin.h"
#include "rules/relays.h"

/* NULL, or a static reason why the text is unknown. */
typedef const char *header_source(const struct view *view, const struct facts *facts,
	struct buf *out);

static const struct str lf = { "\n", 1 };

static struct str value_of(const struct view *view, const struct fact_header *header)
{
	return view->part == VIEW_RAW ? header->raw : header->decoded;
}

/* SpamAssassin's raw values begin after the colon, its decoded ones after the blanks too. */
static void add_value(const struct view *view, const struct fact_header *header,
	struct buf *out)
{
	buf_add_str(out, value_of(view, header));
	buf_add_str(out, lf);
}

static void add_named_line(const struct view *view, const struct fact_header *header,
	struct buf *out)
{
	buf_add_str(out, header->name);
	buf_add_cstr(out, view->part == VIEW_RAW ? ":" : ": ");
	add_value(view, header, out);
}

static const char *source_all(const struct view *view, const struct facts *facts,
	struct buf *out)
{
	for (size_t i = 0; i < facts->headers_n && out->len < FACT_HEADER_MAX * 8; i++)
		add_named_line(view, &facts->headers[i], out);
	return NULL;
}

static const char *source_sender(const struct view *view, const struct facts *facts,
	struct buf *out)
{
	(void)view;
	buf_add_str(out, facts->mail_from);
	return NULL;
}

static enum relays_which relays_named(struct str name)
{
	static const char *const names[] = { [RELAYS_TRUSTED] = "TRUSTED",
		[RELAYS_UNTRUSTED] = "UNTRUSTED", [RELAYS_INTERNAL] = "INTERNAL",
		[RELAYS_EXTERNAL] = "EXTERNAL" };
	enum relays_which which = RELAYS_TRUSTED;
	while (which < RELAYS_EXTERNAL && !str_equal_nocase(name, str_from(names[which])))
		which++;
	return which;
}

static const char *source_relays(const struct view *view, const struct facts *facts,
	struct buf *out)
{
	static const struct str start = { "X-Spam-Relays-", 14 };
	enum relays_which which = relays_named(str_slice(view->header, start.len,
		view->header.len));
	relays_render(facts, which, out);
	return NULL;
}

/* ALL-TRUSTED ...: the headers that only a trusted relay can have added, or all the others. A
 * relay writes its Received line on top of what it was given. */
static const char *source_range(const struct view *view, const struct facts *facts,
	struct buf *out)
{
	enum relays_which which = relays_named(str_slice(view->header, 4, view->header.len));
	bool inside = which == RELAYS_TRUSTED || which == RELAYS_INTERNAL;
	/* the client's own line is on top of the mail, unless it is there already */
	bool replayed = facts->relays_n && facts->relays[0].received;
	size_t seen = !replayed, first = SIZE_MAX; /* the line that none of ours handed over */
	enum relays_which others = which < RELAYS_INTERNAL ? RELAYS_UNTRUSTED : RELAYS_EXTERNAL;
	for (size_t i = 0; i < facts->relays_n && first == SIZE_MAX; i++)
		if (relays_is(&facts->relays[i], others) && (i == 0 || facts->relays[i].received))
			first = facts->relays[i].received + (size_t)!replayed;
	for (size_t i = 0; i < facts->headers_n && out->len < FACT_HEADER_MAX * 8; i++) {
		bool received = str_equal_nocase(facts->headers[i].name, STR("received"));
		seen += received;
		if (inside ? seen < first || (received && seen == first) : seen >= first)
			add_named_line(view, &facts->headers[i], out);
	}
	return NULL;
}

static const char *source_countries(const struct view *view, const struct facts *facts,
	struct buf *out)
{
	static const struct str start = { "X-Relay-Countries-", 18 };
	static const char *const names[] = { [ORIGIN_UNTRUSTED] = "Untrusted",
		[ORIGIN_TRUSTED] = "Trusted", [ORIGIN_EXTERNAL] = "External",
		[ORIGIN_INTERNAL] = "Internal", [ORIGIN_AUTH] = "Auth", [ORIGIN_ALL] = "All" };
	struct str name = str_slice(view->header, start.len, view->header.len);
	enum origin_which which = name.len ? ORIGIN_ALL : ORIGIN_UNTRUSTED;
	while (which > ORIGIN_UNTRUSTED && !str_equal_nocase(name, str_from(names[which])))
		which--;
	return origin_countries(facts, which, out);
}

static const char *source_asn(const struct view *view, const struct facts *facts,
	struct buf *out)
{
	(void)view;
	return origin_asn(facts, out);
}

struct pseudo {
	const char *name;
	header_source *source;       /* NULL: it is the headers named in `of` */
	const char *of[5];
	bool needs_relays, exact_case;
	enum fact_stage stage;
};
static const struct pseudo pseudos[] = {
	{ "ALL", source_all, { 0 }, false, true, FACT_MESSAGE },
	{ "EnvelopeFrom", source_sender, { 0 }, false, false, FACT_ENVELOPE },
	{ "X-Spam-Relays-Untrusted", source_relays, { 0 }, true, false, FACT_MESSAGE },
	{ "X-Spam-Relays-External", source_relays, { 0 }, true, false, FACT_MESSAGE },
	{ "X-Spam-Relays-Trusted", source_relays, { 0 }, true, false, FACT_MESSAGE },
	{ "X-Spam-Relays-Internal", source_relays, { 0 }, true, false, FACT_MESSAGE },
	{ "ALL-TRUSTED", source_range, { 0 }, true, true, FACT_MESSAGE },
	{ "ALL-UNTRUSTED", source_range, { 0 }, true, true, FACT_MESSAGE },
	{ "ALL-INTERNAL", source_range, { 0 }, true, true, FACT_MESSAGE },
	{ "ALL-EXTERNAL", source_range, { 0 }, true, true, FACT_MESSAGE },
	{ "X-Relay-Countries", source_countries, { 0 }, true, false, FACT_MESSAGE },
	{ "X-Relay-Countries-Untrusted", source_countries, { 0 }, true, false, FACT_MESSAGE },
	{ "X-Relay-Countries-Trusted", source_countries, { 0 }, true, false, FACT_MESSAGE },
	{ "X-Relay-Countries-External", source_countries, { 0 }, true, false, FACT_MESSAGE },
	{ "X-Relay-Countries-Internal", source_countries, { 0 }, true, false, FACT_MESSAGE },
	{ "X-Relay-Countries-Auth", source_countries, { 0 }, true, false, FACT_MESSAGE },
	{ "X-Relay-Countries-All", source_countries, { 0 }, true, false, FACT_MESSAGE },
	{ "X-ASN", source_asn, { 0 }, true, false, FACT_MESSAGE },
	{ "ToCc", NULL, { "To", "Cc" }, false, false, FACT_MESSAGE },
	{ "MESSAGEID", NULL, { "X-Message-Id", "Resent-Message-Id", "X-Original-Message-ID",
		"Message-Id" }, false, true, FACT_MESSAGE },
};
/* Known to SpamAssassin, and not here yet. */
static const char *const pseudos_absent[] = {
	"X-Languages",
};

static const struct pseudo *pseudo_of(struct str name)
{
	for (size_t i = 0; i < sizeof pseudos / sizeof *pseudos; i++) {
		struct str known = str_from(pseudos[i].name);
		if (pseudos[i].exact_case ? str_equal(name, known) : str_equal_nocase(name, known))
			return &pseudos[i];
	}
	return NULL;
}

struct modifier {
	const char *name;
	enum view_part part; /* VIEW_DECODED: it is a pick, or narrows */
	enum view_pick pick;
	enum narrow narrow;
};
static const struct modifier modifiers[] = {
	{ "raw", VIEW_RAW, VIEW_EVERY, NARROW_NOT }, { "addr", VIEW_ADDR, VIEW_EVERY, NARROW_NOT },
	{ "name", VIEW_NAME, VIEW_EVERY, NARROW_NOT },
	{ "first", VIEW_DECODED, VIEW_FIRST, NARROW_NOT },
	{ "last", VIEW_DECODED, VIEW_LAST, NARROW_NOT },
	{ "host", VIEW_DECODED, VIEW_EVERY, NARROW_HOST },
	{ "domain", VIEW_DECODED, VIEW_EVERY, NARROW_DOMAIN },
	{ "ip", VIEW_DECODED, VIEW_EVERY, NARROW_IP },
	{ "revip", VIEW_DECODED, VIEW_EVERY, NARROW_REVIP },
};

/* As in SpamAssassin: hosts win over addresses, and the more special one over the other. */
static enum narrow narrower(enum narrow a, enum narrow b)
{
	bool a_ip = a > NARROW_DOMAIN, b_ip = b > NARROW_DOMAIN;
	if (!a || !b || a_ip == b_ip)
		return a > b ? a : b;
	return a_ip ? b : a;
}

/* An address is the same raw and decoded. */
static enum view_part both_raw(enum view_part part)
{
	return part == VIEW_NAME ? VIEW_NAME_RAW : part;
}

static const char *read_modifier(struct str text, struct view *view)
{
	for (size_t i = 0; i < sizeof modifiers / sizeof *modifiers; i++) {
		const struct modifier *known = &modifiers[i];
		if (!str_equal_nocase(text, str_from(known->name)))
			continue;
		if (known->narrow)
			view->narrow = narrower(view->narrow, known->narrow);
		else if (known->part == VIEW_DECODED)
			view->pick = known->pick;
		else if (view->part == VIEW_DECODED)
			view->part = known->part;
		else if (view->part == VIEW_RAW || known->part == VIEW_RAW)
			view->part = both_raw(view->part == VIEW_RAW ? known->part : view->part);
		else
			view->part = VIEW_ADDR; /* of addr and name, addr */
		return NULL;
	}
	return "unknown header modifier (known: raw, addr, name, first, last, host, domain, ip, revip)";
}

const char *view_read_header(struct str text, struct view *view, size_t *at)
{
	size_t end = str_find_byte(text, ':');
	*view = (struct view){ .kind = VIEW_HEADER, .header = str_slice(text, 0, end) };
	*at = 0;
	if (!view->header.len)
		return "header name expected";
	for (size_t i = 0; i < view->header.len; i++) {
		char c = view->header.ptr[i];
		*at = i;
		if (!ascii_alpha(c) && !ascii_digit(c) && c != '-' && c != '_' && c != '.')
			return "not a header name";
	}
	*at = 0;
	for (size_t i = 0; i < sizeof pseudos_absent / sizeof *pseudos_absent; i++)
		if (str_equal_nocase(view->header, str_from(pseudos_absent[i])))
			return "this pseudo-header is not supported yet";
	while (end < text.len) {
		*at = end + 1;
		struct str rest = str_slice(text, end + 1, text.len);
		size_t next = str_find_byte(rest, ':');
		struct str word = str_slice(rest, 0, next);
		const char *wrong = word.len || rest.len == 0 ? NULL : "header modifier expected";
		if (word.len) /* "Subject:" is accepted, as in SpamAssassin */
			wrong = read_modifier(word, view);
		if (wrong)
			return wrong;
		end = next == SIZE_MAX ? text.len : end + 1 + next;
	}
	return NULL;
}

const char *view_read_mime(struct str text, struct view *view, size_t *at)
{
	const char *wrong = view_read_header(text, view, at);
	view->kind = VIEW_MIME;
	if (!wrong && (view->pick != VIEW_EVERY || view->part > VIEW_RAW || view->narrow)) {
		*at = str_find_byte(text, ':') + 1;
		wrong = "only raw may follow here";
	}
	return wrong;
}

bool view_equal(const struct view *a, const struct view *b)
{
	return a->kind == b->kind && a->part == b->part && a->pick == b->pick &&
		a->narrow == b->narrow &&
		str_equal(a->header, b->header);
}

enum fact_stage view_stage(const struct view *view)
{
	const struct pseudo *pseudo = view->kind == VIEW_HEADER ? pseudo_of(view->header) : NULL;
	return pseudo ? pseudo->stage : FACT_MESSAGE;
}

bool view_needs_relays(const struct view *view)
{
	const struct pseudo *pseudo = view->kind == VIEW_HEADER ? pseudo_of(view->header) : NULL;
	return pseudo && pseudo->needs_relays;
}

/* Headers of one name, in the order of the message. */
static void add_named(const struct view *view, const struct facts *facts, struct str name,
	const struct fact_header **found, size_t *n)
{
	for (size_t i = 0; i < facts->headers_n; i++) {
		if (!str_equal_nocase(facts->headers[i].name, name))
			continue;
		if (view->pick == VIEW_FIRST && *n)
			return;
		if (view->pick == VIEW_LAST)
			*n = 0;
		found[(*n)++] = &facts->headers[i];
	}
}

/* What of a name is shown: single blanks, no single quotes around it; one of blanks alone as it
 * is. */
static struct str shown_name(struct str name, struct arena *arena)
{
	struct buf out = { .arena = arena };
	struct str text = str_trim(name);
	if (!text.len)
		return name;
	for (size_t i = 0; i < text.len; i++) {
		bool blank = ascii_space(text.ptr[i]);
		if (!blank || !ascii_space(text.ptr[i - 1]))
			buf_add_byte(&out, blank ? ' ' : text.ptr[i]);
	}
	text = buf_str(&out);
	bool quotes = text.len > 1 && text.ptr[0] == '\'' && text.ptr[text.len - 1] == '\'';
	return quotes ? str_slice(text, 1, text.len - 1) : text;
}

/* Without blanks, the comma of the entry before, quotes around it. */
static struct str bare_name(struct str text)
{
	struct str name = str_trim(text);
	if (!name.len)
		return text;
	if (name.ptr[0] == ',' || name.ptr[0] == ';')
		name = str_trim(str_slice(name, 1, name.len));
	bool quotes = name.len > 1 && name.ptr[0] == '"' && name.ptr[name.len - 1] == '"';
	return quotes ? str_slice(name, 1, name.len - 1) : name;
}

static bool is_encoded(struct str name)
{
	for (size_t i = 0; i < name.len; i++)
		if ((unsigned char)name.ptr[i] >= 0x80)
			return true;
	return str_find(name, STR("=?")) != SIZE_MAX;
}

/* The name that the decoded value gives the address, at *from or behind: before its '<', or in the
 * comment after it. *from is then behind the address. Empty: none. */
static struct str decoded_name(struct str decoded, struct str address, size_t *from)
{
	size_t begin = *from, at = str_find(str_slice(decoded, begin, decoded.len), address);
	if (!address.len || at == SIZE_MAX)
		return STR("");
	at += begin;
	*from = at + address.len;
	if (*from < decoded.len && decoded.ptr[*from] == '>')
		++*from;
	if (at > begin && decoded.ptr[at - 1] == '<')
		return bare_name(str_slice(decoded, begin, at - 1));
	struct str rest = str_trim(str_slice(decoded, *from, decoded.len));
	size_t close = str_find_byte(rest, ')');
	return rest.len && rest.ptr[0] == '(' && close != SIZE_MAX ?
		str_slice(rest, 1, close) : STR("");
}

/* Addresses are read from the raw value, where an encoded word hides the commas it stands for; a
 * name that is encoded is taken from the decoded value, by its address. */
static void decode_names(const struct fact_header *header, struct arena *arena,
	struct addresses_entry *entries, size_t n)
{
	struct str decoded = str_slice(header->decoded, 0, FACT_HEADER_MAX);
	size_t from = 0;
	for (size_t i = 0; i < n; i++) {
		struct str name = decoded_name(decoded, entries[i].address, &from);
		if (n == 1 && !entries[i].address.len)
			name = bare_name(str_slice(decoded, 0, str_find_byte(decoded, '<')));
		if (name.len && is_encoded(entries[i].name))
			entries[i].name = name;
		entries[i].name = shown_name(entries[i].name, arena);
	}
}

static int add_addresses(const struct view *view, const struct fact_header *header,
	struct arena *arena, struct buf *out)
{
	struct addresses_entry *entries = NULL;
	size_t n = 0;
	if (addresses_read(str_slice(header->raw, 0, FACT_HEADER_MAX), arena, &entries, &n))
		return -1;
	if (view->part == VIEW_NAME)
		decode_names(header, arena, entries, n);
	for (size_t i = 0; i < n; i++) {
		struct str text = view->part == VIEW_ADDR ? entries[i].address : entries[i].name;
		if (!text.len)
			continue;
		if (out->len)
			buf_add_str(out, lf);
		buf_add_str(out, text);
	}
	return 0;
}

static int header_texts(const struct view *view, const struct facts *facts, struct arena *arena,
	struct buf *out, bool *present, const char **unknown)
{
	const struct pseudo *pseudo = pseudo_of(view->header);
	if (pseudo && pseudo->source) {
		*unknown = pseudo->source(view, facts, out);
		*present = pseudo->source == source_sender ? facts->has_mail_from :
			pseudo->source != source_asn || out->len;
		return 0;
	}
	const struct fact_header **found =
		arena_alloc_array(arena, facts->headers_n + 1, sizeof *found);
	size_t n = 0;
	if (!found)
		return -1;
	for (size_t i = 0; pseudo && pseudo->of[i]; i++)
		add_named(view, facts, str_from(pseudo->of[i]), found, &n);
	if (!pseudo)
		add_named(view, facts, view->header, found, &n);
	/* what is past the cap would be cut off in the end */
	for (size_t i = 0; i < n && out->len < FACT_HEADER_MAX; i++) {
		if (view->part == VIEW_DECODED || view->part == VIEW_RAW)
			add_value(view, found[i], out);
		else if (add_addresses(view, found[i], arena, out))
			return -1;
	}
	*present = n > 0 && (view->part == VIEW_DECODED || view->part == VIEW_RAW || out->len > 0);
	return 0;
}

/* What of each line is asked for, one a line. 0 or -1. */
static int narrow_lines(const struct view *view, const struct ruleset *set, struct arena *arena,
	struct buf *text)
{
	struct buf out = { .arena = arena };
	struct str rest = str_slice(buf_str(text), 0, FACT_HEADER_MAX);
	while (rest.len) {
		size_t end = str_find_byte(rest, '\n');
		struct str found;
		if (narrow_line(set, view->narrow, view->part == VIEW_ADDR, str_slice(rest, 0, end),
		    arena, &found))
			return -1;
		if (found.len && out.len)
			buf_add_str(&out, lf);
		buf_add_str(&out, found);
		rest = end == SIZE_MAX ? STR("") : str_slice(rest, end + 1, rest.len);
	}
	*text = out;
	return 0;
}

static int texts_header(const struct view *view, const struct ruleset *set,
	const struct facts *facts, struct arena *arena, struct view_texts *out)
{
	struct str *item = ARENA_NEW(arena, struct str);
	struct buf text = { .arena = arena };
	bool present = false, all = str_starts_nocase(view->header, STR("ALL"));
	const char *unknown = NULL;
	if (!item || header_texts(view, facts, arena, &text, &present, &unknown) || text.failed)
		return -1;
	if (view->narrow && !all) {
		if (narrow_lines(view, set, arena, &text) || text.failed)
			return -1;
		present = text.len > 0;
	}
	*item = str_slice(buf_str(&text), 0, all ? FACT_HEADER_MAX * 8 : FACT_HEADER_MAX);
	*out = (struct view_texts){ item, present && !unknown ? 1 : 0, false, unknown };
	return 0;
}

static int texts_body(const struct view *view, const struct facts *facts, struct arena *arena,
	struct view_texts *out)
{
	(void)view;
	struct str *items = ARENA_ARRAY(arena, struct str, facts->body_n);
	if (!items && facts->body_n)
		return -1;
	for (size_t i = 0; i < facts->body_n; i++)
		items[i] = str_slice(facts->body[i], 0, FACT_BODY_STRING_MAX);
	*out = (struct view_texts){ items, facts->body_n, facts->body_has_subject, NULL };
	return 0;
}

static int texts_uri(const struct view *view, const struct facts *facts, struct arena *arena,
	struct view_texts *out)
{
	(void)view;
	struct str *items = ARENA_ARRAY(arena, struct str, facts->uris_n);
	if (!items && facts->uris_n)
		return -1;
	for (size_t i = 0; i < facts->uris_n; i++)
		items[i] = str_slice(facts->uris[i], 0, FACT_URL_MAX);
	*out = (struct view_texts){ items, facts->uris_n, false, NULL };
	return 0;
}

static int texts_full(const struct view *view, const struct facts *facts, struct arena *arena,
	struct view_texts *out)
{
	(void)view;
	struct str *item = ARENA_NEW(arena, struct str);
	if (!item)
		return -1;
	*item = str_slice(facts->full, 0, FACT_FULL_MAX);
	*out = (struct view_texts){ item, item->len > 0, false, NULL };
	return 0;
}

static int texts_rawbody(const struct view *view, const struct facts *facts,
	struct arena *arena, struct view_texts *out)
{
	(void)view;
	struct str *items = ARENA_ARRAY(arena, struct str, facts->rawbody_n);
	if (!items && facts->rawbody_n)
		return -1;
	for (size_t i = 0; i < facts->rawbody_n; i++)
		items[i] = str_slice(facts->rawbody[i], 0, FACT_RAWBODY_MAX);
	*out = (struct view_texts){ items, facts->rawbody_n, false, NULL };
	return 0;
}

/* The last field of the name in one part, as SpamAssassin takes it; ALL: the whole block. */
static void part_text(const struct view *view, const struct fact_part *part, struct buf *out)
{
	bool all = str_equal(view->header, STR("ALL"));
	const struct fact_header *found = NULL;
	for (size_t i = 0; i < part->headers_n && out->len < FACT_HEADER_MAX; i++) {
		if (str_equal_nocase(part->headers[i].name, view->header))
			found = &part->headers[i];
		if (!all)
			continue;
		add_named_line(view, &part->headers[i], out);
	}
	if (!all && found)
		add_value(view, found, out);
}

static int texts_mime(const struct view *view, const struct facts *facts, struct arena *arena,
	struct view_texts *out)
{
	struct fact_part top = { .headers = facts->headers, .headers_n = facts->headers_n };
	struct str *items = ARENA_ARRAY(arena, struct str, facts->parts_n + 1);
	if (!items)
		return -1;
	for (size_t i = 0; i <= facts->parts_n; i++) {
		struct buf text = { .arena = arena };
		part_text(view, i ? &facts->parts[i - 1] : &top, &text);
		if (text.failed)
			return -1;
		items[i] = str_slice(buf_str(&text), 0, FACT_HEADER_MAX);
		/* raw: of parts SpamAssassin leaves out the blanks behind the colon */
		while (i && items[i].len && (items[i].ptr[0] == ' ' || items[i].ptr[0] == '\t'))
			items[i] = str_slice(items[i], 1, items[i].len);
	}
	*out = (struct view_texts){ items, facts->parts_n + 1, false, NULL };
	return 0;
}

typedef int texts_of_kind(const struct view *view, const struct facts *facts,
	struct arena *arena, struct view_texts *out);
static texts_of_kind *const texts_by_kind[] = {
	[VIEW_BODY] = texts_body, [VIEW_URI] = texts_uri,
	[VIEW_FULL] = texts_full, [VIEW_RAWBODY] = texts_rawbody, [VIEW_MIME] = texts_mime,
};

int view_texts(const struct view *view, const struct ruleset *set, const struct facts *facts,
	struct arena *arena, struct view_texts *out)
{
	if (view->kind == VIEW_HEADER)
		return texts_header(view, set, facts, arena, out);
	return texts_by_kind[view->kind](view, facts, arena, out);
}
