/* The forms of the Received lines of some seventy programs, in the order in which SpamAssassin
 * 4.0.1 (Message/Metadata/Received.pm) asks for them: the first that fits decides. They are facts
 * about those programs; where several of its forms say the same, one stands here.
 */
#include "message/received_forms.h"

#include <string.h>

/* Programs that are told by a text of theirs: of one such line only its own forms are asked, then
 * the general ones. */
enum family {
	ANY, SMTPSVC, EXCHANGE, XMAIL, ECELERITY, EXIM, POSTFIX, SCALIX, DOMINO
};
static const struct { enum family family; const char *text; } FAMILIES[] = {
	{ SMTPSVC, " SMTPSVC" }, { EXCHANGE, " with Microsoft SMTP Server {(%C) }%p.%p.%p.%p{ }" },
	{ EXCHANGE, " with mapi id {(%C) }%p.%p.%p.%p{ }" }, { XMAIL, "[XMail " },
	{ ECELERITY, "(ecelerity%B" }, { EXIM, "Exim" }, { POSTFIX, " (Postfix) with" },
	{ SCALIX, "(Scalix SMTP Relay" }, { DOMINO, " (Lotus Domino " },
};

enum {
	LOOKED = 1,          /* these servers ask DNS for the client's name */
	LOOKED_IF_NAMED = 2, /* unless it is "unknown": then they may not have asked */
	SKIP = 4,            /* no relay: local delivery, a filter, fetched mail */
	FIND = 8,            /* anywhere in the line */
	NO_ID = 16,
	NOT_QMAIL_LDAP = 32, /* qmail-ldap's lines look so, and are not */
	RDNS_IS_IDENT = 64, /* "ident@rdns" */
	SENDER = 128         /* what it says of the sender is meant of the line below */
};
struct form {
	enum family family;
	const char *when;    /* only where this text is, too */
	const char *form;
	unsigned flags;
};

