/* rules/prefilter: see prefilter.h.
 *
 * Each word has a key: the three bytes in a row of it that are rarest in mail, by their classes
 * (rules/key). One pass over the text asks for every position whether a key ends there (4 KiB
 * of bits: they stay in the nearest cache); where one does, the words with that key are compared
 * in full. An automaton (Aho-Corasick) of the same words would touch hundreds of KiB for the
 * same answer. The worst a sender can do is to repeat a key that many words share: then each
 * byte costs a comparison of each, some tens of nanoseconds.
 */
#include "rules/prefilter.h"

#include <string.h>

#include "rules/key.h"
#include "rules/literal.h"
#include "rules/odd.h"

enum {
	KEYS = KEY_NUMBERS,
	REGEX_BYTES_MAX = 64 * 1024 * 1024, /* memory while one regex is read */
	SETS_MAX = UINT16_MAX,
	COUNTERS_MAX = 32,         /* regexes whose words are counted, in one text */
	WORTH_MIN = 3              /* regexes with words */
};

struct entry {
	uint32_t regex;
	uint32_t sets;             /* first of its numbers in prefilter.numbers */
	uint8_t n, end;            /* sets in the word; which of them is the last of the key */
};

struct prefilter {
	unsigned char classes[256];
	/* a row of bits for each two classes: those which make a key as third */
	uint32_t bits[KEYS / KEY_CLASSES];
	uint16_t ranks[KEYS / KEY_CLASSES]; /* keys in the rows before this one */
	const uint32_t *starts;    /* of each key, into refs; one more than keys */
	const uint32_t *refs;      /* entries */
	const struct entry *entries;
	const uint16_t *numbers;   /* of sets */
	const struct byte_set *sets;
	const uint64_t *always;
	const uint8_t *times;      /* of each regex: how many words make it worth asking */
	uint64_t odd;              /* classes of rules/odd that some regex has */
	uint64_t *odd_members;     /* a bitmap of regexes for each class of them, in order */
	size_t bitmap_words;
};

/* While it is built: growing arrays, in an arena of the builder's. */
struct word {
	struct entry entry;
	uint32_t masks[KEY_LENGTH];       /* the classes of the key's bytes */
};
struct builder {
	struct prefilter *out;
	struct key_table table;
	struct arena *arena, *scratch;
	struct word *words;
	size_t words_n, words_capacity;
	uint16_t *numbers;
	size_t numbers_n, numbers_capacity;
	struct byte_set *sets;
	uint32_t *masks;           /* classes of each set */
	double *weights;
	size_t sets_n, sets_capacity;
	uint32_t *counts;          /* words by key */
	uint32_t *refs;
	uint8_t *times;
	uint64_t *odds;            /* of each regex: classes of rules/odd */
	size_t worth;              /* regexes that have words */
};

static void *grown(struct arena *arena, void *items, size_t n, size_t *capacity, size_t size)
{
	if (n < *capacity)
		return items;
	size_t more = *capacity ? *capacity * 2 : 256;
	void *moved = arena_resize(arena, items, *capacity * size, more * size);
	if (moved)
		*capacity = more;
	return moved;
}

/* Makes room for one more set; false: memory. */
static bool grow_sets(struct builder *builder)
{
	size_t n = builder->sets_n, masks = builder->sets_capacity, weights = masks;
	uint32_t *more_masks = grown(builder->scratch, builder->masks, n, &masks, sizeof *more_masks);
	double *more_weights = grown(builder->scratch, builder->weights, n, &weights,
		sizeof *more_weights);
	struct byte_set *more = grown(builder->scratch, builder->sets, n, &builder->sets_capacity,
		sizeof *more);
	builder->masks = more_masks ? more_masks : builder->masks;
	builder->weights = more_weights ? more_weights : builder->weights;
	builder->sets = more ? more : builder->sets;
	return more_masks && more_weights && more;
}

/* The number of the set, which is kept once; SETS_MAX: no room. Those of single bytes come first
 * and have the same numbers everywhere. */
