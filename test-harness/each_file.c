/* test-harness/each_file: see each_file.h. */
#include "test-harness/each_file.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int each_file(const char *path, int (*take)(void *context, const char *path), void *context)
{
	struct dirent **names;
	struct stat st;
	int n, taken = 0;

	if (stat(path, &st) != 0)
		return -1;
	if (!S_ISDIR(st.st_mode))
		return S_ISREG(st.st_mode) ? take(context, path) == 0 : -1;
	n = scandir(path, &names, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		char below[4096];
		int found;

		if (names[i]->d_name[0] != '.' && snprintf(below, sizeof below, "%s/%s", path,
			names[i]->d_name) < (int)sizeof below) {
			found = each_file(below, take, context);
			taken += found > 0 ? found : 0;
		}
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	return n < 0 ? -1 : taken;
}
