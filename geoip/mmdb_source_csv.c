/* geoip/mmdb_source_csv: networks from tables of address ranges.
 *
 * The first bad row ends the reading: a table that is half understood would make a database that
 * is silently wrong.
 */
#include "geoip/mmdb_source_csv.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/lex.h"
#include "geoip/csv.h"

enum { COLUMNS_MAX = 6, NO_COLUMN = COLUMNS_MAX };

struct table {
	const char *path;
	unsigned line;
	char delimiter;
	size_t asn, country, org; /* which column; NO_COLUMN */
	mmdb_source_receive *receive;
	void *context;
	struct buf org_text;
};

/* A decimal number of up to 128 bits. */
static bool parse_number(struct str text, struct ip *out)
{
	struct ip ip = {{0}};
	uint64_t small;

	if (str_to_u64(text, UINT32_MAX, &small)) {
		*out = ip_from_v4((uint32_t)small);
		return true;
	}
	for (size_t i = 0; i < text.len; i++) {
		unsigned carry;

		if (!ascii_digit(text.ptr[i]))
			return false;
		carry = (unsigned)(text.ptr[i] - '0');
		for (size_t k = 16; k-- > 0; carry >>= 8) {
			carry += ip.bytes[k] * 10u;
			ip.bytes[k] = (uint8_t)carry;
		}
		if (carry != 0)
			return false;
	}
	*out = ip;
	return text.len > 0;
}

static bool parse_address(struct str text, struct ip *out)
{
	return ip_parse(text, out) || parse_number(text, out);
}

static bool parse_asn(struct str text, uint32_t *out)
{
	uint64_t asn;

	if (str_starts_nocase(text, STR("AS")))
		text = str_slice(text, 2, text.len);
	if (!str_to_u64(text, UINT32_MAX, &asn))
		return false;
	*out = (uint32_t)asn;
	return true;
}

static bool is_country(struct str text)
{
	/* NOLINTNEXTLINE(*UndefinedBinaryOperatorResult): split_row() saw three fields at least */
	return text.len == 2 && ascii_alpha(text.ptr[0]) && ascii_alpha(text.ptr[1]);
}

static bool says_country(struct str text)
{
	return is_country(text) || text.len == 0 || str_equal_nocase(text, STR("None")) ||
		str_equal(text, STR("-"));
}

/* The last address of the prefix. */
static struct ip last_of(const struct ip *base, unsigned bits)
{
	struct ip last = *base;

	for (unsigned i = bits; i < 128; i++)
		last.bytes[i / 8] |= (uint8_t)(0x80 >> i % 8);
	return last;
}

static bool next_address(struct ip *ip)
{
	for (size_t i = 16; i-- > 0; )
		if (++ip->bytes[i] != 0)
			return true;
	return false;
}

/* The widest prefix that begins at `at` and does not reach beyond `end`. */
static unsigned widest(const struct ip *at, const struct ip *end)
{
	unsigned bits = 128;

	while (bits > 0) {
		struct ip last;

		if (at->bytes[(bits - 1) / 8] >> (7 - (bits - 1) % 8) & 1)
			break;
		last = last_of(at, bits - 1);
		if (ip_compare(&last, end) > 0)
			break;
		bits--;
	}
	return bits;
}

static int split_range(const struct table *table, struct ip at, const struct ip *end,
	struct mmdb_source_network *network, struct error *error)
{
	for (;;) {
		unsigned bits = widest(&at, end);
		struct ip last = last_of(&at, bits);

		network->prefix = ip_prefix_make(&at, (uint8_t)bits);
		if (table->receive(table->context, network, error) != 0)
			return -1;
		if (ip_compare(&last, end) >= 0 || !next_address(&last))
			return 0;
		at = last;
	}
}

static int row_error(const struct table *table, size_t offset, const char *what,
	struct error *error)
{
	return error_set(error, "%s:%u:%zu: %s", table->path, table->line, offset + 1, what);
}

static int split_row(const struct table *table, struct str line, struct csv_field *fields,
	size_t *n, struct error *error)
{
	struct csv csv = csv_begin(line, table->delimiter);
	struct csv_field field;
	int more;

	*n = 0;
	while ((more = csv_next(&csv, &field)) > 0)
		if (*n < COLUMNS_MAX)
			fields[(*n)++] = field;
	if (more < 0)
		return row_error(table, field.offset, "wrong quotes", error);
	if (*n < 3)
		return row_error(table, 0, "fewer than three columns "
			"(start, end, and an AS number or a country)", error);
	return 0;
}

static int find_columns(struct table *table, const struct csv_field *fields, size_t n,
	struct error *error)
{
	uint32_t asn;

