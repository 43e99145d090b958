/* fuzz_corpus/replay: a fuzz target without the fuzzer: every input kept in the tree, once.
 *
 * So that what a fuzzer once found stays found, in `make check`, with any compiler.
 * Usage: x_fuzz FILE...
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data = NULL;
	size_t size = 0, got;

	if (file == NULL) {
		perror(path);
		return -1;
	}
	do {
		uint8_t *more = realloc(data, size + 65536);
		if (more == NULL) {
			fprintf(stderr, "%s: out of memory\n", path);
			free(data);
			fclose(file);
			return -1;
		}
		data = more;
		got = fread(data + size, 1, 65536, file);
		size += got;
	} while (got > 0);
	fclose(file);
	/* an exact copy, so that a sanitizer sees one byte too far */
	uint8_t *exact = malloc(size > 0 ? size : 1);
	for (size_t i = 0; exact != NULL && i < size; i++)
		exact[i] = data[i];
	free(data);
	if (exact == NULL)
		return -1;
	LLVMFuzzerTestOneInput(exact, size);
	free(exact);
	return 0;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (replay(argv[i]) != 0)
			return 1;
	return 0;
}
