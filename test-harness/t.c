/* test-harness/t: see t.h.
 *
 * One process runs all tests of a program: under a sanitizer a crash then stops at the place
 * where it happened, with all its text. A "# run" line before each test lets run_tests name the
 * one that crashed, and the plan ("1..N") lets it see a program that ended too early.
 */
#include "test-harness/t.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Memory that ends with the test. */
struct kept {
	struct kept *next;
	char bytes[];
};

static struct {
	struct t_test *first, **tail;
	jmp_buf leave;
	bool failed;
	const char *skipped; /* reason */
	const char *tmpdir;
	struct kept *kept;
} t;

void t_register(struct t_test *test)
{
	if (!t.tail)
		t.tail = &t.first;
	*t.tail = test;
	t.tail = &test->next;
}

_Noreturn void t_leave(void)
{
	longjmp(t.leave, 1);
}

_Noreturn void t_skip(const char *reason)
{
	t.skipped = reason;
	t_leave();
}

static char *keep(size_t size)
{
	struct kept *kept = malloc(sizeof(*kept) + size);

	if (!kept) {
		printf("# memory is spent\n");
		t.failed = true;
		t_leave();
	}
	kept->next = t.kept;
	t.kept = kept;
	return kept->bytes;
}

static char *join(const char *a, const char *b, const char *c)
{
	size_t size = strlen(a) + strlen(b) + strlen(c) + 1;
	char *out = keep(size);

	snprintf(out, size, "%s%s%s", a, b, c);
	return out;
}

/* Checks */

static void print_bytes(const char *ptr, size_t len)
{
	putchar('"');
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)ptr[i];

		if (c == '\n')
			fputs("\\n", stdout);
		else if (c < 0x20 || c == 0x7f)
			printf("\\x%02x", c);
		else
			putchar(c);
	}
	putchar('"');
}

static void fail_at(const char *file, int line, const char *expr)
{
	t.failed = true;
	printf("# %s:%d: %s", file, line, expr);
}

bool t_check_true(bool value, const char *expr, const char *file, int line)
{
	if (value)
		return true;
	fail_at(file, line, expr);
	printf(" is false\n");
	return false;
}

bool t_check_int(long long actual, long long expected, const char *expr, const char *file, int line)
{
	if (actual == expected)
		return true;
	fail_at(file, line, expr);
	printf(" is %lld, expected %lld\n", actual, expected);
	return false;
}

static bool fail_bytes(const char *actual, size_t len, const char *expected)
{
	printf(" is ");
	if (actual)
		print_bytes(actual, len);
	else
		printf("NULL");
	printf(", expected ");
	if (expected)
		print_bytes(expected, strlen(expected));
	else
		printf("NULL");
	putchar('\n');
	return false;
}

bool t_check_str(const char *actual, const char *expected, const char *expr, const char *file,
	int line)
{
	if (actual && expected ? strcmp(actual, expected) == 0 : actual == expected)
		return true;
	fail_at(file, line, expr);
	return fail_bytes(actual, actual ? strlen(actual) : 0, expected);
}

bool t_check_slice(struct str actual, const char *expected, const char *expr, const char *file,
	int line)
{
	if (actual.len == strlen(expected)
		&& (actual.len == 0 || memcmp(actual.ptr, expected, actual.len) == 0))
		return true;
	fail_at(file, line, expr);
	return fail_bytes(actual.len ? actual.ptr : "", actual.len, expected);
}

bool t_check_near(double actual, double expected, double eps, const char *expr, const char *file,
	int line)
{
	if (fabs(actual - expected) <= eps)
		return true;
	fail_at(file, line, expr);
	printf(" is %.17g, expected %.17g +- %g\n", actual, expected, eps);
	return false;
}

/* Files */

static _Noreturn void fail_file(const char *what, const char *path)
{
	printf("# %s %s: %s\n", what, path, strerror(errno));
	t.failed = true;
	t_leave();
}

const char *t_shared(const char *path)
{
	const char *top = getenv("DEPEER_SHARED");
	const char *full = join(top && *top ? top : "../shared", "/", path);

	if (access(full, R_OK) != 0)
		t_skip(join("not there: ", full, ""));
	return full;
}

const char *t_tmpdir(void)
{
	if (!t.tmpdir) {
		const char *top = getenv("TMPDIR");
		char *path = join(top && *top ? top : "/tmp", "/depeer-test-", "XXXXXX");

		if (!mkdtemp(path))
			fail_file("mkdtemp", path);
		t.tmpdir = path;
	}
	return t.tmpdir;
}

const char *t_tmpfile(const char *name)
{
	return join(t_tmpdir(), "/", name);
}

void t_write(const char *path, const void *bytes, size_t len)
{
	const char *ptr = bytes;
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0)
		fail_file("open", path);
	(void)fchmod(fd, 0644);
	while (len > 0) {
		ssize_t n = write(fd, ptr, len);

		if (n < 0) {
			close(fd);
			fail_file("write", path);
		}
		ptr += n;
		len -= (size_t)n;
	}
	if (close(fd) != 0)
		fail_file("close", path);
}

char *t_read(const char *path, size_t *len)
{
	FILE *file = fopen(path, "rbe");
	struct stat st;
	char *text;
	size_t n;

	if (!file || fstat(fileno(file), &st) != 0)
		fail_file("open", path);
	text = keep((size_t)st.st_size + 1);
	n = fread(text, 1, (size_t)st.st_size, file);
	if (ferror(file)) {
		fclose(file);
		fail_file("read", path);
	}
	fclose(file);
	text[n] = '\0';
	if (len)
		*len = n;
	return text;
}

static void remove_below(int parent, const char *name)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		unlinkat(parent, name, 0);
		return;
	}
	while ((entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			remove_below(fd, entry->d_name);
	closedir(dir);
	unlinkat(parent, name, AT_REMOVEDIR);
}

static void end_test(void)
{
	if (t.tmpdir)
		remove_below(AT_FDCWD, t.tmpdir);
	t.tmpdir = NULL;
	while (t.kept) {
		struct kept *next = t.kept->next;

		free(t.kept);
		t.kept = next;
	}
}

/* Running */

/* "base/ip_test.c" -> "ip_test" */
static const char *base_name(const char *path, char *out, size_t size)
{
	const char *slash = strrchr(path, '/');
	char *dot;

	snprintf(out, size, "%s", slash ? slash + 1 : path);
	dot = strrchr(out, '.');
	if (dot)
		*dot = '\0';
	return out;
}

static bool run_one(const struct t_test *test)
{
	char file[128];

	base_name(test->file, file, sizeof(file));
	t.failed = false;
	t.skipped = NULL;
	printf("# run %s: %s\n", file, test->name);
	if (setjmp(t.leave) == 0)
		test->run();
	if (t.skipped && !t.failed)
		printf("ok - %s: %s # SKIP %s\n", file, test->name, t.skipped);
	else
		printf("%s - %s: %s\n", t.failed ? "not ok" : "ok", file, test->name);
	end_test();
	return !t.failed;
}

int main(int argc, char **argv)
{
	const char *wanted = argc > 1 ? argv[1] : "";
	bool all_ok = true;
	unsigned n = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (struct t_test *test = t.first; test; test = test->next)
		n += strstr(test->name, wanted) != NULL;
	printf("1..%u\n", n);
	for (struct t_test *test = t.first; test; test = test->next)
		if (strstr(test->name, wanted) && !run_one(test))
			all_ok = false;
	return all_ok && n > 0 ? 0 : 1;
}
