/* Rules asked of messages. */
#include "rules/testing.h"

#include <stdio.h>

static const struct fact_header headers[] = {
	{ { "Subject", 7 }, { " Cheap =?utf-8?q?pills?=", 24 }, { "Cheap pills", 11 } },
	{ { "From", 4 }, { " \"Doc, A\" <doc@pills.example>", 29 },
	  { "\"Doc, A\" <doc@pills.example>", 28 } },
	{ { "To", 2 }, { " a@b.example, c@d.example", 25 }, { "a@b.example, c@d.example", 24 } },
	{ { "Cc", 2 }, { " e@f.example", 12 }, { "e@f.example", 11 } },
	{ { "X-Twice", 7 }, { " one", 4 }, { "one", 3 } },
	{ { "X-Twice", 7 }, { " two", 4 }, { "two", 3 } },
};
static const struct str body[] = {
	{ "Cheap pills", 11 }, { "Buy our pills now, pills for all", 32 }, { "caf\xe9 \0 end", 10 },
};
static const struct fact_url urls[] = {
	{ { "HTTP://Pills.Example/a%41", 25 }, { "http://pills.example/aA", 23 }, { "pills.example", 13 },
	  false, 0, NULL, NULL, NULL },
};

static const struct str uris[] = {
	{ "HTTP://Pills.Example/a%41", 25 }, { "http://pills.example/aA", 23 },
};

static struct facts mail(void)
{
	return (struct facts){ .headers = headers, .headers_n = 6, .body = body, .body_n = 3,
		.body_has_subject = true, .urls = urls, .urls_n = 1, .uris = uris, .uris_n = 2,
		.day = 20000,
		.mail_from = STR("bounce@pills.example"), .has_mail_from = true,
		.client_name = STR("c.example"), .helo = STR("[192.0.2.1]") };
}

static const char *hits(const char *rules)
{
	struct facts facts = mail();
	return rules_hits(rules, &facts);
}

T_TEST(end_to_end)
{
	struct facts facts = mail();
	struct ruleset *set = rules_load(
		"body __PILLS /\\bpills\\b/\n"
		"header SUBJ Subject =~ /^cheap/i\n"
		"uri LINK m{^http://pills\\.example/}\n"
		"meta ALL_OF (__PILLS && SUBJ && LINK)\n"
		"meta NONE_OF !__PILLS\n"
		"describe ALL_OF All of it\n"
		"score ALL_OF 2.5\nscore LINK 0.1\nscore SUBJ 0.2\n");
	struct asked asked = rules_ask(set, &facts, FACT_MESSAGE);
	t_str(rules_names(&asked.verdict), "SUBJ LINK ALL_OF");
	t_near(asked.verdict.score, 2.8, 1e-9);
	t_need(asked.verdict.hits_n == 3);
	t_str(asked.verdict.hits[2].describe, "All of it");
	t_slice(asked.verdict.hits[0].evidence, "Cheap pills");
	t_slice(asked.verdict.hits[1].evidence, "http://pills.example/aA");
	t_int(asked.verdict.hits[1].place.line, 3);
	t_int(asked.verdict.hits[1].place.column, 5);
	arena_free(&asked.arena);
	ruleset_free(&set);
}

T_TEST(header_forms)
{
	t_str(hits("header A X-Twice =~ /^one\\ntwo$/"), "A");
	t_str(hits("header A x-twice:first =~ /^one$/\nheader B X-Twice:last =~ /^two$/"), "A B");
	t_str(hits("header A From:addr =~ /^doc\\@pills\\.example\\z/"), "A");
	t_str(hits("header A From:name =~ /^Doc, A\\z/"), "A");
	t_str(hits("header A From:name:raw =~ /^Doc, A \\z/\nheader B To:raw:addr =~ /^a\\@b/"), "A B");
	t_str(hits("header A Subject:raw =~ /^ Cheap =\\?utf/"), "A");
	t_str(hits("header A ToCc =~ /^a\\@b.*\\ne\\@f/"), "A");
	t_str(hits("header A To:addr =~ /^a\\@b\\.example\\nc\\@d\\.example\\z/"), "A");
	t_str(hits("header A EnvelopeFrom =~ /^bounce\\@pills\\.example\\z/"), "A");
	t_str(hits("header A ALL =~ /\\nTo: a\\@b/"), "A");
	t_str(hits("header A exists:Cc\nheader B exists:Bcc"), "A");
	t_str(hits("header A Missing !~ /x/\nheader B Missing =~ /x/"), "A");
	t_str(hits("header A Missing =~ /^none$/ [if-unset: none]\n"
		"header B Cc =~ /^none$/ [if-unset: none]"), "A");
	t_str(hits("header A Subject !~ /pills/"), "");
	t_str(hits("header A Subject =~ /pills\\z/"), ""); /* the value ends with a line feed */
}

