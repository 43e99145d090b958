/* A regex, its modifiers and texts, all from the fuzzer: no text that matches is left out.
 *
 * Input: a line of modifiers (letters of i m s x n), the regex up to a NUL, then texts with a
 * NUL between them.
 */
#include <stdio.h>

#include "rules/literal_testing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct str next_text(struct str *rest, char end)
{
	size_t at = str_find_byte(*rest, end);
	struct str text = str_slice(*rest, 0, at);
	*rest = at == SIZE_MAX ? STR("") : str_slice(*rest, at + 1, rest->len);
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum { REGEX_MAX = 300, TEXT_MAX = 300, TEXTS_MAX = 20 };
	struct str rest = str_make((const char *)data, size);
	struct str modifiers = next_text(&rest, '\n');
	struct str regex = next_text(&rest, '\0');
	struct literal_check check;
	struct literal_count count = { 0 };
	if (regex.len > REGEX_MAX || modifiers.len > 4 ||
	    !literal_check_begin(&check, regex, modifiers, &count))
		return 0;
	for (int i = 0; rest.len && i < TEXTS_MAX; i++) {
		struct str text = str_slice(next_text(&rest, '\0'), 0, TEXT_MAX);
		if (!literal_check_text(&check, text, &count))
			abort();
	}
	literal_check_end(&check);
	return 0;
}
