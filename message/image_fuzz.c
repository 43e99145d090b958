/* Fuzz target: sizes of images. The first byte chooses the kind. What was found in a beginning is
 * found in the whole, and a beginning that says no stays no. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "message/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t width[2], height[2];
	bool more[2], found[2];

	if (size == 0)
		return 0;
	enum part_image_kind kind = (enum part_image_kind)(1 + data[0] % 3);
	char *copy = malloc(size); /* of the right size, for the sanitizer */
	if (!copy)
		return 0;
	memcpy(copy, data, size);
	for (size_t i = 0; i < 2; i++) {
		struct str image = str_slice(str_make(copy, size), 1, i ? size : 1 + (size - 1) / 2);

		found[i] = image_size(kind, image, &width[i], &height[i], &more[i]);
		if (found[i] && more[i])
			abort();
	}
	if (found[0] && (!found[1] || width[0] != width[1] || height[0] != height[1]))
		abort();
	if (!found[0] && !more[0] && (found[1] || more[1]))
		abort();
	free(copy);
	return 0;
}
