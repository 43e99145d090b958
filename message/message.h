/* message/message: the facade: a mail goes in as the MTA hands it over, what it says comes out.
 *
 * header() for each header, then end_of_headers(), body() for each chunk, end(). The result does
 * not depend on how the body was cut into chunks. Hostile and broken mail is normal input: there
 * are no errors but spent memory, only flags that say what was left out.
 *
 * Works within one arena (the message's), no thread-local state: the callbacks of one connection
 * run on different threads, one after the other.
 */
#ifndef DEPEER_MESSAGE_MESSAGE_H
#define DEPEER_MESSAGE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/disguise.h"
#include "base/html_facts.h"
#include "base/ip.h"
#include "base/link.h"
#include "base/part.h"
#include "base/str.h"
#include "message/uri_forms.h"

struct message;

/* After a limit the rest is left out and the view says so in `truncated`. Zero: the default. */
struct message_limits {
	size_t headers;        /* count; default 1,000 */
	size_t header_bytes;   /* of all headers; default 256 KiB */
	size_t scan_bytes;     /* of the body as it came; default 1 MiB */
	size_t parts;          /* MIME parts; default 200 */
	size_t depth;          /* of nested multiparts and messages; default 20 */
	size_t urls;           /* unique; default 1,000 (of at most 8 times as many spellings) */
	size_t part_text;      /* characters of rendered text a part; default 50,000 as SpamAssassin */
};

struct message_options {
	struct message_limits limits;
	bool want_full;        /* keep the message as it came, for `full` rules */
	bool want_body;        /* make the body view */
	bool want_uris;        /* make the list for `uri` rules (makes the body view too) */
	bool want_links;       /* with it: what is known of each link, for `uri_detail` rules */
	bool want_signers;     /* with that: the domains of DKIM signatures too */
	struct uri_redirector redirector; /* of links for these two; find NULL: none is known */
	bool want_rawbody;     /* make the view for `rawbody` rules */
	bool want_relays;      /* read the Received lines */
	/* With it: header fields that name a first hop by its address, at most ORIGINS_MAX; NULL: the
	 * default (base/origins.h). */
	const struct str *origins;
	size_t origins_n;
	bool want_parts;       /* keep the headers of the parts */
	bool want_tree;        /* and what they are; for checks of the parts and images */
	bool want_html;        /* count what HTML is made of */
};

enum message_truncated { /* bits */
	MESSAGE_CUT_HEADERS = 1, MESSAGE_CUT_SCAN_BYTES = 2, MESSAGE_CUT_PARTS = 4,
	MESSAGE_CUT_DEPTH = 8, MESSAGE_CUT_URLS = 16, MESSAGE_CUT_TEXT = 32, MESSAGE_CUT_MEMORY = 64,
	MESSAGE_CUT_READINGS = 128 /* not all that other programs may read (message/readings.h) */
};
/* "scan-bytes,urls" into out; "" when nothing was cut. */
const char *message_truncated_text(unsigned truncated, char *out, size_t size);

struct message_header {
	struct str name, raw, decoded; /* see rules/fact.h: the same meaning */
};

enum message_url_origin {
	MESSAGE_URL_TEXT, MESSAGE_URL_HTML_LINK, MESSAGE_URL_HTML_LOAD, /* img, background ... */
	MESSAGE_URL_HTML_FORM, MESSAGE_URL_HTML_TEXT, MESSAGE_URL_HEADER,
	MESSAGE_URL_NOT_SHOWN  /* text that no program shows, as behind the last part */
};

/* Where a link was found, so that it can be found again there. How to come from the slice to the
 * same URL is told in message/links.h. */
enum message_place_in {
	PLACE_HEADER,  /* headers[n].decoded */
	PLACE_SOURCE,  /* texts[n].source: of an attribute's value, its references not decoded yet */
	PLACE_SHOWN,   /* texts[n].shown */
	PLACE_ALL,     /* texts[n].all: a link that has to do with text that is not shown */
	PLACE_URL      /* urls[n].url: a link within a link, n is less than its own index */
};
struct message_place {
	enum message_place_in in;
	unsigned n;
	size_t at, len;        /* bytes */
};

