/* rules/factor: see factor.h.
 *
 * Words are plain values copied about; a regex has some hundred of them for a moment while it is
 * loaded. What limits the sets also bounds the time.
 */
#include "rules/factor.h"

#include <math.h>
#include <string.h>

#include "rules/odd.h"

enum { BYTES = 256, EVERY_BYTE = BYTES, CUT_MIDDLE = FACTOR_WORD_MAX / 2 };

/* Rarer by their letters than they are: their words cost at least common_cost. */
static const char common_text[] = " http:// https:// www. .com .net .org / .html src= href= "
	" [ ip= rdns= helo= by= ident= envfrom= intl=0 id= auth= msa=0 ] [ content-type: text/ "
	" received: from with esmtp for message-id: mime-version: subject: date: "
	" this that you your with from have will are not can the and for please click here email "
	" get free more now our all out what time ing tion ation ";
static const double common_cost = 0.01;
/* Comparing a word beside asking a regex of a text: some 3 ns, and 2 us. */
static const double key_price = 1.5e-3;
/* Neighbours are alike: after a digit, a digit is likely; a set of letters says nothing at all. */
static const double again_weight = 0.5, vague_weight = 0.3;

static void pool_add(struct factor_pool *pool, const struct byte_set *set)
{
	double weight = 0, key_weight = 0;
	uint32_t classes = 0;
	for (size_t i = 0; i < sizeof set->bits / sizeof *set->bits; i++) {
		for (uint64_t left = set->bits[i]; left; left &= left - 1) {
			size_t byte = i * 64 + (size_t)__builtin_ctzll(left);
			weight += pool->table.bytes[byte];
			classes |= (uint32_t)1 << pool->table.classes[byte];
		}
	}
	for (uint32_t left = classes; left; left &= left - 1)
		key_weight += pool->table.weights[__builtin_ctz(left)];
	pool->sets[pool->n] = *set;
	pool->classes[pool->n] = classes;
	pool->weights[pool->n] = weight < 1 ? weight : 1;
	pool->key_weights[pool->n] = key_weight < 1 ? key_weight : 1;
	pool->n++;
}

static uint16_t pool_set(struct factor_pool *pool, const struct byte_set *set)
{
	for (size_t i = 0; i < pool->n; i++)
		if (!memcmp(&pool->sets[i], set, sizeof *set))
			return (uint16_t)i;
	if (pool->n == pool->capacity)
		return EVERY_BYTE; /* so many classes: let this one go */
	pool_add(pool, set);
	return (uint16_t)(pool->n - 1);
}

int factor_pool_start(struct factor_pool *pool, struct arena *arena)
{
	*pool = (struct factor_pool){ .arena = arena, .capacity = 4 * BYTES };
	pool->sets = ARENA_ARRAY(arena, struct byte_set, pool->capacity);
	pool->classes = ARENA_ARRAY(arena, uint32_t, pool->capacity);
	pool->weights = ARENA_ARRAY(arena, double, pool->capacity);
	pool->key_weights = ARENA_ARRAY(arena, double, pool->capacity);
	if (!pool->sets || !pool->classes || !pool->weights || !pool->key_weights)
		return -1;
	key_table_fill(&pool->table);
	for (unsigned byte = 0; byte < BYTES; byte++) {
		struct byte_set set = { { 0 } };
		byte_set_add(&set, (unsigned char)byte);
		if (ascii_alpha((char)byte))
			byte_set_add(&set, (unsigned char)(byte ^ 32));
		pool_add(pool, &set);
	}
	pool_add(pool, &(struct byte_set){ { ~0ull, ~0ull, ~0ull, ~0ull } });
	return 0;
}

/* The bytes of a word, if all are single ones but for vague sets at its ends. */
static bool word_text(const struct factor_pool *pool, const struct factor_word *word,
	char text[FACTOR_WORD_MAX + 1])
{
	size_t n = 0;
	bool over = false;
	for (size_t i = 0; i < word->n; i++) {
		if (pool->weights[word->at[i]] > vague_weight) {
			over = n > 0;
			continue;
		}
		if (over || !word->at[i] || word->at[i] >= BYTES)
			return false;
		text[n++] = (char)word->at[i];
	}
	text[n] = '\0';
	return n > 0;
}

