/* rules/checks_text: what the checks share: headers as rules name them, words, wildcards.
 *
 * A check reads the message through the same views as the rules (rules/view.h), so that both see
 * the same text.
 */
#ifndef DEPEER_RULES_CHECKS_TEXT_H
#define DEPEER_RULES_CHECKS_TEXT_H

#include "rules/check_table.h"
#include "rules/values.h"

/* The header as a header rule would name it ("Subject", "Received:raw"): *out as it would be
 * matched, empty when the mail has none. 0, or -1 when memory is spent. */
int checks_header(const struct check_context *context, const char *name, struct str *out);
/* The same with blanks folded to one space each, on one line. */
int checks_folded(const struct check_context *context, const char *name, struct str *out);

struct checks_list {
	const struct str *items;
	size_t n;
};
/* All addresses of a header ("To:addr"), one an item. */
int checks_addresses(const struct check_context *context, const char *name,
	struct checks_list *out);
/* Only the first of them, empty if none; "EnvelopeFrom" is the sender of the envelope. */
int checks_address(const struct check_context *context, const char *name, struct str *out);
/* Whom SpamAssassin takes for the senders, and the recipients, from a dozen headers. */
int checks_senders(const struct check_context *context, struct checks_list *out);
int checks_recipients(const struct check_context *context, struct checks_list *out);

/* Does `text` hold something like `like`? In it '*' stands for any bytes but blanks, '+' for at
 * least one, '#' for at least one digit, '$' for an IP address, '~' for any bytes up to the line's
 * end; the rest is itself, with case. A wildcard takes at most 255 bytes, which bounds the time. */
bool checks_like(struct str text, const char *like);
/* The same at the beginning of `text`. */
bool checks_begins_like(struct str text, const char *like);

/* "*@*.example", "?" one byte, case ignored: the whole text, as lists of addresses have it. */
bool checks_glob(struct str pattern, struct str text);

/* Is the address in a list of such patterns? NULL: the list is empty. */
bool checks_in_list(const struct values *values, struct str address);

/* The words of `text`, one after the other; false at the end. */
bool checks_word(struct str *rest, struct str *word);

/* The n-th argument as a number; "undef" and none give `otherwise`. */
double checks_number(const struct check_call *call, size_t n, double otherwise);
struct str checks_argument(const struct check_call *call, size_t n); /* empty: none */

bool checks_word_byte(char c); /* letter, digit, underscore */
bool checks_ends(struct str text, struct str end); /* case ignored */

/* The registered domain after the rules' own lists (util_rb_2tld ...): of "a.b.example.co.uk"
 * "example.co.uk". Lower case, in the arena. 0 or -1. */
int checks_domain(const struct check_context *context, struct str host, struct str *out);
/* The registered domain as checks of our own want it, by the public suffix list: a slice of `host`,
 * as it is written there; empty: it has none. Without that list it is the rules' lists that say
 * (checks_domain), and without those *unknown is set. 0 or -1. */
int checks_registered(const struct check_context *context, struct str host, struct str *out,
	const char **unknown);
/* Gives the hosts of facts->links the domains that checks_domain says, where the rules have such
 * lists; the array is a new one then. 0 or -1. */
int checks_mark_links(const struct ruleset *set, struct arena *arena, struct facts *facts);
/* Is the last label one of util_rb_tld? */
bool checks_known_tld(const struct check_context *context, struct str host);

/* Relays with an address, newest first, the connecting client among them. 0 or -1. */
struct checks_relays {
	const struct fact_relay *const *items;
	size_t n;
};
int checks_relays(const struct check_context *context, bool trusted, struct checks_relays *out);

/* Is this a charset of a language that ok_locales does not have? Without a setting: never. */
bool checks_charset_far(const struct check_context *context, struct str charset);

/* The message itself (0) or one of its parts (1 to parts_n). */
const struct part *checks_part(const struct facts *facts, size_t number);
/* True when nothing is known of the parts; *out says so. */
bool checks_no_tree(const struct facts *facts, struct check_answer *out);

/* Says a hit. */
int checks_hit(struct check_answer *out, bool hit, struct str evidence);

#endif
