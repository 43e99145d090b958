/* Every forged header's name is kept as it comes; sorting at the end gives the counts per name
 * without a quadratic search, however many names a hostile mail makes up. */
#include "milter/headers.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { OWN_EDITS = 5 }; /* three headers, X-Spam-Flag, Subject */

bool headers_is_forged(struct str name)
{
	return str_starts_nocase(name, STR("X-Depeer")) || str_starts_nocase(name, STR("X-Spam-"));
}

struct headers headers_begin(struct arena *arena)
{
	return (struct headers){ .arena = arena };
}

bool headers_failed(const struct headers *headers)
{
	return headers->failed;
}

static void note_forged(struct headers *headers, struct str name)
{
	size_t capacity = headers->forged_capacity;
	char **grown = headers->forged;

	if (headers->forged_n == capacity) {
		capacity = capacity ? capacity * 2 : 8;
		grown = arena_resize(headers->arena, grown, headers->forged_n * sizeof(*grown),
			capacity * sizeof(*grown));
		if (!grown) {
			headers->failed = true;
			return;
		}
		headers->forged = grown;
		headers->forged_capacity = capacity;
	}
	grown[headers->forged_n] = arena_dup(headers->arena, name);
	if (grown[headers->forged_n])
		headers->forged_n++;
	else
		headers->failed = true;
}

void headers_note(struct headers *headers, struct str name, struct str value)
{
	/* Sendmail hands a name over with the blanks that stood before its colon */
	name = str_trim(name);
	if (headers_is_forged(name)) {
		note_forged(headers, name);
	} else if (!headers->subject && str_equal_nocase(name, STR("Subject"))) {
		headers->subject = arena_dup(headers->arena, value);
		headers->failed |= !headers->subject;
	}
}

static int by_name(const void *a, const void *b)
{
	return strcasecmp(*(char *const *)a, *(char *const *)b);
}

/* Names sorted, each run's indexes from its length down to 1. */
static size_t deletions(const struct headers *headers, struct session_edit *edits)
{
	size_t n = headers->forged_n, run;

	if (n > 1)
		qsort(headers->forged, n, sizeof(*headers->forged), by_name);
	for (size_t i = 0; i < n; i += run) {
		for (run = 1; i + run < n
			&& strcasecmp(headers->forged[i], headers->forged[i + run]) == 0; run++)
			;
		for (size_t k = 0; k < run; k++)
			edits[i + k] = (struct session_edit){ SESSION_EDIT_DELETE, headers->forged[i], NULL,
				(int)(run - k) };
	}
	return n;
}

/* prefix, one blank and the old value; folding stays, CR goes (libmilter wants LF alone). NULL with
 * *done: it begins so already. */
static const char *prefixed_subject(const struct headers *headers, const char *prefix,
	struct arena *arena, bool *done)
{
	struct str old = str_trim(str_from(headers->subject)), first = str_trim(str_from(prefix));
	struct buf buf = { .arena = arena };
	const char *text;

	*done = str_starts_nocase(old, first);
	if (*done)
		return NULL;
	buf_add_str(&buf, first);
	if (old.len)
		buf_add_byte(&buf, ' ');
	for (size_t i = 0; i < old.len; i++)
		if (old.ptr[i] != '\r')
			buf_add_byte(&buf, old.ptr[i]);
	text = buf_cstr(&buf);
	return buf.failed ? NULL : text;
}

static int edit_subject(const struct headers *headers, const char *prefix, struct arena *arena,
	struct session_edit *edits, size_t *n)
{
	bool done;
	const char *value = prefixed_subject(headers, prefix, arena, &done);

	if (done)
		return 0;
	if (!value)
		return -1;
	edits[(*n)++] = headers->subject
		? (struct session_edit){ SESSION_EDIT_CHANGE, "Subject", value, 1 }
		: (struct session_edit){ SESSION_EDIT_INSERT, "Subject", value, 0 };
	return 0;
}

int headers_edit(const struct headers *headers, const struct headers_plan *plan,
	struct arena *arena, const struct session_edit **edits, size_t *edits_n)
{
	/* each goes to the top, so the last one stands first */
	const struct { const char *name, *value; } ours[] = {
		{ "X-Depeer-Origin", plan->origin }, { "X-Depeer-Rules", plan->rules },
		{ "X-Depeer-Score", plan->score }, { "X-Spam-Flag", plan->spam_flag ? "YES" : NULL },
	};
	struct session_edit *list = ARENA_ARRAY(arena, struct session_edit,
		headers->forged_n + OWN_EDITS);
	size_t n;

	if (!list)
		return -1;
	n = deletions(headers, list);
	if (plan->subject_prefix && edit_subject(headers, plan->subject_prefix, arena, list, &n) != 0)
		return -1;
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (ours[i].value)
			list[n++] = (struct session_edit){ SESSION_EDIT_INSERT, ours[i].name, ours[i].value,
				0 };
	*edits = list;
	*edits_n = n;
	return 0;
}