static size_t builder_set(struct builder *builder, const struct literals *literals, size_t number)
{
	const struct byte_set *set = &literals->sets[number];
	size_t i = number < 256 ? number : 256;
	while (i < builder->sets_n && memcmp(&builder->sets[i], set, sizeof *set) != 0)
		i++;
	if (i < builder->sets_n)
		return i;
	if (i == SETS_MAX || !grow_sets(builder))
		return SETS_MAX;
	builder->sets[i] = *set;
	builder->masks[i] = literals->classes[number];
	builder->weights[i] = literals->key_weights[number];
	return builder->sets_n++;
}

static int start_sets(struct builder *builder)
{
	struct factor_pool pool;
	if (factor_pool_start(&pool, builder->scratch))
		return -1;
	builder->table = pool.table;
	for (size_t i = 0; i < 256; i++) {
		builder->sets_n = i;
		if (!grow_sets(builder))
			return -1;
		builder->sets[i] = pool.sets[i];
		builder->masks[i] = pool.classes[i];
		builder->weights[i] = pool.key_weights[i];
	}
	builder->sets_n = 256;
	return 0;
}

/* Finds the key of a word whose numbers are in place. A word of less than three sets is led by
 * any bytes. false: it would have too many keys. */
static bool choose_key(const struct builder *builder, struct word *word)
{
	const uint16_t *numbers = builder->numbers + word->entry.sets;
	uint32_t all[FACTOR_WORD_MAX], combinations = 1;
	double weights[FACTOR_WORD_MAX];
	for (size_t i = 0; i < word->entry.n; i++) {
		all[i] = builder->masks[numbers[i]];
		weights[i] = builder->weights[numbers[i]];
	}
	struct key_choice choice = key_choose(&builder->table, numbers, all, weights, word->entry.n);
	word->entry.end = (uint8_t)choice.end;
	for (size_t k = 0; k < KEY_LENGTH; k++) {
		size_t lead = KEY_LENGTH - 1 - k;
		/* NOLINTNEXTLINE(*uninitialized.Assign): key_choose() ends within the word */
		word->masks[k] = lead > choice.end ? UINT32_MAX : all[choice.end - lead];
		combinations *= key_ones(word->masks[k]);
	}
	return combinations <= KEY_COMBINATIONS_MAX;
}

/* Of the first class in each of three masks. */
static uint32_t key_number(uint32_t a, uint32_t b, uint32_t c)
{
	return (uint32_t)__builtin_ctz(a) << 2 * KEY_CLASS_BITS |
		(uint32_t)__builtin_ctz(b) << KEY_CLASS_BITS | (uint32_t)__builtin_ctz(c);
}

/* Calls `visit` for each key of a word. */
static void each_key(const struct word *word, struct builder *builder, size_t number,
	void (*visit)(struct builder *builder, uint32_t key, size_t number))
{
	for (uint32_t a = word->masks[0]; a; a &= a - 1)
		for (uint32_t b = word->masks[1]; b; b &= b - 1)
			for (uint32_t c = word->masks[2]; c; c &= c - 1)
				visit(builder, key_number(a, b, c), number);
}

/* 1, 0 when the word can have no key, -1 when memory is spent. */
static int add_word(struct builder *builder, size_t regex, const struct literals *literals,
	const struct factor_word *from)
{
	struct word word = { .entry = { .regex = (uint32_t)regex,
		.sets = (uint32_t)builder->numbers_n, .n = from->n } };
	for (size_t i = 0; i < from->n; i++) {
		uint16_t *numbers = grown(builder->scratch, builder->numbers, builder->numbers_n,
			&builder->numbers_capacity, sizeof *numbers);
		if (!numbers)
			return -1;
		builder->numbers = numbers;
		size_t number = builder_set(builder, literals, from->at[i]);
		if (number == SETS_MAX)
			return builder->sets_n == SETS_MAX ? 0 : -1;
		numbers[builder->numbers_n++] = (uint16_t)number;
	}
	if (!choose_key(builder, &word))
		return 0;
	struct word *words = grown(builder->scratch, builder->words, builder->words_n,
		&builder->words_capacity, sizeof *words);
	if (!words)
		return -1;
	builder->words = words;
	words[builder->words_n++] = word;
	return 1;
}

