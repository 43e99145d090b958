/* geoip/network_list_json: Spamhaus DROP and ASN-DROP as NDJSON, one object a line.
 *
 * A number in quotes, a fraction or a zero is not what the source writes: a fetcher or a filter
 * in between has broken the file, and who knows what else it did. The metadata line tells how
 * many lines there must be, which is how a download that was cut off is found out.
 */
#include "geoip/network_list_build.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/lex.h"

struct reading {
	struct network_list_build *build;
	uint64_t lines, records; /* read; promised by all metadata lines */
	bool metadata;
	unsigned metadata_line;
};

static struct place place_of(const struct lex_line *line, const char *name)
{
	size_t at = SIZE_MAX;

	if (name != NULL) {
		struct str rest = line->text;
		size_t len = strlen(name);

		for (size_t i = 0; i + len + 2 <= rest.len && at == SIZE_MAX; i++)
			if (rest.ptr[i] == '"' && memcmp(rest.ptr + i + 1, name, len) == 0 &&
					rest.ptr[i + len + 1] == '"')
				at = i;
	}
	return at == SIZE_MAX ? line->place : lex_place(line, line->text.ptr + at);
}

static void note_of(const json_t *object, struct network_list_new *entry)
{
	static const char *const names[] = { "asname", "sblid", "domain" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const json_t *value = json_object_get(object, names[i]);

		if (json_is_string(value) && json_string_length(value) > 0) {
			entry->note = str_make(json_string_value(value),
				json_string_length(value));
			return;
		}
	}
}

/* False when it was reported. `written` is room for the entry's text. */
static bool read_asn(struct reading *reading, const struct lex_line *line, const json_t *value,
	struct network_list_new *entry, char written[32])
{
	struct place place = place_of(line, "asn");
	struct diags *diags = reading->build->diags;
	json_int_t asn = json_is_integer(value) ? json_integer_value(value) : 0;

	if (json_is_string(value))
		diags_add(diags, DIAG_ERROR, place, "the AS number \"%s\" stands in quotes",
			json_string_value(value));
	else if (!json_is_integer(value))
		diags_add(diags, DIAG_ERROR, place, "\"asn\" is not a whole number");
	else if (asn <= 0)
		diags_add(diags, DIAG_ERROR, place, "AS %" JSON_INTEGER_FORMAT
			" is no network", asn);
	else if (asn > (json_int_t)UINT32_MAX)
		diags_add(diags, DIAG_ERROR, place, "AS number %" JSON_INTEGER_FORMAT
			" is above 4294967295", asn);
	else {
		entry->key.low = entry->key.high = (uint32_t)asn;
		snprintf(written, 32, "AS%" PRIu32, entry->key.low);
		entry->text = str_from(written);
		return true;
	}
	return false;
}

static bool read_cidr(struct reading *reading, const struct lex_line *line, const json_t *value,
	struct network_list_new *entry)
{
	struct place place = place_of(line, "cidr");
	struct error error;

	if (!json_is_string(value)) {
		diags_add(reading->build->diags, DIAG_ERROR, place, "\"cidr\" is not a string");
		return false;
	}
	entry->text = str_make(json_string_value(value), json_string_length(value));
	if (network_list_key_parse(entry->text, &entry->key, &error) != 0) {
		diags_add(reading->build->diags, DIAG_ERROR, place, "%s", error.text);
		return false;
	}
	if (!entry->key.is_prefix)
		diags_add(reading->build->diags, DIAG_ERROR, place, "\"cidr\" is not a network");
	return entry->key.is_prefix;
}

static void read_metadata(struct reading *reading, const struct lex_line *line,
	const json_t *object)
{
	const json_t *records = json_object_get(object, "records");
	const json_t *timestamp = json_object_get(object, "timestamp");
	struct network_list_build *build = reading->build;

	reading->metadata = true;
	reading->metadata_line = line->place.line;
	if (!json_is_integer(records) || json_integer_value(records) < 0)
		diags_add(build->diags, DIAG_ERROR, place_of(line, "records"),
			"metadata without a number of records");
	else
		reading->records += (uint64_t)json_integer_value(records);
	if (json_is_integer(timestamp) && json_integer_value(timestamp) > 0 &&
			(build->timestamp == 0 || json_integer_value(timestamp) < build->timestamp))
		build->timestamp = json_integer_value(timestamp);
}

static void read_object(struct reading *reading, const struct lex_line *line, const json_t *object)
{
	struct network_list_new entry = { .from = DATE_MIN, .until = DATE_MAX };
	const json_t *asn = json_object_get(object, "asn"), *cidr = json_object_get(object, "cidr");
	const json_t *type = json_object_get(object, "type");
	char written[32];
	bool good;

	if (json_is_string(type) && strcmp(json_string_value(type), "metadata") == 0) {
		read_metadata(reading, line, object);
		return;
	}
	reading->lines++;
	if ((asn == NULL) == (cidr == NULL)) {
		diags_add(reading->build->diags, DIAG_ERROR, line->place, asn == NULL ?
			"an entry with neither \"asn\" nor \"cidr\"" :
			"an entry with both \"asn\" and \"cidr\"");
		return;
	}
	good = asn != NULL ? read_asn(reading, line, asn, &entry, written) :
		read_cidr(reading, line, cidr, &entry);
	if (!good)
		return;
	note_of(object, &entry);
	entry.line = line->place.line;
	network_list_add(reading->build, &entry);
}

static void read_line(struct reading *reading, const struct lex_line *line)
{
	struct place place = line->place;
	json_error_t error;
	json_t *value = json_loadb(line->text.ptr, line->text.len,
		JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);

	if (value == NULL) {
		if (error.position > 0 && (size_t)error.position <= line->text.len)
			place.column = (unsigned)error.position;
		reading->lines++;
		diags_add(reading->build->diags, DIAG_ERROR, place, "not JSON: %s", error.text);
	} else if (!json_is_object(value)) {
		reading->lines++;
		diags_add(reading->build->diags, DIAG_ERROR, place, "not an object");
	} else {
		read_object(reading, line, value);
	}
	json_decref(value);
}

static void check_count(struct reading *reading)
{
	struct place place = { reading->build->file, reading->metadata_line, 0 };

	if (!reading->metadata) {
		diags_add(reading->build->diags, DIAG_WARNING, place,
			"no metadata line: whether the list is whole cannot be told");
	} else if (reading->records != reading->lines) {
		diags_add(reading->build->diags, DIAG_ERROR, place, "the metadata promises %" PRIu64
			" records, the file has %" PRIu64 " (cut off?)", reading->records,
			reading->lines);
	} else if (reading->lines == 0) {
		diags_add(reading->build->diags, DIAG_ERROR, place,
			"nothing but metadata: a list without any entry");
	}
}

void network_list_read_ndjson(struct network_list_build *build, struct str text)
{
	struct reading reading = { .build = build };
	struct lex lex = lex_begin(build->file, text);
	struct lex_line line;

	while (lex_next(&lex, &line))
		if (str_trim(line.text).len > 0)
			read_line(&reading, &line);
	check_count(&reading);
}
