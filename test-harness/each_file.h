/* test-harness/each_file: every file of a folder, for programs that are given corpora.
 *
 * Knows nothing but the C library, so that a program of another parser can have it, too.
 */
#ifndef DEPEER_TEST_HARNESS_EACH_FILE_H
#define DEPEER_TEST_HARNESS_EACH_FILE_H

/* Gives the path of a file to `take`, or of all regular files below a folder, in the order of their
 * names; names that begin with a dot are left out. The number of files for which `take` returned
 * 0; -1 when the path is neither. */
int each_file(const char *path, int (*take)(void *context, const char *path), void *context);

#endif
