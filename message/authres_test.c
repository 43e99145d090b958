#include "message/authres.h"

#include <stdio.h>
#include <string.h>

#include "test-harness/t.h"

enum { MEMORY = 4 * 1024 * 1024 };

/* "id|method=result reason(comment) type.name=value ...|...", then "!" broken, "+" cut */
static const char *shown(struct str value)
{
	static char text[4000];
	struct arena *arena = arena_create(MEMORY);
	struct buf out = { .limit = sizeof(text) - 1 };
	struct authres read;

	t_need(arena && authres_read(value, arena, &read) == 0);
	buf_add_str(&out, read.id);
	for (size_t i = 0; i < read.n; i++) {
		const struct auth_result *result = &read.results[i];

		buf_addf(&out, "|%.*s=%.*s", (int)result->method.len, result->method.ptr,
			(int)result->result.len, result->result.ptr);
		if (result->reason.len > 0)
			buf_addf(&out, " reason:%.*s", (int)result->reason.len, result->reason.ptr);
		if (result->comment.len > 0)
			buf_addf(&out, " (%.*s)", (int)result->comment.len, result->comment.ptr);
		for (size_t k = 0; k < result->properties_n; k++) {
			const struct auth_property *p = &result->properties[k];

			buf_addf(&out, " %.*s.%.*s=%.*s", (int)p->type.len, p->type.ptr, (int)p->name.len,
				p->name.ptr, (int)p->value.len, p->value.ptr);
		}
	}
	buf_add_cstr(&out, read.broken ? "!" : "");
	buf_add_cstr(&out, read.cut ? "+" : "");
	snprintf(text, sizeof(text), "%s", buf_cstr(&out));
	buf_free(&out);
	arena_free(&arena);
	return text;
}

