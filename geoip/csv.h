/* geoip/csv: the fields of one line of comma or tab separated values, quoted or not.
 *
 * RFC 4180, and what real files do: blanks around fields and before a quote, quotes around some
 * fields of a line and not around others. A quoted field does not run over the line's end.
 */
#ifndef DEPEER_GEOIP_CSV_H
#define DEPEER_GEOIP_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct csv {
	struct str line;
	size_t at;
	char delimiter;
	bool done;
};

struct csv_field {
	struct str text;  /* points into the line, without blanks and the quotes around it */
	size_t offset;    /* of its first byte in the line */
	bool doubled;     /* holds "" for ": see csv_copy */
};

struct csv csv_begin(struct str line, char delimiter);
/* 1 with a field, 0 at the end, -1 when the quotes are wrong (then field->offset says where). */
int csv_next(struct csv *csv, struct csv_field *field);
/* Adds the field's text, with single quotes for doubled ones. */
void csv_copy(const struct csv_field *field, struct buf *out);

#endif