static double word_cost(const struct factor_pool *pool, const struct factor_word *word)
{
	char text[FACTOR_WORD_MAX + 1];
	double cost = 1;
	for (size_t i = 0; i < word->n; i++) {
		bool again = i && word->at[i] >= BYTES && word->at[i] == word->at[i - 1];
		double weight = pool->weights[word->at[i]];
		if (weight <= vague_weight)
			cost *= again ? again_weight : weight;
	}
	bool common = cost < common_cost && word_text(pool, word, text) && strstr(common_text, text);
	return common ? common_cost : cost;
}

/* Looking for a word has its price, too, whenever its key is seen: few short ones are better than
 * many that are rarer yet. */
static double key_cost(const struct factor_pool *pool, const struct factor_word *word)
{
	uint32_t classes[FACTOR_WORD_MAX];
	double weights[FACTOR_WORD_MAX];
	for (size_t i = 0; i < word->n; i++) {
		classes[i] = pool->classes[word->at[i]];
		weights[i] = pool->key_weights[word->at[i]];
	}
	if (!word->n)
		return 1;
	return key_price * key_choose(&pool->table, word->at, classes, weights, word->n).weight;
}

static double words_cost(const struct factor_pool *pool, struct factor_words words)
{
	double cost = words.n ? 0 : INFINITY;
	for (size_t i = 0; i < words.n; i++)
		cost += word_cost(pool, &words.items[i]) + key_cost(pool, &words.items[i]);
	return cost;
}

/* n words to be filled; n 0 when memory is spent. */
static struct factor_words words_make(struct factor_pool *pool, size_t n)
{
	struct factor_words words = { ARENA_ARRAY(pool->arena, struct factor_word, n), n };
	if (!words.items) {
		pool->failed = true;
		words.n = 0;
	}
	return words;
}

/* "" alone: nothing is known */
static struct factor_words words_empty(struct factor_pool *pool)
{
	return words_make(pool, 1);
}

static struct factor_words words_both(struct factor_pool *pool, struct factor_words a,
	struct factor_words b)
{
	struct factor_words words = words_make(pool, a.n + b.n);
	if (!words.n)
		return words;
	memcpy(words.items, a.items, a.n * sizeof *a.items);
	memcpy(words.items + a.n, b.items, b.n * sizeof *b.items);
	return words;
}

/* What is kept of two words in a row that are too long together. */
enum keep { KEEP_FIRST, KEEP_LAST, KEEP_JOINT };

static struct factor_word word_join(const struct factor_word *a, const struct factor_word *b,
	enum keep keep)
{
	struct factor_word word = { .n = 0 };
	size_t both = (size_t)a->n + b->n, skip = 0;
	if (both > FACTOR_WORD_MAX) {
		size_t surplus = both - FACTOR_WORD_MAX;
		size_t spare = a->n > CUT_MIDDLE ? (size_t)a->n - CUT_MIDDLE : 0;
		skip = keep == KEEP_LAST ? surplus : keep == KEEP_FIRST ? 0 :
			spare < surplus ? spare : surplus;
		both = FACTOR_WORD_MAX;
	}
	for (size_t i = skip; word.n < both; i++)
		word.at[word.n++] = i < a->n ? a->at[i] : b->at[i - a->n];
	return word;
}

/* Each of a followed by each of b; n 0: too many. */
static struct factor_words words_join(struct factor_pool *pool, struct factor_words a,
	struct factor_words b, enum keep keep)
{
	if (!b.n || a.n * b.n > FACTOR_WORDS_MAX)
		return (struct factor_words){ NULL, 0 };
	struct factor_words words = words_make(pool, a.n * b.n);
	for (size_t i = 0; i < words.n; i++)
		words.items[i] = word_join(&a.items[i / b.n], &b.items[i % b.n], keep);
	return words;
}

static size_t longest(struct factor_words words)
{
	size_t n = 0;
	for (size_t i = 0; i < words.n; i++)
		n = words.items[i].n > n ? words.items[i].n : n;
	return n;
}

static void offer(const struct factor_pool *pool, struct factor *factor,
	struct factor_words words)
{
	double cost = words_cost(pool, words);
	if (cost < factor->cost) {
		factor->best = words;
		factor->cost = cost;
	}
}

static struct factor exactly(struct factor_words words)
{
	return (struct factor){ .exact = true, .prefix = words, .suffix = words, .cost = INFINITY };
}

struct factor factor_empty(struct factor_pool *pool)
{
	return exactly(words_empty(pool));
}

struct factor factor_any(struct factor_pool *pool)
{
	struct factor factor = factor_empty(pool);
	factor.exact = false;
	return factor;
}

