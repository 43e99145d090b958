/* Broken rule files, each with the exact text of what is said about it; and what parses. */
#include "base/origins.h"
#include "rules/detail.h"
#include "rules/testing.h"
#include "rules/values.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct broken {
	const char *rules, *said;
};
static const struct broken broken[] = {
	{ "bdoy A /x/",
	  "x.cf:1:1: error: unknown keyword 'bdoy' (did you mean 'body'?)" },
	{ "mimeheader A Content-Type:addr =~ /x/",
	  "x.cf:1:27: error: 'Content-Type:addr': only raw may follow here" },
	{ "mimeheader A exists:X",
	  "x.cf:1:21: error: 'exists:X': unknown header modifier (known: raw, addr, "
	  "name, first, last, host, domain, ip, revip)" },
	{ "trusted_networks 10/33 1.2.3.4.5 !x 10.0.0.0/8",
	  "x.cf:1:18: error: '10/33' is no address or network (192.0.2.0/24, 10/8, !192.0.2.1)\n"
	  "x.cf:1:24: error: '1.2.3.4.5' is no address or network (192.0.2.0/24, 10/8, !192.0.2.1)\n"
	  "x.cf:1:34: error: '!x' is no address or network (192.0.2.0/24, 10/8, !192.0.2.1)" },
	{ "msa_networks",
	  "x.cf:1:13: error: address or network expected" },
	{ "replace_start [",
	  "x.cf:1:15: error: only '<' is supported" },
	{ "replace_tag A",
	  "x.cf:1:14: error: regex expected" },
	{ "body A /<B>/\nreplace_rules A\nreplace_tag B (",
	  "x.cf:1:6: error: with its tags replaced: missing closing parenthesis" },
	{ "required_score 5",
	  "x.cf:1:1: warning: 'required_score' has no effect: thresholds are "
	  "TagScore, QuarantineScore and RejectScore of depeer.conf" },
	{ "body",
	  "x.cf:1:5: error: rule name expected" },
	{ "body 1A /x/",
	  "x.cf:1:6: error: '1A' is no rule name (letters, digits and _, no digit first)" },
	{ "body A",
	  "x.cf:1:7: error: regex expected" },
	{ "body A x",
	  "x.cf:1:8: error: a regex begins with '/', 'm{' or the like" },
	{ "body A /x",
	  "x.cf:1:10: error: the regex has no end" },
	{ "body A /x/y",
	  "x.cf:1:11: error: regex: unknown modifier 'y'" },
	{ "body A /(x/",
	  "x.cf:1:11: error: regex: missing closing parenthesis" },
	{ "body A /a/b/",
	  "x.cf:1:10: error: the delimiter stands unescaped in the regex" },
	{ "body A m{a(b}i",
	  "x.cf:1:13: error: regex: missing closing parenthesis" },
	{ "body A /ab\\#c(/",
	  "x.cf:1:15: error: regex: missing closing parenthesis" },
	{ "body A /(?{ die })/",
	  "x.cf:1:9: error: regex: program code in a regex is refused" },
	{ "body A /%{NAME}/\nbody __B /(?<NAMES>x)/",
	  "x.cf:1:6: warning: '%{NAME}' is not here yet: rules left out that ask for it, from "
	  "this one on: 1; metas that need them: 0" },
	{ "body A eval:check_for_fake()",
	  "x.cf:1:13: error: unknown check 'check_for_fake' (did you mean 'check_for_mime'?)" },
	{ "header A eval:check_rbl('x', 'y')",
	  "x.cf:1:8: warning: 'check_rbl' is not here yet: rules left out that ask for it, "
	  "from this one on: 1; metas that need them: 0" },
	{ "meta M !A\nmeta N M || B\nheader A eval:check_rbl('x')\nheader B rbleval:check_rbl()",
	  "x.cf:1:6: warning: 'check_rbl' is not here yet: rules left out that ask for it, "
	  "from this one on: 2; metas that need them: 2" },
	{ "body A eval:check_rbl",
	  "x.cf:1:22: error: '(' expected" },
	{ "body A eval: check_rbl('x', 'y\")",
	  "x.cf:1:29: error: the quote is not closed" },
	{ "body A eval:check_rbl('x' 'y')",
	  "x.cf:1:27: error: ',' or ')' expected" },
	{ "body A eval:check_rbl('x',)",
	  "x.cf:1:27: error: argument expected" },
	{ "body A eval:check_rbl('x',",
	  "x.cf:1:27: error: ')' expected" },
	{ "body A eval:check_rbl(x) y",
	  "x.cf:1:25: error: nothing may follow the call" },
	{ "ifplugin X\nbody A /x/\nendif\nmeta M !A\nscore A 2",
	  "x.cf:4:6: warning: 'A' is not here yet: rules left out that ask for it, "
	  "from this one on: 0; metas that need them: 1" },
	{ "askdns A _SENDERDOMAIN_.example A 127.0.0.2",
	  "x.cf:1:8: warning: 'askdns' is not here yet: rules left out that ask for it, "
	  "from this one on: 1; metas that need them: 0" },
	{ "freemail_domains",
	  "x.cf:1:17: error: a word is expected" },
	{ "enlist_uri_host NAME a.example",
	  "x.cf:1:17: error: a list's name in parentheses is expected" },
	{ "adsp_override",
	  "x.cf:1:14: error: a value is expected" },
	{ "header A",
	  "x.cf:1:9: error: header name expected" },
	{ "header A Subject",
	  "x.cf:1:17: error: '=~' or '!~' expected" },
	{ "header A Subject = /x/",
	  "x.cf:1:18: error: '=~' or '!~' expected" },
	{ "header A Subject:foo =~ /x/",
	  "x.cf:1:18: error: 'Subject:foo': unknown header modifier (known: raw, addr, "
	  "name, first, last, host, domain, ip, revip)" },
	{ "header A X-Languages:domain =~ /x/",
	  "x.cf:1:10: error: 'X-Languages:domain': this pseudo-header is not supported yet" },
	{ "header A Sub,ject =~ /x/",
	  "x.cf:1:13: error: 'Sub,ject': not a header name" },
	{ "header A X-Languages =~ /x/",
	  "x.cf:1:10: error: 'X-Languages': this pseudo-header is not supported yet" },
	{ "header A exists:To x",
	  "x.cf:1:19: error: nothing may follow the header's name" },
	{ "header A exists:",
	  "x.cf:1:17: error: header name expected" },
	{ "header A Subject =~ /a[/",
	  "x.cf:1:24: error: regex: missing terminating ] for character class" },
	{ "meta A",
	  "x.cf:1:7: error: expression expected" },
	{ "meta A B &&",
	  "x.cf:1:8: error: unknown rule 'B'\n"
	  "x.cf:1:12: error: the expression is not complete" },
	{ "body BOB /x/\nmeta A BBO",
	  "x.cf:2:8: error: unknown rule 'BBO' (did you mean 'BOB'?)" },
	{ "body B /x/\nmeta A (B || B",
	  "x.cf:2:8: error: '(' without ')'" },
	{ "body B /x/\nmeta A B B",
	  "x.cf:2:10: error: operator expected" },
	{ "body B /x/\nmeta A B)",
	  "x.cf:2:9: error: ')' without '('" },
	{ "body B /x/\nmeta A B & B",
	  "x.cf:2:10: error: operator expected" },
	{ "meta A rule_matching(B*)",
	  "x.cf:1:8: error: 'rule_matching(...)' is no function: only rules_matching(GLOB)" },
	{ "meta A rules_matching(B*",
	  "x.cf:1:22: error: '(' without ')'" },
	{ "meta A rules_matching(*)\nmeta B A",
	  "x.cf:1:6: error: 'A' depends on itself: A -> B -> A" },
	{ "meta A B\nmeta B C\nmeta C A",
	  "x.cf:1:6: error: 'A' depends on itself: A -> B -> C -> A" },
	{ "meta A A",
	  "x.cf:1:6: error: 'A' depends on itself: A -> A" },
	{ "meta A 2x",
	  "x.cf:1:9: error: a name does not begin with a digit" },
	{ "score A",
	  "x.cf:1:8: error: one score or four expected" },
	{ "body A /x/\nscore A x",
	  "x.cf:2:9: error: 'x' is not a score" },
	{ "body A /x/\nscore A 1 2",
	  "x.cf:2:12: error: one score or four expected" },
	{ "body A /x/\nscore A 1 2 3 4 5",
	  "x.cf:2:17: error: '5' is too much: a rule has one score or four" },
	{ "body A /x/\nscore A (1)",
	  "x.cf:2:7: error: a relative score needs a score of 'A' before it" },
	{ "body PILLS /x/\nscore PILS 1",
	  "x.cf:2:7: warning: 'score' for unknown rule 'PILS' (did you mean 'PILLS'?)" },
	{ "describe A",
	  "x.cf:1:11: error: description expected" },
	{ "body A /x/\ntflags A mutliple",
	  "x.cf:2:10: error: unknown flag 'mutliple' (did you mean 'multiple'?)" },
	{ "body A /x/\ntflags A",
	  "x.cf:2:9: error: flag expected" },
	{ "body A /x/\ntflags A maxhits=0",
	  "x.cf:2:10: error: unknown flag 'maxhits=0'" },
	{ "expires A 2027-01-01",
	  "x.cf:1:9: error: 'expires' for unknown rule 'A'" },
	{ "body A /x/\nexpires A 2027-02-30",
	  "x.cf:2:11: error: a day expected, as in 2027-06-30" },
	{ "body A /x/\nexpires A 2020-02-28",
	  "x.cf:2:9: warning: 'A' has expired on 2020-02-28 and is left out" },
	{ "body A /x/\nexpires A 2020-02-28\nmeta M A\nmeta N !M",
	  "x.cf:2:9: warning: 'A' has expired on 2020-02-28 and is left out\n"
	  "x.cf:3:6: warning: 'M' is left out: it depends on 'A', which is\n"
	  "x.cf:4:6: warning: 'N' is left out: it depends on 'M', which is" },
	{ "network A client in asn_dorp\nnetwork_list asn_drop AS1",
	  "x.cf:1:21: error: unknown list 'asn_dorp' (did you mean 'asn_drop'?)" },
	{ "network A",
	  "x.cf:1:10: error: client, relay, url, url_ns, mx, helo or "
	  "from_domain expected" },
	{ "network A client",
	  "x.cf:1:17: error: in, asn, cc, org, cidr, same or dns expected" },
	{ "network A client on x",
	  "x.cf:1:18: error: unknown test 'on': in, asn, cc, org, cidr, same or dns expected" },
	{ "network A clinet in x",
	  "x.cf:1:11: error: unknown subject 'clinet' (did you mean 'client'?): client, "
	  "relay, url, url_ns, mx, helo or from_domain expected" },
	{ "network A client dns nxdomain",
	  "x.cf:1:1: error: 'dns' asks of a name: client is an address" },
	{ "network A url dns servfail", "x.cf:1:19: error: 'servfail' is not 'nxdomain'" },
	{ "flux A url", "x.cf:1:1: error: networks or ttl expected" },
	{ "flux A relay networks >= 2", "x.cf:1:1: error: 'flux' asks of a name: relay is an address" },
	{ "flux A url hosts >= 2", "x.cf:1:12: error: 'hosts': networks or ttl expected" },
	{ "flux A url networks > 2", "x.cf:1:21: error: '>=' or '<=' expected" },
	{ "flux A url ttl <= x", "x.cf:1:19: error: number expected" },
	{ "network A client in",
	  "x.cf:1:20: error: a list's name expected" },
	{ "network A client asn AS0 AS5-AS3 ASx",
	  "x.cf:1:22: error: 'AS0' is not an AS number (AS64500) or range "
	  "(AS64500-AS64510)\n"
	  "x.cf:1:26: error: 'AS5-AS3' is not an AS number (AS64500) or range "
	  "(AS64500-AS64510)\n"
	  "x.cf:1:34: error: 'ASx' is not an AS number (AS64500) or range (AS64500-AS64510)" },
	{ "network A client cc XYZ",
	  "x.cf:1:21: error: 'XYZ' is not a country code of two letters" },
	{ "network A client cidr 192.0.2.1/24",
	  "x.cf:1:23: error: '192.0.2.1/24' is not an address or prefix without host bits "
	  "(192.0.2.0/24)" },
	{ "network A client org Evil",
	  "x.cf:1:22: error: a regex begins with '/', 'm{' or the like" },
	{ "network_list",
	  "x.cf:1:13: error: list name expected" },
	{ "network_list x",
	  "x.cf:1:15: error: file name, AS number or prefix expected" },
	{ "if (version >= 3.004\nendif",
	  "x.cf:1:4: error: '(' without ')'" },
	{ "if vesion > 3\nendif",
	  "x.cf:1:4: error: unknown word 'vesion' in a condition (did you mean 'version'?)" },
	{ "if plugin\nendif",
	  "x.cf:1:4: error: an argument in parentheses must follow 'plugin'" },
	{ "if can(foo)\nendif",
	  "x.cf:1:8: error: '::' expected in 'foo'" },
	{ "if version(1)\nendif",
	  "x.cf:1:4: error: no argument may follow 'version'" },
	{ "  if (1)\nbody A /x/",
	  "x.cf:1:3: error: 'if' without 'endif'" },
	{ "endif",
	  "x.cf:1:1: error: 'endif' without 'if'" },
	{ "else",
	  "x.cf:1:1: error: 'else' without 'if'" },
	{ "if 1\nelse\nelse\nendif",
	  "x.cf:3:1: error: a second 'else'" },
	{ "ifplugin\nendif",
	  "x.cf:1:9: error: plugin name expected" },
	{ "require_version 3.2",
	  "x.cf:1:17: error: this file requires version 3.2 of SpamAssassin; depeer's "
	  "rules are those of 4.000001" },
	{ "lang",
	  "x.cf:1:5: error: language expected" },
	{ "include",
	  "x.cf:1:8: error: file name expected" },
	{ "include missing.cf",
	  "x.cf:1:9: error: cannot read 'missing.cf': No such file or directory" },
	{ "include x.cf",
	  "x.cf:1:9: error: 'x.cf' includes itself" },
	{ "body A /x/\nbody A /y/",
	  "x.cf:2:6: warning: 'A' is defined again; the definition of line 1 is shadowed" },
	{ "body A /x|/",
	  "x.cf:1:8: warning: this regex matches everything" },
	{ "if 1\nendif x",
	  "x.cf:2:7: error: 'x' is too much here" },
	{ "body A /x/\nbody B\tbad\n\tscore C_D x\n",
	  "x.cf:2:8: error: a regex begins with '/', 'm{' or the like\n"
	  "x.cf:3:12: error: 'x' is not a score" },
	{ "meta A ",
	  "x.cf:1:8: error: expression expected" },
	{ "max_age",
	  "x.cf:1:8: error: list name expected" },
	{ "network_list l AS1\nmax_age l\nmax_age l 30\nmax_age l 0d\nmax_age l 36501d\nmax_age l d",
	  "x.cf:2:10: error: days expected, 1d to 36500d, as in 30d\n"
	  "x.cf:3:11: error: days expected, 1d to 36500d, as in 30d\n"
	  "x.cf:4:11: error: days expected, 1d to 36500d, as in 30d\n"
	  "x.cf:5:11: error: days expected, 1d to 36500d, as in 30d\n"
	  "x.cf:6:11: error: days expected, 1d to 36500d, as in 30d" },
	{ "network_list l AS1\nmax_age l 30d 5d",
	  "x.cf:2:15: error: '5d' is too much here" },
	{ "max_age asn_dorp 30d\nnetwork_list asn_drop AS1",
	  "x.cf:1:9: error: unknown list 'asn_dorp' (did you mean 'asn_drop'?)" },
	{ "priority A x",
	  "x.cf:1:12: error: a number is expected" },
	{ "test A ok foo",
	  "x.cf:1:6: warning: 'test' for unknown rule 'A'" },
	{ "test A maybe foo",
	  "x.cf:1:8: error: ok or fail expected" },
	{ "body A /foo/\ntest A ok a foo\ntest A fail bar\ntest A ok bar\ntest A fail foo\n"
	  "header B X !~ /foo/\ntest B ok bar\ntest B ok foo",
	  "x.cf:4:6: warning: test failed: 'A' does not hit this text\n"
	  "x.cf:5:6: warning: test failed: 'A' hits this text\n"
	  "x.cf:8:6: warning: test failed: 'B' does not hit this text" },
};