T_TEST(reads_what_rfc_8601_shows)
{
	static const struct { const char *value, *shown; } cases[] = {
		{ " example.org 1; none", "example.org" },
		{ " example.com; spf=pass smtp.mailfrom=example.net",
		  "example.com|spf=pass smtp.mailfrom=example.net" },
		{ " example.com;\r\n\tauth=pass (cram-md5) smtp.auth=sender@example.net;\r\n"
		  "\tspf=pass smtp.mailfrom=example.net",
		  "example.com|auth=pass (cram-md5) smtp.auth=sender@example.net"
		  "|spf=pass smtp.mailfrom=example.net" },
		{ " example.com; dkim=pass reason=\"good signature\" header.i=@mail.example.net;"
		  " dkim=fail reason=\"bad signature\" header.i=@newyork.example.com",
		  "example.com|dkim=pass reason:good signature header.i=@mail.example.net"
		  "|dkim=fail reason:bad signature header.i=@newyork.example.com" },
		{ " foo.example.net (foobar) 1 (baz); dkim (Because I like it) / 1 (One yay) = (wait "
		  "for it) fail policy (A dot can go here) . (like that) expired (this surprised me) = "
		  "(as I wasn't expecting it) 1362471462",
		  "foo.example.net|dkim=fail (A dot can go here) policy.expired=1362471462" },
		{ "mx.example; dmarc=fail (p=reject dis=none) header.from=b.example",
		  "mx.example|dmarc=fail (p=reject dis=none) header.from=b.example" },
		{ "\"mx.example\"; spf=none smtp.helo=a.b", "mx.example|spf=none smtp.helo=a.b" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		t_str(shown(str_from(cases[i].value)), cases[i].shown);
}

T_TEST(reads_values_in_quotes)
{
	t_str(shown(STR("m; spf=pass smtp.mailfrom=\"jo; doe (x)\"@b.example")),
		"m|spf=pass smtp.mailfrom=jo; doe (x)@b.example");
	t_str(shown(STR("m; spf=pass smtp.mailfrom=\"a\\\"b\\\\\"@b")),
		"m|spf=pass smtp.mailfrom=a\"b\\@b");
	t_str(shown(STR("m; spf=pass smtp.mailfrom=\"\"; arc=none")),
		"m|spf=pass smtp.mailfrom=|arc=none");
	t_str(shown(STR("m; spf=pass smtp.mailfrom=; arc=none")),
		"m|spf=pass smtp.mailfrom=|arc=none");
}

T_TEST(passes_over_what_is_no_result)
{
	t_str(shown(STR("m; spf pass; arc=none")), "m|arc=none!");
	t_str(shown(STR("m; =pass; arc=none")), "m|arc=none!");
	t_str(shown(STR("m; spf=; arc=none")), "m|arc=none!");
	t_str(shown(STR("m; m; arc=none;")), "m|arc=none!");
	t_str(shown(STR("m; dmarc=pass action=none header.from=b; x=y")),
		"m|dmarc=pass header.from=b|x=y!");
	t_str(shown(STR("m; spf=pass smtp.=x smtp.mailfrom=y; arc=none")), "m|spf=pass|arc=none!");
	t_str(shown(STR(";;; spf=pass")), "!");
	t_str(shown(STR("m ;;; spf=pass")), "m|spf=pass");
	t_str(shown(STR("")), "!");
	t_str(shown(STR("m")), "m");
}

T_TEST(believes_nothing_of_another_version)
{
	t_str(shown(STR("m 2; spf=pass")), "m!");
	t_str(shown(STR("m 1; spf=pass")), "m|spf=pass");
	t_str(shown(STR("m evil; spf=pass")), "m!");
	t_str(shown(STR("m (x)evil; spf=pass")), "m!");
	t_str(shown(STR("\"m\"evil; spf=pass")), "m!");
	t_str(shown(STR("m; spf/2=pass; arc/1=none")), "m|arc=none!");
}

T_TEST(is_not_fooled)
{
	/* a result in a comment, in a quote, behind an unclosed one */
	t_str(shown(STR("m; arc=none (; spf=pass)")), "m|arc=none (; spf=pass)");
	t_str(shown(STR("m; arc=none reason=\"; spf=pass\"")), "m|arc=none reason:; spf=pass");
	t_str(shown(STR("m; arc=none (a \\) ; spf=pass)")), "m|arc=none (a \\) ; spf=pass)");
	t_str(shown(STR("m; arc=none (a (b) ; spf=pass")), "m|arc=none!");
	t_str(shown(STR("m; arc=none reason=\"; spf=pass")), "m|arc=none!");
	t_str(shown(STR("m; arc=none reason=\"\\")), "m|arc=none!");
	t_str(shown(STR("m (; spf=pass")), "m!");
	t_str(shown(STR("m junk \"; spf=pass")), "m!");
	/* a word that goes on is another word */
	t_str(shown(STR("m; spf=pass\xe9")), "m!");
	t_str(shown(STR("m; spf=pass=fail")), "m!");
	t_str(shown(STR("m; spf=pass\"x\"")), "m!");
	t_str(shown(str_make("m; spf=pass\0; arc=none", 22)), "m|arc=none!");
}

T_TEST(stops_at_its_limits)
{
	struct arena *arena = arena_create(MEMORY);
	struct buf text = { 0 };
	struct authres read;

	buf_add_cstr(&text, "m");
	for (int i = 0; i < AUTHRES_RESULTS_MAX; i++)
		buf_add_cstr(&text, "; dkim=fail");
	t_need(arena && authres_read(buf_str(&text), arena, &read) == 0);
	t_int((long)read.n, AUTHRES_RESULTS_MAX);
	t_true(!read.cut);
	buf_add_cstr(&text, "; none; ;; dkim=pass");
	t_need(authres_read(buf_str(&text), arena, &read) == 0);
	t_int((long)read.n, AUTHRES_RESULTS_MAX);
	t_true(read.cut);
	text.len = 0;
	buf_add_cstr(&text, "m; spf=pass");
	for (int i = 0; i < AUTHRES_PROPERTIES_MAX + 1; i++)
		buf_addf(&text, " smtp.x%d=1", i);
	t_need(authres_read(buf_str(&text), arena, &read) == 0);
	t_int((long)read.results[0].properties_n, AUTHRES_PROPERTIES_MAX);
	t_true(read.broken);
	buf_free(&text);
	arena_free(&arena);
}

/* "method=result@field/received ...", then "+" cut */
static const char *collected(const char *mail, char *const *trusted, size_t n)
{
	static char text[2000];
	struct message_options options = { .want_body = false };
	struct arena *arena = arena_create(MEMORY);
	struct message *message = message_create(&options, arena);
	struct buf out = { .limit = sizeof(text) - 1 };
	struct auth_results all;

	t_need(message && message_read(message, str_from(mail)) == 0);
	t_need(authres_collect(message_view(message), trusted, n, arena, &all) == 0);
	for (size_t i = 0; i < all.n; i++)
		buf_addf(&out, "%s%.*s=%.*s@%u/%u", i > 0 ? " " : "", (int)all.items[i].method.len,
			all.items[i].method.ptr, (int)all.items[i].result.len, all.items[i].result.ptr,
			all.items[i].field, all.items[i].received);
	buf_add_cstr(&out, all.cut ? "+" : "");
	snprintf(text, sizeof(text), "%s", buf_cstr(&out));
	buf_free(&out);
	arena_free(&arena);
	return text;
}

T_TEST(collects_the_fields_of_trusted_servers_from_the_top)
{
	char mx[] = "mx.example", in[] = "in.example";
	char *const trusted[] = { mx, in };
	const char *mail = "Authentication-Results: IN.example; arc=none\n"
		"Received: from a by in.example; Mon, 12 Jan 2026 10:00:00 +0000\n"
		"authentication-results: mx.example;\n spf=pass; dkim=none\n"
		"Authentication-Results: evil.example; spf=fail\n"
		"Received: from b by mx.example; Mon, 12 Jan 2026 10:00:00 +0000\n"
		"Authentication-Results: mx.example; spf=fail\n\nx\n";

	t_str(collected(mail, trusted, 2), "arc=none@1/0 spf=pass@2/1 dkim=none@2/1 spf=fail@3/2");
	t_str(collected(mail, trusted + 1, 1), "arc=none@1/0");
	t_str(collected(mail, trusted, 0), "");
	t_str(collected("Authentication-Results: ; spf=pass\n\nx\n", trusted, 2), "");
}

T_TEST(collects_no_more_than_its_limits)
{
	char mx[] = "m";
	char *const trusted[] = { mx };
	struct buf mail = { 0 };
	const char *text;

	for (int i = 0; i < AUTHRES_FIELDS_MAX; i++)
		buf_add_cstr(&mail, "Authentication-Results: m; spf=pass\n");
	text = collected(buf_cstr(&mail), trusted, 1);
	t_true(strstr(text, "spf=pass@20/0") && !strchr(text, '+'));
	buf_add_cstr(&mail, "Authentication-Results: m; spf=fail\n");
	text = collected(buf_cstr(&mail), trusted, 1);
	t_true(strchr(text, '+') && !strstr(text, "fail"));
	mail.len = 0;
	buf_add_cstr(&mail, "Authentication-Results: m");
	for (int i = 0; i <= AUTHRES_RESULTS_MAX; i++)
		buf_add_cstr(&mail, "; x=y");
	buf_add_cstr(&mail, "\nAuthentication-Results: m; spf=pass\n");
	text = collected(buf_cstr(&mail), trusted, 1);
	t_true(strchr(text, '+') && !strstr(text, "spf"));
	buf_free(&mail);
}

T_TEST(says_when_memory_is_spent)
{
	struct str value = STR("m; dkim=pass header.i=\"a\\b\"@c header.d=c; spf=pass smtp.helo=x");
	size_t read_n = 0, spent = 0;

	for (size_t memory = 200; memory < 20000; memory += 100) {
		struct arena *arena = arena_create(memory);
		struct authres read;

		if (!arena)
			continue;
		if (authres_read(value, arena, &read) != 0) {
			spent++;
		} else {
			read_n++;
			t_int((long)read.n, 2);
			t_slice(read.results[0].properties[0].value, "ab@c");
		}
		arena_free(&arena);
	}
	t_true(read_n > 0 && spent > 0);
}
