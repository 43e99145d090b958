/* Every kind of hostile mail, read with all views: what it takes grows no faster than the mail, and
 * what is left out is said. Time is `make torture`'s affair. */
#include "test-harness/hostile_mails.h"

#include <stdio.h>
#include <stdlib.h>

#include "message/message.h"
#include "test-harness/t.h"

enum { BYTES = 120000, ARENA_BYTES = 64 * 1024 * 1024, SLACK = 1024 * 1024,
	ARENA_MOST = 12 * 1024 * 1024 }; /* 8.4 MiB is the most measured */

static const struct message_options all_views = { .want_full = true, .want_body = true,
	.want_uris = true, .want_links = true, .want_signers = true, .want_rawbody = true,
	.want_parts = true, .want_tree = true, .want_html = true,
	.want_relays = true };

struct taken {
	size_t len, arena;
	unsigned truncated;
};

static struct taken take(size_t kind, size_t bytes, const struct message_limits *limits)
{
	struct message_options options = all_views;
	struct arena *arena = arena_create(ARENA_BYTES);
	struct message *message;
	struct taken taken;
	char *mail = hostile_mails_make(kind, bytes, &taken.len);

	t_need(arena && mail);
	options.limits = *limits;
	message = message_create(&options, arena);
	t_need(message);
	t_int(message_read(message, str_make(mail, taken.len)), 0);
	taken.arena = arena_used(arena);
	taken.truncated = message_view(message)->truncated;
	arena_free(&arena);
	free(mail);
	return taken;
}

T_TEST(memory_grows_with_the_mail)
{
	static const struct message_limits LIMITS = { 0 };

	for (size_t kind = 0; kind < hostile_mails_n(); kind++) {
		struct taken half = take(kind, BYTES, &LIMITS), whole = take(kind, 2 * BYTES, &LIMITS);

		if (!t_true(whole.arena <= half.arena * 23 / 10 + SLACK) ||
			!t_true(whole.arena <= ARENA_MOST))
			printf("# %s: %zu bytes of %zu, %zu of %zu\n", hostile_mails_name(kind), half.arena,
				half.len, whole.arena, whole.len);
	}
}

T_TEST(what_is_left_out_is_said)
{
	static const struct message_limits LIMITS = { .header_bytes = BYTES / 3,
		.scan_bytes = BYTES / 3 };

	for (size_t kind = 0; kind < hostile_mails_n(); kind++) {
		unsigned cut = take(kind, BYTES, &LIMITS).truncated;

		if (!t_true(cut & (MESSAGE_CUT_HEADERS | MESSAGE_CUT_SCAN_BYTES)))
			printf("# %s\n", hostile_mails_name(kind));
	}
}

T_TEST(there_are_kinds_of_each_sort)
{
	size_t in_headers = 0;

	for (size_t kind = 0; kind < hostile_mails_n(); kind++) {
		in_headers += hostile_mails_in_headers(kind);
		t_int(hostile_mails_find(hostile_mails_name(kind)), kind);
	}
	t_true(in_headers >= 25 && hostile_mails_n() >= 300);
	t_int(hostile_mails_find("none"), hostile_mails_n());
}
