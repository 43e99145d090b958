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
	for (char *p = error->text; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
	return -1;
}

int error_set(struct error *error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	error_set_va(error, format, args);
	va_end(args);
	return -1;
}
