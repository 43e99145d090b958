/* Rows are sorted by file and folder and found by binary search. */
#include "tool/envelopes.h"

#include <stdlib.h>
#include <string.h>

#include "base/lex.h"

enum column {
	COLUMN_OTHER, COLUMN_FILE, COLUMN_CORPUS, COLUMN_CLIENT_IP, COLUMN_CLIENT_NAME, COLUMN_HELO,
	COLUMN_MAIL_FROM, COLUMN_RCPT, COLUMN_KINDS
};
static const char *const column_names[COLUMN_KINDS] = {
	NULL, "file", "corpus", "client_ip", "client_name", "helo", "mail_from", "rcpt"
};
enum { COLUMNS_MAX = 64 };

struct envelopes {
	struct lex_file file;
	struct envelope_row *rows;
	size_t n, capacity;
	bool by_folder;
	enum column columns[COLUMNS_MAX];
	size_t columns_n;
};

static struct str take_field(struct str *line)
{
	size_t tab = str_find_byte(*line, '\t');
	struct str field = str_slice(*line, 0, tab);

	*line = tab == SIZE_MAX ? str_make(NULL, 0) : str_slice(*line, tab + 1, line->len);
	return str_trim(field);
}

/* What stands behind the last slash. */
static struct str last_part(struct str path)
{
	while (path.len > 0 && path.ptr[path.len - 1] == '/')
		path.len--;
	for (size_t i = path.len; i > 0; i--)
		if (path.ptr[i - 1] == '/')
			return str_slice(path, i, path.len);
	return path;
}

static int read_head(struct envelopes *e, struct lex_line *line, struct error *error)
{
	struct str rest = line->text;
	bool has_file = false;

	while (rest.len > 0 && e->columns_n < COLUMNS_MAX) {
		struct str name = take_field(&rest);
		enum column *column = &e->columns[e->columns_n++];

		*column = COLUMN_OTHER;
		for (int kind = 1; kind < COLUMN_KINDS; kind++)
			if (str_equal(name, str_from(column_names[kind])))
				*column = (enum column)kind;
		has_file |= *column == COLUMN_FILE;
		e->by_folder |= *column == COLUMN_CORPUS;
	}
	if (has_file)
		return 0;
	return error_set(error, "%s:%u: the first line must name the columns, one of them 'file'",
		line->place.file, line->place.line);
}

static int set_field(struct envelope_row *row, enum column column, struct str value)
{
	struct str *const places[COLUMN_KINDS] = { [COLUMN_FILE] = &row->file,
		[COLUMN_CORPUS] = &row->folder, [COLUMN_CLIENT_NAME] = &row->client_name,
		[COLUMN_HELO] = &row->helo, [COLUMN_MAIL_FROM] = &row->mail_from,
		[COLUMN_RCPT] = &row->rcpt };

	if (places[column])
		*places[column] = value;
	if (column == COLUMN_CORPUS)
		row->folder = last_part(value);
	if (column == COLUMN_CLIENT_IP && value.len > 0) {
		row->has_client = ip_parse(value, &row->client);
		return row->has_client ? 0 : -1;
	}
	return 0;
}

static int read_row(struct envelopes *e, struct lex_line *line, struct error *error)
{
	struct str rest = line->text;
	struct envelope_row row = { 0 };

	for (size_t i = 0; i < e->columns_n; i++) {
		struct str value = take_field(&rest);

		if (set_field(&row, e->columns[i], value) != 0)
			return error_set(error, "%s:%u: '%.*s' is no address", line->place.file,
				line->place.line, (int)(value.len > 60 ? 60 : value.len), value.ptr);
	}
	if (row.file.len == 0)
		return error_set(error, "%s:%u: no file is named", line->place.file, line->place.line);
	if (e->n == e->capacity) {
		size_t capacity = e->capacity ? e->capacity * 2 : 256;
		struct envelope_row *grown = realloc(e->rows, capacity * sizeof(*grown));

		if (!grown)
			return error_set(error, "%s: out of memory", line->place.file);
		e->rows = grown;
		e->capacity = capacity;
	}
	e->rows[e->n++] = row;
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct envelope_row *x = a, *y = b;
	int order = str_compare(x->file, y->file);

	return order ? order : str_compare(x->folder, y->folder);
}

static int read_table(struct envelopes *e, const char *path, struct error *error)
{
	struct lex lex;
	struct lex_line line;
	bool head = true;

	if (lex_file_read(&e->file, path, error) != 0)
		return -1;
	lex = lex_begin(path, str_make(e->file.text, e->file.len));
	while (lex_next(&lex, &line)) {
		if (str_trim(line.text).len == 0)
			continue;
		if (head ? read_head(e, &line, error) != 0 : read_row(e, &line, error) != 0)
			return -1;
		head = false;
	}
	if (head)
		return error_set(error, "%s: empty", path);
	if (e->n > 0)
		qsort(e->rows, e->n, sizeof(*e->rows), compare);
	for (size_t i = 1; i < e->n; i++)
		if (compare(&e->rows[i - 1], &e->rows[i]) == 0)
			return error_set(error, "%s: '%.*s' is named twice", path,
				(int)(e->rows[i].file.len > 100 ? 100 : e->rows[i].file.len),
				e->rows[i].file.ptr);
	return 0;
}

struct envelopes *envelopes_load(const char *path, struct error *error)
{
	struct envelopes *e = calloc(1, sizeof(*e));

	if (!e)
		error_set(error, "%s: out of memory", path);
	else if (read_table(e, path, error) != 0)
		envelopes_free(&e);
	return e;
}

void envelopes_free(struct envelopes **envelopes)
{
	struct envelopes *e = *envelopes;

	if (!e)
		return;
	lex_file_clear(&e->file);
	free(e->rows);
	free(e);
	*envelopes = NULL;
}

const struct envelope_row *envelopes_find(const struct envelopes *envelopes, const char *path)
{
	struct str whole = str_from(path);
	struct envelope_row key = { .file = last_part(whole) };

	if (envelopes->by_folder)
		key.folder = last_part(str_slice(whole, 0, whole.len - key.file.len));
	if (envelopes->n == 0)
		return NULL;
	return bsearch(&key, envelopes->rows, envelopes->n, sizeof(key), compare);
}
