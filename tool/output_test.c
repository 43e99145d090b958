#include "tool/output.h"

#include <stdlib.h>
#include <string.h>

#include "test-harness/t.h"

static void escapes(const char *text, size_t len, const char *expected)
{
	struct buf out = { 0 };

	output_escape(str_make(text, len), &out);
	t_str(buf_cstr(&out), expected);
	buf_free(&out);
}

#define ESCAPES(text, expected) escapes(text, sizeof(text) - 1, expected)

T_TEST(text_stays)
{
	ESCAPES("", "");
	ESCAPES("http://pills.example/?a=b%20c", "http://pills.example/?a=b%20c");
	ESCAPES("K\xc3\xb6ln \xe4\xbd\xa0 \xf0\x9f\x98\x80",
		"K\xc3\xb6ln \xe4\xbd\xa0 \xf0\x9f\x98\x80");
}

T_TEST(what_a_terminal_obeys)
{
	ESCAPES("\033[2J", "\\x1b[2J");
	ESCAPES("a\r\n\tb\0c\x7f", "a\\x0d\\x0a\\x09b\\x00c\\x7f");
	ESCAPES("\xc2\x9b" "2J", "\\xc2\\x9b2J"); /* CSI as one character */
	ESCAPES("\x9b" "2J", "\\x9b2J");
	ESCAPES("\xe2\x80\xae" "abc", "\\xe2\\x80\\xae" "abc"); /* right to left */
	ESCAPES("a\xe2\x80\x8b" "b", "a\\xe2\\x80\\x8b" "b"); /* zero width */
	ESCAPES("\\x1b", "\\\\x1b"); /* and nothing can pass for an escape */
}

T_TEST(no_utf8)
{
	ESCAPES("\xff\xfe", "\\xff\\xfe");
	ESCAPES("\xc0\xaf", "\\xc0\\xaf");             /* overlong */
	ESCAPES("\xe0\x80\xaf", "\\xe0\\x80\\xaf");
	ESCAPES("\xed\xa0\x80", "\\xed\\xa0\\x80");    /* surrogate */
	ESCAPES("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"); /* above U+10FFFF */
	ESCAPES("\xe4\xbd", "\\xe4\\xbd");             /* cut */
	ESCAPES("\xe4\xbd" "A", "\\xe4\\xbd" "A");
	ESCAPES("\xfc\x80\x80\x80\x80\x80", "\\xfc\\x80\\x80\\x80\\x80\\x80");
}

/* Each byte and each pair: what comes out is printable. */
T_TEST(any_bytes)
{
	for (int a = 0; a < 256; a++)
		for (int b = 0; b < 256; b++) {
			char text[2] = { (char)a, (char)b };
			struct buf out = { 0 };

			output_escape(str_make(text, 2), &out);
			for (size_t i = 0; i < out.len; i++) {
				unsigned char c = (unsigned char)out.ptr[i];

				if (c < ' ' || c == 127 || (c >= 0x80 && c < 0xc2))
					t_true(i > 0 && (unsigned char)out.ptr[i - 1] >= 0xc2);
			}
			buf_free(&out);
		}
}

T_TEST(any_bytes_are_json)
{
	char all[256];
	json_t *text, *again;
	char *dump;

	for (int i = 0; i < 256; i++)
		all[i] = (char)i;
	text = output_json_text(str_make(all, sizeof(all)));
	t_need(text);
	dump = json_dumps(text, JSON_ENCODE_ANY | JSON_ENSURE_ASCII);
	t_need(dump);
	again = json_loads(dump, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	t_need(again);
	t_true(json_equal(text, again));
	t_int(json_string_length(text), 128 + 128 * 3);
	free(dump);
	json_decref(text);
	json_decref(again);
}

T_TEST(json_keeps_nul_and_utf8)
{
	json_t *text = output_json_text(str_make("a\0\xc3\xb6\xc3", 5));

	t_need(text);
	t_true(str_equal(str_make(json_string_value(text), json_string_length(text)),
		str_make("a\0\xc3\xb6\xef\xbf\xbd", 7)));
	json_decref(text);
}

T_TEST(json_lines_are_ascii)
{
	char *line = NULL;
	size_t size = 0;
	struct output output = { .out = open_memstream(&line, &size) };

	t_need(output.out);
	t_int(output_json_line(&output, output_json_text(STR("\x1b\x7f\xc3\xb6\n"))), 0);
	fclose(output.out);
	t_str(line, "\"\\u001B\\u007f\\u00F6\\n\"\n");
	free(line);
}

T_TEST(set_fails_when_memory_did)
{
	json_t *object = json_object();

	t_int(output_json_set(object, "a", NULL), -1);
	t_int(output_json_set(NULL, "a", json_true()), -1);
	t_int(output_json_set(object, "a", json_true()), 0);
	json_decref(object);
}

T_TEST(scores)
{
	char out[32];

	t_str(output_score(14, out), "14.0");
	t_str(output_score(2.5, out), "2.5");
	t_str(output_score(0.125, out), "0.125");
	t_str(output_score(-1.10, out), "-1.1");
	t_str(output_score(100, out), "100.0");
	t_str(output_score(-0.0001, out), "0.0");
}

T_TEST(colour_only_when_asked)
{
	char *line = NULL;
	size_t size = 0;
	struct output output = { .out = open_memstream(&line, &size) };

	t_need(output.out);
	output_style(&output, OUTPUT_BAD);
	output.colour = true;
	output_style(&output, OUTPUT_BAD);
	output_style(&output, OUTPUT_PLAIN);
	fclose(output.out);
	t_str(line, "\033[1;31m\033[0m");
	free(line);
}
