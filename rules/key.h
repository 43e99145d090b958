/* rules/key: three bytes in a row, as rules/prefilter looks for them.
 *
 * Bytes fall into 32 classes, so that three neighbours make a number of 15 bits. A word is found
 * by one such window of it, the one expected least in mail.
 */
#ifndef DEPEER_RULES_KEY_H
#define DEPEER_RULES_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	KEY_LENGTH = 3, KEY_CLASS_BITS = 5, KEY_CLASSES = 1 << KEY_CLASS_BITS,
	KEY_NUMBERS = 1 << (KEY_LENGTH * KEY_CLASS_BITS),
	KEY_COMBINATIONS_MAX = 2048     /* numbers of one word's key: classes of its sets, multiplied */
};

struct byte_set {
	uint64_t bits[4];
};
static inline bool byte_set_has(const struct byte_set *set, unsigned char byte)
{
	return set->bits[byte >> 6] >> (byte & 63) & 1;
}
static inline void byte_set_add(struct byte_set *set, unsigned char byte)
{
	set->bits[byte >> 6] |= (uint64_t)1 << (byte & 63);
}

/* Bits that are set. Inline, and not the compiler's own, which is a call where the machine is
 * not known to have an instruction for it. */
static inline uint32_t key_ones(uint32_t x)
{
	x -= x >> 1 & 0x55555555u;
	x = (x & 0x33333333u) + (x >> 2 & 0x33333333u);
	return ((x + (x >> 4)) & 0x0f0f0f0fu) * 0x01010101u >> 24;
}

/* Letters (case is ignored) by themselves; the rest in groups. */
unsigned char key_class(unsigned char byte);

/* What is known of each byte and class; made once and asked often. */
struct key_table {
	unsigned char classes[256];
	double bytes[256];              /* how often a byte of mail is this one */
	double weights[KEY_CLASSES];    /* and how often one of this class */
	uint32_t common[KEY_NUMBERS / 32]; /* bits: three letters that are common in a row */
};
void key_table_fill(struct key_table *table);

struct key_choice {
	size_t end;      /* where in the word the last byte of the key stands */
	double weight;   /* how often the key is expected in a byte of mail */
};
/* The best window of a word of n >= 1 sets: their numbers (below 256: that byte alone, in lower
 * case), their classes, and how often one of the classes is expected. In a word shorter than a
 * key, its end: any bytes may lead it. */
struct key_choice key_choose(const struct key_table *table, const uint16_t *numbers,
	const uint32_t *classes, const double *weights, size_t n);

#endif
