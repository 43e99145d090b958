/* Whatever a mail says is shown so that it can neither move the cursor nor pass for our own
 * words; and JSON stays JSON whatever bytes come. */
#include "tool/output.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

struct output output_open(void)
{
	const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");

	return (struct output){ .out = stdout,
		.colour = isatty(STDOUT_FILENO) && !(no_color && no_color[0])
			&& !(term && strcmp(term, "dumb") == 0) };
}

void output_style(const struct output *output, enum output_style style)
{
	static const char *const codes[] = { "0", "1", "2", "32", "33", "1;31" };

	if (output->colour)
		fprintf(output->out, "\033[%sm", codes[style]);
}

enum output_style output_action_style(enum action action)
{
	return action == ACTION_ACCEPT ? OUTPUT_GOOD
		: action == ACTION_TAG ? OUTPUT_WARN : OUTPUT_BAD;
}

size_t output_utf8(struct str text, uint32_t *code)
{
	static const struct { uint8_t mask, lead; uint32_t least; } forms[] = {
		{ 0x80, 0x00, 0 }, { 0xe0, 0xc0, 0x80 }, { 0xf0, 0xe0, 0x800 }, { 0xf8, 0xf0, 0x10000 }
	};
	const uint8_t *p = (const uint8_t *)text.ptr;

	for (size_t n = 1; n <= 4 && n <= text.len; n++) {
		uint32_t value;

		if ((p[0] & forms[n - 1].mask) != forms[n - 1].lead)
			continue;
		value = p[0] & (uint8_t)~forms[n - 1].mask;
		for (size_t i = 1; i < n; i++) {
			if ((p[i] & 0xc0) != 0x80)
				return 0;
			value = value << 6 | (p[i] & 0x3f);
		}
		if (value < forms[n - 1].least || value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
			return 0;
		*code = value;
		return n;
	}
	return 0;
}

/* Characters that a terminal obeys instead of showing, or that make text look like other text. */
static bool is_treacherous(uint32_t code)
{
	static const struct { uint32_t from, to; } ranges[] = {
		{ 0x00, 0x1f }, { 0x7f, 0x9f }, { 0xad, 0xad }, { 0x34f, 0x34f }, { 0x61c, 0x61c },
		{ 0x180e, 0x180e }, { 0x200b, 0x200f }, { 0x2028, 0x202e }, { 0x2060, 0x206f },
		{ 0xfeff, 0xfeff }, { 0xfff0, 0xffff }, { 0xe0000, 0xe0fff },
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (code >= ranges[i].from && code <= ranges[i].to)
			return true;
	return false;
}

void output_escape(struct str text, struct buf *out)
{
	while (text.len > 0) {
		uint32_t code = 0;
		size_t n = output_utf8(text, &code);
		bool bad = n == 0 || is_treacherous(code);

		if (n == 0)
			n = 1;
		if (!bad && text.ptr[0] == '\\')
			buf_add_byte(out, '\\');
		for (size_t i = 0; bad && i < n; i++)
			buf_addf(out, "\\x%02x", (unsigned)(unsigned char)text.ptr[i]);
		if (!bad)
			buf_add(out, text.ptr, n);
		text = str_slice(text, n, text.len);
	}
}

void output_text(const struct output *output, struct str text)
{
	struct buf escaped = { 0 };

	output_escape(text, &escaped);
	fwrite(escaped.len ? escaped.ptr : "", 1, escaped.len, output->out);
	if (escaped.failed)
		fputs("...", output->out);
	buf_free(&escaped);
}

const char *output_score(double score, char out[32])
{
	char *end;

	snprintf(out, 32, "%.3f", score);
	end = out + strlen(out);
	while (end > out + 2 && end[-1] == '0' && end[-2] != '.')
		*--end = 0;
	return strcmp(out, "-0.0") == 0 ? "0.0" : out;
}

int output_close(const struct output *output, int status)
{
	if (fflush(output->out) == 0 && !ferror(output->out))
		return status;
	perror("depeer: standard output");
	return EX_IOERR;
}

json_t *output_json_text(struct str text)
{
	struct buf valid = { 0 };
	json_t *json;

	while (text.len > 0) {
		uint32_t code;
		size_t n = output_utf8(text, &code);

		if (n > 0)
			buf_add(&valid, text.ptr, n);
		else
			buf_add_cstr(&valid, "\xef\xbf\xbd");
		text = str_slice(text, n > 0 ? n : 1, text.len);
	}
	json = valid.failed ? NULL : json_stringn(valid.len ? valid.ptr : "", valid.len);
	buf_free(&valid);
	return json;
}

int output_json_set(json_t *object, const char *key, json_t *value)
{
	if (object && value)
		return json_object_set_new(object, key, value);
	json_decref(value);
	return -1;
}

int output_json_line(const struct output *output, json_t *value)
{
	/* ASCII only: a terminal must not obey what a mail says, in JSON neither */
	char *text = value ? json_dumps(value, JSON_COMPACT | JSON_ENSURE_ASCII
		| JSON_REAL_PRECISION(12) | JSON_ENCODE_ANY) : NULL;

	json_decref(value);
	if (!text) {
		fputs("depeer: out of memory\n", stderr);
		return -1;
	}
	for (const char *p = text; *p; p++)
		if (*p == 127)
			fputs("\\u007f", output->out);
		else
			putc(*p, output->out);
	putc('\n', output->out);
	free(text);
	return 0;
}