/* All findings, one a line, without the directory of the test. */
static const char *said(const struct diags *diags, char *out, size_t size)
{
	size_t n = 0, skip = strlen(t_tmpdir());
	out[0] = '\0';
	for (size_t i = 0; i < diags->n; i++) {
		char line[600];
		diag_format(&diags->items[i], line, sizeof line);
		n += (size_t)snprintf(out + n, size - n, "%s%s", n ? "\n" : "", line);
	}
	for (char *at; (at = strstr(out, t_tmpdir())) != NULL;)
		memmove(at, at + skip + 1, strlen(at + skip + 1) + 1);
	return out;
}

T_TEST(every_error_names_its_place)
{
	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
		struct diags diags = { 0 };
		char text[4000];
		struct ruleset *set = rules_try(broken[i].rules, &diags);
		t_str(said(&diags, text, sizeof text), broken[i].said);
		t_true((set == NULL) == (diags.errors > 0));
		ruleset_free(&set);
		diags_clear(&diags);
	}
}

T_TEST(the_last_max_age_of_a_list_counts)
{
	struct ruleset *set = rules_load("max_age b 5d\nnetwork_list a AS1\nnetwork_list b AS2\n"
		"MAX-AGE b 40D\nnetwork_list c AS3\nmax_age c 36500d");
	t_need(ruleset_lists(set) == 3);
	t_int(ruleset_list(set, 0)->max_age, 0);
	t_int(ruleset_list(set, 1)->max_age, 40);
	t_int(ruleset_list(set, 1)->max_age_place.line, 4);
	t_int(ruleset_list(set, 2)->max_age, 36500);
	ruleset_free(&set);
	t_write(t_tmpfile("a.cf"), "network_list l AS1\nmax_age l 7d", 31);
	t_write(t_tmpfile("b.cf"), "network_list l AS2", 18); /* anew: as old as it may be */
	set = rules_load("include a.cf\ninclude b.cf");
	t_need(ruleset_lists(set) == 1);
	t_int(ruleset_list(set, 0)->max_age, 7);
	ruleset_free(&set);
}

