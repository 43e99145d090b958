/* What a table of answers is read as, what it answers, and what is refused and where. */
#include "dns/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test-harness/t.h"

static struct dns_table *parse(const char *text)
{
	struct diags diags = { 0 };
	struct dns_table *table = dns_table_parse("t", str_from(text), &diags);

	diags_print(&diags, stdout);
	t_int(diags.errors, 0);
	t_need(table != NULL);
	diags_clear(&diags);
	return table;
}

/* "found 192.0.2.1 10/mail.example "text" = canonical ttl 300"; "nothing" when not in the table. */
static const char *ask(const struct dns_table *table, const char *name, enum dns_type type)
{
	static struct buf out;
	struct dns_answer answer;
	char text[IP_TEXT_MAX];

	out.len = 0;
	if (!dns_table_find(table, str_from(name), type, &answer))
		return "nothing";
	t_slice(answer.name, name);
	buf_addf(&out, "%s", dns_status_name(answer.status));
	for (size_t i = 0; i < answer.n; i++) {
		const struct dns_record *record = &answer.records[i];

		if (type == DNS_A || type == DNS_AAAA)
			buf_addf(&out, " %s", ip_format(&record->ip, text));
		else if (type == DNS_MX)
			buf_addf(&out, " %u/%.*s", record->preference, (int)record->text.len,
				record->text.ptr);
		else
			buf_addf(&out, " '%.*s'", (int)record->text.len, record->text.ptr);
	}
	if (answer.canonical.len > 0)
		buf_addf(&out, " = %.*s", (int)answer.canonical.len, answer.canonical.ptr);
	buf_addf(&out, " ttl %u", (unsigned)answer.ttl);
	return buf_cstr(&out);
}

T_TEST(each_type)
{
	struct dns_table *table = parse("# a comment\n"
		"WWW.example. a 192.0.2.2 # the first\n"
		"www.example  A 192.0.2.1 ttl 300\n"
		"www.example  AAAA 2001:db8::80\r\n"
		"\n"
		"example  NS ns2.Example\n"
		"example  MX 10 mail.example TTL 60 # x\n"
		"example  TXT \"v=spf1 -all\" \" \\\"\\\\\\065#\" ttl 5\n"
		"example  TXT plain#text\n"
		"80.2.0.192.in-addr.arpa PTR www.example\n");

	t_str(ask(table, "www.example", DNS_A), "found 192.0.2.2 192.0.2.1 ttl 300");
	t_str(ask(table, "www.example", DNS_AAAA), "found 2001:db8::80 ttl 3600");
	t_str(ask(table, "www.example", DNS_MX), "nodata ttl 3600");
	t_str(ask(table, "example", DNS_NS), "found 'ns2.example' ttl 3600");
	t_str(ask(table, "example", DNS_MX), "found 10/mail.example ttl 60");
	t_str(ask(table, "example", DNS_TXT), "found 'v=spf1 -all \"\\A#' 'plain#text' ttl 5");
	t_str(ask(table, "80.2.0.192.in-addr.arpa", DNS_PTR), "found 'www.example' ttl 3600");
	t_str(ask(table, "ww.example", DNS_A), "nothing");
	t_str(ask(table, "a.www.example", DNS_A), "nothing");
	dns_table_free(&table);
	t_true(table == NULL);
}

T_TEST(statuses)
{
	struct dns_table *table = parse("gone.example NXDOMAIN ttl 77\n"
		"slow.example TIMEOUT\n"
		"odd.example AAAA SERVFAIL\nodd.example A REFUSED\nodd.example MX NODATA\n"
		"half.example A 192.0.2.1\nhalf.example TIMEOUT\n");

	t_str(ask(table, "gone.example", DNS_MX), "nxdomain ttl 77");
	t_str(ask(table, "slow.example", DNS_TXT), "timeout ttl 3600");
	t_str(ask(table, "odd.example", DNS_AAAA), "servfail ttl 3600");
	t_str(ask(table, "odd.example", DNS_A), "refused ttl 3600");
	t_str(ask(table, "odd.example", DNS_MX), "nodata ttl 3600");
	t_str(ask(table, "odd.example", DNS_NS), "nodata ttl 3600");
	t_str(ask(table, "half.example", DNS_A), "found 192.0.2.1 ttl 3600");
	t_str(ask(table, "half.example", DNS_NS), "timeout ttl 3600");
	dns_table_free(&table);
}

T_TEST(cnames_are_followed)
{
	struct dns_table *table = parse("a.example CNAME b.example ttl 40\n"
		"b.example CNAME c.example\nc.example A 192.0.2.3\n"
		"gone.example CNAME none.example\nnone.example NXDOMAIN\n"
		"out.example CNAME elsewhere.test\n"
		"loop1.example CNAME loop2.example\nloop2.example CNAME loop1.example\n");

	t_str(ask(table, "a.example", DNS_A), "found 192.0.2.3 = c.example ttl 40");
	t_str(ask(table, "a.example", DNS_MX), "nodata = c.example ttl 40");
	t_str(ask(table, "gone.example", DNS_A), "nxdomain = none.example ttl 3600");
	t_str(ask(table, "out.example", DNS_A), "refused = elsewhere.test ttl 3600");
	t_true(strncmp(ask(table, "loop1.example", DNS_A), "servfail", 8) == 0);
	dns_table_free(&table);
}

