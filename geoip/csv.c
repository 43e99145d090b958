/* geoip/csv: the fields of one line of comma or tab separated values, quoted or not. */
#include "geoip/csv.h"

struct csv csv_begin(struct str line, char delimiter)
{
	return (struct csv){ line, 0, delimiter, false };
}

static void skip_blanks(struct csv *csv)
{
	while (csv->at < csv->line.len && csv->line.ptr[csv->at] != csv->delimiter &&
			ascii_space(csv->line.ptr[csv->at]))
		csv->at++;
}

/* Behind the opening quote. */
static int quoted(struct csv *csv, struct csv_field *field)
{
	size_t start = csv->at;

	for (; csv->at < csv->line.len; csv->at++) {
		if (csv->line.ptr[csv->at] != '"')
			continue;
		if (csv->at + 1 == csv->line.len || csv->line.ptr[csv->at + 1] != '"')
			break;
		field->doubled = true;
		csv->at++;
	}
	if (csv->at >= csv->line.len) {
		field->offset = start - 1;
		return -1;
	}
	field->text = str_slice(csv->line, start, csv->at);
	field->offset = start;
	csv->at++;
	skip_blanks(csv);
	if (csv->at < csv->line.len && csv->line.ptr[csv->at] != csv->delimiter) {
		field->offset = csv->at;
		return -1;
	}
	return 1;
}

int csv_next(struct csv *csv, struct csv_field *field)
{
	size_t start;
	int status = 1;

	*field = (struct csv_field){0};
	if (csv->done)
		return 0;
	skip_blanks(csv);
	if (csv->at < csv->line.len && csv->line.ptr[csv->at] == '"') {
		csv->at++;
		status = quoted(csv, field);
	} else {
		start = csv->at;
		while (csv->at < csv->line.len && csv->line.ptr[csv->at] != csv->delimiter)
			csv->at++;
		field->text = str_trim(str_slice(csv->line, start, csv->at));
		field->offset = start;
	}
	csv->done = csv->at >= csv->line.len;
	csv->at++; /* the delimiter */
	return status;
}

void csv_copy(const struct csv_field *field, struct buf *out)
{
	for (size_t i = 0; i < field->text.len; i++) {
		buf_add_byte(out, field->text.ptr[i]);
		if (field->doubled && field->text.ptr[i] == '"')
			i++;
	}
}
