/* What lists are read as, what is refused and where, and which entries cover an address. */
#include "geoip/network_list.h"

#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "test-harness/t.h"

static int32_t day(const char *text)
{
	int32_t number = 0;

	t_need(date_parse(str_from(text), &number));
	return number;
}

static struct network_list *parse(const char *text)
{
	struct diags diags = {0};
	struct network_list *list = network_list_parse("test", "test.list", str_from(text), &diags);

	if (diags.errors > 0)
		diags_print(&diags, stdout);
	t_int(diags.errors, 0);
	t_need(list != NULL);
	diags_clear(&diags);
	return list;
}

/* The entry that covers the address or AS number, its line and note; "" when none does. */
static const char *matches(const struct network_list *list, const char *text, uint32_t asn,
	int32_t when)
{
	static char out[512];
	struct network network = { .asn_state = asn ? NETWORK_KNOWN : NETWORK_NONE, .asn = asn };

	if (text != NULL)
		t_need(ip_parse(str_from(text), &network.ip));
	network_list_match(list, 0, when, &network);
	t_true(network.listings_n <= 1);
	out[0] = '\0';
	if (network.listings_n > 0)
		snprintf(out, sizeof out, "%s:%u:%s", network.listings[0]->entry,
			network.listings[0]->line, network.listings[0]->note);
	return out;
}

T_TEST(text_list)
{
	struct network_list *list = parse("# comment\n"
		"AS64500 Bulletproof, Inc.\r\n"
		"\n"
		"  as64510-AS64520\t; range\n"
		"192.0.2.0/24 ; SBL1\n"
		"192.0.2.128/25;SBL2\n"
		"2001:db8::/32\n"
		"198.51.100.7 a single host");
	const struct network_list_info *info = network_list_info(list);

	t_int(info->format, NETWORK_LIST_TEXT);
	t_int(info->entries, 6);
	t_int(info->asns, 2);
	t_int(info->prefixes, 4);
	t_int(info->dated, 0);
	t_str(info->name, "test");
	t_str(info->source, "test.list");
	t_true(network_list_has_asns(list, 0));
	t_str(matches(list, "203.0.113.1", 64500, 0), "AS64500:2:Bulletproof, Inc.");
	t_str(matches(list, "203.0.113.1", 64515, 0), "as64510-AS64520:4:range");
	t_str(matches(list, "203.0.113.1", 64521, 0), "");
	t_str(matches(list, "192.0.2.200", 0, 0), "192.0.2.128/25:6:SBL2"); /* the most specific */
	t_str(matches(list, "192.0.2.7", 64500, 0), "192.0.2.0/24:5:SBL1");
	t_str(matches(list, "2001:db8:9::1", 0, 0), "2001:db8::/32:7:");
	t_str(matches(list, "198.51.100.7", 0, 0), "198.51.100.7:8:a single host");
	t_str(matches(list, "198.51.100.8", 0, 0), "");
	network_list_free(&list);
	t_true(list == NULL);
}

