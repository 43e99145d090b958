/* message/url_find: links that stand in plain text, as mail programs make them clickable.
 *
 * "scheme://...", "mailto:...", "www.example.com/...", bare host names ("example.com") and
 * addresses ("name@example.com") where the last label is a public suffix, and IPv4 addresses with
 * a path or a port. What is no part of the link for most programs is left out: the sentence's
 * punctuation, brackets that are not opened in it, Chinese words around it.
 *
 * `human`: no link to most programs, but a reader can make one of it: "hxxp://", "pills[.]com",
 * "www dot pills dot com", "http://pil ls.com (remove the space)", or a host written as few
 * programs take it ("http://-x-.pills.com"). `mended` is the link that he would type. Prose is
 * full of dots and of the word "dot": there must be a scheme, "www", brackets or an instruction
 * about it, and a public suffix unless scheme or "www" say what it is.
 *
 * From left to right, not overlapping, but for a second reading of the link before: of
 * "http://good.example@evil.example/" some programs take the part before the '@' only. Linear in
 * the text. Any thread.
 */
#ifndef DEPEER_MESSAGE_URL_FIND_H
#define DEPEER_MESSAGE_URL_FIND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"

struct url_finder {
	struct str text;
	struct arena *arena;
	size_t at;
	unsigned dear;   /* look-ups of names in Chinese */
	size_t read;     /* up to here was looked at for dots in words */
	struct str also; /* a second reading, to be given next; empty: none */
};

struct url_found {
	struct str link;   /* as it stands: a slice of the text */
	struct str mended; /* for url_parse; the same, or memory of the arena */
	bool human, again; /* again: a second reading of the link before */
};

/* Mended links live in the arena; without one (NULL) there are none. */
static inline struct url_finder url_find_begin(struct arena *arena, struct str text)
{
	return (struct url_finder){ text, arena, 0, 0, 0, { NULL, 0 } };
}

/* The next link; false at the end. When the arena is spent, mended links are missing: see
 * arena_spent. */
bool url_find_next(struct url_finder *finder, struct url_found *found);

#endif
