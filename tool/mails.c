/* Mails are cut out of a stream chunk by chunk; only the mail at hand is in memory. */
#include "tool/mails.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 256 * 1024, FROM_LINE_MAX = 1000 };

/* One file being read. `held` begins with the mail at hand; behind it may stand the start of the
 * next one. */
struct reading {
	const struct mails_visitor *visitor;
	const char *path;
	struct buf held;
	size_t scanned;  /* of held: no separator starts before it */
	size_t n;        /* mails handed out */
	bool mbox, decided, cut;
};

/* "12:30:38" or "12:30" */
static bool is_clock(struct str word)
{
	if (word.len != 5 && word.len != 8)
		return false;
	for (size_t i = 0; i < word.len; i++)
		if (i % 3 == 2 ? word.ptr[i] != ':' : !ascii_digit(word.ptr[i]))
			return false;
	return true;
}

static bool is_month(struct str word)
{
	size_t at = str_find(STR("JanFebMarAprMayJunJulAugSepOctNovDec"), word);

	return word.len == 3 && at != SIZE_MAX && at % 3 == 0;
}

/* Whether the words of a line hold a month, then a clock, then a year. */
bool mails_is_from_line(struct str line)
{
	int seen = 0;

	if (line.len > FROM_LINE_MAX || !str_starts_nocase(line, STR("From "))
		|| line.ptr[0] != 'F' || line.ptr[1] != 'r')
		return false;
	for (size_t at = 5; at < line.len;) {
		struct str word;
		size_t from;
		uint64_t year;

		while (at < line.len && ascii_space(line.ptr[at]))
			at++;
		for (from = at; at < line.len && !ascii_space(line.ptr[at]);)
			at++;
		word = str_slice(line, from, at);
		if (seen == 0)
			seen = is_month(word);
		else if (seen == 1)
			seen += is_clock(word);
		else if (word.len == 4 && str_to_u64(word, 9999, &year) && year >= 1970)
			return true;
	}
	return false;
}

static bool hand_out(struct reading *r, size_t from, size_t to, bool last)
{
	struct mail mail = { .bytes = str_slice(buf_str(&r->held), from, to), .cut = r->cut };
	struct buf name = { 0 };
	bool go_on;

	r->n++;
	buf_add_cstr(&name, r->path);
	if (r->n > 1 || !last)
		buf_addf(&name, "#%zu", r->n);
	mail.name = buf_cstr(&name);
	go_on = r->visitor->mail(r->visitor->context, &mail);
	buf_free(&name);
	r->cut = false;
	return go_on;
}

/* Takes the mails that were handed out off the front. */
static void drop(struct reading *r, size_t len)
{
	if (len == 0)
		return;
	memmove(r->held.ptr, r->held.ptr + len, r->held.len - len);
	r->held.len -= len;
	r->scanned -= len;
}

/* Of a mail without end the middle is left out: the tail stays, since a separator may have begun
 * in it. */
static void keep_bounded(struct reading *r)
{
	size_t keep = MAILS_BYTES_MAX, over = r->held.len - keep;

	if (r->held.len <= keep)
		return;
	memmove(r->held.ptr + keep - CHUNK, r->held.ptr + r->held.len - CHUNK, CHUNK);
	r->scanned = r->scanned > over ? r->scanned - over : 0;
	r->held.len = keep;
	r->cut = true;
}

enum found { FOUND_NOTHING, FOUND_MAIL, FOUND_UNSURE };

/* Looks for the next separator; *at is where it begins. UNSURE: a line that may become one is not
 * complete; `scanned` then stands before it. */
static enum found find_separator(struct reading *r, bool end, size_t *at)
{
	for (;;) {
		struct str rest = str_slice(buf_str(&r->held), r->scanned, r->held.len), line;
		size_t hit = str_find(rest, STR("\nFrom ")), start, stop;

		if (hit == SIZE_MAX) {
			r->scanned = r->held.len > 6 ? r->held.len - 6 : 0;
			return FOUND_NOTHING;
		}
		start = r->scanned + hit + 1;
		rest = str_slice(buf_str(&r->held), start, r->held.len);
		stop = str_find_byte(rest, '\n');
		if (stop == SIZE_MAX && !end && rest.len <= FROM_LINE_MAX) {
			r->scanned = start - 1;
			return FOUND_UNSURE;
		}
		line = str_trim(str_slice(rest, 0, stop));
		r->scanned = start;
		/* an empty line before it, in LF or CRLF */
		if (start < 2 || !(r->held.ptr[start - 2] == '\n' || (start > 2
				&& r->held.ptr[start - 2] == '\r' && r->held.ptr[start - 3] == '\n')))
			continue;
		if (mails_is_from_line(line)) {
			*at = start;
			return FOUND_MAIL;
		}
	}
}

