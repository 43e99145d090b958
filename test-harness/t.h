/* test-harness/t: the test framework.
 *
 * A test program is one x_test.c linked with t.c, which brings main(). Tests register themselves:
 *
 *     T_TEST(counts_lines)
 *     {
 *             t_int(count("a\nb\n"), 2);
 *     }
 *
 * The program prints TAP lines ("ok - x_test: counts_lines") and ends with status 1 when any test
 * failed; with an argument it runs only the tests whose names contain it. Programs are run with
 * the top of the source tree as working directory.
 *
 * Checks print the place and both values when they fail, mark the test as failed and go on;
 * t_need, t_skip and t_shared leave the test at once (by longjmp: what it holds is not freed, so
 * a leak report after a failed test says nothing). Checks belong to the test's own thread.
 */
#ifndef DEPEER_TEST_HARNESS_T_H
#define DEPEER_TEST_HARNESS_T_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct t_test {
	const char *file, *name;
	void (*run)(void);
	struct t_test *next;
};

void t_register(struct t_test *test);

#define T_TEST(id) \
	static void t_run_##id(void); \
	static struct t_test t_entry_##id = { __FILE__, #id, t_run_##id, NULL }; \
	__attribute__((constructor)) static void t_register_##id(void) \
	{ \
		t_register(&t_entry_##id); \
	} \
	static void t_run_##id(void)

/* Each answers whether it held. */
#define t_true(expr) t_check_true((expr), #expr, __FILE__, __LINE__)
#define t_int(actual, expected) \
	t_check_int((long long)(actual), (long long)(expected), #actual, __FILE__, __LINE__)
/* NULL equals only NULL */
#define t_str(actual, expected) t_check_str((actual), (expected), #actual, __FILE__, __LINE__)
/* `expected` is a C string; for bytes with NUL compare with t_true(str_equal(...)) */
#define t_slice(actual, expected) t_check_slice((actual), (expected), #actual, __FILE__, __LINE__)
/* NaN is near nothing */
#define t_near(actual, expected, eps) \
	t_check_near((actual), (expected), (eps), #actual, __FILE__, __LINE__)
/* Ends the test as failed when false: what follows may rely on it, also in the eyes of
 * clang-tidy, which sees the condition here. */
#define t_need(expr) \
	do { \
		if (!(expr)) { \
			t_check_true(false, #expr, __FILE__, __LINE__); \
			t_leave(); \
		} \
	} while (0)

bool t_check_true(bool value, const char *expr, const char *file, int line);
bool t_check_int(long long actual, long long expected, const char *expr, const char *file,
	int line);
bool t_check_str(const char *actual, const char *expected, const char *expr, const char *file,
	int line);
bool t_check_slice(struct str actual, const char *expected, const char *expr, const char *file,
	int line);
bool t_check_near(double actual, double expected, double eps, const char *expr, const char *file,
	int line);
_Noreturn void t_leave(void);

/* Ends the test as skipped; a test that failed before stays failed. */
_Noreturn void t_skip(const char *reason);

/* The path of something below the shared data (t_shared("data/mail")): $DEPEER_SHARED, or
 * ../shared. Skips the test, naming the path, when it is not there. Lives until the test ends. */
const char *t_shared(const char *path);
/* A directory of this test's own, the same at each call, removed with all it contains when the
 * test ends. */
const char *t_tmpdir(void);
/* "DIR/NAME" below t_tmpdir(). Lives until the test ends. */
const char *t_tmpfile(const char *name);
/* Writes a file, mode 0644 whatever the umask is. The test ends as failed when it cannot. */
void t_write(const char *path, const void *bytes, size_t len);
/* The content and a final NUL, *len (may be NULL) without it. Lives until the test ends. The
 * test ends as failed when it cannot be read. */
char *t_read(const char *path, size_t *len);

#endif
