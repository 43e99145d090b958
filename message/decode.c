/* message/decode: see decode.h.
 *
 * Base64 goes four characters at a time while they are all of the alphabet, and character by
 * character around line ends and junk. Quoted-printable goes twice over the text, as
 * SpamAssassin does: what a soft line end cuts in two is decoded.
 */
#include "message/decode.h"

#include <string.h>

#include "base/bytes.h"

enum { PAD = 64, JUNK = 128 };

#define J JUNK
#define J16 J, J, J, J, J, J, J, J, J, J, J, J, J, J, J, J

static const uint8_t BASE64[256] = {
	J16, J16,
	J, J, J, J, J, J, J, J, J, J, J, 62, J, J, J, 63,
	52, 53, 54, 55, 56, 57, 58, 59, 60, 61, J, J, J, PAD, J, J,
	J, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
	15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, J, J, J, J, J,
	J, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
	41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, J, J, J, J, J,
	J16, J16, J16, J16, J16, J16, J16, J16
};

static size_t base64_flush(struct base64_state *state, char *out)
{
	size_t n = 0;

	if (state->n == 2) {
		out[n++] = (char)(state->bits >> 4);
	} else if (state->n == 3) {
		out[n++] = (char)(state->bits >> 10);
		out[n++] = (char)(state->bits >> 2);
	}
	state->n = 0;
	state->bits = 0;
	return n;
}

size_t base64_decode(struct base64_state *state, struct str in, char *out)
{
	const unsigned char *p = (const unsigned char *)in.ptr, *end;
	char *o = out;

	if (in.len == 0)
		return 0;
	end = p + in.len;
	while (p < end) {
		const char *since = o;

		while (state->n == 0 && end - p >= 4) {
			unsigned a = BASE64[p[0]], b = BASE64[p[1]], c = BASE64[p[2]], d = BASE64[p[3]];

			if ((a | b | c | d) >= PAD)
				break;
			o[0] = (char)(a << 2 | b >> 4);
			o[1] = (char)(b << 4 | c >> 2);
			o[2] = (char)(c << 6 | d);
			o += 3;
			p += 4;
		}
		state->resumed = state->resumed || (state->ended && o > since);
		if (p == end)
			break;
		unsigned value = BASE64[*p++];
		if (value == PAD) {
			state->ended = true;
			o += base64_flush(state, o);
		} else if (value > PAD) {
			state->junk += !ascii_space((char)p[-1]);
		} else {
			state->bits = state->bits << 6 | value;
			state->resumed = state->resumed || state->ended;
			if (++state->n == 4) {
				*o++ = (char)(state->bits >> 16);
				*o++ = (char)(state->bits >> 8);
				*o++ = (char)state->bits;
				state->n = 0;
				state->bits = 0;
			}
		}
	}
	return (size_t)(o - out);
}

size_t base64_finish(struct base64_state *state, char *out)
{
	return base64_flush(state, out);
}

int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Soft line ends and the blanks at line ends taken out. */
static size_t qp_join(struct str in, char *out)
{
	const char *p = in.ptr, *end = p + in.len, *lf;
	char *o = out;

	while (p < end && (lf = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		bool cr = lf > p && lf[-1] == '\r';
		size_t len = (size_t)(lf - p) - cr;

		while (len > 0 && (p[len - 1] == ' ' || p[len - 1] == '\t'))
			len--;
		bool soft = len > 0 && p[len - 1] == '=';
		memcpy(o, p, len - soft);
		o += len - soft;
		if (!soft && cr)
			*o++ = '\r';
		if (!soft)
			*o++ = '\n';
		p = lf + 1;
	}
	if (p < end)
		memcpy(o, p, (size_t)(end - p));
	return (size_t)(o - out) + (size_t)(end - p);
}

size_t qp_decode(struct str in, char *out)
{
	const char *p = out, *end;
	char *o = out;

	if (in.len == 0)
		return 0;
	end = out + qp_join(in, out);
	while (p < end) {
		const char *equals = memchr(p, '=', (size_t)(end - p));
		size_t run = (size_t)((equals ? equals : end) - p);

		if (o != p)
			memmove(o, p, run);
		o += run;
		p += run;
		if (!equals)
			break;
		if (end - p >= 3 && hex_digit(p[1]) >= 0 && hex_digit(p[2]) >= 0) {
			*o++ = (char)((unsigned)hex_digit(p[1]) << 4 | (unsigned)hex_digit(p[2]));
			p += 3;
		} else {
			*o++ = *p++;
		}
	}
	return (size_t)(o - out);
}

/* ---- uuencode ---- */

static struct str next_line(struct str text, size_t *at)
{
	size_t from = *at, lf = str_find_byte(str_slice(text, from, text.len), '\n');
	struct str line;

	*at = lf == SIZE_MAX ? text.len : from + lf + 1;
	line = str_slice(text, from, lf == SIZE_MAX ? text.len : from + lf);
	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	return line;
}

/* "begin 644 name": an octal mode of three or four digits. */
static bool uu_begins(struct str line, struct str *name)
{
	size_t i = 6;

	if (line.len < 9 || memcmp(line.ptr, "begin ", 6) != 0)
		return false;
	while (i < line.len && line.ptr[i] >= '0' && line.ptr[i] <= '7')
		i++;
	if (i < 9 || i > 10 || (i < line.len && line.ptr[i] != ' '))
		return false;
	*name = str_trim(str_slice(line, i, line.len));
	return true;
}

/* Next line that begins with 'b', from a line's start on; SIZE_MAX if there is none. */
static size_t line_of_b(struct str text, size_t at)
{
	const char *p, *end;

	if (at >= text.len)
		return SIZE_MAX;
	p = text.ptr + at;
	end = text.ptr + text.len;
	if (*p == 'b')
		return at;
	p = bytes_find_pair(p, end, '\n', 'b', 'b');
	return p < end ? (size_t)(p - text.ptr) + 1 : SIZE_MAX;
}

bool uu_find(struct str text, size_t *at, struct uu_file *file)
{
	size_t begin;

	while ((begin = line_of_b(text, *at)) != SIZE_MAX) {
		size_t end = begin;

		if (!uu_begins(next_line(text, &end), &file->name)) {
			*at = end - 1; /* its line end begins the next search */
			if (*at <= begin)
				*at = end;
			continue;
		}
		size_t from = end, last = end;

		while (last < text.len) {
			end = last;
			if (str_equal(next_line(text, &last), STR("end")))
				break;
			end = last;
		}
		file->lines = str_slice(text, from, end);
		*at = last;
		return true;
	}
	return false;
}

size_t uu_decode(struct str lines, char *out)
{
	size_t n = 0, at = 0;

	while (at < lines.len) {
		struct str line = next_line(lines, &at);
		size_t left = line.len > 0 ? ((unsigned char)line.ptr[0] - 32u) & 63 : 0;

		for (size_t i = 1; left > 0 && i < line.len; i += 4) {
			size_t has = line.len - i < 4 ? line.len - i : 4;
			uint32_t bits = 0;

			for (size_t k = 0; k < 4; k++)
				bits = bits << 6 | (k < has ?
					((unsigned char)line.ptr[i + k] - 32u) & 63 : 0);
			for (size_t k = 0; k + 1 < has && left > 0; k++, left--)
				out[n++] = (char)(bits >> (16 - 8 * k));
		}
	}
	return n;
}
