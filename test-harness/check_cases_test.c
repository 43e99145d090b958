/* Every check that is here is named in some test: of its room, or one that reads whole mails. */
#include <glob.h>
#include <stdio.h>

#include "rules/check_table.h"
#include "test-harness/t.h"

/* All of x_test.c, one behind the other; to be freed. */
static struct buf read_tests(void)
{
	struct buf all = {0};
	glob_t found;

	t_need(glob("*/*_test.c", 0, NULL, &found) == 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		size_t len;
		char *text = t_read(found.gl_pathv[i], &len);

		buf_add_str(&all, str_make(text, len));
	}
	globfree(&found);
	return all;
}

T_TEST(every_check_has_cases)
{
	struct buf all = read_tests();
	const struct check_entry *entry;

	for (size_t i = 0; (entry = check_at(i)) != NULL; i++) {
		if (entry->ask && !t_true(str_find(buf_str(&all), str_from(entry->name)) != SIZE_MAX))
			printf("# no case of %s\n", entry->name);
	}
	buf_free(&all);
}
