/* test-harness/bench_mails: see bench_mails.h. */
#include "test-harness/bench_mails.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/lex.h"
#include "test-harness/each_file.h"

static int add_file(void *context, const char *path)
{
	struct bench_mails *mails = context;
	struct bench_mail *items, *mail;
	struct lex_file file;
	struct error error;

	if (lex_file_read(&file, path, &error) != 0) {
		fprintf(stderr, "%s\n", error.text);
		return -1;
	}
	items = realloc(mails->items, (mails->n + 1) * sizeof(*items));
	if (!items) {
		lex_file_clear(&file);
		return -1;
	}
	mails->items = items;
	mail = &items[mails->n];
	memset(mail, 0, sizeof(*mail));
	if (fake_message_parse(&mail->parts, str_make(file.text, file.len)) == 0) {
		fake_message_body_crlf(&mail->parts, &mail->body);
		buf_free(&mail->parts.body);
		for (size_t i = 0; i < mail->parts.n; i++)
			mails->bytes += strlen(mail->parts.headers[i].name) + 3
				+ strlen(mail->parts.headers[i].value);
		mails->bytes += mail->body.len;
		mails->n++;
	}
	lex_file_clear(&file);
	return 0;
}

int bench_mails_add(struct bench_mails *mails, const char *path)
{
	if (each_file(path, add_file, mails) > 0)
		return 0;
	fprintf(stderr, "%s: no mail found\n", path);
	return -1;
}

void bench_mails_clear(struct bench_mails *mails)
{
	for (size_t i = 0; i < mails->n; i++) {
		fake_message_clear(&mails->items[i].parts);
		buf_free(&mails->items[i].body);
	}
	free(mails->items);
	memset(mails, 0, sizeof(*mails));
}

/* splitmix64 */
static uint64_t mixed(uint64_t x)
{
	x += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

struct ip bench_client(size_t n)
{
	struct ip ip;
	char text[64];

	for (uint64_t seed = mixed(n);; seed = mixed(seed)) {
		if (n % 8 == 7) /* 2a00::/12, where Europe's networks are */
			snprintf(text, sizeof(text), "2a0%x:%x::%x", (unsigned)(seed & 15),
				(unsigned)(seed >> 4 & 0xffff), (unsigned)(seed >> 20 & 0xffff));
		else
			snprintf(text, sizeof(text), "%u.%u.%u.%u", 1 + (unsigned)(seed & 0xff) % 223,
				(unsigned)(seed >> 8 & 0xff), (unsigned)(seed >> 16 & 0xff),
				(unsigned)(seed >> 24 & 0xff));
		if (ip_parse(str_from(text), &ip) && !ip_is_private(&ip))
			return ip;
	}
}
