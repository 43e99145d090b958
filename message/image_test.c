/* Sizes of images: right, broken, cut short. */
#include "message/image.h"

#include <stdio.h>

#include "test-harness/t.h"

/* "WIDTHxHEIGHT", "no", or "more" */
static const char *size_of(enum part_image_kind kind, struct str data)
{
	static char out[50];
	uint32_t width, height;
	bool more;

	if (!image_size(kind, data, &width, &height, &more))
		return more ? "more" : "no";
	snprintf(out, sizeof out, "%ux%u", (unsigned)width, (unsigned)height);
	return out;
}

T_TEST(kinds)
{
	t_int(image_kind(STR("image/gif")), PART_GIF);
	t_int(image_kind(STR("image/jpg")), PART_JPEG);
	t_int(image_kind(STR("image/jpeg")), PART_JPEG);
	t_int(image_kind(STR("image/png")), PART_PNG);
	t_int(image_kind(STR("image/pjpeg")), PART_NO_IMAGE);
	t_int(image_kind(STR("text/plain")), PART_NO_IMAGE);
	t_str(size_of(PART_NO_IMAGE, STR("GIF89a\x02\x01\x01\x00")), "no");
}

T_TEST(gif)
{
	t_str(size_of(PART_GIF, STR("GIF89a\x02\x01\x01\x00\x91")), "258x1");
	t_str(size_of(PART_GIF, STR("GIF87a\x00\x00\x01\x00")), "0x1");
	t_str(size_of(PART_GIF, STR("GIF88a\x02\x01\x01\x00\x91")), "no");
	t_str(size_of(PART_GIF, STR("GIF89a\x02\x01\x01")), "more");
	t_str(size_of(PART_GIF, STR("")), "more");
}

#define PNG "\x89PNG\r\n\x1a\n"
#define IHDR "\x00\x00\x00\x0dIHDR"

T_TEST(png)
{
	t_str(size_of(PART_PNG, STR(PNG IHDR "\x00\x00\x01\x00\x00\x00\x00\x02\x08\x02")), "256x2");
	t_str(size_of(PART_PNG, STR(PNG "\x00\x00\x00\x08" "abcd" "12345678" IHDR
		"\x00\x00\x00\x03\x00\x00\x00\x02")), "3x2");
	t_str(size_of(PART_PNG, STR(PNG "\x00\x00\x00\x00IEND" IHDR
		"\x00\x00\x00\x03\x00\x00\x00\x02")), "no");
	t_str(size_of(PART_PNG, STR(PNG IHDR "\x00\x00\x01\x00\x00\x00")), "more");
	t_str(size_of(PART_PNG, STR(PNG)), "more");
	t_str(size_of(PART_PNG, STR("PNG. PNG. PNG.")), "no");
}

T_TEST(jpeg)
{
#define APP "\xff\xd8\xff\xe0\x00\x04xx"
	t_str(size_of(PART_JPEG, STR(APP "\xff\xc0\x00\x11\x08\x00\x02\x01\x00\x03")), "256x2");
	t_str(size_of(PART_JPEG, STR(APP "\xff\xc2\x00\x07\x08\x00\x02\x01\x00")), "256x2");
	t_str(size_of(PART_JPEG, STR(APP "\xff\xc4\x00\x02\xff\xc1\x00\x09\x08\x00\x02\x00\x05")),
		"5x2");
	t_str(size_of(PART_JPEG, STR(APP "\xff\xc0\x00\x03\x08\x00\x02\x01\x00")), "no");
	t_str(size_of(PART_JPEG, STR(APP "\xff\xda\x00\x03\x08\x00\x02\x01\x00")), "no");
	t_str(size_of(PART_JPEG, STR(APP "\xff\xe1\x00\x01\xff\xc0\x00\x11\x08\x00\x02")), "no");
	t_str(size_of(PART_JPEG, STR(APP "junk\xff\xc0\x00\x11\x08\x00\x02\x01\x00")), "no");
	t_str(size_of(PART_JPEG, STR(APP "\xff\xe1\xff\xff")), "more");
	t_str(size_of(PART_JPEG, STR("\xff\xd8")), "more");
	t_str(size_of(PART_JPEG, STR("\xff\xd9")), "no");
}