/* Adds a regex's words; one that has none, or a word without a key, is always named. */
static int add_regex(struct builder *builder, size_t regex,
	const struct prefilter_regex *source, uint64_t *always)
{
	struct arena *arena = arena_create(REGEX_BYTES_MAX);
	struct literals literals = { 0 };
	size_t before = builder->words_n;
	int status = arena ? 0 : -1;
	if (!status && !source->always)
		status = literal_read(source->text, source->modifiers, arena, &literals);
	bool good = literals.n > 0;
	for (size_t i = 0; !status && good && i < literals.n; i++) {
		int added = add_word(builder, regex, &literals, &literals.words[i]);
		status = added < 0 ? -1 : 0;
		good = added > 0;
	}
	builder->times[regex] = (uint8_t)(literals.times < UINT8_MAX ? literals.times : UINT8_MAX);
	builder->odds[regex] = good ? literals.odd : 0;
	if (good)
		builder->worth++;
	else
		builder->words_n = before;
	if (!good)
		always[regex / 64] |= (uint64_t)1 << (regex % 64);
	arena_free(&arena);
	return status;
}

static void count_key(struct builder *builder, uint32_t key, size_t number)
{
	(void)number;
	builder->out->bits[key / KEY_CLASSES] |= (uint32_t)1 << (key % KEY_CLASSES);
	builder->counts[key]++;
}

static inline uint32_t rank_of(const struct prefilter *prefilter, uint32_t key)
{
	uint32_t lower = ((uint32_t)1 << (key % KEY_CLASSES)) - 1;
	uint32_t below = prefilter->bits[key / KEY_CLASSES] & lower;
	return prefilter->ranks[key / KEY_CLASSES] + key_ones(below);
}

/* counts[] holds where the next word of the key goes. */
static void place_key(struct builder *builder, uint32_t key, size_t number)
{
	builder->refs[builder->counts[key]++] = (uint32_t)number;
}

static int make_tables(struct builder *builder)
{
	struct prefilter *out = builder->out;
	uint32_t total = 0, keys = 0;
	builder->counts = ARENA_ARRAY(builder->scratch, uint32_t, KEYS);
	if (!builder->counts)
		return -1;
	for (size_t i = 0; i < builder->words_n; i++)
		each_key(&builder->words[i], builder, i, count_key);
	for (uint32_t i = 0; i < KEYS / KEY_CLASSES; i++) {
		out->ranks[i] = (uint16_t)keys;
		keys += key_ones(out->bits[i]);
	}
	uint32_t *starts = ARENA_ARRAY(builder->arena, uint32_t, keys + 1);
	if (!starts)
		return -1;
	for (uint32_t key = 0; key < KEYS; key++) {
		uint32_t n = builder->counts[key];
		if (n)
			starts[rank_of(out, key)] = total;
		builder->counts[key] = total;
		total += n;
	}
	starts[keys] = total;
	out->starts = starts;
	out->refs = builder->refs = ARENA_ARRAY(builder->arena, uint32_t, total);
	if (!out->refs)
		return -1;
	for (size_t i = 0; i < builder->words_n; i++)
		each_key(&builder->words[i], builder, i, place_key);
	return 0;
}

/* A copy in the arena that stays. */
static void *kept(struct arena *arena, const void *items, size_t n, size_t size)
{
	void *copy = arena_alloc_array(arena, n, size);
	if (copy && n)
		memcpy(copy, items, n * size);
	return copy;
}

