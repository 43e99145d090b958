/*
 * The bytes that go over the wire for a mail file. The protocol itself is tried out by the smoke
 * tests, against servers that nobody here wrote.
 */
#include "test-harness/smtp/session.h"

#include <stdlib.h>
#include <string.h>

#include "test-harness/t.h"

static void check_wire(const char *file, const char *expected)
{
	size_t length;
	char *wire = smtp_wire_form(file, strlen(file), &length);

	t_need(wire != NULL);
	t_slice(((struct str){ wire, length }), expected);
	free(wire);
}

T_TEST(line_ends_become_crlf)
{
	check_wire("a\nb\r\nc\n", "a\r\nb\r\nc\r\n");
	check_wire("a\rb\n", "a\rb\r\n");
	check_wire("\n\n", "\r\n\r\n");
}

T_TEST(a_last_line_end_is_added)
{
	check_wire("a", "a\r\n");
	check_wire("", "\r\n");
}

T_TEST(dots_are_stuffed)
{
	check_wire(".\n..\na.\n.", "..\r\n...\r\na.\r\n..\r\n");
}

T_TEST(an_mbox_line_is_left_out)
{
	check_wire("From me Mon\nSubject: a\n", "Subject: a\r\n");
	check_wire("From: me\n", "From: me\r\n");
	check_wire("From me", "\r\n");
}
