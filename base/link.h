/* base/link: what SpamAssassin knows of one link of a mail, as plain data: message/ makes it,
 * rules/ asks about it (`uri_detail` rules and checks of links).
 *
 * As Mail::SpamAssassin 4.0.1 has it (PerMsgStatus.pm, get_uri_detail_list; HTML.pm).
 */
#ifndef DEPEER_BASE_LINK_H
#define DEPEER_BASE_LINK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/ip.h"
#include "base/str.h"

/* Where a link stood, as bits: the element it was an attribute of, or one of SpamAssassin's own
 * words. */
enum link_type {
	LINK_A = 1 << 0, LINK_AREA = 1 << 1, LINK_LINK = 1 << 2, LINK_IMG = 1 << 3,
	LINK_FRAME = 1 << 4, LINK_IFRAME = 1 << 5, LINK_EMBED = 1 << 6, LINK_SCRIPT = 1 << 7,
	LINK_BGSOUND = 1 << 8, LINK_FORM = 1 << 9, LINK_BASE = 1 << 10, LINK_META = 1 << 11,
	LINK_BODY = 1 << 12, LINK_TABLE = 1 << 13, LINK_TR = 1 << 14, LINK_TD = 1 << 15,
	LINK_PARSED = 1 << 16,     /* in the text that is shown */
	LINK_UNLINKED = 1 << 17,   /* a bare host name there */
	LINK_SCHEMELESS = 1 << 18, /* the scheme was put before it */
	LINK_DOMAINKEYS = 1 << 19, /* the domain of a DKIM signature */
	LINK_NOCANON = 1 << 20, LINK_NOCLEAN = 1 << 21, /* with it */
	LINK_TYPES = 22
};

struct link_host {
	struct str host;    /* lower case; ASCII where it can be */
	struct str domain;  /* registered, by the public suffix list; of an address: the address */
	bool is_ip;
	struct ip ip;
};

/* What is shown between <a> and </a>, with its blanks; an image there is "<img>\n". */
struct link_anchor {
	struct str text;
	unsigned part;      /* which HTML part, from 0 */
};

struct link {
	struct str raw;     /* as found, with "http://" or the like where it stood in text without */
	unsigned types;
	const struct str *cleaned; /* its forms, `raw` first; none for LINK_DOMAINKEYS */
	size_t cleaned_n;
	const struct link_host *hosts; /* that stand in the forms; each once */
	size_t hosts_n;
	const struct link_anchor *anchors; /* by part */
	size_t anchors_n;
};

/* The name of one bit, by its number: "img", "parsed". */
const char *link_type_name(unsigned number);

#endif