/* A text that links were looked for in. */
struct message_text {
	struct str source;     /* in UTF-8; of HTML: with its markup */
	struct str shown;      /* the same, or what a reader of the HTML sees */
	struct str all;        /* the same, or with what he does not see */
};

struct message_url {
	struct str raw;        /* as it stood (decoded from transfer encoding and charset) */
	struct str url;        /* after the WHATWG rules: serialised, percent-decoded for matching */
	struct str host;       /* lower case ASCII (punycode); address in canonical form; empty: opens
	                        * nothing, or is a mail address ("mailto:") */
	bool host_is_ip;
	struct ip ip;
	enum message_url_origin origin;
	struct str anchor;     /* visible text of the link, when it is an HTML link */
	unsigned disguise;     /* bits of enum disguise */
	struct message_place place;
};

/* The headers of one MIME part, multiparts and attached messages too. */
struct message_part {
	const struct message_header *headers;
	size_t headers_n;
	struct part about;       /* zero without want_tree */
};

/* One Received header or other hop, newest first. Empty slices where it says nothing. */
struct message_relay {
	struct str rdns, helo, ip_text, by, ident, id, protocol, envfrom;
	struct str auth;         /* how the client logged in; empty: it did not */
	bool has_ip, authenticated;
	bool no_rdns;            /* the server asked for the client's name, and there was none */
	struct ip ip;
	unsigned received;       /* which of the Received headers, from 1; 0: another one */
};

/* All of it lives as long as the arena. */
struct message_view {
	const struct message_header *headers;
	size_t headers_n;
	const struct str *body;  /* Subject first if there is one, then paragraphs (rules/fact.h) */
	size_t body_n;
	bool body_has_subject;
	const struct str *rawbody; /* message/rawbody.h */
	size_t rawbody_n;
	const struct message_part *parts; /* in their order; the message itself is none of them */
	size_t parts_n;
	bool has_tree;           /* want_tree; else the next two are zero */
	struct part top;         /* the message itself */
	unsigned flaws;          /* enum part_flaw */
	const struct html_facts *html; /* one for each HTML part that the body view shows */
	size_t html_n;
	struct str full;
	const struct message_url *urls; /* unique by `url`, in order of appearance */
	size_t urls_n;
	const struct message_text *texts; /* in order of the parts; all readings of them */
	size_t texts_n;
	const struct str *uris;  /* SpamAssassin's strings for `uri` rules (message/uris.h) */
	size_t uris_n;
	const struct link *links; /* the same, link by link (base/link.h) */
	size_t links_n;
	const struct message_relay *relays; /* want_relays: of Received headers, from the top */
	size_t relays_n;
	unsigned relays_unreadable; /* Received headers that may hide a relay */
	unsigned truncated;      /* enum message_truncated */
	size_t bytes;            /* of headers and body that were handed in */
	size_t body_bytes;       /* of the body that was read; CR is not counted (MTAs add them) */
	/* bytes of the text of HTML that is seen; that is not, without blanks and fillers */
	size_t text_shown, text_hidden;
	int64_t date;            /* the Date: header, UTC seconds; INT64_MIN when absent or bad */
};

/* NULL when the arena is spent. Freed with the arena. */
struct message *message_create(const struct message_options *options, struct arena *arena);

/* Each: 0, or -1 when memory is spent (then the message cannot be judged; the caller decides).
 * header(): value as the MTA hands it over: folded lines keep their LF (or CRLF), a leading space
 * after the colon may be there or not. */
int message_header(struct message *message, struct str name, struct str value);
int message_end_of_headers(struct message *message);
/* 1: everything up to the scan limit was seen, more is not wanted (the milter answers SKIP). */
int message_body(struct message *message, struct str chunk);
int message_end(struct message *message);
const struct message_view *message_view(const struct message *message);

/* A whole mail in memory (LF or CRLF; an mbox "From " line is passed over): all the calls above. */
int message_read(struct message *message, struct str mail);

/* The registered domain of a link's host, by the public suffix list: a slice of it, empty if it has
 * none. Asked when it is wanted: libpsl takes as long as the rest of a link's reading. */
struct str message_url_domain(const struct message_url *url);

/* Value of the first header of this name (any case), or NULL. */
const struct message_header *message_find_header(const struct message_view *view, struct str name);

#endif
