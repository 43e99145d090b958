/* rules/pattern: the only file that names PCRE2.
 *
 * A search is first tried whole, with a match limit so low that it cannot take long: that is all
 * an honest rule needs, and it reads no clock. Where it gives up, the subject is searched again
 * piece by piece (PCRE2's offset limit says up to which byte a match may begin), with the full
 * limit, and the clock is read between the pieces; they grow while they are quick. Patterns for
 * whole messages have PCRE2's automatic callouts compiled in: one start alone could take minutes
 * there.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "rules/pattern.h"

#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	QUICK_LIMIT = 2500,    /* backtracks from one start of the first try: 10 ms for 2 KiB */
	FIRST_PIECE = 128,     /* starts in the first piece after it */
	QUICK_PIECE_US = 500,  /* a piece that took less lets the next one be larger */
	CLOCK_EVERY = 8192,    /* bytes scanned between two looks at the clock */
	CALL_COST = 64,        /* what a call costs, in those bytes */
	CALLOUTS_A_LOOK = 256, /* each can stand for a scan of the whole subject: some 50 us */
	JIT_STACK_FIRST = 64 * 1024
};

struct pattern {
	pcre2_code *code;
	bool jit, long_subjects;
};

struct matcher {
	pcre2_match_data *data;
	pcre2_match_context *context;
	pcre2_jit_stack *stack;
	uint64_t (*clock_us)(void);
	uint64_t deadline_us;
	uint64_t read_us;      /* when the clock was read last */
	uint64_t scanned;      /* since then */
	unsigned callouts;
	uint64_t counted, count_most; /* 0: not counted */
	bool late;
};

struct modifier {
	char letter;
	uint32_t option;
};
static const struct modifier modifiers_known[] = {
	{ 'i', PCRE2_CASELESS }, { 'm', PCRE2_MULTILINE }, { 's', PCRE2_DOTALL },
	{ 'x', PCRE2_EXTENDED }, { 'n', PCRE2_NO_AUTO_CAPTURE }, { 'a', 0 }, { 'd', 0 }, { 'p', 0 }
};

static bool modifiers_read(struct str letters, uint32_t *options, struct pattern_error *error)
{
	size_t after_text = error->offset;
	for (size_t i = 0; i < letters.len; i++) {
		error->offset = after_text + 1 + i;
		size_t k = 0, n = sizeof modifiers_known / sizeof *modifiers_known;
		while (k < n && modifiers_known[k].letter != letters.ptr[i])
			k++;
		if (k == n) {
			snprintf(error->text, sizeof error->text, "unknown modifier '%c'", letters.ptr[i]);
			return false;
		}
		if (letters.ptr[i] == 'x' && (*options & PCRE2_EXTENDED))
			*options |= PCRE2_EXTENDED_MORE;
		*options |= modifiers_known[k].option;
	}
	return true;
}

/* PCRE2 does not know (?{code}) and says so in its own words; ours say what it is. */
static bool has_code(struct str text, size_t *offset)
{
	static const char *const openings[] = { "(?{", "(??{" };
	for (size_t i = 0; i < 2; i++) {
		*offset = str_find(text, str_from(openings[i]));
		if (*offset != SIZE_MAX)
			return true;
	}
	return false;
}

struct pattern *pattern_compile(struct str text, struct str modifiers, bool long_subjects,
	struct pattern_error *error)
{
	uint32_t options = PCRE2_NEVER_UTF | PCRE2_NEVER_UCP | PCRE2_DUPNAMES |
		(long_subjects ? PCRE2_AUTO_CALLOUT : PCRE2_USE_OFFSET_LIMIT);
	error->offset = text.len;
	if (!modifiers_read(modifiers, &options, error))
		return NULL;
	if (has_code(text, &error->offset)) {
		snprintf(error->text, sizeof error->text, "program code in a regex is refused");
		return NULL;
	}
	struct pattern *pattern = calloc(1, sizeof *pattern);
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	if (!pattern || !context) {
		snprintf(error->text, sizeof error->text, "out of memory");
		pcre2_compile_context_free(context);
		free(pattern);
		return NULL;
	}
	pattern->long_subjects = long_subjects;
	pcre2_set_newline(context, PCRE2_NEWLINE_LF); /* Perl's, whatever the library was built for */
	int code = 0;
	PCRE2_SIZE offset = 0;
	pattern->code = pcre2_compile((PCRE2_SPTR)(text.ptr ? text.ptr : ""), text.len, options,
		&code, &offset, context);
	pcre2_compile_context_free(context);
	if (pattern->code)
		return pattern;
	error->offset = offset;
	if (pcre2_get_error_message(code, (PCRE2_UCHAR *)error->text, sizeof error->text) < 0)
		snprintf(error->text, sizeof error->text, "error %d", code);
	free(pattern);
	return NULL;
}

