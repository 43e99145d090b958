/* A table through the interface that the network has, too. */
#include "dns/resolver_table.h"

#include <stdio.h>

#include "base/clock.h"
#include "test-harness/t.h"

static struct dns_resolver *resolver_of(const char *text)
{
	struct diags diags = { 0 };
	struct dns_table *table = dns_table_parse("t", str_from(text), &diags);
	struct dns_resolver *resolver;

	diags_print(&diags, stdout);
	t_need(table != NULL);
	resolver = dns_resolver_table(table);
	t_need(resolver != NULL);
	return resolver;
}

T_TEST(every_status_at_once)
{
	static const struct {
		const char *name;
		enum dns_type type;
		enum dns_status status;
	} cases[] = {
		{ "www.example", DNS_A, DNS_FOUND }, { "www.example", DNS_AAAA, DNS_NODATA },
		{ "gone.example", DNS_A, DNS_NXDOMAIN }, { "slow.example", DNS_A, DNS_TIMEOUT },
		{ "fail.example", DNS_A, DNS_SERVFAIL }, { "no.example", DNS_A, DNS_REFUSED },
		{ "absent.example", DNS_A, DNS_REFUSED }, { "a..b", DNS_A, DNS_BAD_NAME },
	};
	struct dns_resolver *resolver = resolver_of("www.example A 192.0.2.1\n"
		"gone.example NXDOMAIN\nslow.example TIMEOUT\nfail.example A SERVFAIL\n"
		"no.example REFUSED\n");
	struct dns_batch *batch = dns_batch_create(resolver, 30, UINT64_MAX);
	size_t number;

	t_need(batch != NULL);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		t_int(dns_batch_ask(batch, str_from(cases[i].name), cases[i].type, &number),
			cases[i].status);
	t_int(dns_batch_asked(batch), 7);
	t_int(dns_batch_wait(batch), 4);
	t_int(dns_batch_answer(batch, 0)->records[0].ip.bytes[15], 1);
	dns_batch_free(&batch);
	dns_resolver_free(&resolver);
}

/* What it hands out is its own: not the table's texts, not the caller's name. */
T_TEST(answers_are_copies)
{
	struct dns_resolver *resolver = resolver_of("shop.example CNAME www.example ttl 20\n"
		"www.example MX 5 mx.example\n");
	struct dns_batch *batch = dns_batch_create(resolver, 30, UINT64_MAX);
	char name[] = "SHOP.example";
	const struct dns_answer *answer;
	size_t number = 9;

	t_need(batch != NULL);
	t_int(dns_batch_ask(batch, str_from(name), DNS_MX, &number), DNS_FOUND);
	name[0] = 'X';
	answer = dns_batch_answer(batch, number);
	dns_resolver_free(&resolver);
	t_slice(answer->name, "shop.example");
	t_slice(answer->canonical, "www.example");
	t_int(answer->ttl, DNS_TTL_MIN);
	t_int(answer->n, 1);
	t_slice(answer->records[0].text, "mx.example");
	t_int(answer->records[0].preference, 5);
	dns_batch_free(&batch);
}