/* The rules a file defines that run, "A B". */
static const char *running(const char *rules)
{
	static char text[500];
	size_t n = 0;
	struct ruleset *set = rules_load(rules);
	text[0] = '\0';
	for (size_t i = 0; i < ruleset_rules(set); i++)
		if (ruleset_rule(set, i).runs)
			n += (size_t)snprintf(text + n, sizeof text - n, "%s%s", n ? " " : "",
				ruleset_rule(set, i).name);
	ruleset_free(&set);
	return text;
}

T_TEST(lines)
{
	t_str(running("# a comment\n\n  \t\n BODY A /x/ # one\r\nbody\tB\t/a\\#b/\r\n"), "A B");
	t_str(running("body A /x/\nScore A 0 # off\nbody B /y/"), "B");
	t_str(running("body A /x/\nexpires A 2024-10-04\nbody B /x/\nexpires B 2024-10-03"), "A");
	t_str(running("network-list l AS1\nnetwork A client in l"), "A");
	t_str(running("lang de body A /x/\nlang en body B /x/\nlang EN_us body C /x/"), "B");
	t_str(running("body __A /x/\nbody __B /x/\nmeta M __B"), "__B M");
	t_str(running("body A m{x}i\nbody B m(x)\nbody C qr!x!s\nbody D m,a/b,\nbody E m<x>x"),
		"A B C D E");
	t_str(running("require_version 4.000001\nrequire_version @@VERSION@@\nbody A /x/"), "A");
	t_str(running("body A /\xff\xfe/\nbody B /a\x01""b/"), "A B");
}