static struct factor one_set(struct factor_pool *pool, uint16_t number)
{
	struct factor_words words = words_make(pool, 1);
	if (words.n)
		words.items[0] = (struct factor_word){ .at = { number }, .n = 1 };
	return exactly(words);
}

struct factor factor_byte(struct factor_pool *pool, unsigned char byte)
{
	return one_set(pool, (unsigned char)ascii_lower((char)byte));
}

struct factor factor_set(struct factor_pool *pool, const struct byte_set *set)
{
	static const uint64_t upper = UINT64_C(0x07fffffe), lower = upper << 32; /* 64 to 127 */
	struct byte_set both = *set;
	both.bits[1] |= (set->bits[1] & upper) << 32 | (set->bits[1] & lower) >> 32;
	uint16_t number = pool_set(pool, &both);
	if (number < BYTES)
		number = (unsigned char)ascii_lower((char)number);
	return one_set(pool, number);
}

static struct factor join(struct factor_pool *pool, const struct factor *a,
	const struct factor *b)
{
	if (a->exact && b->exact && longest(a->prefix) + longest(b->prefix) <= FACTOR_WORD_MAX) {
		struct factor_words words = words_join(pool, a->prefix, b->prefix, KEEP_FIRST);
		if (words.n)
			return exactly(words);
	}
	struct factor factor = { .prefix = a->prefix, .suffix = b->suffix, .cost = INFINITY };
	if (a->best.n)
		factor.best = a->best, factor.cost = a->cost;
	if (b->cost < factor.cost)
		factor.best = b->best, factor.cost = b->cost;
	struct factor_words joint = words_join(pool, a->suffix, b->prefix, KEEP_JOINT);
	if (joint.n)
		offer(pool, &factor, joint);
	offer(pool, &factor, a->suffix);
	offer(pool, &factor, b->prefix);
	struct factor_words more = { NULL, 0 };
	if (a->exact && (more = words_join(pool, a->prefix, b->prefix, KEEP_FIRST)).n)
		factor.prefix = more;
	if (b->exact && (more = words_join(pool, a->suffix, b->suffix, KEEP_LAST)).n)
		factor.suffix = more;
	return factor;
}

static struct factor with_often(struct factor factor, const struct factor *from)
{
	factor.often = from->often;
	factor.times = from->times;
	return factor;
}

/* A match that is neither of a's plain ones nor of b's has what is odd in one of them. */
struct factor factor_join(struct factor_pool *pool, const struct factor *a,
	const struct factor *b)
{
	struct factor factor = join(pool, a, b);
	factor.odd = a->odd | b->odd;
	return with_often(factor, a->times >= b->times ? a : b);
}

/* More words than this are made fewer where they can be. */
enum { WORDS_MANY = 8 };

/* What is odd in a word; 0: nothing. */
static uint64_t word_odd(const struct factor_pool *pool, const struct factor_word *word)
{
	uint64_t odd = 0;
	for (size_t i = 0; i + 1 < word->n && !odd; i++)
		odd = odd_of_sets(&pool->sets[word->at[i]], &pool->sets[word->at[i + 1]]);
	return odd;
}

/* Words of one set become one word, of all their bytes. */
static void merge_single(struct factor_pool *pool, struct factor_words *words)
{
	struct byte_set both = { { 0 } };
	size_t kept = 0, single = 0;
	for (size_t i = 0; i < words->n; i++)
		single += words->items[i].n == 1;
	if (single < 2)
		return;
	struct factor_words merged = words_make(pool, words->n - single + 1);
	for (size_t i = 0; merged.n && i < words->n; i++) {
		const struct byte_set *set = &pool->sets[words->items[i].at[0]];
		if (words->items[i].n != 1)
			merged.items[kept++] = words->items[i];
		for (size_t k = 0; words->items[i].n == 1 && k < sizeof both.bits / sizeof *both.bits; k++)
			both.bits[k] |= set->bits[k];
	}
	if (!merged.n)
		return;
	merged.items[kept] = (struct factor_word){ .at = { pool_set(pool, &both) }, .n = 1 };
	*words = merged;
}

/* Takes the words out that have something odd, unless all do: where there are many, and where some
 * were taken out before. */
