/* milter/config_value: see config_value.h. What is wrong with a value is said with the key's name
 * and the value's place; nothing is guessed. */
#include "milter/config_value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/lex.h"
#include "base/log.h"
#include "base/suggest.h"
#include "dns/resolver_unbound.h"
#include "milter/listen.h"

static int complain(const struct setting *s, const char *what)
{
	diags_add(s->diags, DIAG_ERROR, s->place, "%s: %s, not '%.100s'", s->key->info.name, what,
		s->value);
	return -1;
}

int config_out_of_memory(struct diags *diags, struct place place)
{
	diags_add(diags, DIAG_ERROR, place, "out of memory");
	return -1;
}

void *config_field(const struct setting *s)
{
	return (char *)s->config + s->key->offset;
}

static int replace_text(const struct setting *s, char *text)
{
	char **at = config_field(s);

	if (!text)
		return config_out_of_memory(s->diags, s->place);
	free(*at);
	*at = text;
	return 0;
}

int config_set_text(const struct setting *s)
{
	return replace_text(s, strdup(s->value));
}

/* A text that ends up in a header or a reply. */
int config_set_one_line(const struct setting *s)
{
	for (const char *p = s->value; *p; p++)
		if (*p < ' ' || *p == 127 || (unsigned char)*p > 127)
			return complain(s, "must be printable ASCII");
	if (strlen(s->value) > (size_t)s->key->max)
		return complain(s, "is too long");
	return config_set_text(s);
}

static char *path_join(const char *directory, const char *path)
{
	size_t size;
	char *joined;

	if (!directory || path[0] == '/')
		return strdup(path);
	size = strlen(directory) + strlen(path) + 2;
	joined = malloc(size);
	if (joined)
		snprintf(joined, size, "%s/%s", directory, path);
	return joined;
}

int config_set_path(const struct setting *s)
{
	if (!s->value[0])
		return complain(s, "needs a path");
	return replace_text(s, path_join(s->directory, s->value));
}

int config_strings_add(struct config_strings *strings, char *item)
{
	char **grown = item ? realloc(strings->items, (strings->n + 1) * sizeof(*grown)) : NULL;

	if (!grown) {
		free(item);
		return -1;
	}
	strings->items = grown;
	grown[strings->n++] = item;
	return 0;
}

void config_strings_clear(struct config_strings *strings)
{
	for (size_t i = 0; i < strings->n; i++)
		free(strings->items[i]);
	free(strings->items);
	*strings = (struct config_strings){ 0 };
}

int config_set_paths(const struct setting *s)
{
	if (!s->value[0])
		return complain(s, "needs a path");
	if (config_strings_add(config_field(s), path_join(s->directory, s->value)) != 0)
		return config_out_of_memory(s->diags, s->place);
	return 0;
}

int config_set_nameserver(const struct setting *s)
{
	if (!dns_nameserver_ok(str_from(s->value)))
		return complain(s, "must be an address, or address@port");
	if (config_strings_add(config_field(s), strdup(s->value)) != 0)
		return config_out_of_memory(s->diags, s->place);
	return 0;
}

static const struct choice bools[] = { /* as opendkim */
	{ "yes", 1 }, { "no", 0 }, { "true", 1 }, { "false", 0 }, { "on", 1 }, { "off", 0 },
	{ "1", 1 }, { "0", 0 }, { NULL, 0 }
};
/* False: complained of, with the word that was perhaps meant. */
static bool choose(const struct setting *s, const struct choice *choices, int *out)
{
	struct suggest suggest = suggest_begin(str_from(s->value));
	char hint[80];

	for (const struct choice *c = choices; c->word; c++) {
		if (str_equal_nocase(str_from(c->word), str_from(s->value))) {
			*out = c->value;
			return true;
		}
		suggest_offer(&suggest, c->word);
	}
	diags_add(s->diags, DIAG_ERROR, s->place, "%s: must be %s, not '%.60s'%s", s->key->info.name,
		s->key->info.value, s->value, suggest_text(&suggest, hint, sizeof(hint)));
	return false;
}

int config_set_choice(const struct setting *s)
{
	int value;

	if (!choose(s, s->key->choices, &value))
		return -1;
	*(int *)config_field(s) = value;
	return 0;
}

int config_set_bool(const struct setting *s)
{
	int value;

	if (!choose(s, bools, &value))
		return -1;
	*(bool *)config_field(s) = value != 0;
	return 0;
}

static int out_of_range(const struct setting *s)
{
	char what[100];

	snprintf(what, sizeof(what), "must be between %.0f and %.0f", s->key->min, s->key->max);
	return complain(s, what);
}

int config_set_unsigned(const struct setting *s)
{
	uint64_t value;

	if (!str_to_u64(str_from(s->value), UINT32_MAX, &value))
		return complain(s, "must be a whole number");
	if ((double)value < s->key->min || (double)value > s->key->max)
		return out_of_range(s);
	*(unsigned *)config_field(s) = (unsigned)value;
	return 0;
}

