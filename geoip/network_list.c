/* geoip/network_list: a named list of AS numbers and prefixes, with the place of every entry.
 *
 * The readers (network_list_text, _json, _csv) fill an array of entries; here it is decided which
 * of them reads a file, duplicates are dropped, and the two sets are made in which an address or
 * an AS number finds its entries by their index.
 */
#include "geoip/network_list.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/date.h"
#include "base/lex.h"
#include "base/number_set.h"
#include "base/prefix_set.h"
#include "geoip/network_list_build.h"

enum { ARENA_MAX = 1024 * 1024 * 1024 };

struct network_list {
	struct arena *arena;
	struct network_list_entry *entries;
	size_t n;
	struct number_set *asns;
	struct prefix_set *prefixes;
	int32_t asns_from, asns_until; /* days that any entry by AS number counts for */
	struct network_list_info info;
	_Atomic unsigned owners;
};

struct network_list *network_list_hold(struct network_list *list)
{
	atomic_fetch_add_explicit(&list->owners, 1, memory_order_relaxed);
	return list;
}

static void destroy(struct network_list **list)
{
	prefix_set_free(&(*list)->prefixes);
	number_set_free(&(*list)->asns);
	free((*list)->entries);
	arena_free(&(*list)->arena);
	free(*list);
	*list = NULL;
}

void network_list_free(struct network_list **list)
{
	if (*list != NULL &&
			atomic_fetch_sub_explicit(&(*list)->owners, 1, memory_order_acq_rel) == 1)
		destroy(list);
	*list = NULL;
}

const struct network_list_info *network_list_info(const struct network_list *list)
{
	return &list->info;
}

const struct network_list_entry *network_list_entries(const struct network_list *list, size_t *n)
{
	*n = list->n;
	return list->entries;
}

bool network_list_has_asns(const struct network_list *list, int32_t day)
{
	return list->info.asns > 0 && day >= list->asns_from && day <= list->asns_until;
}

void network_list_add(struct network_list_build *build, const struct network_list_new *entry)
{
	struct str note = str_slice(entry->note, 0, NETWORK_LIST_NOTE_MAX);
	struct network_list_entry *added;

	if (build->n == build->capacity) {
		size_t capacity = build->capacity == 0 ? 64 : build->capacity * 2;
		struct network_list_entry *grown = build->n >= UINT32_MAX / 2 ? NULL :
			realloc(build->entries, capacity * sizeof *grown);

		build->spent = build->spent || grown == NULL;
		if (grown == NULL)
			return;
		build->entries = grown;
		build->capacity = capacity;
	}
	added = &build->entries[build->n];
	*added = (struct network_list_entry){ .key = entry->key };
	added->listing.name = build->name;
	added->listing.file = build->file;
	added->listing.line = entry->line;
	added->listing.entry = arena_dup(build->arena, entry->text);
	added->listing.note = note.len == 0 ? "" : arena_dup(build->arena, note);
	added->listing.from = entry->from;
	added->listing.until = entry->until;
	if (added->listing.entry == NULL || added->listing.note == NULL)
		build->spent = true;
	else
		build->n++;
}

static struct str without_bom(struct str text)
{
	return str_starts_nocase(text, STR("\xef\xbb\xbf")) ? str_slice(text, 3, text.len) : text;
}

/* The first line that says something. */
static struct str first_line(const char *file, struct str text, struct place *place)
{
	struct lex lex = lex_begin(file, text);
	struct lex_line line;

	while (lex_next(&lex, &line)) {
		struct str rest = lex_rest(&line, place);

		if (rest.len > 0 && rest.ptr[0] != '#' && rest.ptr[0] != ';')
			return rest;
	}
	*place = (struct place){ file, 1, 1 };
	return str_make(NULL, 0);
}

/* A comma comes before any blank, or behind the blanks after the first word or quote. */
static bool has_columns(struct str line)
{
	size_t i = 0;

	if (line.ptr[0] == '"')
		return true;
	while (i < line.len && line.ptr[i] != ',' && !ascii_space(line.ptr[i]) &&
			line.ptr[i] != ';' && line.ptr[i] != '#')
		i++;
	while (i < line.len && ascii_space(line.ptr[i]))
		i++;
	return i < line.len && line.ptr[i] == ',';
}

bool network_list_guess(struct network_list_build *build, struct str text,
	enum network_list_format *format)
{
	struct place place;
	struct str line = first_line(build->file, text, &place);
	struct network_list_key key;