T_TEST(relays_are_rendered_as_spamassassin_does)
{
	struct network network = { .ip = ip_from_v4(0xc0000201) };
	struct facts facts = mail();
	facts.client = &network;
	t_str(rules_hits("header A X-Spam-Relays-External =~ "
		"/^\\[ ip=192\\.0\\.2\\.1 rdns=c\\.example helo=!192\\.0\\.2\\.1! by= ident= envfrom= "
		"intl=0 id= auth= msa=0 \\]$/", &facts), "A");
	struct fact_relay relays[2] = {
		{ .ip_text = STR("192.0.2.1"), .helo = STR("a b"), .network = &network, .has_ip = true },
		{ .ip_text = STR("198.51.100.1"), .by = STR("mx"), .authenticated = true,
		  .protocol = STR("ESMTPSA"), .has_ip = true } };
	facts.relays = relays;
	facts.relays_n = 2;
	t_str(rules_hits("header A X-Spam-Relays-Untrusted =~ /helo=a!b by=.* msa=0 \\] "
		"\\[ ip=198\\.51\\.100\\.1 rdns= helo= by=mx .*auth=ESMTPSA msa=0 \\]$/", &facts), "A");
	/* this host's own mail: no client, and nothing is said of one */
	relays[0] = (struct fact_relay){ .has_ip = false };
	t_str(rules_hits("header A X-Spam-Relays-External =~ /./\n"
		"header B X-Spam-Relays-External =~ /rdns= /", &facts), "");
}

T_TEST(sub_rules_on_demand)
{
	struct facts facts = mail();
	struct ruleset *set = rules_load("body __P /pills/\ntflags __P multiple\nbody __NONE /absent/\n"
		"header SCORED Subject =~ /pills/\nheader __S Subject =~ /Cheap/\n"
		"body __UNUSED /pills/\nmeta ALL_OF __P > 1 && __S && !__NONE\n");
	struct eval_options options = { .stage = FACT_MESSAGE, .want_sub_rules = true };
	struct arena *arena = arena_create(1 << 20);
	struct verdict verdict;
	t_need(arena && ruleset_eval(set, &facts, &options, arena, &verdict) == 0);
	t_need(verdict.sub_rules_n == 2);
	t_str(verdict.sub_rules[0].rule, "__P");
	t_int(verdict.sub_rules[0].count, 3);
	t_str(verdict.sub_rules[1].rule, "__S");
	t_int(verdict.sub_rules[1].count, 1);
	t_str(rules_names(&verdict), "SCORED ALL_OF");
	options.want_sub_rules = false;
	t_need(ruleset_eval(set, &facts, &options, arena, &verdict) == 0);
	t_int(verdict.sub_rules_n, 0);
	arena_free(&arena);
	ruleset_free(&set);
}

T_TEST(counting)
{
	t_str(hits("body __P /pills/\ntflags __P multiple\nmeta THREE __P == 3\nmeta TWO __P == 2"),
		"THREE");
	t_str(hits("body __P /pills/\ntflags __P multiple maxhits=2\nmeta TWO __P == 2"), "TWO");
	t_str(hits("body __P /pills/\nmeta ONE __P == 1"), "ONE");
	t_str(hits("body __P /pills/\ntflags __P multiple nosubject\nmeta TWO __P == 2"), "TWO");
	t_str(hits("body __E /x*/\ntflags __E multiple\nmeta SOME __E > 10"), "SOME");
	t_str(hits("uri __U /pills/i\ntflags __U multiple\nmeta TWO __U == 2"), "TWO");
}

T_TEST(rules_matching)
{
	t_str(hits("body __A1 /pills/\nbody __A2 /x/\nbody __A22 /pills/\nbody __B /pills/\n"
		"meta TWO rules_matching(__A*) == 2\nmeta ONE rules_matching(__A?)==1 && __B\n"
		"meta NONE !rules_matching(__C*)\nmeta T_ALL rules_matching( *A*2 ) + "
		"rules_matching(__B) == 2\n"), "TWO ONE NONE T_ALL");
}

T_TEST(bytes)
{
	t_str(hits("body A /caf\\xe9 \\x00 end/\nbody B /caf\xe9/\nbody C /caf[\\x80-\\xff] /"),
		"A B C");
	t_str(hits("body A /caf\\w/"), ""); /* no locale: \xe9 is no letter */
}

