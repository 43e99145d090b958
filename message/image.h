/* message/image: how large a picture is, from the first bytes of its file.
 *
 * GIF, PNG and JPEG, as SpamAssassin 4.0.1 reads them (Plugin/ImageInfo.pm): the logical screen of
 * a GIF, the IHDR of a PNG, the first frame header of a JPEG. Anything may stand in the file: what
 * is not as it should be has no size. Linear; no allocation; any thread.
 */
#ifndef DEPEER_MESSAGE_IMAGE_H
#define DEPEER_MESSAGE_IMAGE_H

#include "base/part.h"
#include "base/str.h"

/* Cameras and programs put up to some dozens of KiB before the frame of a JPEG. */
enum { IMAGE_BYTES_MAX = 256 * 1024 };

/* PART_NO_IMAGE for another type than "image/gif", "image/png", "image/jpeg", "image/jpg". */
enum part_image_kind image_kind(struct str type);

/* Width and height in pixels of an image of this kind; false when the bytes do not say. *more: they
 * may say it behind the end of `data`. */
bool image_size(enum part_image_kind kind, struct str data, uint32_t *width, uint32_t *height,
	bool *more);

#endif