T_TEST(conditions)
{
	t_str(running("if (version >= 3.004002)\nbody A /x/\nelse\nbody B /x/\nendif"), "A");
	t_str(running("if version >= 4.000002\nbody A /x/\nelse\nbody B /x/\nendif"), "B");
	t_str(running("ifplugin Depeer\nbody A /x/\nendif"), "A");
	t_str(running("ifplugin Mail::SpamAssassin::Plugin::TxRep\nbdoy A\nelse\nbody B /x/\nendif"),
		"B");
	t_str(running("ifplugin Mail::SpamAssassin::Plugin::HeaderEval\nbody A /x/\nendif\n"
		"ifplugin HeaderEval\nbody B /x/\nendif"), "A");
	t_str(running("if can(Mail::SpamAssassin::Plugin::BodyEval::has_check_body_length)\n"
		"body A /x/\nendif\nif can(Mail::SpamAssassin::Plugin::MIMEEval::has_check_body_length)\n"
		"body B /x/\nendif\nif can(Mail::SpamAssassin::Plugin::TextCat::has_check_language)\n"
		"body C /x/\nendif"), "A");
	t_str(running("if !plugin(Mail::SpamAssassin::Plugin::TxRep) && plugin ( Depeer )\n"
		"body A /x/\nendif"), "A");
	t_str(running("if can(Mail::SpamAssassin::Conf::feature_bug6558_free)\nbody A /x/\nendif\n"
		"if can(Mail::SpamAssassin::Conf::feature_dns_rule_block)\nbody B /x/\nendif\n"
		"if has(Mail::SpamAssassin::Conf::perl_min_version_5010000)\nbody C /x/\nendif"), "A C");
	t_str(running("if (perl_version >= 5.018) || 0\nbody A /x/\nendif"), "A");
	t_str(running("if 0\nif 1\nbody A /x/\nelse\nbody B /x/\nendif\nelse\nif 1\nbody C /x/\n"
		"else\nbody D /x/\nendif\nendif\nbody E /x/"), "C E");
	t_str(running("if 0\nif (nonsense\nendif\nrequire_version 9\ninclude none.cf\nendif\n"), "");
}

