/* Tests of character references: cases of ours, and those of html5lib
 * (../shared/data/url/html5lib), all. Lives here for jansson. */
#include "message/html_reference.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "test-harness/t.h"

static struct str decode(struct arena *arena, struct str text, bool attribute)
{
	struct str out = { NULL, 0 };

	t_int(html_decode_all(arena, text, attribute, &out), 0);
	return out;
}

static const struct { const char *source, *text, *attribute; /* NULL: the same */ } CASES[] = {
	{ "", "", NULL }, { "&", "&", NULL }, { "&;", "&;", NULL }, { "a&amp;b", "a&b", NULL },
	{ "&notin;&notit;", "\xE2\x88\x89\xC2\xACit;", "\xE2\x88\x89&notit;" },
	{ "&copy=1", "\xC2\xA9=1", "&copy=1" }, { "&copy 1", "\xC2\xA9 1", NULL },
	{ "&period&period;", "&period.", NULL }, { "&fjlig;", "fj", NULL },
	{ "&nGt;&nGt;", "\xE2\x89\xAB\xE2\x83\x92\xE2\x89\xAB\xE2\x83\x92", NULL },
	{ "&CounterClockwiseContourIntegral;", "\xE2\x88\xB3", NULL },
	{ "&CounterClockwiseContourIntegralx;", "&CounterClockwiseContourIntegralx;", NULL },
	{ "&lang;&rang;", "\xE2\x9F\xA8\xE2\x9F\xA9", NULL }, { "&amp", "&", NULL },
	{ "&#x41&#66;&#x", "AB&#x", NULL }, { "&#4294967361;&#xD800;", "\xEF\xBF\xBD\xEF\xBF\xBD", NULL },
};

T_TEST(decodes_references)
{
	struct arena *arena = arena_create(1 << 20);

	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
		const char *attribute = CASES[i].attribute ? CASES[i].attribute : CASES[i].text;

		t_slice(decode(arena, str_from(CASES[i].source), false), CASES[i].text);
		t_slice(decode(arena, str_from(CASES[i].source), true), attribute);
	}
	arena_free(&arena);
}

/* What rules see: fewer names, two of them as in HTML 4. */
T_TEST(knows_fewer_names_for_rules)
{
	static const char SOURCE[] = "&nbsp;&nbsp&lang;&period;&nGt;&NotEqualTilde;&fjlig;";
	struct arena *arena = arena_create(1 << 20);
	struct str out = { NULL, 0 };

	t_int(html_decode(arena, str_from(SOURCE), false, &out), 0);
	t_slice(out, "\xC2\xA0\xC2\xA0\xE2\x8C\xA9.&nGt;&NotEqualTilde;&fjlig;");
	arena_free(&arena);
}

/* "<h a='VALUE'>": the value. */
static struct str value_of(struct str input)
{
	char quote;

	input = str_slice(input, str_find_byte(input, '=') + 1, input.len - 1);
	quote = input.len > 0 ? input.ptr[0] : '\0';
	return quote == '"' || quote == '\'' ? str_slice(input, 1, input.len - 1) : input;
}

static size_t check_file(struct arena *arena, const char *path)
{
	json_t *file = json_load_file(path, 0, NULL), *one, *token;
	size_t i, k, n = 0;

	t_need(json_array_size(json_object_get(file, "tests")) > 0);
	json_array_foreach(json_object_get(file, "tests"), i, one) {
		struct str input = str_from(json_string_value(json_object_get(one, "input")));
		struct buf wanted = { .arena = arena };
		bool attribute = false;

		json_array_foreach(json_object_get(one, "output"), k, token) {
			json_t *value = json_object_get(json_array_get(token, 2), "a");

			attribute = value != NULL;
			buf_add_cstr(&wanted, json_string_value(value ? value : json_array_get(token, 1)));
		}
		if (!t_slice(decode(arena, attribute ? value_of(input) : input, attribute),
			buf_cstr(&wanted)))
			printf("# %s\n", json_string_value(json_object_get(one, "description")));
		n++;
	}
	json_decref(file);
	return n;
}

T_TEST(decodes_as_html5lib)
{
	struct arena *arena = arena_create(64 << 20);
	size_t n = check_file(arena, t_shared("data/url/html5lib/entities.test"));

	n += check_file(arena, t_shared("data/url/html5lib/namedEntities.test"));
	n += check_file(arena, t_shared("data/url/html5lib/numericEntities.test"));
	printf("# %zu cases\n", n);
	t_true(n >= 4600);
	arena_free(&arena);
}