T_TEST(text_that_dates_itself)
{
	static const struct {
		const char *text;
		int64_t timestamp;
	} cases[] = {
		{ "; Last-Modified: Wed, 08 May 2024 09:07:59 GMT\n192.0.2.0/24 ; SBL1\n", 1715159279 },
		{ "#last-modified:Wed, 08 May 2024 09:07:59 +0000\nAS1\n", 1715159279 },
		{ "AS1\n; Last-Modified: Wed, 08 May 2024 09:07:59 GMT\n"
			"; Last-Modified: Tue, 07 May 2024 09:07:59 GMT\n"
			"; Last-Modified: Thu, 09 May 2024 09:07:59 GMT\n", 1715072879 }, /* the oldest */
		{ "; Last-Modified: yesterday\nAS1\n", 0 },
		{ "AS1 ; Last-Modified: Wed, 08 May 2024 09:07:59 GMT\n", 0 }, /* a note */
		{ "; not Last-Modified: Wed, 08 May 2024 09:07:59 GMT\nAS1\n", 0 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct network_list *list = parse(cases[i].text);

		t_int(network_list_info(list)->timestamp, cases[i].timestamp);
		t_int(network_list_info(list)->dates_itself, cases[i].timestamp != 0);
		network_list_free(&list);
	}
}

T_TEST(asn_counts_only_when_known)
{
	struct network_list *list = parse("AS64500\n");
	struct network network = { .asn_state = NETWORK_UNKNOWN, .asn = 64500 };

	network_list_match(list, 7, 0, &network);
	t_int(network.listings_n, 0);
	network_list_free(&list);
}

T_TEST(dated_entries)
{
	struct network_list *list = parse(
		"AS26780 2006-11-17..2008-11-11 McColo\n"
		"AS26780 ..1999-12-31 before\n"
		"AS26780 2030-01-01.. after\n"
		"208.72.168.0/21 2006-11-17..2008-11-11 McColo # prefix\n");

	t_int(network_list_info(list)->dated, 4);
	t_str(matches(list, NULL, 26780, day("2006-11-16")), "");
	t_str(matches(list, NULL, 26780, day("2006-11-17")), "AS26780:1:McColo");
	t_str(matches(list, NULL, 26780, day("2008-11-11")), "AS26780:1:McColo");
	t_str(matches(list, NULL, 26780, day("2008-11-12")), "");
	t_str(matches(list, NULL, 26780, day("1999-12-31")), "AS26780:2:before");
	t_str(matches(list, NULL, 26780, day("2000-01-01")), "");
	t_str(matches(list, NULL, 26780, day("2030-01-01")), "AS26780:3:after");
	t_str(matches(list, "208.72.169.1", 0, day("2007-01-01")),
		"208.72.168.0/21:4:McColo # prefix");
	t_str(matches(list, "208.72.169.1", 0, day("2026-01-01")), "");
	t_true(strstr(matches(list, "208.72.169.1", 0, NETWORK_LIST_ANY_DAY), "208.72.168.0/21"));
	t_true(strstr(matches(list, NULL, 26780, NETWORK_LIST_ANY_DAY), "AS26780:1:"));
	network_list_free(&list);
}

/* A narrower entry of another time does not hide the wider one of today. */
T_TEST(entry_that_counts_on_the_day)
{
	struct network_list *list = parse("10.0.0.0/8 today\n10.1.0.0/16 ..2001-01-01 once\n"
		"AS1 2006-01-01..2006-12-31\nAS2 2008-01-01..2008-12-31\n");

	t_str(matches(list, "10.1.2.3", 0, day("2000-06-01")), "10.1.0.0/16:2:once");
	t_str(matches(list, "10.1.2.3", 0, day("2020-06-01")), "10.0.0.0/8:1:today");
	t_true(!network_list_has_asns(list, day("2005-12-31")));
	t_true(network_list_has_asns(list, day("2006-01-01")));
	t_true(network_list_has_asns(list, day("2008-12-31")));
	t_true(!network_list_has_asns(list, day("2009-01-01")));
	network_list_free(&list);
}

T_TEST(list_lives_as_long_as_its_last_owner)
{
	struct network_list *list = parse("AS1 x\n"), *other = network_list_hold(list);

	network_list_free(&list);
	t_true(list == NULL);
	t_str(matches(other, NULL, 1, 0), "AS1:1:x");
	network_list_free(&other);
}

T_TEST(duplicates_are_dropped)
{
	struct network_list *list = parse("AS1 first\nAS2\nAS1 second\n10.0.0.0/8\nAS1-AS1\n"
		"10.0.0.0/8\nAS1 2001-01-01..2002-01-01 dated\n");

	t_int(network_list_info(list)->entries, 4);
	t_int(network_list_info(list)->duplicates, 3);
	t_str(matches(list, NULL, 1, 0), "AS1:1:first");
	network_list_free(&list);
}

T_TEST(ndjson)
{
	struct network_list *list = parse(
		"{\"asn\":932,\"rir\":\"arin\",\"domain\":\"xn.example\",\"asname\":\"XN\"}\n"
		"{\"cidr\":\"192.0.2.0/24\",\"sblid\":\"SBL1\"}\n"
		"{\"asn\":932,\"asname\":\"again\"}\n"
		"{\"asn\":4294967295}\n"
		"{\"type\":\"metadata\",\"timestamp\":1709006105,\"records\":4}\n");
	const struct network_list_info *info = network_list_info(list);

	t_int(info->format, NETWORK_LIST_NDJSON);
	t_int(info->entries, 3);
	t_int(info->duplicates, 1); /* the number of records counts lines, not entries */
	t_int(info->timestamp, 1709006105);
	t_str(matches(list, NULL, 932, 0), "AS932:1:XN");
	t_str(matches(list, "192.0.2.1", 0, 0), "192.0.2.0/24:2:SBL1");
	t_str(matches(list, NULL, 4294967295u, 0), "AS4294967295:4:");
	network_list_free(&list);
}

T_TEST(ndjson_without_metadata_is_a_warning)
{
	struct diags diags = {0};
	struct network_list *list = network_list_parse("x", "x.json", STR("{\"asn\":1}\n"), &diags);

	t_true(list != NULL);
	t_int(diags.errors, 0);
	t_int(diags.warnings, 1);
	diags_clear(&diags);
	network_list_free(&list);
}

T_TEST(csv)
{
	struct network_list *list = parse("\xef\xbb\xbf" "ASN,Entity\n"
		"198375,\"INULOGIC SARL, FR\"\n"
		"51447, \"RootLayer \"\"Web\"\" Services\"\n"
		"\"212238\",\"DataCamp\"\n"
		"7506,INTERQ GMO Internet,Inc\n"
		"AS64500\n");

	t_int(network_list_info(list)->format, NETWORK_LIST_CSV);
	t_int(network_list_info(list)->entries, 5);
	t_str(matches(list, NULL, 198375, 0), "AS198375:2:INULOGIC SARL, FR");
	t_str(matches(list, NULL, 51447, 0), "AS51447:3:RootLayer \"Web\" Services");
	t_str(matches(list, NULL, 212238, 0), "AS212238:4:DataCamp");
	t_str(matches(list, NULL, 7506, 0), "AS7506:5:INTERQ GMO Internet");
	t_str(matches(list, NULL, 64500, 0), "AS64500:6:");
	network_list_free(&list);
}

T_TEST(csv_without_header)
{
	struct network_list *list = parse("x1,192.0.2.0/24,Somebody\n7,AS64500,\"Else\"\n");

	t_str(matches(list, "192.0.2.1", 0, 0), "192.0.2.0/24:1:Somebody");
	t_str(matches(list, NULL, 64500, 0), "AS64500:2:Else");
	network_list_free(&list);
}

/* Everything found, one line each, as an admin sees it. */
static void refused(const char *text, const char *expected)
{
	struct diags diags = {0};
	struct buf seen = {0};
	char line[512];
	struct network_list *list = network_list_parse("bad", "bad.list", str_from(text), &diags);

	t_true(list == NULL);
	network_list_free(&list);
	for (size_t i = 0; i < diags.n; i++) {
		diag_format(&diags.items[i], line, sizeof line);
		if (diags.items[i].severity == DIAG_ERROR)
			buf_addf(&seen, "%s\n", line);
	}
	t_str(buf_cstr(&seen), expected);
	buf_free(&seen);
	diags_clear(&diags);
}

T_TEST(refusals_of_json)
{
	refused("{\"asn\":\"123\"}\n",
		"bad.list:1:2: error: the AS number \"123\" stands in quotes\n");
	refused("{\"asn\":1}\n{\"x\":1,\"asn\":0}\n", "bad.list:2:8: error: AS 0 is no network\n");
	refused("{\"asn\":-3}\n", "bad.list:1:2: error: AS -3 is no network\n");
	refused("{\"asn\":4294967296}\n",
		"bad.list:1:2: error: AS number 4294967296 is above 4294967295\n");
	refused("{\"asn\":1.5}\n", "bad.list:1:2: error: \"asn\" is not a whole number\n");
	refused("{\"asn\":null}\n", "bad.list:1:2: error: \"asn\" is not a whole number\n");
	refused("{\"cidr\":7}\n", "bad.list:1:2: error: \"cidr\" is not a string\n");
	refused("{\"cidr\":\"192.0.2.1/24\"}\n", "bad.list:1:2: error: '192.0.2.1/24' has host "
		"bits set (did you mean 192.0.2.0/24?)\n");
	refused("{\"cidr\":\"AS64500\"}\n", "bad.list:1:2: error: \"cidr\" is not a network\n");
	refused("{\"asn\":1,\"cidr\":\"10.0.0.0/8\"}\n",
		"bad.list:1:1: error: an entry with both \"asn\" and \"cidr\"\n");
	refused("{\"ip\":1}\n",
		"bad.list:1:1: error: an entry with neither \"asn\" nor \"cidr\"\n");
	refused("{\"asn\":1}\n[1]\n", "bad.list:2:1: error: not an object\n");
	refused("[{\"asn\":1}]\n", "bad.list:1:1: error: a JSON array: a list has one object on "
		"each line\n");
}

T_TEST(refusals_of_json_as_a_whole)
{
	refused("{\"type\":\"metadata\",\"timestamp\":1,\"records\":0}\n",
		"bad.list:1: error: nothing but metadata: a list without any entry\n");
	refused("{\"type\":\"metadata\",\"timestamp\":1,\"records\":5}\n",
		"bad.list:1: error: the metadata promises 5 records, the file has 0 (cut off?)\n");
	refused("{\"asn\":1}\n{\"type\":\"metadata\",\"timestamp\":1,\"records\":2}\n",
		"bad.list:2: error: the metadata promises 2 records, the file has 1 (cut off?)\n");
	refused("{\"asn\":1}\n{\"type\":\"metadata\",\"timestamp\":1}\n",
		"bad.list:2:1: error: metadata without a number of records\n"
		"bad.list:2: error: the metadata promises 0 records, the file has 1 (cut off?)\n");
}

T_TEST(json_that_is_cut_off)
{
	struct diags diags = {0};
	struct network_list *list = network_list_parse("cut", "cut.json",
		STR("{\"asn\":1}\n{\"asn\":2,\"asn"), &diags);

	t_true(list == NULL);
	t_int(diags.errors, 1);
	t_int(diags.items[0].place.line, 2);
	t_true(strstr(diags.items[0].text, "not JSON") != NULL);
	diags_clear(&diags);
}

T_TEST(refusals_of_text)
{
	refused("", "bad.list:1:1: error: a list without any entry\n");
	refused("# nothing\n\n; here\n", "bad.list:1:1: error: a list without any entry\n");
	refused("<html>502 Bad Gateway</html>\n", "bad.list:1:1: error: HTML or XML instead of a "
		"list (an error page that was downloaded?)\n");
	refused("AS0\nAS-3\nAS4294967296\nAS1.5\n64500\n",
		"bad.list:1:1: error: AS 0 is no network\n"
		"bad.list:2:1: error: 'AS-3' is not an AS number\n"
		"bad.list:3:1: error: AS number 4294967296 is above 4294967295\n"
		"bad.list:4:1: error: 'AS1.5' is not an AS number\n"
		"bad.list:5:1: error: '64500' is a bare number (an AS number is written AS64500)\n");
	refused("AS1\n  10.0.0.1/8 note\n", "bad.list:2:3: error: '10.0.0.1/8' has host bits set "
		"(did you mean 10.0.0.0/8?)\n");
	refused("AS5-AS4\nhello\n2001:db8::1/32\n",
		"bad.list:1:1: error: the range 'AS5-AS4' ends before it begins\n"
		"bad.list:2:1: error: 'hello' is neither an AS number nor a network\n"
		"bad.list:3:1: error: '2001:db8::1/32' has host bits set "
		"(did you mean 2001:db8::/32?)\n");
}

/* An entry that was meant for the past must not be read as one of today. */
T_TEST(refusals_of_dates)
{
	refused("AS1 2008-11-11 McColo\n", "bad.list:1:5: error: a single date: write "
		"2008-11-11..2008-11-11, or leave one side open\n");
	refused("AS1 2008-11..2009 x\nAS1 ..\nAS1 2009-02-29..\n",
		"bad.list:1:5: error: '2008-11..2009' is no range of days (2006-11-17..2008-11-11)\n"
		"bad.list:2:5: error: '..' is no range of days (2006-11-17..2008-11-11)\n"
		"bad.list:3:5: error: '2009-02-29..' is no range of days (2006-11-17..2008-11-11)\n");
	refused("AS1 2009-01-01..2008-01-01\n",
		"bad.list:1:5: error: the range '2009-01-01..2008-01-01' ends before it begins\n");
}

T_TEST(refusals_of_csv)
{
	refused("ASN,Entity\n0,x\n-3,x\n4294967296,x\n1.5,x\n,x\n\"12\n13,\"a\"b\n",
		"bad.list:2:1: error: AS 0 is no network\n"
		"bad.list:3:1: error: '-3' is not an AS number\n"
		"bad.list:4:1: error: AS number 4294967296 is above 4294967295\n"
		"bad.list:5:1: error: '1.5' is not an AS number\n"
		"bad.list:6:1: error: '' is not an AS number\n"
		"bad.list:7:1: error: wrong quotes\n"
		"bad.list:8:7: error: wrong quotes\n");
	refused("12,x\n", "bad.list:1:1: error: '12' is a bare number (an AS number is written "
		"AS12)\n");
	refused("ASN,Entity\n", "bad.list:1: error: a list without any entry\n");
}

static struct network_list_word word(const char *text, unsigned line)
{
	return (struct network_list_word){ str_from(text), { "rules/local.cf", line, 20 } };
}

T_TEST(words_of_a_rule_file)
{
	struct network_list_word words[] = { word("AS64500", 3), word("203.0.113.0/24", 4) };
	struct diags diags = {0};
	struct network_list *list = network_list_load("mine", words, 2, "rules", &diags);
	struct network network = { .asn_state = NETWORK_KNOWN, .asn = 64500 };

	t_int(diags.errors, 0);
	t_need(list != NULL);
	t_int(network_list_info(list)->format, NETWORK_LIST_WORDS);
	t_int(network_list_info(list)->timestamp, 0);
	network_list_match(list, 7, 0, &network);
	t_int(network.listings_n, 1);
	t_str(network.listings[0]->file, "rules/local.cf");
	t_int(network.listings[0]->line, 3);
	t_int(network.listing_lists[0], 7);
	t_str(network.listings[0]->name, "mine");
	network_list_free(&list);
}

T_TEST(words_and_files_mix)
{
	struct network_list_word words[] = { word("AS64500", 3), word("sub.txt", 3) };
	struct diags diags = {0};
	struct network_list *list;

	t_write(t_tmpfile("sub.txt"), "# x\nAS64501 y\n", 14);
	list = network_list_load("mine", words, 2, t_tmpdir(), &diags);
	t_int(diags.errors, 0);
	t_need(list != NULL);
	t_str(network_list_info(list)->source, t_tmpfile("sub.txt"));
	t_true(network_list_info(list)->timestamp > 1600000000);
	t_str(matches(list, NULL, 64501, 0), "AS64501:2:y");
	t_str(matches(list, NULL, 64500, 0), "AS64500:3:");
	network_list_free(&list);
}

T_TEST(wrong_words)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{ "203.0.113.7/24", "list 'mine': '203.0.113.7/24' has host bits set (did you mean "
			"203.0.113.0/24?)" },
		{ "203.0.113.0/33", "list 'mine': '203.0.113.0/33' is neither an AS number nor a "
			"network" },
		{ "1.5", "list 'mine': '1.5' is neither an AS number nor a network" },
		{ "-3", "list 'mine': '-3' is neither an AS number nor a network" },
		{ "0", "list 'mine': '0' is a bare number (an AS number is written AS0)" },
		{ "2001:db8::g/32", "list 'mine': '2001:db8::g/32' is neither an AS number nor a "
			"network" },
		{ "", "list 'mine': '' is neither an AS number nor a network" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct network_list_word one = word(cases[i].text, 9);
		struct diags diags = {0};
		struct network_list *list = network_list_load("mine", &one, 1, "", &diags);

		t_true(list == NULL);
		t_need(diags.n == 1);
		t_str(diags.items[0].text, cases[i].error);
		t_int(diags.items[0].place.line, 9);
		t_int(diags.items[0].place.column, 20);
		diags_clear(&diags);
	}
}