/* What is absent is not 0: neither it nor its negation hits, nor what is made of them. */
T_TEST(absent_rules)
{
	struct facts facts = { .body_n = 0 };
	static const char rules[] = "body A eval:check_rbl()\nmeta B !A\nmeta C !B\nmeta D 1\n"
		"meta E D && !Z\nheader Z eval:check_rbl()\nscore Z 0\n"
		"if 0\nbody Y /x/\nbody X /x/\nendif\nscore Y 0 1 0 1\nmeta F D || Y\nmeta G D || X\n";
	struct ruleset *set = rules_load(rules);
	static const struct {
		const char *name, *absent;
	} said[] = { { "A", "check_rbl" }, { "B", "check_rbl" }, { "C", "check_rbl" }, { "D", NULL },
		{ "E", NULL }, { "Z", "check_rbl" }, { "F", NULL }, { "G", "X" } };
	t_need(ruleset_rules(set) == 8);
	for (size_t i = 0; i < 8; i++) {
		t_str(ruleset_rule(set, i).name, said[i].name);
		t_true(!ruleset_rule(set, i).absent == !said[i].absent);
		if (said[i].absent)
			t_str(ruleset_rule(set, i).absent, said[i].absent);
	}
	ruleset_free(&set);
	t_str(rules_hits(rules, &facts), "D E F"); /* score 0: it counts 0 */
}

