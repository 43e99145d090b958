/* A file is replaced as a whole, or not at all. */
#include "base/save.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/lex.h"
#include "test-harness/t.h"

static struct stat about(const char *path)
{
	struct stat state = {0};

	t_int(lstat(path, &state), 0);
	return state;
}

static void holds(const char *path, const char *text)
{
	struct lex_file file = {0};
	struct error error;

	t_need(lex_file_read(&file, path, &error) == 0);
	t_str(file.text, text);
	lex_file_clear(&file);
}

/* Names in the directory, without the two of itself and its parent. */
static unsigned names_in(const char *path)
{
	DIR *directory = opendir(path);
	unsigned n = 0;

	t_need(directory != NULL);
	while (readdir(directory) != NULL)
		n++;
	closedir(directory);
	return n - 2;
}

T_TEST(replaces_the_whole_file)
{
	const char *path = t_tmpfile("list");
	struct error error;

	t_int(save_file(path, STR("first\n"), NULL, &error), 0);
	holds(path, "first\n");
	t_int(about(path).st_mode & 07777, 0644);
	t_int(save_file(path, STR("2\n"), NULL, &error), 0);
	holds(path, "2\n");
	t_int(names_in(t_tmpdir()), 1);
}

T_TEST(has_mode_and_time_as_told)
{
	const char *path = t_tmpfile("list");
	struct save_as as = { .mode = 0640, .owned = true, .uid = getuid(), .gid = getgid(),
		.mtime = 1700000000 };
	struct error error;

	t_int(save_file(path, STR("x\n"), &as, &error), 0);
	t_int(about(path).st_mode & 07777, 0640);
	t_int(about(path).st_mtime, 1700000000);
	t_int(about(path).st_uid, getuid());
}

T_TEST(has_the_owner_as_told)
{
	const char *path = t_tmpfile("list");
	struct save_as as = { .mode = 0600, .owned = true, .uid = 65534, .gid = 65533 };
	struct error error;

	if (geteuid() != 0)
		t_skip("only root gives files away");
	t_int(save_file(path, STR("x\n"), &as, &error), 0);
	t_int(about(path).st_uid, 65534);
	t_int(about(path).st_gid, 65533);
	t_int(about(path).st_mode & 07777, 0600);
}

T_TEST(a_failure_leaves_the_old_file_and_nothing_beside_it)
{
	const char *path = t_tmpfile("list"), *directory = t_tmpfile("d");
	struct error error;

	t_int(mkdir(directory, 0755), 0);
	t_int(save_file(path, STR("old\n"), NULL, &error), 0);
	t_int(save_file(directory, STR("new\n"), NULL, &error), -1); /* a directory is in the way */
	t_true(strstr(error.text, "cannot write: ") != NULL);
	t_int(names_in(t_tmpdir()), 2);
	t_int(save_file(t_tmpfile("none/list"), STR("new\n"), NULL, &error), -1);
	holds(path, "old\n");
}
