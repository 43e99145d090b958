#include "milter/names.h"

#include "base/clock.h"
#include "dns/resolver_table.h"
#include "rules/ruleset.h"
#include "test-harness/t.h"

enum { ALL = RULESET_DNS_URL | RULESET_DNS_URL_NS | RULESET_DNS_MX | RULESET_DNS_HELO |
	RULESET_DNS_FROM };

static const char TABLE[] =
	"shop.example A 198.51.100.80 ttl 300\n"
	"shop.example A 198.51.100.81 ttl 60\n"
	"shop.example A 10.0.0.1\n"
	"shop.example NS ns1.host.example\n"
	"shop.example NS ns2.host.example\n"
	"ns1.host.example A 203.0.113.1\n"
	"ns2.host.example TIMEOUT\n"
	"six.example AAAA 2001:db8::80\n"
	"gone.example NXDOMAIN\n"
	"lame.example SERVFAIL\n"
	"mail.example MX 10 mx.example\n"
	"mx.example A 203.0.113.25\n"
	"plain.example A 203.0.113.26\n"
	"helo.example A 203.0.113.27\n"
	"many.example NS n1.example\n" "many.example NS n2.example\n"
	"many.example NS n3.example\n" "many.example NS n4.example\n"
	"many.example NS n5.example\n"
	"n1.example A 203.0.113.1\n" "n2.example A 203.0.113.2\n" "n3.example A 203.0.113.3\n"
	"n4.example A 203.0.113.4\n" "n5.example A 203.0.113.5\n";

static const struct network *look_up(void *context, const struct ip *ip)
{
	struct network *network = ARENA_NEW(context, struct network);

	t_need(network);
	network->ip = *ip;
	return network;
}

/* The last two labels. */
static struct str registered(struct str host)
{
	size_t dots = 0;

	for (size_t i = host.len; i-- > 0;)
		if (host.ptr[i] == '.' && ++dots == 2)
			return str_slice(host, i + 1, host.len);
	return dots == 1 ? host : STR("");
}

struct asked {
	struct arena *arena;
	struct fact_url urls[40];
	struct facts facts;
	size_t questions;
};

static void resolve(struct asked *asked, size_t queries, unsigned needs)
{
	struct diags diags = { 0 };
	struct dns_table *table = dns_table_parse("table", STR(TABLE), &diags);
	struct dns_resolver *resolver = table ? dns_resolver_table(table) : NULL;
	struct names_question question = { .needs = needs, .arena = arena_create(1 << 20),
		.lookup = look_up };

	t_need(resolver && question.arena);
	asked->arena = question.context = question.arena;
	asked->facts.urls = asked->urls;
	asked->facts.registered = registered;
	question.batch = dns_batch_create(resolver, queries, clock_monotonic_us() + 2000000);
	t_need(question.batch);
	t_int(names_resolve(&question, &asked->facts, asked->urls), 0);
	asked->questions = dns_batch_asked(question.batch);
	dns_batch_free(&question.batch);
	dns_resolver_free(&resolver);
	t_true(asked->facts.has_dns);
}

static void add_url(struct asked *asked, const char *host)
{
	asked->urls[asked->facts.urls_n++] = (struct fact_url){ .host = str_from(host) };
}

static const char *ip_of(const struct fact_host *host, size_t i)
{
	static char text[IP_TEXT_MAX];

	return host && i < host->networks_n ? ip_format(&host->networks[i]->ip, text) : "-";
}

T_TEST(addresses_of_links)
{
	struct asked asked = { .questions = 0 };
	const struct fact_host *shop;

	add_url(&asked, "shop.example");
	add_url(&asked, "six.example");
	add_url(&asked, "gone.example");
	add_url(&asked, "lame.example");
	add_url(&asked, "shop.example");
	asked.urls[asked.facts.urls_n++] = (struct fact_url){ .host = STR("192.0.2.1"),
		.host_is_ip = true };
	resolve(&asked, 30, RULESET_DNS_URL);
	shop = asked.urls[0].dns;
	t_need(shop && shop->networks_n == 2); /* the private one says nothing */
	t_str(ip_of(shop, 0), "198.51.100.80");
	t_str(ip_of(shop, 1), "198.51.100.81");
	t_int(shop->ttl, 60);
	t_true(!shop->unknown && asked.urls[4].dns == shop && !asked.urls[5].dns);
	t_str(ip_of(asked.urls[1].dns, 0), "2001:db8::80");
	t_true(asked.urls[2].dns->nxdomain && !asked.urls[2].dns->unknown);
	t_true(!asked.urls[3].dns->nxdomain);
	t_str(asked.urls[3].dns->unknown, "dns-servfail");
	t_true(!asked.urls[0].ns && !asked.facts.mx);
	t_int(asked.questions, 5); /* four names, and one of them twice */
	arena_free(&asked.arena);
}