/* Where only local tests are wanted, network tests count 0; what else is absent stays so. */
T_TEST(local_tests_only)
{
	static const char rules[] = "header A eval:check_rbl('a', 'a.example')\ntflags A net\n"
		"header B eval:check_rbl('b', 'b.example')\nmeta C !A\nmeta D !B\nmeta E A\nmeta F C && 1\n";
	struct facts facts = { .body_n = 0 };
	struct ruleset_options options = { .today = 20000, .local_tests_only = true };
	struct diags diags = { 0 };
	const char *path = rules_file("local.cf", rules);
	struct ruleset *set = ruleset_load(&path, 1, &options, &diags);
	t_need(set != NULL);
	struct asked asked = rules_ask(set, &facts, FACT_MESSAGE);
	t_str(rules_names(&asked.verdict), "C F");
	t_int(rule_detail(set, 0).idle, RULE_LOCAL_OFF);
	t_int(rule_detail(set, 1).idle, RULE_LEFT_OUT);
	arena_free(&asked.arena);
	ruleset_free(&set);
	diags_clear(&diags);
	t_str(rules_hits(rules, &facts), "");
}

T_TEST(lists_of_names)
{
	struct ruleset *set = rules_load("whitelist_from a@b *@c.example\nwelcomelist_from D@e\n"
		"unwhitelist_from *@C.example\nenlist_uri_host (ONE) a.example b.example\n"
		"enlist_uri_host (TWO) c\ndelist_uri_host (one) A.example\nblacklist_uri_host x\n"
		"def_whitelist_from_rcvd  *@x.example   x.example \n"
		"welcomelist_from_dkim a@b c\nwelcomelist_from_dkim a@bc\nunwhitelist_from_dkim a@b\n"
		"util_rb_2tld co.uk\nclear_util_rb\nutil_rb_3tld a.b.c\n");
	const struct values *from = values_find(set, "welcomelist_from", STR(""));
	t_need(from && from->n == 2);
	t_slice(from->items[0], "a@b");
	t_true(values_have(from, STR("d@E")) && values_have(from, STR("A@b")));
	t_true(!values_have(from, STR("*@c.example")) && !values_have(from, STR("")));
	const struct values *one = values_find(set, "enlist_uri_host", STR("ONE"));
	t_true(one && one->n == 1 && values_have(one, STR("b.example")));
	t_true(values_have(values_find(set, "enlist_uri_host", STR("BLOCK")), STR("x")));
	t_true(!values_find(set, "enlist_uri_host", STR("THREE")));
	const struct values *rcvd = values_find(set, "def_welcomelist_from_rcvd", STR(""));
	t_need(rcvd && rcvd->n == 1);
	t_slice(rcvd->items[0], "*@x.example   x.example");
	const struct values *dkim = values_find(set, "welcomelist_from_dkim", STR(""));
	t_need(dkim && dkim->n == 1);
	t_slice(dkim->items[0], "a@bc");
	t_int(values_find(set, "util_rb_2tld", STR(""))->n, 0);
	t_int(values_find(set, "util_rb_3tld", STR(""))->n, 1);
	t_true(!values_have(NULL, STR("x")));
	ruleset_free(&set);
}