void pattern_free(struct pattern **pattern)
{
	if (*pattern) {
		pcre2_code_free((*pattern)->code);
		free(*pattern);
	}
	*pattern = NULL;
}

bool pattern_jit(struct pattern *pattern)
{
	if (!pattern->jit)
		pattern->jit = pcre2_jit_compile(pattern->code, PCRE2_JIT_COMPLETE) == 0;
	return pattern->jit;
}

size_t pattern_least(const struct pattern *pattern)
{
	uint32_t least = 0;
	return pcre2_pattern_info(pattern->code, PCRE2_INFO_MINLENGTH, &least) ? 0 : least;
}

static bool late_now(struct matcher *matcher)
{
	matcher->scanned = 0;
	if (matcher->clock_us && matcher->deadline_us != UINT64_MAX) {
		matcher->read_us = matcher->clock_us();
		matcher->late = matcher->read_us >= matcher->deadline_us;
	}
	return matcher->late;
}

static int callout(pcre2_callout_block *block, void *data)
{
	struct matcher *matcher = data;
	(void)block;
	if (matcher->count_most && ++matcher->counted > matcher->count_most)
		return PCRE2_ERROR_CALLOUT;
	bool late = ++matcher->callouts % CALLOUTS_A_LOOK == 0 && late_now(matcher);
	return late ? PCRE2_ERROR_CALLOUT : 0;
}

struct matcher *matcher_create(uint64_t (*clock_us)(void))
{
	struct matcher *matcher = calloc(1, sizeof *matcher);
	if (!matcher)
		return NULL;
	matcher->clock_us = clock_us;
	matcher->deadline_us = UINT64_MAX;
	/* one pair: where the whole match stands; no rule asks for its groups */
	matcher->data = pcre2_match_data_create(1, NULL);
	matcher->context = pcre2_match_context_create(NULL);
	if (!matcher->data || !matcher->context) {
		matcher_free(&matcher);
		return NULL;
	}
	pcre2_set_callout(matcher->context, callout, matcher);
	pcre2_set_heap_limit(matcher->context, PATTERN_HEAP_KIB);
	return matcher;
}

void matcher_free(struct matcher **matcher)
{
	if (*matcher) {
		pcre2_match_data_free((*matcher)->data);
		pcre2_match_context_free((*matcher)->context);
		pcre2_jit_stack_free((*matcher)->stack);
		free(*matcher);
	}
	*matcher = NULL;
}

void matcher_deadline(struct matcher *matcher, uint64_t deadline_us)
{
	matcher->deadline_us = deadline_us;
	matcher->late = false;
}

void matcher_count(struct matcher *matcher, uint64_t most)
{
	matcher->counted = 0;
	matcher->count_most = most;
}

uint64_t matcher_counted(const struct matcher *matcher)
{
	return matcher->counted;
}

bool matcher_late(struct matcher *matcher)
{
	return matcher->late || (matcher->scanned >= CLOCK_EVERY && late_now(matcher));
}

static int match_once(const struct pattern *pattern, struct matcher *matcher,
	struct str subject, size_t from)
{
	PCRE2_SPTR text = (PCRE2_SPTR)(subject.ptr ? subject.ptr : "");
	return pattern->jit ?
		pcre2_jit_match(pattern->code, text, subject.len, from, 0, matcher->data,
			matcher->context) :
		pcre2_match(pattern->code, text, subject.len, from, 0, matcher->data, matcher->context);
}

/* The machine stack that JIT code starts with is small; a pattern that needs more gets one of
 * its own, once, so that a long honest match is not lost. */
static bool stack_grow(struct matcher *matcher)
{
	if (matcher->stack)
		return false;
	matcher->stack = pcre2_jit_stack_create(JIT_STACK_FIRST, PATTERN_JIT_STACK_MAX, NULL);
	if (!matcher->stack)
		return false;
	pcre2_jit_stack_assign(matcher->context, NULL, matcher->stack);
	return true;
}

struct outcome {
	int code;
	enum pattern_result result;
};
static const struct outcome outcomes[] = {
	{ PCRE2_ERROR_NOMATCH, PATTERN_NO },
	{ PCRE2_ERROR_NOMEMORY, PATTERN_MEMORY },
	{ PCRE2_ERROR_CALLOUT, PATTERN_BUDGET },
};

static enum pattern_result match_piece(const struct pattern *pattern, struct matcher *matcher,
	struct str subject, size_t from)
{
	int code = match_once(pattern, matcher, subject, from);
	if (code == PCRE2_ERROR_JIT_STACKLIMIT && stack_grow(matcher))
		code = match_once(pattern, matcher, subject, from);
	if (code >= 0)
		return PATTERN_YES;
	for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++)
		if (outcomes[i].code == code)
			return outcomes[i].result;
	return PATTERN_LIMIT; /* match, depth, heap or stack: it gave up */
}

