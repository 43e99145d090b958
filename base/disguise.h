/* base/disguise: how a link of a mail was hidden from filters or from its reader (plain data).
 *
 * message/ finds it while it reads, rules/ asks for it (check_url_disguise), `depeer score` shows
 * it. A disguise is a fact about one link, not a verdict: mailing programs percent-encode and cloud
 * services redirect every day.
 */
#ifndef DEPEER_BASE_DISGUISE_H
#define DEPEER_BASE_DISGUISE_H

#include <stddef.h>

enum disguise { /* bits */
	DISGUISE_REFERENCES = 1 << 0,  /* character references of HTML in scheme or host */
	DISGUISE_PERCENT = 1 << 1,     /* percent-encoding in the host */
	DISGUISE_NUMERIC = 1 << 2,     /* an IPv4 address not as four decimal numbers */
	DISGUISE_CARRIED = 1 << 3,     /* an IPv6 address that carries an IPv4 one */
	DISGUISE_USERINFO = 1 << 4,    /* something before an '@' */
	DISGUISE_SLASHES = 1 << 5,     /* backslashes, or not two slashes behind the scheme */
	DISGUISE_BLANKS = 1 << 6,      /* tabs, line ends or controls in scheme or host */
	DISGUISE_INVISIBLE = 1 << 7,   /* characters in the host that are not shown */
	DISGUISE_COMPATIBLE = 1 << 8,  /* characters that UTS 46 maps to ASCII: full width, circled */
	DISGUISE_CONFUSABLE = 1 << 9,  /* a host of other letters that look like Latin ones */
	DISGUISE_HUMAN = 1 << 10,      /* hxxp, [.], "dot": a reader mends it, a program does not */
	DISGUISE_NESTED = 1 << 11,     /* stands within another link, as a redirector's target */
	DISGUISE_DATA = 1 << 12,       /* within a data: document */
	DISGUISE_NOT_SHOWN = 1 << 13,  /* only in text, or of an element, that is not shown */
	DISGUISE_TAGS = 1 << 14,       /* in text, cut in pieces by tags */
	DISGUISE_SAYS_OTHER = 1 << 15, /* the text of the link names another registered domain */
	DISGUISE_READING = 1 << 16     /* seen only where a broken mail is read as some programs do */
};
enum { DISGUISES = 17 };

/* The word for one bit, by its number: "userinfo". */
const char *disguise_name(unsigned number);

#endif
