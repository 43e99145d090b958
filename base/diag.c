/* base/diag: see diag.h. */
#include "base/diag.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

enum {
	TEXT_MAX = 1024, /* bytes of one finding's text: an admin's line may be megabytes long */
	PRINTED_MAX = 5120  /* of a printed line: the text, a path of PATH_MAX at most */
};

const char *diag_severity_name(enum diag_severity severity)
{
	static const char *const names[DIAG_SEVERITIES] = { "error", "warning", "note" };

	return names[severity];
}

static bool make_room(struct diags *diags)
{
	size_t capacity = diags->capacity ? diags->capacity * 2 : 16;
	struct diag *items;

	if (diags->n >= DIAGS_MAX)
		return false;
	if (diags->n < diags->capacity)
		return true;
	items = realloc(diags->items, capacity * sizeof(*items));
	if (!items)
		return false;
	diags->items = items;
	diags->capacity = capacity;
	return true;
}

void diags_add(struct diags *diags, enum diag_severity severity, struct place place,
	const char *format, ...)
{
	const char *file = place.file ? place.file : "";
	size_t text_size, file_size = strlen(file) + 1;
	char text[TEXT_MAX], *copy;
	va_list args;

	++*(severity == DIAG_ERROR ? &diags->errors : severity == DIAG_WARNING
		? &diags->warnings : &diags->notes);
	if (!make_room(diags))
		return;
	va_start(args, format);
	if (vsnprintf(text, sizeof(text), format, args) < 0)
		snprintf(text, sizeof(text), "text cannot be formatted");
	va_end(args);
	text_size = strlen(text) + 1;
	copy = malloc(text_size + file_size); /* both in one: the text owns the name */
	if (!copy)
		return;
	memcpy(copy, text, text_size);
	memcpy(copy + text_size, file, file_size);
	error_one_line(copy);
	error_one_line(copy + text_size);
	place.file = copy + text_size;
	diags->items[diags->n++] = (struct diag){ severity, place, copy };
}

void diag_format(const struct diag *diag, char *out, size_t size)
{
	const struct place *place = &diag->place;
	char at[48] = "";

	if (place->line > 0 && place->column > 0)
		snprintf(at, sizeof(at), "%u:%u:", place->line, place->column);
	else if (place->line > 0)
		snprintf(at, sizeof(at), "%u:", place->line);
	snprintf(out, size, "%s%s%s%s%s: %s", place->file, *place->file ? ":" : "", at,
		*place->file || *at ? " " : "",
		diag_severity_name(diag->severity), diag->text);
}

void diags_print(const struct diags *diags, FILE *out)
{
	size_t lost = diags->errors + diags->warnings + diags->notes - diags->n;
	char line[PRINTED_MAX];

	for (size_t i = 0; i < diags->n; i++) {
		diag_format(&diags->items[i], line, sizeof(line));
		fprintf(out, "%s\n", line);
	}
	if (lost > 0)
		fprintf(out, "%zu more errors and warnings are not shown\n", lost);
}

void diags_clear(struct diags *diags)
{
	for (size_t i = 0; i < diags->n; i++)
		free(diags->items[i].text);
	free(diags->items);
	*diags = (struct diags){ 0 };
}
