/* dns/table_rows: the lines of a table, between who reads them (table_parse) and who finds them
 * (table). Only for those two. */
#ifndef DEPEER_DNS_TABLE_ROWS_H
#define DEPEER_DNS_TABLE_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"
#include "dns/answer.h"

enum { ROW_ANY = 0, ROW_CNAME = 5 }; /* as a type: all of them; the number on the wire */

/* One line. A CNAME's target is record.text. */
struct table_row {
	struct str name; /* normalised; of "*.example" the "example" */
	bool wildcard;
	int type;
	enum dns_status status; /* DNS_FOUND: `record` is its value */
	struct dns_record record;
	uint32_t ttl;
	struct place place;
};

struct table_rows {
	struct table_row *items;
	size_t n, capacity;
	struct arena *arena; /* all texts; items are malloc'ed */
};

/* Appends every line of the text; what is wrong goes to diags. */
void table_rows_parse(struct table_rows *rows, const char *file, struct str text,
	struct diags *diags);

#endif