	*format = NETWORK_LIST_TEXT;
	if (line.len == 0) {
		diags_add(build->diags, DIAG_ERROR, place, "a list without any entry");
		return false;
	}
	if (line.ptr[0] == '<') {
		diags_add(build->diags, DIAG_ERROR, place,
			"HTML or XML instead of a list (an error page that was downloaded?)");
		return false;
	}
	if (line.ptr[0] == '[') {
		diags_add(build->diags, DIAG_ERROR, place,
			"a JSON array: a list has one object on each line");
		return false;
	}
	if (line.ptr[0] == '{')
		*format = NETWORK_LIST_NDJSON;
	else if (has_columns(line))
		*format = NETWORK_LIST_CSV;
	else if (network_list_key_parse(line, &key, NULL) != 0 &&
			str_find_byte(line, ',') != SIZE_MAX && !ascii_digit(line.ptr[0]) &&
			!str_starts_nocase(line, STR("AS")))
		*format = NETWORK_LIST_CSV; /* a header with blanks: AS number,name */
	return true;
}

/* Reads one text as a file. */
static void read_text(struct network_list_build *build, struct str text, bool first,
	struct network_list_info *info)
{
	static network_list_read *const readers[] = {
		[NETWORK_LIST_TEXT] = network_list_read_text,
		[NETWORK_LIST_NDJSON] = network_list_read_ndjson,
		[NETWORK_LIST_CSV] = network_list_read_csv,
	};
	struct place place = { build->file, 1, 0 };
	enum network_list_format format;
	size_t errors = build->diags->errors, n = build->n;

	text = without_bom(text);
	build->timestamp = 0;
	if (!network_list_guess(build, text, &format))
		return;
	readers[format](build, text);
	if (build->n == n && build->diags->errors == errors && !build->spent)
		diags_add(build->diags, DIAG_ERROR, place, "a list without any entry");
	if (first) {
		info->format = format;
		info->source = build->file;
	}
}

static void read_file(struct network_list_build *build, const char *path, bool first,
	struct network_list_info *info, struct place place)
{
	struct lex_file file = {0};
	struct error error;
	struct stat state;
	int64_t timestamp;

	build->file = arena_dup(build->arena, str_from(path));
	if (build->file == NULL) {
		build->spent = true;
		return;
	}
	if (lex_file_read(&file, path, &error) != 0) {
		diags_add(build->diags, DIAG_ERROR, place, "list '%s': %s", build->name,
			error.text);
		lex_file_clear(&file);
		return;
	}
	read_text(build, str_make(file.text, file.len), first, info);
	timestamp = build->timestamp;
	if (timestamp == 0 && stat(path, &state) == 0)
		timestamp = (int64_t)state.st_mtime;
	if (info->timestamp == 0 || timestamp < info->timestamp) {
		info->timestamp = timestamp; /* the oldest of several files */
		info->dates_itself = build->timestamp != 0;
	}
	info->files++;
	lex_file_clear(&file);
}

int network_list_entry_compare(const struct network_list_entry *a,
	const struct network_list_entry *b)
{
	int order;

	if (a->key.is_prefix != b->key.is_prefix)
		return a->key.is_prefix ? 1 : -1;
	if (a->key.is_prefix) {
		order = ip_compare(&a->key.prefix.base, &b->key.prefix.base);
		if (order == 0)
			order = (int)a->key.prefix.bits - (int)b->key.prefix.bits;
	} else {
		order = a->key.low != b->key.low ? (a->key.low < b->key.low ? -1 : 1) :
			a->key.high != b->key.high ? (a->key.high < b->key.high ? -1 : 1) : 0;
	}
	if (order != 0)
		return order;
	if (a->listing.from != b->listing.from)
		return a->listing.from < b->listing.from ? -1 : 1;
	return a->listing.until < b->listing.until ? -1 : a->listing.until > b->listing.until;
}

/* For finding duplicates: of equal ones, the one that was read first comes first. */
static int compare_pointers(const void *a, const void *b)
{
	struct network_list_entry *const *x = a, *const *y = b;
	int order = network_list_entry_compare(*x, *y);

	return order != 0 ? order : *x < *y ? -1 : *x > *y;
}