static int keep_words(struct builder *builder)
{
	struct prefilter *out = builder->out;
	struct entry *entries = ARENA_ARRAY(builder->arena, struct entry, builder->words_n);
	for (size_t i = 0; entries && i < builder->words_n; i++)
		entries[i] = builder->words[i].entry;
	out->entries = entries;
	out->numbers = kept(builder->arena, builder->numbers, builder->numbers_n,
		sizeof *out->numbers);
	out->sets = kept(builder->arena, builder->sets, builder->sets_n, sizeof *out->sets);
	return entries && out->numbers && out->sets ? 0 : -1;
}

static int make_odd(struct builder *builder, size_t n)
{
	struct prefilter *out = builder->out;
	size_t classes = 0;
	for (size_t i = 0; i < n; i++)
		out->odd |= builder->odds[i];
	for (uint64_t left = out->odd; left; left &= left - 1)
		classes++;
	out->odd_members = ARENA_ARRAY(builder->arena, uint64_t, classes * out->bitmap_words);
	if (!out->odd_members)
		return -1;
	uint64_t *members = out->odd_members;
	for (uint64_t left = out->odd; left; left &= left - 1, members += out->bitmap_words)
		for (size_t i = 0; i < n; i++)
			if (builder->odds[i] & left & ~(left - 1))
				members[i / 64] |= (uint64_t)1 << (i % 64);
	return 0;
}

static int build(struct builder *builder, const struct prefilter_regex *regexes, size_t n,
	struct prefilter **out)
{
	struct prefilter *prefilter = ARENA_NEW(builder->arena, struct prefilter);
	builder->out = prefilter;
	if (!prefilter)
		return -1;
	prefilter->bitmap_words = (n + 63) / 64;
	uint64_t *always = ARENA_ARRAY(builder->arena, uint64_t, prefilter->bitmap_words);
	builder->odds = ARENA_ARRAY(builder->scratch, uint64_t, n);
	builder->times = ARENA_ARRAY(builder->arena, uint8_t, n);
	prefilter->times = builder->times;
	if (!always || !builder->times || !builder->odds || start_sets(builder))
		return -1;
	memcpy(prefilter->classes, builder->table.classes, sizeof prefilter->classes);
	prefilter->always = always;
	for (size_t i = 0; i < n; i++)
		if (add_regex(builder, i, &regexes[i], always))
			return -1;
	if (builder->worth < WORTH_MIN)
		return 0;
	if (make_tables(builder) || keep_words(builder) || make_odd(builder, n))
		return -1;
	*out = prefilter;
	return 0;
}

int prefilter_build(const struct prefilter_regex *regexes, size_t n, struct arena *arena,
	struct prefilter **out)
{
	struct builder builder = { .arena = arena, .scratch = arena_create(SIZE_MAX) };
	*out = NULL;
	if (n < WORTH_MIN) {
		arena_free(&builder.scratch);
		return 0;
	}
	int status = builder.scratch ? build(&builder, regexes, n, out) : -1;
	arena_free(&builder.scratch);
	return status;
}

size_t prefilter_bitmap_words(const struct prefilter *prefilter)
{
	return prefilter->bitmap_words;
}

static bool stands_at(const struct prefilter *prefilter, const struct entry *entry,
	struct str text, size_t last)
{
	if (last < entry->end || text.len - (last - entry->end) < entry->n)
		return false;
	const char *bytes = text.ptr + (last - entry->end);
	const uint16_t *numbers = prefilter->numbers + entry->sets;
	for (size_t i = 0; i < entry->n; i++)
		if (!byte_set_has(&prefilter->sets[numbers[i]], (unsigned char)bytes[i]))
			return false;
	return true;
}

/* The words of one text that were counted. More regexes than there is room for are asked at their
 * first word. */
struct counters {
	size_t n;
	struct {
		uint32_t regex;
		unsigned seen;
		size_t last;
	} of[COUNTERS_MAX];
};

/* Is this the word that makes the regex worth asking? Words that end at one place, by their keys,
 * count once: those of a match do not overlap. */
