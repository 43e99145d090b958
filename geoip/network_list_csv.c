/* geoip/network_list_csv: lists with commas, such as published lists of hosting AS numbers.
 *
 * A bare number is an AS number only where the header says so ("ASN"): without one it could be a
 * count or a year.
 */
#include "geoip/network_list_build.h"

#include <string.h>

#include "base/date.h"
#include "base/lex.h"
#include "geoip/csv.h"

enum { FIELDS_MAX = 16, NO_COLUMN = FIELDS_MAX };

struct row {
	struct csv_field fields[FIELDS_MAX];
	size_t n;
};

static bool split(struct network_list_build *build, const struct lex_line *line, struct row *row)
{
	struct csv csv = csv_begin(line->text, ',');
	struct csv_field field;
	int more;

	row->n = 0;
	while ((more = csv_next(&csv, &field)) > 0)
		if (row->n < FIELDS_MAX)
			row->fields[row->n++] = field;
	if (more < 0)
		diags_add(build->diags, DIAG_ERROR,
			lex_place(line, line->text.ptr + field.offset), "wrong quotes");
	return more == 0;
}

/* Which field has AS numbers by its name; a row that has an entry or a number is no header. */
static bool is_header(const struct row *row, size_t *asn_column)
{
	static const char *const names[] = { "asn", "as", "as number", "as_number", "asnumber",
		"autonomous_system_number" };
	struct network_list_key key;
	uint64_t number;

	*asn_column = NO_COLUMN;
	for (size_t i = 0; i < row->n; i++) {
		struct str text = row->fields[i].text;

		if (network_list_key_parse(text, &key, NULL) == 0 ||
				str_to_u64(text, UINT64_MAX, &number))
			return false;
		for (size_t k = 0; k < sizeof names / sizeof *names; k++)
			if (*asn_column == NO_COLUMN && str_equal_nocase(text, str_from(names[k])))
				*asn_column = i;
	}
	return true;
}

/* The column of the entry; NO_COLUMN when the row has none, which is then reported. In the
 * column named so, everything must be an AS number; elsewhere the first entry counts. */
static size_t find_entry(struct network_list_build *build, const struct lex_line *line,
	const struct row *row, size_t asn_column, struct network_list_key *key)
{
	const struct csv_field *blamed = &row->fields[0];
	struct error error = {{0}};

	if (asn_column < row->n) {
		blamed = &row->fields[asn_column];
		if ((str_starts_nocase(blamed->text, STR("AS")) ? network_list_key_parse :
				network_list_asn_parse)(blamed->text, key, &error) == 0)
			return asn_column;
	} else {
		for (size_t i = 0; i < row->n; i++)
			if (network_list_key_parse(row->fields[i].text, key, NULL) == 0)
				return i;
		/* NOLINTNEXTLINE(*CallAndMessage): a row has a field, be it an empty one */
		network_list_key_parse(blamed->text, key, &error);
	}
	diags_add(build->diags, DIAG_ERROR, lex_place(line, line->text.ptr + blamed->offset), "%s",
		error.text);
	return NO_COLUMN;
}

static void read_row(struct network_list_build *build, const struct lex_line *line,
	const struct row *row, size_t asn_column, struct buf *scratch)
{
	struct network_list_new entry = { .from = DATE_MIN, .until = DATE_MAX };
	size_t column = find_entry(build, line, row, asn_column, &entry.key);

	if (column == NO_COLUMN)
		return;
	scratch->len = 0;
	/* As one would write it elsewhere: AS198375, also where the file has the bare number. */
	if (!entry.key.is_prefix && ascii_digit(row->fields[column].text.ptr[0]))
		buf_add_cstr(scratch, "AS");
	buf_add_str(scratch, row->fields[column].text);
	column++;
	entry.text = buf_str(scratch);
	if (column < row->n && row->fields[column].doubled) {
		size_t start = scratch->len;

		csv_copy(&row->fields[column], scratch);
		entry.text = str_slice(buf_str(scratch), 0, start);
		entry.note = str_slice(buf_str(scratch), start, scratch->len);
	} else if (column < row->n) {
		entry.note = row->fields[column].text;
	}
	build->spent = build->spent || scratch->failed;
	entry.line = line->place.line;
	network_list_add(build, &entry);
}

void network_list_read_csv(struct network_list_build *build, struct str text)
{
	struct lex lex = lex_begin(build->file, text);
	size_t asn_column = NO_COLUMN;
	struct buf scratch = {0};
	struct lex_line line;
	bool first = true;

	while (lex_next(&lex, &line)) {
		struct str trimmed = str_trim(line.text);
		bool header = first;
		struct row row;

		if (trimmed.len == 0 || trimmed.ptr[0] == '#' || trimmed.ptr[0] == ';')
			continue;
		first = false;
		if (!split(build, &line, &row) || (header && is_header(&row, &asn_column)))
			continue;
		read_row(build, &line, &row, header ? NO_COLUMN : asn_column, &scratch);
	}
	buf_free(&scratch);
}
