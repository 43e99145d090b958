#include "test-harness/fake_message.h"

#include "test-harness/t.h"

static const char mail[] = "From someone Mon Nov 23 2026\n"
	"X-A: 1\r\nSubject: long\r\n  line\r\nx-a: 2\nX-A:3\n\nbody\r\nX-A: not a header\n";

static void check_text(const struct fake_message *message, const char *expected)
{
	struct buf text = { 0 };

	fake_message_render(message, &text);
	t_slice(buf_str(&text), expected);
	buf_free(&text);
}

T_TEST(reads_headers_folds_and_body)
{
	struct fake_message message = { 0 };

	t_int(fake_message_parse(&message, str_from(mail)), 0);
	t_int(message.n, 4);
	t_int(fake_message_count(&message, "X-A"), 3);
	t_str(fake_message_value(&message, "subject", 1), "long\n  line");
	t_str(fake_message_value(&message, "x-a", 3), "3");
	t_str(fake_message_value(&message, "x-a", 4), NULL);
	check_text(&message, "X-A: 1\nSubject: long\n  line\nx-a: 2\nX-A:3\n\nbody\n"
		"X-A: not a header\n");
	fake_message_clear(&message);
}

/* The trap: going up, the second deletion hits what was the third header. */
T_TEST(deletions_renumber_what_stands_below)
{
	struct fake_message message = { 0 };

	fake_message_parse(&message, str_from(mail));
	for (size_t nth = 1; nth <= 3; nth++)
		fake_message_change(&message, "X-A", nth, "");
	t_int(fake_message_count(&message, "X-A"), 1);
	t_str(fake_message_value(&message, "X-A", 1), "2");
	fake_message_clear(&message);
	fake_message_parse(&message, str_from(mail));
	for (size_t nth = 3; nth >= 1; nth--)
		fake_message_change(&message, "x-A", nth, "");
	t_int(fake_message_count(&message, "X-A"), 0);
	fake_message_clear(&message);
}

T_TEST(inserts_and_changes)
{
	struct fake_message message = { 0 };

	fake_message_parse(&message, STR("A: 1\nB: 2\n\n"));
	t_int(fake_message_insert(&message, 0, "Top", " t"), 0);
	t_int(fake_message_insert(&message, 2, "Mid", " m"), 0);
	t_int(fake_message_insert(&message, 99, "End", " e"), 0);
	t_int(fake_message_change(&message, "b", 1, " two"), 0);
	t_int(fake_message_change(&message, "New", 1, " n"), 0);
	t_int(fake_message_change(&message, "absent", 1, ""), 0);
	check_text(&message, "Top: t\nA: 1\nMid: m\nB: two\nEnd: e\nNew: n\n\n");
	fake_message_clear(&message);
}

T_TEST(hands_the_body_over_with_crlf)
{
	struct fake_message message = { 0 };
	struct buf body = { 0 };

	fake_message_parse(&message, STR("A: 1\n\na\r\nb\n\xff"));
	fake_message_body_crlf(&message, &body);
	t_slice(buf_str(&body), "a\r\nb\r\n\xff");
	buf_free(&body);
	fake_message_clear(&message);
}