static bool is_enough(struct counters *counters, uint32_t regex, unsigned times, size_t last)
{
	size_t i = 0;
	while (i < counters->n && counters->of[i].regex != regex)
		i++;
	if (i == COUNTERS_MAX)
		return true;
	if (i == counters->n) {
		counters->of[i].regex = regex;
		counters->of[i].seen = 1;
		counters->of[i].last = last;
		counters->n++;
	} else if (counters->of[i].last != last) {
		counters->of[i].seen++;
		counters->of[i].last = last;
	}
	return counters->of[i].seen >= times;
}

/* Compares the words of a key that ends at offset `last`. */
static void compare_words(const struct prefilter *prefilter, struct str text, size_t last,
	uint32_t key, struct counters *counters, uint64_t *bitmap)
{
	uint32_t rank = rank_of(prefilter, key);
	for (uint32_t i = prefilter->starts[rank]; i < prefilter->starts[rank + 1]; i++) {
		const struct entry *entry = &prefilter->entries[prefilter->refs[i]];
		if (prefilter_has(bitmap, entry->regex) || !stands_at(prefilter, entry, text, last))
			continue;
		unsigned times = prefilter->times[entry->regex];
		if (times < 2 || is_enough(counters, entry->regex, times, last))
			bitmap[entry->regex / 64] |= (uint64_t)1 << (entry->regex % 64);
	}
}

/* The positions [at, end) one by one; `key` is that of the one before. */
static void compare_each(const struct prefilter *prefilter, struct str text, size_t at,
	size_t end, uint32_t key, struct counters *counters, uint64_t *bitmap)
{
	for (; at < end; at++) {
		uint32_t class = prefilter->classes[(unsigned char)text.ptr[at]];
		uint32_t row = key & (KEYS / KEY_CLASSES - 1);
		key = row << KEY_CLASS_BITS | class;
		if (prefilter->bits[row] >> class & 1)
			compare_words(prefilter, text, at, key, counters, bitmap);
	}
}

/* Regexes whose matches may have letters of other scripts instead of a word. */
static void add_odd(const struct prefilter *prefilter, struct str text, uint64_t *bitmap)
{
	uint64_t seen = odd_in_text(text, prefilter->odd);
	const uint64_t *members = prefilter->odd_members;
	for (uint64_t left = prefilter->odd; left && seen; left &= left - 1) {
		for (size_t i = 0; seen & left & ~(left - 1) && i < prefilter->bitmap_words; i++)
			bitmap[i] |= members[i];
		members += prefilter->bitmap_words;
	}
}

/* Before the text, the key is that of bytes of class 0: words that are led by any bytes have
 * such keys, and no other word stands there. Four positions are asked at a time, since nearly
 * none is a key. */
void prefilter_scan(const struct prefilter *prefilter, struct str text, uint64_t *bitmap)
{
	const unsigned char *classes = prefilter->classes;
	const unsigned char *bytes = (const unsigned char *)text.ptr;
	const uint32_t *bits = prefilter->bits;
	struct counters counters;
	counters.n = 0;
	uint32_t row = 0; /* of the two classes before */
	size_t at = 0;
	for (size_t i = 0; i < prefilter->bitmap_words; i++)
		bitmap[i] |= prefilter->always[i];
	add_odd(prefilter, text, bitmap);
	for (; at + 4 <= text.len; at += 4) {
		uint32_t a = classes[bytes[at]], b = classes[bytes[at + 1]];
		uint32_t c = classes[bytes[at + 2]], d = classes[bytes[at + 3]];
		uint32_t row_a = (row << KEY_CLASS_BITS | a) & (KEYS / KEY_CLASSES - 1);
		uint32_t seen = bits[row] >> a | bits[row_a] >> b |
			bits[a << KEY_CLASS_BITS | b] >> c | bits[b << KEY_CLASS_BITS | c] >> d;
		if (seen & 1)
			compare_each(prefilter, text, at, at + 4, row, &counters, bitmap);
		row = c << KEY_CLASS_BITS | d;
	}
	compare_each(prefilter, text, at, text.len, row, &counters, bitmap);
}
