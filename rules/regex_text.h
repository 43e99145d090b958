/* rules/regex_text: a regex as it is written in a rule: /../mods, m{..}mods, qr!..!mods.
 */
#ifndef DEPEER_RULES_REGEX_TEXT_H
#define DEPEER_RULES_REGEX_TEXT_H

#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"

struct regex_text {
	struct str body, modifiers; /* slices of the text that was read */
};

/* Takes the delimiters off `text` (no blanks around it), by SpamAssassin's rules: the closing
 * delimiter is the last one in the text, and one inside must be escaped unless the delimiters
 * are a pair. On failure returns what is wrong, with *at its offset; else NULL. */
const char *regex_text_read(struct str text, struct regex_text *out, size_t *at);

/* A character above 255 (\x{456}) matches no byte; PCRE2 refuses it where regexes are of bytes.
 * Returns the regex with such characters taken out of classes, and (?!) in place of others; `text`
 * itself when it has none. ptr NULL: memory is spent. */
struct str regex_text_narrow(struct str text, struct arena *arena);

#endif
