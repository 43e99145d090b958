/* json_get: one value out of each line of JSON, for shell tests.
 *
 *   json_get PATH < LINES
 *
 * PATH is keys and indexes with dots between ("rules.0.name"); "" is the whole, a last "#" the
 * number of elements. Prints one line for each line read: a string as it is, anything else as
 * JSON, "-" where there is nothing. Status 1 when a line is no JSON object (named on stderr),
 * when a string holds bytes that are no UTF-8, or when nothing was read.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *step(json_t *at, const char *key, size_t len)
{
	char name[200];

	snprintf(name, sizeof(name), "%.*s", (int)len, key);
	if (json_is_array(at))
		return json_array_get(at, (size_t)strtoul(name, NULL, 10));
	return json_object_get(at, name);
}

static void print_value(const json_t *value)
{
	char *text;

	if (json_is_string(value)) {
		fwrite(json_string_value(value), 1, json_string_length(value), stdout);
		putchar('\n');
		return;
	}
	text = value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(12))
		: NULL;
	puts(text ? text : "-");
	free(text);
}

static void print_at(json_t *at, const char *path)
{
	while (*path && at) {
		size_t len = strcspn(path, ".");

		if (strcmp(path, "#") == 0) {
			printf("%zu\n", json_is_array(at) ? json_array_size(at) : json_object_size(at));
			return;
		}
		at = step(at, path, len);
		path += len + (path[len] == '.');
	}
	print_value(at);
}

int main(int argc, char **argv)
{
	char *line = NULL;
	size_t size = 0, n = 0;
	ssize_t len;
	int status = 0;

	if (argc != 2) {
		fputs("usage: json_get PATH < LINES\n", stderr);
		return 64;
	}
	while ((len = getline(&line, &size, stdin)) > 0) {
		json_error_t error;
		json_t *json = json_loadb(line, (size_t)len, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES,
			&error);

		n++;
		if (json_is_object(json)) {
			print_at(json, argv[1]);
		} else {
			fprintf(stderr, "json_get: line %zu: %s\n", n, json ? "no object" : error.text);
			status = 1;
		}
		json_decref(json);
	}
	free(line);
	return n == 0 ? 1 : status;
}