int config_set_size(const struct setting *s)
{
	struct str text = str_from(s->value);
	uint64_t value, factor = 1;
	char last = text.len ? ascii_lower(text.ptr[text.len - 1]) : 0;

	if (last == 'k')
		factor = 1024;
	if (last == 'm')
		factor = 1024 * 1024;
	if (factor > 1)
		text.len--;
	if (!str_to_u64(text, UINT32_MAX, &value))
		return complain(s, "must be a number of bytes, or with k or M");
	if ((double)(value * factor) < s->key->min || (double)(value * factor) > s->key->max)
		return out_of_range(s);
	*(size_t *)config_field(s) = (size_t)(value * factor);
	return 0;
}

int config_set_score(const struct setting *s)
{
	char *end;
	double value;

	if (s->value[strspn(s->value, "+-.0123456789")])
		return complain(s, "must be a number");
	value = strtod(s->value, &end);
	if (*end || end == s->value)
		return complain(s, "must be a number");
	if (value < s->key->min || value > s->key->max)
		return out_of_range(s);
	*(double *)config_field(s) = value;
	return 0;
}

int config_set_octal(const struct setting *s)
{
	char *end;
	unsigned long value;

	if (!ascii_digit(s->value[0]))
		return complain(s, "must be an octal number");
	value = strtoul(s->value, &end, 8);
	if (*end || value > 0777)
		return complain(s, "must be an octal number up to 0777");
	*(int *)config_field(s) = (int)value;
	return 0;
}

int config_set_facility(const struct setting *s)
{
	int facility;

	if (!log_facility(str_from(s->value), &facility))
		return complain(s, "must be one of syslog's facilities (mail, daemon, local0 ...)");
	return config_set_text(s);
}

int config_set_socket(const struct setting *s)
{
	struct listen_spec spec;
	struct error error;

	if (listen_parse(s->value, &spec, &error) != 0) {
		diags_add(s->diags, DIAG_ERROR, s->place, "Socket: %s", error.text);
		return -1;
	}
	return config_set_text(s);
}

/* Words with commas or blanks between. */
static bool next_word(const char **p, struct str *word)
{
	*p += strspn(*p, ", \t");
	*word = str_make(*p, strcspn(*p, ", \t"));
	*p += word->len;
	return word->len > 0;
}

int config_set_words(const struct setting *s)
{
	const char *p = s->value;
	struct str word;

	config_strings_clear(config_field(s));
	while (next_word(&p, &word))
		if (config_strings_add(config_field(s), strndup(word.ptr, word.len)) != 0)
			return config_out_of_memory(s->diags, s->place);
	return 0;
}

static int peer_add(struct config *config, struct str text, struct place place,
	struct diags *diags)
{
	struct ip_prefix prefix, *grown;
	bool host_bits = false;

	if (!ip_prefix_parse(text, &prefix, &host_bits)) {
		diags_add(diags, DIAG_ERROR, place, "PeerList: '%.*s' is no address or prefix%s",
			(int)(text.len > 80 ? 80 : text.len), text.ptr,
			host_bits ? " (bits behind the prefix are set)" : "");
		return -1;
	}
	grown = realloc(config->peers, (config->peers_n + 1) * sizeof(*grown));
	if (!grown)
		return config_out_of_memory(diags, place);
	config->peers = grown;
	grown[config->peers_n++] = prefix;
	return 0;
}

static int peers_from_file(const struct setting *s, const char *name)
{
	char *path = path_join(s->directory, name);
	struct lex_file file = { 0 };
	struct lex_line line;
	struct error error;
	struct place place;
	struct str word;
	struct lex lex;
	int status = 0;

	if (!path || lex_file_read(&file, path, &error) != 0) {
		diags_add(s->diags, DIAG_ERROR, s->place, "PeerList: %s", path ? error.text :
			"out of memory");
		status = -1;
	}
	lex = lex_begin(path, str_make(file.text, file.len));
	while (path && lex_next(&lex, &line))
		while (lex_word(&line, &word, &place) && word.ptr[0] != '#')
			status |= peer_add(s->config, word, place, s->diags);
	lex_file_clear(&file);
	free(path);
	return status;
}

/* A list with commas or blanks between, "none", or a file as opendkim's data sets write it. */
int config_set_peers(const struct setting *s)
{
	const char *p = s->value;
	struct str word;
	int status = 0;

	free(s->config->peers);
	s->config->peers = NULL;
	s->config->peers_n = 0;
	if (p[0] == '/' || strncmp(p, "file:", 5) == 0)
		return peers_from_file(s, p[0] == '/' ? p : p + 5);
	if (strncmp(p, "refile:", 7) == 0)
		return complain(s, "patterns (refile:) are not supported; list addresses and prefixes");
	if (str_equal_nocase(str_from(p), STR("none")))
		return 0;
	while (next_word(&p, &word))
		status |= peer_add(s->config, word, s->place, s->diags);
	return status;
}
