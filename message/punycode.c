/* message/punycode: see url_looks.h. RFC 3492, for labels as they can stand in the DNS: the numbers
 * are bounded by their length, and so is the time (quadratic in at most 63 letters). */
#include <string.h>

#include "message/url_looks.h"

enum { BASE = 36, T_MIN = 1, T_MAX = 26, SKEW = 38, DAMP = 700, FIRST_BIAS = 72, FIRST_N = 128 };

static uint32_t adapt(uint32_t delta, uint32_t points, bool first)
{
	uint32_t k = 0;

	delta = first ? delta / DAMP : delta / 2;
	delta += delta / points;
	for (; delta > (BASE - T_MIN) * T_MAX / 2; k += BASE)
		delta /= BASE - T_MIN;
	return k + (BASE - T_MIN + 1) * delta / (delta + SKEW);
}

static uint32_t threshold(uint32_t k, uint32_t bias)
{
	return k <= bias ? T_MIN : k >= bias + T_MAX ? T_MAX : k - bias;
}

static int digit_of(char c)
{
	return ascii_digit(c) ? c - '0' + 26 : ascii_alpha(c) ? ascii_lower(c) - 'a' : -1;
}

/* One generalised variable-length integer. */
static bool read_delta(struct str text, size_t *at, uint32_t bias, uint32_t *i)
{
	uint64_t weight = 1, sum = *i;

	for (uint32_t k = BASE;; k += BASE) {
		uint32_t t = threshold(k, bias);
		int digit = *at < text.len ? digit_of(text.ptr[(*at)++]) : -1;

		if (digit < 0)
			return false;
		sum += (uint64_t)digit * weight;
		if (sum > UINT32_MAX)
			return false;
		*i = (uint32_t)sum;
		if ((uint32_t)digit < t)
			return true;
		weight *= BASE - t;
		if (weight > UINT32_MAX)
			return false;
	}
}

size_t punycode_decode(struct str text, uint32_t *codes, size_t max)
{
	uint32_t n = FIRST_N, i = 0, bias = FIRST_BIAS;
	size_t length = 0, at = text.len;

	while (at > 0 && text.ptr[at - 1] != '-')
		at--;
	for (size_t k = 0; at > 0 && k + 1 < at; k++) {
		if (length == max)
			return 0;
		codes[length++] = (unsigned char)text.ptr[k];
	}
	while (at < text.len) {
		uint32_t before = i;

		if (length == max || !read_delta(text, &at, bias, &i))
			return 0;
		bias = adapt(i - before, (uint32_t)length + 1, before == 0);
		n += i / ((uint32_t)length + 1);
		i %= (uint32_t)length + 1;
		if (n > 0x10FFFF || n < FIRST_N)
			return 0;
		memmove(codes + i + 1, codes + i, (length - i) * sizeof *codes);
		codes[i++] = n;
		length++;
	}
	return length;
}

static size_t write_delta(uint32_t delta, uint32_t bias, char *out, size_t size)
{
	static const char DIGITS[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	size_t n = 0;

	for (uint32_t k = BASE;; k += BASE) {
		uint32_t t = threshold(k, bias);

		if (n == size)
			return 0;
		if (delta < t) {
			out[n++] = DIGITS[delta];
			return n;
		}
		out[n++] = DIGITS[t + (delta - t) % (BASE - t)];
		delta = (delta - t) / (BASE - t);
	}
}

/* The smallest code point that is not below `least`. */
static uint32_t next_code(const uint32_t *codes, size_t n, uint32_t least)
{
	uint32_t next = UINT32_MAX;

	for (size_t i = 0; i < n; i++)
		if (codes[i] >= least && codes[i] < next)
			next = codes[i];
	return next;
}

size_t punycode_encode(const uint32_t *codes, size_t n, char *out, size_t size)
{
	uint32_t code = FIRST_N, delta = 0, bias = FIRST_BIAS;
	size_t len = 0, plain, done;

	for (size_t i = 0; i < n; i++)
		if (codes[i] < FIRST_N && len < size)
			out[len++] = (char)codes[i];
	plain = done = len;
	if (plain > 0 && len < size)
		out[len++] = '-';
	while (done < n) {
		uint32_t next = next_code(codes, n, code);

		delta += (next - code) * ((uint32_t)done + 1);
		code = next;
		for (size_t i = 0; i < n; i++) {
			delta += codes[i] < code;
			if (codes[i] == code) {
				size_t wrote = write_delta(delta, bias, out + len, size - len);

				if (wrote == 0)
					return 0;
				len += wrote;
				bias = adapt(delta, (uint32_t)done + 1, done == plain);
				delta = 0;
				done++;
			}
		}
		delta++;
		code++;
	}
	return len;
}
