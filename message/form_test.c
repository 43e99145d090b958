/* What each code of a form stands for, and that hostile lines end. */
#include "message/form.h"

#include <stdio.h>

#include "test-harness/t.h"

static const struct {
	const char *line, *form, *kept; /* "helo|rdns|by|ident|envfrom|ip|options"; NULL: no match */
} CASES[] = {
	{ "a b", "a b", "||||||" }, { "a b", "a  b", NULL }, { "ab", "abc", NULL },
	{ "one two", "%h %r", "one|two|||||" }, { "one ", "%h %r", NULL },
	{ "one ", "%h %R", "one||||||" }, { "x by y", "%w by %b", "||y||||" },
	{ "one(two)three", "%h(%r)%b", "one|two|three||||" },
	{ "a@b@c", "%D@%r", "|c||a@b|||" }, { "@c", "%D@%r", "|c|||||" }, { "@c", "%d@%r", NULL },
	{ "same", "%n", "same|same|||||" },
	{ "[192.0.2.1]", "[%i]", "|||||192.0.2.1|" }, { "[192.0.2.01]", "[%i]", NULL },
	{ "[192.0.2.256]", "[%i]", NULL }, { "[192.0.2.1.25]", "[%i.%p]", "|||||192.0.2.1|" },
	{ "[IPv6:2001:db8::1]", "[%i]", "|||||IPv6:2001:db8::1|" }, { "x192.0.2.1", "x%i", NULL },
	{ "[2001:db8::1]", "[%i]", "|||||2001:db8::1|" }, { "[2001:db8:1]", "[%i]", NULL },
	{ "[192.0.2.1]", "[%j]", "||||||" }, { "192.0.2.1a", "%i", NULL },
	{ "(a b) c", "(%c) %h", "c||||||" }, { "()", "(%c)", "||||||" }, { "()", "(%C)", NULL },
	{ "(a b)", "(%g)", "a b||||||" }, { "(a [x] y) by z", "(a%*) by %b", "||z||||" },
	{ "a) by b) by c (", "a%*) by %b (", "||c||||" }, { "a) by b) by c", "a%?) by %b", "||b)||||" },
	{ "(helo=x ident=y) by", "(%o) by", "||||||helo=x ident=y" },
	{ "(EHLO x)", "(%E %h)", "x||||||" }, { "(OHLO x)", "(%E %h)", NULL },
	{ "localhost.localdomain)", "%L)", "||||||" }, { "::1)", "%L)", "||||||" },
	{ "a.b[", "%m[", "|a.b|||||" }, { "ab[", "%m[", NULL }, { "ab.[", "%m[", NULL },
	{ "a b c", "%h{ b} %r", "a|c|||||" }, { "a c", "%h{ b} %r", "a|c|||||" },
	{ "a b", "%h{ b} %r", "a|b|||||" }, { "a b", "%h{ b} %r%$", "a|b|||||" }, { "(x@1)", "({%D@}%r)", "|1||x|||" },
	{ "a@b c", "{%d@}%h d", NULL }, { "port 25", "port %p%$", "||||||" },
	{ "port 25a", "port %p%$", NULL }, { "a%b", "%w%%%h", "b||||||" },
	{ "with SMTP; x", "with %q", "||||||" }, { "with RC4 encrypted SMTP", "with %q", "||||||" },
	{ "with SMTP id 1", "with %q", NULL }, { "with ESMTP", "with %q", NULL },
	{ "host;", "%b%B", "||host||||" }, { "012345678b", "0%tb", NULL },
	{ "0123456789abc", "0%tb", "||||||" }, { "0123456789abbb", "0%tb%$", "||||||" },
};

T_TEST(codes)
{
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
		struct form_line line = { str_from(CASES[i].line), FORM_STEPS };
		struct form_kept kept = { .options = { NULL, 0 } };
		bool found = form_match(&line, CASES[i].form, &kept), same;
		const struct str *fields[] = { &kept.helo, &kept.rdns, &kept.by, &kept.ident,
			&kept.envfrom, &kept.ip, &kept.options };
		struct buf text = {0};

		for (size_t k = 0; k < 7; k++) {
			if (k)
				buf_add_byte(&text, '|');
			buf_add_str(&text, *fields[k]);
		}
		same = t_str(found ? buf_cstr(&text) : NULL, CASES[i].kept);
		if (!same)
			printf("# '%s' of '%s'\n", CASES[i].form, CASES[i].line);
		buf_free(&text);
	}
}

T_TEST(finds_anywhere)
{
	struct form_line line = { STR("from a (x [192.0.2.1]) by b"), FORM_STEPS };
	struct form_kept kept = { .options = { NULL, 0 } };

	t_true(form_find(&line, " [%i]) by %b", &kept));
	t_slice(kept.ip, "192.0.2.1");
	t_true(form_find(&line, "%i]", &kept));
	t_true(!form_find(&line, "%i)", &kept));
	t_slice(kept.by, "b");
}

/* Given up: no match, and nothing kept. */
T_TEST(gives_up)
{
	struct buf text = {0};
	struct form_kept kept = { .options = { NULL, 0 } };

	while (text.len < FORM_LINE_MAX)
		buf_add_cstr(&text, "a@b");
	struct form_line line = { buf_str(&text), FORM_STEPS };

	t_true(!form_match(&line, "%?a%?b%?a%?b%?c", &kept));
	t_int(line.steps, 0);
	t_true(!form_match(&line, "%h", &kept));
	t_true(kept.helo.ptr == NULL);
	buf_free(&text);
}
