/* base/lex: see lex.h. */
#include "base/lex.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_STEP = 64 * 1024 };

/* Why the opened file may not be read, or NULL. */
static const char *refusal(const struct stat *st)
{
	if (S_ISDIR(st->st_mode))
		return "it is a directory";
	if (!S_ISREG(st->st_mode))
		return "it is not a regular file";
	if (st->st_mode & S_IWOTH)
		return "everybody may write to it (chmod o-w)";
	if (st->st_size > LEX_FILE_MAX)
		return "it is larger than 256 MiB";
	return NULL;
}

/* To the end, whatever its size was said to be: it may have grown since. */
static const char *read_all(int fd, size_t expected, struct lex_file *file)
{
	size_t capacity = 0;

	for (;;) {
		ssize_t n;

		if (capacity - file->len <= 1) {
			char *text;

			capacity = capacity ? capacity + capacity / 2 + READ_STEP : expected + 2;
			text = realloc(file->text, capacity);
			if (!text)
				return "memory is spent";
			file->text = text;
		}
		n = read(fd, file->text + file->len, capacity - 1 - file->len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return strerror(errno);
		if (n == 0)
			break;
		file->len += (size_t)n;
		if (file->len > LEX_FILE_MAX)
			return "it is larger than 256 MiB";
	}
	file->text[file->len] = '\0';
	return NULL;
}

int lex_file_read(struct lex_file *file, const char *path, struct error *error)
{
	/* O_NONBLOCK: a FIFO must be refused, not waited for */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	const char *why;
	struct stat st;

	*file = (struct lex_file){ 0 };
	if (fd < 0)
		return error_set(error, "cannot read '%s': %s", path, strerror(errno));
	if (fstat(fd, &st) != 0)
		why = strerror(errno);
	else
		why = refusal(&st);
	if (!why) {
		file->path = strdup(path);
		why = file->path ? read_all(fd, (size_t)st.st_size, file) : "memory is spent";
	}
	close(fd);
	if (!why)
		return 0;
	lex_file_clear(file);
	return error_set(error, "cannot read '%s': %s", path, why);
}

void lex_file_clear(struct lex_file *file)
{
	free(file->path);
	free(file->text);
	*file = (struct lex_file){ 0 };
}

struct lex lex_begin(const char *file, struct str text)
{
	static const struct str mark = { "\xEF\xBB\xBF", 3 };

	/* what Windows editors put before UTF-8: nobody could see why the first word is unknown */
	if (str_starts_nocase(text, mark))
		text = str_slice(text, mark.len, text.len);
	return (struct lex){ .file = file, .rest = text };
}

bool lex_next(struct lex *lex, struct lex_line *line)
{
	size_t end = str_find_byte(lex->rest, '\n');
	struct str text = str_slice(lex->rest, 0, end);

	if (lex->rest.len == 0)
		return false;
	lex->rest = end == SIZE_MAX ? str_make(NULL, 0)
	                            : str_slice(lex->rest, end + 1, lex->rest.len);
	if (text.len > 0 && text.ptr[text.len - 1] == '\r')
		text.len--;
	lex->line++;
	*line = (struct lex_line){ .text = text, .place = { lex->file, lex->line, 1 } };
	return true;
}

static void skip_blanks(struct lex_line *line)
{
	while (line->offset < line->text.len && ascii_space(line->text.ptr[line->offset]))
		line->offset++;
}

static struct place place_of_offset(const struct lex_line *line, size_t offset)
{
	struct place place = line->place;

	place.column += (unsigned)offset;
	return place;
}

bool lex_word(struct lex_line *line, struct str *word, struct place *place)
{
	size_t from;

	skip_blanks(line);
	from = line->offset;
	while (line->offset < line->text.len && !ascii_space(line->text.ptr[line->offset]))
		line->offset++;
	*word = str_slice(line->text, from, line->offset);
	if (place)
		*place = place_of_offset(line, from);
	return word->len > 0;
}

struct str lex_rest(struct lex_line *line, struct place *place)
{
	struct str rest;

	skip_blanks(line);
	rest = str_slice(line->text, line->offset, line->text.len);
	if (place)
		*place = place_of_offset(line, line->offset);
	line->offset = line->text.len;
	return str_trim(rest);
}

struct place lex_place(const struct lex_line *line, const char *at)
{
	return place_of_offset(line, (size_t)(at - line->text.ptr));
}