	table->asn = table->country = table->org = NO_COLUMN;
	if (is_country(fields[2].text) || str_equal_nocase(fields[2].text, STR("None"))) {
		table->country = 2;
		return 0;
	}
	if (!parse_asn(fields[2].text, &asn))
		return row_error(table, fields[2].offset,
			"neither an AS number nor a country of two letters", error);
	table->asn = 2;
	if (n > 4 && says_country(fields[3].text)) {
		table->country = 3;
		table->org = 4;
	} else if (n > 3) {
		table->org = 3;
	}
	return 0;
}

static int read_row(struct table *table, const struct csv_field *fields, size_t n,
	struct error *error)
{
	struct mmdb_source_network network = {0};
	struct ip start, end;

	if (!parse_address(fields[0].text, &start))
		return row_error(table, fields[0].offset, "not an address", error);
	if (!parse_address(fields[1].text, &end))
		return row_error(table, fields[1].offset, "not an address", error);
	if (ip_is_v4(&start) != ip_is_v4(&end) || ip_compare(&start, &end) > 0)
		return row_error(table, fields[1].offset, "the range ends before it begins",
			error);
	if (table->asn < n && !parse_asn(fields[table->asn].text, &network.asn))
		return row_error(table, fields[table->asn].offset, "not an AS number", error);
	if (table->country < n && !says_country(fields[table->country].text))
		return row_error(table, fields[table->country].offset,
			"not a country of two letters", error);
	if (table->country < n && is_country(fields[table->country].text))
		memcpy(network.country, fields[table->country].text.ptr, 2);
	if (table->org < n && network.asn != 0) {
		table->org_text.len = 0;
		csv_copy(&fields[table->org], &table->org_text);
		network.org = buf_str(&table->org_text);
	}
	if (table->org_text.failed)
		return error_set(error, "%s: out of memory", table->path);
	return split_range(table, start, &end, &network, error);
}

static bool has_digit(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (ascii_digit(text.ptr[i]))
			return true;
	return false;
}

static int read_rows(struct table *table, struct str text, struct error *error)
{
	struct lex lex = lex_begin(table->path, text);
	struct lex_line line;
	bool first = true;
	size_t rows = 0;

	while (lex_next(&lex, &line)) {
		struct csv_field fields[COLUMNS_MAX];
		struct str trimmed = str_trim(line.text);
		bool header = first && !has_digit(trimmed);
		size_t n;

		table->line = line.place.line;
		if (trimmed.len == 0 || trimmed.ptr[0] == '#')
			continue;
		first = false;
		if (header && trimmed.ptr[0] != '<')
			continue;
		if (rows == 0)
			table->delimiter = str_find_byte(line.text, '\t') != SIZE_MAX ? '\t' : ',';
		if (split_row(table, line.text, fields, &n, error) != 0)
			return -1;
		if (rows++ == 0 && find_columns(table, fields, n, error) != 0)
			return -1;
		if (read_row(table, fields, n, error) != 0)
			return -1;
	}
	if (rows == 0)
		return error_set(error, "%s: no row with a network", table->path);
	return 0;
}

int mmdb_source_csv_parse(const char *path, struct str text, mmdb_source_receive *receive,
	void *context, struct mmdb_source_info *info, struct error *error)
{
	struct table table = { .path = path, .receive = receive, .context = context };
	const char *slash = strrchr(path, '/');
	int status;

	memset(info, 0, sizeof *info);
	/* It goes into the database: the name of the file, not where somebody keeps it. */
	snprintf(info->origin, sizeof info->origin, "%s", slash == NULL ? path : slash + 1);
	if (text.len >= 2 && memcmp(text.ptr, "\x1f\x8b", 2) == 0)
		return error_set(error, "%s: compressed, run gunzip on it first", path);
	if (text.len >= 3 && memcmp(text.ptr, "\xef\xbb\xbf", 3) == 0)
		text = str_slice(text, 3, text.len);
	status = read_rows(&table, text, error);
	info->has_asn = table.asn != NO_COLUMN;
	info->has_country = table.country != NO_COLUMN;
	buf_free(&table.org_text);
	return status;
}

int mmdb_source_csv_read(const char *path, mmdb_source_receive *receive, void *context,
	struct mmdb_source_info *info, struct error *error)
{
	struct lex_file file = {0};
	struct stat state;
	int status = lex_file_read(&file, path, error);

	if (status == 0)
		status = mmdb_source_csv_parse(path, str_make(file.text, file.len), receive,
			context, info, error);
	if (status == 0 && stat(path, &state) == 0)
		info->epoch = (int64_t)state.st_mtime;
	lex_file_clear(&file);
	return status;
}
