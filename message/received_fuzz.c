/* Fuzz target: Received headers, a line of the input each (and the hops of a message that has
 * them). What is said of a line lies within it, says the same a second time, and an address is
 * one. */
#include <stdint.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/origins.h"
#include "message/hops.h"
#include "message/received.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARENA_BYTES = 16 * 1024 * 1024, LINES_MAX = 50 };

static void need(bool holds)
{
	if (!holds)
		abort();
}

/* Every word of the line is made of the line's letters: blanks may be folded, nothing is added. */
static void check_slices(const struct message_relay *relay, struct str line)
{
	const struct str *const fields[] = { &relay->rdns, &relay->helo, &relay->ip_text,
		&relay->by, &relay->ident, &relay->id, &relay->protocol, &relay->envfrom };
	struct ip ip;

	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		need(fields[i]->len <= line.len);
		if (str_find_byte(*fields[i], ' ') == SIZE_MAX && fields[i]->len > 0)
			need(str_find(line, *fields[i]) != SIZE_MAX);
	}
	need(relay->has_ip == (relay->ip_text.len > 0));
	if (relay->has_ip)
		need(ip_parse(relay->ip_text, &ip) && ip_equal(&ip, &relay->ip));
}

static bool same(const struct message_relay *a, const struct message_relay *b)
{
	return a->has_ip == b->has_ip && a->authenticated == b->authenticated &&
		a->no_rdns == b->no_rdns && str_equal(a->rdns, b->rdns) &&
		str_equal(a->helo, b->helo) && str_equal(a->ip_text, b->ip_text) &&
		str_equal(a->by, b->by) && str_equal(a->ident, b->ident) &&
		str_equal(a->id, b->id) && str_equal(a->envfrom, b->envfrom);
}

static void read_line(struct arena *arena, struct str line)
{
	struct message_relay first, second;
	enum received_is is = received_parse(arena, line, &first);

	need(received_parse(arena, line, &second) == is);
	need(is != RECEIVED_RELAY || same(&first, &second));
	if (is == RECEIVED_RELAY)
		check_slices(&first, line);
	if (received_origin(line, &second))
		check_slices(&second, line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_create(ARENA_BYTES);
	struct message_header headers[LINES_MAX];
	struct message_view view = { .headers = headers };
	struct str rest = str_make((const char *)data, size);

	need(arena != NULL);
	while (rest.len > 0 && view.headers_n < LINES_MAX) {
		struct str line = str_slice(rest, 0, str_find_byte(rest, '\n'));

		rest = str_slice(rest, line.len + 1, rest.len);
		read_line(arena, line);
		headers[view.headers_n++] = (struct message_header){ .name = STR("Received"),
			.raw = line, .decoded = line };
	}
	need(hops_read(arena, ORIGINS_DEFAULT, ORIGINS_DEFAULT_N, &view) == 0);
	need(view.relays_n + view.relays_unreadable <= view.headers_n);
	arena_free(&arena);
	return 0;
}
