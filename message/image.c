/* message/image: see image.h. */
#include "message/image.h"

#include <string.h>

struct size {
	uint32_t width, height;
	bool found, more;
};

static const unsigned char *bytes_at(struct str data, size_t at)
{
	return (const unsigned char *)data.ptr + at;
}

static uint32_t big_endian(const unsigned char *p, size_t n)
{
	uint32_t value = 0;

	for (size_t i = 0; i < n; i++)
		value = value << 8 | p[i];
	return value;
}

/* A signature, then the logical screen: width and height, the low byte first. */
static struct size gif_size(struct str data)
{
	const unsigned char *p = bytes_at(data, 0);
	bool gif = data.len >= 10 && (memcmp(p, "GIF87a", 6) == 0 || memcmp(p, "GIF89a", 6) == 0);

	if (!gif)
		return (struct size){ .more = data.len < 10 };
	return (struct size){ .width = p[6] | (uint32_t)p[7] << 8,
		.height = p[8] | (uint32_t)p[9] << 8, .found = true };
}

/* SpamAssassin goes by eight bytes: that finds an IHDR that is the first chunk, as it has to be. */
static struct size png_size(struct str data)
{
	if (data.len < 8 || memcmp(data.ptr, "\x89PNG\r\n\x1a\n", 8) != 0)
		return (struct size){ .more = data.len < 8 };
	for (size_t at = 8; data.len - at >= 8; at += 8) {
		const unsigned char *p = bytes_at(data, at);

		if (memcmp(p + 4, "IEND", 4) == 0)
			return (struct size){ .found = false };
		if (big_endian(p, 4) != 13 || memcmp(p + 4, "IHDR", 4) != 0)
			continue;
		if (data.len - at < 16)
			break;
		return (struct size){ .width = big_endian(p + 8, 4),
			.height = big_endian(p + 12, 4), .found = true };
	}
	return (struct size){ .more = true };
}

/* Start of frame: C0 to CF but the tables (C4), an extension (C8) and arithmetic codes (CC). */
static bool is_frame(unsigned mark)
{
	return mark >= 0xC0 && mark <= 0xCF && mark != 0xC4 && mark != 0xC8 && mark != 0xCC;
}

static struct size jpeg_size(struct str data)
{
	size_t at = 2;

	if (data.len < 2 || memcmp(data.ptr, "\xFF\xD8", 2) != 0)
		return (struct size){ .more = data.len < 2 };
	while (at < data.len && data.len - at >= 4) {
		const unsigned char *p = bytes_at(data, at);
		size_t len = big_endian(p + 2, 2);

		if (p[0] != 0xFF || p[1] == 0xDA || p[1] == 0xD9 || len < 2)
			return (struct size){ .found = false };
		if (is_frame(p[1])) {
			if (data.len - at < 9)
				break;
			return (struct size){ .height = big_endian(p + 5, 2),
				.width = big_endian(p + 7, 2), .found = len >= 7 };
		}
		at += 2 + len;
	}
	return (struct size){ .more = true };
}

enum part_image_kind image_kind(struct str type)
{
	static const struct { const char *type; enum part_image_kind kind; } TYPES[] = {
		{ "image/gif", PART_GIF }, { "image/png", PART_PNG },
		{ "image/jpeg", PART_JPEG }, { "image/jpg", PART_JPEG },
	};

	for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++)
		if (str_equal(type, str_from(TYPES[i].type)))
			return TYPES[i].kind;
	return PART_NO_IMAGE;
}

bool image_size(enum part_image_kind kind, struct str data, uint32_t *width, uint32_t *height,
	bool *more)
{
	struct size size = { .found = false };

	if (kind == PART_GIF)
		size = gif_size(data);
	else if (kind == PART_PNG)
		size = png_size(data);
	else if (kind == PART_JPEG)
		size = jpeg_size(data);
	*width = size.width;
	*height = size.height;
	*more = size.more;
	return size.found;
}
