/* base/suggest: see suggest.h.
 *
 * Three rows of the distance table suffice (a swap looks two rows back). Words longer than
 * WORD_MAX are no typing error of a keyword and are not compared, which bounds the work.
 */
#include "base/suggest.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { WORD_MAX = 64 };

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t edit_distance(struct str a, struct str b)
{
	size_t rows[3][WORD_MAX + 1];

	for (size_t j = 0; j <= b.len; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		size_t *row = rows[i % 3], *up = rows[(i + 2) % 3], *up2 = rows[(i + 1) % 3];
		char x = ascii_lower(a.ptr[i - 1]);

		row[0] = i;
		for (size_t j = 1; j <= b.len; j++) {
			char y = ascii_lower(b.ptr[j - 1]);
			size_t best = smaller(up[j], row[j - 1]) + 1;

			best = smaller(best, up[j - 1] + (x != y));
			if (i > 1 && j > 1 && x == ascii_lower(b.ptr[j - 2])
				&& y == ascii_lower(a.ptr[i - 2]))
				best = smaller(best, up2[j - 2] + 1);
			row[j] = best;
		}
	}
	return rows[a.len % 3][b.len];
}

struct suggest suggest_begin(struct str wanted)
{
	return (struct suggest){ .wanted = wanted, .distance = SIZE_MAX };
}

void suggest_offer(struct suggest *suggest, const char *candidate)
{
	struct str word = str_from(candidate);
	size_t distance, apart;

	if (suggest->wanted.len > WORD_MAX || word.len > WORD_MAX || word.len == 0)
		return;
	/* each letter too many is an edit: most words need no table */
	apart = word.len > suggest->wanted.len ? word.len - suggest->wanted.len :
		suggest->wanted.len - word.len;
	if (apart > suggest->wanted.len / 3 || apart >= suggest->distance)
		return;
	distance = edit_distance(suggest->wanted, word);
	if (distance <= suggest->wanted.len / 3 && distance < suggest->distance) {
		suggest->distance = distance;
		suggest->best = candidate;
	}
}

const char *suggest_text(const struct suggest *suggest, char *out, size_t size)
{
	if (suggest->best)
		snprintf(out, size, " (did you mean '%s'?)", suggest->best);
	else if (size > 0)
		out[0] = '\0';
	return out;
}