T_TEST(missing_file_is_named_where_it_is_used)
{
	struct network_list_word one = word("nowhere.json", 9);
	struct diags diags = {0};

	t_true(network_list_load("mine", &one, 1, t_tmpdir(), &diags) == NULL);
	t_need(diags.n == 1);
	t_str(diags.items[0].place.file, "rules/local.cf");
	t_true(strstr(diags.items[0].text, "nowhere.json") != NULL);
	diags_clear(&diags);
}

/* The lists that this was made for */

static struct network_list *load_shared(const char *path)
{
	struct network_list_word one = { str_from(t_shared(path)), { "x.cf", 1, 1 } };
	struct diags diags = {0};
	struct network_list *list = network_list_load("shared", &one, 1, "", &diags);

	if (diags.n > 0)
		diags_print(&diags, stdout);
	t_int(diags.n, 0);
	t_need(list != NULL);
	diags_clear(&diags);
	return list;
}

T_TEST(spamhaus_asn_drop)
{
	struct network_list *list = load_shared("data/lists/spamhaus-asndrop-2024-02.json");

	t_int(network_list_info(list)->asns + network_list_info(list)->duplicates, 201);
	t_int(network_list_info(list)->timestamp, 1709006105);
	t_str(matches(list, NULL, 400506, 0), "AS400506:201:BAIAS");
	network_list_free(&list);
}

