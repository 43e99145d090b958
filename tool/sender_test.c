/* Which mark of a stored mail names its envelope sender, and which are not believed. */
#include "tool/sender.h"

#include <string.h>

#include "test-harness/t.h"

#define LINE "Received: from a.example (a.example [192.0.2.1]) by mx.example.net (Postfix) with " \
	"ESMTP id 12345; Mon, 12 Jan 2026 10:00:00 +0000\n"
#define FETCHED "Received: from pop.example [192.0.2.2] by b.example with POP3 (fetchmail-6.4)\n"

static const struct {
	const char *headers, *hop; /* hop: envelope sender of the hop's line; NULL: no hop */
	int status;
	const char *sender;
} CASES[] = {
	{ "Return-Path: <jo@example.com>\n" LINE, "mo@example.net", 1, "mo@example.net" },
	{ "Return-Path: <jo@example.com>\n" LINE, "nobody", 1, "jo@example.com" },
	{ "Return-Path: <jo@example.com>\n" LINE, "@example.com", 1, "jo@example.com" },
	{ "Return-Path: jo@example.com\n" LINE, NULL, 1, "jo@example.com" },
	{ "Return-Path: <>\n" LINE, NULL, 1, "" },
	{ "Return-Path: MAILER-DAEMON\n" LINE, NULL, 0, "" },
	{ LINE "Return-Path: <jo@example.com>\n", NULL, 0, "" },
	{ "Return-Path: <jo@example.com>\n" LINE "Return-Path: <jo@example.com>\n", NULL, 0, "" },
	{ "Return-Path: <a@example.com>\nX-Envelope-From: <b@example.com>\n" LINE, NULL, 1,
	  "b@example.com" },
	{ "Return-Path: <a@example.com>\n" LINE "X-Envelope-From: <b@example.com>\n", NULL, 0, "" },
	{ "Return-Path: <a@example.com>\nEnvelope-Sender: b@example.com\n" LINE, NULL, 1,
	  "b@example.com" },
	{ "Return-Path: <a@example.com>\n" LINE "Envelope-Sender: b@example.com\n", NULL, 1,
	  "a@example.com" },
	{ "Return-Path: <a@example.com>\n" LINE "X-Sender: list@example.com\n", NULL, 1,
	  "a@example.com" },
	{ "Return-Path: <a@example.com>\n" FETCHED "X-Sender: list@example.com\n", NULL, 0, "" },
	{ "Return-Path: <a@example.com>\n" FETCHED "X-Sender: list\n", NULL, 1, "a@example.com" },
	{ "Subject: hello\n", NULL, 0, "" },
};

T_TEST(believes_marks_in_their_order)
{
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
		struct arena *arena = arena_create(1 << 20);
		struct message_options options = { .want_full = false };
		struct message *message = message_create(&options, arena);
		struct message_relay hop = { .envfrom = str_from(CASES[i].hop) };
		struct str sender = STR("");
		int status;

		t_need(message && message_read(message, str_from(CASES[i].headers)) == 0);
		status = sender_of_mail(message_view(message), CASES[i].hop ? &hop : NULL, arena,
			&sender);
		t_int(status, CASES[i].status);
		if (status > 0)
			t_slice(sender, CASES[i].sender);
		arena_free(&arena);
	}
}
