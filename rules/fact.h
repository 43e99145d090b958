/* rules/fact: what rules are asked about: one message, as plain data.
 *
 * milter/scan fills this from message/ and geoip/; eval reads it and nothing else. Every slice is
 * borrowed: it lives at least as long as the evaluation and the verdict that comes of it.
 */
#ifndef DEPEER_RULES_FACT_H
#define DEPEER_RULES_FACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auth_result.h"
#include "base/disguise.h"
#include "base/html_facts.h"
#include "base/link.h"
#include "base/network.h"
#include "base/part.h"
#include "base/str.h"

/* When a fact is there. A rule's stage is the latest of what it needs; at RCPT only those of
 * FACT_CONNECT can be asked. In order of time. */
enum fact_stage { FACT_CONNECT, FACT_ENVELOPE, FACT_MESSAGE };

struct fact_header {
	struct str name;     /* as written */
	struct str raw;      /* after the colon, folding kept, without the last line end */
	struct str decoded;  /* unfolded, RFC 2047 decoded to UTF-8 where it could be, trimmed */
};

struct fact_part {
	const struct fact_header *headers;
	size_t headers_n;
	struct part about;   /* zero unless the set asks for the tree */
};

/* What DNS says of a name. */
struct fact_host {
	struct str name;
	const char *unknown; /* why not all could be said ("dns-timeout" ...; static); NULL: it was */
	bool nxdomain;       /* there is no such name */
	const struct network *const *networks; /* of its addresses; those that are private or of no
	                                        * host at all (0/8, 127/8) are left out */
	size_t networks_n;
	uint32_t ttl;        /* seconds: the least of the answers; 0: there was none */
};

struct fact_url {
	struct str raw;      /* as it stood in the mail */
	struct str url;      /* cleaned and decoded, what a click would open */
	struct str host;     /* lower case; an IP address in canonical form; empty: none (mailto:) */
	bool host_is_ip;
	unsigned disguise;   /* bits of enum disguise (base/disguise.h) */
	const struct network *network; /* of a literal address; NULL when the host is a name */
	const struct fact_host *dns;   /* of a name; NULL: it was not asked for */
	const struct fact_host *ns;    /* all name servers of its registered domain as one; NULL: as
	                                * above */
};

/* A relay of the Received chain, newest first. relays[0] is the connecting client: empty where
 * it has no address, as `client` is NULL then. Only a caller without any connection may leave it
 * out (`client` is NULL too): then all of them are relays. */
struct fact_relay {
	struct str ip_text, rdns, helo, by, ident, id, protocol, envfrom;
	struct str auth;               /* how it logged in, as SpamAssassin names it */
	bool has_ip, authenticated;
	bool no_rdns;                  /* its name was asked for, and there is none */
	const struct network *network; /* NULL: no address, or private */
	unsigned received;             /* which of the Received headers, from 1; 0: none */
	bool trusted, internal, msa;   /* by eval (rules/trust.h); what the caller says is not read */
};

struct facts {
	/* Not of the mail but of the world: the registered domain of a host's name, by the public
	 * suffix list: a slice of the name, empty if it has none. Any thread may call it. NULL: the
	 * list is not at hand. */
	struct str (*registered)(struct str host);
	/* The last day that each network list can be asked about, by its number; NULL: all always. A
	 * list that is too old on the mail's day is unknown. */
	const int32_t *list_last_days;
	/* FACT_CONNECT */
	const struct network *client;  /* NULL: no address (local or unknown socket) */
	struct str client_name;        /* verified PTR name as the MTA gave it, "" if none */
	struct str helo;
	/* FACT_ENVELOPE */
	struct str mail_from;          /* without <>; empty for bounces */
	bool has_mail_from;
	const struct str *recipients;
	size_t recipients_n;
	/* FACT_MESSAGE */
	const struct fact_header *headers; /* in the order of the message */
	size_t headers_n;
	const struct str *body;        /* SpamAssassin's body view: Subject first (body_has_subject),
	                                * then rendered text by paragraph, <= 2,049 bytes each */
	size_t body_n;
	bool body_has_subject;
	const struct str *rawbody;     /* the decoded text parts, HTML kept, in pieces of at most
	                                * 4,096 bytes */
	size_t rawbody_n;
	const struct fact_part *parts; /* the headers of the MIME parts, behind `headers` */
	size_t parts_n;
	bool has_tree;                 /* else nothing is known of `top`, `flaws` and `parts[].about` */
	struct part top;               /* the message itself */
	unsigned flaws;                /* enum part_flaw */
	const struct html_facts *html; /* one for each HTML part; empty unless the set asks */
	size_t html_n;
	size_t body_bytes;             /* of the body as it came, CR not counted; where reading stopped
	                                * at ScanBytes, up to there */
	size_t text_shown, text_hidden; /* bytes of the text of HTML that a reader sees, and of the
	                                * rest, without its blanks and what newsletters fill up
	                                * with; text/plain is not counted */
	struct str full;               /* headers, empty line, body; empty unless the set asks */
	const struct fact_url *urls;   /* unique */
	size_t urls_n;
	const struct str *uris;        /* what `uri` rules see: SpamAssassin's strings of the same
	                                * links, several for one; empty unless the set asks */
	size_t uris_n;
	const struct link *links;      /* what SpamAssassin knows of each link (base/link.h); empty
	                                * unless the set asks */
	size_t links_n;
	bool has_dns;                  /* else no name was asked for, and all of these are NULL */
	const struct fact_host *helo_host, *from_host; /* HELO's name; the domain of From */
	const struct fact_host *mx;    /* all mail servers of the envelope sender's domain as one; NULL:
	                                * it has no domain */
	const struct fact_relay *relays;
	size_t relays_n;
	struct auth_results auth;      /* of servers that the admin trusts; empty unless the set asks */
	size_t relays_unreadable;      /* Received lines that may hide one more */
	int32_t day;                   /* of the mail (base/date.h): for rules that expire */
	int64_t received_at;           /* when our server received it, seconds since 1970; 0: its
	                                * Received line is among the headers, or nobody knows */
};

/* How many bytes of a view a rule may see: SpamAssassin's caps, which also bound regex time. */
enum {
	FACT_BODY_STRING_MAX = 2048 + 1, /* the space that it was cut at */
	FACT_RAWBODY_MAX = 4096, FACT_HEADER_MAX = 8192,
	FACT_URL_MAX = 8192,
	FACT_FULL_MAX = 512 * 1024
};

#endif
