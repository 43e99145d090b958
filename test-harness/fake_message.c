/* A message as an array of headers and a body. Linear in everything: the messages of tests are
 * small, and what matters is that each edit does what the MTA does. */
#include "test-harness/fake_message.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static char *copy_without(struct str text, char dropped)
{
	char *copy = malloc(text.len + 1);
	size_t n = 0;

	if (copy == NULL)
		return NULL;
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] != '\0' && text.ptr[i] != dropped)
			copy[n++] = text.ptr[i];
	copy[n] = '\0';
	return copy;
}

/* Takes both over, also on failure. */
static int put(struct fake_message *message, size_t index, char *name, char *value)
{
	if (name == NULL || value == NULL)
		goto fail;
	if (message->n == message->capacity) {
		size_t capacity = message->capacity ? message->capacity * 2 : 32;
		struct fake_header *grown = realloc(message->headers, capacity * sizeof(*grown));

		if (grown == NULL)
			goto fail;
		message->headers = grown;
		message->capacity = capacity;
	}
	if (index > message->n)
		index = message->n;
	memmove(message->headers + index + 1, message->headers + index,
		(message->n - index) * sizeof(*message->headers));
	message->headers[index] = (struct fake_header){ name, value };
	message->n++;
	return 0;
fail:
	free(name);
	free(value);
	return -1;
}

/* One line with its LF (and CR), from *at on. */
static struct str next_line(struct str text, size_t *at)
{
	struct str line = str_slice(text, *at, text.len);
	size_t end = str_find_byte(line, '\n');

	if (end != SIZE_MAX)
		line.len = end + 1;
	*at += line.len;
	return line;
}

static struct str without_line_end(struct str line)
{
	if (line.len > 0 && line.ptr[line.len - 1] == '\n')
		line.len--;
	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	return line;
}

/* The length of the name when the line begins a header (RFC 5322 section 2.2), else 0. */
static size_t header_name(struct str line)
{
	size_t n = 0;

	while (n < line.len && line.ptr[n] > ' ' && line.ptr[n] < 127 && line.ptr[n] != ':')
		n++;
	return n < line.len && line.ptr[n] == ':' ? n : 0;
}

static bool continues(struct str text, size_t at)
{
	return at < text.len && (text.ptr[at] == ' ' || text.ptr[at] == '\t');
}

static void add_body(struct fake_message *message, struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] != '\r' || i + 1 == text.len || text.ptr[i + 1] != '\n')
			buf_add_byte(&message->body, text.ptr[i]);
}

int fake_message_parse(struct fake_message *message, struct str text)
{
	size_t at = 0;

	if (text.len >= 5 && memcmp(text.ptr, "From ", 5) == 0)
		next_line(text, &at);
	while (at < text.len) {
		size_t begin = at;
		struct str line = next_line(text, &at);
		size_t name = header_name(line);

		if (without_line_end(line).len == 0)
			break;
		if (name == 0) {
			at = begin;
			break;
		}
		while (continues(text, at))
			line.len += next_line(text, &at).len;
		struct str value = without_line_end(str_slice(line, name + 1, line.len));
		if (put(message, message->n, copy_without(str_make(line.ptr, name), '\0'),
			copy_without(value, '\r')) != 0)
			return -1;
	}
	add_body(message, str_slice(text, at, text.len));
	return message->body.failed ? -1 : 0;
}

void fake_message_clear(struct fake_message *message)
{
	for (size_t i = 0; i < message->n; i++) {
		free(message->headers[i].name);
		free(message->headers[i].value);
	}
	free(message->headers);
	buf_free(&message->body);
	*message = (struct fake_message){ 0 };
}

int fake_message_insert(struct fake_message *message, size_t index, const char *name,
	const char *value)
{
	return put(message, index, copy_without(str_from(name), '\0'),
		copy_without(str_from(value), '\r'));
}

static size_t find(const struct fake_message *message, const char *name, size_t nth)
{
	for (size_t i = 0; i < message->n; i++)
		if (strcasecmp(message->headers[i].name, name) == 0 && nth-- <= 1)
			return i;
	return SIZE_MAX;
}

int fake_message_change(struct fake_message *message, const char *name, size_t nth,
	const char *value)
{
	size_t at = find(message, name, nth);
	struct fake_header *header = message->headers + (at == SIZE_MAX ? 0 : at);

	if (at == SIZE_MAX)
		return *value == '\0' ? 0 : fake_message_insert(message, message->n, name, value);
	if (*value != '\0') {
		char *copy = copy_without(str_from(value), '\r');

		if (copy == NULL)
			return -1;
		free(header->value);
		header->value = copy;
		return 0;
	}
	free(header->name);
	free(header->value);
	message->n--;
	memmove(header, header + 1, (message->n - at) * sizeof(*header));
	return 0;
}

size_t fake_message_count(const struct fake_message *message, const char *name)
{
	size_t count = 0;

	for (size_t i = 0; i < message->n; i++)
		count += strcasecmp(message->headers[i].name, name) == 0;
	return count;
}

const char *fake_message_value(const struct fake_message *message, const char *name, size_t nth)
{
	size_t at = find(message, name, nth);

	if (at == SIZE_MAX)
		return NULL;
	return message->headers[at].value + strspn(message->headers[at].value, " \t\n");
}

void fake_message_render(const struct fake_message *message, struct buf *out)
{
	for (size_t i = 0; i < message->n; i++)
		buf_addf(out, "%s:%s\n", message->headers[i].name, message->headers[i].value);
	buf_add_byte(out, '\n');
	buf_add_str(out, buf_str(&message->body));
}

void fake_message_body_crlf(const struct fake_message *message, struct buf *out)
{
	for (size_t i = 0; i < message->body.len; i++) {
		if (message->body.ptr[i] == '\n')
			buf_add_byte(out, '\r');
		buf_add_byte(out, message->body.ptr[i]);
	}
}