static const struct form FORMS[] = {
	{ ANY, " (SquirrelMail authenticated user ", "%i%B%tby %b with HTTP", FIND },
	{ ANY, " (NaSMail authenticated user ", "%i%B%tby %b with HTTP", FIND },
	{ ANY, "with HTTP (WebMailUI)", "%i by %b (%j) with HTTP (WebMailUI)", FIND },
	{ SMTPSVC, NULL, "%H ([%i]%c) by %b with Microsoft SMTPSVC", 0 },
	{ SMTPSVC, NULL, "mail pickup service by %w with Microsoft SMTPSVC%$", SKIP },
	{ EXCHANGE, NULL, "%h ({[}%i{%%%W}{]}) by %b ", NO_ID },
	{ XMAIL, NULL, "%h ({[}%i{]}:%p) by %b{ (%w)} with [XMail%? id <%k>%? from <%e>", 0 },
	{ XMAIL, NULL, "%h ({[}%i{]}:%p) by %b{ (%w)} with [XMail", 0 },
	{ ECELERITY, NULL, "([%i:%p] helo=%h) by %b ", 0 },
	{ ECELERITY, NULL, "%w ([%i:%p]) by %b ", 0 },
	{ EXIM, NULL, "%Bwith local{-%w} ", SKIP | FIND },
	{ EXIM, NULL, "[%i] (%o) by %b ", 0 },
	{ EXIM, NULL, "%n ([%i]%o) by %b ", 0 },
	{ EXIM, NULL, "%n [%i]{:%p} by %b ", 0 },
	{ EXIM, NULL, "%r {%?(%h) }%?[%i{.%p}] %?by %b ", 0 },
	{ POSTFIX, NULL, "%h (%r [%i]) by %b ", LOOKED },
	{ POSTFIX, NULL, "%h (%r[%i]) by %b ", LOOKED },
	{ SCALIX, NULL, "%h ({ }%i) by %b", 0 },
	{ DOMINO, NULL, "%h ([%i]) by %b (Lotus", 0 },
	{ ANY, "with HTTP", "%i ([%j]) by %b", 0 },
	{ ANY, NULL, "%h (%r [%i]%*) by %b (", LOOKED | NOT_QMAIL_LDAP | RDNS_IS_IDENT },
	{ ANY, NULL, "%h (%r [%i]) by %b with %w (", LOOKED },
	{ ANY, NULL, "%r ([%i] helo=%h) by %b with ", 0 },
	{ ANY, NULL, "%h (<unknown%W>[%i]) by %b ", 0 },
	{ ANY, NULL, "%h (%m[%i]) by %b ", LOOKED },
	{ ANY, NULL, "%h (%D@[%i]%*) by %b (", LOOKED },
	{ ANY, NULL, "%r (%E %H) (%i) by %b (qpsmtpd/%w) with {E}SMTP", 0 },
	{ ANY, NULL, "%r (LHLO %H) (%i) by %b with LMTP", 0 },
	{ ANY, NULL, "%r (%E %H) [%i] by %b (%C) with {E}SMTP", 0 },
	{ ANY, NULL, "%r (%E %H) ({%d@}{[}%i{]}){ (envelope-sender <%w>)} by %b{ (%*)} with %q",
	  LOOKED_IF_NAMED },
	{ ANY, NULL, "%n ({%d@}{[}%i{]}){ (envelope-sender <%w>)} by %b{ (%*)} with %q",
	  LOOKED_IF_NAMED },
	{ ANY, " via HTTP", "[%i] by %b via HTTP%$", 0 },
	{ ANY, NULL, "%w ( [%i])%? by %b ", 0 },
	{ ANY, NULL, "(%h [%i]) by %b ", 0 },
	{ ANY, NULL, "[%i] by %b ", 0 },
	{ ANY, NULL, "({[}%i{]}) by %b ", 0 },
	{ ANY, NULL, "%h [%i] by %b [%j] with ", LOOKED },
	{ ANY, NULL, "%h [(%i)] by %b (%j) ", 0 },
	{ ANY, NULL, "%h ([%i]) by %b (", LOOKED },
	{ ANY, NULL, "%h (softdnserr [%i])%? by %b%B", 0 },
	{ ANY, NULL, "%h (%r [%i])%? by %b%B", LOOKED },
	{ ANY, NULL, "%h ([%i{:%p}{.%p}])%? by %b ", LOOKED },
	{ ANY, NULL, "with POP3", SKIP | FIND },
	{ ANY, NULL, "with IMAP", SKIP | FIND },
	{ ANY, NULL, "%r (%E %g) ({%D@}{[}%i{]})%* by %b ", LOOKED },
	{ ANY, NULL, "%n ({%D@}{[}%i{]})%* by %b ", LOOKED },
	{ ANY, " via smap ", "%r(%i) by %b via smap ", LOOKED },
	{ ANY, NULL, "%r(%i, %E %H) by %b via smap ", LOOKED },
	{ ANY, NULL, "%i by %b (SMTPL%B", 0 },
	{ ANY, NULL, "%i by %b (InterScan%B", 0 },
	{ ANY, NULL, "%w by %w with BSMTP", SKIP },
	{ ANY, NULL, "%r (%E %H) ({%d@}%i%?) by %b with ", LOOKED },
	{ ANY, NULL, "[%i] ({account %w }%E %H) by %b (", 0 },
	{ ANY, " (CommuniGate Pro", "%n ([%i] verified) by %b (", LOOKED },
	{ ANY, NULL, "%w (%w) by %w (Content Technologies ", SKIP },
	{ ANY, NULL, "%h ([%i] [%w]) by %b with ", 0 },
	{ ANY, NULL, "%i by %b with ", 0 },
	{ ANY, NULL, "[%i]%w (%E %H) by %b ", 0 },
	{ ANY, NULL, "%i (%E %H) by %b ", 0 },
	{ ANY, NULL, "%h (%r[%i]) by %b ", LOOKED },
	{ ANY, NULL, "%h [%i] by %b ", 0 },
	{ ANY, NULL, "%r(%i) by %b ", 0 },
	{ ANY, NULL, "%i (%B%C) by %b with ", 0 },
	{ ANY, NULL, "[%i] (%o) by %b ", 0 },
	{ ANY, NULL, "%r(%i){, claiming to be \"%h\"} via %w by %b,", LOOKED_IF_NAMED },
	{ ANY, NULL, "%h (%w@%i with login) by %b with SMTP", 0 },
	{ ANY, NULL, "%w (%w@%L) by %w (", SKIP },
	{ ANY, NULL, "%w %w by %w with local-smtp ", SKIP },
	{ ANY, NULL, "%w %w by %w with local-esmtp ", SKIP },
	{ ANY, NULL, "127.0.0.1 (AVG SMTP %w [%w])", SKIP },
	{ ANY, NULL, "%w@%w by %w ", SKIP },
	{ ANY, NULL, "Unknown/Local (", SKIP },
	{ ANY, NULL, "%L ({%w@}%L)", SKIP },
	{ ANY, NULL, "%L ({%w@}%L[", SKIP },
	{ ANY, NULL, "%w ({%w@}%L) ", SKIP },
	{ ANY, NULL, "%w (%w@%w [%L]) ", SKIP },
	{ ANY, NULL, "(AUTH: %w) by %w with ", SKIP },
	{ ANY, NULL, "localhost (localhost [[UNIX: localhost]]) by ", SKIP },
	{ ANY, NULL, "%w ([unix socket]) by %w (Cyrus v%p.%p.%p) with LMTPA", SKIP },
	{ ANY, "with qmail-scanner", "%w by %w (%c) with qmail-scanner", SKIP | SENDER },
	{ ANY, NULL, "%w by %w (", SKIP },
	{ ANY, NULL, "%w by %w with", SKIP },
	{ ANY, NULL, "%w by %w via", SKIP },
	{ ANY, NULL, "%w by %w for", SKIP },
	{ ANY, NULL, "%w with %w by%B", SKIP },
	{ ANY, NULL, "%w via %w by%B", SKIP },
	{ ANY, NULL, "%w for %w by%B", SKIP },
	{ ANY, NULL, "%w (unverified) by%B", SKIP },
	{ ANY, NULL, "%w (unknown) by %w (SG) with ", SKIP },
	{ ANY, NULL, "%w (%w [local]) by %w (OpenSMTPD) with ", SKIP },
	{ ANY, NULL, "(LSMTP for", SKIP | FIND },
	{ ANY, NULL, "([%L]) with MailEnable ", SKIP },
	{ ANY, NULL, "facebook.com (%C) by facebook.com with Thrift id %w%$", SKIP },
	{ ANY, NULL, "%w named %w by gmailapi.google.com with HTTPREST%$", SKIP },
	{ ANY, NULL, "%w id %w%$", SKIP },
};