/* Hands out what is complete. False: the visitor had enough. */
static bool cut_mails(struct reading *r, bool end)
{
	size_t at, begin = 0;

	if (!r->decided && (end || r->held.len > FROM_LINE_MAX
			|| str_find_byte(buf_str(&r->held), '\n') != SIZE_MAX)) {
		struct str all = buf_str(&r->held);

		r->mbox = mails_is_from_line(str_trim(str_slice(all, 0, str_find_byte(all, '\n'))));
		r->decided = true;
	}
	while (r->mbox && find_separator(r, end, &at) == FOUND_MAIL) {
		if (!hand_out(r, begin, at, false))
			return false;
		begin = at;
	}
	drop(r, begin);
	keep_bounded(r);
	return true;
}

static void complain(const struct mails_visitor *visitor, const char *path, const char *why)
{
	struct error error;

	error_set(&error, "%s: %s", path, why);
	visitor->failed(visitor->context, error.text);
}

static bool read_stream(int fd, const char *path, const struct mails_visitor *visitor)
{
	struct reading r = { .visitor = visitor, .path = path };
	const char *why = NULL;
	bool go_on = true;
	ssize_t got = 1;

	while (go_on && got > 0) {
		if (!buf_reserve(&r.held, CHUNK)) {
			why = "out of memory";
			break;
		}
		got = read(fd, r.held.ptr + r.held.len, CHUNK);
		if (got < 0 && errno == EINTR) {
			got = 1;
			continue;
		}
		if (got > 0)
			r.held.len += (size_t)got;
		if (got >= 0)
			go_on = cut_mails(&r, got == 0);
	}
	if (got < 0)
		why = strerror(errno);
	if (why)
		complain(visitor, path, why);
	else if (go_on)
		go_on = hand_out(&r, 0, r.held.len, true);
	buf_free(&r.held);
	return go_on;
}

static bool read_path(const char *path, const struct mails_visitor *visitor, int depth);

static int skip_hidden(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* Sockets, devices and the like in a folder are no mails; named by themselves they are read. */
static bool is_mail_or_folder(const char *path)
{
	struct stat status, target;

	if (lstat(path, &status) != 0)
		return true; /* reading it says why */
	if (!S_ISLNK(status.st_mode))
		return S_ISREG(status.st_mode) || S_ISDIR(status.st_mode);
	return stat(path, &target) != 0 || S_ISREG(target.st_mode);
}

static bool read_folder(const char *path, const struct mails_visitor *visitor, int depth)
{
	struct dirent **entries;
	int n = depth < MAILS_DEPTH_MAX ? scandir(path, &entries, skip_hidden, by_name) : 0;
	bool go_on = true;

	if (n < 0 || depth >= MAILS_DEPTH_MAX) {
		complain(visitor, path, n < 0 ? strerror(errno) : "too many folders in folders");
		return true;
	}
	for (int i = 0; i < n; i++) {
		struct buf child = { 0 };

		buf_addf(&child, "%s%s%s", path, path[strlen(path) - 1] == '/' ? "" : "/",
			entries[i]->d_name);
		if (go_on && child.failed)
			complain(visitor, path, "out of memory");
		else if (go_on && is_mail_or_folder(buf_cstr(&child)))
			go_on = read_path(buf_cstr(&child), visitor, depth + 1);
		buf_free(&child);
		free(entries[i]);
	}
	free(entries);
	return go_on;
}

static bool read_path(const char *path, const struct mails_visitor *visitor, int depth)
{
	struct stat status;
	bool go_on;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &status) != 0) {
		complain(visitor, path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return true;
	}
	go_on = S_ISDIR(status.st_mode) ? read_folder(path, visitor, depth)
		: read_stream(fd, path, visitor);
	close(fd);
	return go_on;
}

bool mails_each(const char *path, const struct mails_visitor *visitor)
{
	if (strcmp(path, "-") == 0)
		return read_stream(STDIN_FILENO, "-", visitor);
	return read_path(path, visitor, 0);
}
