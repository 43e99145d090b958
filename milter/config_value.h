/* milter/config_value: the values of depeer.conf's keys, one setter for each type of value.
 *
 * Private to config.c and config_value.c.
 */
#ifndef DEPEER_MILTER_CONFIG_VALUE_H
#define DEPEER_MILTER_CONFIG_VALUE_H

#include <stddef.h>

#include "base/diag.h"
#include "milter/config.h"

/* One key being given a value. */
struct setting {
	struct config *config;
	const struct key *key;
	const char *value;     /* NUL-terminated, without quotes */
	const char *directory; /* where relative paths start; NULL: where we stand */
	struct place place;    /* of the value */
	struct diags *diags;
};

struct choice {
	const char *word;      /* NULL ends the list */
	int value;
};

/* Stores the value, or complains with its place and gives -1; what was there before then stays,
 * or goes, but is valid. */
typedef int config_setter(const struct setting *setting);

struct key {
	struct config_key_info info;
	config_setter *set;
	size_t offset;         /* in struct config */
	double min, max;
	const struct choice *choices;
};

config_setter config_set_text, config_set_path, config_set_facility, config_set_socket;
config_setter config_set_one_line; /* printable ASCII; max: bytes */
config_setter config_set_paths;    /* struct config_strings, one more item */
config_setter config_set_words;    /* struct config_strings: a list, commas or blanks between */
config_setter config_set_choice;   /* int or enum, by `choices` */
config_setter config_set_bool;     /* yes/no/true/false/on/off/1/0, as opendkim */
config_setter config_set_unsigned, config_set_size, config_set_score; /* min..max */
config_setter config_set_octal;    /* int, up to 0777 */
config_setter config_set_peers;    /* config->peers */
config_setter config_set_nameserver; /* struct config_strings, one more item */

void *config_field(const struct setting *setting); /* where its value stands */
int config_out_of_memory(struct diags *diags, struct place place); /* complains; -1 */
/* Takes the item over (NULL: memory was spent). 0 or -1. */
int config_strings_add(struct config_strings *strings, char *item);
void config_strings_clear(struct config_strings *strings);

#endif