T_TEST(what_takes_off_takes_off_the_shipped_list_too)
{
	struct ruleset *set = rules_load("welcomelist_from_spf a@b\ndef_whitelist_from_spf a@b c@d\n"
		"unwhitelist_from_spf A@b\ndef_welcomelist_auth *@x *@y\nunwelcomelist_auth *@x\n"
		"def_welcomelist_from_dkim a@b c\ndef_welcomelist_from_dkim d@e\n"
		"unwelcomelist_from_dkim a@b\n");
	static const struct { const char *setting, *item; } left[] = {
		{ "def_welcomelist_from_spf", "c@d" }, { "def_welcomelist_auth", "*@y" },
		{ "def_welcomelist_from_dkim", "d@e" },
	};
	t_int(values_find(set, "welcomelist_from_spf", STR(""))->n, 0);
	for (size_t i = 0; i < sizeof left / sizeof *left; i++) {
		const struct values *values = values_find(set, left[i].setting, STR(""));
		t_need(values && values->n == 1);
		t_slice(values->items[0], left[i].item);
	}
	ruleset_free(&set);
}

T_TEST(includes)
{
	t_need(mkdir(t_tmpfile("sub"), 0755) == 0);
	rules_file("sub/one.cf", "body ONE /x/\ninclude two.cf\nnetwork_list l names.list\n");
	rules_file("sub/two.cf", "body TWO /x/\n");
	struct ruleset *set = rules_load("body ZERO /x/\ninclude sub/one.cf\nbody THREE /x/");
	static const char *const names[] = { "ZERO", "ONE", "TWO", "THREE" };
	t_need(ruleset_rules(set) == 4);
	for (size_t i = 0; i < 4; i++)
		t_str(ruleset_rule(set, i).name, names[i]);
	t_need(ruleset_lists(set) == 1);
	t_str(ruleset_list(set, 0)->name, "l");
	t_str(ruleset_list(set, 0)->directory, t_tmpfile("sub"));
	t_slice(ruleset_list(set, 0)->words[0].text, "names.list");
	t_int(ruleset_list(set, 0)->words[0].place.column, 16);
	ruleset_free(&set);
}

T_TEST(include_cycle_over_two_files)
{
	struct diags diags = { 0 };
	char text[1000];
	rules_file("y.cf", "include x.cf\n");
	t_true(rules_try("include y.cf\n", &diags) == NULL);
	t_str(said(&diags, text, sizeof text), "y.cf:1:9: error: 'x.cf' includes itself");
	diags_clear(&diags);
}

