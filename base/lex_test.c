#include "base/lex.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test-harness/t.h"

T_TEST(lines_with_every_ending)
{
	struct lex lex = lex_begin("f", STR("one\r\n\ntwo\rtwo\n\r\nlast"));
	struct lex_line line;

	t_need(lex_next(&lex, &line));
	t_slice(line.text, "one");
	t_int(line.place.line, 1);
	t_int(line.place.column, 1);
	t_str(line.place.file, "f");
	t_need(lex_next(&lex, &line));
	t_slice(line.text, "");
	t_need(lex_next(&lex, &line));
	t_slice(line.text, "two\rtwo");
	t_need(lex_next(&lex, &line));
	t_slice(line.text, "");
	t_need(lex_next(&lex, &line));
	t_slice(line.text, "last");
	t_int(line.place.line, 5);
	t_true(!lex_next(&lex, &line));
	t_true(!lex_next(&lex, &line));
}

T_TEST(passes_over_a_byte_order_mark)
{
	struct lex lex = lex_begin("f", STR("\xEF\xBB\xBF" "one\n\xEF\xBB\xBF" "two"));
	struct lex_line line;

	t_need(lex_next(&lex, &line));
	t_slice(line.text, "one");
	t_int(line.place.column, 1);
	t_need(lex_next(&lex, &line));
	t_slice(line.text, "\xEF\xBB\xBF" "two");
}

T_TEST(no_line_after_the_last_newline)
{
	struct lex lex = lex_begin("f", STR("a\n"));
	struct lex_line line;

	t_true(lex_next(&lex, &line));
	t_true(!lex_next(&lex, &line));
	lex = lex_begin("f", STR(""));
	t_true(!lex_next(&lex, &line));
	lex = lex_begin("f", STR("\n"));
	t_true(lex_next(&lex, &line));
	t_int(line.text.len, 0);
	t_true(!lex_next(&lex, &line));
}

T_TEST(words_with_places)
{
	struct lex lex = lex_begin("f", STR("#\n  score\tBIG_ONE 2.5  # why \r\n"));
	struct lex_line line;
	struct place place;
	struct str word;

	t_need(lex_next(&lex, &line));
	t_need(lex_next(&lex, &line));
	t_true(lex_word(&line, &word, &place));
	t_slice(word, "score");
	t_int(place.line, 2);
	t_int(place.column, 3);
	t_int(lex_place(&line, word.ptr + 4).column, 7);
	t_true(lex_word(&line, &word, NULL));
	t_slice(word, "BIG_ONE");
	t_slice(lex_rest(&line, &place), "2.5  # why");
	t_int(place.column, 17);
	t_true(!lex_word(&line, &word, &place));
	t_int(word.len, 0);
	t_slice(lex_rest(&line, &place), "");
	t_int(place.column, 28);
}

T_TEST(nul_belongs_to_words)
{
	struct lex lex = lex_begin("f", STR("a\0b c"));
	struct lex_line line;
	struct str word;

	t_need(lex_next(&lex, &line));
	t_true(lex_word(&line, &word, NULL));
	t_int(word.len, 3);
	t_slice(lex_rest(&line, NULL), "c");
}

static void refused(const char *path, const char *why)
{
	struct lex_file file;
	struct error error = { "" };

	if (t_int(lex_file_read(&file, path, &error), -1))
		t_true(strstr(error.text, path) != NULL);
	if (!strstr(error.text, why))
		t_str(error.text, why);
	t_true(file.text == NULL);
	lex_file_clear(&file);
}

T_TEST(reads_files)
{
	const char *path = t_tmpfile("rules");
	struct lex_file file;
	struct error error = { "" };

	t_write(path, "a\0b", 3);
	t_need(lex_file_read(&file, path, &error) == 0);
	t_str(file.path, path);
	t_int(file.len, 3);
	t_int(memcmp(file.text, "a\0b", 4), 0);
	lex_file_clear(&file);
	t_true(file.text == NULL);
	t_write(path, "", 0);
	t_need(lex_file_read(&file, path, &error) == 0);
	t_int(file.len, 0);
	t_str(file.text, "");
	lex_file_clear(&file);
}

T_TEST(reads_more_than_it_was_told)
{
	struct lex_file file;

	/* the kernel says that these have no bytes */
	t_need(lex_file_read(&file, "/proc/self/status", NULL) == 0);
	t_true(file.len > 100);
	t_true(strlen(file.text) == file.len);
	lex_file_clear(&file);
}

T_TEST(refuses_files)
{
	const char *path = t_tmpfile("rules"), *fifo = t_tmpfile("fifo"), *big = t_tmpfile("big");

	refused(path, "No such file");
	refused(t_tmpdir(), "directory");
	refused("/dev/null", "not a regular file");
	t_need(mkfifo(fifo, 0600) == 0);
	refused(fifo, "not a regular file");
	t_write(path, "x", 1);
	t_need(chmod(path, 0646) == 0);
	refused(path, "chmod o-w");
	t_write(big, "x", 1);
	t_need(truncate(big, (off_t)LEX_FILE_MAX + 1) == 0);
	refused(big, "256 MiB");
}
