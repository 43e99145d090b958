/* message/hops: see hops.h. */
#include "message/hops.h"

#include "base/origins.h"
#include "message/received.h"

enum { RELAYS_MAX = 100 };

static bool is_received(const struct message_header *header)
{
	return str_equal_nocase(header->name, STR("received"));
}

/* Where a web mailer or provider says it had the mail from: SpamAssassin takes the last header of
 * each name for a first hop. */
static size_t find_origins(const struct message_view *view, const struct str *names,
	size_t names_n, const struct message_header *found[static ORIGINS_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < view->headers_n; i++) {
		const struct message_header *header = &view->headers[i];

		for (size_t k = 0; k < names_n; k++) {
			if (!str_equal_nocase(header->name, names[k]))
				continue;
			n += found[k] == NULL;
			found[k] = header;
		}
	}
	return n;
}

/* Counted first: room for as many relays as there may be would be 15 KiB of every mail. */
int hops_read(struct arena *arena, const struct str *names, size_t names_n,
	struct message_view *view)
{
	const struct message_header *origins[ORIGINS_MAX] = { NULL };
	struct message_relay *relays;
	struct str filtered = { NULL, 0 };
	enum received_is is;
	unsigned received = 0;
	size_t n = 0;

	for (size_t i = 0; i < view->headers_n && n < RELAYS_MAX; i++)
		n += is_received(&view->headers[i]);
	n += find_origins(view, names, names_n, origins);
	if (n == 0)
		return 0;
	relays = ARENA_ARRAY(arena, struct message_relay, n);
	view->relays = relays;
	if (!relays)
		return -1;
	for (size_t i = 0; i < view->headers_n; i++) {
		size_t at = view->relays_n;

		if (at == RELAYS_MAX || !is_received(&view->headers[i]))
			continue;
		received++;
		is = received_parse(arena, view->headers[i].decoded, &relays[at]);
		view->relays_unreadable += is == RECEIVED_UNREADABLE;
		if (is == RECEIVED_RELAY) {
			relays[at].received = received;
			if (filtered.len > 0)
				relays[at].envfrom = filtered;
			view->relays_n++;
		}
		/* qmail-scanner's line tells the sender of the line below it */
		filtered = is == RECEIVED_NO_RELAY ? relays[at].envfrom : str_make(NULL, 0);
	}
	for (size_t i = 0; i < names_n; i++)
		if (origins[i] && received_origin(origins[i]->decoded,
			&relays[view->relays_n]))
			view->relays_n++;
	return arena_spent(arena) ? -1 : 0;
}
