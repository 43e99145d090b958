/* dns/table: see table.h.
 *
 * Lines are sorted by name and type and stay in their order within both, so that the lines of one
 * question are a run, and their records an array.
 */
#include "dns/table.h"

#include <stdlib.h>

#include "base/lex.h"
#include "dns/table_rows.h"

enum { TEXTS_MAX = 1024 * 1024 * 1024 };

struct dns_table {
	struct table_rows rows;
	struct dns_record *records; /* of rows.items, one by one */
};

/* The lines of one name. */
struct run {
	size_t from, to;
};

/* ---- order ---- */

static int compare_names(const struct table_row *row, struct str name, bool wildcard)
{
	if (row->wildcard != wildcard)
		return row->wildcard ? 1 : -1;
	return str_compare(row->name, name);
}

static int compare_rows(const void *a, const void *b)
{
	const struct table_row *x = a, *y = b;
	int order = compare_names(x, y->name, y->wildcard);

	if (order == 0)
		order = (x->type > y->type) - (x->type < y->type);
	return order != 0 ? order : (x->place.line > y->place.line) - (x->place.line < y->place.line);
}

static struct run find_type(const struct dns_table *table, struct run name, int type)
{
	const struct table_row *rows = table->rows.items;
	struct run run;

	while (name.from < name.to && rows[name.from].type != type)
		name.from++;
	run = (struct run){ name.from, name.from };
	while (run.to < name.to && rows[run.to].type == type)
		run.to++;
	return run;
}

static struct run find_name(const struct dns_table *table, struct str name, bool wildcard)
{
	const struct table_row *rows = table->rows.items;
	size_t low = 0, high = table->rows.n;
	struct run run;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_names(&rows[middle], name, wildcard) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	run = (struct run){ low, low };
	while (run.to < table->rows.n && compare_names(&rows[run.to], name, wildcard) == 0)
		run.to++;
	return run;
}

/* ---- building ---- */

/* Two lines of one name that cannot both be. */
static const char *contradiction(const struct table_row *before, const struct table_row *row)
{
	if ((before->type == ROW_CNAME) != (row->type == ROW_CNAME))
		return "a name has a CNAME or other lines, not both";
	if (before->type != row->type)
		return NULL;
	if (row->type == ROW_CNAME)
		return "a name has one CNAME";
	if (before->status != DNS_FOUND || row->status != DNS_FOUND)
		return "a status beside other lines of the same name and type";
	return NULL;
}

static void check_rows(const struct table_rows *rows, struct diags *diags)
{
	for (size_t i = 1; i < rows->n; i++) {
		const struct table_row *before = &rows->items[i - 1], *row = &rows->items[i];
		const struct table_row *later = before->place.line > row->place.line ? before : row;
		const struct table_row *first = later == row ? before : row;
		const char *why = NULL;

		if (compare_names(before, row->name, row->wildcard) == 0)
			why = contradiction(before, row);
		if (why != NULL)
			diags_add(diags, DIAG_ERROR, later->place, "%s (see line %u)", why,
				first->place.line);
	}
}

static bool index_records(struct dns_table *table)
{
	const struct table_rows *rows = &table->rows;

	table->records = calloc(rows->n + 1, sizeof(table->records[0]));
	for (size_t i = 0; table->records != NULL && i < rows->n; i++)
		table->records[i] = rows->items[i].record;
	return table->records != NULL;
}

struct dns_table *dns_table_parse(const char *file, struct str text, struct diags *diags)
{
	struct dns_table *table = calloc(1, sizeof(*table));
	size_t errors = diags->errors;

	if (table != NULL)
		table->rows.arena = arena_create(TEXTS_MAX);
	if (table != NULL && table->rows.arena != NULL) {
		table_rows_parse(&table->rows, file, text, diags);
		if (table->rows.n > 0)
			qsort(table->rows.items, table->rows.n, sizeof(table->rows.items[0]), compare_rows);
		check_rows(&table->rows, diags);
	}
	if (table == NULL || table->rows.arena == NULL || !index_records(table))
		diags_add(diags, DIAG_ERROR, (struct place){ .file = file }, "memory is spent");
	if (diags->errors > errors)
		dns_table_free(&table);
	return table;
}

struct dns_table *dns_table_load(const char *path, struct diags *diags)
{
	struct dns_table *table = NULL;
	struct lex_file file;
	struct error error;

	if (lex_file_read(&file, path, &error) == 0)
		table = dns_table_parse(path, str_make(file.text, file.len), diags);
	else
		diags_add(diags, DIAG_ERROR, (struct place){ .file = path }, "%s", error.text);
	lex_file_clear(&file);
	return table;
}

void dns_table_free(struct dns_table **table)
{
	struct dns_table *old = *table;

	*table = NULL;
	if (old == NULL)
		return;
	free(old->rows.items);
	free(old->records);
	arena_free(&old->rows.arena);
	free(old);
}

/* ---- asking ---- */

/* The lines of the name, else those of the nearest wildcard above it. */
static struct run lines_of(const struct dns_table *table, struct str name)
{
	struct run run = find_name(table, name, false);
	size_t dot;

	while (run.from == run.to && name.len > 0) {
		dot = str_find_byte(name, '.');
		name = dot == SIZE_MAX ? STR("") : str_slice(name, dot + 1, name.len);
		run = find_name(table, name, true);
	}
	return run;
}

static void fill(const struct dns_table *table, struct run run, struct dns_answer *answer)
{
	for (size_t i = run.from; i < run.to; i++)
		if (table->rows.items[i].ttl < answer->ttl)
			answer->ttl = table->rows.items[i].ttl;
	if (run.from == run.to) {
		answer->status = DNS_NODATA;
		return;
	}
	answer->status = table->rows.items[run.from].status;
	if (answer->status != DNS_FOUND)
		return;
	answer->records = table->records + run.from;
	answer->n = run.to - run.from;
}

bool dns_table_find(const struct dns_table *table, struct str name, enum dns_type type,
	struct dns_answer *answer)
{
	*answer = (struct dns_answer){ .name = name, .type = type, .ttl = UINT32_MAX };
	for (unsigned followed = 0; followed <= DNS_TABLE_CNAMES; followed++) {
		struct run lines = lines_of(table, name), cname = find_type(table, lines, ROW_CNAME);
		struct run run = find_type(table, lines, (int)type);

		/* A CNAME that leads out of the table: what is there, nobody recorded. */
		if (lines.from == lines.to) {
			answer->status = DNS_REFUSED;
			return followed > 0;
		}
		if (cname.from == cname.to) {
			fill(table, run.from < run.to ? run : find_type(table, lines, ROW_ANY), answer);
			if (answer->ttl == UINT32_MAX)
				answer->ttl = DNS_TABLE_TTL;
			return true;
		}
		fill(table, cname, answer);
		answer->records = NULL;
		answer->n = 0;
		name = table->rows.items[cname.from].record.text;
		answer->canonical = name;
	}
	answer->status = DNS_SERVFAIL;
	return true;
}