/* Behind "FROM " and behind "(from ". */
static const struct form CAPITAL_FORMS[] = {
	{ ANY, NULL, "%h (%r [%i]) BY %b {(%C) WITH SMTP }ID <%k>{ FOR <%w>}%$", LOOKED },
	{ ANY, NULL, "%h (%r [%i]) BY %b {(%C) WITH SMTP }ID %k{ FOR <%w>}%$", LOOKED },
};
static const struct form BRACKET_FORMS[] = {
	{ ANY, NULL, "%H [%i]) by %b (NAVGW %?) with ", 0 },
	{ ANY, NULL, "%w@localhost) by %w ", SKIP },
	{ ANY, NULL, "%w@%C) by %w(jqueuemail) id %w", SKIP },
};

/* What each of them needs. Written once, before main() begins; read by any thread after that. */
enum { FORMS_N = sizeof FORMS / sizeof *FORMS, FAMILIES_N = sizeof FAMILIES / sizeof *FAMILIES };
static struct form_needs form_needs[FORMS_N], when_needs[FORMS_N], family_needs[FAMILIES_N];
static struct form_needs qmail_ldap_needs;
static const char QMAIL_LDAP[] = " by %w (qmail-%w) with ";

__attribute__((constructor)) static void learn_needs(void)
{
	for (size_t i = 0; i < FORMS_N; i++) {
		form_needs[i] = form_needs_of_form(FORMS[i].form);
		if (FORMS[i].when)
			when_needs[i] = form_needs_of_text(FORMS[i].when);
	}
	for (size_t i = 0; i < FAMILIES_N; i++)
		family_needs[i] = form_needs_of_form(FAMILIES[i].text);
	qmail_ldap_needs = form_needs_of_form(QMAIL_LDAP);
}

static enum family family_of(const struct form_index *index, struct form_line *line)
{
	struct form_kept none = { .options = { NULL, 0 } };

	for (size_t i = 0; i < FAMILIES_N; i++)
		if (form_may(index, &family_needs[i]) && form_find(line, FAMILIES[i].text, &none))
			return FAMILIES[i].family;
	return ANY;
}

/* "helo=x ident=y" */
static void read_options(struct form_kept *kept)
{
	static const char *const NAMES[] = { "helo=", "ident=" };
	struct str *const places[] = { &kept->helo, &kept->ident };

	for (size_t i = 0; i < 2; i++) {
		size_t at = str_find(kept->options, str_from(NAMES[i])), end;
		struct str value;

		if (at == SIZE_MAX)
			continue;
		value = str_slice(kept->options, at + strlen(NAMES[i]), kept->options.len);
		for (end = 0; end < value.len && !ascii_space(value.ptr[end]); end++)
			;
		*places[i] = str_slice(value, 0, end);
	}
}

