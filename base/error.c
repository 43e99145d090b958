/* base/error: see error.h. The text is made in place, so that it works when memory is spent. */
#include "base/error.h"

#include <stdio.h>
#include <string.h>

int error_set_va(struct error *error, const char *format, va_list args)
{
	if (!error)
		return -1;
	if (vsnprintf(error->text, sizeof(error->text), format, args) < 0)
		snprintf(error->text, sizeof(error->text), "unknown error");
	error_one_line(error->text);
	return -1;
}

void error_one_line(char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)text[0], next = (unsigned char)text[1];

		if (c < 0x20 || c == 0x7f)
			*text = '?';
		else if (c == 0xC2 && next >= 0x80 && next < 0xA0)
			text[0] = text[1] = '?';
	}
}

int error_set(struct error *error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	error_set_va(error, format, args);
	va_end(args);
	return -1;
}