/* Marks duplicates by entry == NULL and takes them out. */
static bool drop_duplicates(struct network_list_build *build, struct network_list_info *info)
{
	struct network_list_entry **sorted = malloc((build->n + 1) * sizeof(*sorted));
	size_t kept = 0, last = 0;

	if (sorted == NULL)
		return false;
	for (size_t i = 0; i < build->n; i++)
		sorted[i] = &build->entries[i];
	qsort(sorted, build->n, sizeof *sorted, compare_pointers);
	for (size_t i = 1; i < build->n; i++) {
		if (network_list_entry_compare(sorted[last], sorted[i]) == 0)
			sorted[i]->listing.entry = NULL;
		else
			last = i;
	}
	free(sorted);
	for (size_t i = 0; i < build->n; i++)
		if (build->entries[i].listing.entry != NULL)
			build->entries[kept++] = build->entries[i];
	info->duplicates = build->n - kept;
	build->n = kept;
	return true;
}

static void count_asn(struct network_list *list, const struct network_listing *listing)
{
	if (list->info.asns++ == 0 || listing->from < list->asns_from)
		list->asns_from = listing->from;
	if (list->info.asns == 1 || listing->until > list->asns_until)
		list->asns_until = listing->until;
}

static void count(struct network_list *list)
{
	struct network_list_info *info = &list->info;

	info->entries = list->n;
	for (size_t i = 0; i < list->n; i++) {
		const struct network_list_entry *entry = &list->entries[i];

		if (entry->key.is_prefix)
			info->prefixes++;
		else
			count_asn(list, &entry->listing);
		if (entry->listing.from != DATE_MIN || entry->listing.until != DATE_MAX)
			info->dated++;
	}
}

static bool make_sets(struct network_list *list)
{
	struct prefix_set_builder *prefixes = prefix_set_builder_create();
	struct number_set_builder *asns = number_set_builder_create();
	bool good = prefixes != NULL && asns != NULL;

	for (size_t i = 0; i < list->n && good; i++) {
		const struct network_list_key *key = &list->entries[i].key;

		good = (key->is_prefix ?
			prefix_set_builder_add(prefixes, &key->prefix, (uint32_t)i) :
			number_set_builder_add(asns, key->low, key->high, (uint32_t)i)) == 0;
	}
	if (good) {
		list->prefixes = prefix_set_builder_finish(prefixes);
		list->asns = number_set_builder_finish(asns);
		good = list->prefixes != NULL && list->asns != NULL;
	}
	prefix_set_builder_free(&prefixes);
	number_set_builder_free(&asns);
	return good;
}

/* An empty list and the building of it; NULL when memory is spent. */
static struct network_list *begin(const char *name, struct diags *diags,
	struct network_list_build *build)
{
	struct network_list *list = calloc(1, sizeof *list);

	*build = (struct network_list_build){ .diags = diags };
	if (list == NULL)
		return NULL;
	atomic_init(&list->owners, 1);
	list->arena = arena_create(ARENA_MAX);
	if (list->arena != NULL)
		build->name = arena_dup(list->arena, str_from(name));
	if (build->name == NULL) {
		network_list_free(&list);
		return NULL;
	}
	build->arena = list->arena;
	list->info.name = build->name;
	return list;
}

/* Refuses the whole list when anything was wrong. */
static struct network_list *end(struct network_list *list, struct network_list_build *build,
	size_t errors_before)
{
	struct place place = { list->info.source != NULL ? list->info.source : build->file, 0, 0 };
	bool good = build->diags->errors == errors_before;

	if (good && (build->spent || !drop_duplicates(build, &list->info))) {
		diags_add(build->diags, DIAG_ERROR, place, "list '%s': out of memory", build->name);
		good = false;
	}
	list->entries = build->entries;
	list->n = build->n;
	if (good && !make_sets(list)) {
		diags_add(build->diags, DIAG_ERROR, place, "list '%s': out of memory", build->name);
		good = false;
	}
	if (good)
		count(list);
	else
		network_list_free(&list);
	return list;
}

struct network_list *network_list_parse(const char *name, const char *file, struct str text,
	struct diags *diags)
{
	struct place place = { file, 0, 0 };
	struct network_list_build build;
	size_t errors = diags->errors;
	struct network_list *list = begin(name, diags, &build);

	if (list != NULL)
		build.file = arena_dup(list->arena, str_from(file));
	if (list == NULL || build.file == NULL) {
		diags_add(diags, DIAG_ERROR, place, "out of memory");
		network_list_free(&list);
		return NULL;
	}
	read_text(&build, text, true, &list->info);
	list->info.timestamp = build.timestamp;
	list->info.dates_itself = build.timestamp != 0;
	list->info.files = 1;
	return end(list, &build, errors);
}

static bool ends_in(struct str text, struct str end_text)
{
	return text.len > end_text.len && str_equal_nocase(
		str_slice(text, text.len - end_text.len, text.len), end_text);
}

