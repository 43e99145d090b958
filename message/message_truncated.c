/* message/message_truncated: the words for what was left out of a message; see message.h. */
#include <stdio.h>

#include "message/message.h"

const char *message_truncated_text(unsigned truncated, char *out, size_t size)
{
	static const char *const NAMES[] = {
		"headers", "scan-bytes", "parts", "depth", "urls", "text", "memory", "readings"
	};
	size_t n = 0;

	if (size > 0)
		out[0] = '\0';
	for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
		int len;

		if (!(truncated & 1u << i) || n >= size)
			continue;
		len = snprintf(out + n, size - n, "%s%s", n > 0 ? "," : "", NAMES[i]);
		n += len > 0 ? (size_t)len : 0;
	}
	return out;
}