T_TEST(wildcards)
{
	struct dns_table *table = parse("*.bl.example NXDOMAIN\n2.0.0.127.bl.example A 127.0.0.2\n"
		"*.deep.bl.example A 192.0.2.9\nbl.example A 192.0.2.1\n");

	t_str(ask(table, "2.0.0.127.bl.example", DNS_A), "found 127.0.0.2 ttl 3600");
	t_str(ask(table, "2.0.0.127.bl.example", DNS_TXT), "nodata ttl 3600");
	t_str(ask(table, "3.0.0.127.bl.example", DNS_A), "nxdomain ttl 3600");
	t_str(ask(table, "x.y.deep.bl.example", DNS_A), "found 192.0.2.9 ttl 3600");
	t_str(ask(table, "deep.bl.example", DNS_A), "nxdomain ttl 3600");
	t_str(ask(table, "bl.example", DNS_A), "found 192.0.2.1 ttl 3600");
	t_str(ask(table, "example", DNS_A), "nothing");
	dns_table_free(&table);
	table = parse("* NXDOMAIN\na.example A 192.0.2.1\n");
	t_str(ask(table, "com", DNS_A), "nxdomain ttl 3600");
	t_str(ask(table, "a.example", DNS_A), "found 192.0.2.1 ttl 3600");
	dns_table_free(&table);
}

T_TEST(an_empty_table_has_nothing)
{
	struct dns_table *table = parse("# nothing\n\n");

	t_str(ask(table, "www.example", DNS_A), "nothing");
	dns_table_free(&table);
}

static const struct {
	const char *text, *finding;
} broken[] = {
	{ "192.0.2.1 A 192.0.2.1\n", "t:1:1: error: '192.0.2.1' is not a name of the DNS" },
	{ "x.*.example A 192.0.2.1\n\n a..b A 192.0.2.1",
		"t:3:2: error: 'a..b' is not a name of the DNS" },
	{ "a.example\n", "t:1:10: error: a type or a status is missing" },
	{ "a.example AAA ::1\n", "t:1:11: error: 'AAA' is neither a type nor a status"
		" (did you mean 'AAAA'?)" },
	{ "a.example A # x\n", "t:1:13: error: an address is missing" },
	{ "a.example A 192.0.2\n", "t:1:13: error: '192.0.2' is not an IPv4 address" },
	{ "a.example A 2001:db8::1\n", "t:1:13: error: '2001:db8::1' is not an IPv4 address" },
	{ "a.example A ::ffff:192.0.2.1\n",
		"t:1:13: error: '::ffff:192.0.2.1' is not an IPv4 address" },
	{ "a.example AAAA 192.0.2.1\n", "t:1:16: error: '192.0.2.1' is not an IPv6 address" },
	{ "a.example MX mail.example\n", "t:1:14: error: 'mail.example' is not a preference (0..65535)" },
	{ "a.example MX 65536 m\n", "t:1:14: error: '65536' is not a preference (0..65535)" },
	{ "a.example MX 1\n", "t:1:15: error: a name is missing" },
	{ "a.example NS 1.2.3.4\n", "t:1:14: error: '1.2.3.4' is not a name of the DNS" },
	{ "a.example TXT \"abc\n", "t:1:15: error: a quote is not closed" },
	{ "a.example TXT \"a\\256\"\n",
		"t:1:17: error: a backslash is followed by \", \\ or three digits up to 255" },
	{ "a.example A 192.0.2.1 192.0.2.2\n",
		"t:1:23: error: '192.0.2.2' is too much: only 'ttl SECONDS' or a comment may follow" },
	{ "a.example A 192.0.2.1 ttl\n", "t:1:26: error: seconds is missing" },
	{ "a.example A 192.0.2.1 ttl -1\n", "t:1:27: error: '-1' are no seconds" },
	{ "a.example A 192.0.2.1 ttl 1 2\n", "t:1:29: error: '2' is too much" },
	{ "a.example NS b.example\nA.example CNAME c.example\n",
		"t:2:1: error: a name has a CNAME or other lines, not both (see line 1)" },
	{ "a.example CNAME c.example\na.example NXDOMAIN\n",
		"t:2:1: error: a name has a CNAME or other lines, not both (see line 1)" },
	{ "a.example CNAME b.example\na.example CNAME c.example\n",
		"t:2:1: error: a name has one CNAME (see line 1)" },
	{ "a.example A 192.0.2.1\na.example A TIMEOUT\n",
		"t:2:1: error: a status beside other lines of the same name and type (see line 1)" },
	{ "a.example NXDOMAIN\na.example NXDOMAIN\n",
		"t:2:1: error: a status beside other lines of the same name and type (see line 1)" },
};

T_TEST(what_is_refused_says_where)
{
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		struct diags diags = { 0 };
		struct dns_table *table = dns_table_parse("t", str_from(broken[i].text), &diags);
		char line[300] = "";

		t_true(table == NULL);
		if (diags.n > 0)
			diag_format(&diags.items[diags.n - 1], line, sizeof(line));
		t_str(line, broken[i].finding);
		dns_table_free(&table);
		diags_clear(&diags);
	}
}

T_TEST(a_missing_file_is_an_error)
{
	struct diags diags = { 0 };
	char *path = t_tmpfile("none") == NULL ? NULL : strdup(t_tmpfile("none"));

	t_need(path != NULL);
	t_true(dns_table_load(path, &diags) == NULL);
	t_int(diags.errors, 1);
	diags_clear(&diags);
	t_write(path, "a.example A 192.0.2.1\n", 22);
	struct dns_table *table = dns_table_load(path, &diags);
	t_need(table != NULL);
	t_str(ask(table, "a.example", DNS_A), "found 192.0.2.1 ttl 3600");
	dns_table_free(&table);
	free(path);
}
