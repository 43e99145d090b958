/* rules/pattern: regular expressions, with limits.
 *
 * Perl's language by PCRE2, on bytes (SpamAssassin 4 matches octets, not characters). A pattern
 * is immutable once compiled and may be matched by many threads at once; what a match needs to
 * write stands in a matcher, which belongs to one evaluation and is not tied to a thread.
 *
 * Three things bound a match: PCRE2's match limit (backtracking from one start), the length of
 * the subject (the caller's: a few KiB), and a deadline, looked at between pieces of the search:
 * a match limit alone does not bound an unanchored pattern that scans to the end from every
 * start. Measured on 2 KiB of one letter, the limit is reached in 0.4 ms.
 *
 * A pattern for long subjects (a whole message) is compiled to look at the clock on its way,
 * which costs it some speed; its match limit is so high that only the deadline ends it.
 */
#ifndef DEPEER_RULES_PATTERN_H
#define DEPEER_RULES_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

enum {
	PATTERN_MATCH_LIMIT = 200000, /* backtracks from one start */
	PATTERN_LONG_MATCH_LIMIT = 50000000,
	PATTERN_HEAP_KIB = 4096,      /* interpreter's frames */
	PATTERN_JIT_STACK_MAX = 1024 * 1024
};

struct pattern;

struct pattern_error {
	size_t offset;  /* into the pattern's text; past its end: into its modifiers, plus one */
	char text[160];
};

/* Compiles `text` (without delimiters) with Perl's modifier letters: i m s x n as in Perl; a d p
 * change nothing for bytes. Refused: other letters, code in the pattern ((?{ and (??{), which
 * would run a program. `long_subjects`: see above. NULL on failure, with `error` filled. Free
 * with pattern_free(&pattern). */
struct pattern *pattern_compile(struct str text, struct str modifiers, bool long_subjects,
	struct pattern_error *error);
void pattern_free(struct pattern **pattern);
/* A match has at least as many bytes; 0 when that is not known. */
size_t pattern_least(const struct pattern *pattern);
/* Makes machine code of it; false when the system forbids that (then it is interpreted). */
bool pattern_jit(struct pattern *pattern);

/* What matches write. `clock_us` NULL: no deadline. */
struct matcher;
struct matcher *matcher_create(uint64_t (*clock_us)(void)); /* NULL: memory was spent */
void matcher_free(struct matcher **matcher);
/* Past this moment of the clock a match gives up; UINT64_MAX: never. */
void matcher_deadline(struct matcher *matcher, uint64_t deadline_us);
/* Reads the clock if enough was scanned since it was last read; true: the deadline is over. */
bool matcher_late(struct matcher *matcher);

/* For telling slow regexes by their work, not by time: counts the items that patterns for long
 * subjects try from now on; a match that tries more than `most` gives up (PATTERN_BUDGET). */
void matcher_count(struct matcher *matcher, uint64_t most);
uint64_t matcher_counted(const struct matcher *matcher);

enum pattern_result {
	PATTERN_NO, PATTERN_YES,
	PATTERN_LIMIT,   /* PCRE2 gave up: neither yes nor no */
	PATTERN_BUDGET,  /* the deadline was over */
	PATTERN_MEMORY   /* memory was spent */
};
/* Searches `subject` from offset `from` on (what stands before it is still seen by \b and
 * look-behind). On PATTERN_YES the match is [*start, *end). */
enum pattern_result pattern_match(const struct pattern *pattern, struct matcher *matcher,
	struct str subject, size_t from, size_t *start, size_t *end);

/* What the first group of the first match took part with; empty if with nothing. Only behind a
 * pattern_match that said yes: it is matched again. 0, or -1 when memory was spent. */
int pattern_first_group(const struct pattern *pattern, struct matcher *matcher,
	struct str subject, struct str *out);

/* Tells each named group that took part in the match which pattern_match found last, from `from`
 * on: it is matched again. 0; or what `visit` gave where that was not 0; or -1 when memory was
 * spent. */
typedef int pattern_visit(void *context, struct str name, struct str value);
int pattern_groups(const struct pattern *pattern, struct matcher *matcher, struct str subject,
	size_t from, pattern_visit *visit, void *context);

#endif
