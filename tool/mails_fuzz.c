/* Fuzz target: an mbox is cut and nothing is lost; whatever is in it can be shown and is JSON. */
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool/mails.h"
#include "tool/output.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_output(struct str text)
{
	struct buf shown = { 0 };
	json_t *json = output_json_text(text), *again;
	char *line = json ? json_dumps(json, JSON_ENCODE_ANY | JSON_ENSURE_ASCII) : NULL;

	output_escape(text, &shown);
	for (size_t i = 0; i < shown.len; i++)
		if ((unsigned char)shown.ptr[i] < ' ' || shown.ptr[i] == 127)
			abort();
	again = line ? json_loads(line, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL) : NULL;
	if (shown.failed || !again || !json_equal(json, again))
		abort();
	buf_free(&shown);
	free(line);
	json_decref(json);
	json_decref(again);
}

static bool take_mail(void *context, const struct mail *mail)
{
	buf_add_str(context, mail->bytes);
	check_output(mail->bytes);
	return true;
}

static void take_failure(void *context, const char *text)
{
	(void)context;
	(void)text;
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf all = { 0 };
	struct mails_visitor visitor = { take_mail, take_failure, &all };
	FILE *file = tmpfile();
	char path[40];

	if (!file || fwrite(data, 1, size, file) != size || fflush(file) != 0)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fileno(file));
	if (!mails_each(path, &visitor) || all.failed || all.len != size
			|| (size > 0 && memcmp(all.ptr, data, size) != 0))
		abort();
	buf_free(&all);
	fclose(file);
	return 0;
}
