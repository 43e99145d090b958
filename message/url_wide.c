/* message/url_wide: see url_wide.h. */
#include "message/url_wide.h"

/* Blanks, quotation marks and brackets of other scripts, in UTF-8: they end a link as their
 * ASCII brothers do. The length, or 0. */
size_t url_wide_stop(struct str text, size_t at)
{
	const unsigned char *p = (const unsigned char *)text.ptr + at;
	size_t left = text.len - at;

	if (left >= 2 && p[0] == 0xC2 && (p[1] == 0xA0 || p[1] == 0xAB || p[1] == 0xBB))
		return 2;
	if (left < 3)
		return 0;
	if (p[0] == 0xE2 && p[1] == 0x80) /* spaces; quotes; dots, line ends, directions */
		return p[2] <= 0x8A || (p[2] >= 0x98 && p[2] <= 0x9F) || p[2] == 0xA6 ||
			(p[2] >= 0xA8 && p[2] <= 0xAE) || p[2] == 0xB9 || p[2] == 0xBA ? 3 : 0;
	if (p[0] == 0xE3 && p[1] == 0x80) /* CJK punctuation; the full stop U+3002 is a host's dot */
		return p[2] <= 0x91 && p[2] != 0x82 ? 3 : 0;
	if (p[0] == 0xEF && p[1] == 0xBD) /* full-width { | } */
		return p[2] >= 0x9B && p[2] <= 0x9D ? 3 : 0;
	if (p[0] == 0xEF && p[1] == 0xBC) /* full-width ! " ( ) , : ; */
		return p[2] == 0x81 || p[2] == 0x82 || p[2] == 0x88 || p[2] == 0x89 ||
			p[2] == 0x8C || p[2] == 0x9A || p[2] == 0x9B ? 3 : 0;
	return 0;
}

/* Kana, Chinese and Korean letters, which stand without blanks around a link. */
bool url_is_cjk(struct str text, size_t at)
{
	const unsigned char *p = (const unsigned char *)text.ptr + at;

	if (text.len - at < 3)
		return false;
	return (p[0] == 0xE3 && p[1] >= 0x81) || (p[0] >= 0xE4 && p[0] <= 0xE9) ||
		(p[0] >= 0xEA && p[0] <= 0xED && (p[0] != 0xEA || p[1] >= 0xB0) &&
		(p[0] != 0xED || p[1] < 0x9F));
}

/* The dots of other scripts that a host may have: U+3002, U+FF0E, U+FF61. */
size_t url_wide_dot(struct str text, size_t at)
{
	struct str three = str_slice(text, at, at + 3);

	return str_equal(three, STR("\xE3\x80\x82")) || str_equal(three, STR("\xEF\xBC\x8E")) ||
		str_equal(three, STR("\xEF\xBD\xA1")) ? 3 : 0;
}

bool url_has_cjk(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.ptr[i] >= 0xE3 && url_is_cjk(text, i))
			return true;
	return false;
}
