/* message/html_tokens: HTML taken apart as HTML::Parser 3.81 does, which SpamAssassin reads with.
 *
 * It is not the tokenizer of message/html on purpose: that one goes with browsers, so as to find
 * what a reader sees and where a click leads; the facts (base/html_facts.h) count what
 * SpamAssassin counts. "<br/x>" is a tag named "br/x" there, a comment ends only at "--" white
 * space ">", what is never closed is one comment to the end of the part, title and textarea hold
 * no tags, and "<![CDATA[" is a marked section.
 *
 * Linear in the input: the end of an element of raw text is looked for in vain at most once for
 * each such element. No allocation, no recursion, any thread.
 */
#ifndef DEPEER_MESSAGE_HTML_TOKENS_H
#define DEPEER_MESSAGE_HTML_TOKENS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

/* The attributes that somebody asks for. */
enum html_attribute {
	HTML_A_ACTION, HTML_A_ALINK, HTML_A_BACKGROUND, HTML_A_BGCOLOR, HTML_A_COLOR, HTML_A_FACE,
	HTML_A_HEIGHT, HTML_A_HREF, HTML_A_LINK, HTML_A_SAFE_HREF /* data-saferedirecturl */,
	HTML_A_SIZE, HTML_A_SRC, HTML_A_STYLE, HTML_A_TEXT, HTML_A_VLINK, HTML_A_WIDTH,
	HTML_A_LOST_HREF, HTML_A_LOST_SRC, /* a name that ends in x/href, x/src: a blank is missing */
	HTML_ATTRIBUTES
};

/* Slices of the source; names of tags are made lower case there. */
struct html_tag_token {
	struct str name;
	bool closing;
	unsigned seen;                        /* bits by enum html_attribute */
	struct str values[HTML_ATTRIBUTES];   /* where `seen` is; references not decoded. One without
	                                       * a value has its own name for it */
};

/* Each returns 0, or else html_tokens returns what it gave. */
struct html_token_events {
	int (*tag)(void *context, const struct html_tag_token *tag);
	int (*text)(void *context, struct str text, bool raw); /* raw: holds no references */
	int (*comment)(void *context, struct str text);        /* with its "<!--" and "-->" */
	int (*doctype)(void *context);
};

/* The source ends within "<![ignore[": not even its end is told there by HTML::Parser. */
enum { HTML_TOKENS_NO_END = 1 };

/* `source` is changed: names of tags become lower case. 0, or HTML_TOKENS_NO_END, or what an event
 * gave. */
int html_tokens(char *source, size_t len, const struct html_token_events *events,
	void *context);

#endif