T_TEST(name_servers_and_their_networks)
{
	struct asked asked = { .questions = 0 };

	add_url(&asked, "www.shop.example");
	add_url(&asked, "shop.example");
	resolve(&asked, 30, RULESET_DNS_URL_NS);
	t_need(asked.urls[0].ns && asked.urls[0].ns == asked.urls[1].ns && !asked.urls[0].dns);
	t_int(asked.urls[0].ns->networks_n, 1);
	t_str(ip_of(asked.urls[0].ns, 0), "203.0.113.1");
	t_str(asked.urls[0].ns->unknown, "dns-timeout"); /* the other one */
	t_int(asked.questions, 3);
	arena_free(&asked.arena);
}

T_TEST(who_sends_and_who_takes_mail)
{
	static const struct fact_header from = { .name = STR("From"),
		.decoded = STR("\"a@b\" <jo@plain.example> (x@gone.example)") };
	struct asked asked = { .facts = { .helo = STR("helo.example"),
		.mail_from = STR("jo@mail.example"), .headers = &from, .headers_n = 1 } };

	resolve(&asked, 30, ALL);
	t_str(ip_of(asked.facts.mx, 0), "203.0.113.25");
	t_str(ip_of(asked.facts.helo_host, 0), "203.0.113.27");
	t_str(ip_of(asked.facts.from_host, 0), "203.0.113.26");
	arena_free(&asked.arena);
	asked = (struct asked){ .facts = { .mail_from = STR("jo@plain.example") } };
	resolve(&asked, 30, ALL); /* no MX: the domain itself */
	t_str(ip_of(asked.facts.mx, 0), "203.0.113.26");
	t_true(!asked.facts.helo_host && !asked.facts.from_host);
	arena_free(&asked.arena);
	asked = (struct asked){ .facts = { .mail_from = STR("") } };
	resolve(&asked, 30, ALL);
	t_true(!asked.facts.mx);
	arena_free(&asked.arena);
}

/* Five servers, of which four are asked: none of them is listed, and nobody knows of the fifth. */
T_TEST(servers_that_were_not_asked_for_are_unknown)
{
	struct asked asked = { .questions = 0 };

	add_url(&asked, "many.example");
	resolve(&asked, 30, RULESET_DNS_URL_NS);
	t_int(asked.urls[0].ns->networks_n, 4);
	t_str(asked.urls[0].ns->unknown, "dns-over-budget");
	arena_free(&asked.arena);
}

/* An IPv6 address that there was no budget for: nothing is known of the name. */
T_TEST(an_aaaa_that_was_not_asked_is_unknown)
{
	struct asked asked = { .questions = 0 };

	add_url(&asked, "six.example");
	resolve(&asked, 1, RULESET_DNS_URL);
	t_int(asked.urls[0].dns->networks_n, 0);
	t_str(asked.urls[0].dns->unknown, "dns-over-budget");
	arena_free(&asked.arena);
}

T_TEST(beyond_the_budget_is_unknown)
{
	static char names[40][20];
	struct asked asked = { .questions = 0 };

	for (size_t i = 0; i < 40; i++) {
		snprintf(names[i], sizeof names[i], "n%zu.gone.example", i);
		add_url(&asked, i == 39 ? "gone.example" : names[i]);
	}
	resolve(&asked, 3, RULESET_DNS_URL);
	t_int(asked.questions, 3);
	t_str(asked.urls[39].dns->unknown, "dns-over-budget");
	t_true(!asked.urls[39].dns->nxdomain);
	arena_free(&asked.arena);
}
