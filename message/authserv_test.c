#include "message/authserv.h"

#include "test-harness/t.h"

T_TEST(names_who_made_the_results)
{
	t_slice(authserv_id(STR(" mx.example; spf=pass")), "mx.example");
	t_slice(authserv_id(STR("mx.example 1; dkim=fail")), "mx.example");
	t_slice(authserv_id(STR("\r\n\tmx.example;\r\n\tnone")), "mx.example");
	t_slice(authserv_id(STR("\"mx.example\" 1; none")), "mx.example");
	t_slice(authserv_id(STR("mx.example(comment); none")), "mx.example");
}

T_TEST(is_not_fooled_by_comments)
{
	t_slice(authserv_id(STR(" (mx.trusted.example) evil.example; spf=pass")), "evil.example");
	t_slice(authserv_id(STR("(a (b) \\) mx.trusted.example;) evil.example; spf=pass")),
		"evil.example");
	t_slice(authserv_id(STR("(never closed mx.trusted.example; spf=pass")), "");
	t_slice(authserv_id(STR("\"never closed; spf=pass")), "");
	t_slice(authserv_id(STR("(ends in a backslash\\")), "");
}

T_TEST(finds_nothing_where_nothing_is)
{
	t_slice(authserv_id(STR("")), "");
	t_slice(authserv_id(STR(" ; spf=pass")), "");
}

T_TEST(knows_the_field)
{
	t_true(authserv_header(STR("authentication-RESULTS")));
	t_true(!authserv_header(STR("Authentication-Results-X")));
	t_true(!authserv_header(STR("Subject")));
}
