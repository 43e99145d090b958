/* What header rules see of a header: message's reader and rules' views together, held against
 * what SpamAssassin's own test expects (../shared/data/spamassassin/get_headers.json), and cases of
 * ours that cover the same forms where that file is not there. */
#include <jansson.h>
#include <stdio.h>

#include "message/message.h"
#include "rules/view.h"
#include "test-harness/t.h"

/* The view `name` of the headers: NULL where there is none; in the arena. */
static const char *get(struct arena *arena, const char *headers, const char *name)
{
	struct message_options options = { .want_full = false };
	struct message *message = message_create(&options, arena);
	struct fact_header *copies;
	struct view view;
	struct view_texts texts;
	size_t at;

	t_need(message && message_read(message, str_from(headers)) == 0);
	const struct message_view *read = message_view(message);
	struct facts facts = { .headers_n = read->headers_n };

	copies = ARENA_ARRAY(arena, struct fact_header, read->headers_n + 1);
	t_need(copies != NULL);
	for (size_t i = 0; i < read->headers_n; i++)
		copies[i] = (struct fact_header){ read->headers[i].name, read->headers[i].raw,
			read->headers[i].decoded };
	facts.headers = copies;
	t_need(!view_read_header(str_from(name), &view, &at));
	t_need(view_texts(&view, NULL, &facts, arena, &texts) == 0);
	return texts.n ? arena_dup(arena, texts.items[0]) : NULL;
}

static bool expect(const char *headers, const char *name, const char *wanted)
{
	struct arena *arena = arena_create(1 << 20);
	bool same = t_str(get(arena, headers, name), wanted);

	if (!same)
		printf("# of %s\n", name);
	arena_free(&arena);
	return same;
}

/* The file has the two characters \n where values are joined. */
static const char *joined(const char *text, char *out, size_t size)
{
	size_t n = 0;

	for (; *text && n + 1 < size; text++) {
		bool feed = text[0] == '\\' && text[1] == 'n';

		out[n++] = feed ? '\n' : *text;
		text += feed;
	}
	out[n] = '\0';
	return out;
}

T_TEST(sees_headers_as_spamassassin)
{
	json_t *file = json_load_file(t_shared("data/spamassassin/get_headers.json"), 0, NULL), *one;
	const char *headers = json_string_value(json_object_get(file, "raw_headers"));
	json_t *cases = json_object_get(file, "cases");
	size_t i;

	t_need(headers && json_array_size(cases) > 0);
	json_array_foreach(cases, i, one) {
		const char *wanted = json_string_value(json_object_get(one, "expect"));
		char text[500];

		expect(headers, json_string_value(json_object_get(one, "header")),
			wanted ? joined(wanted, text, sizeof text) : NULL);
	}
	printf("# %zu cases\n", i);
	json_decref(file);
}

static const char HEADERS[] =
	"A:   one  \n  two\n\tthree \n  \n"
	"B: Ann <ann@a.example>, \"B, O\" <bo@b.example>\nB: cy@c.example (Cy)\n"
	"C: =?utf-8?Q?Ren=C3=A9=2C_X?= <rene@a.example>, =?utf-8?Q?'Zo=C3=AB'?= <zoe@b.example>\n"
	"D: =?utf-8?Q?\"Dot\"_<dot@d.example>?=, =?utf-8?Q?\"X\"?=<x=d.example@e.example>\n"
	"E: caf\xe9 <e@e.example>\nF: only a name\nG: undisclosed-recipients:;\n";

T_TEST(sees_headers)
{
	static const struct { const char *name, *text; } OWN[] = {
		{ "A", "one   two three\n" }, { "A:raw", "   one  \n  two\n\tthree \n  \n" },
		{ "B:addr", "ann@a.example\nbo@b.example\ncy@c.example" },
		{ "B:name", "Ann\nB, O\nCy" }, { "B:addr:last", "cy@c.example" },
		{ "B:first:name", "Ann\nB, O" },
		{ "C:name", "Ren\xc3\xa9, X\nZo\xc3\xab" }, { "C:addr", "rene@a.example\nzoe@b.example" },
		{ "D:addr", "dot@d.example\nx=d.example@e.example" }, { "D:name", NULL },
		{ "E", "caf\xc3\xa9 <e@e.example>\n" }, { "E:name", "caf\xc3\xa9" },
		{ "E:raw", " caf\xe9 <e@e.example>\n" },
		{ "F:addr", NULL }, { "F:name", "only a name" }, { "G:addr", NULL }, { "None", NULL },
	};

	for (size_t i = 0; i < sizeof OWN / sizeof *OWN; i++)
		expect(HEADERS, OWN[i].name, OWN[i].text);
}