static void read_ident(struct form_kept *kept)
{
	size_t at = str_find_byte(kept->rdns, '@');
	bool named = str_starts_nocase(kept->rdns, STR("IDENT:"));

	if (at == SIZE_MAX)
		return;
	kept->ident = str_slice(kept->rdns, named ? 6 : 0, at);
	kept->rdns = str_slice(kept->rdns, at + 1, kept->rdns.len);
}

/* How a line begins: its first byte, and the one behind its first word and the blank. */
struct beginning {
	char first, second;
};

static struct beginning begin_of(struct str text)
{
	size_t blank = str_find_byte(text, ' ');

	return (struct beginning){ text.len > 0 ? text.ptr[0] : '\0',
		blank != SIZE_MAX && blank + 1 < text.len ? text.ptr[blank + 1] : '\0' };
}

static bool is_fixed(char c)
{
	return c != '%' && c != '{' && c != '}' && c != '\0';
}

/* Most forms begin with fixed text, or with a word and fixed text behind its blank: two bytes tell
 * that most of them do not fit. */
static bool may_fit(const struct form *form, struct beginning line)
{
	const char *text = form->form;

	if (form->flags & FIND)
		return true;
	if (is_fixed(text[0]))
		return text[0] == line.first;
	return text[0] != '%' || !strchr("hrnwHRW", text[1]) || text[2] != ' ' ||
		!is_fixed(text[3]) || text[3] == line.second;
}

static bool fits(const struct form_index *index, struct form_line *line,
	const struct form *form, struct form_kept *kept)
{
	struct form_kept none = { .options = { NULL, 0 } };

	if ((form->when && str_find(line->text, str_from(form->when)) == SIZE_MAX) ||
		((form->flags & NOT_QMAIL_LDAP) && form_may(index, &qmail_ldap_needs) &&
		form_find(line, QMAIL_LDAP, &none)))
		return false;
	return form->flags & FIND ? form_find(line, form->form, kept) :
		form_match(line, form->form, kept);
}

static enum received_is take(const struct form *form, struct form_kept *kept,
	struct received_fields *out)
{
	if (!(form->flags & SENDER) && (form->flags & SKIP))
		kept->envfrom = str_make(NULL, 0);
	out->kept = *kept;
	if (form->flags & SKIP)
		return RECEIVED_NO_RELAY;
	read_options(kept);
	if (form->flags & RDNS_IS_IDENT)
		read_ident(kept);
	out->kept = *kept;
	out->no_id = (form->flags & NO_ID) != 0;
	out->looked = (form->flags & LOOKED) || ((form->flags & LOOKED_IF_NAMED) &&
		!str_equal_nocase(kept->rdns, STR("unknown")));
	return RECEIVED_RELAY;
}

/* Those behind "from ": by far the most lines and forms. */
static const struct form *find_form(const struct form_index *index, struct form_line *line,
	const struct form_kept *before, struct form_kept *kept)
{
	enum family family = family_of(index, line);
	struct beginning beginning = begin_of(line->text);

	for (size_t i = 0; i < FORMS_N && line->steps > 0; i++) {
		const struct form *form = &FORMS[i];

		if ((form->family != ANY && form->family != family) ||
			!form_may(index, &form_needs[i]) || !form_may(index, &when_needs[i]) ||
			!may_fit(form, beginning))
			continue;
		*kept = *before;
		if (fits(index, line, form, kept))
			return form;
	}
	return NULL;
}

enum received_is received_forms(const struct form_index *index, struct str text,
	enum received_start start, struct received_fields *fields)
{
	static const struct { const struct form *forms; size_t n; } OTHERS[] = {
		[RECEIVED_CAPITAL] = { CAPITAL_FORMS, sizeof CAPITAL_FORMS / sizeof *CAPITAL_FORMS },
		[RECEIVED_BRACKET] = { BRACKET_FORMS, sizeof BRACKET_FORMS / sizeof *BRACKET_FORMS },
		[RECEIVED_OTHER] = { NULL, 0 },
	};
	struct form_line line = { text, FORM_STEPS };
	const struct form *form = NULL;
	struct form_kept kept;

	if (start == RECEIVED_FROM)
		form = find_form(index, &line, &fields->kept, &kept);
	for (size_t i = 0; start != RECEIVED_FROM && !form && i < OTHERS[start].n; i++) {
		kept = fields->kept;
		if (form_match(&line, OTHERS[start].forms[i].form, &kept))
			form = &OTHERS[start].forms[i];
	}
	return form ? take(form, &kept, fields) : RECEIVED_UNREADABLE;
}
