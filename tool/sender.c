/* Each source is asked in turn; the first one that says something decides. */
#include "tool/sender.h"

#include "rules/addresses.h"

/* The first address of the first header of that name: 1, 0 (none) or -1. "<>" is one. */
static int first_address(const struct message_view *view, struct str name, struct arena *arena,
	struct str *out)
{
	const struct message_header *header = message_find_header(view, name);
	struct addresses_entry *entries;
	size_t n;

	if (!header)
		return 0;
	*out = str_make(NULL, 0);
	if (str_equal(str_trim(header->raw), STR("<>")))
		return 1;
	if (addresses_read(header->raw, arena, &entries, &n) != 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (entries[i].address.len > 0) {
			*out = entries[i].address;
			return 1;
		}
	return 0;
}

/* Does any header of that name stand below a Received line? */
static bool below_received(const struct message_view *view, struct str name)
{
	bool received = false;

	for (size_t i = 0; i < view->headers_n; i++) {
		if (received && str_equal_nocase(view->headers[i].name, name))
			return true;
		received = received || str_equal_nocase(view->headers[i].name, STR("Received"));
	}
	return false;
}

/* fetchmail takes a list's X-Sender for the envelope's when it hands the mail on. 1, 0 or -1. */
static int fetched_from_list(const struct message_view *view, struct arena *arena)
{
	struct str sender;
	int status = first_address(view, STR("X-Sender"), arena, &sender);

	if (status <= 0 || str_find_byte(sender, '@') == SIZE_MAX)
		return status < 0 ? -1 : 0;
	for (size_t i = 0; i < view->headers_n; i++)
		if (str_equal_nocase(view->headers[i].name, STR("Received")) &&
			str_find(view->headers[i].decoded, STR("(fetchmail")) != SIZE_MAX)
			return 1;
	return 0;
}

int sender_of_mail(const struct message_view *view, const struct message_relay *hop,
	struct arena *arena, struct str *out)
{
	static const struct { struct str name; bool decides; } SOURCES[] = {
		{ { "X-Envelope-From", 15 }, true }, /* below a Received line no other is asked */
		{ { "Envelope-Sender", 15 }, false }, { { "Return-Path", 11 }, false }
	};
	size_t at = hop ? str_find_byte(hop->envfrom, '@') : SIZE_MAX;
	int status;

	if (at != SIZE_MAX && at > 0) {
		*out = hop->envfrom;
		return 1;
	}
	status = fetched_from_list(view, arena);
	if (status != 0)
		return status < 0 ? -1 : 0;
	for (size_t i = 0; i < sizeof SOURCES / sizeof *SOURCES; i++) {
		bool below = below_received(view, SOURCES[i].name);

		status = first_address(view, SOURCES[i].name, arena, out);
		if (status < 0 || (status > 0 && !below))
			return status;
		if (status > 0 && SOURCES[i].decides)
			return 0;
	}
	return 0;
}