static void shed(struct factor_pool *pool, struct factor *factor)
{
	struct factor_words all = factor->prefix, plain = { NULL, 0 };
	uint64_t odd = 0;
	if (!pool->shedding || !factor->exact || (all.n <= WORDS_MANY && !factor->odd))
		return;
	merge_single(pool, &all);
	plain = words_make(pool, all.n);
	plain.n = 0;
	for (size_t i = 0; plain.items && i < all.n; i++) {
		uint64_t of_word = word_odd(pool, &all.items[i]);
		if (!of_word)
			plain.items[plain.n++] = all.items[i];
		odd |= of_word;
	}
	if (plain.n && odd) {
		factor->odd |= odd;
		all = plain;
	}
	factor->prefix = factor->suffix = all;
}

static struct factor either(struct factor_pool *pool, const struct factor *a,
	const struct factor *b);

struct factor factor_either(struct factor_pool *pool, const struct factor *a,
	const struct factor *b)
{
	struct factor factor = either(pool, a, b);
	factor.odd = a->odd | b->odd;
	if (a->times && b->times && a->often.n + b->often.n <= FACTOR_BEST_MAX) {
		factor.often = words_both(pool, a->often, b->often);
		factor.times = a->times < b->times ? a->times : b->times;
	}
	shed(pool, &factor);
	return factor;
}

static struct factor either(struct factor_pool *pool, const struct factor *a,
	const struct factor *b)
{
	if (a->exact && b->exact && a->prefix.n + b->prefix.n <= FACTOR_WORDS_MAX)
		return exactly(words_both(pool, a->prefix, b->prefix));
	struct factor factor = factor_any(pool);
	double cost_a, cost_b;
	struct factor_words best_a = factor_best(pool, a, &cost_a);
	struct factor_words best_b = factor_best(pool, b, &cost_b);
	if (best_a.n && best_b.n && best_a.n + best_b.n <= FACTOR_BEST_MAX)
		offer(pool, &factor, words_both(pool, best_a, best_b));
	if (a->prefix.n + b->prefix.n <= FACTOR_WORDS_MAX)
		factor.prefix = words_both(pool, a->prefix, b->prefix);
	if (a->suffix.n + b->suffix.n <= FACTOR_WORDS_MAX)
		factor.suffix = words_both(pool, a->suffix, b->suffix);
	return factor;
}

/* Up to this many repetitions are written out; from so many on they are counted. */
enum { WRITTEN_MAX = 4, OFTEN_MIN = 3 };

static struct factor repeat_optional(struct factor_pool *pool, const struct factor *a, int max)
{
	struct factor sum = factor_empty(pool);
	if (!a->exact || max > WRITTEN_MAX || max == FACTOR_UNBOUNDED)
		return max == 0 ? sum : factor_any(pool);
	struct factor power = sum;
	for (int i = 0; i < max; i++) {
		power = factor_join(pool, &power, a);
		sum = factor_either(pool, &sum, &power);
	}
	return sum;
}

static struct factor repeat(struct factor_pool *pool, const struct factor *a, int min, int max)
{
	struct factor once = factor_empty(pool);
	for (int i = 0; i < min && i < WRITTEN_MAX; i++)
		once = factor_join(pool, &once, a);
	if (min > WRITTEN_MAX) { /* it begins and ends with that many: the middle is open */
		struct factor any = factor_any(pool), begin = factor_join(pool, &once, &any);
		return factor_join(pool, &begin, &once);
	}
	if (min == max)
		return once;
	struct factor rest = repeat_optional(pool, a, max == FACTOR_UNBOUNDED ? max : max - min);
	if (rest.exact || min == 0)
		return factor_join(pool, &once, &rest);
	struct factor begin = factor_join(pool, &once, &rest); /* and it ends with them, too */
	begin.suffix = once.suffix;
	return begin;
}

struct factor factor_repeat(struct factor_pool *pool, const struct factor *a, int min, int max)
{
	struct factor factor = repeat(pool, a, min, max);
	double cost;
	if (min >= OFTEN_MIN) {
		factor.often = factor_best(pool, a, &cost);
		factor.times = factor.often.n ? (unsigned)min : 0;
	}
	return factor;
}

struct factor_words factor_best(struct factor_pool *pool, const struct factor *a, double *cost)
{
	struct factor copy = *a;
	if (!copy.best.n)
		copy.cost = INFINITY;
	offer(pool, &copy, copy.prefix);
	offer(pool, &copy, copy.suffix);
	*cost = copy.best.n ? copy.cost : INFINITY;
	return copy.best;
}