T_TEST(directories_are_read_in_order_and_the_last_definition_wins)
{
	struct diags diags = { 0 };
	struct ruleset_options options = { .today = 20000 };
	t_need(mkdir(t_tmpfile("d"), 0755) == 0);
	rules_file("d/20_b.cf", "body B /x/\nuri A /y/\nnetwork_list l AS2\nscore A 3\n");
	rules_file("d/10_a.cf", "body A /x/\ndescribe A first\nnetwork_list l AS1\n"
		"network_list l AS3\n");
	rules_file("d/.hidden.cf", "nonsense\n");
	rules_file("d/30_c.cf.example", "nonsense\n");
	const char *path = t_tmpfile("d");
	struct ruleset *set = ruleset_load(&path, 1, &options, &diags);
	t_need(set != NULL);
	t_int(diags.warnings, 0); /* another file may override */
	t_int(ruleset_rules(set), 2);
	struct ruleset_rule rule = ruleset_rule(set, 0);
	t_str(rule.name, "A");
	t_str(rule.kind, "uri");
	t_str(rule.describe, "first");
	t_near(rule.score, 3, 0);
	t_int(rule.place.line, 2);
	t_need(ruleset_list(set, 0)->words_n == 1); /* and so may it a list */
	t_slice(ruleset_list(set, 0)->words[0].text, "AS2");
	ruleset_free(&set);
	diags_clear(&diags);
}

T_TEST(all_errors_of_all_files_in_one_run)
{
	struct diags diags = { 0 };
	struct ruleset_options options = { .today = 20000 };
	char text[1000];
	const char *paths[] = { rules_file("a.cf", "bdoy\nbody A /(/\n"),
		t_tmpfile("none.cf"), rules_file("b.cf", "meta M NONE\n") };
	t_true(ruleset_load(paths, 3, &options, &diags) == NULL);
	t_str(said(&diags, text, sizeof text),
		"a.cf:1:1: error: unknown keyword 'bdoy' (did you mean 'body'?)\n"
		"a.cf:2:10: error: regex: missing closing parenthesis\n"
		"none.cf: error: cannot read 'none.cf': No such file or directory\n"
		"b.cf:1:8: error: unknown rule 'NONE'");
	diags_clear(&diags);
}

T_TEST(a_file_that_everybody_may_write_is_refused)
{
	struct diags diags = { 0 };
	struct ruleset_options options = { .today = 20000 };
	const char *path = rules_file("w.cf", "body A /x/\n");
	t_need(chmod(path, 0666) == 0);
	t_true(ruleset_load(&path, 1, &options, &diags) == NULL);
	t_int(diags.errors, 1);
	diags_clear(&diags);
}

T_TEST(stages_and_needs)
{
	struct ruleset *set = rules_load(
		"network_list l AS1\nnetwork N client in l\nnetwork R relay in l\n"
		"header E EnvelopeFrom =~ /x/\nmeta M N\nmeta P N && !E\nmeta Q P + R\n"
		"full __F /x/\nbody __B /x/\n");
	static const int stages[] = { FACT_CONNECT, FACT_MESSAGE, FACT_ENVELOPE, FACT_CONNECT,
		FACT_ENVELOPE, FACT_MESSAGE };
	for (size_t i = 0; i < 6; i++)
		t_int(ruleset_rule(set, i).stage, stages[i]);
	t_true(ruleset_needs_relays(set));
	t_true(!ruleset_needs_full(set)); /* only a sub-rule that nothing uses asks for it */
	t_true(!ruleset_needs_body(set));
	t_true(ruleset_has_jit(set));
	ruleset_free(&set);
	set = rules_load("full F /x/\nbody B /x/\n");
	t_true(ruleset_needs_full(set) && ruleset_needs_body(set) && !ruleset_needs_relays(set));
	ruleset_free(&set);
	set = rules_load("header F X-Spam-Relays-External =~ /x/");
	t_true(ruleset_needs_relays(set));
	ruleset_free(&set);
}

T_TEST(originating_headers)
{
	struct ruleset *set = rules_load("header A From =~ /x/");
	size_t n;
	t_true(ruleset_origins(set, &n) == NULL);
	ruleset_free(&set);
	set = rules_load("originating_ip_headers X-Ours x-originating-ip");
	t_need(ruleset_origins(set, &n) != NULL);
	t_int(n, ORIGINS_DEFAULT_N + 1);
	t_slice(ruleset_origins(set, &n)[n - 1], "X-Ours");
	ruleset_free(&set);
	set = rules_load("originating_ip_headers X-A\nclear_originating_ip_headers\n"
		"originating_ip_headers X-B");
	t_need(ruleset_origins(set, &n) != NULL && n == 1);
	t_slice(ruleset_origins(set, &n)[0], "X-B");
	ruleset_free(&set);
	set = rules_load("clear_originating_ip_headers");
	t_true(ruleset_origins(set, &n) != NULL && n == 0);
	ruleset_free(&set);
}
