/* rules/odd: the letters of other scripts that stand for ours in disguised words.
 *
 * A regex for an obfuscated "viagra" has for each letter a plain alternative or two and dozens in
 * UTF-8 and as character references; written out, their combinations are beyond counting. But a
 * match that is not all plain has a two-byte beginning of UTF-8, or "&#", and those are rare where
 * such a regex is asked for nothing. So rules/factor sheds them: the words that it keeps are of the
 * plain matches, and beside them stands which beginnings the others have.
 *
 * A class is a lead byte (0xC0 to 0xFF) with a continuation byte (0x80 to 0xBF) behind it. Two are
 * taken out of that order, to where UTF-8 has none: the block of E2 80, which has the quotation
 * marks and dashes of honest text, and "&#". 64 classes, a bit each.
 */
#ifndef DEPEER_RULES_ODD_H
#define DEPEER_RULES_ODD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "rules/key.h"

/* The classes of two sets in a row; 0: some pair of them is in no class. */
uint64_t odd_of_sets(const struct byte_set *first, const struct byte_set *second);

/* Which of `wanted` stand in the text. Ends early when all do. */
uint64_t odd_in_text(struct str text, uint64_t wanted);

#endif