T_TEST(spamhaus_drop)
{
	struct network_list *list = load_shared("data/lists/spamhaus-drop_v4-2025-04.json");

	t_int(network_list_info(list)->prefixes + network_list_info(list)->duplicates, 1406);
	t_str(matches(list, "1.10.17.3", 0, 0), "1.10.16.0/20:1:SBL256894");
	t_str(matches(list, "8.8.8.8", 0, 0), "");
	network_list_free(&list);
}

T_TEST(bad_asn_list)
{
	struct network_list *list = load_shared("data/lists/brianhama-bad-asn-list.csv");

	t_int(network_list_info(list)->format, NETWORK_LIST_CSV);
	t_int(network_list_info(list)->asns + network_list_info(list)->duplicates, 742);
	t_str(matches(list, NULL, 51447, 0), "AS51447:3:RootLayer Web Services Ltd, NL");
	network_list_free(&list);
}

/* What is shipped: it names networks of the past, and must never touch today's mail. */
T_TEST(shipped_historical_list)
{
	struct network_list_word one = word("historical.list", 1);
	struct diags diags = {0};
	struct network_list *list = network_list_load("h", &one, 1, "rules/lists", &diags);

	if (diags.n > 0)
		diags_print(&diags, stdout);
	t_int(diags.n, 0);
	t_need(list != NULL);
	t_int(network_list_info(list)->dated, network_list_info(list)->entries);
	t_true(matches(list, "208.72.169.1", 26780, day("2008-06-01"))[0] != '\0');
	t_str(matches(list, "208.72.169.1", 26780, day("2026-06-01")), "");
	t_str(matches(list, NULL, 40989, day("2026-06-01")), "");
	t_str(matches(list, NULL, 27595, day("2026-06-01")), "");
	network_list_free(&list);
}