/* A word that is no entry: a file, or an entry gone wrong? */
static bool is_file(struct str word)
{
	static const struct str ends[] = {
		{ ".json", 5 }, { ".list", 5 }, { ".txt", 4 }, { ".csv", 4 }, { ".netset", 7 },
	};
	bool numeric = true;

	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (ends_in(word, ends[i]))
			return true;
	for (size_t i = 0; i < word.len; i++)
		numeric = numeric && (ascii_digit(word.ptr[i]) || word.ptr[i] == '.' ||
			word.ptr[i] == '/' || word.ptr[i] == '-');
	return !(numeric && ascii_digit(word.ptr[0])) && str_find_byte(word, ':') == SIZE_MAX &&
		(str_find_byte(word, '/') != SIZE_MAX || str_find_byte(word, '.') != SIZE_MAX);
}

static void read_word(struct network_list_build *build, const struct network_list_word *word)
{
	struct network_list_new entry = { .from = DATE_MIN, .until = DATE_MAX };
	struct error error;

	entry.text = word->text;
	entry.line = word->place.line;
	if (network_list_key_parse(word->text, &entry.key, &error) != 0) {
		diags_add(build->diags, DIAG_ERROR, word->place, "list '%s': %s", build->name,
			error.text);
		return;
	}
	build->file = arena_dup(build->arena, str_from(word->place.file));
	if (build->file == NULL)
		build->spent = true;
	else
		network_list_add(build, &entry);
}

bool network_list_word_file(struct str word, const char *directory, struct buf *path)
{
	struct network_list_key key;

	if (word.len == 0 || network_list_key_parse(word, &key, NULL) == 0 || !is_file(word))
		return false;
	if (path == NULL)
		return true;
	if (word.ptr[0] != '/' && directory != NULL && directory[0] != '\0') {
		buf_add_cstr(path, directory);
		buf_add_byte(path, '/');
	}
	buf_add_str(path, word);
	return true;
}

static void read_named_file(struct network_list_build *build, struct buf *path,
	const struct network_list_word *word, bool first, struct network_list_info *info)
{
	const char *name = buf_cstr(path);

	if (path->failed)
		build->spent = true;
	else
		read_file(build, name, first, info, word->place);
	buf_free(path);
}

struct network_list *network_list_load(const char *name, const struct network_list_word *words,
	size_t words_n, const char *directory, struct diags *diags)
{
	struct place place = { words_n > 0 ? words[0].place.file : NULL,
		words_n > 0 ? words[0].place.line : 0, 0 };
	struct network_list_build build;
	size_t errors = diags->errors, files = 0;
	struct network_list *list = begin(name, diags, &build);

	if (list == NULL) {
		diags_add(diags, DIAG_ERROR, place, "out of memory");
		return NULL;
	}
	if (words_n == 0)
		diags_add(diags, DIAG_ERROR, place, "list '%s' has no entry", build.name);
	for (size_t i = 0; i < words_n; i++) {
		struct buf path = {0};

		if (network_list_word_file(words[i].text, directory, &path))
			read_named_file(&build, &path, &words[i], files++ == 0, &list->info);
		else
			read_word(&build, &words[i]);
	}
	if (files == 0) {
		list->info.format = NETWORK_LIST_WORDS;
		list->info.source = build.file;
	}
	return end(list, &build, errors);
}

struct matching {
	const struct network_list *list;
	struct network *network;
	uint32_t index;
	int32_t day;
	bool matched;
};

static bool match_entry(void *context, uint32_t entry)
{
	struct matching *matching = context;
	const struct network_listing *listing = &matching->list->entries[entry].listing;
	struct network *network = matching->network;

	if (matching->day != NETWORK_LIST_ANY_DAY &&
			(matching->day < listing->from || matching->day > listing->until))
		return true;
	if (network->listings_n == NETWORK_LISTINGS_MAX) {
		network->listings_incomplete = true;
		return false;
	}
	network->listings[network->listings_n] = listing;
	network->listing_lists[network->listings_n++] = matching->index;
	matching->matched = true;
	return false;
}

void network_list_match(const struct network_list *list, uint32_t index, int32_t day,
	struct network *network)
{
	struct matching matching = { list, network, index, day, false };

	prefix_set_each(list->prefixes, &network->ip, match_entry, &matching);
	if (!matching.matched && network->asn_state == NETWORK_KNOWN)
		number_set_each(list->asns, network->asn, match_entry, &matching);
}