T_TEST(scores)
{
	static const struct {
		const char *rules;
		double score;
	} cases[] = {
		{ "body A /pills/", 1 }, { "body T_A /pills/", 0.01 },
		{ "body A /pills/\ntflags A nice", -1 }, { "body T_A /pills/\ntflags T_A nice", -0.01 },
		{ "body A /pills/\nscore A 1.5", 1.5 }, { "body A /pills/\nscore A 1 2 3 4", 1 },
		{ "body A /pills/\nscore A 1.5\nscore A (0.25)", 1.75 },
		{ "body A /pills/\nscore A 1.5\nscore A (-2)", -0.5 },
		{ "score A 1.234567\nbody A /pills/", 1.235 },
		{ "body A /pills/\ntflags A nice\nscore A 3", 3 },
		{ "body A /pills/\ntflags A observe\nscore A 3", 0 },
		{ "body __A /pills/\nscore __A 3", 0 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct facts facts = mail();
		struct ruleset *set = rules_load(cases[i].rules);
		struct asked asked = rules_ask(set, &facts, FACT_MESSAGE);
		if (!t_near(asked.verdict.score, cases[i].score, 1e-9))
			t_str(cases[i].rules, "");
		arena_free(&asked.arena);
		ruleset_free(&set);
	}
}

T_TEST(score_zero_does_not_run)
{
	t_str(hits("body A /pills/\nscore A 0\nmeta M A\nmeta N !A"), "N");
	t_str(hits("body A /pills/\nscore A 0 1 0 1"), ""); /* set 0: no network, no Bayes */
	t_str(hits("body __A /pills/\nscore __A 0\nmeta M __A"), "");
}

T_TEST(observed_rules_are_reported)
{
	struct facts facts = mail();
	struct ruleset *set = rules_load("body A /pills/\nscore A 3\ntflags A observe");
	struct asked asked = rules_ask(set, &facts, FACT_MESSAGE);
	t_need(asked.verdict.hits_n == 1);
	t_true(asked.verdict.hits[0].observe);
	t_near(asked.verdict.hits[0].score, 0, 0);
	t_near(asked.verdict.hits[0].would_score, 3, 0);
	arena_free(&asked.arena);
	ruleset_free(&set);
}

T_TEST(an_expired_rule_is_unknown_from_the_next_day_on)
{
	static const char text[] = "body A /x/\nexpires A 2024-10-10\nscore A 3\n"
		"meta NOT_A !A\nmeta B A\nexpires B 2024-10-08\nbody C /x/\n";
	struct str text_x = STR("x");
	struct facts facts = { .body = &text_x, .body_n = 1, .day = 20000 }; /* 2024-10-04 */

	t_str(rules_hits(text, &facts), "A B C");
	facts.day = 20006;
	t_str(rules_hits(text, &facts), "A C B:expired");
	facts.day = 20007;
	t_str(rules_hits(text, &facts), "C A:expired NOT_A:part-unknown B:expired");
}

T_TEST(stages)
{
	struct facts facts = mail();
	struct network network = { .ip = ip_from_v4(0xc0000201), .asn_state = NETWORK_KNOWN,
		.asn = 64500 };
	facts.client = &network;
	struct ruleset *set = rules_load("network N client asn AS64500\nheader E EnvelopeFrom =~ /pills/\n"
		"body B /pills/\nmeta NOT_E !E\nmeta NOT_X !E && !X\nbody X /x{9}/\nmeta M N\nmeta ANY N || B");
	static const char *const expected[] = { "N M", "N E M", "N E B M ANY" };
	for (int stage = FACT_CONNECT; stage <= FACT_MESSAGE; stage++) {
		struct asked asked = rules_ask(set, &facts, (enum fact_stage)stage);
		t_str(rules_names(&asked.verdict), expected[stage]);
		arena_free(&asked.arena);
	}
	ruleset_free(&set);
}

T_TEST(file_order_of_hits_is_that_of_the_definitions)
{
	t_str(hits("score C 2\nmeta D A && B\nbody C /pills/\nuri B /pills/\nheader A Subject =~ /./"),
		"D C B A");
}

T_TEST(evidence)
{
	static const struct {
		const char *rule, *evidence;
	} cases[] = {
		{ "body A /our/", "Buy our pills now, pills for" },
		{ "header A Subject =~ /p.lls/", "Cheap pills" },
		{ "header A Missing !~ /x/", "" },
		{ "header A Cc !~ /x@/", "e@f.example" },
		{ "header A exists:Cc", "e@f.example" },
		{ "uri A /Pills\\.Ex/", "HTTP://Pills.Example/a%41" },
		{ "meta A 1", "" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct facts facts = mail();
		struct ruleset *set = rules_load(cases[i].rule);
		struct asked asked = rules_ask(set, &facts, FACT_MESSAGE);
		t_need(asked.verdict.hits_n == 1);
		t_slice(asked.verdict.hits[0].evidence, cases[i].evidence);
		arena_free(&asked.arena);
		ruleset_free(&set);
	}
}

T_TEST(evidence_is_at_most_200_bytes)
{
	char text[2000];
	memset(text, 'a', sizeof text);
	text[1000] = 'b';
	struct str strings[] = { { text, sizeof text } };
	struct facts facts = { .body = strings, .body_n = 1 };
	static const char *const rules[] = { "body A /a+/", "body A /b/", "body A /b.{190}/" };
	static const size_t lengths[] = { 200, 1, 191 };
	for (size_t i = 0; i < 3; i++) {
		struct ruleset *set = rules_load(rules[i]);
		struct asked asked = rules_ask(set, &facts, FACT_MESSAGE);
		t_need(asked.verdict.hits_n == 1);
		t_int(asked.verdict.hits[0].evidence.len, lengths[i]);
		arena_free(&asked.arena);
		ruleset_free(&set);
	}
}

static char *many_as(void)
{
	static char text[2000];
	memset(text, 'a', sizeof text);
	text[sizeof text - 1] = 'b';
	return text;
}

T_TEST(a_regex_over_its_limit_is_unknown_and_the_rest_goes_on)
{
	struct str strings[] = { { many_as(), 2000 } };
	struct facts facts = { .body = strings, .body_n = 1 };
	t_str(rules_hits("body EVIL /(a+)+$/\nbody GOOD /ab$/\nmeta NOT_EVIL !EVIL\n"
		"meta BOTH EVIL && GOOD\nmeta EITHER EVIL || GOOD", &facts),
		"GOOD EITHER EVIL:regex-limit NOT_EVIL:part-unknown BOTH:part-unknown");
}

static uint64_t fake_now, fake_step;
static uint64_t fake_clock(void)
{
	return fake_now += fake_step;
}

T_TEST(past_the_budget_rules_are_unknown)
{
	struct str strings[40];
	for (size_t i = 0; i < 40; i++)
		strings[i] = str_make(many_as(), 2000);
	struct facts facts = { .body = strings, .body_n = 40 };
	struct ruleset *set = rules_load("body A /[a-w]x/\nbody B /[a-w]y/\nbody C /[a-w]z/\n"
		"header D X !~ /x/\nmeta E !A");
	struct eval_options options = { .stage = FACT_MESSAGE, .budget_us = 1000,
		.clock_us = fake_clock };
	struct arena *arena = arena_create(1024 * 1024);
	struct verdict verdict;
	fake_now = 0;
	fake_step = 1500; /* each look at the clock costs more than the budget */
	t_int(ruleset_eval(set, &facts, &options, arena, &verdict), 0);
	t_str(rules_names(&verdict), "A:budget B:budget C:budget D:budget E:part-unknown");
	fake_step = 1;
	t_int(ruleset_eval(set, &facts, &options, arena, &verdict), 0);
	t_str(rules_names(&verdict), "D E");
	arena_free(&arena);
	ruleset_free(&set);
}

T_TEST(spent_memory_is_no_verdict)
{
	struct facts facts = mail();
	struct ruleset *set = rules_load("header A ALL =~ /zzz/\nbody B /pills/\nmeta C !A");
	struct eval_options options = { .stage = FACT_MESSAGE };
	struct verdict verdict;
	bool good = false;
	for (size_t limit = 256; !good && limit < 1024 * 1024; limit += 64) {
		struct arena *arena = arena_create(limit);
		if (!arena)
			continue;
		good = ruleset_eval(set, &facts, &options, arena, &verdict) == 0;
		if (good)
			t_str(rules_names(&verdict), "B C");
		arena_free(&arena);
	}
	t_true(good);
	ruleset_free(&set);
}

T_TEST(rawbody_is_matched_chunk_by_chunk)
{
	static const struct str chunks[] = { { "<b>one</b>\ntwo", 14 }, { "two two", 7 } };
	struct facts facts = { .rawbody = chunks, .rawbody_n = 2 };
	t_str(rules_hits("rawbody A /<b>one/\nrawbody B /two.two/\nrawbody C /two$.two/ms\n"
		"rawbody D /one<.b>\\ntwo$/\nrawbody E /two/\ntflags E multiple\nmeta F E == 3",
		&facts), "A B D E F");
}

/* Each part is asked alone; one that lacks the header is asked with the empty text. */
T_TEST(mimeheader_asks_each_part)
{
	static const struct fact_header top[] = {
		{ { "Content-Type", 12 }, { " multipart/mixed", 16 }, { "multipart/mixed", 15 } } };
	static const struct fact_header first[] = {
		{ { "content-type", 12 }, { " text/plain;\n\tx=y", 18 }, { "text/plain; x=y", 15 } },
		{ { "Content-ID", 10 }, { " <a@b>", 6 }, { "<a@b>", 5 } } };
	static const struct fact_part parts[] = { { .headers = first, .headers_n = 2 },
		{ .headers = NULL } };
	struct facts facts = { .headers = top, .headers_n = 1, .parts = parts, .parts_n = 2 };
	t_str(rules_hits("mimeheader A Content-Type =~ /^text\\/plain; x/\n"
		"mimeheader B Content-Type =~ /multipart/\n"
		"mimeheader C Content-Type:raw =~ /^text\\/plain;\\n\\tx/\n"
		"mimeheader D Content-ID =~ /^$/\n"
		"mimeheader E Content-Type =~ /^multi.*text/s\n"
		"mimeheader F Content-ID !~ /a@b/\nmimeheader G Content-ID !~ /c@b/\n"
		"mimeheader H Content-ID =~ /none/ [if-unset: none]\n"
		"mimeheader I ALL =~ /^content-type: text.*^Content-ID: </ms\n"
		"mimeheader J Content-Type =~ /t/\ntflags J multiple\nmeta K J > 2", &facts),
		"A B C D G H I J K");
}

/* Written out or called, a tag matches the same. */
T_TEST(replaced_tags)
{
	static const struct str strings[] = { { "V-i--@gr@ now", 13 }, { "<Q> viagra", 10 } };
	struct facts facts = { .body = strings, .body_n = 2 };
	static const char rules[] = "replace_inter W [-]{0,2}\nreplace_post P {1,2}\nreplace_pre O x?\n"
		"replace_tag A (?:<AT>|a)\nreplace_tag AT [@]\nreplace_tag V v\nreplace_tag I [i1]\n"
		"replace_tag G g\nreplace_tag R r\nreplace_tag V V # the last one counts\n"
		"body A /<inter W><post P>(?!viagra)<V><I><A><G><R><A>/i\nreplace_rules A B C\n"
		"body B /<V><I><A><G>/\nbody C /<Q> <pre O><V>/i\nbody D /<V>/\n";
	static char large[200000];
	size_t n = (size_t)snprintf(large, sizeof large, "%s", rules);
	t_str(rules_hits(rules, &facts), "A C");
	n += (size_t)snprintf(large + n, sizeof large - n, "replace_tag L (?:zz");
	for (int i = 0; i < 900; i++)
		n += (size_t)snprintf(large + n, sizeof large - n, "|%d[xy]", i);
	snprintf(large + n, sizeof large - n, ")\n"
		"body E /(?:<L><L><L>|<V>\\W?<I><post P>\\W*<A>)/i\nreplace_rules E\n");
	t_str(rules_hits(large, &facts), "A C E");
}

/* Perl reads them as characters that no byte is. */
T_TEST(wide_characters)
{
	static const struct str strings[] = { { "b1tc a]-", 8 } };
	struct facts facts = { .body = strings, .body_n = 1 };
	t_str(rules_hits("body A /b[1\\x{456}]t/\nbody B /b\\x{456}?1/\nbody C /b\\x{456}/\n"
		"body D /b[\\x{456}]/\nbody E /b[^\\x{456}]t/\nbody F /b[\\x{456}-\\x{460}1]t/\n"
		"body G /b[0-\\x{456}]t/\nbody H /a[]\\x{456}]-/\nbody I /b1\\x{74}/", &facts),
		"A B E F G H I");
}

T_TEST(captured_names)
{
	static const struct str strings[] = { { "to a.b@c and d+e", 16 }, { "x a.b@c", 7 },
		{ "again d+e, axb@c %{ONE}", 23 } };
	struct facts facts = { .body = strings, .body_n = 3 };
	t_str(rules_hits("body A /^x %{ONE}$/\nbody B /axb@c %{ONE}/\nbody C /again %{TWO},/\n"
		"body __ONE /^to (?<ONE>\\S+)/\nbody __TWO /(?P<TWO>\\S+)$/\ntflags __TWO multiple\n"
		"body D /%{NONE}|./\nbody __NONE /(?<NONE>never)/\nmeta E !D\nmeta F D + 1\n"
		"body G /%{ONE}|%{TWO}/\ntflags G multiple\nmeta H G == 5\nbody I /\\%{ONE}/\n"
		"body J /(?<low>x)/\n", &facts), "A C E F G H I J");
}