/* Searches from offset `from` on, piece by piece. */
static enum pattern_result match_pieces(const struct pattern *pattern, struct matcher *matcher,
	struct str subject, size_t from)
{
	pcre2_set_match_limit(matcher->context, PATTERN_MATCH_LIMIT);
	for (size_t piece = FIRST_PIECE;;) {
		bool last = piece >= subject.len - from;
		uint64_t before = matcher->read_us;
		pcre2_set_offset_limit(matcher->context, last ? PCRE2_UNSET : from + piece - 1);
		enum pattern_result result = match_piece(pattern, matcher, subject, from);
		if (result != PATTERN_NO || last)
			return result;
		if (late_now(matcher))
			return PATTERN_BUDGET;
		from += piece;
		if (matcher->read_us - before < QUICK_PIECE_US)
			piece *= 2;
	}
}

/* The whole search at once, giving up early if it is an ordinary pattern. */
static enum pattern_result match_whole(const struct pattern *pattern, struct matcher *matcher,
	struct str subject, size_t from)
{
	pcre2_set_match_limit(matcher->context,
		pattern->long_subjects ? PATTERN_LONG_MATCH_LIMIT : QUICK_LIMIT);
	pcre2_set_offset_limit(matcher->context, PCRE2_UNSET);
	matcher->scanned += CALL_COST + subject.len - from;
	return match_piece(pattern, matcher, subject, from);
}

enum pattern_result pattern_match(const struct pattern *pattern, struct matcher *matcher,
	struct str subject, size_t from, size_t *start, size_t *end)
{
	enum pattern_result result = match_whole(pattern, matcher, subject, from);
	if (result == PATTERN_LIMIT && !pattern->long_subjects)
		result = late_now(matcher) ? PATTERN_BUDGET :
			match_pieces(pattern, matcher, subject, from);
	if (result == PATTERN_LIMIT)
		matcher->scanned += CLOCK_EVERY; /* it was dear: look at the clock */
	if (result == PATTERN_YES) {
		const PCRE2_SIZE *ovector = pcre2_get_ovector_pointer(matcher->data);
		*start = ovector[0] <= ovector[1] ? ovector[0] : ovector[1]; /* \K may pass the end */
		*end = ovector[1];
	}
	return result;
}

int pattern_first_group(const struct pattern *pattern, struct matcher *matcher,
	struct str subject, struct str *out)
{
	pcre2_match_data *data = pcre2_match_data_create(2, NULL);
	*out = str_make(NULL, 0);
	if (!data)
		return -1;
	pcre2_set_match_limit(matcher->context, PATTERN_MATCH_LIMIT);
	if (!pattern->long_subjects)
		pcre2_set_offset_limit(matcher->context, PCRE2_UNSET);
	int pairs = pcre2_match(pattern->code, (PCRE2_SPTR)(subject.ptr ? subject.ptr : ""),
		subject.len, 0, 0, data, matcher->context);
	const PCRE2_SIZE *ovector = pcre2_get_ovector_pointer(data);
	if ((pairs > 1 || pairs == 0) && ovector[2] != PCRE2_UNSET) /* 0: there are more groups */
		*out = str_slice(subject, ovector[2], ovector[3]);
	pcre2_match_data_free(data);
	return pairs == PCRE2_ERROR_NOMEMORY ? -1 : 0;
}

int pattern_groups(const struct pattern *pattern, struct matcher *matcher, struct str subject,
	size_t from, pattern_visit *visit, void *context)
{
	uint32_t n = 0, size = 0;
	PCRE2_SPTR table = NULL;
	int status = 0;
	pcre2_pattern_info(pattern->code, PCRE2_INFO_NAMECOUNT, &n);
	pcre2_pattern_info(pattern->code, PCRE2_INFO_NAMEENTRYSIZE, &size);
	pcre2_pattern_info(pattern->code, PCRE2_INFO_NAMETABLE, &table);
	pcre2_match_data *data = pcre2_match_data_create_from_pattern(pattern->code, NULL);
	if (!data)
		return -1;
	pcre2_set_match_limit(matcher->context, PATTERN_MATCH_LIMIT);
	if (!pattern->long_subjects)
		pcre2_set_offset_limit(matcher->context, PCRE2_UNSET);
	int pairs = pcre2_match(pattern->code, (PCRE2_SPTR)(subject.ptr ? subject.ptr : ""),
		subject.len, from, 0, data, matcher->context);
	const PCRE2_SIZE *ovector = pcre2_get_ovector_pointer(data);
	for (uint32_t i = 0; i < n && pairs > 0 && !status; i++) {
		const unsigned char *entry = table + (size_t)i * size; /* number, name, NUL */
		int group = entry[0] << 8 | entry[1];
		if (group < pairs && ovector[2 * group] != PCRE2_UNSET)
			status = visit(context, str_from((const char *)entry + 2),
				str_slice(subject, ovector[2 * group], ovector[2 * group + 1]));
	}
	pcre2_match_data_free(data);
	return status;
}
