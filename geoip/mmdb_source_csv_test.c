/* Tables of ranges: what networks they are, and which rows are refused. */
#include "geoip/mmdb_source_csv.h"

#include <stdio.h>
#include <string.h>

#include "test-harness/t.h"

static int receive(void *context, const struct mmdb_source_network *network,
	struct error *error)
{
	char prefix[IP_PREFIX_TEXT_MAX];
	struct buf *seen = context;

	(void)error;
	buf_addf(seen, "%s %u %.*s %s\n", ip_prefix_format(&network->prefix, prefix),
		(unsigned)network->asn, (int)network->org.len,
		network->org.len ? network->org.ptr : "", network->country);
	return 0;
}

/* What was handed on, or the error. */
static void reads(const char *text, const char *expected)
{
	struct mmdb_source_info info;
	struct error error = {{0}};
	struct buf seen = {0};

	if (mmdb_source_csv_parse("t.csv", str_from(text), receive, &seen, &info, &error) != 0)
		t_str(error.text, expected);
	else
		t_str(buf_cstr(&seen), expected);
	buf_free(&seen);
}

T_TEST(ip_location_db)
{
	reads("1.0.0.0,1.0.0.255,13335,\"Cloud, \"\"Inc\"\"\"\n2001:db8::,2001:db8::ffff,7,x\n",
		"1.0.0.0/24 13335 Cloud, \"Inc\" \n2001:db8::/112 7 x \n");
	reads("start,end,country\n1.0.0.0,1.0.0.255,AU\n1.0.1.0,1.0.1.255,\n",
		"1.0.0.0/24 0  AU\n1.0.1.0/24 0  \n");
	reads("16777216,16777471,AU\n42540766411282592856903984951653826560,"
		"42540766411282592856903984951653826575,DE\n",
		"1.0.0.0/24 0  AU\n2001:db8::/124 0  DE\n");
}

T_TEST(iptoasn)
{
	reads("# comment\n1.0.0.0\t1.0.0.255\t13335\tUS\tCLOUDFLARENET\n"
		"1.0.1.0\t1.0.3.255\t0\tNone\tNot routed\n",
		"1.0.0.0/24 13335 CLOUDFLARENET US\n1.0.1.0/24 0  \n1.0.2.0/23 0  \n");
}

T_TEST(ranges_are_split)
{
	reads("192.0.2.3,192.0.2.10,1,x\n",
		"192.0.2.3/32 1 x \n192.0.2.4/30 1 x \n192.0.2.8/31 1 x \n192.0.2.10/32 1 x \n");
	reads("0.0.0.0,255.255.255.255,1,x\n", "0.0.0.0/0 1 x \n");
	reads("255.255.255.254,255.255.255.255,1,x\n", "255.255.255.254/31 1 x \n");
	reads("ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe,ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff,1,"
		"x\n", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127 1 x \n");
	reads("2001:db8::5,2001:db8::5,1,x\n", "2001:db8::5/128 1 x \n");
}

T_TEST(bad_rows_are_named)
{
	reads("", "t.csv: no row with a network");
	reads("# only\n", "t.csv: no row with a network");
	reads("<html>502</html>\n",
		"t.csv:1:1: fewer than three columns (start, end, and an AS number or a country)");
	reads("1.0.0.0,1.0.0.255,1,x\n1.0.0.300,1.0.1.0,1,x\n", "t.csv:2:1: not an address");
	reads("1.0.0.0,x,1,x\n", "t.csv:1:9: not an address");
	reads("1.0.0.9,1.0.0.1,1,x\n", "t.csv:1:9: the range ends before it begins");
	reads("1.0.0.9,2001:db8::,1,x\n", "t.csv:1:9: the range ends before it begins");
	reads("1.0.0.0,1.0.0.255,1,x\n1.0.1.0,1.0.1.255,4294967296,x\n",
		"t.csv:2:19: not an AS number");
	reads("1.0.0.0,1.0.0.255,what,x\n",
		"t.csv:1:19: neither an AS number nor a country of two letters");
	reads("1.0.0.0,1.0.0.255,AU\n1.0.1.0,1.0.1.255,Australia\n",
		"t.csv:2:19: not a country of two letters");
	reads("1.0.0.0,1.0.0.255,1,\"x\n", "t.csv:1:21: wrong quotes");
	reads("340282366920938463463374607431768211456,1,1,x\n", "t.csv:1:1: not an address");
	reads("\x1f\x8b\x08", "t.csv: compressed, run gunzip on it first");
}

T_TEST(says_what_it_has)
{
	struct mmdb_source_info info;
	struct buf seen = {0};

	t_int(mmdb_source_csv_parse("t", STR("1.0.0.0,1.0.0.1,AU\n"), receive, &seen, &info, NULL),
		0);
	t_true(!info.has_asn && info.has_country);
	t_int(mmdb_source_csv_parse("t", STR("1.0.0.0,1.0.0.1,1,x\n"), receive, &seen, &info,
		NULL), 0);
	t_true(info.has_asn && !info.has_country);
	t_write(t_tmpfile("f.tsv"), "1.0.0.0\t1.0.0.1\t1\tUS\tx\n", 23);
	t_int(mmdb_source_csv_read(t_tmpfile("f.tsv"), receive, &seen, &info, NULL), 0);
	t_str(info.origin, "f.tsv"); /* without the directory */
	t_true(info.has_asn && info.has_country && info.epoch > 1600000000);
	buf_free(&seen);
}
